"""What a person can do with the bot, and what they see: conversations with the running bot in the sandbox."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from articles import RuleBase, numbered, version
from conversations import base_of, play
from sqlalchemy import select
from telegram import Message, Update
from telegram.error import Forbidden

from bot import asker, handlers, pace, replies
from bot.app import serve
from bot.asker import Asker
from bot.compose import Page
from bot.database import Engine, open_database
from bot.dialogue import Dialogue
from bot.handlers import Handlers
from bot.keys import Keys
from bot.places import Places
from bot.quotes import Quotes
from bot.replies import Replies
from bot.sandbox import faults
from bot.sandbox.rates import Limit, Rates
from bot.sandbox.server import Sandbox
from bot.seen import Seen
from bot.store import Store, open_store
from bot.tables import SEEN
from bot.transport import NotSentError, TelegramBot
from corpus.cases import load_cases
from index.answer import Answer
from index.case_file import CaseBook

EVERYWHERE = Places()
KEYS = Keys.read("canary-key-0123456789-Abcdefghijk-4711")
NOVEMBER = 1_795_348_800.0
SCRIPTS = sorted((Path(__file__).parent / "conversations").glob("*.txt"))


@asynccontextmanager
async def serving(
    sandbox: Sandbox,
    folder: Path,
    base: RuleBase | None = None,
    *,
    places: Places = EVERYWHERE,
    keys: Keys | None = KEYS,
) -> AsyncIterator[Engine]:
    """The bot at work in this process, on 22 November 2026; its database. Without `keys` it keeps nothing."""
    bot = TelegramBot(sandbox.token, api_url=sandbox.api_url, poll_timeout_s=50)
    engine = open_database(f"sqlite:///{folder}/bot.sqlite")
    quotes, began = Quotes(version()), sandbox.clock.now()
    stopping = asyncio.Event()
    await bot.initialize()
    store = open_store(
        engine,
        (lambda: keys) if keys else None,
        keep_months=3,
        now=lambda: NOVEMBER + sandbox.clock.now() - began,
    )
    running = serve(
        bot,
        Seen(engine, now=lambda: 0.0),
        Asker(base or RuleBase(lambda: quotes)),
        stopping,
        places=places,
        store=store,
    )
    task = asyncio.create_task(running)
    try:
        yield engine
    finally:
        stopping.set()
        await task
        await bot.shutdown()
        engine.dispose()


def nothing_kept() -> Store:
    """An empty database of a bot without a key."""
    return open_store(open_database("sqlite://"), None, keep_months=3, now=lambda: 0.0)


async def settled(sandbox: Sandbox) -> None:
    """The bot has done with everything that it was told."""
    async with asyncio.timeout(10):
        while sandbox.world.updates.pending():
            await sandbox.world.bell.wait(1)


@pytest.mark.parametrize(
    "script", [path.read_text() for path in SCRIPTS], ids=[path.stem for path in SCRIPTS]
)
async def test_a_conversation_goes_as_written(script: str, tmp_path: Path) -> None:
    base = base_of(script)
    async with Sandbox() as sandbox, serving(sandbox, tmp_path, base):
        assert await play(sandbox, script, base) == script
        assert sandbox.violations == []


async def test_help_says_whom_to_write_to_and_in_a_group_what_is_answered_there(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path, places=Places(contact="errors@example.org")):
        person = sandbox.person("Alena", language_code="en")
        shown = await person.wait_for_reply(await person.say("/about"))
        assert "/forget – Delete my data" in shown.text
        assert "requests to take something down: errors@example.org" in shown.text
        room = sandbox.room("Friends", person)
        room.set_bot(person)
        answer = await room.wait_for_reply(await person.say("/help@sprava_sandbox_bot", room=room))
        commands = [line for line in answer.text.splitlines() if line.startswith("/")]
        assert commands == ["/ask – Ask a question", "/help – Help"]


class Held(RuleBase):
    """Answers when it is let."""

    def __init__(self, quotes: Callable[[], Quotes]) -> None:
        super().__init__(quotes)
        self.free = threading.Event()
        self.free.set()

    def answer_many(self, questions: Sequence[str]) -> tuple[Sequence[Answer], Quotes]:
        self.free.wait(20)
        return super().answer_many(questions)


async def test_a_press_is_acknowledged_while_an_earlier_one_still_works(tmp_path: Path) -> None:
    quotes = Quotes(version())
    base = Held(lambda: quotes)
    async with Sandbox() as sandbox, serving(sandbox, tmp_path, base):
        person = sandbox.person("Alena", language_code="en")
        greeting = await person.wait_for_reply(await person.say("/start"))
        answer = await person.wait_for_reply(await person.say("When was Losik arrested?"))
        base.free.clear()
        try:
            presses = [await person.press(greeting, f"1e{n}") for n in (0, 1)]
            presses.append(await person.press(answer, "1 Context"))
            for press in presses:
                assert await person.wait_for_callback_answer(press, timeout_s=5)
            assert (await person.wait_for_edit(answer.id, timeout_s=5)).quotes, "it needs no answer"
        finally:
            base.free.set()
        async with asyncio.timeout(10):
            while len(person.messages()) < 4:
                await sandbox.world.bell.wait(1)
        heads = [message.text.splitlines()[0] for message in person.messages()[2:]]
        assert heads[0] == "When was Ihar Losik arrested?"
        accepted = [call for call in sandbox.calls("answerCallbackQuery") if call.verdict == "ok"]
        assert len(accepted) == 3, "each once"
        assert sandbox.violations == []


async def test_a_button_pressed_twice_does_no_harm(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path):
        person = sandbox.person("Alena", language_code="en")
        answer = await person.wait_for_reply(await person.say("When was Losik arrested?"))
        presses = [await person.press(answer, "1 Context") for _ in range(3)]
        for press in presses:
            assert (await person.wait_for_callback_answer(press))["text"] == ""
        assert len((await person.wait_for_edit(answer.id)).quotes) == 1
        assert len(person.messages()) == 1


async def test_buttons_work_after_a_restart_and_say_when_their_words_are_gone(tmp_path: Path) -> None:
    async with Sandbox() as sandbox:
        person = sandbox.person("Alena", language_code="en")
        async with serving(sandbox, tmp_path):
            answer = await person.wait_for_reply(await person.say("When was Losik arrested?"))
        async with serving(sandbox, tmp_path):
            await person.press(answer, "1 Context")
            assert (await person.wait_for_edit(answer.id)).quotes
        other = Quotes(version(numbered(3)))
        async with serving(sandbox, tmp_path, RuleBase(lambda: other)):
            await person.press(answer.id, "Back")
            told = await person.wait_for_message(answer.id)
            assert (told.text, told.reply_to) == ("This has changed. Ask again.", answer.id)
            await person.wait_for_callback_answer(await person.press(answer.id, "Back"))
        assert person.message(answer.id).edits == 1
        assert len(person.messages()) == 2, "the second press is told nothing new"


class Slow(RuleBase):
    """Takes its time for everything."""

    def case_book(self) -> CaseBook:
        time.sleep(self.pause_s)
        return super().case_book()


@pytest.mark.parametrize(
    ("said", "button"),
    [
        ("/start", "1e0"),
        ("Losik? When was he arrested?", "1qlosik-ihar"),
        ("/case Losik", "1kt00losik-ihar"),
        ("When was Ihar Losik arrested?", "1kn00losik-ihar"),
        ("/case", "1l00"),
    ],
)
async def test_every_button_is_acknowledged_before_any_work(tmp_path: Path, said: str, button: str) -> None:
    quotes = Quotes(version())
    base = Slow(lambda: quotes)
    async with Sandbox() as sandbox, serving(sandbox, tmp_path, base):
        person = sandbox.person("Alena", language_code="en")
        shown = await person.wait_for_reply(await person.say(said))
        base.pause_s = 0.5
        before = len(sandbox.ledger.entries)
        press = await person.press(shown, button)
        assert await person.wait_for_callback_answer(press) == {"text": "", "show_alert": False}
        acts = ("sendMessage", "editMessageText")
        assert not any(entry.method in acts for entry in sandbox.ledger.entries[before:])
        async with asyncio.timeout(10):
            while not any(entry.method in acts for entry in sandbox.ledger.entries[before:]):
                await sandbox.world.bell.wait(1)
        assert sandbox.violations == []


@pytest.mark.parametrize(("said", "button"), [("/start", "1e0"), ("/cases", "1kn00losik-ihar")])
async def test_a_page_in_a_new_message_comes_once_for_a_press_that_came_twice(
    tmp_path: Path, said: str, button: str
) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path):
        person = sandbox.person("Alena", language_code="en")
        shown = await person.wait_for_reply(await person.say(said))
        for press in [await person.press(shown.id, button) for _ in range(3)]:
            await person.wait_for_callback_answer(press)
        await person.wait_for_reply(await person.say("/help"))
        await settled(sandbox)
        assert len(person.messages()) == 3


async def test_a_choice_whose_question_was_deleted_opens_the_card(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path):
        person = sandbox.person("Alena", language_code="en")
        asked = await person.say("Losik? When was he arrested?")
        choice = await person.wait_for_reply(asked)
        sandbox.world.remove(sandbox.world.messages[asked])
        await person.press(choice, "Ihar Losik")
        assert "Status, newest first" in (await person.wait_for_edit(choice.id)).text


async def test_examples_count_as_questions_and_the_toast_says_so(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path):
        person = sandbox.person("Alena", language_code="en")
        shown = await person.wait_for_reply(await person.say("/start"))
        for _ in range(10):
            await person.wait_for_reply(await person.say("When was Losik arrested?"))
        told = await person.wait_for_callback_answer(await person.press(shown, "1e0"))
        assert told["text"] == "10 questions in a minute: wait a little."
        choice = await person.wait_for_reply(await person.say("/language"))
        told = await person.wait_for_callback_answer(await person.press(choice, "1olru"))
        assert told["text"] == "", "what needs no encoder is never refused"


async def test_look_ups_have_a_limit_of_their_own_and_commands_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handlers, "LOOK_UPS_A_MINUTE", 3)
    slower = "Too many requests in a minute: wait a little."
    async with Sandbox() as sandbox, serving(sandbox, tmp_path):
        person = sandbox.person("Alena", language_code="en")
        for text in ("/cases", "/case Losik", "/start c_losik-ihar"):
            card = await person.wait_for_reply(await person.say(text))
        assert (await person.wait_for_reply(await person.say("/case Losik"))).text == slower
        press = await person.press(card, "1kt00losik-ihar")
        assert (await person.wait_for_callback_answer(press))["text"] == slower
        assert (await person.wait_for_reply(await person.say("When was Losik arrested?"))).quotes
        for command in ("/help", "/privacy", "/sources", "/language"):
            assert (await person.wait_for_reply(await person.say(command))).text != slower


async def test_who_is_failed_by_a_button_is_told_in_a_message(tmp_path: Path) -> None:
    class Failing(RuleBase):
        def case_book(self) -> CaseBook:
            raise RuntimeError

    quotes = Quotes(version())
    async with Sandbox() as sandbox, serving(sandbox, tmp_path, Failing(lambda: quotes)):
        person = sandbox.person("Alena", language_code="en")
        answer = await person.wait_for_reply(await person.say("When was Ihar Losik arrested?"))
        await person.press(answer, "1kn00losik-ihar")
        told = await person.wait_for_message(answer.id)
        assert told.text.startswith("That did not work. It is our fault. Code E-")


async def test_a_button_of_a_message_that_is_gone_is_answered_with_a_new_one(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path):
        person = sandbox.person("Alena", language_code="en")
        answer = await person.wait_for_reply(await person.say("When was Losik arrested?"))
        sandbox.world.remove(sandbox.world.messages[answer.id])
        await person.press(answer, "1 Context")
        assert (await person.wait_for_message(answer.id)).quotes


async def test_the_chosen_person_is_asked_for_without_the_command(tmp_path: Path) -> None:
    asked: list[str] = []

    class Listening(RuleBase):
        def answer_many(self, questions: Sequence[str]) -> tuple[Sequence[Answer], Quotes]:
            asked.extend(questions)
            return super().answer_many(questions)

    quotes = Quotes(version())
    async with Sandbox() as sandbox, serving(sandbox, tmp_path, Listening(lambda: quotes)):
        person = sandbox.person("Alena", language_code="en")
        answer = await person.wait_for_reply(await person.say("/ask Losik? When was he arrested?"))
        await person.press(answer, "Ihar Losik")
        assert (await person.wait_for_edit(answer.id)).quotes
    assert asked == ["Losik? When was he arrested?", "Ihar Losik: Losik? When was he arrested?"]


async def test_a_shared_link_shows_the_same_quotes_to_somebody_else(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path):
        alena, barys = (
            sandbox.person("Alena", language_code="en"),
            sandbox.person("Barys", language_code="ru"),
        )
        answer = await alena.wait_for_reply(await alena.say("When was Losik arrested?"))
        link = next(button["copy_text"]["text"] for button in answer.buttons if "copy_text" in button)
        address, _, parameter = link.partition("?start=")
        assert address == "https://t.me/sprava_sandbox_bot"
        shared = await barys.wait_for_reply(await barys.start(parameter))
        assert shared.quotes == answer.quotes
        assert "По состоянию на" in shared.text
        gone = await barys.wait_for_reply(await barys.start("a_AAAAAAAAAAAB"))
        assert gone.text == "Это изменилось. Спросите ещё раз."


async def test_the_eleventh_question_of_a_minute_is_told_so_once(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path):
        person = sandbox.person("Alena", language_code="en")
        asked = [await person.say("When was Losik arrested?") for _ in range(13)]
        for message in asked[:10]:
            assert (await person.wait_for_reply(message)).quotes
        assert (await person.wait_for_reply(asked[10])).text == "10 questions in a minute: wait a little."
        await person.wait_for_reply(await person.say("/help"))
        assert len(person.messages()) == 12
        sandbox.clock.advance(61)
        assert (await person.wait_for_reply(await person.say("When was Losik arrested?"))).quotes


async def test_when_too_many_questions_wait_each_person_is_told_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asker, "WAITING", 1)
    monkeypatch.setattr(asker, "BATCH", 1)
    quotes = Quotes(version())
    async with Sandbox() as sandbox, serving(sandbox, tmp_path, RuleBase(lambda: quotes, pause_s=0.3)):
        people = [sandbox.person(f"Person {n}", language_code="en") for n in range(6)]
        asked = [await person.say("When was Losik arrested?") for person in people]
        answers = [
            await person.wait_for_reply(message) for person, message in zip(people, asked, strict=True)
        ]
    busy = [answer.text for answer in answers if not answer.quotes]
    assert set(busy) == {"Too many questions right now. Please send it again in a minute. It was not kept."}
    assert 0 < len(busy) < 6


async def test_who_presses_an_example_while_too_many_wait_is_told_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quotes = Quotes(version())
    async with Sandbox() as sandbox, serving(sandbox, tmp_path, RuleBase(lambda: quotes)):
        person = sandbox.person("Alena", language_code="en")
        shown = await person.wait_for_reply(await person.say("/start"))
        monkeypatch.setattr(asker, "WAIT_S", -1.0)
        await person.press(shown, "1e0")
        async with asyncio.timeout(10):
            while len(person.messages()) < 2:
                await sandbox.world.bell.wait(1)
        assert person.messages()[-1].text.startswith("Too many questions right now.")


async def test_questions_that_wait_together_are_encoded_together(tmp_path: Path) -> None:
    quotes = Quotes(version())
    base = RuleBase(lambda: quotes, pause_s=0.1)
    async with Sandbox() as sandbox, serving(sandbox, tmp_path, base):
        people = [sandbox.person(f"Person {n}", language_code="en") for n in range(40)]
        asked = [await person.say("When was Losik arrested?") for person in people]
        for person, message in zip(people, asked, strict=True):
            await person.wait_for_reply(message)
    assert sum(base.batches) == 40
    assert max(base.batches) == 16
    assert len(base.batches) < 10


async def test_work_that_takes_long_shows_typing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replies, "_TYPING_AFTER_S", 0.05)
    quotes = Quotes(version())
    async with Sandbox() as sandbox, serving(sandbox, tmp_path, RuleBase(lambda: quotes, pause_s=0.5)):
        person = sandbox.person("Alena", language_code="en")
        await person.wait_for_reply(await person.say("When was Losik arrested?"))
        assert len(sandbox.calls("sendChatAction")) == 1


async def test_typing_is_shown_again_for_as_long_as_the_work_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replies, "_TYPING_AFTER_S", 0.02)
    monkeypatch.setattr(replies, "_TYPING_EVERY_S", 0.1)
    quotes = Quotes(version())
    base = Slow(lambda: quotes, pause_s=0.55)
    async with Sandbox() as sandbox, serving(sandbox, tmp_path, base):
        person = sandbox.person("Alena", language_code="en")
        shown = await person.wait_for_reply(await person.say("/start"))
        assert sandbox.calls("sendChatAction") == [], "what takes no time shows none"
        await person.wait_for_reply(await person.say("When was Losik arrested?"))
        while_asked = len(sandbox.calls("sendChatAction"))
        await person.wait_for_reply(await person.say("/case Losik"))
        while_looked_up = len(sandbox.calls("sendChatAction"))
        await person.press(shown, "1e0")
        async with asyncio.timeout(10):
            while len(person.messages()) < 4:
                await sandbox.world.bell.wait(1)
        counts = (while_asked, while_looked_up, len(sandbox.calls("sendChatAction")))
        assert counts[0] >= 3
        assert counts[1] >= counts[0] + 3
        assert counts[2] >= counts[1] + 3
        await asyncio.sleep(0.3)
        assert len(sandbox.calls("sendChatAction")) == counts[2], "it ends with the work"


async def test_a_pause_that_telegram_asks_for_is_kept_and_the_answer_comes(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path):
        person = sandbox.person("Alena", language_code="en")
        sandbox.faults.add("sendMessage", faults.too_many_requests(1))
        assert (await person.wait_for_reply(await person.say("When was Losik arrested?"))).quotes
        assert [entry.code for entry in sandbox.calls("sendMessage")] == [429, 200]


async def test_within_telegrams_limits_every_answer_comes_and_a_global_pause_is_kept(tmp_path: Path) -> None:
    async with Sandbox(rates=Rates(overall=Limit(30, 1), chat=Limit(3, 1))) as sandbox:
        people = [sandbox.person(f"Person {n}", language_code="en") for n in range(20)]
        asked = [(person, await person.say("/help")) for _ in range(4) for person in people]
        async with serving(sandbox, tmp_path):
            for person, message in asked:
                await person.wait_for_reply(message, timeout_s=30)
        assert [len(person.messages()) for person in people] == [4] * 20
        codes = [entry.code for entry in sandbox.calls("sendMessage")]
        assert codes.count(200) == 80
        assert 0 < codes.count(429) < 80


async def test_a_pause_too_long_to_wait_for_is_kept_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replies, "SHORT_S", 0.5)
    monkeypatch.setattr(pace, "SHORT_S", 0.5)
    async with Sandbox() as sandbox, serving(sandbox, tmp_path):
        person, other = (sandbox.person(name, language_code="en") for name in ("Alena", "Barys"))
        sandbox.faults.add("sendMessage", faults.too_many_requests(2))
        dropped = []
        for text in ("When was Losik arrested?", "/help"):
            dropped.append(await person.say(text))
            await settled(sandbox)
        assert await other.wait_for_reply(await other.say("/help")), "the pause is that of one chat"
        assert len(sandbox.calls("sendMessage")) == 2, "the second reply in the chat did not call"
        await asyncio.sleep(1.6)
        assert (await person.wait_for_reply(await person.say("When was Losik sentenced?"))).quotes
        assert [message.reply_to for message in person.messages() if message.reply_to in dropped] == []
        assert sandbox.violations == []


@pytest.mark.parametrize(
    "fault",
    [faults.drop_before(), faults.drop_after(), faults.garbage(), faults.error(502, "Bad Gateway")],
    ids=str,
)
async def test_a_reply_that_may_be_lost_is_sent_once_more(tmp_path: Path, fault: faults.Fault) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path):
        person = sandbox.person("Alena", language_code="en")
        sandbox.faults.add("sendMessage", fault)
        assert (await person.wait_for_reply(await person.say("When was Losik arrested?"))).quotes
        await person.wait_for_reply(await person.say("/help"))
        await settled(sandbox)
        assert len(sandbox.calls("sendMessage")) == 3


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pauses between tries, a tenth as long."""
    monkeypatch.setattr(replies, "_BACK_OFF_S", (0.1, 0.3, 0.8))


