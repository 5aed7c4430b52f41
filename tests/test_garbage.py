"""A full pass of Python's garbage collector leaves out what the bot loaded, and still frees what it replaced."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from bot.garbage import settle


class Loaded:
    """Something in a cycle, as most of what an index version holds."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_was_loaded_is_left_out_of_the_passes_that_follow() -> None:
    held = [Loaded() for _ in range(1000)]
    settle()
    assert not any(isinstance(one, Loaded) for one in gc.get_objects())
    assert gc.get_freeze_count() > len(held)


def test_what_was_replaced_is_freed_when_settling_again() -> None:
    old = Loaded()
    gone = weakref.ref(old)
    settle()
    del old
    gc.collect()
    assert gone(), "left out, as everything that was there"
    settle()
    assert gone() is None
