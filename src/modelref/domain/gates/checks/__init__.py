"""The kinds of rules, by the key that names them; adding one is a class and a line here."""

from collections.abc import Mapping

from modelref.domain.gates.checks.bounds import Bounds
from modelref.domain.gates.checks.files import FiniteWeights, SizeBudget
from modelref.domain.gates.checks.lists import Coverage, Overlap
from modelref.domain.gates.checks.noninferior import NotWorse, SegmentsNotWorse
from modelref.domain.gates.checks.passage import Approvals, From, SignedRegistration
from modelref.domain.gates.rule import Check

CHECKS: Mapping[str, tuple[type[Check], ...]] = {
    "metric": (Bounds, NotWorse),
    "segments_of": (SegmentsNotWorse,),
    "overlap_with": (Overlap,),
    "coverage_of": (Coverage,),
    "weights": (FiniteWeights,),
    "size_of": (SizeBudget,),
    "from": (From,),
    "approvals": (Approvals,),
    "signature_of": (SignedRegistration,),
}
"""By first key; where several share it, the first whose second key is there, else the first."""
