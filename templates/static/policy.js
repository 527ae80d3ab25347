/* Counts the pairs that a policy leaves while it is being changed. Without this script, the button
   "Check" does it. */
"use strict";

(() => {
  const form = document.getElementById("count-all")?.closest("form");
  if (!form) {
    return;
  }
  const address = form.querySelector("button[formaction]").formAction;
  const PAUSE = 200; // milliseconds without a change until the rules are counted
  const LONG_PAUSE = 1200; // and until the pairs that can place their sessions are, too
  const SLOW = "count-sessions";
  let timers = [];
  let request = new AbortController();

  const count = async (quick) => {
    request.abort();
    request = new AbortController();
    const body = new URLSearchParams(new FormData(form));
    body.set("quick", String(quick));
    try {
      const { signal } = request;
      const answer = await fetch(address, { method: "POST", body, signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const shown of document.querySelectorAll("[data-count]")) {
        const counted = page.getElementById(shown.id);
        if (counted && !(quick && shown.id === SLOW)) {
          shown.className = counted.className;
          if (shown.textContent !== counted.textContent) {
            shown.replaceChildren(...counted.childNodes);
          }
        }
      }
    } catch (error) {
      if (error.name !== "AbortError") {
        throw error;
      }
    }
  };

  form.addEventListener("input", () => {
    timers.forEach(clearTimeout);
    timers = [setTimeout(count, PAUSE, true), setTimeout(count, LONG_PAUSE, false)];
  });
  count(false);
})();
