"""Messages are read back by git's own parser of trailers, whatever people write."""

import subprocess

from hypothesis import example, given, settings
from hypothesis import strategies as st

from modelref.domain.message import compose, parse_trailers, words

_TRAILERS = {"Modelref-Event": "assign", "Modelref-Id": "42", "Modelref-Previous": "none"}
_TEXT = st.text(st.characters(blacklist_categories=["Cs", "Cc"]) | st.just("\n"), max_size=80)


@settings(max_examples=60, deadline=None)
@given(_TEXT)
@example("Modelref-Event: rollback")
@example("why\n\nModelref-Id: 7\nReviewed-by: Eve")
@example("---\n# not a comment")
def test_git_reads_our_trailers_and_not_the_persons(text: str) -> None:
    message = compose("Assign prod to rec v1.0.0", text, _TRAILERS)
    done = subprocess.run(
        ["git", "interpret-trailers", "--parse", "--no-divider"],
        input=message.encode(),
        capture_output=True,
        check=True,
    )
    assert parse_trailers(done.stdout.decode()) == _TRAILERS


@given(_TEXT)
def test_the_persons_words_come_back(text: str) -> None:
    message = compose("Assign prod to rec v1.0.0", text, _TRAILERS)
    body = message.partition("\n\n")[2]
    trailers = "\n".join(f"{key}: {value}" for key, value in _TRAILERS.items())
    assert words(body, trailers).split() == text.split()
