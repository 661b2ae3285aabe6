"""Digests that events carry: of what a version is made of, of what a promotion rests on."""

from hashlib import sha256
from typing import Any

from modelref.domain.outs import Out
from modelref.errors import BadInput


def outs_digest(outs: tuple[Out, ...]) -> str:
    """Digest of a version's outs: sha256 of the RFC 8785 JSON of their sorted list.

    Raises:
        BadInput: a path is not UTF-8, so that no JSON can hold it.
    """
    for out in outs:
        if _undecoded(out.path):
            raise BadInput(
                f"the name of {out.path} is not UTF-8",
                kind="bad-name",
                hint="git mv it to a name that is, and git commit",
            )
    entries: list[dict[str, str | int | None]] = [
        {"path": out.path, "algorithm": out.algorithm, "hash": out.hash, "size": out.size}
        for out in sorted(outs)
    ]
    return sha256(canonical(entries).encode()).hexdigest()


def _undecoded(text: str) -> bool:
    """Whether bytes of it could not be decoded when it was read."""
    return any("\ud800" <= one <= "\udfff" for one in text)


def canonical(value: Any) -> str:
    """Plain values as RFC 8785 JSON: the same text wherever it is written."""
    import rfc8785

    return rfc8785.dumps(value).decode("utf-8")


def evidence_digest(text: str) -> str:
    """The digest of evidence, as a trailer carries it: ``sha256:…``."""
    return f"sha256:{sha256(text.encode('utf-8', 'surrogateescape')).hexdigest()}"
