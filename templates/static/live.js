/* Keeps a page about work in progress up to date. Without this script, it has a link to do so. */
"use strict";

const panel = document.querySelector("[data-live]");
const PAUSE_MS = 1000;

/* The server renders the page; only the parts that change are replaced. */
const refresh = async () => {
  const response = await fetch(window.location.href, { headers: { Accept: "text/html" } });
  if (!response.ok) {
    return;
  }
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live-part]")) {
    const newer = fresh.querySelector(`[data-live-part="${part.dataset.livePart}"]`);
    if (newer && !newer.isEqualNode(part)) {
      part.replaceChildren(...newer.childNodes);
    }
  }
  if (!fresh.querySelector("[data-live]")) {
    window.location.reload();
  }
};

let waiting = false;

/* Events that arrive while the page is being refreshed cause one more refresh. */
const refreshSoon = () => {
  if (!waiting) {
    waiting = true;
    window.setTimeout(() => {
      waiting = false;
      refresh();
    }, PAUSE_MS);
  }
};

if (panel) {
  const source = new EventSource(panel.dataset.live);
  source.addEventListener("state", refresh);
  source.addEventListener("progress", refreshSoon);
  source.addEventListener("end", () => {
    source.close();
    window.location.reload();
  });
}
