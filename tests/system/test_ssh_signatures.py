"""SSH signatures, with keys that ssh-keygen makes: good ones are believed, eight kinds are not."""

import shutil
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

import modelref
from modelref.domain.signature import Outcome, Signature
from modelref.errors import ModelRefError, Refused
from support.inprocess import run
from support.keys import SshKeys, content_of, put_tag
from support.project import Project, Result
from support.tiny import tiny_registry

REQUIRED = """
signing:
  allowed_signers: .modelref/allowed_signers
  revoked_keys: .modelref/revoked_keys
  stages:
    prod: [alice@shop.example, bob@shop.example]
"""


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> SshKeys:
    return SshKeys(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, keys: SshKeys) -> Project:
    """Three versions; prod must be signed, and v0.1.0 is there, signed by Alice."""
    project = tiny_registry(tmp_path_factory.mktemp("ssh") / "shop", ("rec",), 3)
    allowed = [
        keys.allowed("alice"),
        keys.allowed("bob", 'namespaces="git"'),
        keys.allowed("former", 'valid-before="20200101"'),
        keys.allowed("thief"),
        keys.allowed("carol"),
    ]
    project.write(".modelref/allowed_signers", "\n".join(allowed) + "\n")
    project.write(".modelref/revoked_keys", keys.public("thief") + "\n")
    project.write("modelref.yaml", REQUIRED)
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "say who may sign")
    keys.use(project, "alice")
    modelref.open(project.root).promote("rec@v0.1.0", "prod")
    return project


@pytest.fixture
def project(built: Project, tmp_path: Path) -> Project:
    return built.copied_to(tmp_path / "shop")


def signature(project: Project, tag: str) -> Signature:
    from modelref.api.compose import RepositoryWorld

    oid = project.git("rev-parse", tag)
    return RepositoryWorld(project.root).signatures.check([oid])[oid]


def assign(project: Project, counter: int, *options: str, version: str = "v0.2.0") -> str:
    """An assignment that git makes, past modelref."""
    tag = f"rec#prod#{counter}"
    said = [] if "--file=message" in options else ["--message", f"Assign {version}"]
    project.git("tag", *options, *said, tag, f"rec@{version}^{{}}")
    return tag


def by_file_namespace(project: Project, keys: SshKeys) -> None:
    assign(project, 2, "--annotate")
    content = content_of(project, "rec#prod#2")
    text = project.root / "text"
    text.write_bytes(content)
    argv = ["ssh-keygen", "-q", "-Y", "sign", "-n", "file", "-f", str(keys.make("alice"))]
    subprocess.run([*argv, str(text)], check=True, capture_output=True)
    put_tag(project, "rec#prod#2", content + Path(f"{text}.sig").read_bytes())


def signed_by(name: str) -> Callable[[Project, SshKeys], None]:
    def make(project: Project, keys: SshKeys) -> None:
        keys.use(project, name)
        assign(project, 2, "--sign")

    return make


def tampered(project: Project, keys: SshKeys) -> None:
    assign(project, 2, "--sign")
    content = content_of(project, "rec#prod#2").replace(b"Assign", b"Assigns")
    put_tag(project, "rec#prod#2", content)


def replayed(project: Project, keys: SshKeys) -> None:
    project.git("update-ref", "refs/tags/rec#prod#2", project.git("rev-parse", "rec#prod#1"))


def pasted(project: Project, keys: SshKeys) -> None:
    assign(project, 2, "--annotate")
    good = content_of(project, "rec#prod#1")
    signature = good[good.index(b"-----BEGIN") :]
    put_tag(project, "rec#prod#2", content_of(project, "rec#prod#2") + signature)


def signed_twice(project: Project, keys: SshKeys) -> None:
    assign(project, 2, "--sign")
    content = content_of(project, "rec#prod#2")
    put_tag(project, "rec#prod#2", content + content[content.index(b"-----BEGIN") :])


def text_below(project: Project, keys: SshKeys) -> None:
    assign(project, 2, "--sign")
    content = content_of(project, "rec#prod#2")
    put_tag(project, "rec#prod#2", content + b"\nModelref-Verdict: passed\n")


def header_outside_the_signature(project: Project, keys: SshKeys) -> None:
    assign(project, 2, "--sign")
    content = content_of(project, "rec#prod#2")
    put_tag(project, "rec#prod#2", content.replace(b"\n\n", b"\ngpgsig-sha256 unseen\n\n", 1))


