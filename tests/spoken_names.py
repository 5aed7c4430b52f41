"""Names as people write them in questions: case forms, templates, invented people. For measuring, not for the product."""

import random

TEMPLATES: dict[str, tuple[str, ...]] = {
    "en": (
        "When was {n} arrested?",
        "Who is {n}?",
        "What was {n} charged with?",
        "{n}: how long was the sentence?",
        "Tell me about {n}",
        "Was {n} tortured in prison?",
        "how many years did {n} get",
        "What is known about {n}'s health?",
        "Has {n} been released, and when?",
        "Why did the court in Belarus convict {n} in December 2021?",
    ),
    "ru": (
        "Когда задержали {a}?",
        "Кто такой {n}?",
        "За что осудили {a}?",
        "Расскажи про {a}",
        "Что известно о {p}?",
        "Сколько лет дали {d}?",
        "Что случилось с {i} в колонии?",
        "Где сейчас {n}?",
        "какой приговор у {g}",
        "{n} на свободе?",
    ),
    "be": (
        "Калі затрымалі {a}?",
        "Хто такі {n}?",
        "За што асудзілі {a}?",
        "Раскажы пра {a}",
        "Што вядома аб {p}?",
        "Колькі гадоў далі {d}?",
        "Што здарылася з {i} у калоніі?",
        "Дзе цяпер {n}?",
        "які прысуд у {g}",
        "{n} на волі?",
    ),
}

_RU = {
    "hard": ("а", "у", "ом", "е"),
    "soft": ("я", "ю", "ем", "е"),
    "a": ("ы", "е", "ой", "е"),
    "ya": ("и", "е", "ей", "е"),
}
_BE = {
    "hard": ("а", "у", "ам", "у"),
    "soft": ("я", "ю", "ем", "ю"),
    "a": ("ы", "е", "ай", "е"),
    "ya": ("і", "і", "яй", "і"),
}
_CASES = "gdip"


def decline(word: str, *, language: str, female: bool) -> dict[str, str]:
    """The forms n, g, d, i, p, a of a Belarusian or Russian given name or surname, by schoolbook rules."""
    endings = _RU if language == "ru" else _BE
    forms = _adjective(word, language) or _noun(word, language, female, endings)
    if "a" not in forms:
        forms["a"] = forms["g"]
    return {"n": word, **forms}


def _adjective(word: str, language: str) -> dict[str, str] | None:
    stem = word[:-2]
    if language == "ru":
        if word.endswith(("ский", "цкий", "ный")):
            him = "им" if word.endswith("кий") else "ым"
            return {"g": stem + "ого", "d": stem + "ому", "i": stem + him, "p": stem + "ом"}
        if word.endswith("ая"):
            return dict.fromkeys("gdip", stem + "ой") | {"a": stem + "ую"}
    else:
        if word.endswith(("скі", "цкі")):
            stem = word[:-1]
            return {"g": stem + "ага", "d": stem + "аму", "i": stem + "ім", "p": stem + "ім"}
        if word.endswith("ая"):
            return dict.fromkeys("gdip", stem + "ай") | {"a": stem + "ую"}
    return None


def _noun(word: str, language: str, female: bool, endings: dict[str, tuple[str, ...]]) -> dict[str, str]:
    last, stem = word[-1], word[:-1]
    if last in "аяоы":
        return _vowel_noun(word, language, female, endings)
    if female or last in "іеэиу":
        return dict.fromkeys("gdip", word)
    if last in "йь":
        return dict(zip(_CASES, (stem + ending for ending in endings["soft"]), strict=True))
    stem = stem + "в" if last == "ў" else word
    if word.endswith(("ец", "ок", "ел", "ак")) and word not in {"Жук", "Рак"}:
        stem = word[:-2] + word[-1]
    forms = [stem + ending for ending in endings["hard"]]
    if word.endswith(("ов", "ев", "ёв", "аў", "оў", "еў", "ёў", "ин")):
        forms[2] = stem + "ым"
    elif language == "ru" and word[-1] in "чшщц":
        forms[2] = stem + "ем"
    return dict(zip(_CASES, forms, strict=True))


def _vowel_noun(
    word: str, language: str, female: bool, endings: dict[str, tuple[str, ...]]
) -> dict[str, str]:
    last, stem = word[-1], word[:-1]
    if last in "оы":
        return dict.fromkeys("gdip", word)
    forms = [stem + ending for ending in endings["a" if last == "а" else "ya"]]
    if last == "а" and stem[-1] in "кгхжшч":
        forms[0] = stem + ("и" if language == "ru" else "і")
    if language == "be" and last == "а" and stem[-1] == "к":
        forms[1] = forms[3] = stem[:-1] + "цы" if female else stem + "у"
    if language == "ru" and word.endswith("ия"):
        forms[1] = forms[3] = stem + "и"
    if word.endswith(("ова", "ева", "ава", "ёва", "ина")) and female and language == "ru" and len(word) > 5:
        forms[0] = forms[1] = forms[3] = stem + "ой"
    if word.endswith(("ова", "ева", "ава", "ёва")) and female and language == "be" and len(word) > 5:
        forms[0] = forms[1] = forms[3] = stem + "ай"
    return {**dict(zip(_CASES, forms, strict=True)), "a": stem + ("у" if last == "а" else "ю")}


