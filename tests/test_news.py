"""The announced messages: numbered once, in one transaction, and knowing what came after them."""

import os
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy import select, update
from stories import LETTERS, TRIAL, WEATHER, announced, article, compared, hashes

from bot.announcements import CORRECTIONS, RECENT, Announcements, NoSuchNewsError, OutdatedError
from bot.database import Engine, open_database
from bot.news import Draft, NewsKind, Reason
from bot.outbox import Outbox
from bot.tables import BROADCASTS

HOUR = 498_000
TRIAL_NEWS = compared(article("trial", TRIAL, title="Суд «над» Лосікам")).proposals[0].draft
LETTERS_NEWS = compared(article("letters", LETTERS)).proposals[0].draft


def list_of(engine: Engine) -> Announcements:
    return Announcements(engine, lambda: HOUR * 3600.0 + 1)


def withdrawal(number: int, draft: Draft = TRIAL_NEWS) -> Draft:
    return replace(
        draft, kind=NewsKind.WITHDRAWAL, quotes=(), risks=(), corrects=number, reason=Reason.SAFETY
    )


def correction(number: int, now: str = "Now it says this.") -> Draft:
    quote = replace(TRIAL_NEWS.quotes[0], text=now, before=TRIAL_NEWS.quotes[0].text)
    return replace(TRIAL_NEWS, kind=NewsKind.CORRECTION, quotes=(quote,), corrects=number)


def broadcasts(engine: Engine) -> list[tuple[str, int, str]]:
    with engine.connect() as connection:
        columns = (BROADCASTS.c.what, BROADCASTS.c.number, BROADCASTS.c.state)
        return [tuple(row) for row in connection.execute(select(*columns).order_by(BROADCASTS.c.number))]


def test_a_message_reads_back_exactly_and_has_a_broadcast(engine: Engine) -> None:
    there = list_of(engine)
    assert there.latest() == 0
    assert there.announce([TRIAL_NEWS, LETTERS_NEWS], considered={"trial": "x"}) == (1, 2)
    news = there.get(1)
    assert news is not None
    assert (news.number, news.hour, news.key) == (1, HOUR, TRIAL_NEWS.key)
    assert news.quotes == TRIAL_NEWS.quotes
    assert (news.cases, news.stems, news.publishers) == (
        TRIAL_NEWS.cases,
        TRIAL_NEWS.stems,
        TRIAL_NEWS.publishers,
    )
    assert there.latest() == 2
    assert there.get(3) is None
    assert broadcasts(engine) == [("news", 1, "open"), ("news", 2, "open")]
    assert there.considered() == {"trial": "x"}


def test_announcing_the_same_again_changes_nothing(engine: Engine) -> None:
    there = list_of(engine)
    there.announce([TRIAL_NEWS], considered={"trial": "x"})
    assert there.announce([TRIAL_NEWS], considered={"trial": "x"}) == (1,)
    assert len(there.all()) == len(broadcasts(engine)) == 1


def test_any_change_of_the_text_is_another_key() -> None:
    quote = TRIAL_NEWS.quotes[0]
    others = [
        replace(TRIAL_NEWS, quotes=(replace(quote, text=quote.text + "!"),)),
        replace(TRIAL_NEWS, quotes=(replace(quote, title="Another"),)),
        replace(TRIAL_NEWS, cases=()),
        replace(TRIAL_NEWS, publishers=("viasna",)),
        correction(1),
        correction(2),
    ]
    assert len({draft.key for draft in (TRIAL_NEWS, *others)}) == len(others) + 1


def test_whoever_announces_what_has_changed_meanwhile_is_refused_and_changes_nothing(engine: Engine) -> None:
    there = list_of(engine)
    seen = there.considered()
    there.announce([LETTERS_NEWS], considered={"letters": "x"}, seen=seen)
    with pytest.raises(OutdatedError):
        there.announce([TRIAL_NEWS], considered={"trial": "x"}, seen=seen)
    assert there.latest() == 1


def test_of_many_who_announce_at_once_every_message_has_one_number(engine: Engine) -> None:
    drafts = [replace(TRIAL_NEWS, documents=(f"document-{n}",)) for n in range(6)]
    failed: list[Exception] = []

    def announce() -> None:
        try:
            for draft in drafts:
                list_of(engine).announce([draft], considered={draft.documents[0]: "x"})
        except Exception as error:  # noqa: BLE001 - a thread has nobody to raise to
            failed.append(error)

    threads = [threading.Thread(target=announce) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert [news.number for news in list_of(engine).all()] == [1, 2, 3, 4, 5, 6]
    assert len({news.key for news in list_of(engine).all()}) == 6


def test_a_failure_in_between_leaves_nothing(engine: Engine) -> None:
    there = list_of(engine)
    with pytest.raises(Exception, match="considered"):
        there.announce([TRIAL_NEWS], considered={"trial": None})  # type: ignore[dict-item]
    assert there.latest() == 0
    assert broadcasts(engine) == []


def test_whoever_is_killed_while_announcing_has_announced_all_or_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'bot.sqlite'}"
    open_database(url).dispose()
    drafts = [replace(TRIAL_NEWS, documents=(f"document-{n}",)) for n in range(60)]
    pairs = [drafts[n : n + 2] for n in range(0, len(drafts), 2)]
    for reached in (1, 11, 22):
        child = os.fork()
        if not child:
            announce_all(url, pairs)
        there = list_of(engine := open_database(url))
        while there.latest() < reached:
            time.sleep(0.001)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        numbers = [news.number for news in there.all()]
        assert numbers == [number for _, number, _ in broadcasts(engine)] == list(range(1, len(numbers) + 1))
        assert len(numbers) % 2 == 0
        assert set(there.considered()) == {news.documents[0] for news in there.all()}
        engine.dispose()
    for pair in pairs:
        there.announce(pair, considered={draft.documents[0]: "x" for draft in pair})
    assert sorted(news.documents for news in there.all()) == sorted(draft.documents for draft in drafts)


