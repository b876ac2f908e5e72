"""A scratch application of stock Flask-AppBuilder, to measure what the register engine was built against.

Its two tables stand on a base of their own, so neither the migrations nor the map of the house ever see them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_appbuilder import AppBuilder, ModelView
from flask_appbuilder import action as stock_action
from flask_appbuilder.models.sqla.filters import FilterEqual
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.manager import SecurityManager
from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from app.extensions import db

as_it_is = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::sqlalchemy.exc.LegacyAPIWarning")
"""Stock FAB calls what SQLAlchemy and Python deprecate; here it is measured, not mended."""


class Toys(DeclarativeBase):
    """The base of the scratch tables, apart from those of the house."""


class ToyFamily(Toys):
    """A family of the scratch application; *owner* is the only one its base filter shows."""

    __tablename__ = "toy_family"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(250), unique=True)
    owner: Mapped[str] = mapped_column(String(50), default="ours")
    approved: Mapped[bool] = mapped_column(default=False)

    def __str__(self) -> str:
        return self.name


class ToyChild(Toys):
    """A child of a scratch family."""

    __tablename__ = "toy_child"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(250))
    family_id: Mapped[int | None] = mapped_column(ForeignKey("toy_family.id"))
    family: Mapped[ToyFamily | None] = relationship()


class _Meeting:
    """Where threads wait for each other, so that an unlucky interleaving happens every time."""

    barrier: threading.Barrier | None = None

    def wait(self) -> None:
        if self.barrier is not None:
            self.barrier.wait(30)


meeting = _Meeting()


def _waiting(form: Any) -> Any:
    """Return FAB's own *form* waiting for the others: ``refresh`` stands between reading the address and filling it."""

    class Waiting(form):
        @classmethod
        def refresh(cls, obj: Any = None) -> Any:
            made = super().refresh(obj)
            meeting.wait()
            return made

    return Waiting


def _views() -> tuple[type[ModelView], type[ModelView]]:
    """Make the views anew for each application: FAB keeps state on the class."""

    class StockChildren(ModelView):
        datamodel = SQLAInterface(ToyChild, db.session)
        list_columns = ["name"]  # noqa: RUF012 -- FAB's own way
        add_columns = edit_columns = show_columns = search_columns = ["name", "family"]  # noqa: RUF012

        def _init_forms(self) -> None:
            super()._init_forms()
            self.add_form = _waiting(self.add_form)

    class StockFamilies(ModelView):
        datamodel = SQLAInterface(ToyFamily, db.session)
        list_columns = add_columns = edit_columns = show_columns = search_columns = ["name"]  # noqa: RUF012
        base_filters = [["owner", FilterEqual, "ours"]]  # noqa: RUF012

        @stock_action("approve", "Approve", "", "")
        def approve(self, items: Any) -> str:
            for family in items if isinstance(items, list) else [items]:
                family.approved = True
            db.session.commit()
            return "done"

    return StockFamilies, StockChildren


class _OpenDoor(SecurityManager):
    """Let every visitor do everything: rights are not what is measured here."""

    def has_access(self, permission_name: str, view_name: str) -> bool:
        return True


@contextmanager
def stock_app(folder: Path) -> Iterator[Flask]:
    """Give a stock application on a fresh SQLite file in which every visitor may do everything."""
    app = Flask("stock", root_path=str(folder))
    app.config.update(
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{folder / 'stock.db'}",
        SQLALCHEMY_ENGINE_OPTIONS={"connect_args": {"timeout": 30}},
        SECRET_KEY="only for this test",
        WTF_CSRF_ENABLED=False,
        TESTING=True,
        FAB_ADD_SECURITY_VIEWS=False,
        FAB_UPDATE_PERMS=False,
        RATELIMIT_ENABLED=False,
    )
    db.init_app(app)
    with app.app_context():
        Toys.metadata.create_all(db.engine)
        builder = AppBuilder(app, db.session, security_manager_class=_OpenDoor)
        for view in _views():
            builder.add_view_no_menu(view)
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def families_of_children(app: Flask) -> dict[str, int | None]:
    """Return in which family each child was saved."""
    with app.app_context():
        return {child.name: child.family_id for child in db.session.scalars(select(ToyChild))}
