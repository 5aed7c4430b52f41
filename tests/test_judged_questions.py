"""The judged questions on the bundled documents: their gold texts exist, the split holds, the README counts them right."""

import json
import re
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import corpus.documents
import index
from corpus.format import parse_document

FOLDER = Path(index.__file__).parent / "judged"
DOCUMENTS = Path(corpus.documents.__file__).parent
FIELDS = {"id", "question", "language", "kind", "answerable", "gold", "note", "part", "topic"}
FILES = ("briefs", "more", "blind", "fresh")
LANGUAGES = ("en", "ru", "be")
NEIGHBOURS = (*LANGUAGES, "uk", "pl")
ANSWERABLE = {
    "count", "date", "definition", "disagreement", "place", "quote", "sentence length", "status", "who",
}  # fmt: skip
UNANSWERABLE = {
    "boilerplate-trap", "prompt-injection/abuse", "unanswerable-near-miss", "unanswerable-off-topic",
    "unanswerable-private", "unanswerable-unknown-person",
}  # fmt: skip
REUSED = 5
"""So many words in a row, equal to a document's, would make the question too easy for search by words."""

Question = dict[str, Any]


@cache
def questions(name: str = "briefs") -> tuple[Question, ...]:
    lines = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(json.loads(line) for line in lines)


@cache
def text(file: str) -> str:
    path = DOCUMENTS / file
    return parse_document(path.read_bytes(), path=path).text


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold().replace("ё", "е"))


def runs(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[i : i + REUSED]) for i in range(len(found) - REUSED + 1)}


def counted_in_readme(heading: str) -> dict[str, list[int]]:
    """The rows of the table whose first column is headed so: name -> en, ru, be, all."""
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    table = readme.split(f"| {heading} | en | ru | be | all |\n", 1)[1].split("\n\n", 1)[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[1:]]
    return {name: list(map(int, cells)) for name, *cells in rows}


def counts(chosen: list[Question]) -> list[int]:
    by_language = Counter(question["language"] for question in chosen)
    return [*(by_language[language] for language in LANGUAGES), len(chosen)]


@pytest.mark.parametrize("name", FILES)
def test_every_line_has_the_same_fields_and_a_kind_that_fits(name: str) -> None:
    for question in questions(name):
        assert set(question) == FIELDS, question["id"]
        assert question["language"] in (LANGUAGES if name == "briefs" else NEIGHBOURS), question["id"]
        assert question["part"] in {"dev", "held"}, question["id"]
        assert question["kind"] in (ANSWERABLE if question["answerable"] else UNANSWERABLE), question["id"]
        assert bool(question["gold"]) == question["answerable"], question["id"]
        assert 0 < len(question["question"]) <= 500, question["id"]


@pytest.mark.parametrize("field", ["id", "question"])
def test_no_two_lines_are_the_same(field: str) -> None:
    repeated = Counter(question[field] for name in FILES for question in questions(name))
    assert [value for value, times in repeated.items() if times > 1] == []


@pytest.mark.parametrize("name", FILES)
def test_every_gold_text_is_an_exact_slice_of_its_document(name: str) -> None:
    golds = [gold for question in questions(name) for gold in question["gold"]]
    assert [gold for gold in golds if gold["text"] not in text(gold["file"])] == []


def test_a_question_is_not_asked_in_the_words_of_a_document() -> None:
    written = set().union(*(runs(text(path.name)) for path in DOCUMENTS.glob("*.md")))
    assert [question["id"] for question in questions() if runs(question["question"]) & written] == []


def test_there_are_enough_questions_in_every_language_and_a_third_has_no_answer() -> None:
    total = len(questions())
    assert total >= 160
    per_language = Counter(question["language"] for question in questions())
    assert all(0.28 <= per_language[language] / total <= 0.38 for language in LANGUAGES)
    assert 0.3 <= sum(not question["answerable"] for question in questions()) / total <= 0.37


def test_many_questions_are_asked_in_a_language_in_which_nobody_states_the_fact() -> None:
    for question in filter(lambda question: question["answerable"], questions()):
        stated = {Path(gold["file"]).stem.rsplit("-", 1)[1] for gold in question["gold"]}
        assert (question["language"] not in stated) == ("stated in" in question["note"]), question["id"]


@pytest.mark.parametrize("name", ["briefs", "blind"])
def test_dev_and_held_share_no_topic_and_are_about_equal(name: str) -> None:
    parts = defaultdict(set)
    for question in questions(name):
        parts[question["topic"]].add(question["part"])
    assert [topic for topic, found in parts.items() if len(found) > 1] == []
    sizes = Counter(question["part"] for question in questions(name))
    assert min(sizes.values()) / len(questions(name)) >= 0.4


def test_an_invented_person_is_in_no_document() -> None:
    written = set().union(*(words(text(path.name)) for path in DOCUMENTS.glob("*.md")))
    for question in questions():
        if question["kind"] == "unanswerable-unknown-person":
            capitalised = [word for word in re.findall(r"[\w-]+", question["question"]) if word[0].isupper()]
            assert not set(words(capitalised[-1])) & written, question["id"]


def test_the_readme_counts_the_questions_by_part() -> None:
    listed = counted_in_readme("part")
    assert listed.pop("all") == counts(list(questions()))
    for name, row in listed.items():
        part, answerable = name.split(", ")
        chosen = [
            question
            for question in questions()
            if question["part"] == part and question["answerable"] == (answerable == "answerable")
        ]
        assert row == counts(chosen), name


def test_the_readme_counts_the_questions_by_kind() -> None:
    listed = counted_in_readme("kind")
    assert set(listed) == {question["kind"] for question in questions()}
    for kind, row in listed.items():
        assert row == counts([question for question in questions() if question["kind"] == kind]), kind


@pytest.mark.parametrize("name", ["more", "blind", "fresh"])
def test_the_readme_counts_the_questions_of_the_other_files(name: str) -> None:
    rows = re.findall(
        rf"^\| `{name}.jsonl`, (\w+) \| (\d+) \| (\d+) \|", (FOLDER / "README.md").read_text("utf-8"), re.M
    )
    counted = Counter((question["part"], question["answerable"]) for question in questions(name))
    assert rows == [
        (part, str(counted[part, True]), str(counted[part, False]))
        for part in ("dev", "held")
        if counted[part, True]
    ]


def test_the_readme_lists_the_topics_of_each_part() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    for part in ("dev", "held"):
        line = next(line for line in readme.splitlines() if line.startswith(f"- {part}: "))
        topics = {question["topic"] for question in questions() if question["part"] == part}
        assert set(re.findall("`(.+?)`", line)) == topics
