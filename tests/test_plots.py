"""The two curves of an evaluation, counted by hand, and their pictures."""

from pathlib import Path

import numpy as np
import pytest
from encoders import HashingEncoder
from library import news, version_of

from index.evaluate import Outcome, evaluate
from index.judged import Gold, Judged
from index.plots import PlotError, draw, reliability, risk_coverage

ENCODER = HashingEncoder()
VERSION = version_of(news(), ENCODER)


def outcomes(*questions: str) -> list[Outcome]:
    gold = (Gold("arrest", "Ihar Losik was arrested in June 2020."),)
    judged = [Judged(str(number), text, "en", "date", True, gold) for number, text in enumerate(questions)]
    return evaluate(judged, version=VERSION, encoder=ENCODER)


def test_risk_is_the_share_of_wrong_answers_among_the_surest():
    coverage, risk = risk_coverage(np.array([0.9, 0.2, 0.6, 0.4]), np.array([True, False, False, True]))
    assert coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert risk.tolist() == pytest.approx([0, 1 / 2, 1 / 3, 2 / 4])


def test_equally_sure_questions_are_answered_together():
    coverage, risk = risk_coverage(np.array([0.9, 0.5, 0.5, 0.5]), np.array([True, False, True, True]))
    assert coverage.tolist() == [0.25, 1.0]
    assert risk.tolist() == [0, 0.25]


def test_reliability_counts_the_right_ones_of_each_tenth_that_occurs():
    found = reliability(np.array([0.02, 0.08, 0.95, 1.0]), np.array([False, True, True, True]))
    assert found == [(pytest.approx(0.05), 0.5, 2), (pytest.approx(0.975), 1.0, 2)]


def test_both_pictures_are_drawn_into_a_new_folder(tmp_path: Path):
    asked = outcomes("When was Ihar Losik arrested?", "When was Vitold Zhurauski arrested?")
    drawn = draw(asked, tmp_path / "new" / "plots", title="two questions")
    assert [path.name for path in drawn] == ["risk-coverage.png", "reliability.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in drawn)


def test_without_a_probability_there_is_nothing_to_draw(tmp_path: Path):
    with pytest.raises(PlotError, match="nothing to draw"):
        draw(outcomes("When was Vitold Zhurauski arrested?"), tmp_path, title="an unknown person")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(PlotError, match=r"cannot write to .*file/plots"):
        draw(outcomes("When was Ihar Losik arrested?"), tmp_path / "file" / "plots", title="a question")
