"""The in-memory twin of the port ``Tags``."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha1

from modelref.domain.event import TagRecord
from modelref.domain.finding import Finding
from modelref.domain.message import parse_trailers
from modelref.domain.names import Artifact
from modelref.domain.tag import TagName
from modelref.errors import Conflict, OutOfReach
from modelref.testing.signatures import MemorySignatures


@dataclass
class MemoryTags:
    """Tags in a dict; port ``Tags``.

    Attributes:
        records: by tag.
        author: who makes them.
        signatures: where signed tags are noted.
        kept: what the last fetch found that must be settled.
    """

    records: dict[str, TagRecord] = field(default_factory=dict)
    author: str = "Ada"
    signatures: MemorySignatures = field(default_factory=MemorySignatures)
    kept: Sequence[Finding] = ()

    def list(
        self, artifact: Artifact | None = None, *, bodies: bool = False
    ) -> Iterator[TagRecord]:
        """List tags, by name."""
        for ref in sorted(self.records):
            record = self.records[ref]
            if artifact is None or ref.startswith((f"{artifact.in_tag}@", f"{artifact.in_tag}#")):
                yield record if bodies else record._replace(body=None)

    def noticed(self) -> Sequence[Finding]:
        """Tell what was kept."""
        return self.kept

    def create(
        self, tag: TagName, commit: str, message: str, date: int, *, sign: bool = False
    ) -> str:
        """Create one annotated tag."""
        name = str(tag)
        if name in self.records:
            raise Conflict(f"somebody else made the tag {name} first", kind="tag-exists")
        subject, _, body = message.partition("\n\n")
        last = body.rstrip("\n").rpartition("\n\n")[2]
        trailers = "\n".join(f"{key}: {value}" for key, value in parse_trailers(last).items())
        oid = sha1(f"{name}{commit}{date}{message}".encode(), usedforsecurity=False).hexdigest()
        self.records[name] = TagRecord(
            name,
            oid,
            "tag",
            name,
            commit,
            "commit",
            f"{date} +0000",
            self.author,
            f"{self.author.lower()}@example.com",
            subject.strip(),
            trailers,
            body,
        )
        if sign:
            self.signatures.sign(oid)
        return oid

    def discard(self, tag: TagName, oid: str) -> None:
        """Take back a tag."""
        if self.records[str(tag)].oid != oid:
            raise OutOfReach(f"the tag {tag} names another object", kind="git-failed")
        del self.records[str(tag)]
