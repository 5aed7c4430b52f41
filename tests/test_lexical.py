"""BM25 on stored postings, against values computed by hand and by bm25s."""

import math
from collections.abc import Sequence

import bm25s
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from index import lexical
from index.analyze import terms
from index.lexical import Lexical

TEXTS = ["the court sentenced him", "a river flows to the sea", "the court, the court again", ""]


def of(texts: Sequence[str]) -> Lexical:
    """The index of these passages."""
    return lexical.gather([lexical.count(texts)])


def test_one_term_scores_as_the_formula_says():
    index = of(TEXTS)
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
    assert np.allclose(of(texts).scores(question), expected, atol=1e-5)


def test_a_term_that_occurs_nowhere_scores_nothing():
    assert not of(TEXTS).scores(["=prison"]).any()


def test_an_index_of_no_passages_answers():
    assert len(of([]).scores(["=court"])) == 0


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.sampled_from(TEXTS), max_size=4), max_size=5))
def test_passages_counted_in_parts_give_the_same_index_as_counted_at_once(parts: list[list[str]]):
    joined = lexical.gather([lexical.count(part) for part in parts])
    at_once = of([text for part in parts for text in part])
    for name in ("terms", "starts", "rows", "counts", "lengths"):
        assert np.array_equal(getattr(joined, name), getattr(at_once, name))


def test_a_term_counts_at_most_255_times_in_one_passage():
    index = of(["court " * 1000, "river"])
    assert index.lengths.max() == 255 * len(set(terms("court")))
