"""The built wheel holds every module and data file, and starts from an empty folder."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the files that git tracks or would track."""
    source = tmp_path_factory.mktemp("source")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "dist", "."]
    built = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr[-2000:]
    return next((source / "dist").glob("*.whl"))


def test_the_wheel_holds_every_file_but_pictures_of_the_three_packages(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    shipped = {".py", ".toml", ".md", ".json", ".jsonl", ".po", ".pot", ".html", ".css", ".js", ".svg"}
    expected = {
        path.relative_to(ROOT).as_posix()
        for package in ("corpus", "index", "bot")
        for path in (ROOT / package).rglob("*")
        if path.suffix in shipped and not {"__pycache__", "pictures"} & set(path.parts)
    }
    assert expected - held == set()


def test_the_wheel_starts_from_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    code = f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r}); import bot.cli; print(bot.cli.__file__); bot.cli.main()"
    empty = tmp_path / "empty"
    empty.mkdir()
    environment = {"SPRAVA_HOME": str(tmp_path / "home"), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    command = [sys.executable, "-c", code, "corpus", "list", "--json"]
    run = subprocess.run(command, cwd=empty, env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.startswith(str(tmp_path / "site"))
    assert "brief-" in run.stdout


def test_every_lock_pins_every_dependency_with_hashes() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {
        "requirements.lock": project["dependencies"],
        "requirements-dev.lock": project["dependencies"] + project["optional-dependencies"]["dev"],
    }
    for name, dependencies in wanted.items():
        lines = (ROOT / name).read_text().lower().splitlines()
        pinned = {line.split("==")[0]: lines[i + 1] for i, line in enumerate(lines) if "==" in line}
        for dependency in dependencies:
            package = dependency.lower().split("=")[0].rstrip("<>~!").split("[")[0]
            assert "--hash=sha256:" in pinned.get(package, ""), (
                f"{package} is not locked in {name}: run `make lock`"
            )


def test_no_cuda_is_ever_locked() -> None:
    for name in ("requirements.lock", "requirements-dev.lock", "requirements-torch.lock"):
        text = (ROOT / name).read_text()
        assert "nvidia-" not in text
        assert "\ntorch==2.13.0 \\" in text
