"""Weights as files, and a clone whose two versions are a folder of them in git."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from safetensors.numpy import save

import modelref
from support.project import Project

ITEMS = {"file": "model/items.json", "column": "item"}
USERS = {"file": "model/users.json", "column": "user"}


def npz(*, packed: bool = False, **arrays: Any) -> bytes:
    """An npz file."""
    file = io.BytesIO()
    (np.savez_compressed if packed else np.savez)(file, **arrays)
    return file.getvalue()


def safetensors(**arrays: Any) -> bytes:
    """A safetensors file."""
    return save({name: np.ascontiguousarray(value) for name, value in arrays.items()})


def safetensors_of(header: Any, values: bytes = b"") -> bytes:
    """A safetensors file with any header."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + values


def column(**columns: Any) -> bytes:
    """A table of ids as JSON."""
    return json.dumps({name: list(values) for name, values in columns.items()}).encode()


def versions(
    folder: Path, *files: Mapping[str, bytes], meta: Mapping[str, Any] | None = None
) -> Project:
    """A clone whose versions v0.1.0, v0.1.1, … of the model `rec` have these files in `model/`."""
    folder.mkdir(parents=True, exist_ok=True)
    project = Project(folder, ())
    project.git("init", "--quiet")
    entry = {"path": "model", "type": "model", "meta": {"modelref": dict(meta or {})}}
    project.write("dvc.yaml", yaml.safe_dump({"artifacts": {"rec": entry}}))
    registry = modelref.open(folder)
    for number, version in enumerate(files):
        for old in (folder / "model").glob("*"):
            old.unlink()
        (folder / "model").mkdir(exist_ok=True)
        for name, data in version.items():
            (folder / "model" / name).write_bytes(data)
        project.git("add", "--all")
        project.git("commit", "--quiet", "--allow-empty", "--message", f"version {number}")
        registry.register("rec")
    return project


def weights_of(project: Project) -> dict[str, Any]:
    """What `diff` says of the weights of the first two versions."""
    diff = modelref.open(project.root).diff("rec@v0.1.0", "rec@v0.1.1", only=["weights"])
    return diff.to_dict() | {"differs": bool(diff), "markdown": diff.to_markdown()}
