"""Domain messages about goals and commitments."""

from __future__ import annotations

from coach.texts.facts import message

SCALE_INCOMPLETE = message(
    "coaching.scale_incomplete",
    "describe at least the worst, expected and best results",
)
INDICATOR_INCOMPLETE = message(
    "coaching.indicator_incomplete",
    "enter the name of the indicator, or leave its other fields empty too",
)
NAP_REFERENCE_WITHOUT_PILLAR = message(
    "coaching.nap_reference_without_pillar",
    "choose the part of the action plan that this number refers to, or clear the number",
)
DOCUMENT_IN_REFERENCE = message(
    "coaching.document_in_reference",
    "enter the document's number or date, not its content or a link to a file",
)
DROPPED_NEEDS_A_REASON = message(
    "coaching.dropped_needs_a_reason",
    "choose a reason for no longer pursuing this goal or commitment",
)
REASON_WITHOUT_DROPPING = message(
    "coaching.reason_without_dropping",
    "give a reason only if you are no longer pursuing this goal or commitment",
)
HANDED_OVER_NEEDS_A_POST = message(
    "coaching.handed_over_needs_a_post", "enter the post that will take over, not a person's name"
)
POST_WITHOUT_HANDING_OVER = message(
    "coaching.post_without_handing_over", "enter a post only if another post will take over"
)
