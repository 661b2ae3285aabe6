"""What has to be signed, and by whom: ``signing`` of ``modelref.yaml``, and what it is asked of."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Self

from modelref.domain.event import Event
from modelref.domain.finding import Finding
from modelref.domain.names import Artifact, StageName, parse_stage
from modelref.domain.registry import APPROVED, QUARANTINE, Model, VersionState
from modelref.domain.signature import Signers
from modelref.domain.tag import Kind, TagName
from modelref.errors import BadInput

FILE = "modelref.yaml"
_RULES = ("stages", "versions")
_KEYS = ("allowed_signers", "revoked_keys", *_RULES)


@dataclass(frozen=True, slots=True)
class Rules:
    """Whose signature which events need.

    Attributes:
        stages: for the events of a stage.
        versions: for registrations, deregistrations and deprecations; None where they need none.
    """

    stages: Mapping[StageName, Signers] = field(default_factory=lambda: MappingProxyType({}))
    versions: Signers | None = None


@dataclass(frozen=True, slots=True)
class Signing:
    """What has to be signed.

    Attributes:
        allowed_signers: repository path of a file in the format of ``ssh-keygen(1)``, section
            ALLOWED SIGNERS; None where only the person's own is asked.
        revoked_keys: repository path of a list of keys or a KRL, ``ssh-keygen(1)``; None for none.
        rules: for all models.
        models: for single models; each key that stands there takes the place of the general one.
    """

    allowed_signers: str | None = None
    revoked_keys: str | None = None
    rules: Rules = field(default_factory=Rules)
    models: Mapping[Artifact, Rules] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def parse(cls, general: object, models: object) -> Self:
        """Validate ``signing``, and ``signing`` of each of ``models``.

        Raises:
            BadInput: an unknown key, or a value of the wrong kind; the message names it.
        """
        raw = _mapping("signing", general, _KEYS)
        own = {
            Artifact.parse(str(name)): _rules(f"models.{name}.signing", entry["signing"])
            for name, entry in _mapping("models", models, None).items()
            if isinstance(entry, dict) and "signing" in entry
        }
        return cls(
            _path("allowed_signers", raw.get("allowed_signers")),
            _path("revoked_keys", raw.get("revoked_keys")),
            _rules("signing", {key: raw[key] for key in _RULES if key in raw}),
            MappingProxyType(own),
        )

    @property
    def required(self) -> bool:
        """Whether anything has to be signed."""
        return any(rules.stages or rules.versions for rules in (self.rules, *self.models.values()))

    def rule(self, artifact: Artifact, stage: StageName | None) -> Signers | None:
        """Who must sign the events of a stage, or with None of a model's versions; None: nobody."""
        own = self.models.get(artifact, Rules())
        if stage is None:
            return own.versions or self.rules.versions
        return own.stages.get(stage) or self.rules.stages.get(stage)


def deciding(model: Model, stage: StageName) -> Iterator[Event]:
    """The events that decide what a stage holds now.

    The assignment that it stands on; of every other commit the newest event, if it came later;
    and what withdrew or brought back the versions of these commits. A forged one of them would
    put another version there: one that is in none of these places cannot.
    """
    held = model.stages.get(stage)
    if held is None:
        return
    newest = {event.commit: event for event in held.events}
    place = {event.oid: place for place, event in enumerate(held.events)}
    since = place[held.current.oid] if held.current else -1
    for event in newest.values():
        if place[event.oid] >= since:
            yield event
            if event.kind is Kind.ASSIGN:
                yield from _withdrawals(model, event.commit)


def counting(model: Model, signing: Signing) -> frozenset[str]:
    """Ids of the events that count now, where a signature is required of them; others are history.

    What a stage held before may lack a signature: it is older than the rule, its signer has left,
    or somebody forged it, and a signed event was put above it.
    """
    found: set[str] = set()
    for stage, held in model.stages.items():
        if signing.rule(model.artifact, stage) is not None:
            found |= {event.oid for event in deciding(model, stage)}
            if stage in (QUARANTINE, APPROVED):
                newest = {event.commit: event for event in held.events}
                found |= {event.oid for event in newest.values()}
    if signing.rule(model.artifact, None) is not None:
        for state in model.versions.values():
            found |= {event.oid for event in _of_version(model, state)}
        found |= {event.oid for event in model.events if event.kind is Kind.DEPRECATE}
    return frozenset(found)


def deciding_latest(model: Model) -> Iterator[Event]:
    """The events that decide which version is the latest: its own, and what withdrew higher."""
    latest = model.latest
    for state in model.versions.values():
        if latest is not None and state.version.precedence < latest.version.precedence:
            continue
        yield from _of_version(model, state)


def in_the_way(
    model: Model, stage: StageName | None, findings: Iterable[Finding]
) -> Sequence[Finding]:
    """Tags that have the form of an event newer than what is believed, and are none.

    A lightweight tag, or a signed object under another name, in the place of the newest event
    would else bring back the one before it, silently.

    Args:
        model: the model.
        stage: the stage; None for its latest version.
        findings: what was wrong with tags.
    """
    held = model.stages.get(stage) if stage is not None else None
    since = held.current.counter or 0 if held and held.current else 0
    latest = model.latest
    found = []
    for finding in findings:
        name = TagName.parse(finding.tag)
        if name is None or name.artifact != model.artifact or name.stage != stage:
            continue
        if (stage is not None and (name.counter or 0) > since) or (
            name.version is not None
            and (latest is None or name.version.precedence > latest.version.precedence)
        ):
            found.append(finding)
    return found


def _of_version(model: Model, state: VersionState) -> Sequence[Event]:
    """The events that decide about a version: its newest registration; all, if one withdrew it."""
    own = [event for event in model.events if event.version == state.version]
    return own if any(event.kind is Kind.DEREGISTER for event in own) else [state.event]


def _withdrawals(model: Model, commit: str) -> Sequence[Event]:
    """All events of the versions that a commit ever had, newest first, if one was withdrawn."""
    versions = {event.version for event in model.events if event.commit == commit} - {None}
    own = [event for event in reversed(model.events) if event.version in versions]
    return own if any(event.kind is Kind.DEREGISTER for event in own) else ()


def _rules(key: str, value: object) -> Rules:
    raw = _mapping(key, value, _RULES)
    stages = _mapping(f"{key}.stages", raw.get("stages"), None)
    return Rules(
        MappingProxyType(
            {
                parse_stage(str(name)): _signers(f"{key}.stages.{name}", signers)
                for name, signers in stages.items()
            }
        ),
        _signers(f"{key}.versions", raw["versions"]) if "versions" in raw else None,
    )


def _signers(key: str, value: object) -> Signers:
    why = "is neither 'any' nor a list of signers, each a principal or a fingerprint"
    return Signers.parse(value, _wrong(key, why))


def _path(key: str, value: object) -> str | None:
    if value is None:
        return None
    parts = value.split("/") if isinstance(value, str) else [".."]
    if not isinstance(value, str) or not value.isprintable() or {"", ".", ".."} & set(parts):
        raise _wrong(f"signing.{key}", "is not the path of a file in the repository")
    return value


def _mapping(key: str, value: object, known: Sequence[str] | None) -> Mapping[str, object]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _wrong(key, "is not a mapping")
    unknown = [str(name) for name in value if known is not None and name not in known]
    if known is not None and unknown:
        raise _wrong(f"{key}.{unknown[0]}", f"is not a key; known are {', '.join(known)}")
    return value


def _wrong(key: str, why: str) -> BadInput:
    return BadInput(f"{FILE}: {key} {why}", kind="invalid-config", hint=f"mend {FILE}")
