"""OpenPGP signatures, with keys that gpg makes."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import modelref
from modelref.domain.signature import Outcome, Signature
from support.inprocess import run
from support.keys import PgpKeys, content_of, put_tag
from support.keys import run as run_program
from support.project import Project
from support.tiny import tiny_registry

REQUIRED = "signing: {{stages: {{prod: ['{alice}', bob@shop.example], dev: any}}}}\n"


@pytest.fixture(scope="module")
def keys() -> Iterator[PgpKeys]:
    """A home with a short path: gpg-agent's socket lies in it."""
    home = Path(tempfile.mkdtemp(prefix="pgp-", dir="/tmp"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GNUPGHOME", str(home))
        yield PgpKeys(home)
        run_program("gpgconf", "--kill", "all")
    shutil.rmtree(home)


@pytest.fixture(scope="module")
def alice(keys: PgpKeys) -> str:
    return keys.make("alice")


@pytest.fixture
def project(tmp_path: Path, keys: PgpKeys, alice: str) -> Project:
    project = tiny_registry(tmp_path / "shop", ("rec",), 2)
    project.write("modelref.yaml", REQUIRED.format(alice=alice))
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "say who may sign")
    project.git("config", "user.signingKey", alice)
    modelref.open(project.root).promote("rec@v0.1.0", "prod")
    return project


def signature(project: Project, tag: str) -> Signature:
    from modelref.api.compose import RepositoryWorld

    oid = project.git("rev-parse", tag)
    return RepositoryWorld(project.root).signatures.check([oid])[oid]


def assign(project: Project, key: str, stage: str = "prod") -> str:
    tag = f"rec#{stage}#2"
    project.git("tag", "--local-user", key, "--message", "Assign v0.2.0", tag, "rec@v0.2.0^{}")
    return tag


def test_a_good_signature_names_signer_and_key(project: Project, alice: str) -> None:
    assert signature(project, "rec#prod#1") == Signature(Outcome.GOOD, "alice@shop.example", alice)
    assert run(project.root, "resolve", "rec#prod", "--json").json["version"] == "v0.1.0"
    assert run(project.root, "verify").code == 0


def test_a_name_in_a_key_is_what_its_owner_wrote(project: Project, keys: PgpKeys) -> None:
    bob = keys.make("bob")
    assign(project, bob)
    done = run(project.root, "resolve", "rec#prod")
    assert done.code == 1
    assert "is signed by bob@shop.example, whom signing.stages.prod" in done.err


def test_a_tampered_tag_is_refused(project: Project, alice: str) -> None:
    content = content_of(project, assign(project, alice)).replace(b"Assign", b"Assigns")
    put_tag(project, "rec#prod#2", content)
    assert signature(project, "rec#prod#2").outcome is Outcome.TAMPERED
    done = run(project.root, "resolve", "rec#prod")
    assert done.code == 1
    assert "rec#prod#2 has a signature of something else" in done.err


def test_a_signature_of_another_tag_pasted_in_is_refused(project: Project, alice: str) -> None:
    assign(project, alice)
    good = content_of(project, "rec#prod#1")
    other = content_of(project, "rec#prod#2")
    head = other[: other.index(b"-----BEGIN")]
    put_tag(project, "rec#prod#2", head + good[good.index(b"-----BEGIN") :])
    assert signature(project, "rec#prod#2").outcome is Outcome.TAMPERED


def test_a_revoked_key_is_refused(project: Project, keys: PgpKeys) -> None:
    thief = keys.make("thief")
    assign(project, thief)
    keys.revoke(thief)
    assert signature(project, "rec#prod#2").outcome is Outcome.REVOKED
    done = run(project.root, "resolve", "rec#prod")
    assert done.code == 1
    assert f"rec#prod#2 is signed with a revoked key: {thief}" in done.err


def test_an_expired_key_is_refused(project: Project, keys: PgpKeys, tmp_path: Path) -> None:
    former = keys.make("former", expires="10d", then="20200101T000000")
    then = tmp_path / "gpg-then"
    then.write_text('#!/bin/sh\nexec gpg --faked-system-time 20200102T000000 "$@"\n')
    then.chmod(0o755)
    project.git("config", "gpg.program", str(then))
    assign(project, f"{former}!")
    assert signature(project, "rec#prod#2").outcome is Outcome.EXPIRED
    done = run(project.root, "resolve", "rec#prod")
    assert done.code == 1
    assert f"rec#prod#2 has an expired signature, of key {former}" in done.err


def test_a_key_that_is_not_here_or_not_trusted_is_refused(
    project: Project, keys: PgpKeys, alice: str
) -> None:
    stranger = keys.make("stranger")
    tag = assign(project, stranger, "dev")
    exported = keys.gpg("--armor", "--export", stranger)
    elsewhere = PgpKeys(Path(tempfile.mkdtemp(prefix="pgp-", dir="/tmp")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GNUPGHOME", str(elsewhere.home))
        absent = signature(project, tag)
        elsewhere.gpg("--import", given=exported)
        untrusted = signature(project, tag)
        done = run(project.root, "resolve", "rec#dev")
        run_program("gpgconf", "--kill", "all")
    shutil.rmtree(elsewhere.home)
    assert (absent.outcome, absent.key) == (Outcome.UNKNOWN_SIGNER, "")
    assert "is signed by a key that gpg does not have here: " in absent.why
    assert (untrusted.outcome, untrusted.key) == (Outcome.UNKNOWN_SIGNER, stranger)
    assert done.code == 1
    assert "rec#dev#2 is signed by a key that gpg has, but does not trust: " in done.err


def test_two_signatures_in_one_block_are_refused(
    project: Project, keys: PgpKeys, alice: str, tmp_path: Path
) -> None:
    second = keys.make("second")
    project.git("tag", "--annotate", "--message", "Assign", "rec#prod#2", "rec@v0.2.0^{}")
    content = content_of(project, "rec#prod#2")
    text = tmp_path / "text"
    text.write_bytes(content)
    keys.gpg("--armor", "--detach-sign", "-u", alice, "-u", second, str(text))
    put_tag(project, "rec#prod#2", content + Path(f"{text}.asc").read_bytes())
    assert signature(project, "rec#prod#2").outcome is Outcome.UNREADABLE


def test_without_gpg_it_is_said_what_is_missing(project: Project, tmp_path: Path) -> None:
    settings = tmp_path / "gitconfig"
    settings.write_text("[gpg]\n\tprogram = /nowhere/gpg\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_CONFIG_GLOBAL", str(settings))
        done = run(project.root, "resolve", "rec#prod")
    assert done.code == 5
    assert "cannot run /nowhere/gpg" in done.err
    assert "hint: install gnupg for OpenPGP signatures" in done.err


def test_a_short_key_id_and_another_address_hide_no_approver(project: Project, alice: str) -> None:
    project.write(
        "modelref.yaml", REQUIRED.format(alice=alice) + "gates: {prod: [{approvals: 1}]}\n"
    )
    project.git("commit", "--quiet", "--all", "--message", "have each other look")
    assert run(project.root, "promote", "rec@v0.2.0", "approved", "--sign").code == 0
    project.git("config", "user.signingKey", alice[-16:])
    project.git("config", "user.email", "other@shop.example")
    done = run(project.root, "promote", "rec@v0.2.0", "prod")
    assert done.code == 1
    assert "is promoted by alice@shop.example, and has 0 of 1 approvals by others" in done.err
