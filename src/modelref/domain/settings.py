"""What ``modelref.yaml`` may say of one model, under ``models:``."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Self

from modelref.domain.names import Artifact
from modelref.errors import BadInput

_KEYS = ("columns", "directions", "score", "score_seconds")
_WAYS = {"higher": True, "lower": False}
_PLACES = ("{model}", "{holdout}", "{out}")
SCORE_SECONDS = 1800
"""How long a score command may take unless told."""


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """What a repository has agreed on for one model.

    Attributes:
        score: argv of the command that scores a version on a hold-out; empty for none.
        score_seconds: how long it may take.
        directions: by metric, whether higher is better.
        columns: columns of tables that hold ids, by what they identify: ``user`` or ``item``.
    """

    score: tuple[str, ...] = ()
    score_seconds: int = SCORE_SECONDS
    directions: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def parse(cls, where: str, raw: object) -> Self:
        """Validate the settings of one model.

        Args:
            where: the file and key that they stand under, for messages.
            raw: what stands there.

        Raises:
            BadInput: an unknown key, or a value of the wrong kind; the message names it.
        """
        entries = _mapping(where, raw)
        unknown = [key for key in entries if key not in _KEYS]
        if unknown:
            raise _wrong(f"{where}.{unknown[0]}", f"is not a key; known are {', '.join(_KEYS)}")
        ways = _mapping(f"{where}.directions", entries.get("directions"))
        columns = _mapping(f"{where}.columns", entries.get("columns"))
        return cls(
            _parse_score(f"{where}.score", entries.get("score")),
            _parse_seconds(f"{where}.score_seconds", entries.get("score_seconds", SCORE_SECONDS)),
            {
                metric: _parse_way(f"{where}.directions.{metric}", way)
                for metric, way in ways.items()
            },
            {
                what: _parse_columns(f"{where}.columns.{what}", what, named)
                for what, named in columns.items()
            },
        )


def parse_models(source: str, raw: object) -> Mapping[Artifact, ModelSettings]:
    """Parse what stands under ``models:``, by model.

    Raises:
        BadInput: a key is no model's name, or as :meth:`ModelSettings.parse`.
    """
    where = f"{source}: models"
    return {
        Artifact.parse(name): ModelSettings.parse(f"{where}.{name}", entry)
        for name, entry in _mapping(where, raw).items()
    }


def _parse_score(where: str, value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, str) or not value.strip():
        raise _wrong(where, "is not a command")
    missing = [place for place in _PLACES if place not in value]
    if missing:
        raise _wrong(where, f"does not say where {missing[0]} goes")
    try:
        return tuple(shlex.split(value))
    except ValueError as error:
        raise _wrong(where, f"cannot be split into words: {error}") from error


def _parse_seconds(where: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise _wrong(where, "is not a number of seconds")
    return value


def _parse_way(where: str, value: object) -> bool:
    if not isinstance(value, str) or value not in _WAYS:
        raise _wrong(where, "is neither higher nor lower")
    return _WAYS[value]


def _parse_columns(where: str, what: str, value: object) -> tuple[str, ...]:
    if what not in ("user", "item"):
        raise _wrong(where, "is neither user nor item")
    columns = [value] if isinstance(value, str) else value
    if not isinstance(columns, list) or not all(isinstance(one, str) for one in columns):
        raise _wrong(where, "is not a column, nor a list of columns")
    return tuple(columns)


def _mapping(where: str, value: object) -> Mapping[str, object]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise _wrong(where, "is not a mapping")
    return {str(key): item for key, item in value.items()}


def _wrong(where: str, why: str) -> BadInput:
    return BadInput(f"{where} {why}", kind="invalid-config", hint="mend modelref.yaml")
