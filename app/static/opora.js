/* Опора: what script adds to pages that work without it. No library, no build; one section per habit.
   Markup it looks for: [data-focus-key] · details.drop · [data-pick-all] [data-picked] · a[data-ask] dialog.ask ·
   form[data-guard] a[data-leave] · form[data-draft] [data-draft-said] form[data-draft-drop] · [data-date] [data-calendar] · [data-mask] · .combo[data-lookup] · form[data-tidy] · form[data-attach] · [data-when]. */
"use strict";

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const plural = (n, one, few, many) => {
  const tail = n % 100, ten = n % 10;
  if (tail >= 11 && tail <= 14) return many;
  return ten === 1 ? one : ten >= 2 && ten <= 4 ? few : many;
};
const make = (tag, attributes = {}, text = "") => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.textContent = text;
  return node;
};

/* ---- keys and small menus -------------------------------------------------------------------------------------- */

const isTyping = (node) => node.closest("input, textarea, select, [contenteditable]") !== null;

document.addEventListener("keydown", (event) => {
  // The key «/» is the same key in the Russian layout, where it types a full stop.
  if ((event.key === "/" || event.code === "Slash") && !event.ctrlKey && !event.altKey && !event.shiftKey && !isTyping(event.target)) {
    const field = document.querySelector("[data-focus-key], input[type='search']");
    if (field) { event.preventDefault(); field.focus(); field.select(); }
  }
  if (event.key === "Escape" && !event.defaultPrevented) {
    for (const drop of all("details.drop[open]")) {
      drop.open = false;
      if (drop.contains(event.target)) drop.querySelector("summary").focus();
    }
  }
});

document.addEventListener("click", (event) => {
  for (const drop of all("details.drop[open]")) if (!drop.contains(event.target)) drop.open = false;
});

// Paper says when it was printed, by the clock of the desk it was printed at.
addEventListener("beforeprint", () => {
  const at = new Date().toLocaleString("ru-RU", { dateStyle: "short", timeStyle: "short" });
  for (const place of all("[data-printed]")) place.textContent = `, ${at}`;
  for (const slip of all("[data-print-slip]")) fetch(slip.action, { method: "POST", body: new FormData(slip), keepalive: true });
});

for (const button of all("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

/* ---- the login -------------------------------------------------------------------------------------------------- */

const caps = document.getElementById("caps");
if (caps) {
  document.getElementById("password").addEventListener("keyup", (event) => {
    caps.hidden = !event.getModifierState("CapsLock");
  });
}

/* ---- lists: ticks, and an address without empty filters ---------------------------------------------------------- */

for (const form of all("form.bulk-form")) {
  const rows = () => all('[name="rowid"]', form);
  const head = form.querySelector("[data-pick-all]");
  const said = form.querySelector("[data-picked]");
  const everything = form.querySelector('[name="all"]');
  const tell = () => {
    const boxes = rows(), picked = boxes.filter((box) => box.checked).length;
    if (head) {
      head.checked = picked > 0 && picked === boxes.length;
      head.indeterminate = picked > 0 && picked < boxes.length;
    }
    said.textContent = everything && everything.checked ? "Отмечены все найденные" : `Отмечено ${picked} на этой странице`;
  };
  let last = null;
  if (head) {
    head.hidden = false;
    head.addEventListener("change", () => { for (const box of rows()) box.checked = head.checked; });
  }
  form.addEventListener("click", (event) => {
    if (event.target.name !== "rowid") return;
    const boxes = rows(), here = boxes.indexOf(event.target);
    if (event.shiftKey && last !== null) {
      for (const box of boxes.slice(Math.min(here, last), Math.max(here, last) + 1)) box.checked = event.target.checked;
    }
    last = here;
  });
  form.addEventListener("change", tell);
  form.addEventListener("reset", () => setTimeout(tell));
  tell();
}

for (const form of all("form[data-tidy]")) {
  form.addEventListener("formdata", ({ formData }) => {
    for (const name of new Set(formData.keys())) {
      const values = formData.getAll(name).filter((value) => value !== "");
      formData.delete(name);
      for (const value of values) formData.append(name, value);
    }
    for (const select of all('select[name$=".op"]', form)) {
      const name = select.name.slice(0, -3);
      const filled = formData.has(name) || formData.has(`${name}.to`) || formData.has(`${name}.text`);
      if (!filled && select.selectedIndex === 0) formData.delete(select.name);
    }
    for (const hidden of all('input[type="hidden"][name$=".op"]', form)) {
      const name = hidden.name.slice(0, -3);
      if (!formData.has(name) && !formData.has(`${name}.text`)) formData.delete(hidden.name);
    }
  });
}

/* ---- lists: columns moved without a page for each step ----------------------------------------------------------- */

for (const box of all("[data-arrange]")) {
  const said = box.appendChild(make("p", { role: "status", class: "visually-hidden" }));
  box.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    event.preventDefault();
    const row = button.closest(".arrange"), rows = all(".arrange", box), at = rows.indexOf(row);
    const to = at + (button.name === "up" ? -1 : 1);
    if (!rows[to]) return;
    rows[to][button.name === "up" ? "before" : "after"](row);
    button.focus();
    said.textContent = `${row.textContent.replace(/[↑↓]/g, "").trim()}: место ${to + 1} из ${rows.length}`;
  });
}
// A page that was sent back after a step without script comes with the columns open.
if (location.hash === "#columns") for (const box of all("#columns")) box.closest("details").open = true;

