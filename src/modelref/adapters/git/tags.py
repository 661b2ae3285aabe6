"""Tags: the registry's events, listed in one run of git and created one at a time."""

import re
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

from modelref.adapters.durable import sync_folder
from modelref.adapters.git.lock import KEPT, WriterLock, unwritable
from modelref.adapters.git.nested import TAG, peel
from modelref.adapters.git.program import DURABLE, Finished, Git, failed, no_identity
from modelref.adapters.git.repository import Repository
from modelref.adapters.git.stale import IN_THE_WAY, in_the_way
from modelref.adapters.git.trailers import trailers_of, unsigned
from modelref.domain.event import TagRecord
from modelref.domain.finding import Finding
from modelref.domain.names import Artifact
from modelref.domain.tag import TagName
from modelref.errors import BadInput, Conflict, ModelRefError, OutOfReach

_FIELDS = (
    "refname:strip=2",
    "objectname",
    "objecttype",
    "tag",
    "*objectname",
    "*objecttype",
    "taggerdate:raw",
    "taggername",
    "taggeremail:trim",
    "contents:subject",
    "contents:trailers:only,unfold",
)
_TARGET = _FIELDS.index("*objectname")
_PAST_TARGET = _TARGET + 2
# Of signed tags the body as well, for their trailers.
_SIGNED = "%(if)%(contents:signature)%(then)%(contents:body)%(end)%00"
_FORMAT = "".join(f"%({field})%00" for field in _FIELDS) + _SIGNED
_BODY = "%(contents:body)%00"
_ABOVE = re.compile(r"cannot lock ref .*: '(refs/tags/.*?)' exists")
_BROKEN = re.compile(r"warning: ignoring broken ref refs/tags/(.*)")
_UNSIGNED = re.compile(
    r"unable to sign the tag|either user\.signingkey or gpg\.|invalid value for 'gpg\.format'"
)
_FAULT = re.compile(r"^(?:error|fatal): (.*?)\s*$", re.MULTILINE)
_SIGNING_LIMIT = 300.0
"""Seconds that making a tag may take: a person may have to type a passphrase, or touch a key."""
# A person's own settings must not change what a trailer is, nor take one for a comment.
_OUR_TRAILERS = {"trailer.separators": ":", "core.commentChar": "#"}


@dataclass(frozen=True, slots=True)
class GitTags:
    """The tags of a repository; port ``Tags``.

    Attributes:
        repository: where they are.
        lock: the clone's writers' lock, which the git that makes a tag holds too; None where
            nobody else writes.
    """

    repository: Repository
    lock: WriterLock | None = None

    def list(
        self, artifact: Artifact | None = None, *, bodies: bool = False
    ) -> Iterator[TagRecord]:
        """List tags, with one ``git for-each-ref``; one by one where a damaged one stops that."""
        git = self.repository.git
        patterns = patterns_of(artifact) if artifact else ["refs/tags"]
        wanted = _FORMAT + _BODY if bodies else _FORMAT
        done = git.run(
            "for-each-ref", f"--format={wanted}", operands=patterns, config=_OUR_TRAILERS
        )
        if done.code or done.stderr:
            # A whole file for what is seldom needed: most listings are of sound tags.
            from modelref.adapters.git.salvage import broken, salvage

            yield from (broken(ref) for ref in _BROKEN.findall(done.stderr))
            if done.code:
                yield from salvage(git, patterns, bodies=bodies)
                return
        # Every field ends in NUL, which no field can hold; a record's newline begins the next.
        fields = done.stdout.decode("utf-8", "surrogateescape").split("\0")
        if len(fields) == 1:
            self._refuse_without_tags()
        width = len(_FIELDS) + 1 + bodies
        peeled = peel(git, _nested(fields, width))
        for start in range(0, len(fields) - 1, width):
            record = fields[start : start + width]
            record[0] = record[0].lstrip("\n")
            signed = record.pop(len(_FIELDS))
            if signed:
                record[-1 - bodies] = trailers_of(signed)
            if record[_TARGET] in peeled:
                record[_TARGET:_PAST_TARGET] = peeled[record[_TARGET]]
            yield TagRecord(*record)

    def noticed(self) -> Sequence[Finding]:
        """Tell what the last fetch found that a person must settle, while there is a remote."""
        if self.lock is None or not (self.lock.folder / KEPT).exists():
            return ()
        remotes = self.repository.remotes
        if not remotes:
            return ()
        from modelref.adapters.git.sync.kept import read_kept  # both of seldom use
        from modelref.domain.sync import of_gone_remote

        return [
            one.finding if one.remote in ("", *remotes) else of_gone_remote(one.finding, one.remote)
            for one in read_kept(self.lock.folder)
        ]

    def create(
        self, tag: TagName, commit: str, message: str, date: int, *, sign: bool = False
    ) -> str:
        """Create one annotated tag, with one ``git tag``: it makes the object, then the ref.

        Making the ref is the commit point: it is create-only, so that of two writers one fails.
        """
        name = str(tag)
        done = self._make(name, commit, message, date, sign)
        if self.lock is not None and IN_THE_WAY.search(done.stderr):
            self.lock.clear(name)
            done = self._make(name, commit, message, date, sign)
        if done.code:
            raise _not_created(name, done)
        if self.lock is not None:
            self.lock.made()
        listed = self.repository.git.output("rev-parse", "--verify", "--quiet", f"refs/tags/{name}")
        oid = listed.decode().strip()
        if self._lacks_signature(oid, done.stderr, sign):
            self.discard(tag, oid)
            raise _not_signed(name, done.stderr)
        self._sync_names(name, oid)
        return oid

    def discard(self, tag: TagName, oid: str) -> None:
        """Take back a tag that was just made, if it still names that object."""
        ref = f"refs/tags/{tag}"
        done = self.repository.git.run("update-ref", "-d", operands=[ref, oid], config=DURABLE)
        if done.code:
            raise failed("update-ref", done)

    def _make(self, name: str, commit: str, message: str, date: int, sign: bool) -> Finished:
        with self.lock.making(name) if self.lock else nullcontext(()) as keep:
            return self.repository.git.run(
                "tag",
                "--sign" if sign else "--annotate",
                "--cleanup=verbatim",
                "--file=-",
                operands=[name, commit],
                config=DURABLE,
                stdin=message.encode("utf-8", "surrogateescape"),
                env={"GIT_COMMITTER_DATE": f"@{date} +0000"},
                keep=keep,
                limit=_SIGNING_LIMIT,
            )

    def _lacks_signature(self, oid: str, said: str, sign: bool) -> bool:
        """Whether git was to sign a tag and did not.

        When ssh-keygen finds no key, git up to 2.39 at least says so, makes the tag without a
        signature, and exits with 0.
        """
        git = self.repository.git
        if not sign and "error: " in said:
            sign = b"true" in git.run("config", "--type=bool", "--get", "tag.gpgSign").stdout
        return sign and unsigned(made := _message(git, oid)) == made

    def _sync_names(self, name: str, oid: str) -> None:
        """Have the names of ref and object on disk: git syncs what is in files, not in folders."""
        private = self.repository.private
        ref = (private / "refs" / "tags" / name).parent
        for folder in (private / "objects", private / "objects" / oid[:2], ref):
            try:
                sync_folder(folder)
            except (FileNotFoundError, NotADirectoryError):
                continue  # other ref and object stores have no such folders
            except OSError as error:
                raise unwritable(folder, error) from error

    def _refuse_without_tags(self) -> None:
        """An empty listing means "no versions" only in a clone that would have had the tags."""
        if self.repository.shallow:
            raise OutOfReach(
                "this clone is shallow and has no tags, so nothing can be said of any version",
                kind="no-tags",
                hint="git fetch --unshallow --tags; in a CI job, check out with fetch-depth: 0",
            )
        done = self.repository.git.run("config", "--get-regexp", r"^remote\..*\.tagopt$")
        if b"--no-tags" in done.stdout and not self.repository.caught_up:
            raise OutOfReach(
                "this clone was made without tags, so nothing can be said of any version",
                kind="no-tags",
                hint="modelref fetch",
            )


