"""Screens of programmes."""

from __future__ import annotations

from app.programmes.models import MeasureLineage
from app.register.view import Register


class MeasureLines(Register):
    """Measures as services refer to them: one line through all versions."""

    key = "lines"
    datamodel = MeasureLineage
    title = "Мероприятия", "Мероприятие"
    list_columns = ["case_id"]
    eager = ["measures"]
    fixed_rows = True
