"""Tables, read by a child process: what it cannot chew neither fills the memory nor ends us."""

import json
import os
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modelref.adapters.extras import READERS
from modelref.domain.diff.data import ColumnChange, Counted, TableChange, by_drift
from modelref.domain.diff.metrics import Paired, SegmentChange
from modelref.domain.diff.panel import Panel
from modelref.domain.diff.results import Gap, MeasuredMetric, Own, Results, Why
from modelref.domain.diff.shown import Catalogue
from modelref.domain.diff.values import Status
from modelref.errors import BadInput, OutOfReach
from modelref.ports import Located

_MEMORY = 448 << 20
"""Bytes of data that the child may have, its libraries' included."""
_SECONDS = 3600
_SIGNS = ("MemoryError", "bad_alloc", "malloc", "OutOfMemory", "Memory allocation")
"""What a process says that has no memory left."""
_FRUGAL = {
    # Each thread of a BLAS keeps buffers of its own, and sums in an order of its own.
    **{f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")},
    # Other allocators set large spaces aside, which count against the limit.
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    # glibc keeps what large arrays leave behind, and cannot always use it again: give it back.
    "MALLOC_MMAP_THRESHOLD_": str(1 << 18),
}


@dataclass(frozen=True, slots=True)
class GuardedTables:
    """Tables read in a child process with limits; port ``Tables``.

    Attributes:
        most_bytes: of data that the child may have.
        seconds: that it may take.
    """

    most_bytes: int = _MEMORY
    seconds: float = _SECONDS

    def results(
        self, before: Located, after: Located, seed: int, metrics: Collection[str]
    ) -> Results:
        """Compare results per user on the users that both files have."""
        found = self._ask("results", before, after, seed=seed, metrics=list(metrics))
        measured = tuple(
            MeasuredMetric(
                one["task"],
                one["metric"],
                _paired(one["all"]),
                (Own(*one["own"][0]), Own(*one["own"][1])),
                tuple(
                    SegmentChange(part["column"], part["segment"], _paired(part))
                    for part in one["segments"]
                ),
                {(part["column"], part["segment"]): part["users"] for part in one["sizes"]},
            )
            for one in found["measured"]
        )
        return Results(
            measured, tuple(Gap(**{**one, "why": Why(one["why"])}) for one in found["gaps"])
        )

    def compare(
        self, before: Located, after: Located, ids: Mapping[str, Sequence[str]]
    ) -> TableChange:
        """Compare two tables, in memory that does not grow with them."""
        found = self._ask("tables", before, after, ids={key: list(ids[key]) for key in ids})
        columns = [_column(one) for one in found["columns"]]
        return TableChange(
            after.name,
            Counted(*found["rows"]),
            {what: Counted(*counted) for what, counted in found["ids"].items()},
            by_drift([one for one in columns if one]),
            tuple(found["nested"]),
        )

    def panel(
        self,
        before: Located,
        after: Located,
        *,
        reseeded: Sequence[Located] = (),
        items: Sequence[Located] = (),
        users: Sequence[Located] = (),
    ) -> Panel:
        """Read the lists of a panel on two sides; no id of a user comes out."""
        more = {"reseeded": reseeded, "items": items, "users": users}
        found = self._ask(
            "panel", before, after, **{key: list(map(_named, files)) for key, files in more.items()}
        )
        about = found["items"]
        catalogue = Catalogue(
            about["name"], about["category"], about["popularity"], about["met"], about["count"]
        )
        return Panel(
            found["before"], found["after"], found["reseeded"], catalogue, found["segments"]
        )

    def _ask(self, task: str, before: Located, after: Located, **more: Any) -> Any:
        arguments = {"before": _named(before), "after": _named(after), **more}
        names = after.name if after.name == before.name else f"{before.name} and {after.name}"
        reply = self._reply(json.dumps({"task": task, "arguments": arguments}), names)
        if "error" in reply:
            error = reply["error"]
            raise BadInput(error["message"], kind=error["kind"], hint=error["hint"])
        return reply["found"]

    def _reply(self, request: str, names: str) -> Any:
        # -P: a module of the repository must not stand in for one of ours.
        argv = [sys.executable, "-P", "-m", f"{__package__}.child", str(self.most_bytes)]
        try:
            done = subprocess.run(
                argv,
                input=request,
                capture_output=True,
                text=True,
                timeout=self.seconds,
                env={**os.environ, **_FRUGAL},
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise OutOfReach(
                f"{names} could not be read within {self.seconds:.0f} seconds", kind="too-slow"
            ) from error
        if done.returncode == 0:
            return json.loads(done.stdout)
        raise _unread(names, done.stderr, self.most_bytes)


def _named(file: Located) -> list[str]:
    return [str(file.path), file.name]


def _unread(names: str, said: str, most_bytes: int) -> OutOfReach:
    if "ModuleNotFoundError" in said:
        missing = said.strip().rpartition("'")[0].rpartition("'")[2]
        return OutOfReach(
            f"reading {names} needs {missing}, which is not installed",
            kind="not-installed",
            hint=READERS,
        )
    if any(sign in said for sign in _SIGNS):
        return OutOfReach(
            f"reading {names} would take more than {most_bytes >> 20} MiB of memory, "
            "the most that any table may take",
            kind="too-large",
            hint="keep fewer rows or columns there, or numbers of single precision",
        )
    last = said.strip().splitlines()[-1:] or ["no word"]
    return OutOfReach(
        f"{names} ended the process that read it ({last[0][:200]})", kind="unreadable-table"
    )


def _paired(estimate: Mapping[str, Any]) -> Paired:
    return Paired(
        estimate["users"],
        estimate["before"],
        estimate["after"],
        estimate["change"],
        (estimate["low"], estimate["high"]),
        estimate["p_value"],
    )


def _column(one: Mapping[str, Any]) -> ColumnChange | None:
    """A column that differs in anything that is told of it; None where nothing does."""
    types, missing = tuple(one["types"]), tuple(one["missing"])
    status = Status.CHANGED
    if None in types:
        status = Status.ADDED if types[0] is None else Status.REMOVED
    elif types[0] == types[1] and missing[0] == missing[1] and not one["drift"]:
        return None
    return ColumnChange(
        one["column"],
        status,
        (types[0], types[1]),
        (missing[0], missing[1]),
        one["drift"],
        one["psi"],
        one["wasserstein"],
    )
