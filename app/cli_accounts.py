"""The commands of ``opora account``: the way back in for whoever is locked out, from the server itself."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import click
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import SYSTEM
from app.base import RuleBroken
from app.door import second_step
from app.organisation.inside import forgive_failures
from app.organisation.models import Account
from app.organisation.rules import give_new_password

LOGIN = click.argument("login", metavar="ИМЯ")


def commands(opened: Callable[[], AbstractContextManager[tuple[Any, Session]]]) -> click.Group:
    """Return the group ``account``; *opened* gives the application and its session, the system acting."""
    group = click.Group("account", help="Входы сотрудников, когда в систему не войти.")

    @group.command("password")
    @LOGIN
    @click.option("--without-code", is_flag=True, help="Больше не спрашивать код: телефон потерян.")
    def password(login: str, without_code: bool) -> None:
        """Выдать новый пароль на сутки: opora account password admin."""
        with opened() as (_, session):
            account = _account(session, login)
            made = give_new_password(account, by=SYSTEM)
            if without_code:
                second_step.switch_off(session, account.user_id, account, by=SYSTEM)
            session.commit()
        click.echo(f"Имя {login}, пароль {made}")
        click.echo("Пароль показан один раз и действует сутки. Войдите и смените его.")

    @group.command("unlock")
    @LOGIN
    def unlock(login: str) -> None:
        """Снять ожидание после неверных паролей: opora account unlock admin."""
        with opened() as (_, session):
            forgive_failures(_account(session, login), by=SYSTEM)
            session.commit()
        click.echo(f"Можно входить: {login}.")

    return group


def _account(session: Session, login: str) -> Account:
    """Return the account with that login.

    Raises:
        RuleBroken: there is none.
    """
    found = session.scalars(select(Account).join(Account.user).where(User.username == login.lower())).one_or_none()
    if found is None:
        raise RuleBroken(f"Входа «{login}» нет. Имена для входа видны администратору в разделе «Учётные записи».")
    return found
