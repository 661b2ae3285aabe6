"""What is required is asked before anything is believed, whatever checks the signatures."""

from dataclasses import replace

import pytest

from modelref.domain.config import Config
from modelref.domain.names import Artifact, StageName
from modelref.domain.ref import Ref
from modelref.domain.signature import Outcome, Signature
from modelref.domain.signing import Signing
from modelref.domain.tag import TagName
from modelref.errors import Refused
from modelref.testing import MemoryWorld
from modelref.usecases.approvals import approvals, approvers
from modelref.usecases.promote import Promotion, promote
from modelref.usecases.reading import read_model
from modelref.usecases.register import Registration, register
from modelref.usecases.resolve import resolve
from modelref.usecases.rollback import Rollback, rollback
from modelref.usecases.verify import verify
from modelref.usecases.writing import Options
from support.gates import gates

REC = Artifact.parse("rec")


@pytest.fixture
def world() -> MemoryWorld:
    """Two unsigned versions; what prod holds must be signed by Ada."""
    world = MemoryWorld()
    for number in (1, 2):
        world.train("rec", b"model" * number)
        world.journal.acknowledge(register(world, Registration(REC), Options()).command)
    world.signing = Config.parse({"signing": {"stages": {"prod": ["ada@example.com"]}}}).signing
    return world


def up(world: MemoryWorld, version: str, stage: str = "prod", *, sign: bool = False) -> bool:
    asked = Promotion(Ref.parse(f"rec@{version}"), StageName(stage))
    written = promote(world, asked, Options(sign=sign))
    world.journal.acknowledge(written.command)
    return written.new


def past_modelref(world: MemoryWorld, tag: str, commit: str) -> None:
    """A tag that plain git makes, later than all others."""
    name = TagName.parse(tag)
    assert name is not None
    world.tags.create(name, commit, f"About {tag}\n", world.clock.now() + 3600)


def held(world: MemoryWorld) -> str | None:
    return resolve(world, Ref.parse("rec#prod")).version


def test_a_required_signature_is_made(world: MemoryWorld) -> None:
    assert up(world, "v0.1.0")
    assert held(world) == "v0.1.0"
    assert len(world.signatures.signed) == 1


def test_an_event_by_somebody_else_is_taken_back(world: MemoryWorld) -> None:
    before = dict(world.tags.records)
    world.signatures.signer = "eve@example.com"
    with pytest.raises(Refused) as caught:
        up(world, "v0.1.0")
    assert caught.value.kind == "other-signer"
    assert caught.value.message == (
        "your tag rec#prod#1 is signed by eve@example.com, whom signing.stages.prod of "
        "modelref.yaml does not list; nothing was written"
    )
    assert world.tags.records == before


def test_an_unsigned_assignment_is_refused_until_a_signed_one_is_above_it(
    world: MemoryWorld,
) -> None:
    up(world, "v0.1.0")
    commit = world.tags.records["rec@v0.1.1"].target
    past_modelref(world, "rec#prod#7", commit)
    with pytest.raises(Refused) as caught:
        held(world)
    assert caught.value.message == (
        "the tag rec#prod#7 is not signed, as signing.stages.prod of modelref.yaml requires"
    )
    assert caught.value.hint == (
        "git show 'rec#prod#7' says who made it; "
        "modelref promote rec@VERSION prod puts a signed one above it"
    )
    world.clock.time += 7200
    assert up(world, "v0.1.1"), "what is there unsigned has to be said again, signed"
    assert not up(world, "v0.1.1")
    assert held(world) == "v0.1.1"


def test_a_tag_that_is_no_event_in_the_newest_place_is_refused(world: MemoryWorld) -> None:
    up(world, "v0.1.0")
    record = world.tags.records["rec#prod#1"]
    world.tags.records["rec#prod#2"] = record._replace(ref="rec#prod#2")
    with pytest.raises(Refused, match="the tag rec#prod#2 holds a tag object that was made under"):
        held(world)
    del world.tags.records["rec#prod#2"]
    world.tags.records["rec#dev#9"] = record._replace(ref="rec#dev#9")
    assert held(world) == "v0.1.0", "another stage's is not in the way"


