"""Beside the remote: what its last sighting says of this clone's tags."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from modelref.domain.finding import Finding, Severity
from modelref.domain.names import Artifact
from modelref.domain.sync import Standing, compare, of_gone_remote
from modelref.domain.tag import TagName
from modelref.errors import BadInput
from modelref.usecases.sharing.catching_up import found_changed

if TYPE_CHECKING:
    from modelref.ports import World


def beside_remote(world: "World", artifact: Artifact | None) -> Iterator[Finding]:
    """Find tags that were moved, taken away or made twice, and those that only this clone has.

    The remote is not asked: ``fetch`` does that. In a clone that has no remote any more nothing
    could settle them: there is none.

    Args:
        world: the ports.
        artifact: only this model.
    """
    sides = world.sightings.sides([artifact] if artifact else ())
    differences = compare(sides)
    remote, there = _name(world) if differences else (None, False)
    if remote is None:
        return
    for found in found_changed(differences, remote):
        yield found if there else of_gone_remote(found, remote)
    for one in differences:
        name = TagName.parse(one.tag)
        if one.standing is Standing.LOCAL and name and sides.knows(name.artifact):
            what = "is known to this clone only"
            yield Finding(Severity.WARNING, "local-only", one.tag, what, "modelref push")


def _name(world: "World") -> tuple[str | None, bool]:
    """The name of the remote, None where the clone has none at all; and whether it is there."""
    agreed_on = world.config.remote
    try:
        return world.remote(agreed_on).name, True
    except BadInput as error:
        return (None if error.kind == "no-remote" else agreed_on), False
