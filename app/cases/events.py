"""What happens on the path of a case, told to the case: the events an order of work counts from (``closed.EVENTS``).

Every rule that brings one about calls :func:`happened` in its own transaction. The day a family counts as registered
is that of the event the order of work names (domain.md 3.3): the inclusion in the data bank, the recognition, the
application in the journal, the entry in the journal of families.
"""

from __future__ import annotations

import datetime as dt

from app.base import session_of
from app.cases.models import FamilyCase
from app.cases.stages import order_in_force
from app.profiles.closed import EVENTS


def happened(case: FamilyCase, event: str, *, on: dt.date) -> None:
    """Tell *case* that *event* came to pass on the day *on*.

    Raises:
        LookupError: there is no such event in the closed list.
    """
    if event not in EVENTS:
        raise LookupError(event)
    order = order_in_force(session_of(case), case.service_unit_id)
    if order is None:
        return
    if order.source["registered_at_event"] == event and case.registered_at is None:
        case.registered_at = max(on, case.opened_at)
