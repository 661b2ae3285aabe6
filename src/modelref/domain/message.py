"""Messages of event tags: a readable line, the person's own words, evidence, then git trailers.

``git interpret-trailers --parse`` reads the trailers; ``git help interpret-trailers`` has their
grammar.
"""

import re
from collections.abc import Mapping

from modelref.errors import BadInput

EVENT = "Modelref-Event"
ID = "Modelref-Id"
PREVIOUS = "Modelref-Previous"
OUTS = "Modelref-Outs"
VERDICT = "Modelref-Verdict"
EVIDENCE = "Modelref-Evidence"

PASSED, FORCED, NO_GATES = "passed", "forced", "no-gates"
"""Values of :data:`VERDICT`."""
NONE = "none"
"""Value of :data:`PREVIOUS` for the first event of a chain."""

MOST_WORDS = 16 * 1024
"""Most bytes of a person's own words: every clone carries them forever, and every read of them."""


# Where git takes a signature to begin, and a message to end (git help config, gpg.format).
_SIGNATURE = re.compile(
    r"^-----BEGIN (PGP SIGNATURE|PGP MESSAGE|SSH SIGNATURE|SIGNED MESSAGE)-----", re.MULTILINE
)


def check_words(text: str) -> None:
    """Refuse words that a tag cannot hold, or should not.

    Raises:
        BadInput: they are too long, hold a NUL or the first line of a signature, or are no text.
    """
    try:
        size = len(text.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:
        raise BadInput("the message is not text that UTF-8 can write", kind="bad-message") from None
    if size > MOST_WORDS:
        raise BadInput(
            f"the message has {size:,} bytes, and {MOST_WORDS:,} are the most",
            kind="message-too-long",
            hint="say why in a few lines, and link to the rest",
        )
    if "\0" in text:
        raise BadInput("the message holds a NUL, where git ends it", kind="bad-message")
    header = _SIGNATURE.search("\n".join(text.splitlines()))  # as it will be written
    if header is not None:
        raise BadInput(
            f"the message has a line {header[0]!r}, which git takes for the event's own signature",
            kind="bad-message",
            hint="leave that line out, or indent it",
        )


def compose(subject: str, words: str, trailers: Mapping[str, str], evidence: str = "") -> str:
    """Write a message.

    A last line of the person's words that looks like a trailer stays theirs: the paragraph of
    trailers is always a new one, and ours win where both name a key.

    Args:
        subject: the readable first line.
        words: what the person gave with ``-m``; may be empty or have several lines.
        trailers: keys and one-line values, in the order to write.
        evidence: one line that :data:`EVIDENCE` has the digest of; may be empty.
    """
    paragraphs = [subject]
    if words.strip():
        paragraphs.append("\n".join(line.rstrip() for line in words.strip().splitlines()))
    if evidence:
        paragraphs.append(evidence)
    paragraphs.append("\n".join(f"{key}: {value}" for key, value in trailers.items()))
    return "\n\n".join(paragraphs) + "\n"


def parse_trailers(text: str) -> dict[str, str]:
    """Parse ``Key: value`` lines; the last of a repeated key counts."""
    pairs = (line.partition(":") for line in text.splitlines() if ":" in line)
    return {key.strip(): value.strip() for key, _, value in pairs}


def words(body: str, trailers: str) -> str:
    """Return the person's own words: a message's body without its evidence and trailers."""
    return _split(body, trailers)[0]


def evidence(body: str, trailers: str) -> str:
    """Return the evidence in a message's body; ``""`` where its trailers name none."""
    return _split(body, trailers)[1]


def _split(body: str, trailers: str) -> tuple[str, str]:
    text, tail = body.rstrip(), trailers.rstrip()
    own = text.removesuffix(tail).strip() if tail else text.strip()
    if EVIDENCE not in parse_trailers(trailers):
        return own, ""
    before, _, last = own.rpartition("\n\n")
    return before.strip(), last
