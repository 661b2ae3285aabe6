"""What a remote is asked, and what it says: its abilities, and why it did not answer."""

import json
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from modelref.adapters.git.elsewhere.address import Address
from modelref.adapters.git.program import Finished, Git
from modelref.domain.secrets import without_credentials
from modelref.errors import OutOfReach

REMOTE = "origin"
QUIET = 60.0
"""Seconds that a remote may say nothing."""
_USER, _PASSWORD = "MODELREF_USER", "MODELREF_PASSWORD"
# git keeps what a helper answers to itself; a password in a URL would stand on a command line.
_HELPER = (
    f'!f() {{ test "$1" = get && printf "username=%s\\npassword=%s\\n" '
    f'"${_USER}" "${_PASSWORD}"; }}; f'
)
_CHATTER = re.compile(
    r"(?:remote: )?(?:Enumerating|Counting|Compressing|Receiving|Resolving|Total|From|POST)"
    r"|warning: |hint: |remote: \W*$|\s|$"
)


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a remote can do.

    Attributes:
        filters: it leaves out the files of commits, and gives single ones later.
        objects: how it names objects, ``sha1`` or ``sha256``.
    """

    filters: bool
    objects: str

    @classmethod
    def read(cls, note: Path) -> Self | None:
        """What was noted of a remote; None where nothing (readable) was."""
        try:
            said = json.loads(note.read_bytes())
            return cls(bool(said["filters"]), str(said["objects"]))
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None

    def text(self) -> str:
        """The note of it."""
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True)
class Server:
    """A remote, asked by the git of our own git folder.

    Its URL and credentials are given to each run through the environment: the folder's config
    file holds neither.

    Attributes:
        address: where it is.
        git: confined.
    """

    address: Address
    git: Git

    def abilities(self, scratch: Path) -> Abilities:
        """Ask what it can do: a listing of its branches, of which only the greeting is read.

        git does not tell what a remote can do but in its trace of packets (protocol v2, "fetch" and
        "object-format" capabilities of gitprotocol-v2).

        Args:
            scratch: a folder for that trace.

        Raises:
            OutOfReach: it does not answer.
        """
        descriptor, trace = tempfile.mkstemp(prefix="greeting.", dir=scratch)
        os.close(descriptor)
        try:
            self.ask("ls-remote", "--heads", "--quiet", env={"GIT_TRACE_PACKET": trace})
            greeting = Path(trace).read_text(encoding="utf-8", errors="replace")
        finally:
            Path(trace).unlink()
        named = re.search(r"\bobject-format=(sha1|sha256)\b", greeting)
        return Abilities(
            re.search(r"< fetch=(?:\S+ )*filter\b", greeting) is not None,
            named[1] if named else "sha1",
        )

    def ask(
        self,
        command: str,
        *options: str,
        operands: Sequence[str] = (),
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        keep: Sequence[int] = (),
        config: Mapping[str, str] | None = None,
    ) -> Finished:
        """Run a git command that talks to it.

        Raises:
            OutOfReach: it does not answer, or git failed.
        """
        done = self.git.run(
            command,
            *options,
            operands=[REMOTE, *operands],
            stdin=stdin,
            env={**(env or {}), **self._credentials},
            keep=keep,
            config=config,
            secret=self._settings,
            quiet=QUIET,
        )
        if done.code:
            raise self._unreachable(done.stderr)
        return done

    @property
    def _settings(self) -> Mapping[str, str]:
        settings = {
            f"remote.{REMOTE}.url": self.address.url,
            f"remote.{REMOTE}.promisor": "true",
            f"remote.{REMOTE}.partialclonefilter": "blob:none",
        }
        given = self.address.credentials
        if given is None:
            return settings
        if given.password is None:
            return settings | {f"credential.{self.address.url}.username": given.user}
        # The person's own helpers are passed over: they would keep what was meant for once.
        return settings | {
            "credential.helper": "",
            f"credential.{self.address.url}.helper": _HELPER,
        }

    @property
    def _credentials(self) -> Mapping[str, str]:
        given = self.address.credentials
        if given is None or given.password is None:
            return {}
        return {_USER: given.user, _PASSWORD: given.password}

    def _unreachable(self, said: str) -> OutOfReach:
        lines = [line for line in re.split(r"[\r\n]+", said) if not _CHATTER.match(line)]
        why = lines[0].removeprefix("fatal: ").removeprefix("error: ") if lines else "git failed"
        given = self.address.credentials
        why = without_credentials(why, (given.user, given.password or "") if given else ())
        return OutOfReach(
            f"cannot read {self.address}: {why}",
            kind="unreachable",
            hint="see that it is up and that you may read it: git ls-remote, with the same address",
        )
