"""The pages of update messages, as people read them in three languages; none too long, and no name in a quiet one."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stories import TRIAL, announced, article, compared

from bot.compose import MAX_UNITS, Page, utf16_units
from bot.news import News, NewsKind, NewsQuote, Reason
from bot.news_pages import corrections_page, digest_page, news_list_page, news_page, renewal_page
from bot.own_callbacks import parse_own
from bot.texts import LANGUAGES, texts
from corpus.cases import load_cases
from corpus.document import PartialDate, Reliability

QUOTE = NewsQuote(
    text="Суд у Гомелі прызнаў Ігара Лосіка вінаватым.",
    document="verdict",
    start=0,
    end=44,
    title="Прысуд у Гомелі",
    publisher="Вясна",
    published=PartialDate(2026, 11, 20),
    language="be",
    reliability=Reliability.A,
    link="https://spring96.org/be/news/1#:~:text=x",
)
NEWS = News(
    number=57,
    hour=498_000,
    kind=NewsKind.NEW,
    documents=("verdict",),
    cases=("losik-ihar",),
    publishers=("viasna",),
    quotes=(QUOTE,),
)
CORRECTION = replace(
    NEWS,
    number=61,
    kind=NewsKind.CORRECTION,
    corrects=57,
    reason=Reason.SOURCE_CHANGED,
    quotes=(replace(QUOTE, text="Суд у Мінску прызнаў Ігара Лосіка вінаватым.", before=QUOTE.text),),
)
WITHDRAWAL = replace(
    NEWS,
    number=62,
    kind=NewsKind.WITHDRAWAL,
    corrects=57,
    reason=Reason.WRONG_PERSON,
    quotes=(),
    withdrawn=True,
)


def drawn(page: Page) -> str:
    """The text with ▌ where a quote begins, and the buttons in brackets."""
    text = page.text
    for quote in page.quotes:
        text = text.replace(quote, f"▌{quote}", 1)
    rows = ("  ".join(f"[{button.text}]" for button in row) for row in page.keyboard)
    return "\n".join([text, *rows])


UPDATES = {
    "be": """\
🔔 № 57 · Ігар Лосік
▌Суд у Гомелі прызнаў Ігара Лосіка вінаватым.
1 · Прысуд у Гомелі ↗ · Вясна · 20 лістапада 2026 · беларуская · [A] з першых рук
[Адкрыць справу]
[Не сачыць]  [Мае абнаўленні]""",
    "ru": """\
🔔 № 57 · Игорь Лосик
▌Суд у Гомелі прызнаў Ігара Лосіка вінаватым.
1 · Прысуд у Гомелі ↗ · Вясна · 20 ноября 2026 · белорусский · [A] из первых рук
[Открыть дело]
[Не следить]  [Мои обновления]""",
    "en": """\
🔔 № 57 · Ihar Losik
▌Суд у Гомелі прызнаў Ігара Лосіка вінаватым.
1 · Прысуд у Гомелі ↗ · Вясна · 20 Nov 2026 · Belarusian · [A] first-hand
[Open case]
[Unfollow]  [My updates]""",
}
CORRECTIONS = {
    "be": """\
✏️ № 61 выпраўляе № 57 · Ігар Лосік. Прычына: крыніца змяніла тэкст.
Было
▌Суд у Гомелі прызнаў Ігара Лосіка вінаватым.
Цяпер
▌Суд у Мінску прызнаў Ігара Лосіка вінаватым.
1 · Прысуд у Гомелі ↗ · Вясна · 20 лістапада 2026 · беларуская · [A] з першых рук
[Адкрыць справу]
[Не сачыць]  [Мае абнаўленні]""",
    "en": """\
