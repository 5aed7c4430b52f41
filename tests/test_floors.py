"""Floors: a version of the bundled documents below one is not published, and lowering one leaves its reason."""

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType

import pytest
from encoders import HashingEncoder
from library import news, version_of
from model import MODEL_HOME, embedded_encoder

from corpus.library import load
from corpus.settings import BUNDLED
from index import floors, weights
from index.build import assemble
from index.floors import (
    FALSELY,
    FloorError,
    Share,
    check,
    compare,
    digest,
    is_below,
    read,
    sample,
    set_floors,
)
from index.judged import read_judged
from index.update import update

FIGURES = MappingProxyType({"hit@3 en": Share(0.9, 20), FALSELY: Share(0.05, 40)})


def stored(**limits: float) -> dict[str, object]:
    return {"sha256": digest(), "floors": {"hit@3 en": 0.85, FALSELY: 0.1} | limits}


def test_figures_at_their_floors_pass():
    at = {"hit@3 en": 0.9, FALSELY: 0.05}
    compare(FIGURES, stored=stored(**at))
    assert [name for name, floor in at.items() if is_below(name, FIGURES[name].value, floor)] == []


def test_a_figure_below_its_floor_is_named_with_its_value():
    with pytest.raises(FloorError, match=r"^hit@3 en is 0\.900, its floor 0\.901: nothing was published"):
        compare(FIGURES, stored=stored(**{"hit@3 en": 0.901}))


def test_false_refusals_have_a_ceiling():
    with pytest.raises(FloorError, match=r"^falsely refused is 0\.050, its ceiling 0\.040: "):
        compare(FIGURES, stored=stored(**{FALSELY: 0.04}))


def test_floors_of_other_questions_say_so():
    with pytest.raises(
        FloorError, match=r"briefs\.jsonl is not what the floors in floors\.json were set for"
    ):
        compare(FIGURES, stored=stored() | {"sha256": "0" * 64})


def test_floors_are_set_two_questions_below_and_remember_why(tmp_path: Path):
    path = tmp_path / "floors.json"
    set_floors(FIGURES, reason="first", today=date(2026, 1, 2), path=path)
    assert read(path)["floors"] == {"hit@3 en": 0.8, FALSELY: 0.1}
    worse = {**FIGURES, "hit@3 en": Share(0.7, 20)}
    set_floors(worse, reason="the encoder changed", today=date(2026, 3, 4), path=path)
    assert read(path)["floors"]["hit@3 en"] == 0.6
    assert read(path)["set"] == [
        {"on": "2026-01-02", "reason": "first", "lowered": []},
        {"on": "2026-03-04", "reason": "the encoder changed", "lowered": ["hit@3 en"]},
    ]


def test_the_sample_holds_a_third_of_each_language_with_and_without_an_answer():
    questions = read_judged(floors.JUDGED)
    groups = Counter((judged.language, judged.answerable) for judged in questions)
    chosen = Counter((judged.language, judged.answerable) for judged in sample(questions))
    assert chosen == {group: -(-count // floors.STEP) for group, count in groups.items()}
    assert sample(questions) == sample(questions[::-1])


def test_the_floors_are_those_of_the_questions_in_the_repository():
    assert read()["sha256"] == digest()
    assert set(read()["floors"]) == {"hit@3 en", "hit@3 ru", "hit@3 be", "refused", FALSELY}


def test_another_model_and_other_documents_are_not_held_to_the_floors(hashing: HashingEncoder):
    check(assemble(load([BUNDLED]), hashing, created=datetime.now(UTC)).version, hashing)
    check(replace(version_of(news(), hashing), model=weights.NAME), hashing)


def test_a_version_of_the_bundled_documents_that_finds_little_is_refused(
    hashing: HashingEncoder, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(weights, "NAME", hashing.name)  # of which the floors expect more than letters
    version = assemble(load([BUNDLED]), hashing, created=datetime.now(UTC)).version
    with pytest.raises(
        FloorError, match=r"nothing was published; see what changed with `sprava index floors`$"
    ):
        check(version, hashing)


@pytest.mark.model
def test_the_bundled_documents_hold_their_floors():
    kept = MODEL_HOME / "floors"  # so that a second run encodes only what changed
    done = update(kept, load([BUNDLED]), embedded_encoder, model=None, created=datetime.now(UTC), accept=True)
    check(done.version, embedded_encoder())


def test_the_file_of_floors_is_json_that_says_what_it_is():
    assert "sprava index floors --set" in json.loads(floors.FILE.read_text(encoding="utf-8"))["about"]