@pytest.mark.parametrize(
    "fault",
    [faults.drop_before(), faults.error(502, "Bad Gateway"), faults.error(500, "Internal Server Error")],
    ids=str,
)
@pytest.mark.parametrize("said", ["When was Losik arrested?", "/stop"])
async def test_after_an_outage_the_reply_comes_once_and_nobody_is_blamed(
    tmp_path: Path, fault: faults.Fault, said: str, quick: None
) -> None:
    async with Sandbox(throttle=False) as sandbox, serving(sandbox, tmp_path):
        person = sandbox.person("Alena", language_code="en")
        await person.wait_for_reply(await person.say("/help"))
        asked = await person.say(said)
        sandbox.faults.add("sendMessage", fault, times=10**6)
        sandbox.faults.add("getMe", fault, times=10**6)
        await asyncio.sleep(0.3)
        sandbox.faults.clear()
        await person.wait_for_reply(asked)
        await settled(sandbox)
        assert [message.reply_to for message in person.messages()][1:] == [asked]


@pytest.mark.parametrize(
    ("fault", "shown"), [(faults.drop_after(), 2), (faults.garbage(), 2), (faults.error(502, ""), 0)], ids=str
)
async def test_what_telegram_does_not_confirm_is_repeated_once_and_then_left(
    tmp_path: Path, fault: faults.Fault, shown: int, quick: None
) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path) as engine:
        person = sandbox.person("Alena", language_code="en")
        sandbox.faults.add("sendMessage", fault, times=10**6)
        await person.say("When was Losik arrested?")
        await settled(sandbox)
        assert len(person.messages()) == shown
        assert len(sandbox.calls("sendMessage")) == (shown or 4)
        with engine.connect() as connection:
            assert connection.scalar(select(SEEN.c.attempts)) == 0, "the question is not at fault"


