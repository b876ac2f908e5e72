"""Which tables hold data about the people the centre helps; told by their columns, listed nowhere by hand.

A table is personal when a column of it is special or restricted, when it links to a personal one (a case to its
family, a measure to its programme), or when it collects personal rows (a meeting its agenda). Directories (services,
staff, territories) have none of these, so opening their cards is no look.
"""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import inspect

from app.base import RESTRICTED, SPECIAL, FabBase, Model, tables_made


def is_personal(model: type[Model]) -> bool:
    """Whether rows of *model* are about the people the centre helps."""
    return model in _personal(tables_made())


@lru_cache(maxsize=4)
def _personal(made: int) -> frozenset[type[Model]]:
    """Return the personal models; *made* only invalidates the cache."""
    models = {m.class_ for m in FabBase.registry.mappers if issubclass(m.class_, Model)}
    found = {m for m in models if any(c.info.get("privacy") in (SPECIAL, RESTRICTED) for c in m.__table__.columns)}
    while True:
        tables = {m.__table__ for m in found}
        more = {m for m in models - found if any(key.column.table in tables for key in m.__table__.foreign_keys)}
        if not more:
            break
        found |= more
    collecting = {m for m in models if any(r.uselist and r.mapper.class_ in found for r in inspect(m).relationships)}
    return frozenset(found | collecting)
