"""The chat page in Debian's Chromium, against a scripted bot: what a person sees, hears and can reach."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from model import MODEL_HOME
from playwright.async_api import Browser, Page, async_playwright
from sandboxes import Client

from bot.sandbox.people import Person
from bot.sandbox.server import Sandbox
from bot.sandbox.specification import utf16_length

# One browser for all, so one event loop for all.
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

ROOT = Path(__file__).parent.parent
CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
QUOTE = "The court found 🔔 Ivan Prykladau guilty and sentenced him to three years in prison."
LONG = " ".join(f"Sentence {number} of a long quote that is shown folded." for number in range(1, 12))
TITLE = "Verdict in the Prykladau case"
COMMANDS = {
    "": [{"command": "start", "description": "Start"}, {"command": "sources", "description": "Sources"}],
    "be": [{"command": "sources", "description": "Крыніцы"}],
}


def scripted_answer(update: dict[str, Any]) -> dict[str, Any]:
    """An answer with two quotes, a link and every kind of button, in reply to the question."""
    text, entities = "", []
    for kind, quote in (("blockquote", QUOTE), ("expandable_blockquote", LONG)):
        entities.append({"type": kind, "offset": utf16_length(text), "length": utf16_length(quote)})
        text += f"{quote}\n1 · "
        link = {"type": "text_link", "offset": utf16_length(text), "length": len(TITLE)}
        entities.append(link | {"url": "https://example.org/verdict#:~:text=The%20court"})
        text += f"{TITLE}\nExample News · 12 Mar 2024 · English · [A] first-hand\n\n"
    text += "See /sources. <img src=x onerror=alert(1)>"
    rows = [
        [{"text": "1 ↗", "url": "https://example.org/"}, {"text": "1 Context", "callback_data": "1x"}],
        [{"text": "Copy link", "copy_text": {"text": "https://t.me/x?start=a_1"}}],
    ]
    return {
        "chat_id": update["message"]["chat"]["id"],
        "text": text,
        "entities": entities,
        "reply_parameters": {"message_id": update["message"]["message_id"]},
        "reply_markup": {"inline_keyboard": rows},
    }


async def scripted_bot(api: Client) -> None:
    """Answers each message with quotes and each button with an edit."""
    for language, commands in COMMANDS.items():
        await api.ok("setMyCommands", commands=commands, language_code=language)
    await api.ok("setMyDescription", description="Exact quotes from published sources.")
    offset = 0
    while True:
        for update in await api.ok("getUpdates", offset=offset, timeout=50):
            offset = update["update_id"] + 1
            if "message" in update:
                await api.ok("sendChatAction", chat_id=update["message"]["chat"]["id"], action="typing")
                await api.ok("sendMessage", **scripted_answer(update))
            elif query := update.get("callback_query"):
                await api.ok("answerCallbackQuery", callback_query_id=query["id"], text="Here is the context")
                message = query["message"]
                whole = {"type": "blockquote", "offset": 0, "length": utf16_length(QUOTE)}
                edit = {"chat_id": message["chat"]["id"], "message_id": message["message_id"]}
                await api.ok("editMessageText", **edit, text=QUOTE, entities=[whole])


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium: apt-get install chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def silent() -> AsyncIterator[Client]:
    """A sandbox whose bot has not started yet."""
    async with Sandbox(throttle=False) as sandbox, ClientSession() as session:
        sandbox.person("Emily", language_code="en")
        sandbox.person("Алена", language_code="be")
        yield Client(sandbox, session)


@pytest_asyncio.fixture(loop_scope="module")
async def api(silent: Client) -> AsyncIterator[Client]:
    """A sandbox with the scripted bot behind it."""
    bot = asyncio.create_task(scripted_bot(silent))
    yield silent
    if bot.done():
        bot.result()
    bot.cancel()


Opener = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(loop_scope="module")
async def opened(browser: Browser, silent: Client) -> AsyncIterator[Opener]:
    """Opens the sandbox's page, as `open_at` does."""
    async with opener(browser) as open_at:
        yield partial(open_at, silent.sandbox.page_url)


