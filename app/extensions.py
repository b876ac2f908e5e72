"""The database and the other Flask extensions, unbound; the factory binds them to an app."""

from __future__ import annotations

from flask_appbuilder import Model as FabModel
from flask_appbuilder.models.sqla.base import SQLA
from flask_migrate import Migrate
from flask_wtf import CSRFProtect

from app import base  # noqa: F401 -- the naming convention must stand before any table is declared

# FAB declares its tables on its own Model; without this Alembic would see no table at all.
db = SQLA(metadata=FabModel.metadata)
migrate = Migrate()
csrf = CSRFProtect()
