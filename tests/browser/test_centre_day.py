"""A centre's day, clicked through: import, card, programme, meeting, approval, service, export.

With ``SCREENSHOTS=docs`` the screens met on the way are kept as pictures in that folder.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import SYSTEM
from app.cases.models import Direction
from app.organisation.models import ServiceUnit
from app.organisation.rules import add_staff, make_account
from app.programmes.models import Measure, ProgrammeVersion, VersionStatus
from app.roles import CURATOR, HEAD, SECRETARY
from app.services.models import Service, ServiceRecord
from tests.cases.banks import BANK, CURATORS, deep, write_bank
from tests.visiting import PASSWORD

pytestmark = pytest.mark.browser

WIDTHS = (1280, 360)


class Walk:
    """A person walking through the screens: every page is checked for accessibility and kept as a picture if asked."""

    def __init__(self, page: Any, address: str) -> None:
        self.page, self.address = page, address
        page.set_default_timeout(15_000)
        self.folder = os.environ.get("SCREENSHOTS")
        self.console: list[str] = []
        page.on("console", lambda message: self.console.append(message.text))

    def sign_in(self, login: str) -> None:
        """Leave as whoever is here and enter as *login*."""
        if self.page.url.startswith(self.address):
            self.page.wait_for_load_state("networkidle")
        self.page.context.clear_cookies()
        self.page.goto(f"{self.address}/login/")
        self.page.locator("#username").fill(login)
        self.page.locator("#password").fill(PASSWORD)
        self.page.get_by_role("button", name="Войти").click()
        assert self.page.get_by_role("heading", level=1).count() == 1

    def open(self, menu: str) -> None:
        """Click a line of the side menu."""
        self.page.get_by_label("Главное меню").get_by_role("link", name=menu, exact=True).click()

    def press(self, name: str) -> None:
        """Press the first visible button of that name."""
        self.page.get_by_role("button", name=name).locator("visible=true").first.click()

    def follow(self, name: str) -> None:
        """Follow the first visible link of that name."""
        self.page.get_by_role("link", name=name).locator("visible=true").first.click()

    def fill(self, label: str, text: str) -> None:
        """Type into the text field of that label (the words «необязательно» aside)."""
        self.page.get_by_role("textbox", name=re.compile(f"^{re.escape(label)}( необязательно)?$")).first.fill(text)

    def choose(self, label: str, typed: str, wanted: str) -> None:
        """Type into a combobox and take the suggestion by keyboard."""
        box = self.page.get_by_role("combobox", name=label)
        box.fill(typed)
        self.page.get_by_role("option", name=wanted).first.wait_for()
        box.press("ArrowDown")
        box.press("Enter")

    def says(self, sentence: str) -> None:
        """Assert that the page tells *sentence*."""
        self.page.get_by_text(sentence).first.wait_for(timeout=5_000)

    def picture(self, name: str) -> None:
        """Check the page with axe at both widths, no sideways scroll, and keep pictures of it."""
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900})
            found = Axe().run(self.page)
            assert found.violations_count == 0, f"{name} at {width}: {found.generate_report()}"
            overflow = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert overflow <= 0, f"{name} scrolls sideways at {width}"
            if self.folder:
                self.page.screenshot(path=str(Path(self.folder) / f"{name}-{width}.png"), full_page=True)
        self.page.set_viewport_size({"width": WIDTHS[0], "height": 900})


@pytest.fixture
def centre(stored: Session) -> ServiceUnit:
    """A centre with a head, two curators and a secretary, and a service to give."""
    unit = stored.scalars(select(ServiceUnit)).one()
    unit.short_name = "Верхнеозёрский КЦСОН"
    people = (
        ("Берёзкина Елена Егоровна", "заведующая отделением", "head", HEAD),
        (CURATORS[0], "участковый социальный работник", "curator", CURATOR),
        (CURATORS[1], "участковый социальный работник", "curator2", CURATOR),
        ("Чайкина Софья Ильинична", "секретарь", "secretary", SECRETARY),
    )
    for name, position, login, role in people:
        staff = add_staff(stored, unit.id, name, position, by=SYSTEM, since=dt.date(2024, 1, 9))
        make_account(stored, staff, login, PASSWORD, [role], by=SYSTEM, must_change=False)
    stored.add(Service(name="Занятие с логопедом", direction=Direction.PEDAGOGICAL, service_unit_id=unit.id))
    stored.commit()
    return unit


def state_of_the_version(stored: Session) -> VersionStatus:
    """Return the state of the only version; then the service may write again."""
    status = stored.scalars(select(ProgrammeVersion.status)).one()
    stored.commit()
    return status


def test_a_centres_day_from_its_list_to_its_registers(
    centre: ServiceUnit, address: str, stored: Session, page: Any, tmp_path: Path
) -> None:
    walk = Walk(page, address)
    family = BANK[0].parent.split()[0]

    # ---- the list the centre keeps goes in --------------------------------------------------------------
    walk.sign_in("head")
    walk.open("Загрузка из Excel")
    walk.picture("import-upload")
    page.get_by_label("Файл с вашего компьютера").set_input_files(write_bank(tmp_path / "bank.xlsx", deep))
    walk.press("Прочитать файл")
    walk.picture("import-preview")
    walk.press("Загрузить")
    walk.open("Семьи")
    walk.picture("families")

    # ---- a family's card --------------------------------------------------------------------------------
    page.get_by_role("searchbox", name="Найти в этом списке").or_(page.locator("#lq")).first.fill(family.lower())
    page.keyboard.press("Enter")
    walk.follow(family)
    walk.picture("family")

    # ---- bodies are set up once -------------------------------------------------------------------------
    walk.open("Кто решает")
    walk.follow("Добавить")
    walk.fill("Название", "Заседание службы сопровождения")
    walk.fill("Код", "service")
    page.get_by_label("Вид").select_option(label="заседание службы")
    walk.press("Сохранить")
    for typed, function in (("Берёзк", "председатель"), ("Чайк", "секретарь"), (CURATORS[0].split()[0], "член")):
        walk.follow("Состав")
        walk.follow("Добавить")
        walk.choose("Сотрудник", typed, typed)
        page.get_by_role("radio", name=function, exact=True).check(force=True)
        walk.fill("С", "1.1.2026")
        walk.press("Сохранить")

    # ---- the curator drafts a programme and sends it ------------------------------------------------------
    walk.sign_in("curator")
    walk.open("Дела сопровождения")
    page.locator("#lq").fill(family.lower())
    page.keyboard.press("Enter")
    page.locator("tbody th a").first.click()
    walk.picture("case")
    walk.follow("Составить программу")
    walk.fill("Цель", "Ребёнок занимается дома и в школе")
    walk.fill("Задачи", "Наладить занятия с логопедом")
    walk.fill("Срок по", "1.6.2027")
    walk.press("Сохранить")
    walk.follow("Программы")
    page.locator("tbody th a").first.click()
    walk.follow("Отправить на рассмотрение")
    walk.choose("Кто решает", "засед", "Заседание службы")
    walk.press("Отправить на рассмотрение")
    walk.says("В программе нет мероприятий")  # Nothing is sent without measures, and the refusal says why.
    walk.follow("Отмена")
    walk.follow("Добавить мероприятие")
    walk.fill("Мероприятие", "Занятия с логопедом")
    page.get_by_label("Направление").select_option(label=Direction.PEDAGOGICAL.label)
    page.get_by_role("radio", name="специалист", exact=True).check(force=True)
    walk.choose("Специалист", CURATORS[0].split()[0], CURATORS[0].split()[0])
    walk.fill("Срок", "1.3.27")
    walk.press("Сохранить")
    walk.picture("programme-draft")
    walk.follow("Отправить на рассмотрение")
    walk.choose("Кто решает", "засед", "Заседание службы")
    walk.press("Отправить на рассмотрение")
    walk.says("Программа отправлена на рассмотрение")

    # ---- the secretary makes the agenda, records who came and what was decided ------------------------------
    walk.sign_in("secretary")
    walk.open("На рассмотрении")
    walk.picture("waiting")
    walk.follow("Назначить заседание")
    walk.fill("Назначено на", (dt.date.today() + dt.timedelta(days=7)).strftime("%d.%m.%Y 14:00"))
    walk.fill("Место", "кабинет 5")
    walk.press("Сохранить")
    walk.press("В повестку")
    walk.follow("Закрыть повестку")
    walk.press("Закрыть повестку")
    walk.press("Отметить пришедших")
    walk.says("Кворум есть")
    page.get_by_role("radio", name="утвердить", exact=True).first.check(force=True)
    walk.picture("meeting")
    walk.press("Записать решение")
    walk.follow("Подписать протокол")
    walk.press("Подписать протокол")
    walk.says("Протокол подписан")
    assert state_of_the_version(stored) is VersionStatus.SUBMITTED  # One signature of two changes nothing.

    walk.sign_in("head")
    walk.open("Заседания")
    page.locator("tbody th a").first.click()
    walk.follow("Подписать протокол")
    walk.press("Подписать протокол")
    walk.says("Решения вступили в силу")
    walk.picture("meeting-signed")
    assert state_of_the_version(stored) is VersionStatus.APPROVED

    # ---- a service is given and written down ------------------------------------------------------------
    walk.sign_in("curator")
    walk.open("Программы")
    page.locator("tbody th a").first.click()
    walk.picture("programme")
    walk.follow("История")
    walk.says("на рассмотрени")
    walk.open("Журнал услуг")
    walk.follow("Записать услугу")
    walk.choose("Дело", family.lower(), family)
    walk.choose("Получатель", BANK[0].children[0].name.split()[0], BANK[0].children[0].name)
    walk.choose("Услуга", "логопед", "Занятие с логопедом")
    walk.choose("Мероприятие программы", "логопед", "Занятия с логопедом")
    walk.picture("service-form")
    walk.press("Сохранить")
    record = stored.scalars(select(ServiceRecord)).one()
    assert record.measure_lineage_id == stored.scalars(select(Measure.lineage_id)).one()
    stored.commit()
    walk.open("Журнал услуг")
    walk.picture("services")

    # ---- the registers are handed in ----------------------------------------------------------------------
    walk.sign_in("head")
    walk.open("Реестры и отчёты")
    walk.picture("reports")
    page.get_by_text("За какой срок и по кому").first.click()
    with page.expect_download() as waiting:
        walk.press("Excel")
    waiting.value.save_as(tmp_path / "r01.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "r01.xlsx").active
    text = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    assert any(family in cell for cell in text)
    assert len(
        [row for row in sheet.iter_rows(min_row=5, max_col=1, values_only=True) if isinstance(row[0], int)]
    ) == len(BANK)
    assert walk.console == []
