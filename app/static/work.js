/* Опора: the page of a job asks how far it is and draws it; when the job has ended the page is drawn anew. */
"use strict";

{
  const box = document.querySelector("[data-job]");
  const part = (name) => box.querySelector(`[data-job-${name}]`);
  const bar = box.querySelector("progress");
  let spoken = 0, wait = 1000;

  const draw = ({ percent, doing, left }) => {
    part("percent").textContent = percent === null ? "" : `${percent}\u00a0%`;
    part("doing").textContent = doing;
    part("left").textContent = left;
    if (percent === null) bar.removeAttribute("value"); else bar.value = percent;
    // A screen reader hears every quarter, not every second.
    if (percent !== null && percent - spoken >= 25) {
      spoken = percent;
      part("said").textContent = `Сделано ${percent} процентов. ${left}`;
    }
  };

  const ask = async () => {
    try {
      const answer = await fetch(box.dataset.job, { headers: { Accept: "application/json" } });
      // The session may have ended: the page leads to the door and back here.
      if (answer.redirected || !answer.ok) { if (answer.status < 500) { location.reload(); return; } throw new Error(answer.status); }
      const state = await answer.json();
      if (!state.is_open) { location.reload(); return; }
      draw(state);
      wait = 1000;
    } catch {
      part("left").textContent = "Связь прервалась. Работа идёт дальше, страница обновится сама.";
      wait = Math.min(wait * 2, 15000);
    }
    setTimeout(ask, wait);
  };
  setTimeout(ask, wait);
}
