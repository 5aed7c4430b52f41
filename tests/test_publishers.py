"""Who stands behind a name or an address."""

from collections import Counter

import pytest

from corpus.document import OWN_PUBLISHER, Reliability
from corpus.publishers import find_publisher, is_mirror, load_publishers


def test_no_name_and_no_host_belongs_to_two_publishers() -> None:
    publishers = load_publishers()
    ids = Counter(publisher.id for publisher in publishers)
    names = Counter(name.casefold() for publisher in publishers for name in publisher.names)
    hosts = Counter(host for publisher in publishers for host in (*publisher.hosts, *publisher.mirrors))
    for counted in (ids, names, hosts):
        assert [key for key, count in counted.items() if count > 1] == []


def test_every_name_and_host_finds_its_publisher() -> None:
    for publisher in load_publishers():
        for name in publisher.names:
            assert find_publisher(name) is publisher
        for host in (*publisher.hosts, *publisher.mirrors):
            assert host == host.lower()
            assert find_publisher(f"https://{host}/news/1") is publisher


@pytest.mark.parametrize(
    ("spelling", "id"),
    [
        ("People In Need", "people-in-need"),
        ("  people  in need ", "people-in-need"),
        ("PIN", "people-in-need"),
        ("Nishadil", "nishadil"),
        ("Радыё Свабода", "radio-svaboda"),
        ("Радіо Свобода", "radio-svoboda-uk"),
        ("Радио Свобода", "radio-svoboda-ru"),
        ("Праваабарончы цэнтр “Вясна”", "viasna"),
        ("https://www.peopleinneed.net/belarus-frees-52", "people-in-need"),
        ("https://prisoners.spring96.org/be", "viasna"),
        ("HTTPS://EN.OVDINFO.ORG/x", "ovd-info"),
        ("https://dck8xvlq18iei.cloudfront.net/345441", "nasha-niva"),
        ("https://nashaniva.com./1", "nasha-niva"),
        ("nashaniva.com", "nasha-niva"),
    ],
)
def test_a_spelling_or_an_address_is_recognised(spelling: str, id: str) -> None:
    found = find_publisher(spelling)
    assert found is not None
    assert found.id == id


@pytest.mark.parametrize(
    "other",
    [
        "", "Nasha Niwa", "People", "Need", "https://", "http://[", "https://com/", "com",
        "https://nashaniva.com.example.org/1", "https://evilnashaniva.com/1", "https://nashaniva.com@example.org/1",
        "https://cloudfront.net/1", "https://example.org/?u=https://nashaniva.com",
    ],
)  # fmt: skip
def test_a_near_match_is_nobody(other: str) -> None:
    assert find_publisher(other) is None


def test_labels_and_sides_are_as_the_rule_says() -> None:
    labels = {publisher.id: publisher.reliability for publisher in load_publishers()}
    assert labels["people-in-need"] is Reliability.B
    assert labels["nishadil"] is Reliability.D
    assert labels[OWN_PUBLISHER] is Reliability.B
    sides = {publisher.id for publisher in load_publishers() if publisher.party}
    assert {"belta", "president-gov-by", "tsikhanouskaya-office"} <= sides
    assert not {"viasna", "nasha-niva", "people-in-need"} & sides


def test_only_a_mirror_is_a_mirror() -> None:
    assert is_mirror("https://mstagmanager.com/en/news/178228")
    assert not is_mirror("https://pozirk.online/en/news/178228")
    assert not is_mirror("https://example.org/")
    assert not is_mirror("Pozirk")
