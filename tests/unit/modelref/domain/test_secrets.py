import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelref.domain.secrets import without_credentials


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://ada:pw@host/x", "https://***@host/x"),
        ("https://token@host/x", "https://***@host/x"),
        ("s3://bucket/x@y", "s3://bucket/x@y"),
        ("https://ada:p@w@host/x", "https://***@host/x"),
        (
            "cannot read https://a:b@h, then ssh://c:d@i",
            "cannot read https://***@h, then ssh://***@i",
        ),
        ("mail ada@example.com", "mail ada@example.com"),
        ("https://host:8080/x", "https://host:8080/x"),
        ("https//ada:pw@host/x", "https//***@host/x"),
        ("https:/ada:pw@host/x", "https:/***@host/x"),
        ("https:ada:pw@host/x", "https:***@host/x"),
        ("https://host/x?private_token=pw&y=z#a", "https://host/x?private_token=***&y=***#a"),
        ("sub:rec@v1.0.0 is not rec@v1.0.1?", "sub:rec@v1.0.0 is not rec@v1.0.1?"),
    ],
)
def test_users_and_passwords_of_urls_are_hidden(text: str, shown: str) -> None:
    assert without_credentials(text) == shown


def test_known_secrets_are_hidden_wherever_they_stand() -> None:
    said = "signature of AKIA1234 with AKIA1234/wJalr: denied"
    assert without_credentials(said, ["AKIA1234", "AKIA1234/wJalr", ""]) == (
        "signature of *** with ***: denied"
    )


@given(st.text(), st.text("abc:@/", min_size=1), st.text())
def test_no_password_of_a_url_is_left(before: str, password: str, after: str) -> None:
    secret = f"Z{password.replace('/', '').replace('@', '')}Z"
    text = f"{before} https://ada:{secret}@host/{after}"
    assert secret not in without_credentials(text, [secret])
