"""Keeping credentials out of what people and programs read."""

import re
from collections.abc import Iterable

_IN_URL = re.compile(r"(?<=://)[^/\s'\"@]*:[^/\s'\"]*@|(?<=://)[^/\s'\"@]+@")
_SHORTEST = 4
"""Characters of a secret below which hiding it would tear words apart."""


def without_credentials(text: str, secrets: Iterable[str] = ()) -> str:
    """A text without the user and password of its URLs, and without some known secrets.

    Args:
        text: a message, perhaps with URLs in it.
        secrets: passwords and keys that may stand anywhere in it.
    """
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST:
            text = text.replace(secret, "***")
    return _IN_URL.sub("***@", text)
