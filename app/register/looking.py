"""Looks of a request: what its page shows is noted while it is drawn and written before it leaves.

A route need not think of it: a GET page about one record of a personal register is a look because of what it is. The
engine only adds what is shown on it: special fields, the section, the numbers of rows, what was searched for. A page
drawn again after a refused form is an answer to a POST, so no look is counted twice. HEAD sends no page. A browser
that fetches ahead is refused, and asks again when the person really comes.

A row that cannot be written leaves nothing to be shown: the answer is the page of refusal instead.

Who asks for a record of a personal register and is refused, because it is out of his sight, is not there or the section
is closed to him, leaves a row too (ФСТЭК № 21, РСБ.3; A5). The row is the same for a foreign and a missing record.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, current_app, g, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app import journal
from app.acting import actor, actor_or_none
from app.base import Model
from app.extensions import db
from app.journal import looks
from app.register.personal import is_personal

if TYPE_CHECKING:
    from app.register.spec import Spec
    from app.register.view import Register

FACTS = "Сведения"


@dataclass
class Look:
    """What the page of this request shows."""

    verb: str = ""
    about: tuple[str, int | None] = ("", None)
    block: str = ""
    sentence: str = ""
    special: bool = False
    searched: bool = False
    typed: str = ""
    shown: dict[str, list[int]] = field(default_factory=dict)


def _noted() -> Look:
    if "look" not in g:
        g.look = Look()
    found: Look = g.look
    return found


def fields_shown(spec: Spec, names: Iterable[str]) -> None:
    """Note that fields *names* stand on the page; a special one makes it a look at special data."""
    if is_personal(spec.model) and any(spec.fields[name].private for name in names):
        _noted().special = True


def special_shown(spec: Spec) -> None:
    """Note that something special beside fields stands on the page, such as the name of a paper on health."""
    if is_personal(spec.model):
        _noted().special = True


def block(title: str) -> None:
    """Note which section of a card is shown."""
    _noted().block = title


def rows_shown(spec: Spec, names: Iterable[str], ids: Iterable[int], typed: str = "") -> None:
    """Note a page of a list: its columns, its rows, and what was *typed* into its search."""
    if not is_personal(spec.model):
        return
    fields_shown(spec, names)
    noted = _noted()
    if typed:
        noted.searched, noted.typed = True, typed
    noted.shown.setdefault(spec.model.__tablename__, []).extend(ids)


def offered(model: type[Model], ids: list[int], typed: str) -> None:
    """Note what a look-up in a form offers; one that offers nothing is a word half typed, no look."""
    if ids and is_personal(model):
        noted = _noted()
        noted.searched, noted.typed = True, typed
        noted.shown.setdefault(model.__tablename__, []).extend(ids)


def searched(typed: str) -> None:
    """Note a search that may have found nothing: that nothing was found tells something too."""
    if typed:
        noted = _noted()
        noted.searched, noted.typed = True, typed


def opened(record: Model) -> None:
    """Note a page about *record* that is not served by its register."""
    if is_personal(type(record)):
        _noted().about = (record.__tablename__, record.id)


def file_shown(verb: str, file: Model, owner: Model, sentence: str) -> None:
    """Note that *file*, attached to *owner*, is opened or saved. The headers tell of it already, so HEAD counts too."""
    noted = _noted()
    noted.verb, noted.sentence = verb, sentence
    noted.about, noted.shown = (file.__tablename__, file.id), {owner.__tablename__: [owner.id]}


def subject() -> tuple[str, int | None] | None:
    """Return (table, number) this request's address is about; the number is None for a whole register."""
    view = getattr(current_app.view_functions.get(request.endpoint or ""), "__self__", None)
    model = getattr(view, "model", None)
    if isinstance(model, type) and issubclass(model, Model) and is_personal(model):
        return model.__tablename__, (request.view_args or {}).get("pk")
    noted = g.get("look")
    return noted.about if noted is not None and noted.about[0] else None


