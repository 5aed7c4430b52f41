"""What changed since a version was built: in the documents, and in the program that prepares them."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import metadata, resources

from corpus.document import Document
from index.block import same_document
from index.version import Version

_RECIPE = ("cutting.py", "analyze.py", "lexical.py", "mentions.py", "learnt.py", "origins.py", "tokens.json")
"""The files of this package that decide what is made of a document, beside all of corpus."""


@dataclass(frozen=True, slots=True)
class Changes:
    """How documents differ from those of a version: ids."""

    added: frozenset[str]
    changed: frozenset[str]
    removed: frozenset[str]
    """Withdrawn ones included."""

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)

    def __str__(self) -> str:
        counts = {
            "added": len(self.added),
            "changed": len(self.changed),
            "removed or withdrawn": len(self.removed),
        }
        return ", ".join(f"{count:,} {how}" for how, count in counts.items() if count)


def changes(version: Version, documents: Iterable[Document]) -> Changes:
    """What an update would take up, whatever the model and the recipe."""
    old = {document.id: document for document in version.documents}
    new = {document.id: document for document in quotable(documents)}
    return Changes(
        added=frozenset(new.keys() - old.keys()),
        changed=frozenset(
            name for name in new.keys() & old.keys() if not same_document(new[name], old[name])
        ),
        removed=frozenset(old.keys() - new.keys()),
    )


def is_current(version: Version, documents: Iterable[Document], model: str | None) -> bool:
    """Whether building `version` anew, with this model, would give the same."""
    return version.model == model and version.recipe == recipe() and not changes(version, documents)


def quotable(documents: Iterable[Document]) -> tuple[Document, ...]:
    """Those that are not withdrawn, by id."""
    return tuple(sorted((d for d in documents if d.withdrawn is None), key=lambda document: document.id))


@cache
def recipe() -> str:
    """A digest of the code that cuts and prepares texts: under another one, every document is cut anew."""
    digest = hashlib.sha256(metadata.version("sentencex").encode())
    folder = resources.files("corpus")
    names = sorted(path.name for path in folder.iterdir() if path.name.endswith((".py", ".toml")))
    for path in [folder / name for name in names] + [resources.files("index") / name for name in _RECIPE]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
