"""Adopting a repository: finding outs that look like models, and declaring them.

Nothing is moved or renamed; an entry under ``artifacts:`` is all that is added.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

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
            artifact = _address(folder, out.path, names)
            names.add(artifact)
            known.append(out.path)
            found.append(Candidate(artifact, out.path, source))
    return found


def declare(root: Path, candidates: Sequence[Candidate]) -> list[str]:
    """Add entries under ``artifacts:``, comments and order kept, and return the files changed.

    Raises:
        OutOfReach: a file cannot be written.
        BadInput: a ``dvc.yaml`` cannot be changed.
    """
    from dvc.utils.serialize import YAMLError, modify_yaml

    by_file: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        folder = candidate.artifact.dir
        by_file.setdefault(f"{folder}/dvc.yaml" if folder else "dvc.yaml", []).append(candidate)
    for path, wanted in by_file.items():
        try:
            with modify_yaml(str(root / path)) as data:
                artifacts = data.setdefault("artifacts", {})
                for candidate in wanted:
                    own = candidate.path.removeprefix(f"{candidate.artifact.dir}/")
                    artifacts[candidate.artifact.name] = {"path": own, "type": "model"}
        except OSError as error:
            raise OutOfReach(f"cannot write {path}: {error.strerror}", kind="unwritable") from error
        except (YAMLError, AttributeError, TypeError) as error:
            raise BadInput(f"{path} cannot be changed: {error}", kind="unreadable-file") from error
    return list(by_file)


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
