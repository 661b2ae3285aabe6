"""Events: what one annotated tag says, read from the fields that git lists."""

import re
from datetime import UTC, datetime
from typing import NamedTuple

from modelref.domain.finding import Finding, Severity
from modelref.domain.message import parse_trailers
from modelref.domain.names import Artifact, StageName
from modelref.domain.ref import quoted
from modelref.domain.tag import Kind, TagName
from modelref.domain.version import Version

_DATE = re.compile(r"[0-9]{1,12} [+-](?:0[0-9]|1[0-4])[0-5][0-9]")
_LATEST_DATE = 253_402_300_799  # 9999-12-31T23:59:59Z, the last second that RFC 3339 can write


class TagRecord(NamedTuple):
    """One tag as git lists it, before anything is believed of it.

    Attributes:
        ref: the tag's name, without ``refs/tags/``.
        oid: id of the object that the ref names.
        type: ``tag`` for an annotated tag, else the type of what a lightweight tag names.
        name: the name that stands inside the tag object.
        target: id of the object that the tag names, ``""`` when unknown.
        target_type: its type; ``""`` when the object is not there.
        date: tagger's date as git stores it, ``"1700000000 +0100"``, or ``""``.
        author: the tagger's name.
        email: the tagger's address, without angle brackets.
        subject: first paragraph of the message.
        trailers: the message's trailers, one ``Key: value`` a line.
        body: the message below the subject, or None where the listing did not ask for it.
    """

    ref: str
    oid: str
    type: str
    name: str
    target: str
    target_type: str
    date: str
    author: str
    email: str
    subject: str
    trailers: str
    body: str | None = None


# A tuple and not a dataclass: a registry of 20,000 tags makes 20,000 of them at every start,
# and a frozen dataclass takes four times as long to make.
class Event(NamedTuple):
    """An immutable fact: what happened to which model, who did it, when, on which commit.

    Attributes:
        kind: what it does.
        artifact: the model.
        version: for register and deregister; a stage event names a commit.
        stage: for assign and unassign.
        counter: the ``#n`` of its tag; it orders the events of one stage.
        tag: its tag.
        oid: id of the tag object.
        commit: the commit that it is about.
        date: when, in seconds since 1970-01-01 UTC, by the tagger's clock.
        author: who.
        email: their address.
        subject: first line of the message.
        trailers: the trailers as text; see :meth:`trailer`.
        body: message below the subject, None where it was not read.
    """

    kind: Kind
    artifact: Artifact
    version: Version | None
    stage: StageName | None
    counter: int | None
    tag: str
    oid: str
    commit: str
    date: int
    author: str
    email: str
    subject: str
    trailers: str
    body: str | None = None

    def trailer(self, key: str) -> str | None:
        """Return the value of a trailer, or None."""
        return parse_trailers(self.trailers).get(key)

    @property
    def when(self) -> datetime:
        """When it happened, in UTC."""
        return datetime.fromtimestamp(self.date, UTC)

    @property
    def order(self) -> tuple[int, int, str]:
        """Key of the total order of a model's events; those of one stage go by counter first."""
        return (self.date, self.counter or 0, self.tag)


def name_of(event: Event) -> TagName:
    """The parsed tag of an event."""
    return TagName(event.artifact, event.kind, event.version, event.stage, event.counter)


def read_tag(record: TagRecord) -> Event | Finding | None:
    """Read one tag.

    Returns:
        The event it is; a finding where it has the form of one but is not sound; None where it
        is somebody else's tag.
    """
    name = TagName.parse(record.ref)
    if name is None and TagName.overlong(record.ref):
        return Finding(
            Severity.ERROR, "overlong-tag", record.ref[:80], "is too long to be one of ours"
        )
    if name is None:
        return None
    if not record.type:
        return Finding(
            Severity.ERROR,
            "broken-tag",
            record.ref,
            "names an object that is missing or cannot be read",
            "git fsck says what is damaged; git fetch --tags --force brings the remote's",
        )
    if record.type != "tag":
        return Finding(
            Severity.WARNING,
            "lightweight-tag",
            record.ref,
            "is a lightweight tag, which is no event",
            f"git tag -d {quoted(record.ref)}, then {_mend(name, record.oid)}",
        )
    problem = _problem(record)
    if problem is not None:
        return Finding(Severity.ERROR, problem[0], record.ref, problem[1])
    return Event(
        name.kind,
        name.artifact,
        name.version,
        name.stage,
        name.counter,
        record.ref,
        record.oid,
        record.target,
        int(record.date[:-6]),
        record.author,
        record.email,
        record.subject,
        record.trailers,
        record.body,
    )


def _problem(record: TagRecord) -> tuple[str, str] | None:
    if record.name != record.ref:
        return "renamed-tag", f"holds a tag object that was made under the name {record.name!r}"
    if record.target_type != "commit":
        what = record.target_type or "an object that is not here"
        return "bad-target", f"does not name a commit but {what}"
    if _DATE.fullmatch(record.date) is None or int(record.date[:-6]) > _LATEST_DATE:
        return "bad-date", f"has no usable date ({record.date!r})"
    return None


def _mend(name: TagName, commit: str) -> str:
    if name.kind is Kind.REGISTER:
        return f"modelref register {name.artifact} --version {name.version} --rev {commit[:10]}"
    if name.kind is Kind.ASSIGN:
        return f"modelref promote {name.artifact}@VERSION {name.stage}"
    return "make it with the modelref command"
