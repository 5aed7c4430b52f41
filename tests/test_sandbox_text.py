"""Texts and entities as Telegram keeps them (tdlib/td misc.cpp and MessageEntity.cpp; Bot API, formatting options)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.refusal import ApiError
from bot.sandbox.specification import utf16_length
from bot.sandbox.text import clean, formatted, found_entities


def entity(kind: str, offset: int, length: int, **more: object) -> dict[str, object]:
    return {"type": kind, "offset": offset, "length": length, **more}


def refusal(text: str, *entities: dict[str, object]) -> str:
    with pytest.raises(ApiError) as raised:
        formatted(text, entities)
    assert raised.value.code == 400
    return raised.value.description.removeprefix("Bad Request: ")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a\tb\x00c", "a b c"),
        ("a\r\nb", "a\nb"),
        ("a\u2028b\u202ec", "abc"),
        ("a\u0333\u033f\u030ab", "ab"),
        ("u\u030a", "u"),
        ("ů", "ů"),
        ("\u200e\u200e\u200fx", "\u200c\u200c\u200fx"),
        ("x\u200fy", "x\u200fy"),
    ],
)
def test_a_text_is_cleaned(sent: str, kept: str) -> None:
    assert clean(sent) == kept


def test_white_space_at_the_ends_is_trimmed_and_entities_move_along() -> None:
    kept = formatted("\n  a bold word \n", [entity("bold", 5, 4)])
    assert (kept.text, kept.entities) == ("a bold word", (entity("bold", 2, 4),))


def test_trimming_at_the_start_stops_at_the_first_entity() -> None:
    assert formatted("   x", [entity("bold", 1, 3)]).text == "  x"


def test_an_entity_that_reaches_into_trimmed_space_is_cut() -> None:
    assert formatted("word  ", [entity("bold", 0, 6)]).entities == (entity("bold", 0, 4),)


def test_dropped_characters_move_the_entities_after_them() -> None:
    kept = formatted("a\r\n🔔 b", [entity("bold", 6, 1)])
    assert (kept.text, kept.entities) == ("a\n🔔 b", (entity("bold", 5, 1),))


@pytest.mark.parametrize("text", [" ", "\n\n", "\u200b", "\u2060 \u200d", "\t"])
def test_a_text_without_anything_to_see_is_refused(text: str) -> None:
    assert refusal(text) == "text must be non-empty"


def test_an_empty_text_is_refused() -> None:
    assert refusal("") == "message text is empty"


def test_a_lone_surrogate_is_refused() -> None:
    assert refusal("a\ud83d") == "strings must be encoded in UTF-8"


def test_4096_units_pass_after_trimming_and_4097_do_not() -> None:
    assert utf16_length(formatted("🔔" * 2048 + "  \n").text) == 4096
    assert refusal("🔔" * 2048 + "a") == "message is too long"


@pytest.mark.parametrize(
    ("text", "bad", "words"),
    [
        ("hello", entity("bold", 100, 1), "entity begins after the end of the text at UTF-16 offset 100"),
        ("hello", entity("bold", 0, 100), "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 100"),
        ("🔔a", entity("bold", 1, 1), "entity begins in a middle of a UTF-16 symbol at UTF-16 offset 1"),
        ("a🔔", entity("bold", 0, 2), "entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol at UTF-16 offset 2"),
        ("hello", entity("quote", 0, 1), "can't parse MessageEntity: Unsupported type specified"),
        ("hello", entity("text_link", 0, 1, url="localhost"), "entity URL 'localhost' is invalid: Wrong HTTP URL"),
        ("hello", entity("text_link", 0, 1, url="javascript://a.b"), "entity URL 'javascript://a.b' is invalid: Wrong HTTP URL"),
    ],
)  # fmt: skip
def test_a_wrong_entity_is_refused_in_telegrams_words(text: str, bad: dict[str, object], words: str) -> None:
    assert refusal(text, bad) == words


@pytest.mark.parametrize(
    ("entities", "breach"),
    [
        ([entity("blockquote", 0, 9), entity("expandable_blockquote", 2, 3)], "blockquotes may not be nested"),
        ([entity("bold", 0, 4), entity("italic", 2, 6)], "crosses the end of bold at 0"),
        ([entity("code", 0, 5), entity("bold", 1, 2)], "bold and code may not share characters"),
        ([entity("blockquote", 0, 5), entity("text_link", 1, 2, url="http://a.by")], "blockquote may not contain text_link"),
        ([entity("url", 0, 5)], "Telegram finds these by itself"),
    ],
)  # fmt: skip
def test_what_telegram_would_silently_change_is_a_breach(
    entities: list[dict[str, object]], breach: str
) -> None:
    kept = formatted("some words", entities)
    assert [line.split(": ")[1] for line in kept.breaches] == [breach]
    assert len(kept.entities) == len(entities) - 1


def test_styles_may_stand_inside_a_blockquote_and_inside_each_other() -> None:
    kept = formatted(
        "some words", [entity("blockquote", 0, 10), entity("bold", 0, 4), entity("italic", 1, 2)]
    )
    assert (len(kept.entities), kept.breaches) == (3, ())


def test_of_101_entities_the_last_is_lost() -> None:
    kept = formatted("x" * 101, [entity("bold", place, 1) for place in range(101)])
    assert (len(kept.entities), len(kept.breaches)) == (100, 1)


def test_commands_and_mentions_of_a_person_are_found() -> None:
    assert found_entities("🔔 /ask@sprava_bot a/b @alena x@y.by /") == [
        entity("bot_command", 3, 15),
        entity("mention", 23, 6),
    ]


def test_telegram_marks_commands_and_addresses_of_a_bot_by_itself_but_not_inside_a_link() -> None:
    link = entity("text_link", 0, 8, url="https://a.by")
    kept = formatted("/sources /help https://b.by/x@y.", [link])
    assert kept.entities == (link, entity("bot_command", 9, 5), entity("url", 15, 16))
    assert kept.breaches == ()


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), st.data())
def test_what_an_entity_covered_is_still_what_it_covers(text: str, data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, max(len(text) - 1, 0)))
    end = data.draw(st.integers(begin + 1, max(len(text), begin + 1)))
    span = entity("bold", utf16_length(text[:begin]), utf16_length(text[begin:end]))
    try:
        kept = formatted(text, [span])
    except ApiError:
        return
    for found in (e for e in kept.entities if e["type"] == "bold"):
        units = kept.text.encode("utf-16-le")[2 * found["offset"] : 2 * (found["offset"] + found["length"])]
        assert clean(text[begin:end]).rstrip(" \n") == units.decode("utf-16-le").rstrip(" \n")
    assert formatted(kept.text).text == kept.text.lstrip(" \n")
