"""What a project, an organisation or a person settles for themselves."""
