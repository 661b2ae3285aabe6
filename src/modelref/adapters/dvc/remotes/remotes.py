"""The DVC remotes of a repository: what they have, and bringing it into the cache."""

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from modelref.adapters.durable import sync_folder
from modelref.adapters.dvc.store.objects import object_key
from modelref.domain.outs import Out, OutFile
from modelref.errors import OutOfReach

if TYPE_CHECKING:
    from modelref.adapters.dvc.remotes.stores import Store
    from modelref.adapters.dvc.store.cache import DvcOutputs

_PATIENCE = 60.0
_MEGA = 1e6
Kept = TypeVar("Kept", Out, OutFile)
Place = tuple[Path, str]
"""Folder of a DVC repository, and name of a remote there."""


@dataclass(frozen=True, slots=True)
class DvcRemotes:
    """The remotes that the settings of a repository name.

    Nothing is imported, opened or asked before something is wanted of one.

    Attributes:
        trusted: the repository is the person's own. Of a stranger's, only remotes behind https,
            s3, gs and azure are asked, with no option that names a file, runs a program, or sends
            the person's credentials to a host of the stranger's.
        local: the stranger's repository is a folder of this machine, so its remotes may be too.
        patience: seconds in which at least something must come from a remote.
    """

    trusted: bool = True
    local: bool = False
    patience: float = _PATIENCE
    _open: "dict[Place, Store | None]" = field(default_factory=dict, repr=False)

    def have(self, outs: Sequence[Out], outputs: "DvcOutputs") -> Mapping[Out, bool | None]:
        """Whether the remote of each out has all its files with the right sizes.

        Args:
            outs: kept by DVC.
            outputs: the cache, for the manifests; those that it lacks are brought.

        Returns:
            None for an out where no remote is configured.

        Raises:
            OutOfReach: a remote cannot be read.
            BadInput: settings or a manifest are not valid.
        """
        found: dict[Out, bool | None] = {}
        for place, some in _grouped(outs, outputs).items():
            store = self._store(place)
            if store is None:
                found.update(dict.fromkeys(some))
                continue
            listed = {out: self._listed(out, outputs) for out in some}
            sizes = self._sizes(store, [file for files in listed.values() for file in files or ()])
            found.update((out, _is_whole(out, files, sizes)) for out, files in listed.items())
        return found

    def fetch(
        self, files: Sequence[OutFile], outputs: "DvcOutputs", progress: Callable[[str], None]
    ) -> None:
        """Bring objects that the cache lacks into it, verified; what came stays if others fail.

        Args:
            files: which.
            outputs: the cache.
            progress: called with what came so far.

        Raises:
            OutOfReach: no remote is configured or one has not got it, cannot be read, or has other
                bytes; or the cache cannot be written.
        """
        for place, some in _grouped(files, outputs).items():
            store = self._store(place)
            if store is None:
                raise _no_remote(some)
            wanted = {outputs.locate(file): file for file in some}
            self._bring(store, list(wanted.values()), outputs, progress)

    def _bring(
        self,
        store: "Store",
        files: Sequence[OutFile],
        outputs: "DvcOutputs",
        progress: Callable[[str], None],
    ) -> None:
        from modelref.adapters.dvc.remotes.arrival import Arrivals
        from modelref.adapters.dvc.remotes.crew import Pulse, work

        pulse, folders = Pulse(), set[Path]()
        arrivals = Arrivals(store, outputs.caches.of(files[0].path), pulse)

        def bring(file: OutFile) -> Path:
            try:
                return arrivals.bring(file)
            except FileNotFoundError:
                raise _nowhere(file, store.name) from None

        def tell() -> None:
            progress(
                f"{done} of {len(files)} files from the DVC remote {store.name!r}, "
                f"{pulse.bytes / _MEGA:,.1f} MB"
            )

        done = 0
        with _in_time(store.name, self.patience):
            for file, path in work(
                bring, files, pulse, jobs=store.jobs, patience=self.patience, tick=tell
            ):
                done += 1
                folders.add(path.parent)
                outputs.checked.remember(path, path.stat(), file.hash)
                tell()
        for folder in folders:
            sync_folder(folder)

    def _listed(self, out: Out, outputs: "DvcOutputs") -> Sequence[OutFile] | None:
        """All objects of an out, its manifest included; None where its manifest is nowhere."""
        if not out.is_dir:
            return [out.object]
        try:
            outputs.fetch([out.object])
        except OutOfReach as error:
            if error.kind == "missing-bytes":
                return None
            raise
        return [out.object, *outputs.files(out)]

    def _sizes(
        self, store: "Store", files: Iterable[OutFile]
    ) -> Mapping[tuple[str, ...], int | None]:
        """Sizes of those objects that a remote has, by where they lie."""
        from modelref.adapters.dvc.remotes.crew import Pulse, work

        keys = list({object_key(file.algorithm, file.hash): None for file in files})

        def look(key: tuple[str, ...]) -> tuple[bool, int | None]:
            try:
                return True, store.size(key)
            except FileNotFoundError:
                return False, None

        with _in_time(store.name, self.patience):
            seen = work(look, keys, Pulse(), jobs=store.jobs, patience=self.patience)
            return {key: size for key, (there, size) in seen if there}

    def _store(self, place: Place) -> "Store | None":
        if place not in self._open:
            from modelref.adapters.dvc.remotes.opening import open_store
            from modelref.adapters.dvc.remotes.settings import Trust, read_remote

            settings = read_remote(*place, Trust(self.trusted, self.local))
            self._open[place] = None if settings is None else open_store(settings)
        return self._open[place]


