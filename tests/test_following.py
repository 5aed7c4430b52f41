"""Following in a private chat: what is kept and when, what cannot be forged, and that every end is an end."""

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from test_handlers import KEYS, NOVEMBER, serving, settled
from test_sending import draft

from bot import intake, pages, replies
from bot.announcements import Announcements
from bot.asker import Asker
from bot.database import Engine
from bot.deletions import Deletions
from bot.news import Draft, News
from bot.news_pages import news_page
from bot.own_callbacks import ConfirmFollow, Own
from bot.record import Cadence, DeleteAfter, Follow, FollowKind, Record, Sound
from bot.sandbox import faults
from bot.sandbox.people import Person
from bot.sandbox.server import Sandbox
from bot.subscribers import Subscribers
from bot.tables import DELETIONS, SUBSCRIBERS
from bot.texts import LANGUAGES, texts
from bot.transport import TelegramBot
from corpus.cases import load_cases

EVERYTHING = Follow(FollowKind.EVERYTHING)
LOSIK = Follow(FollowKind.CASE, "losik-ihar")


def store_of(engine: Engine) -> Subscribers:
    return Subscribers(engine, lambda: KEYS, now=lambda: NOVEMBER)


def rows(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(SUBSCRIBERS)) or 0


async def forge(sandbox: Sandbox, person: Person, message: int, data: str) -> None:
    """A press with whatever data a changed client sends."""
    sandbox.world.press(person.account, message, data)
    await settled(sandbox)


async def greeted(sandbox: Sandbox, name: str = "Alena") -> tuple[Person, int]:
    """A person, and a message of the bot in their chat."""
    person = sandbox.person(name, language_code="en")
    return person, (await person.wait_for_reply(await person.say("/my"))).id


async def test_nothing_is_kept_before_somebody_agreed(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path) as engine:
        person = sandbox.person("Alena", language_code="en")
        for text in ("/subscribe", "/subscribe Losik", "/my", "/settings", "/mydata", "/start s_losik-ihar"):
            await person.wait_for_reply(await person.say(text))
        asked = await person.wait_for_reply(await person.say("/subscribe amnesty"))
        await person.press(asked, "This word, in every form")
        consent = await person.wait_for_edit(asked.id)
        for words in (
            "encrypted: the number of this chat",
            "28 Feb 2027",
            "Telegram knows",
            "delete this chat",
            "/privacy",
        ):
            assert words in consent.text
        assert rows(engine) == 0
        await person.press(consent, "Yes, only this")
        await person.wait_for_edit(asked.id, edits=2)
        kept = store_of(engine).get(person.id)
        assert kept == Record(chat=person.id, language="en", follows=(Follow(FollowKind.KEYWORD, "amnesty"),))


async def test_stop_ends_a_follow_that_was_still_being_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = asyncio.Event()
    ask = Asker.ask
    monkeypatch.setattr(intake, "_SAME_OFFSET_S", 0.1)

    async def slowly(asker: Asker, question: str) -> object:
        await held.wait()
        return await ask(asker, question)

    async with Sandbox(throttle=False) as sandbox, serving(sandbox, tmp_path) as engine:
        person = sandbox.person("Alena", language_code="en")
        offer = await person.wait_for_reply(await person.say("/subscribe When was Ihar Losik arrested?"))
        monkeypatch.setattr(Asker, "ask", slowly)
        press = sandbox.world.press(person.account, offer.id, "1Sq")
        await person.wait_for_callback_answer(press.id)
        await person.say("/stop")
        asyncio.get_running_loop().call_later(1, held.set)
        await settled(sandbox)
        assert held.is_set()
        assert rows(engine) == 0


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_first_choice_is_the_one_that_points_at_nobody(tmp_path: Path, language: str) -> None:
    first = f"🔔 {({'be': 'Усё', 'ru': 'Всё', 'en': 'Everything'})[language]}"
    async with Sandbox() as sandbox, serving(sandbox, tmp_path):
        person = sandbox.person("Alena", language_code=language)
        for text in ("/subscribe", "/subscribe Losik"):
            page = await person.wait_for_reply(await person.say(text))
            assert page.buttons[0]["text"] == first
        card = await person.wait_for_reply(await person.say("/case Losik"))
        await person.press(card, "1sclosik-ihar")
        consent = await person.wait_for_message(card.id)
        assert consent.buttons[0]["callback_data"] == "1Se"
        assert consent.buttons[1]["callback_data"] == "1Sclosik-ihar"