def _look_of(response: Response) -> Look | None:
    """Return the one look that *response* is, or None."""
    noted = g.get("look")
    if response.status_code != 200 or request.method not in ("GET", "HEAD"):
        return None
    if noted is not None and noted.verb:
        return noted
    if request.method == "HEAD":
        return None
    about = subject()
    if about is not None and about[1] is not None:
        made = noted or Look()
        made.about = about
        made.verb = looks.HEALTH if made.special else looks.CARD
        made.sentence = f"Раздел «{made.block or FACTS}»."
        return made
    if noted is None or not (noted.searched or noted.special):
        return None
    number = sum(map(len, noted.shown.values()))
    noted.verb = looks.SEARCH if noted.searched else looks.HEALTH
    noted.sentence = f"Показано строк: {number}."
    if noted.searched and noted.special:
        noted.sentence += " В строках есть специальные сведения."
    if len(noted.shown) == 1:
        noted.about = (next(iter(noted.shown)), None)
    return noted


def printed(register: Register, record: Model | None, section: str) -> Response:
    """Record that a page was printed, as its script tells before the printer is asked for.

    A server sees no printer: who prints without scripts, photographs the screen or saves the page is not seen here.
    That the page was shown is on record all the same.
    """
    if is_personal(register.model):
        session, by = db.session(), actor()
        said = f"Раздел «{' '.join(section.split())[:60]}»." if section else ""
        journal.record(session, by, looks.PRINT, record, said, about=(register.model.__tablename__, None))
        session.commit()
    return Response(status=204)


def print_slip() -> str:
    """Return the address a page of this request tells of its printing, empty where printing is no look."""
    view: Any = getattr(current_app.view_functions.get(request.endpoint or ""), "__self__", None)
    about = subject()
    if about is None or not hasattr(view, "printed"):
        return ""
    _, pk = about
    return str(view.url("list_printed") if pk is None else view.url("printed", pk=pk))


def init_looking(app: Flask) -> None:
    """Make *app* write down the look each answer is before it leaves, and refuse browsers that fetch ahead."""

    app.jinja_env.globals["print_slip"] = print_slip

    @app.before_request
    def refuse_ahead() -> Response | None:
        ahead = f"{request.headers.get('Sec-Purpose', '')} {request.headers.get('Purpose', '')}"
        if "prefetch" in ahead or "prerender" in ahead:
            return Response(status=503, headers={"Cache-Control": "no-store"})
        return None

    @app.after_request
    def write_down(response: Response) -> Response:
        who = actor_or_none()
        try:
            _refusal_told(response)
        except (DBAPIError, PoolTimeout) as failure:
            return _busy(response, failure)
        made = _look_of(response) if who is not None and request.endpoint is not None else None
        if made is None or who is None:
            return response
        try:
            looks.look(
                db.session(), who, made.verb, about=made.about, sentence=made.sentence, shown=made.shown,
                typed=made.typed,
            )  # fmt: skip
        except (DBAPIError, PoolTimeout) as failure:
            return _busy(response, failure)
        return response


def _refusal_told(response: Response) -> None:
    """Write down that a person was refused a record, or a section, of a personal register."""
    who = actor_or_none()
    if who is None or who.user_id is None or response.status_code not in (403, 404):
        return
    about = subject()
    if about is None or (response.status_code == 404 and about[1] is None):
        return
    session = db.session()
    session.rollback()  # A form that was refused may hold the write lock; nothing of it is kept.
    why = "Раздел закрыт." if response.status_code == 403 else "Карточки нет или она не открыта этому человеку."
    journal.apart(session, who, looks.REFUSED, None, why, about=about)


def _busy(response: Response, failure: Exception) -> Response:
    response.close()
    # An error here would become an incident; it is the same busy database as anywhere else.
    refusal: Any = current_app.handle_user_exception(failure)
    return current_app.make_response(refusal)
