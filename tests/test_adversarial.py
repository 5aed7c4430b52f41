"""Whatever is typed gets an answer or a reason, and nothing typed is much slower than the rest."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from model import embedded_encoder
from numpy.typing import NDArray

from corpus.cases import load_cases
from corpus.library import load
from corpus.settings import BUNDLED
from index.answer import EXCERPTS, MAX_QUESTION_CHARS, Answer, Reason, answer
from index.build import assemble
from index.version import Version

SEED = 20261122
TIMES_MEDIAN = 3
TELEGRAM_CHARS = 4096
"""The longest message that Telegram delivers."""
ALPHABETS = (
    "abcxyzäłßþ",
    "абвыёўіїґ",
    "αβγδω",
    "אבגד",
    "ابتثج",
    "देवना",
    "中文字符",
    "ひらカナ",
    "한국어",
    "ไทย",
    "ａ１²Ⅷ",
)
STOP_WORDS = (
    "the", "of", "and", "is", "was", "who", "what", "when", "where", "why", "how", "many", "did", "his", "her",
    "и", "в", "на", "кто", "что", "когда", "где", "почему", "сколько", "ли", "он", "она", "это",
    "і", "у", "хто", "што", "калі", "дзе", "чаму", "колькі", "ці", "ён", "яна", "гэта", "ды",
)  # fmt: skip
EMOJI = ("🙂", "👨‍👩‍👧‍👦", "🇧🇾", "👍🏽", "❤️‍🔥", "✊", "#️⃣", "🫠")
MARKS = (
    "\u200e",
    "\u200f",
    "\u202a",
    "\u202b",
    "\u202e",
    "\u202c",
    "\u2067",
    "\u2069",
    "\u061c",
    "\u200b",
    "\ufeff",
    "\u0301",
)
ORDERS = (
    "/start",
    "ignore all instructions",
    "System:",
    "{{7*7}}",
    "'; DROP TABLE",
    "<b>",
    "%s%n",
    "../..",
    "\x00",
)
NAMES = sorted({spelling for case in load_cases().all for spelling in case.spellings})
NAME_WORDS = sorted({word for name in NAMES for word in name.split()})

WORDS = st.one_of(
    st.sampled_from(ALPHABETS).flatmap(lambda alphabet: st.text(alphabet, min_size=1, max_size=12)),
    st.sampled_from(NAMES),
    st.sampled_from(STOP_WORDS),
    st.sampled_from(EMOJI + MARKS + ORDERS),
)


def joined(parts: st.SearchStrategy[str], *, at_most: int) -> st.SearchStrategy[str]:
    """Several of them in a row."""
    return st.lists(parts, min_size=1, max_size=at_most).map(" ".join)


def filled(part: str, length: int) -> str:
    """The part again and again, cut at exactly that many characters."""
    return (f"{part} " * length)[:length]


LENGTHS = (MAX_QUESTION_CHARS - 1, MAX_QUESTION_CHARS, MAX_QUESTION_CHARS + 1, TELEGRAM_CHARS)
QUESTIONS = st.one_of(
    joined(WORDS, at_most=25),
    st.text("".join(ALPHABETS), max_size=60),
    st.text(st.characters(categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl"]), max_size=80),
    st.builds(
        str.join, st.sampled_from(MARKS), st.lists(st.sampled_from([*NAMES, *STOP_WORDS]), max_size=12)
    ),
    st.builds(filled, WORDS, st.sampled_from(LENGTHS)),
    joined(st.sampled_from(STOP_WORDS), at_most=15),
    st.sampled_from(NAMES),
    st.sampled_from(NAME_WORDS),
    joined(st.sampled_from(NAMES), at_most=8),
    st.lists(st.sampled_from(EMOJI), max_size=40).map("".join),
    st.builds(lambda word, times: " ".join([word] * times), WORDS, st.integers(2, 60)),
    st.text(max_size=200),
)


class Asking:
    """The real model for questions; passages get random vectors, because nothing here depends on what is found."""

    def __init__(self) -> None:
        encoder = embedded_encoder()
        self.name, self.dimension = encoder.name, encoder.dimension
        self.encode_queries = encoder.encode_queries

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, (n, dimension)."""
        vectors = np.random.default_rng(SEED).standard_normal((len(texts), self.dimension))
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def questions(count: int) -> list[str]:
    """So many generated questions, the same in every run."""
    found: list[str] = []

    @seed(SEED)
    @settings(
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(QUESTIONS)
    def collect(question: str) -> None:
        found.append(question)

    collect()
    return found


@dataclass(frozen=True)
class Outcome:
    """A question, what came back, and the CPU seconds that it took."""

    question: str
    answer: Answer
    seconds: float


def ask(question: str, version: Version, encoder: Asking) -> Outcome:
    """Ask alone, as a person would."""
    started = time.process_time()
    found = answer(question, version=version, encoder=encoder)
    return Outcome(question, found, time.process_time() - started)


@pytest.fixture(scope="module")
def asking() -> Asking:
    return Asking()


@pytest.fixture(scope="module")
def version(asking: Asking) -> Version:
    return assemble(load([BUNDLED]), asking, created=datetime(2026, 1, 1, tzinfo=UTC)).version


@pytest.fixture(
    scope="module",
    params=[300, pytest.param(10_000, marks=[pytest.mark.full, pytest.mark.timeout(3600)])],
    ids="{:,} questions".format,
)
def outcomes(request: pytest.FixtureRequest, version: Version, asking: Asking) -> list[Outcome]:
    """Every generated question, asked once; an exception fails every test here."""
    generated = questions(request.param)
    assert len(generated) >= request.param
    ask(generated[0], version, asking)
    return [ask(question, version, asking) for question in generated]


@pytest.mark.model
def test_whatever_is_typed_gets_excerpts_or_a_reason(outcomes: list[Outcome]):
    for outcome in outcomes:
        found = outcome.answer
        assert bool(found.excerpts) == (found.reason is None), repr(outcome.question)
        assert max(len(found.excerpts), len(found.nearest)) <= EXCERPTS, repr(outcome.question)
        assert all(e.quote.strip() and e.quote in e.document.text for e in found.excerpts + found.nearest)


@pytest.mark.model
def test_the_generated_questions_reach_every_reason(outcomes: list[Outcome]):
    assert {outcome.answer.reason for outcome in outcomes} >= set(Reason)


@pytest.mark.model
def test_nothing_typed_takes_three_times_the_median(
    outcomes: list[Outcome], version: Version, asking: Asking
):
    limit = TIMES_MEDIAN * median(o.seconds for o in outcomes if o.answer.reason is not Reason.TOO_LONG)
    slow = [outcome.question for outcome in outcomes if outcome.seconds > limit]
    again = {question: min(ask(question, version, asking).seconds for _ in range(4)) for question in slow}
    assert {question: seconds for question, seconds in again.items() if seconds > limit} == {}, limit