def test_the_past_is_answered_whatever_lies_about_now(world: MemoryWorld) -> None:
    up(world, "v0.1.0")
    now = world.clock.now() + 60
    record = world.tags.records["rec#prod#1"]
    world.tags.records["rec#prod#2"] = record._replace(ref="rec#prod#2")
    past_modelref(world, "rec#prod#3", record.target)
    assert resolve(world, Ref.parse("rec#prod"), at=now).version == "v0.1.0"


def test_latest_needs_the_signature_of_every_version_above(world: MemoryWorld) -> None:
    world.signing = Config.parse({"signing": {"versions": "any"}}).signing
    for tag in ("rec@v0.1.0", "rec@v0.1.1"):
        world.signatures.sign(world.tags.records[tag].oid)
    assert resolve(world, Ref.parse("rec@latest")).version == "v0.1.1"
    past_modelref(world, "rec@v0.1.1!", world.tags.records["rec@v0.1.1"].target)
    with pytest.raises(Refused, match=r"the tag rec@v0.1.1! is not signed, as signing.versions"):
        resolve(world, Ref.parse("rec@latest"))
    assert resolve(world, Ref.parse("rec@v0.1.0")).version == "v0.1.0"


@pytest.mark.parametrize(
    ("stage", "signature", "severity", "kind"),
    [
        ("prod", None, "error", "unsigned"),
        ("prod", Signature(Outcome.GOOD, "eve@x", "SHA256:eve"), "error", "other-signer"),
        ("prod", Signature(Outcome.TAMPERED, why="has …"), "error", "tampered-tag"),
        ("dev", None, None, None),
        ("dev", Signature(Outcome.GOOD, "eve@x", "SHA256:eve"), None, None),
        ("dev", Signature(Outcome.TAMPERED, why="has …"), "warning", "tampered-tag"),
        ("dev", Signature(Outcome.REVOKED, why="is …"), "warning", "revoked-key"),
    ],
)
def test_verify_tells_errors_where_required_and_else_warnings(
    world: MemoryWorld,
    stage: str,
    signature: Signature | None,
    severity: str | None,
    kind: str | None,
) -> None:
    past_modelref(world, f"rec#{stage}#1", world.tags.records["rec@v0.1.0"].target)
    if signature is not None:
        world.signatures.signed[world.tags.records[f"rec#{stage}#1"].oid] = signature
    found = verify(world)
    expected = [(severity, kind, f"rec#{stage}#1")] if severity else []
    assert [(one.severity, one.kind, one.tag) for one in found.findings] == expected
    assert found.ok is (severity != "error")


@pytest.mark.parametrize(
    ("signature", "severity", "kind"),
    [
        (None, "warning", "unsigned"),
        (Signature(Outcome.GOOD, "former@x", "SHA256:former"), "warning", "other-signer"),
        (Signature(Outcome.EXPIRED, why="has …"), "warning", "expired-key"),
        (Signature(Outcome.REVOKED, why="is …"), "warning", "revoked-key"),
        (Signature(Outcome.TAMPERED, why="has …"), "error", "tampered-tag"),
    ],
)
def test_what_nothing_stands_on_any_more_is_history(
    world: MemoryWorld, signature: Signature | None, severity: str, kind: str
) -> None:
    past_modelref(world, "rec#prod#1", world.tags.records["rec@v0.1.0"].target)
    if signature is not None:
        world.signatures.signed[world.tags.records["rec#prod#1"].oid] = signature
    assert [one.severity for one in verify(world).findings] == ["error"]
    world.clock.time += 7200
    assert up(world, "v0.1.1")
    (found,) = verify(world).findings
    assert (found.severity, found.kind, found.tag) == (severity, kind, "rec#prod#1")
    assert found.what.endswith("nothing stands on it now") is (severity == "warning")


