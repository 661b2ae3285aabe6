"""Adapters: the world as the ports see it."""
