"""Histories written in short: events from the names of their tags."""

from modelref.domain.event import Event, TagRecord, read_tag

COMMITS = {name: f"{i:040x}" for i, name in enumerate("abcdefgh", start=1)}


def record(tag: str, commit: str = "a", date: int = 1, trailers: str = "") -> TagRecord:
    """A well-formed annotated tag on the commit of a letter."""
    return TagRecord(
        tag,
        f"{abs(hash((tag, date))):040x}"[:40],
        "tag",
        tag,
        COMMITS.get(commit, commit),
        "commit",
        f"{date} +0000",
        "Ada",
        "ada@example.com",
        f"about {tag}",
        trailers,
    )


def event(tag: str, commit: str = "a", date: int = 1, trailers: str = "") -> Event:
    """The event of a well-formed tag."""
    read = read_tag(record(tag, commit, date, trailers))
    assert isinstance(read, Event)
    return read


def history(*lines: str) -> list[Event]:
    """Events from lines ``TAG COMMIT``, one second apart; a third word ``rollback`` marks one."""
    events = []
    for date, line in enumerate(lines, start=1):
        tag, commit, *kind = line.split()
        trailers = f"Modelref-Event: {kind[0]}" if kind else ""
        events.append(event(tag, commit, date, trailers))
    return events
