"""Snapshots: what a model is made of and scores at one commit, or in the workspace."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from modelref.domain.lineage import Lineage
from modelref.domain.names import Artifact
from modelref.domain.outs import Out
from modelref.errors import BadInput

Value: TypeAlias = "str | int | float | bool | list[Value] | None"
"""A metric's or parameter's value; a list is compared as a whole, as DVC does."""

Values: TypeAlias = Mapping[str, Mapping[str, Value]]
"""Values by file and dotted key."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """An entry under ``artifacts:`` of a ``dvc.yaml``.

    Attributes:
        path: repository path of the model's files.
        type: ``model`` for a model.
        desc: what it is, in a line.
        labels: words to find it by.
        meta: whatever else the team wrote.
    """

    path: str
    type: str = ""
    desc: str = ""
    labels: tuple[str, ...] = ()
    meta: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def named(self) -> tuple[str, ...]:
        """Repository paths of files beside the model that ``meta.modelref`` names, as a panel."""
        told = self.meta.get("modelref")
        entries = told.values() if isinstance(told, Mapping) else ()
        return tuple(path for path in entries if isinstance(path, str))


@dataclass(frozen=True, slots=True)
class Candidate:
    """An out that may be a model.

    Attributes:
        artifact: the address that it would have.
        path: repository path.
        source: the file that tracks it.
    """

    artifact: Artifact
    path: str
    source: str


@dataclass(frozen=True, slots=True)
class Made:
    """What a model is made of at one place.

    Attributes:
        annotation: its entry in dvc.yaml.
        outs: its files.
    """

    annotation: Annotation
    outs: tuple[Out, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All facts of a model at one place.

    Attributes:
        commit: the commit, or None for the workspace.
        annotation: its entry in dvc.yaml.
        outs: its files.
        metrics: what it scores, by metrics file.
        params: what its parameters files hold, by file.
        read: which keys of them, and what lies below these, its DVC stages read, by file.
        missing: what is not available here and why, one sentence each.
        missing_params: the same of parameters files that a DVC stage or ``dvc.yaml`` names.
        unread: files of metrics that are declared and cannot be read.
        unread_params: the same of parameters.
        lineage: the DVC stages behind it, as they were last run.
    """

    commit: str | None
    annotation: Annotation
    outs: tuple[Out, ...]
    metrics: Values
    params: Values
    read: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    missing: tuple[str, ...] = ()
    missing_params: tuple[str, ...] = ()
    unread: frozenset[str] = frozenset()
    unread_params: frozenset[str] = frozenset()
    lineage: Lineage = field(default_factory=Lineage)

    def reads(self, path: str, key: str) -> bool:
        """Whether the model's DVC stages read a parameter; True where nothing tells."""
        if not self.read:
            return True
        return any(
            key == read or key.startswith(f"{read}.") or not read
            for read in self.read.get(path, ())
        )


def flatten(value: object, prefix: str = "") -> dict[str, Value]:
    """Flatten nested mappings to dotted keys.

    Args:
        value: parsed JSON, YAML or TOML.
        prefix: key of the value itself.

    Returns:
        Values by dotted key; lists stay whole, those that hold mappings become their text, as DVC
        shows them; so does anything that is neither.

    Raises:
        BadInput: two of them have one dotted key: which one is meant, nobody can tell.
    """
    flat: dict[str, Value] = {}
    pending = [(prefix, value)]
    while pending:
        key, item = pending.pop()
        if isinstance(item, Mapping):
            children = [(_key(key, name, child), child) for name, child in item.items()]
            pending.extend(reversed(children))
        elif key:
            if key in flat:
                raise BadInput(
                    f"two values have the key {key:.80}",
                    kind="unreadable-file",
                    hint="rename one of them: a dot in a key is as if one lay in the other",
                )
            flat[key] = _plain(item)
    return flat


def _key(parent: str, name: object, item: object) -> str:
    """A dotted key, as DVC's JSON writes it: that of YAML's ``true:`` is ``true`` at the top."""
    if parent:
        return f"{parent}.{name}"
    if isinstance(name, bool | None) and not isinstance(item, Mapping):
        return "null" if name is None else str(name).lower()
    return str(name) or '""'


def _plain(item: object) -> Value:
    if item is None or isinstance(item, str | int | float | bool):
        return item
    if isinstance(item, list | tuple):
        return str(list(item)) if _holds_mapping(item) else [_plain(child) for child in item]
    if isinstance(item, set | frozenset):
        return [*sorted(str(child) for child in item)]  # else in another order in each run
    return str(item)


def _holds_mapping(item: object) -> bool:
    if isinstance(item, list | tuple):
        return any(_holds_mapping(child) for child in item)
    return isinstance(item, Mapping)
