"""Bytes on DVC remotes: asked for what the cache lacks, believed once their hash is right."""
