import pytest

from modelref.domain.version import Bump, Version
from modelref.errors import BadInput


@pytest.mark.parametrize("text", ["v1.2.3", "v0.0.0", "v1.0.0-rc.1", "v1.0.0+b.7", "v1.0.0-a.1+x"])
def test_prints_what_it_parsed(text: str) -> None:
    assert str(Version.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    ["1.2.3", "v1.2", "v01.2.3", "v1.2.3-", "v1.2.3-01", "v1.2.3+", "V1.2.3", "", "v1.2.3\n"],
)
def test_refuses_what_is_no_semver(text: str) -> None:
    with pytest.raises(BadInput, match="is not a version"):
        Version.parse(text)


def test_says_that_only_the_v_is_missing() -> None:
    with pytest.raises(BadInput) as caught:
        Version.parse("1.2.3")
    assert caught.value.hint == "write v1.2.3"


def test_precedence_is_that_of_semver_section_11() -> None:
    ordered = [
        "v1.0.0-alpha", "v1.0.0-alpha.1", "v1.0.0-alpha.beta", "v1.0.0-beta", "v1.0.0-beta.2",
        "v1.0.0-beta.11", "v1.0.0-rc.1", "v1.0.0", "v1.0.1", "v1.1.0", "v2.0.0", "v10.0.0",
    ]  # fmt: skip
    assert [str(v) for v in sorted(Version.parse(text) for text in reversed(ordered))] == ordered


@pytest.mark.parametrize(
    ("version", "part", "bumped"),
    [
        ("v1.2.3", "patch", "v1.2.4"),
        ("v1.2.3", "minor", "v1.3.0"),
        ("v1.2.3", "major", "v2.0.0"),
        ("v1.0.0-rc.1", "patch", "v1.0.0"),
        ("v1.1.0-rc.1", "minor", "v1.1.0"),
        ("v2.0.0-rc.1", "major", "v2.0.0"),
        ("v1.2.3-rc.1", "minor", "v1.3.0"),
        ("v1.2.3+build", "patch", "v1.2.4"),
    ],
)
def test_bumps(version: str, part: str, bumped: str) -> None:
    assert str(Version.parse(version).bump(Bump(part))) == bumped


def test_is_comparable_with_versions_only() -> None:
    stranger: object = "v1.0.0"
    assert Version.parse("v1.0.0") != stranger
    with pytest.raises(TypeError):
        _ = Version.parse("v1.0.0") < "v2.0.0"
