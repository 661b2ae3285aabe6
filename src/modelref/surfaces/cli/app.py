"""The command ``modelref``: its subcommands, loaded when called, and its exit codes."""

import errno
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from io import TextIOWrapper
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Never

import click

from modelref.domain.secrets import without_credentials
from modelref.errors import BadInput, ModelRefError, OutOfReach, Refused
from modelref.surfaces.cli.output import report_error

if TYPE_CHECKING:
    from modelref.ports import World

# Name, module below this package, one line of help: so that --help imports none of them.
_COMMANDS = {
    "show": ("reading", "All models, one model's versions, or one version's card."),
    "history": ("reading", "Every event, newest first."),
    "diff": ("reading", "What changed between two versions, or since one."),
    "review": ("reading", "What a pull request does to each model."),
    "gate": ("reading", "Whether a version may hold a stage, with the evidence."),
    "resolve": ("reading", "Which version, commit and files a ref means."),
    "get": ("reading", "The files of a version, verified, without a checkout."),
    "verify": ("reading", "Prove that every event is sound and every version loads."),
    "follow": ("reading", "Run a command each time a ref moves."),
    "fetch": ("sharing", "Bring the remote's events, and see what it changed."),
    "push": ("sharing", "Tell the remote of events that only this clone knows."),
    "init": ("writing", "Adopt an existing DVC repository."),
    "register": ("writing", "Bind a version to a commit."),
    "promote": ("writing", "Assign a version to a stage."),
    "rollback": ("writing", "Back to the version that a stage held before."),
    "unassign": ("writing", "Empty a stage."),
    "deregister": ("writing", "Withdraw a version."),
    "deprecate": ("writing", "Retire a model."),
    "restore": ("writing", "The workspace back to a version of one model."),
}
# What git, GTO and others call it.
_NAMED_OTHERWISE = {
    "assign": "promote",
    "checkout": "restore",
    "doctor": "verify",
    "download": "get",
    "list": "show",
    "log": "history",
    "ls": "show",
    "pull": "fetch",
    "revert": "rollback",
    "status": "show",
    "tag": "register",
    "watch": "follow",
}
_SECTIONS = (("reading", "Read"), ("writing", "Write"), ("sharing", "Share"))
_WORDS = ("-m", "--message")
INTERRUPTED = 130
BUG = 3
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
_LONGEST = 1200
"""Most characters of an error's message that are shown."""


@dataclass
class Context:
    """What the subcommands share.

    Attributes:
        folder: where to look for the repository.
        repo: address of a repository to read in its place.
    """

    folder: Path
    repo: str | None = None

    @cached_property
    def world(self) -> "World":
        """The repository's world, opened when first needed."""
        from modelref.api.compose import RepositoryWorld

        if self.repo is not None:
            from modelref.api.elsewhere import open_elsewhere

            return open_elsewhere(self.repo, self.folder)
        return RepositoryWorld(self.folder)


