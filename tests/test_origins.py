"""Copies are recognised under other titles and after cuts; independent reports of one event stay apart."""

import random
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.document import Document, PartialDate, Reliability
from index.origins import Origins, from_files, origins, same_words, to_files

AGENCY = {
    "en": """A court in Homel sentenced the blogger Ivan Prykladau to six years in prison on Tuesday, the human rights group Prava said. He had been held without contact to his family since February. The judge heard no witnesses for the defence and closed the doors after the first hour.

His lawyer lost her licence two weeks before the hearing. The prosecutor said that eleven posts on a channel with four thousand readers had called for disorder. Prykladau denied it and asked the court to read the posts aloud, which it refused.

His mother waited at the gate until dark. She told reporters that she had seen him for less than a minute, pale and much thinner, and that he had smiled. The family will appeal, although no appeal of this kind has succeeded since the autumn of 2020.""",
    "ru": """Суд в Гомеле во вторник приговорил блогера Ивана Прикладова к шести годам колонии, сообщила правозащитная группа «Права». С февраля он сидел без связи с семьёй. Свидетелей защиты судья слушать не стала и через час закрыла двери зала.

Его адвокат лишилась лицензии за две недели до заседания. Прокурор заявил, что одиннадцать записей в канале с четырьмя тысячами читателей призывали к беспорядкам. Прикладов отрицал это и просил зачитать записи вслух, но ему отказали.

Мать ждала у ворот до темноты. Она рассказала журналистам, что видела сына меньше минуты, он был бледен, сильно похудел и улыбался. Семья подаст жалобу, хотя ни одна такая жалоба с осени 2020 года не помогла.""",
    "be": """Суд у Гомелі ў аўторак прысудзіў блогеру Івану Прыкладаву шэсць гадоў калоніі, паведаміла праваабарончая група «Права». З лютага ён сядзеў без сувязі з сям'ёй. Сведак абароны суддзя слухаць не стала і праз гадзіну зачыніла дзверы залы.

Яго адвакатка страціла ліцэнзію за два тыдні да пасяджэння. Пракурор заявіў, што адзінаццаць допісаў у канале з чатырма тысячамі чытачоў заклікалі да беспарадкаў. Прыкладаў адмаўляў гэта і прасіў зачытаць допісы ўголас, але яму адмовілі.

Маці чакала каля варот да цемры. Яна расказала журналістам, што бачыла сына менш за хвіліну, ён быў бледны, моцна схуднеў і ўсміхаўся. Сям'я падасць скаргу, хоць ніводная такая скарга з восені 2020 года не дапамагла.""",
}
OWN_REPORT = {
    "en": """Six years for a blogger from Homel: that is how the trial of Ivan Prykladau ended on Tuesday. Our correspondent counted nine people in the courtroom before everybody was asked to leave. What the accused had written, we were able to read in an archive: complaints about roads, a joke about the mayor, an appeal to vote.

Colleagues remember him as a man who answered every letter. Prava, a group that follows such trials, calls him a political prisoner. The court's press office did not pick up the telephone. Under the law he has ten days to contest the verdict.""",
    "ru": """Шесть лет за записи о дорогах: так закончился процесс над гомельским блогером Иваном Прикладовым. Наш корреспондент насчитал в зале девять человек, пока всех не попросили выйти. Что именно писал обвиняемый, мы смогли прочитать в архиве: жалобы на ямы, шутка о мэре, призыв прийти на выборы.

Коллеги помнят его как человека, который отвечал на каждое письмо. Группа «Права» называет его политзаключённым. В пресс-службе суда не взяли трубку. По закону на обжалование у него десять дней.""",
    "be": """Шэсць гадоў за допісы пра дарогі: так скончыўся працэс над гомельскім блогерам Іванам Прыкладавым. Наш карэспандэнт налічыў у зале дзевяць чалавек, пакуль усіх не папрасілі выйсці. Што менавіта пісаў абвінавачаны, мы змаглі прачытаць у архіве: скаргі на ямы, жарт пра мэра, заклік прыйсці на выбары.

Калегі памятаюць яго як чалавека, які адказваў на кожны ліст. Група «Права» называе яго палітвязнем. У прэс-службе суда не ўзялі слухаўку. Паводле закона на абскарджанне ў яго дзесяць дзён.""",
}
LANGUAGES = sorted(AGENCY)


