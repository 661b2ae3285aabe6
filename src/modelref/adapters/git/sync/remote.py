"""The remote: asked by ``git fetch``, and told by ``git push``."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from modelref.adapters.git.default_branch import LIKELY
from modelref.adapters.git.lock import WriterLock
from modelref.adapters.git.program import Finished
from modelref.adapters.git.repository import Repository
from modelref.adapters.git.stale import IN_THE_WAY
from modelref.adapters.git.sync.answers import Answer, read_answer
from modelref.adapters.git.sync.outbox import open_outbox
from modelref.adapters.git.sync.own import NOT_RUN, push_stopped, refs_kept
from modelref.adapters.git.sync.rewriting import Rewriting
from modelref.adapters.git.sync.sightings import ORIGIN
from modelref.adapters.git.tags import GitTags
from modelref.domain.names import Artifact
from modelref.domain.secrets import without_credentials
from modelref.domain.sync import Reply, Rewritten
from modelref.domain.tag import TagName
from modelref.errors import BadInput, OutOfReach

_TAG = "refs/tags"
_HEAD = "refs/modelref/head"
_FETCH_QUIET = 60.0
_PUSH_QUIET = 300.0
"""Seconds that a remote may say nothing; hooks on either side of a push may take their time."""
_NOT_TAKEN = re.compile(r"couldn't find remote ref refs/heads/|refs/remotes/")
"""What git says where a branch is gone there, or where something else keeps its ref here."""
_CHATTER = re.compile(
    r"(?:remote: )?(?:Enumerating|Counting|Compressing|Writing|Receiving|Resolving|Total|Delta|From"
    r"|To |Everything|POST)|warning: |hint: |remote: \W*$|\s|$"
)


@dataclass(frozen=True, slots=True)
class GitRemote:
    """A remote of the person's own clone; port ``Remote``.

    Attributes:
        repository: the clone.
        lock: its writers' lock.
        name: what git knows the remote by.
        agreed: branches that rules are read from beside the default one; where this clone knows
            them of the remote, they are brought too.
        fetch_quiet: seconds that it may say nothing when it is asked.
        push_quiet: seconds that it may say nothing when it is told.
    """

    repository: Repository
    lock: WriterLock
    name: str
    agreed: tuple[str, ...] = ()
    fetch_quiet: float = _FETCH_QUIET
    push_quiet: float = _PUSH_QUIET

    @classmethod
    def find(
        cls,
        repository: Repository,
        lock: WriterLock,
        name: str | None,
        agreed: tuple[str, ...] = (),
    ) -> "GitRemote":
        """The remote of a name, or else the one that is there, ``origin`` before others.

        A name that the clone's settings do not have is never taken for an address: what a
        repository says in ``modelref.yaml`` must not choose where events go.

        Raises:
            BadInput: there is none.
        """
        names = repository.remotes
        if not names:
            raise BadInput(
                "this clone has no remote", kind="no-remote", hint="git remote add origin URL"
            )
        chosen = name or ("origin" if "origin" in names else names[0])
        if chosen not in names:
            raise BadInput(
                f"this clone has no remote {chosen!r}",
                kind="unknown-remote",
                hint=f"it has {', '.join(names)}: mend remote: in modelref.yaml, "
                f"or git remote add {chosen} URL",
            )
        return cls(repository, lock, chosen, agreed)

    def outbox(self) -> GitTags:
        """An empty place for tags that nobody sees until they are pushed and come back."""
        return open_outbox(self.repository)

    def fetch(self, artifacts: Collection[Artifact] = ()) -> Sequence[Rewritten]:
        """Bring what the remote has; return the branches that were rewritten."""
        history = Rewriting(self.repository, self.name)
        before = {} if artifacts else history.branches()
        branches = self._tracked()
        done = self._fetch(artifacts, branches)
        for path in IN_THE_WAY.findall(done.stderr):
            self.lock.clear_own(Path(path))
        if done.code and IN_THE_WAY.search(done.stderr):
            done = self._fetch(artifacts, branches)
        if done.code and _NOT_TAKEN.search(done.stderr):
            done = self._fetch(artifacts, ())
        if done.code:
            raise refs_kept(done, f"what {self.name} has") or self._unreachable(done.stderr)
        return () if artifacts else tuple(history.since(before))

    def remember(self, rewritten: Collection[Rewritten]) -> None:
        """Remember rewritten branches, by refs of our own."""
        Rewriting(self.repository, self.name).remember(rewritten)

    def push(self, tags: Mapping[str, str], heads: Mapping[str, tuple[str, str]]) -> Reply:
        """Offer tags; all or none, with the leases, where the remote can do that."""
        leases = [f"--force-with-lease={_HEAD}/{name}:{old}" for name, (old, _) in heads.items()]
        moves = [f"{new}:{_HEAD}/{name}" for name, (_, new) in heads.items()]
        offered = [f"{oid}:{_TAG}/{tag}" for tag, oid in tags.items()]
        answer = self._push("--atomic", *leases, refspecs=[*offered, *moves])
        if answer.unable:
            return Reply(self._push_each(tags), "it cannot change refs together")
        why = next((why for ref, why in answer.refused.items() if ref.startswith(_HEAD)), "")
        if why:
            answer = self._push("--atomic", refspecs=offered)
        return Reply(_of_tags(answer), why)

    def elsewhere(self) -> str:
        """Where it is asked and where it is told, if these are two."""
        asked, told = (
            self.repository.git.output("remote", "get-url", *option, operands=[self.name])
            for option in ((), ("--push",))
        )
        if asked == told:
            return ""
        both = f"is asked at {asked.decode().strip()} and told at {told.decode().strip()}"
        return without_credentials(both)

    def _push_each(self, tags: Mapping[str, str]) -> Mapping[str, str]:
        """Offer the tags of each model one by one, up to the first that is not taken."""
        queues: dict[Artifact | None, list[str]] = {}
        for tag in tags:
            name = TagName.parse(tag)
            queues.setdefault(name.artifact if name else None, []).append(tag)
        refused: dict[str, str] = {}
        waiting = list(queues.values())
        while waiting:
            first = [queue[0] for queue in waiting]
            answer = self._push(refspecs=[f"{tags[tag]}:{_TAG}/{tag}" for tag in first])
            refused |= _of_tags(answer)
            taken = [queue for queue in waiting if f"{_TAG}/{queue[0]}" not in answer.left]
            waiting = [queue[1:] for queue in taken if len(queue) > 1]
        return refused

    def _tracked(self) -> Sequence[str]:
        """Remote branches that rules, signers and revoked keys are read from, and are known here.

        A tightened gate or a revoked key counts from the next fetch on, as a moved tag does.
        """
        folder = f"refs/remotes/{self.name}"
        refs = [f"{folder}/{name}" for name in ("HEAD", *LIKELY, *self.agreed)]
        out = self.repository.git.output(
            "for-each-ref", "--format=%(refname) %(symref)", operands=refs
        )
        found = dict(line.split(" ") for line in out.decode("utf-8", "replace").splitlines())
        default = found.get(refs[0]) or next((ref for ref in refs[1:3] if ref in found), "")
        wanted = {default, *(ref for ref in refs[3:] if ref in found)}
        return [ref.removeprefix(f"{folder}/") for ref in wanted if ref.startswith(f"{folder}/")]

    def _fetch(self, artifacts: Collection[Artifact], branches: Collection[str]) -> Finished:
        wanted = [f"{one.in_tag}{mark}*" for one in artifacts for mark in "@#"] or ["*"]
        pairs = [(_TAG, "tags"), (_HEAD, "head")]
        specs = [
            f"+{there}/{name}:{ORIGIN}/{here}/{name}" for there, here in pairs for name in wanted
        ]
        if not artifacts:
            specs.append(f"+refs/heads/*:{ORIGIN}/heads/*")
        specs += [f"+refs/heads/{name}:refs/remotes/{self.name}/{name}" for name in branches]
        return self.repository.git.run(
            "fetch", "--prune", "--no-tags", "--no-write-fetch-head", "--refmap=",
            "--no-recurse-submodules", "--progress",
            operands=[self.name, *specs], quiet=self.fetch_quiet,
        )  # fmt: skip

    def _push(self, *options: str, refspecs: Sequence[str]) -> Answer:
        with NamedTemporaryFile(prefix="modelref-push.") as account:
            done = self.repository.git.run(
                "push", "--porcelain", "--progress", "--no-follow-tags", "--recurse-submodules=no",
                *options,
                operands=[self.name, *refspecs],
                config={f"remote.{self.name}.mirror": "false"},
                env={"GIT_TRACE2_EVENT": account.name},
                quiet=self.push_quiet, hopeless=NOT_RUN,
            )  # fmt: skip
            answer = read_answer(done)
            if answer is None:
                raise push_stopped(done, self.name, Path(account.name)) or self._unreachable(
                    done.stderr, "; it may have taken the events: repeat to see"
                )
        return answer

    def _unreachable(self, said: str, more: str = "") -> OutOfReach:
        lines = [line for line in re.split(r"[\r\n]+", said) if not _CHATTER.match(line)]
        why = lines[0].removeprefix("fatal: ").removeprefix("error: ") if lines else "git failed"
        return OutOfReach(
            f"the remote {self.name} does not answer: {without_credentials(why)}{more}",
            kind="unreachable",
            hint=f"see that it is up, and that you may use it: git ls-remote {self.name}",
        )


def _of_tags(answer: Answer) -> Mapping[str, str]:
    """Why tags were refused, by tag."""
    found = answer.refused.items()
    return {ref.removeprefix(f"{_TAG}/"): why for ref, why in found if ref.startswith(f"{_TAG}/")}
