"""Addresses of repositories: what is shown holds no secret, what is no address is refused."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelref.adapters.git.elsewhere.address import Address
from modelref.errors import BadInput


@pytest.mark.parametrize(
    ("typed", "shown", "user", "password"),
    [
        ("https://host/team/shop.git", "https://host/team/shop.git", None, None),
        ("https://HOST:8443/x", "https://host:8443/x", None, None),
        ("https://ada:p%40ss@host/x", "https://host/x", "ada", "p@ss"),
        ("https://ghp_token@host/x", "https://host/x", "ghp_token", None),
        ("https://ada:@host/x", "https://host/x", "ada", ""),
        ("https://glpat-3bsecret5DzQ8Xy@host/x", "https://host/x", "glpat-3bsecret5DzQ8Xy", ""),
        ("https://a-long-organisation@host/x", "https://host/x", "a-long-organisation", None),
        ("https://[::1]:8443/x", "https://[::1]:8443/x", None, None),
        ("ssh://git@host:22/x", "ssh://git@host:22/x", None, None),
        ("ssh://host/~ada/x", "ssh://host/~ada/x", None, None),
        ("git@host:team/shop.git", "git@host:team/shop.git", None, None),
        ("host:shop.git", "host:shop.git", None, None),
    ],
)
def test_what_is_shown_holds_no_secret(
    tmp_path: Path, typed: str, shown: str, user: str | None, password: str | None
) -> None:
    address = Address.parse(typed, tmp_path)
    assert (str(address), address.folder) == (shown, None)
    given = address.credentials
    assert (given and given.user, given and given.password) == (user, password)
    assert not password or password not in repr(address)


@pytest.mark.parametrize("typed", ["here", "here/../here", "file://{}/here", "{}/here"])
def test_a_folder_is_known_by_its_whole_name(tmp_path: Path, typed: str) -> None:
    (tmp_path / "here").mkdir()
    address = Address.parse(typed.format(tmp_path), tmp_path)
    assert (str(address), address.folder) == (f"{tmp_path}/here", tmp_path / "here")


def test_a_folder_whose_name_has_a_colon_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a:b").mkdir()
    assert Address.parse("a:b", tmp_path).folder == tmp_path / "a:b"


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("http://host/x", "http:// is not encrypted"),
        ("git://host/x", "git:// is not encrypted"),
        ("ext::sh -c x", "ext:: addresses run programs"),
        ("svn://host/x", "'svn' is no protocol that is read"),
        ("ssh://ada:secret@host/x", "ssh takes no password from a URL"),
        ("https://host/x?token=secret", "the URL of a repository has no '?' and no '#'"),
        ("https://host:port/x", "the URL is not valid"),
        ("https:///x", "'' is no host"),
        ("file://host/x", "a file:// URL of another machine cannot be read"),
        ("ssh://-oProxyCommand=x/y", "'-oproxycommand=x' is no host"),
        ("$(x)@host:y", "'$(x)' is no user"),
        ("https//ada:secret@host/x", "there is no folder '/"),
        ("https:/ada:secret@host/x", "it looks like a URL, but has no '://'"),
        ("HTTPS:ada:secret@host/x", "it looks like a URL, but has no '://'"),
        ("ada:secret@localhost:x", "it looks like a URL, but has no '://'"),
        ("ada:se/cret@localhost/x", "it looks like a URL, but has no '://'"),
        ("host:-x", "the path starts with '-'"),
        ("-x", "the address is empty, too long, starts with '-' or does not print"),
        ("https://a%0ab@host/x", "the user or password in the URL does not print"),
    ],
)
def test_what_is_no_address_is_refused_with_a_reason(tmp_path: Path, typed: str, why: str) -> None:
    with pytest.raises(BadInput) as caught:
        Address.parse(typed, tmp_path)
    assert caught.value.message == f"cannot read that repository: {why}" or why in str(caught.value)
    assert "secret" not in str(caught.value)
    assert caught.value.hint


@given(st.text(max_size=60) | st.text("ab@:/-.$`[]?#%\n ", max_size=30).map("https://{}".format))
def test_every_text_is_an_address_or_refused(text: str) -> None:
    nowhere = Path("/nonexistent")
    try:
        address = Address.parse(text, nowhere)
    except BadInput:
        return
    assert not str(address).startswith("-")
    assert str(address).isprintable()
    assert address == Address.parse(text, nowhere)
    if str(address).startswith("https://"):
        assert "@" not in str(address).removeprefix("https://").partition("/")[0]
