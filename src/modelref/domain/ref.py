"""Refs: how people address a model, a version or what a stage holds.

ref := artifact [ "@v" semver | "@latest" | "@greatest" | "#" stage ]
"""

from dataclasses import dataclass
from typing import Self

from modelref.domain.names import Artifact, StageName, parse_stage
from modelref.domain.tag import TagName
from modelref.domain.version import Version
from modelref.errors import BadInput

LATEST = ("latest", "greatest")
_QUOTE_IN_SHELL = frozenset("#!@")


@dataclass(frozen=True, slots=True)
class Ref:
    """A parsed address.

    Attributes:
        artifact: the model.
        version: the version it names, if any.
        stage: the stage it names, if any.
        latest: whether it asks for the highest active version.
    """

    artifact: Artifact
    version: Version | None = None
    stage: StageName | None = None
    latest: bool = False

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse what a person typed.

        Raises:
            BadInput: it is no ref; the message says which part is not.
        """
        tag = TagName.parse(text) if "=" in text else None
        if tag is not None and (tag.version or tag.stage):
            raise BadInput(
                f"{text!r} is a tag, where a model is written with ':'",
                kind="invalid-ref",
                hint=f"did you mean {quoted(cls(tag.artifact, tag.version, tag.stage))}?",
            )
        if "#" in text:
            name, _, stage = text.partition("#")
            return cls(Artifact.parse(name), stage=parse_stage(stage))
        if "@" in text:
            name, _, what = text.partition("@")
            artifact = Artifact.parse(name)
            if what in LATEST:
                return cls(artifact, latest=True)
            if what.isalpha():
                stage = f"; a stage is '{name}#{what}'" if what[:1] != "l" else ""
                raise BadInput(
                    f"{what!r} is not a version",
                    kind="invalid-version",
                    hint=f"write {name}@latest{stage}",
                )
            return cls(artifact, version=Version.parse(what))
        return cls(Artifact.parse(text))

    @classmethod
    def parse_version(cls, text: str) -> Self:
        """Parse a ref that must name one version (or ``@latest``).

        Raises:
            BadInput: it names a model or a stage.
        """
        ref = cls.parse(text)
        if ref.version is None and not ref.latest:
            raise BadInput(
                f"{text!r} does not name a version",
                kind="invalid-ref",
                hint=f"write {ref.artifact}@v1.2.3 or {ref.artifact}@latest",
            )
        return ref

    @classmethod
    def parse_stage(cls, text: str) -> Self:
        """Parse a ref that must name a model's stage.

        Raises:
            BadInput: it names a model or a version.
        """
        ref = cls.parse(text)
        if ref.stage is None:
            raise BadInput(
                f"{text!r} does not name a stage",
                kind="invalid-ref",
                hint=f"write it as '{ref.artifact}#prod'",
            )
        return ref

    def __str__(self) -> str:
        if self.stage is not None:
            return f"{self.artifact}#{self.stage}"
        if self.latest:
            return f"{self.artifact}@latest"
        return f"{self.artifact}@{self.version}" if self.version else str(self.artifact)


def quoted(ref: object) -> str:
    """A ref as it can be pasted into bash or zsh, which both give ``#`` and ``!`` a meaning."""
    text = str(ref)
    return f"'{text}'" if _QUOTE_IN_SHELL & set(text) else text
