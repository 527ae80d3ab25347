/* Registers and uses passkeys. Without this script, the buttons stay hidden and users enter codes. */
"use strict";

(() => {
  const fromBase64 = (text) => {
    const decoded = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(decoded, (character) => character.charCodeAt(0));
  };
  const toBase64 = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");

  const postJson = async (url, value) => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(value),
    });
    if (!response.ok) {
      throw new Error(String(response.status));
    }
    return response.json();
  };

  const decodeOptions = (options) => ({
    ...options,
    challenge: fromBase64(options.challenge),
    user: options.user && { ...options.user, id: fromBase64(options.user.id) },
    excludeCredentials: (options.excludeCredentials || []).map((each) => ({
      ...each,
      id: fromBase64(each.id),
    })),
    allowCredentials: (options.allowCredentials || []).map((each) => ({
      ...each,
      id: fromBase64(each.id),
    })),
  });

  const encodeCredential = (credential) => {
    const response = { clientDataJSON: toBase64(credential.response.clientDataJSON) };
    for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[part]) {
        response[part] = toBase64(credential.response[part]);
      }
    }
    return {
      id: credential.id,
      rawId: toBase64(credential.rawId),
      type: credential.type,
      clientExtensionResults: {},
      response,
    };
  };

  const run = async (form) => {
    const { passkey: action, address, goOnTo } = form.dataset;
    const options = await postJson(`${address}/begin`, { go_on_to: goOnTo || "/" });
    const publicKey = decodeOptions(options);
    const credential =
      action === "add"
        ? await navigator.credentials.create({ publicKey })
        : await navigator.credentials.get({ publicKey });
    const field = form.querySelector("input");
    const name = field ? field.value : "";
    const next = form.dataset.form ? document.getElementById(form.dataset.form) : null;
    const box = next ? next.elements.namedItem("verification.remember") : null;
    const result = await postJson(`${address}/finish`, {
      credential: encodeCredential(credential),
      name,
      go_on_to: goOnTo || "",
      remember: box !== null && box.checked,
    });
    if (next) {
      next.submit(); // it carries what was entered before
      return;
    }
    window.location.assign(result.go_on_to);
    if (result.go_on_to === window.location.pathname) {
      window.location.reload();
    }
  };

  if (!window.PublicKeyCredential) {
    return;
  }
  for (const form of document.querySelectorAll("[data-passkey]")) {
    const button = form.querySelector("button");
    const alert = form.querySelector("[role=alert]");
    form.hidden = false;
    button.addEventListener("click", async (event) => {
      event.preventDefault();
      button.disabled = true;
      alert.hidden = true;
      try {
        await run(form);
      } catch (error) {
        alert.textContent =
          error.message === "403" ? form.dataset.confirm : form.dataset.failed;
        alert.hidden = false;
        button.disabled = false;
      }
    });
  }
})();
