"""One registry in many clones: what others did is fetched, what was done here is pushed."""