async def test_everything_takes_the_place_of_what_points_at_somebody(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path) as engine:
        person, message = await greeted(sandbox)
        await forge(sandbox, person, message, "1Sclosik-ihar")
        await forge(sandbox, person, message, "1Spnasha-niva")
        assert len(store_of(engine).get(person.id).follows) == 2  # type: ignore[union-attr]
        await forge(sandbox, person, message, "1Se")
        await forge(sandbox, person, message, "1Sclosik-ihar")
        assert store_of(engine).get(person.id).follows == (EVERYTHING,)  # type: ignore[union-attr]


async def test_a_press_that_comes_twice_is_one(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path) as engine:
        person = sandbox.person("Alena", language_code="en")
        answer = await person.wait_for_reply(await person.say("When was Ihar Losik arrested?"))
        for _ in range(3):
            await person.press(answer, "🔔 Follow")
        await settled(sandbox)
        assert len(person.messages()) == 2
        consent = person.messages()[-1]
        for _ in range(3):
            await person.press(consent, "Yes, only this")
        await settled(sandbox)
        assert store_of(engine).get(person.id).follows == (LOSIK,)  # type: ignore[union-attr]
        for _ in range(2):
            await forge(sandbox, person, consent.id, str(Own.STOP))
        assert (rows(engine), len(person.messages())) == (0, 2)
        assert person.messages()[-1].text == "Stopped. Nothing more will be sent."


FORGED = (
    "1Scnobody", "1Sclukashenka", "1Sclosik-paulina", "1Spnobody", "1Spsprava", "1Sk", "1Sq",
    "1S", "1Sx", "1ucnobody", "1uk" + "a" * 12, "1oq1", "1os2", "1oc1", "1oh07", "1op1", "1r", "1y07", "1p99",
    "1Sc" + "a" * 62, "1sc" + "ы" * 20, "1SE", "2Se", "1Se ", "1od0",
)  # fmt: skip


async def test_forged_presses_keep_nothing_and_change_nothing(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path) as engine:
        person, message = await greeted(sandbox)
        for data in FORGED:
            await forge(sandbox, person, message, data)
            assert rows(engine) == 0, data
        other, theirs = await greeted(sandbox, "Barys")
        await forge(sandbox, other, theirs, "1Se")
        for data in ("1U", "1F", "1ue", "1Sclosik-ihar"):
            await forge(sandbox, person, message, data)
        assert store_of(engine).get(other.id) == Record(chat=other.id, language="en", follows=(EVERYTHING,))
        assert sandbox.violations == []


async def test_a_press_in_a_group_follows_nothing(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path) as engine:
        person = sandbox.person("Alena", language_code="en")
        room = sandbox.room("Friends", person, kind="supergroup")
        room.set_bot(person)
        asked = await person.say("/ask@sprava_sandbox_bot When was Ihar Losik arrested?", room=room)
        answer = await room.wait_for_reply(asked)
        assert [button for button in answer.buttons if "callback_data" in button] == []
        await forge(sandbox, person, answer.id, "1Se")
        for text in ("/subscribe@sprava_sandbox_bot", "/my@sprava_sandbox_bot", "/stop@sprava_sandbox_bot"):
            await person.say(text, room=room)
        await settled(sandbox)
        assert rows(engine) == 0
        assert len(room.messages()) == 1
        assert person.messages() == []


@pytest.mark.parametrize(
    "wish",
    ["Paulina Losik", "Паўліна Лосік", "Паулина Лосик", "address", "школа", "дзяцей", "подросток", "wife"],
)
async def test_a_child_and_private_data_cannot_be_followed(tmp_path: Path, wish: str) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path) as engine:
        person = sandbox.person("Alena", language_code="en")
        refused = await person.wait_for_reply(await person.say(f"/subscribe {wish}"))
        assert "cannot be followed" in refused.text
        for data in ("1Sk", "1Sq"):
            await forge(sandbox, person, refused.id, data)
        if wish != "address":
            question = await person.wait_for_reply(await person.say(f"Where is the address of {wish}?"))
            await forge(sandbox, person, question.id, "1Sq")
        assert rows(engine) == 0


@pytest.mark.parametrize("wish", ["дочь Лосика", "жена Лосика"])
async def test_of_somebodys_relative_the_case_alone_is_offered(tmp_path: Path, wish: str) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path) as engine:
        person = sandbox.person("Alena", language_code="en")
        offered = await person.wait_for_reply(await person.say(f"/subscribe {wish}"))
        assert [each["text"] for each in offered.buttons] == ["🔔 Everything", "Ihar Losik", "Close"]
        await forge(sandbox, person, offered.id, "1Sk")
        assert "cannot be followed" in person.message(offered.id).text
        assert rows(engine) == 0


