"""Headers, icons, filters and pages of refusal."""

from __future__ import annotations

import ast
import datetime as dt
import logging
import re
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask, abort, render_template_string
from flask.testing import FlaskClient
from flask_wtf import CSRFProtect

from app import web
from app.base import RuleBroken
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

    @made.get("/page")
    def page() -> str:
        return render_template_string("<script nonce='{{ csp_nonce() }}'></script>{{ asset('opora.css') }}")

    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a browser without script."""
    return app.test_client()


# ---- headers -----------------------------------------------------------------------------------------


def test_every_answer_carries_the_strict_headers(client: FlaskClient) -> None:
    answer = client.get("/page")
    nonce = re.search(r"nonce='([^']+)'", answer.text)[1]
    expected = {
        "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; "
        f"script-src 'self' 'nonce-{nonce}'; font-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
    assert {name: answer.headers[name] for name in expected} == expected


def test_each_request_has_a_nonce_of_its_own(client: FlaskClient) -> None:
    first, second = (client.get("/page").headers["Content-Security-Policy"] for _ in range(2))
    assert first != second


def test_the_look_is_kept_for_a_year_by_its_print_and_asked_about_without_it(client: FlaskClient) -> None:
    address = re.search(r"/static/opora.css\?v=\w+", client.get("/page").text)[0]
    rules = []
    for url in (address, "/look/bootstrap.css?v=1", "/static/opora.css"):
        with client.get(url) as answer:
            rules.append(answer.headers["Cache-Control"])
    assert rules == ["public, max-age=31536000, immutable"] * 2 + ["no-cache"]


def test_a_missing_file_of_the_look_is_not_kept(client: FlaskClient) -> None:
    answer = client.get("/static/none.css?v=1")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")


# ---- icons -------------------------------------------------------------------------------------------


def test_the_sprite_holds_the_declared_icons_and_nothing_else(client: FlaskClient) -> None:
    answer = client.get("/look/icons.svg")
    assert set(re.findall(r'\bid="([^"]+)"', answer.text)) == set(web.ICONS)
    assert (answer.mimetype, len(answer.data) < 150_000) == ("image/svg+xml", True)


def test_an_icon_that_the_installed_set_lacks_stops_the_start() -> None:
    with pytest.raises(LookupError, match="no such icon in the installed Bootstrap Icons: unicorn"):
        web._subset('<svg><symbol class="bi" id="sun"><path/></symbol></svg>', ("sun", "unicorn"))


def test_an_icon_is_decoration_unless_it_has_a_label(app: Flask) -> None:
    with app.test_request_context():
        drawn = [web._icon("1", "people"), web._icon("1", "people", "<Семья", "quiet"), web._icon("1", "unicorn")]
    assert drawn == [
        '<svg class="bi" aria-hidden="true"><use href="/look/icons.svg?v=1#people"></use></svg>',
        '<svg class="bi quiet" role="img" aria-label="&lt;Семья"><use href="/look/icons.svg?v=1#people"></use></svg>',
        "",
    ]


ICON_PLACES = {"Act": 3, "MenuItem": 2, "Badge": 2, "Blank": 2, "Event": 3, "Cell": 6}
"""Where the icon stands when it is given to a page's data class by position."""


def _named_in_python(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        given: list[ast.expr | None] = []
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            given = [keyword.value for keyword in node.keywords if keyword.arg == "icon"]
            place = ICON_PLACES.get(name, len(node.args))
            given += node.args[place : place + 1]
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            given = [node.value] if any(getattr(target, "id", "") == "icon" for target in targets) else []
        found |= {one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return found - {""}


def _named_in_template(path: Path) -> set[str]:
    text = path.read_text("utf-8")
    found = set(re.findall(r'\bicon\(\s*"([\w-]+)"', text))
    for choice in re.findall(r'\bicon\(("[^()]*)', text):
        found |= set(re.findall(r'^"([\w-]+)"|else "([\w-]+)"', choice)[0])
    for table in re.findall(r"{% set \w*(?:icons|signs|kinds) = ({.*?}) %}", text, re.DOTALL):
        found |= set(re.findall(r'\("([\w-]+)"', table) or re.findall(r': "([\w-]+)"', table))
    return found - {""}


def test_every_icon_named_in_the_code_is_in_the_sprite() -> None:
    templates = {path: _named_in_template(path) for path in (ROOT / "app" / "templates").rglob("*.html")}
    code = {path: _named_in_python(path) for path in (ROOT / "app").rglob("*.py")}
    assert any(templates.values()), "the search has to find something"
    missing = {str(path.relative_to(ROOT)): names - set(web.ICONS) for path, names in {**templates, **code}.items()}
    assert {path: names for path, names in missing.items() if names} == {}


def test_no_template_carries_inline_style_or_script_or_skips_escaping() -> None:
    forbidden = re.compile(r"\sstyle=|\son[a-z]+=|\|\s*safe\b|<style|javascript:|https?://(?!www\.w3\.org/2000/svg)")
    found = {
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in (ROOT / "app" / "templates").rglob("*.html")
        for match in forbidden.finditer(path.read_text("utf-8"))
    }
    assert found == set()


# ---- filters -----------------------------------------------------------------------------------------


def test_values_are_shown_as_people_write_them(app: Flask) -> None:
    at = dt.datetime(2026, 2, 17, 8, 10, tzinfo=dt.UTC)
    shown = app.jinja_env.from_string(
        "{{ d|day }}|{{ none|day }}|{{ at|moment }}|{{ at|moment('Asia/Omsk') }}|{{ none|moment }}|"
        "{{ 9140|rub }}|{{ m|rub }}|{{ none|rub }}|{{ 2|counted('семья', 'семьи', 'семей') }}"
    ).render(d=dt.date(2026, 12, 31), at=at, m=Decimal("9140.50"), none=None)
    assert shown.split("|") == [
        "31.12.2026", "", "17.02.2026, 11:10", "17.02.2026, 14:10", "",
        "9\u202f140\u00a0₽", "9\u202f140,50\u00a0₽", "", "2\u00a0семьи",
    ]  # fmt: skip


# ---- pages of refusal --------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [400, 403, 404, 405, 409, 413, 429, 500, 503])
def test_a_refusal_is_a_russian_page_with_a_way_out(client: FlaskClient, code: int) -> None:
    answer = client.get(f"/refuse/{code}")
    refusal = web.REFUSALS[code]
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
    refusal = web.REFUSALS[404]
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
    told, secret = ("test_web.Leak", "builtins.ValueError", "test_web.py"), ("Щёголева", "Пелагея", "%D0")
    assert [words for words in (*told, *secret) if words in caplog.text] == list(told)


def test_a_failure_still_reaches_the_developer_in_tests(app: Flask) -> None:
    app.testing = True
    with pytest.raises(Leak):
        app.test_client().get("/leak/x")
