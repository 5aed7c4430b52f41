"""The secret key: what counts as one, where it may lie, and what is derived from it."""

import base64
import os
import re
import secrets
from pathlib import Path

import pytest

from bot.keys import KeyFile, Keys, SecretKeyError
from bot.settings import AddressError, BotSettings, SecretError, read_secret

RANDOM = "9f8a1c07e3b64d52a1f0c3b2d4e5968778695a4b3c2d1e0f"
OTHER = "Zm9vYmFyLXF1dXgtMTIzNDU2Nzg5MC1hYmNkZWZn_-"


def key_file(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    "make",
    [
        lambda: secrets.token_hex(16),
        lambda: secrets.token_hex(32),
        lambda: secrets.token_urlsafe(32),
        lambda: base64.b64encode(os.urandom(32)).decode(),
        lambda: base64.b32encode(os.urandom(32)).decode(),
    ],
)
def test_whatever_is_random_is_a_key(make) -> None:  # type: ignore[no-untyped-def]
    kids = {Keys.read(make() + "\n").current.kid for _ in range(200)}
    assert len(kids) == 200


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "has 0 characters"),
        ("short", "has 5 characters"),
        (RANDOM[:31], "has 31 characters"),
        ("0" * 64, "is not random"),
        ("0123456789abcdef" * 4, "is not random"),
        ("abcdefghijklmnopqrstuvwxyz0123456789", "is not random"),
        (base64.b64encode(bytes(32)).decode(), "is not random"),
        ("correct horse battery staple and more of it", "holds a space"),
        (f"{RANDOM}\nweak", "Line 2"),
        (f"{RANDOM}\n{RANDOM}", "one key twice"),
    ],
)
def test_what_could_be_guessed_is_refused_without_being_shown(text: str, why: str) -> None:
    with pytest.raises(SecretKeyError, match=why) as caught:
        Keys.read(text)
    assert RANDOM not in str(caught.value)
    assert "horse" not in str(caught.value)


def test_each_key_finds_opens_and_is_named_differently() -> None:
    keys = Keys.read(f"\n{RANDOM}\n{OTHER}\n")
    old = Keys.read(OTHER).current
    assert keys.older[0].kid == old.kid
    assert keys.current.kid != old.kid
    assert 0 <= keys.current.kid < 2**31
    assert keys.current.tag(7) != old.tag(7) == keys.older[0].tag(7)
    assert old.tag(7) != old.tag(-7)
    sealed = keys.current.seal(b"content", b"bound")
    assert keys.current.open(sealed, b"bound") == b"content"
    assert keys.current.open(sealed, b"other") is None
    assert old.open(sealed, b"bound") is None
    assert keys.current.open(b"cut", b"bound") is None
    assert keys.current.seal(b"content", b"bound") != sealed, "a nonce is used once"


def test_no_form_of_a_key_shows_the_secret() -> None:
    keys = Keys.read(RANDOM)
    assert RANDOM[:8] not in f"{keys!r} {keys} {keys.current!r}"
    assert keys.current.lookup.hex()[:8] not in f"{keys!r} {keys.current!r}"


def test_a_key_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    source = KeyFile(key_file(tmp_path / "key", RANDOM), read_secret)
    first = source()
    assert source() is first
    key_file(tmp_path / "key", f"{OTHER}\n{RANDOM}")
    assert [key.kid for key in source().all] == [Keys.read(OTHER).current.kid, first.current.kid]
    (tmp_path / "key").unlink()
    with pytest.raises(SecretKeyError, match="is gone"):
        source()


def test_without_a_key_there_is_none_and_nothing_is_refused(home: Path) -> None:
    assert BotSettings().keys() is None


def test_the_key_comes_from_a_file_a_credential_or_the_environment(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def current() -> int:
        keys = BotSettings().keys()
        assert keys
        return keys.current.kid

    monkeypatch.setenv("SPRAVA_SECRET_KEY", RANDOM)
    assert current() == Keys.read(RANDOM).current.kid
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    key_file(tmp_path / "secret_key", OTHER)
    assert current() == Keys.read(OTHER).current.kid
    third = secrets.token_hex(32)
    monkeypatch.setenv("SPRAVA_SECRET_KEY_FILE", str(key_file(tmp_path / "key", third)))
    assert current() == Keys.read(third).current.kid


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_key_file_that_others_can_read_is_refused(home: Path, tmp_path: Path, mode: int) -> None:
    path = key_file(tmp_path / "key", RANDOM, mode)
    with pytest.raises(SecretError, match=re.escape(f"chmod 600 {path}")):
        BotSettings(secret_key_file=path).keys()


def test_a_key_beside_the_data_is_refused(home: Path, tmp_path: Path) -> None:
    home.mkdir()
    (tmp_path / "db").mkdir()
    inside = key_file(home / "key", RANDOM)
    beside = key_file(tmp_path / "db" / "key", RANDOM)
    (tmp_path / "link").symlink_to(inside)
    with pytest.raises(SecretError, match="move it out"):
        BotSettings(secret_key_file=inside).keys()
    with pytest.raises(SecretError, match="move it out"):
        BotSettings(secret_key_file=tmp_path / "link").keys()
    url = f"sqlite:///{tmp_path / 'db' / 'bot.sqlite'}"
    assert BotSettings(secret_key_file=beside).keys()
    with pytest.raises(SecretError, match="move it out"):
        BotSettings(secret_key_file=beside, database_url=url).keys()


@pytest.mark.parametrize(
    ("given", "targets"),
    [
        ("", ()),
        ("-1001234567890", (-1001234567890,)),
        (" @news_channel, -100123\n", ("@news_channel", -100123)),
    ],
)
def test_broadcast_targets_are_ids_and_names(home: Path, given: str, targets: tuple[int | str, ...]) -> None:
    assert BotSettings(broadcast=given).broadcast_targets() == targets


@pytest.mark.parametrize("given", ["https://t.me/news", "@a", "news", "@имя_канала", "12 x"])
def test_what_is_no_target_is_refused(home: Path, given: str) -> None:
    with pytest.raises(AddressError, match="SPRAVA_BROADCAST"):
        BotSettings(broadcast=given).broadcast_targets()
