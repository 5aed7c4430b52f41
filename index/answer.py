"""The product: question to answer. Excerpts, or an honest "no source says this"; no Telegram, no database, no token.

names -> search -> excerpts -> confidence, straight through.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from corpus.cases import CaseType, load_cases
from corpus.document import normalise
from corpus.languages import interface_language
from index import confidence, excerpt, intent
from index.courtesies import is_courtesy
from index.differences import Difference
from index.encoder import Encoder, encode_questions
from index.excerpt import Candidate, Excerpt
from index.names import Resolution, resolve
from index.relatives import About, about
from index.reply import also_in, arrange, independent_origins
from index.search import Asked, Prepared, asked, prepare, search
from index.tokens import Tokens
from index.version import Version
from index.whereabouts import asks_where, whereabouts

MAX_QUESTION_CHARS = 500
EXCERPTS = 3
"""At most in one answer, and as many nearest ones where there is no answer."""
MORE = 5
"""Further excerpts kept for a "more" button, with those of the answer."""
_SLACK = 0.03
"""A source this much below the best gives its place to a second quote of a better one (sum of two cosines)."""
_WORTH = 0.65
"""Share of the threshold from which an excerpt is shown beside a better one: below it, it only distracts."""
_CLEAR = 0.8
"""Probability of an answer that outweighs the look of an off-topic request."""


class Reason(StrEnum):
    """Why there is no answer."""

    NO_SOURCE = "no_source"
    AMBIGUOUS = "ambiguous"
    REFUSED = "refused"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a version says to a question: either excerpts or a reason, never neither and never both."""

    excerpts: tuple[Excerpt, ...] = ()
    """At most three, best first."""
    nearest: tuple[Excerpt, ...] = ()
    """What the sources say closest to an unanswered question; shown as such, never as the answer."""
    reason: Reason | None = None
    candidates: tuple[str, ...] = ()
    """Case ids: with AMBIGUOUS those to choose from, with NO_SOURCE the nearest cases, else those the answer is about."""
    difference: Difference | None = None
    """What the excerpts disagree about; its `excerpt` numbers are places in `excerpts`."""
    origins: int = 0
    """How many independent origins stand behind the excerpts."""
    more: tuple[Excerpt, ...] = ()
    """Further excerpts for a "more" button, best first, none of them in `excerpts`."""
    probability: float | None = None
    """Calibrated probability that one of the first three excerpts answers; `None` where none was computed."""
    private: bool = False
    """With REFUSED: whether it asks for addresses, phones, relatives or children."""

    @property
    def differs(self) -> bool:
        """Whether the excerpts disagree about the fact asked for."""
        return self.difference is not None

    @property
    def answered(self) -> bool:
        """Whether the excerpts answer the question."""
        return self.reason is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Finding):
    """A finding, to which question, from which version, and how long it took."""

    question: str
    version: int
    """Number of the index version that every part of this answer came from."""
    elapsed_ms: float


def answer(question: str, *, version: Version, encoder: Encoder) -> Answer:
    """The answer that `version` gives to one question; never raises for any text."""
    return answer_many([question], version=version, encoder=encoder)[0]


def answer_many(questions: Sequence[str], *, version: Version, encoder: Encoder) -> list[Answer]:
    """The answers to several questions, in their order; all are encoded in one batch, which is much faster."""
    started = time.perf_counter()
    prepared = _prepared(version)
    texts = [_tidy(question) for question in questions]
    at_once = [_without_search(text) for text in texts]
    to_search = [text for text, finding in zip(texts, at_once, strict=True) if finding is None]
    vectors, tokens = encode_questions(encoder, to_search)
    encoded = iter(zip(vectors, tokens, strict=True))
    encoded_s = time.perf_counter() - started
    answers = []
    for question, text, finding in zip(questions, texts, at_once, strict=True):
        begun = time.perf_counter()
        found = finding or _find(text, *next(encoded), prepared, version, encoder)
        elapsed_s = encoded_s + time.perf_counter() - begun
        told = {field.name: getattr(found, field.name) for field in fields(Finding)}
        elapsed_ms = round(elapsed_s * 1000, 1)
        answers.append(Answer(**told, question=question, version=version.number, elapsed_ms=elapsed_ms))
    return answers


def people_of(text: str, prepared: Prepared) -> tuple[str, ...]:
    """The people whom an answer to this question must be about: nobody, where it may be about a relative of theirs."""
    return _about(resolve(text, cases=load_cases(), learnt=prepared.learnt), prepared).people


def _about(named: Resolution, prepared: Prepared) -> About:
    people = _people(named)
    if named.kin and len(people) == 1:
        return about(people[0], named.kin, prepared)
    return About(() if named.relative else people)


def _people(named: Resolution) -> tuple[str, ...]:
    cases = load_cases()
    return tuple(case for case in named.cases if cases[case].type is CaseType.PERSON)


def _tidy(question: str) -> str:
    return " ".join(normalise(question).split())


def _without_search(text: str) -> Finding | None:
    """What can be said without looking: too long, thanks, or nothing that could be a question; else `None`."""
    if len(text) > MAX_QUESTION_CHARS:
        return Finding(reason=Reason.TOO_LONG)
    letters = sum(character.isalnum() for character in text)
    if letters != 1 and is_courtesy(text):
        return Finding(reason=Reason.REFUSED)
    return Finding(reason=Reason.NO_SOURCE) if letters < 2 else None  # one letter asks nothing


