"""XQuAD as articles of paragraphs, their questions, and the documents that a bench indexes."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpus.document import Document, PartialDate, Reliability, normalise

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "xquad"
MISSING = """\
There is no XQuAD in {folder}: nothing was measured.
XQuAD (Artetxe, Ruder, Yogatama, ACL 2020, CC BY-SA 4.0) is not in this repository. Put the SQuAD-format files
NAME.en.json and NAME.ru.json, and NAME.be-questions.jsonl if you have it, into a folder and name it with --data."""

Key = tuple[int, int]
"""Number of the article, and of the paragraph in it: the same in every language."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and the paragraph that answers it."""

    id: str
    text: str
    gold: Key


@dataclass(frozen=True, slots=True)
class Squad:
    """The same articles and questions in several languages."""

    titles: list[str]
    paragraphs: dict[str, dict[Key, str]]
    """By language."""
    answers: dict[str, dict[str, tuple[int, int]]]
    """By language and question id: where the words that answer stand in their paragraph."""
    questions: dict[str, list[Question]]
    """By language; fewer in some."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Documents of paragraphs, and where each paragraph stands in them."""

    documents: list[Document] = field(default_factory=list)
    spans: dict[str, list[tuple[Key, int, int]]] = field(default_factory=dict)
    """By document id: key, start, end."""

    def paragraphs(self, document: Document, start: int, end: int) -> tuple[Key, ...]:
        """The paragraphs that a passage stands for: those of which it holds half, or that hold half of it."""
        return covered(self.spans[document.id], start, end)


def read(folder: Path) -> Squad | None:
    """The one set of questions in the folder; `None` where there is none."""
    files = {path.name.split(".")[-2]: path for path in sorted(folder.glob("*.json"))}
    if "en" not in files or "ru" not in files:
        return None
    squad = Squad([], {}, {}, {})
    for language, path in files.items():
        articles = json.loads(path.read_text("utf-8"))["data"]
        squad.titles[:] = [article["title"].replace("_", " ") for article in articles]
        _read_language(squad, language, articles)
    gold = {question.id: question.gold for question in squad.questions["en"]}
    for path in sorted(folder.glob("*-questions.jsonl")):
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]
        language = path.name.split(".")[-2].removesuffix("-questions")
        squad.questions[language] = [
            Question(line["id"], line["question"], gold[line["id"]]) for line in lines
        ]
    return squad


def _read_language(squad: Squad, language: str, articles: list[dict[str, Any]]) -> None:
    paragraphs = squad.paragraphs.setdefault(language, {})
    answers = squad.answers.setdefault(language, {})
    questions = squad.questions.setdefault(language, [])
    for key, paragraph in _paragraphs(articles):
        context = paragraph["context"]
        paragraphs[key] = normalise(context).strip()
        shift = len(normalise(context)) - len(normalise(context).lstrip())
        for asked in paragraph["qas"]:
            start = len(normalise(context[: asked["answers"][0]["answer_start"]])) - shift
            answers[asked["id"]] = start, start + len(normalise(asked["answers"][0]["text"]))
            questions.append(Question(asked["id"], asked["question"], key))


def _paragraphs(articles: list[dict[str, Any]]) -> Iterator[tuple[Key, dict[str, Any]]]:
    for number, article in enumerate(articles):
        for place, paragraph in enumerate(article["paragraphs"]):
            yield (number, place), paragraph


def covered(spans: Iterable[tuple[Key, int, int]], start: int, end: int) -> tuple[Key, ...]:
    """Keys of the spans of which at least half lies between start and end, or that hold half of what lies there."""
    return tuple(
        key
        for key, first, last in spans
        if 2 * (min(end, last) - max(start, first)) >= min(end - start, last - first)
    )


def corpus(squad: Squad, languages: Iterable[str], *, keep: Callable[[Key], bool] = lambda _: True) -> Corpus:
    """A document for each article in each language, of the paragraphs that are kept."""
    made = Corpus()
    for language in languages:
        for number, title in enumerate(squad.titles):
            kept = {k: text for k, text in squad.paragraphs[language].items() if k[0] == number and keep(k)}
            if kept:
                id_ = f"{language}-{re.sub('[^a-z0-9]+', '-', title.lower())}"
                made.documents.append(_document(id_, title, language, "\n\n".join(kept.values())))
                made.spans[id_] = list(placed(kept))
    return made


def placed(kept: dict[Key, str]) -> Iterator[tuple[Key, int, int]]:
    """Where each paragraph stands in a text of all of them, with a blank line between."""
    start = 0
    for key, text in kept.items():
        yield key, start, start + len(text)
        start += len(text) + 2


def _document(id_: str, title: str, language: str, text: str) -> Document:
    return Document(
        id=id_,
        title=title,
        publisher="XQuAD",
        published=PartialDate(2016),
        language=language,
        reliability=Reliability.C,
        text=text,
    )
