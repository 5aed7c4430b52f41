"""How large and how fast the store is with many people: sealing, opening, counting, rotating, and panic."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import insert

from bot.database import Engine, open_database
from bot.keys import Keys
from bot.panic import destroy
from bot.record import Follow, FollowKind, Record
from bot.rotation import Rotation
from bot.settings import BotSettings
from bot.subscribers import Subscribers, check_keys, month_of, sealed_row
from bot.tables import SUBSCRIBERS

OLD, NEW = "bbb-old-0123456789-Qwertz-uiop-4711", "a-new-0246813579-Asdfgh-jkly-0815x"
FIRST = 5_000_000_000
CHUNK = 5000


def record(chat: int) -> Record:
    return Record(chat=chat, language="be", follows=(Follow(FollowKind.KEYWORD, "голодовка"),))


def filled(path: Path, people: int) -> Engine:
    """A store of that many people, in which they came in the order of their tags: as dense as it can be."""
    key, month = Keys.read(OLD).current, month_of(time.time())
    engine = open_database(f"sqlite:///{path}")
    order = sorted(range(FIRST, FIRST + people), key=key.tag)
    for start in range(0, people, CHUNK):
        rows = [sealed_row(record(chat), key, month) for chat in order[start : start + CHUNK]]
        with engine.begin() as connection:
            connection.execute(insert(SUBSCRIBERS), rows)
    return engine


def told(what: str, work: Callable[[], object], *, of: int) -> float:
    """Do it, and print what it took, by the clock and of the processor."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{what}: {wall:.2f} s, {cpu:.2f} s of the processor, {of / cpu:,.0f}/s and core")
    return wall


def look_ups(engine: Engine, keys: Keys, stop: threading.Event, slowest: list[float]) -> None:
    """What an answer adds to find somebody's record, again and again, while the keys are rotated."""
    people, chat = Subscribers(engine, lambda: keys, now=time.time), FIRST
    while not stop.wait(0.01):
        begun = time.perf_counter()
        found = people.get(chat)
        slowest.append(time.perf_counter() - begun)
        assert found == record(chat), "whoever follows is found at every moment"
        chat += 1


def measure(home: Path, people: int) -> dict[str, float]:
    path, keys = home / "bot.sqlite", Keys.read(f"{NEW}\n{OLD}")
    old = keys.older[0]
    home.mkdir()
    told("seal", lambda: [sealed_row(record(row), old, 80) for row in range(20_000)], of=20_000)
    engine = filled(path, people)
    print(f"{people:,} rows: {path.stat().st_size / people:.0f} bytes of file a row")
    known = Keys.read(OLD)
    store = Subscribers(engine, lambda: known, now=time.time)
    told("open all", lambda: sum(1 for _ in store.scan()), of=people)
    told("count", store.count_rounded, of=people)
    told("check the keys", lambda: check_keys(engine, keys), of=people)
    got = told("get 2,000", lambda: [store.get(FIRST + n) for n in range(2000)], of=2000)
    stop, waits = threading.Event(), list[float]()
    asking = threading.Thread(target=look_ups, args=(engine, keys, stop, waits))
    asking.start()
    rotation = Rotation(engine, keys, now=time.time)
    took = told("rotate", lambda: rotation.run(lambda _done, _of: None), of=people)
    stop.set()
    asking.join()
    waits.sort()
    print(f"{len(waits)} look-ups meanwhile: 99 % within {waits[int(len(waits) * 0.99)] * 1000:.1f} ms")
    engine.dispose()
    return {"rotate": took, "get": got / 2000}


def panic(home: Path, key: Path) -> float:
    """Seconds until everything is gone, without the typing and the network."""
    begun = time.perf_counter()
    said = list(destroy(BotSettings(home=home, secret_key_file=key)))
    took = time.perf_counter() - begun
    print(f"panic: {took:.2f} s")
    assert "was deleted" in said[-1]
    assert not key.exists()
    assert list(home.glob("bot.sqlite*")) == []
    return took


def lives(folder: Path, people: int) -> dict[str, float]:
    folder.mkdir()
    key = folder / "key"
    key.touch(mode=0o600)
    key.write_text(NEW)
    found = measure(folder / "home", people)
    return found | {"panic": panic(folder / "home", key)}


def test_a_store_of_20000_people(home: Path, tmp_path: Path) -> None:
    found = lives(tmp_path / "store", 20_000)
    assert found["panic"] < 5


@pytest.mark.full
@pytest.mark.timeout(1200)
def test_a_store_of_1000000_people(home: Path, tmp_path: Path) -> None:
    found = lives(tmp_path / "store", 1_000_000)
    assert found["get"] < 0.001, "what a record adds to an answer"
    assert found["panic"] < 5
