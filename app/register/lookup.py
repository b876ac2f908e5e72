"""Look-ups of linked records on the server: by the start of the title first, then by any of its words. No count."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Load, Session

from app.base import Model
from app.register.locks import gate
from app.register.search import found_by
from app.register.spec import title_key
from app.words import fold

SHOWN = 10


@dataclass(frozen=True)
class Choice:
    """One record to choose: its id, title and a second line that tells namesakes apart."""

    id: int
    text: str
    small: str = ""


def look_up(session: Session, model: type[Model], typed: str, *, by_title_only: bool = False) -> list[Choice]:
    """Return up to :data:`SHOWN` records of *model* that begin with or contain what was *typed*.

    A model may be found by its neighbours, too: ``__looked_up_through__`` names relation paths, as a case is found by
    the surname of its family. A model whose title is not its own column answers by ``look_up(session, typed)``.

    *by_title_only*: neither found by other fields nor told apart by them, for people shown some fields only.
    """
    own = getattr(model, "look_up", None)
    if own is not None:
        return list(own(session, typed))
    key_name = title_key(model)
    key = getattr(model, key_name)
    start = fold(typed)[:100]
    query = select(model).where(*gate(model)).order_by(key, model.id).limit(SHOWN)
    through = getattr(model, "__looked_up_through__", ())
    if key_name == "id":
        test = found_by(model, typed, through, session.get_bind().dialect.name)
        newest = select(model).where(*((test,) if test is not None else ()), *gate(model))
        newest = newest.options(*(_fetched(model, path) for path in through))
        return [_choice(record) for record in session.scalars(newest.order_by(model.id.desc()).limit(SHOWN))]
    if start:
        query = query.where(key >= start, key < start + "\U0010ffff")
    found = list(session.scalars(query))
    if by_title_only:
        return [Choice(record.id, str(record)) for record in found]
    if start and len(found) < SHOWN and "search_key" in model.__table__.columns:
        test = found_by(model, typed, through, session.get_bind().dialect.name)
        if test is not None:
            seen = [record.id for record in found]
            rest = select(model).where(test, model.id.not_in(seen), *gate(model)).limit(SHOWN - len(found))
            found += sorted(session.scalars(rest), key=lambda record: getattr(record, key_name))
    return [_choice(record) for record in found]


def _fetched(model: type[Model], path: tuple[str, ...]) -> Load:
    """Return the option that fetches what *path* leads to: a choice usually names that neighbour."""
    option, current = Load(model), model
    for step in path:
        attribute = getattr(current, step)
        option, current = option.joinedload(attribute), attribute.property.mapper.class_
    return option


def _choice(record: Model) -> Choice:
    return Choice(record.id, str(record), str(getattr(record, "lookup_line", "") or ""))
