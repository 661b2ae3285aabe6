"""Gates as people meet them: what is said, who cannot weaken them, and what is kept."""

import json
import shutil
from pathlib import Path

import pytest

import modelref
from support.inprocess import run
from support.killing import before, check_killed, run_and_kill, tags
from support.project import Project, Result
from support.weights import npz

GATES = """\
gates:
  prod:
    - metric: ndcg
      min: 0.30
      why: below it, popularity is as good
    - size_of: model
      max: 10 kB
  live:
    - metric: ndcg
      not_worse_than: prod
      by: 1%
    - weights: finite
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """v0.1.0 to v0.3.0 of a model in git, which score .2, .3 and .4; main guards prod and live."""
    return build(tmp_path / "shop")


def build(root: Path) -> Project:
    root.mkdir()
    project = Project(root, ())
    project.git("init", "--quiet")
    project.write(
        "dvc.yaml",
        "artifacts:\n  rec: {path: rec.txt, type: model}\nmetrics: [metrics.json]\n",
    )
    project.write("modelref.yaml", GATES)
    commits = []
    for number in (1, 2, 3):
        project.write("rec.txt", f"model {number}\n")
        project.write("metrics.json", json.dumps({"ndcg": (1 + number) / 10}))
        project.git("add", "--all")
        project.git("commit", "--quiet", "--message", f"version {number}")
        commits.append(project.git("rev-parse", "HEAD"))
    for number, commit in enumerate(commits, start=1):
        modelref.open(root).register("rec", rev=commit, version=f"v0.{number}.0")
    return Project(root, tuple(commits))


def cli(project: Project, *args: str) -> Result:
    return run(project.root, *args)


def test_a_gate_that_passes(project: Project) -> None:
    result = cli(project, "gate", "rec@latest", "prod")
    assert result.code == 0
    assert result.out == (
        "rec@v0.3.0 for prod, by the rules of main\n"
        "\n"
        "passed   ndcg at least 0.3\n"
        "         0.4\n"
        "passed   size at most 10.0 kB\n"
        "         8 B\n"
        "\n"
        "passed: 2 of 2 rules\n"
    )


def test_a_gate_that_fails_says_what_why_and_exits_with_1(project: Project) -> None:
    result = cli(project, "gate", "rec@v0.1.0", "prod")
    assert result.code == 1
    assert (
        "FAILED   ndcg at least 0.3\n         0.2\n         why: below it, popularity is as good\n"
    ) in result.out
    assert result.out.endswith("\nnot passed: 1 failed of 2 rules\n")


def test_a_gate_that_cannot_be_computed_exits_with_5_and_says_why(project: Project) -> None:
    cli(project, "promote", "rec@v0.2.0", "prod")
    result = cli(project, "gate", "rec@v0.3.0", "live")
    assert result.code == 5
    assert "unknown  ndcg not worse than prod by more than 1%\n" in result.out
    assert "ndcg has no interval: rec@v0.2.0 names no results per user" in result.out
    assert "unknown  weights finite\n" in result.out
    assert "no file of rec holds weights that are real numbers" in result.out
    assert result.err.startswith("error: the gate of live cannot be computed for rec@v0.3.0: ")
    assert "\nhint: write them, and name the file as meta.modelref.users" in result.err
    refused = cli(project, "promote", "rec@v0.3.0", "live")
    assert (refused.code, refused.out, refused.err) == (5, "", result.err)


def test_the_json_of_a_gate_has_the_shape_that_others_build_on(project: Project) -> None:
    cli(project, "promote", "rec@v0.2.0", "prod")
    shape = cli(project, "gate", "rec@v0.3.0", "prod", "--json").json
    assert {"model", "version", "against", "stage", "passed", "rules", "evidence"} <= set(shape)
    assert (shape["against"], shape["passed"], shape["branch"]) == ("v0.2.0", True, "main")
    assert shape["evidence"].startswith("sha256:")
    assert shape["rules"][0] == {
        "rule": "ndcg at least 0.3",
        "passed": True,
        "observed": "0.4",
        "limit": "at least 0.3",
        "why": "below it, popularity is as good",
        "look": "",
        "facts": {"value": 0.4},
    }
    unknown = cli(project, "gate", "rec@v0.3.0", "live", "--json")
    assert (unknown.code, unknown.json["passed"], unknown.json["rules"][0]["passed"]) == (
        5,
        False,
        None,
    )
    assert json.loads(unknown.err)["error"]["kind"] == "gate-not-computed"


def test_a_stage_that_nobody_guards_says_so(project: Project) -> None:
    assert cli(project, "gate", "rec@v0.1.0", "dev").out == (
        "no rule of main guards dev: rec@v0.1.0 may hold it\n"
    )
    assert cli(project, "gate", "rec@v0.1.0", "dev", "--json").json["evidence"] is None


def test_a_rule_that_fails_is_a_no_though_another_is_unknown(project: Project) -> None:
    rules = "gates:\n  prod:\n    - {metric: ndcg, min: 0.9}\n    - weights: finite\n"
    project.write("modelref.yaml", rules)
    project.git("commit", "--quiet", "--all", "--message", "rules")
    result = cli(project, "gate", "rec@v0.3.0", "prod")
    assert (result.code, result.err) == (1, "")
    assert result.out.endswith("\nnot passed: 1 failed, 1 unknown of 2 rules\n")
    assert cli(project, "promote", "rec@v0.3.0", "prod").code == 1


def test_rules_that_guard_nothing_are_told_on_standard_error(project: Project) -> None:
    cli(project, "promote", "rec@v0.2.0", "prod")
    rules = "gates:\n  prd:\n    - {metric: ndcg, min: 0.9, models: recc}\n"
    project.write("modelref.yaml", rules)
    project.git("commit", "--quiet", "--all", "--message", "a slip")
    result = cli(project, "gate", "rec@v0.3.0", "prod", "--json")
    warnings = [
        "gates.prd guards a stage that never held anything; did you mean prod?",
        "gates.prd has a rule for recc, which is no model; did you mean rec?",
    ]
    warnings = [f"modelref.yaml of main: {one}" for one in warnings]
    assert result.json["warnings"] == warnings
    assert result.err == "".join(f"warning: {one}\n" for one in warnings)
    promoted = cli(project, "promote", "rec@v0.3.0", "prod").out
    assert "did you mean rec?" in promoted
    assert cli(project, "promote", "rec@v0.1.0", "Prod").code == 2


def test_a_promotion_asks_the_gate(project: Project) -> None:
    before = tags(project)
    refused = cli(project, "promote", "rec@v0.1.0", "prod")
    assert (refused.code, refused.out) == (1, "")
    assert refused.err == (
        "error: rec@v0.1.0 does not pass the gate of prod: ndcg at least 0.3: 0.2\n"
        "hint: modelref gate rec@v0.1.0 prod shows every rule; --force -m WHY promotes anyway, and "
        "is recorded\n"
    )
    assert tags(project) == before
    passed = cli(project, "promote", "rec@v0.2.0", "prod")
    assert "'rec#prod' now holds v0.2.0" in passed.out
    assert "note: passed the gate: 2 rules of main" in passed.out


def test_a_forced_promotion_is_marked_wherever_it_is_shown(project: Project) -> None:
    assert (
        "error: --force wants the reason"
        in cli(project, "promote", "rec@v0.1.0", "prod", "--force").err
    )
    forced = cli(project, "promote", "rec@v0.1.0", "prod", "--force", "-m", "the shop is down")
    assert "note: forced past the gate (2 rules of main): ndcg at least 0.3\n" in forced.out
    assert "v0.1.0 (forced)" in cli(project, "show").out
    assert "#prod (forced)" in cli(project, "show", "rec").out
    assert "#prod (forced)" in cli(project, "show", "rec#prod").out
    assert "forced into  prod" in cli(project, "resolve", "rec#prod").out
    assert "assign, forced" in cli(project, "history", "rec", "--stage", "prod").out
    assert cli(project, "show", "--json").json["models"][0]["forced"] == ["prod"]
    assert cli(project, "show", "rec", "--json").json["versions"][2]["forced"] == ["prod"]
    assert cli(project, "resolve", "rec#prod", "--json").json["forced"] == ["prod"]
    event = cli(project, "history", "--stage", "prod", "--json").json["events"][0]
    assert event["trailers"]["Modelref-Verdict"] == "forced"
    assert event["message"] == "Assign prod to rec v0.1.0\n\nthe shop is down"


def test_a_rollback_asks_no_gate_and_brings_back_what_was_forced_as_forced(
    project: Project,
) -> None:
    cli(project, "promote", "rec@v0.1.0", "prod", "--force", "-m", "must")
    cli(project, "promote", "rec@v0.2.0", "prod")
    assert "(forced)" not in cli(project, "show").out
    assert cli(project, "rollback", "rec#prod").code == 0
    assert "v0.1.0 (forced)" in cli(project, "show").out


def weaken(project: Project) -> None:
    project.write("modelref.yaml", "gates:\n  prod:\n    - {metric: ndcg, min: 0}\n")


def test_a_pull_request_cannot_weaken_its_own_gate(project: Project) -> None:
    weaken(project)
    assert cli(project, "promote", "rec@v0.1.0", "prod").code == 1, "not in the workspace"
    project.git("checkout", "--quiet", "-b", "pull-request")
    project.write("modelref.yaml", (project.root / "modelref.yaml").read_text())
    project.git("commit", "--quiet", "--all", "--message", "weaker")
    assert cli(project, "promote", "rec@v0.1.0", "prod").code == 1, "not on a branch"
    project.write("modelref.yaml", "gates_from: pull-request\n")
    project.git("commit", "--quiet", "--all", "--message", "from here")
    assert cli(project, "promote", "rec@v0.1.0", "prod").code == 1, "not by gates_from"
    project.git("checkout", "--quiet", "main")
    weaken(project)
    project.git("commit", "--quiet", "--all", "--message", "merged")
    assert cli(project, "promote", "rec@v0.1.0", "prod").code == 0


def test_what_is_not_pushed_to_the_default_branch_weakens_nothing(
    project: Project, tmp_path: Path
) -> None:
    Project(tmp_path, ()).git("clone", "--quiet", str(project.root), "clone")
    clone = Project(tmp_path / "clone", ())
    weaken(clone)
    clone.git("commit", "--quiet", "--all", "--message", "weaker")
    refused = cli(clone, "promote", "rec@v0.1.0", "prod")
    assert refused.code == 1
    assert "by the rules of origin/main" in cli(clone, "gate", "rec@v0.1.0", "prod").out


def test_where_no_default_branch_is_known_that_is_said(project: Project) -> None:
    project.git("branch", "--move", "main", "trunk")
    result = cli(project, "gate", "rec@v0.2.0", "prod")
    assert "by the rules of HEAD" in result.out
    assert "warning: no default branch is known here, so the rules are those of HEAD" in result.err
    assert "hint: git remote set-head origin --auto" in result.err


def test_a_mistake_on_the_default_branch_is_named_with_its_line(project: Project) -> None:
    project.write("modelref.yaml", "gates:\n  prod:\n    - metric: ndcg\n      mni: 0.3\n")
    project.git("commit", "--quiet", "--all", "--message", "a slip")
    project.write("modelref.yaml", GATES)
    for args in (["promote", "rec@v0.2.0", "prod"], ["gate", "rec@v0.2.0", "prod"]):
        result = cli(project, *args)
        assert result.code == 2
        assert result.err == (
            "error: main:modelref.yaml:4: 'mni' is not a key\n"
            "hint: did you mean min? known: metric, min, max, models, why\n"
        )


def test_a_mistake_in_the_workspace_is_named_too(project: Project) -> None:
    project.write("modelref.yaml", "gates:\n  prod:\n    - {size_of: model, max: 2 GIB}\n")
    result = cli(project, "promote", "rec@v0.2.0", "prod")
    assert result.code == 2
    assert "error: modelref.yaml:3: max: '2 GIB' is not a size such as 2 GB" in result.err


def test_evidence_stands_in_the_tag_where_git_and_gto_leave_it(project: Project) -> None:
    cli(project, "promote", "rec@v0.2.0", "prod", "-m", "A/B test won\n\nReviewed-by: Eve")
    message = project.git("for-each-ref", "--format=%(contents)", "refs/tags/rec#prod#1")
    subject, *own, evidence, trailers = message.split("\n\n")
    assert (subject, own) == ("Assign prod to rec v0.2.0", ["A/B test won", "Reviewed-by: Eve"])
    assert json.loads(evidence)["rules"][0]["observed"] == {"value": 0.3}
    parsed = project.git("for-each-ref", "--format=%(trailers:only)", "refs/tags/rec#prod#1")
    assert parsed.splitlines() == trailers.splitlines()
    shown = project.run("gto", "show", "rec#prod", "--json").json
    assert [row["version"] for row in shown] == ["v0.2.0"]
    listed = cli(project, "history", "rec", "--stage", "prod").out
    assert "A/B test won" in listed
    assert "{" not in listed


def test_verify_decides_the_verdict_again(project: Project) -> None:
    cli(project, "promote", "rec@v0.1.0", "prod", "--force", "-m", "must")
    assert cli(project, "verify").code == 0
    body = project.git("cat-file", "tag", "rec#prod#1")
    forged = body.replace('"value":0.2', '"value":0.9').replace("rec#prod#1", "rec#prod#2")
    done = project.root / "forged"
    done.write_text(forged + "\n")
    oid = project.git("hash-object", "-t", "tag", "-w", "forged")
    project.git("update-ref", "refs/tags/rec#prod#2", oid)
    result = cli(project, "verify")
    assert result.code == 1
    assert (
        "error: the tag 'rec#prod#2' has evidence that cannot be believed: the evidence is not "
        "what its digest says"
    ) in result.out


def test_again_computes_the_figures_from_the_versions(project: Project) -> None:
    cli(project, "promote", "rec@v0.2.0", "prod")
    result = cli(project, "gate", "--again", "rec#prod#1")
    assert result.code == 0
    assert result.out == (
        "rec#prod#1 says passed\n\nsame     ndcg at least 0.3\nsame     size at most 10.0 kB\n\n"
        "confirmed\n"
    )
    shape = cli(project, "gate", "--again", "rec#prod#1", "--json").json
    assert (shape["confirmed"], shape["verdict"], shape["rules_stood"]) == (True, "passed", True)


def test_again_without_the_bytes_is_not_computed(tmp_path: Path) -> None:
    project = Project(tmp_path, ())
    project.git("init", "--quiet")
    project.run("dvc", "init", "--quiet")
    (tmp_path / "w.npz").write_bytes(npz(weights=[0.5, 1.5]))
    project.run("dvc", "add", "--quiet", "w.npz")
    project.write("dvc.yaml", "artifacts:\n  rec: {path: w.npz, type: model}\n")
    project.write("modelref.yaml", "gates: {prod: [{weights: finite}, {size_of: model, max: 9kB}]}")
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "trained")
    cli(project, "register", "rec")
    cli(project, "promote", "rec@v0.1.0", "prod")
    shutil.rmtree(tmp_path / ".dvc/cache")
    result = cli(project, "gate", "--again", "rec#prod#1")
    assert result.code == 5
    assert "unknown  weights" in result.out
    assert "same     size at most 9.0 kB" in result.out
    assert "now:  cannot be computed: " in result.out
    assert "not confirmed: it cannot be computed here\n" in result.out
    assert not {"DIFFERS", "forced"} & {*result.out.split()}
    assert result.err.startswith("error: the gate of prod cannot be computed for rec@v0.1.0: ")
    shape = cli(project, "gate", "--again", "rec#prod#1", "--json").json
    assert [rule["same"] for rule in shape["kept"]] == [None, True]
    assert shape["confirmed"] is False


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["gate"], "no version and stage are named"),
        (["gate", "rec@v0.2.0"], "no version and stage are named"),
        (["gate", "rec", "prod"], "does not name a version"),
        (["gate", "rec@v9.9.9", "prod"], "has no version v9.9.9"),
        (["gate", "rec@v0.1.0", "pr od"], "is not a stage name"),
        (["gate", "--again", "rec#prod#1", "prod"], "takes the tag of a promotion and nothing"),
        (["gate", "--again", "--output=x"], "is not the tag of a promotion"),
        (["gate", "--again", "rec#prod#77"], "there is no event 'rec#prod#77'"),
        (["gate", "rec@v0.1.0", "prod", "--against", "old@v1.0.0"], "of different models"),
    ],
)
def test_bad_questions_are_named(project: Project, args: list[str], said: str) -> None:
    result = cli(project, *args)
    assert (result.code, result.out) == (2, "")
    assert said in result.err


def test_the_same_from_python(project: Project) -> None:
    registry = modelref.open(project.root)
    verdict = registry.gate("rec@v0.1.0", "prod")
    assert isinstance(verdict, modelref.Verdict)
    assert (verdict.passed, [outcome.passed for outcome in verdict.outcomes]) == (
        False,
        [False, True],
    )
    with pytest.raises(modelref.Refused, match="does not pass the gate"):
        registry.promote("rec@v0.1.0", "prod")
    with pytest.raises(modelref.BadInput, match="--force wants the reason"):
        registry.promote("rec@v0.1.0", "prod", force=True)
    event = registry.promote("rec@v0.1.0", "prod", force=True, message="must")
    assert event.trailer("Modelref-Verdict") == "forced"
    assert registry.resolve("rec#prod").forced == ("prod",)


def test_killed_at_any_moment_a_guarded_promotion_is_made_once(project: Project) -> None:
    for number, version in enumerate(["v0.2.0", "v0.3.0"] * 4):
        args = ["promote", f"rec@{version}", "prod"]
        was = before(project, args)
        printed = run_and_kill(project, args, after=0.05 + 0.04 * number)
        check_killed(project, was, args, printed)
    assert cli(project, "verify").code == 0


_NOT_SHOWN = "not shown to be worse than prod by more than 3%"


def test_init_starts_with_the_usual_rules_switched_off(tmp_path: Path) -> None:
    project = Project(tmp_path, ())
    project.git("init", "--quiet")
    project.write(
        "dvc.yaml", "artifacts:\n  rec: {path: rec.txt, type: model}\nmetrics: [metrics.json]\n"
    )
    project.write("rec.txt", "model")
    project.write("metrics.json", '{"val": {"loss": 1.0, "recall@10": 0.2}}')
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "as it was")
    assert "modelref.yaml" in cli(project, "init", "--json").json["written"]
    text = (tmp_path / "modelref.yaml").read_text()
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "adopt")
    cli(project, "register", "rec")
    assert cli(project, "gate", "rec@latest", "prod").out.startswith("no rule of main guards prod")
    lines = [line.removeprefix("# ") for line in text.splitlines()[3:]]
    project.write("modelref.yaml", "\n".join(lines))
    project.git("commit", "--quiet", "--all", "--message", "switch the rules on")
    found = cli(project, "gate", "rec@latest", "prod", "--json").json
    assert [rule["rule"] for rule in found["rules"]] == [
        "val.recall@10 not worse than prod by more than 1%",
        f"val.recall@10 in each segment of 100 users {_NOT_SHOWN}",
        "weights finite",
        "size at most 150% of prod's",
        "from staging, held there 1d",
    ]
    assert all(rule["why"] for rule in found["rules"])
    assert "nothing to add" in cli(project, "init").out
    assert (tmp_path / "modelref.yaml").read_text() == "\n".join(lines)


def test_a_page_says_whether_its_second_version_may_ship(project: Project) -> None:
    def page(*refs: str) -> str:
        return cli(project, "diff", *refs, "--html", "-").out

    assert "may ship to prod" in page("rec@v0.1.0", "rec@v0.2.0")
    failed = page("rec@v0.2.0", "rec@v0.1.0")
    assert "may not ship to prod" in failed
    assert "failed: ndcg at least 0.3: 0.2 (below it, popularity is as good)" in failed
    cli(project, "promote", "rec@v0.2.0", "prod")
    assert "rules of prod (main) hold, beside v0.2.0" in page("rec@v0.1.0", "rec@v0.3.0")
    cli(project, "promote", "rec@v0.3.0", "prod")
    held = page("rec@v0.1.0", "rec@v0.3.0")
    assert "rules of prod (main) hold, beside v0.1.0" in held, "not beside itself"


def test_a_page_of_the_workspace_or_of_other_kinds_asks_no_gate(project: Project) -> None:
    for args in (("rec@v0.1.0",), ("rec@v0.1.0", "rec@v0.2.0", "--only", "params")):
        assert "ship" not in cli(project, "diff", *args, "--html", "-").out


def test_the_evidence_is_confirmed_elsewhere_and_after_the_branch_was_renamed(
    project: Project,
) -> None:
    tag = cli(project, "promote", "rec@v0.2.0", "prod", "--json").json["event"]["tag"]
    assert cli(project, "--repo", str(project.root), "gate", "--again", tag).code == 0
    project.git("branch", "--move", "main", "master")
    again = cli(project, "gate", "--again", tag)
    assert (again.code, "confirmed" in again.out) == (0, True)
