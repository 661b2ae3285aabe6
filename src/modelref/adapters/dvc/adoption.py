"""Adopting a repository: finding outs that look like models, and declaring them.

Nothing is moved or renamed; an entry under ``artifacts:`` is all that is added.
"""

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from modelref.adapters.durable import write_durably
from modelref.adapters.dvc.declared.definition import MODEL
from modelref.adapters.dvc.declared.filenames import DEFINITION
from modelref.adapters.dvc.declared.lockfile import join
from modelref.adapters.dvc.parsing.textfiles import mapping
from modelref.adapters.dvc.restore.yamltext import edit
from modelref.domain.names import Artifact
from modelref.domain.outs import Out, is_within, touches
from modelref.domain.snapshot import Candidate
from modelref.errors import BadInput, OutOfReach

_SUFFIXES = frozenset(
    [
        ".bin",
        ".cbm",
        ".ckpt",
        ".gguf",
        ".h5",
        ".joblib",
        ".keras",
        ".model",
        ".npz",
        ".onnx",
        ".pickle",
        ".pkl",
        ".pt",
        ".pth",
        ".safetensors",
        ".tflite",
        ".ubj",
    ]
)
_WORD = re.compile(r"(?:^|[/_.-])models?(?:[/_.-]|$)")
_UNFIT = re.compile(r"[^a-zA-Z0-9_-]+")


def find_candidates(
    found_in: Mapping[str, Sequence[Out]], declared: Iterable[str], taken: Iterable[Artifact]
) -> list[Candidate]:
    """Find outs that look like models and that nothing declares.

    Args:
        found_in: outs by the repository path of the ``dvc.lock`` or ``.dvc`` file that has them.
        declared: repository paths of the models that are declared already.
        taken: their addresses.
    """
    known, names = list(declared), set(taken)
    found: list[Candidate] = []
    for source, outs in sorted(found_in.items()):
        folder = source.rpartition("/")[0]
        for out in sorted(outs):
            looks = PurePosixPath(out.path).suffix in _SUFFIXES or _WORD.search(out.path)
            inside = not folder or is_within(out.path, folder)
            if not looks or not inside or any(touches(out.path, path) for path in known):
                continue
            artifact = _address(_home(folder), out.path, names)
            names.add(artifact)
            known.append(out.path)
            found.append(Candidate(artifact, out.path, source))
    return found


def declare(root: Path, candidates: Sequence[Candidate]) -> list[str]:
    """Add entries under ``artifacts:``, comments and order kept, and return the files changed.

    Each file is replaced whole: killed at any moment, it is as before or as after.

    Raises:
        OutOfReach: a file cannot be written.
        BadInput: a ``dvc.yaml`` cannot be changed, or is a symbolic link.
    """
    by_file: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        by_file.setdefault(join(candidate.artifact.dir, DEFINITION), []).append(candidate)
    texts = {path: _declaring(root, path, wanted) for path, wanted in by_file.items()}
    for path, text in texts.items():
        try:
            write_durably(root / path, text)
        except OSError as error:
            raise OutOfReach(f"cannot write {path}: {error.strerror}", kind="unwritable") from error
    return list(texts)


def _declaring(root: Path, path: str, wanted: Sequence[Candidate]) -> str:
    """What a ``dvc.yaml`` says once models are declared in it."""
    import yaml

    text = _text(root, path)
    entries = {one.artifact.name: _entry(one) for one in wanted}
    begun = mapping(path, text.encode()).get("artifacts") is not None
    wants: list[tuple[tuple[str, ...], Any]] = [(("artifacts",), entries)]
    if begun:
        wants = [(("artifacts", name), entry) for name, entry in entries.items()]
    return edit(path, text, wants, yaml.safe_dump({"artifacts": entries}), fine=False)


def _text(root: Path, path: str) -> str:
    if (root / path).is_symlink():
        raise BadInput(
            f"{path} is a symbolic link: models are declared in a file of the repository only",
            kind="unsafe-path",
            hint=f"put a plain file in its place: rm {shlex.quote(path)}",
        )
    try:
        return (root / path).read_text("utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not UTF-8", kind="unreadable-file") from error
    except OSError as error:
        raise OutOfReach(f"cannot read {path}: {error.strerror}", kind="unreadable") from error


def _entry(candidate: Candidate) -> dict[str, str]:
    return {"path": candidate.path.removeprefix(f"{candidate.artifact.dir}/"), "type": MODEL}


def _home(folder: str) -> str:
    """The folder, or the nearest one above, whose models a tag can name."""
    try:
        return Artifact.parse(f"{folder}:model").dir if folder else ""
    except BadInput:
        return _home(folder.rpartition("/")[0])


def _address(folder: str, path: str, taken: set[Artifact]) -> Artifact:
    """A free address: the path's name without suffix, after its folder's where that is taken."""
    parts = PurePosixPath(path).with_suffix("").parts
    plain = [_UNFIT.sub("-", part).strip("-_") for part in parts]
    for depth in range(1, len(plain) + 1):
        name = "-".join(part for part in plain[-depth:] if part)
        if name and Artifact(folder, name) not in taken:
            return Artifact.parse(f"{folder}:{name}" if folder else name)
    number = 2
    while Artifact(folder, f"model-{number}") in taken:
        number += 1
    return Artifact(folder, f"model-{number}")
