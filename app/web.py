"""What every page needs whatever it shows: headers, icons, static files, filters and the pages of refusal.

:func:`init_web` is called once by the factory. Nothing here knows of a register, a slice or a right.
The shell (menu, who is signed in) reaches the templates as the context variable ``shell``, which the factory
provides; a page without it is drawn bare.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
import traceback
from decimal import Decimal
from functools import lru_cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, Response, current_app, g, jsonify, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from markupsafe import Markup
from werkzeug.exceptions import HTTPException, default_exceptions

from app.base import RuleBroken
from app.words import counted, plural, shown_phone

_PACKAGE = Path(str(files("flask_bootstrap"))) / "static" / "bootstrap5"
_STYLES = _PACKAGE / "css" / "bootstrap.min.css"
_SPRITE = _PACKAGE / "icons" / "bootstrap-icons.svg"
_YEAR = 365 * 24 * 3600

# The whole set of Bootstrap Icons is 1.1 MB; the pages are served these only.
ICONS = tuple(
    """
    1-circle 1-circle-fill 2-circle 2-circle-fill 3-circle 3-circle-fill 4-circle 4-circle-fill activity alarm
    alarm-fill archive arrow-bar-up arrow-clockwise arrow-counterclockwise arrow-down arrow-left
    arrow-left-right arrow-repeat arrow-return-left arrow-right arrow-right-circle arrow-up arrow-up-right award
    bandaid bank bar-chart bell bell-fill book bookmark box-arrow-in-right box-arrow-right box-seam briefcase
    building calculator calendar-check calendar-event calendar-plus calendar-range calendar-x calendar2-week
    calendar3 calendar3-event cash-coin chat-dots chat-left-text check-circle check-circle-fill check-lg
    check2-all check2-circle check2-square chevron-down chevron-left chevron-right circle clipboard
    clipboard-check clipboard-data clipboard-plus clipboard2-check clipboard2-pulse clock clock-history
    cloud-check collection credit-card-2-front cup-hot dash-circle dash-square database diagram-3 door-open
    download easel emoji-smile envelope envelope-paper exclamation-circle exclamation-circle-fill
    exclamation-octagon-fill exclamation-triangle exclamation-triangle-fill eye eye-slash file-earmark
    file-earmark-arrow-down file-earmark-arrow-up file-earmark-check file-earmark-medical file-earmark-pdf
    file-earmark-person file-earmark-plus file-earmark-spreadsheet file-earmark-text file-earmark-word
    file-earmark-x files filter flag folder folder-plus folder2 folder2-open funnel gear geo-alt gift globe
    graph-up grid-3x3-gap hammer hand-thumbs-up handbag headset heart-pulse hospital hourglass-split house
    house-door house-heart inbox info-circle info-circle-fill journal journal-check journal-medical journal-plus
    journal-text kanban key layers layout-three-columns lightning link-45deg list list-check list-ol list-task
    list-ul lock lock-fill map megaphone mortarboard paperclip patch-check pause-circle pen pencil pencil-square
    people people-fill person person-badge person-check person-dash person-gear person-heart person-lines-fill
    person-plus person-vcard person-workspace person-x phone pie-chart pin-map play-circle plus-circle plus-lg
    printer puzzle question-circle receipt reply save search send share shield shield-check shield-lock shop
    signpost signpost-split skip-forward slash-circle sliders star stop-circle stopwatch sun table tag telephone
    three-dots ticket-detailed toggles tools trash tree truck universal-access-circle unlock upload wallet2
    x-circle x-circle-fill x-lg x-octagon x-square zoom-in
    """.split()  # noqa: SIM905 -- one name a word reads better than a hundred quoted lines
)
_KNOWN = frozenset(ICONS)


def init_web(app: Flask) -> None:
    """Give *app* its headers, icons, filters, template functions and pages of refusal."""
    icons = _subset(_SPRITE.read_text(encoding="utf-8"), ICONS)
    prints = {"bootstrap.css": _print_of(_STYLES.read_bytes()), "icons.svg": _print_of(icons.encode())}

    look = Blueprint("look", __name__, url_prefix="/look")
    look.add_url_rule("/bootstrap.css", "styles", lambda: send_file(_STYLES, mimetype="text/css"))
    look.add_url_rule("/icons.svg", "icons", lambda: Response(icons, mimetype="image/svg+xml"))
    app.register_blueprint(look)
    app.after_request(_add_headers)

    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        csp_nonce=csp_nonce,
        icon=partial(_icon, prints["icons.svg"]),
        asset=partial(_asset, app, prints),
        plural=plural,
    )
    app.jinja_env.filters.update(day=day, moment=moment, counted=counted, rub=rub, phone=shown_phone)

    app.log_exception = partial(_log_incident, app)  # type: ignore[method-assign]  # Flask would have it subclassed
    app.register_error_handler(HTTPException, _refuse)
    app.register_error_handler(RuleBroken, _refuse_by_rule)


# ---- headers -----------------------------------------------------------------------------------------


def csp_nonce() -> str:
    """Return the nonce of this request; a script tag that carries it may run."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def _add_headers(response: Response) -> Response:
    # data: is there for the ticks and arrows that Bootstrap keeps inside its own stylesheet.
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; "
        f"script-src 'self' 'nonce-{csp_nonce()}'; font-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cache-Control"] = _cache_rule(response)
    return response


