"""What every page needs whatever it shows: headers, icons, static files, filters.

:func:`init_web` is called once by the factory. Nothing here knows of a register, a slice or a right.
The shell (menu, who is signed in) reaches the templates as the context variable ``shell``, which the factory
provides; a page without it is drawn bare.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from collections.abc import Callable, Hashable
from decimal import Decimal
from functools import lru_cache, partial
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, Response, current_app, g, request, send_file, url_for
from jinja2 import pass_context
from jinja2.runtime import Context, Macro
from markupsafe import Markup

from app.refusals import init_refusals
from app.terms import say
from app.words import counted, plural, shown_phone

_PACKAGE = Path(str(files("flask_bootstrap"))) / "static" / "bootstrap5"
_STYLES = _PACKAGE / "css" / "bootstrap.min.css"
_SPRITE = _PACKAGE / "icons" / "bootstrap-icons.svg"
_YEAR = 365 * 24 * 3600

# The whole set of Bootstrap Icons is 1.1 MB; the pages are served these only.
ICONS = tuple(
    """
    1-circle 1-circle-fill 2-circle 2-circle-fill 3-circle 3-circle-fill 4-circle 4-circle-fill activity alarm
    alarm-fill archive arrow-bar-up arrow-clockwise arrow-counterclockwise arrow-down arrow-left
    arrow-left-right arrow-repeat arrow-return-left arrow-right arrow-right-circle arrow-up arrow-up-right award
    bandaid bank bar-chart bell bell-fill book bookmark box-arrow-in-right box-arrow-right box-seam briefcase
    building building-add calculator calendar-check calendar-event calendar-plus calendar-range calendar-x
    calendar2-plus calendar2-week
    calendar3 calendar3-event cash-coin chat-dots chat-left-text check-circle check-circle-fill check-lg
    check2-all check2-circle check2-square chevron-down chevron-left chevron-right circle clipboard
    clipboard-check clipboard-data clipboard-plus clipboard2-check clipboard2-pulse clock clock-history
    cloud-check collection credit-card-2-front cup-hot dash-circle dash-square database diagram-3 door-open
    download easel emoji-smile envelope envelope-open envelope-paper exclamation-circle exclamation-circle-fill
    exclamation-octagon-fill exclamation-triangle exclamation-triangle-fill eye eye-slash file-earmark
    file-earmark-arrow-down file-earmark-arrow-up file-earmark-check file-earmark-medical file-earmark-pdf
    file-earmark-image file-earmark-person file-earmark-plus file-earmark-spreadsheet file-earmark-text
    file-earmark-word file-earmark-x files filter flag folder folder-plus folder2 folder2-open funnel gear
    geo-alt gift globe graph-up grid-3x3-gap hammer hand-thumbs-up handbag headset heart-pulse hospital
    hourglass-split house
    house-door house-heart inbox info-circle info-circle-fill journal journal-check journal-medical journal-plus
    journal-text kanban key layers layout-three-columns lightning link-45deg list list-check list-ol list-task
    list-ul lock lock-fill map megaphone mortarboard paperclip patch-check pause-circle pen pencil pencil-square
    people people-fill person person-badge person-check person-dash person-gear person-heart person-lines-fill
    person-plus person-vcard person-workspace person-x phone pie-chart pin-map play-circle plus-circle plus-lg
    printer puzzle question-circle receipt reply save search send share shield shield-check shield-lock shop
    signpost signpost-split skip-forward slash-circle sliders star stop-circle stopwatch sun table tag telephone
    three-dots ticket-detailed toggles tools trash tree truck universal-access-circle unlock upload wallet2
    x-circle x-circle-fill x-lg x-octagon x-square zoom-in
    """.split()  # noqa: SIM905 -- one name a word reads better than a hundred quoted lines
)
_KNOWN = frozenset(ICONS)


def init_web(app: Flask) -> None:
    """Give *app* its headers, icons, filters, template functions and pages of refusal."""
    icons = _subset(_SPRITE.read_text(encoding="utf-8"), ICONS)
    prints = {"bootstrap.css": _print_of(_STYLES.read_bytes()), "icons.svg": _print_of(icons.encode())}

    look = Blueprint("look", __name__, url_prefix="/look")
    look.add_url_rule("/bootstrap.css", "styles", lambda: send_file(_STYLES, mimetype="text/css"))
    look.add_url_rule("/icons.svg", "icons", lambda: Response(icons, mimetype="image/svg+xml"))
    app.register_blueprint(look)
    app.after_request(_add_headers)

    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        csp_nonce=csp_nonce,
        icon=partial(_icon, prints["icons.svg"]),
        once=partial(_once, lru_cache(maxsize=1024)(_drawn)),
        asset=partial(_asset, app, prints),
        plural=plural,
    )
    app.jinja_env.filters.update(say=_say, day=day, moment=moment, counted=counted, rub=rub, phone=shown_phone)

    init_refusals(app)


# ---- headers -----------------------------------------------------------------------------------------


def csp_nonce() -> str:
    """Return the nonce of this request; a script tag that carries it may run."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def _add_headers(response: Response) -> Response:
    # data: is there for the ticks and arrows that Bootstrap keeps inside its own stylesheet.
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; "
        f"script-src 'self' 'nonce-{csp_nonce()}'; font-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    # An attached file is held stricter than a page, and a PDF is looked at inside one of ours.
    response.headers.setdefault("Content-Security-Policy", policy)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers["Strict-Transport-Security"] = f"max-age={_YEAR}"
    response.headers["Cache-Control"] = _cache_rule(response)
    return response