def document(name: str, text: str, day: int = 12, *, label: Reliability = Reliability.B) -> Document:
    """A document with that text, published in March 2024."""
    published = PartialDate(2024, 3, day)
    return Document(
        id=name, title=name, publisher=name, published=published, language="en", reliability=label, text=text
    )


def reworded(text: str, share: float) -> str:
    """The text with that share of its words, evenly spread, replaced by others."""
    changed = 0.0
    words = []
    for word in text.split():
        changed += share
        words.append("otherwise" if changed >= 1 else word)
        changed %= 1
    return " ".join(words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_agency_copy_with_another_first_line_is_no_origin(language: str) -> None:
    text = AGENCY[language]
    copy = "HOMEL, 12 March. By our newsroom with agency material.\n\n" + text.replace("\n\n", "\n")
    assert origins([document("copy", copy, 13), document("agency", text)]).numbers == (1, 1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mirror_that_cuts_a_paragraph_is_no_origin(language: str) -> None:
    text = AGENCY[language]
    for cut in range(3):
        mirror = "\n\n".join(part for i, part in enumerate(text.split("\n\n")) if i != cut)
        assert origins([document("agency", text), document("mirror", mirror, 13)]).numbers == (0, 0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_rewrite_is_recognised_up_to_a_fifth_of_its_words_and_not_from_two_fifths(language: str) -> None:
    text = AGENCY[language]
    for share, same in ((0.1, True), (0.2, True), (0.4, False), (0.6, False)):
        found = origins([document("agency", text), document("rewrite", reworded(text, share), 13)])
        assert (found.numbers == (0, 0)) is same, share


@pytest.mark.parametrize("language", LANGUAGES)
def test_independent_reports_of_one_event_stay_apart(language: str) -> None:
    found = origins([document("agency", AGENCY[language]), document("own", OWN_REPORT[language])])
    assert found.numbers == (0, 1)
    assert found.copies(0) == ()


def test_a_translation_is_not_recognised() -> None:
    assert origins([document(code, AGENCY[code]) for code in LANGUAGES]).numbers == (0, 1, 2)


def test_spelling_and_accents_do_not_hide_a_copy() -> None:
    text = AGENCY["be"]
    copy = text.replace("ў", "у").replace("'", "’").upper()
    assert origins([document("a", text), document("b", copy, 13)]).numbers == (0, 0)


def test_the_first_publisher_has_the_earliest_date_then_the_better_label_then_the_lower_id() -> None:
    text = AGENCY["en"]
    later, earlier = document("a", text, 13, label=Reliability.A), document("b", text, 12)
    assert origins([later, earlier]).numbers == (1, 1)
    labelled = document("z", text, 12, label=Reliability.A)
    assert origins([earlier, labelled]).numbers == (1, 1)
    assert origins([document("c", text), document("b", text)]).numbers == (1, 1)


def test_a_date_that_is_not_known_is_never_the_first() -> None:
    text = AGENCY["en"]
    undated = replace(document("a", text), published=PartialDate())
    month = replace(document("b", text), published=PartialDate(2024, 3))
    assert origins([undated, month, document("c", text)]).numbers == (2, 2, 2)


def test_a_copy_of_a_copy_has_the_origin_of_the_first() -> None:
    text = AGENCY["en"]
    first = document("a", text)
    second = document("b", reworded(text, 0.16), 13)
    third = document("c", reworded(second.text, 0.14), 14)
    assert origins([first, third]).numbers == (0, 1)
    found = origins([first, second, third])
    assert found.numbers == (0, 0, 0)
    assert found.copies(0) == (1, 2)


def test_a_digest_does_not_make_one_origin_of_the_reports_that_it_copies() -> None:
    one, other = document("a", AGENCY["en"]), document("b", OWN_REPORT["en"])
    digest = document("c", one.text + "\n\n" + other.text, 14)
    numbers = origins([one, other, digest]).numbers
    assert numbers[:2] == (0, 1)
    assert numbers[2] in (0, 1)


def test_texts_without_words_are_nobodys_copies() -> None:
    assert origins([]).numbers == ()
    assert origins(
        [document("a", "…"), document("b", "!"), document("c", "No."), document("d", "no", 13)]
    ).numbers == (
        *(0, 1),
        *(2, 2),
    )


@given(st.data())
def test_an_update_finds_what_a_new_start_finds(data: st.DataObject) -> None:
    texts = [AGENCY["en"], OWN_REPORT["en"], reworded(AGENCY["en"], 0.1), reworded(OWN_REPORT["en"], 0.15)]
    choice = st.tuples(st.sampled_from(texts), st.integers(1, 5))
    before = [document(f"d{i}", *pair) for i, pair in enumerate(data.draw(st.lists(choice, max_size=5)))]
    kept = data.draw(st.lists(st.sampled_from(range(len(before))), unique=True)) if before else []
    added = [document(f"n{i}", *pair) for i, pair in enumerate(data.draw(st.lists(choice, max_size=3)))]
    after = [before[i] for i in kept] + added
    reused = np.array([*kept, *[-1] * len(added)], np.int64)
    updated = origins(after, previous=origins(before), reused=reused)
    fresh = origins(after)
    assert updated.numbers == fresh.numbers
    assert np.array_equal(updated.sketches, fresh.sketches)


def test_a_quote_is_also_in_the_copies_that_kept_its_words() -> None:
    text = AGENCY["en"]
    whole, cut = document("b", text, 13), document("c", text.split("\n\n", 1)[1], 14)
    documents = [document("a", text), whole, cut, document("own", OWN_REPORT["en"])]
    found = origins(documents)
    assert found.also_in("He had been held without contact to his family since February.", 0, documents) == (
        1,
    )
    assert found.also_in("His mother waited at the gate until dark.", 0, documents) == (1, 2)
    assert found.also_in("Six years for a blogger from Homel", 3, documents) == ()


def test_files_hold_what_was_found() -> None:
    found = origins([document("agency", AGENCY["en"]), document("copy", AGENCY["en"], 13)])
    read = from_files({name: memoryview(content) for name, content in to_files(found).items()})
    assert isinstance(read, Origins)
    assert read.numbers == found.numbers == (0, 0)
    assert np.array_equal(read.sketches, found.sketches)


def test_ten_thousand_short_documents_take_less_than_half_a_minute() -> None:
    generator = random.Random(1)
    vocabulary = [
        "".join(generator.choices("абвгдежзіклмнопрстуabdefghiklmnoprst", k=6)) for _ in range(9000)
    ]
    texts = [" ".join(generator.choices(vocabulary, k=60)) for _ in range(9000)]
    documents = [document(f"{i:05}", text) for i, text in enumerate(texts + texts[:1000])]
    started = time.perf_counter()
    found = origins(documents)
    assert time.perf_counter() - started < 30
    assert found.numbers[9000:] == tuple(range(1000))
    assert len(set(found.numbers)) == 9000


def test_a_quote_is_found_in_a_copy_whatever_its_punctuation() -> None:
    quote = "He denied it – and asked the court to read the posts aloud, which it refused."
    text = "Earlier that day.\nHe denied it, and asked the court to read the posts aloud, which it refused! His mother"
    assert same_words(quote, text)


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("Belarus freed 52 people", "On that day Belarus freed 51 people"),
        ("Belarus freed 52 people", "Belarus freed 520 people"),
        ("She was released on Friday", "She was not released on Friday"),
        ("Яе вызвалілі ў пятніцу", "Яе не вызвалілі ў пятніцу"),
        ("He denied it", "it denied He"),
    ],
)
def test_other_words_are_not_the_same_words(quote: str, text: str) -> None:
    assert same_words(quote, quote)
    assert not same_words(quote, text)
