"""The screens of attached files: the tab of a card, one file's page, its content, and what may be done with it.

Every route finds the record first, as every other screen does, and then the file among the files of that record; a
foreign or missing one of either answers 404, and so does a paper on health to whom that right was not given. One that
waits for a consent is named by its number alone and opened by nobody. The content never stands in a page's own address
space: it comes with a policy that lets nothing run, and only pictures and PDF are shown at all.
"""

from __future__ import annotations

import logging
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flask import Response, abort, current_app, flash, redirect, render_template, request
from flask_appbuilder import expose
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from app import acting
from app.base import SPECIAL, Model, RuleBroken
from app.journal import CREATE
from app.journal.looks import FILE_OPEN, FILE_SAVE
from app.journal.models import JournalRow
from app.register import files, locks, looking
from app.register.access import PK, RIGHTS, access, holds, key_in, may
from app.register.editing import Refused, committed
from app.register.field import local
from app.register.file_kinds import (
    ALLOWED,
    KINDS,
    MAX_SIZE,
    FileKind,
    download_name,
    recognised,
    size_words,
    title_of,
)
from app.register.locks import Lock
from app.register.models import Attachment
from app.register.pages import Act, Closed, FieldView
from app.storage import LostFile, Stored

if TYPE_CHECKING:
    from app.register.view import Register

TAB = "files"
LOST = "Содержимого этого файла нет в хранилище. Сообщите администратору: файл вернут из резервной копии."
# A phone that keeps its photographs as HEIC sends JPEG to a field that does not name HEIC.
ACCEPT = ",".join([*(kind.suffix for kind in KINDS), ".jpeg", "image/jpeg", "image/png", "application/pdf"])

log = logging.getLogger(__name__)


# ---- what the templates draw ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FileLine:
    """One file in the tab: its title leads to its page, *facts* says kind, size, when and by whom."""

    title: str
    url: str
    save_url: str
    icon: str
    facts: str
    on_health: bool = False


@dataclass(frozen=True)
class FilesTab:
    """The tab «Файлы»: the lines, and where to send new ones (None: the person may only look).

    *refused* are (title, sentence) of files that were sent and not taken. *may_mark* offers to mark what is sent as
    papers on health; *closed* says why those that are here do not open.
    """

    lines: tuple[FileLine, ...]
    upload_url: str | None
    refused: tuple[tuple[str, str], ...] = ()
    may_mark: bool = False
    closed: Closed | None = None
    accept: str = ACCEPT
    allowed: str = ALLOWED
    most_bytes: int = MAX_SIZE
    form_bytes: int = 0


@dataclass(frozen=True)
class FilePage:
    """One file: looked at here when *shown* is ``picture`` or ``pdf``, else only downloaded; *closed* is not opened."""

    title: str
    shown: str
    content_url: str
    save_url: str
    icon: str
    facts: str
    acts: tuple[Act, ...]
    crumbs: tuple[tuple[str, str], ...]
    closed: Closed | None = None


ON_HEALTH = "on_health"
"""The control that marks a paper on health."""


def sees_papers(register: Register) -> bool:
    """Whether the acting person may see papers on health attached to records of *register*."""
    return holds(register, RIGHTS[SPECIAL])


def _all_papers(register: Register) -> bool:
    """Whether a record of *register* is special as a whole, and all its files with it."""
    return RIGHTS[SPECIAL] in register.rights_asked


def _may_mark(register: Register) -> bool:
    return bool(register.model.__subject__) and not _all_papers(register)


def _lock_on(register: Register, record: Model, found: list[Attachment]) -> Lock | None:
    """Return what closes the papers on health among *found*."""
    any_paper = _all_papers(register) or any(file.on_health for file in found)
    return locks.lock_of_papers(register.session, record) if any_paper and found else None


def _closed(lock: Lock | None) -> Closed | None:
    return Closed(files.PAPERS, lock.reason, lock.way) if lock is not None else None


