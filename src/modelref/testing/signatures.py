"""The in-memory twin of the port ``Signatures``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from modelref.domain.signature import Outcome, Signature


@dataclass
class MemorySignatures:
    """Signatures in a dict; port ``Signatures``.

    Attributes:
        signer: who signs what is made here.
        key: fingerprint of their key.
        signed: what a check of a tag object answers, by its id.
    """

    signer: str = "ada@example.com"
    key: str = "SHA256:ada"
    signed: dict[str, Signature] = field(default_factory=dict)

    def sign(self, oid: str) -> None:
        """Sign a tag object."""
        self.signed[oid] = Signature(Outcome.GOOD, self.signer, self.key)

    def check(self, oids: Sequence[str]) -> Mapping[str, Signature]:
        """Look up what was signed, or set by the test."""
        unsigned = Signature(Outcome.UNSIGNED, why="is not signed")
        return {oid: self.signed.get(oid, unsigned) for oid in oids}

    def own(self) -> frozenset[str]:
        """Whoever signs."""
        return frozenset({self.signer, self.key})
