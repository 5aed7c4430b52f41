"""Takes the pictures of `bot/pictures/` anew: every layout of the bot on the sandbox's page, light and dark, wide and narrow.

Run it by hand after a layout changed: `make pictures`. The real bot answers fixed questions from the bundled
documents; what those cannot show (sources that differ, a long quote) comes from the made-up documents of the tests.
"""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

from articles import VERDICT, RuleBase, version
from PIL import Image
from playwright.async_api import Page, async_playwright
from test_browser import ARGUMENTS, CHROMIUM, sandbox_command
from test_handlers import serving

from bot.quotes import Quotes
from bot.sandbox.server import Sandbox
from corpus.document import PartialDate, normalise
from index.answer import Answer
from index.differences import differences
from index.excerpt import Excerpt

FOLDER = Path(__file__).parent.parent / "bot" / "pictures"
COLOURS = 64
WINDOWS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1040, "height": 720}},
    "phone": {"viewport": {"width": 390, "height": 780}, "has_touch": True},
}
SCHEMES = ("light", "dark")
ENGLISH, BELARUSIAN, RUSSIAN = "Emily", "Алена", "Вера"
BOT = "@sprava_sandbox_bot"


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture: whose chat it shows, and what is done in it. `> text` is written, `! button` pressed, `? text` typed,
    `v` shows the end of the chat, and `| text` is written in a second column, for which only a wide window has room."""

    name: str
    about: str
    chat: str
    acts: tuple[str, ...]


REAL = (
    Shot("start", "The greeting, with example questions", ENGLISH, ("> /start",)),
    Shot("answer", "An answer in Belarusian", BELARUSIAN, ("> Калі затрымалі Ігара Лосіка?", "v")),
    Shot("context", "The sentences around a quote", ENGLISH, ("> When was Ihar Losik arrested?", "! 1 Context")),
    Shot("citation", "How to cite, plain and APA 7", ENGLISH, ("> When was Ihar Losik arrested?", "! Cite")),
    Shot("no-source", "No source says this", RUSSIAN, ("> Как зовут кота Статкевича?",)),
    Shot("ambiguous", "A name that several people have", RUSSIAN, ("> Что случилось с Тихановскими?",)),
    Shot("card", "The card of a case", ENGLISH, ("> /case Statkevich",)),
    Shot("timeline", "Its timeline", BELARUSIAN, ("> /case Лосік", "! Храналогія")),
    Shot("cases", "The list of people", RUSSIAN, ("> /cases",)),
    Shot("sources", "The sources", ENGLISH, ("> /sources",)),
    Shot("help", "Help", RUSSIAN, ("> /help",)),
    Shot("privacy", "What is stored", BELARUSIAN, ("> /privacy",)),
    Shot("subscribe", "What updates can be about", ENGLISH, ("> /subscribe",)),
    Shot("confirm", "Before anything is kept, one more tap", ENGLISH, ("> /subscribe", "! Everything")),
    Shot("settings", "Settings", RUSSIAN, ("> /settings",)),
    Shot("my-data", "All that is kept of a person", BELARUSIAN, ("> /mydata",)),
    Shot("inline", "What inline mode offers while one types", "Friends", (f"? {BOT} When was Ihar Losik arrested?",)),
    Shot("group", "An answer in a group: one message, links for buttons", "Friends", (f"> /ask{BOT} When was Ihar Losik arrested?", "v")),
    Shot("beside", "Two people side by side", ENGLISH, ("> When was Ihar Losik arrested?", "| Калі затрымалі Ігара Лосіка?")),
    Shot("guest", "A mention in a group that the bot has not joined", "Without the bot", (f"> {BOT} When was Ihar Losik arrested?", "v")),
)  # fmt: skip
MADE_UP = (
    Shot("article", "An answer from an article: its title opens it at the quoted words (made-up documents)", ENGLISH, ("> Who was released together with Losik?",)),
    Shot("differ", "Sources differ (made-up documents)", ENGLISH, ("> When was Losik arrested?",)),
    Shot("differences", "What they differ about, on a card (made-up documents)", ENGLISH, ("> /case Losik", "! Sources differ")),
    Shot("long", "A long quote is folded (made-up documents)", ENGLISH, ("> Letter seventeen?",)),
)  # fmt: skip


class Differing(RuleBase):
    """The rules of the tests, with the real comparison of what sources say."""

    def _answer(self, question: str, quotes: Quotes) -> Answer:
        answer = super()._answer(question, quotes)
        if "arrested" not in question or not answer.answered:
            return answer
        arrests = [
            Excerpt(d, 0, len(d.text), 1, 1.0) for d in quotes.version.documents if "arrested" in d.text
        ]
        found = differences(question, arrests, origins=range(len(arrests)))
        return replace(answer, excerpts=tuple(arrests), more=(), difference=found)


def made_up() -> RuleBase:
    """Two newspapers that disagree by a day, and one with a long sentence."""
    long = "The seventeenth letter " + ", ".join(
        f"page {n} of which told of an ordinary day" for n in range(1, 11)
    )
    told = {
        "Example News": "Ihar Losik was arrested on 25 June 2020 in Baranavichy.",
        "Sample Post": "Police arrested Ihar Losik on 24 June 2020, his friends said.",
        "Letters Weekly": f"{long}, was read aloud.",
        "Border Gazette": "Ihar Losik was released together with 51 other people on 8 March 2024. They crossed into Lithuania the same day.",
    }
    documents = [
        replace(VERDICT, id=f"made-up-{n}", title=f"Title in {name}", publisher=name, text=normalise(text), published=PartialDate(2024, 3, 12 - n))
        for n, (name, text) in enumerate(told.items())
    ]  # fmt: skip
    quotes = Quotes(version(*documents))
    return Differing(lambda: quotes)


@asynccontextmanager
async def scripted() -> AsyncIterator[str]:
    """The page before the bot with the made-up documents."""
    with tempfile.TemporaryDirectory() as folder:
        async with Sandbox(throttle=False) as sandbox, serving(sandbox, Path(folder), made_up()):
            sandbox.person(ENGLISH, language_code="en")
            sandbox.person(BELARUSIAN, language_code="be")
            yield sandbox.page_url


@asynccontextmanager
async def real() -> AsyncIterator[str]:
    """The page before the real bot, as `sprava sandbox` starts it."""
    with tempfile.TemporaryDirectory() as folder:
        async with sandbox_command(Path(folder)) as url:
            yield url


async def take(page: Page, url: str, shot: Shot) -> bytes:
    """Empty the chats, do what the picture shows, and take it."""
    await page.goto(f"{url}icon.svg")  # the chat page would reload itself when its chats are emptied
    chat = await page.evaluate(
        """async (name) => {
          const send = (path, body) => fetch(`/sandbox/${path}`, {method: "POST",
            headers: {"Content-Type": "application/json"}, body: JSON.stringify(body)});
          await send("clock", {seconds: 61});
          await send("reset", {});
          const {people, groups} = await (await fetch("/sandbox/state")).json();
          return [...people, ...groups].find((one) => one.name === name).id;
        }""",
        shot.chat,
    )
    await page.evaluate("(chat) => { sessionStorage.clear(); sessionStorage.setItem('chat', chat); }", chat)
    await page.goto(url)
    await page.wait_for_selector("#people button", state="attached")
    await page.wait_for_selector("#status:not(.waiting)", timeout=120_000)
    for act in shot.acts:
        await do(page, act[0], act[2:])
    await page.mouse.move(1, 1)
    await page.wait_for_timeout(350)
    return await page.screenshot(animations="disabled")


async def do(page: Page, act: str, words: str) -> None:
    """One act of a shot, and whatever shows that it was answered."""
    if act == "|":
        await page.get_by_role("button", name="Two chats").click()
        column = page.frame_locator("#beside")
        await column.get_by_label("Message", exact=True).fill(words)
        await column.get_by_label("Message", exact=True).press("Enter")
        await column.locator(".theirs .text").last.wait_for()
        return
    if act == "v":
        await page.wait_for_timeout(350)
        await page.evaluate("document.getElementById('log').scrollTo(0, 1e6)")
        return
    field = page.get_by_label("Message", exact=True)
    if act == "!":
        await page.locator(".theirs .keyboard button", has_text=words).first.click()
        await page.get_by_text("edited").wait_for()
        return
    await field.fill(words)
    if act == "?":
        await page.locator("#commands .offer").first.wait_for()
        return
    await page.keyboard.press("Enter")
    await page.locator(".theirs .text").last.wait_for()


def small(picture: bytes) -> bytes:
    """The picture with few colours: text on plain grounds needs no more."""
    held = BytesIO()
    reduced = Image.open(BytesIO(picture)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    reduced.save(held, "PNG", optimize=True)
    return held.getvalue()


def files(shot: Shot) -> list[str]:
    """The names of its pictures: in each window that has room for it, light and dark."""
    forms = [form for form in WINDOWS if form == "desktop" or all(act[0] != "|" for act in shot.acts)]
    return [f"{shot.name}-{form}-{scheme}.png" for form in forms for scheme in SCHEMES]


def readme() -> str:
    """The page that shows all pictures."""
    lines = [
        "# Every layout",
        "",
        "Taken by `make pictures` (`tests/pictures.py`) in the sandbox: the real bot with the bundled documents, and made-up",
        "documents where it says so. A click shows a picture in its full size.",
        "",
        "| what | wide, light | wide, dark | phone, light | phone, dark |",
        "|---|---|---|---|---|",
    ]
    for shot in (*REAL, *MADE_UP):
        shown = [f"[![{shot.about}]({file})]({file})" for file in files(shot)]
        lines.append(f"| {shot.about} | {' | '.join([*shown, *[''] * (4 - len(shown))])} |")
    return "\n".join(lines) + "\n"


async def main(only: Sequence[str]) -> None:
    """Take all pictures, or those named."""
    stages: tuple[tuple[Callable[[], Any], tuple[Shot, ...]], ...] = ((real, REAL), (scripted, MADE_UP))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for stage, shots in stages:
            wanted = [shot for shot in shots if not only or shot.name in only]
            if not wanted:
                continue
            async with stage() as url:
                for form, window in WINDOWS.items():
                    for scheme in SCHEMES:
                        page = await browser.new_page(color_scheme=scheme, **window)
                        for shot in wanted:
                            file = f"{shot.name}-{form}-{scheme}.png"
                            if file in files(shot):
                                (FOLDER / file).write_bytes(small(await take(page, url, shot)))
                        await page.close()
        await browser.close()
    (FOLDER / "README.md").write_text(readme(), "utf-8")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
