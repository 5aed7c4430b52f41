"""Files as maintainers save them: what is recognised in each format, and what is refused in one clear line."""

import json
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corpus.document import Reliability, normalise
from corpus.errors import SpravaError
from corpus.readers.html import draft_of_page
from corpus.readers.isolated import Limits, run
from corpus.readers.page import take_apart
from corpus.readers.reading import read

EN = [
    "A court in Minsk found Ivan Prykladau guilty and sentenced him to three years in prison, rights defenders said.",
    "The trial took two days and was closed to the public; the lawyer declined to comment.",
    "His family plans to appeal. The verdict enters into force in ten days unless it is appealed against.",
]
RU = [
    "Суд в Минске признал Ивана Примерова виновным и назначил ему три года лишения свободы, сообщили правозащитники.",
    "Процесс длился два дня и был закрытым, адвокат от комментариев отказался.",
    "Семья намерена обжаловать приговор. Он вступит в силу через десять дней, если его не обжалуют.",
]
BE = [
    "Суд у Менску прызнаў Івана Прыкладава вінаватым і прызначыў яму тры гады пазбаўлення волі, сказалі праваабаронцы.",
    "Працэс доўжыўся два дні і быў закрыты, адвакат ад каментароў адмовіўся.",
    "Сям'я мае намер абскардзіць прысуд. Ён набудзе моц праз дзесяць дзён, калі яго не абскардзяць.",
]


def test_no_page_can_say_that_it_is_a_brief_of_ours() -> None:
    found = {"title": "Verdict", "text": "\n\n".join(EN)}
    assert draft_of_page({**found, "site": "Example News"}).publisher == "Example News"
    assert draft_of_page({**found, "site": "Sprava"}).publisher is None


def test_a_page_elsewhere_cannot_take_a_known_publishers_name() -> None:
    found = {"title": "T", "text": "Ihar Losik was arrested.", "site": "Reuters"}
    assert draft_of_page({**found, "url": "https://www.reuters.com/world/1"}).publisher == "Reuters"
    assert draft_of_page({**found, "url": "https://news.example/1"}).publisher is None


def html_page(paragraphs: list[str], *, charset: str, title: str, head: str = "", foot: str = "") -> bytes:
    body = "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f"""<!DOCTYPE html>
