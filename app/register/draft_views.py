"""The routes of drafts: forms put them by here, and a person throws away what he does not need."""

from __future__ import annotations

from flask import abort, flash, jsonify, redirect, request
from flask_appbuilder import BaseView, expose
from flask_login import current_user
from werkzeug.wrappers import Response

from app import acting
from app.base import RuleBroken
from app.extensions import db
from app.register import drafts
from app.register.access import PK, keeps_typed, signed_in, waits_at_most
from app.register.editing import safe_back
from app.register.field import local


class Drafts(BaseView):
    """Where forms put their drafts by. No role grants it: a person reaches nothing but his own."""

    route_base = "/drafts"
    default_view = "keep"
    class_permission_name = "drafts"

    @expose("/keep", methods=["POST"])
    @waits_at_most(2_000)
    @keeps_typed
    def keep(self) -> tuple[Response, int]:
        """Put a draft by. The sealed ticket is the right to it, also when the session has ended meanwhile."""
        ticket = drafts.read_ticket(request.form.get(drafts.TICKET, ""))
        if ticket is None:
            return jsonify(text="Эта страница открыта слишком давно, черновик не хранится. Откройте форму заново."), 400
        session = db.session()
        try:
            draft = drafts.keep(session, ticket, request.form)
        except RuleBroken as refusal:
            session.rollback()
            return jsonify(text=refusal.sentence), 413
        session.commit()
        if draft is None:
            return jsonify(text=""), 202
        said = f"Черновик сохранён в {local(draft.saved_at):%H:%M}."
        if not current_user.is_authenticated:
            said += " Вход закончился: нажмите «Сохранить», войдите, и набранное вернётся."
        return jsonify(text=said), 201

    @expose(f"/discard/{PK}", methods=["POST"])
    @signed_in
    def discard(self, pk: int) -> Response:
        """Throw an own draft away."""
        session = db.session()
        draft = drafts.own(session, acting.actor().user_id or 0, pk) or abort(404)
        back = safe_back(request.form.get("back")) or draft.url
        session.delete(draft)
        session.commit()
        flash("Черновик удалён.", "ok")
        return redirect(back)
