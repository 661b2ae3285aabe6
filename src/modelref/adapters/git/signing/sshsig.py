"""The armour and the public facts of an SSH signature.

Format: ``PROTOCOL.sshsig`` of OpenSSH. Nothing here says that a signature is sound; it says of
which key it claims to be, and for what purpose.
"""

import base64
import binascii
import hashlib
import struct
from typing import NamedTuple

BEGIN = b"-----BEGIN SSH SIGNATURE-----"
END = b"-----END SSH SIGNATURE-----"
NAMESPACE = "git"
"""What git signs for: a signature made for files or mail proves nothing about a tag."""

_MAGIC = b"SSHSIG"


class SshSignature(NamedTuple):
    """What a signature says of itself.

    Attributes:
        key: fingerprint of the public key, ``SHA256:…``, as ``ssh-keygen -l`` prints it.
        namespace: the purpose that it was made for.
    """

    key: str
    namespace: str


def parse(armoured: bytes) -> SshSignature | None:
    """Parse an armoured signature; None when it is none."""
    lines = armoured.strip().split(b"\n")
    if len(lines) < 3 or lines[0] != BEGIN or lines[-1] != END:
        return None
    try:
        blob = base64.b64decode(b"".join(lines[1:-1]), validate=True)
        if blob[: len(_MAGIC)] != _MAGIC:
            return None
        key, rest = _string(blob[len(_MAGIC) + 4 :])
        namespace, _ = _string(rest)
    except (binascii.Error, struct.error, ValueError):
        return None
    return SshSignature(fingerprint(key), namespace.decode("utf-8", "replace"))


def fingerprint(key: bytes) -> str:
    """Fingerprint of a public key's blob (RFC 4253, section 6.6), as OpenSSH prints it."""
    digest = base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")
    return f"SHA256:{digest}"


def fingerprint_of_line(line: str) -> str:
    """Fingerprint of the public key in a line like ``ssh-ed25519 AAAA… name``, or ``""``."""
    for word in line.split():
        if word.startswith("AAAA"):
            try:
                return fingerprint(base64.b64decode(word, validate=True))
            except (binascii.Error, ValueError):
                return ""
    return ""


def _string(data: bytes) -> tuple[bytes, bytes]:
    """Split a string off (RFC 4251, section 5): its length in four bytes, then itself."""
    (length,) = struct.unpack(">I", data[:4])
    if length > len(data) - 4:
        raise ValueError("a string that is longer than the signature")
    return data[4 : 4 + length], data[4 + length :]
