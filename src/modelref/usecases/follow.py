"""Follow a ref: tell each time it resolves to another version."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from modelref.domain.ref import Ref
from modelref.domain.target import Target, find
from modelref.errors import UnknownRef
from modelref.usecases.reading import read_model

if TYPE_CHECKING:
    from modelref.ports import World


def follow(world: "World", ref: Ref, interval: float) -> Iterator[Target]:
    """Yield what a ref means now, then each time it means something else; never ends.

    While it means nothing (an empty stage), the last version stands: a server keeps what it has.

    Args:
        world: the ports.
        ref: what to follow.
        interval: seconds between two looks.
    """
    told = ""
    while True:
        try:
            model, _ = read_model(world, ref.artifact)
            target = find(model, ref)
        except UnknownRef:
            target = None
        if target is not None and target.commit != told:
            told = target.commit
            yield target
        world.clock.sleep(interval)
