"""Bringing one model back into a checkout: what to change, found from DVC's files and the disk."""
