"""What is no longer so of what was announced: drafts of corrections and withdrawals. Pure.

An announced quote stands while its words are in the document it was taken from; spelling and punctuation may change.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from bot.matching import phrase
from bot.news import Draft, News, NewsKind, NewsQuote, Reason
from bot.proposals import Known, LeftOut, Proposal, quote_of
from bot.telling import Teller
from corpus.document import Document
from index.origins import same_words
from index.risks import risks

_ALIKE = 0.5
"""Share of common letters from which a sentence is the one that stood there before (difflib's ratio)."""
_TRIFLE = 0.9
"""The same, from which a correction may be one of spelling."""


def corrections(teller: Teller, known: Known) -> tuple[list[Proposal], list[LeftOut]]:
    """What is no longer so of what was announced, each message compared as it was corrected last."""
    documents = {document.id: document for document in teller.version.documents}
    proposals: list[Proposal] = []
    left_out: list[LeftOut] = []
    for news in _standing(known.announced):
        gone = [quote for quote in news.quotes if quote.document not in documents]
        changed = [q for q in news.quotes if q not in gone and not _stands(q, documents[q.document])]
        withdrawn = [quote for quote in gone if quote.document in known.withdrawn]
        if withdrawn:
            document = withdrawn[0].document
            reason = _reason(known.withdrawn[document])
            told = "" if reason else f"; people are told no reason, for it has none of: {', '.join(Reason)}"
            proposals.append(_withdrawal(news, reason, f"{document} was withdrawn{told}"))
        elif gone:
            why = f"quoted in № {news.number}, is not in the index and not withdrawn: `sprava corpus withdraw` says why"
            left_out.append(LeftOut(gone[0].document, why, settled=False))
        elif changed:
            proposals.append(_correction(teller, news, changed))
    return proposals, left_out


def _standing(announced: Sequence[News]) -> Iterable[News]:
    """Of each message and its corrections the last; a withdrawal has no quotes."""
    last: dict[int, News] = {}
    for news in announced:
        if news.corrects is None or not news.cancelled:
            last[news.corrects or news.number] = news
    return last.values()


def _stands(quote: NewsQuote, document: Document) -> bool:
    return quote.text in document.text or same_words(quote.text, document.text)


def _reason(tombstone: str) -> Reason | None:
    """The listed reason that a maintainer's words begin with or hold; no other words are ever told."""
    return next((reason for reason in Reason if reason in tombstone.casefold()), None)


def _withdrawal(news: News, reason: Reason | None, why: str) -> Proposal:
    draft = Draft(
        kind=NewsKind.WITHDRAWAL,
        documents=news.documents,
        cases=news.cases,
        publishers=news.publishers,
        stems=news.stems,
        corrects=news.corrects or news.number,
        reason=reason,
    )
    return Proposal(draft=draft, why=(why,), approval=())


def _correction(teller: Teller, news: News, changed: Sequence[NewsQuote]) -> Proposal:
    """What stands now where the changed quotes stood; a withdrawal, where nothing like one stands there."""
    numbers = {document.id: i for i, document in enumerate(teller.version.documents)}
    quotes: list[NewsQuote] = []
    alike = 0.0
    for old in changed:
        now = _now(teller, numbers[old.document], old.text)
        if now is None:
            gone = _withdrawal(news, Reason.SOURCE_CHANGED, f"{old.document} no longer says it")
            return replace(gone, settles=tuple(dict.fromkeys(quote.document for quote in changed)))
        start, end, share = now
        document = teller.version.documents[numbers[old.document]]
        quotes.append(quote_of(document, start, end, sensitive=old.sensitive, before=old.text))
        alike = max(alike, share)
    told = " ".join([quotes[0].title, *(f"{quote.before} {quote.text}" for quote in quotes)])
    draft = Draft(
        kind=NewsKind.CORRECTION,
        documents=news.documents,
        cases=news.cases,
        publishers=news.publishers,
        quotes=tuple(quotes),
        stems=f"{news.stems} {phrase(told)}",
        risks=risks(told),
        corrects=news.corrects or news.number,
        reason=Reason.SOURCE_CHANGED,
    )
    trifle = ("little differs: a mere spelling can be left out",) if alike >= _TRIFLE else ()
    why = tuple(f"{quote.document} says something else there now" for quote in quotes)
    settles = tuple(dict.fromkeys(quote.document for quote in quotes))
    return Proposal(draft=draft, why=why, approval=(*map(str, draft.risks), *trifle), settles=settles)


def _now(teller: Teller, number: int, before: str) -> tuple[int, int, float] | None:
    """The sentence, or two in a row, of a document that is most like what stood there; how alike they are."""
    document = teller.version.documents[number]
    best: tuple[int, int, float] | None = None
    for start, end in teller.spans(number):
        share = SequenceMatcher(None, before, document.text[start:end], autojunk=False).ratio()
        if share >= _ALIKE and (best is None or share > best[2]):
            best = (start, end, share)
    return best
