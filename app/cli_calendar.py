"""The commands of ``opora calendar``: a year of the production calendar, filled from the server."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import click
from sqlalchemy.orm import Session

from app.acting import SYSTEM
from app.days.rules import fill_year


def commands(opened: Callable[[], AbstractContextManager[tuple[Any, Session]]]) -> click.Group:
    """Return the group ``calendar``; *opened* gives the application and its session, the system acting."""
    group = click.Group("calendar", help="Производственный календарь.")

    @group.command("seed")
    @click.argument("year", type=int, metavar="ГОД")
    def seed(year: int) -> None:
        """Заполнить ГОД праздниками и переносами: opora calendar seed 2027. Внесённое не меняется."""
        with opened() as (_, session):
            filled = fill_year(session, year, by=SYSTEM)
            session.commit()
        for _, sentence in filled.told:
            click.echo(sentence)

    return group
