"""Which DVC remote keeps what, as DVC's own reading of its settings says."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from modelref.domain.secrets import without_credentials
from modelref.errors import BadInput, OutOfReach

_STRANGERS = frozenset(["https", "s3", "gs", "azure"])
"""Kinds of remote that a stranger's repository may choose: what reaches the others sends an agent,
a ``.netrc`` or a token to whatever host it names."""
_HARMLESS = frozenset(
    [
        "account_name",
        "allow_anonymous_login",
        "connect_timeout",
        "endpointurl",
        "projectname",
        "read_timeout",
        "region",
        "timeout",
        "url",
        "version_aware",
        "worktree",
    ]
)
"""Options that it may set: none of them names a file of this machine, runs a program
(``bearer_token_command``), asks for a password, or chooses among the person's own credentials."""
_IN_HOSTS = {
    "account_name": re.compile(r"[a-z0-9]{3,24}"),
    "region": re.compile(r"[a-z0-9-]{1,30}"),
}
"""Options that become part of a host's name, to which the person's credentials go."""
_OWN_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
_PUBLIC = _HARMLESS | frozenset(
    [
        "auth",
        "jobs",
        "method",
        "name",
        "oss_endpoint",
        "port",
        "ssl_verify",
        "type",
        "user",
        "verify",
    ]
)
"""Options whose values are no secrets."""


@dataclass(frozen=True, slots=True)
class Trust:
    """What the settings of a repository may choose.

    Attributes:
        own: it is the person's own: its settings are honoured as DVC does.
        local: it is a stranger's, but lies on this machine: its remotes may be folders here.
    """

    own: bool
    local: bool


@dataclass(frozen=True, slots=True)
class RemoteSettings:
    """One remote.

    Attributes:
        name: its name.
        url: where it is.
        options: all that is set, its URL included.
        own: the person's own repository chose it.
    """

    name: str
    url: str = field(repr=False)
    options: Mapping[str, Any] = field(repr=False)
    own: bool

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder of this machine."""
        return urlsplit(self.url).scheme in ("", "file", "local")

    @property
    def secrets(self) -> tuple[str, ...]:
        """Values that must not be shown."""
        texts = {key: value for key, value in self.options.items() if isinstance(value, str)}
        return tuple(value for key, value in texts.items() if key not in _PUBLIC)


def read_remote(root: Path, name: str, trust: Trust) -> RemoteSettings | None:
    """Read the settings of a remote: system, user, repository and local files, as DVC does.

    Of a stranger's repository only ``.dvc/config`` is read, and of that only what is harmless.

    Args:
        root: folder that holds ``.dvc``.
        name: of the remote; ``""`` for the default one.
        trust: what the repository may choose.

    Returns:
        None where no name is given and there is no default.

    Raises:
        BadInput: a file is not valid, or there is no such remote.
        OutOfReach: the remote is of a kind that is not read, or that a stranger may not choose.
    """
    from dvc.config import Config, ConfigError
    from dvc.fs import get_fs_config

    try:
        known = Config(str(root / ".dvc"))
        if not trust.own:
            known.clear()
            known.update(known.load_one("repo"))
        name = (name or str(known["core"].get("remote") or "")).lower()
        if not name:
            return None
        options = dict(get_fs_config(known, name=name))
    except ConfigError as error:
        raise _refused(without_credentials(str(error))) from None
    except (KeyError, RecursionError) as error:
        raise BadInput(
            f"the DVC remote {name!r} has no url, or one that leads round in a circle",
            kind="unreadable-file",
            hint=f"dvc remote modify {name} url URL",
        ) from error
    if not trust.own:
        options = _harmless(options)
    settings = RemoteSettings(name, str(options["url"]), options, trust.own)
    _refuse_versioned(settings)
    if not trust.own:
        _refuse_strange(settings, trust)
    return settings


def _harmless(options: Mapping[str, Any]) -> dict[str, Any]:
    """What a stranger may choose; at an endpoint of its own the person is nobody."""
    kept = {key: value for key, value in options.items() if key in _HARMLESS}
    if "endpointurl" in kept and not _is_own(kept["endpointurl"]):
        kept["allow_anonymous_login"] = True
    return kept


def _is_own(endpoint: str) -> bool:
    """Whether the person's own environment names an endpoint of S3, with TLS or without."""
    return endpoint in [os.environ.get(name) for name in _OWN_ENDPOINTS]


def unknown_remote(name: str) -> BadInput:
    """The error for a DVC remote that no settings describe."""
    return _refused(f"config file error: remote '{name}' doesn't exist")


def _refused(why: str) -> BadInput:
    hint = "dvc remote list shows the remotes that DVC knows"
    return BadInput(why, kind="unreadable-file", hint=hint)


def _refuse_versioned(settings: RemoteSettings) -> None:
    for option in ("version_aware", "worktree"):
        if settings.options.get(option) in (True, "true"):
            raise OutOfReach(
                f"the DVC remote {settings.name!r} is {option}, which is not supported: its "
                "objects are not named by their hashes",
                kind="unsupported-remote",
                hint="dvc pull brings the files; then repeat the command",
            )


def _refuse_strange(settings: RemoteSettings, trust: Trust) -> None:
    if settings.is_folder and trust.local:
        return
    why = _strange(settings)
    if why:
        raise OutOfReach(
            f"the repository's DVC remote {settings.name!r} {why}, which is not read for a "
            "repository that is not your own",
            kind="untrusted-remote",
            hint="clone it if you trust it, and run the command there",
        )


def _strange(settings: RemoteSettings) -> str:
    """What of a stranger's remote is not read, ``""`` if all is."""
    scheme = urlsplit(settings.url).scheme
    if scheme not in _STRANGERS:
        return f"is {'a folder of this machine' if settings.is_folder else f'{scheme}://'}"
    for option, pattern in _IN_HOSTS.items():
        value = str(settings.options.get(option, ""))
        if value and pattern.fullmatch(value) is None:
            return f"has the {option} {value[:60]!r}"
    endpoint = settings.options.get("endpointurl")
    if endpoint is None:
        return ""
    if scheme != "s3":
        return "names an endpoint"
    encrypted = endpoint.startswith("https://") or _is_own(endpoint)
    return "" if encrypted else f"is {scheme}:// at an endpoint without TLS"