/* ---- questions before an act ------------------------------------------------------------------------------------ */

for (const link of all("a[data-ask]")) {
  const dialog = document.querySelector(link.hash);
  if (!dialog || !dialog.showModal) continue;
  link.setAttribute("role", "button");
  link.setAttribute("aria-haspopup", "dialog");
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    dialog.showModal();
  });
  link.addEventListener("keydown", (event) => {
    if (event.key === " ") { event.preventDefault(); link.click(); }
  });
}

for (const dialog of all("dialog.ask")) {
  dialog.querySelector("[data-close]").addEventListener("click", (event) => { event.preventDefault(); dialog.close(); });
}

/* ---- forms: nothing typed is lost, nothing is sent twice --------------------------------------------------------- */

const changed = new Set();

for (const form of all("form[data-guard]:not([data-guard='off'])")) {
  // A page that came back with a refusal holds typed text that is not saved yet.
  if (form.querySelector(".note.bad")) changed.add(form);
  form.addEventListener("input", () => changed.add(form));
}

addEventListener("beforeunload", (event) => {
  for (const form of changed) if (form.isConnected && !form.closest("dialog:not([open])")) event.preventDefault();
});

for (const link of all("a[data-leave]")) link.addEventListener("click", () => changed.clear());

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented) return;
  changed.delete(form);
  if (form.method !== "post") return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  const button = event.submitter;
  // A disabled button is not sent with its form, so it is only marked until the data are on their way.
  setTimeout(() => {
    for (const other of all("button[type='submit']", form)) other.disabled = true;
    if (button && button.classList.contains("btn-primary") && !form.hasAttribute("data-download")) button.textContent = button.dataset.busy || "Сохраняем…";
  });
  form.setAttribute("aria-busy", "true");
  if (form.hasAttribute("data-download")) setTimeout(() => free(form), 3000);
});

// A form that answers with a file leaves its page standing.
function free(form) {
  delete form.dataset.sent;
  form.removeAttribute("aria-busy");
  for (const button of all("button[type='submit']", form)) button.disabled = false;
}

// The back button shows the page as it was left: with its buttons off. A form half typed is not thrown away for that.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  if (changed.size) all("form").forEach(free); else location.reload();
});

/* ---- drafts: what is typed is put by on the server, as it is typed ----------------------------------------------- */