@asynccontextmanager
async def opener(browser: Browser) -> AsyncIterator[Callable[..., Awaitable[Page]]]:
    """Opens a page in a fresh profile; whatever it logs, or asks of another host, fails the test."""
    contexts, faults = [], []

    async def open_at(url: str, **options: Any) -> Page:
        window = {"viewport": {"width": 1180, "height": 860}, "color_scheme": "light"}
        contexts.append(await browser.new_context(**window | options))
        page = await contexts[-1].new_page()
        page.on("console", lambda said: faults.append(said.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "request",
            lambda asked: faults.append(asked.url) if not asked.url.startswith(url) else None,
        )
        await page.goto(url)
        await page.wait_for_selector("#people button", state="attached")
        return page

    yield open_at
    for context in contexts:
        await context.close()
    assert faults == []


async def ask(page: Page, question: str = "When was the verdict?") -> None:
    await page.get_by_label("Message", exact=True).fill(question)
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".theirs blockquote")


async def picture(page: Page, name: str, folder: Path) -> None:
    """A screenshot in the test's folder."""
    await page.screenshot(path=folder / f"{name}.png", animations="disabled")
    assert (folder / f"{name}.png").stat().st_size > 10_000


async def test_a_question_is_answered_with_quotes_and_a_button_edits_the_answer(
    opened: Opener, api: Client, tmp_path: Path
) -> None:
    page = await opened()
    await ask(page)
    quote = page.locator(".theirs blockquote").first
    assert await quote.inner_text() == QUOTE
    assert await page.locator(".theirs .reply").inner_text() == "sprava\nWhen was the verdict?".replace(
        "sprava", "You"
    )
    link = page.get_by_role("link", name=TITLE).first
    assert await link.get_attribute("rel") == "noopener noreferrer"
    assert (await link.get_attribute("href") or "").startswith("https://example.org/verdict#:~:text=")
    await picture(page, "answer-light", tmp_path)
    await page.get_by_role("button", name="1 Context").click()
    await page.get_by_text("Here is the context").wait_for()
    await page.get_by_text("edited").wait_for()
    assert await page.locator(".theirs blockquote").count() == 1
    assert await page.locator(".theirs .keyboard").count() == 0
    assert api.sandbox.violations == []


async def test_a_text_never_becomes_markup(opened: Opener, api: Client) -> None:
    page = await opened()
    await ask(page, "<b>bold?</b>")
    assert await page.locator(".own .text").inner_text() != "bold?"
    assert await page.locator(".messages :is(img, script, b:not(.reply b))").count() == 0


async def test_a_long_quote_is_folded_until_it_is_opened(opened: Opener, api: Client) -> None:
    page = await opened()
    await ask(page)
    quote = page.locator(".theirs blockquote").nth(1)
    folded = (await quote.bounding_box() or {})["height"]
    more = quote.get_by_role("button", name="Show more")
    assert await more.get_attribute("aria-expanded") == "false"
    await more.click()
    assert (await quote.bounding_box() or {})["height"] > folded + 40
    await quote.get_by_role("button", name="Show less").wait_for()


async def test_the_page_says_that_the_bot_is_starting(opened: Opener, silent: Client) -> None:
    page = await opened()
    status = page.locator("#status")
    assert await status.inner_text() == "the bot is starting…"
    await silent.ok("getUpdates")
    await page.wait_for_selector("#status:not(.waiting)")
    assert await status.inner_text() == "bot"


async def test_an_example_question_is_asked_by_pressing_it(opened: Opener, api: Client) -> None:
    page = await opened()
    await page.get_by_text("Exact quotes from published sources.").wait_for()
    await page.get_by_role("button", name="Калі затрымалі Ігара Лосіка?").click()
    await page.wait_for_selector(".theirs blockquote")
    assert await page.locator(".own .text").get_attribute("lang") == "be"


