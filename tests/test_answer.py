"""Question to answer, with an encoder that needs no model."""

import pytest
from encoders import HashingEncoder
from hypothesis import given, settings
from hypothesis import strategies as st
from library import document, news, version_of

from index.answer import MAX_QUESTION_CHARS, Answer, Reason, answer, answer_many
from index.courtesies import is_courtesy
from index.version import Version

ENCODER = HashingEncoder()
VERSION = version_of(news(), ENCODER)


def ask(question: str, version: Version = VERSION) -> Answer:
    return answer(question, version=version, encoder=ENCODER)


def test_a_question_gets_the_sentences_that_answer_it():
    found = ask("When was Ihar Losik arrested?")
    assert found.answered
    assert "Ihar Losik was arrested in June 2020." in found.excerpts[0].quote
    assert found.candidates == ("losik-ihar",)
    assert found.version == VERSION.number


def test_a_question_that_is_too_long_is_not_looked_at():
    found = ask("a" * (MAX_QUESTION_CHARS + 1))
    assert (found.reason, found.excerpts, found.nearest) == (Reason.TOO_LONG, (), ())


@pytest.mark.parametrize(
    "text",
    [
        "Дзякуй!",
        "Вялікі дзякуй",
        "Спасибо большое!!",
        "Thank you very much.",
        "привет",
        "OK",
        "🙏",
        "👍🏽 !",
        "🙂🙃",
    ],
)
def test_thanks_and_greetings_are_answered_with_no_quote(text: str) -> None:
    assert ask(text).reason is Reason.REFUSED


@pytest.mark.parametrize("text", ["Who thanked Losik?", "Каму дзякаваў Лосік?", "Losik, thanks"])
def test_a_question_about_thanks_is_a_question(text: str) -> None:
    assert not is_courtesy(text)


@pytest.mark.parametrize("question", ["", " \n\t", "a", "я?", "…!?", "\u200b\u202e"])
def test_without_letters_nothing_is_said(question: str):
    found = ask(question)
    assert (found.reason, found.excerpts, found.nearest) == (Reason.NO_SOURCE, (), ())


def test_a_person_whom_no_document_names_is_unknown_and_nobody_else_answers():
    found = ask("When was Vitold Zhurauski arrested?")
    assert (found.reason, found.excerpts) == (Reason.NO_SOURCE, ())


def test_a_person_whom_we_know_but_no_document_names_gets_no_quote_about_others():
    found = ask("When was Ales Bialiatski arrested?")
    assert (found.reason, found.excerpts, found.candidates) == (Reason.NO_SOURCE, (), ("bialiatski",))


def test_a_name_that_fits_several_people_is_asked_back():
    found = ask("Tell me about Babaryka")
    assert found.reason is Reason.AMBIGUOUS
    assert len(found.candidates) > 1
    assert not found.excerpts


def test_what_is_far_from_every_source_gets_the_nearest_shown_as_such():
    found = ask("xylophone quartz vanilla")
    assert found.reason is Reason.NO_SOURCE
    assert not found.excerpts
    assert 1 <= len(found.nearest) <= 3


def test_more_excerpts_never_repeat_those_of_the_answer():
    many = [
        document(f"d{i}", f"Ihar Losik was arrested in June, paper number {i} of {i * 7} said.")
        for i in range(9)
    ]
    found = ask("When was Ihar Losik arrested?", version_of(many, ENCODER))
    shown = {(e.document.id, e.start) for e in found.excerpts}
    assert shown.isdisjoint((e.document.id, e.start) for e in found.more)


def test_a_batch_gives_the_answers_of_its_questions_in_their_order():
    questions = ["When was Ihar Losik arrested?", "🙂", "Who refused to leave the country?", "a" * 501]
    together = answer_many(questions, version=VERSION, encoder=ENCODER)
    alone = [ask(question) for question in questions]
    assert [a.question for a in together] == questions
    assert [[e.quote for e in a.excerpts] for a in together] == [[e.quote for e in a.excerpts] for a in alone]


TEXTS = st.one_of(
    st.text(max_size=300),
    st.text(alphabet="абвгґдеёжзійклмнопрстуўфхцчшыьэюя abcdefgh ?!.\n<b>\u202e\u200f\u0301'’", max_size=200),
    st.sampled_from(
        [
            "\x00" * 4096,
            "<b>Losik</b>",
            "囚犯何时获释？",
            "متى أطلق سراح لوسيك؟",
            "Ihar",
            "і",
            "'; DROP TABLE",
        ]
    ),
)


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_any_text_gets_excerpts_or_a_reason_and_every_quote_is_a_slice(question: str):
    found = ask(question)
    assert (found.reason is None) == bool(found.excerpts)
    for excerpt in (*found.excerpts, *found.nearest, *found.more):
        assert excerpt.quote == excerpt.document.text[excerpt.start : excerpt.end]
        assert excerpt.quote.strip() == excerpt.quote != ""
        assert excerpt.document in VERSION.documents
        assert 0 <= excerpt.score <= 1


SENTENCES = st.lists(
    st.sampled_from(
        [
            "The court met in Minsk.",
            "He was freed.",
            "Яна пайшла дадому.",
            "Суд вынес приговор.",
            "“No,” he said — twice.",
            "1. A list",
        ]
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(st.lists(SENTENCES, min_size=1, max_size=4), st.sampled_from([" ", "\n", "\n\n"]))
def test_quotes_of_any_documents_are_slices_of_them(texts: list[list[str]], gap: str):
    documents = [document(f"d{i}", gap.join(sentences)) for i, sentences in enumerate(texts)]
    version = version_of(documents, ENCODER)
    found = ask("Where did the court meet?", version)
    for excerpt in (*found.excerpts, *found.nearest, *found.more):
        assert excerpt.quote == excerpt.document.text[excerpt.start : excerpt.end] != ""
