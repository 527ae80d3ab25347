"""A walk over HTTP that performs every step of the sample cycle and collects the pages."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from importlib import resources
from typing import Any

import httpx
from pyotp import TOTP

from tests.api.authenticating import totp_secret_on
from tests.api.guidance.cards import card_of
from tests.mail_server import MailServer

SAMPLE = resources.files("api.participants") / "sample"
OWN = {"Sec-Fetch-Site": "same-origin"}
AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
PIN = "739104"
PASSPHRASE = "tulip anvil ferry quartz"  # noqa: S105 - of a test
NOTE = {"attendance": "delegate_attended", "session_date": "2026-01-28"}
LIMIT = {"time_limit_seconds": "120"}
_SECONDS = 240
_SIDES = ("coachee", "coach")


@dataclass
class Walk:
    """A browser of the programme office, and the pages that it has opened.

    Attributes:
        browser: the client, signed in as a manager.
        pages: the HTML of each page, keyed by a descriptive name.
        paths: the paths of the pages that were opened with GET.
    """

    browser: httpx.Client
    pages: dict[str, str] = field(default_factory=dict)
    paths: set[str] = field(default_factory=set)

    def open(self, name: str, address: str) -> str:
        """Open a page, store it as `name`, and return its HTML."""
        return self._keep(name, self.browser.get(address))

    def submit(self, name: str, address: str, **form: Any) -> str:  # noqa: ANN401 - as httpx takes it
        """Submit a form whose response is a page, store the page, and return its HTML."""
        return self._keep(name, self.browser.post(address, **form))

    def post(self, address: str, **form: Any) -> str:  # noqa: ANN401 - as httpx takes it
        """Submit a form whose response is a redirect, and return its location."""
        answer = self.browser.post(address, **form)
        assert answer.status_code == HTTPStatus.SEE_OTHER, (address, answer.text)
        return answer.headers["location"]

    def stranger(self, name: str, address: str, form: dict[str, str] | None = None) -> None:
        """Open a page or submit a form without being signed in, and store the page as `name`."""
        with httpx.Client(base_url=self.browser.base_url, timeout=60) as stranger:
            method = "GET" if form is None else "POST"
            self._keep(name, stranger.request(method, address, data=form))

    def json(self, address: str) -> Any:  # noqa: ANN401 - any JSON
        """Return the JSON response of an API route."""
        return self.browser.get(f"/api/v1{address}").json()

    def over(self, address: str) -> dict[str, Any]:
        """Wait until a run or question has ended, and return its JSON."""
        ends = time.monotonic() + _SECONDS
        while (seen := self.json(address))["state"] in {"queued", "running"}:
            assert time.monotonic() < ends, seen
            time.sleep(0.2)
        return seen

    def _keep(self, name: str, answer: httpx.Response) -> str:
        assert name not in self.pages, name
        assert answer.headers["content-type"].startswith("text/html"), (name, answer.text)
        self.pages[name] = answer.text
        if answer.request.method == "GET":
            self.paths.add(answer.request.url.path)
        return answer.text


def walk_through_sample_cycle(base: str, sign_in: str, mails: MailServer) -> Walk:
    """Perform every step of the sample cycle, and return the walk with all pages.

    The server at the URL `base` must have a worker and send email. `sign_in` is a one-time secret
    of the manager, who has no second factor yet, and `mails` the server that receives the emails.
    """
    with httpx.Client(base_url=base, headers=OWN, timeout=60) as browser:
        walk = Walk(browser)
        walk.stranger("error 401", "/")
        walk.stranger("error 401, form", "/account/tokens", {"label": "Any label"})
        walk.open("sign in once", f"/sign-in/{sign_in}")
        walk.post(f"/sign-in/{sign_in}")
        _see_account(walk)
        _see_guidance(walk)
        cycle = _upload(walk)
        plan = _run(walk, cycle)
        _query(walk, cycle, plan)
        another = _try_another_policy(walk, cycle, plan)
        _publish(walk, cycle, plan)
        walk.open("comparison with the published plan", f"{another}/compare")
        sessions = walk.json(f"{cycle}/schedule")
        coachee, coach = (_home(walk, sessions[0][side]["id"], side) for side in _SIDES)
        page = f"/sessions/{sessions[0]['id']}"
        _reply(walk, coachee, coach, page)
        _see_before_verification(walk, coachee, page)
        for side, home in (("coachee", coachee), ("coach", coach)):
            _verify(walk, side, home, mails)
        _plan_modules(walk, coachee, coach, page)
        _report(walk, coachee, coach, page)
        ids = [sessions[0][side]["id"] for side in _SIDES]
        _see_coaching(walk, cycle, (coachee, coach), ids)
        _see_nominations(walk, cycle)
        _see_personal_pages(walk, coachee, coach)
        _protect(walk, cycle, coachee)
        _see_group_events(walk, cycle, coachee, sessions[0]["coachee"]["id"])
        _follow_up(walk, cycle, page)
        _enrol(walk, cycle, mails)
        walk.open("curriculum of the cycle", f"{cycle}/curriculum")
        walk.post(f"{cycle}/curriculum", data={"course": "advanced"})
        walk.open("audit", "/audit")
        walk.open("service", "/service")
        walk.open("settings", "/service/settings")
        _see_errors(walk)
        return walk


def _see_guidance(walk: Walk) -> None:
    walk.open("guidance cards, none", "/guidance")
    walk.submit("guidance cards, faulty", "/guidance", files={"file": ("rs.toml", "country = 1")})
    walk.post("/guidance", files={"file": ("rs.toml", card_of("label"))})
    walk.open("guidance cards", "/guidance")
    walk.open("guidance card", "/guidance/RS")


def _see_account(walk: Walk) -> None:
    secret = totp_secret_on(walk.open("account", "/account"))
    form = {"password": "short", "code": "1"}
    walk.submit("account, weak password", "/account", data=form)
    walk.submit("account, wrong code", "/account", data=form | {"password": PASSPHRASE})
    walk.submit("account, guessable", "/account", data=form | {"password": "abcabcabcabcabc"})
    app, now = TOTP(secret), datetime.now(UTC)
    walk.post("/account", data={"password": PASSPHRASE, "code": app.at(now)})
    walk.open("cycles, none", "/")
    walk.open("account, with second factor", "/account")
    walk.open("check of email", "/mail-check")
    walk.submit("check of email, no address", "/mail-check", data={"address": "label"})
    walk.submit("check of email, sent", "/mail-check", data={"address": "label@example.org"})
    walk.submit("check of email, no source", "/mail-check/received", data={"source": "label"})
    headers = "From: coaching@example.org\nReturn-Path: <coaching@example.org>\n"
    walk.submit("check of email, received", "/mail-check/received", data={"source": headers})
    walk.open("webhooks", "/webhooks")
    walk.submit("webhooks, without events", "/webhooks", data={"url": "https://hr.example.org"})
    chosen = {"url": "https://hr.example.org", "plan.published": "true"}
    walk.submit("webhooks, created", "/webhooks", data=chosen)
    _see_curriculum(walk)
    walk.open("calendar of the office", "/account/calendar")
    walk.submit("calendar of the office, created", "/account/calendar")
    walk.open("confirm a change", "/account/confirm")
    walk.submit("confirm a change, wrong password", "/account/confirm", data={"old_code": "1"})
    wrong = {"old_password": PASSPHRASE, "old_code": "1"}
    walk.submit("confirm a change, wrong code", "/account/confirm", data=wrong)
    old = {"old_password": PASSPHRASE, "old_code": app.at(now + timedelta(seconds=30))}
    walk.post("/account/confirm", data=old)
    walk.open("account, confirmed", "/account")
    codes = walk.submit("recovery codes", "/account/recovery-codes")
    code, other, third, *_rest = re.findall(r"<code>([A-Z2-9-]{34})</code>", codes)
    walk.post("/account/confirm", data={"old_password": PASSPHRASE, "old_code": code})
    walk.submit("token", "/account/tokens", data={"label": "HR export", "days": "3"})
    walk.open("account, with token", "/account")
    walk.submit("token, invalid", "/account/tokens", data={"label": "", "days": "400"})
    _see_users(walk, {"old_password": PASSPHRASE, "old_code": other})
    walk.open("confirm", "/confirm")
    walk.submit("confirm, wrong code", "/confirm", data={"code": "1"})
    download = {"code": third, "go_on_to": "/plans/0/report.html"}
    walk.submit("confirmed, download", "/confirm", data=download)
    walk.open("sign in", "/sign-in")
    walk.open("signed out", "/sign-in?signed_out=here")
    walk.open("second factor", "/sign-in/second")
    walk.submit("sign in, wrong", "/sign-in", data={"name": "x", "password": "x", "code": "1"})
    walk.open("provider unavailable", "/sign-in/provider")
    walk.open("provider callback", "/sign-in/provider/back")


def _see_users(walk: Walk, factors: dict[str, str]) -> None:
    own = re.search(r'href="(/users/\w{20})"', walk.open("users", "/users"))
    assert own is not None
    walk.open("user, own", own[1])
    walk.open("user, new", "/users/new")
    walk.post("/account/confirm", data=factors)
    walk.submit("own second factor", f"/users/{'0' * 20}/second-factor/reset")
    walk.submit("user, faulty", "/users/new", data={"name": "Any Name", "limit_cycles": "on"})
    new_user = {"name": "Any Name", "role": "manager", "limit_countries": "on", "countries": "AL"}
    walk.submit("user, added", "/users/new", data=new_user)
    walk.open("users, several", "/users")


def _see_curriculum(walk: Walk) -> None:
    """Add a module, first with invalid input, approve an objective, and retire the module."""
    walk.open("curriculum", "/curriculum")
    walk.open("module, new", "/curriculum/add")
    walk.submit(
        "module, faulty",
        "/curriculum/add",
        data={"level": "basic", "materials": "https://example.org/x"},
    )
    form = {"code": "C1", "title": "Any topic", "level": "basic", "order": "20", "minutes": "45"}
    form |= {"objectives": "Any words\nAny topic", "before": "Any words", "prerequisites": "B1"}
    form["materials"] = "https://example.org/x Any topic"
    walk.post("/curriculum/add", data=form)
    walk.open("module, own", "/curriculum/C1")
    walk.post("/curriculum/B1/approve", data={"version": "0", "objectives": "0"})
    walk.open("module", "/curriculum/B1")
    walk.submit("module, changed since", "/curriculum/C1", data=form | {"version": "9"})
    walk.submit("module, not deleted", "/curriculum/B1/delete")
    walk.post("/curriculum/C1/retire")
    walk.open("module, retired", "/curriculum/C1")


def _upload(walk: Walk) -> str:
    """Create the cycle and upload its lists, first with invalid input; return the cycle's path."""
    walk.open("new cycle", "/new-cycle")
    form = {"cycle.name": "", "cycle.start": "18.1.", "sessions.count": "label"}
    walk.submit("new cycle, faulty", "/new-cycle", data=form)
    bad = b"[cycle]\nstart = 2027-09-01\nend = 2027-08-01\n\n[sessions]\ncuont = 4\n"
    walk.submit("cycle file, faulty", "/cycles", files={"file": ("bad.toml", bad)})
    cycle = walk.post("/cycles", files={"file": ("cycle.toml", _sample("cycle.toml"))})
    walk.open("cycle, without people", cycle)
    coaches = _sample("coaches.csv")
    broken = coaches.replace(b"Mon 09:00-12:00", b"Mon 09:00-25:00").replace(b"AL,", b"ZZ,")
    lists = {
        "coachees": ("coachees.xlsx", _sample("coachees.xlsx")),
        "coaches": ("coaches.csv", coaches),
    }
    faulty = lists | {"coaches": ("coaches.csv", broken)}
    walk.submit("lists, faulty", f"{cycle}/people", files=faulty)
    empty = {side: (f"{side}.csv", b"id\n") for side in ("coachees", "coaches")}
    walk.submit("lists, without columns", f"{cycle}/people", files=empty)
    _see_directory(walk, cycle, lists)
    _see_questions(walk, cycle, lists)
    walk.post(f"{cycle}/people", files=lists)
    shown = walk.open("lists to check", f"{cycle}/people/preview")
    walk.open("cycle, with lists to check", cycle)
    walk.post(f"{cycle}/people/preview/use", data={"seen": _seen(shown)})
    walk.open("cycle, with people", cycle)
    walk.open("people", f"{cycle}/people")
    walk.open("people, search expired", f"{cycle}/people?search=0&side=coach")
    search = {"text": "0000", "list_address": f"{cycle}/people"}
    walk.open("people, nobody found", walk.post("/searches", data=search))
    walk.open("rules of the cycle", f"{cycle}/rules")
    walk.open("rules", "/rules")
    walk.open("API", "/api/v1/docs")
    walk.open("API, a subject", "/api/v1/docs/runs")
    return cycle


