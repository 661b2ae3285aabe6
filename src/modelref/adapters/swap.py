"""Changing many files of a checkout at once: killed at any point, it can be completed or undone.

All new files are staged, and all old ones kept by hard links, in a folder on the same disk before
the first is changed; a rename of that folder is the moment of beginning. From then on each step is
one rename or removal that is safe to repeat. Files are told apart by inode, size and time of
change: one that is neither the old nor the new is somebody's later work, and is never touched.
"""

import json
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from modelref.adapters.durable import sync_folder, write_durably
from modelref.adapters.swapfiles import (
    Place,
    Seen,
    folders_of,
    is_folder,
    keep,
    make,
    move,
    reported,
    seen,
)
from modelref.domain.restoring import Change, Job
from modelref.errors import Refused


@dataclass(frozen=True, slots=True)
class Swap:
    """At most one unfinished change of a checkout.

    Attributes:
        root: top folder of the checkout.
        private: folder for notes and kept files, on the checkout's disk.
    """

    root: Path
    private: Path

    @property
    def _begun(self) -> Path:
        return self.private / "restore"

    def unfinished(self) -> Job | None:
        """What was begun and neither finished nor undone; the caller holds the writers' lock."""
        plan = self._read()
        if plan is None:
            self._sweep()
            return None
        return Job.from_dict(plan["job"])

    def begin(self, job: Job, changes: Sequence[Change], place: Place) -> None:
        """Stage everything and begin; the checkout is as it was until :meth:`complete`.

        Raises:
            Refused: a path leads through a link or a file, or lies on another disk.
            OutOfReach: bytes are missing, or the disk is full; nothing was begun.
        """
        fresh = self.private / "restore.new"
        with reported(self.private):
            self._sweep()
            (fresh / "old").mkdir(parents=True)
            (fresh / "new").mkdir()
            folders = folders_of(self.root, changes)
            entries = [
                self._stage(fresh, number, change, place) for number, change in enumerate(changes)
            ]
            plan = {"job": job.to_dict(), "entries": entries, **folders}
            write_durably(fresh / "plan.json", json.dumps(plan))
            sync_folder(fresh / "new")
            sync_folder(fresh / "old")
            fresh.rename(self._begun)
            sync_folder(self.private)

    def complete(self) -> None:
        """Make every change that was not made yet.

        Raises:
            Refused: a file was changed by somebody else meanwhile.
        """
        plan = self._plan()
        entries = sorted(enumerate(plan["entries"]), key=lambda pair: pair[1]["new"] is not None)
        with reported(self.root):
            for number, entry in entries:
                target, new = self.root / entry["path"], self._kept("new", number)
                if entry["new"] is None:
                    self._expect(plan, target, entry, None)
                    target.unlink(missing_ok=True)
                    self._prune(entry)
                elif os.path.lexists(new):
                    self._expect(plan, target, entry, entry["old"])
                    move(new, target)
            self._sync_folders(plan)

    def undo(self) -> Job:
        """Put every file back as it was, and forget the change.

        Raises:
            Refused: a file was changed by somebody else meanwhile; nothing was put back.
        """
        plan = self._plan()
        with reported(self.root):
            for number, entry in enumerate(plan["entries"]):
                if entry["old"] is None or os.path.lexists(self._kept("old", number)):
                    self._expect(plan, self.root / entry["path"], entry, entry["new"])
            if not plan["job"]["aborting"]:
                plan["job"]["aborting"] = True
                write_durably(self._begun / "plan.json", json.dumps(plan))
            self._put_back(plan)
            self._sync_folders(plan)
        self.forget()
        return Job.from_dict(plan["job"])

    def forget(self) -> None:
        """Drop the notes and the kept files: what was begun is finished."""
        with reported(self.private):
            self._begun.rename(self.private / "restore.done")
            sync_folder(self.private)
            self._sweep()

    def _put_back(self, plan: dict[str, Any]) -> None:
        entries = list(enumerate(plan["entries"]))
        for _, entry in entries:
            if entry["old"] is None:
                (self.root / entry["path"]).unlink(missing_ok=True)
        for name in plan["made"]:
            with suppress(OSError):
                (self.root / name).rmdir()
        for number, entry in entries:
            old, target = self._kept("old", number), self.root / entry["path"]
            kept = entry["old"] is not None and os.path.lexists(old)
            if kept and seen(target) != entry["old"]:
                move(old, target)
        for name, mode in plan["there"].items():
            (self.root / name).mkdir(parents=True, exist_ok=True)
            (self.root / name).chmod(mode)

    def _stage(self, fresh: Path, number: int, change: Change, place: Place) -> dict[str, Any]:
        target, old = self.root / change.path, fresh / "old" / str(number)
        # The files of a folder in the way are changes of their own.
        before = None if is_folder(target) else seen(target)
        if isinstance(change.new, bytes) and target.is_symlink():
            raise Refused(
                f"{change.path} is a symbolic link",
                kind="unsafe-path",
                hint="put a plain file in its place, then restore again",
            )
        if before is not None:
            keep(target, old, change)
        after = make(fresh / "new" / str(number), target, change, place)
        return {
            "path": change.path,
            "old": before,
            "new": after,
            "folder": change.folder,
        }

    def _expect(self, plan: dict[str, Any], target: Path, entry: Any, other: Seen) -> None:
        """See that a file is as it was, as it shall be, or gone."""
        now = seen(target)
        if now is None or now in (entry["old"], entry["new"], other) or is_folder(target):
            return
        raise Refused(
            f"{entry['path']} was changed while the restore of {plan['job']['ref']} was unfinished",
            kind="changed-meanwhile",
            hint=f"move {entry['path']} away, then repeat the command",
        )

    def _prune(self, entry: dict[str, Any]) -> None:
        if not entry["folder"]:
            return
        folder = PurePosixPath(entry["path"]).parent
        while folder.is_relative_to(entry["folder"]):
            try:
                (self.root / folder).rmdir()
            except OSError:
                return
            folder = folder.parent

    def _kept(self, kind: str, number: int) -> Path:
        return self._begun / kind / str(number)

    def _plan(self) -> dict[str, Any]:
        plan = self._read()
        if plan is None:
            raise AssertionError("nothing was begun")
        return plan

    def _read(self) -> dict[str, Any] | None:
        try:
            loaded: dict[str, Any] = json.loads((self._begun / "plan.json").read_bytes())
        except FileNotFoundError:
            return None
        return loaded

    def _sync_folders(self, plan: dict[str, Any]) -> None:
        for name in {str(PurePosixPath(entry["path"]).parent) for entry in plan["entries"]}:
            with suppress(FileNotFoundError, NotADirectoryError):
                sync_folder(self.root / name)

    def _sweep(self) -> None:
        """Remove what a killed run left before its beginning or after its end."""
        for name in ("restore.new", "restore.done"):
            shutil.rmtree(self.private / name, ignore_errors=True)
