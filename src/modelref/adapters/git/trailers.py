"""Trailers of a message, where git does not tell them.

``git for-each-ref`` takes the signature below a tag's message for a part of it, and so finds no
trailers in a signed tag; and it lists nothing at all beside a damaged one.
"""

import re

_SIGNATURE = re.compile(
    r"^-----BEGIN (?:PGP (?:SIGNATURE|MESSAGE)|SSH SIGNATURE|SIGNED MESSAGE)-----", re.MULTILINE
)


def unsigned(message: str) -> str:
    """Return a message without the signature below it."""
    start = max((match.start() for match in _SIGNATURE.finditer(message)), default=len(message))
    return message[:start]


def trailers_of(body: str) -> str:
    """Return the last paragraph of a body without its signature, if it is made of trailers."""
    last = body.rstrip("\n").rpartition("\n\n")[2]
    lines = last.split("\n") if last else []
    sound = bool(lines) and all(
        ": " in line and " " not in line.partition(": ")[0] for line in lines
    )
    return f"{last}\n" if sound else ""
