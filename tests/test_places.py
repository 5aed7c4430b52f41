"""Groups, inline mode and guest mode of the running bot: what it does there, and what it leaves alone."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from articles import VERDICT, RuleBase, version
from telegram import InlineKeyboardButton
from test_handlers import serving, settled

from bot import callbacks, inline
from bot.compose import Page
from bot.inline import cards
from bot.places import Places, public
from bot.quotes import Quotes
from bot.render import Renderer
from bot.sandbox import groups
from bot.sandbox.server import Sandbox
from bot.texts import texts
from corpus.cases import load_cases
from index.answer import Answer
from index.excerpt import Excerpt

NAME = "@sprava_sandbox_bot"
NOWHERE = Places(inline=False, groups=False, guest=False)


def sent(sandbox: Sandbox) -> list[str]:
    """The methods that changed something in a chat."""
    silent = ("get", "setMy")
    return [entry.method for entry in sandbox.calls() if not entry.method.startswith(silent)]


def test_only_what_is_handled_is_asked_for() -> None:
    assert Places().updates[-2:] == ["inline_query", "guest_message"]
    assert NOWHERE.updates == ["message", "edited_message", "callback_query", "my_chat_member"]


async def test_where_everything_is_switched_off_the_bot_is_silent(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path, places=NOWHERE):
        alena = sandbox.person("Alena", language_code="en")
        elsewhere = sandbox.room("Elsewhere", alena)
        await alena.wait_for_reply(await alena.say("/help"))
        before = sent(sandbox)
        await alena.type_inline("When was Losik arrested?")
        await alena.say(f"{NAME} When was Losik arrested?", room=elsewhere)
        await settled(sandbox)
        assert sent(sandbox) == before
        assert "any chat" not in alena.messages()[0].text
        assert "group" not in alena.messages()[0].text


@pytest.mark.parametrize("kind", ["group", "supergroup"])
async def test_a_group_is_left_with_a_word_where_groups_are_switched_off(tmp_path: Path, kind: str) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path, places=Places(groups=False)):
        alena = sandbox.person("Alena", language_code="ru")
        room = sandbox.room("Friends", alena, kind=kind)
        room.set_bot(alena)
        await room.until_bot_left()
        assert [message.text for message in room.messages()] == [
            "Этот бот не отвечает в группах. Напишите ему лично: @sprava_sandbox_bot"
        ]
        await settled(sandbox)
        assert sandbox.violations == []


async def test_a_group_that_was_joined_before_the_switch_is_left_at_its_next_message(tmp_path: Path) -> None:
    async with Sandbox() as sandbox:
        alena = sandbox.person("Alena", language_code="en")
        room = sandbox.room("Friends", alena)
        room.set_bot(alena)
        sandbox.world.updates.drop()
        await alena.say(f"/ask{NAME} When was Losik arrested?", room=room)
        async with serving(sandbox, tmp_path, places=Places(groups=False)):
            await room.until_bot_left()
        assert len(room.messages()) == 1


async def test_a_channel_is_left_without_a_word(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path):
        alena = sandbox.person("Alena")
        channel = sandbox.room("News", alena, kind="channel")
        channel.set_bot(alena, "administrator")
        await channel.until_bot_left()
        assert channel.messages() == []


async def test_an_answer_follows_a_group_that_became_a_supergroup(tmp_path: Path) -> None:
    quotes = Quotes(version())
    async with Sandbox() as sandbox, serving(sandbox, tmp_path, RuleBase(lambda: quotes, pause_s=0.4)):
        alena = sandbox.person("Alena", language_code="en")
        room = sandbox.room("Friends", alena, kind="group")
        room.set_bot(alena)
        await alena.say(f"/ask{NAME} When was Losik arrested?", room=room)
        await asyncio.sleep(0.1)
        new = groups.upgrade(sandbox.world, room.group)
        async with asyncio.timeout(10):
            while not (found := [m for m in sandbox.world.messages.values() if m.chat is new and m.from_bot]):
                await sandbox.world.bell.wait(1)
        assert "Losik was arrested" in found[0].text
        assert found[0].reply_to is None, "there, the number of the question is that of another message"


async def test_somebody_elses_question_is_asked_by_replying_to_it(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path):
        alena, barys = (sandbox.person(name, language_code="en") for name in ("Alena", "Barys"))
        room = sandbox.room("Friends", alena, barys)
        room.set_bot(alena)
        question = await alena.say("When was Losik arrested?", room=room)
        await settled(sandbox)
        assert room.messages() == [], "nothing that was not addressed to the bot is answered"
        pointing = await barys.say(f"/ask{NAME}", room=room, reply_to=question)
        answer = await room.wait_for_reply(pointing)
        assert "Losik was arrested in June 2020" in answer.quotes[0]
        assert sandbox.violations == []


async def test_a_press_made_by_hand_changes_nothing_in_a_group(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path):
        alena = sandbox.person("Alena", language_code="en")
        room = sandbox.room("Friends", alena)
        room.set_bot(alena)
        await alena.say(f"/ask{NAME} When was Losik arrested?", room=room)
        async with asyncio.timeout(10):
            while not (found := [m for m in sandbox.world.messages.values() if m.from_bot]):
                await sandbox.world.bell.wait(1)
        before = found[0].text
        press = sandbox.world.press(alena.account, found[0].id, "1g00")
        answer = await alena.wait_for_callback_answer(press.id)
        assert answer["text"] == "This has changed. Ask again."
        await settled(sandbox)
        assert [m.text for m in sandbox.world.messages.values() if m.from_bot] == [before]


async def test_the_same_question_is_answered_alike_whoever_types_it_and_asked_once(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path):
        people = [sandbox.person("Alena", language_code="be"), sandbox.person("Emily", language_code="en")]
        offered = []
        for person in people:
            await person.say("/start")  # a chosen or known language changes nothing either
            offered.append(await person.wait_for_results(await person.type_inline("Где сейчас Орлова?")))
        assert offered[0] == offered[1]
        assert "Ни один источник" in offered[0].results[0]["title"]
        (call,) = sandbox.calls("answerInlineQuery")
        assert call.parameters["cache_time"] == 300
        assert not call.parameters.get("is_personal")


async def test_a_late_answer_is_neither_waited_for_nor_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inline, "_ANSWER_S", 0.1)
    quotes = Quotes(version())
    async with Sandbox() as sandbox, serving(sandbox, tmp_path, RuleBase(lambda: quotes, pause_s=0.5)):
        alena = sandbox.person("Alena", language_code="be")
        offers = await alena.wait_for_results(await alena.type_inline("When was Losik arrested?"))
        assert (offers.results, offers.button) == (
            (),
            {"text": "Too many questions: try again in a minute", "start_parameter": "inline"},
        )
        (call,) = sandbox.calls("answerInlineQuery")
        assert (call.parameters["cache_time"], call.parameters["is_personal"]) == (0, True)


async def test_somebody_who_types_without_end_is_told_to_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inline, "QUERIES_A_MINUTE", 2)
    async with Sandbox() as sandbox, serving(sandbox, tmp_path):
        alena = sandbox.person("Alena")
        counts = []
        for question in ("Losik arrested", "Losik released", "Losik sentenced"):
            offers = await alena.wait_for_results(await alena.type_inline(question))
            counts.append(len(offers.results))
        assert counts == [3, 3, 0]


async def test_an_offer_that_was_sent_on_is_no_question(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path):
        alena = sandbox.person("Alena", language_code="en")
        query = await alena.type_inline("When was Losik arrested?")
        offers = await alena.wait_for_results(query)
        await alena.choose(query, offers.results[0]["id"])
        await settled(sandbox)
        assert alena.messages() == []


async def test_the_button_above_the_offers_opens_the_greeting(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path):
        alena = sandbox.person("Alena", language_code="en")
        offers = await alena.wait_for_results(await alena.type_inline("Lo"))
        assert offers.button is not None
        greeting = await alena.wait_for_reply(await alena.start(offers.button["start_parameter"]))
        assert greeting.text.startswith("Ask about a person")


async def test_the_eleventh_mention_of_a_minute_is_passed_over(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path):
        alena = sandbox.person("Alena")
        room = sandbox.room("Friends", alena)
        for _ in range(12):
            await alena.say(f"{NAME} When was Losik arrested?", room=room)
        await settled(sandbox)
        assert len(room.messages()) == 10


def test_a_public_page_keeps_links_and_turns_what_begins_a_dialogue_into_links() -> None:
    quote, words = "AAAAAAAAAAAB", texts("en")
    rows = (
        (
            InlineKeyboardButton("1 Source ↗", url="https://news.example"),
            InlineKeyboardButton("1 Context", callback_data=str(callbacks.ShowContext(1, 0, (quote,)))),
        ),
        (InlineKeyboardButton("More ▸", callback_data=str(callbacks.ShowMore((quote,)))),),
        (InlineKeyboardButton("Ihar Losik", callback_data=str(callbacks.AnswerForCase("losik-ihar"))),),
        (InlineKeyboardButton("Old", callback_data="0x"),),
    )
    shown = public(Page("Text", keyboard=rows), words, bot_name="sprava_bot")
    assert [[(button.text, button.url) for button in row] for row in shown.keyboard] == [
        [("1 Source ↗", "https://news.example")],
        [("Open in a private chat", f"https://t.me/sprava_bot?start=a_{quote}")],
        [("Ihar Losik", "https://t.me/sprava_bot?start=c_losik-ihar")],
    ]


def test_a_card_stands_for_one_quote_and_says_when_others_differ() -> None:
    quotes = Quotes(version())
    base = RuleBase(lambda: quotes)
    (answer,), _ = base.answer_many(["Do sources differ on when Losik was released or sentenced?"])
    assert isinstance(answer, Answer)
    offered = cards(answer, Renderer(texts("en"), quotes, "sprava_bot", load_cases(), dialogue=False))
    assert len({card.id for card in offered}) == len(offered) > 2
    for card, excerpt in zip(offered, (*answer.excerpts, *answer.more), strict=True):
        text = card.input_message_content.message_text  # type: ignore[union-attr]
        assert excerpt.quote in text
        assert text.startswith("⚖ Other sources say something else.") is (excerpt in answer.excerpts)
        assert len(card.id.encode()) <= 64


def test_cards_of_documents_with_like_names_are_told_apart() -> None:
    """Telegram refuses results with one id, and then offers nothing."""
    name = "news-example-2025-09-12-the-long-title-of-an-article"
    alike = [replace(VERDICT, id=f"{name}-{end}", title=end) for end in ("one", "two")]
    quotes = Quotes(version(*alike))
    excerpts = tuple(Excerpt(each, 11, VERDICT.text.index(". ") + 1, 1, 1.0) for each in alike)
    answer = Answer(excerpts=excerpts, question="?", version=1, elapsed_ms=1.0)
    offered = cards(answer, Renderer(texts("en"), quotes, "sprava_bot", load_cases(), dialogue=False))
    assert len({card.id for card in offered}) == 2


async def test_the_bot_stays_where_every_update_goes_and_answers_nothing_there(tmp_path: Path) -> None:
    places = Places(inline=False, groups=False, guest=False, targets=(-1_000_000_000_001, -1_000_000_000_002))
    async with Sandbox() as sandbox, serving(sandbox, tmp_path, places=places):
        alena = sandbox.person("Alena", language_code="en")
        channel = sandbox.room("Updates", alena, kind="channel")
        group = sandbox.room("Readers", alena)
        other = sandbox.room("Elsewhere", alena, kind="channel")
        for room in (channel, group, other):
            room.set_bot(alena, "administrator")
        await alena.say(f"/ask{NAME} When was Losik arrested?", room=group)
        await other.until_bot_left()
        await settled(sandbox)
        assert (channel.group.bot, group.group.bot) == ("administrator", "administrator")
        assert "sendMessage" not in sent(sandbox)
