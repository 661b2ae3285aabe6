"""Scoring the first side's version on the second side's hold-out, by the team's own command."""

import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from modelref.domain.outs import Out, OutFile
from modelref.domain.target import Revision
from modelref.errors import OutOfReach
from modelref.usecases.comparing.sides import Pair, Side
from modelref.usecases.digest import outs_digest
from modelref.usecases.get import get

if TYPE_CHECKING:
    from modelref.ports import World

_RESULTS = "users.parquet"


class _Files(NamedTuple):
    """The files of one side; satisfies ``usecases.get.Filed``."""

    target: Revision
    path: str
    outs: tuple[Out, ...]


def rescored(world: "World", pair: Pair, holdout: OutFile, around: Out) -> Path:
    """Score the first side on a hold-out, once: the results are kept by the digests of both.

    Args:
        world: the ports.
        pair: both sides.
        holdout: the second side's hold-out.
        around: the DVC out that it is or lies in; all of it is placed beside it.

    Returns:
        Where the results per user lie.

    Raises:
        OutOfReach: no command is set, it failed, or bytes are missing.
        Refused: the repository is not the person's own.
    """
    settings = world.config.of(pair.artifact)
    if not settings.score:
        raise OutOfReach(
            "no command is set that scores one on the hold-out of the other",
            kind="no-score-command",
            hint=f"set models.{pair.artifact}.score in modelref.yaml",
        )
    asked = [outs_digest(pair.a.snapshot.outs), holdout.hash, around.hash, *settings.score]
    key = hashlib.sha256(json.dumps(asked).encode()).hexdigest()
    folder = world.scoring.folder(key)
    if (folder / _RESULTS).is_file():
        return folder / _RESULTS
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{key[:8]}-", dir=folder.parent))
    try:
        words = {
            "{model}": str(_model(world, pair.a, scratch / "model")),
            "{holdout}": str(_holdout(world, holdout, around, scratch / "data")),
            "{out}": str(scratch / _RESULTS),
        }
        world.scoring.run([_filled(word, words) for word in settings.score], settings.score_seconds)
        if not (scratch / _RESULTS).is_file():
            raise OutOfReach(
                "the score command wrote no file to {out}",
                kind="score-failed",
                hint=f"see models.{pair.artifact}.score in modelref.yaml",
            )
        folder.mkdir(exist_ok=True)
        (scratch / _RESULTS).replace(folder / _RESULTS)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return folder / _RESULTS


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
