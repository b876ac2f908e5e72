"""Headers, icons and filters."""

from __future__ import annotations

import ast
import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient
from flask_wtf import CSRFProtect
from jinja2 import DictLoader

from app import web
from config import ROOT


@pytest.fixture
def app() -> Flask:
    """Return an app with the look and one page."""
    made = Flask("web", root_path=str(ROOT / "app"))
    made.config.update(SECRET_KEY="web")
    CSRFProtect(made)
    web.init_web(made)

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
        "form-action 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'",
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


def test_what_looks_the_same_is_drawn_once_at_each_address_of_a_site(app: Flask) -> None:
    shared = "{% macro drawn(text, sign) %}<b>{{ icon(sign) }}{{ text }}</b>{% endmacro %}"
    page = '{% import "shared.html" as ui %}{{ once(ui.drawn, text, "search") }}{{ once(ui.drawn, "&", "search") }}'
    app.jinja_env.loader = DictLoader({"shared.html": shared, "page.html": page})
    drawing = app.jinja_env.get_template("page.html")
    told = {}
    for root in ("", "/opora", ""):
        for text in ("<i>", "Да", "<i>"):
            with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": root}):
                told[root, text] = drawing.render(text=text)
    assert "&lt;i&gt;" in told["", "<i>"] and "Да" in told["", "Да"] and "&amp;" in told["", "Да"]
    assert 'href="/look' in told["", "Да"] and 'href="/opora/look' in told["/opora", "Да"]
    assert told["", "Да"].count("<b>") == 2
    kept = app.jinja_env.globals["once"].args[0].cache_info()
    assert (kept.misses, kept.hits) == (6, 12)
