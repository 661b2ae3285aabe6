"""What of the person's environment git sees, and how it is confined where it reads a stranger's.

Of the variables that git knows (``git help git``), those stay that say who the person is, where
their own settings lie, and how they reach a host. All others are left out, also those that a later
git invents:

* another repository or other objects: ``GIT_DIR``, ``GIT_WORK_TREE``, ``GIT_INDEX_FILE``,
  ``GIT_OBJECT_DIRECTORY``, ``GIT_NAMESPACE``, ``GIT_QUARANTINE_PATH``, …: modelref was told which;
* programs that do not carry bytes: ``GIT_EXTERNAL_DIFF``, ``GIT_PAGER``, ``GIT_EDITOR``,
  ``GIT_EXEC_PATH``, ``GIT_TEMPLATE_DIR`` (its hooks): nothing here needs one;
* what mixes with what git says, or writes files: ``GIT_TRACE…``, ``GIT_CURL_VERBOSE``;
* ``GIT_CONFIG_PARAMETERS``: what ``git -c`` hands down, in a form that git keeps to itself.

Of the settings in ``GIT_CONFIG_COUNT``, with which CI jobs say how to reach a host, the same kinds
stay.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_KEPT = frozenset(
    [
        "GIT_AUTHOR_DATE",
        "GIT_AUTHOR_EMAIL",
        "GIT_AUTHOR_NAME",
        "GIT_COMMITTER_DATE",
        "GIT_COMMITTER_EMAIL",
        "GIT_COMMITTER_NAME",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_CONFIG_SYSTEM",
        "GIT_CEILING_DIRECTORIES",
        "GIT_DISCOVERY_ACROSS_FILESYSTEM",
        "GIT_ASKPASS",
        "GIT_SSH",
        "GIT_SSH_COMMAND",
        "GIT_SSH_VARIANT",
        "GIT_TERMINAL_PROMPT",
    ]
)
_KEPT_KINDS = ("GIT_HTTP_", "GIT_SSL_", "GIT_PROXY_SSL_")
_SECTIONS = frozenset(
    [
        "author",
        "commit",
        "committer",
        "credential",
        "gpg",
        "http",
        "safe",
        "ssh",
        "tag",
        "url",
        "user",
    ]
)
_SETTINGS = frozenset(["core.askpass", "core.sshcommand"])
_PROTOCOLS = ("file", "git", "http", "https", "ssh")
"""Ways to a host that run no program which the address names, as ``ext::`` does."""
_STRANGERS_PROTOCOLS = ("file", "https", "ssh")
_CONFINED = {
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    # A graph file may say other trees than the commits do.
    "core.commitGraph": "false",
    "gpg.program": "gpg",
    "gpg.openpgp.program": "gpg",
    "gpg.ssh.program": "ssh-keygen",
    "gpg.x509.program": "gpgsm",
    "protocol.ext.allow": "never",
    "protocol.version": "2",
    "transfer.bundleURI": "false",
    "fetch.recurseSubmodules": "false",
    "submodule.recurse": "false",
    "gc.autoDetach": "false",
}


@dataclass(frozen=True, slots=True)
class Confinement:
    """Git on a repository that is not the person's own.

    It works in a git folder of ours: no configuration, hook or attribute of the stranger's is
    ever read. The person's own settings count, for their transport; what could run a program
    beside that is set here.

    Attributes:
        private: that git folder.
    """

    private: Path

    @property
    def settings(self) -> Mapping[str, str]:
        """Settings of each run, which win over all others."""
        return _CONFINED

    @property
    def variables(self) -> Mapping[str, str]:
        """Variables of each run."""
        allowed = os.environ.get("GIT_ALLOW_PROTOCOL")
        return {
            "GIT_DIR": str(self.private),
            "GIT_ALLOW_PROTOCOL": _within(_STRANGERS_PROTOCOLS, allowed),
            "GIT_NO_LAZY_FETCH": "1",  # from git 2.45; before, no remote is named to fetch from
        }


def environment(
    extra: Mapping[str, str], given: Sequence[tuple[str, str]], confinement: Confinement | None
) -> dict[str, str]:
    """The whole environment of one run of git.

    Args:
        extra: variables to add.
        given: settings that do not stand on the command line, which everybody can read.
        confinement: None in the person's own repository.
    """
    env = {key: value for key, value in os.environ.items() if _stays(key)}
    if "GIT_ALLOW_PROTOCOL" in os.environ:
        env["GIT_ALLOW_PROTOCOL"] = _within(_PROTOCOLS, os.environ["GIT_ALLOW_PROTOCOL"])
    settings = [*_kept_settings(), *given]
    if settings:
        env["GIT_CONFIG_COUNT"] = str(len(settings))
    for i, (key, value) in enumerate(settings):
        env[f"GIT_CONFIG_KEY_{i}"], env[f"GIT_CONFIG_VALUE_{i}"] = key, value
    env.update(LC_ALL="C", LANGUAGE="C", GIT_OPTIONAL_LOCKS="0", GIT_NO_REPLACE_OBJECTS="1")
    env.update(GIT_LITERAL_PATHSPECS="1")  # a path is a path, whatever characters it has
    if confinement is not None:
        env.update(confinement.variables)
    env.update(extra)
    return env


def _stays(name: str) -> bool:
    return not name.startswith("GIT_") or name in _KEPT or name.startswith(_KEPT_KINDS)


def _within(protocols: tuple[str, ...], allowed: str | None) -> str:
    """Those of some protocols that the person allows as well."""
    chosen = protocols if allowed is None else allowed.split(":")
    return ":".join(protocol for protocol in protocols if protocol in chosen)


def _kept_settings() -> Iterator[tuple[str, str]]:
    count = os.environ.get("GIT_CONFIG_COUNT", "")
    for i in range(int(count) if count.isdecimal() else 0):
        key = os.environ.get(f"GIT_CONFIG_KEY_{i}")
        value = os.environ.get(f"GIT_CONFIG_VALUE_{i}")
        if key is None or value is None:
            return
        if key.lower() in _SETTINGS or key.partition(".")[0].lower() in _SECTIONS:
            yield key, value
