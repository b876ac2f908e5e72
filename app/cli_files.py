"""``opora files check``: does every attached file have its content, and every content its file."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import click
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base import RuleBroken
from app.register import files
from app.register.models import Attachment
from app.storage import Folder, LostFile
from app.words import counted


def check_files(session: Session, where: Folder, *, read: bool = False, keep: bool = False) -> str:
    """Sweep the folder of files and return what was found in one line; with *read* every content is read too.

    *keep* removes nothing.

    Raises:
        RuleBroken: the content of some file is lost.
    """
    found = files.check(session, where, remove=not keep)
    lost = set(found.missing)
    rows = session.execute(select(Attachment.stored_as, Attachment.digest)).all()
    if read:
        for name, digest in rows:
            try:
                where.read(name, digest)
            except LostFile:
                lost.add(name)
    if lost:
        gone = session.execute(
            select(Attachment.id, Attachment.table_name, Attachment.record_id)
            .where(Attachment.stored_as.in_(lost))
            .order_by(Attachment.id)
        ).all()
        if gone:
            named = ", ".join(f"№ {pk} ({table} {record})" for pk, table, record in gone[:20])
            words = counted(len(gone), "файла", "файлов", "файлов")
            raise RuleBroken(f"Нет содержимого у {words}: {named}. Верните папку files из резервной копии.")
    swept = counted(len(found.removed), "лишний файл", "лишних файла", "лишних файлов")
    return f"Файлов: {len(rows)}, все на месте. {'Найдено' if keep else 'Убрано'}: {swept}."


def commands(opened: Callable[[], AbstractContextManager[tuple[Flask, Session]]]) -> click.Group:
    """Return the group of commands; *opened* gives the application and its session, the system acting."""

    @click.group("files")
    def group() -> None:
        """Приложенные файлы."""

    @group.command("check")
    @click.option("--read", is_flag=True, help="Прочесть каждый файл и сверить контрольную сумму.")
    @click.option("--keep", is_flag=True, help="Только сказать о лишних файлах, ничего не удалять.")
    def check(**how: Any) -> None:
        """Сверить файлы с базой и убрать лишние, оставшиеся после сбоев."""
        with opened() as (_, session):
            click.echo(check_files(session, files.folder(), **how))

    return group