async def test_a_press_whose_acknowledgement_fails_does_what_it_asks_for(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path):
        person = sandbox.person("Alena", language_code="en")
        answer = await person.wait_for_reply(await person.say("When was Losik arrested?"))
        sandbox.faults.add("answerCallbackQuery", faults.error(502, "Bad Gateway"), times=2)
        await person.press(answer, "1 Context")
        assert "hunger strike" in (await person.wait_for_edit(answer.id)).text
        assert len(person.messages()) == 1


async def test_a_press_that_fails_for_good_is_not_called_a_question(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path):
        person = sandbox.person("Alena", language_code="en")
        answer = await person.wait_for_reply(await person.say("When was Losik arrested?"))
        sandbox.faults.add("editMessageText", faults.error(400, "Bad Request: no"), times=2)
        await person.press(answer, "1 Context")
        await settled(sandbox)
        said = person.messages()[-1].text
        assert said.startswith("That did not work. It is our fault. Code E-")
        assert said.endswith(" You can press the button again.")


async def test_somebody_who_blocked_the_bot_stops_nobody(tmp_path: Path) -> None:
    async with Sandbox() as sandbox:
        alena, barys = sandbox.person("Alena"), sandbox.person("Barys")
        await alena.say("When was Losik arrested?")
        alena.block()
        async with serving(sandbox, tmp_path):
            assert await barys.wait_for_reply(await barys.say("/help"))
            async with asyncio.timeout(10):
                while sandbox.world.updates.pending():
                    await sandbox.world.bell.wait(0.1)
        assert sorted(entry.code for entry in sandbox.calls("sendMessage")) == [200, 403]


