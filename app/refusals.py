"""The pages shown instead of the one asked for: what happened, what is with the data, what to do.

An unexpected failure gets a short number the person can read out; the log holds it beside what failed, and nothing
that was typed. A database that is busy or gone is no failure of ours: its page keeps the form as it was typed and
sends it again with one button.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
from functools import partial
from typing import Any, NamedTuple

from flask import Flask, current_app, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, default_exceptions

from app.base import RuleBroken
from app.database import Trouble, trouble
from app.logs import kinds_of

RETRY_SECONDS = 15
"""After how long a program may ask a busy or lost database again."""


def init_refusals(app: Flask) -> None:
    """Give *app* its pages of refusal."""
    app.log_exception = partial(_log_incident, app)  # type: ignore[method-assign]  # Flask would have it subclassed
    app.register_error_handler(HTTPException, _refuse)
    app.register_error_handler(RuleBroken, _refuse_by_rule)
    app.register_error_handler(DBAPIError, _refuse_for_now)
    app.register_error_handler(PoolTimeout, _refuse_for_now)


class Refusal(NamedTuple):
    """A page of refusal: title, text and icon."""

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

TROUBLES = {
    Trouble.BUSY: Refusal(
        "Сейчас сохраняют другие",
        "Ваша очередь не подошла, ничего не записано. Подождите минуту и повторите.",
        "hourglass-split",
    ),
    Trouble.GONE: Refusal(
        "База данных не отвечает",
        "Ничего не записано. Подождите минуту и повторите.",
        "database",
    ),
    Trouble.FULL: Refusal(
        "На диске сервера кончилось место",
        "Ничего не записано. Скажите администратору: место нужно освободить, после этого повторите.",
        "database",
    ),
    Trouble.CLOSED: Refusal(
        "База данных закрыта для записи",
        "Ничего не записано. Скажите администратору, после этого повторите.",
        "database",
    ),
    Trouble.BROKEN: Refusal(
        "Файл базы данных повреждён",
        "Ничего не записано. Скажите администратору: базу нужно вернуть из последней копии.",
        "database",
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


def _refuse_for_now(error: DBAPIError | PoolTimeout) -> ResponseReturnValue:
    """Answer that the database cannot serve now; a failure of another kind goes on to become an incident."""
    found = trouble(error)
    if found is None:
        raise error
    # Where it was noticed tells nothing, and everybody who works now will add a line.
    _note_incident(current_app, f"database {found.value}", kinds_of(error.with_traceback(None))[:1])
    return _page(503, TROUBLES[found], keeps=_typed())


def _typed() -> tuple[tuple[str, str], ...] | None:
    """Return the sent form, to be sent again with one button; None for a form that must not stand on a page."""
    names = request.form.keys()
    if request.method != "POST" or any("password" in name for name in names):
        return None
    return tuple((name, value) for name in names for value in request.form.getlist(name))


def _page(
    code: int,
    refusal: Refusal,
    error: HTTPException | None = None,
    keeps: tuple[tuple[str, str], ...] | None = None,
) -> ResponseReturnValue:
    incident = g.get("incident", "") if code in (500, 503) else ""
    headers = [pair for pair in (error.get_headers() if error else []) if pair[0] in {"Allow", "Retry-After"}]
    if incident and code == 503:
        headers.append(("Retry-After", str(RETRY_SECONDS)))
    if request.accept_mimetypes.best == "application/json":
        return jsonify(title=refusal.title, text=refusal.text, incident=incident), code, headers
    context: dict[str, Any] = {"code": code, "refusal": refusal, "incident": incident, "keeps": keeps}
    if code < 500:
        return render_template("error.html", **context), code, headers
    # The shell asks the database for counts; after a failure that may be the very thing that is broken.
    template = current_app.jinja_env.get_template("error.html")
    here = request.full_path.rstrip("?") if request.method in ("GET", "POST") else ""
    return template.render(shell=None, here=here, files=bool(request.files), **context), code, headers


def _log_incident(app: Flask, exc_info: Any) -> None:
    """Log an unexpected failure under a short number the person can read out."""
    _note_incident(app, "incident", kinds_of(exc_info[1]))


def _note_incident(app: Flask, what: str, chain: list[dict[str, Any]]) -> None:
    """Write an incident into the log: the kinds of the exceptions, their lines and the route, nothing typed."""
    g.incident = f"{dt.datetime.now(dt.UTC):%d}-{secrets.randbelow(10_000):04d}"
    route = request.url_rule.rule if request.url_rule else "?"
    told = {"incident": g.incident, "method": request.method, "route": route, "failure": chain}
    lines = "\ncaused by ".join("\n  ".join([one["kind"], *one["lines"]]) for one in chain)
    app.logger.error("%s %s: %s %s\n%s", what, g.incident, request.method, route, lines, extra={"told": told})
