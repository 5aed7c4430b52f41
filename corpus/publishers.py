"""The curated publishers of `publishers.toml`: who stands behind a name or an address."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

from corpus.document import Reliability, normalise


@dataclass(frozen=True, slots=True)
class Publisher:
    """One publisher; the fields are described at the top of `publishers.toml`."""

    id: str
    names: tuple[str, ...]
    hosts: tuple[str, ...]
    mirrors: tuple[str, ...]
    reliability: Reliability
    party: bool
    languages: tuple[str, ...]
    reuse: str

    @property
    def name(self) -> str:
        """The name that readers see."""
        return self.names[0]


_MAX_HOST = 253
"""Characters of a host name, RFC 1035."""
_REUSE = "Short quotation with attribution and a link."
_QUOTES = re.compile("[\"«»„“”‚‘’ʼ`']")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


@cache
def load_publishers() -> tuple[Publisher, ...]:
    """All curated publishers, in the order of the file."""
    table = tomllib.loads(files("corpus").joinpath("publishers.toml").read_text(encoding="utf-8"))
    return tuple(
        Publisher(
            id=id,
            names=tuple(entry["names"]),
            hosts=tuple(entry["hosts"]),
            mirrors=tuple(entry.get("mirrors", ())),
            reliability=Reliability(entry["reliability"]),
            party=entry.get("party", False),
            languages=tuple(entry["languages"]),
            reuse=entry.get("reuse", _REUSE),
        )
        for id, entry in table.items()
    )


def find_publisher(name_or_url: str) -> Publisher | None:
    """The publisher with exactly this name (case, quotation marks and spaces aside), or whose host or mirror it is.

    Never a near match: `nashaniva.com.example.org` and `Nasha Niwa` are nobody.
    """
    if _SCHEME.match(name_or_url.strip()):
        host = _host(name_or_url)
        return _by_host(host, _owners()) if host else None
    return _by_name().get(_folded(name_or_url)) or _by_host(_folded(name_or_url), _owners())


def is_mirror(url: str) -> bool:
    """Whether the address is on a host that only carries a publisher's pages: never a link for a reader."""
    publisher = find_publisher(url)
    return (
        publisher is not None
        and _by_host(_host(url), dict.fromkeys(publisher.mirrors, publisher)) is not None
    )


def _host(url: str) -> str:
    try:
        return (urlsplit(url.strip()).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _by_host(host: str, owners: dict[str, Publisher]) -> Publisher | None:
    labels = host.split(".") if len(host) <= _MAX_HOST else []
    ends = (".".join(labels[start:]) for start in range(len(labels) - 1))
    return next((owners[end] for end in ends if end in owners), None)


def _folded(name: str) -> str:
    return " ".join(_QUOTES.sub("", normalise(name)).casefold().split())


@cache
def _by_name() -> dict[str, Publisher]:
    return {_folded(name): publisher for publisher in load_publishers() for name in publisher.names}


@cache
def _owners() -> dict[str, Publisher]:
    return {
        host: publisher for publisher in load_publishers() for host in (*publisher.hosts, *publisher.mirrors)
    }
