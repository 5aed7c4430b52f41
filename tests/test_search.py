"""Question to hits."""

from dataclasses import replace

import numpy as np
from encoders import HashingEncoder
from library import document, news, version_of
from test_tokens import said, table

from index.search import Asked, Hit, Prepared, asked, prepare, search


def find(
    question: str, encoder: HashingEncoder, documents=None, *, people: tuple[str, ...] = ()
) -> list[Hit]:
    prepared = prepare(version_of(documents or news(), encoder))
    vector = encoder.encode_queries([question])[0]
    return search(prepared, asked(question, vector, prepared, people=people))


def test_hits_are_ranked_from_one_by_falling_score(hashing: HashingEncoder):
    hits = find("When was Ihar Losik arrested?", hashing)
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_the_passage_that_says_it_in_the_same_words_comes_first(hashing: HashingEncoder):
    assert find("Ihar Losik was arrested in June 2020", hashing)[0].passage.document.id == "arrest"


def test_a_name_is_found_in_another_script(hashing: HashingEncoder):
    hits = {hit.passage.document.id: hit for hit in find("Statkevich", hashing)}
    assert hits["russian"].parts["lexical"] > hits["arrest"].parts["lexical"]


def test_a_passage_that_names_the_person_is_raised(hashing: HashingEncoder):
    plain = {hit.passage.document.id: hit.score for hit in find("what happened then", hashing)}
    about = find("what happened then", hashing, people=("statkevich",))
    raised = {hit.passage.document.id for hit in about if hit.score > plain[hit.passage.document.id]}
    assert raised == {"release", "russian"}


def test_a_passage_in_the_language_of_the_question_gives_up_its_advantage(hashing: HashingEncoder):
    hits = find("Когда его вернули в колонию?", hashing)
    languages = {hit.passage.document.language: hit.parts["language"] for hit in hits}
    assert languages["ru"] < 0 == languages["en"]


def test_at_most_top_k_hits_come_back(hashing: HashingEncoder):
    prepared = prepare(
        version_of([document(f"d{i}", f"Text number {i} about a trial.") for i in range(30)], hashing)
    )
    question: Asked = asked("trial", hashing.encode_queries(["trial"])[0], prepared)
    assert len(search(prepared, question, top_k=7)) == 7


def test_a_passage_that_covers_the_tokens_of_the_question_is_raised(hashing: HashingEncoder):
    texts = {"one": "Alpha beta gamma.", "other": "Delta epsilon zeta."}
    prepared = prepare(version_of([document(id_, text) for id_, text in texts.items()], hashing))
    vector = np.zeros(hashing.dimension, np.float32)
    covered = replace(prepared, tokens=table(said("weather"), said("fled", "country")))

    def found(base: Prepared) -> list[str]:
        question = asked("?", vector, base, tokens=said("fled", "country"))
        return [hit.passage.document.id for hit in search(base, question)]

    assert found(prepared) == ["one", "other"]
    assert found(covered) == ["other", "one"]
