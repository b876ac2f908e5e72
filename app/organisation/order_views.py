"""«Порядок работы»: the centre's own order of work as a picture and in words."""

from __future__ import annotations

from flask import render_template
from flask_appbuilder import BaseView, expose

from app import acting
from app.extensions import db
from app.organisation.models import ServiceUnit
from app.profiles.order import Deed, OrderOfWork
from app.profiles.picture import BOX, PAD, WIDTH, picture_of
from app.profiles.rules import order_of
from app.register.access import access
from app.register.field import local
from app.register.pages import Blank

TITLE = "Порядок работы"

BY_CENTRE = "установлено центром"
"""The clause of what no document of the centre asks for; the list of actions is read easier without it."""


class OrderOfWorkPage(BaseView):
    """The page on which everybody of the centre sees by which order it works; it changes nothing."""

    route_base = "/order"
    default_view = "list"
    class_permission_name = "order"

    @expose("/")
    @access("list")
    def list(self) -> str:
        """The order of work in force for the unit of who looks."""
        unit = db.session().get(ServiceUnit, acting.actor().unit)
        version = unit.profile if unit is not None else None
        if version is None:
            blank = Blank(
                "Порядок работы ещё не выбран",
                "Пока слова на экранах общие, а путь дела один для всех. Выбрать порядок может тот, у кого есть доступ "
                "к компьютеру с программой: opora setup --profile.",
                icon="signpost-split",
            )
            return render_template("order.html", page={"title": TITLE, "line": "", "blank": blank})
        order = order_of(version)
        since = f", загружен {local(version.created_at):%d.%m.%Y}" if version.created_at else ""
        page = {
            "title": TITLE,
            "line": f"{order.label}. Версия {version.number}{since}.",
            "picture": picture_of(order),
            "size": (WIDTH, BOX, PAD),
            "stages": [_stage(order, number) for number in range(len(order.stages))],
            "anytime": [_deed(order, one) for one in order.anytime],
            "file": order.personal_file,
            "principles": order.principles,
            "basis": order.legal_basis,
        }
        return render_template("order.html", page=page)


def _stage(order: OrderOfWork, number: int) -> dict[str, object]:
    stage = order.stages[number]
    return {
        "title": f"{number + 1}. {stage.label}",
        "clause": stage.clause,
        "deeds": [_deed(order, one) for one in stage.actions],
    }


def _deed(order: OrderOfWork, one: Deed) -> tuple[str, str, str]:
    """Return what may be done, by whom, and by which clause of the centre's document, if one says so."""
    clause = "" if one.clause == BY_CENTRE else one.clause
    return one.label, ", ".join(order.role_by_code[code].label for code in one.roles), clause
