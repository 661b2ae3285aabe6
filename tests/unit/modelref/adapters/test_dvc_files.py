import pytest

from modelref.adapters.dvc.declared.definition import Definition
from modelref.adapters.dvc.declared.lockfile import (
    LEGACY_MD5,
    join,
    read_dvc_file,
    read_lock,
    related,
)
from modelref.adapters.dvc.store.manifest import read_manifest
from modelref.domain.outs import MD5, Out
from modelref.errors import BadInput

MD5SUM = "d41d8cd98f00b204e9800998ecf8427e"
LOCK = f"""
schema: '2.0'
stages:
  prepare:
    cmd: prepare
    outs: [{{path: data, hash: md5, md5: {MD5SUM}.dir, size: 3, nfiles: 1}}]
  train@rec:
    cmd: train
    deps: [{{path: data/x.txt, hash: md5, md5: {MD5SUM}}}, {{path: s3://b/k, etag: x}}]
    params: {{params.yaml: {{lr: 0.1}}, conf/rec.yaml: {{k: 2}}}}
    outs: [{{path: models/rec, md5: {MD5SUM}.dir, nfiles: 2}}]
  evaluate@rec:
    cmd: evaluate
    deps: [{{path: models/rec, hash: md5, md5: {MD5SUM}.dir}}]
    outs: [{{path: scores/rec.json, hash: md5, md5: {MD5SUM}, size: 9}}]
  train@rank:
    cmd: train
    deps: [{{path: data, hash: md5, md5: {MD5SUM}.dir}}]
    outs: [{{path: models/rank, hash: md5, md5: {MD5SUM}.dir}}]
  evaluate@rank:
    cmd: evaluate
    deps: [{{path: models/rank, hash: md5, md5: {MD5SUM}.dir}}]
    outs: [{{path: scores/rank.json, hash: md5, md5: {MD5SUM}}}]
"""
DEFINITION = """
stages:
  evaluate:
    foreach: [rec, rank]
    do:
      cmd: evaluate ${item}
      metrics:
        - scores/${item}.json: {cache: false}
metrics: [extra.yaml, scores/rank.json]
artifacts:
  rec: {path: models/rec, type: model, desc: what to show, labels: [shop], meta: {a: 1}}
"""


def test_only_what_a_model_needs_and_what_uses_it_is_related() -> None:
    stages = read_lock("dvc.lock", LOCK.encode())
    assert related(stages, "models/rec") == {"prepare", "train@rec", "evaluate@rec"}
    assert related(stages, "models/other") == set()


def test_a_lock_in_a_folder_has_paths_of_that_folder() -> None:
    stages = {stage.name: stage for stage in read_lock("shop/dvc.lock", LOCK.encode())}
    train = stages["train@rec"]
    assert train.deps == ("shop/data/x.txt",)
    assert train.params == {"shop/params.yaml": {"lr": 0.1}, "shop/conf/rec.yaml": {"k": 2}}
    assert train.outs == (Out("shop/models/rec", LEGACY_MD5, f"{MD5SUM}.dir", None, 2),)
    assert stages["prepare"].outs[0].algorithm == MD5


def test_templated_metrics_are_those_that_the_lock_recorded() -> None:
    stages = read_lock("dvc.lock", LOCK.encode())
    definition = Definition.read("dvc.yaml", DEFINITION.encode())
    names = related(stages, "models/rec")
    own = [stage for stage in stages if stage.name in names]
    foreign = {out.path for stage in stages if stage not in own for out in stage.outs}
    assert definition.metrics_files(own, foreign) == ("scores/rec.json", "extra.yaml")
    assert definition.params_files(own) == ("params.yaml", "conf/rec.yaml")


def test_an_artifact_is_read_whole() -> None:
    (annotation,) = Definition.read("dvc.yaml", DEFINITION.encode()).artifacts().values()
    assert (annotation.path, annotation.type, annotation.labels) == (
        "models/rec",
        "model",
        ("shop",),
    )
    assert dict(annotation.meta) == {"a": 1}


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../x", "", ".", "a\0b"])
def test_a_path_never_leaves_the_repository(path: str) -> None:
    with pytest.raises(BadInput, match="leaves the repository"):
        join("", path)


