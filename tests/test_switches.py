"""The people of a database belong to one bot: another would find nobody, and delete them all."""

import pytest
from databases import database_url, engine, postgres
from mailings import keep

from bot.database import Engine
from bot.keys import Keys
from bot.record import Follow, FollowKind, Record
from bot.subscribers import Subscribers, purge
from bot.switches import OtherBotError, keep_to, switch

__all__ = ["database_url", "engine", "postgres"]

KEYS = Keys.read("kTq3-Vh7_wZ9xLm2RbYc5NsDfGa8PeUj")


def test_another_bot_does_not_start_where_people_follow_one(engine: Engine) -> None:
    keep_to(engine, 11)
    people = Subscribers(engine, lambda: KEYS, now=lambda: 1.8e9)
    keep(people, Record(chat=7, follows=(Follow(FollowKind.EVERYTHING),)))
    keep_to(engine, 11)
    with pytest.raises(OtherBotError):
        keep_to(engine, 12)
    with pytest.raises(OtherBotError):
        keep_to(engine, 12)
    purge(engine)
    keep_to(engine, 12)


def test_an_empty_database_is_taken_over(engine: Engine) -> None:
    keep_to(engine, 11)
    keep_to(engine, 12)
    with engine.connect() as connection:
        assert switch(connection, "bot") == "12"
