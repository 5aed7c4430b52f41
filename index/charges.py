"""Charges that a text names, by article of the Criminal Code of Belarus or in words: en, ru, be."""

import re
from collections.abc import Iterator

_CHARGES = {
    "riots": (293, r"mass (?:riot|unrest|disorder|disturbance)|массов\w+ беспоряд|масав\w+ беспарад"),
    "public-order": (342, r"public order|общественн\w+ поряд|грамадск\w+ парад"),
    "incitement": (
        130,
        r"incit\w+ (?:to )?(?:hatred|hostility|enmity)|разжиган|возбужден\w+ вражд|распальван",
    ),
    "extremism-aid": (
        3614,
        r"(?:aid|assist|facilitat|support|abet)\w+ (?:to )?extremis|содействи\w+ экстремис|садзейнічан\w+ экстрэміс",
    ),
    "extremist-formation": (
        3611,
        r"extremist (?:formation|group)|экстремистск\w+ формирован|экстрэмісцк\w+ фарміраван",
    ),
    "insult-president": (
        368,
        r"insult\w* (?:of |to )?(?:the )?president|оскорблен\w+ (?:президента|лукашенк)|абраз\w+ (?:прэзідэнта|лукашэнк)",
    ),
    "slander-president": (367, r"(?:slander|defam|libel)\w*|клевет|паклёп"),
    "sanctions": (361, r"calls? (?:for|to) (?:sanction|action)\w*|призыв\w* к санкц|заклік\w* да санкц"),
    "treason": (356, r"treason|государственн\w+ измен|измен\w+ (?:родин|государств)|здрад\w+"),
    "espionage": (358, r"espionage|spying|шпион|шпіян"),
    "seizing-power": (
        357,
        r"(?:seiz\w+|conspir\w+)[\w ]{0,12} power|захват\w* власт|заговор|захоп\w* улад|змов",
    ),
    "terrorism": (289, r"terroris|терроризм|террористич|тэрарыз|тэрарыст"),
    "tax": (243, r"tax (?:evasion|fraud)|уклонен\w+ от (?:уплаты )?налог|ухілен\w+ ад (?:выплаты )?падатк"),
    "smuggling": (228, r"smuggl|контрабанд|кантрабанд"),
    "hooliganism": (339, r"hooligan|хулиган|хуліган"),
    "disobedience": (411, r"disobe|неповинов|непадпарадк|злостн\w+ непослуш"),
}
_CHARGE = {
    name: re.compile(rf"(?<!\w)(?:{words})\w*", re.IGNORECASE) for name, (_, words) in _CHARGES.items()
}
_OF_ARTICLE = {number: name for name, (number, _) in _CHARGES.items()}
_ARTICLE = re.compile(
    r"(?:\barticles?|\bart\.|(?<!\w)ст\.|(?<!\w)стать\w+|(?<!\w)артыкул\w*|(?<!\w)арт\.)\s*(?P<number>\d{2,3}(?:[-.]\d)?)",
    re.IGNORECASE,
)


UNLISTED = "article "
"""What the name of an article begins with that is not in the table: it may be any charge."""


def charges_in(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and name of each charge; an article that is not in the table is named by its number."""
    for match in _ARTICLE.finditer(text):
        number = int(re.sub(r"\D", "", match["number"]))
        yield match.start(), match.end(), _OF_ARTICLE.get(number, f"{UNLISTED}{match['number']}")
    for name, pattern in _CHARGE.items():
        for match in pattern.finditer(text):
            yield match.start(), match.end(), name