def test_a_path_is_made_plain() -> None:
    assert join("shop/rec", "../data//./x") == "shop/data/x"
    assert join(".", "x") == "x"


@pytest.mark.parametrize(
    "text",
    ["artifacts: [a]", "artifacts: {rec: {type: model}}", "artifacts: {rec: {path: ../../x}}"],
)
def test_a_bad_artifact_names_the_file(text: str) -> None:
    with pytest.raises(BadInput, match=r"shop/dvc\.yaml"):
        Definition.read("shop/dvc.yaml", text.encode()).artifacts()


@pytest.mark.parametrize(
    "text", ["stages: [a]", "stages: {a: {outs: [{md5: x}]}}", "stages: {a: 1}"]
)
def test_a_bad_lock_is_named(text: str) -> None:
    with pytest.raises(BadInput, match=r"dvc\.lock"):
        read_lock("dvc.lock", text.encode())


def test_a_dvc_file_speaks_of_its_own_folder() -> None:
    text = f"wdir: ..\nouts: [{{md5: {MD5SUM}, size: 3, hash: md5, path: big.bin}}]"
    assert read_dvc_file("models/rec.dvc", text.encode()) == (Out("big.bin", MD5, MD5SUM, 3),)


FOLDER = Out("models/rec", MD5, f"{MD5SUM}.dir")


def entry(path: str, digest: str = MD5SUM) -> str:
    return f'{{"md5": "{digest}", "relpath": "{path}"}}'


def test_a_manifest_lists_files_by_path() -> None:
    data = f"[{entry('b/c')}, {entry('a')}]".encode()
    assert [file.path for file in read_manifest(FOLDER, data)] == ["models/rec/a", "models/rec/b/c"]


@pytest.mark.parametrize(
    "paths",
    [
        ["../../x"], ["/etc/passwd"], ["a/../../x"], [""], ["."], ["a//b"], ["a/"],
        [".git/hooks/x"], ["A/.GIT/config"], [".dvc/config"], ["a\\\\b"], ["a\\u0000b"],
        ["a\\u001b[31m"], ["Readme", "README"], ["same", "same"], ["a", "a/b"], ["a\\nb"],
    ],
)  # fmt: skip
def test_a_manifest_that_would_write_elsewhere_is_refused(paths: list[str]) -> None:
    data = f"[{', '.join(entry(path) for path in paths)}]".encode()
    with pytest.raises(BadInput, match="nothing was written"):
        read_manifest(FOLDER, data)


@pytest.mark.parametrize("data", [b"", b"{}x", b"[1]", b'[{"md5": "x"}]', b"[" * 100_000, b"\xff"])
def test_a_manifest_that_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput):
        read_manifest(FOLDER, data)


@pytest.mark.parametrize("digest", ["../../etc", "A" * 32, "0" * 31, f"{'0' * 30}/.", ""])
def test_a_hash_that_is_none_makes_no_cache_path(digest: str) -> None:
    with pytest.raises(BadInput, match="is not an md5"):
        read_manifest(FOLDER, f"[{entry('a', digest)}]".encode())


@pytest.mark.parametrize("do", ["4", "null", "[a]", "text"])
def test_a_loop_without_a_body_spoils_nothing_else(do: str) -> None:
    definition = Definition.read(
        "dvc.yaml",
        f"stages: {{train: {{foreach: 3, do: {do}}}}}\n"
        "artifacts: {rec: {path: models/rec, type: model}}\n".encode(),
    )
    (prepare, *_) = definition.locked("dvc.lock", LOCK.encode())
    assert prepare.name == "prepare"
    assert definition.metrics_files([], ()) == ()
    assert definition.wdirs() == {}
    assert list(definition.artifacts()) == ["rec"]
