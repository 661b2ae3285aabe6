"""Histories that gto itself has written: its reading, DVC's and ours are the same."""

from pathlib import Path

import dvc.api
import gto.api
import pytest
from gto.exceptions import GTOException
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pygit2 import Signature
from scmrepo.git.backend.pygit2 import Pygit2Backend

import modelref
from support.gto_registry import clear, ours, theirs
from support.project import Project

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of DVC's own libraries
COMMITS = 4
GIVEN, TAKEN = ["register", "assign"], ["unassign", "deregister"]


def _steps(kinds: list[str]) -> st.SearchStrategy[list[tuple[str, int, str]]]:
    one = st.tuples(
        st.sampled_from(kinds), st.integers(0, COMMITS - 1), st.sampled_from(["prod", "dev"])
    )
    return st.lists(one, min_size=3, max_size=8)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Commits of a declared model, which git keeps, without tags."""
    project = Project(tmp_path_factory.mktemp("written") / "shop", ())
    project.root.mkdir()
    project.git("init", "--quiet")
    project.run("dvc", "init", "--quiet")
    project.write("dvc.yaml", "artifacts:\n  rec: {path: rec.txt, type: model}\n")
    for number in range(COMMITS):
        project.write("rec.txt", str(number))
        project.git("add", "--all")
        project.git("commit", "--quiet", "--message", str(number))
    return Project(project.root, tuple(project.git("rev-list", "HEAD").split()))


def write(root: Path, step: tuple[str, int, str], commits: tuple[str, ...]) -> None:
    """Let gto make an event, where it takes it."""
    what, number, stage = step
    commit = commits[number]
    try:
        if what == "register":
            gto.api.register(str(root), "rec", commit, version=f"v{number + 1}.0.0")
        elif what == "assign":
            gto.api.assign(str(root), "rec", stage, ref=commit)
        elif what == "unassign":
            gto.api.unassign(str(root), "rec", stage=stage, ref=commit)
        else:
            gto.api.deregister(str(root), "rec", ref=commit)
    except GTOException:
        return  # it refuses what makes no sense: a version twice, an empty stage


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.one_of(_steps(GIVEN), _steps([*GIVEN, *GIVEN, *TAKEN])))
def test_what_gto_has_written_is_read_as_gto_and_dvc_read_it(
    repository: Project, steps: list[tuple[str, int, str]]
) -> None:
    clear(repository)
    withdrawn: set[int] = set()
    for date, step in enumerate(steps, start=1_700_000_000):
        if step[1] in withdrawn:
            continue  # a version that came back after its withdrawal: gto loses its stages
        withdrawn |= {step[1]} if step[0] == "deregister" else set()
        with pytest.MonkeyPatch.context() as patch:
            # gto orders a stage by the clock, of which libgit2 knows only the real one.
            then = Signature("Ada", "ada@example.com", date, 0)
            patch.setattr(Pygit2Backend, "committer", then)
            write(repository.root, step, repository.commits)
    assert ours(repository) == theirs(repository)
    if {step[0] for step in steps} & set(TAKEN):
        return  # DVC takes no notice of what was withdrawn
    registry = modelref.open(repository.root)
    for model in registry.models():
        held = {"stage": model.stages, "version": [model.latest] if model.latest else []}
        for kind, names in held.items():
            for name in names:
                ref = f"rec{'#' if kind == 'stage' else '@'}{name}"
                shown = dvc.api.artifacts_show("rec", repo=str(repository.root), **{kind: name})
                assert shown == {"rev": registry.resolve(ref).commit, "path": "rec.txt"}
