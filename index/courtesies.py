"""Greetings, thanks and farewells, which ask nothing: a quote that thanks somebody is no answer to them."""

import unicodedata

from index.analyze import words

_COURTESIES = """
hi hello hey dear good morning afternoon evening night day thank thanks thx you u very so much a lot many ok okay bye
goodbye great please welcome sorry cheers
привет здравствуй здравствуйте здрасте добрый доброе доброго день дня утро утра вечер вечера ночи спасибо спс большое
огромное благодарю вас тебя вам пока свидания до ок хорошо понятно ясно пожалуйста извините
прывітанне вітаю здароў добры добрай дзень дня раніца раніцы вечар вечара ночы дзякуй дзякую дзякуем вялікі шчыры табе
пабачэння да добра зразумела калі ласка прабачце бывай бывайце пакуль
pryvitannie vitaju dziakuj dziakuju dzakuj vialiki dobry dzien privet spasibo
"""


def is_courtesy(text: str) -> bool:
    """Whether every word of a text greets, thanks or takes leave, or nothing but emoji does: folded hands, a thumb."""
    if not any(character.isalnum() for character in text):
        return any(unicodedata.category(character) == "So" for character in text)
    said, courtesies = words(text), _COURTESIES.split()
    return bool(said) and all(word in courtesies for word in said)
