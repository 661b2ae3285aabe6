import pytest

from modelref.domain.config import Config
from modelref.domain.names import Artifact, StageName
from modelref.domain.signature import Outcome, Signature, Signers, by_others
from modelref.errors import BadInput

REC, RANKER = Artifact.parse("rec"), Artifact.parse("search:ranker")
PROD, DEV = StageName("prod"), StageName("dev")
PGP = "3A5F8868E2DDDE9D474EC2EA71F7AE15E797A6EE"


def ssh(signer: str, key: str = "SHA256:abc") -> Signature:
    return Signature(Outcome.GOOD, signer, key)


def parse(**raw: object) -> Config:
    return Config.parse(raw)


def test_nothing_has_to_be_signed_unless_somebody_says_so() -> None:
    signing = parse().signing
    assert not signing.required
    assert signing.rule(REC, PROD) is None
    assert signing.rule(REC, None) is None


def test_a_models_own_rule_takes_the_place_of_the_general_one() -> None:
    signing = parse(
        signing={"stages": {"prod": ["alice@x"], "dev": "any"}, "versions": ["ci@x"]},
        models={"search:ranker": {"signing": {"stages": {"prod": ["bob@x"]}}}},
    ).signing
    assert signing.required
    assert signing.rule(REC, PROD) == Signers(("alice@x",))
    assert signing.rule(RANKER, PROD) == Signers(("bob@x",))
    assert signing.rule(RANKER, DEV) == Signers()
    assert signing.rule(RANKER, None) == Signers(("ci@x",))


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"signing": []}, "modelref.yaml: signing is not a mapping"),
        (
            {"signing": {"stage": {}}},
            "signing.stage is not a key; known are allowed_signers, revoked_keys, stages, versions",
        ),
        (
            {"signing": {"stages": {"prod": "alice@x"}}},
            "modelref.yaml: signing.stages.prod is neither 'any' nor a list of signers",
        ),
        ({"signing": {"stages": {"prod": []}}}, "signing.stages.prod is neither"),
        ({"signing": {"stages": {"prod": [""]}}}, "signing.stages.prod is neither"),
        ({"signing": {"stages": {"prod": ["a\x1b[31m"]}}}, "signing.stages.prod is neither"),
        ({"signing": {"stages": {"prod": ["a" * 400]}}}, "signing.stages.prod is neither"),
        ({"signing": {"stages": {"prod": None}}}, "signing.stages.prod is neither"),
        ({"signing": {"stages": {"pr od": "any"}}}, "'pr od' is not a stage name"),
        ({"signing": {"versions": True}}, "modelref.yaml: signing.versions is neither"),
        ({"signing": {"versions": None}}, "modelref.yaml: signing.versions is neither"),
        ({"signing": {"allowed_signers": "../x"}}, "signing.allowed_signers is not the path"),
        ({"signing": {"allowed_signers": "/etc/x"}}, "signing.allowed_signers is not the path"),
        ({"signing": {"revoked_keys": "a\nb"}}, "signing.revoked_keys is not the path"),
        ({"signing": {"revoked_keys": ["a"]}}, "signing.revoked_keys is not the path"),
        ({"models": []}, "modelref.yaml: models is not a mapping"),
        ({"models": {"rec": []}}, "modelref.yaml: models.rec is not a mapping"),
        ({"models": {"rec": {"sign": {}}}}, "modelref.yaml: models.rec.sign is not a key"),
        (
            {"models": {"rec": {"signing": {"allowed_signers": "x"}}}},
            "modelref.yaml: models.rec.signing.allowed_signers is not a key; known are stages",
        ),
        ({"models": {"re c": {"signing": {}}}}, "'re c' is not a model name"),
    ],
    ids=str,
)
def test_what_is_wrong_is_named(raw: dict[str, object], message: str) -> None:
    with pytest.raises(BadInput) as caught:
        Config.parse(raw)
    assert message in caught.value.message


def test_a_fingerprint_may_be_written_as_people_do() -> None:
    spaced = " ".join(PGP[i : i + 4] for i in range(0, 40, 4)).lower()
    signing = parse(signing={"versions": [spaced, f"0x{PGP}", "SHA256:aB+/"]}).signing
    assert signing.rule(REC, None) == Signers((PGP, PGP, "SHA256:aB+/"))


@pytest.mark.parametrize(
    ("names", "signature", "accepted"),
    [
        ((), ssh("alice@x"), True),
        ((), Signature(Outcome.GOOD, "alice@x", PGP), True),
        ((), Signature(Outcome.UNKNOWN_SIGNER, "", "SHA256:abc"), False),
        (("alice@x",), ssh("alice@x"), True),
        (("alice@x",), ssh("Alice@x"), False),
        (("alice@x",), ssh("bob@x"), False),
        (("alice@x",), Signature(Outcome.GOOD, "alice@x", PGP), False),
        ((PGP,), Signature(Outcome.GOOD, "alice@x", PGP), True),
        ((PGP,), Signature(Outcome.UNKNOWN_SIGNER, "alice@x", PGP), True),
        (("SHA256:abc",), Signature(Outcome.UNKNOWN_SIGNER, "", "SHA256:abc"), True),
        (("SHA256:abc",), Signature(Outcome.TAMPERED, "", "SHA256:abc"), False),
        (("SHA256:abc",), Signature(Outcome.REVOKED, "", "SHA256:abc"), False),
        (("SHA256:abc",), Signature(Outcome.EXPIRED, "", "SHA256:abc"), False),
        (("SHA256:abc",), Signature(Outcome.UNSIGNED), False),
        ((), Signature(Outcome.UNSIGNED), False),
    ],
)
def test_whom_a_rule_accepts(names: tuple[str, ...], signature: Signature, accepted: bool) -> None:
    assert Signers(names).accepts(signature) is accepted


@pytest.mark.parametrize(
    ("signer", "promoter", "other"),
    [
        (ssh("bob@x", "SHA256:bob"), {"alice@x", "SHA256:alice"}, True),
        (ssh("alice@x", "SHA256:second"), {"alice@x", "SHA256:alice"}, False),
        (ssh("ALICE@x", "SHA256:second"), {"alice@x"}, False),
        (ssh("robot@x", "SHA256:alice"), {"alice@x", "SHA256:alice"}, False),
        (Signature(Outcome.GOOD, "alice@x", PGP), {"alice@x", "SHA256:alice"}, False),
        (Signature(Outcome.UNKNOWN_SIGNER, "", "SHA256:bob"), {"alice@x"}, True),
        (Signature(Outcome.UNSIGNED), {"alice@x"}, False),
    ],
)
def test_one_person_with_two_names_or_two_keys_is_one(
    signer: Signature, promoter: set[str], other: bool
) -> None:
    assert bool(by_others([signer], promoter)) is other
    assert not by_others([], promoter)


def test_one_person_who_approves_twice_is_counted_once() -> None:
    approvals = [ssh("bob@x", "SHA256:one"), ssh("BOB@x", "SHA256:two"), ssh("eve@x", "SHA256:two")]
    assert by_others(approvals, {"alice@x"}) == (approvals[0],)
