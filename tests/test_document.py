"""Dates keep their precision; normalised text is what Telegram can show, and stays what it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.document import Document, PartialDate, Passage, Reliability, normalise

TRICKY = st.text(
    st.sampled_from(
        list("aAé\u030a\u0333\u0338\u200d\u200b\u2190\u2329\u2764\ufe0f👨\ue000\r\n\t\u2028\ud800\u00ad")
    )
)


@pytest.mark.parametrize("text", ["2025", "2025-09", "2025-09-12", "undated"])
def test_a_date_is_written_as_precisely_as_it_was_read(text: str) -> None:
    assert str(PartialDate.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "12.09.2025", "2025-13", "2025-02-30", "25", "0000", "2025-9-1", "soon"]
)
def test_a_date_that_is_not_in_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"calendar|not a date"):
        PartialDate.parse(text)


def test_the_time_of_an_iso_timestamp_is_dropped() -> None:
    assert PartialDate.parse("2025-09-12T10:00:00+03:00") == PartialDate(2025, 9, 12)


def test_a_day_without_its_month_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="larger parts"):
        PartialDate(2025, None, 12)


def test_dates_sort_by_time_and_the_less_precise_come_first() -> None:
    texts = ["undated", "2024-12-31", "2025", "2025-09", "2025-09-12", "2025-10", "2026"]
    dates = [PartialDate.parse(text) for text in texts]
    assert sorted(set(dates)) == dates


@given(st.text() | TRICKY)
def test_normalising_twice_changes_nothing_more(raw: str) -> None:
    assert normalise(normalise(raw)) == normalise(raw)


@given(st.text() | TRICKY)
def test_normalised_text_can_be_encoded_and_has_one_kind_of_line_end(raw: str) -> None:
    text = normalise(raw)
    text.encode()
    assert not set(text) & set("\r\u2028\u2029\u0085\ufeff\u202e\u00ad\u200b")


def test_the_joiner_stays_inside_an_emoji_only() -> None:
    assert normalise("👨\u200d👩 ab\u200dc") == "👨\u200d👩 abc"


def test_letters_are_composed_and_not_lost() -> None:
    assert normalise("a\u030a \u0438\u0306") == "å й"


def test_a_passage_is_a_slice_with_an_id_of_ten_characters() -> None:
    document = Document(
        id="a",
        title="t",
        publisher="p",
        published=PartialDate(2025),
        language="en",
        reliability=Reliability.A,
        text="One. Two.",
    )
    passage = Passage(document, 5, 9)
    assert passage.text == "Two."
    assert len(passage.id) == 10
    assert passage.id != Passage(document, 0, 9).id
