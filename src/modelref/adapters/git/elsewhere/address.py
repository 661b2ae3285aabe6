"""Addresses of repositories that are not the person's own, parsed at the door."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import SplitResult, unquote, urlsplit

from modelref.errors import BadInput

# Host and user go to ssh, and from there perhaps into a ProxyCommand: nothing that a shell reads.
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|[0-9a-fA-F:]+")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_SCP = re.compile(r"(?:(?P<user>[^@/:]+)@)?(?P<host>[^@/:]+):(?P<path>.+)")
_HELPER = re.compile(r"[A-Za-z0-9]+::")
_UNENCRYPTED = ("git", "http")
_PROTOCOLS = ("file", "git", "http", "https", "ssh")
_PASSWORD = re.compile(r"[^/]*:.*@")
_TOKEN = re.compile(r"(?=.*[0-9])[A-Za-z0-9_.=-]{20,}")
"""A user's place that nobody but a token takes."""
_LONGEST = 2_000
_HINT = "write https://…, ssh://…, user@host:path, or a folder"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What an https address held before its host; a token often stands in the user's place."""

    user: str = field(repr=False)
    password: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a repository lies.

    Attributes:
        url: its URL without credentials, or its absolute folder: what people may be shown.
        folder: its folder on this machine; None where it is reached by https or ssh.
        credentials: what stood in the URL for the host alone.
    """

    url: str
    folder: Path | None = None
    credentials: Credentials | None = None

    @classmethod
    def parse(cls, text: str, base: Path) -> Self:
        """Parse an https, ssh or file URL, ``user@host:path``, or a folder.

        Args:
            text: what the person typed.
            base: folder that a relative one starts from.

        Raises:
            BadInput: it is none of these, or git might take it for more than an address.
        """
        if not text or text.startswith("-") or len(text) > _LONGEST or not text.isprintable():
            raise _refused("the address is empty, too long, starts with '-' or does not print")
        if _HELPER.match(text):
            raise _refused(f"{text.partition('::')[0]}:: addresses run programs")
        if "://" in text:
            return cls._of_url(text)
        scp = _SCP.fullmatch(text)
        if scp and not _is_folder(base / text):
            user, host, path = scp["user"], scp["host"], scp["path"]
            _check("host", host, _HOST)
            if user is not None:
                _check("user", user, _USER)
            if path.startswith("-"):
                raise _refused("the path starts with '-'")
            if host.lower() in _PROTOCOLS or {"@", "?"} & set(path):
                raise _refused("it looks like a URL, but has no '://'")
            return cls(text)
        return cls._of_folder(base / text)

    @classmethod
    def _of_url(cls, text: str) -> Self:
        scheme = text.partition("://")[0].lower()
        if scheme in _UNENCRYPTED:
            raise _refused(
                f"{scheme}:// is not encrypted, so anybody on the way could change what is read",
                "use the https:// or ssh:// address of the same repository",
            )
        if scheme not in ("https", "ssh", "file"):
            raise _refused(f"{scheme[:20]!r} is no protocol that is read")
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError:
            raise _refused("the URL is not valid") from None
        if parts.query or parts.fragment:
            raise _refused("the URL of a repository has no '?' and no '#'")
        if scheme == "file":
            if parts.netloc not in ("", "localhost"):
                raise _refused("a file:// URL of another machine cannot be read")
            return cls._of_folder(Path(unquote(parts.path)))
        _check("host", parts.hostname or "", _HOST)
        where = f"{_bracketed(parts.hostname or '')}{f':{port}' if port else ''}{parts.path}"
        if scheme == "https":
            return cls(f"https://{where}", credentials=_credentials(parts))
        if parts.password is not None:
            raise _refused("ssh takes no password from a URL", "use a key: ssh-add")
        if parts.username is not None:
            _check("user", parts.username, _USER)
        return cls(f"ssh://{f'{parts.username}@' if parts.username else ''}{where}")

    @classmethod
    def _of_folder(cls, folder: Path) -> Self:
        if not str(folder).isprintable():
            raise _refused("the folder's name does not print")
        if not _is_folder(folder):
            raise BadInput(
                f"there is no folder {_PASSWORD.sub('***@', str(folder))!r}",
                kind="no-folder",
                hint="name a folder, or a URL: https://…, ssh://…, user@host:path",
            )
        absolute = folder.resolve()
        return cls(str(absolute), absolute)

    def __str__(self) -> str:
        return self.url


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that is too long, or that lies where one may not look
        return False


def _credentials(parts: SplitResult) -> Credentials | None:
    if not parts.username:
        return None
    user, password = unquote(parts.username), parts.password
    secret = None if password is None else unquote(password)
    if secret is None and _TOKEN.fullmatch(user):
        secret = ""  # else git asks for its password: by its name, of the person's own helpers
    if not f"{user}{secret or ''}".isprintable():
        raise _refused("the user or password in the URL does not print")
    return Credentials(user, secret)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _check(what: str, text: str, pattern: re.Pattern[str]) -> None:
    if pattern.fullmatch(text) is None:
        raise _refused(f"{text[:60]!r} is no {what}")


def _refused(why: str, hint: str = _HINT) -> BadInput:
    return BadInput(f"cannot read that repository: {why}", kind="invalid-repository", hint=hint)
