"""Measure a fitted model on a hold-out, and keep what a comparison of versions needs."""
