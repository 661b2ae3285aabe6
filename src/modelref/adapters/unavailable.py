"""What this version cannot compute yet, and says so: a gate that asks for it does not pass."""

from typing import TYPE_CHECKING

from modelref.errors import OutOfReach

if TYPE_CHECKING:
    from modelref.domain.outs import Out


class NoTensors:
    """Port ``Tensors`` where no weights can be read."""

    def nonfinite(self, out: "Out") -> int:
        """Say so."""
        raise OutOfReach(
            f"this version of modelref does not read the weights in {out.path}", kind="no-tensors"
        )
