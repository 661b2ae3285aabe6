"""Scoring the first side's version on the second side's hold-out, by the team's own command."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from modelref.domain.outs import Out, OutFile
from modelref.domain.target import Revision
from modelref.errors import OutOfReach
from modelref.ports import Located
from modelref.usecases.comparing.sides import Pair, Side
from modelref.usecases.digest import outs_digest
from modelref.usecases.get import get

if TYPE_CHECKING:
    from modelref.ports import World

T = TypeVar("T")

_RESULTS = "users.parquet"
_NAME = f"the score command's {_RESULTS}"


class _Files(NamedTuple):
    """The files of one side; satisfies ``usecases.get.Filed``."""

    target: Revision
    path: str
    outs: tuple[Out, ...]


def rescored(
    world: "World",
    pair: Pair,
    measured_on: tuple[OutFile, Out],
    measure: Callable[[Located], T],
) -> T:
    """Score the first side on a hold-out, and measure the results.

    They are kept, once they could be measured, by the digests of the model, of the hold-out, of the
    command, and of the checkout whose code it runs.

    Args:
        world: the ports.
        pair: both sides.
        measured_on: the second side's hold-out, and the DVC out that it is or lies in; all of that
            is placed beside it.
        measure: reads the results per user.

    Returns:
        What was measured.

    Raises:
        OutOfReach: no command is set, it failed, or bytes are missing.
        BadInput: what it wrote are no results per user.
        Refused: the repository is not the person's own.
    """
    command = world.config.of(pair.artifact).score
    if not command:
        raise OutOfReach(
            "no command is set that scores one on the hold-out of the other",
            kind="no-score-command",
            hint=f"set models.{pair.artifact}.score in modelref.yaml",
        )
    scoring, (holdout, around) = world.scoring, measured_on
    code = world.commits.checkout_digest()
    asked = [outs_digest(pair.a.snapshot.outs), holdout.hash, around.hash, code, *command]
    key = hashlib.sha256(json.dumps(asked).encode()).hexdigest()
    folder = scoring.folder(key)
    if code and (folder / _RESULTS).is_file():
        return measure(Located(folder / _RESULTS, _NAME))
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{key[:8]}-", dir=folder.parent))
    try:
        _score(world, pair, measured_on, scratch)
        measured = measure(Located(scratch / _RESULTS, _NAME))
        if code:
            folder.mkdir(exist_ok=True)
            (scratch / _RESULTS).replace(folder / _RESULTS)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return measured


def _score(world: "World", pair: Pair, measured_on: tuple[OutFile, Out], scratch: Path) -> None:
    """Run the command in a scratch folder, where it leaves the results."""
    settings = world.config.of(pair.artifact)
    words = {
        "{model}": str(_model(world, pair.a, scratch / "model")),
        "{holdout}": str(_holdout(world, *measured_on, scratch / "data")),
        "{out}": str(scratch / _RESULTS),
    }
    command = [_filled(word, words) for word in settings.score]
    world.scoring.run(command, settings.score_seconds, f"models.{pair.artifact}")
    if not (scratch / _RESULTS).is_file():
        raise OutOfReach(
            "the score command wrote no file to {out}",
            kind="score-failed",
            hint=f"see models.{pair.artifact}.score in modelref.yaml",
        )


def _model(world: "World", side: Side, folder: Path) -> Path:
    """Bring the model's files to a folder; the file itself where it is one."""
    if side.target is None:
        raise OutOfReach("the workspace is no version that could be scored", kind="no-version")
    path = side.snapshot.annotation.path
    get(world, _Files(side.target, path, side.snapshot.outs), folder)
    alone = folder / path.rpartition("/")[2]
    is_file = len(side.snapshot.outs) == 1 and not side.snapshot.outs[0].is_dir
    return alone if is_file and alone.is_file() else folder


def _holdout(world: "World", holdout: OutFile, around: Out, folder: Path) -> Path:
    """Bring the hold-out, and what lies around it in the same out, below a folder."""
    for file in [holdout] if around.path == holdout.path else world.outputs.files(around):
        target = folder / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        world.outputs.place(file, target)
    return folder / holdout.path


def _filled(word: str, words: dict[str, str]) -> str:
    for place, text in words.items():
        word = word.replace(place, text)
    return word
