"""What every command has in common: an operator's error is one line and exit code 2, whatever the command."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


def sprava(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """The program as it is started from a shell."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("SPRAVA_")
    } | settings
    script = "from bot.cli import main; main()"
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


@pytest.mark.parametrize(
    ("arguments", "setting", "advice"),
    [
        (["index", "update"], "SPRAVA_HOME", "SPRAVA_HOME"),
        (["index", "rollback"], "SPRAVA_HOME", "SPRAVA_HOME"),
        (["corpus", "list"], "SPRAVA_CORPUS", "SPRAVA_CORPUS"),
        (["corpus", "check"], "SPRAVA_CORPUS", "SPRAVA_CORPUS"),
        (["index", "update"], "SPRAVA_CORPUS", "SPRAVA_CORPUS"),
    ],
)
def test_a_file_where_a_folder_must_be_is_one_line(
    arguments: list[str], setting: str, advice: str, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.write_text("kept")
    found = sprava(*arguments, **({"SPRAVA_HOME": str(tmp_path / "home")} | {setting: str(file)}))
    assert (found.returncode, len(found.stderr.splitlines())) == (2, 1), found.stderr
    assert str(file) in found.stderr
    assert advice in found.stderr
    assert file.read_text() == "kept"


def test_doctor_goes_on_where_the_home_cannot_be_used(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("kept")
    found = sprava("bot", "doctor", SPRAVA_HOME=str(file))
    assert (found.returncode, found.stderr) == (2, "")
    assert "FAIL  database" in found.stdout
    assert "token" in found.stdout


def test_an_empty_question_asks_for_one() -> None:
    found = sprava("ask", " ")
    assert (found.returncode, len(found.stderr.splitlines())) == (2, 1)
    assert "the question is empty" in found.stderr


def test_a_setting_that_cannot_be_is_one_line_without_its_value(tmp_path: Path) -> None:
    found = sprava(
        "bot", "doctor", SPRAVA_HOME=str(tmp_path), SPRAVA_PROFILE="hardend", SPRAVA_THREADS="hunter2"
    )
    assert (found.returncode, len(found.stderr.splitlines())) == (2, 1), found.stderr
    assert "SPRAVA_PROFILE" in found.stderr
    assert "SPRAVA_THREADS" in found.stderr
    assert "hunter2" not in found.stderr
