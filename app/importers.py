"""What can be loaded from Excel: every importer, in the order in which it is offered on the screen."""

from __future__ import annotations

from app.cases.importer import FamilyBank
from app.register.intake.importer import declare
from app.services.importer import ServicesJournal

IMPORTERS = declare(
    [
        FamilyBank(),
        ServicesJournal(),
    ]
)
