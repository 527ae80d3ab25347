"""Messages about changes that somebody else has made to a cycle in the meantime."""

from __future__ import annotations

from coach.texts.facts import FACT, NUMBER, TEXT, listed, message

# i18n: what somebody has done and when, such as: policy replaced by anna, Tue 1 Dec 2026, 09:00 UTC
CHANGE = message("cycles.change", "{what} by {who}, {when}", what=FACT, who=FACT, when=FACT)
# i18n: what happened to a list of people.
LIST_CHANGE = message(
    "cycles.list_change",
    "{what} ({added} added, {changed} changed, {left} left)",
    what=FACT,
    added=NUMBER,
    changed=NUMBER,
    left=NUMBER,
)
USER = message("cycles.user", "{name}", name=TEXT)
SOMEBODY = message("cycles.somebody", "someone using the server's command line")
UNKNOWN_CHANGE = message("cycles.unknown_change", "people were erased, or a backup was restored")
POLICY_CHANGED = message(
    "cycles.policy_changed",
    "your changes were not saved, because the policy has changed since you opened it "
    "({changes}); compare the two versions, and submit yours again if it should replace the "
    "saved one",
    changes=listed(FACT),
)
LISTS_CHANGED = message(
    "cycles.lists_changed",
    "your changes were not saved, because the lists have changed since you opened them "
    "({changes}); check the lists again",
    changes=listed(FACT),
)
PLANS_CHANGED = message(
    "cycles.plans_changed",
    "this plan was not published, because another one has been published since you opened it "
    "({changes}); compare the two before you publish this one",
    changes=listed(FACT),
)
