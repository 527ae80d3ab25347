"""Guidance cards for tests."""

from __future__ import annotations

import re

CARD = '''\
country = "rs"
language = "en"
author = "Legal department"
reviewed_by = "Ombudsperson"
reviewed_on = 2026-10-01
say_first = "Before you go on, I must tell you what I cannot keep to myself."
danger_to_life = "Call 112."
united_nations = "Report it to the focal point."
protection_from_reprisal = "The law protects whoever reports."

[harassment]
who_must_report = "Superiors."
who_may_report = "Everybody."
by_when = "Within three days."
consent_of_the_person = """
It is needed, except for danger to life.

Ask for it in private."""

[[contacts]]
name = "Office <of> the ombudsperson"
reach = "+381 11 000000"
hours = "Mon to Fri"
'''


def card_of(text: str) -> str:
    """Return a card in which every text is `text`."""
    texts = re.sub(r'= """[^"]*"""', f'= "{text}"', CARD)
    return re.sub(r'(?m)^(?!country|language)(\w+) = ".*"$', rf'\1 = "{text}"', texts)
