"""The two real articles: what is recognised, what is cut, and that nothing else is lost."""

from pathlib import Path

import pytest

from corpus.document import Reliability, normalise
from corpus.readers.draft import Draft
from corpus.readers.reading import read

PIN = "000_191b3a307bdb738a.txt"
NISHADIL = "001_4adde3159354ac4d.txt"


def draft(shared: Path, name: str) -> Draft:
    return read((shared / "seeds" / name).read_bytes(), name=name)


def test_people_in_need_is_recognised(shared: Path) -> None:
    found = draft(shared, PIN)
    assert found.title == "Belarus Frees 52 Political Prisoners, But Hundreds Remain Behind Bars"
    assert (found.publisher, found.author) == ("People in Need", "People In Need")
    assert (str(found.published), found.language) == ("2025-09-12", "en")
    assert (found.reliability, found.notice) == (Reliability.B, None)
    assert {cut.line: cut.why for cut in found.cut} == {
        1: "title",
        3: "date of publication, counter",
        7: "title, repeated",
        8: "photo credit",
        26: "appeal",
        29: "byline",
        31: "links to other articles",
    }
    assert found.body.startswith(
        "In exchange for a partial easing of U.S. sanctions, Belarus has released 52"
    )
    assert found.body.endswith("in some cases even targeting their relatives.")
    assert found.body.count("\n\n") == 8


def test_nishadil_is_recognised_with_its_notice_about_ai(shared: Path) -> None:
    found = draft(shared, NISHADIL)
    assert found.title == (
        "A Breakthrough in Belarus: 52 Political Prisoners, Including Ihar Losik, Granted Freedom"
    )
    assert (found.publisher, str(found.published), found.language) == ("Nishadil", "2025-09-12", "en")
    assert found.reliability is Reliability.D
    assert found.notice == (
        "This article was generated in part using artificial intelligence and may contain errors or omissions."
    )
    assert {cut.line: cut.why for cut in found.cut} == {
        1: "weather",
        3: "title",
        5: "byline",
        6: "date of publication",
        7: "counter",
        8: "counter",
        9: "counter",
        10: "title, repeated",
        36: "stray mark",
        38: "notice on how the text was made",
    }
    assert found.body.startswith(
        "In a significant and cautiously welcomed development, Belarus has reportedly"
    )
    assert found.body.endswith("a broader respect for human rights in the country.")
    assert found.body.count("\n\n") == 11


@pytest.mark.parametrize("name", [PIN, NISHADIL])
def test_every_line_of_the_file_is_in_the_body_or_recorded_as_cut(shared: Path, name: str) -> None:
    raw = (shared / "seeds" / name).read_text(encoding="utf-8")
    found = draft(shared, name)
    cut = {one.line: one.text for one in found.cut}
    lines = [line.strip() for line in normalise(raw).split("\n")]
    kept = [line for number, line in enumerate(lines, start=1) if line and number not in cut]
    assert kept == [line for line in found.body.split("\n") if line]
    assert all(lines[number - 1] == text for number, text in cut.items())


def test_all_development_articles_read_with_their_metadata(shared: Path) -> None:
    files = sorted((shared / "data/articles").glob("*.md"))
    assert len(files) == 44
    for file in files:
        found = read(file.read_bytes(), name=file.name)
        stated = file.read_text(encoding="utf-8")
        for value in (found.title, found.publisher, str(found.published), found.language, found.note):
            assert value
            assert value.replace('"', '\\"') in stated, file.name
        assert found.url or "\nurl:" not in stated
        assert found.reliability is Reliability.B
        assert found.cut == ()
        assert found.body == normalise(stated.split("---\n", 2)[2]).strip()


def test_a_year_alone_and_no_date_at_all_stay_what_they_are(shared: Path) -> None:
    articles = shared / "data/articles"
    year = articles / "321_zerkalo_be_660.md"
    undated = articles / "129_wikiclassic_losik_bio.md"
    assert str(read(year.read_bytes(), name=year.name).published) == "2023"
    assert str(read(undated.read_bytes(), name=undated.name).published) == "undated"


def test_languages_of_the_development_articles_are_detected_without_their_front_matter(shared: Path) -> None:
    for file in sorted((shared / "data/articles").glob("*.md")):
        stated = read(file.read_bytes(), name=file.name)
        assert read(stated.body.encode() + b"\n", name="bare.md").language == stated.language, file.name