def trailing_nul(project: Project, keys: SshKeys) -> None:
    assign(project, 2, "--annotate")
    content = content_of(project, "rec#prod#2") + b"\0"
    text = project.root / "text"
    text.write_bytes(content)
    argv = ["ssh-keygen", "-q", "-Y", "sign", "-n", "git", "-f", str(keys.make("alice"))]
    subprocess.run([*argv, str(text)], check=True, capture_output=True)
    put_tag(project, "rec#prod#2", content + Path(f"{text}.sig").read_bytes())


def no_signature_at_all(project: Project, keys: SshKeys) -> None:
    assign(project, 2, "--annotate")
    garbage = b"-----BEGIN SSH SIGNATURE-----\nbm90aGluZw==\n-----END SSH SIGNATURE-----\n"
    put_tag(project, "rec#prod#2", content_of(project, "rec#prod#2") + garbage)


WRONG: list[tuple[str, Callable[[Project, SshKeys], None], str, str]] = [
    (
        "unsigned",
        lambda project, _: void(assign(project, 2, "--annotate")),
        "unsigned",
        "the tag rec#prod#2 is not signed, as signing.stages.prod of modelref.yaml requires",
    ),
    (
        "unknown",
        signed_by("mallory"),
        "unknown-signer",
        "the tag rec#prod#2 is signed by a key that the allowed signers do not have: SHA256:",
    ),
    (
        "not on the list",
        signed_by("carol"),
        "other-signer",
        "is signed by carol@shop.example, whom signing.stages.prod of modelref.yaml does not list",
    ),
    (
        "header outside",
        header_outside_the_signature,
        "tampered-tag",
        "rec#prod#2 has other headers than object, type, tag and tagger",
    ),
    ("tampered", tampered, "tampered-tag", "rec#prod#2 has a signature of something else"),
    ("revoked", signed_by("thief"), "revoked-key", "rec#prod#2 is signed with a revoked key: SHA"),
    (
        "expired",
        signed_by("former"),
        "expired-key",
        "is signed with a key that the allowed signers did not have at its date: SHA256:",
    ),
    (
        "replayed",
        replayed,
        "renamed-tag",
        "the tag rec#prod#2 holds a tag object that was made under the name 'rec#prod#1'",
    ),
    (
        "wrong namespace",
        by_file_namespace,
        "wrong-namespace",
        "rec#prod#2 has a signature made for 'file', not for 'git'",
    ),
    (
        "lightweight",
        lambda project, _: void(project.git("tag", "rec#prod#2", "rec@v0.2.0^{}")),
        "lightweight-tag",
        "what 'rec#prod' means must be signed, and the tag rec#prod#2 is a lightweight tag",
    ),
    ("pasted", pasted, "tampered-tag", "rec#prod#2 has a signature of something else"),
    ("signed twice", signed_twice, "tampered-tag", "rec#prod#2 has more than one signature"),
    ("text below", text_below, "tampered-tag", "rec#prod#2 has text below its signature"),
    ("trailing NUL", trailing_nul, "tampered-tag", "rec#prod#2 holds a NUL"),
    ("garbage", no_signature_at_all, "unreadable-signature", "that cannot be read"),
]


def void(_: object) -> None:
    """For lambdas that only do something."""


def refused(result: Result, message: str) -> None:
    assert result.code == 1, result
    assert not result.out
    assert message in result.err


@pytest.mark.parametrize(("what", "make", "kind", "message"), WRONG, ids=[one[0] for one in WRONG])
def test_a_stage_that_requires_signatures_is_never_said_to_hold_what_it_held_before(
    project: Project,
    keys: SshKeys,
    what: str,
    make: Callable[[Project, SshKeys], None],
    kind: str,
    message: str,
) -> None:
    assert run(project.root, "resolve", "rec#prod", "--json").json["version"] == "v0.1.0"
    make(project, keys)
    refused(run(project.root, "resolve", "rec#prod"), message)
    refused(run(project.root, "get", "rec#prod"), message)
    told = run(project.root, "follow", "rec#prod", "--once", "--exec", "echo ran")
    assert (told.code, "ran" in told.out) == (1, False)
    found = run(project.root, "verify", "rec", "--json")
    assert found.code == (0 if what == "lightweight" else 1)
    assert ("rec#prod#2", kind) in {(one["tag"], one["kind"]) for one in found.json["findings"]}


