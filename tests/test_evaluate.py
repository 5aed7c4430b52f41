"""Figures of judged questions, counted by hand, and the files they come from."""

import json
import math
from pathlib import Path

import pytest
from encoders import HashingEncoder
from library import news, version_of

from index.evaluate import compare, evaluate, figures, report
from index.judged import Gold, Judged, JudgedFileError, read_judged

ENCODER = HashingEncoder()
VERSION = version_of(news(), ENCODER)


def judged(id_: str, question: str, *gold: tuple[str, str], language: str = "en") -> Judged:
    return Judged(id_, question, language, "date", bool(gold), tuple(Gold(*piece) for piece in gold))


HIT = judged("hit", "When was Ihar Losik arrested?", ("arrest", "Ihar Losik was arrested in June 2020."))
MISS = judged("miss", "When was Ihar Losik arrested?", ("release", "Mikalai Statkevich refused"))
UNKNOWN = judged("unknown", "When was Vitold Zhurauski arrested?")


def test_a_quote_hits_when_it_contains_the_gold_text_or_half_of_it_lies_within():
    (source, *_) = news()
    gold = Gold("arrest", "was arrested in June 2020")
    assert gold.is_hit_by(source, "Ihar Losik was arrested in June 2020.")
    assert gold.is_hit_by(source, "arrested in June")
    assert not gold.is_hit_by(source, "June 2020")
    assert not Gold("other", gold.text).is_hit_by(source, "Ihar Losik was arrested in June 2020.")


def test_shares_are_those_of_the_questions():
    found = figures(evaluate([HIT, MISS, UNKNOWN], version=VERSION, encoder=ENCODER))
    assert (found.questions, found.answerable) == (3, 2)
    assert found.hit_1 == 0.5
    assert found.falsely_refused == 0.0
    assert found.refused == 1.0


def test_ndcg_of_a_gold_passage_at_its_rank():
    (outcome,) = evaluate([MISS], version=VERSION, encoder=ENCODER)
    rank = outcome.ranking.index(True) + 1
    assert figures([outcome]).ndcg_10 == pytest.approx(1 / math.log2(rank + 1), abs=1e-4)


def test_a_group_without_such_questions_has_no_share():
    found = figures(evaluate([UNKNOWN], version=VERSION, encoder=ENCODER))
    assert (found.hit_3, found.ndcg_10, found.falsely_refused) == (None, None, None)


def test_a_report_groups_by_language_and_kind():
    outcomes = evaluate(
        [HIT, judged("be", "Хто адмовіўся?", ("release", "x"), language="be")],
        version=VERSION,
        encoder=ENCODER,
    )
    found = report(outcomes, version=VERSION)
    assert {name: group.questions for name, group in found.by_language.items()} == {"en": 1, "be": 1}
    assert found.by_kind["date"].questions == 2
    assert json.loads(json.dumps(found.as_json()))["total"]["questions"] == 2


def test_a_comparison_names_the_questions_whose_replies_changed():
    older = version_of([document for document in news() if document.id != "arrest"], ENCODER)
    before, after = (evaluate([HIT, MISS], version=version, encoder=ENCODER) for version in (older, VERSION))
    found = compare(before, after, versions=(older, VERSION))
    assert (found.lost, found.gained) == ((), ("hit",))
    assert (found.before.total.hit_3, found.after.total.hit_3) == (0.0, 0.5)
    assert compare(after, before, versions=(VERSION, older)).lost == ("hit",)
    assert found.as_json()["compared"]["gained"] == ["hit"]


def test_an_honest_refusal_is_the_right_reply_to_what_no_source_says():
    unknown, miss = evaluate([UNKNOWN, MISS], version=VERSION, encoder=ENCODER)
    assert (unknown.is_right, miss.is_right) == (True, False)


LINE = {
    "id": "1",
    "question": "?",
    "language": "en",
    "kind": "date",
    "answerable": True,
    "gold": [{"file": "a.md", "text": "x"}],
}


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        json.dumps(LINE | {"question": 5}),
        json.dumps(LINE | {"answerable": "yes"}),
        json.dumps(LINE | {"gold": []}),
        json.dumps(LINE | {"gold": [{"file": "a.md"}]}),
    ],
)
def test_a_broken_line_is_named_with_its_file_and_number(line: str, tmp_path: Path):
    path = tmp_path / "judged.jsonl"
    path.write_text(json.dumps(LINE) + "\n" + line + "\n", encoding="utf-8")
    with pytest.raises(JudgedFileError, match=r"judged\.jsonl, line 2: "):
        read_judged(path)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(JudgedFileError, match="nothing"):
        read_judged(tmp_path / "nothing.jsonl")


def test_a_gold_file_names_a_document_without_its_extension(tmp_path: Path):
    path = tmp_path / "judged.jsonl"
    path.write_text(json.dumps(LINE), encoding="utf-8")
    assert read_judged(path)[0].gold == (Gold("a", "x"),)
