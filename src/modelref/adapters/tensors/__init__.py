"""Tensors in files: one reader a format, and their comparison by blocks of rows."""
