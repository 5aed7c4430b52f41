"""What nobody was told of: every new document is in exactly one message or left out with a reason."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stories import LETTERS, TRIAL, WEATHER, announced, article, compared, hashes

from bot.news import NewsKind, Reason
from corpus.document import Document, PartialDate, Reliability
from index.risks import Risk

CHILD = "Paulina Losik drew a picture for Ihar Losik."


def test_without_a_change_there_is_nothing_to_tell() -> None:
    documents = [article("trial", TRIAL), article("letters", LETTERS)]
    found = compared(*documents, old=documents)
    assert found.proposals == () == found.left_out


def test_a_new_document_is_one_message_with_its_people_publisher_and_an_exact_quote() -> None:
    old, new = article("letters", LETTERS), article("trial", TRIAL, publisher="Viasna")
    (one,) = compared(old, new, old=[old]).proposals
    (quote,) = one.draft.quotes
    assert new.text[quote.start : quote.end] == quote.text
    assert "Losik" in quote.text
    assert one.draft.documents == ("trial",)
    assert one.draft.cases == ("losik-ihar",)
    assert one.draft.publishers == ("viasna",)
    assert one.approval == ()
    assert quote.link is not None
    assert quote.link.startswith("https://news.example/trial#:~:text=")


def test_a_document_about_nobody_is_told_by_its_first_sentence() -> None:
    (one,) = compared(article("snow", WEATHER)).proposals
    assert one.draft.cases == ()
    assert one.draft.quotes[0].text == "Courts across the country were closed on Monday because of snow."


def test_the_same_text_under_another_id_is_no_news() -> None:
    old = article("trial", TRIAL)
    found = compared(article("renamed", TRIAL), old=[old])
    assert found.proposals == ()
    assert found.left_out[0].why == "the same text as trial had"


def test_near_duplicates_are_folded_into_the_better_and_earlier_one() -> None:
    first = article("first", TRIAL, published=PartialDate(2026, 11, 19), publisher="Viasna")
    copy = article("copy", f"{TRIAL} ", title="Court hears case", reliability=Reliability.C)
    (one,) = compared(copy, first).proposals
    assert one.draft.documents == ("first", "copy")
    assert one.draft.quotes[0].document == "first"
    assert one.approval == ()


def test_a_near_duplicate_of_what_was_there_before_is_left_out() -> None:
    old = article("trial", TRIAL)
    found = compared(old, article("copy", TRIAL + " It was cold."), old=[old])
    assert found.proposals == ()
    assert [(one.document, one.why) for one in found.left_out] == [("copy", "a near-duplicate of trial")]


def test_a_follow_up_that_repeats_an_article_is_told_by_what_it_adds() -> None:
    old = article("trial", TRIAL)
    verdict = "On 21 November the court sentenced Ihar Losik to two years in prison."
    (one,) = compared(old, article("verdict", f"{verdict} {TRIAL}"), old=[old]).proposals
    assert one.draft.quotes[0].text == verdict


VERDICT = "The regional court in Homel sentenced Ihar Losik to 15 years behind closed doors and let his lawyer speak to the press."


@pytest.mark.parametrize(
    ("old", "new"), [("15 years", "17 years"), ("in Homel", "in Hrodna"), ("and let", "and did not let")]
)
def test_a_copy_with_another_number_name_or_denial_tells_something_else(old: str, new: str) -> None:
    first = article("first", f"{VERDICT} {WEATHER}")
    other = f"{VERDICT.replace(old, new)} {WEATHER}"
    (one,) = compared(first, article("other", other), old=[first]).proposals
    assert new in one.draft.quotes[0].text
    reworded = article("reworded", f"{VERDICT.replace('speak to', 'talk to')} {WEATHER}")
    assert compared(first, reworded, old=[first]).proposals == ()


def test_label_d_alone_is_never_told_and_what_it_said_is_news_when_a_better_source_says_it() -> None:
    unsigned = article("unsigned", TRIAL, reliability=Reliability.D)
    alone = compared(unsigned)
    assert alone.proposals == ()
    assert alone.left_out[0].why == "label D alone"
    assert alone.left_out[0].settled
    (one,) = compared(unsigned, article("signed", TRIAL, title="Signed"), old=[unsigned]).proposals
    assert one.draft.documents == ("signed",)


def test_label_c_old_and_undated_documents_wait_for_approval() -> None:
    documents = [
        article("retold", TRIAL, reliability=Reliability.C),
        article("old", LETTERS, published=PartialDate(2021, 5)),
        article("undated", WEATHER, published=None),
    ]
    reasons = {one.draft.documents[0]: one.approval for one in compared(*documents).proposals}
    assert reasons == {
        "retold": ("label C alone",),
        "old": ("published 2021-05, more than 30 days ago",),
        "undated": ("undated",),
    }


def test_a_month_or_a_year_is_old_only_when_all_of_it_is() -> None:
    for date, old in (
        (PartialDate(2026), False),
        (PartialDate(2026, 10), False),
        (PartialDate(2026, 9), True),
    ):
        (one,) = compared(article("trial", TRIAL, published=date)).proposals
        assert bool(one.approval) is old


def test_a_grave_fact_in_quote_or_title_waits_for_approval() -> None:
    (one,) = compared(article("release", "Ihar Losik was released on Friday morning in Minsk.")).proposals
    assert one.approval == ("release",)
    (one,) = compared(article("trial", TRIAL, title="After his hunger strike")).proposals
    assert one.draft.risks == (Risk.HEALTH,)


def test_a_child_is_never_named() -> None:
    (one,) = compared(article("drawing", f"{CHILD} {TRIAL}")).proposals
    assert all("Paulina" not in quote.text for quote in one.draft.quotes)
    assert "losik-paulina" not in one.draft.cases
    found = compared(article("only", CHILD), article("title", LETTERS, title="Paulina Losik waits"))
    assert found.proposals == ()
    assert {one.document: one.why for one in found.left_out} == {
        "only": "no sentence can be quoted: too long, or it names a child",
        "title": "its title names a child",
    }


@pytest.mark.parametrize(
    "private", ["+375 29 123-45-67", "8 029 123 45 67", "losik@example.org", "123-45-67"]
)
def test_telephones_and_addresses_of_people_are_never_quoted(private: str) -> None:
    text = f"The friends of Ihar Losik ask readers to write to {private} today. {WEATHER}"
    (one,) = compared(article("call", text)).proposals
    assert all(private not in quote.text for quote in one.draft.quotes)


def test_a_brief_of_ours_is_no_news() -> None:
    found = compared(article("brief", TRIAL, publisher="sprava"))
    assert [one.why for one in found.left_out] == ["a brief of ours: no source"]


def test_a_document_can_be_told_of_all_the_same() -> None:
    old = article("trial", TRIAL)
    assert [one.draft.documents for one in compared(old, old=[old], anew={"trial"}).proposals] == [("trial",)]


def test_what_the_title_says_comes_first_and_a_fresh_change_of_where_somebody_is_second() -> None:
    arrival = "On 20 November Ihar Losik landed in Berlin and met his orchestra there."
    release = "On 19 November 2026 Ihar Losik was released and expelled from the country."
    old = "Ihar Losik was arrested in June 2020 in Baranavichy."
    (one,) = compared(
        article("berlin", f"{old} {release} {arrival}", title="Losik lands in Berlin, meets orchestra")
    ).proposals
    assert one.draft.quotes[0].text == arrival
    assert old not in [quote.text for quote in one.draft.quotes]
    assert one.why[0].endswith("as the title does")


def test_a_title_of_three_people_is_told_by_three_quotes_at_most() -> None:
    text = f"{TRIAL}\n\n{LETTERS}\n\nSiarhei Tsikhanouski spoke to reporters in Vilnius about his years in prison."
    title = "Ihar Losik, Mikalai Statkevich and Siarhei Tsikhanouski"
    (one,) = compared(article("three", text, title=title)).proposals
    assert len(one.draft.quotes) == 3
    assert one.draft.cases[:3] == ("losik-ihar", "statkevich", "tsikhanouski-siarhei")


# What was announced


CHANGED = "A court in Homel heard the case of Ihar Losik on Monday. The prosecutor asked for two years. Losik pleaded guilty."
AGAIN = "A court in Minsk heard the case of Ihar Losik on Monday. The prosecutor asked for four years. Losik pleaded partly guilty."


def test_a_quote_that_no_longer_stands_is_corrected_with_before_and_now() -> None:
    before = compared(article("trial", TRIAL))
    after = article("trial", CHANGED)
    found = compared(after, old=[article("trial", TRIAL)], announced=announced(before))
    (one,) = found.proposals
    (quote,) = one.draft.quotes
    assert one.draft.kind is NewsKind.CORRECTION
    assert one.draft.corrects == 1
    assert one.draft.reason is Reason.SOURCE_CHANGED
    assert quote.before == before.proposals[0].draft.quotes[0].text
    assert after.text[quote.start : quote.end] == quote.text
    assert one.draft.cases == before.proposals[0].draft.cases
    assert found.left_out == ()
    assert one.settles == ("trial",)


def test_a_correction_of_a_correction_corrects_the_first_message() -> None:
    first = announced(compared(article("trial", TRIAL)))
    second = announced(
        compared(article("trial", CHANGED), old=[article("trial", TRIAL)], announced=first), first=2
    )
    (one,) = compared(
        article("trial", AGAIN), old=[article("trial", CHANGED)], announced=(*first, *second)
    ).proposals
    assert one.draft.corrects == 1
    assert one.draft.quotes[0].before == second[0].quotes[0].text


def test_a_text_that_was_only_formatted_anew_changes_nothing() -> None:
    old = article("trial", TRIAL)
    new = article("trial", TRIAL.replace("Losik", "Łosik").replace(". ", ".\n\n"), title="Another title")
    found = compared(new, old=[old], announced=announced(compared(old)))
    assert found.proposals == ()
    assert [(one.document, one.why) for one in found.left_out] == [
        ("trial", "changed; what was announced from it stands")
    ]
    found = compared(new, old=[old])
    assert [one.why for one in found.left_out] == [
        "changed; nothing was announced from it: --include trial tells of it"
    ]


def test_a_statement_that_is_gone_is_withdrawn() -> None:
    found = compared(
        article("trial", WEATHER),
        old=[article("trial", TRIAL)],
        announced=announced(compared(article("trial", TRIAL))),
    )
    (one,) = found.proposals
    assert one.draft.kind is NewsKind.WITHDRAWAL
    assert one.draft.reason is Reason.SOURCE_CHANGED
    assert one.draft.quotes == ()
    assert one.approval == ()
    assert one.settles == ("trial",)
    assert found.left_out == ()


@pytest.mark.parametrize(
    ("tombstone", "reason"),
    [("Wrong person: it is his brother", Reason.WRONG_PERSON), ("the family asked us", None)],
)
def test_a_withdrawn_document_withdraws_its_message_to_the_same_people(
    tombstone: str, reason: Reason | None
) -> None:
    old = article("trial", TRIAL)
    before = announced(compared(old))
    (one,) = compared(article("snow", WEATHER), old=[old, article("snow", WEATHER)], announced=before,
                      withdrawn={"trial": tombstone}).proposals  # fmt: skip
    assert one.draft.kind is NewsKind.WITHDRAWAL
    assert one.draft.reason is reason
    assert ("told no reason" in one.why[0]) is (reason is None)
    assert (one.draft.cases, one.draft.stems) == (before[0].cases, before[0].stems)
    assert TRIAL[:20] not in str(one.draft.quotes)


def test_a_document_that_is_merely_missing_withdraws_nothing() -> None:
    old = article("trial", TRIAL)
    found = compared(
        article("snow", WEATHER), old=[old, article("snow", WEATHER)], announced=announced(compared(old))
    )
    assert found.proposals == ()
    (one,) = found.left_out
    assert (one.document, one.settled) == ("trial", False)


def test_a_correction_that_tells_of_a_grave_fact_waits_for_approval() -> None:
    old = article("trial", "Ihar Losik spent three days in Minsk at the hospital in November.")
    new = article("trial", "Ihar Losik spent three days in Minsk at the seaside in November.")
    (one,) = compared(new, old=[old], announced=announced(compared(old))).proposals
    assert one.draft.kind is NewsKind.CORRECTION
    assert "health" in one.approval


def test_what_was_withdrawn_is_compared_no_more() -> None:
    old = article("trial", TRIAL)
    first = announced(compared(old))
    gone = {"old": [old, article("snow", WEATHER)], "withdrawn": {"trial": "safety"}}
    second = announced(compared(article("snow", WEATHER), announced=first, **gone), first=2)
    assert compared(article("snow", WEATHER), announced=(*first, *second), **gone).proposals == ()


def test_a_correction_of_spelling_waits_for_approval() -> None:
    old = article("trial", TRIAL)
    spelt = TRIAL.replace("court", "courtt").replace("prosecutor", "prosecuter").replace("pleaded", "pleded")
    (one,) = compared(article("trial", spelt), old=[old], announced=announced(compared(old))).proposals
    assert one.approval == ("little differs: a mere spelling can be left out",)


TEXTS = [TRIAL, LETTERS, WEATHER, CHILD, TRIAL + " It was cold.", f"{WEATHER} {LETTERS}"]
ARTICLES = st.builds(
    article,
    st.sampled_from("abcdefgh"),
    st.sampled_from(TEXTS),
    reliability=st.sampled_from(Reliability),
    publisher=st.sampled_from(["Viasna", "Example News", "sprava"]),
)
LIBRARIES = st.lists(ARTICLES, min_size=1, max_size=5, unique_by=lambda document: document.id)


@settings(deadline=None, max_examples=40)
@given(documents=LIBRARIES, known=st.sets(st.sampled_from("abcdefgh")))
def test_every_new_document_is_in_exactly_one_message_or_left_out_with_a_reason(
    documents: list[Document], known: set[str]
) -> None:
    old = [document for document in documents if document.id in known]
    found = compared(*documents, old=old)
    told = [id_ for one in found.proposals for id_ in one.draft.documents]
    left = [one.document for one in found.left_out]
    assert sorted(told + left) == sorted({document.id for document in documents} - known)
    assert all(one.why for one in found.left_out)
    by_id = {document.id: document for document in documents}
    for one in found.proposals:
        for quote in one.draft.quotes:
            assert by_id[quote.document].text[quote.start : quote.end] == quote.text
            assert by_id[quote.document].reliability is not Reliability.D
            assert "Paulina" not in quote.text
    again = compared(*documents, old=documents, announced=announced(found))
    assert again.proposals == ()
    assert hashes(*documents)
