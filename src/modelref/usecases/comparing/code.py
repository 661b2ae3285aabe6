"""Files in git that the DVC stages of two sides depend on."""

from typing import TYPE_CHECKING

from modelref.domain.diff.code import CodeChange, read_by
from modelref.usecases.comparing.found import Found, not_made
from modelref.usecases.comparing.sides import Pair

if TYPE_CHECKING:
    from modelref.ports import World


def compare_code(world: "World", pair: Pair, *, patch: bool) -> Found[tuple[CodeChange, ...]]:
    """List files that differ and that a DVC stage of either side depends on.

    Raises:
        OutOfReach: git cannot say.
    """
    readers = [side.snapshot.lineage.code() for side in (pair.a, pair.b)]
    paths = sorted({path for side in readers for path in side})
    before = pair.a.snapshot.commit
    files = (
        world.commits.changes(before, pair.b.snapshot.commit, paths, patch=patch)
        if paths and before
        else ()
    )
    return Found(
        read_by(files, *readers),
        not_made(pair),
    )
