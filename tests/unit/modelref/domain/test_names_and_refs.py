import pytest

from modelref.domain.names import Artifact, parse_stage
from modelref.domain.ref import Ref, quoted
from modelref.errors import BadInput


@pytest.mark.parametrize("text", ["rec", "r", "a/b", "rec_2-x", "models/shop:rec", "a.b/c:rec"])
def test_prints_the_address_it_parsed(text: str) -> None:
    assert str(Artifact.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "", "-rec", "rec-", "rec.x", "a b", "a//b", "/a", "a/", "a:b:c", "rec\n", "réc", "a..b:rec",
        "../up:rec", ".git:rec", "a/.b:rec", "x.lock/y:rec", "-d:rec", "a" * 300,
        "--upload-pack=x", "rec;ls", "$(ls)", "rec\x1b[31m", "\ud800",
    ],
)  # fmt: skip
def test_refuses_names_that_git_or_gto_would_refuse(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        Artifact.parse(text)
    assert caught.value.hint


@pytest.mark.parametrize("text", ["prod", "eu/prod", "p", "stage_1"])
def test_stage_names(text: str) -> None:
    assert parse_stage(text) == text


@pytest.mark.parametrize("text", ["", "prod!", "eu//prod", "a#b", "prod.eu", "-prod", "prod\x00"])
def test_refuses_stage_names(text: str) -> None:
    with pytest.raises(BadInput):
        parse_stage(text)


@pytest.mark.parametrize("text", ["rec", "rec@v1.0.0", "rec@latest", "rec#prod", "a/b:rec#eu/prod"])
def test_prints_the_ref_it_parsed(text: str) -> None:
    assert str(Ref.parse(text)) == text


def test_greatest_is_latest() -> None:
    assert Ref.parse("rec@greatest") == Ref.parse("rec@latest")


@pytest.mark.parametrize(
    "text", ["rec@", "rec#", "rec@1.0.0", "rec@v1", "rec#a#b", "@v1.0.0", "#prod"]
)
def test_refuses_refs(text: str) -> None:
    with pytest.raises(BadInput):
        Ref.parse(text)


def test_says_which_kind_of_ref_is_wanted() -> None:
    with pytest.raises(BadInput, match="does not name a version"):
        Ref.parse_version("rec#prod")
    with pytest.raises(BadInput, match="does not name a stage"):
        Ref.parse_stage("rec@v1.0.0")


def test_quotes_what_a_shell_would_read_otherwise() -> None:
    assert quoted("rec") == "rec"
    assert quoted("rec#prod!#2") == "'rec#prod!#2'"
