"""What ``dvc.lock`` and ``.dvc`` files say: DVC stages as they were last run, and their outs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from modelref.adapters.dvc.textfiles import mapping
from modelref.domain.outs import MD5, Out, touches
from modelref.errors import BadInput

LEGACY_MD5 = "md5-dos2unix"
"""How DVC 2 hashed: text files with their line ends made uniform."""


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
    path: str, data: bytes, wdirs: Mapping[str, str] | None = None
) -> tuple[LockedStage, ...]:
    """Read a ``dvc.lock``.

    Args:
        path: its repository path; the paths in it are relative to its folder.
        data: its bytes.
        wdirs: working folders of the DVC stages that have one, which their paths are relative to,
            by name as in dvc.yaml.

    Raises:
        BadInput: it is not a dvc.lock, or a path in it leaves the repository.
    """
    folder = str(PurePosixPath(path).parent)
    stages = mapping(path, data).get("stages") or {}
    try:
        return tuple(
            _locked(_wdir(folder, str(name), wdirs or {}), str(name), stage)
            for name, stage in stages.items()
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
        return tuple(_out(folder, entry) for entry in loaded.get("outs") or [] if _hashed(entry))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BadInput(f"{path} is not a .dvc file: {error}", kind="unreadable-file") from error


def related(stages: Iterable[LockedStage], path: str) -> frozenset[str]:
    """Names of the DVC stages that make a path, all that these need, and all that use it.

    Args:
        stages: of one pipeline.
        path: repository path of a model's files.
    """
    known = list(stages)
    producers = {
        stage.name for stage in known if any(touches(out.path, path) for out in stage.outs)
    }
    needed = _closure(
        producers,
        {
            stage.name: {
                other.name
                for other in known
                for out in other.outs
                if any(touches(dep, out.path) for dep in stage.deps)
            }
            for stage in known
        },
    )
    users = _closure(
        producers,
        {
            stage.name: {
                other.name
                for other in known
                for dep in other.deps
                if any(touches(dep, out.path) for out in stage.outs)
            }
            for stage in known
        },
    )
    return frozenset(needed | users)


def join(folder: str, path: str) -> str:
    """Join a path to the folder it is relative to, within the repository.

    Raises:
        BadInput: it leaves the repository, or is its top folder.
    """
    joined = join_folder(folder, path)
    if not joined:
        raise _leaves(path)
    return joined


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


def _wdir(folder: str, name: str, wdirs: Mapping[str, str]) -> str:
    wdir = wdirs.get(name) or wdirs.get(name.partition("@")[0]) or "."
    return join_folder(folder, wdir)


def _locked(folder: str, name: str, stage: Mapping[str, Any]) -> LockedStage:
    return LockedStage(
        name,
        tuple(join(folder, dep["path"]) for dep in stage.get("deps") or [] if _local(dep["path"])),
        tuple(_out(folder, out) for out in stage.get("outs") or [] if _hashed(out)),
        {
            join(folder, str(file)): dict(values)
            for file, values in (stage.get("params") or {}).items()
        },
        tuple(_out(folder, dep) for dep in stage.get("deps") or [] if _hashed(dep)),
        _commands(stage.get("cmd")),
    )


def _commands(cmd: Any) -> tuple[str, ...]:
    """The commands of a DVC stage: one, or a list of them."""
    return tuple(str(one) for one in (cmd if isinstance(cmd, list) else [cmd] if cmd else []))


def _local(path: str) -> bool:
    """Whether a dependency lies in the repository: not a URL, not an absolute path."""
    return "://" not in path and not path.startswith(("/", ".."))


def _hashed(entry: Mapping[str, Any]) -> bool:
    return "md5" in entry and _local(str(entry["path"]))


def _out(folder: str, entry: Mapping[str, Any]) -> Out:
    size, files = entry.get("size"), entry.get("nfiles")
    return Out(
        join(folder, str(entry["path"])),
        MD5 if entry.get("hash") == "md5" else LEGACY_MD5,
        str(entry["md5"]),
        None if size is None else int(size),
        None if files is None else int(files),
    )


def _closure(start: set[str], edges: Mapping[str, set[str]]) -> set[str]:
    seen = set(start)
    pending = list(start)
    while pending:
        for name in edges[pending.pop()] - seen:
            seen.add(name)
            pending.append(name)
    return seen
