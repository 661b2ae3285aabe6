"""The in-memory twins of what is around a process: its clock, its journal, and what it runs."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from modelref.errors import Conflict, OutOfReach


@dataclass
class MemoryClock:
    """A clock that stands still until it is set; port ``Clock``."""

    time: int = 1_700_000_000
    _ids: int = 0

    def now(self) -> int:
        """Return the time it was set to."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Let time pass at once."""
        self.time += int(seconds)

    def unique_id(self) -> str:
        """Count up."""
        self._ids += 1
        return f"{self._ids:032x}"


@dataclass
class MemoryJournal:
    """Intents in a dict; port ``Journal``."""

    intents: dict[str, str] = field(default_factory=dict)
    held: bool = False

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the lock; it is not re-entrant."""
        if self.held:
            raise Conflict("another writer holds the lock", kind="locked")
        self.held = True
        try:
            yield
        finally:
            self.held = False

    def begin(self, command: str, fresh: str) -> str:
        """Note an intent."""
        return self.intents.setdefault(command, fresh)

    def pending(self, command: str) -> bool:
        """Whether an intent is noted."""
        return command in self.intents

    def acknowledge(self, command: str) -> None:
        """Forget an intent."""
        self.intents.pop(command, None)


@dataclass
class MemoryScoring:
    """A score command that writes what a test set; port ``Scoring``.

    Attributes:
        cache: the user's cache.
        writes: what the command writes to ``{out}``; None where it fails.
        ran: the commands that were run.
    """

    cache: Path = Path()
    writes: bytes | None = None
    ran: list[tuple[str, ...]] = field(default_factory=list)

    def folder(self, key: str) -> Path:
        """A folder of the cache."""
        return self.cache / key

    def run(self, argv: Sequence[str], seconds: int, settings: str) -> None:
        """Note the command, and write to its last argument."""
        self.ran.append(tuple(argv))
        if self.writes is None:
            raise OutOfReach("the score command failed", kind="score-failed")
        Path(argv[-1]).write_bytes(self.writes)