def _cache_rule(response: Response) -> str:
    """Everything but the look is about families and must not stay on a shared computer."""
    endpoint = request.endpoint or ""
    fixed = endpoint == "static" or endpoint.endswith(".static") or endpoint.startswith("look.")
    if not fixed or response.status_code >= 400:
        return "no-store"
    return f"public, max-age={_YEAR}, immutable" if "v" in request.args else "no-cache"


# ---- icons and static files --------------------------------------------------------------------------


def _subset(sprite: str, names: tuple[str, ...]) -> str:
    """Return *sprite* with the symbols of *names* only.

    Raises:
        LookupError: the installed set of icons has no such name.
    """
    found = {match[1]: match[0] for match in re.finditer(r'<symbol[^>]*?\bid="([^"]+)".*?</symbol>', sprite, re.DOTALL)}
    missing = sorted(set(names) - found.keys())
    if missing:
        raise LookupError(f"no such icon in the installed Bootstrap Icons: {', '.join(missing)}")
    return '<svg xmlns="http://www.w3.org/2000/svg">' + "".join(found[name] for name in names) + "</svg>"


def _print_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:10]


def _icon(version: str, name: str, label: str = "", css: str = "") -> Markup:
    """Return icon *name*; with *label* it speaks to a screen reader, without it is decoration.

    A name that is not in :data:`ICONS` is logged and draws nothing: a card must open without its picture too.
    """
    if name not in _KNOWN:
        current_app.logger.warning("icon %r is not in app.web.ICONS", name)
        return Markup("")
    return _drawing(request.script_root, version, name, label, css)


@lru_cache(maxsize=1024)
def _drawing(root: str, version: str, name: str, label: str, css: str) -> Markup:
    """Return the markup of an icon at the site *root*. A page draws about seventy, so each is put together once."""
    spoken = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    if "sprite" not in g:
        g.sprite = url_for("look.icons", v=version)
    drawing = Markup('<svg class="{}" {}><use href="{}#{}"></use></svg>')
    return drawing.format(f"bi {css}".strip(), spoken, g.sprite, name)


def _asset(app: Flask, prints: dict[str, str], name: str) -> str:
    """Return the address of a file of the look, with the print of its content as the version."""
    if name == "bootstrap.css":
        return url_for("look.styles", v=prints[name])
    if name not in prints or app.debug:
        prints[name] = _print_of((Path(str(app.static_folder)) / name).read_bytes())
    return url_for("static", filename=name, v=prints[name])


# ---- filters -----------------------------------------------------------------------------------------


def day(value: dt.date | None) -> str:
    """Return 31.12.2026, or nothing for None."""
    return f"{value:%d.%m.%Y}" if value else ""


def moment(value: dt.datetime | None, zone: str = "Europe/Moscow") -> str:
    """Return «17.02.2026, 11:10» as the clock shows it in *zone*, or nothing for None."""
    return f"{value.astimezone(ZoneInfo(zone)):%d.%m.%Y, %H:%M}" if value else ""


def rub(value: Decimal | int | None) -> str:
    """Return «9 140 ₽»; kopecks are shown when there are any."""
    if value is None:
        return ""
    text = f"{value:,.2f}" if value % 1 else f"{value:,.0f}"
    return text.replace(",", "\u202f").replace(".", ",") + "\u00a0₽"


# ---- pages of refusal --------------------------------------------------------------------------------


class Refusal(NamedTuple):
    """A page shown instead of the one asked for: what happened, what is with the data, what to do."""

    title: str
    text: str
    icon: str


