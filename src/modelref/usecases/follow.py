"""Follow a ref: tell each time it resolves to another version."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from modelref.domain.ref import Ref
from modelref.domain.target import Target, find
from modelref.errors import ModelRefError, OutOfReach, Refused, UnknownRef
from modelref.usecases.reading import read_model
from modelref.usecases.signatures import check_ref

if TYPE_CHECKING:
    from modelref.ports import World


def follow(
    world: "World",
    ref: Ref,
    interval: float,
    failed: Callable[[ModelRefError], None] = lambda _: None,
) -> Iterator[Target]:
    """Yield what a ref means now, then each time it means something else; never ends.

    While it means nothing (an empty stage), or what it means is not signed as the default branch
    requires, the last version stands: a server keeps what it has.

    Args:
        world: the ports.
        ref: what to follow.
        interval: seconds between two looks.
        failed: called once for each reason why the last version stands though the ref may have
            moved.

    Raises:
        Refused: what it means at first is not signed as required: there is no version to stand.
        OutOfReach: the first look fails.
    """
    told = why = ""
    first = True
    while True:
        world = world.renewed()
        try:
            model, findings = read_model(world, ref.artifact)
            check_ref(world, model, ref, findings)
            target, why = find(model, ref), ""
        except UnknownRef:
            target = None
        except (OutOfReach, Refused) as error:
            if first or (isinstance(error, Refused) and not told):
                raise
            target = None
            if error.message != why:
                why = error.message
                failed(error)
        first = False
        if target is not None and target.commit != told:
            told = target.commit
            yield target
        world.clock.sleep(interval)
