"""Tags of a repository that is not the person's own: listed, never made."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from modelref.adapters.git.elsewhere.mirror import Mirror, Moved
from modelref.adapters.git.tags import GitTags
from modelref.adapters.readonly import refusal
from modelref.domain.event import TagRecord
from modelref.domain.finding import Finding, Severity
from modelref.domain.names import Artifact
from modelref.domain.tag import TagName

_EVERY = ("refs/tags/*",)


@dataclass(frozen=True, slots=True)
class ForeignTags(GitTags):
    """The tags of a neighbour's repository; port ``Tags``.

    Attributes:
        name: what people know it by.
    """

    name: str = ""

    def create(
        self,
        tag: TagName,  # noqa: ARG002  # refused, whatever it is
        commit: str,  # noqa: ARG002
        message: str,  # noqa: ARG002
        date: int,  # noqa: ARG002
        *,
        sign: bool = False,  # noqa: ARG002
    ) -> str:
        """Refuse."""
        raise refusal(self.name)


@dataclass(frozen=True, slots=True)
class MirroredTags(ForeignTags):
    """The tags of a remote repository, as they are there at each listing; port ``Tags``.

    Attributes:
        mirror: where they are kept.
    """

    mirror: Mirror = field(kw_only=True)
    _moved: list[Moved] = field(default_factory=list, init=False, repr=False)

    def list(
        self, artifact: Artifact | None = None, *, bodies: bool = False
    ) -> Iterator[TagRecord]:
        """Fetch the tags, all or those of one model, then list them."""
        patterns = _EVERY if artifact is None else _patterns(artifact)
        self._moved.extend(self.mirror.refresh(patterns))
        records = [*GitTags.list(self, artifact, bodies=bodies)]
        if any(not record.type for record in records) and self.mirror.mended():
            records = [*GitTags.list(self, artifact, bodies=bodies)]
        yield from records

    def noticed(self) -> Sequence[Finding]:
        """Tell of each tag that the remote moved or deleted, once."""
        told = [_finding(self.name, moved) for moved in self._moved]
        self._moved.clear()
        return told


def _patterns(artifact: Artifact) -> tuple[str, ...]:
    return tuple(f"refs/tags/{artifact.in_tag}{mark}*" for mark in "@#")


def _finding(name: str, moved: Moved) -> Finding:
    what = f"was moved there, from {moved.old[:10]} to {moved.new[:10]}"
    if not moved.new:
        what = f"was deleted there (it was {moved.old[:10]})"
    return Finding(
        Severity.WARNING,
        "moved-tag" if moved.new else "deleted-tag",
        moved.tag,
        f"{what}, since {name} was last read",
        "find out who did it; a rule on the host can forbid it",
    )
