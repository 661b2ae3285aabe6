"""The public Python API, and the composition root that binds the world to the verbs."""

from modelref.api.registry import Diff, Files, ModelRegistry, ModelState, open_registry

__all__ = ["Diff", "Files", "ModelRegistry", "ModelState", "open_registry"]
