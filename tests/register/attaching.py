"""Attaching as a person does, and what is in the folder and in the table afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import SYSTEM, acting
from app.base import Model
from app.extensions import db
from app.journal.models import JournalRow
from app.register import files
from app.register.models import Attachment
from app.storage import Folder
from tests.register import uploads
from tests.visiting import Browser

PDF = uploads.pdf()


def whole_folder(app: Flask) -> Iterator[Folder]:
    """Yield the emptied folder of files; in the end check that each row has its file and each file its row."""
    with app.app_context():
        made = files.folder()
    for left in made.root.rglob("*"):
        if left.is_file():
            left.unlink()
    yield made
    with app.app_context(), acting(SYSTEM), Session(db.engine) as session:
        rows = sorted(session.scalars(select(Attachment.stored_as)))
    assert rows == made.names() == sorted(stored_under(made))


def stored_under(folder: Folder) -> list[str]:
    """Return every file in the folder, temporary ones too."""
    return [str(path.relative_to(folder.root)) for path in folder.root.rglob("*") if path.is_file()]


def send(browser: Browser, record: Model, *sent: tuple[bytes, str], key: str = "families") -> Any:
    """Attach files to a record through its card."""
    given = [(BytesIO(content), name) for content, name in sent]
    return browser.post(f"/{key}/files/{record.id}", data={"files": given}, content_type="multipart/form-data")


def attached(stored: Session) -> list[Attachment]:
    """Return every attachment there is."""
    stored.expire_all()
    return list(stored.scalars(select(Attachment).order_by(Attachment.id)))


def said(answer: Any) -> str:
    """Return the words of a page without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def events(stored: Session, table: str, pk: int) -> list[tuple[str, str]]:
    """Return the named events of a record, looks at its card left out."""
    rows = stored.execute(
        select(JournalRow.verb, JournalRow.sentence)
        .where(JournalRow.table_name == table, JournalRow.record_id == pk)
        .order_by(JournalRow.id)
    )
    return [(verb, sentence) for verb, sentence in rows if "." in verb and not verb.startswith(("look.", "access."))]
