"""One system in a process of its own: `measure.py SYSTEM (start|work) FOLDER`. Prints one JSON object."""

import time

STARTED = time.perf_counter()

import json  # noqa: E402
import logging  # noqa: E402
import resource  # noqa: E402
import sys  # noqa: E402
from collections.abc import Iterator  # noqa: E402
from pathlib import Path  # noqa: E402
from statistics import mean, median  # noqa: E402
from typing import Any  # noqa: E402

sys.path.insert(0, str(Path(__file__).parents[1]))

from systems import SYSTEMS, System  # noqa: E402

CHANGED = " One more sentence was added to this paragraph today."


def main() -> None:
    """Measure, and print."""
    logging.disable(logging.WARNING)
    name, task, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    data = json.loads((folder / "data.json").read_text())
    figures = (start if task == "start" else work)(name, data, folder)
    sys.stdout.write(json.dumps(figures))


def start(name: str, data: dict[str, Any], folder: Path) -> dict[str, float]:
    """Seconds from an empty process to the first answer, and megabytes held then. Each imports what it needs itself."""
    SYSTEMS[name](data["model"], folder).load().ask(data["questions"][0][0])
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "seconds": time.perf_counter() - STARTED,
        "cpu": usage.ru_utime + usage.ru_stime,
        "megabytes": int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6,
    }


def work(name: str, data: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Cut the sources, build, ask every question, and change one paragraph of three articles."""
    import torch

    torch.set_num_threads(1)
    system, articles = SYSTEMS[name](data["model"], folder), data["articles"]
    counter = Counter(system)
    slices = {what: share(system, texts) for what, texts in data["sources"].items()}
    figures = {
        "slices": slices,
        "built": _timed(lambda: system.build(articles)),
        "build texts": counter.reset(),
    }
    system.load()
    figures |= queries(system, data["questions"])
    counter.reset()
    changes = []
    for number in range(3):
        paragraphs = [articles[number][0] + CHANGED, *articles[number][1:]]
        changes.append(_timed(lambda n=number, p=paragraphs: system.change(n, p)))
    figures |= {"changed": median(took for took, _ in changes), "changed texts": counter.reset() / 3}
    return figures


def queries(system: System, questions: list[tuple[str, list[int]]]) -> dict[str, Any]:
    """CPU seconds of each question asked alone, and the place of its paragraph."""
    system.ask(questions[0][0])
    cpu, places = [], []
    for question, gold in questions:
        cpu.append(_timed(lambda q=question: system.ask(q))[1])
        found = enumerate(system.ranked(question), 1)
        places.append(next((place for place, keys in found if tuple(gold) in keys), None))
    return {
        "query cpu": cpu,
        "R@1": mean(place == 1 for place in places),
        "R@5": mean(place is not None for place in places),
    }


def share(system: System, texts: list[str]) -> float | None:
    """The share of a system's chunks that stand, character for character, in the text they were cut from."""
    found = list(_are_slices(system, texts))
    return mean(found) if found else None


def _are_slices(system: System, texts: list[str]) -> Iterator[bool]:
    for text in texts:
        for chunk in system.chunks(text) or ():
            yield chunk in text


class Counter:
    """How many texts the model encoded, whoever asked it to."""

    def __init__(self, system: System) -> None:
        kind, method = system.encodes()
        self._texts, encode = 0, getattr(kind, method)

        def counted(model: Any, *args: Any, **kwargs: Any) -> Any:
            texts = args[0] if args else kwargs["inputs"]
            self._texts += 1 if isinstance(texts, str) else len(texts)
            return encode(model, *args, **kwargs)

        setattr(kind, method, counted)

    def reset(self) -> int:
        """The count since the last call."""
        counted, self._texts = self._texts, 0
        return counted


def _timed(action: Any) -> tuple[float, float]:
    """Seconds and CPU seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    action()
    return time.perf_counter() - wall, time.process_time() - cpu


if __name__ == "__main__":
    main()