def _cache_rule(response: Response) -> str:
    """Everything but the look is about families and must not stay on a shared computer."""
    endpoint = request.endpoint or ""
    fixed = endpoint == "static" or endpoint.endswith(".static") or endpoint.startswith("look.")
    if not fixed or response.status_code >= 400:
        return "no-store"
    return f"public, max-age={_YEAR}, immutable" if "v" in request.args else "no-cache"


# ---- icons and static files --------------------------------------------------------------------------


def _subset(sprite: str, names: tuple[str, ...]) -> str:
    """Return *sprite* with the symbols of *names* only.

    Raises:
        LookupError: the installed set of icons has no such name.
    """
    found = {match[1]: match[0] for match in re.finditer(r'<symbol[^>]*?\bid="([^"]+)".*?</symbol>', sprite, re.DOTALL)}
    missing = sorted(set(names) - found.keys())
    if missing:
        raise LookupError(f"no such icon in the installed Bootstrap Icons: {', '.join(missing)}")
    return '<svg xmlns="http://www.w3.org/2000/svg">' + "".join(found[name] for name in names) + "</svg>"


def _print_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:10]


def _icon(version: str, name: str, label: str = "", css: str = "") -> Markup:
    """Return icon *name*; with *label* it speaks to a screen reader, without it is decoration.

    A name that is not in :data:`ICONS` is logged and draws nothing: a card must open without its picture too.
    """
    if name not in _KNOWN:
        current_app.logger.warning("icon %r is not in app.web.ICONS", name)
        return Markup("")
    return _drawing(request.script_root, version, name, label, css)


def _drawn(root: str, macro: Macro, values: tuple[Hashable, ...]) -> Markup:
    return Markup(macro(*values))


def _once(drawn: Callable[..., Markup], macro: Macro, *values: Hashable) -> Markup:
    """Return what an imported *macro* draws of *values*, drawn once for all pages at one site root.

    For what is the same on page after page, such as the filters of a list. The macro may read nothing but its values;
    one of the page's own template would be another one with every page.
    """
    return drawn(request.script_root, macro, values)


@pass_context
def _say(_context: Context, text: str) -> str:
    """Speak *text* in the words of the centre whose page is drawn.

    The context keeps Jinja from working out a constant text once, in the words of whoever came first.
    """
    return say(text)


@lru_cache(maxsize=1024)
def _drawing(root: str, version: str, name: str, label: str, css: str) -> Markup:
    """Return the markup of an icon at the site *root*. A page draws about seventy, so each is put together once."""
    spoken = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    if "sprite" not in g:
        g.sprite = url_for("look.icons", v=version)
    drawing = Markup('<svg class="{}" {}><use href="{}#{}"></use></svg>')
    return drawing.format(f"bi {css}".strip(), spoken, g.sprite, name)


def _asset(app: Flask, prints: dict[str, str], name: str) -> str:
    """Return the address of a file of the look, with the print of its content as the version."""
    if name == "bootstrap.css":
        return url_for("look.styles", v=prints[name])
    if name not in prints or app.debug:
        prints[name] = _print_of((Path(str(app.static_folder)) / name).read_bytes())
    return url_for("static", filename=name, v=prints[name])


# ---- filters -----------------------------------------------------------------------------------------


def day(value: dt.date | None) -> str:
    """Return 31.12.2026, or nothing for None."""
    return f"{value:%d.%m.%Y}" if value else ""


def moment(value: dt.datetime | None, zone: str = "Europe/Moscow") -> str:
    """Return «17.02.2026, 11:10» as the clock shows it in *zone*, or nothing for None."""
    return f"{value.astimezone(ZoneInfo(zone)):%d.%m.%Y, %H:%M}" if value else ""


def rub(value: Decimal | int | None) -> str:
    """Return «9 140 ₽»; kopecks are shown when there are any."""
    if value is None:
        return ""
    text = f"{value:,.2f}" if value % 1 else f"{value:,.0f}"
    return text.replace(",", "\u202f").replace(".", ",") + "\u00a0₽"
