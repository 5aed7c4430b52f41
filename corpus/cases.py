"""The cases: people, organisations, places and terms of `cases.toml`, and which of them a text names.

Which case a question means is `index/names.py`; it reuses the tables and `Cases.people` from here.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from corpus.declension import name_forms, place_forms
from corpus.fold import Token, skeleton, tokens
from corpus.naming import Fit, Mention, PersonSpan, Phrase, adjoin, is_written_as_name, starts_sentence
from corpus.roster import Case, CasesError, CaseType, GivenLine, Roster, read_roster

__all__ = ["Case", "CaseType", "Cases", "CasesError", "load_cases", "parse_cases"]

CASES_FILE = Path(__file__).parent / "cases.toml"
_HYPHEN = re.compile("[-\u2010\u2011]")
_PATRONYMIC = re.compile(r".{2,}(?:avic|evic|ic|avn|evn|icn)(?:a|v|e|i|am|em|ai|ei)?")
_CONJUNCTIONS = frozenset({"and", "и", "і", "й", "ды", "та", "und", "i", "oraz", "y"})
_WRITTEN_V = "вўvwŭВЎVWŬ"
_FALLBACK = {"be-tarask": ("be",), "be-latn": (), "be": ("be-tarask", "ru"), "ru": (), "uk": ("ru",)}


class Cases:
    """All cases, in the order of the file, with the tables that find them. Keys of the tables are skeletons."""

    def __init__(self, roster: Roster) -> None:
        self.all = roster.cases
        self.by_id: Mapping[str, Case] = {case.id: case for case in self.all}
        self.numbers: Mapping[str, int] = {case.id: number for number, case in enumerate(self.all)}
        self.common_surnames = roster.common_surnames
        self.surnames: dict[str, tuple[str, ...]] = {}
        """A form of a surname -> the people who bear it."""
        self.decided: dict[str, str] = {}
        """A form of a surname that alone means one person."""
        self.given: set[str] = set()
        """Every form of every given name."""
        self.given_of: dict[str, frozenset[str]] = {}
        """A form of a given name -> the people who bear it."""
        self.ordinary: set[str] = set()
        """Names of people, organisations and places that are also ordinary words."""
        self._surname_bases: set[str] = set()
        self._phrases: dict[str, list[Phrase]] = {}
        lines: dict[str, list[GivenLine]] = {}
        for line in roster.given_names:
            for spelling in line.skeletons:
                lines.setdefault(spelling, []).append(line)
                self.given |= name_forms(spelling, line.female)
        for case in self.all:
            if case.type is not CaseType.TERM:
                self.ordinary |= case.common
            if case.type is CaseType.PERSON:
                self._add_person(case, lines)
            else:
                self._add_phrases(case)
        for phrases in self._phrases.values():
            phrases.sort(key=lambda phrase: -len(phrase.forms))

    def __getitem__(self, case_id: str) -> Case:
        return self.by_id[case_id]

    def __iter__(self) -> Iterator[Case]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    def display_name(self, case_id: str, language: str) -> str:
        """The name to show in a language; Belarusian falls back to Russian, everything else to English."""
        names = self.by_id[case_id].names
        chain = (language, *_FALLBACK.get(language, ()), "en", *names)
        return next(names[code] for code in chain if code in names)

    def mentions(self, text: str) -> tuple[Mention, ...]:
        """What a text names, in order. A bare surname means whoever the same text names in full, if anyone."""
        found = tokens(text)
        people = self.people(
            text, [token if token.capital else token._replace(skeleton="") for token in found]
        )
        in_full = {case for span in people if span.fit is Fit.FULL for case in span.cases}
        mentions = list(self.phrases(text, found))
        for span in people:
            token = found[span.last]
            if span.fit is Fit.OTHER or (
                span.fit is Fit.SURNAME and self._is_ordinary(text, token, span.cases)
            ):
                continue
            cases = span.cases
            if span.fit is Fit.SURNAME:
                cases = tuple(case for case in cases if case in in_full) or self.bare(token.skeleton)
            mentions.append(Mention(found[span.first].start, token.end, cases))
        return tuple(sorted(mentions, key=lambda mention: mention.start))

    def bare(self, surname: str) -> tuple[str, ...]:
        """The people whom a surname alone can mean: one where the file decides it, else all who bear it."""
        decided = self.decided.get(surname)
        return (decided,) if decided else self.surnames.get(surname, ())

    def people(self, text: str, found: Sequence[Token]) -> list[PersonSpan]:
        """The people whom the tokens name, in order; a token with an empty skeleton names nobody."""
        spans: list[PersonSpan] = []
        for number, token in enumerate(found):
            bearers = () if self._is_longer_surname(token) else self.surnames.get(token.skeleton)
            if not bearers or (spans and number <= spans[-1].last) or self._goes_on(text, found, number):
                continue
            span = self._with_given_name(text, found, number, bearers)
            if span.fit is Fit.FULL:
                spans.extend(self._shared_surname(found, span, bearers))
            spans.append(span)
        return spans

    def phrases(self, text: str, found: Sequence[Token]) -> Iterator[Mention]:
        """Organisations, places and terms that the tokens name, longest first, in order."""
        free_from = 0
        for number, token in enumerate(found):
            if number < free_from:
                continue
            for phrase in self._phrases.get(token.skeleton, ()):
                after = number + len(phrase.forms)
                if self._says(text, found[number:after], phrase):
                    free_from = after
                    yield Mention(token.start, found[after - 1].end, (phrase.case,))
                    break

    def _says(self, text: str, words: Sequence[Token], phrase: Phrase) -> bool:
        if len(words) < len(phrase.forms):
            return False
        if not all(word.skeleton in forms for word, forms in zip(words, phrase.forms, strict=True)):
            return False
        unlike = self.by_id[phrase.case].unlike
        if unlike and any(word.word.casefold().startswith(unlike) for word in words):
            return False
        return len(words) > 1 or is_written_as_name(text, words[0], phrase)

    def _with_given_name(
        self, text: str, found: Sequence[Token], number: int, bearers: tuple[str, ...]
    ) -> PersonSpan:
        first = number
        while (
            first
            and found[first - 1].skeleton in self.surnames
            and found[first].start - found[first - 1].end == 1
        ):
            if not set(self.surnames[found[first - 1].skeleton]) & set(bearers):
                break
            first -= 1  # Шарэнда-Панасюк: both halves are surnames of one person
        for before in (first - 1, first - 2):
            if before < 0 or not adjoin(text, found, before, before + 1):
                break
            fit = self._fit(text, found[before], bearers)
            if fit is not None:
                return PersonSpan(before, number, *fit)
            if not _PATRONYMIC.fullmatch(found[before].skeleton):
                break
        after = number + 1
        if (
            after < len(found)
            and found[after].capital
            and text[found[number].end : found[after].start].isspace()
        ):
            follows = (
                after + 1 < len(found) and adjoin(text, found, after, after + 1) and found[after + 1].capital
            )
            fit = self._fit(text, found[after], bearers) if len(found[after].word) > 1 else None
            if fit is not None and (fit[0] is Fit.FULL or not follows):
                return PersonSpan(first, after, *fit)
        return PersonSpan(first, number, Fit.SURNAME, bearers)

    def _is_longer_surname(self, token: Token) -> bool:
        """Whether a form is read as a dative but written with a consonant: Карнеев is not Карнею."""
        return (
            token.word[-1] in _WRITTEN_V
            and token.skeleton[-1:] == "v"
            and token.skeleton not in self._surname_bases
        )

    def _goes_on(self, text: str, found: Sequence[Token], number: int) -> bool:
        """Whether a hyphen joins this surname to the rest of it: Шарэнда-Панасюк."""
        if number + 1 == len(found) or text[found[number].end : found[number + 1].start] != "-":
            return False
        pair = (self.surnames.get(found[at].skeleton, ()) for at in (number, number + 1))
        return bool(set(next(pair)) & set(next(pair)))

    def _fit(self, text: str, given: Token, bearers: tuple[str, ...]) -> tuple[Fit, tuple[str, ...]] | None:
        """Whether a word beside a surname is a given name of its bearers, of others, or no given name (`None`)."""
        if len(given.word) == 1 and given.capital and text[given.end : given.end + 1] == ".":
            same = tuple(case for case in bearers if given.skeleton in _initials(self.by_id[case]))
            return (Fit.FULL if len(same) == 1 else Fit.SURNAME, same) if same else (Fit.OTHER, ())
        same = tuple(case for case in bearers if case in self.given_of.get(given.skeleton, ()))
        if same:
            return Fit.FULL, same
        return (Fit.OTHER, ()) if given.skeleton in self.given else None

    def _shared_surname(
        self, found: Sequence[Token], span: PersonSpan, bearers: tuple[str, ...]
    ) -> list[PersonSpan]:
        """Ihar in "Ihar and Daria Losik"."""
        other = span.first - 2
        if other < 0 or found[span.first - 1].word.casefold() not in _CONJUNCTIONS:
            return []
        same = tuple(case for case in bearers if case in self.given_of.get(found[other].skeleton, ()))
        return [PersonSpan(other, other, Fit.FULL, same)] if same else []

    def _is_ordinary(self, text: str, token: Token, cases: tuple[str, ...]) -> bool:
        return any(token.skeleton in self.by_id[case].common for case in cases) and starts_sentence(
            text, token.start
        )

    def _add_person(self, case: Case, lines: Mapping[str, Sequence[GivenLine]]) -> None:
        full = [name.split() for name in case.spellings if " " in name]
        own = {line for parts in full for line in lines.get(skeleton(parts[0]), ())}
        female = any(line.female for line in own)
        given = {skeleton(parts[0]) for parts in full}.union(*(line.skeletons for line in own))
        for form in {form for spelling in given for form in name_forms(spelling, female)}:
            self.given_of[form] = self.given_of.get(form, frozenset()) | {case.id}
        for parts in full:
            for surname in _HYPHEN.split(parts[-1]):
                self._surname_bases.add(skeleton(surname))
                self._add_surname(case.id, name_forms(skeleton(surname), female))
        for name in case.spellings:
            if " " not in name:
                forms = name_forms(skeleton(name), female)
                self._add_surname(case.id, forms)
                self.decided.update(dict.fromkeys(forms, case.id))

    def _add_surname(self, case_id: str, forms: frozenset[str]) -> None:
        for form in forms:
            bearers = self.surnames.get(form, ())
            if case_id not in bearers:
                self.surnames[form] = (*bearers, case_id)

    def _add_phrases(self, case: Case) -> None:
        for name in case.spellings:
            parts = [token.skeleton for token in tokens(name)]
            if not parts:
                continue
            forms = tuple(place_forms(part) | {f"{part}s"} for part in parts)
            letters = len(name) if len(parts) == 1 and len(name) <= 4 and name.isupper() else 0
            phrase = Phrase(case.id, forms, letters, parts[0] in case.common, case.type is CaseType.TERM)
            for form in forms[0]:
                self._phrases.setdefault(form, []).append(phrase)


@cache
def load_cases() -> Cases:
    """The cases of this installation, read once."""
    return parse_cases(CASES_FILE.read_text(encoding="utf-8"))


def parse_cases(text: str) -> Cases:
    """Cases from the text of a `cases.toml`; raises `CasesError` naming the entry that is wrong."""
    return Cases(read_roster(text))


def _initials(case: Case) -> set[str]:
    return {skeleton(name)[:1] for name in case.spellings if " " in name}
