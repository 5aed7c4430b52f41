"""A document file reads back as what was written; every fault names its file and line."""

import re
from pathlib import Path

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from corpus.document import Document, PartialDate, Reliability
from corpus.format import (
    ADDRESS,
    KEYS,
    FormatError,
    body_text,
    parse_document,
    render_document,
    split_front_matter,
)

HEAD = "---\ntitle: A\npublisher: B\npublished: 2025-09\nlanguage: be\nreliability: A\n"
LINES = st.text().map(lambda text: " ".join(body_text(text).split()))
OPTIONAL = LINES.map(lambda line: line or None)


def parsed(text: str) -> Document:
    return parse_document(text.encode(), path=Path("folder/an-id.md"))


@given(
    title=LINES.filter(bool),
    url=st.sampled_from([None, "https://example.org/a?b=c#d"]),
    mirror=st.sampled_from([None, "https://mstagmanager.com/1"]),
    note=OPTIONAL,
    notice=OPTIONAL,
    withdrawn=OPTIONAL,
    sources=st.lists(st.from_regex(r"https://example\.org/[a-z0-9]{1,9}", fullmatch=True)).map(tuple),
    cases=st.lists(st.from_regex(r"[a-z0-9-]{1,32}", fullmatch=True)).map(tuple),
    published=st.dates().map(lambda day: PartialDate(day.year, day.month, day.day)) | st.just(PartialDate()),
    text=st.text().map(body_text).filter(bool),
)
def test_a_document_reads_back_as_it_was_and_its_file_byte_for_byte(**fields: object) -> None:
    document = Document(
        id="an-id",
        publisher="no",
        language="be-tarask",
        reliability=Reliability.C,
        **fields,  # type: ignore[arg-type]
    )
    file = render_document(document)
    again = parsed(file)
    assert {key: getattr(again, key) for key in (*KEYS, "text")} == {
        key: getattr(document, key) for key in (*KEYS, "text")
    }
    assert render_document(again) == file


def test_the_id_is_the_file_name_and_values_are_what_was_typed() -> None:
    document = parsed(
        "\ufeff---\r\ntitle: 1984\r\npublisher: no\r\npublished: 2025\r\nlanguage: be\r\n---\r\n\r\nТэкст.\r\n"
    )
    assert (document.id, document.title, document.publisher) == ("an-id", "1984", "no")
    assert (document.published, document.reliability, document.text) == (
        PartialDate(2025),
        Reliability.D,
        "Тэкст.",
    )


@pytest.mark.parametrize(
    ("file", "line", "words"),
    [
        ("Text.", 1, "title is missing"),
        ("---\ntitle: A\nText.", 1, "no end"),
        ("---\ntitle: A: B\n---\nText.", 2, "not YAML"),
        ("---\ntitle: A\ntitle: B\n---\nText.", 3, "given twice"),
        ("---\n- A\n---\nText.", 2, "key: value"),
        ("---\ntitle: &a [*a]\n---\nText.", 2, "aliases"),
        ("---\ntitle: " + "[" * 5000 + "]" * 5000 + "\n---\nText.", 1, "nests too deeply"),
        ("---\ntitle: [A]\n---\nText.", 2, "not a list"),
        (HEAD + "autor: C\n---\nText.", 7, "unknown key 'autor'"),
        (HEAD + "url: example.org\n---\nText.", 7, "https://"),
        (HEAD + "cases: [Ihar Losik]\n---\nText.", 7, "case ids"),
        (HEAD + "---\n\n \n", 8, "no text"),
        (HEAD.replace("2025-09", "2025-09-31") + "---\nText.", 4, "not in the calendar"),
        (HEAD.replace("2025-09", "Sep 2025") + "---\nText.", 4, "not a date"),
        (HEAD.replace("published: 2025-09\n", "") + "---\nText.", 1, "published is missing"),
        (HEAD.replace(": be", ": Belarusian") + "---\nText.", 5, "language is"),
        (HEAD.replace(": A\n", ": E\n") + "---\nText.", 6, "A, B, C or D"),
    ],
)
def test_a_fault_names_the_file_and_the_line(file: str, line: int, words: str) -> None:
    file = file.replace("title: E", "title: A")
    with pytest.raises(FormatError, match=re.escape(words)) as caught:
        parsed(file)
    assert str(caught.value).startswith(f"folder/an-id.md:{line}: ")


@pytest.mark.parametrize("raw", [b"ok\nok\n\xff", b"ok\nok\n\x00"])
def test_bytes_that_are_not_text_are_refused_with_their_line(raw: bytes) -> None:
    with pytest.raises(FormatError, match=r"a\.md:3: "):
        parse_document(raw, path=Path("a.md"))


@pytest.mark.parametrize("name", ["has space.md", "справа.md", ".hidden.md", "a" * 81 + ".md"])
def test_a_file_name_that_is_no_id_is_refused(name: str) -> None:
    with pytest.raises(FormatError, match="the file name is the id"):
        parse_document(f"{HEAD}---\nText.".encode(), path=Path(name))


def test_the_address_of_a_mirror_is_read_as_one_even_where_the_file_calls_it_url() -> None:
    document = parsed(f"{HEAD}url: https://mstagmanager.com/1\n---\nText.")
    assert (document.url, document.mirror) == (None, "https://mstagmanager.com/1")


def test_a_withdrawn_document_may_be_emptied() -> None:
    assert parsed(f"{HEAD}withdrawn: legal request\n---\n").text == ""


def test_front_matter_is_split_from_a_body_whose_first_line_is_known() -> None:
    text = "---\ntitle: A\ntags: [x, y]\nempty:\n---\nBody\n---\nmore"
    metadata, body, line = split_front_matter(text, where="a.md")
    assert metadata == {"title": "A", "tags": ["x", "y"], "empty": None}
    assert text.split("\n")[line - 1 :] == body.split("\n") == ["Body", "---", "more"]
    assert split_front_matter("Body", where="a.md") == ({}, "Body", 1)


def test_the_example_in_the_readme_is_a_document() -> None:
    example = re.search(r"```markdown\n(.*?)```", (ROOT / "corpus/README.md").read_text(), re.DOTALL)
    assert example
    document = parsed(example[1])
    assert document.cases
    assert document.text.startswith("# ")


def test_every_article_of_the_evaluation_data_loads(shared: Path) -> None:
    paths = sorted((shared / "data/articles").glob("*.md"))
    documents = [parse_document(path.read_bytes(), path=path) for path in paths]
    assert len(documents) == 44
    assert sum(document.published == PartialDate() for document in documents) == 1


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("https://news.example/a?b=c#d", True),
        ("http://весткі.example:8080", True),
        ("https://news.example@evil.example/", False),
        ("https://news.example\\@evil.example/", False),
        ("https://[", False),
        ("https://localhost/a", False),
        ("javascript:alert(1)", False),
    ],
)
def test_an_address_names_its_host_and_nothing_before_it(address: str, good: bool) -> None:
    assert bool(ADDRESS.fullmatch(address)) is good