@pytest.mark.parametrize(("what", "make", "kind", "message"), WRONG, ids=[one[0] for one in WRONG])
def test_a_signed_promotion_above_it_mends_the_stage(
    project: Project,
    keys: SshKeys,
    what: str,
    make: Callable[[Project, SshKeys], None],
    kind: str,
    message: str,
) -> None:
    make(project, keys)
    keys.use(project, "bob")
    done = run(project.root, "promote", "rec@v0.2.0", "prod")
    assert "'rec#prod' now holds v0.2.0" in done.out, done
    resolved = run(project.root, "resolve", "rec#prod", "--json").json
    assert (resolved["version"], resolved["tag"]) == ("v0.2.0", "rec#prod#3")


def test_a_good_signature_names_signer_and_key(project: Project, keys: SshKeys) -> None:
    assert signature(project, "rec#prod#1") == Signature(
        Outcome.GOOD, "alice@shop.example", keys.fingerprint("alice")
    )


def test_a_required_signature_is_made_without_being_asked_for(project: Project) -> None:
    assert b"SSH SIGNATURE" in content_of(project, "rec#prod#1")
    assert b"SSH SIGNATURE" not in content_of(project, "rec@v0.1.0")


@pytest.mark.parametrize(
    "args",
    [
        ["register", "rec", "--version", "v9.0.0"],
        ["promote", "rec@v0.2.0", "dev"],
        ["rollback", "rec#dev"],
        ["unassign", "rec#dev"],
        ["deregister", "rec@v0.3.0"],
        ["deprecate", "rec"],
    ],
    ids=" ".join,
)
def test_every_write_signs_when_asked(project: Project, keys: SshKeys, args: list[str]) -> None:
    registry = modelref.open(project.root)
    for version in ("v0.1.0", "v0.2.0", "v0.1.0"):
        registry.promote(f"rec@{version}", "dev")
    done = run(project.root, *args, "--sign", "--json")
    assert done.code == 0, done
    events = done.json.get("events") or [done.json["event"]]
    assert {signature(project, event["tag"]).signer for event in events} == {"alice@shop.example"}


def test_a_signature_that_the_stage_does_not_accept_is_taken_back(
    project: Project, keys: SshKeys
) -> None:
    before = project.git("for-each-ref")
    keys.use(project, "carol")
    refused(
        run(project.root, "promote", "rec@v0.2.0", "prod"),
        "your tag rec#prod#2 is signed by carol@shop.example, whom signing.stages.prod of "
        "modelref.yaml does not list; nothing was written",
    )
    assert project.git("for-each-ref") == before


def test_without_a_key_nothing_is_written_and_the_hint_says_how(project: Project) -> None:
    before = project.git("for-each-ref")
    project.git("config", "user.signingKey", "/nowhere/key")
    done = run(project.root, "promote", "rec@v0.2.0", "prod")
    assert done.code == 2
    assert "error: git could not sign the tag rec#prod#2: " in done.err
    assert "nothing was written" in done.err
    assert "hint: say with which key: git config gpg.format ssh" in done.err
    assert project.git("for-each-ref") == before


def test_without_any_key_set_up_it_is_said_the_same_way(project: Project) -> None:
    project.git("config", "--unset", "user.signingKey")
    done = run(project.root, "promote", "rec@v0.2.0", "dev", "--sign")
    assert done.code == 2
    assert "error: git could not sign the tag rec#dev#1: " in done.err
    assert "nothing was written" in done.err
    assert "hint: say with which key: git config gpg.format ssh" in done.err


def test_an_unsigned_unassignment_does_not_bring_back_the_version_before(
    project: Project,
) -> None:
    modelref.open(project.root).promote("rec@v0.2.0", "prod")
    project.git("tag", "--annotate", "-m", "off", "rec#prod!#3", "rec@v0.2.0^{}")
    refused(run(project.root, "resolve", "rec#prod"), "the tag rec#prod!#3 is not signed")


def test_a_forged_withdrawal_does_not_bring_back_the_version_before(project: Project) -> None:
    modelref.open(project.root).promote("rec@v0.2.0", "prod")
    project.git("tag", "--annotate", "-m", "off", "rec@v0.2.0!", "rec@v0.2.0^{}")
    refused(run(project.root, "resolve", "rec#prod"), "the tag rec@v0.2.0! is not signed")


def test_a_rollback_never_goes_to_what_an_unsigned_tag_put_there(
    project: Project, keys: SshKeys
) -> None:
    assign(project, 2, "--annotate", version="v0.2.0")
    modelref.open(project.root).promote("rec@v0.3.0", "prod")
    refused(run(project.root, "rollback", "rec#prod"), "the tag rec#prod#2 is not signed")
    back = run(project.root, "rollback", "rec#prod", "--to", "v0.1.0")
    assert "'rec#prod' holds v0.1.0 again" in back.out, back


