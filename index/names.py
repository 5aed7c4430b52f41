"""Question to cases: whom it names, whom it might mean, and which person's name nobody here knows.

A misspelt name is first corrected by `spelling.py`, then read like any other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpus.cases import Cases
from corpus.fold import Token, is_cyrillic, tokens
from corpus.naming import Fit, PersonSpan, starts_sentence
from index.cues import (
    DESCRIBES,
    IN_A_PLACE,
    ON_A_PERSON,
    RELATIVE,
    WHO,
    has_surname_ending,
    is_adjective,
    is_surely_surname,
)
from index.kin import Kin, kin_asked
from index.learnt import Learnt, capital_runs
from index.ordinary import ORDINARY
from index.spelling import correct


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """Whom and what a question names."""

    cases: tuple[str, ...] = ()
    """Recognised beyond doubt, in the order of the question."""
    ambiguous: tuple[str, ...] = ()
    """People to choose from: a surname of several, a given name alone, or a surname that may be misspelt."""
    unknown: tuple[tuple[int, int], ...] = ()
    """Spans of the question that look like a person's name which neither the cases nor the documents know."""
    learnt: tuple[tuple[int, int], ...] = ()
    """Spans that look like a person's name and are not a case, but the documents name such a person."""
    relative: bool = False
    """Whether the question speaks of a relative: then `cases` need not be whom the answer must be about."""
    kin: tuple[Kin, ...] = ()
    """Which relative of the only person named is asked about, with whose relative they are if that is not the person."""


def resolve(question: str, *, cases: Cases, learnt: Learnt | None = None) -> Resolution:
    """What the question names; `learnt` is what the documents of the index say."""
    question = _without_idle_capitals(question)
    read, doubtful = correct(tokens(question), cases, learnt)
    names = [token._replace(skeleton="") if _is_ordinary(question, token) else token for token in read]
    people = [span for span in cases.people(question, names) if _counts(question, read, span, cases)]
    sure: dict[str, int] = {}
    maybe: dict[str, int | None] = {}
    unknown: list[tuple[int, int]] = []
    taken: set[int] = set()
    for span in people:
        first = _stranger(question, read, span, cases, learnt) if span.first - 1 not in taken else span.first
        taken.update(range(first, span.last + 1))
        if span.fit is Fit.OTHER or first < span.first:
            unknown.append((read[first].start, read[span.last].end))
            continue
        fitting = span.cases if span.fit is Fit.FULL else cases.bare(read[span.last].skeleton)
        if span.fit is Fit.SURNAME and span.last in doubtful:
            maybe.update(dict.fromkeys(doubtful[span.last]))
            continue
        if learnt is not None:
            fitting = tuple(case for case in fitting if case in learnt.cases) or fitting
        if len(fitting) == 1 and not _goes_on(question, read, span):
            sure.setdefault(fitting[0], read[span.first].start)
        else:
            maybe.update(dict.fromkeys(fitting))
    for mention in cases.phrases(question, [_as_written(token, cases) for token in read]):
        inside = [at for at, token in enumerate(read) if mention.start <= token.start < mention.end]
        if taken.isdisjoint(inside):
            taken.update(inside)
            sure.setdefault(mention.cases[0], mention.start)
    strangers, known = _strangers(question, read, taken, cases, learnt)
    if not people and not strangers and not known:
        bearers = _by_given_name(read, taken, cases)
        children = [case for case in bearers if cases[case].protected]
        (sure if children and len(children) == len(bearers) else maybe).update(dict.fromkeys(bearers, 0))
    return Resolution(
        cases=tuple(sorted(sure, key=sure.__getitem__)),
        ambiguous=tuple(case for case in maybe if case not in sure and not cases[case].protected),
        unknown=tuple(sorted(unknown + strangers)),
        learnt=tuple(known),
        relative=bool(sure or maybe) and RELATIVE.search(question) is not None,
        kin=kin_asked(question, read, people[0].first, people[0].last)
        if len(people) == len(sure) == 1
        else (),
    )


def _without_idle_capitals(question: str) -> str:
    """The question in small letters if all of it is in capitals, or nearly every word begins with one."""
    words = question.split()
    capitals = sum(word[:1].isupper() for word in words)
    idle = question.isupper() or (len(words) >= 4 and capitals >= 0.8 * len(words))
    small = question.lower()
    return small if idle and len(words) > 1 and len(small) == len(question) else question


def _is_ordinary(question: str, token: Token) -> bool:
    """Whether a word in small letters, or the first of a question, is no name: жена is not Женя, Калі is not Коля."""
    if token.capital and not starts_sentence(question, token.start):
        return False
    return token.skeleton in ORDINARY or RELATIVE.fullmatch(token.word) is not None


def _counts(question: str, read: Sequence[Token], span: PersonSpan, cases: Cases) -> bool:
    """Whether a bare surname is written as a name, or is unmistakable in small letters."""
    token = read[span.last]
    if span.fit is not Fit.SURNAME:
        return token.capital or len(token.skeleton) >= 4
    if any(token.skeleton in cases[case].common for case in span.cases):
        return token.capital and not starts_sentence(question, token.start)
    return token.capital or token.skeleton in cases.decided or len(token.skeleton) >= 6


