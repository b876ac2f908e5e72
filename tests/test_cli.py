"""The command line as it is typed: what it prints, what it refuses, and two of it at once."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from functools import partial
from pathlib import Path
from subprocess import PIPE

import pytest
from click.testing import CliRunner, Result
from flask.cli import FlaskGroup
from openpyxl import Workbook
from sqlalchemy import URL, create_engine, func, select, text
from sqlalchemy.orm import Session

import app.models  # isort: skip -- FAB looks at every relation when it is imported
import app.demo
from app.acting import SYSTEM, acting
from app.backup.locks import closed, serving
from app.cli import main
from app.database import prepare_engine
from app.journal.models import JournalRow
from app.organisation.models import Account, PartnerOrganisation, StaffMember
from config import ROOT, Settings
from tests.databases import settings_of

OPORA = [sys.executable, "-c", "from app.cli import main; main()"]


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the command line work on an installation of the test and return its folder."""
    monkeypatch.setenv("OPORA_INSTANCE", str(tmp_path))
    monkeypatch.setenv("OPORA_ADMIN_PASSWORD", "пароль-администратора")
    return tmp_path


@pytest.fixture
def ready(at: Path, sqlite_ready: Path) -> Path:
    """Return the folder of an installation after setup."""
    settings_of(at)  # its keys are those the database was filled with
    shutil.copy(sqlite_ready, at / "opora.db")
    return at


def opora(*words: str) -> Result:
    """Run one command in this process."""
    return CliRunner().invoke(main, list(words))


def done(*words: str) -> str:
    """Run one command that must succeed and return what it printed."""
    result = opora(*words)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def refused(*words: str) -> str:
    """Run one command that must be refused in one line and return that line."""
    result = opora(*words)
    assert (result.exit_code, result.stdout) == (1, "")
    line: str = result.stderr.rstrip("\n")
    assert "\n" not in line
    return line


def reading() -> Session:
    """Return a session on the installation of the test; it takes no lock."""
    engine = create_engine(Settings.from_env().database_url)
    return Session(engine)


# ---- setup --------------------------------------------------------------------------------------------------------


def test_setup_makes_an_installation_and_doing_it_again_changes_nothing(at: Path) -> None:
    assert re.fullmatch(r"Новых прав у ролей: \d+\.\nБаза готова\.\n", done("setup"))
    before = dump(at)
    assert done("setup") == "База готова.\n"
    assert dump(at) == before


def dump(instance: Path) -> list[str]:
    """Return the whole content of the database as SQL."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(instance / "opora.db")) as connection:
        return list(connection.iterdump())


def test_the_first_administrator_gets_a_random_password_that_is_shown_once(
    at: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPORA_ADMIN_PASSWORD")
    shown = re.search(r"Администратор: имя admin, пароль (\S{16,})\n", done("setup"))
    assert shown
    assert "пароль" not in done("setup")
    assert shown[1] not in "".join(dump(at))


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_two_setups_at_once_make_one_installation(tmp_path: Path, backend: str, request: pytest.FixtureRequest) -> None:
    env = {**os.environ, "OPORA_INSTANCE": str(tmp_path), "OPORA_ADMIN_PASSWORD": "пароль-администратора"}
    if backend == "postgresql":
        server: URL = request.getfixturevalue("durable_server")
        run_sql(server, "CREATE DATABASE twice")
        env["OPORA_DATABASE_URL"] = server.set(database="twice").render_as_string(hide_password=False)
    both = [
        subprocess.Popen([*OPORA, "setup"], env=env, cwd=ROOT, text=True, stdout=PIPE, stderr=PIPE) for _ in range(2)
    ]
    told = sorted(process.communicate(timeout=120) for process in both)
    assert [process.returncode for process in both] == [0, 0], told
    assert told[1] == ("База готова.\n", "") or told[0] == ("База готова.\n", "")
    engine = create_engine(Settings.from_env(env).database_url)
    prepare_engine(engine)
    with acting(SYSTEM), Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Account)) == 1
        assert session.execute(text("SELECT count(*) FROM alembic_version")).scalar_one() == 1
    engine.dispose()


def run_sql(url: URL, command: str) -> None:
    """Send the server one command."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(command))
    engine.dispose()


