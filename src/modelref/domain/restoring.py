"""A restore: what it changes in the workspace, what it leaves, and what is unfinished of one."""

from dataclasses import asdict, dataclass
from typing import Any, Self

from modelref.domain.outs import OutFile

PLAIN_MODE = 0o644
LINK_MODE = 0o120000
"""Mode of a symbolic link in git: the file's bytes are where it points."""


@dataclass(frozen=True, slots=True)
class Left:
    """Something that a restore does not bring back.

    Attributes:
        path: repository path.
        why: a sentence without a full stop, with what mends it.
    """

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class Change:
    """One file of the workspace that becomes another, appears or vanishes.

    Attributes:
        path: repository path.
        new: its bytes, or the file of an out that it becomes; None where it vanishes.
        mode: permissions, for a file from git; None for the usual ones.
        folder: its empty parents vanish with it, up to this one.
    """

    path: str
    new: bytes | OutFile | None
    mode: int | None = None
    folder: str = ""


@dataclass(frozen=True, slots=True)
class RestorePlan:
    """All that a restore does.

    Attributes:
        changes: file by file; empty when the workspace is so already.
        changed: the same for people: text files, and outs as a whole.
        left: what it does not bring back.
        texts: files that git tracks among those that the version determines.
        mixed: those of them that hold other uncommitted work beside this model's.
    """

    changes: tuple[Change, ...]
    changed: tuple[str, ...]
    left: tuple[Left, ...]
    texts: tuple[str, ...]
    mixed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """A restore that was begun.

    Attributes:
        id: made once.
        ref: what the person typed.
        model: the model.
        version: its version, or ``""`` for a bare commit.
        commit: full id of the commit that it restores.
        with_pipeline: whether definitions come back too.
        message: of the commit to make; None for none.
        head: what HEAD was.
        changed: for people.
        left: what is not brought back.
        texts: files to commit.
        aborting: whether it is being undone.
    """

    id: str
    ref: str
    model: str
    version: str
    commit: str
    with_pipeline: bool
    message: str | None
    head: str
    changed: tuple[str, ...] = ()
    left: tuple[Left, ...] = ()
    texts: tuple[str, ...] = ()
    aborting: bool = False

    def to_dict(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> Self:
        """Read what :meth:`to_dict` wrote."""
        left = tuple(Left(**entry) for entry in raw["left"])
        lists = {name: tuple(raw[name]) for name in ("changed", "texts")}
        return cls(**{**raw, **lists, "left": left})

    def same_as(self, other: "Job") -> bool:
        """Whether both bring the same version of the same model back in the same way."""
        way = self.with_pipeline == other.with_pipeline
        way = way and (self.message is None) == (other.message is None)
        what = (self.model, self.commit) == (other.model, other.commit)
        return way and (what or self.ref == other.ref)
