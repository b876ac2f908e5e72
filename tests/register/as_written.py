"""Builds the register of the README in a process of its own and uses it as its people would.

Run by ``test_readme.py``: the table it declares must not be seen by any other test. Arguments: a fresh folder.
"""

from __future__ import annotations

import re
import sys
import types
from contextlib import closing
from io import BytesIO
from pathlib import Path

from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import create_app, setup
from app.acting import SYSTEM, acting
from app.database import upgrade
from app.extensions import db
from app.journal.models import JournalRow
from app.organisation.models import ServiceUnit
from app.organisation.rules import add_staff, make_account
from app.register.search import sync_triggers
from app.roles import CURATOR, REGISTRAR, ROLES
from app.views import Screen
from config import ROOT
from tests.databases import settings_of
from tests.visiting import EASY, Browser, signed_in

CARD = {"name": "Кресло-коляска «Ёж»", "inventory_no": "ТСР-1", "condition": "good", "acquired_on": "01.02.2026",
        "cost": "9 140,50", "indications": "ДЦП"}  # fmt: skip


def written(part: str) -> types.ModuleType:
    """Return the module ``app.rental.<part>`` made of the block of the README."""
    found = re.search(rf"<!-- register: {part} -->\n```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S)
    assert found, f"the README has no block {part!r}"
    made = types.ModuleType(f"app.rental.{part}")
    sys.modules[made.__name__] = made
    exec(compile(found[1], f"README.md, {part}", "exec"), made.__dict__)
    return made


def use(folder: Path) -> None:
    """Go through the register: rights, form, refusal, list, search, filter, card, history, Excel, deletion."""
    models, views = written("models"), written("views")
    for role in (CURATOR, REGISTRAR):
        ROLES[role]["rental"] = "RWDS" if role == CURATOR else "RW"
    settings = settings_of(folder)
    upgrade(settings)
    screen = Screen("Прокат", "Фонд проката", "box-seam", views.RentalItems)
    app = create_app(settings, more_screens=[screen], **EASY)
    app.test_client_class = Browser
    with app.app_context(), acting(SYSTEM):
        models.RentalItem.__table__.create(db.engine)
        with db.engine.begin() as connection:
            sync_triggers(connection)
        setup.run(app)
        with Session(db.engine) as stored:
            unit = stored.scalars(select(ServiceUnit)).first()
            accounts = []
            for number, role in enumerate((CURATOR, REGISTRAR)):
                person = add_staff(stored, unit.id, f"Проверкин{number} Пётр", "специалист", by=SYSTEM)
                made = make_account(stored, person, f"visitor{number}", "пароль-для-проверок", [role], by=SYSTEM,
                                    must_change=False)  # fmt: skip
                accounts.append(made)
            curator, registrar = (signed_in(app, account) for account in accounts)
            stored.commit()
    refused = curator.post("/rental/add", data={**CARD, "acquired_on": "31.02.2026"})
    assert refused.status_code == 200 and "В феврале нет 31-го числа." in refused.text and "«Ёж»" in refused.text
    saved = curator.post("/rental/add", data=CARD)
    assert saved.status_code == 302 and saved.location == "/rental/show/1", saved.text
    twin = curator.post("/rental/add", data={**CARD, "name": "Ходунки"})
    assert "Такое значение уже занято: «Инв. №»." in twin.text
    for query, number in (("", 1), ("?q=еж", 1), ("?q=ходунки", 0), ("?f.condition=good", 1), ("?f.condition=worn", 0),
                          ("?sort=-name", 1), ("?f.acquired_on.op=ge&f.acquired_on=01.02.2026", 1)):  # fmt: skip
        assert curator.get(f"/rental/{query}").text.count("/rental/show/1") == number, query
    assert curator.get("/rental/?sort=cost").status_code == 400
    assert "ДЦП" in curator.get("/rental/show/1").text and "9\u202f140,50" in curator.get("/rental/show/1").text
    for address in ("/rental/show/1", "/rental/edit/1", "/rental/", "/rental/show/1?tab=history"):
        text = registrar.get(address).text
        assert "Ёж" in text and "ДЦП" not in text and "Показания" not in text, address
    edited = registrar.post("/rental/edit/1", data={"name": "Кресло", "inventory_no": "ТСР-1", "condition": "worn",
                                                    "row_version": "1"})  # fmt: skip
    assert edited.status_code == 302 and "ДЦП" in curator.get("/rental/show/1").text
    history = curator.get("/rental/show/1?tab=history").text
    assert "исправно" in history and "изношено" in history
    with closing(curator.get("/rental/export.xlsx")) as answer:
        cells = [cell.value for row in load_workbook(BytesIO(answer.data)).active.iter_rows() for cell in row]
    assert "Кресло" in cells and "ТСР-1" in cells
    assert curator.get("/rental/lookup?q=крес").json["results"][0]["text"] == "Кресло"
    assert registrar.post("/rental/delete/1").status_code == 403
    assert curator.post("/rental/delete/1").location == "/rental/"
    with app.app_context(), acting(SYSTEM), Session(db.engine) as stored:
        wanted = select(JournalRow.verb).where(JournalRow.table_name == "rental_item").order_by(JournalRow.id)
        verbs = stored.scalars(wanted).all()
        changes = [verb for verb in verbs if not verb.startswith(("look", "export", "access"))]
        assert changes == ["create", "change", "delete"], verbs
        db.engine.dispose()


if __name__ == "__main__":
    use(Path(sys.argv[1]))
