"""What differs between two sides of a model, one kind a file."""
