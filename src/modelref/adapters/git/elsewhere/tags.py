"""Tags of a repository that is not the person's own: listed, never made."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from time import sleep

from modelref.adapters.git.elsewhere.leases import LEASES, lease_findings
from modelref.adapters.git.elsewhere.mirror import Mirror, Moved
from modelref.adapters.git.tags import GitTags
from modelref.adapters.readonly import refusal
from modelref.domain.event import TagRecord
from modelref.domain.finding import Finding, Severity
from modelref.domain.names import Artifact
from modelref.domain.tag import TagName

_TOPS = ("refs/tags", LEASES)
_EVERY = tuple(f"{top}/*" for top in _TOPS)
_PAUSE = 0.3
"""Seconds."""


@dataclass(frozen=True, slots=True)
class ForeignTags(GitTags):
    """The tags of a neighbour's repository; port ``Tags``.

    Attributes:
        name: what people know it by.
    """

    name: str = ""
    _noticed: list[Finding] = field(default_factory=list, init=False, repr=False)

    def list(
        self, artifact: Artifact | None = None, *, bodies: bool = False
    ) -> Iterator[TagRecord]:
        """List the tags, and look whether the newest events are among them."""
        records = self._listed(artifact, bodies)
        found = self._beside_leases(artifact, records)
        if found:
            # A host makes the refs of one push one after the other: the lease may be there first.
            sleep(_PAUSE)
            records = self._listed(artifact, bodies)
            found = self._beside_leases(artifact, records)
        told = {finding.tag for finding in self._noticed}
        self._noticed.extend(finding for finding in found if finding.tag not in told)
        yield from records

    def _beside_leases(
        self, artifact: Artifact | None, records: Sequence[TagRecord]
    ) -> Sequence[Finding]:
        tags = {record.ref: record.oid for record in records}
        return [*lease_findings(self.repository.git, artifact, tags)]

    def _listed(self, artifact: Artifact | None, bodies: bool) -> Sequence[TagRecord]:
        return [*GitTags.list(self, artifact, bodies=bodies)]

    def noticed(self) -> Sequence[Finding]:
        """Tell, once, of tags that were moved or deleted there."""
        told = [*self._noticed]
        self._noticed.clear()
        return told

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

    def _listed(self, artifact: Artifact | None, bodies: bool) -> Sequence[TagRecord]:
        """Fetch the tags, all or those of one model, then list them."""
        patterns = _EVERY if artifact is None else _patterns(artifact)
        moved = self.mirror.refresh(patterns)
        self._noticed.extend(_finding(self.name, one) for one in moved)
        records = [*GitTags.list(self, artifact, bodies=bodies)]
        if any(not record.type for record in records) and self.mirror.mended():
            records = [*GitTags.list(self, artifact, bodies=bodies)]
        return records


def _patterns(artifact: Artifact) -> tuple[str, ...]:
    return tuple(f"{top}/{artifact.in_tag}{mark}*" for top in _TOPS for mark in "@#")


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
