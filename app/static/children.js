/* «Новая семья»: rows for children appear one by one. Without script three rows stand ready. */
"use strict";

for (const box of document.querySelectorAll("[data-children]")) {
  const button = box.querySelector("[data-add-child]");
  const pattern = box.querySelector("template");
  const rows = () => [...box.querySelectorAll("[data-child]")];
  rows().forEach((row, at) => { row.hidden = at > 0 && !("filled" in row.dataset); });
  button.hidden = false;
  button.addEventListener("click", () => {
    let row = rows().find((one) => one.hidden);
    if (row) {
      row.hidden = false;
    } else {
      const number = rows().length + 1;
      const copy = document.createElement("template");
      copy.innerHTML = pattern.innerHTML.replaceAll("c0_", `c${number}_`).replaceAll("Ещё ребёнок", `Ребёнок ${number}`);
      row = copy.content.firstElementChild;
      button.before(row);
    }
    row.querySelector("input").focus();
  });
}
