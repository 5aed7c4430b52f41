"""What may be followed as a word: long enough to mean something, and neither a child's or a private person's name nor a way
to private data, to somebody's relatives or to children."""

import re
import unicodedata

from bot.record import MAX_KEYWORD, MAX_QUESTION, MIN_KEYWORD
from corpus.cases import Cases
from corpus.fold import tokens
from index.kin import Kin, kin_of
from index.learnt import Learnt
from index.names import resolve
from index.ordinary import ORDINARY
from index.risks import Risk, risks

MANY_WORDS = 3
"""So many may still be looked for together; from so many on a text may be a question."""

_PRIVATE = re.compile(
    r"\b(?:address|phone|telephone|mobile|passport|apartment|school|kindergarten|classmate|workplace|employer|"
    r"place of (?:work|residence)|child|kids?\b|minors?\b|toddler|bab(?:y|ies)\b|"
    r"адрес|телефон|паспорт|квартир|школ|детсад|садик|однокласс|работодател|прописк|ребён|ребен|"
    r"мест\w* (?:работ|жительств|уч[её]б)|дет(?:и|ей|ям|ях|ск\w+)\b|несовершеннолет|"
    r"адрас|тэлефон|пашпарт|кватэр|аднаклас|працадаўц|прапіс(?:к|ц)|месц\w* (?:прац|жыхарств|вучоб)|"
    r"дзіц|дзец|дзяц|непаўналет)"
    r"|\d{6}|\d[\d ()-]{8,}\d|\w@\w",
    re.IGNORECASE,
)
_KIN = re.compile(
    r"\b(?:wives|husbands|spouses|(?:fore|step|god|grand)?(?:father|mother|brother|sister|parent)s?|dadd(?:y|ies)|moms|mummy|"
    r"famil(?:y|ies)|relatives?|next of kin|in-laws?|uncles?|aunts?|cousins?|nephews?|nieces?|widow(?:er)?s?|"
    r"fianc[eé]e?s?|girlfriends?|boyfriends?|"
    r"жён(?:ы|ам|ами|ах)?|сест[её]р|сынок|родн(?:ые|ых|ым|ыми)|родственни[кц]\w*|бабуш\w+|дедуш\w+|дед(?:а|у|ом|ы|ов)?|"
    r"вдов(?:а|ы|е|у|ой|ец|ца|цу)|невест(?:а|ы|е|у|ой|к\w+)|жених\w*|т[её]т[яиею]|дяд[яиею]|плем[яе]нни\w+|т[её]щ\w+|свекров\w+|"
    r"сямейнік\w*|родн(?:ыя|ымі)|сваяч\w+|бабул\w+|дзед(?:а|у|ам|ы|аў)?|дзядул\w+|удав(?:а|ы|е|у|ой|ец|ца)|"
    r"нявест\w+|жаніх\w*|цётк\w*|цётц\w+|дзядзьк\w+|пляменні\w+|цешч\w*|свякро\w+)\b",
    re.IGNORECASE,
)
"""Relatives whom `index.kin` does not list, and forms that it does not make."""
_NO_KIN = re.compile(r"(?:зон|родин)[а-яё]{1,3}", re.IGNORECASE)
"""A prison zone and a homeland, which are a wife in Polish and a family in Ukrainian."""
_DESCRIBES = re.compile(r"\w+(?:[ыи]й|ая|ое|[ыи]е|[кгн]і|[ыі]я)", re.IGNORECASE)
"""The first of two capitalised words, where it is hardly a name: Красный Крест, Еврапейскі Саюз."""
_OF_A_CHILD = {Kin.SON, Kin.DAUGHTER, Kin.CHILDREN}


def keyword(text: str) -> str | None:
    """The text as a keyword; None where it is too short, too long, or holds no word."""
    word = " ".join(unicodedata.normalize("NFC", text).split())
    fits = MIN_KEYWORD <= len(word) <= MAX_KEYWORD and word.isprintable()
    return word if fits and sum(letter.isalnum() for letter in word) >= MIN_KEYWORD else None


def is_question(text: str) -> bool:
    """Whether a text is long enough to be asked, and short enough to be kept."""
    return len(text) <= MAX_QUESTION and (len(text.split()) >= MANY_WORDS or text.rstrip().endswith("?"))


def is_protected(text: str, cases: Cases) -> bool:
    """Whether a text names a child."""
    found = resolve(text, cases=cases)
    return any(cases[case].protected for case in found.cases)


def asks_of_a_child(question: str, cases: Cases) -> bool:
    """Whether a question asks about somebody's child."""
    return not _OF_A_CHILD.isdisjoint(resolve(question, cases=cases).kin)


def is_private(word: str) -> bool:
    """Whether a keyword is one by which private data, somebody's relatives or children would be watched."""
    return (
        _PRIVATE.search(word) is not None
        or _KIN.search(word) is not None
        or Risk.MINORS in risks(word)
        or any(kin_of(token) and not _NO_KIN.fullmatch(token.word) for token in tokens(word))
    )


def names_a_stranger(word: str, cases: Cases, learnt: Learnt) -> bool:
    """Whether a keyword is the name of somebody whom neither the cases nor the documents know."""
    found = resolve(word, cases=cases, learnt=learnt)
    if found.unknown:
        return True
    read = tokens(word)
    names = [token for token in read if token.word.istitle() and token.word.isalpha()]
    if len(read) not in {2, 3} or len(names) < len(read) or _DESCRIBES.fullmatch(read[0].word):
        return False
    if found.cases or found.learnt or next(cases.phrases(word, read), None):
        return False  # known, or an organisation or a place
    if any(token.skeleton in cases.given for token in read):
        return not learnt.knows_name([token.skeleton for token in read])
    if found.ambiguous:
        return False
    strange = (token for token in read if token.skeleton not in ORDINARY and learnt.covers(token.word))
    return any(not learnt.knows_similar_word(token.skeleton) for token in strange)
