"""Diffs: what is added, removed and changed between two snapshots, one file a kind."""