async def test_a_private_person_cannot_be_followed_and_is_told_of_the_cards(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path) as engine:
        person = sandbox.person("Alena", language_code="en")
        refused = await person.wait_for_reply(await person.say("/subscribe Maria Petrova"))
        assert "private people cannot be followed" in refused.text
        assert "/case" in refused.text
        await forge(sandbox, person, refused.id, "1Sk")
        assert rows(engine) == 0


async def test_a_question_about_a_child_is_not_kept(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path) as engine:
        person = sandbox.person("Alena", language_code="en")
        answer = await person.wait_for_reply(await person.say("How old is Losik's daughter?"))
        await forge(sandbox, person, answer.id, "1Sq")
        assert "cannot be followed" in person.messages()[-1].text
        assert rows(engine) == 0


async def test_a_saved_question_that_asks_for_private_data_is_refused(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path) as engine:
        person = sandbox.person("Alena", language_code="en")
        answer = await person.wait_for_reply(await person.say("What is the address of the judge?"))
        await forge(sandbox, person, answer.id, "1Sq")
        assert "cannot be followed" in person.messages()[-1].text
        assert rows(engine) == 0


async def test_the_25th_thing_and_a_second_long_question_find_no_room(tmp_path: Path) -> None:
    cases = [
        case.id for case in load_cases() if not case.protected and not case.official and case.type == "person"
    ]
    async with Sandbox() as sandbox, serving(sandbox, tmp_path) as engine:
        person, message = await greeted(sandbox)
        for case in cases[:25]:
            await forge(sandbox, person, message, str(ConfirmFollow(FollowKind.CASE, case)))
        assert len(store_of(engine).get(person.id).follows) == 24  # type: ignore[union-attr]
        assert "24 at most" in person.message(message).text
        barys = sandbox.person("Barys", language_code="en")
        for n in range(3):
            question = f"{n} " + "Калі будзе наступны суд у Мінску? " * 8
            answer = await barys.wait_for_reply(await barys.say(question))
            await forge(sandbox, barys, answer.id, "1Sq")
        assert len(store_of(engine).get(barys.id).follows) == 1  # type: ignore[union-attr]
        assert "24," in barys.messages()[-1].text


@pytest.mark.parametrize(
    "count", [200, pytest.param(10_000, marks=[pytest.mark.full, pytest.mark.timeout(900)])]
)
async def test_ten_thousand_subscriptions_by_one_person_are_one_row(tmp_path: Path, count: int) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path) as engine:
        person, message = await greeted(sandbox)
        people = [case.id for case in load_cases()]
        for n in range(count):
            data = str(ConfirmFollow(FollowKind.CASE, people[n % len(people)]))
            sandbox.world.press(person.account, message, data)
        other = sandbox.person("Barys", language_code="en")
        await other.wait_for_reply(await other.say("/subscribe"), timeout_s=600)
        async with asyncio.timeout(600):
            while sandbox.world.updates.pending():
                await sandbox.world.bell.wait(1)
        kept = store_of(engine).get(person.id)
        assert rows(engine) == 1
        assert kept
        assert len(kept.follows) <= 24


async def test_a_setting_is_kept_where_there_is_a_record_and_without_renewing_it(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path) as engine:
        person, message = await greeted(sandbox)
        await forge(sandbox, person, message, "1Se")
        for data in ("1oq1", "1os1", "1oc2", "1oh21", "1op1", "1od2", "1olbe"):
            await forge(sandbox, person, message, data)
        assert store_of(engine).get(person.id) == Record(
            chat=person.id,
            language="be",
            follows=(EVERYTHING,),
            cadence=Cadence.WEEKLY,
            hour=21,
            sound=Sound.DAY,
            quiet=True,
            paused=True,
            delete_after=DeleteAfter.HOUR,
        )
        month = store_of(engine).month(person.id)
        sandbox.clock.advance(20 * 86_400)
        await forge(sandbox, person, message, "1oq0")
        assert store_of(engine).month(person.id) == month
        assert "28 лютага 2027" in (await person.wait_for_reply(await person.say("/my"))).text
        await forge(sandbox, person, message, "1r")
        assert store_of(engine).month(person.id) == (month or 0) + 1
        assert "31 сакавіка 2027" in (await person.wait_for_reply(await person.say("/my"))).text


async def test_blocking_the_bot_deletes_everything_at_once(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path) as engine:
        person, message = await greeted(sandbox)
        await forge(sandbox, person, message, "1Se")
        await forge(sandbox, person, message, "1od3")
        await person.wait_for_reply(await person.say("/my"))
        assert rows(engine) == 1
        person.block()
        await settled(sandbox)
        with engine.connect() as connection:
            deletions = connection.scalar(select(func.count()).select_from(DELETIONS))
        assert (rows(engine), deletions) == (0, 0)


