"""Clones of one remote: two people's, or many that write at once, and what must be true then."""

import multiprocessing
import os
import random
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import modelref
from modelref.adapters.git.repository import Repository
from modelref.adapters.git.tags import GitTags
from modelref.domain.event import Event, read_tag
from modelref.domain.message import ID
from modelref.errors import BadInput, Conflict, Refused
from support.project import Project
from support.tiny import tiny_clone

HOOK = Path(__file__).parents[2] / "docs" / "hosts" / "update"
MODELS = ("ada", "bob")
STAGES = ("prod", "dev")
FIRST = 3
"""Commits that are registered at the start, as v0.1.0, v0.2.0 and v0.3.0."""
_EXPECTED = frozenset(["beaten", "counter-twice", "unknown-stage", "version-taken"])
"""Answers that writers get of whom another was faster, or who take from an unused stage."""


def host_and_clone(folder: Path, models: Sequence[str], versions: int) -> tuple[Path, Project]:
    """A bare repository, and a clone whose events go there; nothing is registered yet."""
    project = tiny_clone(folder / "ada", models, versions)
    project.write("modelref.yaml", "remote: origin\n")
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "events go to origin")
    host = folder / "host.git"
    project.git("init", "--quiet", "--bare", str(host))
    project.git("remote", "add", "origin", str(host))
    project.git("push", "--quiet", "--set-upstream", "origin", "main")
    return host, project


def clone_of(host: Path | str, root: Path, name: str, commits: Sequence[str] = ()) -> Project:
    """Somebody else's clone."""
    root.parent.mkdir(parents=True, exist_ok=True)
    Project(root.parent, ()).git("clone", "--quiet", str(host), str(root))
    project = Project(root, tuple(commits))
    project.git("config", "user.name", name)
    project.git("config", "user.email", "somebody@example.com")  # GTO wants both in one place
    return project


def guard(host: Path) -> None:
    """Give a bare repository our own hook, as docs/how-to/host-rules.md says."""
    hooks = host / "hooks"
    hooks.mkdir(exist_ok=True)
    shutil.copy(HOOK, hooks / "update")
    (hooks / "pre-receive").symlink_to("update")


def host_tags(host: Path, below: str = "refs/tags") -> dict[str, str]:
    """Object ids of a bare repository's refs, by name."""
    form = f"--format=%(refname:lstrip={below.count('/') + 1}) %(objectname)"
    done = subprocess.run(
        ["git", "for-each-ref", form, below], cwd=host, capture_output=True, text=True, check=True
    )
    return dict(line.split() for line in done.stdout.splitlines())


@dataclass(frozen=True)
class Told:
    """What one writer was told: the tags that it made, and how often it was beaten."""

    made: tuple[tuple[str, str], ...]
    beaten: int


def write_from_clones(
    roots: Sequence[Path], events: int, env: Mapping[str, str] | None = None
) -> list[Told]:
    """Let one process a clone make events, all at once."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(len(roots), mp_context=context) as pool:
        jobs = [
            pool.submit(_write, root, seed, events, dict(env or {}))
            for seed, root in enumerate(roots)
        ]
        return [job.result() for job in jobs]


def _write(root: Path, seed: int, events: int, env: dict[str, str]) -> Told:
    os.environ.update(env)
    chance = random.Random(seed)
    registry = modelref.open(root)
    made: list[tuple[str, str]] = []
    beaten = 0
    while len(made) < events:
        words = f"writer {seed}, event {len(made)}"
        try:
            written = _one(registry, root, chance, words)
        except (Conflict, Refused, BadInput) as error:
            if error.kind not in _EXPECTED:
                raise
            beaten += isinstance(error, Conflict)
            continue
        made += [
            (event.tag, event.trailer(ID) or "") for event in written if words in (event.body or "")
        ]
    return Told(tuple(made), beaten)


def _one(
    registry: modelref.ModelRegistry, root: Path, chance: random.Random, words: str
) -> Sequence[Event]:
    model, stage = chance.choice(MODELS), chance.choice(STAGES)
    match chance.randrange(5):
        case 0 | 1:
            version = f"{model}@v0.{chance.randrange(FIRST) + 1}.0"
            return [registry.promote(version, stage, message=words)]
        case 2 | 3:
            return registry.unassign(f"{model}#{stage}", fall_back=True, message=words)
        case _:
            commit = _new_commit(root, words)
            return [registry.register(model, rev=commit, message=words)]


def _new_commit(root: Path, words: str) -> str:
    """A commit that nobody else has; no branch moves."""
    project = Project(root, ())
    tree = project.git("rev-parse", "HEAD^{tree}")
    return project.git("commit-tree", "-p", "HEAD", "-m", f"{words} at {time.time_ns()}", tree)


def check_clones(host: Path, roots: Sequence[Path], told: Sequence[Told]) -> int:
    """Assert that acknowledged is recorded, once, and that no clone has anything else.

    Returns:
        How often GTO, which knows no lease, made an event in the place of another.
    """
    listed = [read_tag(record) for record in GitTags(Repository.locate(host)).list()]
    events = [event for event in listed if isinstance(event, Event)]
    assert len(events) == len(listed)
    recorded = {(event.tag, event.trailer(ID) or "") for event in events}
    acknowledged = [one for writer in told for one in writer.made]
    assert len(set(acknowledged)) == len(acknowledged)
    assert set(acknowledged) <= recorded, "acknowledged is recorded"
    ours = [event for event in events if event.trailer(ID) is not None]
    assert len(set(_places(ours))) == len(_places(ours)), "no counter is used twice in a stage"
    there = host_tags(host)
    for root in roots:
        stale = {tag: oid for tag, oid in host_tags(root).items() if there.get(tag) != oid}
        assert not stale, "no clone keeps a tag that lost"
        assert modelref.open(root).fetch().changed == ()
        assert host_tags(root) == there
    shared = len(_places(events)) - len(set(_places(events)))
    findings = modelref.open(roots[0]).verify().findings
    errors = [one for one in findings if one.severity == "error"]
    assert [one.kind for one in errors] == ["counter-twice"] * shared, errors
    return shared


def _places(events: Sequence[Event]) -> list[tuple[str, str, int | None]]:
    return [
        (str(event.artifact), event.stage, event.counter)
        for event in events
        if event.stage is not None
    ]
