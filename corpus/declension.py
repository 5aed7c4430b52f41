"""The case forms of a name, as skeletons: Belarusian, Russian, Ukrainian and Polish endings by how the word ends.

Forms are generated from a known name and looked up exactly; nothing is ever stripped from an unknown word, so
Ціханоўскаму (his) and Ціханоўскай (hers) stay apart. Generous where that costs nothing: a form that no language
uses is never met.
"""

import re
from functools import lru_cache

_REPEATED = re.compile(r"(\D)\1+")
_CONSONANT = "bcdfhklmnprstvz"

_MASCULINE = ("", "a", "e", "i", "v", "am", "em", "im", "avi", "evi", "as")
_ADJECTIVE_HE = ("i", "aha", "amv", "im", "am", "ih", "eha", "emv", "is")
_ADJECTIVE_SHE = ("ae", "a", "ai", "av", "v", "ei", "e")
_ENDS_IN_A = ("a", "i", "e", "v", "ai", "ei", "av", "ae", "am", "em", "avi")
_ENDS_IN_E = ("e", "i", "v", "ei", "ev", "a")
_PLURAL = ("i", "", "ei", "av", "ev", "am", "em", "ami", "emi", "ah", "eh")
_NEUTER_ADJECTIVE = ("ae", "aha", "amv", "im", "am")


@lru_cache(maxsize=1 << 14)
def name_forms(skeleton: str, female: bool) -> frozenset[str]:
    """Every case form of a person's first name or surname, with the name itself."""
    if female and skeleton[-1:] in _CONSONANT:
        return frozenset(
            {skeleton, f"{skeleton}ava", f"{skeleton}avai", f"{skeleton}av"}
        )  # Czech and Slovak -ová
    if skeleton.endswith(("ski", "cki", "zki")) and not female:
        return _join(skeleton[:-1], _ADJECTIVE_HE)
    if skeleton.endswith(("skae", "ckae", "ska", "cka")):
        return _join(skeleton[: -2 if skeleton.endswith("ae") else -1], _ADJECTIVE_SHE) | {skeleton}
    return _noun_forms(skeleton)


@lru_cache(maxsize=1 << 14)
def place_forms(skeleton: str) -> frozenset[str]:
    """Every case form of a single word that names a place or an organisation, with the word itself."""
    if skeleton.endswith("ae"):
        return _join(skeleton[:-2], _NEUTER_ADJECTIVE + _ADJECTIVE_SHE)
    if skeleton.endswith("i"):
        return _join(skeleton[:-1], _PLURAL + _ADJECTIVE_HE)
    if skeleton[-1:] in _CONSONANT:
        return _noun_forms(skeleton) | _join(skeleton, _PLURAL) | _join(_without_fleeting(skeleton), _PLURAL)
    return _noun_forms(skeleton)


def _noun_forms(skeleton: str) -> frozenset[str]:
    if len(skeleton) < 3:
        return frozenset({skeleton})
    stem, last = skeleton[:-1], skeleton[-1]
    if last == "a":
        shifted = (
            _join(f"{stem[:-1]}t", ("i", "e")) if stem.endswith("k") else frozenset[str]()
        )  # Лойка, Лойцы
        return _join(stem, _ENDS_IN_A) | shifted
    if last == "e":
        return _join(stem, _ENDS_IN_E) | {f"{skeleton}m"}
    if last == "i":
        return _join(stem, ("i", "e", "v", "em", "ev", "evi")) | {
            f"{skeleton}{ending}" for ending in ("s", "em", "a")
        }
    return _join(skeleton, _MASCULINE) | _join(_without_fleeting(skeleton), _MASCULINE[1:]) | {skeleton}


def _without_fleeting(skeleton: str) -> str:
    """Дзядк- of Дзядок, Севярынц- of Севярынец, вязн- of вязень; any other word as it is."""
    fleeting = (
        len(skeleton) > 3 and skeleton[-2] in "ae" and skeleton[-1] in "ckln" and skeleton[-3] in _CONSONANT
    )
    return skeleton[:-2] + skeleton[-1] if fleeting else skeleton


def _join(stem: str, endings: tuple[str, ...]) -> frozenset[str]:
    forms = {_REPEATED.sub(r"\1", stem + ending) for ending in endings}
    if stem.endswith(
        "c"
    ):  # ц is t before a soft vowel, ч is not, and the skeleton does not tell which one this was
        forms |= {f"{stem[:-1]}t{ending}" for ending in endings if ending[:1] in {"e", "i"}}
    return frozenset(forms)
