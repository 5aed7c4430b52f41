"""What is cut from a page, what is kept as metadata, and what must stay although it looks like furniture."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.furniture import sort_page
from corpus.lines import Page, numbered

TITLE = "Суд вынес приговор Ивану Примерову по двум статьям"
LEAD = "Суд в Минске признал Ивана Примерова виновным и назначил ему три года лишения свободы, сообщили правозащитники."
LAST = "Обжаловать приговор можно в течение десяти дней, и защита сказала, что так и сделает."


def page(*lines: str) -> Page:
    return sort_page(numbered("\n".join(lines).split("\n")))


def article(*middle: str) -> Page:
    return page(TITLE, "", LEAD, "", *middle, "", LAST)


def reasons(found: Page) -> dict[str, str]:
    return {cut.text: cut.why for cut in found.cut if cut.why != "title"}


ALONE_IN_THE_MIDDLE = {
    ".": "stray mark",
    "* * *": "stray mark",
    "Фото: Наша Нива": "photo credit",
    "Фота: svaboda.org": "photo credit",
    "© Photo: PIN": "photo credit",
    "Photo by Jane Doe / Example News": "photo credit",
    "0 комментариев": "counter",
    "3 мин. чтения": "counter",
    "Время чтения: 4 минуты": "counter",
    "Час чытання: 2 хв": "counter",
    "1 204 прагляды": "counter",
    "Поделиться": "sharing",
    "Падзяліцца: Facebook, Telegram": "sharing",
    "Share this article on Facebook": "sharing",
    "Реклама": "advertisement",
    "Читайте также: Ещё один приговор в Могилёве": "link to another article",
    "Чытайце таксама: Хто застаецца за кратамі?": "link to another article",
    "Read also: Another verdict in Mahiliou": "link to another article",
    "Подписывайтесь на наш Telegram-канал!": "appeal",
    "Падпішыцеся на нашу рассылку": "appeal",
    "Sign up for our newsletter.": "appeal",
}


@pytest.mark.parametrize(("line", "why"), ALONE_IN_THE_MIDDLE.items())
def test_furniture_that_stands_alone_is_cut_even_in_the_middle(line: str, why: str) -> None:
    found = article(line)
    assert reasons(found) == {line: why}
    assert found.body == f"{LEAD}\n\n{LAST}"


@pytest.mark.parametrize(
    "line",
    [
        "Читайте также: так называлась рубрика, которую он вёл до ареста.",
        "Чытайце таксама пратакол, сказаў ён суддзі і сеў.",
        "Фото Примерова появилось в суде.",
        "Фото: на снимке видно, что на руках у него были наручники.",
        "«Подписывайтесь на наш Telegram-канал», — написал он за день до задержания.",
        "Помогите нам выжить, писал он из колонии.",
        "Help us, he wrote to the newsletter of our street.",
        "Help us find out where he is.",
        "Он оставил 5 комментариев.",
        "5 комментариев стоили ему трёх лет.",
        "12 сентября 2025",
        "2023",
        "+5 °C в камере",
        "Минск, 25 °C.",
        "Автор: неизвестен",
        "Автор текста не назван.",
        "Источник: правозащитный центр",
        "# Telegram",
        "Telegram",
        "Новости",
        "© остался только на одной фотографии, сказал адвокат.",
        "Поделиться ему было нечем.",
        "Disclaimer: he signed one before the interview.",
        "The article says that it was written with artificial intelligence.",
        "Суд решил, что этот текст создан нейросетью.",
    ],
)
def test_what_only_looks_like_furniture_stays_in_the_article(line: str) -> None:
    found = article(line)
    assert reasons(found) == {}
    assert line in found.body.split("\n")
    assert (found.published, found.notice, found.author) == (None, None, None)


@pytest.mark.parametrize(
    "sentence",
    [
        "Он писал в\nTelegram\nкаждый день, пока его не задержали, и каждый день его читали тысячи людей.",
        "На процессе зачитали вслух, сколько людей ответило на запись подсудимого:\n5 комментариев\nи ни одного лайка.",
        "В приговоре дословно приведена подпись под снимком, и занимает она две строки\nФото: Наша Нива\nи дата.",
    ],
)
def test_a_paragraph_broken_into_lines_loses_none_of_them(sentence: str) -> None:
    found = article(sentence)
    assert reasons(found) == {}
    assert sentence in found.body


@pytest.mark.parametrize(
    "line", ["5 комментариев", "Комментарии (3)", "Каментары: 1", "Leave a comment", "Оставить комментарий"]
)
def test_a_counter_above_the_end_of_an_article_takes_nothing_else_with_it(line: str) -> None:
    found = page(TITLE, line, "", LEAD, "", LAST)
    assert found.body.endswith(f"{LEAD}\n\n{LAST}")
    assert article(line).body.endswith(LAST)


def test_the_head_of_a_page_becomes_metadata() -> None:
    found = page(
        "Главная > Новости > Общество",
        "Мінск +12 °C",
        TITLE,
        "Янка Узорны",
        "12 верасьня 2025, 18:40",
        "5 каментароў",
        "",
        LEAD,
        "",
        LAST,
    )
    assert found.title == TITLE
    assert (found.author, found.publisher, str(found.published)) == ("Янка Узорны", None, "2025-09-12")
    assert found.body == f"{LEAD}\n\n{LAST}"


@pytest.mark.parametrize(
    ("line", "author", "published"),
    [
        ("By Jane Doe | 12 September 2025 | 3 min read", "Jane Doe", "2025-09-12"),
        ("Янка Узорны · 12 верасня 2025 · 5 каментароў", "Янка Узорны", "2025-09-12"),
        ("Опубликовано: 12 сентября 2025 Обновлено: 13 сентября 2025", None, "2025-09-12"),
        ("Обновлено: 13 сентября 2025", None, None),
        ("Published: September 2025", None, "2025-09"),
        ("09/12/2025", None, None),
    ],
)
def test_one_line_of_several_fields_is_taken_apart(
    line: str, author: str | None, published: str | None
) -> None:
    found = page(TITLE, line, "", LEAD)
    assert found.author == author
    assert (str(found.published) if found.published else None) == published
    assert (line in found.body) == (line == "09/12/2025")


@pytest.mark.parametrize("end", ["«Я не уеду».", "— В колонии", "Он сказал:", "Он дома."])
def test_a_heading_of_links_takes_no_sentence_of_the_article_with_it(end: str) -> None:
    found = article("Читайте также", "Что известно о Примерове", "", end)
    assert found.body == f"{LEAD}\n\n{end}\n\n{LAST}"
    found = page(TITLE, "", LEAD, "", LAST, "", "Читайте также", "Что известно о Примерове", "", end)
    assert found.body == f"{LEAD}\n\n{LAST}\n\n{end}"


def test_the_dates_of_a_chronicle_are_not_the_date_of_publication() -> None:
    entries = ["9 августа 2020", "", LEAD, "", "12 августа 2020", "", LAST]
    found = page(TITLE, "", *entries)
    assert found.published is None
    assert found.body == "\n".join(entries)


def test_a_title_that_comes_twice_wins_over_the_line_above_it() -> None:
    found = page("Специальный репортаж", "", TITLE, "", TITLE.upper(), "", LEAD)
    assert found.title == TITLE
    assert found.body == f"Специальный репортаж\n\n{LEAD}"


def test_a_text_that_begins_with_prose_has_no_title() -> None:
    found = page(LEAD, "", LAST)
    assert found.title is None
    assert found.body == f"{LEAD}\n\n{LAST}"


@pytest.mark.parametrize(
    "tail",
    [
        ["Related articles", "Another verdict in Mahiliou", "Who is still behind bars?"],
        ["Читайте также", "Ещё один приговор в Могилёве"],
        ["Автор: Янка Узорный", "Теги: суд, Примеров"],
        ["Поделиться", "Facebook", "Telegram"],
        ["Help us support people who defend others. Their lives are at stake. Contribute to our appeal."],
        ["Поддержите нашу редакцию. Это важно. Подпишитесь на наш Patreon."],
        ["© 2025 Пример-Новости. Все права защищены"],
        ["Каментары (2)", "Janka: Трымайся, мы з табой, чакаем дома.", "Anon: Ён вінаваты, я ведаю."],
        ["Оставить комментарий", "Ваше имя"],
        ["Disclaimer: The views expressed are those of the author."],
    ],
)
def test_the_tail_of_a_page_is_cut_and_recorded(tail: list[str]) -> None:
    found = page(TITLE, "", LEAD, "", LAST, "", *tail)
    assert found.body == f"{LEAD}\n\n{LAST}"
    assert [cut.text for cut in found.cut][1:] == tail


@pytest.mark.parametrize(
    ("paragraph", "notice"),
    [
        (
            "Disclaimer: This story was written with AI. Check it. It may be",
            "This story was written with AI.",
        ),
        ("Этот текст создан с помощью нейросети.", "Этот текст создан с помощью нейросети."),
        (
            "Гэты артыкул падрыхтаваны з дапамогай штучнага інтэлекту і правераны рэдактарам.",
            "Гэты артыкул падрыхтаваны з дапамогай штучнага інтэлекту і правераны рэдактарам.",
        ),
        ("Translated by ChatGPT, edited by a human.", "Translated by ChatGPT, edited by a human."),
        ("This article was generated by AI and", "This article was generated by AI and"),
    ],
)
def test_a_statement_that_the_text_was_made_with_ai_is_kept_as_notice(paragraph: str, notice: str) -> None:
    below = page(TITLE, "", LEAD, "", LAST, "", paragraph)
    above = page(TITLE, "", paragraph, "", LEAD, "", LAST)
    for found in (below, above):
        assert found.notice == notice
        assert found.body == f"{LEAD}\n\n{LAST}"
        assert reasons(found) == {paragraph: "notice on how the text was made"}


def test_a_notice_inside_the_last_paragraph_is_kept_without_cutting_the_paragraph() -> None:
    last = LAST + " Этот текст создан с помощью нейросети."
    found = page(TITLE, "", LEAD, "", last)
    assert found.notice == "Этот текст создан с помощью нейросети."
    assert found.body.endswith(last)


@pytest.mark.parametrize(
    "line",
    [
        "This article was not generated by artificial intelligence.",
        "The indictment was written with AI.",
        "“This article was generated by AI,” the prosecutor said.",
    ],
)
def test_a_text_that_only_speaks_of_ai_has_no_notice(line: str) -> None:
    assert page(TITLE, "", LEAD, "", LAST, "", line).notice is None


LINES = st.sampled_from(
    [*ALONE_IN_THE_MIDDLE, TITLE, LEAD, LAST, "", "", "12 сентября 2025", "By Jane Doe", "Related articles"]
)


@given(st.lists(LINES | st.text(max_size=30).filter(lambda text: "\n" not in text), max_size=25))
def test_every_line_is_in_the_body_or_recorded(lines: list[str]) -> None:
    rows = numbered(lines)
    found = sort_page(rows)
    cut = {one.line: one.text for one in found.cut}
    assert [row.text for row in rows if row.text and row.number not in cut] == [
        line for line in found.body.split("\n") if line
    ]
    assert all(rows[number - 1].text == text for number, text in cut.items())