def _see_directory(walk: Walk, cycle: str, lists: dict[str, tuple[str, bytes]]) -> None:
    """Upload a coach under two addresses, and open the directory."""
    coaches = lists["coaches"][1]
    first = coaches.splitlines()[1]
    double = first.replace(b"K-01", b"K-99").replace(b"besa.", b"b.")
    twice = lists | {"coaches": ("coaches.csv", coaches.rstrip() + b"\n" + double + b"\n")}
    walk.open("directory, nobody", "/directory")
    walk.submit("no list", f"{cycle}/people")
    walk.post(f"{cycle}/people", files=twice)
    shown = walk.open("first lists to check", f"{cycle}/people/preview")
    walk.post(f"{cycle}/people/preview/use", data={"seen": _seen(shown)})
    walk.open("directory", "/directory")
    for name, text in (("found", "Besa Shembull"), ("nobody found", "0000")):
        search = {"text": text, "list_address": "/directory?roles=coachee"}
        walk.open(f"directory, {name}", walk.post("/searches", data=search))
    found = walk.browser.post("/api/v1/directory/search", json={"text": "shembull"}).json()
    page = f"/directory/{found['entries'][0]['id']}"
    walk.open("person of the directory", page)
    walk.post(f"{page}/calendar-objects", data={"attach_ics": "false"})
    walk.open("person of the directory without calendar attachments", page)
    walk.submit("address in the directory, invalid", f"{page}/address", data={"address": "nowhere"})


