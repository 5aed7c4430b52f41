"""What the documents say is true: commands exist, files exist, settings are described, links lead somewhere."""

import re
from pathlib import Path

import pytest
import typer.main
from conftest import ROOT

from bot.cli import app

DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "*/README.md", "*/*/README.md")
    for path in ROOT.glob(pattern)
    if ".venv" not in path.parts and path.parent.name != "documents"
)


def command_names() -> set[str]:
    """Every command as typed, without the program's name: `ask`, `corpus add` …"""
    root = typer.main.get_command(app)
    names = set()
    for name, command in root.commands.items():
        inner = getattr(command, "commands", None)
        names |= {f"{name} {sub}" for sub in inner} if inner else {name}
    return names


def options(command: str) -> set[str]:
    """The long options of a command."""
    found = typer.main.get_command(app)
    for part in command.split():
        found = found.commands[part]
    return {option for parameter in found.params for option in parameter.opts if option.startswith("--")} | {
        "--help"
    }


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_command_and_option_in_a_document_exists(path: Path) -> None:
    known = command_names()
    for line in re.findall(r"\bsprava((?: [a-z-]+){1,2})([^\n`]*)", path.read_text()):
        words, rest = line[0].split(), line[1].split("#")[0]
        command = next((c for c in (" ".join(words), words[0]) if c in known), None)
        if not command:
            assert words[0] not in {c.split()[0] for c in known}, f"no command `sprava{line[0]}`"
            continue
        unknown = set(re.findall(r"--[a-z-]+", rest)) - options(command)
        assert not unknown, f"`sprava {command}` has no {sorted(unknown)}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_relative_link_leads_to_a_file(path: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text())
    assert [target for target in targets if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_file_that_a_document_names_exists(path: Path) -> None:
    named = re.findall(r"`((?:tests|corpus|index|bot|deploy)/[\w./-]+)`", path.read_text())
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_changelog_counts_the_briefs() -> None:
    briefs = len(list((ROOT / "corpus" / "documents").glob("brief-*.md")))
    assert f"{briefs} briefs" in (ROOT / "CHANGELOG.md").read_text()


def test_every_make_target_in_a_document_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {t for path in DOCUMENTS for t in re.findall(r"`make ([a-z-]+)", path.read_text())}
    named |= {
        t for path in DOCUMENTS for t in re.findall(r"^ {4}make ([a-z-]+)", path.read_text(), re.MULTILINE)
    }
    assert named - targets == set()


def test_every_command_says_what_it_does() -> None:
    root = typer.main.get_command(app)
    for name in command_names():
        found = root
        for part in name.split():
            found = found.commands[part]
        assert found.help, f"`sprava {name}` has no help"


def test_every_dependency_has_its_reason() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    text = (ROOT / "CONTRIBUTING.md").read_text()
    names = [re.split(r"[<>=~[]", name)[0] for name in wanted]
    stubs = [name for name in names if "stubs" in name or name.startswith("types-")]
    assert [name for name in names if name not in text and name not in stubs] == []


def test_the_documents_speak_of_the_project_alone() -> None:
    shipped = [p for p in ROOT.rglob("*") if p.suffix in {".md", ".py", ".toml", ".js", ".html", ".service"}]
    shipped = [p for p in shipped if not {".venv", ".git", "build"} & set(p.relative_to(ROOT).parts)]
    machine_path = re.compile(r"(?<![\w.])/(?:work|root|farm)/")
    offences = [p.relative_to(ROOT).as_posix() for p in shipped if machine_path.search(p.read_text())]
    assert [o for o in offences if o != "tests/test_docs.py"] == []
