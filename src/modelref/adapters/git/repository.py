"""Where a repository lies, and what its settings say."""

import re
from dataclasses import dataclass
from pathlib import Path

from modelref.adapters.git.program import Git
from modelref.adapters.plainfile import plain_text
from modelref.errors import BadInput

# Read from the file, for the time that one more run of git takes: a hint is all that depends on it.
_REMOTE = re.compile(r'^\[remote "([^"\n]+)"\]', re.MULTILINE)
_NO_TAGS = re.compile(
    r'^\[remote "([^"\n]+)"\]\n(?:(?!\[).*\n)*?[ \t]*tagopt[ \t]*=[ \t]*"?--no-tags',
    re.MULTILINE | re.IGNORECASE,
)
_FETCH = re.compile(r"^\s*fetch\s*=\s*\+?(refs/heads/[^:\n]*):", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Repository:
    """A located repository.

    Attributes:
        git: the git program in its top folder.
        root: top folder of the checkout; the repository itself where it is bare.
        private: folder that all its worktrees share (``.git``).
        shallow: whether history is cut off, so that tags may be missing.
        bare: whether it has no checkout.
    """

    git: Git
    root: Path
    private: Path
    shallow: bool
    bare: bool

    @property
    def remotes(self) -> tuple[str, ...]:
        """Names of the remotes, as git's config file of this repository has them."""
        return tuple(_REMOTE.findall(self._settings))

    @property
    def partial(self) -> str:
        """Why events may be missing here that the remote has; ``""`` when nothing says so.

        git brings along only the tags of commits that it fetches: a shallow clone, or one of a
        single branch, silently lacks the rest, and one that asks for no tags has those that
        somebody named. The last two lack nothing once a fetch of ours has asked for all.
        """
        if self.shallow:
            return "this clone is shallow"
        narrow = any("*" not in source for source in _FETCH.findall(self._settings))
        why = "this clone follows a single branch" if narrow else self._untagged
        return "" if why and self.caught_up else why

    @property
    def caught_up(self) -> bool:
        """Whether a fetch of ours has ever asked the remote for all its tags."""
        from modelref.adapters.git.sync.note import read_note  # of seldom use

        return read_note(self.private / "modelref").asked is None

    @property
    def _untagged(self) -> str:
        """Whether the remote that is asked where none is named gives no tags: in words, or ``""``.

        Others may well be kept from mixing their tags with its.
        """
        names = self.remotes
        chosen = "origin" if "origin" in names else next(iter(names), "")
        asks_none = bool(chosen) and chosen in _NO_TAGS.findall(self._settings)
        return "this clone fetches no tags" if asks_none else ""

    @property
    def _settings(self) -> str:
        return plain_text(self.private / "config")

    @classmethod
    def locate(cls, folder: Path) -> "Repository":
        """Find the repository that a folder lies in.

        Raises:
            BadInput: it lies in none, or git does not trust its owner.
            OutOfReach: the folder is not there, or git is not.
        """
        done = Git(folder).run(
            "rev-parse",
            "--path-format=absolute",
            "--is-bare-repository",
            "--is-shallow-repository",
            "--git-common-dir",
            "--show-toplevel",
        )
        lines = done.stdout.decode("utf-8", "surrogateescape").removesuffix("\n").split("\n")
        if len(lines) == 3 and lines[0] == "true":
            lines.append(lines[2])
        if len(lines) != 4:
            raise _not_found(folder, done.stderr)
        bare, shallow, private, root = lines
        return cls(Git(Path(root)), Path(root), Path(private), shallow == "true", bare == "true")


def _not_found(folder: Path, said: str) -> BadInput:
    if "dubious ownership" in said:
        return BadInput(
            f"git does not trust the owner of {folder}",
            kind="unsafe-repository",
            hint=f"if you do: git config --global --add safe.directory {folder}",
        )
    return BadInput(
        f"{folder} is not in a git repository",
        kind="not-a-repository",
        hint="go to your repository, or name it: modelref -C DIR",
    )