async def test_forget_deletes_the_record_and_every_known_message_of_both_sides(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path) as engine:
        person, message = await greeted(sandbox)
        await forge(sandbox, person, message, "1Se")
        await person.wait_for_reply(await person.say("When was Losik arrested?"))
        await person.say("/forget")
        await settled(sandbox)
        assert [m.text for m in sandbox.world.messages.values()] == [
            "Deleted. Clear this chat yourself to remove it from your phone."
        ]
        assert rows(engine) == 0


async def test_forget_ends_the_record_even_where_telegram_does_not_delete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replies, "_BACK_OFF_S", (0.01, 0.01, 0.01))
    async with Sandbox() as sandbox, serving(sandbox, tmp_path) as engine:
        person, message = await greeted(sandbox)
        await forge(sandbox, person, message, "1Se")
        sandbox.faults.add("deleteMessages", faults.error(500, "Internal Server Error"), times=4)
        await person.say("/forget")
        await settled(sandbox)
        assert rows(engine) == 0
        assert "Deleted." in person.messages()[-1].text
        left = Deletions(engine, lambda: KEYS, now=lambda: NOVEMBER + 3600).due()
        assert [due.chat for due in left] == [person.id]
        assert message in left[0].messages


async def test_messages_are_remembered_for_deletion_only_where_somebody_asked(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path) as engine:
        person, message = await greeted(sandbox)
        deletions = Deletions(engine, lambda: KEYS, now=lambda: NOVEMBER)
        await person.wait_for_reply(await person.say("When was Losik arrested?"))
        assert deletions.of_chat(person.id) == []
        await forge(sandbox, person, message, "1oD2")
        said = await person.say("When was Losik arrested?")
        answer = await person.wait_for_reply(said)
        await settled(sandbox)
        kept = sorted(number for due in deletions.of_chat(person.id) for number in due.messages)
        assert kept == [said, answer.id]


async def test_a_reply_whose_deletion_cannot_be_noted_is_not_sent_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path):
        person, message = await greeted(sandbox)
        await forge(sandbox, person, message, "1oD2")
        remember, calls = Deletions.remember, iter(range(100))

        def fail_once(self: Deletions, chat: int, messages: Sequence[int], due: float) -> None:
            if next(calls) == 1:
                raise OperationalError("insert", {}, Exception("disk full"))
            remember(self, chat, messages, due)

        monkeypatch.setattr(Deletions, "remember", fail_once)
        said = await person.say("When was Losik arrested?")
        await settled(sandbox)
        assert len([reply for reply in person.messages() if reply.reply_to == said]) == 1
        assert next(calls) == 2


async def test_the_language_is_in_the_record_where_there_is_one_and_survives_a_restart(
    tmp_path: Path,
) -> None:
    async with Sandbox() as sandbox:
        async with serving(sandbox, tmp_path):
            person, message = await greeted(sandbox)
            await forge(sandbox, person, message, "1Se")
            await forge(sandbox, person, message, "1olbe")
        async with serving(sandbox, tmp_path):
            mine = await person.wait_for_reply(await person.say("/my"))
            assert "Мае абнаўленні" in mine.text
            stopped = await person.wait_for_reply(await person.say("/stop"))
            assert "Спынена" in stopped.text
            assert "ні за чым" in (await person.wait_for_reply(await person.say("/my"))).text
        async with serving(sandbox, tmp_path):
            assert "follow nothing" in (await person.wait_for_reply(await person.say("/my"))).text


