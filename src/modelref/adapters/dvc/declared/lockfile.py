"""What ``dvc.lock`` and ``.dvc`` files say: DVC stages as they were last run, and their outs."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from modelref.adapters.dvc.parsing.textfiles import mapping
from modelref.domain.outs import MD5, Out
from modelref.domain.paths import is_writable
from modelref.errors import BadInput

if TYPE_CHECKING:
    from modelref.domain.sharing import Graph

LEGACY_MD5 = "md5-dos2unix"
"""How DVC 2 hashed: text files with their line ends made uniform."""
_MOST = 1 << 63
"""Sizes and numbers of files are below: no disk has more."""


@dataclass(frozen=True, slots=True)
class LockedStage:
    """A DVC stage as it was last run.

    Attributes:
        name: as in dvc.lock, ``train`` or ``train@item``.
        deps: repository paths it read.
        outs: what it wrote.
        params: parameters it read, by repository path of their file.
        inputs: what it read, as far as it lies in the repository and was hashed.
        commands: what it ran.
    """

    name: str
    deps: tuple[str, ...]
    outs: tuple[Out, ...]
    params: Mapping[str, Mapping[str, Any]]
    inputs: tuple[Out, ...] = ()
    commands: tuple[str, ...] = ()


def read_lock(
    path: str, data: bytes, wdir_of: Callable[[str], str | None] = lambda _: "."
) -> tuple[LockedStage, ...]:
    """Read a ``dvc.lock``.

    Args:
        path: its repository path; the paths in it are relative to its folder.
        data: its bytes.
        wdir_of: the working folder of a DVC stage, which its paths are relative to, by its name as
            in dvc.lock; one for which it is None is left out.

    Raises:
        BadInput: it is not a dvc.lock, or a path in it leaves the repository.
    """
    folder = str(PurePosixPath(path).parent)
    stages = mapping(path, data).get("stages") or {}
    try:
        wdirs = {str(name): wdir_of(str(name)) for name in stages}
        return tuple(
            _locked(join_folder(folder, wdir), str(name), stage)
            for name, stage in stages.items()
            if (wdir := wdirs[str(name)]) is not None
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BadInput(f"{path} is not a dvc.lock: {error}", kind="unreadable-file") from error


def read_dvc_file(path: str, data: bytes) -> tuple[Out, ...]:
    """Read the outs of a ``.dvc`` file.

    Raises:
        BadInput: it is no such file, or a path in it leaves the repository.
    """
    loaded = mapping(path, data)
    folder = join_folder(str(PurePosixPath(path).parent), str(loaded.get("wdir") or "."))
    try:
        return _outs(folder, loaded.get("outs"))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BadInput(f"{path} is not a .dvc file: {error}", kind="unreadable-file") from error


def graph_of(stages: Mapping[str, LockedStage]) -> "Graph":
    """DVC stages as a graph, under the names that they are given by."""
    from modelref.domain.sharing import Graph, Node

    return Graph(
        Node(name, stage.deps, tuple(out.path for out in stage.outs))
        for name, stage in stages.items()
    )


def related(stages: Iterable[LockedStage], path: str) -> frozenset[str]:
    """Names of the DVC stages that make a path, all that these need, and all that use it.

    Args:
        stages: of one pipeline.
        path: repository path of a model's files.
    """
    return graph_of({stage.name: stage for stage in stages}).related(path)


def join(folder: str, path: str) -> str:
    """Join a path that may be written to the folder it is relative to.

    Raises:
        BadInput: it leaves the repository, is its top folder, lies in a ``.git`` or ``.dvc``
            folder, or has characters that do not print.
    """
    joined = join_folder(folder, path)
    if not joined:
        raise _leaves(path)
    return writable(joined)


def writable(path: str) -> str:
    """Return a repository path that a version may write.

    Raises:
        BadInput: it lies in a ``.git`` or ``.dvc`` folder, or has characters that do not print.
    """
    if not is_writable(path):
        raise BadInput(
            f"the path {path!r} is none that a version may write",
            kind="unsafe-path",
            hint="find out who made this version; nothing of it should be used",
        )
    return path


def join_folder(folder: str, path: str) -> str:
    """Join as :func:`join`, where the result may be the top folder, ``""``.

    Raises:
        BadInput: it leaves the repository.
    """
    parts: list[str] = []
    for part in [*folder.split("/"), *path.split("/")]:
        if part == ".." and parts:
            parts.pop()
        elif part == "..":
            raise _leaves(path)
        elif part not in ("", "."):
            parts.append(part)
    if path.startswith("/") or "\0" in path:
        raise _leaves(path)
    return "/".join(parts)


def _leaves(path: str) -> BadInput:
    return BadInput(f"the path {path!r} leaves the repository", kind="unsafe-path")


def _locked(folder: str, name: str, stage: Mapping[str, Any]) -> LockedStage:
    deps = list(_inside(folder, stage.get("deps")))
    return LockedStage(
        name,
        tuple(path for path, _ in deps),
        _outs(folder, stage.get("outs")),
        {
            join(folder, str(file)): dict(values)
            for file, values in (stage.get("params") or {}).items()
        },
        tuple(_out(path, dep) for path, dep in deps if "md5" in dep),
        _commands(stage.get("cmd")),
    )


def _commands(cmd: Any) -> tuple[str, ...]:
    """The commands of a DVC stage: one, or a list of them."""
    return tuple(str(one) for one in (cmd if isinstance(cmd, list) else [cmd] if cmd else []))


def _inside(folder: str, entries: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Dependencies or outs that lie in the repository, each with its path."""
    for entry in entries or []:
        path = str(entry["path"])
        if "://" in path or path.startswith("/"):
            continue
        try:
            joined = join_folder(folder, path)
        except BadInput:
            continue  # DVC may read and write outside; no version holds what lies there
        if joined:
            yield joined, entry


def _outs(folder: str, entries: Any) -> tuple[Out, ...]:
    """Outs that DVC has hashed."""
    found = [(path, entry) for path, entry in _inside(folder, entries) if "md5" in entry]
    return tuple(_out(writable(path), entry) for path, entry in found)


def _out(path: str, entry: Mapping[str, Any]) -> Out:
    size, files = entry.get("size"), entry.get("nfiles")
    return Out(
        path,
        MD5 if entry.get("hash") == "md5" else LEGACY_MD5,
        str(entry["md5"]),
        _count(size),
        _count(files),
        remote=str(entry.get("remote") or ""),
        executable=entry.get("isexec") is True,
        in_git=entry.get("cache") is False,
    )


def _count(value: Any) -> int | None:
    """A number of bytes or files, None where there is none.

    Raises:
        ValueError: it is something else.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _MOST:
        raise ValueError(f"{str(value)[:40]!r} is no size")
    return value
