"""What ``git verify-tag --raw`` printed, understood.

For an OpenPGP signature that is gpg's status (GnuPG ``doc/DETAILS``); for one of SSH what
ssh-keygen says to people. Only a zero exit code makes a signature good; the text tells why one is
not.
"""

import re
from collections.abc import Mapping

from modelref.domain.signature import Outcome, Signature

_STATUS = re.compile(r"^\[GNUPG:\] ([A-Z_]+)(?: (.*))?$", re.MULTILINE)
_VERDICTS = ("GOODSIG", "BADSIG", "ERRSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG")
_TRUSTED = ("TRUST_FULLY", "TRUST_ULTIMATE")
_ADDRESS = re.compile(r"<([^<>]*)>\s*$")
_PRINCIPAL = re.compile(r'^Good "git" signature for (.+) with \S+ key (SHA256:\S+)$', re.MULTILINE)
_SOUND = re.compile(r'^Good "git" signature with \S+ key (SHA256:\S+)$', re.MULTILINE)
_EXPIRED = re.compile(r": key (?:has expired|is not yet valid): verify time", re.MULTILINE)


def of_ssh(code: int, said: str) -> Signature:
    """The answer about a tag with an SSH signature.

    Args:
        code: exit code.
        said: what was printed.
    """
    named = _PRINCIPAL.findall(said)
    if code == 0 and len(named) == 1:
        return Signature(Outcome.GOOD, *named[0])
    sound = _SOUND.findall(said)
    if len(sound) != 1:
        return Signature(Outcome.TAMPERED, why="has a signature of something else")
    if _EXPIRED.search(said):
        why = f"is signed with a key that the allowed signers did not have at its date: {sound[0]}"
        return Signature(Outcome.EXPIRED, why=why)
    why = f"is signed by a key that the allowed signers do not have: {sound[0]}"
    return Signature(Outcome.UNKNOWN_SIGNER, key=sound[0], why=why)


def of_openpgp(code: int, said: str) -> Signature:
    """The answer about a tag with an OpenPGP signature.

    Args:
        code: exit code.
        said: what was printed.
    """
    status = _STATUS.findall(said)
    keywords = [keyword for keyword, _ in status]
    verdicts = [keyword for keyword in keywords if keyword in _VERDICTS]
    if len(verdicts) != 1 or keywords.count("NEWSIG") > 1:
        return Signature(Outcome.UNREADABLE, why="has a signature that gpg cannot read")
    told = dict(status)
    signer, key = _signer(told.get(verdicts[0], "")), _primary(told)
    match verdicts[0]:
        case "GOODSIG" if code == 0 and key:
            return _trusted(keywords, signer, key)
        case "REVKEYSIG":
            return Signature(Outcome.REVOKED, signer, "", f"is signed with a revoked key: {key}")
        case "EXPSIG" | "EXPKEYSIG":
            return Signature(Outcome.EXPIRED, signer, "", f"has an expired signature, of key {key}")
        case "ERRSIG":
            issuer = told.get("NO_PUBKEY", "")
            why = f"is signed by a key that gpg does not have here: {issuer}"
            return Signature(Outcome.UNKNOWN_SIGNER, why=why)
    return Signature(Outcome.TAMPERED, why="has a signature of something else")


def _trusted(keywords: list[str], signer: str, key: str) -> Signature:
    if any(keyword in _TRUSTED for keyword in keywords):
        return Signature(Outcome.GOOD, signer, key)
    why = f"is signed by a key that gpg has, but does not trust: {key}"
    return Signature(Outcome.UNKNOWN_SIGNER, signer, key, why)


def _signer(told: str) -> str:
    """The e-mail address of ``KEYID user id``."""
    _, _, user = told.partition(" ")
    address = _ADDRESS.search(user)
    return address[1] if address else user


def _primary(told: Mapping[str, str]) -> str:
    """The primary key's fingerprint: the last word of ``VALIDSIG``."""
    words = told.get("VALIDSIG", "").split()
    return words[-1] if words else ""
