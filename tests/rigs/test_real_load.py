"""10,000 questions at once from 2,000 people, with the embedded model: throughput against the bare encoder, one run."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import ROOT
from doors import a_door
from flood import flood
from model import MODEL_HOME, embedded_encoder
from test_bot_process import bot
from test_load import KEY, until_it_listens

from bot.sandbox.server import Sandbox
from corpus.library import load
from corpus.settings import BUNDLED
from index.build import assemble
from index.publishing import writing

REAL = Path(__file__).parent / "real.py"
QUESTIONS, PEOPLE, SAMPLE, TOGETHER = 10_000, 2_000, 1_024, 16


@pytest.mark.full
@pytest.mark.model
@pytest.mark.timeout(1500)
@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
async def test_10000_questions_at_once(tmp_path: Path, webhook: bool) -> None:
    encoder = embedded_encoder()
    (tmp_path / "models").symlink_to(MODEL_HOME / "models")
    made = assemble(load([BUNDLED]), encoder, created=datetime(2026, 11, 20, tzinfo=UTC))
    with writing(tmp_path / "index") as writer:
        writer.publish(made.version)
    judged = (ROOT / "index" / "judged" / "briefs.jsonl").read_text("utf-8").splitlines()
    asked = [json.loads(line)["question"] for line in judged]
    questions = [f"{asked[n % len(asked)]} ({n})" for n in range(QUESTIONS)]
    started = time.perf_counter()
    for begin in range(0, SAMPLE, TOGETHER):
        encoder.encode_queries(questions[begin : begin + TOGETHER])
    bare = SAMPLE / (time.perf_counter() - started)
    door = a_door() if webhook else None
    with_key = {"SPRAVA_SECRET_KEY": KEY}  # /stop and /forget have rows to look for
    async with (
        Sandbox() as sandbox,
        bot(sandbox, tmp_path, door=door, script=REAL, settings=with_key) as process,
    ):
        await until_it_listens(sandbox)
        found = await flood(sandbox, process.pid, questions, PEOPLE)
        print(
            f"{found}; the encoder alone, {TOGETHER} at a time: {bare:.1f}/s; {found.rate / bare:.0%} of it"
        )
        assert (found.out_of_order, found.repeated, found.mixed_up) == (0, 0, 0)
        assert found.memory_mb <= 200
        assert found.commands_s <= 1
        assert found.rate >= 0.6 * bare
        assert sandbox.violations == []
