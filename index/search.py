"""Question to hits: dense, lexical and name scores of one version, fused into one order."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from corpus.document import Document, Passage
from corpus.languages import detect
from index import lexical, origins, tokens
from index.analyze import terms
from index.concepts import RELATIVES, asked_by, share_said
from index.learnt import Learnt
from index.lexical import Lexical
from index.mentions import MentionTable
from index.origins import Origins
from index.stacked import Stacked
from index.tokens import Tokens, TokenTable
from index.vectors import Nearest, nearest
from index.version import MEAN, Version

LEXICAL_WEIGHT = 0.25
"""On BM25 as a share of what the question would score against itself; dense scores are sums of two cosines."""
OWN_LANGUAGE = {"en": 0.10, "ru": 0.10, "uk": 0.08, "be": 0.02}
"""How much nearer a question lies to passage and sentence for being in their language alone: without it, the best
source in another language never shows. For multilingual-e5-small on a mixed index of XQuAD's development half (en,
ru) and on articles (be, uk: mean cosine against that to other languages)."""
OTHER_LANGUAGE = 0.06
"""The same for a language that was not measured."""
NAMED, TITLE = 0.06, 0.5
"""NAMED is added for a passage that names all the people whom the question names; one that leaves it to the title of
its document gets the share TITLE of that."""
BRIEF = 0.12
"""Taken off a brief of ours: the sources that it was written from speak first."""
MENTIONS, LEARNT = "mentions", "learnt.json"
"""Parts of a version."""
TOKENS_WEIGHT = 0.35
"""On how well a passage covers the question's tokens: late interaction (Khattab and Zaharia 2020, ColBERT,
arXiv:2004.12832) with the vectors of the same model."""
CONCEPTS_WEIGHT = 0.1
"""On the share of the things asked for about somebody (`concepts.py`) that a passage speaks of, in any language."""
RERANKED = 30
"""The best passages by all else, which get a score for their tokens and the things they speak of."""
CANDIDATES = 100
"""Passages of each language that get a full score, by dense and by lexical score each."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that may hold the answer."""

    passage: Passage
    rank: int
    """From 1; hits are sorted by it."""
    score: float
    """The fused score: comparable within one question only."""
    parts: dict[str, float]
    """What the score was made of: dense, sentence, lexical, language, names, tokens, concepts."""
    number: int
    """The passage's row in its version."""


AskedTokens = tuple[NDArray[np.float32], NDArray[np.float64]]
"""Vectors of the question's tokens, (k, dimension), ready to be compared with those of sentences, and how rare each is,
(k,), as shares of 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A question, analysed once for every later step."""

    text: str
    vector: NDArray[np.float32]
    """(dimension,), unit length."""
    terms: frozenset[str]
    language: str | None
    people: tuple[str, ...] = ()
    """Ids of the people whom the question is about: recognised beyond doubt, and not only by a relative."""
    tokens: AskedTokens | None = None
    """`None` without tokens on either side."""
    things: frozenset[str] = frozenset()
    """What is asked for about these people, as concepts; none where nobody is named."""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """What search needs of one version, computed once when it is loaded."""

    documents: Sequence[Document]
    passages: NDArray[np.int32]
    sentences: NDArray[np.int32]
    passage_vectors: Stacked
    sentence_vectors: Stacked
    first_sentence: NDArray[np.int64]
    """(n + 1,): sentences of passage i are rows first_sentence[i] to first_sentence[i + 1]."""
    lexical: Lexical
    mentions: MentionTable
    learnt: Learnt
    tokens: TokenTable | None
    """`None` where the model tells none."""
    origins: Origins
    """Which documents are copies of which."""
    numbers: dict[str, int]
    """Document id -> its number."""
    is_brief: NDArray[np.bool_]
    """(n,): whether this project wrote the passage."""
    languages: dict[str, Nearest]
    """The passages of each language: each has its own places among the candidates."""

    def passage(self, number: int) -> Passage:
        """Passage `number` as a span."""
        document, start, end = (int(x) for x in self.passages[number])
        return Passage(self.documents[document], start, end)

    def sentences_of(self, number: int) -> NDArray[np.int32]:
        """Start and end of the sentences of a passage, (k, 2)."""
        return self.sentences[self.first_sentence[number] : self.first_sentence[number + 1], 1:]

    def sentence_vectors_of(self, number: int) -> NDArray[np.float32]:
        """Vectors of the sentences of a passage, (k, dimension)."""
        return self.sentence_vectors[self.first_sentence[number] : self.first_sentence[number + 1]]


