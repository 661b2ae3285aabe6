"""Whether what scores a version for a gate is what the branch of its rules agreed on."""

import posixpath
import shlex
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from modelref.domain.branch import Branch
from modelref.domain.names import Artifact
from modelref.errors import OutOfReach

if TYPE_CHECKING:
    from modelref.ports import World

_ENDS = (".py", "/__main__.py")


def check_scored(world: "World", artifact: Artifact, source: Branch) -> None:
    """Refuse what a command scored whose own files are not those of the branch of the rules.

    Raises:
        OutOfReach: a file that the command names differs.
    """
    named = list(dict.fromkeys(_files(world.config.of(artifact).score)))
    changed = world.commits.changes(source.commit, None, named) if named else ()
    if changed:
        raise OutOfReach(
            f"{artifact} was scored by {changed[0].path} of this checkout, which is not that of "
            f"{source.name}",
            kind="score-changed",
            hint=f"merge the change of {changed[0].path} first: it then counts for both versions",
        )


def _files(command: Sequence[str]) -> Iterator[str]:
    """Paths in the repository that words of a command may name: files, or modules of Python."""
    words = [part for word in command for part in _parts(word)]  # a shell's line has words inside
    for before, word in zip(("", *words), words, strict=False):
        if before == "-m":
            module = word.replace(".", "/")
            yield from (f"{top}{module}{end}" for top in ("", "src/") for end in _ENDS)
        elif "{" not in word and not word.startswith(("-", "/")):
            path = posixpath.normpath(word)
            if path != "." and not path.startswith(".."):
                yield path


def _parts(word: str) -> list[str]:
    """The words of a word: of a line that is given to a shell, and after ``--option=``."""
    try:
        inside = shlex.split(word)
    except ValueError:
        inside = word.split()
    return [part for one in inside for part in one.split("=")]
