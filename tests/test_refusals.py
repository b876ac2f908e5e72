"""Pages of refusal: a Russian page for each, an incident in the log, a form kept when the database cannot serve."""

from __future__ import annotations

import logging
import re
from types import SimpleNamespace

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from flask_wtf import CSRFProtect

from app import web
from app.base import RuleBroken
from app.refusals import REFUSALS
from config import ROOT

SHELL = SimpleNamespace(
    unit="КЦСОН", menu=(), name="Журавлёва Н. С.", position="", initials="НЖ", profile_url="/me", logout_url="/out",
    search_url="/find", quick=(), dock=(),
)  # fmt: skip


class Leak(Exception):
    """An unexpected failure whose message holds what was typed."""


@pytest.fixture
def app() -> Flask:
    """Return an app that answers every way a page can be refused."""
    made = Flask("web", root_path=str(ROOT / "app"))
    made.config.update(SECRET_KEY="web", AROUND=dict)
    CSRFProtect(made)
    web.init_web(made)
    made.context_processor(lambda: made.config["AROUND"]())

    @made.get("/refuse/<int:code>")
    def refuse(code: int) -> str:
        abort(code)

    @made.get("/said")
    def said() -> str:
        abort(403, "Эту семью ведёт другой куратор.")

    @made.get("/english")
    def english() -> str:
        abort(429, "5 per 1 minute")

    @made.get("/rule")
    def rule() -> str:
        raise RuleBroken("В программе нет мероприятий. Добавьте хотя бы одно.")

    @made.get("/leak/<name>")
    def leak(name: str) -> str:
        try:
            raise ValueError("Щёголева Пелагея")
        except ValueError as cause:
            raise Leak("Щёголева Пелагея") from cause

    @made.post("/send")
    def send() -> str:
        return "sent"

    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a browser without script."""
    return app.test_client()


@pytest.mark.parametrize("code", [400, 403, 404, 405, 409, 413, 429, 500, 503])
def test_a_refusal_is_a_russian_page_with_a_way_out(client: FlaskClient, code: int) -> None:
    answer = client.get(f"/refuse/{code}")
    refusal = REFUSALS[code]
    assert answer.status_code == code
    shown = (refusal.title, refusal.text, "На страницу «Сегодня»", 'lang="ru"')
    assert [words for words in shown if words not in answer.text] == []


def test_a_refusal_is_drawn_with_the_menu_for_those_who_are_signed_in(app: Flask, client: FlaskClient) -> None:
    bare = client.get("/refuse/404").text
    app.config["AROUND"] = lambda: {"shell": SHELL}
    assert ["Главное меню" in text for text in (bare, client.get("/refuse/404").text)] == [False, True]


def test_a_failure_page_never_asks_for_the_shell(app: Flask, client: FlaskClient) -> None:
    def broken() -> dict[str, object]:
        raise Leak("the database is gone")

    app.config["AROUND"] = broken
    assert client.get("/leak/x").status_code == 500


def test_a_sentence_given_to_abort_is_shown_and_a_librarys_is_not(client: FlaskClient) -> None:
    texts = [client.get("/said").text, client.get("/english").text]
    assert ["Эту семью ведёт другой куратор." in texts[0], "per 1 minute" in texts[1]] == [True, False]


def test_a_rule_nobody_has_shown_becomes_a_page_with_its_sentence(client: FlaskClient) -> None:
    answer = client.get("/rule")
    assert (answer.status_code, "В программе нет мероприятий. Добавьте хотя бы одно." in answer.text) == (409, True)


def test_a_form_without_a_token_says_that_it_is_stale(client: FlaskClient) -> None:
    answer = client.post("/send")
    assert (answer.status_code, "форма устарела" in answer.text) == (400, True)


def test_a_script_is_refused_in_json(client: FlaskClient) -> None:
    answer = client.get("/refuse/404", headers={"Accept": "application/json"})
    refusal = REFUSALS[404]
    assert (answer.status_code, answer.json) == (404, {"title": refusal.title, "text": refusal.text, "incident": ""})


def test_a_wrong_method_keeps_the_header_that_names_the_right_one(client: FlaskClient) -> None:
    answer = client.get("/send")
    assert (answer.status_code, set(answer.headers["Allow"].split(", "))) == (405, {"OPTIONS", "POST"})


def test_a_failure_has_a_number_to_read_out_and_the_log_no_personal_data(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = client.get("/leak/Щёголева?q=Пелагея")
    number = re.search(r"номер <strong>(\d\d-\d{4})</strong>", answer.text)[1]
    assert answer.status_code == 500
    assert f"incident {number}: GET /leak/<name>" in caplog.text
    told, secret = ("test_refusals.Leak", "builtins.ValueError", "test_refusals.py"), ("Щёголева", "Пелагея", "%D0")
    assert [words for words in (*told, *secret) if words in caplog.text] == list(told)


def test_a_failure_still_reaches_the_developer_in_tests(app: Flask) -> None:
    app.testing = True
    with pytest.raises(Leak):
        app.test_client().get("/leak/x")
