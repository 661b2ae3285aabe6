"""The registry: the fold of all events, and the only place that knows what "current" means."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from types import MappingProxyType

from modelref.domain.event import Event
from modelref.domain.finding import Finding
from modelref.domain.names import Artifact, StageName
from modelref.domain.stage import Stage, fold_stage
from modelref.domain.tag import Kind, TagName
from modelref.domain.version import Version

QUARANTINE = StageName("quarantine")
"""The stage that holds a set: versions that must not be promoted."""
APPROVED = StageName("approved")
"""The stage that holds a set, too: an approval assigns a version to it."""


@dataclass(frozen=True, slots=True)
class VersionState:
    """What the events say of one version.

    Attributes:
        version: the version.
        commit: the commit that it is bound to.
        event: its newest registration, or the withdrawal of a version that never had one.
        active: False once it is withdrawn.
    """

    version: Version
    commit: str
    event: Event
    active: bool


@dataclass(frozen=True, slots=True)
class Model:
    """Everything known of one model.

    Attributes:
        artifact: its address.
        events: all its events, in the registry's order, oldest first.
        versions: every version ever registered, withdrawn ones included, lowest first.
        stages: every stage that ever held something.
        deprecated: whether its newest event is a deprecation.
        taken: names of tags that are no events, but that no event can have.
    """

    artifact: Artifact
    events: tuple[Event, ...]
    versions: Mapping[Version, VersionState]
    stages: Mapping[StageName, Stage]
    deprecated: bool
    taken: frozenset[str] = frozenset()

    def highest(self, stage: StageName) -> int:
        """The highest counter that a tag of a stage has, 0 without one; stray tags count too."""
        held = self.stages.get(stage)
        stray = (TagName.parse(tag) for tag in self.taken)
        counters = [name.counter or 0 for name in stray if name and name.stage == stage]
        return max([held.highest if held else 0, *counters])

    @property
    def latest(self) -> VersionState | None:
        """The highest active version by SemVer precedence."""
        active = [state for state in self.versions.values() if state.active]
        return active[-1] if active else None

    def at_commit(self, commit: str) -> VersionState | None:
        """The version bound to a commit: the highest active one, else a withdrawn one, if any."""
        here = [state for state in self.versions.values() if state.commit == commit]
        return max(here, key=lambda state: (state.active, state.version), default=None)

    def name_at(self, commit: str) -> str:
        """A commit's version, or the commit itself in short where it has none."""
        state = self.at_commit(commit)
        return str(state.version) if state else commit[:10]

    def current(self, stage: StageName) -> Event | None:
        """The assignment that a stage stands on now, or None when it is empty."""
        held = self.stages.get(stage)
        return held.current if held else None

    def last_held(self, stage: StageName) -> Event | None:
        """The assignment that a stage stands on, or stood on last; None if it never held any."""
        held = self.stages.get(stage)
        assigned = [event for event in held.events if event.kind is Kind.ASSIGN] if held else []
        return self.current(stage) or (assigned[-1] if assigned else None)

    def quarantined(self, commit: str) -> bool:
        """Whether the version at a commit is in quarantine."""
        held = self.stages.get(QUARANTINE)
        return held is not None and any(event.commit == commit for event in held.live)

    def before(self, stage: StageName) -> Event | None:
        """The assignment that a rollback of a stage goes back to, or None.

        It passes over withdrawn and quarantined versions.
        """
        held = self.stages.get(stage)
        now = self.current(stage)
        if held is None or now is None:
            return None
        for event in reversed(held.stack):
            if event.commit != now.commit and not self.quarantined(event.commit):
                return event
        return None

    def stages_of(self, commit: str) -> tuple[StageName, ...]:
        """Stages that hold a commit now, by name."""
        return tuple(
            name
            for name, held in sorted(self.stages.items())
            if name != QUARANTINE and held.current is not None and held.current.commit == commit
        )


@dataclass(frozen=True, slots=True)
class Registry:
    """All models, and what was wrong with tags that should have been events.

    Attributes:
        models: by address, in its order.
        findings: what a reader should know.
    """

    models: Mapping[Artifact, Model] = field(default_factory=lambda: MappingProxyType({}))
    findings: tuple[Finding, ...] = ()

    def model(self, artifact: Artifact) -> Model:
        """A model, without events where it has none."""
        return self.models.get(artifact) or fold_model(
            artifact, (), _taken(self.findings, artifact)
        )


def fold(events: Iterable[Event], findings: Iterable[Finding] = ()) -> Registry:
    """Fold events, in any order, into the registry."""
    by_artifact: dict[Artifact, list[Event]] = {}
    for event in events:
        by_artifact.setdefault(event.artifact, []).append(event)
    odd = tuple(findings)
    models = {
        artifact: fold_model(artifact, by_artifact[artifact], _taken(odd, artifact))
        for artifact in sorted(by_artifact)
    }
    return Registry(MappingProxyType(models), odd)


def _taken(findings: Iterable[Finding], artifact: Artifact) -> frozenset[str]:
    names = ((finding.tag, TagName.parse(finding.tag)) for finding in findings if finding.tag)
    return frozenset(tag for tag, name in names if name is not None and name.artifact == artifact)


def fold_model(
    artifact: Artifact, events: Iterable[Event], taken: frozenset[str] = frozenset()
) -> Model:
    """Fold the events of one model, in any order.

    Args:
        artifact: the model.
        events: its events.
        taken: names of tags that are no events, but that no event can have.
    """
    ordered = sorted(events, key=attrgetter("order"))
    versions = _fold_versions(ordered)
    by_stage: dict[StageName, list[Event]] = {}
    for event in ordered:
        if event.stage is not None:
            by_stage.setdefault(event.stage, []).append(event)
    withdrawn = {state.commit for state in versions.values() if not state.active}
    withdrawn -= {state.commit for state in versions.values() if state.active}
    stages = {name: fold_stage(by_stage[name], withdrawn) for name in by_stage}
    return Model(
        artifact,
        tuple(ordered),
        MappingProxyType(versions),
        MappingProxyType(stages),
        deprecated=bool(ordered) and ordered[-1].kind is Kind.DEPRECATE,
        taken=taken,
    )


_precedence = attrgetter("precedence")


def _fold_versions(ordered: list[Event]) -> dict[Version, VersionState]:
    newest: dict[Version, VersionState] = {}
    for event in ordered:
        if event.version is None:
            continue
        if event.kind is Kind.REGISTER:
            newest[event.version] = VersionState(event.version, event.commit, event, active=True)
            continue
        known = newest.get(event.version)
        newest[event.version] = VersionState(
            event.version,
            known.commit if known else event.commit,
            known.event if known else event,
            active=False,
        )
    return {version: newest[version] for version in sorted(newest, key=_precedence)}
