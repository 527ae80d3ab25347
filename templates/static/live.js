/* Shows the progress of a run as it is streamed. Without this script, the page refreshes itself. */
"use strict";

const panel = document.querySelector("[data-live]");
if (panel) {
  const source = new EventSource(panel.dataset.live);
  const fields = new Map(
    [...panel.querySelectorAll("[data-field]")].map((cell) => [cell.dataset.field, cell]),
  );
  const steps = [...panel.querySelectorAll("[data-phase]")];

  const show = (field, text) => {
    const cell = fields.get(field);
    if (cell && cell.textContent !== text) {
      cell.textContent = text;
    }
  };

  source.addEventListener("progress", (event) => {
    const { progress } = JSON.parse(event.data);
    show("message", progress.message);
    show("value", progress.value === null ? panel.dataset.noValue : String(progress.value));
    show("bound", progress.bound === null ? panel.dataset.noBound : String(progress.bound));
    show("elapsed", progress.elapsed_seconds.toFixed(1));
    const current = steps.findIndex((step) => step.dataset.phase === progress.phase);
    steps.forEach((step, index) => step.classList.toggle("reached", index <= current));
  });

  source.addEventListener("end", () => {
    source.close();
    window.location.reload();
  });
}