def _grouped(kept: Sequence[Kept], outputs: "DvcOutputs") -> dict[Place, list[Kept]]:
    groups: dict[Place, list[Kept]] = {}
    for one in kept:
        groups.setdefault((outputs.caches.root_of(one.path), one.remote), []).append(one)
    return groups


def _is_whole(
    out: Out,
    files: Sequence[OutFile] | None,
    sizes: Mapping[tuple[str, ...], int | None],
) -> bool:
    if files is None:
        return False
    keys = [object_key(file.algorithm, file.hash) for file in files]
    if any(key not in sizes for key in keys):
        return False
    told = [sizes[key] for key in (keys[1:] if out.is_dir else keys)]
    known = [size for size in told if size is not None]
    whole = out.size is None or bool(out.within) or len(known) < len(told)
    return whole or sum(known) == out.size


@contextmanager
def _in_time(name: str, patience: float) -> Iterator[None]:
    from modelref.adapters.dvc.remotes.crew import Silent

    try:
        yield
    except Silent:
        raise OutOfReach(
            f"the DVC remote {name!r} gave nothing for {patience:.0f} seconds",
            kind="remote-timeout",
            hint="see that it is up, then repeat the command: what came so far is kept",
        ) from None


def _no_remote(files: Sequence[OutFile]) -> OutOfReach:
    name = shlex.quote(files[0].path)
    return OutOfReach(
        f"the bytes of {_named(files)} are not in the DVC cache, and no DVC remote is the default",
        kind="missing-bytes",
        hint="dvc remote add --local --default NAME URL, and the same where they are; then there: "
        f"dvc push --all-tags {name}",
    )


def _nowhere(file: OutFile, remote: str) -> OutOfReach:
    return OutOfReach(
        f"the bytes of {file.path} are not in the DVC cache, nor on the DVC remote {remote!r}",
        kind="missing-bytes",
        hint=f"in a clone that has them: dvc push --all-tags {shlex.quote(file.path)}; where the "
        f"remote came after the commit, first: dvc remote add --local --default {remote} URL",
    )


def _named(files: Sequence[OutFile]) -> str:
    more = f" and {len(files) - 3} more" if len(files) > 3 else ""
    return ", ".join(file.path for file in files[:3]) + more
