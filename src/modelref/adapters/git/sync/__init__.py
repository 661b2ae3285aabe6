"""The registry in other clones: what a remote says, and what it is told."""