def test_a_follower_keeps_what_it_has_and_says_why_once(project: Project) -> None:
    from modelref.api.compose import RepositoryWorld
    from modelref.domain.ref import Ref
    from modelref.usecases.follow import follow

    happens: dict[int, Callable[[], object]] = {
        1: partial(assign, project, 2, "--annotate"),
        4: partial(promote_last, project),
    }
    sleeps = iter(range(1, 9))

    class Clock:
        def sleep(self, _: float) -> None:
            happens.get(next(sleeps), lambda: None)()

    world = RepositoryWorld(project.root)
    world.clock = Clock()  # type: ignore[assignment]
    said: list[ModelRefError] = []
    moves = follow(world, Ref.parse("rec#prod"), 1, said.append)
    assert [str(next(moves)), str(next(moves))] == ["rec@v0.1.0", "rec@v0.3.0"]
    assert [refusal.kind for refusal in said] == ["unsigned"]
    assert said[0].message.startswith("the tag rec#prod#2 is not signed")


def promote_last(project: Project) -> None:
    modelref.open(project.root).promote("rec@v0.3.0", "prod")


def test_a_requirement_that_is_new_binds_whoever_follows_already(project: Project) -> None:
    registry = modelref.open(project.root)
    registry.promote("rec@v0.2.0", "dev")
    assert registry.resolve("rec#dev").version == "v0.2.0"
    project.write("modelref.yaml", "signing: {stages: {dev: any}}\n")
    project.git("commit", "--quiet", "--all", "--message", "require it")
    with pytest.raises(Refused, match="rec#dev#1 is not signed"):
        registry.resolve("rec#dev")


def test_a_pull_request_brings_no_signers_of_its_own(project: Project, keys: SshKeys) -> None:
    project.git("switch", "--quiet", "--create", "evil")
    project.write(".modelref/allowed_signers", keys.allowed("mallory") + "\n")
    project.write("modelref.yaml", "signing: {allowed_signers: .modelref/allowed_signers}\n")
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "let me in")
    signed_by("mallory")(project, keys)
    project.git("config", "gpg.ssh.allowedSignersFile", ".modelref/allowed_signers")
    refused(run(project.root, "resolve", "rec#prod"), "rec#prod#2 is signed by a key that the")


def test_the_persons_own_list_goes_first(project: Project, keys: SshKeys, tmp_path: Path) -> None:
    own = tmp_path / "signers"
    own.write_text(f"bob@shop.example {keys.public('mallory')}\n")
    project.git("config", "gpg.ssh.allowedSignersFile", str(own))
    signed_by("mallory")(project, keys)
    assert signature(project, "rec#prod#2").signer == "bob@shop.example"
    project.git("config", "gpg.ssh.allowedSignersFile", str(tmp_path / "gone"))
    done = run(project.root, "resolve", "rec#prod")
    assert done.code == 5
    assert "cannot read the list of signers" in done.err


@pytest.mark.parametrize("key", ["gpg.ssh.program", "gpg.program", "gpg.openpgp.program"])
def test_a_program_of_the_repositorys_choice_is_not_run(
    project: Project, tmp_path: Path, key: str
) -> None:
    program = tmp_path / "chosen"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/pwned\n")
    program.chmod(0o755)
    project.git("config", key, str(program))
    assert run(project.root, "verify").code == 0
    assert run(project.root, "resolve", "rec#prod").code == 0
    assert not (tmp_path / "pwned").exists()


def test_a_signers_name_cannot_write_to_the_terminal(
    project: Project, keys: SshKeys, tmp_path: Path
) -> None:
    own = tmp_path / "signers"
    own.write_text(f"\x1b[31mred@shop.example {keys.public('mallory')}\n")
    project.git("config", "gpg.ssh.allowedSignersFile", str(own))
    signed_by("mallory")(project, keys)
    done = run(project.root, "resolve", "rec#prod")
    assert done.code == 1
    assert "\x1b" not in done.err


def test_a_list_of_signers_without_end_is_refused(project: Project, tmp_path: Path) -> None:
    own = tmp_path / "signers"
    own.write_bytes(b"# nobody\n" * 1_000_000)
    project.git("config", "gpg.ssh.allowedSignersFile", str(own))
    done = run(project.root, "resolve", "rec#prod")
    assert done.code == 2
    assert "is not a file of at most 1,048,576 bytes" in done.err


