"""Repositories that are not the person's own: read, confined, never written."""
