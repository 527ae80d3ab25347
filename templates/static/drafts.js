/* Keeps what people type until it has been sent, encrypted, in this browser. Without this script, or
   where browsers offer no encryption (without https), nothing is kept. */
"use strict";

(() => {
  const PREFIX = "draft.";
  const SENT = "#sent-";
  const MAX_AGE = 14 * 24 * 3600 * 1000; // milliseconds
  const PAUSE = 300; // milliseconds without typing until a draft is stored
  const ANSWER = 10000; // milliseconds to wait for the server before sending
  const LAST_SENT = "draft-sent"; // in this tab: the draft whose form was submitted last
  const NAME = 32; // hexadecimal digits, as in the names that the server gives
  const NEVER = new Set(["hidden", "password", "file", "submit", "button", "reset", "image"]);

  let store;
  try {
    store = window.localStorage;
  } catch {
    return; // switched off in this browser
  }
  if (!store) {
    return;
  }

  const stored = (name) => {
    try {
      return JSON.parse(store.getItem(name));
    } catch {
      return null;
    }
  };
  const names = () => Object.keys(store).filter((name) => name.startsWith(PREFIX));
  const remove = (start) =>
    names().filter((name) => name.startsWith(start)).forEach((name) => store.removeItem(name));

  for (const name of names()) {
    const age = Date.now() - (stored(name)?.at ?? 0);
    if (!(age >= 0 && age < MAX_AGE)) {
      store.removeItem(name);
    }
  }
  if (window.location.hash.startsWith(SENT)) {
    const [id, ...place] = window.location.hash.slice(SENT.length).split("-");
    store.removeItem(PREFIX + id);
    const address = window.location.pathname + window.location.search;
    window.history.replaceState(null, "", address);
    if (place.length) {
      window.location.replace(`#${place.join("-")}`);
    }
  }
  let ended = false;
  for (const form of document.querySelectorAll("form[data-drafts-end]")) {
    form.addEventListener("submit", () => {
      ended = true; // the page is about to be left, which would store drafts again
      remove(PREFIX + form.dataset.draftsEnd);
    });
  }

  const toBase64 = (bytes) => btoa(String.fromCharCode(...bytes));
  const fromBase64 = (text) =>
    Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

  /* Keeps the fields of a form. `isUnsent`: the server has returned what was typed. */
  const watch = (form, { id, rawKey, isKept, isUnsent, panel }) => {
    const name = PREFIX + id;
    const key = window.crypto.subtle.importKey("raw", rawKey, "AES-GCM", false, [
      "encrypt",
      "decrypt",
    ]);
    const bound = new TextEncoder().encode(name); // a copy under another name cannot be opened
    const fields = () => [...form.elements].filter(isKept);
    const hint = panel.querySelector("[data-draft-hint]");
    const isChoice = (field) => field.type === "radio" || field.type === "checkbox";
    const values = () =>
      fields()
        .filter((field) => !isChoice(field) || field.checked)
        .map((field) => [field.name, field.value]);
    const fill = (typed) => {
      const places = new Map(); // of fields with the same name
      for (const field of fields()) {
        const found = typed.filter(([each]) => each === field.name).map(([, text]) => text);
        const place = places.get(field.name) ?? 0;
        if (isChoice(field)) {
          field.checked = found.includes(field.value);
        } else if (place < found.length) {
          field.value = found[place];
          places.set(field.name, place + 1);
        }
      }
      form.dispatchEvent(new Event("input")); // for other scripts of the page
    };
    const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
    const show = (part) => {
      for (const each of panel.querySelectorAll("[data-draft-part]")) {
        each.hidden = each.dataset.draftPart !== part;
      }
    };

    const initial = values();
    let timer = 0;
    let counter = 0;
    const save = async () => {
      window.clearTimeout(timer);
      counter += 1;
      const turn = counter;
      const typed = values();
      if (same(typed, initial) && !isUnsent) {
        store.removeItem(name);
        return;
      }
      hint.hidden = false;
      const iv = window.crypto.getRandomValues(new Uint8Array(12));
      const text = new TextEncoder().encode(JSON.stringify({ initial, typed }));
      const how = { name: "AES-GCM", iv, additionalData: bound };
      const sealed = new Uint8Array(await window.crypto.subtle.encrypt(how, await key, text));
      if (turn === counter && !ended) {
        const draft = { at: Date.now(), iv: toBase64(iv), text: toBase64(sealed) };
        try {
          store.setItem(name, JSON.stringify(draft));
        } catch {
          // no space left: nothing is kept, and the form still works
        }
      }
    };
    const open = async () => {
      const draft = stored(name);
      if (!draft) {
        return null;
      }
      try {
        const how = { name: "AES-GCM", iv: fromBase64(draft.iv), additionalData: bound };
        const text = await window.crypto.subtle.decrypt(how, await key, fromBase64(draft.text));
        return JSON.parse(new TextDecoder().decode(text));
      } catch {
        store.removeItem(name); // of another key, or damaged
        return null;
      }
    };

    const restore = async () => {
      const draft = await open();
      if (!draft || same(draft.typed, values())) {
        return;
      }
      if (same(draft.initial, initial) && same(values(), initial)) {
        fill(draft.typed);
        show("restored");
      } else {
        show("offered"); // something else has been saved, or typed, in the meantime
      }
      panel.addEventListener("click", (event) => {
        if (event.target.matches("[data-draft-use]")) {
          fill(draft.typed);
          save();
          show("restored");
        } else if (event.target.matches("[data-draft-discard]")) {
          fill(initial);
          save();
          show("");
        }
      });
    };

    let passed = false;
    form.addEventListener("submit", async (event) => {
      if (passed) {
        return;
      }
      event.preventDefault();
      const button = event.submitter;
      await save();
      try {
        await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(ANSWER) });
      } catch {
        show("offline");
        panel.scrollIntoView({ block: "nearest" });
        return;
      }
      if (!("draft" in form.dataset)) {
        window.sessionStorage.setItem(LAST_SENT, id);
        nameInAddress(form, "action", id);
        if (button?.hasAttribute("formaction")) {
          nameInAddress(button, "formaction", id);
        }
      }
      passed = true;
      form.requestSubmit(button);
      passed = false;
    });
    form.addEventListener("input", () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(save, PAUSE);
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") {
        save();
      }
    });
    restore();
  };

  const nameInAddress = (element, attribute, id) => {
    const address = new URL(element.getAttribute(attribute) ?? "", window.location.href);
    address.searchParams.set("draft", id);
    element.setAttribute(attribute, address.pathname + address.search);
  };

  const watchNamed = (form) => {
    const names = new Set(form.dataset.draftFields.split(" "));
    const panel = form.querySelector("[data-draft-panel]");
    panel.querySelector("[data-draft-hint]").hidden = false;
    watch(form, {
      id: form.dataset.draft,
      rawKey: fromBase64(form.dataset.draftKey),
      isKept: (field) => names.has(field.name),
      isUnsent: "draftUnsent" in form.dataset,
      panel,
    });
  };

  /* A form with the attribute `data-keep`, whose name and key are derived from the page's key. Its
     value distinguishes forms with the same address. */
  const watchKept = async (form, page) => {
    const address = new URL(form.getAttribute("action") ?? "", window.location.href);
    const which = `${address.pathname} ${form.dataset.keep}`;
    const how = { name: "HMAC", hash: "SHA-256" };
    const secret = fromBase64(page.dataset.draftKey);
    const base = await window.crypto.subtle.importKey("raw", secret, how, false, ["sign"]);
    const derived = async (use) => {
      const text = new TextEncoder().encode(`${use} ${which}`);
      return new Uint8Array(await window.crypto.subtle.sign("HMAC", base, text));
    };
    const digits = [...(await derived("name"))].map((byte) => byte.toString(16).padStart(2, "0"));
    const id = `${page.content}.${digits.join("").slice(0, NAME)}`;
    const isReturned = "returned" in page.dataset;
    form.prepend(document.getElementById("draft-panel").content.cloneNode(true));
    watch(form, {
      id,
      rawKey: await derived("key"),
      isKept: (field) => field.name && !NEVER.has(field.type),
      isUnsent: isReturned && window.sessionStorage.getItem(LAST_SENT) === id,
      panel: form.querySelector("[data-draft-panel]"),
    });
  };

  if (window.crypto?.subtle) {
    document.querySelectorAll("form[data-draft]").forEach(watchNamed);
    const page = document.querySelector("meta[name=drafts]");
    if (page?.dataset.draftKey) {
      document.querySelectorAll("form[data-keep]").forEach((form) => watchKept(form, page));
    }
  }
})();
