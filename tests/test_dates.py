"""Dates as articles write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.dates import parse_date
from corpus.document import PartialDate


@pytest.mark.parametrize(
    "text",
    [
        "Sep 12, 2025",
        "Sept. 12, 2025",
        "September 12, 2025",
        "september 12th, 2025",
        "12 September 2025",
        "12 Sep, 2025",
        "Friday, September 12, 2025",
        "2025-09-12",
        "2025-09-12T23:59:59+03:00",
        "2025-09-12 08:15",
        "12.09.2025",
        "12.9.2025, 14:30",
        "12 верасня 2025",
        "12 верасьня 2025 году",
        "12 верасня 2025 года, 18:05",
        "12 сентября 2025",
        "12 сентября 2025 года",
        "12 сентября 2025 г.",
        "12 сентября 2025 в 10:00",
        "12 вересня 2025 року",
        "12 vieraśnia 2025 hodu",
        "12 września 2025",
        "12. September 2025",
        " 12\u00a0September\u200b 2025 ",
    ],
)
def test_every_common_spelling_of_a_day_is_that_day(text: str) -> None:
    assert str(parse_date(text)) == "2025-09-12"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("September 2025", "2025-09"),
        ("верасень 2025", "2025-09"),
        ("сентябрь 2025 года", "2025-09"),
        ("2025-09", "2025-09"),
        ("May 2025", "2025-05"),
        ("2023", "2023"),
        ("2023 год", "2023"),
    ],
)
def test_a_part_that_is_not_given_is_not_invented(text: str, expected: str) -> None:
    assert str(parse_date(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "undated",
        "09/12/2025",
        "12-09-2025",
        "31.02.2025",
        "29 February 2025",
        "31 верасня 2025",
        "2025-13-01",
        "2025-00-10",
        "12 верасня",
        "May",
        "52",
        "1234",
        "2 days ago",
        "yesterday",
        "Losik 2025",
        "Arrested in September 2025",
        "12 September 2025 in Minsk",
        "12.09.25",
        "5 of 2025",
    ],
)
def test_what_is_not_surely_one_date_is_refused(text: str) -> None:
    assert parse_date(text) is None


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31)))
def test_a_date_survives_being_written_in_iso_and_with_dots(day: date) -> None:
    assert str(parse_date(day.isoformat())) == day.isoformat()
    assert str(parse_date(day.strftime("%d.%m.%Y"))) == day.isoformat()


@given(st.text(max_size=60))
def test_no_text_breaks_the_parser(text: str) -> None:
    found = parse_date(text)
    assert found is None or PartialDate.parse(str(found)) == found
