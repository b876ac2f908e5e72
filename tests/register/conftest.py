"""One centre beside another: whatever belongs to the other must never be seen from the first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from flask_appbuilder.security.sqla.models import PermissionView, Role
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import Actor
from app.organisation.models import ServiceUnit, Territory, TerritoryLevel
from app.people.models import Family
from app.roles import ROLES
from tests.make import make_actor, make_family, make_unit
from tests.visiting import Browser, Visit


@dataclass
class Office:
    """A centre with its settlement and people in their roles; *other* is a centre next door."""

    stored: Session
    visit: Visit
    unit: ServiceUnit
    other: ServiceUnit
    village: Territory

    @property
    def by(self) -> Actor:
        """Somebody of this centre, for the makers."""
        return make_actor(self.unit)

    @property
    def neighbour(self) -> Actor:
        """Somebody of the centre next door."""
        return make_actor(self.other)

    def family(self, name: str = "Тестовы", **more: Any) -> Family:
        """Make a family of this centre in its settlement."""
        return make_family(self.stored, self.by, members=[], name=name, territory=self.village, **more)

    def foreign(self, name: str = "Чужаковы", **more: Any) -> Family:
        """Make a family of the centre next door."""
        return make_family(self.stored, self.neighbour, members=[], name=name, territory=self.village, **more)

    def come(self, role: str = "Заведующий отделением") -> Browser:
        """Return a browser of this centre; without *role*, of somebody who sees every family of it."""
        return self.visit(role, unit=self.unit)

    def almighty(self) -> Browser:
        """Return a browser of somebody who holds every right of the centre, so that only the row can refuse."""
        everything = self.stored.scalars(select(PermissionView)).unique().all()
        self.stored.add(Role(name="Всё", permissions=list(everything)))
        self.stored.flush()
        return self.visit("Всё", *ROLES, unit=self.unit)


@pytest.fixture
def office(stored: Session, visit: Visit) -> Office:
    """Return a centre ready to work."""
    unit = stored.scalars(select(ServiceUnit).order_by(ServiceUnit.id)).first()
    assert unit is not None
    village = Territory(name="Тестово", level=TerritoryLevel.SETTLEMENT)
    stored.add(village)
    stored.flush()
    return Office(stored, visit, unit, make_unit(stored), village)
