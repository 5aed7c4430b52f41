"""The truth ledger: every call and every act of a person, in order, on disk before the reply leaves."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger. `verdict` is ok, refused, fault or act; a token is never part of it."""

    sequence: int
    time: float
    method: str
    parameters: dict[str, Any]
    verdict: str
    code: int = 200
    description: str = ""
    message_id: int | None = None
    fault: str | None = None
    breaches: list[str] = field(default_factory=list)
    result: Any = None


class Ledger:
    """Append-only JSON lines; without a path it is kept in memory alone."""

    def __init__(self, path: Path | None = None) -> None:
        self.entries: list[Entry] = []
        self._file = None if path is None else path.open("a", encoding="utf-8")

    def append(self, *, time: float, method: str, parameters: dict[str, Any], **more: Any) -> Entry:
        """Record one entry; it is on the disk when this returns."""
        entry = Entry(len(self.entries) + 1, time, method, parameters, **more)
        self.entries.append(entry)
        if self._file is not None:
            self._file.write(json.dumps(asdict(entry), ensure_ascii=False) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        return entry

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