@pytest.fixture
def unsure() -> tuple[Handlers, TelegramBot, list[str]]:
    """Handlers whose replies reach Telegram only from the thirteenth on, and those texts."""
    tries, sent = iter(range(100)), list[str]()

    class Unsure(Replies):
        async def reply(self, message: Message, page: Page) -> int | None:
            if next(tries) < 12:
                raise NotSentError("No connection.")
            sent.append(page.text)
            return 1

    class Answering(Asker):
        async def ask(self, question: str) -> tuple[Answer, Quotes]:
            answers, quotes = self._base.answer_many([question])
            return answers[0], quotes

    bot = TelegramBot("1:token", api_url="http://127.0.0.1:9/bot", poll_timeout_s=0)
    quotes = Quotes(version())
    asker = Answering(RuleBase(lambda: quotes))
    return (
        Handlers(
            asker=asker,
            replies=Unsure(bot, Dialogue(now=lambda: 0.0)),
            cases=load_cases(),
            bot_name="sprava_bot",
            places=EVERYWHERE,
            store=nothing_kept(),
        ),
        bot,
        sent,
    )


def asked(bot: TelegramBot, text: str, number: int = 1, **more: object) -> Update:
    """A question in a private chat, or whatever `more` makes of it."""
    message = {
        "message_id": number,
        "date": 1,
        "chat": {"id": 7, "type": "private", "first_name": "Alena"},
        "from": {"id": 7, "is_bot": False, "first_name": "Alena", "language_code": "en"},
        "text": text,
    }
    return Update.de_json({"update_id": number, "message": {**message, **more}}, bot)


