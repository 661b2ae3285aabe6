"""A remote repository's tags, commits and folders, kept in the user's cache without its files.

A partial clone (``git help partial-clone``), refreshed by the refs that are asked for. What the
remote says wins: a tag that was moved or deleted there is so here, and that is told.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TypeVar

from modelref.adapters.durable import write_durably
from modelref.adapters.git.elsewhere.address import Address
from modelref.adapters.git.elsewhere.objects import missing_objects
from modelref.adapters.git.elsewhere.server import Abilities, Server
from modelref.adapters.git.elsewhere.shelf import Shelf
from modelref.adapters.git.environment import Confinement
from modelref.adapters.git.program import Git, failed
from modelref.errors import OutOfReach

DEFAULT = "refs/modelref/default"
"""Where the remote's default branch is kept."""
_HEADS = "refs/heads/"
_NAMED = "refs/modelref/named"
"""Where other branches are kept that were asked for by name."""
FULL_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_ABSENT = re.compile(r"couldn't find remote ref|not our ref|unadvertised object")
_FETCH = ("--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--progress")
_LOCKED = re.compile(r"\.lock': File exists")
_MANY = 100
"""Fetched refs from which on they are packed into one file: listing them is twice as fast."""
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Moved:
    """A tag that the remote moved or deleted since it was last read.

    Attributes:
        tag: its name.
        old: the object it named, as a full id.
        new: the object it names; ``""`` if it is gone.
    """

    tag: str
    old: str
    new: str


