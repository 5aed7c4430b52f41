"""`sprava news …` as a maintainer sees it, from an added document to a message that waits in the outbox."""

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from encoders import HashingEncoder
from mailings import keep
from stories import LETTERS, TRIAL, WEATHER, article

from bot import base
from bot.announcements import Announcements
from bot.cli import main
from bot.database import open_database
from bot.keys import Keys
from bot.record import Follow, FollowKind, Record
from bot.subscribers import Subscribers
from corpus import library
from corpus.document import Document, PartialDate
from corpus.format import render_document
from index import store
from index.publishing import writing
from index.update import update

Run = Callable[..., tuple[int, str, str]]
KEY = "a-secret-0246813579-Asdfgh-jklyx"


class House:
    """A home with a corpus, an index of it, and the commands."""

    def __init__(self, home: Path, corpus: Path, run: Run) -> None:
        self.home, self.corpus, self.run = home, corpus, run
        self.engine = open_database(f"sqlite:///{home / 'bot.sqlite'}")
        self.announcements = Announcements(self.engine, time.time)
        self.people = Subscribers(self.engine, lambda: Keys.read(KEY), now=time.time)

    def publish(self, *documents: Document) -> None:
        """Write these documents over those of the same ids, and update the index."""
        for document in documents:
            (self.corpus / f"{document.id}.md").write_text(render_document(document))
        self.update()

    def update(self) -> None:
        documents = library.load([self.corpus])
        update(
            self.home / "index", documents, HashingEncoder, model="hashing-64", created=datetime.now(UTC), accept=True
        )  # fmt: skip

    def preview(self, *arguments: str) -> list[dict[str, object]]:
        code, out, err = self.run("preview", "--json", *arguments)
        assert (code, err) == (0, "")
        return [json.loads(line) for line in out.splitlines()]

    def key(self, document: str) -> str:
        (found,) = (str(one["key"]) for one in self.preview() if document in str(one.get("documents")))
        return found


