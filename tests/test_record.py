"""A record: the same size whatever it holds, and the same when read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.record import (
    MAX_FOLLOWS,
    PACKED,
    Cadence,
    DeleteAfter,
    Follow,
    FollowKind,
    Record,
    RecordFullError,
    Sound,
    pack,
    unpack,
)

FOLLOWS = st.lists(st.builds(Follow, st.sampled_from(FollowKind), st.text(max_size=30)), max_size=6)
RECORDS = st.builds(
    Record,
    chat=st.integers(-(2**63), 2**63 - 1),
    since=st.integers(0, 2**32 - 1),
    language=st.sampled_from(["", "be", "ru", "en"]),
    follows=FOLLOWS.map(tuple),
    cadence=st.sampled_from(Cadence),
    hour=st.integers(0, 23),
    sound=st.sampled_from(Sound),
    quiet=st.booleans(),
    paused=st.booleans(),
    delete_after=st.sampled_from(DeleteAfter),
)


@given(RECORDS)
def test_a_record_reads_back_and_has_one_size(record: Record) -> None:
    packed = pack(record)
    assert len(packed) == PACKED
    assert unpack(packed) == record


def test_twenty_four_cases_fit_and_one_more_does_not() -> None:
    cases = tuple(Follow(FollowKind.CASE, f"ihar-losik-and-others-{n:02}") for n in range(MAX_FOLLOWS + 1))
    assert unpack(pack(Record(chat=1, follows=cases[:-1]))).follows == cases[:-1]
    with pytest.raises(RecordFullError):
        pack(Record(chat=1, follows=cases))


def test_what_is_too_long_is_refused_rather_than_cut() -> None:
    with pytest.raises(RecordFullError):
        pack(Record(chat=1, follows=(Follow(FollowKind.QUESTION, "я" * 500),)))


def test_an_unknown_layout_is_refused() -> None:
    with pytest.raises(ValueError, match="layout 9"):
        unpack(b"\x09" + pack(Record(chat=1))[1:])
