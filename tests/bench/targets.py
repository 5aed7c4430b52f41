"""The targets of quality beside what was measured, and which command measures it.

    python tests/bench/targets.py [--shared FOLDER] [--write]

XQuAD's figures are taken over from the table that `tests/bench/xquad.py --write` left in README.md beside this file;
everything else is measured now. The targets of speed stand in their own table.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from model import embedded_encoder
from readme import README as BENCH
from readme import markdown, measured, rewrite, verdict
from remembered import Remembering
from sets import SHARED, Set, read_sets, version_of

from index.encoder import Encoder
from index.evaluate import Outcome, evaluate, figures

README = Path(__file__).parents[2] / "index" / "README.md"
XQUAD = {
    "passage R@1, en→en": 0.97,
    "passage R@1, ru→ru": 0.96,
    "passage R@1, ru→en": 0.90,
    "passage R@1, en→ru": 0.88,
    "passage R@1, be→en": 0.82,
    "first reply holds the answer, en→en": 0.96,
    "first reply holds the answer, ru→ru": 0.95,
    "first reply holds the answer, ru→en": 0.90,
    "half of each article gone: refused rightly where 5 % are wrongly, en→en": 0.85,
    "half of each article gone: refused rightly where 5 % are wrongly, ru→ru": 0.85,
    "quotes are slices of the source, en→en": 1.0,
}
"""Row of that table: at least so much."""
HIT = {"en": 0.95, "ru": 0.90, "be": 0.85}
NEAR_MISS, OTHER, UNKNOWN, FALSELY = 0.85, 0.98, 0.98, 0.05
Row = tuple[str, int, float, str, bool, str]
"""What, questions, figure, target, whether it is met, command."""


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder with seeds and articles")
    parser.add_argument("--write", action="store_true", help="write the table into index/README.md")
    arguments = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    encoder = Remembering(embedded_encoder())
    rows = list(_xquad())
    for one in read_sets(arguments.shared):
        if not one.name.startswith("XQuAD"):
            rows += _own(one, encoder)
    cells = [
        [what, str(count), f"{value:.3f}", target, verdict(met), f"`{command}`"]
        for what, count, value, target, met, command in rows
    ]
    columns = ["what", "questions", "measured", "target", "", "measured by"]
    content = measured("python tests/bench/targets.py --write") + "\n\n" + markdown(columns, cells)
    sys.stdout.write(content + "\n")
    if arguments.write:
        rewrite("targets", content, path=README)
    return 0


def _xquad() -> Iterator[Row]:
    for line in BENCH.read_text("utf-8").splitlines():
        what, *cells = [cell.strip() for cell in line.strip("|").split("|")]
        if (target := XQUAD.get(what)) is not None:
            value = float(cells[1])
            yield f"XQuAD: {what}", int(cells[0]), value, f"≥ {target:.2f}", value >= target, "xquad.py"


def _own(one: Set, encoder: Encoder) -> Iterator[Row]:
    outcomes = evaluate(one.questions, version=version_of(one, encoder), encoder=encoder)
    for language, target in HIT.items():
        asked = [o for o in outcomes if o.judged.language == language and o.judged.answerable]
        if asked:
            yield _row(f"{one.name}: hit@3, {language}", asked, figures(asked).hit_3, target)
    refused = {
        "near-misses refused": (NEAR_MISS, lambda kind: "near-miss" in kind),
        "unknown people recognised": (UNKNOWN, lambda kind: "unknown-person" in kind),
        "off topic, furniture, private, abuse refused": (
            OTHER,
            lambda kind: "near-miss" not in kind and "unknown-person" not in kind,
        ),
    }
    for what, (target, of_kind) in refused.items():
        asked = [o for o in outcomes if not o.judged.answerable and of_kind(o.judged.kind)]
        if asked:
            yield _row(f"{one.name}: {what}", asked, figures(asked).refused, target)
    asked = [o for o in outcomes if o.judged.answerable]
    wrongly = figures(asked).falsely_refused or 0.0
    yield (
        f"{one.name}: answerable ones refused",
        len(asked),
        wrongly,
        f"≤ {FALSELY}",
        wrongly <= FALSELY,
        "targets.py",
    )


def _row(what: str, asked: list[Outcome], value: float | None, target: float) -> Row:
    found = value or 0.0
    return what, len(asked), found, f"≥ {target:.2f}", found >= target, "targets.py"


if __name__ == "__main__":
    sys.exit(main())
