"""The real embedded model for tests marked `model`: unpacked once beside the checkout's other throw-away files."""

from functools import cache
from pathlib import Path

import pytest

from index.encoder import Encoder, open_encoder
from index.settings import IndexSettings

MODEL_HOME = Path(__file__).parent.parent / ".sprava" / "test-home"


@cache
def embedded_encoder() -> Encoder:
    """The encoder that a bare `sprava` uses, loaded once a test run."""
    return open_encoder(IndexSettings(home=MODEL_HOME, model=None))


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The real encoder; a test that uses it carries the mark `model`."""
    return embedded_encoder()
