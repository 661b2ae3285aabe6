"""Real gto and we read the same histories, written by either, the same way.

The differences that we decided on are named here: counters and not clocks order a stage; two
versions on one commit, ``@created`` and renamed tags, which end gto, are read on; of versions that
differ in their build only, and of an unassignment that names a bare commit, ``docs/registry.md``.
"""

import subprocess
from pathlib import Path

import gto.api
import pytest
from gto.exceptions import UnknownStage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import modelref
from modelref.adapters.git.repository import Repository
from modelref.adapters.git.tags import GitTags
from modelref.domain.message import compose
from modelref.domain.tag import TagName
from modelref.errors import BadInput
from support.gto_registry import clear, ours, theirs
from support.project import Project
from support.tiny import tiny_clone

VERSIONS = ("v2.0.0", "v1.0.0-rc.2", "v10.0.0-rc.1", "v1.0.0", "v1.0.0-rc.10")
"""Of the commits, oldest first: numbers that do not rise with them, before their release too."""
COMMITS = len(VERSIONS)
_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["register", "deregister", "assign", "unassign", "deprecate"]),
        st.sampled_from(["m", "rec", "shop:rank"]),
        st.integers(0, COMMITS - 1),
        st.sampled_from(["prod", "dev"]),
        st.booleans(),
    ),
    max_size=16,
)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A repository of a few commits without tags."""
    project = Project(tmp_path_factory.mktemp("gto"), ())
    project.git("init", "--quiet")
    for number in range(COMMITS):
        project.git("commit", "--quiet", "--allow-empty", "--message", str(number))
    return Project(project.root, tuple(project.git("rev-list", "HEAD").split()))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_STEPS)
def test_the_same_history_is_the_same_registry(
    repository: Project, steps: list[tuple[str, str, int, str, bool]]
) -> None:
    clear(repository)
    tags = GitTags(Repository.locate(repository.root))
    registered: set[tuple[str, int]] = set()
    withdrawn: set[tuple[str, int]] = set()
    counter: dict[str, int] = {}
    used: set[str] = set()
    taken: set[str] = set()
    for date, (what, model, number, stage, counted) in enumerate(steps, start=1_700_000_000):
        if (model, number) in withdrawn and what != "deregister":
            continue  # a version that came back after its withdrawal: gto 1.10 loses its stages
        version = VERSIONS[number]  # one a commit: two versions on one commit end gto
        if what in ("deregister", "unassign", "deprecate") and model not in used:
            continue
        if what == "unassign" and (model, number) not in registered:
            continue  # gto 1.10 overlooks the unassignment of a bare commit
        # gto counts per model, over all its tags.
        counter[model] = counter.get(model, 0) + 1
        head = model.replace(":", "=")
        name = {
            "register": f"{head}@{version}",
            "deregister": f"{head}@{version}!",
            "assign": f"{head}#{stage}",
            "unassign": f"{head}#{stage}!",
            "deprecate": f"{head}@deprecated",
        }[what]
        if counted or what in ("assign", "unassign") or name in taken:
            name += f"#{counter[model]}"
        taken.add(name)
        used.add(model)
        if what == "register":
            registered.add((model, number))
        if what == "deregister":
            withdrawn.add((model, number))
        tag = TagName.parse(name)
        assert tag is not None
        message = compose(what, "", {"Modelref-Event": what})
        tags.create(tag, repository.commits[number], message, date)
    assert ours(repository) == theirs(repository)


def test_counters_and_not_clocks_order_a_stage(repository: Project) -> None:
    clear(repository)
    first, second = repository.commits[:2]
    tag(repository, "rec@v1.0.0", first, 1_700_000_000)
    tag(repository, "rec@v2.0.0", second, 1_700_000_001)
    tag(repository, "rec#prod#1", second, 1_700_009_999)
    tag(repository, "rec#prod#2", first, 1_700_000_002)
    assert ours(repository)["rec"][1] == {"prod": "v1.0.0"}


def test_the_order_of_builds_is_ours_and_that_of_the_clock_for_gto(repository: Project) -> None:
    told = set()
    for plain, built in ((0, 1), (1, 0)):
        clear(repository)
        tag(repository, "rec@v1.0.0", repository.commits[0], 1_700_000_000 + plain)
        tag(repository, "rec@v1.0.0+b.1", repository.commits[1], 1_700_000_000 + built)
        assert ours(repository)["rec"][0] == "v1.0.0+b.1"
        told.add(theirs(repository)["rec"][0])
    assert told == {"v1.0.0", "v1.0.0+b.1"}


def test_an_unassigned_bare_commit_leaves_the_stage_for_us_and_not_for_gto(
    repository: Project,
) -> None:
    clear(repository)
    first, bare = repository.commits[:2]
    tag(repository, "rec@v1.0.0", first, 1_700_000_000)
    tag(repository, "rec#prod#1", first, 1_700_000_001)
    tag(repository, "rec#prod#2", bare, 1_700_000_002)
    tag(repository, "rec#prod!#3", bare, 1_700_000_003)
    assert ours(repository)["rec"][1] == {"prod": "v1.0.0"}
    assert theirs(repository)["rec"][1] == {"prod": bare[:10]}


@pytest.mark.parametrize("extra", ["rec@created#9", "rec@v9.0.0"])
def test_what_ends_gto_is_read_on(repository: Project, extra: str) -> None:
    clear(repository)
    tag(repository, "rec@v1.0.0", repository.commits[0], 1_700_000_000)
    tag(repository, extra, repository.commits[0], 1_700_000_001)
    tag(repository, "rec#prod#10", repository.commits[0], 1_700_000_002)
    with pytest.raises(Exception):  # noqa: B017, PT011  # it ends in more than one way
        theirs(repository)
    assert ours(repository)["rec"][0] in ("v1.0.0", "v9.0.0")


def test_of_gto_s_own_file_the_stages_bind_and_the_types_do_not(tmp_path: Path) -> None:
    project = tiny_clone(tmp_path / "shop", ["m"], 1)
    project.write(".gto", "types: [dataset]\nstages: [prod]\n")
    project.write("artifacts.yaml", "old: {type: model, path: m.txt}\n")
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "as older gto wrote it")
    registry = modelref.open(project.root)
    for model in ("m", "old"):
        registry.register(model, version="v1.0.0")
        registry.promote(f"{model}@v1.0.0", "prod")
        assert ours(project)[model] == theirs(project)[model] == ("v1.0.0", {"prod": "v1.0.0"})
        with pytest.raises(UnknownStage):
            gto.api.assign(str(project.root), model, "qa", version="v1.0.0")
        with pytest.raises(BadInput, match=r"\.gto does not list the stage qa"):
            registry.promote(f"{model}@v1.0.0", "qa")
    gto.api.register(str(project.root), "other", "HEAD~1", version="v1.0.0")
    gto.api.assign(str(project.root), "other", "prod", version="v1.0.0")
    assert ours(project) == theirs(project)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of DVC's own libraries
def test_dvc_finds_what_we_registered(built_project: Project, tmp_path: Path) -> None:
    import dvc.api

    project = built_project.copied_to(tmp_path / "shop")
    registry = modelref.open(project.root)
    for number, commit in enumerate(project.commits, start=1):
        registry.register("rec", rev=commit, version=f"v{number}.0.0")
    registry.promote("rec@v2.0.0", "prod")
    root = str(project.root)
    assert dvc.api.artifacts_show("rec", repo=root) == {
        "rev": registry.resolve("rec@latest").commit,
        "path": "models/rec",
    }
    by_version = dvc.api.artifacts_show("rec", version="v1.0.0", repo=root)
    assert by_version["rev"] == registry.resolve("rec@v1.0.0").commit
    by_stage = dvc.api.artifacts_show("rec", stage="prod", repo=root)
    assert by_stage["rev"] == registry.resolve("rec#prod").commit


def tag(project: Project, name: str, commit: str, date: int) -> None:
    subprocess.run(
        ["git", "-C", str(project.root), "tag", "-a", "-m", name, name, commit],
        check=True,
        env={"PATH": "/usr/bin:/bin", "GIT_COMMITTER_DATE": f"@{date} +0000",
             "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@b"},
    )  # fmt: skip
