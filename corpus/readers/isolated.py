"""A reader in a process of its own, for formats whose parsers are written in C: what breaks or bloats, breaks alone.

The child gets bytes on standard input and answers with JSON, nothing that could run. It has an empty environment and
limits it cannot lift. The parent takes the answer for hostile too: callers check each value's type.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Any

from corpus.readers.draft import UnreadableError


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may use."""

    memory: int = 1 << 30
    """Bytes of address space."""
    cpu_s: int = 20
    wall_s: int = 30
    answer: int = 50_000_000
    """Bytes of any file the child writes; its answer is one."""


_OUT_OF_MEMORY = 3


def run(module: str, raw: bytes, *, name: str, limits: Limits | None = None) -> dict[str, Any]:
    """What `answer` prints in the child `python -m module`; UnreadableError if it refuses, breaks or uses too much."""
    limits = limits or Limits()
    numbers = [str(number) for number in (limits.memory, limits.cpu_s, limits.answer)]
    command = [sys.executable, "-I", "-m", module, name, *numbers]
    too_much = UnreadableError(
        f"{name}: reading it takes more than {limits.memory >> 20:,} MiB of memory or {limits.cpu_s} s; "
        "save its text as .txt"
    )
    with TemporaryFile() as out, TemporaryFile() as err:
        try:
            status = subprocess.run(  # noqa: S603 - our own interpreter and module
                command, input=raw, stdout=out, stderr=err, env={}, timeout=limits.wall_s, check=False
            ).returncode
        except subprocess.TimeoutExpired:
            raise too_much from None
        out.seek(0)
        err.seek(0)
        if status == _OUT_OF_MEMORY or status < 0:
            raise too_much
        try:
            said = json.loads(out.read()) if status == 0 else None
        except ValueError:
            said = None
        if not isinstance(said, dict):
            last = (err.read(limits.answer).decode(errors="replace").split("\n")[-2:] or [""])[0][:200]
            raise UnreadableError(f"{name}: its reader failed ({last}); save its text as .txt")
    if isinstance(refusal := said.get("refused"), str):
        raise UnreadableError(" ".join(refusal.split()))
    return said


def answer(read: Callable[[bytes, str], dict[str, Any]]) -> None:
    """Be the child: take the limits, read the file, print what was found."""
    name, memory, cpu_s, size = sys.argv[1], *map(int, sys.argv[2:5])
    for limit, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_FSIZE, size),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    try:
        said = read(sys.stdin.buffer.read(), name)
        sys.stdout.write(json.dumps(said))
    except UnreadableError as error:
        sys.stdout.write(json.dumps({"refused": str(error)}))
    except MemoryError:
        sys.exit(_OUT_OF_MEMORY)
