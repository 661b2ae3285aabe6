"""What every ``Outputs`` promises of remotes: DVC's, a folder or a web server; and the twin's."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import md5
from pathlib import Path
from typing import Protocol

import pytest

from modelref.domain.outs import MD5, Out
from modelref.errors import OutOfReach
from modelref.ports import Outputs
from modelref.testing import MemoryOutputs
from support import remotes


class Scene(Protocol):
    """Somewhere to keep bytes, and the port that finds them."""

    @property
    def port(self) -> Outputs: ...

    def keep(self, data: bytes) -> Out: ...
    def push(self, data: bytes) -> Out: ...
    def spoil(self, out: Out) -> None: ...


def out_of(data: bytes) -> Out:
    return Out("w.bin", MD5, md5(data, usedforsecurity=False).hexdigest(), len(data))


@dataclass
class InMemory:
    port: MemoryOutputs

    def keep(self, data: bytes) -> Out:
        self.port.add(data)
        return out_of(data)

    def push(self, data: bytes) -> Out:
        assert self.port.remote is not None
        self.port.remote[out_of(data).hash] = data
        return out_of(data)

    def spoil(self, out: Out) -> None:
        assert self.port.remote is not None
        self.port.remote[out.hash] = b"something else"


@dataclass
class OnDisk:
    port: Outputs
    cache: Path
    remote: Path

    def keep(self, data: bytes) -> Out:
        remotes.put(self.cache, data)
        return out_of(data)

    def push(self, data: bytes) -> Out:
        remotes.put(self.remote, data)
        return out_of(data)

    def spoil(self, out: Out) -> None:
        path = self.remote / "files" / "md5" / out.hash[:2] / out.hash[2:]
        path.write_bytes(b"something else")


@pytest.fixture(params=["memory", "folder", "http"])
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    if request.param == "memory":
        yield InMemory(MemoryOutputs(remote={}))
        return
    root, remote = tmp_path / "shop", tmp_path / "remote"
    with remotes.serving(remote) as server:
        remotes.configure(root, remote if request.param == "folder" else server.url)
        yield OnDisk(remotes.outputs(root), root / ".dvc" / "cache", remote)


def test_what_the_remote_has_is_brought_and_handed_over(scene: Scene, tmp_path: Path) -> None:
    out = scene.push(b"weights")
    assert not scene.port.cached(out)
    scene.port.fetch(scene.port.files(out))
    assert scene.port.cached(out)
    assert scene.port.check(out.object) == 7
    scene.port.place(out.object, tmp_path / "w")
    assert (tmp_path / "w").read_bytes() == b"weights"


def test_what_is_here_is_not_asked_for(scene: Scene) -> None:
    out = scene.keep(b"weights")
    scene.port.fetch([out.object])
    assert scene.port.on_remote([out]) == {out: False}


def test_the_remote_is_asked_for_each_out(scene: Scene) -> None:
    pushed, not_pushed = scene.push(b"weights"), out_of(b"other weights")
    assert scene.port.on_remote([pushed, not_pushed]) == {pushed: True, not_pushed: False}


def test_bytes_that_are_nowhere_are_missing(scene: Scene) -> None:
    with pytest.raises(OutOfReach, match=r"w\.bin") as caught:
        scene.port.fetch([out_of(b"weights").object])
    assert caught.value.kind == "missing-bytes"


def test_other_bytes_than_the_hash_says_are_refused_and_not_kept(scene: Scene) -> None:
    out = scene.push(b"weights")
    scene.spoil(out)
    with pytest.raises(OutOfReach, match=r"other bytes for w\.bin") as caught:
        scene.port.fetch([out.object])
    assert caught.value.kind == "damaged-bytes"
    assert not scene.port.cached(out)


@pytest.mark.parametrize("kind", ["memory", "disk"])
def test_without_a_remote_nothing_is_asked_of_one(kind: str, tmp_path: Path) -> None:
    remotes.configure(tmp_path, None)
    port: Outputs = MemoryOutputs() if kind == "memory" else remotes.outputs(tmp_path)
    out = out_of(b"weights")
    assert port.on_remote([out]) == {out: None}
    with pytest.raises(OutOfReach) as caught:
        port.fetch([out.object])
    assert caught.value.kind == "missing-bytes"