TELLING = re.compile(
    "los[ik]|лос[іи]к|statkev|стат?кев|prison|jail|arrest|verdict|trial|sentenc|tortur|полит|паліт|зняв|вязн|турм|тюрьм|"
    "арышт|арест|прысуд|приговор|суд(?!о)|заключ|свабод|свобод|krai|amnest|амн[іи]ст",
    re.IGNORECASE,
)
SCREENS = (
    "1s", "1se", "1sc", "1sk", "1sq", "1sclosik-ihar", "1spradio-svaboda", "1Sclosik-ihar", "1y", "1w", "1v", "1o",
    "1os", "1oq", "1oc", "1od", "1op", "1ol", "1r", "1uk",
)  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
async def test_in_quiet_mode_no_screen_of_ones_own_names_anybody_or_tells_what_it_is_about(
    tmp_path: Path, language: str
) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path):
        person, message = await greeted(sandbox)
        for data in (f"1ol{language}", "1Sclosik-ihar", "1Spnasha-niva", "1oq1"):
            await forge(sandbox, person, message, data)
        shown: list[str] = []
        for data in SCREENS:
            await forge(sandbox, person, message, data)
            page = person.message(message)
            shown += [page.text, *(button["text"] for button in page.buttons)]
        for text in ("/subscribe", "/my", "/mydata", "/settings", "/stop"):
            page = await person.wait_for_reply(await person.say(text))
            shown += [page.text, *(button["text"] for button in page.buttons)]
    words = texts(language)
    shown += [word for command in pages.commands(words, following=True) for word in command]
    shown += pages.about(words)
    examples = {words.say("Losik"), words.say("amnesty"), words.say("When is the next trial?")}
    told = [text for text in shown if TELLING.search(text)]
    assert [text for text in told if not any(example in text for example in examples)] == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_without_a_key_every_place_says_that_nothing_is_kept_and_offers_the_news(
    tmp_path: Path, language: str
) -> None:
    words = texts(language)
    nothing = words.say(
        "This bot keeps nothing about anybody, so it sends no updates. The latest ones: /news"
    )
    async with Sandbox() as sandbox, serving(sandbox, tmp_path, keys=None) as engine:
        person = sandbox.person("Alena", language_code=language)
        for text in ("/subscribe", "/subscribe Losik", "/my", "/stop", "/start s_losik-ihar"):
            page = await person.wait_for_reply(await person.say(text))
            assert page.text == nothing
            assert page.buttons[0]["callback_data"] == "1n00"
        for data in ("1Se", "1U", "1r", "1y00", "1ue", "1p00"):
            await forge(sandbox, person, page.id, data)
            assert person.message(page.id).text == nothing
        settings = await person.wait_for_reply(await person.say("/settings"))
        assert [button["text"] for button in settings.keyboard[0]][2].startswith(("English", "✓ English"))
        privacy = await person.wait_for_reply(await person.say("/privacy"))
        assert words.say("About you: nothing. This bot keeps no list of anybody.") in privacy.text
        answer = await person.wait_for_reply(await person.say("When was Ihar Losik arrested?"))
        assert words.say("🔔 Follow") not in [button["text"] for button in answer.buttons]
        await person.say("/forget")
        await settled(sandbox)
        assert len(sandbox.world.messages) == 1
        menu = {command["command"] for command in sandbox.world.commands["all_private_chats", None, ""]}
        assert menu.isdisjoint({"subscribe", "my", "stop", "mydata"})
        assert rows(engine) == 0


async def test_updates_are_read_by_number_link_and_list_and_stopped_where_they_stand(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path) as engine:
        drafts = [draft(f"Letter {n} arrived.", case="losik-ihar") for n in range(7)]
        Announcements(engine, lambda: NOVEMBER).announce(drafts, considered={})
        person, message = await greeted(sandbox)
        await forge(sandbox, person, message, "1Sclosik-ihar")
        kept = store_of(engine).get(person.id)
        assert kept
        assert kept.since == 7
        news = await person.wait_for_reply(await person.say("/news"))
        assert news.quotes[0] == "Letter 6 arrived."
        await person.press(news, "1n01")
        older = await person.wait_for_edit(news.id)
        assert older.quotes == ["Letter 1 arrived.", "Letter 0 arrived."]
        await person.press(older, "1d2")
        opened = await person.wait_for_message(news.id)
        assert opened.quotes == ["Letter 1 arrived."]
        linked = await person.wait_for_reply(await person.start("n_2"))
        assert linked.text == opened.text
        await person.press(linked, "1uclosik-ihar")
        after = await person.wait_for_message(linked.id)
        assert "You follow nothing." in after.text
        assert person.message(linked.id).quotes == ["Letter 1 arrived."]
        assert rows(engine) == 0
        quiet = await sandbox_quiet(sandbox, person)
        await person.press(quiet, "Show")
        assert (await person.wait_for_edit(quiet)).quotes == ["Letter 1 arrived."]
        assert sandbox.violations == []


async def sandbox_quiet(sandbox: Sandbox, person: Person) -> int:
    """A quiet update as the sender would send it."""
    bot = TelegramBot(sandbox.token, api_url=sandbox.api_url, poll_timeout_s=1)
    await bot.initialize()
    news = News(
        number=2, hour=0, **{field: getattr(draft("x"), field) for field in Draft.__dataclass_fields__}
    )
    page = news_page(news, texts("en"), quiet=True)
    sent = await bot.send_message(person.id, page.text, reply_markup=page.markup)
    await bot.shutdown()
    return sent.message_id
