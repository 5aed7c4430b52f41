"""The catalogues: every word the bot says, in three languages, none missing and none left over."""

import ast
import re
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from bot import pages
from bot.texts import LANGUAGES, from_telegram, texts
from corpus.document import PartialDate

ROOT = Path(__file__).parent.parent
MsgId = str | tuple[str, ...]


def catalogue(name: str) -> Catalog:
    return read_po(BytesIO(files("bot.locales").joinpath(name).read_bytes()), abort_invalid=True)


def said_in_code() -> set[MsgId]:
    """The literal first arguments of every call of say() and count() in the bot."""
    found: set[MsgId] = set()
    for path in sorted((ROOT / "bot").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            literals = tuple(
                arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
            )
            if name == "say" and literals:
                found.add(literals[0])
            if name == "count" and len(literals) == 2:
                found.add(literals)
    return found


@pytest.mark.parametrize("name", ["bot.pot", *(f"{language}.po" for language in LANGUAGES)])
def test_a_catalogue_holds_exactly_what_the_code_says(name: str) -> None:
    held = {message.id for message in catalogue(name) if message.id}
    assert held == said_in_code()
    assert len(held) > 60


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_translated_with_the_same_fields_and_no_doubt(language: str) -> None:
    for message in catalogue(f"{language}.po"):
        if not message.id:
            continue
        originals = message.id if isinstance(message.id, tuple) else (message.id,)
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        assert not message.fuzzy, message.id
        assert all(forms), f"{language}: {message.id}"
        fields = {tuple(sorted(re.findall(r"{(\w+)}", words))) for words in (*originals, *forms)}
        assert len(fields) == 1, f"{language}: {message.id}"
        assert all(words.strip() == words for words in forms), message.id


@pytest.mark.parametrize("language", ["be", "ru"])
def test_nothing_is_left_in_english(language: str) -> None:
    for message in catalogue(f"{language}.po"):
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id:
            assert all(re.search("[а-яёіўʼ]", words) for words in forms), message.id


@pytest.mark.parametrize(
    ("language", "n", "words"),
    [
        ("en", 1, "1 document"),
        ("en", 2, "2 documents"),
        ("ru", 1, "1 документ"),
        ("ru", 3, "3 документа"),
        ("ru", 11, "11 документов"),
        ("ru", 21, "21 документ"),
        ("be", 1, "1 дакумент"),
        ("be", 2, "2 дакументы"),
        ("be", 12, "12 дакументаў"),
        ("be", 105, "105 дакументаў"),
    ],
)
def test_plurals_follow_the_language(language: str, n: int, words: str) -> None:
    assert texts(language).count("{n} document", "{n} documents", n) == words


@pytest.mark.parametrize(
    ("language", "date", "words"),
    [
        ("en", PartialDate(2025, 9, 12), "12 Sep 2025"),
        ("be", PartialDate(2024, 3, 12), "12 сакавіка 2024"),
        ("ru", PartialDate(2025, 9, 12), "12 сентября 2025"),
        ("en", PartialDate(2025, 9), "Sep 2025"),
        ("be", PartialDate(2025, 9), "верасень 2025"),
        ("ru", PartialDate(2025, 9), "сентябрь 2025"),
        ("ru", PartialDate(2025), "2025"),
        ("be", PartialDate(), "дата невядомая"),
    ],
)
def test_a_date_keeps_its_precision(language: str, date: PartialDate, words: str) -> None:
    assert texts(language).date(date) == words


@pytest.mark.parametrize(
    ("language", "code", "name"),
    [
        ("en", "be", "Belarusian"),
        ("be", "be", "беларуская"),
        ("ru", "en", "английский"),
        ("en", "be-tarask", "Belarusian, classical spelling"),
        ("en", "xx", "xx"),
    ],
)
def test_a_language_has_a_name(language: str, code: str, name: str) -> None:
    assert texts(language).language_name(code) == name


def test_telegrams_language_chooses_ours_or_english() -> None:
    codes = ["be", "be-BY", "ru", "RU", "en-GB", "uk", "pl", "", None]
    assert [from_telegram(code) for code in codes] == ["be", "be", "ru", "ru", "en", "en", "en", "en", "en"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_profile_fits_telegrams_limits_and_tells_no_case(language: str) -> None:
    words = texts(language)
    description, short = pages.about(words)
    assert len(description) <= 512
    assert len(short) <= 120
    for command, meaning in pages.commands(words, following=True):
        assert re.fullmatch("[a-z_]{1,32}", command)
        assert 1 <= len(meaning) <= 256
        assert not re.search("Losik|Лос|Statkevich|Статк|prison|вязн|заключ", description + short + meaning)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "tests" / "conversations").glob("*.txt")), ids=lambda path: path.stem
)
def test_every_button_can_be_read_aloud(path: Path) -> None:
    lines = [
        line for line in path.read_text("utf-8").splitlines() if line.startswith("[") and line.endswith("]")
    ]
    labels = [label for line in lines for label in line[1:-1].split("]  [")]
    assert all(re.search(r"\w\w", label.partition(" → ")[0]) for label in labels), "signs alone say nothing"
