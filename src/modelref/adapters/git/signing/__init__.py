"""Signatures of tags: who may sign, what checks it, and what the answers mean."""