async def test_everything_can_be_done_with_the_keyboard_alone(opened: Opener, api: Client) -> None:
    page = await opened()
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "skip"
    await page.keyboard.press("Enter")
    await page.keyboard.type("/s")
    options = page.locator("#commands").get_by_role("option")
    assert await options.all_inner_texts() == ["/start\nStart", "/sources\nSources"]
    await page.keyboard.press("ArrowDown")
    assert await options.nth(1).get_attribute("aria-selected") == "true"
    await page.keyboard.press("Escape")
    assert await page.get_by_role("listbox", name="Commands").count() == 0
    await page.keyboard.press("Backspace")
    await page.keyboard.type("so")
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".theirs blockquote")
    assert (await page.locator(".own .text").inner_text()).startswith("/sources")
    button = page.get_by_role("button", name="1 Context")
    for _ in range(40):
        if await button.evaluate("button => button === document.activeElement"):
            break
        await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    await page.get_by_text("edited").wait_for()


async def test_the_language_of_a_person_changes_their_menu(opened: Opener, api: Client) -> None:
    page = await opened()
    await page.get_by_label("Language of this person’s Telegram").select_option("be")
    await page.wait_for_selector('#people [aria-current] .badge:text("be")')
    await page.get_by_role("button", name="Commands").click()
    assert await page.locator("#commands").get_by_role("option").all_inner_texts() == ["/sources\nКрыніцы"]


async def test_an_own_message_can_be_replied_to_and_edited(opened: Opener, api: Client) -> None:
    page = await opened()
    await ask(page)
    await page.get_by_label("Details of message 1").focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Edit").click()
    await page.keyboard.press("Control+A")
    await page.keyboard.type("Another question?")
    await page.keyboard.press("Enter")
    await page.locator(".own").get_by_text("edited").wait_for()
    await page.get_by_label("Details of message 2").focus()
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Message 2")
    assert '"reply_parameters"' in await dialog.inner_text()
    await dialog.get_by_role("button", name="Reply").click()
    await page.keyboard.type("And then?")
    await page.keyboard.press("Enter")
    await page.locator(".own .reply").wait_for()


async def test_each_person_has_their_own_chat_and_can_block_the_bot(opened: Opener, api: Client) -> None:
    page = await opened()
    await ask(page)
    await page.get_by_role("button", name="Алена").click()
    await page.wait_for_selector("#welcome:not([hidden])")
    assert await page.locator(".messages li").count() == 0
    await page.get_by_role("button", name="Block", exact=True).click()
    unblock = page.get_by_role("button", name="Unblock the bot")
    await unblock.click()
    await unblock.wait_for(state="hidden")
    await page.reload()
    await page.wait_for_selector('#people [aria-current]:has-text("Алена")')


# Composes what lies under a text and compares: WCAG 2.2, relative luminance and contrast ratio.
CONTRAST = """() => {
  const parse = (value) => { const n = value.match(/[\\d.]+/g).map(Number); return [n[0], n[1], n[2], n[3] ?? 1]; };
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3]));
  const ground = (element) => element ? over(parse(getComputedStyle(element).backgroundColor), ground(element.parentElement)) : [255, 255, 255];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const poor = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || !element.checkVisibility({visibilityProperty: true}) || element.closest(".visually-hidden, noscript, script, option, .skip")) continue;
    const below = ground(element), colour = over(parse(getComputedStyle(element).color), below);
    const [a, b] = [light(colour), light(below)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(`${ratio.toFixed(2)} ${element.className || element.tagName}: ${node.data.trim().slice(0, 30)}`);
  }
  return poor;
}"""

