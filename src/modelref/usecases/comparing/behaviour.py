"""What two sides would show the same users: read from lists that each version stored."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from modelref.domain.diff.behaviour import BehaviourDiff, diff_behaviour
from modelref.domain.diff.panel import PanelFiles
from modelref.domain.diff.values import Absent
from modelref.errors import ModelRefError, OutOfReach
from modelref.ports import Located
from modelref.usecases.comparing.files import find_file
from modelref.usecases.comparing.found import Found
from modelref.usecases.comparing.sides import Pair, Side

if TYPE_CHECKING:
    from modelref.ports import World


def compare_behaviour(world: "World", pair: Pair) -> Found[BehaviourDiff | None]:
    """Compare the panel's lists of both sides; no code of a model runs.

    Raises:
        OutOfReach: a side tells of no panel, or its bytes are missing.
        BadInput: a file is no such table.
    """
    sides = [(side, PanelFiles.read(side.snapshot.annotation.meta)) for side in (pair.a, pair.b)]
    absent: list[Absent] = []
    with ExitStack() as stack:

        def opened(side: Side, path: str) -> Located:
            file = find_file(world, side, path)
            return Located(
                stack.enter_context(world.outputs.reading(file, side.snapshot.commit)), path
            )

        def known(path_of: str) -> list[tuple[Side, Located]]:
            """A file of each side that is there; what is not, is said."""
            found = []
            for side, told in sides:
                path = getattr(told, path_of)
                if path:
                    try:
                        found.append((side, opened(side, path)))
                    except ModelRefError as error:
                        absent.append(Absent(f"{side}: {error.message}", error.hint))
            return found

        before, after = (opened(side, _panel(side, told)) for side, told in sides)
        reseeded = known("floor")[-1:]
        panel = world.tables.panel(
            before,
            after,
            reseeded=[file for _, file in reseeded],
            items=[file for _, file in known("items")],
            users=[file for _, file in known("users")],
        )
    # Lists of another seed are held against those of their own side: all else there is the same.
    own = [panel.after if side is pair.b else panel.before for side, _ in reseeded]
    found = diff_behaviour(
        panel.before,
        panel.after,
        catalogue=panel.catalogue,
        segments=panel.segments,
        seeds=(own[0], panel.reseeded) if own else None,
    )
    if found is None:
        absent.append(Absent("the panels of the two sides share no user"))
    elif own and found.floor is None:
        absent.append(_no_floor(*reseeded[0], found.k))
    return Found(found, tuple(dict.fromkeys(absent)))


def behaviour_files(meta: Mapping[str, object]) -> Sequence[str]:
    """Repository paths of the lists, as an artifact's ``meta`` names them."""
    told = PanelFiles.read(meta)
    return [path for path in (told.panel, told.floor) if path]


def _no_floor(side: Side, file: Located, k: int) -> Absent:
    return Absent(
        f"{side}: what another seed changes is not known: {file.name} lacks users of the panel, "
        f"or ranks up to {k}",
        "write it for the users and ranks of meta.modelref.panel",
    )


def _panel(side: Side, told: PanelFiles) -> str:
    if told.panel:
        return told.panel
    raise OutOfReach(
        f"{side} tells of no panel",
        kind="no-panel",
        hint="meta.modelref.panel of the artifact in dvc.yaml",
    )