def _stranger(
    question: str, read: Sequence[Token], span: PersonSpan, cases: Cases, learnt: Learnt | None
) -> int:
    """Where the name begins: before the span, where a given name that we don't know stands before a known surname.

    Who is in office is named by surname alone: Poles Lukashenka is no Pole's name.
    """
    at = span.first - 1
    if all(cases[case].official for case in span.cases):
        return span.first
    if span.fit is not Fit.SURNAME or at < 0 or question[read[at].end : read[span.first].start].strip(" -"):
        return span.first
    token = read[at]
    named = token.capital and not token.word.isupper() and token.skeleton not in ORDINARY
    if (
        not named
        or next(cases.phrases(question, [token]), None)
        or (learnt and learnt.knows_word(token.skeleton))
    ):
        return span.first
    alone = len(read) == span.last + 1 and at == 0
    return at if alone or not starts_sentence(question, token.start) else span.first


def _goes_on(question: str, read: Sequence[Token], span: PersonSpan) -> bool:
    """Whether another capitalised word follows a bare surname: Kearney Boulevard is not Ihar Karnei."""
    after = span.last + 1
    if span.fit is not Fit.SURNAME or after == len(read) or not read[after].capital:
        return False
    return (
        question[read[span.last].end : read[after].start].isspace() and read[after].skeleton not in ORDINARY
    )


def _as_written(token: Token, cases: Cases) -> Token:
    """A place or organisation may be typed in small letters, unless it is also an ordinary word."""
    ordinary = token.skeleton in cases.ordinary and (is_cyrillic(token.word) or len(token.word) <= 4)
    return token if token.capital or ordinary else token._replace(word=token.word.upper())


def _strangers(
    question: str, read: Sequence[Token], taken: set[int], cases: Cases, learnt: Learnt | None
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Names of people who are no case: those whom the documents don't name, and those whom they do."""
    starts = {token.start: at for at, token in enumerate(read)}
    unknown: list[tuple[int, int]] = []
    known: list[tuple[int, int]] = []
    for run in [*capital_runs(question, read), *_small_runs(question, read, taken, cases, learnt)]:
        free = [token for token in run if starts[token.start] not in taken]
        while free and starts_sentence(question, free[0].start) and not _begins_name(free, cases):
            free = free[1:]
        while free and free[0].skeleton in ORDINARY:
            free = free[1:]
        if not free or not _is_person(question, free, cases, learnt):
            continue
        span = (free[0].start, free[-1].end)
        (known if _is_in_documents(free, learnt) else unknown).append(span)
    return unknown, known


def _begins_name(run: Sequence[Token], cases: Cases) -> bool:
    """Whether the capital letter of a sentence's first word is that of a name."""
    if run[0].skeleton in ORDINARY:
        return False
    if len(run) == 1:
        return is_surely_surname(run[0])
    return run[0].skeleton in cases.given or has_surname_ending(run[1])


def _small_runs(
    question: str, read: Sequence[Token], taken: set[int], cases: Cases, learnt: Learnt | None
) -> list[list[Token]]:
    """In small letters: a given name and a word that ends like a surname, or that is strange in a question on a person."""
    runs = []
    on_a_person = ON_A_PERSON.search(question) is not None
    for at, (one, other) in enumerate(pairwise(read)):
        if (
            one.capital
            or other.capital
            or {at, at + 1} & taken
            or len(one.word) < 4
            or _is_ordinary(question, one)
        ):
            continue
        strange = on_a_person and learnt is not None and len(other.word) > 2 and _is_strange(other, learnt)
        if one.skeleton in cases.given and (strange or has_surname_ending(other)):
            runs.append([one, other])
    return runs


def _is_person(question: str, run: Sequence[Token], cases: Cases, learnt: Learnt | None) -> bool:
    """Whether capitalised words look like a person's name, by given name, ending, the words before, or strangeness."""
    if any((token.word.isupper() and len(token.word) > 1) or not token.word.isalpha() for token in run):
        return False
    before = question[: run[0].start]
    expected = WHO.search(before) is not None
    if not expected and learnt is not None and ON_A_PERSON.search(question) and not IN_A_PLACE.search(before):
        expected = all(_is_strange(token, learnt) for token in run)
    if len(run) > 1:
        given = any(token.skeleton in cases.given for token in (run[0], run[-1]))
        if not given and DESCRIBES.fullmatch(run[0].word):
            return False
        return given or expected or has_surname_ending(run[-1])
    if run[0].skeleton in cases.given or len(run[0].skeleton) < 3 or is_adjective(question, run[0]):
        return False
    return expected or has_surname_ending(run[0])


def _is_strange(token: Token, learnt: Learnt) -> bool:
    """Whether documents in the script of this word never say it."""
    return (
        token.skeleton not in ORDINARY
        and learnt.covers(token.word)
        and not learnt.knows_similar_word(token.skeleton)
    )


def _is_in_documents(run: Sequence[Token], learnt: Learnt | None) -> bool:
    if learnt is None:
        return False
    parts = [token.skeleton for token in run]
    by_ear = is_cyrillic(run[-1].word) and not learnt.covers(run[-1].word)
    if by_ear and not has_surname_ending(run[-1]) and learnt.knows_sounds(parts):  # Джон Элвей, of John Elway
        return True
    if len(parts) == 1:
        return (
            learnt.knows_word(parts[0]) if is_surely_surname(run[0]) else learnt.knows_similar_word(parts[0])
        )
    if learnt.knows_name(parts):
        return True
    return not has_surname_ending(run[-1]) and all(learnt.knows_similar_word(part) for part in parts)


def _by_given_name(read: Sequence[Token], taken: set[int], cases: Cases) -> tuple[str, ...]:
    """The people with a given name that stands alone."""
    for at, token in enumerate(read):
        if (
            token.capital
            and at not in taken
            and token.skeleton in cases.given_of
            and token.skeleton not in ORDINARY
        ):
            return tuple(case.id for case in cases if case.id in cases.given_of[token.skeleton])
    return ()
