"""Surfaces: arguments in, text or bytes out. No rule lives here."""
