"""The first page of the day, and one search over everything one may see."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask_appbuilder import BaseView, expose
from flask_login import current_user
from werkzeug.wrappers import Response

from app.acting import today
from app.register.history import day_words


class HomeView(BaseView):
    """«Сегодня»: what waits for this person."""

    route_base = ""
    default_view = "index"
    class_permission_name = "home"

    @expose("/")
    def index(self) -> Response | str:
        """The home page; a stranger is sent to the door."""
        if not current_user.is_authenticated:
            return redirect(url_for("AuthView.login"))
        return render_template("home.html", greeting=day_words(today()), tiles=[], work=[])
