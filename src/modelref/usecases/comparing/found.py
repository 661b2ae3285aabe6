"""What a kind of diff found, and what it could not."""

from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from modelref.domain.diff.values import Absent
from modelref.errors import ModelRefError
from modelref.usecases.comparing.sides import Pair

T = TypeVar("T")


class Found(NamedTuple, Generic[T]):
    """What was compared.

    Attributes:
        changes: what differs.
        absent: what is not available, and why.
    """

    changes: T
    absent: tuple[Absent, ...] = ()


def attempt(look: Callable[[], Found[T]], nothing: T) -> Found[T]:
    """Compare one kind; where that fails, the rest of the diff is still told."""
    try:
        found = look()
        return found._replace(absent=tuple(dict.fromkeys(found.absent)))  # of a side beside itself
    except ModelRefError as error:
        return Found(nothing, (Absent(error.message, error.hint),))


def not_made(pair: Pair) -> tuple[Absent, ...]:
    """Say of which sides no DVC stage is known that made the model."""
    return tuple(
        Absent(f"{side}: dvc.lock holds no DVC stage that makes this model")
        for side in (pair.a, pair.b)
        if not side.snapshot.lineage.stages
    )
