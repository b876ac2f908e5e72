"""The factory: settings, database, actor and scope, rights, screens, in that order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Flask, g, request
from flask_login import current_user
from werkzeug.middleware.proxy_fix import ProxyFix

from config import Settings


def create_app(settings: Settings | None = None, *, more_screens: Sequence[Any] = (), **overrides: Any) -> Flask:
    """Build the app. It writes nothing: tables belong to migrations, roles and permissions to ``opora setup``.

    *more_screens* are served beside the menu: a centre's own registers, or those of a test.

    Raises:
        UnfitDatabase: the database would lose data or answer wrongly.
        SpecError: a register is declared wrongly.
    """
    from app import (
        models,  # noqa: F401 -- every table is known before FAB and the scope look at them
        sealing,
    )
    from app.cookies import SealedMessages
    from app.database import assert_engine, init_session_end, prepare_engine
    from app.extensions import csrf, db, migrate
    from app.health import init_health
    from app.identity import identify
    from app.importers import IMPORTERS
    from app.jobs.running import init_jobs
    from app.register.looking import init_looking
    from app.register.view import Register, registers
    from app.security import OporaBuilder, OporaSecurity, init_acting
    from app.views import MENU
    from app.web import init_web

    settings = settings or Settings.from_env()
    app = Flask(__name__, static_folder="static", template_folder="templates")
    app.config.from_mapping(settings.flask_config())
    app.config.update(overrides)
    if settings.proxies:
        hops = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    sealing.load_keyring(settings.keyring)
    app.session_interface = SealedMessages()
    db.init_app(app)
    init_session_end(app)
    init_acting(app)  # Before the tokens are looked at: a refused form is drawn again for whoever sent it.
    csrf.init_app(app)
    migrate.init_app(app, db)
    init_web(app)
    init_jobs(app, identify)
    init_health(app)
    init_looking(app)  # The last registered sees an answer first, so a refusal in its place still gets its headers.
    with app.app_context():
        prepare_engine(db.engine)
        assert_engine(db.engine, durable=not app.testing)
        builder = OporaBuilder(security_manager_class=OporaSecurity)
        builder.init_app(app, db.session)
        app.extensions["opora_importers"] = IMPORTERS
        app.extensions["opora_menu"] = (*MENU, *more_screens)
        for screen in app.extensions["opora_menu"]:
            view = builder.add_view_no_menu(screen.view)
            if isinstance(view, Register):
                registers().add(view)
        registers().check()
    app.context_processor(_surroundings)
    return app


def _surroundings() -> dict[str, Any]:
    """Return what surrounds every page: the shell of a signed-in person, or nothing."""
    from app.security import rights
    from app.shell import shell_of, work_marks

    if not current_user.is_authenticated or request.endpoint is None:
        return {"shell": None, "work": None}
    if "shell" not in g:
        g.shell, g.work = shell_of(g.account, g.unit, rights()), work_marks()
    return {"shell": g.shell, "work": g.work}