// Not in localStorage: the computers of a centre are shared, and what is typed about a family would lie there in clear
// for whoever sits down next. While there is no connection the text lives in this page only, and leaving it asks first.
const LOST = "Нет связи. Набранное хранится в этом браузере и отправится само.";
const LATER = "Черновик пока не сохранён. Набранное на месте, попробуем ещё раз.";
const BEACON = 60_000; // A browser sends 64 KiB at most from a page that is being left.

class Draft {
  constructor(form) {
    this.form = form;
    this.said = form.querySelector("[data-draft-said]");
    this.typed = changed.has(form) ? 1 : 0; // counts changes; the one that reached the server is this.kept
    this.kept = 0;
    this.lost = this.over = false;
    if (this.typed) this.later(0);
    form.addEventListener("input", () => { this.typed += 1; this.later(); });
    form.addEventListener("submit", (event) => this.submit(event));
    addEventListener("online", () => this.send());
    addEventListener("offline", () => { if (this.typed !== this.kept) this.tell(LOST, true); });
    addEventListener("beforeunload", () => this.send(true));
    addEventListener("pagehide", () => this.send(true));
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.send(true); });
  }

  later(delay = 2000) {
    clearTimeout(this.timer);
    if (!this.over) this.timer = setTimeout(() => this.send(), delay);
  }

  body() {
    const data = new FormData(this.form);
    for (const input of all("input[type='password'], input[type='file']", this.form)) data.delete(input.name);
    data.set("draft.number", Date.now()); // Requests overtake each other; the server keeps the latest.
    return new URLSearchParams(data);
  }

  async send(leaving = false) {
    clearTimeout(this.timer);
    if (this.over || this.typed === this.kept) return;
    if (this.request && !leaving) { this.later(500); return; }
    const number = this.typed, body = this.body(), request = new AbortController();
    const limit = setTimeout(() => request.abort(), 15_000);
    this.request = request;
    try {
      const keepalive = leaving && String(body).length < BEACON;
      const answer = await fetch(this.form.dataset.draft, { method: "POST", body, keepalive, signal: request.signal, headers: { Accept: "application/json" } });
      if (answer.status >= 500 || answer.redirected) throw new RangeError("not now");
      const { text } = await answer.json();
      this.lost = false;
      this.tell(text, !answer.ok);
      if (answer.ok) {
        this.kept = number;
        if (number === this.typed) changed.delete(this.form);
      }
    } catch (error) {
      this.lost = !(error instanceof RangeError || error instanceof SyntaxError);
      this.tell(this.lost ? LOST : LATER, true);
      this.later(5000);
    } finally {
      clearTimeout(limit);
      if (this.request === request) this.request = null;
    }
  }

  // Without a connection the browser would answer with a page of its own, and the text would be gone.
  async submit(event) {
    if (event.defaultPrevented || this.form.dataset.sent) return;
    if ((this.lost || !navigator.onLine) && !this.sure) {
      event.preventDefault();
      this.typed += 1;
      await this.send();
      if (this.lost || this.typed !== this.kept) return;
      this.sure = true;
      this.form.requestSubmit(event.submitter);
      return;
    }
    this.stop();
  }

  stop() {
    this.over = true;
    clearTimeout(this.timer);
    if (this.request) this.request.abort();
  }

  tell(text, alarming = false) {
    if (this.over) return;
    if (this.said.textContent !== text) this.said.textContent = text;
    this.said.toggleAttribute("data-lost", alarming);
  }
}

const drafts = all("form[data-draft]").map((form) => new Draft(form));
for (const form of all("form[data-draft-drop]")) {
  form.addEventListener("submit", () => { changed.clear(); for (const draft of drafts) draft.stop(); });
}

/* ---- dates: 3.5.91 is the third of May 1991 ---------------------------------------------------------------------- */

const two = (n) => String(n).padStart(2, "0");

