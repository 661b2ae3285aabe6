"""Many clones of one bare remote that write at once, GTO in between: nothing lost, nothing stale.

    PYTHONPATH=tests python benchmarks/clones.py [--clones N] [--events N] [--only file ssh https]
        [--guard]

Each clone makes its events (promotions, unassignments, registrations of two models) as fast as it
can; ``gto assign`` writes to the same stages from one more clone meanwhile. Checked
afterwards, by ``support.clones.check_clones``: what was acknowledged is recorded, no counter is
used twice in a stage (but by GTO, which knows no lease: counted apart), no clone has a tag that the
remote has not, and ``verify`` finds no other error. ``--guard`` gives the remote our hook.
ssh and https need openssh-server, nginx and fcgiwrap; each server is our own, on the loopback.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import modelref
from measuring import SCRIPTS, apart_from_home
from support.clones import (
    FIRST,
    MODELS,
    check_clones,
    clone_of,
    guard,
    host_and_clone,
    write_from_clones,
)
from support.project import Project
from support.servers import Server, https_server, ssh_server

if TYPE_CHECKING:
    from collections.abc import Iterator

_SERVERS = {"ssh": ssh_server, "https": https_server}
_WAYS = ("file", *_SERVERS)


def main() -> None:
    """Run over each way to the remote, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clones", type=int, default=8)
    parser.add_argument("--events", type=int, default=100)
    parser.add_argument("--only", nargs="+", choices=_WAYS, default=_WAYS)
    parser.add_argument("--guard", action="store_true")
    asked = parser.parse_args()
    guarded = "; docs/hosts/update on the remote" if asked.guard else ""
    print(f"{asked.clones} clones of {asked.events} events each, and gto beside them{guarded}")
    for way in asked.only:
        with tempfile.TemporaryDirectory(prefix="modelref-clones-") as folder:
            print(_run(Path(folder), way, asked), flush=True)


def _run(folder: Path, way: str, asked: argparse.Namespace) -> str:
    with ExitStack() as stack:
        (folder / "home").mkdir()
        apart_from_home(folder / "home")
        with (folder / "home" / "gitconfig").open("a") as settings:
            settings.write("[init]\n\tdefaultBranch = main\n")
        host, first = host_and_clone(folder, MODELS, FIRST)
        if asked.guard:
            guard(host)
        Project(host, ()).git("config", "http.receivepack", "true")
        server = stack.enter_context(_served(way, folder))
        os.environ.update(server.env)
        url = f"{server.url}/host.git"
        first.git("remote", "set-url", "origin", url)
        registry = modelref.open(first.root)
        for number, commit in enumerate(first.commits, start=1):
            for model in MODELS:
                registry.register(model, rev=commit, version=f"v0.{number}.0")
        names = [f"clone{number}" for number in range(1, asked.clones)]
        roots = [first.root, *(clone_of(url, folder / name, name).root for name in names)]
        stranger = clone_of(url, folder / "gto", "GTO")
        started = time.monotonic()
        with _gto_beside(stranger) as taken:
            told = write_from_clones(roots, asked.events)
        seconds = time.monotonic() - started
        shared = check_clones(host, roots, told)
    made, beaten = sum(len(one.made) for one in told), sum(one.beaten for one in told)
    return (
        f"{way}: {made} acknowledged, all recorded; {beaten} beaten and told; "
        f"0 counters twice, 0 stale tags; {len(taken)} by gto, {shared} of them in a place taken; "
        f"{made / seconds:.1f} events/s"
    )


def _served(way: str, folder: Path) -> AbstractContextManager[Server]:
    if way == "file":
        return nullcontext(Server(str(folder), {}))
    return _SERVERS[way](folder / way, folder)


@contextmanager
def _gto_beside(clone: Project) -> Iterator[list[str]]:
    """Let GTO assign versions, and push them, until the block ends; yield what got through.

    Git pushes them: GTO's own push takes neither GIT_SSH_COMMAND nor GIT_SSL_CAINFO, by which alone
    these servers are reached.

    Raises:
        CalledProcessError: GTO failed, which then wrote less than the line would say.
        AssertionError: git did.
    """
    done = Event()
    taken: list[str] = []

    def write() -> None:
        number = 0
        while not done.is_set():
            number += 1
            clone.git("fetch", "--quiet", "--tags", "--force")
            version = f"v0.{number % FIRST + 1}.0"
            before = set(clone.git("tag").split())
            subprocess.run(
                [str(SCRIPTS / "gto"), "assign", MODELS[number % len(MODELS)], "--version", version,
                 "--stage", "prod", "--force"],
                cwd=clone.root, capture_output=True, text=True, check=True,
            )  # fmt: skip
            (tag,) = set(clone.git("tag").split()) - before
            pushed = subprocess.run(
                ["git", "push", "--quiet", "origin", f"refs/tags/{tag}"],
                cwd=clone.root, capture_output=True, check=False,
            )  # fmt: skip
            if pushed.returncode == 0:
                taken.append(tag)
            else:
                clone.git("tag", "-d", tag)

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        try:
            yield taken
        finally:
            done.set()
        writing.result()  # what went wrong there ends the benchmark


if __name__ == "__main__":
    main()
