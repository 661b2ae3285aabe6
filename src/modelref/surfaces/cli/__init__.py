"""The command line."""

from modelref.surfaces.cli.app import main

__all__ = ["main"]
