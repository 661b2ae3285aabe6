"""A real e-commerce recommender, run as a DVC pipeline."""
