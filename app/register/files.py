"""Scans and documents of any record: attached, renamed, removed, and found without their fellow.

A file belongs to a record by table and key. Whoever sees the record sees its files; whoever may change the record adds
and removes them; the routes in :mod:`app.register.file_pages` ask for both. The content lives in :mod:`app.storage`.

A paper on health is kept as the special fields of the card are: without that right it is not there, and without a
consent of whom the card tells of it stays closed (152-ФЗ, article 10). All files of a card that is special as a whole
are such papers; on another card that tells of one person they carry a mark. The card of a family tells of several,
so nobody could say whose consent opens it: such a paper belongs to the card of the person.

A record with files is not deleted: a signed paper must not vanish with a click. That holds for every way of deleting
by the ORM, because it is asked before each flush.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import current_app
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session, UOWTransaction

from app import journal
from app.acting import SYSTEM, Actor, acting, now
from app.base import Model, RuleBroken, session_of
from app.extensions import db
from app.jobs.tasks import daily
from app.register import locks
from app.register.file_kinds import BY_MEDIA_TYPE, UNKNOWN, FileKind, size_words, title_of
from app.register.models import Attachment
from app.storage import Folder, Stored, Swept
from app.words import counted

MOST = 200
"""Files of one record."""

FULL = f"К одной карточке можно приложить до {MOST} файлов. Удалите ненужные или соедините сканы в один PDF."
SAME = "такой файл уже приложен к этой карточке."
PAPER, PAPERS = "Документ о здоровье", "Документы о здоровье"
NOT_HERE = "Документ о здоровье приложите к карточке человека: там он закрыт до согласия."


def folder() -> Folder:
    """Return the folder of files of the running installation."""
    return Folder(current_app.config["OPORA"].instance / "files")


def kind_of(file: Attachment) -> FileKind:
    """Return the kind of *file*; one that is no longer in the closed table may only be downloaded."""
    return BY_MEDIA_TYPE.get(file.media_type, UNKNOWN)


def of_record(record: Model) -> Any:
    """Return the criterion that an attachment belongs to *record*."""
    return of_row(type(record), record.id)


def of_row(model: type[Model], pk: int) -> Any:
    """Return the criterion that an attachment belongs to row *pk* of *model*."""
    return (Attachment.table_name == model.__tablename__) & (Attachment.record_id == pk)


def files_of(session: Session, record: Model, *, on_health: bool = True) -> list[Attachment]:
    """Return the files of *record*, the newest first; *on_health* False leaves out papers on health."""
    wanted = select(Attachment).where(of_record(record)).order_by(Attachment.id.desc())
    return list(session.scalars(wanted if on_health else wanted.where(Attachment.on_health.is_(False))))


def attach(
    record: Model, stored: Stored, kind: FileKind, file_name: str, *, by: Actor, on_health: bool = False
) -> Attachment:
    """Attach the *stored* content to *record* under a title made from its name.

    Raises:
        RuleBroken: it is attached already, the record has too many files, the disk refuses, or it is a paper on
            health and there is no consent to take it.
    """
    session = session_of(record)
    if on_health:
        lock = _papers_may_lie_on(record)
        if lock is not None:
            raise RuleBroken(lock.reason)
    same = select(func.count(Attachment.id)).where(of_record(record), Attachment.digest == stored.digest)
    if session.scalar(same):
        raise RuleBroken(SAME)
    if (session.scalar(select(func.count(Attachment.id)).where(of_record(record))) or 0) >= MOST:
        raise RuleBroken(FULL)
    title = title_of(file_name)
    made = Attachment(
        service_unit_id=getattr(record, "service_unit_id", None) or by.unit,
        table_name=record.__tablename__,
        record_id=record.id,
        title=title,
        file_name=title + kind.suffix,
        media_type=kind.media_type,
        size=stored.size,
        digest=stored.digest,
        stored_as=stored.name,
        on_health=on_health,
    )
    session.add(made)
    session.flush()
    stored.keep(session)
    journal.record(session, by, "file.attach", record, f"Приложен файл {said(made)}.")
    return made


def _papers_may_lie_on(record: Model) -> locks.Lock | None:
    """Return the lock on papers on health of *record*, None where they are open.

    Raises:
        RuleBroken: the record tells of nobody in particular.
    """
    if not type(record).__subject__:
        raise RuleBroken(NOT_HERE)
    return locks.lock_of_papers(session_of(record), record)


def mark(record: Model, file: Attachment, on_health: bool, *, by: Actor) -> None:
    """Say of *file* whether it is a paper on health; marking one closes it, so no consent is asked for.

    Raises:
        RuleBroken: the record tells of nobody in particular.
    """
    if on_health == file.on_health:
        return
    if on_health:
        _papers_may_lie_on(record)
    file.on_health = on_health
    said_so = "отмечен документом о здоровье" if on_health else "больше не отмечен документом о здоровье"
    journal.record(session_of(record), by, "file.mark", record, f"Файл {said(file)} {said_so}.")


def rename(record: Model, file: Attachment, title: str, *, by: Actor) -> None:
    """Give *file* of *record* another title.

    Raises:
        RuleBroken: the title is empty.
    """
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in title).split())[:200].strip()
    if not plain:
        raise RuleBroken("Напишите название файла.", field="title")
    if plain != file.title:
        file.title = plain
        journal.record(session_of(record), by, "file.rename", record, f"Файл {said(file)} назван иначе.")


def remove(record: Model, file: Attachment, *, by: Actor) -> None:
    """Remove *file* from *record*; its content goes after the commit."""
    session = session_of(record)
    words = said(file)
    session.delete(file)
    folder().drop(session, file.stored_as)
    journal.record(session, by, "file.remove", record, f"Удалён файл {words}.")


def said(file: Attachment) -> str:
    """Return how the journal names a file. Its title may tell of an illness, and these sentences are not sealed."""
    return f"№ {file.id} ({kind_of(file).label}, {size_words(file.size)})"


def check(session: Session, where: Folder, *, remove: bool = True) -> Swept:
    """Compare the folder with the rows of every unit: sweep what has no row, tell what has no content.

    Run as the system, which sees every row. Old files without a row are removed unless *remove* is False.
    """
    found = where.sweep(_known(session), now(), remove=remove)
    if found.missing:
        # Between reading the rows and looking into the folder somebody may have removed a file.
        session.expire_all()
        still = _known(session)
        found = Swept(found.removed, found.young, tuple(name for name in found.missing if name in still))
    return found


@daily("register.files", hour=4)
def check_daily() -> str:
    """Compare the folder with the rows once a day."""
    with acting(SYSTEM), Session(db.engine) as session:
        found = check(session, folder())
    return f"Убрано файлов: {len(found.removed)}, пропавших: {len(found.missing)}."


def _known(session: Session) -> set[str]:
    return set(session.scalars(select(Attachment.stored_as)))


@event.listens_for(Session, "before_flush")
def _keep_records_with_files(session: Session, context: UOWTransaction, instances: object) -> None:
    """Refuse to delete a record that has files, whichever rule deletes it."""
    by_table: dict[str, dict[int, Model]] = {}
    for record in session.deleted:
        if isinstance(record, Model) and not isinstance(record, Attachment) and record.id is not None:
            by_table.setdefault(record.__tablename__, {})[record.id] = record
    for table, records in by_table.items():
        for some in _pages(sorted(records)):
            wanted = (
                select(Attachment.record_id, func.count(Attachment.id))
                .where(Attachment.table_name == table, Attachment.record_id.in_(some))
                .group_by(Attachment.record_id)
                .limit(1)
                # A record shared by several units may carry files of another one; only their number is told.
                .execution_options(unscoped="delete check")
            )
            for pk, number in session.execute(wanted):
                files = counted(number, "файл", "файла", "файлов")
                raise RuleBroken(
                    f"«{records[pk]}» нельзя удалить: приложено {files}. Сначала удалите их на вкладке «Файлы»."
                )


def _pages(ids: list[int], size: int = 500) -> Iterable[list[int]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))
