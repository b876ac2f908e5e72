"""Drafts: what is typed into a form and not saved yet, kept sealed for the person the form was drawn for.

A page with a form carries a *ticket*: whose it is, which form, where it is opened again. It is sealed, so nobody can
read one or write one himself. The ticket alone lets a draft be put by, for the hours after a session has ended; it
never lets one be read. Reading takes the signed-in person.

Every opened page puts its text by in a place of its own («families:edit:12#k3v9x2»), so that two pages of one form
never overwrite each other, and a draft that was offered and passed over stays until it is taken or thrown away.

    typed ──keep──▶ draft ──the form is saved: drop / thrown away: discard / DAYS are over: sweep──▶ gone
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import delete, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, defer
from werkzeug.datastructures import MultiDict

from app import sealing
from app.acting import SYSTEM, acting, now
from app.base import RuleBroken
from app.extensions import db
from app.jobs.tasks import daily
from app.register.models import Draft, FormReceipt

DAYS = 7
"""A draft is kept, and a page may put one by, for so long after it was last typed into or drawn."""
MOST_SIGNS = 200_000
"""Signs of one draft, as stored; the longest forms of the centres hold a tenth of it."""
MOST_DRAFTS = 100
"""Drafts of one person; the oldest makes room."""
TICKET, NUMBER = "draft.ticket", "draft.number"
"""Inputs of every form that keeps drafts: the ticket, and the moment of its script's clock it was sent at."""
_NOT_TYPED = frozenset({"csrf_token", TICKET, NUMBER, "more", "next"})
_SECRET = ("password", "пароль")
_MARK = "ticket:"


@dataclass(frozen=True)
class Ticket:
    """What a page with a form knows of its draft. *place* is the form («families:add») and *slot* this page of it.

    *url* opens the form again and names no person; *token* is the receipt under which the form will be saved.
    """

    user_id: int
    place: str
    slot: str
    url: str
    title: str
    token: str
    row_version: int | None
    made_at: float

    @property
    def form(self) -> str:
        """The key under which the draft is stored."""
        return f"{self.place}#{self.slot}"

    def sealed(self) -> str:
        """Return the ticket as the page carries it."""
        return urlsafe_b64encode(sealing.seal(_MARK + json.dumps(asdict(self)))).decode("ascii")


def new_slot() -> str:
    """Return the name of a page's own place for its draft."""
    return secrets.token_urlsafe(6)


def read_ticket(text: str) -> Ticket | None:
    """Return the ticket a form came with; None for one that is not ours or too old."""
    try:
        opened = sealing.unseal(urlsafe_b64decode(text))
    except (ValueError, InvalidTag, sealing.NoKey):
        return None
    if not opened.startswith(_MARK):
        return None  # Sealed by us, but something else.
    ticket = Ticket(**json.loads(opened.removeprefix(_MARK)))
    return ticket if now().timestamp() - ticket.made_at <= DAYS * 86_400 else None


# ---- putting by and taking away ----------------------------------------------------------------------


def keep(session: Session, ticket: Ticket, sent: MultiDict[str, str]) -> Draft | None:
    """Put what was *sent* by as the draft of the page with *ticket*.

    None: the form was saved meanwhile, or a later state of it is kept already; requests overtake each other.

    Raises:
        RuleBroken: more was typed than a draft holds.
    """
    spent = select(FormReceipt.id).where(FormReceipt.token == ticket.token, FormReceipt.user_id == ticket.user_id)
    if session.scalars(spent).first() is not None:
        return None
    number = sent.get(NUMBER, "")
    body = {
        "token": ticket.token,
        "number": int(number) if number.isascii() and number.isdigit() and len(number) < 16 else 0,
        "fields": [(name, value) for name, value in sent.items(multi=True) if _is_typed(name)],
    }
    text = json.dumps(body, ensure_ascii=False)
    if len(text) > MOST_SIGNS:
        raise RuleBroken("Набрано больше, чем вмещает черновик. Сохраните форму, а длинный текст приложите файлом.")
    same = select(Draft).where(Draft.user_id == ticket.user_id, Draft.form == ticket.form)
    draft = session.scalars(same).one_or_none()
    if draft is None:
        draft = Draft(user_id=ticket.user_id, form=ticket.form)
        _write(draft, ticket, text)
        try:
            with session.begin_nested():
                session.add(draft)
        except IntegrityError:  # The same page has sent twice at once, and the other copy was first.
            draft = session.scalars(same).one()
        else:
            _make_room(session, ticket.user_id)
            return draft
    before = json.loads(draft.body)
    if before["token"] == ticket.token and before["number"] > body["number"]:
        return None
    _write(draft, ticket, text)
    return draft


def _write(draft: Draft, ticket: Ticket, text: str) -> None:
    draft.url, draft.title, draft.body = ticket.url, ticket.title, text
    draft.row_version, draft.saved_at = ticket.row_version, now()


def _is_typed(name: str) -> bool:
    return name not in _NOT_TYPED and not any(word in name.casefold() for word in _SECRET)


def _make_room(session: Session, user_id: int) -> None:
    newest_first = select(Draft.id).where(Draft.user_id == user_id).order_by(Draft.saved_at.desc(), Draft.id.desc())
    crowded = session.scalars(newest_first.offset(MOST_DRAFTS)).all()
    if crowded:
        session.execute(delete(Draft).where(Draft.id.in_(crowded)))


def drop(session: Session, ticket: Ticket) -> None:
    """Forget the draft of a page whose form is saved in this very transaction."""
    session.execute(delete(Draft).where(Draft.user_id == ticket.user_id, Draft.form == ticket.form))


def sweep(session: Session) -> int:
    """Delete the drafts nobody has come back to for :data:`DAYS` and return how many."""
    return int(session.execute(delete(Draft).where(Draft.saved_at < _oldest())).rowcount)  # type: ignore[attr-defined]


@daily("register.drafts", hour=4)
def sweep_daily() -> str:
    """Sweep the drafts of everybody."""
    with acting(SYSTEM), Session(db.engine) as session:
        number = sweep(session)
        session.commit()
    return f"Убрано черновиков: {number}."


def _oldest() -> dt.datetime:
    return now() - dt.timedelta(days=DAYS)


# ---- finding again -----------------------------------------------------------------------------------


def of_person(session: Session, user_id: int, place: str = "") -> list[Draft]:
    """Return the drafts of a person, of one form or of all, the newest first; their text is read when asked for."""
    wanted = select(Draft).where(Draft.user_id == user_id, Draft.saved_at >= _oldest())
    if place:
        wanted = wanted.where(or_(Draft.form == place, Draft.form.startswith(f"{place}#", autoescape=True)))
    return list(session.scalars(wanted.options(defer(Draft.body)).order_by(Draft.saved_at.desc(), Draft.id.desc())))


def own(session: Session, user_id: int, pk: int) -> Draft | None:
    """Return the draft *pk* if it is that person's."""
    return session.scalars(
        select(Draft).where(Draft.id == pk, Draft.user_id == user_id, Draft.saved_at >= _oldest())
    ).one_or_none()


def typed_in(draft: Draft) -> MultiDict[str, str]:
    """Return the fields of the form as they were sent."""
    fields: list[Any] = json.loads(draft.body)["fields"]
    return MultiDict([(str(name), str(value)) for name, value in fields])


def place_of(draft: Draft) -> tuple[str, str]:
    """Return the form a draft belongs to and the page's own place in it."""
    place, _, slot = draft.form.partition("#")
    return place, slot
