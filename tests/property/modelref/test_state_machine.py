"""The real registry, in real git, and a plain dict, driven side by side."""

import shutil
import tempfile
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import modelref
from support.project import Project

STAGES = st.sampled_from(["prod", "dev"])


class Registry(RuleBasedStateMachine):
    """Whatever is done, the registry holds what the dict says, and verifies as sound."""

    @initialize()
    def start(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="modelref-machine-"))
        self.project = Project(self.folder, ())
        self.project.git("init", "--quiet")
        self.project.write("dvc.yaml", "artifacts:\n  rec: {path: rec.txt, type: model}\n")
        self.real = modelref.open(self.folder)
        self.versions: list[str] = []
        self.withdrawn: set[str] = set()
        self.live: dict[str, list[str]] = {"prod": [], "dev": []}
        self.stack: dict[str, list[str]] = {"prod": [], "dev": []}
        for _ in range(3):
            self.register()

    def teardown(self) -> None:
        if hasattr(self, "real"):
            assert self.real.verify().findings == ()
            shutil.rmtree(self.folder)

    @rule()
    def register(self) -> None:
        self.project.write("rec.txt", f"model {len(self.versions)}")
        self.project.git("add", "--all")
        self.project.git("commit", "--quiet", "--message", "train")
        event = self.real.register("rec")
        assert self.real.register("rec").tag == event.tag
        self.versions.append(str(event.version))

    @rule(data=st.data(), stage=STAGES)
    def promote(self, data: st.DataObject, stage: str) -> None:
        version = data.draw(st.sampled_from(self.versions))
        if version in self.withdrawn:
            with pytest.raises(modelref.UnknownRef):
                self.real.promote(f"rec@{version}", stage)
            return
        self.real.promote(f"rec@{version}", stage)
        if self.current(stage) != version:
            self.put(stage, version)

    @rule(stage=STAGES)
    def rollback(self, stage: str) -> None:
        current = self.current(stage)
        stack = [held for held in self.stack[stage] if held not in self.withdrawn]
        before = next((held for held in reversed(stack) if held != current), None)
        if current is None:
            with pytest.raises(modelref.UnknownRef):
                self.real.rollback(f"rec#{stage}")
        elif before is None:
            with pytest.raises(modelref.Refused):
                self.real.rollback(f"rec#{stage}")
        else:
            self.real.rollback(f"rec#{stage}", expect=current)
            while self.stack[stage].pop() != before:
                pass
            self.put(stage, before)

    @rule(data=st.data(), stage=STAGES)
    def climb_and_descend(self, data: st.DataObject, stage: str) -> None:
        """What random steps seldom do in a row: promote a few, then go back more than once."""
        for _ in range(3):
            self.promote(data, stage)
        for _ in range(2):
            self.rollback(stage)

    @rule(stage=STAGES, fall_back=st.booleans())
    def unassign(self, stage: str, fall_back: bool) -> None:
        live = [held for held in self.live[stage] if held not in self.withdrawn]
        gone = live[-1:] if fall_back else live
        if self.live[stage] or self.stack[stage]:
            assert len(self.real.unassign(f"rec#{stage}", fall_back=fall_back)) == len(gone)
        self.live[stage] = [held for held in self.live[stage] if held not in gone]
        self.stack[stage] = [held for held in self.stack[stage] if held not in gone]

    @rule(data=st.data())
    def deregister(self, data: st.DataObject) -> None:
        version = data.draw(st.sampled_from(self.versions))
        if version in (self.current("prod"), self.current("dev")):
            with pytest.raises(modelref.Refused):
                self.real.deregister(f"rec@{version}")
            return
        self.real.deregister(f"rec@{version}")
        self.withdrawn.add(version)

    @rule()
    def pack(self) -> None:
        self.project.git("pack-refs", "--all")

    @invariant()
    def same(self) -> None:
        if not hasattr(self, "real"):
            return
        (model,) = self.real.models()
        held = {stage: self.current(stage) for stage in self.live}
        assert dict(model.stages) == {stage: name for stage, name in held.items() if name}
        active = [name for name in self.versions if name not in self.withdrawn]
        assert model.latest == (active[-1] if active else None)

    def current(self, stage: str) -> str | None:
        live = [held for held in self.live[stage] if held not in self.withdrawn]
        return live[-1] if live else None

    def put(self, stage: str, version: str) -> None:
        if version in self.live[stage]:
            self.live[stage].remove(version)
        self.live[stage].append(version)
        self.stack[stage].append(version)


TestRegistry = Registry.TestCase
TestRegistry.settings = settings(max_examples=12, stateful_step_count=15, deadline=None)