def tab_of(register: Register, record: Any, refused: tuple[tuple[str, str], ...] = ()) -> FilesTab:
    """Return the tab of *record*."""
    found = files.files_of(register.session, record, on_health=sees_papers(register))
    who = _who_attached(register.session, found)
    lock = _lock_on(register, record, found)
    lines = tuple(_line(register, record, file, who, lock) for file in found)
    if any(line.on_health and line.save_url for line in lines):
        looking.special_shown(register.spec)
    return FilesTab(
        lines=lines,
        upload_url=register.url("attach", pk=record.id) if may(register, "edit") else None,
        refused=refused,
        may_mark=_may_mark(register),
        closed=_closed(lock),
        form_bytes=current_app.config["MAX_CONTENT_LENGTH"] - 2**20,
    )


def _line(register: Register, record: Any, file: Attachment, who: dict[int, str], lock: Lock | None) -> FileLine:
    on_health = file.on_health or _all_papers(register)
    url = register.url("file", pk=record.id, file=file.id)
    if lock is not None and on_health:
        return FileLine(_nameless(file), url, "", "lock-fill", f"{_facts(file, who)} · {locks.word()}", on_health=True)
    save_url = register.url("file_content", pk=record.id, file=file.id, save=1)
    return FileLine(file.title, url, save_url, files.kind_of(file).icon, _facts(file, who), on_health)


def _nameless(file: Attachment) -> str:
    return f"{files.PAPER} № {file.id}"


def _who_attached(session: Session, found: list[Attachment]) -> dict[int, str]:
    """Return the names of those who attached the files; the engine knows no staff, the journal does."""
    wanted = select(JournalRow.record_id, JournalRow.actor).where(
        JournalRow.table_name == Attachment.__tablename__,
        JournalRow.record_id.in_([file.id for file in found]),
        JournalRow.verb == CREATE,
    )
    return {pk: actor for pk, actor in session.execute(wanted) if pk is not None} if found else {}


def _facts(file: Attachment, who: dict[int, str]) -> str:
    kind = files.kind_of(file)
    parts = [f"{kind.label}, {size_words(file.size)}"]
    if file.created_at is not None:
        parts.append(f"{local(file.created_at):%d.%m.%Y, %H:%M}")
    if file.id in who:
        parts.append(who[file.id])
    return " · ".join(parts)


# ---- the routes ----------------------------------------------------------------------------------------------------


def attach(register: Register, pk: int) -> AnyResponse | tuple[str, int]:
    """Attach what was sent. Files that are not accepted are told by name, the others are kept together or not at all.

    Pictures are worked on before the transaction, so that nobody waits for the lock meanwhile.
    """
    by, session = acting.actor(), register.session
    register.record_or_404(pk)
    if register.seen_spec().partial:
        abort(404)
    here = register.url("show", pk=pk, tab=TAB)
    sent = [file for file in request.files.getlist("files") if file.filename]
    if not sent:
        flash("Выберите файлы, которые нужно приложить.", "warn")
        return redirect(here)
    if len(sent) > files.MOST:
        flash(files.FULL, "warn")
        return redirect(here)
    session.rollback()
    refused: list[tuple[str, str]] = []
    with ExitStack() as block:
        try:
            ready = _taken(sent, refused, block)
            record = register.record_or_404(pk)
            on_health = _all_papers(register) or (_may_mark(register) and ON_HEALTH in request.form)
            done = committed(session, lambda: _attached(record, ready, refused, by, on_health))
        except (RuleBroken, Refused) as refusal:  # The disk refuses: nothing of all that was sent is kept.
            flash(refusal.sentence, "bad")
            return redirect(here)
    if done:
        flash("Файл приложен." if done == 1 else f"Приложено файлов: {done}.", "ok")
    if not refused:
        return redirect(here)
    return register.files_refused(pk, tuple(refused)), 422


