"""Who may sign, and what checks it: the person's word first, then the default branch's.

Nothing here comes from what is checked out: a pull request would bring its own signers along.
"""

from collections.abc import Mapping
from pathlib import Path
from stat import S_ISREG
from typing import NamedTuple

from modelref.adapters.git.objects import read_objects
from modelref.adapters.git.repository import Repository
from modelref.domain.signing import Signing
from modelref.errors import BadInput, OutOfReach

_MOST_BYTES = 1024 * 1024
"""Bytes that a list may have; a line is about 100."""
_ALLOWED = "gpg.ssh.allowedsignersfile"
_REVOKED = "gpg.ssh.revocationfile"
_PROGRAMS = {
    "gpg.program": "gpg",
    "gpg.openpgp.program": "gpg",
    "gpg.x509.program": "gpgsm",
    "gpg.ssh.program": "ssh-keygen",
}
_PERSONS = ("system", "global", "command")
"""Scopes of git's settings that no repository has a part in."""


class SignerFiles(NamedTuple):
    """What a check goes by.

    Attributes:
        allowed: the allowed signers, ``ssh-keygen(1)``; empty where nobody named any.
        revoked: revoked keys, or a KRL; empty for none.
        programs: settings that name the programs.
    """

    allowed: bytes
    revoked: bytes
    programs: Mapping[str, str]


def signer_files(repository: Repository, signing: Signing, commit: str) -> SignerFiles:
    """Read the lists.

    Args:
        repository: whose tags are checked.
        signing: what the default branch says of signers.
        commit: full id of the default branch's commit, ``""`` for none.

    Raises:
        BadInput: a list is too large, or none.
        OutOfReach: a list that somebody named cannot be read.
    """
    own = _settings(repository)
    own_allowed = next((own[scope][_ALLOWED] for scope in own if _ALLOWED in own[scope]), None)
    own_revoked = next((own[scope][_REVOKED] for scope in own if _REVOKED in own[scope]), None)
    programs = dict(_PROGRAMS)
    for scope in reversed(own):
        if scope in _PERSONS:
            programs |= {key: own[scope][key] for key in _PROGRAMS if key in own[scope]}
            if "gpg.program" in own[scope] and "gpg.openpgp.program" not in own[scope]:
                programs["gpg.openpgp.program"] = own[scope]["gpg.program"]
    return SignerFiles(
        _list(repository, commit, own_allowed, signing.allowed_signers),
        _list(repository, commit, own_revoked, signing.revoked_keys),
        programs,
    )


def _settings(repository: Repository) -> dict[str, dict[str, str]]:
    """Git's settings of ``gpg.*`` by scope, the strongest scope first."""
    done = repository.git.run(
        "config", "--null", "--show-scope", "--type=path", "--get-regexp", r"^gpg\."
    )
    words = done.stdout.decode("utf-8", "surrogateescape").split("\0")
    found: dict[str, dict[str, str]] = {}
    for scope, entry in zip(words[::2], words[1::2], strict=False):
        key, _, value = entry.partition("\n")
        found.setdefault(scope, {})[key] = value
    return dict(reversed(found.items()))


def _list(repository: Repository, commit: str, own: str | None, agreed: str | None) -> bytes:
    if own:
        place = repository.root / own
        inside = _inside(place, repository)
        return _committed(repository, commit, inside) if inside else _read(place)
    return _committed(repository, commit, agreed) if agreed else b""


def _inside(place: Path, repository: Repository) -> str:
    """The repository path of a file of the checkout; ``""`` for a file elsewhere."""
    if repository.bare or place.is_relative_to(repository.private):
        return ""
    try:
        return place.resolve().relative_to(repository.root.resolve()).as_posix()
    except (ValueError, OSError):
        return ""


def _read(place: Path) -> bytes:
    try:
        found = place.stat()
        if not S_ISREG(found.st_mode) or found.st_size > _MOST_BYTES:
            raise _unfit(str(place))
        return place.read_bytes()
    except OSError as error:
        raise OutOfReach(
            f"cannot read the list of signers {place}: {error.strerror}",
            kind="no-signers",
            hint="git config --show-origin --get-regexp '^gpg' shows who names it",
        ) from error


def _committed(repository: Repository, commit: str, path: str) -> bytes:
    (found,) = read_objects(repository.git, [f"{commit}:{path}"]) if commit else (None,)
    if found is None or found.type != "blob":
        raise OutOfReach(
            f"the default branch has no file {path}, which is to say who may sign",
            kind="no-signers",
            hint=f"commit {path} there; if it is, git fetch",
        )
    if len(found.data) > _MOST_BYTES:
        raise _unfit(path)
    return found.data


def _unfit(path: str) -> BadInput:
    return BadInput(
        f"the list of signers {path} is not a file of at most {_MOST_BYTES:,} bytes",
        kind="bad-signers",
        hint="one line a signer, in the format of ssh-keygen(1), ALLOWED SIGNERS",
    )