@pytest.fixture
def house(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> House:
    """A home in which two documents were there from the start."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    home.mkdir()
    monkeypatch.setenv("SPRAVA_CORPUS", str(corpus))
    monkeypatch.setenv("SPRAVA_SECRET_KEY", KEY)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr(base, "open_encoder", lambda settings: HashingEncoder())
    monkeypatch.setattr(base, "model_name", lambda settings: "hashing-64")

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["sprava", "news", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        output = capsys.readouterr()
        return int(ended.value.code or 0), output.out, output.err

    made = House(home, corpus, run)
    made.publish(now("snow", WEATHER))
    return made


def now(id_: str, text: str, **values: object) -> Document:
    """An article of today."""
    today = datetime.now(UTC)
    published = PartialDate(today.year, today.month, today.day)
    return article(id_, text, **{"published": published, **values})  # type: ignore[arg-type]


def test_the_first_look_takes_what_is_there_as_the_starting_point_and_says_so(house: House) -> None:
    code, out, _ = house.run("preview")
    assert code == 0
    assert "This is the start: the 1 documents of index version 1 are no news" in out
    code, out, _ = house.run("announce", "--send")
    assert (code, out) == (0, "Nothing was announced.\n")
    assert house.announcements.latest() == 0


def test_announce_too_begins_with_a_starting_point(house: House) -> None:
    assert "This is the start" in house.run("announce", "--send")[1]
    assert house.announcements.all() == ()


def test_a_document_of_the_start_is_told_when_it_is_asked_for(house: House) -> None:
    house.run("preview")
    assert [one["documents"] for one in house.preview("--include", "snow")] == [["snow"]]
    assert "announced: № 1" in house.run("announce", "--send", "--include", "snow")[1]
    code, _, err = house.run("preview", "--include", "nothing")
    assert code == 2
    assert "There is no document 'nothing' in index version 1" in err


def test_preview_shows_the_text_the_reasons_and_how_many_people(house: House) -> None:
    house.run("preview")
    for chat in range(1, 28):
        keep(house.people, Record(chat=chat, follows=(Follow(FollowKind.CASE, "losik-ihar"),)))
    house.publish(now("trial", TRIAL, publisher="Viasna"))
    code, out, err = house.run("preview")
    assert (code, err) == (0, "")
    for words in (
        "№ 1 · new · ",
        "🔔 № 1 · Ihar Losik",
        "▌ ",
        "[Open case]",
        "20 to 29",
        "viasna",
        "losik-ihar: ",
        "approval    not needed",
        "1 to announce, 0 of them only with approval; nothing was sent.",
    ):
        assert words in out, words
    (shown,) = house.preview()
    assert (shown["people"], shown["cases"]) == (20, ["losik-ihar"])
    assert set(shown["text"]) == {"en", "be", "ru"}  # type: ignore[call-overload]
    assert house.announcements.latest() == 0


def test_without_a_key_nobody_is_counted(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.run("preview")
    house.publish(now("trial", TRIAL))
    monkeypatch.delenv("SPRAVA_SECRET_KEY")
    assert "not counted: no secret key is set" in house.run("preview")[1]
    assert house.preview()[0]["people"] is None


def test_announce_is_a_dry_run_until_it_is_told_to_send_and_then_sends_once(house: House) -> None:
    house.run("preview")
    house.publish(now("trial", TRIAL))
    code, out, _ = house.run("announce")
    assert (code, house.announcements.latest()) == (0, 0)
    assert "would announce: " in out
    assert "Nothing was sent: --send does it." in out
    assert "announced: № 1" in house.run("announce", "--send")[1]
    assert house.run("announce", "--send")[1] == "Nothing was announced.\n"
    assert house.preview() == []
    assert house.announcements.latest() == 1


def test_a_grave_fact_is_sent_only_with_the_key_of_exactly_this_text(house: House) -> None:
    house.run("preview")
    house.publish(now("release", "Ihar Losik was released on Friday morning in Minsk."))
    code, out, _ = house.run("announce", "--send")
    assert code == 0
    assert "waits for approval (release): " in out
    assert house.announcements.latest() == 0
    key = house.key("release")
    house.publish(now("release", "Ihar Losik was released on Monday evening in Minsk."))
    code, _, err = house.run("announce", "--send", "--approve", key)
    assert code == 2
    assert f"No message has the key '{key}': its text has changed, or it was announced" in err
    assert house.announcements.latest() == 0
    assert "announced: № 1" in house.run("announce", "--send", "--approve", house.key("release"))[1]


def test_what_is_skipped_never_comes_again_and_the_rest_is_sent(house: House) -> None:
    house.run("preview")
    house.publish(now("trial", TRIAL), now("letters", LETTERS))
    key = house.key("letters")
    assert "would leave out: " in house.run("announce", "--skip", key)[1]
    out = house.run("announce", "--send", "--skip", key)[1]
    assert "left out: " in out
    assert [news.documents for news in house.announcements.all()] == [("trial",)]
    assert house.preview() == []


def test_a_skipped_correction_never_comes_again(house: House) -> None:
    house.run("preview")
    house.publish(now("trial", TRIAL))
    house.run("announce", "--send")
    house.publish(
        now("trial", TRIAL.replace("asked", "askd").replace("pleaded", "pleded").replace("heard", "herd"))
    )
    (shown,) = (one for one in house.preview() if one.get("kind") == "correction")
    house.run("announce", "--send", "--skip", str(shown["key"]))
    assert house.preview() == []
    assert house.announcements.latest() == 1


def test_what_is_withdrawn_is_withdrawn_from_those_who_have_it(house: House) -> None:
    house.run("preview")
    house.publish(now("trial", TRIAL))
    house.run("announce", "--send")
    library.withdraw("trial", reason="wrong person", folders=[house.corpus])
    house.update()
    (shown,) = house.preview()
    text: dict[str, str] = shown["text"]  # type: ignore[assignment]
    assert text["en"] == "🚫 № 2 withdraws № 1. Reason: wrong person. Please do not pass it on."
    assert "Losik" not in house.run("preview")[1]
    assert "announced: № 2" in house.run("announce", "--send")[1]
    news = house.announcements.get(1)
    assert news is not None
    assert (news.withdrawn, news.overtaken) == (True, 2)
    out = house.run("status")[1]
    assert "new, trial, withdrawn by № 2" in out
    assert "withdrawal of № 1, trial\n" in out
    assert house.preview() == []


def test_pruned_versions_lose_no_news(house: House) -> None:
    house.run("preview")
    for number in range(5):
        house.publish(now(f"trial-{number}", f"{TRIAL} It was hearing number {number}, in room {number}."))
    assert 1 not in store.numbers(house.home / "index")
    (shown,) = (one for one in house.preview() if "kind" in one)
    assert sorted(shown["documents"]) == [f"trial-{number}" for number in range(5)]  # type: ignore[call-overload]


def test_a_rolled_back_index_tells_nothing(house: House) -> None:
    house.run("preview")
    house.publish(now("trial", TRIAL))
    with writing(house.home / "index") as writer:
        writer.restore(1, created=datetime.now(UTC))
    code, _, err = house.run("announce", "--send")
    assert code == 2
    assert "Index version 3 is version 1 again" in err
    assert "sprava index update" in err


def test_status_pause_resume_and_cancel(house: House) -> None:
    house.run("preview")
    house.publish(now("trial", TRIAL))
    house.run("announce", "--send")
    assert house.run("pause")[1] == "paused: nothing is sent until `sprava news resume`\n"
    out = house.run("status")[1]
    assert "sending is paused: `sprava news resume`" in out
    assert "news 1: open, about 0 wait" in out
    assert "new, trial" in out
    assert house.run("resume")[1] == "sending goes on\n"
    assert "cancelled: № 1\n" in house.run("cancel", "1")[1]
    out = house.run("status")[1]
    assert "sending is not paused" in out
    assert "trial, cancelled" in out
    code, _, err = house.run("cancel", "7")
    assert code == 2
    assert "There is no message № 7" in err
    assert house.preview() == []


@pytest.mark.parametrize("arguments", [("preview", "--language", "de"), ("announce", "--approve", "xyz")])
def test_what_cannot_be_is_one_line_and_exit_2(house: House, arguments: tuple[str, ...]) -> None:
    house.run("preview")
    code, _, err = house.run(*arguments)
    assert code == 2
    assert err.startswith("sprava: ")
    assert err.count("\n") == 1


def test_a_database_of_a_newer_schema_is_one_line_and_exit_2(house: House) -> None:
    with house.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    for command in ("preview", "announce", "status", "pause"):
        code, _, err = house.run(command)
        assert code == 2
        assert err.count("\n") == 1


def test_nothing_secret_or_personal_is_printed(house: House) -> None:
    house.run("preview")
    keep(house.people, Record(chat=7_123_456_789, follows=(Follow(FollowKind.KEYWORD, "вельмірэдкае"),)))
    house.publish(now("trial", TRIAL))
    printed = "".join(
        "".join(map(str, house.run(*arguments)))
        for arguments in (
            ("preview",),
            ("preview", "--json"),
            ("announce",),
            ("announce", "--send"),
            ("status",),
        )
    )
    for secret in ("7123456789", "вельмірэдкае", KEY):
        assert secret not in printed
