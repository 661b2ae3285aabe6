"""Version recommender models with nothing but Git and DVC.

    import modelref

    registry = modelref.open(".")
    version = registry.resolve("recommender#prod")
    files = registry.get("recommender#prod")

Values are frozen, errors derive from :class:`ModelRefError`, nothing prints.
"""

from typing import TYPE_CHECKING

from modelref.errors import BadInput, Conflict, ModelRefError, OutOfReach, Refused, UnknownRef

if TYPE_CHECKING:
    from modelref.api import Diff, Files, ModelRegistry, ModelState, Review, Verdict
    from modelref.api import open_registry as open  # noqa: A004  # read as modelref.open

__version__ = "0.1.0"

__all__ = [
    "BadInput",
    "Conflict",
    "Diff",
    "Files",
    "ModelRefError",
    "ModelRegistry",
    "ModelState",
    "OutOfReach",
    "Refused",
    "Review",
    "UnknownRef",
    "Verdict",
    "__version__",
    "open",
]


def __getattr__(name: str) -> object:
    """Import the API when it is first asked for: the command line starts without it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from modelref import api

    return getattr(api, "open_registry" if name == "open" else name)
