"""What promotions recorded of their gates: written, read back, and held against the registry."""
