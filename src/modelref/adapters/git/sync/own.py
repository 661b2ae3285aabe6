"""What keeps git from talking to a remote on this side: hooks and settings of the clone's own."""

import json
import re
from pathlib import Path

from modelref.adapters.git.program import Finished
from modelref.domain.secrets import without_credentials
from modelref.errors import Refused

NOT_RUN = re.compile(rb"^fatal: cannot (?:run|exec) '?(?:.*/)?pre-push'?: (.*)$", re.MULTILINE)
"""What git says of a hook that no program can run, or that is none; then it waits for ever."""
_NOT_ABLE = re.compile(r"the receiving end does not support (--signed push|push options)")
_SETTINGS = {
    "--signed push": "git config push.gpgSign if-asked",
    "push options": "git config push.pushOption ''",
}
_DO_AS_IT_SAYS = (
    "do as it says, then repeat the command; git rev-parse --git-path hooks says where it lies"
)
_ABORTED = "ref updates aborted by hook"
_GITS_OWN = re.compile(
    rf"error: failed to push some refs to |(?:fatal|error): {_ABORTED}|hint: |remote: |From "
    r"|Receiving |Resolving |Unpacking |\s*$"
)


def push_stopped(done: Finished, remote: str, account: Path) -> Refused | None:
    """The error for a push that ended before git told the remote anything, if it did.

    Args:
        done: a push that the remote gave no answer to.
        remote: its name.
        account: git's own account of the push, which ``GIT_TRACE2_EVENT`` asks for.
    """
    unable = _NOT_ABLE.search(done.stderr)
    if unable:
        return Refused(
            f"git is set up to push in a way that {remote} does not know: {unable[0]}",
            kind="push-settings",
            hint=_SETTINGS[unable[1]],
        )
    not_run = NOT_RUN.search(done.stderr.encode())
    if not_run:
        return Refused(
            f"git cannot run the pre-push hook of this clone: {not_run[1].decode()}",
            kind="hook-here",
            hint="it must be an executable file; its first line must be #!PROGRAM, of a program "
            "that is there, and end in LF, not CR LF; "
            "git rev-parse --git-path hooks/pre-push says where it lies",
        )
    if not _hook_failed(account):
        return None
    return Refused(
        f"the pre-push hook of this clone refused the push: {_words(done)}",
        kind="hook-here",
        hint=_DO_AS_IT_SAYS,
    )


def _hook_failed(account: Path) -> bool:
    """Whether the pre-push hook failed, by git's account (``git help api-trace2``).

    What stands on standard error does not tell: a hook may run a git that talks to a remote.
    """
    try:
        lines = account.read_text(encoding="utf-8", errors="replace").split("\n")
        events = [json.loads(line) for line in lines if line]
        own = [event for event in events if event["sid"] == events[0]["sid"]]
    except (OSError, ValueError, TypeError, KeyError):
        return False
    hooks = {event["child_id"] for event in own if event.get("hook_name") == "pre-push"}
    ended = [event for event in own if event["event"] == "child_exit"]
    return any(event["child_id"] in hooks and event["code"] != 0 for event in ended)


def refs_kept(done: Finished, what: str) -> Refused | None:
    """The error for a run of git whose refs a hook of this clone did not let change, if one did.

    Args:
        done: a run that failed.
        what: what the refs are.
    """
    if _ABORTED not in done.stderr:
        return None
    return Refused(
        f"the reference-transaction hook of this clone refused {what}: {_words(done)}",
        kind="hook-here",
        hint=_DO_AS_IT_SAYS,
    )


def _words(done: Finished) -> str:
    """What a hook said, in one line."""
    lines = [line for line in re.split(r"[\r\n]+", done.stderr) if not _GITS_OWN.match(line)]
    return without_credentials("; ".join(dict.fromkeys(lines))) or "it does not say why"
