"""The page «Порядок работы», and the words of the centre on every screen."""

from __future__ import annotations

import html
import re
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.acting import SYSTEM, acting
from app.cases.stages import put_in_force
from app.cli import main
from app.extensions import db
from app.organisation.models import ServiceUnit
from app.profiles.loading import load, text_of
from app.profiles.models import ProfileVersion
from app.profiles.picture import BOX, LETTERS, picture_of
from app.profiles.rules import store
from app.roles import ADMINISTRATOR
from app.terms import PLACE, TERMS, fall_silent, speak
from tests.make import make_actor, make_case, make_family
from tests.visiting import Browser, Visit

NAMES = ("alliance", "mishkino", "rostov", "sudogda")


def working_by(stored: Session, name: str) -> ServiceUnit:
    """Let the one unit there is work by the delivered order of work *name*."""
    unit = stored.scalars(select(ServiceUnit)).one()
    put_in_force(unit, store(stored, text_of(name), by=SYSTEM), by=SYSTEM)
    stored.commit()
    return unit


def words_on(browser: Browser, url: str) -> str:
    """Return the text of the page at *url*."""
    answer = browser.get(url)
    assert answer.status_code == 200, url
    plain = re.sub(r"<(script|style).*?</\1>", " ", answer.get_data(as_text=True), flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", plain)).split())


# ---- the page -----------------------------------------------------------------------------------------------------


def test_before_an_order_of_work_is_chosen_the_page_says_how(visit: Visit) -> None:
    told = words_on(visit("Куратор"), "/order/")
    assert "Порядок работы ещё не выбран" in told
    assert "opora setup --profile" in told


def test_the_page_draws_stages_guards_bodies_and_terms_with_their_clauses(stored: Session, visit: Visit) -> None:
    working_by(stored, "alliance")
    told = words_on(visit("Бухгалтер"), "/order/")
    for words in (
        "4. Назначение куратора П. 3.5 Порядка",
        "• специалист-куратор назначен п. 3.5 Порядка",
        "→ отказ: • в признании отказано –",
        "• Назначение куратора: 1 рабочий день п. 3.5 Порядка",
        "Реабилитационный совет",
        "Зарегистрировать заявление: Регистратор (п. 3.3 Порядка)",
    ):
        assert words in told.replace("\u00a0", " "), words


def test_a_partner_sees_no_order_of_work(visit: Visit) -> None:
    assert visit("Сотрудник организации-партнёра").get("/order/").status_code in (302, 403)


@pytest.mark.parametrize("name", NAMES)
def test_the_picture_holds_every_stage_and_its_boxes_do_not_overlap(name: str) -> None:
    order = load(text_of(name))
    token = speak(order.words)
    picture = picture_of(order)
    fall_silent(token)
    boxes = picture.boxes
    assert [box.kind for box in boxes].count("stage") == len(order.stages)
    assert all(above.y + above.height < below.y for above, below in pairwise(boxes))
    assert picture.height >= boxes[-1].y + boxes[-1].height
    for box in boxes:
        assert all(box.y < line.y < box.y + box.height for line in box.lines)
        assert all(len(line.text) <= LETTERS[line.size] for line in box.lines)
    back = [arrow for arrow in picture.arrows if arrow.back]
    assert len(back) == sum(
        [stage.code for stage in order.stages].index(way.to) < n
        for n, stage in enumerate(order.stages)
        for way in stage.ways
        if not way.ends_case
    )
    assert all(f"H{BOX + 3}" in arrow.path for arrow in back)


# ---- words --------------------------------------------------------------------------------------------------------

SCREENS = ("/", "/families/", "/cases/", "/programmes/", "/versions/", "/measures/", "/agreements/", "/records/",
           "/assignments/", "/waiting/", "/meetings/", "/bodies/", "/reports/", "/order/", "/search/?q=%D1%8F",
           "/cases/add", "/agreements/add", "/versions/add", "/families/add", "/import/")  # fmt: skip


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("mishkino", ["Программы сопровождения", "Соглашения", "Дела без социального тьютора"]),
        ("sudogda", ["ИПСС", "Договоры", "Дела без участкового социального работника"]),
    ],
)
@pytest.mark.rows("S002-1.1")
def test_every_screen_speaks_the_words_of_the_centre(stored: Session, visit: Visit, name: str, said: list[str]) -> None:
    unit = working_by(stored, name)
    by = make_actor(unit)
    with acting(by):
        case = make_case(stored, by, family=make_family(stored, by, name="Тестовы"))
    stored.commit()
    head = visit("Заведующий отделением", "Регистратор", "Куратор", "Секретарь")
    told = {
        url: words_on(head, url) for url in (*SCREENS, f"/cases/show/{case.id}", f"/families/show/{case.family_id}")
    }
    for words in said:
        assert words in told["/"], words
    left = {
        url: [place[0] for place in PLACE.finditer(text) if place[1].lower() in TERMS] for url, text in told.items()
    }
    assert {url: places for url, places in left.items() if places} == {}
    strange = r"\b[Кк]уратор|\b[Сс]оглашени" if name == "sudogda" else r"\b[Кк]уратор|\b[Дд]оговор"
    own = {url: re.findall(strange + r"\w*", text) for url, text in told.items() if url not in ("/order/", "/search/")}
    # Names of roles are those of the installation; people's positions are what was typed.
    assert {url: found for url, found in own.items() if found} == {}


