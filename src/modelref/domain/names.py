"""Names of models and stages, parsed once at the door.

The grammar is GTO's (gto 1.10, ``gto/constants.py``), narrowed by what ``git check-ref-format``
accepts, since every name becomes part of a tag.
"""

import re
from dataclasses import dataclass
from typing import NewType, Self

from modelref.errors import BadInput

StageName = NewType("StageName", str)
"""A stage's name; to hold one proves that it was parsed."""

NAME = r"[a-zA-Z0-9](?:[a-zA-Z0-9-/_]*[a-zA-Z0-9])?"
DIRECTORY = r"[a-zA-Z0-9-_./]+"
MAX_TAG_LENGTH = 200
"""Longest tag, in characters, that leaves room for git's own ``.lock`` in a 255-byte file name."""

_STAGE = re.compile(NAME)
_ARTIFACT = re.compile(rf"(?:(?P<dir>{DIRECTORY}):)?(?P<name>{NAME})")


@dataclass(frozen=True, slots=True, order=True)
class Artifact:
    """A model's address: the folder of its ``dvc.yaml`` and its name there.

    Attributes:
        dir: repository path of the folder that holds the ``dvc.yaml``, ``""`` for the top.
        name: entry under ``artifacts:``.
    """

    dir: str
    name: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse ``name`` or ``dir:name``.

        Raises:
            BadInput: the text is no such address.
        """
        match = _ARTIFACT.fullmatch(text)
        bare = re.split("[@#]", text)[0]
        if match is None and bare != text and _ARTIFACT.fullmatch(bare):
            raise BadInput(
                f"{text!r} is a version or a stage, where a model alone is meant",
                kind="invalid-name",
                hint=f"write {bare}",
            )
        if match is None:
            raise BadInput(
                f"{text!r} is not a model name",
                kind="invalid-name",
                hint="use letters, digits, '-', '_' and '/', starting and ending with a letter or "
                "a digit; a model of dvc.yaml in another folder is FOLDER:NAME",
            )
        artifact = cls(dir=match["dir"] or "", name=match["name"])
        check_ref_format(artifact.in_tag, text)
        return artifact

    @property
    def in_tag(self) -> str:
        """The form inside a tag, where ``=`` stands for ``:``, which git does not allow there."""
        return f"{self.dir}={self.name}" if self.dir else self.name

    def __str__(self) -> str:
        return f"{self.dir}:{self.name}" if self.dir else self.name


def parse_stage(text: str) -> StageName:
    """Parse a stage's name.

    Raises:
        BadInput: the text is no stage name.
    """
    if _STAGE.fullmatch(text) is None:
        raise BadInput(
            f"{text!r} is not a stage name",
            kind="invalid-name",
            hint="use letters, digits, '-', '_' and '/', starting and ending with a letter or "
            "a digit, for example prod or staging/eu",
        )
    check_ref_format(text, text)
    return StageName(text)


def check_ref_format(tag: str, typed: str) -> None:
    """Refuse what git would refuse as a tag, in our own words.

    Only the rules that the characters of the grammar can break are checked
    (``git help check-ref-format``, rules 1, 3, 6 and 7; and git's refusal of a leading ``-``).

    Args:
        tag: the tag, or the part of one, to check.
        typed: what the person typed, for the message.

    Raises:
        BadInput: git would not take it.
    """
    why = ""
    if any(not part for part in tag.split("/")):
        why = "a name may not start or end with '/' or have an empty part between two"
    elif any(part.startswith(".") or part.endswith(".lock") for part in tag.split("/")):
        why = "no part of a name may start with '.' or end with '.lock'"
    elif ".." in tag or tag.endswith("."):
        why = "a name may not have '..' in it or end with '.'"
    elif tag.startswith("-"):
        why = "a name may not start with '-'"
    elif len(tag) > MAX_TAG_LENGTH:
        why = f"a tag may not be longer than {MAX_TAG_LENGTH} characters"
    if why:
        raise BadInput(
            f"git does not allow the tag that {typed!r} needs", kind="invalid-name", hint=why
        )
