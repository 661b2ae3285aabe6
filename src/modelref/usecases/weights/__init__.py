"""Weights: what changed inside a model's files, and whether their values are numbers."""
