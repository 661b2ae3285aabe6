"""`collect`: where the data come from, and what a team's own columns are called."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from recommender.params.section import Section

FORMATS = ("csv", "parquet", "jsonl")


@dataclass(frozen=True)
class InteractionColumns:
    """What the team's log calls our columns; None: the log has no such column."""

    user: str
    item: str
    time: str
    event: str | None = None
    quantity: str | None = None
    price: str | None = None

    def named(self) -> dict[str, str]:
        """Our name -> theirs, for the columns there are."""
        return {ours: theirs for ours, theirs in vars(self).items() if theirs is not None}


@dataclass(frozen=True)
class TableParams:
    """A team's users or items table.

    Attributes:
        file: Its name in the folder.
        columns: Our name -> theirs; columns not named are left out.
    """

    file: str
    columns: Mapping[str, str]


@dataclass(frozen=True)
class FilesParams:
    """A folder of a team's own files.

    Attributes:
        path: The folder.
        interactions: Name or glob of the log's files in the folder.
        columns: The log's columns.
        format: `csv`, `parquet` or `jsonl` for every file, or None to go by each file's ending.
        events: Event kind -> weight of such a row; kinds not named are left out. Empty: all kinds
            count 1.
        users: The users table, if there is one.
        items: The items table, if there is one.
    """

    path: str
    interactions: str
    columns: InteractionColumns
    format: str | None = None
    events: Mapping[str, float] = field(default_factory=dict)
    users: TableParams | None = None
    items: TableParams | None = None


@dataclass(frozen=True)
class CollectParams:
    """Source of the data.

    Attributes:
        source: `completejourney` or `files`.
        until: Rows later than this are refused; None: later than now.
        files: Where `source` is `files`.
    """

    source: str
    until: dt.datetime | None = None
    files: FilesParams | None = None


def collect_params(root: Section) -> CollectParams:
    """Parse `collect`.

    Raises:
        ParamsError: A key is missing, unknown, of the wrong type or out of range.
    """
    section = root.section("collect")
    section.only("source", "until", "files")
    source = section.choice("source", ("completejourney", "files"))
    files = _files(section.section("files")) if source == "files" else None
    return CollectParams(source, section.instant("until"), files)


def _files(section: Section) -> FilesParams:
    section.only("path", "interactions", "format", "columns", "events", "users", "items")
    columns = section.section("columns")
    required, optional = ("user", "item", "time"), ("event", "quantity", "price")
    columns.only(*required, *optional)
    names: dict[str, str] = {key: columns.text(key) for key in required}
    names |= {key: columns.text(key) for key in optional if key in columns}
    events: dict[str, float] = {}
    if "events" in section:
        if "event" not in columns:
            section.refuse("events", "given", f"only together with {columns.name('event')}")
        kinds = section.section("events")
        events = {kind: kinds.number(kind, above=0) for kind in kinds.entries()}
    return FilesParams(
        path=section.text("path"),
        interactions=section.text("interactions", "interactions.*"),
        columns=InteractionColumns(**names),
        format=section.choice("format", FORMATS) if "format" in section else None,
        events=events,
        users=_table(section, "users", "user"),
        items=_table(section, "items", "item"),
    )


def _table(parent: Section, key: str, id_column: str) -> TableParams | None:
    if key not in parent:
        return None
    section = parent.section(key)
    section.only("file", "columns")
    columns = section.section("columns")
    columns.text(id_column)
    return TableParams(
        section.text("file"),
        {ours: columns.text(ours) for ours in columns.entries()},
    )