def _message(git: Git, oid: str) -> str:
    return git.output("cat-file", "tag", oid).decode("utf-8", "surrogateescape")


def patterns_of(artifact: Artifact, below: str = "refs/tags") -> list[str]:
    """Patterns for one model's refs; ``*`` does not match ``/``, which a stage may hold."""
    head = f"{below}/{artifact.in_tag}"
    return [f"{head}@*", f"{head}#*", f"{head}#*/**"]


def _nested(fields: Sequence[str], width: int) -> list[str]:
    """Ids of the tags that other tags name, in a listing of records of some fields."""
    pairs = zip(fields[_TARGET::width], fields[_TARGET + 1 :: width], strict=False)
    return [oid for oid, kind in pairs if kind == TAG]


def _not_created(name: str, done: Finished) -> ModelRefError:
    from modelref.adapters.git.sync.own import refs_kept  # of seldom use, and no listing needs it

    said = done.stderr
    if "already exists" in said:
        return Conflict(
            f"somebody else made the tag {name} first",
            kind="tag-exists",
            hint="modelref history shows what happened; run the command again if it still applies",
        )
    above = _ABOVE.search(said)
    if above is not None:
        other = above[1].removeprefix("refs/tags/")
        return BadInput(
            f"the tag {other} is in the way of {name}: git keeps no tag below another",
            kind="name-taken",
            hint="choose another name; a wrong tag that nobody else has is taken away by: "
            f"git tag -d '{other}'",
        )
    locked = in_the_way(said)
    if locked is not None:
        return locked
    kept = refs_kept(done, f"the tag {name}")
    if kept is not None:
        return kept
    nobody = no_identity(done)
    if nobody is not None:
        return nobody
    if _UNSIGNED.search(said):
        return _not_signed(name, said)
    if "is not a valid tag name" in said:
        return BadInput(f"git does not allow the tag {name!r}", kind="invalid-name")
    return failed("tag", done)


def _not_signed(name: str, said: str) -> BadInput:
    fault = _FAULT.search(said)
    return BadInput(
        f"git could not sign the tag {name}: {fault[1] if fault else 'no signature'}; "
        "nothing was written",
        kind="not-signed",
        hint="say with which key: git config gpg.format ssh, "
        "then git config user.signingKey ~/.ssh/id_ed25519.pub; try it: git tag -s -m try try",
    )
