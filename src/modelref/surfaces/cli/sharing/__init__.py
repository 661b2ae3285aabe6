"""Commands between clones."""
