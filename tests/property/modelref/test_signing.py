"""Whatever unsigned tags somebody adds, a required signature lets no other version in."""

from hypothesis import given
from hypothesis import strategies as st

from modelref.domain.event import Event
from modelref.domain.names import StageName
from modelref.domain.registry import Model, fold_model
from modelref.domain.signing import deciding, deciding_latest
from support.events import COMMITS, event

PROD = StageName("prod")
VERSIONS = {"a": "v1.0.0", "b": "v2.0.0", "c": "v3.0.0"}


@st.composite
def tag_and_commit(draw: st.DrawFn) -> tuple[str, str]:
    """Any event: stage counters may be used twice, versions be bound to any commit, and again."""
    commit = draw(st.sampled_from(sorted(VERSIONS)))
    counter = draw(st.integers(1, 6))
    version = draw(st.sampled_from(sorted(VERSIONS.values())))
    again = draw(st.sampled_from(["", "#2", "#3"]))
    what = [f"#prod#{counter}", f"#prod!#{counter}", f"@{version}{again}", f"@{version}!{again}"]
    return f"rec{draw(st.sampled_from(what))}", commit


events = st.lists(st.tuples(tag_and_commit(), st.integers(1, 40)), max_size=8)


def built(listed: list[tuple[tuple[str, str], int]], taken: set[str]) -> list[Event]:
    found = []
    for (tag, commit), date in listed:
        if tag not in taken:
            taken.add(tag)
            found.append(event(tag, commit, date))
    return found


def held(model: Model) -> str | None:
    current = model.current(PROD)
    return current.commit if current else None


def latest(model: Model) -> tuple[str, str] | None:
    state = model.latest
    return (str(state.version), state.commit) if state else None


@given(events, events)
def test_what_is_added_unsigned_is_refused_or_changes_nothing(
    honest: list[tuple[tuple[str, str], int]], forged: list[tuple[tuple[str, str], int]]
) -> None:
    taken: set[str] = set()
    signed = built(honest, taken)
    added = built(forged, taken)
    before = fold_model(signed[0].artifact, signed) if signed else None
    after = fold_model(event("rec@v1.0.0").artifact, [*signed, *added])
    oids = {one.oid for one in signed}
    if all(one.oid in oids for one in deciding(after, PROD)):
        assert held(after) == (held(before) if before else None)
    if all(one.oid in oids for one in deciding_latest(after)):
        assert latest(after) == (latest(before) if before else None)


@given(events)
def test_where_all_is_signed_nothing_is_refused(
    honest: list[tuple[tuple[str, str], int]],
) -> None:
    signed = built(honest, set())
    model = fold_model(event("rec@v1.0.0").artifact, signed)
    oids = {one.oid for one in signed}
    assert {one.oid for one in deciding(model, PROD)} <= oids
    current = model.current(PROD)
    assert current is None or current in list(deciding(model, PROD))
    assert set(COMMITS.values()) >= {one.commit for one in signed}
