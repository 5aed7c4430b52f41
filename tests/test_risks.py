"""Grave facts are recognised in three languages; ordinary words are left alone."""

import pytest

from index.risks import Risk, risks

TOLD = {
    Risk.DEATH: (
        "He died in the colony on Sunday.",
        "Он умер в колонии в воскресенье.",
        "Ён памёр у калоніі ў нядзелю.",
    ),
    Risk.SUICIDE: (
        "She tried to take her life: a suicide attempt, the lawyer said.",
        "Адвокат сообщил о попытке самоубийства.",
        "Адвакат паведаміў пра спробу самагубства.",
    ),
    Risk.TORTURE: (
        "They were beaten in the detention centre.",
        "В изоляторе их избивали.",
        "У ізалятары іх збівалі.",
    ),
    Risk.HEALTH: (
        "She was taken to hospital with a stroke.",
        "Её увезли в больницу с инсультом.",
        "Яе павезлі ў бальніцу з інсультам.",
    ),
    Risk.DISAPPEARANCE: (
        "Nothing is known of his whereabouts.",
        "Его местонахождение не известно, он пропал.",
        "Ён знік, пра яго нічога не чуваць.",
    ),
    Risk.RELEASE: (
        "He was set free on Friday and pardoned.",
        "В пятницу его освободили.",
        "У пятніцу яго вызвалілі.",
    ),
    Risk.RE_DETENTION: (
        "A week later she was detained again.",
        "Через неделю её снова задержали.",
        "Праз тыдзень яе зноў затрымалі.",
    ),
    Risk.MINORS: (
        "His daughter was at school.",
        "Дочери было шесть лет, ребёнок остался один.",
        "Дачцэ было шэсць гадоў, дзіця засталося адно.",
    ),
    Risk.PLACE: (
        "He lives in a flat in Kalinouski street.",
        "Она живёт на улице Калиновского.",
        "Яна жыве на вуліцы Каліноўскага.",
    ),
}


def test_every_kind_has_examples_in_three_languages() -> None:
    assert set(TOLD) == set(Risk)
    assert all(len(texts) == 3 for texts in TOLD.values())


@pytest.mark.parametrize(("risk", "text"), [(risk, text) for risk, texts in TOLD.items() for text in texts])
def test_a_grave_fact_is_recognised(risk: Risk, text: str) -> None:
    assert risk in risks(text)
    assert risk in risks(text.upper())


@pytest.mark.parametrize(
    "text",
    [
        "The court in Homel heard the case on Friday. The prosecutor asked for three years.",
        "Sonia met the deadline; a rocket was launched in Sweden.",
        "Суд в Гомеле рассмотрел дело в пятницу. Прокурор запросил три года. Ракета, ракурс, удобный зал.",
        "Суд у Гомелі разгледзеў справу ў пятніцу. Пракурор запрасіў тры гады.",
        "",
    ],
)
def test_a_day_in_court_is_no_grave_fact(text: str) -> None:
    assert risks(text) == ()


def test_a_phrase_is_found_across_punctuation_and_hyphens_and_with_either_spelling_of_yo() -> None:
    assert Risk.RE_DETENTION in risks("He was re-arrested.")
    assert Risk.SUICIDE in risks("вскрыл, говорят, вены") or Risk.SUICIDE in risks("вскрыл вены")
    assert risks("ребёнок") == risks("ребенок") == (Risk.MINORS,)
