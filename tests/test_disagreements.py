"""What sources disagree about in one case: true contradictions only, each side with its own words."""

from datetime import UTC, datetime

from encoders import HashingEncoder

from corpus.cases import load_cases
from corpus.document import Document, PartialDate, Reliability, normalise
from index.build import assemble
from index.case_file import CaseBook
from index.disagreements import Disagreement, Topic
from index.statements import statements

CASES = load_cases()


def article(id_: str, text: str, *, publisher: str = "", language: str = "en") -> Document:
    return Document(
        id=id_,
        title=f"Title of {id_}",
        publisher=publisher or f"Publisher {id_}",
        published=PartialDate(2025, 9, 20),
        language=language,
        reliability=Reliability.B,
        text=normalise(text),
    )


def found(*documents: Document, case: str = "losik-ihar") -> tuple[Disagreement, ...]:
    encoder = HashingEncoder()
    version = assemble(documents, encoder, created=datetime(2026, 11, 20, tzinfo=UTC)).version
    file = CaseBook(version, statements(encoder), CASES).case_file(case, "en")
    assert file is not None
    return file.disagreements


def words(disagreement: Disagreement) -> list[str]:
    sides = zip(disagreement.lines, disagreement.words, strict=True)
    return [line.document.text[slice(*span)] for line, span in sides]


JUNE = article("june", "Ihar Losik was released on 21 June 2025 and taken to Lithuania.")
SEPTEMBER = article("september", "Ihar Losik was released on 11 September 2025 with others.")


def test_two_dates_of_one_release_are_told_with_the_words_that_differ() -> None:
    (only,) = found(JUNE, SEPTEMBER)
    assert only.topic is Topic.RELEASE
    assert sorted(words(only)) == ["11 September 2025", "21 June 2025"]
    assert [line.excerpt.quote for line in only.lines] == [
        document.text for line in only.lines for document in (line.document,)
    ]


def test_a_less_precise_date_and_a_copy_are_no_difference() -> None:
    copy = article("copy", JUNE.text)
    assert found(JUNE, copy, article("vague", "Ihar Losik was released in June 2025, his wife said.")) == ()


def test_a_trial_and_its_appeal_are_no_difference() -> None:
    trial = article("trial", "Ihar Losik was sentenced on 14 December 2021 to 15 years in prison.")
    appeal = article("appeal", "The sentence of Ihar Losik was upheld on 1 June 2022 by the Supreme Court.")
    assert found(trial, appeal) == ()


def test_terms_that_differ_are_told_and_those_of_another_person_are_not() -> None:
    fifteen = article("a", "Ihar Losik was sentenced to 15 years in prison in 2021.")
    other = article("b", "Daria Losik was sentenced to two years in prison in 2023.")
    assert found(fifteen, other) == ()
    (only,) = found(
        fifteen, other, article("c", "Late in 2021 the court in Homel sentenced Ihar Losik to 18 years.")
    )
    assert (only.topic, sorted(words(only))) == (Topic.SENTENCE, ["15 years", "18 years"])


def test_a_side_is_told_by_a_source_rather_than_by_a_brief_of_ours() -> None:
    brief = article("brief", "Ihar Losik was freed on 11 September 2025.", publisher="sprava")
    (only,) = found(JUNE, brief, SEPTEMBER)
    assert {line.document.id for line in only.lines} == {"june", "september"}
