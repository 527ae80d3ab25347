/* Makes and shows passkeys. Without this script the buttons stay hidden; codes do the same. */
"use strict";

(() => {
  const fromBase64 = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
  };
  const toBase64 = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");

  const send = async (address, value) => {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(value),
    });
    if (!answer.ok) {
      throw new Error(String(answer.status));
    }
    return answer.json();
  };

  const named = (options) => ({
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

  const told = (credential) => {
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

  const act = async (place) => {
    const { passkey: what, address, goOnTo } = place.dataset;
    const options = await send(`${address}/begin`, { go_on_to: goOnTo || "/" });
    const publicKey = named(options);
    const credential =
      what === "add"
        ? await navigator.credentials.create({ publicKey })
        : await navigator.credentials.get({ publicKey });
    const field = place.querySelector("input");
    const name = field ? field.value : "";
    const done = await send(`${address}/finish`, { credential: told(credential), name });
    window.location.assign(done.go_on_to);
    if (done.go_on_to === window.location.pathname) {
      window.location.reload();
    }
  };

  if (!window.PublicKeyCredential) {
    return;
  }
  for (const place of document.querySelectorAll("[data-passkey]")) {
    const button = place.querySelector("button");
    const fault = place.querySelector("[role=alert]");
    place.hidden = false;
    button.addEventListener("click", async (event) => {
      event.preventDefault();
      button.disabled = true;
      fault.hidden = true;
      try {
        await act(place);
      } catch (error) {
        fault.textContent =
          error.message === "403"
            ? "Reload this page and confirm who you are, then try again."
            : "That did not work. Try again, or use a code instead.";
        fault.hidden = false;
        button.disabled = false;
      }
    });
  }
})();
