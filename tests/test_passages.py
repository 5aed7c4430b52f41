"""Passages cover a text exactly; sentences are whole, in every language that we quote."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.document import Document, PartialDate, Reliability
from corpus.passages import MAX_CHARS, heading, passages, sentences
from corpus.sentences import MAX_SENTENCE, sentence_starts

MARKED = st.text(st.sampled_from(list("aБ1 .…!?\n#-«»”()👍—"))) | st.lists(
    st.sampled_from(
        ["# H\n", "## Б\n\n", "\n", "- item. Two\n", "12.09.2025 — freed.\n", "Слово слова. ", "г. "]
    )
).map("".join)


def document(text: str, language: str = "en") -> Document:
    return Document(
        id="d",
        title="t",
        publisher="p",
        published=PartialDate(2025),
        language=language,
        reliability=Reliability.A,
        text=text,
    )


def quotes(text: str, language: str = "en") -> list[str]:
    """Every sentence of a text."""
    return [
        text[start:end] for passage in passages(document(text, language)) for start, end in sentences(passage)
    ]


@given(st.text() | MARKED | MARKED.map(lambda text: text * 60))
def test_passages_joined_are_the_text_and_sentences_are_ordered_spans_inside_them(text: str) -> None:
    cut = passages(document(text, "be"))
    assert "".join(passage.text for passage in cut) == text
    for passage in cut:
        last = passage.start
        for start, end in sentences(passage):
            assert last <= start < end <= passage.end
            assert text[start:end] == text[start:end].strip()
            last = end


@pytest.mark.parametrize(
    "text", ["слова " * 2000, "а" * 9000, "\n" * 5000, "# h\n" * 3000, "Яна пайшла. " * 900]
)
def test_no_passage_of_prose_is_longer_than_the_longest_sentence(text: str) -> None:
    assert "".join(passage.text for passage in passages(document(text))) == text
    assert all(len(passage.text) <= MAX_SENTENCE for passage in passages(document(text)) if "#" not in text)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            [
                "Mr. Losik v. U.S. Government was heard on Sept. 12, 2025.",
                "“It is over.”",
                "He had $3.5 left.",
            ],
        ),
        (
            "en",
            [
                "A. Lukashenko spoke... and left.",
                "He was held in cell No. 5.",
                "(It was cold.)",
                "Why?",
                "Nobody said.",
            ],
        ),
        ("en", ["He ended “the strike.”", "The U.S. eased sanctions.", "He left at 5 p.m. on Friday."]),
        (
            "ru",
            [
                "В 2020 г. его задержали.",
                "Ст. 342 УК РБ.",
                "А. Лукашенко сказал: «Это всё.»",
                "Потом ушёл…",
                "Вышли.",
            ],
        ),
        (
            "ru",
            [
                "Около 5 тыс. человек, студенты и т.д.",
                "12.09.2025 в г. Минске прошёл суд.",
                "Гл. 5 ч. 1 ст. 130 УК.",
            ],
        ),
        ("ru", ["«Правда?» — спросил он.", "Она не знала, где её муж.", "Осталось 10 мин. до суда."]),
        (
            "be",
            [
                "У 2020 г. яго затрымалі паводле арт. 342 КК.",
                "А. Лукашэнка сказаў: «Гэта ўсё».",
                "Потым пайшоў.",
            ],
        ),
        (
            "be",
            [
                "В. І. Пупкін, стст. 130, 342 і г.д. сведчыў.",
                "Гэта т.зв. суд.",
                "Ён быў там, і я.",
                "Каля 5 тыс. чалавек.",
            ],
        ),
        ("be-tarask", ["Сказаў «Так!» — і пайшоў.", "12.09.2025 у г. Менску быў суд.", "3,5 гады."]),
        ("be-latn", ["Ał. Łukašenka skazaŭ.", "Art. 342 KK.", "Jaho zatrymali."]),
        ("uk", ["У 2020 р. його затримали.", "О. Лукашенко сказав.", "Близько 5 тис. осіб."]),
        ("de", ["Am 13. Dezember kam er frei.", "Der 5. Senat sagte nichts."]),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(language: str, expected: list[str]) -> None:
    assert quotes(" ".join(expected), language) == expected


def test_a_line_of_a_list_or_timeline_is_one_sentence_without_its_bullet() -> None:
    text = (
        "- 25 June 2020: arrested. Taken away.\n- Sentenced\n\n12.09.2025 — freed. Crossed.\nJune 2026: home."
    )
    assert quotes(text) == [
        "25 June 2020: arrested. Taken away.",
        "Sentenced",
        "12.09.2025 — freed. Crossed.",
        "June 2026: home.",
    ]


def test_a_long_line_of_a_list_is_several_sentences() -> None:
    assert len(quotes("- " + "He was taken to another prison far away from home. " * 8)) == 8


def test_a_line_break_after_a_short_line_ends_a_sentence_and_a_wrapped_line_goes_on() -> None:
    wrapped = "This paragraph was wrapped by an editor, so that its line ends with\nIhar Losik in the middle."
    assert quotes(f"Judge: X\nProsecutor: Y\n\n{wrapped}") == ["Judge: X", "Prosecutor: Y", wrapped]


def test_a_heading_starts_a_passage_is_its_context_and_is_never_quoted() -> None:
    text = "Before.\n\n# Trial\n\nThe court sat.\n\n## Verdict ##\n### 2021\n\nFifteen years."
    cut = passages(document(text))
    assert [passage.text for passage in cut] == [
        "Before.\n\n",
        "# Trial\n\nThe court sat.\n\n",
        "## Verdict ##\n### 2021\n\nFifteen years.",
    ]
    assert [heading(passage) for passage in cut] == ["", "Trial", "2021"]
    assert quotes(text) == ["Before.", "The court sat.", "Fifteen years."]


def test_the_heading_stays_in_force_in_later_passages_of_its_section() -> None:
    paragraph = "A paragraph that is long enough to stand by itself as a passage of this document. " * 4
    cut = passages(document(f"# One\n\n{paragraph}\n\n{paragraph}\n\n# Two\n\n{paragraph}"))
    assert [heading(passage) for passage in cut] == ["One", "One", "Two"]


def test_tiny_paragraphs_are_joined_and_long_ones_cut_at_sentence_ends() -> None:
    tiny = "One short line.\n\n" * 3
    assert len(passages(document(tiny))) == 1
    sentence = "This sentence is about sixty characters long, more or less. "
    cut = passages(document(sentence * 40))
    assert [len(passage.text) <= MAX_CHARS for passage in cut] == [True] * len(cut)
    assert all(passage.text.startswith("This") and passage.text.rstrip().endswith(".") for passage in cut)
    assert max(len(p.text) for p in cut) - min(len(p.text) for p in cut) <= 2 * len(sentence)


def test_an_empty_text_has_no_passages() -> None:
    assert passages(document("")) == ()


@pytest.mark.timeout(20)
@pytest.mark.parametrize("piece", ["(«Слова. ", "Слова сказано. ", '"', "… ", "- a b\n"])
def test_time_grows_with_the_length_of_the_text_only(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    assert sentence_starts(text, language="ru")[0] == 0
    assert passages(document(text, "ru"))[-1].end == len(text)
