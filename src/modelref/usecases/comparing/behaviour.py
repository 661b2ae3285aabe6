"""What two sides would show the same users: read from lists that each version stored."""

from contextlib import ExitStack
from typing import TYPE_CHECKING

from modelref.domain.diff.behaviour import BehaviourDiff, diff_behaviour, seed_floor
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
    files = [PanelFiles.read(side.snapshot.annotation.meta) for side in (pair.a, pair.b)]
    sides = list(zip((pair.a, pair.b), files, strict=True))
    absent: list[Absent] = []
    with ExitStack() as stack:

        def opened(side: Side, path: str) -> Located:
            file = find_file(world, side, path)
            return Located(
                stack.enter_context(world.outputs.reading(file, side.snapshot.commit)), path
            )

        def known(path_of: str) -> list[Located]:
            """A file of each side that is there; what is not, is said."""
            found = []
            for side, told in sides:
                path = getattr(told, path_of)
                if path:
                    try:
                        found.append(opened(side, path))
                    except ModelRefError as error:
                        absent.append(Absent(f"{side}: {error.message}", error.hint))
            return found

        panels = [opened(side, _panel(side, told)) for side, told in sides]
        panel = world.tables.panel(
            panels[0],
            panels[1],
            reseeded=known("floor")[-1:],
            items=known("items"),
            users=known("users"),
        )
    found = diff_behaviour(
        panel.before,
        panel.after,
        catalogue=panel.catalogue,
        segments=panel.segments,
        floor=seed_floor(panel.after, panel.reseeded),
    )
    if found is None:
        absent.append(Absent("the panels of the two sides share no user"))
    return Found(found, tuple(dict.fromkeys(absent)))


def _panel(side: Side, told: PanelFiles) -> str:
    if told.panel:
        return told.panel
    raise OutOfReach(
        f"{side} tells of no panel",
        kind="no-panel",
        hint="meta.modelref.panel of the artifact in dvc.yaml",
    )