function readDay(text) {
  const plain = text.trim().replace(/\s*г\.?$/, "");
  const iso = plain.match(/^(\d{4})-(\d{1,2})-(\d{1,2})$/);
  const solid = plain.match(/^(\d{2})(\d{2})(\d{4}|\d{2})$/);
  const parts = iso ? [iso[3], iso[2], iso[1]] : solid ? solid.slice(1) : plain.split(/[.,/\-\s]+/);
  if (parts.length !== 3 || parts.some((part) => !/^\d{1,4}$/.test(part))) return null;
  const [day, month] = parts.map(Number);
  let year = Number(parts[2]);
  if (parts[2].length <= 2) {
    // Two digits are the nearest such year that is not more than ten years ahead.
    const now = new Date().getFullYear();
    year += 2000;
    if (year > now + 10) year -= 100;
  }
  const date = new Date(Date.UTC(year, month - 1, day));
  const real = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return real ? `${two(day)}.${two(month)}.${year}` : null;
}

for (const box of all("[data-date]")) {
  const input = box.querySelector("input");
  const split = () => {
    const [, day, time] = input.value.trim().match(/^(\S*)\s*(.*)$/);
    return box.dataset.date === "moment" ? [day.replace(/,$/, ""), time] : [input.value, ""];
  };
  input.addEventListener("change", () => {
    const [day, time] = split(), read = readDay(day);
    if (read) input.value = time ? `${read} ${time}` : read;
  });
  const button = box.querySelector("[data-calendar]");
  if (!("showPicker" in HTMLInputElement.prototype)) continue;
  const calendar = make("input", { type: "date", tabindex: "-1", "aria-hidden": "true" });
  box.append(calendar);
  button.hidden = false;
  button.addEventListener("click", () => {
    const read = readDay(split()[0]);
    calendar.value = read ? read.split(".").reverse().join("-") : "";
    calendar.showPicker();
  });
  calendar.addEventListener("change", () => {
    const read = readDay(calendar.value);
    if (!read) return;
    const time = split()[1];
    input.value = time ? `${read} ${time}` : read;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.focus();
  });
}

/* ---- masks: digits fall into place, anything else is left to the server ------------------------------------------- */

const masks = {
  snils: (text) => {
    const d = text.replace(/\D/g, "");
    return d.length === 11 ? `${d.slice(0, 3)}-${d.slice(3, 6)}-${d.slice(6, 9)} ${d.slice(9)}` : text;
  },
  phone: (text) => {
    const d = text.replace(/\D/g, "").replace(/^8(?=\d{10}$)/, "7").replace(/^(?=\d{10}$)/, "7");
    if (!/^7\d{10}$/.test(d) || /[^\d\s()+.-]/.test(text)) return text;
    return `+7 ${d.slice(1, 4)} ${d.slice(4, 7)}-${d.slice(7, 9)}-${d.slice(9)}`;
  },
};

for (const input of all("[data-mask]")) {
  const shape = masks[input.dataset.mask];
  input.addEventListener("change", () => { input.value = shape(input.value); });
  input.addEventListener("paste", () => setTimeout(() => { input.value = shape(input.value); }));
}

/* ---- combobox over a register's lookup (WAI-ARIA: editable combobox with list autocomplete) ------------------------- */

let comboNumber = 0;

