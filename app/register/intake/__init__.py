"""Loading from Excel: what every import shares, whatever its workbooks hold.

::

    upload ─► Importer.plan ─► Plan: what was read, what would be done, what is wrong, whom it resembles
                  ▲   columns as corrected, answers on likely twins
                  └── preview ─► Importer.load (all, or the good rows) ─► Done ─► the rest is given back

An import is one :class:`~app.register.intake.importer.Importer`, named in ``app/importers.py``; the screens
(:mod:`app.register.intake.views`), the command line and jobs know importers only.
"""

from app.register.intake.importer import Done, Importer, importers
from app.register.intake.plan import Change, Plan, Planned, Twin, Verdict, stamp_of

__all__ = ["Change", "Done", "Importer", "Plan", "Planned", "Twin", "Verdict", "importers", "stamp_of"]
