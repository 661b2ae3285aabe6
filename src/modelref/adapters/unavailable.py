"""What this version cannot compute yet, and says so: a gate that asks for it does not pass."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from modelref.errors import OutOfReach

if TYPE_CHECKING:
    from modelref.domain.event import Event
    from modelref.domain.outs import Out
    from modelref.domain.registry import Model


class NoTensors:
    """Port ``Tensors`` where no weights can be read."""

    def nonfinite(self, out: "Out") -> int:
        """Say so."""
        raise OutOfReach(
            f"this version of modelref does not read the weights in {out.path}", kind="no-tensors"
        )


class NoAttestations:
    """Port ``Attestations`` where no signature can be checked."""

    def approvers(self, model: "Model", commit: str) -> Sequence[str]:
        """Say so."""
        raise OutOfReach(
            f"this version of modelref checks no approval of {model.artifact} at {commit[:10]}",
            kind="no-attestations",
        )

    def signer(self, event: "Event") -> str | None:
        """Say so."""
        raise OutOfReach(
            f"this version of modelref checks no signature of {event.tag}", kind="no-attestations"
        )