class Combo {
  constructor(box) {
    this.box = box;
    [this.id, this.input] = all("input", box);
    this.list = make("ul", { role: "listbox", class: "combo-list", id: `combo-${++comboNumber}`, hidden: "" });
    const label = document.querySelector(`label[for="${this.input.id}"]`);
    this.list.setAttribute("aria-label", label ? label.firstChild.textContent.trim() : this.input.getAttribute("aria-label"));
    this.said = make("p", { role: "status", class: "visually-hidden" });
    this.box.append(this.list, this.said);
    this.active = -1;
    this.results = [];
    this.chosenText = this.id.value ? this.input.value : null;
    const roles = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id };
    for (const [name, value] of Object.entries(roles)) this.input.setAttribute(name, value);
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("click", () => { if (this.list.hidden) this.ask(0); });
    this.input.addEventListener("blur", () => this.close());
    // Pressing in the list must not take the focus from the field.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.choose(Number(option.dataset.at));
    });
    this.mark();
  }

  mark() { this.box.classList.toggle("chosen", this.id.value !== ""); }

  typed() {
    if (this.input.value !== this.chosenText) this.id.value = "";
    this.mark();
    this.ask(250);
  }

  ask(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.fetch(), delay);
  }

  async fetch() {
    if (this.request) this.request.abort();
    this.request = new AbortController();
    const address = new URL(this.box.dataset.lookup, location.href);
    address.searchParams.set("q", this.input.value === this.chosenText ? "" : this.input.value);
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" }, signal: this.request.signal });
      if (!answer.ok) throw new Error(answer.status);
      const { results, more } = await answer.json();
      this.show(results, more);
    } catch (error) {
      if (error.name !== "AbortError") this.say("Список не открылся. Проверьте связь и наберите ещё раз.");
    }
  }

  show(results, more) {
    if (document.activeElement !== this.input) return;
    this.results = results;
    this.active = -1;
    this.list.replaceChildren(...results.map((found, at) => {
      const option = make("li", { role: "option", id: `${this.list.id}-${at}`, "data-at": at, "aria-selected": "false" }, found.text);
      if (found.small) option.append(make("small", {}, found.small));
      return option;
    }));
    if (!results.length) { this.say("Ничего не нашлось. Проверьте, как набрано."); return; }
    const words = `${results.length} ${plural(results.length, "вариант", "варианта", "вариантов")}`;
    if (more) this.list.append(make("li", { role: "presentation", class: "combo-say" }, "Это не все: наберите точнее."));
    this.said.textContent = words;
    this.open();
  }

  say(words) {
    this.results = [];
    this.list.replaceChildren(make("li", { role: "presentation", class: "combo-say" }, words));
    this.said.textContent = words;
    this.open();
  }

  open() {
    this.list.hidden = false;
    this.list.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-expanded", "true");
  }

  close() {
    clearTimeout(this.timer);
    this.list.hidden = true;
    this.active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  move(to) {
    const options = all("[role=option]", this.list);
    if (!options.length) return;
    this.active = (to + options.length) % options.length;
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === this.active)));
    options[this.active].scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", options[this.active].id);
  }

  choose(at) {
    const found = this.results[at];
    this.id.value = found.id;
    this.input.value = this.chosenText = found.text;
    this.mark();
    this.close();
    this.id.dispatchEvent(new Event("input", { bubbles: true }));
  }

  key(event) {
    const isOpen = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen) { this.ask(0); return; }
      const down = event.key === "ArrowDown";
      this.move(this.active < 0 ? (down ? 0 : -1) : this.active + (down ? 1 : -1));
    } else if (event.key === "Enter" && isOpen && this.results.length && (this.active >= 0 || this.results.length === 1)) {
      event.preventDefault();
      this.choose(Math.max(this.active, 0));
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      this.close();
    } else if (event.key === "Tab" && isOpen && this.active >= 0) {
      this.choose(this.active);
    }
  }
}

for (const box of all(".combo[data-lookup]")) if (box.dataset.lookup) new Combo(box);

/* ---- fields asked for with certain answers only; without script all of them stand there ------------------- */

for (const form of all("form:has([data-when])")) {
  const boxes = all("[data-when]", form);
  const answer = (name) => form.querySelector(`[name="${name}"]:checked, select[name="${name}"]`)?.value ?? "";
  const fit = () => {
    for (const box of boxes) {
      box.hidden = !box.dataset.whenValues.split(" ").includes(answer(box.dataset.when));
      // What is not asked for is not sent either.
      for (const control of all("input, select, textarea, button", box)) control.disabled = box.hidden;
    }
    for (const part of all("fieldset:has([data-when])", form)) part.hidden = !part.querySelector(".field:not([hidden])");
  };
  form.addEventListener("change", fit);
  fit();
}

