"""Which sentences are quoted."""

from encoders import HashingEncoder
from library import document, news, version_of

from corpus.document import OWN_PUBLISHER, Document
from index.excerpt import MAX_CHARS, MAX_SENTENCE, Candidate, candidates, choose
from index.search import asked, prepare, search


def found(question: str, documents: list[Document], encoder: HashingEncoder) -> list[Candidate]:
    prepared = prepare(version_of(documents, encoder))
    query = asked(question, encoder.encode_queries([question])[0], prepared)
    return candidates(prepared, query, search(prepared, query))


def test_a_quote_is_one_or_two_whole_sentences(hashing: HashingEncoder):
    for candidate in found("Ihar Losik was arrested", news(), hashing):
        assert candidate.text[0].isupper()
        assert candidate.text.endswith(".")
        assert len(candidate.text) <= MAX_CHARS


def test_a_sentence_that_begins_with_a_pronoun_brings_the_one_before(hashing: HashingEncoder):
    text = "Ihar Losik is a blogger. He was held in a cell in Minsk for months."
    quotes = [
        candidate.text for candidate in found("held in a cell in Minsk", [document("a", text)], hashing)
    ]
    assert quotes == [text]


def test_two_paragraphs_are_never_joined_in_one_quote(hashing: HashingEncoder):
    text = "Ihar Losik was arrested in June.\n\nThe river flows through the city."
    for candidate in found("When was Ihar Losik arrested?", [document("a", text)], hashing):
        assert "\n\n" not in candidate.text


def test_a_heading_is_never_quoted(hashing: HashingEncoder):
    text = "# Arrest of Ihar Losik\n\nPolice came to his home in the morning."
    quotes = [c.text for c in found("Arrest of Ihar Losik", [document("a", text)], hashing)]
    assert quotes == ["Police came to his home in the morning."]


def test_a_sentence_beyond_the_longest_quote_is_left_out(hashing: HashingEncoder):
    long = "The court " + "and the judge " * (MAX_SENTENCE // 13) + "left."
    assert found("The court and the judge", [document("a", long)], hashing) == []


def test_near_identical_quotes_are_shown_once(hashing: HashingEncoder):
    text = "The court in Homel sentenced the blogger to fifteen years in prison."
    copies = [
        document("a", text),
        document("b", text.replace("The", "A", 1)),
        document("c", "A river flows."),
    ]
    said = [c.text for c in found("Who sentenced the blogger?", copies, hashing) if "blogger" in c.text]
    assert len(said) == 1


def test_a_denial_repeats_nothing(hashing: HashingEncoder):
    said = "Ihar Losik was released from the prison in Minsk today."
    denied = said.replace("was", "was not")
    both = found("Was Ihar Losik released?", [document("a", said), document("b", denied)], hashing)
    assert {candidate.text for candidate in both} == {said, denied}


def test_the_same_words_about_another_person_repeat_nothing(hashing: HashingEncoder):
    one = "The court sentenced Ihar Losik to five years in prison for riots."
    other = one.replace("Ihar Losik", "Mikalai Statkevich")
    both = found("Who was sentenced?", [document("a", one), document("b", other)], hashing)
    assert {candidate.text for candidate in both} == {one, other}


def test_each_document_speaks_before_one_speaks_twice(hashing: HashingEncoder):
    twice = document(
        "a", "Losik was arrested in June 2020.\n\n" + "Losik was arrested by the police at home. " * 1
    )
    other = document("b", "A paper said that Losik was arrested in summer.")
    chosen = choose(found("When was Losik arrested?", [twice, other], hashing), count=3, slack=1.0)
    assert [c.hit.passage.document.id for c in chosen[:2]] in (["a", "b"], ["b", "a"])


def test_a_distant_source_does_not_push_out_a_second_good_quote(hashing: HashingEncoder):
    text = "Losik was arrested in June 2020.\n\nThe reason for which Losik was arrested was a channel."
    documents = [document("a", text), document("b", "Bananas are yellow fruits.")]
    chosen = choose(found("Losik was arrested", documents, hashing), count=2, slack=0.03)
    assert [c.hit.passage.document.id for c in chosen] == ["a", "a"]


def test_a_brief_comes_after_a_source_that_says_the_same(hashing: HashingEncoder):
    source = document("z", "Belarus released 52 prisoners in September 2025.")
    brief = document(
        "a", "Belarus released 52 prisoners in September 2025, it is said.", publisher=OWN_PUBLISHER
    )
    order = [
        c.hit.passage.document.id
        for c in found("Belarus released 52 prisoners, it is said", [source, brief], hashing)
    ]
    assert order == ["z"] or order.index("z") < order.index("a")
