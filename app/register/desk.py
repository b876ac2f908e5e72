"""One form of the acting person and its drafts: offered when it opens, gone on with, forgotten when it is saved."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from flask import abort, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from app.acting import Actor, now
from app.base import Model
from app.register import drafts
from app.register.access import may
from app.register.field import local
from app.register.models import Draft
from app.register.pages import Drafting, DraftOffer
from app.register.registry import registers
from app.register.saving import give_receipt, sent_before

if TYPE_CHECKING:
    from app.register.view import Register

SHOWN = 5
"""Drafts offered above one form."""
LISTED = 30
"""Drafts shown on a person's own page."""


class Desk:
    """The drafts of one form, from its opening to its saving.

    *verb* is ``add``, ``edit``, the name of an action or of a form on the card; *url* opens the form again, without
    anybody's words in it. A page that holds many forms gives each its *slot* and the *draft* found for it.
    """

    def __init__(
        self, register: Register, by: Actor, verb: str, *names: object, url: str, title: str,
        slot: str = "", draft: Draft | None = None,
    ) -> None:  # fmt: skip
        self.session: Session = register.session
        self.by = by
        self.user_id = by.user_id or 0
        self.place = ":".join([register.key, verb, *(str(name) for name in names)])[:130]
        self.url, self.title, self.slot = url, title, slot
        came = drafts.read_ticket(request.form.get(drafts.TICKET, "")) if request.method == "POST" else None
        ours = came is not None and (came.user_id, came.place) == (self.user_id, self.place)
        self.came = came if came is not None and ours and came.slot == (slot or came.slot) else None
        self.draft = self._asked_for() if request.method == "GET" and not slot else draft

    def _asked_for(self) -> Draft | None:
        """Return the draft the address asks for; another person's is 404 like a missing one."""
        asked = request.args.get("draft", "")
        if not asked:
            return None
        if asked == "last":  # From the door: whoever has come in sees his own last draft or an empty form.
            return next(iter(drafts.of_person(self.session, self.user_id, self.place)), None)
        found = drafts.own(self.session, self.user_id, int(asked)) if _is_key(asked) else None
        return found if found is not None and drafts.place_of(found)[0] == self.place else abort(404)

    @property
    def typed(self) -> MultiDict[str, str] | None:
        """What is in the draft that is gone on with, or None."""
        return drafts.typed_in(self.draft) if self.draft is not None else None

    def token(self) -> str:
        """Return the receipt's token a form is drawn with: the one it came with, else a fresh one."""
        return self.came.token if self.came else secrets.token_urlsafe(24)

    def drawn(self, token: str, row_version: int | None = None, *, overtaken: bool = False) -> Drafting:
        """Return what the page needs. *row_version* was typed over; *overtaken*: the record has changed since."""
        kept_in = self.came.slot if self.came else drafts.place_of(self.draft)[1] if self.draft else ""
        slot = self.slot or kept_in or drafts.new_slot()
        ticket = drafts.Ticket(
            self.user_id, self.place, slot, self.url, self.title, token, row_version, now().timestamp()
        )
        if self.draft is None and (self.slot or request.method == "POST"):
            return Drafting(url_for("Drafts.keep"), ticket.sealed())
        if self.draft is not None:
            said = f"Это черновик от {when(self.draft)}. Проверьте и сохраните: пока ничего не записано."
            if overtaken:
                said += " С тех пор карточку изменил другой сотрудник: при сохранении правки соединятся."
            return Drafting(
                url_for("Drafts.keep"), ticket.sealed(), resumed=said, discard_url=_discard_url(self.draft),
                back=self.url,
            )  # fmt: skip
        offers = tuple(map(offer, drafts.of_person(self.session, self.user_id, self.place)[:SHOWN]))
        return Drafting(url_for("Drafts.keep"), ticket.sealed(), offers, back=request.full_path.rstrip("?"))

    def saved(self, record: Model) -> None:
        """Forget the draft and note the receipt, in the transaction that saves the form."""
        if self.came is not None:
            drafts.drop(self.session, self.came)
            if sent_before(self.session, self.came.token, self.by) is None:
                give_receipt(self.session, self.came.token, record, self.by)


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def when(draft: Draft) -> str:
    """Return the moment of a draft as people say it: «22.11, 10:18»."""
    return f"{local(draft.saved_at):%d.%m, %H:%M}"


def offer(draft: Draft) -> DraftOffer:
    """Return a draft as it is offered: what it is, when, the way to go on and the way to throw it away."""
    sign = "&" if "?" in draft.url else "?"
    return DraftOffer(draft.title, when(draft), f"{draft.url}{sign}draft={draft.id}", _discard_url(draft))


def _discard_url(draft: Draft) -> str:
    return url_for("Drafts.discard", pk=draft.id)


def unfinished(session: Session, by: Actor) -> tuple[DraftOffer, ...]:
    """Return what the person has begun and not saved, the newest first; what is out of his sight now is not told of."""
    found = drafts.of_person(session, by.user_id or 0)[:LISTED]
    wanted: dict[type[Model], set[int]] = {}
    needs = {draft.id: _needs(draft) for draft in found}
    for records in filter(None, needs.values()):
        for model, pk in records:
            wanted.setdefault(model, set()).add(pk)
    seen = {
        (model, pk)
        for model, pks in wanted.items()
        for pk in session.scalars(select(model.id).where(model.id.in_(pks)))
    }
    return tuple(offer(draft) for draft in found if (here := needs[draft.id]) is not None and seen >= set(here))


def _needs(draft: Draft) -> list[tuple[type[Model], int]] | None:
    """Return the records the form of a draft stands on; None when the form itself is closed to the person."""
    key, verb, *rest = drafts.place_of(draft)[0].split(":")
    register = registers().by_key.get(key)
    if register is None:
        return None
    if verb == "add":
        if not may(register, "add"):
            return None
        pairs = [one.partition("=") for one in rest]
        return [(target, int(pk)) for name, _, pk in pairs if (target := register.every_field[name].target)]
    if not (may(register, verb, action=True) if verb in register.register_actions else may(register, "edit")):
        return None
    return [(register.model, int(rest[0]))]
