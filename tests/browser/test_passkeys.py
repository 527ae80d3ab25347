"""Passkeys in a real browser, with Chromium's virtual authenticator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

if TYPE_CHECKING:
    from conftest import Server
    from playwright.sync_api import Browser, CDPSession, Page

SIGN_IN_BY_HAND = """
async ({ verification, twice }) => {
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const send = (address, value) =>
    fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(value),
    });
  const options = await (await send("/sign-in/passkey/begin", {})).json();
  const publicKey = {
    challenge: bytes(options.challenge),
    rpId: options.rpId,
    userVerification: verification,
  };
  const shown = { credential: (await navigator.credentials.get({ publicKey })).toJSON() };
  const first = (await send("/sign-in/passkey/finish", shown)).status;
  return twice ? [first, (await send("/sign-in/passkey/finish", shown)).status] : [first];
}
"""


class Authenticator:
    """A virtual authenticator in the browser."""

    def __init__(self, page: Page, transport: str) -> None:
        self.devtools: CDPSession = page.context.new_cdp_session(page)
        self.devtools.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": transport,
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        added = self.devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.id = added["authenticatorId"]

    def send(self, method: str, **values: object) -> dict[str, Any]:
        return self.devtools.send(f"WebAuthn.{method}", {"authenticatorId": self.id, **values})

    def replace_with_copy(self, count: int) -> None:
        """Replace the passkey with a copy whose signature counter is `count`."""
        (kept,) = self.send("getCredentials")["credentials"]
        self.send("removeCredential", credentialId=kept["credentialId"])
        self.send("addCredential", credential=kept | {"signCount": count})


def add(page: Page, base: str, name: str) -> None:
    page.goto(f"{base}/account")
    page.get_by_label("Name of the new passkey").fill(name)
    page.get_by_role("button", name="Add a passkey").click()


def confirm(page: Page) -> None:
    """Confirm a change on the account page with a passkey."""
    page.locator("#passkeys").locator("..").get_by_role(
        "link", name="Confirm your identity first"
    ).click()
    page.get_by_role("button", name="Confirm with a passkey").click()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_passkeys_sign_in_and_are_named_and_removed(browser: Browser, named_server: Server) -> None:
    base = named_server.base
    page = browser.new_page()
    phone = Authenticator(page, "internal")
    page.goto(named_server.sign_in)
    page.get_by_role("button", name="Sign in").click()

    add(page, base, "My phone")
    expect(page.get_by_role("heading", name="My phone")).to_be_visible()
    expect(page.get_by_role("button", name="Add a passkey")).to_have_count(0)
    confirm(page)
    phone.send("setAutomaticPresenceSimulation", enabled=False)
    Authenticator(page, "usb")
    add(page, base, "A key in the safe")
    expect(page.get_by_role("heading", name="A key in the safe")).to_be_visible()
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    card = page.locator("article", has=page.get_by_role("heading", name="A key in the safe"))
    card.get_by_text("Rename").click()
    card.get_by_label("Name").fill("Blue key")
    card.get_by_role("button", name="Save name").click()
    expect(page.get_by_role("heading", name="Blue key")).to_be_visible()

    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Cycles", exact=True)).to_be_visible()

    page.goto(f"{base}/account")
    expect(page.get_by_role("button", name="Remove Blue key")).to_have_count(0)
    confirm(page)
    page.get_by_role("button", name="Remove Blue key").click()
    expect(page.get_by_role("heading", name="Blue key")).to_have_count(0)
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("did not work")
    page.close()


def test_copied_passkey_replay_and_sign_in_without_user_verification_are_rejected(
    browser: Browser, named_server: Server
) -> None:
    base = named_server.base
    page = browser.new_page()
    phone = Authenticator(page, "internal")
    page.goto(named_server.sign_in)
    page.get_by_role("button", name="Sign in").click()
    add(page, base, "My phone")
    expect(page.get_by_role("heading", name="My phone")).to_be_visible()
    sign_out(page)

    def by_hand(verification: str = "required", *, twice: bool = False) -> list[int]:
        options = {"verification": verification, "twice": twice}
        statuses: list[int] = page.evaluate(SIGN_IN_BY_HAND, options)
        page.context.clear_cookies()
        page.goto(f"{base}/sign-in")
        return statuses

    assert by_hand(twice=True) == [200, 401]
    phone.send("setUserVerified", isUserVerified=False)
    assert by_hand("discouraged") == [401]
    phone.send("setUserVerified", isUserVerified=True)
    assert by_hand() == [200]
    phone.replace_with_copy(1)
    assert by_hand() == [401]
    page.close()


def test_the_buttons_are_hidden_without_scripts(browser: Browser, named_server: Server) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{named_server.base}/sign-in")
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    expect(page.get_by_label("Code")).to_be_visible()
    context.close()
