"""The in-memory twin of the port ``Tables``."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from modelref.domain.diff.data import TableChange
from modelref.domain.diff.panel import Panel
from modelref.domain.diff.results import Gap, MeasuredMetric, Results
from modelref.errors import OutOfReach
from modelref.ports import Located


@dataclass
class MemoryTables:
    """Tables that say what a test lets them; port ``Tables``.

    Attributes:
        measured: what two files of results per user say, whatever they hold.
        gaps: what they do not say.
        changes: what two tables say, by the second one's name.
        lists: what two panels say, by the second one's name.
    """

    measured: Sequence[MeasuredMetric] = ()
    gaps: Sequence[Gap] = ()
    changes: dict[str, TableChange] = field(default_factory=dict)
    lists: dict[str, Panel] = field(default_factory=dict)

    def panel(
        self,
        before: Located,
        after: Located,
        *,
        reseeded: Sequence[Located] = (),
        items: Sequence[Located] = (),
        users: Sequence[Located] = (),
    ) -> Panel:
        """Return what the test set."""
        if after.name not in self.lists:
            raise OutOfReach(f"{after.name} cannot be read", kind="unreadable-table")
        return self.lists[after.name]

    def results(
        self, before: Located, after: Located, seed: int, metrics: Collection[str]
    ) -> Results:
        """Return what the test set."""
        return Results(tuple(self.measured), tuple(self.gaps))

    def compare(
        self, before: Located, after: Located, ids: Mapping[str, Sequence[str]]
    ) -> TableChange:
        """Return what the test set."""
        if after.name not in self.changes:
            raise OutOfReach(f"{after.name} cannot be read", kind="unreadable-table")
        return self.changes[after.name]