async def test_a_question_that_was_tried_often_while_telegram_was_away_is_still_one_question(
    unsure: tuple[Handlers, TelegramBot, list[str]],
) -> None:
    bot_handlers, bot, sent = unsure
    for _ in range(12):
        with pytest.raises(NotSentError):
            await bot_handlers.handle(asked(bot, "When was Losik arrested?"))
    await bot_handlers.handle(asked(bot, "When was Losik arrested?"))
    assert "Losik was arrested in June 2020" in sent[0]


async def test_what_is_said_once_a_minute_is_said_again_when_it_did_not_arrive(
    unsure: tuple[Handlers, TelegramBot, list[str]],
) -> None:
    bot_handlers, bot, sent = unsure
    for _ in range(12):
        with pytest.raises(NotSentError):
            await bot_handlers.handle(asked(bot, "/nothing", entities=COMMAND))
    await bot_handlers.handle(asked(bot, "/nothing", entities=COMMAND))
    await bot_handlers.handle(asked(bot, "/nothing", number=2, entities=COMMAND))
    assert [text[:25] for text in sent] == ["I do not know this comman"]


async def test_those_who_write_as_their_group_are_counted_by_group(
    unsure: tuple[Handlers, TelegramBot, list[str]],
) -> None:
    bot_handlers, bot, sent = unsure
    stand_in = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    for number in range(24):
        group = {"id": -5 - number // 12, "type": "supergroup", "title": "Friends"}
        update = asked(
            bot, "/ask Losik", number, entities=[{"type": "bot_command", "offset": 0, "length": 4}],
            chat=group, sender_chat=group, **{"from": stand_in},
        )  # fmt: skip
        with suppress(NotSentError):
            await bot_handlers.handle(update)
    assert sum("wait a little" not in text for text in sent) == 10, "the first group's eleventh was refused"


COMMAND = [{"type": "bot_command", "offset": 0, "length": 8}]


@pytest.mark.parametrize("kind", ["photo", "voice", "document", "sticker", "location", "contact"])
async def test_what_is_not_text_is_answered_in_one_line(tmp_path: Path, kind: str) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path):
        person = sandbox.person("Alena", language_code="be")
        reply = await person.wait_for_reply(await person.send(kind))
        assert reply.text == "Толькі тэкст: бот гэтага не адкрываў."


