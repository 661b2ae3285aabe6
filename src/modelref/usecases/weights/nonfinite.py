"""Count the values of a version's weights that are no numbers."""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from modelref.domain.names import Artifact
from modelref.errors import OutOfReach
from modelref.usecases.comparing.sides import Side
from modelref.usecases.sidefiles import SideFiles

if TYPE_CHECKING:
    from modelref.ports import World

_BESIDE = (
    *(".csv", ".tsv", ".parquet", ".pq", ".json", ".jsonl", ".yaml", ".yml", ".toml"),
    *(".txt", ".md", ".rst", ".html", ".log", ".py", ".png", ".svg"),
)
_REAL = ("float", "bfloat", "complex")
_HINT = "write weights as safetensors or npz, and what is no model outside of its folder"
_MOST_TOLD = 3


def nonfinite(world: "World", artifact: Artifact, side: Side) -> int:
    """Count the values of all tensors of a model that are NaN or infinite.

    Every file is one of weights but for text and tables beside them, told by their names.

    Args:
        world: the ports.
        artifact: the model.
        side: one version of it, or the workspace.

    Raises:
        BadInput: a file is not what its format asks for.
        OutOfReach: bytes or a library are not here, a file of weights is of a format that is not
            read or may hold values that are in no tensor, or no tensor is of real numbers.
    """
    unread: list[str] = []
    doubts: list[str] = []
    total, real = 0, False
    with ExitStack() as stack:
        files = SideFiles(world, artifact, side, stack)
        for path, file in files.own().items():
            if _is_beside(path):
                continue
            contents = world.tensors.read(file.path, files.open(file))
            if contents is None:
                unread.append(path)
                continue
            if contents.doubt:
                doubts.append(f"{file.path} {contents.doubt}")
            for tensor in contents.tensors:
                real = real or tensor.dtype.startswith(_REAL)
                total += world.tensors.nonfinite(tensor).total
    if unread:
        raise _unread(artifact, unread)
    if doubts and not total:
        raise OutOfReach(
            f"weights of {artifact} are not all known: {doubts[0]}", kind="no-tensors", hint=_HINT
        )
    if not real:
        raise OutOfReach(
            f"no file of {artifact} holds weights that are real numbers",
            kind="no-tensors",
            hint=_HINT,
        )
    return total


def _is_beside(path: str) -> bool:
    """Whether a file is no file of weights, by its name: text, tables, and what git reads."""
    name = path.rpartition("/")[2].lower()
    return name.startswith(".") or name.endswith(_BESIDE)


def _unread(artifact: Artifact, paths: Sequence[str]) -> OutOfReach:
    named = ", ".join(paths[:_MOST_TOLD])
    more = f" and {len(paths) - _MOST_TOLD} more" if len(paths) > _MOST_TOLD else ""
    return OutOfReach(
        f"weights of {artifact} cannot be read: {named}{more}", kind="no-tensors", hint=_HINT
    )
