"""What comes from elsewhere: images and packages, in every language that names them."""
