"""Question sets in the SQuAD format (Rajpurkar et al. 2016; XQuAD is in it) as documents and judged questions."""

import json
import re
from pathlib import Path
from typing import Any

from corpus.document import Document, PartialDate, Reliability, normalise
from index.judged import Gold, Judged, JudgedFileError

_SENTENCE_END = re.compile(r"(?<=[.!?]) +")


def read_squad(contexts: Path, questions: Path) -> tuple[list[Document], list[Judged]]:
    """A document for each article of `contexts`, and the questions of `questions` about them, matched by their ids.

    The two files may be translations of each other. The gold text is the sentence that holds the answer.
    """
    asked = {
        entry["id"]: entry["question"]
        for _, paragraph in _paragraphs(questions)
        for entry in paragraph["qas"]
    }
    language = _language(questions)
    texts: dict[str, list[str]] = {}
    judged = []
    for title, paragraph in _paragraphs(contexts):
        id_ = f"{contexts.stem}-{re.sub('[^A-Za-z0-9]+', '-', title)}".lower()
        texts.setdefault(id_, []).append(normalise(paragraph["context"]))
        for entry in paragraph["qas"]:
            if entry["id"] in asked:
                answer = entry["answers"][0]
                gold = Gold(id_, _sentence(paragraph["context"], answer["answer_start"], answer["text"]))
                judged.append(
                    Judged(entry["id"], asked[entry["id"]], language, "squad", True, (gold,), "", title)
                )
    documents = [
        Document(
            id=id_,
            title="",
            publisher="SQuAD",
            published=PartialDate(2016),
            language=_language(contexts),
            reliability=Reliability.C,
            text="\n\n".join(paragraphs),
        )
        for id_, paragraphs in texts.items()
    ]
    return documents, judged


def _paragraphs(path: Path) -> list[tuple[str, dict[str, Any]]]:
    try:
        articles = json.loads(path.read_text(encoding="utf-8"))["data"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise JudgedFileError(f"{path} is not a file in the SQuAD format ({error}): give another") from error
    return [(article["title"], paragraph) for article in articles for paragraph in article["paragraphs"]]


def _language(path: Path) -> str:
    return path.stem.rpartition(".")[2] or "en"


def _sentence(context: str, start: int, text: str) -> str:
    begins = max((match.end() for match in _SENTENCE_END.finditer(context, 0, start)), default=0)
    ends = _SENTENCE_END.search(context, start + len(text))
    return normalise(context[begins : ends.start() if ends else len(context)]).strip()
