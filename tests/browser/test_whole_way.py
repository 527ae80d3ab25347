"""A complete cycle in a real browser, from spreadsheets to feedback.

The coachee and the coach use only the keyboard, and no JavaScript.
"""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.walking import choose, enter, press, press_button, reach

if TYPE_CHECKING:
    from conftest import Server
    from playwright.sync_api import Browser, BrowserContext, Page

SAMPLE = resources.files("api.participants") / "sample"
SMALLEST, PHONE, DESKTOP = 320, 360, 1280
RUN_MILLISECONDS = 60_000
PRIVATE = "Only I can read this."


def click(page: Page, name: str) -> None:
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
    click(page, f"New link {name}")
    return page.get_by_label("Link", exact=True).input_value()


def make_cycle(office: Page, server: Server) -> tuple[str, str]:
    """Create a cycle with both lists, and return the URLs of the cycle and its people."""
    server.sign_in_manager(office)
    office.locator("summary", has_text="from a cycle file").click()
    upload(office, "file", "cycle.toml")
    click(office, "Create the cycle")
    cycle = office.url
    upload(office, "coachees", "coachees.xlsx")
    upload(office, "coaches", "coaches.csv")
    click(office, "Check the lists")
    click(office, "Use these lists")
    expect(office.get_by_role("heading", name="People")).to_be_visible()
    return cycle, office.url


def run_and_publish(office: Page, cycle: str) -> tuple[str, str, str]:
    """Start a run, publish its plan, and return the names of a pair and the sessions' URL."""
    office.goto(cycle)
    click(office, "Start a run")
    see_plan = office.get_by_role("link", name="View the plan")
    expect(see_plan).to_be_visible(timeout=RUN_MILLISECONDS)  # the page updates itself
    see_plan.click()
    expect(office.get_by_text("13 of 14")).to_be_visible()
    expect(office.get_by_role("link", name="Without a coach")).to_be_visible()
    for width in (PHONE, DESKTOP):
        fits(office, width)
    coachee, coach, *_ = office.locator("article.line strong").all_inner_texts()
    click(office, "Publish this plan")
    expect(office.get_by_role("heading", name="Sessions and replies")).to_be_visible()
    return coachee, coach, office.url


def reply(coachee: Page) -> None:
    """Accept all sessions, then decline the first session and suggest another time."""
    press_button(coachee, "Accept all 6")
    expect(coachee.get_by_text("you accepted")).to_have_count(6)
    press(coachee, coachee.get_by_role("link", name="Session 1 of 6"))
    press(coachee, coachee.locator("summary", has_text="Decline"))
    enter(coachee, "Comment", "Any Thursday")
    press_button(coachee, "Decline this time")
    expect(coachee.get_by_role("heading", name="Choose another time")).to_be_visible()
    press(coachee, coachee.get_by_role("link", name="Session 1 of 6"))
    expect(coachee.get_by_text("you declined")).to_be_visible()
    with coachee.expect_download() as download:
        press(coachee, coachee.get_by_role("link", name="Add to calendar"))
    assert download.value.suggested_filename == "coaching-session-1.ics"


def mark_a_time(coachee: Page, home: str) -> None:
    """Mark one more weekly time, on the page linked from the coachee's own page."""
    coachee.goto(home)
    press(coachee, coachee.get_by_role("link", name="Your times and details"))
    reach(coachee, coachee.locator("input[value=mon-0700]"))
    coachee.keyboard.press("Space")
    coachee.keyboard.press("Enter")  # the button is 180 presses of the Tab key away
    expect(coachee.get_by_role("status")).to_be_visible()
    expect(coachee.locator("input[value=mon-0700]")).to_be_checked()
    fits(coachee, SMALLEST)


def agree_on_another_time(coachee: Page, coach: Page, home: str, coachee_name: str) -> None:
    """Have the coachee propose another time and the coach confirm it, at a width of 320 pixels."""
    session = coachee.url
    coachee.goto(home)
    press(coachee, coachee.get_by_role("link", name="Session 6 of 6"))
    press(coachee, coachee.get_by_role("link", name="Ask for another time"))
    expect(coachee.get_by_role("radio").first).to_be_visible()
    fits(coachee, SMALLEST)
    reach(coachee, coachee.get_by_role("radio").first)
    for key in ("Space", "Tab", "Enter"):
        coachee.keyboard.press(key)
    expect(coachee.get_by_role("heading", name="Your proposal")).to_be_visible()
    coachee.goto(session)
    coach.reload()
    asked = coach.get_by_role("article").filter(has_text="please reply to the proposed time")
    press(coach, asked.filter(has_text=coachee_name).get_by_role("link"))
    press(coach, coach.get_by_role("link", name="See the time and answer"))
    expect(coach.get_by_role("button", name="Confirm this time")).to_be_visible()
    fits(coach, SMALLEST)
    press_button(coach, "Confirm this time")
    expect(coach.get_by_text("confirmed", exact=True)).to_be_visible()
    press(coach, coach.get_by_role("link", name="Coaching sessions"))


def write_note(coach: Page, coachee_name: str) -> None:
    """Write the session note for the first session with a coachee."""
    first = coach.get_by_role("article").filter(has_text=coachee_name)
    press(coach, first.get_by_role("link", name="Session 1 of 6"))
    expect(coach.get_by_role("heading", name="Session 1 of 6")).to_be_visible()
    press(coach, coach.get_by_role("link", name="Write the session note"))
    choose(coach, coach.get_by_label("Held"))
    enter(coach, "Topic, in a few words", "Recruitment of women officers")
    reach(coach, coach.get_by_label("Your own note"))
    coach.keyboard.type(PRIVATE)
    for width in (PHONE, DESKTOP):
        fits(coach, width)
    press_button(coach, "Save the session note")
    expect(coach.get_by_role("heading", name="Before your first note")).to_be_visible()
    for width in (PHONE, DESKTOP):
        fits(coach, width)
    code = coach.locator("code").inner_text()
    reach(coach, coach.get_by_label("Enter the code that you have written down"))
    coach.keyboard.type(code)
    press_button(coach, "Confirm and save the session note")
    expect(coach.get_by_label("Enter the code that you have written down")).to_have_count(0)
    expect(coach.get_by_text(PRIVATE)).to_be_visible()


def give_feedback(coachee: Page) -> None:
    """Read the shared record, give feedback on the session, and return to the coachee's page."""
    coachee.reload()
    expect(coachee.get_by_text("Recruitment of women officers")).to_be_visible()
    expect(coachee.get_by_text(PRIVATE)).to_have_count(0)
    press(coachee, coachee.get_by_role("link", name="Give feedback"))
    choose(coachee, coachee.get_by_label("Held"))
    asked = coachee.get_by_role("group", name="The session was useful to me.")
    choose(coachee, asked.get_by_label("4: mostly true"))
    press_button(coachee, "Send feedback")
    expect(coachee.get_by_text("4 of 5: mostly true")).to_be_visible()
    press(coachee, coachee.get_by_role("link", name="All your sessions"))
    first = coachee.get_by_role("article").filter(has_text="Session 1 of 6")
    expect(first.get_by_text("held", exact=True)).to_be_visible()


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
    session = coachee.url
    mark_a_time(coachee, home)
    coachee.goto(session)
    coach = new_page(browser.new_context(java_script_enabled=False), complaints)
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
