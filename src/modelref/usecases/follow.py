"""Follow a ref: tell each time it resolves to another version."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from modelref.domain.ref import Ref
from modelref.domain.target import Target, find
from modelref.errors import OutOfReach, UnknownRef
from modelref.usecases.reading import read_model

if TYPE_CHECKING:
    from modelref.ports import World


def follow(
    world: "World",
    ref: Ref,
    interval: float,
    out_of_reach: Callable[[OutOfReach], None] = lambda _: None,
) -> Iterator[Target]:
    """Yield what a ref means now, then each time it means something else; never ends.

    While it means nothing (an empty stage), the last version stands: a server keeps what it has.

    Args:
        world: the ports.
        ref: what to follow.
        interval: seconds between two looks.
        out_of_reach: called when a later look fails: the last version stands then too.

    Raises:
        OutOfReach: the first look fails.
    """
    told, first = "", True
    while True:
        try:
            model, _ = read_model(world, ref.artifact)
            target = find(model, ref)
        except UnknownRef:
            target = None
        except OutOfReach as error:
            if first:
                raise
            target = None
            out_of_reach(error)
        first = False
        if target is not None and target.commit != told:
            told = target.commit
            yield target
        world.clock.sleep(interval)
