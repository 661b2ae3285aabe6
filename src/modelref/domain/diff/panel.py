"""A panel as it was read: lists of two sides, and what is known of users and items."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from modelref.domain.diff.listpairs import Segments
from modelref.domain.diff.lists import Lists
from modelref.domain.diff.shown import Catalogue


@dataclass(frozen=True, slots=True)
class Panel:
    """What two versions answer the same users.

    Users are numbers here that join the parts and mean nothing elsewhere.

    Attributes:
        before: the first side's lists.
        after: the second side's lists.
        reseeded: one side's lists after a training with another seed; empty without one.
        catalogue: what is known of items.
        segments: what is known of users.
    """

    before: Lists
    after: Lists
    reseeded: Lists = field(default_factory=lambda: MappingProxyType({}))
    catalogue: Catalogue = field(default_factory=Catalogue)
    segments: Segments = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class PanelFiles:
    """What stands under ``meta.modelref`` of an artifact about behaviour; ``""`` for nothing.

    Attributes:
        panel: the panel's lists.
        floor: the same after a training with another seed.
        items: the catalogue.
        users: results per user, with their segments.
    """

    panel: str = ""
    floor: str = ""
    items: str = ""
    users: str = ""

    @classmethod
    def read(cls, meta: Mapping[str, object]) -> "PanelFiles":
        """Read them from an artifact's ``meta``."""
        told = meta.get("modelref")
        entries = told if isinstance(told, Mapping) else {}
        names = ("panel", "floor", "items", "users")
        found = {name: value for name in names if isinstance(value := entries.get(name), str)}
        return cls(**found)
