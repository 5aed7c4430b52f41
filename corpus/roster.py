"""The roster: what `cases.toml` says, read and checked. Finding names in texts is `corpus/cases.py`."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from corpus.declension import name_forms, place_forms
from corpus.errors import SpravaError
from corpus.fold import skeleton

_ID = re.compile("[a-z0-9-]{1,32}")
_PARENTHESIS = re.compile(r"\s*[(\[].*?[)\]]")


class CasesError(SpravaError):
    """The file of cases is wrong: which entry, what about it, what to change."""


class CaseType(StrEnum):
    """What a case is about."""

    PERSON = "person"
    ORGANISATION = "organisation"
    PLACE = "place"
    TERM = "term"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One entry of `cases.toml`; the meaning of each field is at the top of that file."""

    id: str
    type: CaseType
    names: Mapping[str, str]
    also: tuple[str, ...] = ()
    confusable: tuple[str, ...] = ()
    common: frozenset[str] = frozenset()
    """Skeletons of spellings that are also ordinary words."""
    unlike: tuple[str, ...] = ()
    protected: bool = False
    official: bool = False
    note: str | None = None

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every listed spelling once, without what stands in brackets."""
        names = (_PARENTHESIS.sub("", name) for name in (*self.names.values(), *self.also))
        return tuple(dict.fromkeys(names))


@dataclass(frozen=True, slots=True)
class GivenLine:
    """One line of [given_names]: spellings of one name."""

    skeletons: frozenset[str]
    female: bool


@dataclass(frozen=True, slots=True)
class Roster:
    """The whole file."""

    cases: tuple[Case, ...]
    given_names: tuple[GivenLine, ...]
    common_surnames: frozenset[str]
    """Forms of frequent surnames that belong to nobody here, as skeletons."""


def read_roster(text: str) -> Roster:
    """What the text of a `cases.toml` says; raises `CasesError` naming the entry that is wrong."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CasesError(f"cases.toml is not valid TOML: {error}; correct that line") from error
    cases = tuple(_read_case(entry) for entry in table.get("case", ()))
    known: set[str] = set()
    for case in cases:
        if case.id in known:
            raise CasesError(f"cases.toml: the id {case.id!r} occurs twice; rename one of the two entries")
        known.add(case.id)
    for case in cases:
        if missing := [other for other in case.confusable if other not in known]:
            raise CasesError(
                f"cases.toml: {case.id!r} is confusable with {missing[0]!r}, which does not exist; correct the id"
            )
    given = table.get("given_names", {})
    return Roster(
        cases=cases,
        given_names=tuple(
            GivenLine(frozenset(map(skeleton, line.split())), female=sex == "female")
            for sex in ("male", "female")
            for line in given.get(sex, ())
        ),
        common_surnames=frozenset(
            form
            for surname in table.get("surnames", {}).get("common", "").split()
            for form in name_forms(skeleton(surname), female=False) | {f"{skeleton(surname)}a"}
        ),
    )


def _read_case(entry: dict[str, Any]) -> Case:
    case_id = entry.get("id", "")
    if not isinstance(case_id, str) or not _ID.fullmatch(case_id):
        raise CasesError(
            f"cases.toml: the id {case_id!r} is not 1 to 32 characters of a-z, 0-9 and -; rename it"
        )
    try:
        case = Case(
            id=case_id,
            type=CaseType(entry["type"]),
            names=MappingProxyType(dict(entry["names"])),
            also=tuple(entry.get("also", ())),
            confusable=tuple(entry.get("confusable", ())),
            common=frozenset(
                form for word in entry.get("common", ()) for form in place_forms(skeleton(word))
            ),
            unlike=tuple(entry.get("unlike", ())),
            protected=entry.get("protected", False),
            official=entry.get("official", False),
            note=entry.get("note"),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CasesError(
            f"cases.toml: {case_id!r} lacks or misspells {error}; see the top of the file"
        ) from error
    if unknown := entry.keys() - {*Case.__dataclass_fields__}:
        raise CasesError(
            f"cases.toml: {case_id!r} has an unknown field {min(unknown)!r}; see the top of the file"
        )
    if "en" not in case.names:
        raise CasesError(f"cases.toml: {case_id!r} has no English name; add names.en")
    return case
