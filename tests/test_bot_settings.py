"""Settings of the bot: where the token comes from, what is refused, and that the README lists them all."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.places import Places
from bot.sandbox.server import Sandbox
from bot.settings import AddressError, BotSettings, SecretError

ROOT = Path(__file__).parent.parent
TOKEN = "7000000001:AAcanaryCanaryCanaryCanaryCanaryCa1"


def secret(path: Path, content: str, mode: int = 0o600) -> Path:
    path.write_text(content)
    path.chmod(mode)
    return path


def test_the_token_file_goes_before_the_credential_and_that_before_the_environment(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPRAVA_BOT_TOKEN", "1:environment\n")
    assert BotSettings().token() == "1:environment"
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert BotSettings().token() == "1:environment"
    secret(tmp_path / "bot_token", "1:credential\n")
    assert BotSettings().token() == "1:credential"
    monkeypatch.setenv("SPRAVA_BOT_TOKEN_FILE", str(secret(tmp_path / "token", "1:file\n")))
    assert BotSettings().token() == "1:file"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_token_file_that_others_can_read_is_refused(home: Path, tmp_path: Path, mode: int) -> None:
    path = secret(tmp_path / "token", TOKEN, mode)
    with pytest.raises(SecretError, match=re.escape(f"chmod 600 {path}")) as caught:
        BotSettings(bot_token_file=path).token()
    assert "canary" not in str(caught.value)


def test_a_missing_an_empty_and_a_binary_token_are_told_in_one_line(home: Path, tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(SecretError, match="No bot token"):
        BotSettings().token()
    for path, words in (
        (tmp_path / "nowhere", "cannot be read"),
        (tmp_path / "binary", "cannot be read"),
        (secret(tmp_path / "empty", " \n"), "is empty"),
    ):
        with pytest.raises(SecretError, match=words) as caught:
            BotSettings(bot_token_file=path).token()
        assert "\n" not in str(caught.value)


def test_no_form_of_the_settings_shows_a_secret(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPRAVA_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("SPRAVA_DATABASE_URL", "postgresql://canary@host/db")
    settings = BotSettings()
    assert "anary" not in f"{settings} {settings!r} {settings.model_dump()} {settings.model_dump_json()}"


@pytest.mark.parametrize(
    "url",
    ["https://api.telegram.org", "ftp://a/bot", "/bot", "https:///bot", "https://a/bot/", "https://[/bot"],
)
def test_an_address_that_is_not_a_bot_api_is_refused(home: Path, url: str) -> None:
    with pytest.raises(AddressError, match="must be an http or https address that ends in /bot"):
        BotSettings(bot_api_url=url).api_url()


def test_the_database_is_a_file_in_a_home_that_only_its_owner_can_open(home: Path) -> None:
    assert BotSettings().database() == f"sqlite:///{home / 'bot.sqlite'}"
    assert home.stat().st_mode & 0o777 == 0o700


HARDENED = {"SPRAVA_PROFILE": "hardened"}
SECRETS = {
    "BOT_TOKEN": TOKEN,
    "WEBHOOK_SECRET": "canary" * 8,
    "DATABASE_URL": "postgresql://bot:canary@host/db",
    "SECRET_KEY": "canary-9f8a1c07e3b64d52a1f0c3b2d4e59687",
}


def read(name: str, settings: BotSettings) -> str:
    """The secret as the bot asks for it."""
    return {
        "BOT_TOKEN": settings.token,
        "WEBHOOK_SECRET": lambda: settings.door().secret,
        "DATABASE_URL": settings.database,
        "SECRET_KEY": lambda: "canary-9f8a1c07e3b64d52a1f0c3b2d4e59687" if settings.keys() else "",
    }[name]()


@pytest.mark.parametrize("name", SECRETS)
def test_hardened_takes_a_secret_from_a_file_or_credential_and_not_from_the_environment(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("SPRAVA_WEBHOOK_URL", "https://bot.example.org")
    monkeypatch.setenv(f"SPRAVA_{name}", SECRETS[name])
    assert read(name, BotSettings()) == SECRETS[name]
    monkeypatch.setenv("SPRAVA_PROFILE", "hardened")
    monkeypatch.setenv(f"SPRAVA_{name}_FILE", str(secret(tmp_path / "secret", SECRETS[name])))
    with pytest.raises(SecretError, match=f"unset SPRAVA_{name}, set SPRAVA_{name}_FILE") as caught:
        read(name, BotSettings())
    assert "anary" not in str(caught.value), "also beside a file, since it stands in the environment"
    monkeypatch.delenv(f"SPRAVA_{name}")
    assert read(name, BotSettings()) == SECRETS[name]
    monkeypatch.delenv(f"SPRAVA_{name}_FILE")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    secret(tmp_path / name.lower(), SECRETS[name])
    assert read(name, BotSettings()) == SECRETS[name]


def test_hardened_talks_in_private_chats_only_whatever_else_is_set(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("GROUPS", "INLINE", "GUEST"):
        monkeypatch.setenv(f"SPRAVA_{place}", "true")
    assert BotSettings().places() == Places(inline=True, groups=True, guest=True)
    monkeypatch.setenv("SPRAVA_PROFILE", "hardened")
    assert BotSettings().places() == Places(inline=False, groups=False, guest=False)


def test_hardened_ends_run_before_anything_is_loaded_and_doctor_tells_it(tmp_path: Path) -> None:
    token = {"SPRAVA_BOT_TOKEN": TOKEN, "SPRAVA_HOME": str(tmp_path)}
    run = sprava("bot", "run", **token, **HARDENED)
    assert run.returncode == 2
    assert run.stderr.startswith("sprava: SPRAVA_PROFILE=hardened takes no secret from the environment")
    assert len(run.stderr.splitlines()) == 1
    doctor = sprava("bot", "doctor", **token, **HARDENED, SPRAVA_GROUPS="true")
    assert re.search(r"FAIL\s+token\s+SPRAVA_PROFILE=hardened", doctor.stdout)
    assert re.search(r"ok\s+profile\s+hardened", doctor.stdout)
    assert re.search(r"ok\s+groups\s+leaves when added", doctor.stdout)
    assert "anary" not in run.stderr + doctor.stdout + doctor.stderr


def test_every_setting_is_described_and_listed_in_the_readme() -> None:
    readme = (ROOT / "bot" / "README.md").read_text()
    for name, field in BotSettings.model_fields.items():
        assert field.description, name
        variable = field.validation_alias or f"SPRAVA_{name.upper()}"
        assert f"`{variable}`" in readme, f"{variable} is not in bot/README.md"
    listed = set(re.findall(r"^\| `(\w+)`", readme.split("## Settings")[1], re.MULTILINE))
    assert listed == {
        str(f.validation_alias or f"SPRAVA_{n.upper()}") for n, f in BotSettings.model_fields.items()
    }


def sprava(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SPRAVA_")}
    command = [sys.executable, "-m", "bot", *arguments]
    return subprocess.run(
        command, env={**environment, **settings}, capture_output=True, text=True, timeout=60, cwd=ROOT
    )


def test_without_a_token_run_ends_with_one_line_and_exit_2(tmp_path: Path) -> None:
    done = sprava("bot", "run", SPRAVA_HOME=str(tmp_path))
    assert done.returncode == 2
    assert done.stderr.startswith("sprava: No bot token: set SPRAVA_BOT_TOKEN_FILE")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("content", "mode", "said"),
    [
        ("0" * 64, 0o600, "is not random"),
        ("short", 0o600, "fewer than 32"),
        ("9f8a1c07e3b64d52a1f0c3b2d4e59687", 0o644, "can be read by others"),
    ],
)
def test_with_a_weak_or_readable_key_run_ends_with_one_line_and_exit_2(
    tmp_path: Path, content: str, mode: int, said: str
) -> None:
    key = secret(tmp_path / "key", content, mode)
    home = {"SPRAVA_HOME": str(tmp_path / "home"), "SPRAVA_BOT_TOKEN": TOKEN}
    done = sprava("bot", "run", **home, SPRAVA_SECRET_KEY_FILE=str(key))
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    doctor = sprava("bot", "doctor", **home, SPRAVA_SECRET_KEY_FILE=str(key))
    assert re.search(rf"FAIL\s+key\s+.*{said}", doctor.stdout)


def test_without_an_index_run_ends_with_one_line_and_exit_2(tmp_path: Path) -> None:
    done = sprava("bot", "run", SPRAVA_HOME=str(tmp_path), SPRAVA_BOT_TOKEN=TOKEN)
    assert done.returncode == 2
    assert "sprava index update" in done.stderr
    assert len(done.stderr.splitlines()) == 1


async def test_doctor_lists_what_is_missing_and_no_secret(tmp_path: Path) -> None:
    async with Sandbox(token=TOKEN) as sandbox:
        settings = {"SPRAVA_HOME": str(tmp_path), "SPRAVA_BOT_API_URL": sandbox.api_url}
        without = await asyncio.to_thread(sprava, "bot", "doctor", **settings)
        with_token = await asyncio.to_thread(sprava, "bot", "doctor", **settings, SPRAVA_BOT_TOKEN=TOKEN)
        wrong = await asyncio.to_thread(sprava, "bot", "doctor", **settings, SPRAVA_BOT_TOKEN=f"{TOKEN}x")
    assert [done.returncode for done in (without, with_token, wrong)] == [2, 2, 2]  # there is no index
    assert re.search(r"FAIL\s+token\s+No bot token", without.stdout)
    assert re.search(r"FAIL\s+index\s+", with_token.stdout)
    assert re.search(r"ok\s+telegram\s+http.*knows the bot as @sprava_sandbox_bot", with_token.stdout)
    assert re.search(r"FAIL\s+telegram\s+Telegram rejected the bot token", wrong.stdout)
    assert "anary" not in "".join(done.stdout + done.stderr for done in (without, with_token, wrong))
