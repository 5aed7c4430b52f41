"""One update of the index: compare, build, publish. What a version is made of: `build.py`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from corpus.document import Document
from index import store
from index.build import EmptyCorpusError, Progress, assemble
from index.changes import is_current
from index.encoder import Encoder
from index.gate import MassChangeError, dropped_cases, lost_passages, self_check
from index.publishing import writing
from index.version import DamagedVersionError, Version


@dataclass(frozen=True, slots=True)
class Update:
    """What an update came to."""

    version: Version
    """The version that serves now."""
    published: bool
    """Whether this update published it; else nothing had changed."""
    encoded: int
    reused: int


def update(
    folder: Path,
    documents: Sequence[Document],
    open_encoder: Callable[[], Encoder],
    *,
    model: str | None,
    created: datetime,
    progress: Progress | None = None,
    accept: bool = False,
    check: Callable[[Version, Encoder], None] | None = None,
) -> Update:
    """Bring the index in `folder` up to the documents; publishes nothing where nothing changed.

    `model` is the name of the encoder where it is known without opening it: an update that has nothing to encode
    then opens none. `check` sees the new version as a reader will; what it raises stops the publishing. Raises
    IndexBusyError, EmptyCorpusError, PublishError, MassChangeError (unless `accept`), SelfCheckError, and what
    `open_encoder` raises.
    """
    with writing(folder) as writer:
        previous, is_whole = _previous(folder)
        if previous and is_whole and is_current(previous, documents, model):
            return Update(previous, published=False, encoded=0, reused=0)
        if all(document.withdrawn is not None for document in documents):
            raise EmptyCorpusError  # before a model is loaded for nothing
        loss = lost_passages(previous, documents) if previous and not accept else None
        if loss and loss.is_mass:
            raise MassChangeError(loss)
        encoder = open_encoder()
        built = assemble(
            documents,
            encoder,
            created=created,
            previous=previous or store.salvage(folder),
            progress=progress,
        )
        unknown = model is None  # else it was compared before
        if unknown and previous and is_whole and is_current(previous, documents, built.version.model):
            return Update(previous, published=False, encoded=0, reused=0)
        if previous and loss and (cases := dropped_cases(previous, built.version, documents)):
            raise MassChangeError(replace(loss, cases=cases))

        def checked(version: Version) -> None:
            self_check(version, encoder)
            if check:
                check(version, encoder)

        new = writer.publish(built.version, check=checked)
        return Update(new, published=True, encoded=built.encoded, reused=built.reused)


def _previous(folder: Path) -> tuple[Version | None, bool]:
    """The version to take vectors from, and whether it is the published one, undamaged."""
    try:
        return store.published(folder), True
    except store.NoIndexError:
        return None, True
    except DamagedVersionError:
        try:
            return store.current(folder), False
        except DamagedVersionError:
            return None, False
