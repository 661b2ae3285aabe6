"""Hypothesis strategies for names, versions, tags and histories."""

from hypothesis import strategies as st

from modelref.domain.event import Event
from modelref.domain.names import Artifact, StageName, check_ref_format
from modelref.domain.tag import Kind, TagName
from modelref.domain.version import Version
from modelref.errors import BadInput
from support.events import COMMITS, event


def _allowed(text: str) -> bool:
    try:
        check_ref_format(text, text)
    except BadInput:
        return False
    return True


NAMES = st.from_regex(r"[a-zA-Z0-9]([a-zA-Z0-9-/_]{0,12}[a-zA-Z0-9])?", fullmatch=True).filter(
    _allowed
)
FOLDERS = st.one_of(st.just(""), st.from_regex(r"[a-zA-Z0-9-_./]{1,12}", fullmatch=True))
ARTIFACTS = st.builds(Artifact, FOLDERS, NAMES).filter(lambda artifact: _allowed(artifact.in_tag))

_NUMBERS = st.integers(0, 10**9)
_IDENTIFIER = st.from_regex(
    r"0|[1-9][0-9]{0,5}|[0-9]{0,3}[a-zA-Z-][0-9a-zA-Z-]{0,5}", fullmatch=True
)
_BUILD = st.from_regex(r"[0-9a-zA-Z-]{1,6}", fullmatch=True)
VERSIONS = st.builds(
    Version,
    _NUMBERS,
    _NUMBERS,
    _NUMBERS,
    st.lists(_IDENTIFIER, max_size=3).map(".".join),
    st.lists(_BUILD, max_size=2).map(".".join),
)

_COUNTERS = st.none() | st.integers(0, 10**6)
TAGS = st.one_of(
    st.builds(
        TagName,
        ARTIFACTS,
        st.sampled_from([Kind.REGISTER, Kind.DEREGISTER]),
        version=VERSIONS,
        counter=_COUNTERS,
    ),
    st.builds(
        TagName,
        ARTIFACTS,
        st.sampled_from([Kind.ASSIGN, Kind.UNASSIGN]),
        stage=NAMES.map(StageName),
        counter=_COUNTERS,
    ),
    st.builds(
        TagName, ARTIFACTS, st.sampled_from([Kind.DEPRECATE, Kind.CREATE]), counter=_COUNTERS
    ),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Events of one model with few versions, stages and commits, so that they collide."""
    what = st.sampled_from(
        ["@v1.0.0", "@v1.0.0!", "@v2.0.0", "#prod", "#prod!", "#dev", "#quarantine", "@deprecated"]
    )
    lines = draw(st.lists(st.tuples(what, st.sampled_from("abc"), st.integers(1, 5)), max_size=14))
    events = []
    for counter, (text, commit, date) in enumerate(lines, start=1):
        assert commit in COMMITS
        kind = draw(st.sampled_from(["assign", "rollback"]))
        events.append(event(f"rec{text}#{counter}", commit, date, f"Modelref-Event: {kind}"))
    return events