✏️ № 61 corrects № 57 · Ihar Losik. Reason: the source changed its text.
Before
▌Суд у Гомелі прызнаў Ігара Лосіка вінаватым.
Now
▌Суд у Мінску прызнаў Ігара Лосіка вінаватым.
1 · Прысуд у Гомелі ↗ · Вясна · 20 Nov 2026 · Belarusian · [A] first-hand
[Open case]
[Unfollow]  [My updates]""",
}
WITHDRAWALS = {
    "be": "🚫 № 62 адклікае № 57. Прычына: не той чалавек. Калі ласка, не перадавайце далей.",
    "ru": "🚫 № 62 отзывает № 57. Причина: не тот человек. Пожалуйста, не передавайте дальше.",
    "en": "🚫 № 62 withdraws № 57. Reason: wrong person. Please do not pass it on.",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_update(language: str) -> None:
    assert drawn(news_page(NEWS, texts(language))) == UPDATES[language]


@pytest.mark.parametrize("language", CORRECTIONS)
def test_a_correction_shows_before_and_now(language: str) -> None:
    assert drawn(news_page(CORRECTION, texts(language))) == CORRECTIONS[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_withdrawal_repeats_no_word(language: str) -> None:
    assert drawn(news_page(WITHDRAWAL, texts(language))) == WITHDRAWALS[language]


@pytest.mark.parametrize("reason", [None, *Reason])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_words(language: str, reason: Reason | None) -> None:
    page = news_page(replace(WITHDRAWAL, reason=reason), texts(language))
    assert "None" not in page.text
    assert "  " not in page.text


def test_a_withdrawn_message_shows_none_of_its_words_anywhere() -> None:
    gone = replace(NEWS, overtaken=62, withdrawn=True)
    words = texts("en")
    pages = [
        news_page(gone, words),
        news_page(gone, words, renewal=True),
        digest_page([gone, WITHDRAWAL], words),
        news_list_page([WITHDRAWAL, gone], 0, words),
        corrections_page([WITHDRAWAL, replace(CORRECTION, overtaken=62, withdrawn=True)], 0, words),
    ]
    for page in pages:
        assert page.quotes == ()
        assert "Losik" not in page.text
    assert pages[0].text == "№ 57 was withdrawn by № 62. Please do not pass it on."


def test_a_corrected_message_says_so() -> None:
    assert news_page(replace(NEWS, overtaken=61), texts("en")).text.endswith("\n\nCorrected by № 61.")


@pytest.mark.parametrize("news", [NEWS, CORRECTION, WITHDRAWAL])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_quiet_message_names_nobody_and_says_nothing_of_what_it_is(language: str, news: News) -> None:
    page = news_page(news, texts(language), quiet=True, renewal=True)
    assert page.text == texts(language).say("1 new message № {number}", number=news.number)
    said = page.text + "".join(button.text for row in page.keyboard for button in row)
    for names in load_cases()["losik-ihar"].names.values():
        assert not any(part in said for part in names.split())
    assert [button.callback_data for row in page.keyboard for button in row] == [
        f"1d{news.number}",
        "1r",
        "1U",
    ]


def test_many_names_are_three_and_a_number_and_a_childs_is_not_among_them() -> None:
    cases = (
        "losik-paulina",
        "losik-ihar",
        "statkevich",
        "tsikhanouski-siarhei",
        "bialiatski",
        "gone-long-ago",
    )
    page = news_page(replace(NEWS, cases=cases), texts("en"))
    assert page.text.startswith("🔔 № 57 · Ihar Losik, Mikalai Statkevich, Siarhei Tsikhanouski and 1 more\n")
    assert [button.text for button in page.keyboard[0]] == [
        "Ihar Losik",
        "Mikalai Statkevich",
        "Siarhei Tsikhanouski",
    ]


def test_a_message_about_nobody_has_no_case_to_open() -> None:
    page = news_page(replace(NEWS, cases=()), texts("en"))
    assert page.text.startswith("🔔 № 57\n")
    assert [button.text for row in page.keyboard for button in row] == ["My updates"]


def test_notice_and_note_stand_with_the_quote_and_a_missing_address_is_told() -> None:
    quote = replace(QUOTE, link=None, notice="Partly made with AI.", note="The date is disputed.")
    text = news_page(replace(NEWS, quotes=(quote,)), texts("en")).text
    assert "no public address\n⚠ The source says: Partly made with AI.\n⚠ Note: The date is disputed." in text


def test_health_and_violence_are_folded() -> None:
    page = news_page(replace(NEWS, quotes=(replace(QUOTE, sensitive=True),)), texts("en"))
    assert "expandable_blockquote" in {entity.type for entity in page.entities}


def test_a_digest_has_three_quotes_and_a_button_for_the_rest() -> None:
    news = [replace(NEWS, number=number) for number in (55, 56, 57, 58, 59)]
    page = digest_page(news, texts("en"))
    assert page.text.startswith("Digest 24 Oct 2026 · № 55–59\n\n🔔 № 55 · Ihar Losik · 24 Oct 2026\n")
    assert len(page.quotes) == 3
    assert [button.text for row in page.keyboard for button in row] == ["№ 55", "№ 56", "№ 57", "2 more"]


@pytest.mark.parametrize(
    ("language", "count", "text"),
    [
        ("be", 2, "2 новыя паведамленні № 55–56"),
        ("ru", 5, "5 новых сообщений № 55–59"),
        ("en", 1, "1 new message № 55"),
    ],
)
def test_a_quiet_digest_is_numbers_only(language: str, count: int, text: str) -> None:
    news = [replace(NEWS, number=number) for number in range(55, 55 + count)]
    page = digest_page(news, texts(language), quiet=True)
    assert page.text == text
    assert page.entities == ()


def test_the_list_of_updates_has_five_a_page_and_turns() -> None:
    news = [replace(NEWS, number=number) for number in range(60, 52, -1)]
    first, second = (news_list_page(news, page, texts("en")) for page in (0, 1))
    assert first.text.startswith("Latest updates\n\n🔔 № 60 · Ihar Losik · 24 Oct 2026\n")
    assert [button.text for button in first.keyboard[0]] == ["№ 60", "№ 59", "№ 58", "№ 57", "№ 56"]
    assert [button.callback_data for button in first.keyboard[1]] == ["1n01"]
    assert [button.callback_data for button in second.keyboard[1]] == ["1n00"]
    assert news_list_page(news, 99, texts("en")) == second
    assert [button.callback_data for button in corrections_page(news, 0, texts("en")).keyboard[1]] == [
        "1nc01"
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_list_says_so_and_the_renewal_notice_names_nothing(language: str) -> None:
    assert texts(language).say("There is none yet.") in news_list_page([], 0, texts(language)).text
    assert texts(language).say("There is none yet.") in corrections_page([], 0, texts(language)).text
    page = renewal_page(texts(language))
    assert page.text == texts(language).say("Your settings will be deleted in 3 days.")
    assert [button.callback_data for button in page.keyboard[0]] == ["1r", "1U"]


def test_a_long_title_and_a_long_notice_leave_room_for_the_quote() -> None:
    (news,) = announced(compared(article("trial", TRIAL)), first=57)
    long = replace(news.quotes[0], title="title " * 400, notice="notice " * 400)
    page = news_page(replace(news, quotes=(long,)), texts("en"))
    assert page.quotes == (long.text,)
    assert len(page.text) < len(long.text) + 1200


def test_what_was_found_in_an_article_is_what_is_shown() -> None:
    (news,) = announced(compared(article("trial", TRIAL, title="⚖ A [title] with · signs")), first=57)
    page = news_page(news, texts("en"))
    assert page.quotes == (news.quotes[0].text,)
    assert "A (title) with - signs" in page.text, "it cannot pass for publisher, date and label"
    assert all(
        parse_own(str(b.callback_data)) or str(b.callback_data).startswith("1k")
        for r in page.keyboard
        for b in r
    )


WORDS = st.text(st.sampled_from("абв яёў z🔔\u0301\u200d. "), min_size=1, max_size=500).map(
    lambda text: f"a{text.strip()}b"
)


@settings(deadline=None, max_examples=60)
@given(
    quotes=st.lists(WORDS, min_size=1, max_size=3),
    title=st.text(max_size=2000),
    notice=st.text(max_size=600),
    language=st.sampled_from(LANGUAGES),
    before=st.none() | WORDS,
)
def test_every_page_fits_and_quotes_are_whole(
    quotes: list[str], title: str, notice: str, language: str, before: str | None
) -> None:
    made = tuple(
        replace(QUOTE, text=text, title=title, notice=notice or None, before=before) for text in quotes
    )
    news = replace(NEWS, quotes=made, cases=tuple(load_cases().by_id))
    allowed = {quote.text for quote in made} | {before}
    many = [replace(news, number=number) for number in range(900_000, 900_012)]
    words = texts(language)
    for page in (
        news_page(news, words, renewal=True),
        digest_page(many, words),
        digest_page(many, words, quiet=True),
        news_list_page(many, 0, words),
        corrections_page(many, 0, words),
    ):
        assert utf16_units(page.text) <= MAX_UNITS
        assert set(page.quotes) <= allowed
