"""The version that a running process serves: follows what is published, without a restart and without a gap."""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from corpus.errors import SpravaError
from index import store
from index.version import Version

logger = logging.getLogger(__name__)

Prepared = TypeVar("Prepared")
"""What the process makes of a version once, to answer from it: the loaded search structures."""


class Reader(Generic[Prepared]):
    """Hands out what was prepared from the newest version; `follow` looks for a newer one every `every_s` seconds.

    A newer version is loaded, checked and prepared in a thread of its own while the present one serves; then one
    reference changes. It is looked for whether or not anybody asks: a withdrawn document must not be quoted to
    the first who asks after a quiet hour. Whoever took the present one keeps it to the end of the answer. A version that cannot be
    loaded changes nothing: the class of the error is logged, and the next one published is tried.
    """

    def __init__(
        self,
        folder: Path,
        prepare: Callable[[Version], Prepared],
        *,
        model: str | None = None,
        every_s: float = 2.0,
    ) -> None:
        """Load the present version now. Raises what `store.current` raises."""
        self._folder = folder
        self._prepare = prepare
        self._model = model
        self._every_s = every_s
        self._loading = threading.Lock()
        self._seen = self._signature()
        version = store.current(folder, model=model)
        self._version = version
        self._served = prepare(version)

    def get(self) -> Prepared:
        """What to answer from; take it once an answer. Never waits for the disk."""
        return self._served

    def follow(self, replaced: Callable[[], None] = lambda: None) -> None:
        """Look for newer versions from now on, until the process ends; `replaced` is called after each that is served."""

        def look() -> None:
            while True:
                time.sleep(self._every_s)
                before = self._served
                if self.refresh() is not before:
                    replaced()

        threading.Thread(target=look, name="index-reload", daemon=True).start()

    def refresh(self) -> Prepared:
        """Look now, load a newer version where there is one, and return what to answer from."""
        with self._loading:
            signature = self._signature()
            if signature != self._seen:
                self._seen = signature
                try:
                    self._load()
                except (SpravaError, MemoryError, OSError) as error:
                    logger.error(
                        "a newly published index version was refused, the present one serves",
                        extra={"error": type(error).__name__, "version": self._version.number},
                    )
        return self._served

    def _load(self) -> None:
        version = store.published(self._folder, known=self._version)
        store.check_model(version, self._model)
        if version.number > self._version.number:
            self._served = self._prepare(version)
            self._version = version
            logger.info("index version loaded", extra={"version": version.number})

    def _signature(self) -> tuple[int, int, int] | None:
        """What changes whenever `current` is replaced: one look at the folder, nothing is read."""
        try:
            status = (self._folder / "current").stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size