def test_a_newest_event_of_another_version_is_no_history(world: MemoryWorld) -> None:
    assert up(world, "v0.1.0")
    past_modelref(world, "rec#prod!#2", world.tags.records["rec@v0.1.1"].target)
    assert [one.severity for one in verify(world).findings] == ["error"]


def test_a_stage_that_is_in_use_comes_to_require_signatures(world: MemoryWorld) -> None:
    """What counts is signed before the rule holds; then all goes on, a rollback too."""
    rules, world.signing = world.signing, Signing()
    for version in ("v0.1.0", "v0.1.1"):
        assert up(world, version)
        assert not up(world, version)
    for version in ("v0.1.0", "v0.1.1"):
        assert up(world, version, sign=True)
        assert not up(world, version, sign=True), "once is enough"
    world.signing = rules
    assert held(world) == "v0.1.1"
    rollback(world, Rollback(Ref.parse_stage("rec#prod"), unchecked=True), Options())
    assert held(world) == "v0.1.0"
    found = verify(world)
    assert found.ok
    assert [one.tag for one in found.findings] == ["rec#prod#1", "rec#prod#2"]


def test_a_version_can_be_registered_again_to_be_signed(world: MemoryWorld) -> None:
    commit = world.tags.records["rec@v0.1.0"].target
    asked = Registration(REC, rev=commit)
    assert not register(world, asked, Options()).new
    again = register(world, asked, Options(sign=True))
    assert (again.new, again.version, again.event.tag) == (True, "v0.1.0", "rec@v0.1.0#2")
    assert again.note == ""
    world.journal.acknowledge(again.command)
    assert not register(world, asked, Options(sign=True)).new
    world.signing = Config.parse({"signing": {"versions": "any"}}).signing
    assert resolve(world, Ref.parse("rec@v0.1.0")).version == "v0.1.0"
    found = verify(world).findings
    assert [(one.severity, one.tag) for one in found] == [
        ("error", "rec@v0.1.1"),
        ("warning", "rec@v0.1.0"),
    ]
    world.clock.time += 60
    last = Registration(REC, rev=world.tags.records["rec@v0.1.1"].target)
    assert register(world, last, Options()).new, "the rule asks for it"
    assert verify(world).ok


def test_approvals_stand_until_they_are_taken_back(world: MemoryWorld) -> None:
    commit = world.tags.records["rec@v0.1.0"].target

    def standing() -> tuple[list[str], int]:
        model, _ = read_model(world, REC)
        signers = [one.signature.name for one in approvals(world, model, commit)]
        return signers, len(approvers(world, model, commit, {"Ada@example.com"}))

    assert standing() == ([], 0)
    up(world, "v0.1.0", "approved")
    assert standing() == ([], 0), "unsigned"
    assert up(world, "v0.1.0", "approved", sign=True)
    assert standing() == (["ada@example.com"], 0), "one's own"
    assert not up(world, "v0.1.0", "approved", sign=True), "twice is once"
    world.signatures.signer, world.signatures.key = "bob@example.com", "SHA256:bob"
    assert up(world, "v0.1.0", "approved", sign=True)
    assert standing() == (["ada@example.com", "bob@example.com"], 1)
    past_modelref(world, "rec#approved!#9", commit)
    assert standing() == ([], 0)


def test_only_listed_people_approve_where_there_is_a_list(world: MemoryWorld) -> None:
    world.signing = Config.parse({"signing": {"stages": {"approved": ["bob@example.com"]}}}).signing
    world.signatures.signer = "bob@example.com"
    up(world, "v0.1.0", "approved")
    record = world.tags.records["rec#approved#1"]
    model, _ = read_model(world, REC)
    assert approvers(world, model, record.target, {"ada@example.com"})
    signed = world.signatures.signed
    signed[record.oid] = replace(signed[record.oid], signer="eve@example.com")
    assert approvals(world, model, record.target) == ()


