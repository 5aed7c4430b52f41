"""The bundled briefs: well formed, sourced, in our own words, safe for the people they are about."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import corpus.documents
from corpus.cases import CaseType, load_cases
from corpus.document import Document, normalise
from corpus.format import parse_document, render_document, split_front_matter
from corpus.passages import passages, sentences

FOLDER = Path(corpus.documents.__file__).parent
FILES = sorted(FOLDER.glob("*.md"))
RUN = 8
"""So many words in a row, equal to a source's, would be its sentence and not ours."""

CONTACT = re.compile(r"\S@\S|\+?\d[\d ()-]{8,}\d|\b(?:ул|вул|кв|дом)\. ?\S|\bstreet\b", re.IGNORECASE)
MARKUP = re.compile(r"[*_`<>\[\]|]|^\s*[-+•>] |https?://", re.MULTILINE)


@cache
def document(path: Path) -> Document:
    return parse_document(path.read_bytes(), path=path)


def quotable(brief: Document) -> Iterator[str]:
    for passage in passages(brief):
        for start, end in sentences(passage):
            yield brief.text[start:end]


def words(text: str) -> list[str]:
    return re.findall(r"\w+", normalise(text).casefold().replace("ё", "е"))


def runs(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[i : i + RUN]) for i in range(len(found) - RUN + 1)}


def body(path: Path) -> str:
    return split_front_matter(path.read_text(encoding="utf-8"), where=path.name)[1]


PRONOUNS = frozenset(
    words(
        "he she it they his her its their this these that there "
        "он она оно они его её их это этот эта там тогда "
        "ён яна яно яны яго яе іх гэта гэты гэтая там тады"
    )
)

each_brief = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def test_there_are_enough_briefs_in_every_language() -> None:
    counts = Counter(document(path).language for path in FILES)
    assert set(counts) == {"en", "ru", "be"}
    assert min(counts.values()) >= 5
    assert counts.total() >= 15


@each_brief
def test_a_brief_says_that_it_is_ours_when_it_was_written_and_from_what(path: Path) -> None:
    brief = document(path)
    assert brief.is_brief
    assert brief.url is None
    assert brief.published.day is not None
    assert brief.note is None, "that it is ours is said with every quote"
    assert brief.sources
    assert len(set(brief.sources)) == len(brief.sources)
    assert all(source.startswith("https://") for source in brief.sources)


@each_brief
def test_the_file_name_tells_project_topic_and_language(path: Path) -> None:
    assert re.fullmatch(r"brief-[a-z0-9-]+-(en|ru|be)", path.stem)
    assert path.stem.endswith(document(path).language)
    assert len(path.stem) <= 40


@each_brief
def test_the_file_is_written_as_corpus_add_would_write_it(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == render_document(document(path))


@each_brief
def test_a_brief_is_short_plain_paragraphs_under_headings(path: Path) -> None:
    brief = document(path)
    assert 1000 <= len(brief.text) <= 3000
    assert brief.text.startswith("# ")
    assert not MARKUP.search(brief.text)


@each_brief
def test_every_sentence_can_be_quoted_alone(path: Path) -> None:
    for sentence in quotable(document(path)):
        assert 50 <= len(sentence) <= 270, sentence
        assert words(sentence)[0] not in PRONOUNS, sentence


@each_brief
def test_the_cases_are_known_people_and_organisations_and_no_child(path: Path) -> None:
    brief, known = document(path), load_cases()
    assert brief.cases
    for case in map(known.by_id.__getitem__, brief.cases):
        assert case.type in {CaseType.PERSON, CaseType.ORGANISATION}, case.id
        assert not case.protected, case.id


@each_brief
def test_a_brief_names_no_child_and_no_contact(path: Path) -> None:
    text = document(path).text
    assert not CONTACT.search(text)
    given_names = {words(name)[0] for case in load_cases() if case.protected for name in case.spellings}
    assert given_names
    assert not given_names & set(words(text))


@each_brief
def test_no_sentence_and_no_long_run_of_words_is_taken_from_a_source(path: Path, shared: Path) -> None:
    sources = [file.read_text(encoding="utf-8") for file in sorted((shared / "seeds").glob("*.txt"))]
    sources += [body(file) for file in sorted((shared / "data" / "articles").glob("*.md"))]
    assert sources
    taken = {run: source[:60] for source in sources for run in runs(source)}
    assert not {" ".join(run): taken[run] for run in runs(document(path).text) & taken.keys()}
    folded = {" ".join(words(source)) for source in sources}
    for sentence in quotable(document(path)):
        assert not any(" ".join(words(sentence)) in source for source in folded), sentence
