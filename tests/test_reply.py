"""How the excerpts of one reply are arranged."""

from encoders import HashingEncoder
from library import document, version_of

from corpus.document import OWN_PUBLISHER, PartialDate
from index.excerpt import Excerpt
from index.reply import Reply, arrange, independent_origins
from index.search import asked, prepare

ENCODER = HashingEncoder()


def arranged(
    question: str, *texts: tuple[str, PartialDate], people: tuple[str, ...] = (), count: int = 3
) -> Reply:
    documents = [
        document(f"d{number}", text, publisher=f"Paper {number}", published=published)
        for number, (text, published) in enumerate(texts)
    ]
    prepared = prepare(version_of(documents, ENCODER))
    found = [Excerpt(each, 0, len(each.text), rank, 0.9) for rank, each in enumerate(documents, 1)]
    query = asked(question, ENCODER.encode_queries([question])[0], prepared, people=people)
    return arrange(prepared, query, found, count=count)


SEPTEMBER, NOVEMBER = PartialDate(2025, 9, 12), PartialDate(2025, 11, 3)


def test_the_other_side_of_a_disagreement_is_always_shown():
    reply = arranged(
        "How many political prisoners did Belarus release on 11 September 2025?",
        ("Belarus released 52 political prisoners on 11 September 2025.", SEPTEMBER),
        ("The bus was late.", SEPTEMBER),
        ("The border was quiet.", SEPTEMBER),
        ("Human rights defenders say that 40 prisoners were freed on 11 September 2025.", SEPTEMBER),
    )
    assert reply.difference
    words = {reply.excerpts[v.excerpt].document.text[v.start : v.end] for v in reply.difference.sides}
    assert words == {"52", "40"}
    assert [excerpt.rank for excerpt in (*reply.excerpts, *reply.more)] == [1, 2, 3, 4]


def test_sources_that_agree_do_not_differ():
    reply = arranged(
        "How many political prisoners did Belarus release on 11 September 2025?",
        ("Belarus released 52 political prisoners on 11 September 2025.", SEPTEMBER),
        ("On 11 September 2025 Belarus released over 50 political prisoners.", SEPTEMBER),
    )
    assert reply.difference is None


def test_what_is_so_now_is_answered_by_the_newest_first():
    old, new = "Ihar Losik is held in Navapolatsk.", "Ihar Losik is at home in Vilnius."
    reply = arranged("Where is Ihar Losik now?", (old, SEPTEMBER), (new, NOVEMBER), people=("losik-ihar",))
    assert [excerpt.quote for excerpt in reply.excerpts] == [new, old]
    before = arranged("Where was Ihar Losik held?", (old, SEPTEMBER), (new, NOVEMBER), people=("losik-ihar",))
    assert [excerpt.quote for excerpt in before.excerpts] == [old, new]


def test_the_day_a_brief_was_written_does_not_put_it_before_newer_news():
    own = document(
        "own", "Ihar Losik is held in Minsk.", publisher=OWN_PUBLISHER, published=PartialDate(2026, 11)
    )
    new = document("new", "Ihar Losik is at home in Vilnius.", published=NOVEMBER)
    prepared = prepare(version_of([own, new], ENCODER))
    query = asked("Where is Ihar Losik now?", ENCODER.encode_queries(["Where is he?"])[0], prepared)
    found = [Excerpt(each, 0, len(each.text), rank, 0.9) for rank, each in enumerate([own, new], 1)]
    assert [excerpt.document.id for excerpt in arrange(prepared, query, found, count=3).excerpts] == [
        "new",
        "own",
    ]


AGENCY = (
    "The court in Homel sentenced the blogger to fifteen years in a penal colony on Tuesday. His lawyer said that the "
    "trial had been closed to the public and that an appeal would follow within ten days. Nobody else was let in."
)


def test_a_copy_is_named_beside_the_first_publisher_and_counts_as_one_origin():
    documents = [
        document("a", AGENCY, publisher="Agency", published=SEPTEMBER),
        document("b", AGENCY, publisher="Mirror", published=NOVEMBER),
    ]
    prepared = prepare(version_of(documents, ENCODER))
    query = asked("Who was sentenced?", ENCODER.encode_queries(["Who was sentenced?"])[0], prepared)
    found = [Excerpt(each, 0, AGENCY.index(".") + 1, rank, 0.9) for rank, each in enumerate(documents, 1)]
    reply = arrange(prepared, query, found[:1], count=3)
    assert reply.excerpts[0].also_in == ("Mirror",)
    assert independent_origins(prepared, found) == 1


def test_a_brief_of_ours_with_the_words_of_a_source_is_no_publisher_of_it():
    documents = [
        document("a", AGENCY, publisher="Agency", published=SEPTEMBER),
        document("b", AGENCY, publisher=OWN_PUBLISHER, published=NOVEMBER),
    ]
    prepared = prepare(version_of(documents, ENCODER))
    query = asked("Who was sentenced?", ENCODER.encode_queries(["Who was sentenced?"])[0], prepared)
    found = [Excerpt(documents[0], 0, AGENCY.index(".") + 1, 1, 0.9)]
    assert arrange(prepared, query, found, count=3).excerpts[0].also_in == ()
