"""What a remote answers to a push, told apart: taken, somebody was faster, refused, not able.

``git push --porcelain`` prints one line a ref: a flag, ``from:to``, and a reason in parentheses
(git-push(1), OUTPUT).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from modelref.adapters.git.program import Finished
from modelref.domain.secrets import without_credentials

_REFUSED = re.compile(r"^!\t[^\t]*:([^\t]*)\t\[remote rejected\] \((.*)\)$", re.MULTILINE)
_LEFT = re.compile(r"^!\t[^\t]*:([^\t]*)\t", re.MULTILINE)
_ANSWERED = re.compile(r"^[ +\-*=!]\t[^\t]*:[^\t]*\t", re.MULTILINE)
_UNABLE = re.compile(r"does not support --atomic|dumb http transport does not support")
# What git-receive-pack(1) and its kin say when another push holds or has moved a ref; and of the
# refs beside the one that was refused.
_RACE = re.compile(
    r"atomic|transaction|(?:cannot|failed to) lock|lock failure|failed to update ref|already exists"
    r"|old value|stale|fetch first|non-fast-forward|needs force",
    re.IGNORECASE,
)

_GITS_OWN = re.compile(r", done\.$|: +\d+% \(|^hook declined|^failed to|^cannot lock|^\W*$")


@dataclass(frozen=True, slots=True)
class Answer:
    """A remote's answer.

    Attributes:
        refused: by ref, why it is refused for good: a hook, a rule of the host, a hidden ref.
        left: the refs that were not taken, for whatever reason.
        unable: whether the remote cannot change refs together.
    """

    refused: Mapping[str, str]
    left: frozenset[str] = frozenset()
    unable: bool = False


def read_answer(done: Finished) -> Answer | None:
    """Read what ``git push`` printed; None where the remote gave no answer."""
    if _UNABLE.search(done.stderr):
        return Answer({}, unable=True)
    out = done.stdout.decode("utf-8", "replace")
    if done.code and not _ANSWERED.search(out):
        return None
    said = _by_hook(done.stderr)
    refused = {
        ref: without_credentials(f"{why}: {said}" if said else why)
        for ref, why in _REFUSED.findall(out)
        if not _RACE.search(why)
    }
    return Answer(refused, frozenset(_LEFT.findall(out)))


def _by_hook(stderr: str) -> str:
    """The words of the remote's own, in one line: what its hook has to say."""
    lines = [line for line in re.split(r"[\r\n]+", stderr) if line.startswith("remote: ")]
    words = [line.removeprefix("remote: ").removeprefix("error: ").strip() for line in lines]
    return "; ".join(dict.fromkeys(word for word in words if not _GITS_OWN.search(word)))
