"""The labels of the matching rules and of the levels of the objective in tables and lists."""

from __future__ import annotations

from matching.facts.names import level_name as level_label
from matching.facts.names import rule_name as rule_label

__all__ = ["level_label", "rule_label"]