async def test_commands_and_descriptions_are_set_in_each_language_and_only_when_they_differ(
    tmp_path: Path,
) -> None:
    setting = ("setMyCommands", "setMyDescription", "setMyShortDescription")
    async with Sandbox() as sandbox:
        for _ in range(2):
            async with serving(sandbox, tmp_path):
                async with asyncio.timeout(10):
                    while len(sandbox.calls("getMyShortDescription")) % 3 or not sandbox.calls(
                        "getMyShortDescription"
                    ):
                        await sandbox.world.bell.wait(0.05)
                await asyncio.sleep(0.1)
        assert [len(sandbox.calls(method)) for method in setting] == [6, 3, 3]
        assert [one["description"] for one in sandbox.world.commands["all_group_chats", None, "be"]] == [
            "Задаць пытанне",
            "Дапамога",
        ]
        private = [one["command"] for one in sandbox.world.commands["all_private_chats", None, "ru"]]
        assert {"ask", "case", "privacy", "help"} <= set(private)
        assert [sandbox.world.profile_text("description", language)[:7] for language in ("be", "ru", "")] == [
            "Задайце",
            "Задайте",
            "Ask a q",
        ]


@pytest.mark.parametrize(
    ("chat", "status", "groups", "leaves"),
    [
        ("channel", "administrator", True, True),
        ("group", "member", True, False),
        ("group", "member", False, True),
        ("supergroup", "administrator", False, True),
        ("supergroup", "kicked", False, False),
        ("private", "member", False, False),
    ],
)
async def test_channels_are_left_always_and_groups_where_they_are_switched_off(
    chat: str, status: str, groups: bool, leaves: bool
) -> None:
    left: list[int] = []

    class Leaving(Replies):
        async def leave(self, chat_id: int) -> None:
            left.append(chat_id)

        async def send(self, chat_id: int, page: Page) -> None:
            raise Forbidden("bot can't send messages there")

    bot = TelegramBot("1:token", api_url="http://127.0.0.1:9/bot", poll_timeout_s=0)
    bot_handlers = Handlers(
        asker=Asker(RuleBase(lambda: Quotes(version()))),
        replies=Leaving(bot, Dialogue(now=lambda: 0.0)),
        cases=load_cases(),
        bot_name="sprava_bot",
        places=Places(groups=groups),
        store=nothing_kept(),
    )
    person = {"id": 7, "is_bot": False, "first_name": "Alena"}
    me = {"id": 1, "is_bot": True, "first_name": "sprava"}
    change = {
        "chat": {"id": -5, "type": chat, "title": "Chat"},
        "from": person,
        "date": 1,
        "old_chat_member": {"status": "left", "user": me},
        "new_chat_member": {"status": status, "user": me, **RIGHTS[status]},
    }
    await bot_handlers.handle(Update.de_json({"update_id": 1, "my_chat_member": change}, bot))
    assert left == ([-5] if leaves else [])


RIGHTS: dict[str, dict[str, object]] = {
    "member": {},
    "kicked": {"until_date": 0},
    "administrator": dict.fromkeys(
        [
            *(
                "can_be_edited",
                "is_anonymous",
                "can_manage_chat",
                "can_delete_messages",
                "can_manage_video_chats",
            ),
            *("can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users"),
            *("can_post_stories", "can_edit_stories", "can_delete_stories"),
        ],
        False,
    ),
}


@pytest.mark.parametrize(
    "question",
    [
        "?",
        "😀😀",
        "哈尔滨在哪里？",
        "<b>Losik</b> & *Losik*",
        "\u202eLosik\u202c\u200b",
        "a" * 4096,
        "/start <b>",
    ],
    ids=["one character", "emoji", "Chinese", "markup", "bidi", "very long", "start with markup"],
)
async def test_any_text_gets_a_polite_reply(tmp_path: Path, question: str) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path):
        person = sandbox.person("Alena", language_code="en")
        reply = await person.wait_for_reply(await person.say(question))
        assert "fault" not in reply.text
        assert sandbox.violations == []
