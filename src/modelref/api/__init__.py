"""The public Python API, and the composition root that binds the world to the verbs."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelref.api.registry import ModelRegistry, open_registry
    from modelref.api.values import Diff, Files, ModelState, Review, Verdict

__all__ = ["Diff", "Files", "ModelRegistry", "ModelState", "Review", "Verdict", "open_registry"]


def __getattr__(name: str) -> object:
    """Import a name when it is first asked for: each command needs only a part of this package."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from modelref.api import registry, values

    return getattr(registry if hasattr(registry, name) else values, name)
