/* Shows the progress of a run as it is told. Without this script the page reloads by itself. */
"use strict";

const place = document.querySelector("[data-live]");
if (place) {
  const source = new EventSource(place.dataset.live);
  const fields = new Map(
    [...place.querySelectorAll("[data-field]")].map((cell) => [cell.dataset.field, cell]),
  );
  const steps = [...place.querySelectorAll("[data-phase]")];

  const show = (field, text) => {
    const cell = fields.get(field);
    if (cell && cell.textContent !== text) {
      cell.textContent = text;
    }
  };

  source.addEventListener("progress", (event) => {
    const { progress } = JSON.parse(event.data);
    show("message", progress.message);
    show("value", progress.value === null ? "none yet" : String(progress.value));
    show("bound", progress.bound === null ? "not known yet" : String(progress.bound));
    show("elapsed", progress.elapsed_seconds.toFixed(1));
    const now = steps.findIndex((step) => step.dataset.phase === progress.phase);
    steps.forEach((step, place) => step.classList.toggle("reached", place <= now));
  });

  source.addEventListener("end", () => {
    source.close();
    window.location.reload();
  });
}
