"""Which DVC stages a restore may touch."""

from modelref.domain.sharing import Graph, Node, Share, share

PREPARE = Node("prepare", ("raw.csv",), ("data",))
A = Node("train-a", ("data/clean", "a.py"), ("models/a",))
B = Node("train-b", ("data",), ("models/b",))
SCORE_A = Node("score-a", ("models/a/weights", "hold"), ("a.json",))
HOLD = Node("hold", ("raw.csv",), ("hold",))
VERSUS = Node("versus", ("models/a", "models/b"), ("versus.json",))


def shared(nodes: list[Node], others: dict[str, str], path: str = "models/a") -> Share:
    graph = Graph(nodes)
    return share(graph, path, graph, others)


def test_alone_a_model_owns_what_it_needs_and_what_measures_it() -> None:
    found = shared([PREPARE, A, SCORE_A, HOLD], {})
    assert found.own == {"prepare", "train-a", "score-a", "hold"}
    assert not found.shared
    assert not found.joint
    assert found.makers == {"train-a"}


def test_what_another_model_needs_is_left_and_the_model_named() -> None:
    found = shared([PREPARE, A, B, SCORE_A, HOLD], {"b": "models/b"})
    assert found.own == {"train-a", "score-a", "hold"}
    assert found.shared == {"prepare": ("b",)}


def test_what_measures_two_models_is_neithers() -> None:
    found = shared([PREPARE, A, B, VERSUS], {"b": "models/b"})
    assert found.own == {"train-a"}


def test_a_model_made_from_this_one_does_not_take_it_away() -> None:
    blend = Node("blend", ("models/a",), ("models/blend",))
    found = shared([PREPARE, A, blend], {"blend": "models/blend"})
    assert found.own == {"train-a"}
    assert found.shared == {"prepare": ("blend",)}


def test_a_model_leaves_the_models_it_is_made_from() -> None:
    blend = Node("blend", ("models/a",), ("models/blend",))
    found = shared([PREPARE, A, blend], {"a": "models/a"}, "models/blend")
    assert found.own == {"blend"}
    assert found.shared == {"prepare": ("a",), "train-a": ("a",)}


def test_one_dvc_stage_that_makes_two_models_is_said() -> None:
    both = Node("both", (), ("models/a", "models/b"))
    assert shared([both], {"b": "models/b"}).joint == {"both": ("b",)}


def test_two_names_of_the_same_files_are_one_model() -> None:
    found = shared([PREPARE, A], {"again": "models/a"})
    assert found.own == {"prepare", "train-a"}
    assert not found.joint


def test_a_model_that_no_dvc_stage_makes_owns_none() -> None:
    assert shared([PREPARE, B], {"b": "models/b"}).own == frozenset()