REFUSALS = {
    400: Refusal("Система не поняла адрес или форму", "Ничего не изменилось. Вернитесь назад и повторите.", "signpost"),
    403: Refusal(
        "Этот раздел для вас закрыт",
        "Если он нужен вам для работы, попросите администратора добавить право.",
        "shield-lock",
    ),
    404: Refusal(
        "Такой страницы нет",
        "Ссылка устарела или набрана с опечаткой. Найдите семью по фамилии или номеру дела.",
        "signpost",
    ),
    405: Refusal(
        "Так эту страницу открыть нельзя",
        "Ничего не изменилось. Вернитесь назад и нажмите кнопку ещё раз.",
        "signpost",
    ),
    409: Refusal(
        "Пока вы работали, данные изменились",
        "Ваше действие не выполнено. Откройте карточку заново и повторите.",
        "arrow-left-right",
    ),
    413: Refusal(
        "Файл слишком большой",
        "Ничего не загружено. Уменьшите файл или разделите его на части и выберите снова.",
        "file-earmark-arrow-up",
    ),
    429: Refusal(
        "Слишком много попыток подряд",
        "Подождите немного и попробуйте снова. Данные не изменились.",
        "hourglass-split",
    ),
    500: Refusal(
        "Система не смогла выполнить действие",
        "Данные не изменились. Повторите через минуту.",
        "tools",
    ),
    503: Refusal(
        "Система ненадолго остановлена",
        "Идут работы: резервная копия или обновление. Повторите через несколько минут.",
        "tools",
    ),
}

_LOST_FORM = Refusal(
    "Вы долго не работали, форма устарела",
    "Ничего не изменилось. Вернитесь назад, обновите страницу и отправьте форму снова.",
    "clock",
)


def _refuse(error: HTTPException) -> ResponseReturnValue:
    """Show the page of refusal for *error*; a redirect raised as an error passes through."""
    code = error.code or 500
    if code < 400:
        return error
    if isinstance(error, CSRFError):
        view: Any = current_app.view_functions.get(request.endpoint or "")
        if getattr(view, "keeps_typed", False):
            g.stale_form = True  # The view draws its form as it was typed, with a fresh token, and saves nothing.
            try:
                answer = current_app.make_response(view(**(request.view_args or {})))
            except HTTPException as refused:
                return _refuse(refused)
            return (answer, code) if answer.status_code == 200 else answer
        return _page(code, _LOST_FORM, error)
    refusal = REFUSALS.get(code) or REFUSALS[500 if code >= 500 else 400]
    said = _said(error)
    return _page(code, refusal._replace(text=said) if said else refusal, error)


def _refuse_by_rule(error: RuleBroken) -> ResponseReturnValue:
    """Show the sentence of a rule nobody above has shown; nothing was saved."""
    refusal = Refusal("Действие не выполнено", error.sentence, "slash-circle")
    return _page(409, refusal)


def _said(error: HTTPException) -> str:
    """Return the sentence given to ``abort(…)``. Those of libraries are English and tell staff nothing."""
    text = error.description or ""
    known = default_exceptions.get(error.code or 0)
    ours = (known is None or text != known.description) and re.search("[а-яё]", text, re.IGNORECASE)
    return text if ours else ""


def _page(code: int, refusal: Refusal, error: HTTPException | None = None) -> ResponseReturnValue:
    incident = g.get("incident", "") if code == 500 else ""
    headers = [pair for pair in (error.get_headers() if error else []) if pair[0] in {"Allow", "Retry-After"}]
    if request.accept_mimetypes.best == "application/json":
        return jsonify(title=refusal.title, text=refusal.text, incident=incident), code, headers
    context: dict[str, Any] = {"code": code, "refusal": refusal, "incident": incident}
    if code < 500:
        return render_template("error.html", **context), code, headers
    # The shell asks the database for counts; after a failure that may be the very thing that is broken.
    template = current_app.jinja_env.get_template("error.html")
    return template.render(shell=None, **context), code, headers


def _log_incident(app: Flask, exc_info: Any) -> None:
    """Log an unexpected failure under a short number the person can read out.

    The message of an exception may hold what was typed (SQLAlchemy prints parameters), so the log gets only the
    kinds of the exceptions and the lines they passed through.
    """
    g.incident = f"{dt.datetime.now(dt.UTC):%d}-{secrets.randbelow(10_000):04d}"
    chain: list[str] = []
    error: BaseException | None = exc_info[1]
    while error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        lines = (f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
        chain.append("\n".join([f"{type(error).__module__}.{type(error).__qualname__}", *lines]))
        error = error.__cause__ or error.__context__
    rule = request.url_rule.rule if request.url_rule else "?"
    app.logger.error("incident %s: %s %s\n%s", g.incident, request.method, rule, "\ncaused by ".join(chain))