def test_a_key_may_be_named_by_its_fingerprint(project: Project, keys: SshKeys) -> None:
    text = f"signing: {{stages: {{prod: ['{keys.fingerprint('mallory')}']}}}}\n"
    project.write("modelref.yaml", text)
    project.git("commit", "--quiet", "--all", "--message", "pin a key")
    signed_by("mallory")(project, keys)
    assert run(project.root, "resolve", "rec#prod", "--json").json["version"] == "v0.2.0"


def test_versions_may_have_to_be_signed_too(project: Project, keys: SshKeys) -> None:
    for version in ("v0.1.0", "v0.3.0"):
        modelref.open(project.root).promote(f"rec@{version}", "dev")
    project.write("modelref.yaml", REQUIRED + "  versions: any\n")
    project.git("commit", "--quiet", "--all", "--message", "sign versions")
    message = "the tag rec@v0.2.0 is not signed, as signing.versions of modelref.yaml requires"
    refused(run(project.root, "promote", "rec@v0.2.0", "prod"), message)
    refused(run(project.root, "resolve", "rec@v0.2.0"), message)
    refused(run(project.root, "rollback", "rec#dev"), "the tag rec@v0.1.0 is not signed")
    project.git("commit", "--quiet", "--allow-empty", "--message", "train")
    assert run(project.root, "register", "rec", "--version", "v0.4.0").code == 0
    assert run(project.root, "promote", "rec@latest", "prod").code == 0
    assert run(project.root, "resolve", "rec#prod", "--json").json["version"] == "v0.4.0"


@pytest.fixture
def approved(project: Project, keys: SshKeys) -> Project:
    """A gate that wants one approval; v0.2.0 has Alice's, who may promote."""
    project.write("modelref.yaml", REQUIRED + "gates: {prod: [{approvals: 1}]}\n")
    project.git("commit", "--quiet", "--all", "--message", "have each other look")
    assert run(project.root, "promote", "rec@v0.2.0", "approved", "--sign").code == 0
    return project


def promoted(project: Project) -> Result:
    return run(project.root, "promote", "rec@v0.2.0", "prod")


def test_an_approval_is_by_somebody_else(approved: Project, keys: SshKeys) -> None:
    refused(promoted(approved), "does not pass the gate of prod: approved by 1 other: 0 by others")
    again = run(approved.root, "promote", "rec@v0.2.0", "approved", "--sign")
    assert "nothing was written" in again.out
    keys.use(approved, "bob")
    assert run(approved.root, "unassign", "rec#approved").code == 0
    refused(promoted(approved), "does not pass the gate of prod: approved by 1 other: 0 by others")
    assert run(approved.root, "promote", "rec@v0.2.0", "approved").code == 0
    refused(promoted(approved), "does not pass the gate of prod: approved by 1 other: 0 by others")
    keys.use(approved, "alice")
    assert run(approved.root, "promote", "rec@v0.2.0", "approved", "--sign").code == 0
    keys.use(approved, "bob")
    assert promoted(approved).code == 0
    assert run(approved.root, "verify").code == 0
    keys.use(approved, "alice")
    again = run(approved.root, "gate", "--again", "rec#prod#2")
    assert "confirmed" in again.out, "whoever asks again is not who promoted"
    assert again.code == 0


def test_nobody_promotes_past_the_own_approval_whatever_git_is_told(
    approved: Project, keys: SshKeys, tmp_path: Path
) -> None:
    before = approved.git("for-each-ref")
    same = tmp_path / "same-key"
    shutil.copy(keys.make("alice"), same)  # and no public one beside it
    approved.git("config", "user.signingKey", str(same))
    approved.git("config", "user.email", "other@shop.example")
    refused(
        promoted(approved),
        "rec@v0.2.0 is promoted by alice@shop.example, and has 0 of 1 approvals by others",
    )
    assert approved.git("for-each-ref") == before


def test_verify_finds_a_promotion_by_its_approver(
    approved: Project, keys: SshKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys.use(approved, "bob")
    assert promoted(approved).code == 0
    head, _, message = content_of(approved, "rec#prod#2").partition(b"\n\n")
    approved.write("message", message[: message.index(b"-----BEGIN")].decode())
    approved.git("tag", "--delete", "rec#prod#2")
    keys.use(approved, "alice")
    monkeypatch.setenv("GIT_COMMITTER_DATE", head.decode().rpartition("> ")[2])
    assign(approved, 2, "--sign", "--cleanup=verbatim", "--file=message")
    found = run(approved.root, "verify", "rec", "--json").json["findings"]
    assert {(one["tag"], one["kind"]) for one in found} == {("rec#prod#2", "own-approval")}
