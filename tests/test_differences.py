"""Sources that disagree are noticed, with the very words; what only looks like it is left alone."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import index
from corpus.cases import CASES_FILE, Cases, CaseType, parse_cases
from corpus.document import Document, PartialDate, Reliability
from index.differences import Difference, differences
from index.excerpt import Excerpt
from index.value import Day, Range, ValueKind
from index.values import values
from index.wanted import is_status_question, wanted_value

JUDGED = Path(index.__file__).parent / "judged" / "differences.jsonl"
INVENTED = Path(__file__).parent / "invented.toml"
LANGUAGES = ("en", "ru", "be")


@cache
def roster() -> Cases:
    """The cases, with people who do not exist."""
    return parse_cases(CASES_FILE.read_text(encoding="utf-8") + INVENTED.read_text(encoding="utf-8"))


def excerpt(text: str, *, published: str = "2024-03-12", before: str = "", title: str = "") -> Excerpt:
    """A quote of the whole text, or of what follows `before`."""
    date = PartialDate.parse(published)
    document = Document(
        id=f"{published}-{text}", title=title, publisher="Example News", published=date, language="en",
        reliability=Reliability.B, text=before + text,
    )  # fmt: skip
    return Excerpt(document, len(before), len(before + text), 1, 0.9)


def compared(question: str, *excerpts: Excerpt, origins: tuple[int, ...] = ()) -> Difference | None:
    """What the excerpts disagree about, asked about the people whom the question names."""
    people = {case for mention in roster().mentions(question) for case in mention.cases}
    return differences(
        question,
        excerpts,
        origins=origins or range(len(excerpts)),
        people=[case for case in people if roster()[case].type is CaseType.PERSON],
        cases=roster(),
    )


def judged(part: str) -> Iterator[tuple[bool, ValueKind, Difference | None]]:
    """Whether a pair differs and in what, and what was found."""
    for line in JUDGED.read_text(encoding="utf-8").splitlines():
        pair = json.loads(line)
        if pair["part"] == part:
            quotes = [excerpt(side["text"], published=side["published"]) for side in pair["statements"]]
            yield pair["differs"], ValueKind(pair["kind"]), compared(pair["question"], *quotes)


@pytest.mark.parametrize(("part", "precision", "recall"), [("dev", 0.95, 0.9), ("held", 0.95, 0.8)])
def test_judged_pairs_are_told_apart(part: str, precision: float, recall: float) -> None:
    found = list(judged(part))
    alarms = [(differs, kind, difference) for differs, kind, difference in found if difference]
    right = [difference for differs, kind, difference in alarms if differs and difference.kind is kind]
    assert len(right) / len(alarms) >= precision
    assert len(right) / sum(differs for differs, _, _ in found) >= recall


def test_the_judged_pairs_are_enough_in_all_three_languages_and_half_held() -> None:
    pairs = [json.loads(line) for line in JUDGED.read_text(encoding="utf-8").splitlines()]
    assert len({pair["id"] for pair in pairs}) == len(pairs)
    for differs in (True, False):
        of_kind = [pair for pair in pairs if pair["differs"] is differs]
        assert len(of_kind) >= 40
        assert sum(pair["part"] == "held" for pair in of_kind) * 2 == len(of_kind)
        assert {pair["kind"] for pair in of_kind} == set(ValueKind)
    assert {side["language"] for pair in pairs for side in pair["statements"]} == set(LANGUAGES)
    across = sum(len({side["language"] for side in pair["statements"]}) > 1 for pair in pairs)
    assert 2 * across > len(pairs)


def test_the_words_that_differ_are_exact_slices_newest_first() -> None:
    old = excerpt(
        "Ivan Prykladau was sentenced to 18 years.", published="2021-12-14", before="The trial was closed. "
    )
    new = excerpt("Ивана Прикладова приговорили к 19 годам и 6 месяцам.", published="2025-05-20")
    found = compared("How long is Ivan Prykladau's sentence?", old, new)
    assert found is not None
    assert found.kind is ValueKind.DURATION
    quotes = [
        (part.excerpt, (old, new)[part.excerpt].document.text[part.start : part.end]) for part in found.values
    ]
    assert quotes == [(1, "19 годам и 6 месяцам"), (0, "18 years")]


def test_one_excerpt_of_each_side_must_be_shown() -> None:
    figures = ("52", "52", "40", "52")
    quotes = [
        excerpt(f"On 11 May {figure} prisoners were freed.", published=f"2024-05-{12 + i}")
        for i, figure in enumerate(figures)
    ]
    found = compared("How many prisoners were freed?", *quotes)
    assert found is not None
    assert [value.excerpt for value in found.values] == [3, 2, 1, 0]
    assert [value.side for value in found.values] == [0, 1, 0, 0]
    assert [value.excerpt for value in found.sides] == [0, 2]


def test_documents_of_one_origin_do_not_differ_from_themselves() -> None:
    a, b = excerpt("On 11 May 52 prisoners were freed."), excerpt("On 11 May 40 prisoners were freed.")
    question = "How many prisoners were freed?"
    assert compared(question, a, b) is not None
    assert compared(question, a, b, origins=(7, 7)) is None


def test_an_excerpt_that_states_both_figures_agrees_with_either() -> None:
    both = excerpt("On 11 May 52 prisoners were freed; others say that 40 prisoners were freed.")
    one, other = excerpt("On 11 May 52 prisoners were freed."), excerpt("On 11 May 40 prisoners were freed.")
    assert compared("How many prisoners were freed?", both, one) is None
    assert compared("How many prisoners were freed?", both, other) is None


def test_a_third_excerpt_without_a_value_takes_no_part() -> None:
    a, b = excerpt("On 11 May 52 prisoners were freed."), excerpt("On 11 May 40 prisoners were freed.")
    found = compared("How many prisoners were freed?", a, excerpt("The gates opened at noon."), b)
    assert found is not None
    assert sorted(part.excerpt for part in found.values) == [0, 2]


def test_a_part_of_those_counted_is_another_number() -> None:
    whole = excerpt("On 11 May 52 prisoners were freed.")
    part = excerpt("Among those freed on 11 May People in Need counted 14 prisoners.")
    same = excerpt("Among the 40 prisoners freed on 11 May was Ivan Prykladau.")
    assert compared("How many prisoners were freed?", whole, part) is None
    assert compared("How many prisoners were freed?", whole, same) is not None


def test_what_is_in_no_table_is_counted_by_its_own_word() -> None:
    people, germans = excerpt("11 мая освободили 52 человек."), excerpt("11 мая освободили двух немцев.")
    assert compared("Сколько немцев освободили?", people, germans) is None
    assert (
        compared("Сколько немцев освободили?", excerpt("11 мая освободили трёх немцев."), germans) is not None
    )


def test_words_after_an_unknown_verb_are_not_said_of_the_one_before() -> None:
    freed = excerpt("Alena Uzorava was freed on 18 October 2024.")
    travelled = excerpt("Alena Uzorava, freed last week, flew to Vilnius on 21 October 2024.")
    assert compared("When was Alena Uzorava freed?", freed, travelled) is None


def test_a_pronoun_is_whoever_was_named_last_before_it() -> None:
    question = "How long is Ivan Prykladau's sentence?"
    a = excerpt("Ivan Prykladau was sentenced to 15 years.")
    his = excerpt(
        "A court sentenced him to 18 years, as it had done with Pavel Umounik.", before="Ivan Prykladau. "
    )
    hers = excerpt("A court sentenced her to 18 years.", before="Ivan Prykladau met Alena Uzorava. ")
    titled = excerpt("A court sentenced him to 18 years.", title="Ivan Prykladau")
    assert compared(question, a, his) is not None
    assert compared(question, a, hers) is None
    assert compared(question, a, titled) is not None


_PIECES = (
    "52",
    "5,000",
    "two",
    "тысяча",
    "лет",
    "гадоў",
    "June",
    "25.06.2020",
    "Article",
    "342",
    "freed",
    "Ivan Prykladau",
)


@given(
    st.lists(
        st.lists(st.sampled_from(_PIECES) | st.text(max_size=9), min_size=1, max_size=30).map(" ".join),
        max_size=3,
    )
)
def test_whatever_a_text_says_a_difference_is_words_of_its_quote(texts: list[str]) -> None:
    quotes = [excerpt(text, before="Ivan Prykladau. ") for text in texts if text]
    for question in (
        "How many people were freed?",
        "When was Ivan Prykladau freed?",
        "Where was he arrested?",
    ):
        found = compared(question, *quotes)
        for part in found.values if found else ():
            quote = quotes[part.excerpt]
            assert quote.start <= part.start < part.end <= quote.end


@pytest.mark.parametrize(
    ("one", "other", "meets"),
    [
        ("52 people", "fifty-two people", True),
        ("52 человека", "пятьдесят два человека", True),
        ("52 чалавекі", "пяцьдзясят два чалавекі", True),
        ("52 people", "51 people", False),
        ("over 7,400 people", "7 412 человек", True),
        ("over 7,400 people", "7 350 человек", False),
        ("nearly 1,200 people", "1187 чалавек", True),
        ("nearly 1,200 people", "1250 people", False),
        ("1,200 people", "1187 чалавек", True),
        ("120 people", "123 чалавекі", False),
        ("more than 1,000 people", "больш за 900 чалавек", True),
        ("less than 50 people", "52 people", False),
        ("около 200 человек", "190 чалавек", True),
        ("hundreds of people", "тысячи людей", False),
        ("сто двадцать три человека", "123 people", True),
        ("two-year term", "24 months", True),
        ("двухлетний срок", "два гады", True),
        ("15-летний срок", "пятнаццаць гадоў", True),
        ("15 years", "14 лет", False),
        ("18 years", "19 гадоў і 6 месяцаў", False),
        ("пять с половиной лет", "5 years and 6 months", True),
        ("полтора года", "18 months", True),
        ("in June 2020", "25 чэрвеня 2020 года", True),
        ("in 2020", "у чэрвені 2020 года", True),
        ("in June 2020", "в июле 2020 года", False),
        ("June 25, 2020", "25.06.2020", True),
        ("25 June", "25 июня 2020 года", True),
        ("25 June 2020", "26 чэрвеня", False),
        ("Article 342", "нарушение общественного порядка", True),
        ("mass riots", "масавыя беспарадкі", True),
        ("mass riots", "артыкул 342", False),
        ("Article 361-4", "садзейнічанне экстрэмісцкай дзейнасці", True),
    ],
)
def test_values_meet_where_both_can_be_true(one: str, other: str, meets: bool) -> None:
    (a,), (b,) = values(one), values(other)
    assert a.kind is b.kind
    assert a.meets(b) is meets
    assert b.meets(a) is meets


@pytest.mark.parametrize("text", ["on 2021-00-10", "on 00.05.2021", "on 12.13.2021"])
def test_a_day_that_is_in_no_calendar_is_no_date(text: str) -> None:
    assert all(value.content == Day(2021) for value in values(text) if value.kind is ValueKind.DATE)


@pytest.mark.parametrize(
    "text",
    [
        "the 57-year-old politician",
        "aged 57 years",
        "57-летний политик",
        "57-гадовы палітык",
        "on the 42nd day",
        "на 42-й день",
    ],
)
def test_an_age_or_an_ordinal_is_no_duration(text: str) -> None:
    assert all(value.kind is not ValueKind.DURATION for value in values(text))


def test_a_number_is_read_once() -> None:
    text = "On 25 June 2020, 1,200 people were tried under Article 342 for 15 days."
    found = [(value.kind, text[value.start : value.end], value.content) for value in values(text)]
    assert found == [
        (ValueKind.DATE, "25 June 2020", Day(2020, 6, 25)),
        (ValueKind.NUMBER, "1,200", Range(1176.0, 1224.0)),
        (ValueKind.CHARGE, "Article 342", {"public-order"}),
        (ValueKind.DURATION, "15 days", Range(15.0, 15.0, "day")),
    ]


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many people were freed?", ValueKind.NUMBER),
        ("How many years did she get?", ValueKind.DURATION),
        ("какой срок у Прикладова", ValueKind.DURATION),
        ("На колькі гадоў асудзілі Прыкладава?", ValueKind.DURATION),
        ("Калі яго затрымалі?", ValueKind.DATE),
        ("Was he freed in June or in September 2025?", ValueKind.DATE),
        ("Where was he arrested?", ValueKind.PLACE),
        ("За што яго асудзілі?", ValueKind.CHARGE),
        ("В чём его обвиняют?", ValueKind.CHARGE),
        ("Who is she?", None),
        ("", None),
    ],
)
def test_what_a_question_asks_for_is_recognised(question: str, kind: ValueKind | None) -> None:
    assert wanted_value(question) is kind


@pytest.mark.parametrize(
    "question",
    [
        "Where is he now?", "How many are still in prison?", "Is she currently in Homel?", "How many as of today?",
        "Где он сейчас?", "Сколько сейчас политзаключённых?", "Сколько человек на сегодня за решёткой?", "Он всё ещё в тюрьме?",
        "Дзе ён цяпер?", "Колькі палітвязняў застаецца ў турмах?", "Ці ён усё яшчэ ў турме?", "Дзе яна зараз?",
        "dzie ciapier statkievic", "Dzie jon zaraz?", "Jon usio jašče ŭ turmie?",
    ],
)  # fmt: skip
def test_a_question_about_the_present_is_recognised(question: str) -> None:
    assert is_status_question(question)


@pytest.mark.parametrize(
    "question",
    [
        "When was he arrested?", "Who knows his lawyer?", "Why was he nowhere to be seen?", "Где его задержали?",
        "Сколько человек освободили в сентябре?", "Калі яго асудзілі?", "Дзе яго судзілі?", "kali arystavali losika",
    ],
)  # fmt: skip
def test_a_question_about_the_past_is_no_status_question(question: str) -> None:
    assert not is_status_question(question)
