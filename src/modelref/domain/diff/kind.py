"""What can be compared."""

from enum import StrEnum
from typing import Self

from modelref.errors import BadInput


class DiffKind(StrEnum):
    """What can be compared, in the order in which it is told."""

    METRICS = "metrics"
    PARAMS = "params"
    DATA = "data"
    CODE = "code"
    PIPELINE = "pipeline"
    WEIGHTS = "weights"
    BEHAVIOUR = "behaviour"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse a kind's name.

        Raises:
            BadInput: there is no such kind.
        """
        try:
            return cls(text)
        except ValueError:
            known = ", ".join(cls)
            raise BadInput(
                f"{text!r} is not a kind of diff", kind="usage", hint=f"kinds: {known}"
            ) from None
