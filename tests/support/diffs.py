"""Diffs made of anything: for what must hold whatever a repository calls its things."""

from hypothesis import strategies as st

from modelref.domain.diff.code import CodeChange, FileChange
from modelref.domain.diff.data import ColumnChange, Counted, InputChange, TableChange
from modelref.domain.diff.kind import DiffKind
from modelref.domain.diff.metrics import Basis, MetricChange, Outcome, Paired, SegmentChange
from modelref.domain.diff.params import ParamChange
from modelref.domain.diff.pipeline import Names, StageChange
from modelref.domain.diff.values import Absent, Status
from modelref.domain.outs import MD5, Out
from modelref.domain.snapshot import Annotation, Snapshot
from modelref.usecases.compare import ModelDiff, Side

HOSTILE = (
    "a|b", "`x`", "``", "<script>alert(1)</script>", "<!-- x -->", "&amp;&#96;", "[x](http://y)",
    "![x](y)", "*b* _i_ ~~s~~", "# h", "\n\n# h", "| --- |", "\\|", "\\", "$x$", "@ada", "🦊 é",
    "\x1b[31m", "www.x.example",
    "```\nend\n```", "~~~", "> q", "- li", "1. li", "http://x.example", "a\tb", "\u202e", " ", "",
)  # fmt: skip
names = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=12))
numbers = st.floats(-1e6, 1e6)
values = st.one_of(
    st.none(), st.booleans(), st.integers(), numbers, names, st.lists(names, max_size=2)
)
status = st.sampled_from(Status)
several = st.lists(names, max_size=2).map(tuple)
paired = st.builds(
    Paired,
    st.integers(1, 99),
    numbers,
    numbers,
    numbers,
    st.tuples(numbers, numbers),
    st.floats(0, 1),
)
counted = st.builds(
    Counted, *[st.integers(0, 99)] * 2, *[st.none() | st.integers(0, 99)] * 2, st.booleans()
)
shares = st.none() | st.floats(0, 1)
columns = st.builds(
    ColumnChange,
    names,
    status,
    st.tuples(names, names),
    st.tuples(shares, shares),
    shares,
    shares,
    shares,
)
tables = st.builds(
    TableChange, names, counted, st.dictionaries(names, counted, max_size=2), st.tuples(columns)
)
outs = st.builds(Out, names, st.just(MD5), st.just("0" * 32), st.none() | st.integers(0, 10**12))
came = st.builds(Names, several, several)
absent = st.lists(st.builds(Absent, names, names), max_size=2).map(tuple)


@st.composite
def model_diffs(draw: st.DrawFn) -> ModelDiff:
    """Any diff, of every kind, with names that mean something to Markdown or a terminal."""

    def some(item: st.SearchStrategy) -> tuple:  # type: ignore[type-arg]
        return tuple(draw(st.lists(item, max_size=2)))

    side = Side(None, Snapshot("0" * 40, Annotation("m"), (), {}, {}))
    segments = st.lists(st.builds(SegmentChange, names, names, paired), max_size=2).map(tuple)
    return ModelDiff(
        side,
        side,
        tuple(DiffKind),
        Basis(draw(st.booleans()), draw(st.booleans()), {}, draw(names), draw(absent)),
        some(
            st.builds(
                MetricChange, names, names, values, values, st.none() | numbers,
                st.sampled_from([True, False, None]), st.none() | st.sampled_from(Outcome),
                st.none() | paired, segments,
            )
        ),
        some(st.builds(ParamChange, names, names, values, values, st.booleans())),
        some(
            st.builds(
                InputChange, names, st.none() | outs, st.none() | outs,
                st.dictionaries(status, st.integers(0, 9)), st.tuples(tables), absent,
            )
        ),
        some(
            st.builds(
                CodeChange,
                st.builds(
                    FileChange, names, status, st.none() | st.integers(0, 9), st.integers(0, 9),
                    st.none() | names,
                ),
                several,
            )
        ),
        some(st.builds(StageChange, names, status, several, several, *[came] * 3)),
        absent=draw(st.dictionaries(st.sampled_from(DiffKind), absent)),
        stale=draw(several),
    )  # fmt: skip