<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}">
<title>{title} - Site</title>{head}
<style>p {{ color: red }}</style><script>var hidden = "not to be read";</script></head>
<body><nav><ul><li><a href="/">Home</a></li><li><a href="/news">News</a></li></ul></nav>
<div class="cookie-banner"><p>We use cookies to make this site better for everyone.</p><button>Accept</button></div>
<main><article><h1>{title}</h1>{body}</article></main>
{foot}
<aside><h3>Most read</h3><ul><li><a href="/x">Quite another story about the weather in town</a></li></ul></aside>
<footer>© 2024 Site. All rights reserved.</footer></body></html>""".encode(charset)


def test_a_page_in_windows_1251_is_read_word_for_word() -> None:
    head = (
        '<link rel="canonical" href="https://nashaniva.com/1">'
        '<meta property="article:published_time" content="2024-03-12T10:00:00+03:00">'
    )
    found = read(html_page(BE, charset="windows-1251", title="Прысуд Прыкладаву", head=head), name="a.html")
    assert found.title == "Прысуд Прыкладаву"
    assert found.body == "\n\n".join(BE)
    assert (found.publisher, found.url) == ("Наша Ніва", "https://nashaniva.com/1")
    assert (str(found.published), found.language) == ("2024-03-12", "be")
    assert found.reliability is Reliability.B


def test_metadata_in_json_ld_is_found_and_not_completed() -> None:
    data = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "WebSite", "name": "Example News"},
            {
                "@type": "NewsArticle",
                "headline": "Приговор Примерову",
                "datePublished": "2024-03",
                "author": {"@type": "Person", "name": "Янка Узорный"},
                "publisher": {"@type": "Organization", "name": "Example News"},
            },
        ],
    }
    head = f'<script type="application/ld+json">{json.dumps(data, ensure_ascii=False)}</script>'
    found = read(html_page(RU, charset="utf-8", title="Приговор Примерову", head=head), name="a.htm")
    assert found.body == "\n\n".join(RU)
    assert (str(found.published), found.language) == ("2024-03", "ru")
    assert found.title == "Приговор Примерову"


def test_headings_lists_and_quotes_stay_and_comments_and_credits_go() -> None:
    middle = [
        EN[0],
        '</p><figure><img src="a.jpg" alt="Court"><figcaption>Photo: Example</figcaption></figure>'
        "<h2>What is <em>known</em></h2><p>" + EN[1].replace("trial", '<a href="/t"><b>trial</b></a>'),
        "</p><blockquote><p>“He was calm and smiled all the time,” a neighbour said outside the court.</p>"
        "</blockquote><ul><li>Arrested in June 2023 at home.</li><li>Moved in January 2024.</li></ul><p>Read also:"
        " Another verdict in Mahiliou",
        EN[2],
        "Sign up for our newsletter.",
    ]
    foot = (
        '<section id="comments" class="comments"><h3>Comments (1)</h3><div class="comment"><p>I know where he '
        "lives, it is a house near the station in the east of town.</p></div></section>"
    )
    found = read(html_page(middle, charset="utf-8", title="Verdict for Prykladau", foot=foot), name="a.html")
    assert found.body.split("\n\n") == [
        EN[0],
        "## What is known",
        EN[1],
        "“He was calm and smiled all the time,” a neighbour said outside the court.",
        "Arrested in June 2023 at home.",
        "Moved in January 2024.",
        EN[2],
    ]
    assert {cut.why for cut in found.cut} >= {"title", "link to another article", "appeal"}


def test_the_words_of_a_page_are_neither_joined_nor_torn_apart() -> None:
    paragraph = "Ян<b>ка</b> &amp; Co&nbsp;said: &laquo;три&shy;ста&raquo; <i>days</i>,<br>not\n   more &lt;than&gt; that, at 5&nbsp;pm on Monday."
    found = read(html_page([EN[0], paragraph, EN[2]], charset="utf-8", title="Verdict"), name="a.html")
    text = found.body.split("\n\n")[1].replace("\u00a0", " ")
    assert text == "Янка & Co said: «триста» days,\nnot more <than> that, at 5 pm on Monday."


def test_a_saved_page_with_another_suffix_is_read_as_a_page() -> None:
    raw = html_page(RU, charset="windows-1251", title="Приговор Примерову")
    assert read(raw, name="page.txt").body == "\n\n".join(RU)


def test_a_notice_about_ai_in_a_page_forces_the_lowest_label() -> None:
    head = '<link rel="canonical" href="https://nashaniva.com/1">'
    paragraphs = [*EN, "This article was translated by artificial intelligence."]
    found = read(html_page(paragraphs, charset="utf-8", title="Verdict", head=head), name="a.html")
    assert found.notice == "This article was translated by artificial intelligence."
    assert found.reliability is Reliability.D


def outcome(raw: bytes, name: str) -> str:
    """The body, or the error's one line."""
    try:
        return read(raw, name=name).body
    except SpravaError as error:
        return f"refused: {error}"


