"""Version recommender models with nothing but Git and DVC.

    import modelref

    registry = modelref.open(".")
    version = registry.resolve("recommender#prod")
    files = registry.get("recommender#prod")

Values are frozen, errors derive from :class:`ModelRefError`, nothing prints.
"""

from modelref.api import Diff, Files, ModelRegistry, ModelState
from modelref.api import open_registry as open  # noqa: A004  # read as modelref.open
from modelref.errors import BadInput, Conflict, ModelRefError, OutOfReach, Refused, UnknownRef

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
    "UnknownRef",
    "__version__",
    "open",
]
