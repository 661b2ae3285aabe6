"""Formats of weights, one file each: from an open file to its tensors, nothing of it run."""
