"""What keeps a file from being understood."""