class _LazyGroup(click.Group):
    """Subcommands that are imported when they are called."""

    def list_commands(self, _: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        module = import_module(f"modelref.surfaces.cli.{_COMMANDS[name][0]}.{name}")
        command: click.Command = getattr(module, name)
        return command

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        for section, title in _SECTIONS:
            with formatter.section(title):
                formatter.write_dl(
                    [(name, text) for name, (where, text) in _COMMANDS.items() if where == section]
                )

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _COMMANDS:
            from difflib import get_close_matches

            close = [_NAMED_OTHERWISE[args[0]]] if args[0] in _NAMED_OTHERWISE else []
            close += get_close_matches(args[0], _COMMANDS, n=1)
            raise BadInput(
                f"{args[0]!r} is not a command",
                kind="usage",
                hint=f"did you mean modelref {close[0]}?"
                if close
                else "modelref --help lists them",
            )
        _refuse_empty(args)
        return super().resolve_command(ctx, args)


def _refuse_empty(args: list[str]) -> None:
    """Refuse an empty argument: ``--expect "$UNSET"`` in a script must not mean "whatever"."""
    for before, given in pairwise(args):
        empty = not given or (given.startswith("--") and given.find("=") == len(given) - 1)
        if empty and before not in _WORDS and given.rstrip("=") not in _WORDS:
            where = f"{before} {given}".strip() if given or before.startswith("-") else before
            raise BadInput(
                f"there is nothing after {where[:80]!r}",
                kind="usage",
                hint="leave it out, or see whether a variable of your script is not set",
            )


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.option(
    "-C",
    "folder",
    type=click.Path(path_type=Path),
    default=Path(),
    metavar="DIR",
    help="Run as if started in DIR.",
)
@click.option(
    "--repo",
    metavar="URL|DIR",
    help="Read that repository, which is not yours: nothing is cloned or written.",
)
@click.version_option(None, "--version", package_name="modelref", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context, folder: Path, repo: str | None) -> None:
    """Version models with nothing but Git and DVC.

    A version is a git tag (NAME@v1.2.0), and so is what a stage holds
    (NAME#prod). Quote refs with # or ! in the shell.
    """
    _enter(folder)
    ctx.obj = Context(Path(), repo)
    command = ctx.invoked_subcommand
    if repo is not None and command is not None and _COMMANDS[command][0] == "writing":
        raise Refused(
            f"modelref {command} writes, and a repository named by --repo is only read",
            kind="read-only",
            hint="git clone it, and run the command in that clone",
        )


def _enter(folder: Path) -> None:
    """Go to the folder that ``-C`` names, so that all files are named from there."""
    if folder == Path():
        return
    try:
        os.chdir(folder)
    except OSError as error:
        raise OutOfReach(
            f"there is no folder {str(folder)!r} to work in: {error.strerror}", kind="no-folder"
        ) from error


def main() -> Never:
    """Run the command and exit with its code; see ``docs/cli.md``."""
    wants_json = "--json" in sys.argv
    _write_any_name()
    try:
        with _terminated_as_interrupted():
            code = _invoke()
        sys.stdout.flush()
    except ModelRefError as error:
        report_error(error.kind, _short(error.message), _short(error.hint), as_json=wants_json)
        code = error.exit_code
    except click.exceptions.Exit as stop:
        code = stop.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        sys.stdout.write(error.format_message() + "\n")
        code = 0
    except click.ClickException as error:
        code = _report_usage(error, as_json=wants_json)
    except (KeyboardInterrupt, click.Abort):
        report_error("interrupted", "interrupted", "", as_json=wants_json)
        code = INTERRUPTED
    except BrokenPipeError:
        _give_up_output()  # the reader (head, less) has gone
        code = 0
    except OSError as error:
        if error.filename is not None or error.errno not in _FULL:
            code = _report_bug(error, as_json=wants_json)
        else:
            _give_up_output()
            message = f"cannot write to standard output: {error.strerror}"
            hint = "what was to be done may have been: repeat the command, and it will say so"
            report_error("unwritable", message, hint, as_json=wants_json)
            code = OutOfReach.exit_code
    except Exception as error:  # noqa: BLE001  # the last door: a traceback is for the log
        code = _report_bug(error, as_json=wants_json)
    sys.exit(code if isinstance(code, int) else 0)


def _write_any_name() -> None:
    """Have standard output escape what the locale's encoding cannot write."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """Let SIGTERM end the command as Ctrl-C does: temporary copies of weights are removed."""
    before = signal.getsignal(signal.SIGTERM)
    if before is not signal.SIG_DFL:
        yield  # whoever started this decided otherwise
        return
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _give_up_output() -> None:
    """Drop what was still to be printed: Python would fail on it once more at its exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _short(text: str) -> str:
    """A text that somebody's endless word does not scroll away."""
    half = _LONGEST // 2
    return text if len(text) <= _LONGEST else f"{text[:half]} ... {text[-half:]}"


def _invoke() -> object:
    if "_MODELREF_COMPLETE" in os.environ:
        with suppress(Exception):  # a shell asks for completions, and can do nothing with an error
            return cli.main(prog_name="modelref", standalone_mode=False)
        return 1
    # Not cli.main(): it would answer a reader that has gone (head) with exit code 1.
    with cli.make_context("modelref", sys.argv[1:]) as ctx:
        return cli.invoke(ctx)


def _report_usage(error: click.ClickException, *, as_json: bool) -> int:
    ctx: Any = getattr(error, "ctx", None)
    hint = f"{ctx.command_path} --help" if ctx is not None else _help_of(sys.argv[1:])
    message = error.format_message().rstrip(".")
    report_error("usage", _short(message[:1].lower() + message[1:]), hint, as_json=as_json)
    return 2


def _help_of(args: list[str]) -> str:
    command = next((word for word in args if word in _COMMANDS), "")
    return f"modelref {command} --help".replace("  ", " ")


def _report_bug(error: Exception, *, as_json: bool) -> int:
    import tempfile
    import traceback

    told = f"modelref {' '.join(sys.argv[1:])}\n\n{''.join(traceback.format_exception(error))}"
    text = without_credentials(told)
    try:
        with tempfile.NamedTemporaryFile(
            "w",
            prefix="modelref-",
            suffix=".log",
            delete=False,
            encoding="utf-8",
            errors="backslashreplace",
        ) as log:
            log.write(text)
        hint = f"please report it with the log {log.name}"
    except OSError as full:
        hint = f"please report it; no log could be written: {full.strerror}"
    report_error(
        "bug",
        f"modelref failed in a way nobody planned for ({type(error).__name__})",
        hint,
        as_json=as_json,
    )
    return BUG