_Ready = list[tuple[Stored, FileKind, str]]


def _taken(sent: list[FileStorage], refused: list[tuple[str, str]], block: ExitStack) -> _Ready:
    ready = []
    for file in sent:
        name = file.filename or ""
        try:
            kind, content = recognised(file.stream.read(MAX_SIZE + 1), name)
        except RuleBroken as refusal:
            refused.append((title_of(name), refusal.sentence))
            continue
        ready.append((block.enter_context(files.folder().put(content)), kind, name))
    return ready


def _attached(record: Model, ready: _Ready, refused: list[tuple[str, str]], by: acting.Actor, on_health: bool) -> int:
    """Attach one after the other; a file that is there already is told and passed over. Returns how many were taken."""
    done = 0
    for stored, kind, name in ready:
        try:
            files.attach(record, stored, kind, name, by=by, on_health=on_health)
        except RuleBroken as refusal:
            if refusal.sentence not in (files.SAME, files.FULL):
                raise
            refused.append((title_of(name), refusal.sentence))
        else:
            done += 1
    return done


def show(register: Register, pk: int, file_id: int) -> str:
    """The page of one file."""
    record = register.record_or_404(pk)
    file = _file_or_404(register, record, file_id)
    kind = files.kind_of(file)
    here = register.url("show", pk=pk, tab=TAB)
    who = _who_attached(register.session, [file])
    lock = _lock_on(register, record, [file])
    if lock is None and (file.on_health or _all_papers(register)):
        looking.special_shown(register.spec)
    page = FilePage(
        title=_nameless(file) if lock else file.title,
        closed=_closed(lock),
        shown=("picture" if kind.is_picture else "pdf") if kind.inline else "",
        content_url=register.url("file_content", pk=pk, file=file.id),
        save_url=register.url("file_content", pk=pk, file=file.id, save=1),
        icon=kind.icon,
        facts=_facts(file, who),
        acts=_acts(register, pk, file, lock) if may(register, "edit") else (),
        crumbs=(*register.crumbs(), (register.heading(record), register.url("show", pk=pk)), ("Файлы", here)),
    )
    return render_template("register/file.html", page=page, record=record)


def _acts(register: Register, pk: int, file: Attachment, lock: Lock | None) -> tuple[Act, ...]:
    fields = [FieldView("title", "Название", "line", value=file.title, required=True, max_length=200, span=6)]
    if _may_mark(register):
        fields.append(FieldView(ON_HEALTH, files.PAPER, "flag", value="1" if file.on_health else "", span=6))
    url = register.url("file_rename", pk=pk, file=file.id)
    rename = Act("rename", "Переименовать", url, icon="pencil", method="post", fields=tuple(fields))
    return (
        *(() if lock else (rename,)),
        Act(
            "delete",
            "Удалить",
            register.url("file_delete", pk=pk, file=file.id),
            icon="trash",
            method="post",
            tone="danger",
            confirm="Удалить этот файл? Вернуть его можно будет только из резервной копии.",
        ),
    )


def content(register: Register, pk: int, file_id: int) -> Response:
    """The content itself: looked at in our page, or saved. The journal knows before the first byte leaves."""
    record = register.record_or_404(pk)
    file = _file_or_404(register, record, file_id)
    lock = _lock_on(register, record, [file])
    if lock is not None:
        abort(404, description=lock.reason)
    kind = files.kind_of(file)
    saving = "save" in request.args or not kind.inline
    try:
        whole = files.folder().read(file.stored_as, file.digest)
    except LostFile:
        log.error("attachment %s: its content is lost", file.id)
        abort(404, description=LOST)
    verb, word = (FILE_SAVE, "Скачан") if saving else (FILE_OPEN, "Открыт")
    looking.file_shown(verb, file, record, f"{word} файл {files.said(file)}.")
    answer = Response(whole, mimetype=kind.media_type)
    # The viewer of PDF in browsers does not start in a sandbox; it has one of its own, and scripts stay forbidden.
    alone = "" if kind.code == "pdf" and not saving else " sandbox;"
    answer.headers["Content-Security-Policy"] = (
        f"default-src 'none';{alone} style-src 'unsafe-inline'; object-src 'self'; "
        "frame-ancestors 'self'; base-uri 'none'"
    )
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    how = "attachment" if saving else "inline"
    name = quote(download_name(file.title, kind), safe="")
    answer.headers["Content-Disposition"] = f"{how}; filename=\"file-{file.id}{kind.suffix}\"; filename*=UTF-8''{name}"
    return answer