# What a screen reader needs: names, languages, unique ids, nothing wider than the window.
UNREACHABLE = """() => {
  const faults = [];
  const name = (e) => (e.getAttribute("aria-label") || e.labels?.[0]?.textContent || e.textContent || "").trim();
  for (const e of document.querySelectorAll("button, a[href], input, select, textarea, [role=button]"))
    if (!name(e)) faults.push("no name: " + e.outerHTML.slice(0, 80));
  for (const e of document.querySelectorAll("img")) if (!e.hasAttribute("alt")) faults.push("no alt: " + e.src);
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  if (new Set(ids).size !== ids.length) faults.push("ids repeat");
  for (const e of document.querySelectorAll("[aria-labelledby], [aria-controls]"))
    for (const id of [e.getAttribute("aria-labelledby"), e.getAttribute("aria-controls")])
      if (id && !document.getElementById(id)) faults.push("names nothing: " + id);
  if (!document.documentElement.lang) faults.push("no language");
  for (const e of document.querySelectorAll(".text, blockquote")) if (!e.lang) faults.push("a text without a language");
  if (document.querySelectorAll("main").length !== 1 || document.querySelectorAll("h1").length !== 1) faults.push("one main, one h1");
  if (document.querySelector("#log").getAttribute("role") !== "log") faults.push("no log");
  if (document.documentElement.scrollWidth > innerWidth) faults.push("wider than the window");
  for (const e of document.querySelectorAll("[tabindex]")) if (e.tabIndex > 0) faults.push("a tab order of its own");
  return faults;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("form", "width", "height"), [("desktop", 1180, 860), ("phone", 360, 740)])
async def test_the_page_can_be_read_and_reached_in_every_form(
    opened: Opener, api: Client, tmp_path: Path, scheme: str, form: str, width: int, height: int
) -> None:
    page = await opened(
        color_scheme=scheme,
        viewport={"width": width, "height": height},
        reduced_motion="reduce",
    )
    assert await page.evaluate(CONTRAST) == []
    assert await page.evaluate(UNREACHABLE) == []
    await picture(page, f"empty-{form}-{scheme}", tmp_path)
    await ask(page)
    assert await page.evaluate(CONTRAST) == []
    assert await page.evaluate(UNREACHABLE) == []
    await picture(page, f"answer-{form}-{scheme}", tmp_path)
    if form == "phone":
        await page.get_by_role("button", name="Choose a person").click()
        await page.get_by_role("button", name="Алена").wait_for()
        assert await page.evaluate(UNREACHABLE) == []


async def test_the_chosen_theme_outlives_a_reload(opened: Opener, api: Client) -> None:
    page = await opened()
    ground = "getComputedStyle(document.body).backgroundColor"
    light = await page.evaluate(ground)
    await page.get_by_role("button", name="Theme: auto").click()
    assert await page.evaluate(ground) == light
    await page.get_by_role("button", name="Theme: light").click()
    dark = await page.evaluate(ground)
    assert dark != light
    await page.reload()
    await page.get_by_role("button", name="Theme: dark").wait_for()
    assert await page.evaluate(ground) == dark


async def test_a_page_in_another_tab_sees_the_same_chat(opened: Opener, api: Client) -> None:
    first, second = await opened(), await opened()
    await ask(first)
    await second.wait_for_selector(".theirs blockquote")
    emily = next(iter(api.sandbox.people.values()))
    assert isinstance(emily, Person)
    assert len(emily.messages()) == 1


@asynccontextmanager
async def sandbox_command(folder: Path) -> AsyncIterator[str]:
    """`sprava sandbox` over an index of the bundled documents, as on a bare clone; the address that it prints."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SPRAVA_")}
    environment["SPRAVA_HOME"] = str(MODEL_HOME)
    sprava = partial(asyncio.create_subprocess_exec, sys.executable, "-m", "bot", env=environment, cwd=ROOT)
    assert await (await sprava("index", "update", "--quiet")).wait() == 0
    ledger = str(folder / "ledger.jsonl")
    process = await sprava("sandbox", "--port", "0", "--ledger", ledger, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield (await process.stdout.readline()).decode().split()[-1]
    finally:
        process.terminate()
        assert await process.wait() == 0


@pytest.mark.model
async def test_the_real_bot_quotes_its_sources_on_the_page(browser: Browser, tmp_path: Path) -> None:
    async with sandbox_command(tmp_path) as url, opener(browser) as open_at:
        page = await open_at(url, viewport={"width": 1180, "height": 910})
        await page.wait_for_selector("#status:not(.waiting)", timeout=120_000)
        await page.get_by_role("button", name="When was Ihar Losik arrested?").click()
        quote = page.locator(".theirs blockquote").first
        await quote.wait_for()
        assert "2020" in await quote.inner_text()
        await page.mouse.move(1, 1)
        await page.wait_for_timeout(400)  # until the message has arrived on the picture
        await picture(page, "answer", tmp_path)
        await page.locator(".theirs .keyboard button").first.click()
        await page.get_by_text("edited").wait_for()
    entries = [json.loads(line) for line in (tmp_path / "ledger.jsonl").read_text("utf-8").splitlines()]
    assert [entry for entry in entries if entry["breaches"]] == []