def ask(template: str, name: str, *, language: str, female: bool) -> str:
    """A question about a name; Cyrillic names take the case that the template asks for."""
    if language == "en":
        return template.format(n=name)
    parts = [decline(part, language=language, female=female) for part in name.split()]
    return template.format(**{case: " ".join(part[case] for part in parts) for case in "ngdipa"})


_GIVEN_HE = """
Пётр/Пётр Аркадзь/Аркадий Вацлаў/Вацлав Тамаш/Томаш Арсень/Арсений Канстанцін/Константин Леанід/Леонид
Яраслаў/Ярослав Раман/Роман Станіслаў/Станислав Глеб/Глеб Кірыл/Кирилл Багдан/Богдан Міхась/Михаил
Васіль/Василий Іван/Иван Сцяпан/Степан Данііл/Даниил Фёдар/Фёдор Віталь/Виталий
"""
GIVEN_HE = tuple(pair.split("/") for pair in _GIVEN_HE.split())
_GIVEN_SHE = """
Ганна/Анна Вольга/Ольга Аксана/Оксана Людміла/Людмила Кацярына/Екатерина Зоя/Зоя Надзея/Надежда
Вераніка/Вероника Тамара/Тамара Яніна/Янина Алеся/Олеся Крысціна/Кристина Юлія/Юлия Галіна/Галина
Ксенія/Ксения
"""
GIVEN_SHE = tuple(pair.split("/") for pair in _GIVEN_SHE.split())
_SURNAMES_HE = """
Каваленка/Коваленко Шпакоўскі/Шпаковский Гарэцкі/Горецкий Зубовіч/Зубович Пракопчык/Прокопчик
Верамейка/Веремейко Якімюк/Якимюк Дарашэвіч/Дорошевич Лапата/Лопата Мароз/Мороз Сцепанюк/Степанюк
Курловіч/Курлович Драздоў/Дроздов Асіповіч/Осипович Бялькевіч/Белькевич Голуб/Голуб Рудкоўскі/Рудковский
Гаўрылюк/Гаврилюк Сянько/Сенько Вашкевіч/Вашкевич Трацяк/Третьяк Кузьміцкі/Кузьмицкий Навумчык/Наумчик
Цішкевіч/Тышкевич Старавойтаў/Старовойтов Пятроў/Петров Казлоўскі/Козловский Жук/Жук Шыманскі/Шиманский
Марозаў/Морозов Рамановіч/Романович Сідарэнка/Сидоренко Панамароў/Пономарёв Крыўко/Кривко
Шаблінскі/Шаблинский Хацкевіч/Хацкевич Бандарэнка/Бондаренко Лісоўскі/Лисовский Скарына/Скорина
Мялешка/Мелешко Юшкевіч/Юшкевич Грыцук/Грицук Ваўчок/Волчок Дземідовіч/Демидович Кандраценка/Кондратенко
Радзюк/Радюк Ціток/Титок Прыходзька/Приходько Крук/Крук Лебедзеў/Лебедев
"""
SURNAMES_HE = tuple(pair.split("/") for pair in _SURNAMES_HE.split())
_LATIN_SIGNS = {
    "en": ("a b v h d ie io zh z i i k l m n o p r s t u u f kh ts ch sh y e yu ia", ""),
    "latn": ("a b v h d je jo ž z i j k l m n o p r s t u ŭ f ch c č š y e ju ja", ""),
}
_LETTERS = "абвгдеёжзійклмнопрстуўфхцчшыэюя"


def latinise(word: str, signs: str) -> str:
    """A Belarusian word in the Latin letters of passports ("en") or of Łacinka ("latn")."""
    table = dict(zip(_LETTERS, _LATIN_SIGNS[signs][0].split(), strict=True)) | {"ь": "", "'": ""}
    latin = "".join(table[letter] for letter in word.casefold())
    return latin[0].upper() + latin[1:]


def invented_people(count: int, seed: int) -> list[tuple[dict[str, str], bool]]:
    """People who do not exist: the name by spelling (be, ru, en, latn), and whether it is a woman's."""
    draw = random.Random(seed)
    people: dict[str, tuple[dict[str, str], bool]] = {}
    while len(people) < count:
        female = draw.random() < 0.35
        given = draw.choice(GIVEN_SHE if female else GIVEN_HE)
        surname = draw.choice(SURNAMES_HE)
        be, ru = (_hers(surname[0]), _hers(surname[1])) if female else surname
        names = {"be": f"{given[0]} {be}", "ru": f"{given[1]} {ru}"}
        for signs in ("en", "latn"):
            names[signs] = " ".join(latinise(part, signs) for part in names["be"].split())
        people[names["be"]] = (names, female)
    return list(people.values())


def _hers(surname: str) -> str:
    if surname.endswith(("скі", "цкі")):
        return surname[:-1] + "ая"
    if surname.endswith(("ский", "цкий")):
        return surname[:-2] + "ая"
    if surname.endswith(("оў", "аў", "еў", "ёў")):
        return surname[:-1] + "ва"
    return surname + "а" if surname.endswith(("ов", "ев", "ёв")) else surname
