"""Keeping credentials out of what people and programs read."""

import re
from collections.abc import Iterable

_IN_URL = re.compile(r"(?<=://)[^/\s'\"@]*:[^/\s'\"]*@|(?<=://)[^/\s'\"@]+@")
_MISTYPED = re.compile(r"\b(https?|ssh)(:/?|//?)(?!/)[^/\s'\"]+@")
_QUERY = re.compile(r"([?&][\w.\[\]-]+=)[^&#\s'\"]+")
_SHORTEST = 4
"""Characters of a secret below which hiding it would tear words apart."""


def without_credentials(text: str, secrets: Iterable[str] = ()) -> str:
    """A text without user, password and query values of its URLs, and without known secrets.

    Also of URLs that lack a colon or a slash.

    Args:
        text: a message, perhaps with URLs in it.
        secrets: passwords and keys that may stand anywhere in it.
    """
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST:
            text = text.replace(secret, "***")
    text = _MISTYPED.sub(r"\1\2***@", _IN_URL.sub("***@", text))
    return _QUERY.sub(r"\1***", text)
