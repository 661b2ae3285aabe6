"""A text is fitted by giving up what is worth least."""

from hypothesis import given
from hypothesis import strategies as st

from modelref.api.review.fitting import Block, fit


def block(name: str, worth: int, *forms: str, tier: int = 0) -> Block:
    return Block(name, worth, forms, tier)


def test_what_fits_stays_whole() -> None:
    fitted = fit([block("a", 1, "aaaa", "a", ""), block("b", 2, "bbbb", "b", "")], 8)
    assert fitted == (("aaaa", "bbbb"), ())


def test_the_least_worth_is_shortened_first() -> None:
    fitted = fit([block("a", 2, "aaaa", "a", ""), block("b", 1, "bbbb", "b", "")], 6)
    assert fitted == (("aaaa", "b"), ())


def test_all_are_shortened_before_one_is_left_out() -> None:
    blocks = [block("a", 2, "aaaa", "a", ""), block("b", 1, "bbbb", "b", "")]
    assert fit(blocks, 2) == (("a", "b"), ())
    assert fit(blocks, 1) == (("a", ""), ("b",))
    assert fit(blocks, 0) == (("", ""), ("a", "b"))


def test_a_tier_keeps_every_word_while_a_lower_one_has_any() -> None:
    blocks = [block(name, 0, "aaaa", "aa", "a", "", tier=1) for name in "ab"]
    blocks.append(block("c", 9, "cccc", "c", ""))
    assert fit(blocks, 8) == (("aaaa", "aaaa", ""), ("c",))
    # Then each loses a little before one loses all.
    assert fit(blocks, 7) == (("aaaa", "aa", ""), ("c",))
    assert fit(blocks, 3) == (("aa", "a", ""), ("c",))
    assert fit(blocks, 1) == (("a", "", ""), ("b", "c"))


def test_a_form_that_is_longer_spares_nothing() -> None:
    assert fit([block("a", 1, "aa", "aaa", ""), block("b", 2, "b", "")], 2).texts == ("", "b")


def test_of_equals_the_last_goes_first() -> None:
    blocks = [block(name, 1, name * 4, "") for name in "abc"]
    assert fit(blocks, 8) == (("aaaa", "bbbb", ""), ("c",))


def test_bytes_are_counted_not_characters() -> None:
    assert fit([block("a", 1, "██", "a", "")], 5).texts == ("a",)


@given(
    st.lists(
        st.builds(
            lambda worth, long, short: Block("x", worth, (long, long[:short], "")),
            st.integers(0, 3),
            st.text(max_size=30),
            st.integers(0, 5),
        ),
        max_size=8,
    ),
    st.integers(0, 200),
)
def test_it_fits_whenever_all_may_be_left_out(blocks: list[Block], limit: int) -> None:
    assert len("".join(fit(blocks, limit).texts).encode()) <= limit