# ---- refusals in one line -----------------------------------------------------------------------------------------


def test_a_bad_setting_is_told_in_one_line(at: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPORA_PORT", "восемь")
    assert refused("setup") == "OPORA_PORT: нужно целое число от 1 до 65535."


def test_a_database_that_does_not_answer_is_told_without_its_password(
    at: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPORA_DATABASE_URL", "postgresql://opora:hunter2@127.0.0.1:1/opora")
    assert refused("setup") == (
        "База не отвечает: postgresql+psycopg://opora:***@127.0.0.1:1/opora. Проверьте OPORA_DATABASE_URL."
    )


@pytest.mark.parametrize(
    "command", [("run",), ("journal", "verify"), ("staff", "add", "Тестова Анна", "--position", "куратор")]
)
def test_nothing_runs_on_tables_older_than_the_program(at: Path, command: tuple[str, ...]) -> None:
    assert refused(*command) == "Таблицы базы старее программы. Обновите их: opora setup"


def test_a_taken_port_is_told_with_the_way_out(ready: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        env = {**os.environ, "OPORA_PORT": str(port)}
        told = subprocess.run(
            [*OPORA, "run"], env=env, cwd=ROOT, text=True, capture_output=True, timeout=60, check=False
        )
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr.splitlines()[-1].startswith(f"Адрес 127.0.0.1:{port} занят или недоступен.")


# ---- serving ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_the_service_opens_answers_and_stops(ready: Path, sign: signal.Signals) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {**os.environ, "OPORA_PORT": str(port), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen([*OPORA, "run"], env=env, cwd=ROOT, text=True, stdout=PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == f"Опора открыта: http://127.0.0.1:{port}  Остановить: Ctrl+C.\n"
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/login/", timeout=30) as answer:
                assert answer.status == 200
                assert "Server" not in answer.headers
            process.send_signal(sign)
            left, _ = process.communicate(timeout=60)
        finally:
            process.kill()
    assert (process.returncode, left) == (0, "Опора остановлена.\n")


# ---- people and data ----------------------------------------------------------------------------------------------


def test_a_staff_member_is_taken_on(ready: Path) -> None:
    assert done("staff", "add", "Тестова Анна Ивановна", "--position", "куратор") == (
        "Принят сотрудник: Тестова Анна Ивановна, куратор.\n"
    )
    with acting(SYSTEM), reading() as session:
        assert session.scalars(select(StaffMember.position).where(StaffMember.last_name == "Тестова")).all() == [
            "куратор"
        ]
        session.get_bind().dispose()


def test_a_rule_refuses_on_the_command_line_in_its_own_words(ready: Path) -> None:
    assert refused("staff", "add", "Тестова", "--position", "куратор") == "Укажите фамилию и имя полностью."


def test_a_unit_that_is_not_there_is_told_with_those_that_are(ready: Path) -> None:
    told = refused("staff", "add", "Тестова Анна", "--position", "куратор", "--unit", "77")
    assert told == "Укажите учреждение ключом --unit: 1 – Наш центр."


def test_a_register_is_written_as_a_workbook(ready: Path) -> None:
    path = ready / "R01.xlsx"
    assert done("export", "R01", "--out", str(path), "--on", "01.04.2026") == f"Выгружено строк: 0. Файл: {path}\n"
    assert path.read_bytes()[:2] == b"PK"


def test_a_register_nobody_knows_is_refused(ready: Path) -> None:
    assert refused("export", "R99", "--out", str(ready / "R99.xlsx")).startswith("Отчёта R99 нет.")
    assert not (ready / "R99.xlsx").exists()


def test_a_bank_of_families_that_is_not_there_is_refused(ready: Path) -> None:
    assert refused("import", "families", str(ready / "bank.xlsx")) != ""


def test_a_table_of_any_register_is_checked_and_loaded_by_its_key(ready: Path) -> None:
    path = ready / "partners.xlsx"
    book = Workbook()
    for line in (["Название", "Вид"], ["Школа Тестовая", "образование"], ["Клуб Опытный", "луна"]):
        book.active.append(line)
    book.save(path)
    mended = "Sheet: B3: Такого варианта в списке нет."
    assert opora("import", "partners", str(path), "--commit").stdout.startswith(mended)
    told = json.loads(opora("import", "register.partners", str(path), "--commit", "--good-rows", "--json").stdout)
    assert (told["new"], told["changed"], told["committed"], len(told["problems"])) == (1, 0, True, 1)
    with acting(SYSTEM), reading() as session:
        assert session.scalars(select(PartnerOrganisation.name)).all() == ["Школа Тестовая"]


def test_a_table_of_no_register_is_refused(ready: Path) -> None:
    assert refused("import", "moons", str(ready / "moons.xlsx")).startswith("Реестра «moons» нет")


def test_the_demonstration_centre_says_whom_to_sign_in_as_and_fills_an_empty_base_only(
    ready: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.demo, "fill", partial(app.demo.fill, families=1))
    logins = done("demo").splitlines()
    assert [line for line in logins if not re.fullmatch(r"[А-Яё][а-яё -]+: имя [a-z]+, пароль \S+", line)] == []
    assert any(line.startswith("Куратор: ") for line in logins)
    assert refused("demo") == "В базе уже есть семьи. Примеры добавляют только в пустую базу."


def test_the_journal_is_sealed_and_a_changed_row_is_named(ready: Path) -> None:
    assert re.fullmatch(r"Запечатано строк: [1-9]\d*\.\n", done("journal", "seal"))
    assert done("journal", "verify").startswith("Журнал цел: ")
    with acting(SYSTEM), reading() as session:
        first = session.scalars(select(func.min(JournalRow.id))).one()
        session.execute(text("DROP TRIGGER journal_no_update"))
        session.execute(text(f"UPDATE journal SET actor = 'Другой' WHERE id = {first}"))
        session.commit()
        session.get_bind().dispose()
    assert refused("journal", "verify") == f"Строка журнала № {first} изменена после записи."


def test_a_copy_is_made_listed_checked_and_brought_back(ready: Path) -> None:
    assert done("backups").startswith("Проверенной копии ещё нет.")
    keys = ready.parent / f"{ready.name}-keys"
    made = re.fullmatch(
        r"Ключи: (?P<keys>.+/keyring)\nКлючи: .+/secret_key\n"
        r"Копия: (?P<path>.+\.zip), \d+\s[КМ]Б\. Копия восстановлена на пробу и сошлась с описью\.\n",
        done("backup", "--to", str(ready / "shelf"), "--keys-to", str(keys)),
    )
    assert made and made["keys"] == str(keys / "keyring")
    path = made["path"]
    assert done("backups", "--check", path) == "Копия восстановлена на пробу и сошлась с описью.\n"
    done("staff", "add", "Тестова Анна Ивановна", "--position", "куратор")
    assert re.fullmatch(
        rf"Восстановлено состояние на {MOMENT}\. Прежнее состояние: папка .+before-restore-\S+\.\n",
        done("restore", path, "--keys-from", str(keys)),
    )
    with acting(SYSTEM), reading() as session:
        assert session.scalars(select(StaffMember.last_name)).all() == ["Администратор"]
        session.get_bind().dispose()
    assert done("setup") == "База готова.\n"


MOMENT = r"\d\d\.\d\d\.\d{4} \d\d:\d\d"


def test_the_copy_of_the_day_is_made_once_and_listed(ready: Path) -> None:
    assert done("backup", "--daily").endswith("сделана и проверена.\n")
    assert done("backup", "--daily") == "Копия за сегодня уже есть.\n"
    assert re.match(rf"{MOMENT} +\d+\s[КМ]Б  проверена  .+\.zip\n", done("backups"))
    assert refused("backup", "--daily", "--to", str(ready)).startswith("Ежедневные копии лежат в своей папке")


def test_an_upgrade_says_in_one_line_where_everything_is(ready: Path) -> None:
    done("db", "downgrade")
    assert re.fullmatch(
        r"Обновлено до \S+\. Копия до обновления: .+\.zip\. Прежняя база: папка .+before-upgrade-\S+\.\n",
        done("upgrade"),
    )
    assert done("setup") == "База готова.\n"


def test_a_copy_that_cannot_be_written_says_why_and_nothing_is_changed(ready: Path) -> None:
    (ready / "shelf").write_text("a file, no folder")
    assert refused("backup", "--to", str(ready / "shelf" / "inner")).startswith("Копия не сделана: ")
    (ready / "keyring").unlink()
    assert refused("backup") == f"Файла ключей {ready / 'keyring'} нет. Верните его из копии ключей и повторите."


def test_a_damaged_copy_is_told_and_not_brought_back(ready: Path) -> None:
    done("backup")
    (path,) = (ready / "backups").glob("*.zip")
    path.write_bytes(path.read_bytes()[:-10])
    for command in (("backups", "--check", str(path)), ("restore", str(path))):
        assert refused(*command).startswith(f"Копия {path.name} повреждена: ")
    assert re.search("не прошла проверку", done("backups"))


def test_a_half_done_restore_is_put_back_by_whatever_command_comes_next(ready: Path) -> None:
    aside = ready / "before-restore-test"
    aside.mkdir()
    note = [[str(ready / "opora.db"), str(ready / "replacing.new" / "database.sqlite"), str(aside / "opora.db")]]
    (ready / "swap.json").write_text(json.dumps({"moves": note, "was_there": [True], "rename": None}))
    (ready / "opora.db").rename(aside / "opora.db")  # Here the power went.
    assert done("journal", "verify").startswith("Журнал цел: ")
    assert not (ready / "swap.json").exists()


def test_nothing_is_replaced_while_the_service_is_open(ready: Path) -> None:
    done("backup")
    (path,) = (ready / "backups").glob("*.zip")
    with serving(Settings.from_env()):
        for command in (("restore", str(path)), ("upgrade",)):
            assert refused(*command).startswith("Сервис работает. Остановите его")
    with closed(Settings.from_env()):
        for command in (("run",), ("setup",), ("journal", "verify")):
            assert refused(*command) == "Сейчас идёт восстановление или обновление. Дождитесь его конца и повторите."


def test_commands_of_migrations_work_without_the_application(at: Path) -> None:
    done("db", "upgrade")
    assert opora("db", "check").exit_code == 0
    done("db", "downgrade", "base")


def test_commands_are_found_without_starting_the_application_and_none_of_flask_are_offered(
    at: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(main, FlaskGroup)
    monkeypatch.setenv("OPORA_DATABASE_URL", "oracle://nowhere")
    monkeypatch.setenv("FLASK_APP", "nowhere")
    shown = done("--help")
    assert "setup" in shown
    for foreign in ("shell", "routes", "fab"):
        assert opora(foreign).exit_code == 2
        assert f" {foreign} " not in shown


def test_every_command_explains_itself_in_russian() -> None:
    def walk(command: object, path: list[str]) -> list[str]:
        silent = [] if re.search("[а-яё]", getattr(command, "help", "") or "") else [" ".join(path)]
        for name, inner in getattr(command, "commands", {}).items():
            silent += walk(inner, [*path, name])
        return silent

    assert walk(main, ["opora"]) == []


def test_an_order_of_work_is_chosen_at_setup_and_loaded_later(ready: Path) -> None:
    assert "Порядок работы mishkino: Наш центр." in done("setup", "--profile", "mishkino")
    assert "Порядок работы уже выбран. Сменить его: opora profile load" in done("setup", "--profile", "rostov")
    assert done("profile", "load", "rostov") == "Наш центр работает по порядку rostov, версия 1.\n"