def rename(register: Register, pk: int, file_id: int) -> AnyResponse:
    """Give the file another title, and mark it as a paper on health or not."""
    record, by = register.record_or_404(pk), acting.actor()
    file = _file_or_404(register, record, file_id)
    here = register.url("file", pk=pk, file=file_id)
    lock = _lock_on(register, record, [file])
    if lock is not None:
        flash(lock.reason, "bad")
        return redirect(here)

    def step() -> None:
        files.rename(record, file, request.form.get("title", ""), by=by)
        if _may_mark(register):
            files.mark(record, file, ON_HEALTH in request.form, by=by)

    try:
        committed(register.session, step)
    except Refused as refusal:
        flash(refusal.sentence, "bad")
        return redirect(here)
    flash("Название изменено.", "ok")
    return redirect(here)


def delete(register: Register, pk: int, file_id: int) -> AnyResponse:
    """Remove the file from the record."""
    record = register.record_or_404(pk)
    file = _file_or_404(register, record, file_id)
    try:
        committed(register.session, lambda: files.remove(record, file, by=acting.actor()))
    except Refused as refusal:
        flash(refusal.sentence, "bad")
        return redirect(register.url("file", pk=pk, file=file_id))
    flash("Файл удалён.", "ok")
    return redirect(register.url("show", pk=pk, tab=TAB))


def _file_or_404(register: Register, record: Model, file_id: int) -> Attachment:
    if register.seen_spec().partial:  # A paper tells more than the fields this role is shown.
        abort(404)
    wanted = select(Attachment).where(Attachment.id == file_id, files.of_record(record))
    if not sees_papers(register):
        wanted = wanted.where(Attachment.on_health.is_(False))
    return register.session.scalars(wanted).one_or_none() or abort(404)


FILE = key_in("file")


class FileRoutes:
    """The routes of attached files every register has: seeing one is seeing its record, adding one changing it."""

    @expose(f"/files/{PK}", methods=["POST"])
    @access("edit")
    def attach(self: Any, pk: int) -> Any:
        """Attach files to a record."""
        return attach(self, pk)

    @expose(f"/file/{PK}/{FILE}")
    @access("show")
    def file(self: Any, pk: int, file: int) -> str:
        """The page of one file."""
        return show(self, pk, file)

    @expose(f"/file/{PK}/{FILE}/content")
    @access("show")
    def file_content(self: Any, pk: int, file: int) -> Response:
        """What the file holds; ``?save=1`` to keep it."""
        return content(self, pk, file)

    @expose(f"/file/{PK}/{FILE}/rename", methods=["POST"])
    @access("edit")
    def file_rename(self: Any, pk: int, file: int) -> AnyResponse:
        """Another title for the file."""
        return rename(self, pk, file)

    @expose(f"/file/{PK}/{FILE}/delete", methods=["POST"])
    @access("edit")
    def file_delete(self: Any, pk: int, file: int) -> AnyResponse:
        """Remove the file."""
        return delete(self, pk, file)

    def files_act(self: Any, record: Any) -> Act:
        """Return the way to the files, for a register whose card is a page of its own."""
        return Act("files", "Файлы", self.url("show", pk=record.id, tab=TAB), icon="paperclip", tone="quiet")
