"""Every guard there is, taught: importing this module teaches the gate how each of them is checked.

The functions stand by subject: the way in (``guards_intake``), the family (``guards_family``), the agreement and the
programme (``guards_programme``), decisions and the end (``guards_results``), papers (``personal_file``).
"""

from __future__ import annotations

from app.cases.gate import taught_guards
from app.process import guards_family, guards_intake, guards_programme, guards_results, personal_file
from app.profiles.guards import GUARDS

TAUGHT = (guards_intake, guards_family, guards_programme, guards_results, personal_file)
"""The modules that teach."""

assert taught_guards() == GUARDS.keys(), "every guard of the closed list is taught by a function, and no other"