def announce_all(url: str, pairs: list[list[Draft]]) -> NoReturn:
    """In a process of its own, until it is killed."""
    there = list_of(open_database(url))
    for pair in pairs:
        there.announce(pair, considered={draft.documents[0]: "x" for draft in pair})
    os._exit(0)


def test_the_starting_point_is_taken_once(engine: Engine) -> None:
    there = list_of(engine)
    assert there.begin({"a": "1"}) is True
    assert there.begin({"a": "1", "b": "2"}) is False
    assert there.considered() == {"a": "1"}


def test_a_correction_ends_what_is_still_being_sent_of_the_first_message(engine: Engine) -> None:
    there = list_of(engine)
    there.announce([TRIAL_NEWS, LETTERS_NEWS], considered={})
    there.announce([correction(1)], considered={})
    assert broadcasts(engine) == [("news", 1, "overtaken"), ("news", 2, "open"), ("news", 3, "open")]
    with engine.begin() as connection:
        connection.execute(update(BROADCASTS).where(BROADCASTS.c.number == 3).values(state="done"))
    there.announce([withdrawal(1)], considered={})
    assert broadcasts(engine)[2:] == [("news", 3, "done"), ("news", 4, "open")]


def test_a_message_knows_what_overtook_it(engine: Engine) -> None:
    there = list_of(engine)
    there.announce([TRIAL_NEWS, LETTERS_NEWS, correction(1)], considered={})
    first, second, third = there.all()
    assert [news.overtaken for news in (first, second, third)] == [3, None, None]
    assert not any(news.withdrawn for news in (first, second, third))
    there.announce([withdrawal(1)], considered={})
    assert [(news.overtaken, news.withdrawn) for news in there.all()] == [
        (4, True), (None, False), (4, True), (None, True),
    ]  # fmt: skip
    assert all(there.get(news.number) == news for news in there.all())
    there.cancel(4)
    assert there.get(1) == first


def test_news_shows_the_last_ten_without_what_was_cancelled_or_withdrawn(engine: Engine) -> None:
    there = list_of(engine)
    drafts = [replace(TRIAL_NEWS, documents=(f"document-{n}",)) for n in range(RECENT + 3)]
    there.announce(drafts, considered={})
    there.announce([withdrawal(2, drafts[1]), correction(5)], considered={})
    there.cancel(13)
    shown = [news.number for news in there.recent()]
    assert shown == [15, 14, 12, 11, 10, 9, 8, 7, 6, 5]
    assert [news.number for news in there.corrections()] == [15, 14]


def test_what_a_cancelled_correction_had_ended_goes_on(engine: Engine) -> None:
    there = list_of(engine)
    there.announce([TRIAL_NEWS], considered={})
    there.announce([correction(1, "Now A.")], considered={})
    there.announce([correction(1, "Now B.")], considered={})
    states = {1: "overtaken", 2: "overtaken", 3: "open"}
    for cancelled, changed in ((3, {2: "open", 3: "cancelled"}), (2, {1: "open", 2: "cancelled"})):
        assert broadcasts(engine) == [("news", number, state) for number, state in states.items()]
        there.cancel(cancelled)
        states |= changed
    assert broadcasts(engine) == [("news", number, state) for number, state in states.items()]


def test_once_a_correction_has_gone_out_what_it_corrects_has_ended(engine: Engine) -> None:
    there, outbox = list_of(engine), Outbox(engine, now=time.time)
    there.announce([TRIAL_NEWS], considered={})
    there.announce([correction(1)], considered={})
    (sent,) = outbox.open()
    outbox.fill(sent)
    (sent,) = outbox.open()
    outbox.close(sent)
    assert broadcasts(engine) == [("news", 1, "cancelled"), ("news", 2, "done")]
    there.cancel(2)
    assert broadcasts(engine) == [("news", 1, "cancelled"), ("news", 2, "done")]


def test_corrections_go_back_twenty(engine: Engine) -> None:
    there = list_of(engine)
    there.announce([TRIAL_NEWS, *(correction(1, f"Now {n}.") for n in range(CORRECTIONS + 2))], considered={})
    assert len(there.corrections()) == CORRECTIONS


def test_a_number_that_does_not_exist_cannot_be_cancelled(engine: Engine) -> None:
    with pytest.raises(NoSuchNewsError, match="№ 7"):
        list_of(engine).cancel(7)


def test_what_was_announced_is_no_news_in_any_later_version(engine: Engine) -> None:
    there = list_of(engine)
    documents = [article("trial", TRIAL), article("snow", WEATHER)]
    first = compared(*documents)
    there.announce([one.draft for one in first.proposals], considered=hashes(*documents))
    assert there.all() == tuple(replace(news, hour=HOUR) for news in announced(first))
    assert compared(*documents, old=documents, announced=there.all()).proposals == ()
    assert compared(documents[0], old=documents, announced=there.all()).proposals == ()