def prepare(version: Version) -> Prepared:
    """Everything that answering questions from `version` needs.

    From now on numpy multiplies in one thread: a question's products are so small that several threads wait for each
    other for longer than they compute (two cores: 26 ms a question instead of 16).
    """
    threadpool_limits(1, user_api="blas")
    languages = [_base(document.language) for document in version.documents]
    of_passage = np.array([languages[i] for i in version.passages[:, 0]], dtype=object)
    return Prepared(
        documents=version.documents,
        passages=version.passages,
        sentences=version.sentences,
        passage_vectors=version.passage_vectors,
        sentence_vectors=version.sentence_vectors,
        first_sentence=np.searchsorted(version.sentences[:, 0], np.arange(len(version.passages) + 1)),
        lexical=lexical.gather([block.counted for block in version.blocks]),
        mentions=MentionTable.from_bytes(version.files[MENTIONS]),
        learnt=Learnt.from_bytes(version.files[LEARNT]),
        tokens=_tokens(version),
        origins=origins.from_files(version.files),
        numbers={document.id: number for number, document in enumerate(version.documents)},
        is_brief=np.array([document.is_brief for document in version.documents])[version.passages[:, 0]],
        languages={
            code: nearest(version.passage_vectors, np.flatnonzero(of_passage == code))
            for code in dict.fromkeys(languages)
        },
    )


def _tokens(version: Version) -> TokenTable | None:
    """The tokens of all sentences, where the model tells some."""
    if MEAN not in version.files:
        return None
    mean = np.frombuffer(version.files[MEAN], "<f4")
    counts = [block.columns["sentences.tokens"] for block in version.blocks]
    return tokens.table(mean, counts, [block.packed for block in version.blocks])


def asked(
    text: str,
    vector: NDArray[np.float32],
    prepared: Prepared,
    *,
    people: tuple[str, ...] = (),
    tokens: Tokens | None = None,
) -> Asked:
    """The question with its vector and tokens, ready to be searched for."""
    language = detect(text)
    things = asked_by(text, language) - RELATIVES if people else frozenset[str]()
    return Asked(
        text, vector, frozenset(terms(text)), language, people, _weighed(tokens, prepared.tokens), things
    )


def _weighed(tokens: Tokens | None, table: TokenTable | None) -> AskedTokens | None:
    if table is None or tokens is None or not tokens.pieces:
        return None
    rarity = table.weights(tokens)
    return table.question(tokens), rarity / rarity.sum()


def search(prepared: Prepared, question: Asked, *, top_k: int = 10) -> list[Hit]:
    """The best passages, best first: cosine of passage and of its best sentence, BM25, names; languages on a par."""
    named = _named(prepared, question.people)
    overlap = lexical_share(prepared.lexical, question.terms)
    scored: list[_Scored] = []
    for language, passages in prepared.languages.items():
        handicap = _handicap(question, language)
        numbers = _candidates(passages, question.vector, overlap)
        dense = prepared.passage_vectors.rows(numbers) @ question.vector
        sentence = _best_sentences(prepared, question, numbers, dense)
        names = np.array([named.get(number, 0.0) for number in numbers.tolist()])
        scores = dense + sentence + LEXICAL_WEIGHT * overlap[numbers]
        scores = scores - handicap + NAMED * names - BRIEF * prepared.is_brief[numbers]
        for place in np.lexsort((numbers, -scores))[: max(RERANKED, top_k)].tolist():
            parts = {
                "dense": float(dense[place]),
                "sentence": float(sentence[place]),
                "lexical": float(overlap[numbers[place]]),
                "language": -handicap,
                "names": float(names[place]),
            }
            scored.append((float(scores[place]), int(numbers[place]), parts))
    scored.sort(key=lambda entry: (-entry[0], entry[1]))
    scored = _reranked(prepared, question, scored[: max(RERANKED, top_k)])
    return [
        Hit(prepared.passage(number), rank, score, parts, number)
        for rank, (score, number, parts) in enumerate(scored[:top_k], 1)
    ]