def _find(
    text: str,
    vector: NDArray[np.float32],
    tokens: Tokens | None,
    prepared: Prepared,
    version: Version,
    encoder: Encoder,
) -> Finding:
    calibration = confidence.calibration(version.model)
    named = resolve(text, cases=load_cases(), learnt=prepared.learnt)
    told = intent.features(text, vector)
    if finding := _unsearched(named, calibration.intents.refused(told), prepared):
        return finding
    people, whom = _people(named), _about(named, prepared)
    if len(people) == 1 and people == whom.people and asks_where(text):
        language = interface_language(text)
        if lines := whereabouts(people[0], language=language, version=version, encoder=encoder):
            return replace(_told(prepared, lines), candidates=people)
    question = asked(text, vector, prepared, people=whom.people, tokens=tokens)
    hits = search(prepared, question)
    found = [one for one in excerpt.candidates(prepared, question, hits) if whom.is_told_by(one.text)]
    if not found:
        return Finding(reason=Reason.NO_SOURCE)
    ranked = shown(found)
    probabilities = calibration.probabilities(confidence.features(prepared, question, ranked))
    probability = float(probabilities[:EXCERPTS].max())
    best = prepared.passage_vectors[ranked[0].hit.number]
    if not named.cases and probability < _CLEAR and calibration.intents.is_off_topic(told, best):
        return Finding(reason=Reason.REFUSED)
    finding = _quoted(prepared, question, ranked, probabilities, threshold=calibration.threshold)
    return replace(finding, candidates=people, probability=probability)


def _told(prepared: Prepared, lines: Sequence[Excerpt]) -> Finding:
    """Lines in the order in which they are to be shown."""
    ranked = [replace(one, rank=rank, also_in=also_in(prepared, one)) for rank, one in enumerate(lines, 1)]
    first = tuple(ranked[:EXCERPTS])
    more = tuple(ranked[EXCERPTS : EXCERPTS + MORE])
    return Finding(excerpts=first, more=more, origins=independent_origins(prepared, first))


def is_searched(text: str, vector: NDArray[np.float32], prepared: Prepared, model: str) -> bool:
    """Whether a question is looked up at all; if so, how surely it is answered decides."""
    refused = confidence.calibration(model).intents.refused(intent.features(text, vector))
    return _unsearched(resolve(text, cases=load_cases(), learnt=prepared.learnt), refused, prepared) is None


def _unsearched(named: Resolution, refused: intent.Intent | None, prepared: Prepared) -> Finding | None:
    """The reply to what is refused or asked back whatever the sources say; else `None`."""
    if refused is not None:
        return Finding(reason=Reason.REFUSED, private=refused is intent.Intent.PRIVATE)
    if any(load_cases()[case].protected for case in named.cases):
        return Finding(reason=Reason.REFUSED, private=True)
    people = _people(named)
    if named.ambiguous and not people:
        return Finding(reason=Reason.AMBIGUOUS, candidates=named.ambiguous)
    if named.unknown or not all(prepared.mentions.is_named(person) for person in people):
        return Finding(reason=Reason.NO_SOURCE, candidates=people)
    return None


def shown(found: Sequence[Candidate]) -> list[Candidate]:
    """The candidates to show, best first, those for a "more" button included."""
    return excerpt.choose(found, count=EXCERPTS + MORE, slack=_SLACK)


def _quoted(
    prepared: Prepared,
    question: Asked,
    order: Sequence[Candidate],
    scores: NDArray[np.float64],
    *,
    threshold: float,
) -> Finding:
    """The excerpts to show, each with its own probability: as the answer, or as the nearest that there is."""
    excerpts = tuple(
        Excerpt(c.hit.passage.document, c.start, c.end, rank, round(float(score), 4))
        for rank, (c, score) in enumerate(zip(order, scores, strict=True), 1)
        if _is_slice(c)
    )
    if not excerpts or max(excerpt.score for excerpt in excerpts[:EXCERPTS]) < threshold:
        return Finding(reason=Reason.NO_SOURCE, nearest=excerpts[:EXCERPTS])
    worth = tuple(excerpt for excerpt in excerpts if excerpt.score >= _WORTH * threshold)
    reply = arrange(prepared, question, worth, count=EXCERPTS)
    return Finding(
        excerpts=reply.excerpts,
        more=reply.more,
        difference=reply.difference,
        origins=independent_origins(prepared, reply.excerpts),
    )


def _is_slice(candidate: Candidate) -> bool:
    """Whether the span lies inside its passage and holds text: the last look before anything is shown."""
    passage = candidate.hit.passage
    return passage.start <= candidate.start < candidate.end <= passage.end and bool(candidate.text.strip())


_PREPARED: WeakKeyDictionary[Version, Prepared] = WeakKeyDictionary()
_PREPARING = threading.Lock()


def _prepared(version: Version) -> Prepared:
    """What search needs of a version, computed once and kept as long as the version is."""
    with _PREPARING:
        if version not in _PREPARED:
            _PREPARED[version] = prepare(version)
        return _PREPARED[version]
