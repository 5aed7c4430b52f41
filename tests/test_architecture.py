"""The rules of the house that no type checker sees: layers, one home for each heavy library, nothing dangerous."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

PACKAGES = ("corpus", "index", "bot")
"""Left to right: a package may import itself and those on its left."""

HOMES = {
    "faiss": {"index/vectors.py"},
    "sentence_transformers": {"index/encoder.py"},
    "torch": {"index/encoder.py"},
    "onnxruntime": {"index/embedded.py"},
    "onnx": {"index/graph.py"},
    "safetensors": {"index/weights.py"},
    "bm25s": set(),
    "Stemmer": {"index/analyze.py"},
    "trafilatura": {"corpus/readers/page.py"},
    "sentencex": {"corpus/sentences.py"},
    "ir_measures": {"index/evaluate.py"},
    "matplotlib": {"index/plots.py"},
    "lingua": {"corpus/languages.py"},
    "markdown_it": {"corpus/readers/markdown.py"},
    "datasketch": {"index/origins.py"},
    "sqlalchemy": {
        "bot/database.py",
        "bot/tables.py",
        "bot/seen.py",
        "bot/switches.py",
        "bot/subscribers.py",
        "bot/deletions.py",
        "bot/rotation.py",
        "bot/disclosure.py",
        "bot/news.py",
        "bot/announcements.py",
        "bot/rows.py",
        "bot/outbox.py",
        "bot/broadcasts.py",
        "bot/delivery.py",
        "bot/dialogue.py",
        "bot/digests.py",
        "bot/ticks.py",
        "bot/pacing.py",
        "bot/migrations/__init__.py",
        "bot/migrations/versions/v0001.py",
        "bot/migrations/versions/v0002.py",
    },
    "alembic": {
        "bot/migrations/__init__.py",
        "bot/migrations/env.py",
        "bot/migrations/versions/v0001.py",
        "bot/migrations/versions/v0002.py",
    },
    "psycopg": set(),
    "cryptography": {"bot/keys.py"},
    "pydantic_settings": {"corpus/settings.py"},
}
"""Library: the only modules that may import it."""

FORBIDDEN_IMPORTS = {"pickle", "marshal", "joblib", "dill", "shelve", "httpx", "requests"}
FORBIDDEN_CALLS = {"eval", "exec", "np.load", "numpy.load", "torch.load", "yaml.load", "os.system"}
FORBIDDEN_ARGUMENTS = {"allow_pickle", "parse_mode", "shell"}
ONLY_FALSE = {"trust_remote_code"}
ONLY_TRUE = {"verify"}


def modules() -> list[Path]:
    """Every module of the product."""
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def imports(tree: ast.Module) -> Iterator[tuple[ast.stmt, str]]:
    """Each imported module's dotted name, wherever in the file the import stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node, "." * node.level + (node.module or "")


def names(path: Path) -> str:
    """The path as written in these tables."""
    return path.relative_to(ROOT).as_posix()


@pytest.fixture(params=modules(), ids=names)
def module(request: pytest.FixtureRequest) -> tuple[str, ast.Module]:
    """A module's name and syntax tree."""
    return names(request.param), ast.parse(request.param.read_text())


def test_imports_point_left(module: tuple[str, ast.Module]) -> None:
    name, tree = module
    own = PACKAGES.index(name.split("/")[0])
    right = set(PACKAGES[own + 1 :])
    offences = [
        f"line {node.lineno}: {target}" for node, target in imports(tree) if target.split(".")[0] in right
    ]
    assert not offences


def test_imports_are_absolute(module: tuple[str, ast.Module]) -> None:
    assert not [node.lineno for node, target in imports(module[1]) if target.startswith(".")]


def test_each_heavy_library_has_one_home(module: tuple[str, ast.Module]) -> None:
    name, tree = module
    offences = [
        f"line {node.lineno}: {target} belongs in {sorted(HOMES[target.split('.')[0]])}"
        for node, target in imports(tree)
        if target.split(".")[0] in HOMES and name not in HOMES[target.split(".")[0]]
    ]
    assert not offences


def test_telegram_is_known_to_the_bot_only_and_not_to_the_sandbox(module: tuple[str, ast.Module]) -> None:
    name, tree = module
    uses_telegram = any(target.split(".")[0] == "telegram" for _, target in imports(tree))
    assert not uses_telegram or (name.startswith("bot/") and not name.startswith("bot/sandbox/"))


def test_the_sandbox_does_not_know_the_bot(module: tuple[str, ast.Module]) -> None:
    name, tree = module
    if name.startswith("bot/sandbox/"):
        own = [t for _, t in imports(tree) if t.split(".")[0] in PACKAGES]
        assert all(t.startswith("bot.sandbox") or t == "corpus.errors" for t in own)


def test_every_module_says_what_lives_in_it(module: tuple[str, ast.Module]) -> None:
    docstring = ast.get_docstring(module[1])
    assert docstring
    assert docstring.splitlines()[0].strip()


def test_nothing_dangerous_is_called(module: tuple[str, ast.Module]) -> None:
    name, tree = module
    offences = [
        f"import of {target}" for _, target in imports(tree) if target.split(".")[0] in FORBIDDEN_IMPORTS
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            offences.append(f"line {node.lineno}: assert outside tests")
        if not isinstance(node, ast.Call):
            continue
        if ast.unparse(node.func) in FORBIDDEN_CALLS:
            offences.append(f"line {node.lineno}: {ast.unparse(node.func)}")
        for argument in node.keywords:
            value = ast.unparse(argument.value)
            if (
                argument.arg in FORBIDDEN_ARGUMENTS
                or (argument.arg in ONLY_FALSE and value != "False")
                or (argument.arg in ONLY_TRUE and value == "False")
            ):
                offences.append(f"line {node.lineno}: {argument.arg}={value}")
    if name.startswith("bot/sandbox/"):  # the other side of the wire has to understand parse_mode
        offences = [offence for offence in offences if "parse_mode" not in offence]
    assert not offences


def test_modules_are_named_like_no_dependency() -> None:
    ours = {path.stem for path in modules() if path.parent.name in PACKAGES}
    assert not ours & {"telegram", "faiss", "typer", "rich", "numpy", "yaml", "lingua"}


def test_help_imports_no_heavy_library() -> None:
    code = (
        "import sys; from bot.cli import app; import typer.main; typer.main.get_command(app);"
        "print(sorted({m.split('.')[0] for m in sys.modules} & set(sys.argv[1].split(','))))"
    )
    heavy = "torch,onnxruntime,sentence_transformers,faiss,numpy,telegram,aiohttp,sqlalchemy,trafilatura,lingua,dateparser,scipy,pydantic"
    result = subprocess.run(
        [sys.executable, "-c", code, heavy], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert result.stdout.strip() == "[]"
