"""Running the git program: fixed locale, no redirection from the environment, a time limit."""

import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from modelref.adapters.git.environment import Confinement, environment
from modelref.adapters.git.given import given
from modelref.adapters.git.watching import Silent, run_watched
from modelref.errors import BadInput, OutOfReach

_ALLOWED = frozenset(
    [
        "add",
        "cat-file",
        "check-ref-format",
        "commit",
        "commit-tree",
        "config",
        "diff",
        "fetch",
        "for-each-ref",
        "hash-object",
        "init",
        "log",
        "ls-files",
        "ls-remote",
        "ls-tree",
        "merge-base",
        "pack-refs",
        "push",
        "read-tree",
        "remote",
        "reset",
        "rev-list",
        "rev-parse",
        "tag",
        "update-index",
        "update-ref",
        "var",
        "verify-tag",
        "write-tree",
    ]
)
DURABLE = {
    "core.fsync": "committed,loose-object,reference",
    "core.fsyncMethod": "fsync",
    # Milliseconds that git waits for another git, which holds a ref's lock for one or two.
    "core.filesRefLockTimeout": "1000",
}
"""Settings under which git has objects and refs on disk before it says that it made them."""
_LIMIT = 60.0
"""Seconds that a local git command may take."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished run of git."""

    code: int
    stdout: bytes
    stderr: str


@dataclass(frozen=True, slots=True)
class Git:
    """The git program, in one folder.

    Attributes:
        folder: where it runs.
        confinement: how it is confined; None in the person's own repository.
        variables: of each run, where it works in another git folder than the folder's own.
        settings: of each run, by key; they win over those of files.
    """

    folder: Path
    confinement: Confinement | None = None
    variables: tuple[tuple[str, str], ...] = ()
    settings: tuple[tuple[str, str], ...] = ()

    def run(
        self,
        command: str,
        *options: str,
        operands: Iterable[str] = (),
        config: Mapping[str, str] | None = None,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        keep: Sequence[int] = (),
        limit: float | None = _LIMIT,
        secret: Mapping[str, str] | None = None,
        quiet: float | None = None,
        hopeless: re.Pattern[bytes] | None = None,
    ) -> Finished:
        """Run one git command and return what it did, whatever its exit code.

        Args:
            command: the subcommand, one of those this adapter is allowed.
            options: options that this code wrote, never a person's text.
            operands: what a person's text may be; git sees them after ``--``.
            config: settings for this run only.
            stdin: what git reads: all of it, even if this process is killed meanwhile.
            env: variables to add.
            keep: descriptors that stay open in git.
            limit: seconds that it may take; None where it runs a person's own hooks.
            secret: settings that must not stand on a command line, which everybody can read.
            quiet: instead of a limit, seconds that a command which tells its progress
                (``--progress``) may say nothing: a slow remote is waited for, a dead one is not.
            hopeless: with ``quiet``, what git says before it hangs: it is ended then.

        Raises:
            OutOfReach: git is not installed, or did not end in time.
        """
        if command not in _ALLOWED:
            raise AssertionError(f"git {command} is not on the list")
        argv = ["git"]
        own = self.confinement.settings if self.confinement else {}
        for key, value in {**(config or {}), **own}.items():
            argv += ["-c", f"{key}={value}"]
        argv += [command, *options]
        operands = list(operands)
        if operands:
            argv += ["--", *operands]
        variables = {**dict(self.variables), **(env or {})}
        settings = [*self.settings, *(secret or {}).items()]
        env = environment(variables, settings, self.confinement)
        try:
            if quiet is not None:
                return _finished(*run_watched(argv, self.folder, env, stdin, keep, quiet, hopeless))
            with given(stdin) as file:
                done = subprocess.run(
                    argv,
                    cwd=self.folder,
                    stdin=file,
                    capture_output=True,
                    env=env,
                    pass_fds=keep,
                    timeout=limit,
                    check=False,
                )
        except (FileNotFoundError, NotADirectoryError) as error:
            raise _not_started(self.folder) from error
        except subprocess.TimeoutExpired as error:
            raise OutOfReach(
                f"git {command} did not end within {limit or _LIMIT:.0f} seconds in {self.folder}",
                kind="git-timeout",
                hint="see whether the disk or the network mount answers",
            ) from error
        except Silent:
            raise OutOfReach(
                f"git {command} was given up: the remote said nothing for {quiet:.0f} seconds",
                kind="remote-timeout",
                hint="see that the remote is up, then repeat the command",
            ) from None
        return _finished(done.returncode, done.stdout, done.stderr)

    def output(self, command: str, *options: str, operands: Sequence[str] = ()) -> bytes:
        """Run a git command that must succeed and return its standard output.

        Raises:
            OutOfReach: it failed; the message is git's own.
        """
        done = self.run(command, *options, operands=operands)
        if done.code:
            raise failed(command, done)
        return done.stdout


def _finished(code: int, stdout: bytes, stderr: bytes) -> Finished:
    return Finished(code, stdout, stderr.decode("utf-8", "replace").strip())


def failed(command: str, done: Finished) -> OutOfReach:
    """The error for a git command that failed in a way nobody planned for."""
    said = done.stderr.removeprefix("fatal: ") or f"exit code {done.code}"
    return OutOfReach(f"git {command} failed: {said}", kind="git-failed")


def no_identity(done: Finished) -> BadInput | None:
    """The error for a git command that failed because it knows nobody to sign with, if so."""
    said = done.stderr
    if not any(sign in said for sign in ("tell me who you are", "empty ident", "no email was")):
        return None
    return BadInput(
        "git does not know who you are",
        kind="no-identity",
        hint="git config user.name 'Your Name' && git config user.email you@example.com",
    )


def _not_started(folder: Path) -> OutOfReach:
    if not folder.is_dir():
        return OutOfReach(f"there is no folder {str(folder)!r}", kind="no-folder")
    return OutOfReach(
        "the git program is not installed, or not on PATH",
        kind="no-git",
        hint="install git 2.36 or newer",
    )
