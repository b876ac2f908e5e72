"""The facts of a submitted report as text: frozen on the day it was submitted, read again for its card."""

from __future__ import annotations

import json
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from app.progress.facts import Facts, Mark, MeasureFact
from app.visits.norm import Count

_AMOUNTS = ("services", "assistance", "kinds")


def to_text(facts: Facts) -> str:
    """Return *facts* as they are kept."""
    return json.dumps(asdict(facts), ensure_ascii=False, default=str, sort_keys=True)


def from_text(text: str) -> Facts:
    """Return the facts kept as *text*."""
    kept: dict[str, Any] = json.loads(text)
    return Facts(
        **{
            **kept,
            **{name: {code: Decimal(amount) for code, amount in kept[name].items()} for name in _AMOUNTS},
            "measures": tuple(MeasureFact(**{**one, "mark": Mark(one["mark"])}) for one in kept["measures"]),
            "mediation": Decimal(kept["mediation"]),
            "visits": Count(**kept["visits"]),
        }
    )
