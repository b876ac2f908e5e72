"""Every template in a real browser under the strict policy: readable, quiet, at every width and in both themes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route
from werkzeug.serving import make_server

from tests.templates.gallery import PAGES, make_gallery

pytestmark = pytest.mark.browser

NARROW, MIDDLE, OFFICE = 360, 768, 1280


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Serve the gallery from a thread and return its address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, make_gallery(), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser(chromium: Browser) -> Browser:
    """Return the one Chromium of this worker: Playwright starts once in a process."""
    return chromium


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Return a page at the office width; a word in its console fails the test."""
    context = browser.new_context(viewport={"width": OFFICE, "height": 800}, locale="ru-RU", reduced_motion="reduce")
    context.set_default_timeout(10_000)
    made = context.new_page()
    said: list[str] = []
    made.on("console", lambda message: said.append(message.text))
    made.on("pageerror", lambda error: said.append(str(error)))
    yield made
    context.close()
    assert said == []


@pytest.mark.parametrize("name", PAGES)
def test_page_has_no_violation_no_sideways_scroll_and_no_console_message(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/{name}")
    sideways = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    found: list[tuple[int, str, str]] = []
    # Layout changes with the width and contrast with the theme, so each of both is looked at once.
    for width, theme in ((OFFICE, "light"), (MIDDLE, "light"), (NARROW, "dark")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=theme)
        assert page.evaluate(sideways) <= 0, f"{name} scrolls sideways at {width}"
        if width != MIDDLE:
            violations = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
            found += [(width, theme, f"{one['id']}: {[node['target'] for node in one['nodes']]}") for one in violations]
    assert found == []


def test_nothing_on_a_page_hides_when_script_is_off(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/detail")
    page.get_by_text("Ещё", exact=True).click()
    page.get_by_role("link", name="Прекратить сопровождение").click()
    assert page.get_by_role("heading", name="Прекратить сопровождение семьи Огурцовых?").is_visible()
    page.get_by_role("link", name="Не сейчас").click()
    assert page.get_by_role("heading", name="Прекратить сопровождение семьи Огурцовых?").is_hidden()
    context.close()


def test_bulk_bar_appears_with_the_first_tick_and_counts(page: Page, address: str) -> None:
    page.goto(f"{address}/list")
    assert page.get_by_role("button", name="Назначить куратора").is_hidden()
    page.get_by_label("Отметить: Буслаевы").first.check()
    assert page.get_by_role("button", name="Назначить куратора").is_visible()
    page.get_by_label("Отметить все на странице").check()
    assert page.get_by_text("Отмечено 25 на этой странице").is_visible()
    page.get_by_role("button", name="Снять отметки").click()
    assert page.get_by_role("button", name="Назначить куратора").is_hidden()


def test_combobox_is_driven_by_keys_and_keeps_the_chosen_id(page: Page, address: str) -> None:
    page.goto(f"{address}/form")
    place = page.get_by_role("combobox", name="Населённый пункт")
    hidden = page.locator('input[name="place"]')
    place.fill("журав")
    assert hidden.input_value() == "", "what was chosen before no longer stands"
    page.get_by_role("option", name="Журавлёва").wait_for()
    place.press("ArrowDown")
    assert place.get_attribute("aria-activedescendant") == page.get_by_role("option").first.get_attribute("id")
    place.press("Enter")
    assert (hidden.input_value(), place.input_value()) == ("2", "Журавлёва Н. С.")
    assert place.get_attribute("aria-expanded") == "false"
    place.press("ArrowDown")
    page.get_by_role("option", name="Тетерёв").wait_for()
    place.press("Escape")
    assert page.get_by_role("listbox").is_hidden()
    place.fill("никто")
    page.get_by_text("Ничего не нашлось. Проверьте, как набрано.").first.wait_for()


def _settled(page: Page, label: str, typed: str) -> str:
    """Return what a field holds after *typed* and a step to the next one."""
    field = page.get_by_label(label, exact=label == "Дата рождения")
    field.fill(typed)
    field.blur()
    return field.input_value()


def test_a_date_is_put_in_order_when_it_can_be_read(page: Page, address: str) -> None:
    page.goto(f"{address}/form")
    kept = {
        "3.5.91": "03.05.1991",
        "03051991": "03.05.1991",
        "3/5/2016": "03.05.2016",
        "1991-05-03": "03.05.1991",
        "31.02.2017": "31.02.2017",
        "весной": "весной",
    }
    assert {typed: _settled(page, "Дата рождения", typed) for typed in kept} == kept


def test_a_mask_shapes_only_what_it_knows(page: Page, address: str) -> None:
    page.goto(f"{address}/form")
    numbers = {"11223344595": "112-233-445 95", "1122": "1122"}
    phones = {
        "8 900 000 14 26": "+7 900 000-14-26",
        "9000001426": "+7 900 000-14-26",
        "2-14-60": "2-14-60",
        "+7 900 000-14-26 доб. 3": "+7 900 000-14-26 доб. 3",
    }
    assert {typed: _settled(page, "СНИЛС", typed) for typed in numbers} == numbers
    assert {typed: _settled(page, "Телефон", typed) for typed in phones} == phones


def test_a_question_is_asked_in_a_dialog_and_can_be_declined(page: Page, address: str) -> None:
    page.goto(f"{address}/detail")
    page.get_by_text("Ещё", exact=True).click()
    page.get_by_role("button", name="Прекратить сопровождение").click()
    dialog = page.get_by_role("dialog", name="Прекратить сопровождение семьи Огурцовых?")
    assert dialog.is_visible()
    dialog.get_by_role("link", name="Не сейчас").click()
    assert dialog.is_hidden()


def test_a_form_is_sent_once_however_often_it_is_pressed(page: Page, address: str) -> None:
    sent: list[str] = []
    page.goto(f"{address}/form")

    def swallow(route: Route) -> None:
        sent.append(route.request.method)
        route.fulfill(status=204)

    page.route("**/form", swallow)
    page.evaluate("const form = document.querySelector('form.panel'); for (let n = 0; n < 3; n++) form.requestSubmit()")
    save = page.get_by_role("button", name="Сохранить", exact=True)
    page.wait_for_function("button => button.disabled", arg=save.element_handle())
    assert sent == ["POST"]


def test_leaving_a_changed_form_is_asked_about(page: Page, address: str) -> None:
    page.goto(f"{address}/form")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_label("Имя").fill("Аграфена")
    page.get_by_role("link", name="Дела сопровождения").click()
    page.wait_for_url("**/detail")
    assert asked == ["beforeunload"]


def test_slash_goes_to_the_search_and_escape_closes_a_menu(page: Page, address: str) -> None:
    page.goto(f"{address}/list")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.locator(".filters > summary").click()
    inside = page.locator(".filters").get_by_role("textbox", name="Семья")
    inside.focus()
    page.keyboard.press("Escape")
    assert inside.is_hidden()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_empty_filters_stay_out_of_the_address(page: Page, address: str) -> None:
    page.goto(f"{address}/list")
    page.locator(".filters > summary").click()
    page.get_by_role("textbox", name="Семья").fill("щёголев")
    page.locator(".filters").get_by_role("button", name="Показать").click()
    page.wait_for_url("**/list?*f.name=*")
    names = page.evaluate("[...new URL(location).searchParams.keys()].sort()")
    assert names == ["f.due", "f.due.op", "f.name", "f.name.op", "f.stage", "f.stage.op", "order"]


def test_the_reason_of_a_decision_is_asked_only_where_it_is_needed(page: Page, address: str) -> None:
    page.goto(f"{address}/meeting")
    page.get_by_text("Записать решение по вопросу 3", exact=False).first.click()
    item = page.locator("#item-4")
    item.locator("[aria-invalid]").evaluate("node => node.removeAttribute('aria-invalid')")
    item.get_by_role("radio", name="утвердить").check()
    assert item.get_by_label("Причина").is_hidden()
    item.get_by_role("radio", name="отклонить").check()
    assert item.get_by_label("Причина").is_visible()


def test_paper_is_narrow_and_still_has_every_column(page: Page, address: str) -> None:
    page.goto(f"{address}/list")
    page.set_viewport_size({"width": 673, "height": 900})
    assert page.get_by_role("columnheader", name="Адрес").is_hidden()
    page.emulate_media(media="print")
    assert page.get_by_role("columnheader", name="Адрес").is_visible()


def test_paper_has_no_menu_no_buttons_and_dark_ink(page: Page, address: str) -> None:
    page.goto(f"{address}/detail")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.get_by_text("напечатано: Журавлёва Н. С.").is_visible()
    hidden = [page.locator(css).first.is_hidden() for css in (".side", ".top", ".tabs", ".page-head .acts", ".dock")]
    assert hidden == [True] * 5
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(27, 36, 48)"
