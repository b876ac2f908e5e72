"""Kinds of help (442-ФЗ, ст. 22): a family asks for them, an agreement promises them, a measure gives one."""

from __future__ import annotations

from app.base import Choice


class HelpKind(Choice):
    """Kind of help the service gives."""

    MEDICAL = "medical", "медицинская"
    PSYCHOLOGICAL = "psychological", "психологическая"
    PEDAGOGICAL = "pedagogical", "педагогическая"
    LEGAL = "legal", "юридическая"
    SOCIAL = "social", "социальная"
