"""What in a question tells of a person: words before a name, what is asked about people, how surnames end."""

import re

from corpus.fold import Token
from index.ordinary import ORDINARY

_CASE_ENDING = "(?:|a|e|i|v|am|em|im|ai|ei|ae|av|avi|evi|as)"
_ADJECTIVE_ENDING = "(?:i|aha|amv|im|am|ih|ae|ai|v|a|is)"
_SURE_SURNAME = re.compile(
    f".{{2,}}(?:(?:[ae]vic|enk|cvk|ivk|icik){_CASE_ENDING}|(?:[aeiv]|[^aeiv]a)[sc]k{_ADJECTIVE_ENDING})"
)
_SURNAME = re.compile(
    f".{{2,}}(?:(?:[ae]vic|[^aeiv]{{1,2}}ic|enk|[^aeiv]vk|[ae]v|e[nv]?[cvt]|en[ct]|[cn]ik|eik|ein){_CASE_ENDING}|[sc]k{_ADJECTIVE_ENDING})"
)
_PLAIN_IC = re.compile(r"[^vwo]ics?$")
"""English music and public: a surname would have ich, ič or icz, if it is not -vic."""
_ADJECTIVE = re.compile(
    "(?:[сцз]к|[^аеиоуыэюяіё]н)(?:ий|ый|ой|ая|ую|ое|ого|ому|ом|ие|ые|их|ых|і|ы|ага|аму|ім|ым|ае|ія|ыя|іх)$",
    re.IGNORECASE,
)
_NOUN = re.compile(r"\s+([^\W\d_A-ZА-ЯЁІЎ]+)\b")
_NO_NOUN = re.compile(
    r"\w{1,3}|\w+(?:[аеиыуяё]л[аоиі]?|[шв][её]л|[ўв]|[лв]?с[яь]|ць|ть|ть?ся|[уаяию]т|(?<!т)ет|ець|[уаю]ць|но|то|ли)"
    r"|сейчас|теперь|сегодня|вчера|снова|опять|дома|когда|после|перед|через|около|против|жив\w*|свобод\w+"
    r"|цяпер|зараз|сёння|учора|зноў|яшчэ|калі|пасля|після|перад|праз|каля|супраць|жыв\w*",
    re.IGNORECASE,
)
"""A verb by its ending, an adverb, or a word that joins others: what may follow a surname."""
DESCRIBES = re.compile(r"\w+(?:[^ск]ого|[^ск]ому|[^ск]ых|[^ск]ага)", re.IGNORECASE)
"""The first of two capitalised words, where it is no name: Святого Августина, Соединенных Штатов."""
WHO = re.compile(
    r"(?:who(?:'s| is| was| are)|кто так(?:ой|ая|ие)|хто так(?:і|ая|ія)|хто такий|kto taki|chto taki|chto takaja|kto takoi|kto takaya)\s+$",
    re.IGNORECASE,
)
"""Before a name, at the end of what precedes it."""
ON_A_PERSON = re.compile(
    r"\b(?:arrest|charg|accus|sentenc|convict|releas|freed|prison|jail|detain|tortur|born|died|health|years did|wife|husband|"
    r"about|known|famil|pardon|hunger|lawyer|задерж|арест|осуди|осужд|приговор|освобо|срок|лет дали|дали|колони|пыт|тюрьм|"
    r"помилов|голодовк|здоров|известно|расскаж|родил|умер|обвин|на свободе|затрым|арышт|асудзі|асудж|прысуд|вызвал|тэрмін|"
    r"далі|калоні|катава|турм|памілав|галадоўк|здароў|вядома|раскаж|нарадз|памёр|абвінава|на волі)",
    re.IGNORECASE,
)
"""Anywhere in a question about what happened to somebody."""
IN_A_PLACE = re.compile(
    r"\b(?:in|at|from|to|near|в|во|из|ў|з|са|каля|около|под|над|на|до|да|(?<!прысуд )(?<!тэрмін )(?<!приговор )(?<!срок )у)\s+$",
    re.IGNORECASE,
)
"""Before a name that may be a place's; приговор у … asks about a person."""
RELATIVE = re.compile(
    r"\b(?:wife|husband|father|mother|son|daughter|brother|sister|parents?|family|relatives?|child(?:ren)?|"
    r"жен[аыуеоё]й?|жонк\w*|дружин\w*|муж(?:а|у|ем)?|мужам|отец|отц\w+|бацьк\w*|батьк\w*|мать|матер\w+|маці|маткі|мам[аыуе]|"
    r"сын\w*|доч\w+|дач[кц]\w+|брат\w*|сестр\w*|сястр\w*|родител\w+|семь\w+|сям['’ʼ]\w+|родствен\w+|сваяк\w*|"
    r"дет(?:и|ей|ям|ях)|дзеці|дзяцей|дзецям|ребён\w+|ребен\w+|дзіця\w*)\b",
    re.IGNORECASE,
)
"""A relative."""


def has_surname_ending(token: Token) -> bool:
    """Whether a word ends as many Slavic surnames do, in any case form; some ordinary words do as well."""
    return len(token.skeleton) >= 5 and token.skeleton not in ORDINARY and _ends(token, _SURNAME)


def is_surely_surname(token: Token) -> bool:
    """Whether a word ends as hardly anything but a Slavic surname does."""
    return token.skeleton not in ORDINARY and _ends(token, _SURE_SURNAME)


def is_adjective(question: str, token: Token) -> bool:
    """Whether a word that ends like Тихановский is the adjective of a noun: Киотский протокол, Римской империи.

    Never in a question about what happened to somebody: there an unknown person must not pass for a place.
    """
    if not _ADJECTIVE.search(token.word) or ON_A_PERSON.search(question):
        return False
    noun = _NOUN.match(question, token.end)
    return noun is not None and not _NO_NOUN.fullmatch(noun[1]) and not RELATIVE.fullmatch(noun[1])


def _ends(token: Token, pattern: re.Pattern[str]) -> bool:
    return pattern.fullmatch(token.skeleton) is not None and not _PLAIN_IC.search(token.word.casefold())
