"""A clone whose files DVC keeps: lock and cache are written by hand, in milliseconds."""

import json
from hashlib import md5
from pathlib import Path
from typing import Any

from support.project import Project


def locked_clone(root: Path) -> Project:
    """Make an empty clone that ignores what DVC keeps."""
    root.mkdir(parents=True)
    project = Project(root, ())
    project.git("init", "--quiet")
    project.write(".dvc/config", "")
    project.write(".dvc/.gitignore", "/cache\n/tmp\n")
    return project


def keep(project: Project, data: bytes) -> str:
    """Put bytes into the cache, and return their md5."""
    digest = md5(data, usedforsecurity=False).hexdigest()
    path = project.root / ".dvc" / "cache" / "files" / "md5" / digest[:2] / digest[2:]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return digest


def keep_folder(project: Project, files: dict[str, bytes]) -> str:
    """Put a folder into the cache, and return the hash of its manifest."""
    entries = [{"md5": keep(project, data), "relpath": path} for path, data in files.items()]
    manifest = json.dumps(entries).encode()
    digest = keep(project, manifest)
    kept = project.root / ".dvc" / "cache" / "files" / "md5" / digest[:2] / digest[2:]
    kept.rename(kept.with_name(f"{kept.name}.dir"))
    return f"{digest}.dir"


def out(path: str, digest: str, **more: Any) -> dict[str, Any]:
    """An out as ``dvc.lock`` has it."""
    return {"path": path, "hash": "md5", "md5": digest, **more}


def commit_lock(
    project: Project,
    outs: list[dict[str, Any]],
    *,
    path: str,
    definition: dict[str, Any] | None = None,
    locked: dict[str, Any] | None = None,
) -> str:
    """Commit a model ``m`` that one DVC stage makes, and return the commit.

    Args:
        project: the clone.
        outs: of the DVC stage.
        path: of the model's files.
        definition: more of the DVC stage in ``dvc.yaml``.
        locked: more of it in ``dvc.lock``.
    """
    names = [entry["path"] for entry in outs]
    stage = {"cmd": "train", "outs": names, **(definition or {})}
    declared = {"stages": {"train": stage}, "artifacts": {"m": {"path": path, "type": "model"}}}
    entry = {"cmd": "train", "outs": outs, **(locked or {})}
    project.write("dvc.yaml", json.dumps(declared))  # JSON is YAML
    project.write("dvc.lock", json.dumps({"schema": "2.0", "stages": {"train": entry}}))
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "train")
    return project.git("rev-parse", "HEAD")


def version(project: Project, name: str, commit: str = "HEAD") -> None:
    """Register a version as anybody with git can."""
    project.git("tag", "--annotate", "--message", "by hand", name, commit)
