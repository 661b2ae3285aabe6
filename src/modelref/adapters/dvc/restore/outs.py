"""The outs that a restore determines: file by file, what lies there and what shall."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from modelref.adapters.dvc.declared.lockfile import read_dvc_file
from modelref.adapters.dvc.declared.places import Place
from modelref.adapters.dvc.facts.gitkept import is_bookkeeping
from modelref.adapters.dvc.restore.disk import Disk
from modelref.adapters.dvc.store.cache import DvcOutputs
from modelref.domain.outs import GIT, Out, OutFile, is_within
from modelref.domain.restoring import LINK_MODE, Change, Left
from modelref.errors import ModelRefError

_EXECUTABLE = 0o755
_MODES = {"100755": _EXECUTABLE, "120000": LINK_MODE}


@dataclass(slots=True)
class OutChanges:
    """What becomes of outs.

    Attributes:
        changes: by file.
        changed: paths of outs of which something changes, and of files from git.
        left: outs that are not brought back.
        tracked: files that git tracks.
        lost: files whose bytes nobody else keeps, so that they stand in the way.
        absent: files to bring back that the cache lacks.
    """

    changes: list[Change] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    tracked: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    absent: list[OutFile] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class OutPlanner:
    """Compares outs of a version with the disk.

    Attributes:
        outputs: the bytes.
        disk: the workspace's files.
        then: the version.
        now: the workspace.
        bases: commits whose state may be overwritten: HEAD, and what was restored last.
    """

    outputs: DvcOutputs
    disk: Disk
    then: Place
    now: Place
    bases: Sequence[Place]

    def plan(self, outs: Sequence[Out], needed: Sequence[Out]) -> OutChanges:
        """Say what becomes of outs.

        Args:
            outs: all of them.
            needed: those that must be brought back; any other may be left.

        Raises:
            OutOfReach: the bytes of a needed one are neither here nor on its DVC remote.
        """
        planned = OutChanges()
        must = {out.key: out for out in needed}
        for each in outs:
            out = must.get(each.key, each)  # a needed one knows its remote
            tracked = self._in_git(out.path)
            others = self._others(out, outs) if out.algorithm == GIT else frozenset()
            if others:
                tracked = _beside(others, tracked)
                known = {name for base in self.bases for name in _beside(others, base.tree)}
                self._compare(out.path, tracked, planned, known | tracked.keys())
                planned.tracked.extend(tracked)
            elif tracked:
                self._compare(out.path, tracked, planned)
                planned.tracked.extend(tracked)
            elif out.key in must or self.outputs.cached(out):
                if out.is_dir:
                    self.outputs.fetch([out.object])
                files = {file.path: file for file in self.outputs.files(out)}
                self._compare(out.path, files, planned)
            else:
                self._leave(out, planned)
        self._refuse_absent(planned.absent)
        return planned

    def _refuse_absent(self, files: Sequence[OutFile]) -> None:
        """Refuse files whose bytes are nowhere; those on a remote are brought when all is sure."""
        objects = {Out(one.path, one.algorithm, one.hash, remote=one.remote): one for one in files}
        there = self.outputs.on_remote(list(objects))
        nowhere = [file for out, file in objects.items() if not there[out]]
        self.outputs.fetch(nowhere)  # it says why it cannot

    def _others(self, folder: Out, outs: Sequence[Out]) -> frozenset[str]:
        """Paths of DVC's outs below a folder that git keeps the rest of, then and now."""
        now = [out for held in self.now.outs_by_file().values() for out in held]
        below = f"{folder.path}/"
        return frozenset(out.path for out in [*outs, *now] if out.path.startswith(below))

    def _compare(
        self,
        path: str,
        new: Mapping[str, OutFile],
        planned: OutChanges,
        only: Collection[str] | None = None,
    ) -> None:
        present = [name for name in self.disk.files(path) if only is None or name in only]
        modes = self._modes(path) if any(file.algorithm == GIT for file in new.values()) else {}
        expected = self._expected(path) if present else {}
        right = {
            name
            for name in present
            if name in new
            # A link to another cached file needs no hashing to be known as another.
            and not self._is_other(name, expected.get(name), new[name])
            and self._is_right(new[name], modes.get(name))
        }
        going = [name for name in present if name not in right]
        planned.lost.extend(
            name
            for name in going
            if not self._in_bases(name) and not self.disk.is_kept(name, expected)
        )
        changes = [Change(name, None, folder=path) for name in going if name not in new]
        coming = [name for name in new if name not in right]
        for name in coming:
            if new[name].algorithm == GIT:
                continue
            if self.outputs.locate(new[name]).exists():
                self.outputs.check(new[name], deep=False)
            else:
                planned.absent.append(new[name])
        changes += [Change(name, new[name], modes.get(name), path) for name in coming]
        planned.changes.extend(changes)
        if changes:
            planned.changed.append(path)

    def _is_other(self, path: str, known: OutFile | None, wanted: OutFile) -> bool:
        return known is not None and known.hash != wanted.hash and self.disk.is_link(known, path)

    def _is_right(self, file: OutFile, mode: int | None) -> bool:
        target = self.disk.root / file.path
        if mode == LINK_MODE:
            return target.is_symlink() and Path(target).readlink().as_posix() == self._link(file)
        return self.disk.is_at(file, file.path)

    def _link(self, file: OutFile) -> str:
        data = self.outputs.read(Out(file.path, file.algorithm, file.hash))
        return data.decode("utf-8", "surrogateescape")

    def _in_bases(self, path: str) -> bool:
        """Whether a file is as a commit has it."""
        for base in self.bases:
            known = base.tree.get(path)
            if known is not None and self.disk.is_at(OutFile(path, GIT, known), path):
                return True
        return False

    def _in_git(self, path: str) -> dict[str, OutFile]:
        return {
            name: OutFile(name, GIT, oid)
            for name, oid in self.then.tree.items()
            if is_within(name, path)
        }

    def _modes(self, path: str) -> dict[str, int]:
        """Executable files and links that git has at or below a path."""
        out = self.then.commits.repository.git.output(
            "ls-tree", "-r", "-z", "--full-tree", str(self.then.commit), operands=[path]
        )
        lines = (
            line.partition("\t") for line in out.decode("utf-8", "surrogateescape").split("\0")
        )
        return {
            name: _MODES[head.split()[0]]
            for head, _, name in lines
            if name and head.split()[0] in _MODES
        }

    def _expected(self, path: str) -> dict[str, OutFile]:
        """What the workspace's own lock and ``.dvc`` files say of the files at a path."""
        outs = [out for stage in self.now.stages.values() for out in stage.outs]
        beside = f"{path}.dvc"
        if (data := self.now.data(beside)) is not None:
            outs += read_dvc_file(beside, data)
        found: dict[str, OutFile] = {}
        for out in outs:
            if is_within(out.path, path) or is_within(path, out.path):
                try:
                    found.update((file.path, file) for file in self.outputs.files(out))
                except ModelRefError:
                    continue  # its manifest is not here: each file is hashed instead
        return found

    def _leave(self, out: Out, planned: OutChanges) -> None:
        if not out.is_dir and self.disk.is_at(OutFile(out.path, out.algorithm, out.hash), out.path):
            return
        planned.left.append(
            Left(
                out.path,
                "its bytes are not in the DVC cache: "
                f"dvc fetch {out.path} && dvc checkout {out.path}",
            )
        )


_Entry = TypeVar("_Entry")


def _beside(others: Collection[str], files: Mapping[str, _Entry]) -> dict[str, _Entry]:
    """Files that are none of DVC's outs, nor say what these are."""
    return {
        name: entry
        for name, entry in files.items()
        if not is_bookkeeping(name) and not any(is_within(name, other) for other in others)
    }