HOSTILE = {
    "deep": b"<html><body>" + b"<div>" * 100_000 + b"text</body></html>",
    "wide": b"<html><body>" + b"<p>x" * 200_000,
    "unclosed": b"<html><body><p>" + b"<b><i><table><tr><td>" * 40 + EN[0].encode(),
    "bomb": b'<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    + b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><html><body><p>&c;&c;</p></body></html>',
    "file": b'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    b"<html><body><p>&f;</p></body></html>",
    "attributes": b"<html><body><p " + b"a=1 " * 200_000 + b">text</p></body></html>",
    "one word": b"<html><body><p>" + b"a" * 3_000_000 + b"</p></body></html>",
    "brackets": b"<" * 500_000,
    "json": b'<html><head><script type="application/ld+json">'
    + b"[" * 200_000
    + b"</script></head><body><p>x</p>",
    "empty": b"<html></html>",
    "null": b"<html><body><p>\0\0</p></body></html>",
    "tables": b"<html><body>" + b"<table><tr><td>" * 90 + EN[0].encode(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_gives_text_or_one_clear_line_in_time(name: str) -> None:
    started = time.perf_counter()
    found = outcome(HOSTILE[name], "x.html")
    assert found.startswith("refused: x.html: ") or len(found) <= len(HOSTILE[name])
    assert "root:" not in found
    assert time.perf_counter() - started < 15


@pytest.mark.parametrize(
    "limits", [Limits(memory=60_000_000), Limits(cpu_s=0), Limits(wall_s=0), Limits(answer=100)]
)
def test_a_page_over_a_limit_ends_only_its_own_reader(limits: Limits) -> None:
    page = html_page(EN * 5_000, charset="utf-8", title="Verdict")
    with pytest.raises(SpravaError, match=r"^x\.html: [^\n]*save its text as \.txt$"):
        run("corpus.readers.page", page, name="x.html", limits=limits)
    assert outcome(html_page(EN, charset="utf-8", title="Verdict"), "x.html") == "\n\n".join(EN)


def test_an_answer_of_another_kind_counts_as_missing() -> None:
    assert draft_of_page({"text": ["x"], "title": 5, "url": {}, "published": "2025-13"}).body == ""


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([b"<p>", b"</p>", b"<div>", b"</div>", b"<h1>", b"<table>", b"<li>", b"<!--", b"]]>",
    b"<script>", b"</script>", b"&#0;", b"&#x110000;", b"&nope;", b"<a href='", b"\xff", b"\xd0", b"text. ", b"<br/>",
    b"<svg>", b"<meta charset=utf-16>", b"<title>", b"<time datetime='2025'>"]), max_size=60))  # fmt: skip
def test_any_soup_of_tags_gives_text_or_one_clear_line(parts: list[bytes]) -> None:
    try:
        found = draft_of_page(take_apart(b"<html>" + b"".join(parts), "x.html")).body
    except SpravaError as error:
        found = f"refused: {error}"
    assert found == normalise(found)
    assert not found.startswith("refused") or "\n" not in found


