"""Configuration: what ``modelref.yaml`` may say, validated at the door; every key is optional."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from modelref.domain.names import StageName, parse_stage
from modelref.domain.registry import QUARANTINE
from modelref.domain.signing import FILE, Signing
from modelref.errors import BadInput

__all__ = ["FILE", "Config", "parse_stages"]

_KEYS = ("remote", "stages", "signing", "models")
_MODEL_KEYS = ("signing",)


@dataclass(frozen=True, slots=True)
class Config:
    """What a repository has agreed on.

    Attributes:
        remote: the git remote that events go to; None where each person pushes.
        stages: the only stages that may be assigned; empty for any.
        source: the file that says so.
        signing: what has to be signed, and by whom.
    """

    remote: str | None = None
    stages: tuple[StageName, ...] = ()
    source: str = FILE
    signing: Signing = field(default_factory=Signing)

    @classmethod
    def parse(cls, raw: Mapping[str, object]) -> Self:
        """Validate what ``modelref.yaml`` holds.

        Raises:
            BadInput: an unknown key, or a value of the wrong kind; the message names it.
        """
        unknown = [str(key) for key in raw if key not in _KEYS]
        if unknown:
            raise _wrong(FILE, unknown[0], f"is not a key; known are {', '.join(_KEYS)}")
        remote = raw.get("remote")
        if remote is not None and (not isinstance(remote, str) or remote.startswith("-")):
            raise _wrong(FILE, "remote", "is not the name of a git remote")
        _check_models(raw.get("models"))
        return cls(
            remote or None,
            parse_stages(FILE, raw.get("stages")),
            signing=Signing.parse(raw.get("signing"), raw.get("models")),
        )

    def check_stage(self, stage: StageName) -> None:
        """Refuse a stage that is not on the list; quarantine always is.

        Raises:
            BadInput: it is not.
        """
        if self.stages and stage not in (*self.stages, QUARANTINE):
            raise BadInput(
                f"{self.source} does not list the stage {stage}",
                kind="unlisted-stage",
                hint=f"listed: {', '.join(self.stages)}; add it under stages: if it is meant",
            )


def parse_stages(source: str, value: object) -> tuple[StageName, ...]:
    """Parse a list of stages.

    Args:
        source: the file it stands in.
        value: what stands under ``stages``.

    Raises:
        BadInput: it is no list of names.
    """
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _wrong(source, "stages", "is not a list of names")
    return tuple(parse_stage(item) for item in value)


def _check_models(value: object) -> None:
    """Refuse a model's entry that is none, or has a key that nobody reads."""
    for name, entry in value.items() if isinstance(value, dict) else ():
        if not isinstance(entry, dict):
            raise _wrong(FILE, f"models.{name}", "is not a mapping")
        for key in entry:
            if key not in _MODEL_KEYS:
                known = ", ".join(_MODEL_KEYS)
                raise _wrong(FILE, f"models.{name}.{key}", f"is not a key; known are {known}")


def _wrong(source: str, key: str, why: str) -> BadInput:
    return BadInput(f"{source}: {key} {why}", kind="invalid-config", hint=f"mend {source}")
