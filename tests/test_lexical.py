"""BM25 on stored postings, against values computed by hand and by bm25s."""

import math

import bm25s
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from index import lexical
from index.analyze import terms

TEXTS = ["the court sentenced him", "a river flows to the sea", "the court, the court again", ""]


def test_one_term_scores_as_the_formula_says():
    index = lexical.build(TEXTS)
    score = index.scores(["=court"])
    lengths = [len(terms(text)) for text in TEXTS]
    idf = math.log(1 + (4 - 2 + 0.5) / (2 + 0.5))
    norm = [0.9 * (1 - 0.4 + 0.4 * length / (sum(lengths) / 4)) for length in lengths]
    assert np.allclose(score, [idf * 1 / (1 + norm[0]), 0, idf * 2 / (2 + norm[2]), 0])


def test_scores_equal_those_of_bm25s():
    reference = bm25s.BM25(method="lucene", k1=0.9, b=0.4)
    texts = TEXTS[:3]
    reference.index([terms(text) for text in texts], show_progress=False)
    question = sorted(set(terms("was he sentenced by the court?")) & set(reference.vocab_dict))
    expected = reference.get_scores(question)
    assert np.allclose(lexical.build(texts).scores(question), expected, atol=1e-5)


def test_a_term_that_occurs_nowhere_scores_nothing():
    assert not lexical.build(TEXTS).scores(["=prison"]).any()


def test_an_index_of_no_passages_answers():
    assert len(lexical.build([]).scores(["=court"])) == 0


def test_what_is_stored_is_what_is_loaded():
    index = lexical.build(TEXTS)
    loaded = lexical.load(lexical.files(index))
    assert np.array_equal(loaded.scores(terms("the court")), index.scores(terms("the court")))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(TEXTS), max_size=5), st.lists(st.sampled_from(TEXTS), max_size=5), st.randoms()
)
def test_reusing_passages_gives_the_same_index_as_building_anew(old: list[str], added: list[str], random):
    kept = [number for number in range(len(old)) if random.random() < 0.6]
    random.shuffle(kept)
    texts = [old[number] for number in kept] + added
    reused = np.array(kept + [-1] * len(added), np.int64)
    again = lexical.build(texts, previous=lexical.build(old), reused=reused)
    assert lexical.files(again) == lexical.files(lexical.build(texts))
