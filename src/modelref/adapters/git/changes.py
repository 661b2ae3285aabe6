"""What differs between two commits, or from one to the workspace, as git counts it."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from modelref.adapters.git.program import Git
from modelref.domain.diff.code import FileChange
from modelref.domain.diff.values import Status

# No program that the repository chooses is run, and nobody's settings change the form.
_PLAIN = ("--no-ext-diff", "--no-textconv", "--no-renames", "--no-color", "--ignore-submodules")
_STATUS = {"A": Status.ADDED, "D": Status.REMOVED}
_LONGEST_PATCH = 200_000
"""Characters of a patch that are shown."""
_MOST_CHANGED = 64 << 20
"""Bytes of changed files that are worth hashing to know a checkout again."""


def changes_between(
    git: Git, a: str, b: str | None, paths: Sequence[str], *, patch: bool
) -> list[FileChange]:
    """List files at or below some paths that differ, by path; see port ``Commits``."""
    revisions = [a] if b is None else [a, b]
    options = [*_PLAIN, *revisions]
    statuses = dict(_pairs(git.output("diff", "--name-status", "-z", *options, operands=paths)))
    found = [
        FileChange(
            path,
            _STATUS.get(statuses.get(path, "M"), Status.CHANGED),
            added,
            removed,
            _patch(git, options, path) if patch and added is not None else None,
        )
        for path, added, removed in _numbers(
            git.output("diff", "--numstat", "-z", *options, operands=paths)
        )
    ]
    if b is None:
        found += _untracked(git, paths, patch=patch)
    return sorted(found, key=lambda one: one.path)


def digest_of_changed(root: Path, tree: str, paths: Sequence[str]) -> str:
    """A digest of a commit's tree and of the files that differ from it; ``""`` for too many bytes.

    Args:
        root: top folder of the checkout.
        tree: id of the tree.
        paths: those files, links and files that are gone included.
    """
    digest = sha256(tree.encode())
    left = _MOST_CHANGED
    for path in paths:
        place = root / path
        if place.is_symlink():
            data = str(place.readlink()).encode("utf-8", "surrogateescape")
        elif place.is_file():
            left -= place.stat().st_size
            if left < 0:
                return ""
            data = place.read_bytes()
        else:
            data = b""
        name = path.encode("utf-8", "surrogateescape")
        state = f"{place.is_symlink():d}{place.exists():d}".encode()
        digest.update(sha256(name).digest() + state + sha256(data).digest())
    return digest.hexdigest()


def _pairs(out: bytes) -> Iterator[tuple[str, str]]:
    fields = _text(out).split("\0")
    for status, path in zip(fields[::2], fields[1::2], strict=False):
        yield path, status


def _numbers(out: bytes) -> Iterator[tuple[str, int | None, int | None]]:
    for line in _text(out).split("\0"):
        added, _, rest = line.partition("\t")
        removed, tab, path = rest.partition("\t")
        if tab:
            yield path, _count(added), _count(removed)


def _count(text: str) -> int | None:
    """A number of lines; git writes ``-`` for a binary file."""
    return int(text) if text.isdecimal() else None


def _patch(git: Git, options: Sequence[str], path: str) -> str:
    text = git.output("diff", *options, operands=[path]).decode("utf-8", "replace")
    return text[:_LONGEST_PATCH]


def _untracked(git: Git, paths: Sequence[str], *, patch: bool) -> Iterator[FileChange]:
    """Files of the workspace that git does not know yet and may: all of their lines are new."""
    out = git.output("ls-files", "-z", "--others", "--exclude-standard", operands=paths)
    for path in filter(None, _text(out).split("\0")):
        data = (git.folder / path).read_bytes() if (git.folder / path).is_file() else b""
        if b"\0" in data[:8000]:
            yield FileChange(path, Status.ADDED, None, None)
            continue
        lines = data.decode("utf-8", "replace").splitlines()
        shown = "".join(f"+{line}\n" for line in lines)[:_LONGEST_PATCH]
        yield FileChange(path, Status.ADDED, len(lines), 0, shown if patch else None)


def _text(out: bytes) -> str:
    return out.decode("utf-8", "surrogateescape")
