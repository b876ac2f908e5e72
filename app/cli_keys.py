"""``opora keys rotate``: a new key for everything sealed; ``--forget-old`` lets the older ones go."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import click
from flask import Flask
from sqlalchemy.orm import Session

from app import journal, sealing
from app.acting import SYSTEM
from app.base import RuleBroken
from app.extensions import db
from app.resealing import reseal_files, reseal_rows, used_keys
from app.storage import Folder
from app.words import counted


def rotate(session: Session, keyring: Path, instance: Path) -> str:
    """Seal everything under a new key, or finish a rotation that was stopped, and return what was done in one line."""
    engine, folder = db.engine, Folder(instance / "files")
    unfinished = used_keys(engine, folder, instance / "none") - {sealing.newest()}
    resumed = bool(unfinished) and len(sealing.numbers()) > 1
    number = sealing.newest() if resumed else sealing.add_key(keyring)
    rows, files = reseal_rows(engine), reseal_files(folder)
    said = (
        f"Ключ № {number}: перезакрыто {counted(rows, 'значение', 'значения', 'значений')}, "
        f"{counted(files, 'файл', 'файла', 'файлов')}."
    )
    journal.record(session, SYSTEM, "keys.rotate", None, said)
    return said


def forget_old(session: Session, keyring: Path, instance: Path) -> str:
    """Forget every key but the newest and return which.

    Raises:
        RuleBroken: something is still sealed with one of them, or there is only one key.
    """
    journal.carry(db.engine)
    old = [number for number in sealing.numbers() if number != sealing.newest()]
    if not old:
        raise RuleBroken("Ключ один, забывать нечего. Новый делает команда opora keys rotate.")
    used = used_keys(db.engine, Folder(instance / "files"), instance / "results") & set(old)
    if used:
        raise RuleBroken(
            f"Ключом № {min(used)} ещё что-то закрыто. Выполните opora keys rotate; файлы готовых заданий "
            "хранятся сутки, после этого повторите."
        )
    for number in old:
        sealing.forget_key(keyring, number)
    said = f"Забыты ключи: {', '.join(f'№ {number}' for number in old)}. Прежние копии базы открывают их ключи."
    journal.record(session, SYSTEM, "keys.forget", None, said)
    return said


def commands(opened: Callable[[], AbstractContextManager[tuple[Flask, Session]]]) -> click.Group:
    """Return the group of commands; *opened* gives the application and its session, the system acting."""

    @click.group("keys")
    def group() -> None:
        """Ключи, которыми закрыты сведения и файлы."""

    @group.command("rotate")
    @click.option("--forget-old", "forget", is_flag=True, help="Забыть прежние ключи, если ими ничего не закрыто.")
    def change(forget: bool) -> None:
        """Сделать новый ключ и перезакрыть им всё; прерванное продолжается с того же места."""
        with opened() as (app, session):
            settings = app.config["OPORA"]
            act = forget_old if forget else rotate
            click.echo(act(session, settings.keyring, settings.instance))
            session.commit()

    return group
