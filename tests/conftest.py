"""Fixtures that many tests share: a home of their own, the two encoders, the shared evaluation data where present."""

from pathlib import Path

import pytest
from encoders import HashingEncoder

pytest_plugins = ["databases"]

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--full` runs the long rigs too."""
    parser.addoption("--full", action="store_true", help="run the tests marked `full` too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip the long rigs unless they are asked for, and say so."""
    if not config.getoption("--full"):
        for item in items:
            if item.get_closest_marker("full"):
                item.add_marker(pytest.mark.skip(reason="a long rig: `make check-full` runs it"))


@pytest.fixture
def hashing() -> HashingEncoder:
    """An encoder that needs no model."""
    return HashingEncoder()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty SPRAVA_HOME, with no other SPRAVA_ setting from outside."""
    import os

    for name in [name for name in os.environ if name.startswith("SPRAVA_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SPRAVA_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the seed articles and the judged questions; a test that needs it skips where it is missing."""
    if not SHARED.is_dir():
        pytest.skip(
            "no ../shared beside the checkout: the seed articles and evaluation data are not in the repository"
        )
    return SHARED
