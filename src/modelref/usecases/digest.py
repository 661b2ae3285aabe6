"""The digest that a registration carries of what it is made of."""

from hashlib import sha256

from modelref.domain.outs import Out


def outs_digest(outs: tuple[Out, ...]) -> str:
    """Digest of a version's outs: sha256 of the RFC 8785 JSON of their sorted list."""
    import rfc8785

    entries: list[dict[str, str | int | None]] = [
        {"path": out.path, "algorithm": out.algorithm, "hash": out.hash, "size": out.size}
        for out in sorted(outs)
    ]
    return sha256(rfc8785.dumps(entries)).hexdigest()
