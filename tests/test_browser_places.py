"""The chat page in Chromium with the running bot: groups, offers of inline mode, guest mentions, faults on demand."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page
from test_browser import CONTRAST, UNREACHABLE, browser, opener, picture  # noqa: F401 (browser is a fixture)
from test_handlers import serving

from bot.sandbox.server import Sandbox

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

NAME = "@sprava_sandbox_bot"
DARK_PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "color_scheme": "dark",
    "has_touch": True,
}


@pytest_asyncio.fixture(loop_scope="module")
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    async with Sandbox(throttle=False) as sandbox, serving(sandbox, tmp_path):
        people = [sandbox.person("Emily", language_code="en"), sandbox.person("Алена", language_code="be")]
        sandbox.room("Friends", *people).set_bot(people[0])
        sandbox.room("Without the bot", *people)
        yield sandbox


async def write(page: Page, text: str) -> None:
    await page.get_by_label("Message", exact=True).press_sequentially(text)


async def send(page: Page, text: str) -> None:
    await page.get_by_label("Message", exact=True).fill(text)
    await page.keyboard.press("Enter")


@pytest.mark.parametrize(
    ("look", "options"), [("light", {}), ("dark-phone", DARK_PHONE), ("dark", {"color_scheme": "dark"})]
)
async def test_a_group_is_written_in_by_several_people_and_offers_are_chosen(
    browser: Browser,  # noqa: F811
    sandbox: Sandbox,
    tmp_path: Path,
    look: str,
    options: dict[str, Any],
) -> None:
    async with opener(browser) as open_at:
        page = await open_at(sandbox.page_url, **options)
        if "phone" in look:
            await page.get_by_role("button", name="Choose a person").click()
            await picture(page, f"list-{look}", tmp_path)
        await page.get_by_role("button", name="Friends").click()
        await send(page, f"/ask{NAME} When was Losik arrested?")
        await page.wait_for_selector(".theirs blockquote")
        await page.get_by_label("Write as").select_option("Алена")
        await send(page, "Дзякуй!")
        await write(page, f"{NAME} When was Losik released?")
        await page.get_by_role("option", name="Ihar Losik · as of Sep 2025").wait_for()
        await picture(page, f"offers-{look}", tmp_path)
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        await page.get_by_text(f"via {NAME}").wait_for()
        assert await page.locator(".own").count() == 2
        assert await page.locator(".theirs .sender", has_text="Emily").count() == 1
        await picture(page, f"group-{look}", tmp_path)
        await page.get_by_role("button", name="Open in a private chat").last.click()
        await page.get_by_text("/start a_").last.wait_for()
        await page.wait_for_selector(".theirs blockquote")
        assert await page.locator("#bot-name").inner_text() == "sprava"
        assert sandbox.violations == []


async def test_a_guest_answers_where_it_is_not_and_is_added_and_banned(
    browser: Browser,  # noqa: F811
    sandbox: Sandbox,
    tmp_path: Path,
) -> None:
    async with opener(browser) as open_at:
        page = await open_at(sandbox.page_url)
        await page.get_by_role("button", name="Without the bot").click()
        await send(page, f"{NAME} When was Losik arrested?")
        await page.locator(".theirs .via", has_text="guest").wait_for()
        await page.get_by_label("What the bot is in this group").select_option("Bot: member")
        await page.locator(".service", has_text="sprava joined the group").wait_for()
        await page.get_by_label("What the bot is in this group").select_option("Bot: banned")
        await page.locator(".service", has_text="sprava left the group").wait_for()
        assert await page.locator(".theirs .via", has_text="guest").count() == 1
        await picture(page, "guest-light", tmp_path)


async def test_faults_are_set_in_the_panel_and_the_record_is_saved(
    browser: Browser,  # noqa: F811
    sandbox: Sandbox,
    tmp_path: Path,
) -> None:
    async with opener(browser) as open_at:
        page = await open_at(sandbox.page_url)
        await page.get_by_role("button", name="Faults").click()
        await page.get_by_label("What goes wrong").select_option("429")
        await page.get_by_label("Seconds").fill("1")
        await picture(page, "faults-light", tmp_path)
        await page.get_by_role("button", name="Do it").click()
        await page.get_by_role("button", name="Faults: error 429").wait_for()
        await send(page, "When was Losik arrested?")
        await page.wait_for_selector(".theirs blockquote")
        await page.get_by_role("button", name="Faults", exact=True).wait_for()
        async with page.expect_download() as saving:
            await page.get_by_role("link", name="Save record").click()
        lines = (await (await saving.value).path()).read_text("utf-8").splitlines()
        assert any('"code": 429' in line for line in lines)
        assert sandbox.token not in "\n".join(lines)


async def pressed(page: Page, button: str) -> None:
    await page.locator(".theirs .keyboard").last.get_by_role("button", name=button).click()


async def shown(page: Page, words: str) -> None:
    await page.locator(".theirs .text", has_text=words).last.wait_for()


async def test_the_main_paths_are_walked_in_a_private_chat(
    browser: Browser,  # noqa: F811
    sandbox: Sandbox,
) -> None:
    async with opener(browser) as open_at:
        page = await open_at(sandbox.page_url)
        await send(page, "When was Losik arrested?")
        await pressed(page, "1 Context")
        await shown(page, "The trial was closed to the public.")
        await pressed(page, "Back")
        await shown(page, "As of 12 Mar 2024")
        await pressed(page, "Cite")
        await shown(page, "APA 7")
        await pressed(page, "Back")
        await send(page, "When was Losik arrested?")
        await pressed(page, "More")
        await shown(page, "More from the sources")
        await send(page, "/case Losik")
        await shown(page, "Status, newest first")
        await pressed(page, "Timeline, 4 lines")
        await shown(page, "December 2020")
        await pressed(page, "Status")
        await shown(page, "as of Sep 2025")
        await send(page, "Letter seventeen?")
        await shown(page, "No source in the base says this.")
        await send(page, "/language")
        await pressed(page, "Беларуская")
        await shown(page, "Выберыце мову бота")
        await send(page, "/help")
        await shown(page, "Дапамога")
        await page.get_by_role("button", name="Block", exact=True).click()
        await page.get_by_role("button", name="Unblock the bot").click()
        await send(page, "/privacy")
        await shown(page, "Што захоўваецца")
        assert sandbox.violations == []


async def test_two_people_are_watched_side_by_side(browser: Browser, sandbox: Sandbox) -> None:  # noqa: F811
    async with opener(browser) as open_at:
        page = await open_at(sandbox.page_url)
        await page.get_by_role("button", name="Two chats").click()
        column = page.frame_locator("#beside")
        field = column.get_by_label("Message", exact=True)
        await field.fill("Калі затрымалі Лосіка?")
        await field.press("Enter")
        await column.locator(".theirs .text").last.wait_for()
        assert await page.locator(".messages li").count() == 0, "the first column shows another person"
        frame = next(frame for frame in page.frames if frame.url.endswith("?beside"))
        assert await frame.evaluate(CONTRAST) == []
        assert await frame.evaluate(UNREACHABLE) == []
        await column.get_by_label("Chat in this column").select_option("Friends")
        await column.get_by_label("Write as").wait_for()
        await send(page, "/help")
        await page.locator(".theirs .text").last.wait_for()
        await page.reload()
        await page.frame_locator("#beside").get_by_label("Write as").wait_for()
        await page.get_by_role("button", name="Two chats").click()
        await page.locator("#beside").wait_for(state="hidden")


async def test_the_clock_is_moved_and_groups_have_a_menu_of_their_own(
    browser: Browser,  # noqa: F811
    sandbox: Sandbox,
) -> None:
    async with opener(browser) as open_at:
        page = await open_at(sandbox.page_url)
        before = sandbox.clock.now()
        for button, seconds in (("Skip an hour", 3600), ("Skip a day", 86_400)):
            await page.get_by_role("button", name=button).click()
            await page.locator("#toast", has_text="now").wait_for()
            before += seconds
            assert abs(sandbox.clock.now() - before) < 60
        await page.get_by_role("button", name="Friends").click()
        await page.get_by_role("button", name="Commands").click()
        assert await page.locator("#commands b").all_inner_texts() == ["/ask", "/help"]
        await page.get_by_role("option", name="/help").click()
        await page.locator(".theirs .text").last.wait_for()
