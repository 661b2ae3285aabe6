"""Signatures of tags: what a check may answer, and whom a rule accepts."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from modelref.errors import BadInput

SSH_KEY = "SHA256:"
"""How the fingerprint of an SSH key begins; one of OpenPGP is hexadecimal."""

_MOST_NAMES = 1000
_LONGEST_NAME = 320


class Outcome(StrEnum):
    """What the check of one tag's signature answered."""

    GOOD = "good"
    UNSIGNED = "unsigned"
    UNKNOWN_SIGNER = "unknown-signer"
    TAMPERED = "tampered-tag"
    REVOKED = "revoked-key"
    EXPIRED = "expired-key"
    WRONG_NAMESPACE = "wrong-namespace"
    UNREADABLE = "unreadable-signature"


@dataclass(frozen=True, slots=True)
class Signature:
    """The signature of one tag object, checked.

    Attributes:
        outcome: what the check answered.
        signer: who signed: the principal of the allowed signers, or the e-mail address of an
            OpenPGP key; ``""`` when unknown. Of an OpenPGP key it is what its owner wrote.
        key: fingerprint of the key (``SHA256:…``, or that of an OpenPGP primary key) once the
            signature itself was found to be sound; else ``""``.
        why: what was wrong, as the end of a sentence about the tag; ``""`` when good.
    """

    outcome: Outcome
    signer: str = ""
    key: str = ""
    why: str = ""

    @property
    def good(self) -> bool:
        """Whether it is sound, and by a signer who is known here."""
        return self.outcome is Outcome.GOOD

    @property
    def name(self) -> str:
        """The signer, or the key where there is no name for it."""
        return self.signer or self.key

    @property
    def identities(self) -> frozenset[str]:
        """All that this signer is known by: two signatures that share one are by one signer."""
        return frozenset({self.signer.casefold(), self.key} - {""})


@dataclass(frozen=True, slots=True)
class Signers:
    """Who may sign.

    Attributes:
        names: principals of the allowed signers, and fingerprints of keys; empty for everybody
            whom the allowed signers, or the OpenPGP trust of the one who checks, vouch for.
    """

    names: tuple[str, ...] = ()

    @classmethod
    def parse(cls, value: object, wrong: BadInput) -> Self:
        """Parse ``any``, or a list of principals and fingerprints.

        Args:
            value: what stands in the file.
            wrong: the error to raise, which names the key.

        Raises:
            BadInput: it is neither.
        """
        if value == "any":
            return cls()
        if not isinstance(value, list) or not 0 < len(value) <= _MOST_NAMES:
            raise wrong
        if not all(isinstance(name, str) and _is_name(name) for name in value):
            raise wrong
        return cls(tuple(_normalised(name) for name in value))

    def accepts(self, signature: Signature) -> bool:
        """Whether a signature is by one of them.

        A fingerprint on the list is enough for a sound signature. A name counts for SSH keys
        only, where the allowed signers bind it to the key: in an OpenPGP key it is what the key's
        owner wrote.
        """
        sound = signature.outcome in (Outcome.GOOD, Outcome.UNKNOWN_SIGNER)
        if sound and signature.key in self.names:
            return True
        if not signature.good:
            return False
        by_name = signature.key.startswith(SSH_KEY) and signature.signer in self.names
        return by_name or not self.names


def by_others(
    signatures: Iterable[Signature], identities: Collection[str]
) -> tuple[Signature, ...]:
    """Those of some accepted signatures by whoever goes by none of some identities, one of each.

    Args:
        signatures: signatures that a rule accepts.
        identities: what somebody goes by; see :attr:`Signature.identities`.
    """
    known = {identity.casefold() for identity in identities}
    found: list[Signature] = []
    for signature in signatures:
        own = {identity.casefold() for identity in signature.identities}
        if own and not own & known:
            found.append(signature)
        known |= own
    return tuple(found)


def _is_name(name: str) -> bool:
    return 0 < len(name) <= _LONGEST_NAME and name.isprintable() and name == name.strip()


def _normalised(name: str) -> str:
    """An OpenPGP fingerprint as gpg prints it; any other name as it is."""
    bare = name.replace(" ", "").removeprefix("0x").upper()
    hexadecimal = len(bare) in (40, 64) and not set(bare) - set("0123456789ABCDEF")
    return bare if hexadecimal else name
