from modelref.adapters.dvc.declared.definition import Definition
from modelref.adapters.dvc.declared.lockfile import read_dvc_file

_LOCK = b"""
schema: '2.0'
stages:
  train@a:
    cmd: x
    outs:
    - {path: models/a, hash: md5, md5: 00000000000000000000000000000000}
    - {path: scores.json, hash: md5, md5: 00000000000000000000000000000001}
  plain:
    cmd: x
    outs:
    - {path: plain, hash: md5, md5: 00000000000000000000000000000002}
"""
_DEFINITION = b"""
stages:
  train:
    foreach: [a, b]
    do:
      cmd: x
      outs: ['models/${item}': {remote: Cold}]
      metrics: [scores.json: {cache: true, remote: warm}]
  plain:
    cmd: x
    outs: [plain]
"""


def test_outs_know_the_remote_that_their_stage_names() -> None:
    stages = Definition.read("sub/dvc.yaml", _DEFINITION).locked("sub/dvc.lock", _LOCK)
    named = {out.path: out.remote for stage in stages for out in stage.outs}
    assert named == {"sub/models/a": "Cold", "sub/scores.json": "warm", "sub/plain": ""}


def test_a_dvc_file_names_its_remote() -> None:
    text = f"outs:\n- path: w\n  hash: md5\n  md5: {'0' * 32}\n  remote: cold\n"
    (out,) = read_dvc_file("w.dvc", text.encode())
    assert out.remote == "cold"
    assert out.object.remote == "cold"
