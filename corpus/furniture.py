"""What stands on a page but is not the article: found by position and pattern, recorded line by line, never lost.

Conservative: a line goes only if it stands alone and all of it matches. At the edges of a page (before the first
prose, after the last) more kinds are recognised than in its middle. What the page says about itself there (title,
byline, date, how the text was made) is kept as metadata. The words are in
`patterns.py`; what a line of dates and names says, in `bylines.py`.
"""

import re
from collections import Counter
from collections.abc import Sequence

from corpus import bylines, patterns
from corpus.dates import parse_date
from corpus.lines import Line, Lines, Page
from corpus.publishers import find_publisher


def sort_page(lines: Sequence[Line], *, title: str | None = None) -> Page:
    """The page without its furniture; `title` is given where the format itself names it, else it is looked for."""
    page = Lines(lines)
    head = _before_prose(lines)
    _take_title(page, head, title)
    _take_head(page, head)
    _take_tail(page)
    _take_notice(page)
    _take_anywhere(page)
    return Page(
        body=page.body(),
        cut=page.cuts(),
        title=page.title,
        publisher=page.publisher,
        author=page.author,
        published=page.published,
        notice=page.notice,
    )


def _take_title(page: Lines, head: list[Line], title: str | None) -> None:
    """The given title, else a head line that comes twice, else the first one that can be a title; its repeats go."""
    again = "title, repeated"
    if title is None:
        candidates = [line for line in head if _can_be_title(line)]
        counts = Counter(_letters(line.text) for line in page.kept())
        twice = (line for line in candidates if counts[_letters(line.text)] > 1)
        found = next(twice, None) or next(iter(candidates), None)
        if not found:
            return
        page.title = found.text.lstrip("# ")
        page.cut(found, "title")
    else:
        page.title, again = title, "title"
    wanted = _letters(page.title)
    anywhere = len(page.title.split()) >= 3
    for line in page.kept() if anywhere else head:
        if _letters(line.text) == wanted and page.stands_alone(line):
            page.cut(line, again)
            again = "title, repeated"


def _can_be_title(line: Line) -> bool:
    if len(line.text) > 250 or bylines.BULLET.match(line.text) or not any(map(str.isalpha, line.text)):
        return False
    if bylines.fields_of(line.text) or patterns.edge(line.text) or patterns.anywhere(line.text):
        return False
    return find_publisher(line.text) is None and not bylines.author_of(line.text)


def _take_head(page: Lines, head: list[Line]) -> None:
    """Dates, bylines, counters, weather and navigation above the article."""
    dates = {line for line in page.kept() if parse_date(bylines.unbulleted(line.text))}
    chronicle = not dates.issubset(head)
    for line in head:
        if page.reason(line):
            continue
        fields = bylines.fields_of(line.text)
        if fields and not (chronicle and line in dates):
            page.cut(line, ", ".join(dict.fromkeys(kind for kind, _ in fields)))
            for kind, text in fields:
                _keep(page, kind, text)
        elif author := bylines.author_of(line.text):
            _take_byline(page, line, author)
        elif (why := patterns.edge(line.text)) and page.stands_alone(line):
            page.cut(line, why)
    for line in head:
        if not page.reason(line) and _is_byline(page, line):
            _take_byline(page, line, bylines.unbulleted(line.text))


def _keep(page: Lines, kind: str, text: str) -> None:
    if kind == "date of publication":
        page.published = page.published or bylines.date_of(text)
    elif kind == "byline":
        _sign(page, text)


def _is_byline(page: Lines, line: Line) -> bool:
    """A name among the page's data: beside a date or a counter, or the name of a known publisher alone."""
    name = bylines.unbulleted(line.text)
    if find_publisher(name):
        return True
    data = {"date of publication", "date of change", "counter"}
    beside = any(data.intersection(page.reason(near).split(", ")) for near in page.block(line))
    return beside and bool(bylines.NAME.fullmatch(name)) and len(name.split()) <= 4


def _take_byline(page: Lines, line: Line, name: str) -> None:
    page.cut(line, "byline")
    _sign(page, name)


def _sign(page: Lines, name: str) -> None:
    publisher = find_publisher(name)
    page.publisher = page.publisher or (publisher.name if publisher else None)
    # One unknown word beside the date is as likely the name of a section as that of a person.
    page.author = page.author or (name if publisher or " " in name else None)