_Scored = tuple[float, int, dict[str, float]]
"""Score, passage, parts of the score."""


def _reranked(prepared: Prepared, question: Asked, scored: Sequence[_Scored]) -> list[_Scored]:
    """The same in the order that how well each covers the question's tokens, and what it speaks of, adds to."""
    again = []
    for (score, number, parts), covered in zip(scored, _covered(prepared, question, scored), strict=True):
        said = share_said(question.things, prepared.passage(number).text)
        more = TOKENS_WEIGHT * covered + CONCEPTS_WEIGHT * said
        again.append((score + more, number, parts | {"tokens": covered, "concepts": said}))
    return sorted(again, key=lambda entry: (-entry[0], entry[1]))


def _covered(prepared: Prepared, question: Asked, scored: Sequence[_Scored]) -> list[float]:
    """How well each covers the question's tokens, by rarity; 0 without tokens."""
    table = prepared.tokens
    if table is None or question.tokens is None or not scored:
        return [0.0] * len(scored)
    vectors, rarity = question.tokens
    sentences = prepared.first_sentence[np.array([[number, number + 1] for _, number, _ in scored])]
    return list((table.covered(vectors, sentences) @ rarity).tolist())


def lexical_share(index: Lexical, question: frozenset[str]) -> NDArray[np.float32]:
    """BM25 of every passage as a share of the question's whole weight, about 0 to 1."""
    whole = sum(index.idf(term) for term in question)
    return index.scores(question) / np.float32(whole or 1.0)


def _named(prepared: Prepared, people: tuple[str, ...]) -> dict[int, float]:
    """Passage -> how many of the people it names, as a share of all: 1 in the passage, TITLE in its title only."""
    shares: dict[int, float] = {}
    documents = prepared.passages[:, 0]
    for case in people:
        in_title = np.flatnonzero(np.isin(documents, prepared.mentions.titles_naming(case))).tolist()
        inside = prepared.mentions.passages_naming(case).tolist()
        for number, share in {**dict.fromkeys(in_title, TITLE), **dict.fromkeys(inside, 1.0)}.items():
            shares[number] = shares.get(number, 0.0) + share / len(people)
    return shares


def _best_sentences(
    prepared: Prepared, question: Asked, numbers: NDArray[np.int64], cosines: NDArray[np.float32]
) -> NDArray[np.float32]:
    """The cosine of each passage's best sentence; that of the passage itself where it has none."""
    first, last = prepared.first_sentence[numbers], prepared.first_sentence[numbers + 1]
    counts = last - first
    ends = np.cumsum(counts)
    rows = np.arange(counts.sum()) + np.repeat(last - ends, counts)
    best = cosines.copy()
    filled = counts > 0  # reduceat knows no empty runs
    if filled.any():
        every = prepared.sentence_vectors.rows(rows) @ question.vector
        best[filled] = np.maximum.reduceat(every, (ends - counts)[filled])
    return best


def _candidates(
    passages: Nearest, query: NDArray[np.float32], overlap: NDArray[np.float32]
) -> NDArray[np.int64]:
    """The passages of one language that could be the best: the nearest, and those that say the question's words."""
    best = set(passages.search(query, CANDIDATES).tolist())
    said = overlap[passages.rows]
    if len(said) > CANDIDATES:
        best.update(passages.rows[np.argpartition(-said, CANDIDATES)[:CANDIDATES]].tolist())
    return np.array(sorted(best), np.int64)


def _handicap(question: Asked, language: str) -> float:
    if question.language is None or _base(question.language) != language:
        return 0.0
    return OWN_LANGUAGE.get(language, OTHER_LANGUAGE)


def _base(language: str) -> str:
    return language.partition("-")[0]