def _see_questions(walk: Walk, cycle: str, lists: dict[str, tuple[str, bytes]]) -> None:
    """Upload lists with an uncertain encoding, unknown columns, and too few people."""
    page, header = f"{cycle}/people/preview", b"id,Any words,email"
    text = "C-01,Ana Đorđević,any@example.org"
    latin = b"\n".join((header, text.encode("windows-1250")))
    walk.post(f"{cycle}/people", files={"coaches": ("coaches.csv", latin)})
    walk.open("list, encoding", page)
    walk.post(f"{page}/answers", data={"encoding.coach": "windows-1250"})
    asked = walk.open("list, columns", page)
    (field,) = re.findall(r'name="(header[^"]+)"', asked)
    walk.submit("list, faulty", f"{page}/answers", data={field: "name"})
    walk.post(f"{page}/discard")
    header, first, second, *others = lists["coaches"][1].splitlines()
    first = first.replace(b"K-01", b"K-98").replace(b"besa.", b"any.")
    first, second = first.replace(b",AL,", b",Albania,"), second.replace(b"amra.", b"any.")
    pinned = [row for row in others if row.startswith(b"K-08")]
    short = b"\n".join((header, first, second, *pinned))
    walk.post(f"{cycle}/people", files={"coaches": ("coaches.csv", short)})
    shown = walk.open("short list", page)
    walk.submit("short list, confirm", f"{page}/use", data={"seen": _seen(shown)})
    walk.submit("list, changed since", f"{page}/use", data={"seen": "0", "although": "true"})


