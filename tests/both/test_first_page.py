"""The first thing anybody does, on both databases."""

from __future__ import annotations

from tests.visiting import Browser, Visit


def test_a_stranger_is_asked_to_sign_in(client: Browser) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/login/")


def test_a_curator_sees_the_families(visit: Visit) -> None:
    answer = visit("Куратор").get("/families/")
    assert answer.status_code == 200
    assert "Семьи" in answer.text