def test_the_table_of_rights_speaks_the_titles_of_registers(visit: Visit) -> None:
    told = words_on(visit(ADMINISTRATOR), "/roles/")
    assert "Назначения кураторов" in told
    assert PLACE.findall(told) == []


def test_a_page_drawn_for_one_centre_speaks_to_the_next_in_its_own_words(stored: Session, visit: Visit) -> None:
    """A template is compiled once in a process; the words are not."""
    seen = ["Заведующий отделением", "Регистратор"]
    assert "появится у куратора" in words_on(visit(*seen), "/families/add")
    working_by(stored, "mishkino")
    assert "появится у социального тьютора" in words_on(visit(*seen), "/families/add")


def test_a_refusal_and_a_column_of_excel_speak_the_words_of_the_centre(stored: Session, visit: Visit) -> None:
    unit = working_by(stored, "mishkino")
    by = make_actor(unit)
    with acting(by):
        case = make_case(stored, by)
    stored.commit()
    head = visit("Заведующий отделением")
    assert "Социальный тьютор" in words_on(head, "/cases/")
    answer = head.post(f"/cases/action/assign_curator/{case.id}", data={"sure": "1", "curator_id": str(head.staff_id)},
                       follow_redirects=True)  # fmt: skip
    assert "Социальный тьютор назначен." in html.unescape(answer.get_data(as_text=True))


def test_the_words_cost_no_query(app: Flask, stored: Session, visit: Visit) -> None:
    """The version in force comes with the person, and what was read of its text stays in the process."""
    head = visit("Заведующий отделением")

    def statements() -> int:
        seen: list[str] = []

        def count(connection: object, cursor: object, statement: str, *rest: object) -> None:
            seen.append(statement)

        with app.app_context():
            event.listen(db.engine, "before_cursor_execute", count)
            head.get("/cases/")
            event.remove(db.engine, "before_cursor_execute", count)
        return len(seen)

    head.get("/cases/")
    before = statements()
    working_by(stored, "rostov")
    head.get("/cases/")
    assert statements() == before


# ---- the command line ---------------------------------------------------------------------------------------------


def opora(*words: str) -> tuple[int, str]:
    """Run one command and return its exit code and all it printed."""
    result = CliRunner().invoke(main, list(words))
    return result.exit_code, result.output


def test_a_file_is_checked_from_the_command_line(tmp_path: Path) -> None:
    own = tmp_path / "наш.yaml"
    own.write_text(text_of("rostov"), "utf-8")
    assert opora("profile", "check", str(own)) == (
        0,
        "Порядок работы «Территориальная служба социального сопровождения семей (Ростовская область)» в порядке: "
        "5\u00a0этапов, 9\u00a0ролей, 6\u00a0сроков.\n",
    )
    own.write_text(text_of("rostov").replace("status: review", "status: revue"), "utf-8")
    code, told = opora("profile", "check", str(own))
    assert code == 1
    assert re.fullmatch(
        rf"{own}, строка \d+, stages\.s4\.status: значения «revue» нет, похоже на «review»\. .*\n", told
    )
    own.write_bytes(b"\xff\xfe")
    assert opora("profile", "check", str(own)) == (
        1, f"{own}: это не текст в кодировке UTF-8. Сохраните файл в ней.\n")  # fmt: skip
    assert opora("profile", "check", str(tmp_path / "нет.yaml"))[1].startswith(f"Файл {tmp_path / 'нет.yaml'} не откры")


def test_two_orders_of_work_are_compared_on_the_command_line() -> None:
    code, told = opora("profile", "diff", "mishkino", "rostov")
    assert code == 0
    assert "Кто утверждает программу" in told
    assert opora("profile", "diff", "rostov", "rostov") == (0, "Порядки не отличаются.\n")


def test_a_way_between_stages_is_written_with_a_sign_of_equality() -> None:
    assert opora("profile", "load", "rostov", "--map", "s1") == (
        1, "«s1»: напишите этапы так: --map старый=новый.\n")  # fmt: skip


def test_only_what_was_loaded_is_in_force(stored: Session) -> None:
    assert stored.scalars(select(ProfileVersion)).all() == []