@pytest.fixture
def guarded(world: MemoryWorld) -> MemoryWorld:
    """A gate that wants one approval; v0.1.0 has Ada's, and the writer claims to be Eve."""
    world.signing = Signing()
    world.branches.heads["main"] = world.commits.head
    world.configs["main"] = Config(gates=gates("prod:\n  - approvals: 1"))
    up(world, "v0.1.0", "approved", sign=True)
    world.signatures.own = lambda: frozenset({"eve@example.com"})  # type: ignore[method-assign]
    return world


def test_whoever_signs_a_promotion_is_not_its_approver(guarded: MemoryWorld) -> None:
    before = dict(guarded.tags.records)
    with pytest.raises(Refused) as caught:
        up(guarded, "v0.1.0")
    assert caught.value.kind == "own-approval"
    assert caught.value.message == (
        "rec@v0.1.0 is promoted by ada@example.com, and has 0 of 1 approvals by others; "
        "nothing was written"
    )
    assert caught.value.hint == "somebody else: modelref promote rec@v0.1.0 approved --sign"
    assert guarded.tags.records == before
    guarded.signatures.signer, guarded.signatures.key = "bob@example.com", "SHA256:bob"
    assert up(guarded, "v0.1.0"), "which is signed without being asked"
    assert guarded.signatures.signed[guarded.tags.records["rec#prod#1"].oid].name == (
        "bob@example.com"
    )
    assert verify(guarded).findings == ()


def test_a_promoter_whom_nobody_knows_counts_no_approvals(guarded: MemoryWorld) -> None:
    def sign(oid: str) -> None:
        unknown = Signature(Outcome.UNKNOWN_SIGNER, "", "SHA256:other", "is signed by …")
        guarded.signatures.signed[oid] = unknown

    guarded.signatures.sign = sign  # type: ignore[method-assign]
    with pytest.raises(Refused, match=r"is signed by …, and approvals count beside a promoter who"):
        up(guarded, "v0.1.0")
    assert "rec#prod#1" not in guarded.tags.records


@pytest.mark.parametrize(
    ("signature", "kinds"),
    [
        (Signature(Outcome.GOOD, "bob@example.com", "SHA256:bob"), []),
        (Signature(Outcome.GOOD, "ada@example.com", "SHA256:second"), [("error", "own-approval")]),
        (Signature(Outcome.GOOD, "ADA@example.com", "SHA256:second"), [("error", "own-approval")]),
        (Signature(Outcome.UNSIGNED, why="is not signed"), [("warning", "unknown-promoter")]),
        (
            Signature(Outcome.UNKNOWN_SIGNER, "", "SHA256:ada", "is signed by …"),
            [("warning", "unknown-signer"), ("error", "own-approval")],
        ),
    ],
)
def test_verify_counts_approvals_beside_who_signed(
    guarded: MemoryWorld, signature: Signature, kinds: list[tuple[str, str]]
) -> None:
    guarded.signatures.signer, guarded.signatures.key = "bob@example.com", "SHA256:bob"
    up(guarded, "v0.1.0")
    record = guarded.tags.records["rec#prod#1"]
    guarded.tags.records["rec#prod#1"] = record._replace(email="somebody@example.com")
    guarded.signatures.signed[record.oid] = signature
    found = [(one.severity, one.kind) for one in verify(guarded).findings]
    assert sorted(found) == sorted(kinds)


def test_an_approval_whose_key_has_expired_since_is_a_warning(guarded: MemoryWorld) -> None:
    guarded.signatures.signer, guarded.signatures.key = "bob@example.com", "SHA256:bob"
    up(guarded, "v0.1.0")
    expired = Signature(Outcome.EXPIRED, "ada@example.com", "", "has an expired signature")
    guarded.signatures.signed[guarded.tags.records["rec#approved#1"].oid] = expired
    found = verify(guarded)
    assert found.ok
    assert {one.kind for one in found.findings} == {"expired-key", "unconfirmed-approval"}
