"""A complete cycle in a real browser, from spreadsheets to feedback."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from conftest import Server
    from playwright.sync_api import Browser, BrowserContext, Page

SAMPLE = resources.files("api.participants") / "sample"
SMALLEST, PHONE, DESKTOP = 320, 360, 1280
RUN_MILLISECONDS = 60_000
PRIVATE = "Only I can read this."


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def upload(page: Page, field: str, name: str) -> None:
    page.set_input_files(
        f"#{field}",
        {
            "name": name,
            "mimeType": "application/octet-stream",
            "buffer": (SAMPLE / name).read_bytes(),
        },
    )


def fits(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    needed = page.evaluate("document.documentElement.scrollWidth")
    assert needed <= width, f"{page.url} needs {needed} pixels on a screen of {width}"


def new_page(context: BrowserContext, complaints: list[str]) -> Page:
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.on(
        "console",
        lambda message: (
            complaints.append(f"{page.url}: {message.text}") if message.type == "error" else None
        ),
    )
    return page


def link_of(page: Page, people: str, name: str) -> str:
    page.goto(people)
    press(page, f"New link {name}")
    return page.get_by_label("Link", exact=True).input_value()


def make_cycle(office: Page, server: Server) -> tuple[str, str]:
    """Create a cycle with both lists, and return the URLs of the cycle and of its people."""
    server.sign_in_manager(office)
    office.locator("summary", has_text="from a cycle file").click()
    upload(office, "file", "cycle.toml")
    press(office, "Create the cycle")
    cycle = office.url
    upload(office, "coachees", "coachees.xlsx")
    upload(office, "coaches", "coaches.csv")
    press(office, "Check the lists")
    press(office, "Use these lists")
    expect(office.get_by_role("heading", name="People")).to_be_visible()
    return cycle, office.url


def run_and_publish(office: Page, cycle: str) -> tuple[str, str, str]:
    """Publish a plan, and return the names of its first pair and the URL of the sessions."""
    office.goto(cycle)
    press(office, "Start a run")
    see_plan = office.get_by_role("link", name="View the plan")
    expect(see_plan).to_be_visible(timeout=RUN_MILLISECONDS)  # the page updates itself
    see_plan.click()
    expect(office.get_by_text("13 of 14")).to_be_visible()
    expect(office.get_by_role("link", name="Without a coach")).to_be_visible()
    for width in (PHONE, DESKTOP):
        fits(office, width)
    coachee, coach, *_ = office.locator("article.line strong").all_inner_texts()
    press(office, "Publish this plan")
    expect(office.get_by_role("heading", name="Sessions and replies")).to_be_visible()
    return coachee, coach, office.url


def reply(coachee: Page) -> None:
    """Accept all sessions, then decline the first one and suggest another time."""
    press(coachee, "Accept all 6")
    expect(coachee.get_by_text("you accepted")).to_have_count(6)
    coachee.get_by_role("link", name="Session 1 of 6").click()
    coachee.locator("summary", has_text="Decline").click()
    coachee.get_by_label("Comment").fill("Any Thursday")
    press(coachee, "Decline this time")
    expect(coachee.get_by_role("heading", name="Choose another time")).to_be_visible()
    coachee.get_by_role("link", name="Session 1 of 6").click()
    expect(coachee.get_by_text("you declined")).to_be_visible()
    with coachee.expect_download() as download:
        coachee.get_by_role("link", name="Add to calendar").click()
    assert download.value.suggested_filename == "coaching-session-1.ics"


def agree_on_another_time(coachee: Page, coach: Page, home: str, coachee_name: str) -> None:
    """Let a coachee choose another time, and the coach confirm it, by keyboard at 320 pixels."""
    session = coachee.url
    coachee.goto(home)
    coachee.get_by_role("link", name="Session 6 of 6").press("Enter")
    coachee.get_by_role("link", name="Ask for another time").press("Enter")
    fits(coachee, SMALLEST)
    coachee.get_by_role("radio").first.focus()
    for key in ("Space", "Tab", "Enter"):
        coachee.keyboard.press(key)
    expect(coachee.get_by_role("heading", name="Your proposal")).to_be_visible()
    coachee.goto(session)
    coach.reload()
    asked = coach.get_by_role("article").filter(has_text="another time is proposed")
    asked.filter(has_text=coachee_name).get_by_role("link").press("Enter")
    coach.get_by_role("link", name="See the time, and answer").press("Enter")
    fits(coach, SMALLEST)
    coach.get_by_role("button", name="Confirm this time").press("Enter")
    expect(coach.get_by_text("confirmed", exact=True)).to_be_visible()
    coach.get_by_role("link", name="Coaching sessions").press("Enter")


def write_note(coach: Page, coachee_name: str) -> None:
    """Write the session note for the first session with a coachee."""
    first = coach.get_by_role("article").filter(has_text=coachee_name)
    first.get_by_role("link", name="Session 1 of 6").click()
    expect(coach.get_by_role("heading", name="Session 1 of 6")).to_be_visible()
    coach.get_by_role("link", name="Write the session note").click()
    coach.get_by_label("Held").check()
    coach.get_by_label("Topic, in a few words").fill("Recruitment of women officers")
    coach.get_by_label("Your own note").fill(PRIVATE)
    for width in (PHONE, DESKTOP):
        fits(coach, width)
    press(coach, "Save the session note")
    expect(coach.get_by_role("heading", name="Before your first note")).to_be_visible()
    for width in (PHONE, DESKTOP):
        fits(coach, width)
    code = coach.locator("code").inner_text()
    coach.get_by_label("Type the code that you have written down").fill(code)
    press(coach, "Confirm and save the session note")
    expect(coach.get_by_label("Type the code that you have written down")).to_have_count(0)
    expect(coach.get_by_text(PRIVATE)).to_be_visible()


def give_feedback(coachee: Page) -> None:
    """Read the shared record and give feedback on the session."""
    coachee.reload()
    expect(coachee.get_by_text("Recruitment of women officers")).to_be_visible()
    expect(coachee.get_by_text(PRIVATE)).to_have_count(0)
    coachee.get_by_role("link", name="Give feedback").click()
    coachee.get_by_label("Held").check()
    asked = coachee.get_by_role("group", name="The session was useful to me.")
    asked.get_by_label("4: mostly true").check()
    press(coachee, "Send feedback")
    expect(coachee.get_by_text("4 of 5: mostly true")).to_be_visible()


def test_a_cycle_is_run_from_spreadsheets_to_feedback(browser: Browser, server: Server) -> None:
    complaints: list[str] = []
    office = new_page(browser.new_context(), complaints)
    cycle, people = make_cycle(office, server)
    coachee_name, coach_name, sessions = run_and_publish(office, cycle)

    phone = browser.new_context(viewport={"width": PHONE, "height": 700}, java_script_enabled=False)
    coachee = new_page(phone, complaints)
    home = link_of(office, people, coachee_name)
    coachee.goto(home)
    reply(coachee)
    coach = new_page(browser.new_context(), complaints)
    coach.goto(link_of(office, people, coach_name))
    agree_on_another_time(coachee, coach, home, coachee_name)
    write_note(coach, coachee_name)
    give_feedback(coachee)

    office.goto(sessions)
    office.get_by_role("row").filter(has_text=coachee_name).first.get_by_role("link").click()
    for words in ("Any Thursday", "Recruitment of women officers"):
        expect(office.get_by_text(words).first).to_be_visible()
    assert "4 of 5" not in office.content(), "the office sees no single answers"
    assert PRIVATE not in office.content()
    assert complaints == []


def test_a_very_long_word_does_not_widen_any_page(browser: Browser, server: Server) -> None:
    office = browser.new_context().new_page()
    cycle, people = make_cycle(office, server)
    for address in (cycle, people):
        office.goto(address)
        for element in ("td strong", "td", "h1"):  # such as a name or a title
            office.evaluate(
                "([where, word]) => document.querySelectorAll(where)"
                ".forEach((found, number) => { if (number % 7 === 0) found.textContent = word })",
                [element, "W" * 120],
            )
        for width in (PHONE, DESKTOP):
            fits(office, width)


def test_a_field_outline_does_not_cover_a_label(browser: Browser, server: Server) -> None:
    context = browser.new_context(viewport={"width": PHONE, "height": 700})
    page = context.new_page()
    page.goto(f"{server.base}/sign-in")
    for field in page.locator("input:not([type=hidden])").all():
        field.focus()
        room = field.evaluate(
            """field => {
              const style = getComputedStyle(field), box = field.getBoundingClientRect();
              const reach = parseFloat(style.outlineWidth) + parseFloat(style.outlineOffset);
              const words = [...document.querySelectorAll("label, .hint, .fault")]
                .map(one => one.getBoundingClientRect());
              return Math.min(...words.map(one =>
                one.bottom <= box.top ? box.top - reach - one.bottom
                                      : one.top - box.bottom - reach));
            }"""
        )
        assert room >= 0


def test_all_pages_can_be_used_with_the_keyboard(browser: Browser, server: Server) -> None:
    page = browser.new_context().new_page()
    page.goto(server.sign_in)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Sign in")).to_be_focused()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid", "the focused element is visible"
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    server.give_factor()
    page.goto(server.base)
    expect(page.get_by_role("heading", name="Cycles")).to_be_visible()