@dataclass(slots=True)
class Mirror:
    """The kept part of one remote repository.

    Attributes:
        address: where the remote is.
        shelf: where it is kept.
    """

    address: Address
    shelf: Shelf
    git: Git = field(init=False)
    _server: Server = field(init=False)
    _asked: tuple[str, ...] = field(default=(), init=False)

    def __post_init__(self) -> None:
        self.git = Git(self.shelf.folder, Confinement(self.shelf.git))
        self._server = Server(self.address, self.git)

    def refresh(self, patterns: Sequence[str]) -> Sequence[Moved]:
        """Bring refs up to date, with one question to the remote where nothing is new.

        Args:
            patterns: refs, each with at most one ``*``, which matches ``/`` as well.

        Returns:
            The tags among them that were moved or deleted.

        Raises:
            OutOfReach: the remote does not answer, or the cache cannot be written.
        """
        self._asked = tuple(patterns)
        with self.shelf.exclusive() as lock:
            return self._mended(lambda: self._refreshed(patterns, lock))

    def default(self) -> str:
        """Fetch the remote's default branch, and return the ref that it is kept under.

        Raises:
            OutOfReach: as :meth:`refresh`.
        """
        with self.shelf.exclusive() as lock:
            self._mended(lambda: self._fetch(self._ready(), [f"+HEAD:{DEFAULT}"], lock))
        return DEFAULT

    def named(self, name: str) -> str | None:
        """Fetch a branch, and return the ref that it is kept under; None where there is none.

        Args:
            name: a branch, a whole ref (``refs/pull/7/head``), or the full id of a commit.

        Raises:
            OutOfReach: as :meth:`refresh`.
        """
        there = name if name.startswith("refs/") or FULL_ID.fullmatch(name) else _HEADS + name
        if not FULL_ID.fullmatch(name) and self.git.run("check-ref-format", there).code:
            return None
        # A branch ``a`` may have gone for one ``a/b``: git could not keep both.
        kept = f"{_NAMED}/{sha256(there.encode()).hexdigest()}"
        try:
            with self.shelf.exclusive() as lock:
                self._mended(lambda: self._fetch(self._ready(), [f"+{there}:{kept}"], lock))
        except OutOfReach as error:
            if _ABSENT.search(error.message):
                return None
            raise
        return kept

    def bring(self, objects: Sequence[str]) -> None:
        """Have the files of some ids here; what is missing comes in one go.

        Args:
            objects: full ids.

        Raises:
            OutOfReach: the remote does not answer, or does not give them.
        """
        missing = missing_objects(self.git, objects)
        if not missing:
            return
        with self.shelf.exclusive() as lock:
            self._server.ask(
                "fetch",
                *_FETCH,
                "--filter=blob:none",
                "--stdin",
                stdin="".join(f"{oid}\n" for oid in missing).encode(),
                keep=[lock],
                config={"fetch.negotiationAlgorithm": "noop"},
            )
        absent = missing_objects(self.git, missing)
        if absent:
            raise OutOfReach(
                f"{self.address} did not give {len(absent)} of {len(missing)} files that its "
                "commits name",
                kind="missing-objects",
                hint="see that it is whole: git fsck, in that repository",
            )

    def mended(self) -> bool:
        """Make what is kept anew if it is damaged; False if it is sound.

        Raises:
            OutOfReach: the remote does not answer, or the cache cannot be written.
        """
        if self._sound():
            return False
        self.renew()
        return True

    def renew(self) -> None:
        """Make what is kept anew.

        Raises:
            OutOfReach: as :meth:`refresh`.
        """
        with self.shelf.exclusive() as lock:
            self.shelf.clear()
            self._refreshed(self._asked, lock)

    def _mended(self, work: Callable[[], _Value]) -> _Value:
        """Do something with the remote; what a killed run left in the way is put right first."""
        try:
            return work()
        except OutOfReach as error:
            if error.kind in ("remote-timeout", "unwritable"):
                raise
            if _LOCKED.search(error.message):
                for stale in self.shelf.git.rglob("*.lock"):  # we hold the lock: nobody's any more
                    stale.unlink(missing_ok=True)
            elif not self.shelf.git.is_dir() or self._sound():
                raise
            else:
                self.shelf.clear()
        return work()

    def _refreshed(self, patterns: Sequence[str], lock: int) -> Sequence[Moved]:
        able = self._ready()
        before = self._refs(patterns)
        self._fetch(able, [f"+{pattern}:{pattern}" for pattern in patterns], lock)
        after = self._refs(patterns)
        if len(after) - len(before) >= _MANY:
            self.git.run("pack-refs", "--all", keep=[lock])
        return [
            Moved(ref.removeprefix("refs/tags/"), old, after.get(ref, ""))
            for ref, old in before.items()
            if after.get(ref) != old and ref.startswith("refs/tags/")
        ]

    def _fetch(self, able: Abilities, specs: Sequence[str], lock: int) -> None:
        # Where the remote cannot leave files out, at least it can leave the history out.
        less = "--filter=blob:none" if able.filters else "--depth=1"
        self._server.ask("fetch", *_FETCH, "--prune", less, operands=specs, keep=[lock])

    def _ready(self) -> Abilities:
        """Have a git folder; the note of what the remote can do is made last."""
        note = self.shelf.folder / "remote.json"
        known = Abilities.read(note)
        if known is not None and self.shelf.git.is_dir():
            return known
        self.shelf.clear()
        note.unlink(missing_ok=True)
        known = self._server.abilities(self.shelf.folder)
        made = self.git.run(
            "init", "--bare", "--quiet", "--template=", f"--object-format={known.objects}"
        )
        if made.code:
            raise failed("init", made)
        write_durably(note, known.text())
        return known

    def _refs(self, patterns: Sequence[str]) -> Mapping[str, str]:
        starts = tuple(pattern.removesuffix("*") for pattern in patterns)
        out = self.git.output(
            "for-each-ref", "--format=%(refname)%00%(objectname)", operands=["refs"]
        )
        pairs = [
            line.partition("\0") for line in out.decode("utf-8", "surrogateescape").split("\n")
        ]
        return {ref: oid for ref, _, oid in pairs if ref.startswith(starts)}

    def _sound(self) -> bool:
        """Whether every ref leads to an object that can be read."""
        listed = self.git.run("for-each-ref", "--format=%(objectname)")
        if listed.code or listed.stderr:
            return False
        read = self.git.run("cat-file", "--batch", "--buffer", stdin=listed.stdout)
        return not read.code and not missing_objects(self.git, listed.stdout.decode().split())
