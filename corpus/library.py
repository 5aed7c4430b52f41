"""The folders of document files: load, add, withdraw. What may be added is decided in `adding.py`.

A folder is flat: `ID.md` is a document, `ID.import.json` beside it says what it was made from; `README.md` is neither.
"""

import hashlib
import json
import os
import re
import unicodedata
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import replace as replaced_by
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from corpus.adding import Proposal
from corpus.document import Document
from corpus.errors import SpravaError
from corpus.format import ID, FormatError, parse_document, render_document

MAX_BYTES = 10_000_000
"""No article is larger; a bigger file is a mistake or an attack, and is refused unread."""
_SIDECAR = ".import.json"


class LibraryError(SpravaError):
    """A document cannot be found, added or withdrawn; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Added:
    """Where a document was written."""

    path: Path
    replaced: bool


def document_paths(folders: Iterable[Path]) -> tuple[Path, ...]:
    """The document files, sorted by id; a later folder's file replaces an earlier one of the same name."""
    paths = {path.name: path for folder in folders for path in _files(folder)}
    return tuple(path for name, path in sorted(paths.items()) if name.endswith(".md") and name != "README.md")


def _files(folder: Path) -> list[Path]:
    """What a folder holds; nothing where it was not made yet. One that cannot be read is no empty one."""
    try:
        return list(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise LibraryError(
            f"{folder}: not a folder to read ({error.strerror}); check SPRAVA_CORPUS and SPRAVA_HOME"
        ) from None


def load(folders: Iterable[Path]) -> tuple[Document, ...]:
    """The documents of all folders, sorted by id, withdrawn ones included. Raises `FormatError` at a broken file."""
    documents = (parse_document(read_bytes(path), path=path) for path in document_paths(folders))
    return tuple(sorted(documents, key=lambda document: document.id))


def find(id: str, folders: Sequence[Path]) -> Document:
    """The document with this id. Raises `LibraryError`, naming similar ids, if there is none."""
    path = _path_of(id, folders)
    return parse_document(read_bytes(path), path=path)


def read_bytes(path: Path) -> bytes:
    """The bytes of a file of at most `MAX_BYTES`; `LibraryError` says why a file cannot be read."""
    try:
        if not path.is_file():
            raise LibraryError(
                f"{path}: no such file" if not path.exists() else f"{path}: this is not a file"
            )
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise LibraryError(f"{path}: cannot be read ({error.strerror}); check its permissions") from None
    if len(raw) > MAX_BYTES:
        size = path.stat().st_size
        raise LibraryError(f"{path}: {size:,} bytes, more than {MAX_BYTES:,}; give the article alone")
    return raw


def id_of(name: str) -> str:
    """The id for a file of this name: its stem in the letters that ids may have."""
    stem = unicodedata.normalize("NFKD", Path(name).stem)
    slug = re.sub(r"[^A-Za-z0-9._-]+", "-", re.sub(r"[\u0300-\u036f]", "", stem)).strip("-.")[:80]
    if not ID.fullmatch(slug) or not re.search("[A-Za-z0-9]", slug) or slug == "README":
        raise LibraryError(f"{name}: no id can be made of this name; give the file a name in Latin letters")
    return slug


def imported(folders: Iterable[Path]) -> dict[str, str]:
    """sha256 of the original bytes -> id, for every document that was imported."""
    known = {}
    for folder in folders:
        for sidecar in sorted(folder.glob(f"*{_SIDECAR}")):
            id = sidecar.name.removesuffix(_SIDECAR)
            if (folder / f"{id}.md").is_file():
                known[_read_sidecar(sidecar)["original"]["sha256"]] = id
    return known


def add(
    proposal: Proposal,
    *,
    raw: bytes,
    name: str,
    folders: Sequence[Path],
    known: dict[str, str],
    replace: bool = False,
) -> Added:
    """Write the document file and the record of its import into the last folder.

    `known` is what `imported` found, and the new document is entered there: so many are added in linear time.
    Raises `LibraryError`, and writes nothing, for bytes that were added before, for an id that is taken (unless
    `replace`), and for a withdrawn document.
    """
    document, folder = proposal.document, folders[-1]
    digest = hashlib.sha256(raw).hexdigest()
    before = known.get(digest)
    if before is not None and not (replace and before == document.id):
        raise LibraryError(f"{name}: already added as {before}, nothing changed")
    taken = any((each / f"{document.id}.md").exists() for each in folders)
    if taken:
        withdrawn = find(document.id, folders).withdrawn
        if withdrawn:
            raise LibraryError(f"{name}: {document.id} was withdrawn ({withdrawn}); nothing changed")
        if not replace:
            advice = "--replace makes this its new revision; if it is another article, rename the file"
            raise LibraryError(f"{name}: {document.id} is there already, with other bytes; {advice}")
    path = folder / f"{document.id}.md"
    _write(path, _checked(document, path))
    _write(folder / f"{document.id}{_SIDECAR}", _record(proposal, raw=raw, name=name))
    known[digest] = document.id
    return Added(path, taken)


def withdraw(id: str, *, reason: str, folders: Sequence[Path]) -> Path:
    """Mark a document as one that may no longer be quoted, in the last folder; its text stays for the record."""
    document = find(id, folders)
    if document.withdrawn:
        raise LibraryError(f"{id} is withdrawn already ({document.withdrawn}); nothing changed")
    reason = " ".join(reason.split())
    if not reason:
        raise LibraryError("a withdrawal needs a reason that readers may see; give it with --reason")
    path = folders[-1] / f"{id}.md"
    _write(path, _checked(replaced_by(document, withdrawn=reason), path))
    return path


def _path_of(id: str, folders: Sequence[Path]) -> Path:
    paths = {path.stem: path for path in document_paths(folders)}
    if id not in paths:
        near = get_close_matches(id, paths, n=3)
        advice = f"did you mean {' or '.join(near)}?" if near else "`sprava corpus list` shows the ids"
        raise LibraryError(f"there is no document {id!r}; {advice}")
    return paths[id]


def _checked(document: Document, path: Path) -> str:
    """The document file, once it is sure that it reads back as the same text."""
    rendered = render_document(document)
    if parse_document(rendered.encode(), path=path).text != document.text:
        raise LibraryError(f"{path}: would not read back as the same text; nothing was written")
    return rendered


def _record(proposal: Proposal, *, raw: bytes, name: str) -> str:
    """The sidecar: what was read, what was recognised and from where, and every line that was cut."""
    document = proposal.document
    record = {
        "original": {"name": name, "bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()},
        "recognised": {
            field: {"value": str(getattr(document, field)), "from": origin}
            for field, origin in proposal.origins.items()
        },
        "cut": [{"line": cut.line, "text": cut.text, "why": cut.why} for cut in proposal.cut],
    }
    return json.dumps(record, ensure_ascii=False, indent=2) + "\n"


def _read_sidecar(path: Path) -> Any:
    try:
        record = json.loads(read_bytes(path))
        record["original"]["sha256"].lower()
    except (ValueError, TypeError, KeyError, AttributeError):
        raise FormatError(
            f"{path}: not a record of an import; restore it, or delete it to forget the import"
        ) from None
    return record


def _write(path: Path, text: str) -> None:
    """Replace a file at once and durably: whoever reads it sees the old text or the new one, even after a crash."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        descriptor = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise LibraryError(f"{path}: cannot be written ({error.strerror}); nothing was changed") from None
