"""What only Dockerfiles can get wrong."""
