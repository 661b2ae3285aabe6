"""Reading a registry from Python: what there is, what a ref means, and the files of any version."""

import hashlib
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from modelref.api.values import Diff, Files, ModelState, Review
from modelref.domain.diff.kind import DiffKind
from modelref.domain.event import Event
from modelref.domain.gates.verdict import Verdict
from modelref.domain.names import Artifact, parse_stage
from modelref.domain.ref import Ref
from modelref.domain.target import Target
from modelref.errors import ModelRefError
from modelref.ports import World
from modelref.usecases.compare import compare
from modelref.usecases.digest import outs_digest
from modelref.usecases.follow import follow
from modelref.usecases.gate import Question, gate
from modelref.usecases.history import history
from modelref.usecases.reading import read_registry
from modelref.usecases.resolve import Resolved, resolve
from modelref.usecases.review import review
from modelref.usecases.verify import Verification, verify
from modelref.usecases.view import View


class RegistryReader:
    """The registry of one repository, to read. Nothing is kept: each call reads the tags anew."""

    def __init__(self, world: World, cache: Path) -> None:
        """Bind a registry; use :func:`modelref.open`.

        Args:
            world: the ports.
            cache: folder for the files that :meth:`get` hands out.
        """
        self._opened = world
        self._cache = cache

    @property
    def _world(self) -> World:
        return self._opened.renewed()

    def models(self, *, at: datetime | None = None) -> tuple[ModelState, ...]:
        """All models that have at least one event, by name.

        Args:
            at: as the registry stood then; a time without a zone is UTC.
        """
        registry = read_registry(self._world, at=_seconds(at))
        return tuple(
            ModelState(
                str(model.artifact),
                str(model.latest.version) if model.latest else None,
                MappingProxyType(
                    {
                        name: model.name_at(held.current.commit)
                        for name, held in sorted(model.stages.items())
                        if held.current is not None
                    }
                ),
                model.deprecated,
            )
            for model in registry.models.values()
        )

    def resolve(self, ref: str, *, at: datetime | None = None) -> Resolved:
        """Resolve ``model``, ``model@v1.2.3``, ``model@latest`` or ``model#stage``.

        Args:
            ref: the address.
            at: as the registry stood then; a time without a zone is UTC.

        Returns:
            A value with ``name``, ``version``, ``commit``, ``tag`` and ``outs``.

        Raises:
            UnknownRef: it is not there.
            BadInput: it is no ref.
            Refused: what it means is not signed as the default branch requires.
        """
        return resolve(self._world, Ref.parse(ref), at=_seconds(at))

    def get(self, ref: str, *, at: datetime | None = None) -> Files:
        """Bring a version's files to the user's cache, verified, and say where they lie.

        A second call for the same version brings nothing again.

        Args:
            ref: the address.
            at: as the registry stood then; a time without a zone is UTC.

        Raises:
            UnknownRef: the version is not there.
            OutOfReach: bytes are missing or damaged.
        """
        resolved = self.resolve(ref, at=at)
        key = outs_digest(resolved.outs) + resolved.path
        folder = self._cache / hashlib.sha256(key.encode()).hexdigest()
        return Files(folder, View(self._world, resolved, folder).files())

    def history(
        self, model: str | None = None, *, stage: str | None = None, at: datetime | None = None
    ) -> tuple[Event, ...]:
        """Every event, newest first.

        Args:
            model: only this model's.
            stage: only this stage's.
            at: only those up to a time; without a zone it is UTC.

        Raises:
            UnknownRef: the model has no event.
        """
        artifact = Artifact.parse(model) if model is not None else None
        only = parse_stage(stage) if stage is not None else None
        return history(self._world, artifact, only, at=_seconds(at)).events

    def diff(
        self,
        a: str,
        b: str | None = None,
        *,
        only: Collection[str] = tuple(DiffKind),
        at: datetime | None = None,
    ) -> Diff:
        """Compare two refs of one model; ``b`` None is the workspace.

        Args:
            a: where it comes from.
            b: where it goes to.
            only: kinds of difference.
            at: as the registry stood then; a time without a zone is UTC.

        Raises:
            UnknownRef: one is not there.
            BadInput: they are of different models, or a kind is unknown.
        """
        kinds = [DiffKind.parse(kind) for kind in only]
        other = Ref.parse(b) if b is not None else None
        return Diff(compare(self._world, Ref.parse(a), other, kinds, at=_seconds(at)))

    def gate(
        self,
        version: str,
        stage: str,
        *,
        against: str | None = None,
        at: datetime | None = None,
    ) -> Verdict:
        """Evaluate the gate of a stage for a version; nothing is written.

        Args:
            version: ``model@v1.2.3`` or ``model@latest``.
            stage: the stage that it is to hold.
            against: what to compare with instead of what stages hold.
            at: as the registry stood then; a time without a zone is UTC.

        Returns:
            A value with ``passed`` and, for each rule, an outcome with what was observed.

        Raises:
            UnknownRef: a version is not there.
            BadInput: ``modelref.yaml`` of the default branch is not valid.
        """
        asked = Question(
            Ref.parse_version(version),
            parse_stage(stage),
            Ref.parse(against) if against is not None else None,
            _seconds(at),
        )
        return gate(self._world, asked)

    def review(
        self,
        span: str = "",
        *,
        fetch: bool = False,
        progress: Callable[[str], None] = lambda _: None,
        at: datetime | None = None,
    ) -> Review:
        """Say what a range of commits does to each model: better or not, and may it ship.

        Args:
            span: ``BASE..HEAD`` or ``BASE``; the default branch and HEAD unless given.
            fetch: first bring the files that the comparison reads from DVC remotes.
            progress: called with what came from DVC remotes so far.
            at: as the registry stood then; a time without a zone is UTC.

        Raises:
            UnknownRef: a revision is not there.
            BadInput: both ends have no commit in common, or a ``dvc.yaml`` cannot be read.
            OutOfReach: the clone is too shallow to tell.
        """
        return Review(review(self._world, span, at=_seconds(at), fetch=fetch, progress=progress))

    def follow(
        self,
        ref: str,
        *,
        interval: float = 10.0,
        failed: Callable[[ModelRefError], None] = lambda _: None,
    ) -> Iterator[Target]:
        """Yield what a ref means now, then each time it means something else; never ends.

        Args:
            ref: ``model#stage``, ``model@latest``, …
            interval: seconds between two looks.
            failed: called once for each reason why the last version stands though the ref may have
                moved: what it means now is not signed as required, or the remote is down.

        Raises:
            Refused: what it means at first is not signed as required.
            OutOfReach: the first look fails.
        """
        return follow(self._world, Ref.parse(ref), interval, failed)

    def verify(
        self, model: str | None = None, *, deep: bool = False, at: datetime | None = None
    ) -> Verification:
        """Check every event and every live version; ``.ok`` says whether all is sound.

        Args:
            model: only this model.
            deep: also hash every byte of the live versions.
            at: as the registry stood then; a time without a zone is UTC.

        Raises:
            UnknownRef: the model has no event.
        """
        artifact = Artifact.parse(model) if model is not None else None
        return verify(self._world, artifact, deep=deep, at=_seconds(at))


def _seconds(at: datetime | None) -> int | None:
    if at is None:
        return None
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())
