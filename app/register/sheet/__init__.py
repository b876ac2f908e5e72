"""Excel in: one engine that finds a table in a stranger's workbook and reads it by a declaration.

``open_workbook`` (guarded) → ``find_header`` → ``propose`` columns → ``read_groups`` with typed cells, or all of
it by ``read_book``. The engine knows no slice: what a sheet holds is a :class:`~app.register.sheet.declare.Sheet`
(see ``app/cases/sheets.py``), what becomes of its groups is the slice's own rule.
"""

from app.register.sheet.book import Book, Grid, open_workbook
from app.register.sheet.cells import Around
from app.register.sheet.declare import Field, Sheet
from app.register.sheet.header import find_header
from app.register.sheet.names import Directory, PersonName
from app.register.sheet.propose import Proposal, propose
from app.register.sheet.reading import Reading, Table, read_book
from app.register.sheet.rows import Group, Line, Problem, read_groups

__all__ = [
    "Around",
    "Book",
    "Directory",
    "Field",
    "Grid",
    "Group",
    "Line",
    "PersonName",
    "Problem",
    "Proposal",
    "Reading",
    "Sheet",
    "Table",
    "find_header",
    "open_workbook",
    "propose",
    "read_book",
    "read_groups",
]
