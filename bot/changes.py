"""What an index version has that nobody was told of: drafts of messages, and what is left out with the reason. Pure.

One message is one new document, with those that say the same; and one for each announced message whose quotes no
longer stand where they were quoted from.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.corrections import corrections
from bot.matching import phrase
from bot.news import Draft, NewsKind
from bot.proposals import Known, LeftOut, Proposal, quote_of
from bot.telling import Chosen, NothingQuotableError, Teller
from corpus.document import Document, PartialDate, Reliability
from corpus.publishers import find_publisher
from index.origins import from_files
from index.risks import risks

OLD_DAYS = 30
"""A document that came out earlier is no news unless somebody says so: archives are added too."""
_GOOD = {Reliability.A, Reliability.B}


@dataclass(frozen=True, slots=True)
class Comparison:
    """What there is to tell, corrections and withdrawals first, and what is left out."""

    proposals: tuple[Proposal, ...]
    left_out: tuple[LeftOut, ...]


def compare(teller: Teller, known: Known, *, today: date) -> Comparison:
    """What the version of `teller` tells beyond what is known."""
    corrected, gone = corrections(teller, known)
    fresh, left_out = _fresh(teller, known, today)
    settled = {news.key for news in known.announced} | known.considered.keys()
    proposals = [one for one in (*corrected, *fresh) if one.draft.key not in settled]
    told = {document for one in proposals for document in one.settles}
    return Comparison(tuple(proposals), tuple(one for one in (*gone, *left_out) if one.document not in told))


def _fresh(teller: Teller, known: Known, today: date) -> tuple[list[Proposal], list[LeftOut]]:
    """The new documents: each in exactly one message, or left out."""
    documents = teller.version.documents
    origin = from_files(teller.version.files).numbers
    groups: dict[int, list[int]] = defaultdict(list)
    left_out: list[LeftOut] = []
    announced = {document for news in known.announced for document in news.documents}
    there = {document.id for document in documents}
    renamed = {sha256: item for item, sha256 in known.considered.items() if item not in there}
    for number, document in enumerate(documents):
        if document.id in known.considered and document.id not in known.anew:
            if known.considered[document.id] != document.sha256:
                left_out.append(LeftOut(document.id, _changed(document, announced)))
        elif why := _never(teller, document, renamed):
            left_out.append(LeftOut(document.id, why))
        else:
            groups[origin[number]].append(number)
    members: dict[int, list[int]] = defaultdict(list)
    for number, own in enumerate(origin):
        members[own].append(number)
    proposals: list[Proposal] = []
    for first, group in groups.items():
        copies = [number for number in members[first] if number not in group]
        found, rest = _group(teller, group, copies, announced, today)
        proposals += found
        left_out += rest
    proposals.sort(key=lambda one: (one.draft.quotes[0].published, one.draft.documents))
    return proposals, left_out


def _never(teller: Teller, document: Document, renamed: Mapping[str, str]) -> str | None:
    """Why a new document makes no message, whatever else there is. `renamed` has the ids that are gone, by text."""
    if document.is_brief:
        return "a brief of ours: no source"
    if document.sha256 in renamed:
        return f"the same text as {renamed[document.sha256]} had"
    if teller.names_child(document):
        return "its title names a child"
    return None


def _changed(document: Document, announced: Set[str]) -> str:
    """What a change of a document that is no news means."""
    if document.id in announced:
        return "changed; what was announced from it stands"
    return f"changed; nothing was announced from it: --include {document.id} tells of it"


def _group(
    teller: Teller, group: Sequence[int], copies: Sequence[int], announced: Set[str], today: date
) -> tuple[list[Proposal], list[LeftOut]]:
    """The messages of new documents that copy each other, the best and earliest first; `copies` are the older ones."""
    documents = teller.version.documents
    proposals: list[Proposal] = []
    left_out: list[LeftOut] = []
    for number in sorted(
        group, key=lambda i: (documents[i].reliability, documents[i].published, documents[i].id)
    ):
        document = documents[number]
        told = [i for i in copies if _counts(documents[i], document, announced)]
        told += [i for i in group if any(documents[i].id in one.draft.documents for one in proposals)]
        try:
            chosen = teller.choose(number, told=told)
        except NothingQuotableError:
            left_out.append(LeftOut(document.id, "no sentence can be quoted: too long, or it names a child"))
            continue
        if chosen and document.reliability is Reliability.D:
            left_out.append(LeftOut(document.id, "label D alone"))
        elif chosen:
            proposals.append(_proposal(teller, document, chosen, today))
        elif proposals:
            proposals[0] = _with_copy(teller, proposals[0], document)
        else:
            left_out.append(LeftOut(document.id, f"a near-duplicate of {documents[told[0]].id}"))
    return proposals, left_out


def _counts(copy: Document, document: Document, announced: Set[str]) -> bool:
    """Whether what an older copy says is nothing new: it was announced, or is no worse a source."""
    if copy.is_brief:
        return False
    return copy.id in announced or copy.reliability in _GOOD or document.reliability not in _GOOD


def _proposal(teller: Teller, document: Document, chosen: Sequence[Chosen], today: date) -> Proposal:
    quotes = tuple(quote_of(document, one.start, one.end, sensitive=one.sensitive) for one in chosen)
    told = " ".join([document.title, *(quote.text for quote in quotes)])
    draft = Draft(
        kind=NewsKind.NEW,
        documents=(document.id,),
        cases=teller.people(document),
        publishers=_publishers([document]),
        quotes=quotes,
        stems=phrase(told),
        risks=risks(told),
    )
    approval = (*map(str, draft.risks), *_doubts(document, today))
    return Proposal(
        draft=draft, why=tuple(one.why for one in chosen), approval=approval, settles=(document.id,)
    )


def _with_copy(teller: Teller, proposal: Proposal, document: Document) -> Proposal:
    """The same for a further document that says nothing else."""
    draft = proposal.draft
    cases = (case for case in teller.people(document) if case not in draft.cases)
    publishers = dict.fromkeys((*draft.publishers, *_publishers([document])))
    more = replace(
        draft,
        documents=(*draft.documents, document.id),
        cases=(*draft.cases, *cases),
        publishers=tuple(publishers),
    )
    return replace(proposal, draft=more, settles=(*proposal.settles, document.id))


def _doubts(document: Document, today: date) -> Iterator[str]:
    """Why a document may be no news, or not one to rely on."""
    if document.reliability is Reliability.C:
        yield "label C alone"
    days = _days(document.published)
    if days is None:
        yield "undated"
    elif days[1] < today - timedelta(days=OLD_DAYS):
        yield f"published {document.published}, more than {OLD_DAYS} days ago"
    elif days[0] > today + timedelta(days=1):
        yield f"published {document.published}, which is yet to come"


def _days(published: PartialDate) -> tuple[date, date] | None:
    """The first and the last day that a date can mean."""
    if published.year is None:
        return None
    year, month = published.year, published.month
    first = date(year, month or 1, published.day or 1)
    if month is None:
        return first, date(year, 12, 31)
    return first, first if published.day else date(year, month, monthrange(year, month)[1])


def _publishers(documents: Sequence[Document]) -> tuple[str, ...]:
    found = (find_publisher(document.publisher) for document in documents)
    return tuple(publisher.id for publisher in found if publisher)