def _seen(page: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found is not None
    return found[1]


def _run(walk: Walk, cycle: str) -> str:
    """Cancel a first run, complete a second run, and return the path of its plan."""
    stopped = walk.post(f"{cycle}/runs", data=LIMIT)
    walk.open("run, under way", stopped)
    walk.submit("run, while another runs", f"{cycle}/runs", data=LIMIT)
    walk.browser.post(f"{stopped}/cancel")
    walk.over(stopped)
    walk.open("run, stopped", stopped)
    run = walk.post(f"{cycle}/runs", data=LIMIT)
    finished = walk.over(run)
    assert finished["plan_id"], finished
    walk.open("run, finished", run)
    return f"/plans/{finished['plan_id']}"


def _query(walk: Walk, cycle: str, plan: str) -> None:
    """Request advice, and explanations for a matched and for an unmatched coachee."""
    walk.open("plan, draft", plan)
    people = {one["brief"]["code"]: one["brief"]["id"] for one in walk.json(f"{cycle}/people")}
    result = walk.json(plan)["result"]
    matched, unmatched = (result[kind][0]["coachee"] for kind in ("matches", "unmatched"))
    advice = walk.post(f"{plan}/advice")
    walk.open("question, waiting", advice)
    walk.over(advice)
    walk.open("plan, with advice", plan)
    walk.open("label of a plan", f"{plan}/label")
    walk.submit("label of a plan, too long", f"{plan}/label", data={"name": "x" * 81})
    walk.submit(
        "label of a plan, changed", f"{plan}/label", data={"name": "Any title", "version": "7"}
    )
    walk.open("plan, with coach", f"{plan}?show=matched&sort=-points")
    walk.open("coaches of the plan", f"{plan}/coaches")
    for view in ("calendar", "agenda", "weeks"):
        walk.open(f"timetable, {view}", f"{plan}/timetable?view={view}")
    walk.open("coachees without a coach", f"{plan}/waiting")
    walk.open("coaches of the plan, none", f"{plan}/coaches?places=full&row=x&sort=free")
    for name, code in (("with a coach", matched), ("without a coach", unmatched)):
        page = f"{plan}/people/{people[code]}"
        walk.open(f"coachee {name}", page)
        walk.over(walk.post(f"{page}/explain"))
        walk.open(f"coachee {name}, explained", page)
    walk.open("report", f"{plan}/report.html")


def _try_another_policy(walk: Walk, cycle: str, plan: str) -> str:
    """Submit faulty policies, start a what-if run with another policy; return its plan's path."""
    policy = _sample("cycle.toml").replace(b"count = 6", b"count = 4")
    file = {"file": ("try.toml", policy.replace(b"C-11 =", b"C-99 ="))}
    walk.submit("what-if, faulty", f"{cycle}/what-if", files=file)
    walk.submit("policy, faulty", f"{cycle}/policy", files=file)
    text = {"text": "[cycle]\nstart = 1", "version": "0"}
    walk.submit("edited cycle file, faulty", f"{cycle}/policy/text", data=text)
    text["text"] = _sample("cycle.toml").decode()
    address = f"/api/v1{cycle}/policy"
    toml = {"Content-Type": "application/toml", "If-Match": "*"}
    assert walk.browser.put(address, content=policy, headers=toml).is_success
    walk.submit("edited cycle file, late", f"{cycle}/policy/text", data=text)
    assert walk.browser.put(address, content=_sample("cycle.toml"), headers=toml).is_success
    walk.open("cycle file to edit", f"{cycle}/policy/text")
    _edit_policy(walk, cycle)
    run = walk.over(walk.post(f"{cycle}/what-if", files={"file": ("try.toml", policy)}))
    another = f"/plans/{run['plan_id']}"
    walk.open("plan, what-if", another)
    walk.open("comparison, nothing published", f"{another}/compare")
    ids = [one.rpartition("/")[2] for one in (plan, another)]
    walk.open("comparison", f"{another}/compare?before={ids[0]}")
    side_by_side = f"{cycle}/plans/compare"
    walk.open("plans side by side", f"{side_by_side}?plans={ids[0]}.{ids[1]}")
    walk.open("plans side by side, one chosen", f"{side_by_side}?plans={ids[0]}")
    return another


def _edit_policy(walk: Walk, cycle: str) -> None:
    """Edit the policy, pair decisions and a person, including with invalid input and too late."""
    walk.open("policy", f"{cycle}/policy/edit")
    change = {"sessions.buffer_minutes": "15", "rules.country.relation": "different"}
    walk.submit("policy, checked", f"{cycle}/policy/check", data=change)
    faulty = {"sessions.count": "label", "calendar.observances": "label", "version": "0"}
    walk.submit("policy, form with faults", f"{cycle}/policy/edit", data=faulty)
    walk.submit("policy, form too late", f"{cycle}/policy/edit", data=change)
    version = re.search(r'"(\d+)"', walk.browser.get(f"/api/v1{cycle}/policy").headers["etag"])
    assert version is not None
    saved = walk.post(f"{cycle}/policy/edit", data={"version": version[1]})
    walk.open("policy, nothing changed", saved)
    pairs = f"{cycle}/pairs"
    walk.submit("pairs, faulty", pairs, data={"kind": "waive-rank", "coachee": "nobody"})
    ban = {"kind": "ban", "coachee": "C-01", "coach": "K-01"}
    walk.post(pairs, data=ban)
    walk.open("pairs", f"{pairs}?saved=true")
    walk.post(f"{pairs}/end", data=ban)
    walk.submit("pairs, ended before", f"{pairs}/end", data=ban)
    person = f"/people/{walk.json(f'{cycle}/people')[0]['brief']['id']}/edit"
    walk.open("person to edit", person)
    shown = walk.submit("person, late", person, data={"topics": "label"})
    now = re.search(r'name="version" value="(\d+)"', shown)
    assert now is not None
    wrong = {"availability": "label", "version": now[1]}
    walk.submit("person, with faults", person, data=wrong)


def _publish(walk: Walk, cycle: str, plan: str) -> None:
    """Publish the plan, send its invitations, and request replacements for a coach."""
    walk.open("emails of the plan", f"{plan}/messages")
    walk.submit("plan, published by somebody else", f"{plan}/publish", data={"version": "9"})
    walk.post(f"{plan}/publish")
    walk.submit("plan, published twice", f"{plan}/publish")
    walk.open("plan, published", plan)
    pending = walk.open("messages, pending", f"{cycle}/messages")
    until = re.search(r'name="until"\s+value="([^"]+)"', pending)
    assert until is not None
    mail = re.search(rf'href="({cycle}/messages/[0-9a-f]+)"', pending)
    assert mail is not None
    walk.open("message", mail[1])
    walk.open("message, tested", f"{mail[1]}?tested=1")
    chosen = re.search(r'name="chosen"\s+value="(\w+)"', pending)
    assert chosen is not None
    form = {"until": until[1], "chosen": chosen[1], "list_address": f"{cycle}/messages"}
    walk.submit("messages, sent to one", f"{cycle}/messages/chosen/send", data=form)
    walk.submit(
        "messages, nobody chosen", f"{cycle}/messages/chosen/send", data=form | {"chosen": []}
    )
    walk.post(f"{cycle}/messages/send", data={"until": until[1]})
    walk.open("messages, being sent", f"{cycle}/messages")
    people = {one["brief"]["code"]: one["brief"]["id"] for one in walk.json(f"{cycle}/people")}
    page = f"{plan}/people/{people[walk.json(plan)['result']['matches'][0]['coachee']]}"
    walk.over(walk.post(f"{page}/other-coaches"))
    walk.open("coachee, with other coaches", page)


def _home(walk: Walk, person: str, side: str) -> str:
    """Create a person's secret link, and return the path of their home page."""
    page = walk.submit(f"link of the {side}", f"/people/{person}/link")
    found = re.search(r'value="http[^"]*(/p/[^"]+)"', page)
    assert found is not None
    return found[1]


def _reply(walk: Walk, coachee: str, coach: str, page: str) -> None:
    walk.open("sessions of the coachee", coachee)
    walk.open("sessions of the coach", coach)
    walk.open("session of the coachee", f"{coachee}{page}")
    walk.open("session of the coach", f"{coach}{page}")
    walk.open("accept", f"{coachee}{page}/accept")
    walk.open("decline", f"{coachee}{page}/decline")
    _propose(walk, coachee, coach, page)
    walk.submit("reply, unknown", f"{coachee}{page}/reply", data={"reply": "perhaps"})
    walk.post(f"{coach}/accept-all")
    declined = {"reply": "declined", "comment": "Any Thursday"}
    walk.post(f"{coachee}{page}/reply", data=declined)
    walk.open("sessions of the coachee, declined", coachee)
    walk.open("session of the coachee, declined", f"{coachee}{page}")
    walk.open("session of the coach, declined", f"{coach}{page}")


def _propose(walk: Walk, coachee: str, coach: str, page: str) -> None:
    """Propose another time for a session, withdraw the proposal, and make it again."""
    times = f"{coachee}{page}/another-time"
    shown = walk.open("another time", times)
    value = re.search(r'name="time"\s+value="([^"]+)"', shown)
    assert value is not None
    walk.post(times, data={"time": value[1]})
    proposed = walk.open("another time, proposed", times)
    found = re.search(r'name="proposal" value="(\w+)"', proposed)
    assert found is not None
    walk.post(f"{times}/decision", data={"proposal": found[1], "decision": "withdraw"})
    walk.open("another time, withdrawn", times)
    walk.post(times, data={"time": value[1]})
    walk.open("another time, to confirm", f"{coach}{page}/another-time")


def _see_before_verification(walk: Walk, coachee: str, page: str) -> None:
    """Open the pages that a secret link alone gives access to, and submit a form too early."""
    walk.open("consent, before verification", f"{coachee}/consent")
    unsent = {"attendance": "held", "q.useful": "4", "text": "Any words"}
    walk.submit("feedback, before verification", f"{coachee}{page}/feedback", data=unsent)


def _verify(walk: Walk, side: str, home: str, mails: MailServer) -> None:
    """Verify a person with an emailed code."""
    walk.open(f"verify the {side}", f"{home}/verify")
    before = len(mails.taken)
    walk.post(f"{home}/verify/code")
    walk.open(f"verify the {side}, code sent", f"{home}/verify")
    wrong = {"verification.code": "1"}
    walk.submit(f"verify the {side}, wrong code", f"{home}/verify", data=wrong)
    code = mails.wait_for_code(before)
    right = {"verification.code": code, "verification.remember": "true"}
    walk.post(f"{home}/verify", data=right, headers={"User-Agent": AGENT})


def _protect(walk: Walk, cycle: str, home: str) -> None:
    """Set a person's PIN, let the office remove it, and ask for too many codes."""
    walk.open("devices", f"{home}/devices")
    walk.submit("PIN, too easy", f"{home}/pin", data={"pin": "123456"})
    walk.post(f"{home}/pin", data={"pin": PIN})
    walk.open("devices, with PIN", f"{home}/devices")
    walk.submit("PIN, wrong", f"{home}/pin", data={"pin": PIN, "current": "1"})
    walk.stranger("verify with a PIN", f"{home}/verify")
    people = walk.open("people, with a PIN", f"{cycle}/people")
    found = re.search(r'action="(/people/\w+/pin/reset)"', people)
    assert found is not None
    walk.submit("PIN removed", found[1])
    walk.post(f"{home}/verify/code")
    walk.submit("too many codes", f"{home}/verify/code")


def _report(walk: Walk, coachee: str, coach: str, page: str) -> None:
    """Submit a session's note and feedback, first with invalid input, and open the notes."""
    walk.open("notes, none", f"{coach}/notes")
    walk.open("session note", f"{coach}{page}/note")
    walk.submit("session note, empty", f"{coach}{page}/note", data={})
    filled = NOTE | {"topic": "Any topic", "private": "Any words", "modules_covered": "B1"}
    filled |= {"actions.0.text": "Any words", "actions.0.owner": "office", "minutes": "80"}
    filled |= {"actions.0.due": "2027-02-01", "mode": "online", "next_focus": "Any topic"}
    filled |= {"ask_office": "talk", "actions.0.state": "open"}
    late = filled | {"session_date": "2027-06-01", "attendance": "held"}
    walk.submit("session note, too early", f"{coach}{page}/note", data=late)
    first = walk.submit("session note, recovery code", f"{coach}{page}/note", data=filled)
    walk.submit("session note, unconfirmed", f"{coach}{page}/note", data=filled)
    walk.open("notes, unconfirmed", f"{coach}/notes")
    code = first.partition("<code>")[2].partition("</code>")[0].strip()
    wrong = filled | {"recovery_code": "AAAA"}
    walk.submit("session note, wrong recovery code", f"{coach}{page}/note", data=wrong)
    walk.post(f"{coach}{page}/note", data=filled | {"recovery_code": code})
    walk.open("session note, again", f"{coach}{page}/note")
    walk.open("session of the coach, recorded", f"{coach}{page}")
    walk.open("feedback", f"{coachee}{page}/feedback")
    walk.submit("feedback, empty", f"{coachee}{page}/feedback", data={})
    unrated = {"attendance": "held", "q.useful": ""}
    walk.submit("feedback, unrated", f"{coachee}{page}/feedback", data=unrated)
    differing = {"attendance": "held", "q.useful": "4", "text": "Any words"}
    walk.post(f"{coachee}{page}/feedback", data=differing)
    walk.open("session of the coachee, recorded", f"{coachee}{page}")
    walk.open("notes, open", f"{coach}/notes")
    walk.submit("passphrase, weak", f"{coach}/notes/passphrase", data={"passphrase": "short"})
    walk.submit("recovery code", f"{coach}/notes/recovery-code")
    for name in [name for name in walk.browser.cookies if "-notes-" in name]:
        walk.browser.cookies.delete(name)
    walk.open("notes, closed", f"{coach}/notes")
    walk.submit("notes, wrong", f"{coach}/notes/open", data={"passphrase": "x"})


def _plan_modules(walk: Walk, coachee: str, coach: str, page: str) -> None:
    """Open the module plans, and change a plan, including once from an outdated version."""
    for side, home in (("coachee", coachee), ("coach", coach)):
        walk.open(f"curriculum of the {side}", f"{home}/curriculum")
        walk.open(f"agenda of the {side}", f"{home}{page}")
    plan = f"{coach}{page}/modules"
    walk.open("plan of modules", plan)
    form = {"version": "0", "course": "basic", "session.B1": "2", "session.B2": "1"}
    walk.open("plan of modules, saved", walk.post(plan, data=form))
    walk.submit("plan of modules, late", plan, data=form)
    walk.post(f"{plan}/suggestion", data={"version": "1", "course": "advanced"})


def start_notebook_by_code(walk: Walk, cycle: str, old_device: Callable[[str], str]) -> None:
    """Have a coach begin a first note on a device that was verified long ago, and then leave.

    `old_device` returns the key of such a device, given the coach's code.
    """
    sessions = walk.json(f"{cycle}/schedule")
    session = next(one for one in sessions if one["coach"]["id"] != sessions[0]["coach"]["id"])
    coach = _home(walk, session["coach"]["id"], "other coach")
    walk.browser.headers["X-Device-Key"] = old_device(session["coach"]["code"])
    walk.open("notes, none, with code", f"{coach}/notes")
    note = f"{coach}/sessions/{session['id']}/note"
    filled = NOTE | {"topic": "Any topic", "private": "Any words"}
    walk.submit("leave, not decided", f"{coach}/details/leave")
    walk.submit("session note, code sent", note, data=filled)
    walk.submit("session note, wrong code", note, data=filled | {"code": "1"})
    walk.open("notes, none, code sent", f"{coach}/notes")
    walk.submit("left", f"{coach}/details/leave", data={"leave": "true"})
    del walk.browser.headers["X-Device-Key"]


def see_legacy_notebook(
    walk: Walk, cycle: str, old_device: Callable[[str], str], legacy_device: Callable[[str], str]
) -> None:
    """Open the notes of a coach with a legacy notebook, also as if it had replaced a newer one.

    `legacy_device` creates such a notebook for the coach with the given id, and returns its
    device's key.
    """
    sessions = walk.json(f"{cycle}/schedule")
    known = {sessions[0]["coach"]["id"]}
    known.add(next(one["coach"]["id"] for one in sessions if one["coach"]["id"] not in known))
    session = next(one for one in sessions if one["coach"]["id"] not in known)
    coach = _home(walk, session["coach"]["id"], "coach with a legacy notebook")
    keys = {
        "X-Notes-Key": legacy_device(session["coach"]["id"]),
        "X-Device-Key": old_device(session["coach"]["code"]),
    }
    walk.browser.headers.update(keys)
    assert 'name="passphrase"' in walk.open("notes, to be opened once more", f"{coach}/notes")
    walk.open("session, notes to be opened once more", f"{coach}/sessions/{session['id']}")
    wrong = {"passphrase": "Any words"}
    walk.submit("notes, wrong legacy secret", f"{coach}/notes/open", data=wrong)
    walk.browser.headers["X-Notes-Version"] = f"1.1.{int(datetime.now(UTC).timestamp())}"
    page = walk.open("notes, replaced by a legacy notebook", f"{coach}/notes")
    assert 'role="alert"' in page
    for name in (*keys, "X-Notes-Version"):
        del walk.browser.headers[name]


def _see_group_events(walk: Walk, cycle: str, home: str, person_id: str) -> None:
    """Plan, change and cancel a group event, viewing it as an invitee."""
    events = f"{cycle}/events"
    walk.open("group events, none", events)
    walk.open("group event, new", f"{events}/new")
    walk.submit("group event, faulty", events, data={"day_1": "2027-03-01", "kind": "seminar"})
    entered = {
        "kind": "seminar",
        "title": "Resistance",
        "timezone": "Europe/Belgrade",
        "day_1": "2027-03-01",
        "clock_1": "09:00",
        "minutes": "180",
        "place": "Any hall",
        "audience": "chosen",
        "people": person_id,
        "required": "true",
    }
    walk.post(events, data=entered)
    (event,) = walk.json(events)
    page = f"{events}/{event['id']}"
    walk.open("group events", events)
    walk.open("group event", page)
    walk.open("group event, form", f"{page}/edit")
    other = entered | {"place": "Another hall"}
    walk.submit("group event, changed by somebody else", f"{page}/edit", data=other)
    walk.post(f"{page}/edit", data=other | {"version": "1"})
    invitation = re.findall(r"/events/(\w{20})", walk.open("sessions and group events", home))[0]
    own = f"{home}/events/{invitation}"
    walk.open("own group event", own)
    for act in ("accept", "decline", "another-time"):
        walk.open(f"own group event, {act}", f"{own}/{act}")
    walk.post(f"{own}/decline", data={"comment": "On leave"})
    walk.open("own group event, declined", own)
    walk.submit("group event, not cancelled", f"{page}/cancel", data={"version": "1"})
    walk.post(f"{page}/cancel", data={"version": "2"})
    walk.open("group event, cancelled", page)


def _see_nominations(walk: Walk, cycle: str) -> None:
    """Open the nominations page, and nominate a coachee."""
    page = f"{cycle}/nominations"
    walk.open("nominations, none", page)
    walk.submit("nominations, nobody chosen", page, data={"nominated_by": "Any office"})
    people = [one["person_id"] for one in walk.json(f"{cycle}/nominations")]
    letter = {"nominated_by": "Any office", "letter": "Any number", "nominated_on": "2026-01-05"}
    walk.post(page, data=letter | {"chosen": people[:2]})
    walk.open("nominations", page)
    walk.open("early ends, none", f"{cycle}/early-ends")


def see_early_ends(walk: Walk, cycle: str) -> None:
    """Open the page of pairs that ended early, and record a reason for one of them."""
    walk.open("early ends", f"{cycle}/early-ends")
    for one in walk.json(f"{cycle}/early-ends")[:1]:
        form = f"{cycle}/early-ends/{one['coachee_id']}"
        given = {"coach_id": one["coach_id"], "whose": "coach", "seen": "0"}
        walk.submit("early end, no reason", form, data=given)
        walk.post(form, data=given | {"reason": "deployment"})
        walk.open("early ends, recorded", f"{cycle}/early-ends")


def see_follow_ups(walk: Walk, cycle: str, link: str, post: str, device: str) -> None:
    """Open the follow-ups of a person and a post, and the office's view of them."""
    home = f"/p/{link}/follow-up"
    walk.open("follow-ups of the cycle", f"{cycle}/follow-ups")
    listed = walk.json(f"{cycle}/follow-ups")
    (due,) = (one["id"] for one in listed if one["state"] == "due")
    walk.submit("link for a follow-up", f"{cycle}/follow-ups/{due}/link")
    walk.open("verification for a follow-up", f"/p/{link}/verify")
    walk.browser.headers["X-Device-Key"] = device
    walk.open("follow-ups", home)
    form = walk.open("follow-up", f"{home}/{due}")
    (commitment,) = re.findall(r"/commitments/(\w{20})", form)
    one = f"{home}/{due}/commitments/{commitment}"
    walk.submit("follow-up, nothing chosen", one, data={"seen": "1"})
    walk.submit("follow-up, changed", one, data={"seen": "0", "event": "carry_over"})
    faulty = {"seen": "1", "kind": "order", "reference": "Any reference"}
    faulty |= {"post_address": "nowhere", "ask_post": "true"}
    walk.submit("follow-up, faulty", one, data=faulty)
    walk.submit("follow-up, incomplete", f"{home}/{due}", data={"seen": "0"})
    walk.post(f"{home}/{due}", data={"seen": "0", "again": "true"})
    walk.open("follow-ups, answered", home)
    del walk.browser.headers["X-Device-Key"]
    page = f"/p/{post}/handed-over"
    walk.open("handed over", page)
    walk.submit("handed over, not shown", page, data={"seen": "0", "outcome": "done"})
    evidence = {"kind": "order", "reference": "Any reference", "day": "2026-01-28"}
    walk.post(page, data={"seen": "0", "outcome": "done"} | evidence)
    walk.open("handed over, answered", page)


def _see_personal_pages(walk: Walk, coachee: str, coach: str) -> None:
    for side, home in (("coachee", coachee), ("coach", coach)):
        terms = walk.open(f"consent of the {side}", f"{home}/consent")
        sums = re.findall(r'name="sha256"\s+value="(\w+)"', terms)
        walk.post(f"{home}/consent", data={"sha256": sums[0]})
        walk.post(f"{home}/publicity", data={"sha256": sums[1], "given": "true"})
        walk.open(f"consent of the {side}, given", f"{home}/consent")
        walk.open(f"details of the {side}", f"{home}/details")
        walk.open(f"guidance of the {side}", f"{home}/guidance")
        walk.open(f"calendar of the {side}", f"{home}/calendar")
        walk.submit(f"calendar of the {side}, created", f"{home}/calendar")
    _see_aides(walk, coachee)
    _change_details(walk, f"{coachee}/details")
    walk.submit("consent, outdated", f"{coach}/consent", data={"sha256": "0" * 64})
    address = f"{coachee}/address"
    walk.open("address", address)
    walk.submit("address, invalid", address, data={"address": "nowhere"})
    walk.post(address, data={"address": "other@example.org"})
    walk.open("address, waiting", address)
    walk.submit("address, wrong code", f"{address}/confirm", data={"code": "1"})


def _see_coaching(walk: Walk, cycle: str, homes: tuple[str, str], ids: list[str]) -> None:
    """Make an agreement, a goal and a commitment, and open the office's pages."""
    (coachee, coach), (coachee_id, coach_id) = homes, ids
    mine, theirs = f"{coachee}/coaching/{coach_id}", f"{coach}/coaching/{coachee_id}"
    walk.open("coaching, nothing yet", f"{coachee}/coaching")
    walk.open("agreement, nothing yet", f"{mine}/agreement")
    walk.open("agreement, form", f"{mine}/agreement/change")
    terms = {"purpose": "Any purpose", "sessions": "6", "mode": "online", "language": "en"}
    terms |= {"contact": "none", "delegates": "none", "seen": "0"}
    walk.submit("agreement, faulty", f"{mine}/agreement", data=terms)
    walk.submit("goals, no agreement", f"{mine}/goals", data=_GOAL)
    walk.open("goals, none", f"{mine}/goals")
    walk.open("commitments, none", f"{mine}/commitments")
    walk.post(f"{mine}/agreement", data=terms | {"focus": ["B1", "B2"]})
    walk.open("agreement, to check", f"{mine}/agreement")
    walk.post(f"{mine}/agreement/decision", data={"act": "propose", "seen": "1"})
    walk.open("agreement, proposed", f"{mine}/agreement")
    walk.open("agreement, to agree to", f"{theirs}/agreement")
    stale = {"act": "agree", "seen": "1"}
    walk.submit("agreement, changed", f"{theirs}/agreement/decision", data=stale)
    walk.post(f"{theirs}/agreement/decision", data={"act": "agree", "seen": "2"})
    walk.open("agreement, agreed", f"{mine}/agreement")
    walk.open("fit", f"{mine}/fit")
    walk.submit("fit, nothing chosen", f"{mine}/fit")
    walk.browser.post(f"{mine}/fit", data={"fit": "not_good"})
    walk.open("fit, answered", f"{mine}/fit?saved=true")
    _see_questions_of_pair(walk, mine)
    _see_goals(walk, mine, theirs)
    _see_commitments(walk, mine)
    walk.open("coaching", f"{coachee}/coaching")
    walk.open("coaching of a coach", f"{coach}/coaching")
    walk.open("agreements of the cycle", f"{cycle}/agreements")
    walk.open("goals of the cycle", f"{cycle}/goals")
    walk.open("goals of a coachee", f"{cycle}/goals/{coachee_id}")
    walk.open("answers of the cycle", f"{cycle}/answers")
    walk.open("what people are asked", "/instruments")


def _see_questions_of_pair(walk: Walk, mine: str) -> None:
    """Open questions that cannot be answered yet, and try to answer them."""
    questions = f"{mine}/questions/second_session"
    walk.open("questions, too early", questions)
    walk.submit("questions, sent too early", questions, data={"seen": "", "q.bond_trust": "4"})


_GOAL = {"statement": "Any goal", "area": "policy", "reach": "unit", "weight": "1", "seen": "0"}


def _see_goals(walk: Walk, mine: str, theirs: str) -> None:
    walk.open("goal, new", f"{mine}/goals/new")
    walk.submit("goal, faulty", f"{mine}/goals", data={"seen": "0"})
    scale = walk.post(f"{mine}/goals", data=_GOAL)
    goal = scale.partition("/change")[0]
    walk.open("goal, without results", goal)
    walk.open("goal, results", scale)
    walk.submit("goal, too few results", scale, data={"expected": "x", "seen": "1"})
    results = {"much_less": "Any less", "expected": "Any result", "much_more": "Any more"}
    proof = walk.post(scale, data=results | {"baseline": "-2", "seen": "1"})
    walk.open("goal, proof", proof)
    walk.submit("goal, figure without a name", proof, data={"indicator_unit": "%", "seen": "2"})
    figure = {"indicator_name": "Any figure", "indicator_due": "2027-03-01", "seen": "2"}
    figure |= {"verification": "order", "nap_pillar": "prevention", "nap_reference": "Any number"}
    walk.post(proof, data=figure)
    walk.open("goal, to check", goal)
    walk.submit("goal, own", f"{goal}/step", data={"event": "agree", "seen": "3"})
    same = f"{theirs}/goals/{goal.rpartition('/')[2]}"
    walk.open("goal, to agree to", same)
    walk.post(f"{same}/step", data={"event": "agree", "seen": "3"})
    walk.post(f"{same}/step", data={"event": "start", "seen": "4"})
    walk.post(f"{goal}/ratings", data={"moment": "mid", "by": "coachee", "level": "1"})
    walk.open("goal, rated", goal)
    walk.open("goals", f"{mine}/goals")
    over = {"event": "hand_over", "to_post": "Any post", "seen": "5"}
    walk.post(f"{goal}/step", data=over)
    walk.open("goal, handed over", goal)


def _see_commitments(walk: Walk, mine: str) -> None:
    pages = f"{mine}/commitments"
    walk.open("commitment, new", f"{pages}/new")
    walk.submit("commitment, faulty", pages, data={"seen": "0"})
    content = {
        "title": "Any title",
        "due": "2026-02-01",
        "area": "policy",
        "unit_scope": "Any unit",
    }
    content |= {"owner_role": "Any office", "nap_pillar": "prevention"}
    one = walk.post(pages, data=content | {"nap_reference": "Any number"})
    walk.open("commitment, form", f"{one}/change")
    for seen, event in (("1", "commit"), ("2", "start")):
        walk.open(f"commitment, before {event}", one)
        walk.post(f"{one}/step", data={"event": event, "seen": seen})
    walk.open("commitment, without evidence", one)
    walk.submit("commitment, done too early", f"{one}/step", data={"event": "finish", "seen": "3"})
    walk.submit("commitment, faulty evidence", f"{one}/evidence", data={"kind": "order"})
    evidence = {"kind": "order", "reference": "Any reference", "day": "2026-01-28"}
    walk.post(f"{one}/evidence", data=evidence)
    walk.post(f"{one}/sharing", data={"title_shared": "true"})
    walk.open("commitment", one)
    walk.open("commitments", pages)


def _see_aides(walk: Walk, coachee: str) -> None:
    aides = f"{coachee}/aides"
    walk.open("aides, none", aides)
    walk.submit("aides, without a name", aides, data={"label": ""})
    made = walk.submit("aides, created", aides, data={"label": "Any aide"})
    found = re.search(r'value="[^"]*(/aide/[\w-]+)"', made)
    assert found is not None
    page = walk.open("times of an aide", found[1])
    for reply in ("declined", "accepted"):
        answered = re.search(r'action="([^"]+/reply)"', page)
        if answered is not None:
            walk.post(answered[1], data={"reply": reply})
            page = walk.open(f"times of an aide, {reply}", found[1])
    _ask_as_aide(walk, page)
    walk.open("aides", aides)


def _ask_as_aide(walk: Walk, page: str) -> None:
    found = re.search(r'href="([^"]+/another-time)"', page)
    assert found is not None
    asked = walk.open("another time of an aide", found[1])
    walk.submit("another time of an aide, none chosen", found[1])
    slot = re.search(r'name="time" value="([^"]+)"', asked)
    if slot is not None:
        walk.post(found[1], data={"time": slot[1]})
        walk.open("another time of an aide, proposed", found[1])


def _change_details(walk: Walk, details: str) -> None:
    wrong = {"availability": "Xyz 9", "languages": "", "topics": "Any topic"}
    walk.submit("details, invalid", details, data=wrong)
    walk.submit("details, no times", f"{details}/grid", data={"step": "30"})
    walk.submit("details, unknown time", f"{details}/grid", data={"step": "30", "free": "mon-0910"})
    walk.post(f"{details}/grid", data={"step": "30", "free": ["mon-0900", "mon-0930"]})
    fields = {"topics": "Any topic", "refuses": "Any Name", "unavailable": "2027-03-08"}
    walk.post(details, data=fields | {"availability": "Mon 09:10-12:00"})
    calendar = {"calendar": ("calendar.ics", b"No calendar")}
    walk.submit("calendar, refused", f"{details}/busy-times", files=calendar)
    event = "DTSTART:20270201T090000Z\nDTEND:20270201T100000Z\nSUMMARY:Any title"
    content = f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\n{event}\nEND:VEVENT\nEND:VCALENDAR\n"
    walk.post(f"{details}/busy-times", files={"calendar": ("a.ics", content.encode())})
    walk.open("details, saved", f"{details}?saved=true")


def _follow_up(walk: Walk, cycle: str, page: str) -> None:
    """Open the cycle's pages after replies and reports, place a hold, and switch reminders on."""
    walk.open("sessions", f"{cycle}/sessions")
    walk.open("session", page)
    walk.post(f"{page}/attendance/clarified")
    walk.post(f"{page}/request/answered")
    walk.open("session, clarified", page)
    walk.open("re-match", f"{cycle}/rematch")
    walk.open("change a session", f"{page}/change")
    night = {"day": "2027-02-20", "clock": "23:50", "reason": ""}
    walk.submit("change a session, outside the rules", f"{page}/change/time", data=night)
    walk.submit("change a session, no time", f"{page}/change/time", data=night | {"day": "x"})
    walk.submit("hold, without a reason", f"{cycle}/retention/hold", data={"because": ""})
    walk.post(f"{cycle}/retention/hold", data={"because": "Any reason"})
    walk.post(f"{cycle}/reminders", data={"on": "true"})
    walk.open("cycle, published", cycle)
    walk.open("cycles", "/")
    walk.open("replies by email", "/replies")
    walk.open("messages", f"{cycle}/messages")


def _enrol(walk: Walk, cycle: str, mails: MailServer) -> None:
    """Open a call, apply, and approve the application; then ask everyone to enter their times."""
    page = f"{cycle}/applications"
    walk.open("enrolment, no call", page)
    walk.submit("call, not in the cycle", f"{cycle}/call", data={"last_day": "2030-01-01"})
    walk.post(f"{cycle}/call", data={"last_day": "2027-02-28", "side": ""})
    found = re.search(r"<code>\S+(/join/[\w-]+)</code>", walk.open("enrolment, call", page))
    assert found is not None
    call, to = found[1], {"address": "any@example.org"}
    walk.open("call", call)
    walk.stranger("call, invalid address", call, {"address": "nowhere"})
    sent = len(mails.taken)
    walk.stranger("call, code", call, to)
    code = mails.wait_for_code(sent)
    walk.stranger("call, wrong code", f"{call}/code", to | {"code": "1"})
    walk.stranger("call, application", f"{call}/code", to | {"code": code})
    wrong = to | {"side": "coach", "name": "Any Name", "country": "ZZ", "capacity": "2"}
    wrong |= {"proof": "0", "languages": "en", "availability": "Mon 09:00-12:00"}
    walk.stranger("call, no proof", f"{call}/application", wrong)
    proof = re.search(r'name="proof" value="([^"]+)"', walk.pages["call, application"])
    assert proof is not None
    wrong["proof"] = proof[1]
    walk.stranger("call, faulty", f"{call}/application", wrong)
    right = wrong | {"country": "AL", "rank": "OF-5", "name": "Besa Shembul"}
    walk.stranger("call, received", f"{call}/application", right)
    shown = walk.open("enrolment, application", page)
    decision = re.search(r"/applications/\w+/", shown)
    assert decision is not None, walk.pages["call, received"] + shown
    walk.post(f"{decision[0]}approve")
    walk.post(f"{cycle}/details-requests")
    walk.open("enrolment, requested", f"{page}?requested=3")


def _see_errors(walk: Walk) -> None:
    walk.open("error 404", "/nowhere")
    walk.open("error 404, plan", "/plans/0123456789abcdef0123456789abcdef")
    walk.open("error 404, link", "/p/unknown")
    walk.submit("error 405", "/rules")
    walk.open("error 422", f"/sign-in?signed_out={'x' * 20}")
    walk.submit("error 403", "/cycles", headers={"Sec-Fetch-Site": "cross-site"})
    walk.submit("error 413", "/confirm", data={"code": "1" * 100_000})


def _sample(name: str) -> bytes:
    return (SAMPLE / name).read_bytes()