def _take_tail(page: Lines) -> None:
    """Everything below the article: links to others, readers' comments, then line by line from the end."""
    _take_links(page)
    _take_comments(page)
    for line in reversed(page.kept()):
        if not page.stands_alone(line):
            return
        if author := bylines.author_of(line.text):
            _take_byline(page, line, author)
        elif (fields := bylines.fields_of(line.text)) and bylines.are_labelled(fields):
            page.cut(line, ", ".join(dict.fromkeys(kind for kind, _ in fields)))
            for kind, text in fields:
                _keep(page, kind, text)
        elif patterns.says_ai(line.text):
            page.notice = patterns.ai_notice(line.text)
            page.cut(line, "notice on how the text was made")
        elif why := patterns.edge(line.text) or patterns.anywhere(line.text) or patterns.tail(line.text):
            page.cut(line, why)
        else:
            return


def _take_links(page: Lines) -> None:
    """A heading such as "Related articles", and what follows, if no prose does."""
    kept = page.kept()
    for position in range(max(0, _end_of_prose(kept) - 1), len(kept)):
        if patterns.LINKS.fullmatch(_heading(kept[position].text)):
            for link in kept[position:]:
                if not patterns.says_ai(link.text) and not bylines.author_of(link.text):
                    page.cut(link, "links to other articles")
            return


def _take_comments(page: Lines) -> None:
    """A heading that counts readers' comments, with as many below it, or the form to write one."""
    kept = page.kept()
    total, above = sum(len(line.text) for line in kept), 0
    end_of_prose = _end_of_prose(kept)
    for position, line in enumerate(kept):
        below = len(kept) - position - 1
        match = patterns.COMMENTS.fullmatch(_heading(line.text))
        count = int(match["before"] or match["after"]) if match else 0
        are_comments = count and count <= below <= _LINES_A_COMMENT * count and above > 0.6 * total
        is_form = position + 1 >= end_of_prose and patterns.COMMENT_FORM.fullmatch(_heading(line.text))
        if (are_comments or is_form) and page.stands_alone(line):
            for comment in kept[position:]:
                page.cut(comment, "readers' comments")
            return
        above += len(line.text)


_LINES_A_COMMENT = 6


def _end_of_prose(kept: Sequence[Line]) -> int:
    """The place after the last line that may be prose; no prose follows what stands there or just before it."""
    return next((place + 1 for place in reversed(range(len(kept))) if _may_be_prose(kept[place])), 0)


def _take_notice(page: Lines) -> None:
    """The publisher's statement that a machine wrote the text, above the article or inside its last paragraphs."""
    kept = page.kept()
    for line in kept[:2]:
        if patterns.says_ai(line.text) and page.stands_alone(line):
            page.notice = page.notice or patterns.ai_notice(line.text)
            page.cut(line, "notice on how the text was made")
    for line in kept[-2:]:
        page.notice = page.notice or patterns.ai_notice(line.text)


def _take_anywhere(page: Lines) -> None:
    """What is furniture wherever it stands alone: credits of photos, counters, buttons, "Read also: …"."""
    kept = page.kept()
    for position, line in enumerate(kept):
        if not page.stands_alone(line):
            continue
        if why := patterns.anywhere(line.text):
            page.cut(line, why)
        if why == patterns.READ_ALSO_HEADING and position + 1 < len(kept):
            link = kept[position + 1]
            if not _may_be_prose(link) and page.stands_alone(link) and not link.text.startswith("#"):
                page.cut(link, why)


def _heading(text: str) -> str:
    return text.lstrip("# ").rstrip(" :")


def _letters(text: str) -> str:
    """A line as compared with the title: letters and digits only."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def _before_prose(lines: Sequence[Line]) -> list[Line]:
    """The lines above the first sentence of the article."""
    texts = [line for line in lines if line.text]
    end = next((place for place, line in enumerate(texts) if _is_prose(line.text)), len(texts))
    return texts[:end]


def _is_prose(text: str) -> bool:
    """A sentence of the article's own: not merely long, and not a known kind of furniture."""
    if len(text) <= 250 and not (text[-1] in ".…" and len(text.split()) >= 8):
        return False
    return not (patterns.edge(text) or patterns.anywhere(text) or patterns.says_ai(text))


def _may_be_prose(line: Line) -> bool:
    """Whether a line below a heading of links could be a sentence of the article rather than a headline."""
    text = line.text
    if patterns.edge(text) or patterns.anywhere(text) or patterns.tail(text) or patterns.says_ai(text):
        return False
    return len(text) > 250 or bool(_SENTENCE.search(text))


_SENTENCE = re.compile(r"^[—–«“]|[.…:;][»”\"']?$|[»”\"'][.!?…]$")
"""Speech, or an end that headlines do not have."""
