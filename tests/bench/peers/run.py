"""The same paragraphs, questions, weights and machine for sprava and for what one would use instead of it.

    python tests/bench/peers/run.py --peers /tmp/sprava-peers/bin/python [--write]

How to make that environment is in `tests/bench/README.md`.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import quantiles
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parents[1])]

from model import MODEL_HOME  # noqa: E402
from readme import markdown, measured, rewrite  # noqa: E402
from squad import FOLDER, MISSING, read  # noqa: E402
from systems import SYSTEMS  # noqa: E402

from corpus.library import load  # noqa: E402
from corpus.settings import BUNDLED  # noqa: E402
from index import weights  # noqa: E402

STARTS = 3
QUESTIONS = 204
"""About so many, evenly drawn."""
COLUMNS = [
    "system", "build, passages/s CPU (texts encoded)", "cold start s (CPU s)", "query ms CPU, p50 / p95",
    "resident MB", "R@1 / R@5", "one paragraph of five changed: s, texts", "chunks that are exact slices: XQuAD / bundled",
]  # fmt: skip
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false",
    "HAYSTACK_TELEMETRY_ENABLED": "False", "DO_NOT_TRACK": "1",
}  # fmt: skip


def main() -> int:
    """Measure and print; 2 where the data or the peers are missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, required=True, help="interpreter that has the peers' packages")
    parser.add_argument("--data", type=Path, default=FOLDER, help="folder with the SQuAD-format files")
    parser.add_argument("--write", action="store_true", help="write the table into tests/bench/README.md")
    arguments = parser.parse_args()
    squad = read(arguments.data)
    if squad is None:
        sys.stderr.write(MISSING.format(folder=arguments.data) + "\n")
        return 2
    if subprocess.run(
        [arguments.peers, "-c", "import txtai, haystack"], capture_output=True, check=False
    ).returncode:
        sys.stderr.write(
            f"{arguments.peers} has no txtai and haystack: make it as tests/bench/README.md says\n"
        )
        return 2
    texts = squad.paragraphs["en"]
    articles = [[text for key, text in texts.items() if key[0] == n] for n in range(len(squad.titles))]
    questions = squad.questions["en"]
    data = {
        "model": str(weights.model_path(MODEL_HOME / "models")),
        "articles": articles,
        "questions": [
            (question.text, question.gold) for question in questions[:: len(questions) // QUESTIONS or 1]
        ],
        "sources": {
            "XQuAD": ["\n\n".join(article) for article in articles],
            "bundled": [document.text for document in load([BUNDLED])],
        },
    }
    rows = measure(data, arguments.peers)
    show(rows)
    if arguments.write:
        command = "python tests/bench/peers/run.py --peers /tmp/sprava-peers/bin/python --write"
        note = f"{len(texts)} English paragraphs, {len(data['questions'])} questions, weights of multilingual-e5-small."
        rewrite("peers", f"{measured(command)} {note}\n\n{markdown(COLUMNS, rows)}")
    return 0


def measure(data: dict[str, Any], peers: Path) -> list[list[str]]:
    """A row of the table for each system; they take turns where time is measured."""
    with tempfile.TemporaryDirectory() as home:
        folders = {name: Path(home) / str(number) for number, name in enumerate(SYSTEMS)}
        for folder in folders.values():
            folder.mkdir()
            (folder / "data.json").write_text(json.dumps(data))
        worked = {name: _child(name, "work", folder, peers) for name, folder in folders.items()}
        started: dict[str, list[dict[str, float]]] = {name: [] for name in SYSTEMS}
        for _ in range(STARTS):
            for name, folder in folders.items():
                started[name].append(_child(name, "start", folder, peers))
    passages = sum(map(len, data["articles"]))
    return [_row(name, passages, worked[name], started[name]) for name in SYSTEMS]


def _child(name: str, task: str, folder: Path, peers: Path) -> dict[str, Any]:
    """What `measure.py` prints, run by the interpreter that the system lives in."""
    python = peers if name.startswith(("txtai", "Haystack")) else Path(sys.executable)
    done = subprocess.run(
        [python, HERE / "measure.py", name, task, folder],
        env=os.environ | ENVIRONMENT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def _row(name: str, passages: int, worked: dict[str, Any], started: list[dict[str, float]]) -> list[str]:
    best = {key: min(start[key] for start in started) for key in started[0]}
    milliseconds = sorted(1000 * cpu for cpu in worked["query cpu"])
    slices = ["–" if share is None else f"{share:.3f}" for share in worked["slices"].values()]
    cuts = quantiles(milliseconds, n=20)
    return [
        name,
        f"{passages / worked['built'][1]:.1f} ({worked['build texts']})",
        f"{best['seconds']:.1f} ({best['cpu']:.1f})",
        f"{cuts[9]:.1f} / {cuts[18]:.1f}",
        f"{best['megabytes']:.0f}",
        f"{worked['R@1']:.3f} / {worked['R@5']:.3f}",
        f"{worked['changed']:.2f}, {worked['changed texts']:.0f}",
        " / ".join(slices),
    ]


def show(rows: list[list[str]]) -> None:
    """Print the rows."""
    from rich.console import Console
    from rich.table import Table

    printed = Table(*COLUMNS, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        printed.add_row(*row)
    Console(width=160).print(printed)


if __name__ == "__main__":
    sys.exit(main())
