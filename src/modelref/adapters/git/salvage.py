"""Listing tags one by one, where a damaged one keeps git from listing them all.

``git for-each-ref`` ends at the first tag whose object is missing or cannot be parsed. Here each
object is asked for by itself and read as the tag format has it (``git help mktag``): what is sound
is listed, what is not is listed as what it is.
"""

from collections.abc import Iterator, Sequence

from modelref.adapters.git.nested import TAG, peel
from modelref.adapters.git.program import Git
from modelref.adapters.git.trailers import trailers_of, unsigned
from modelref.domain.event import TagRecord

_HEADERS = ("object", "type", "tag", "tagger")


def salvage(git: Git, patterns: Sequence[str], *, bodies: bool) -> Iterator[TagRecord]:
    """List tags as ``for-each-ref`` would, damaged ones with the type ``""``.

    Args:
        git: the repository.
        patterns: refs to list.
        bodies: whether to fill in the messages below their subjects.
    """
    out = git.output(
        "for-each-ref", "--format=%(refname:strip=2)%00%(objectname)", operands=patterns
    )
    pairs = [line.split("\0") for line in _text(out).split("\n") if "\0" in line]
    objects = _read(git, [oid for _, oid in pairs])
    parsed = {oid: _parse(data) for oid, (kind, data) in objects.items() if kind == "tag"}
    named = [headers["object"] for headers, _ in parsed.values() if headers]
    targets = {oid: (oid, kind) for oid, kind in _types(git, named).items()}
    targets |= peel(git, [oid for oid, (_, kind) in targets.items() if kind == TAG])
    for ref, oid in pairs:
        kind = objects[oid][0] if oid in objects else ""
        if kind != "tag":
            yield _blank(ref, oid, kind)
            continue
        headers, message = parsed[oid]
        if headers:
            yield _record(ref, oid, headers, message, targets, bodies)
        else:
            yield _blank(ref, oid, "")


def broken(ref: str) -> TagRecord:
    """The record of a ref that names no object at all."""
    return _blank(ref, "", "")


def _record(
    ref: str,
    oid: str,
    headers: dict[str, str],
    message: str,
    targets: dict[str, tuple[str, str]],
    bodies: bool,
) -> TagRecord:
    name, _, rest = headers.get("tagger", "").partition(" <")
    email, _, date = rest.partition("> ")
    subject, _, body = unsigned(message).lstrip("\n").partition("\n\n")
    body = body.lstrip("\n")
    target, kind = targets.get(headers["object"], (headers["object"], ""))
    return TagRecord(
        ref,
        oid,
        "tag",
        headers["tag"],
        target,
        kind,
        date,
        name,
        email,
        subject.rstrip("\n").replace("\n", " "),
        trailers_of(body),
        body if bodies else None,
    )


def _blank(ref: str, oid: str, kind: str) -> TagRecord:
    return TagRecord(ref, oid, kind, "", "", "", "", "", "", "", "")


def _parse(data: bytes) -> tuple[dict[str, str], str]:
    """Headers and message of a tag object; no headers where one of the needed ones is missing."""
    head, _, message = _text(data).partition("\n\n")
    headers: dict[str, str] = {}
    for line in head.split("\n"):
        key, _, value = line.partition(" ")
        headers.setdefault(key, value)
    sound = all(headers.get(key) for key in _HEADERS[:3])
    return ({key: headers[key] for key in _HEADERS if key in headers} if sound else {}), message


def _types(git: Git, oids: Sequence[str]) -> dict[str, str]:
    done = git.run("cat-file", "--batch-check", stdin=_lines(oids))
    rows = [line.split() for line in _text(done.stdout).splitlines()]
    return {row[0]: row[1] for row in rows if len(row) == 3}


def _read(git: Git, oids: Sequence[str]) -> dict[str, tuple[str, bytes]]:
    out = git.run("cat-file", "--batch", stdin=_lines(oids)).stdout
    found: dict[str, tuple[str, bytes]] = {}
    at = 0
    while at < len(out):
        end = out.index(b"\n", at)
        header = out[at:end].decode().split()
        at = end + 1
        if len(header) == 3 and header[2].isdigit():
            size = int(header[2])
            found[header[0]] = (header[1], out[at : at + size])
            at += size + 1
    return found


def _lines(oids: Sequence[str]) -> bytes:
    return "".join(f"{oid}\n" for oid in dict.fromkeys(oids)).encode("utf-8", "surrogateescape")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