// The tab one is on may lie outside a narrow screen.
for (const tab of all(".tabs [aria-current]")) tab.scrollIntoView({ block: "nearest", inline: "center" });

/* ---- files: dropped onto their place, named before they leave, refused early when too large -------------------- */

for (const form of all("form[data-attach]")) {
  const zone = form.querySelector("[data-zone]"), list = form.querySelector("[data-chosen]");
  const warning = form.querySelector("[data-too-large]"), [picked, camera] = all('input[type="file"]', form);
  const chosen = () => [...picked.files, ...camera.files];
  const refusal = () => {
    const large = chosen().filter((file) => file.size > Number(form.dataset.most));
    const sum = chosen().reduce((bytes, file) => bytes + file.size, 0);
    if (large.length) return `Больше 25 МБ: ${large.map((file) => file.name).join(", ")}. Разделите файл на части.`;
    return sum > Number(form.dataset.formMost) ? "Вместе файлы слишком велики. Приложите их в несколько приёмов, до 30 МБ за раз." : "";
  };
  const tell = () => {
    const words = refusal();
    list.replaceChildren(...chosen().map((file) => make("li", {}, file.name)));
    list.hidden = chosen().length < 2;
    warning.textContent = words;
    warning.hidden = !words;
  };
  form.querySelector("[data-drop-word]").hidden = false;
  form.addEventListener("change", tell);
  form.addEventListener("submit", (event) => { if (refusal()) { event.preventDefault(); tell(); } });
  for (const name of ["dragenter", "dragover"]) {
    zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.add("over"); });
  }
  for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    picked.files = event.dataTransfer.files;
    picked.dispatchEvent(new Event("input", { bubbles: true }));
    tell();
  });
}

/* ---- lists: the fields of a row opened in place; without script the pencil leads to a page of its own -------------- */

document.addEventListener("click", async (event) => {
  const pencil = event.target.closest("a[data-row]");
  if (!pencil || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const row = pencil.closest("tr");
  if (row.nextElementSibling && row.nextElementSibling.classList.contains("row-form")) { shut(row.nextElementSibling); return; }
  let form = null;
  try {
    const answer = await fetch(pencil.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    form = answer.ok && !answer.redirected ? page.querySelector("main form[method='post'][data-guard]") : null;
  } catch (error) { /* No connection: the page of its own will say so. */ }
  if (!form) { location.assign(pencil.href); return; }
  for (const other of all("tr.row-form")) shut(other);
  const line = make("tr", { class: "row-form" }), cell = make("td", { colspan: row.cells.length });
  const box = make("div", { role: "group", "aria-label": pencil.getAttribute("aria-label") });
  const fields = form.querySelector(".fields"), acts = make("div", { class: "acts" });
  const save = make("button", { class: "btn btn-sm btn-primary", type: "submit" }, "Сохранить");
  const leave = make("button", { class: "btn btn-sm btn-light", type: "button" }, "Отмена");
  acts.append(save, leave);
  box.append(fields, acts);
  // The table stands in the form of the ticks, so the fields name their own form, which stands outside.
  form.replaceChildren(...all("input[type='hidden']", form).filter((input) => !fields.contains(input)));
  form.id = "row-own-form";
  form.hidden = true;
  for (const control of all("input, select, textarea, button", box)) if (control !== leave) control.setAttribute("form", form.id);
  cell.append(box);
  line.append(cell);
  row.after(line);
  document.querySelector("main").append(form);
  for (const combo of all(".combo[data-lookup]", box)) if (combo.dataset.lookup) new Combo(combo);
  leave.addEventListener("click", () => shut(line));
  line.addEventListener("keydown", (key) => { if (key.key === "Escape" && !key.defaultPrevented) shut(line); });
  const first = box.querySelector("input:not([type='hidden']), select, textarea");
  if (first) first.focus();
});

function shut(line) {
  const pencil = line.previousElementSibling.querySelector("a[data-row]");
  for (const form of all("#row-own-form")) form.remove();
  line.remove();
  pencil.focus();
}