@pytest.mark.parametrize(
    ("raw", "name", "said"),
    [
        (b"", "a.txt", "a.txt: the file is empty"),
        (b" \n\t\n", "a.md", "a.md: the file is empty"),
        (b"text", "a.pdf", "a.pdf: cannot read .pdf"),
        (b"text", "README", "README: cannot read a file without a suffix"),
        (b"Title\n\nText \xff here.\n", "a.txt", "a.txt:3: byte 0xff"),
        (b"PK\x03\x04\0\0\0\0", "a.txt", "a.txt:1: "),
        ("Загаловак".encode("windows-1251"), "a.txt", "a.txt:1: byte 0x"),
        (b"---\ntitle: [a\n---\nText.\n", "a.md", "a.md:"),
        (b"---\ntitle: A\npublished: 09/12/2025\n---\nText.\n", "a.md", "a.md: published is '09/12/2025'"),
        (b"---\ntitle: A\nreliability: E\n---\nText.\n", "a.md", "a.md: reliability is 'E'"),
        (b"---\ntitle: A\n---\n\n", "a.md", "a.md: no text of an article"),
        (b"<html><meta charset=rot13><p>x", "a.html", "a.html: the page declares the encoding 'rot13'"),
        (b"<html><meta charset=utf-8><p>\n\xff", "a.html", "a.html:2: byte 0xff is not utf-8"),
        (b"<html><meta charset=windows-1251><p>\x98", "a.html", "a.html:1: byte 0x98"),
        (b"%PDF-1.7 \0\0", "a.html", "a.html: "),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line_that_names_the_place(
    raw: bytes, name: str, said: str
) -> None:
    with pytest.raises(SpravaError) as caught:
        read(raw, name=name)
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


def test_line_ends_a_byte_order_mark_and_a_missing_last_newline_change_nothing() -> None:
    text = "\n".join(["Приговор Примерову", "", RU[0], "", RU[1]])
    plain = read(text.encode(), name="a.txt")
    for variant in (text.replace("\n", "\r\n"), text.replace("\n", "\r"), "\ufeff" + text, text + "\n\n"):
        assert read(variant.encode(), name="a.txt") == plain


def test_front_matter_wins_over_what_the_text_says() -> None:
    raw = f"""---
title: "Verdict: three years"
publisher: Example News
author: Jane Doe
published: September 2025
url: https://example.org/1
language: be-latn
reliability: A
notice: Checked by a human.
note: Shortened by the publisher.
cases: [ivan-prykladau]
sources:
  - https://example.org/2
---
By Someone Else

{EN[0]}
"""
    found = read(raw.encode(), name="a.txt")
    assert found.title == "Verdict: three years"
    assert (found.publisher, found.author, str(found.published)) == ("Example News", "Jane Doe", "2025-09")
    assert (found.url, found.language, found.reliability) == (
        "https://example.org/1",
        "be-latn",
        Reliability.A,
    )
    assert (found.notice, found.note) == ("Checked by a human.", "Shortened by the publisher.")
    assert (found.cases, found.sources) == (("ivan-prykladau",), ("https://example.org/2",))
    assert found.body == EN[0]
    assert [(cut.line, cut.why) for cut in found.cut] == [(15, "byline")]


def test_markdown_becomes_plain_paragraphs_and_headings() -> None:
    raw = f"""# Verdict for **Prykladau**

By Jane Doe | 12 September 2025

![The court](court.jpg)

A *court* in [Minsk](https://example.org "x") found `Ivan` guilty,\nthe newspaper said in its long report about the trial\\* of Monday.

## What is known

- Arrested in June 2023.
- Moved &amp; tried in <b>January</b> 2024.

1992. A year that begins a paragraph.

> “He was calm,” a neighbour said.

| Year | Event |
|------|-------|
| 2023 | arrest |

***

{EN[2]}
"""
    found = read(raw.encode(), name="a.md")
    assert (found.title, found.author, str(found.published)) == (
        "Verdict for Prykladau",
        "Jane Doe",
        "2025-09-12",
    )
    assert found.body.split("\n\n") == [
        "A court in Minsk found Ivan guilty, the newspaper said in its long report about the trial* of Monday.",
        "## What is known",
        "Arrested in June 2023.",
        "Moved & tried in January 2024.",
        "1992. A year that begins a paragraph.",
        "“He was calm,” a neighbour said.",
        "Year | Event",
        "2023 | arrest",
        EN[2],
    ]
    assert [(cut.line, cut.why) for cut in found.cut] == [
        (1, "title"),
        (3, "byline, date of publication"),
        (5, "an image, a rule or a comment"),
        (23, "an image, a rule or a comment"),
    ]


@given(st.text(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_or_refused_in_one_line(text: str) -> None:
    for name in ("a.txt", "a.md"):
        found = outcome(text.encode("utf-8", "surrogatepass"), name)
        assert found.startswith("refused: a.") or found == normalise(found) == found.strip()


PIECES = st.sampled_from(
    ["---\n", "---", "\n", "title: ", "published: 2025\n", ": ", "- ", "[", "]", "{", "}", "&a ", "*a", "|\n", ">-\n", "'", '"',
    "# ", "!", "(", ")", "`", "```\n", "<!--", "<script>", "</", "| a |\n|---|\n", "\t", "\ufeff", "12.09.2025\n", "Слова. ",
    "By A B\n", "Read also: x\n", "Comments (2)\n", "© 2024 ", "%", "@", "\\"]
)  # fmt: skip


@settings(max_examples=150, deadline=2000)
@example(text="```")
@given(text=st.lists(PIECES, max_size=25).map("".join))
def test_any_tiny_broken_file_is_read_or_refused_at_once(text: str) -> None:
    for name in ("a.txt", "a.md"):
        found = outcome(text.encode(), name)
        assert found.startswith("refused: a.") or found == normalise(found)


LONG = {
    "full stops": "." * 1_000_000,
    "digits": "1" * 1_000_000,
    "open brackets": "[" * 1_000_000,
    "lines of brackets": ("[\n" * 4_500 + "\n") * 4,
    "open comments": "<!--\n\n" * 20_000,
    "table rows": "| a |\n" * 20_000,
    "list": "- a\n" * 20_000,
    "short lines": "a b\n" * 20_000,
    "dates": "12.09.2025\n" * 20_000,
    "headings of links": "Related articles\n" * 20_000,
    "too many lines": "\n" * 2_000_000,
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", LONG)
def test_time_grows_with_the_length_of_a_file_only(name: str) -> None:
    started = time.perf_counter()
    for suffix in ("txt", "md"):
        outcome(
            f"Title\n\n{LONG[name]}\n\nA sentence that has more than eight words in it.".encode(),
            f"a.{suffix}",
        )
    assert time.perf_counter() - started < 15
