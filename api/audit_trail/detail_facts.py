"""Labels of the details of audit events."""

from __future__ import annotations

from collections.abc import Mapping

from coach.texts.facts import Fact, message

DETAILS: Mapping[str, Fact] = {
    "added": message("audit_detail.added", "added")(),
    "availability": message("audit_detail.availability", "availability")(),
    "busy": message("audit_detail.busy", "busy times")(),
    "bytes": message("audit_detail.bytes", "bytes")(),
    "cancels": message("audit_detail.cancels", "cancellations")(),
    "ceremonies": message("audit_detail.ceremonies", "sign-in flows")(),
    "changed": message("audit_detail.changed", "changed")(),
    "codes": message("audit_detail.codes", "codes")(),
    "credential": message("audit_detail.credential", "credential")(),
    "deleted": message("audit_detail.deleted", "deleted")(),
    "credentials": message("audit_detail.credentials", "credentials")(),
    "device": message("audit_detail.device", "device")(),
    "devices": message("audit_detail.devices", "devices")(),
    "failed": message("audit_detail.failed", "failed")(),
    "failed_sign_ins": message("audit_detail.failed_sign_ins", "failed attempts to sign in")(),
    "failures": message("audit_detail.failures", "failures")(),
    "how": message("audit_detail.how", "method")(),
    "new_device": message("audit_detail.new_device", "new device")(),
    "notebook": message("audit_detail.notebook", "notebook")(),
    "issued_by": message("audit_detail.issued_by", "issued by")(),
    "kind": message("audit_detail.kind", "kind")(),
    "languages": message("audit_detail.languages", "languages")(),
    "left": message("audit_detail.left", "left")(),
    "mails": message("audit_detail.mails", "emails")(),
    "messages": message("audit_detail.messages", "messages")(),
    "notes": message("audit_detail.notes", "notes")(),
    "passkeys": message("audit_detail.passkeys", "passkeys")(),
    "people": message("audit_detail.people", "people")(),
    "prefers": message("audit_detail.prefers", "preferences")(),
    "previews": message("audit_detail.previews", "unused lists")(),
    "purpose": message("audit_detail.purpose", "purpose")(),
    "question": message("audit_detail.question", "question")(),
    "questions": message("audit_detail.questions", "questions")(),
    "refuses": message("audit_detail.refuses", "refusals")(),
    "replaced": message("audit_detail.replaced", "rows replaced")(),
    "requests": message("audit_detail.requests", "requests")(),
    "role": message("audit_detail.role", "role")(),
    "rows": message("audit_detail.rows", "rows")(),
    "runs": message("audit_detail.runs", "runs")(),
    "secrets": message("audit_detail.secrets", "secrets")(),
    "stored": message("audit_detail.stored", "stored")(),
    "table": message("audit_detail.table", "table")(),
    "topics": message("audit_detail.topics", "topics")(),
    "tries": message("audit_detail.tries", "attempts")(),
    "unavailable": message("audit_detail.unavailable", "days off")(),
    "verified_by": message("audit_detail.verified_by", "verified by")(),
    "version": message("audit_detail.version", "version")(),
    "wrapped_anew": message("audit_detail.wrapped_anew", "keys rewrapped")(),
}
"""The label of each detail."""

VALUES: Mapping[str, Fact] = {
    "PIN": message("audit_value.pin", "PIN")(),
    "address": message("audit_value.address", "address")(),
    "advise": message("audit_value.advise", "advice")(),
    "auditor": message("audit_value.auditor", "auditor")(),
    "changed": message("audit_value.changed", "changed")(),
    "code": message("audit_value.code", "code")(),
    "code and PIN": message("audit_value.code_and_pin", "code and PIN")(),
    "explain": message("audit_value.explain", "explanation")(),
    "link": message("audit_value.link", "link")(),
    "mail": message("audit_value.mail", "email")(),
    "manager": message("audit_value.manager", "manager")(),
    "notes": message("audit_value.notes", "notes")(),
    "office": message("audit_value.office", "programme office")(),
    "passkey": message("audit_value.passkey", "passkey")(),
    "password": message("audit_value.password", "password")(),
    "plan": message("audit_value.plan", "plan")(),
    "provider": message("audit_value.provider", "provider")(),
    "provider and code": message("audit_value.provider_and_code", "provider and code")(),
    "provider without code": message(
        "audit_value.provider_without_code", "provider, without a second factor"
    )(),
    "replace": message("audit_value.replace", "replacement")(),
    "replacement": message("audit_value.replacement", "replacement")(),
    "subject": message("audit_value.subject", "id at the provider")(),
    "verify": message("audit_value.verify", "verification")(),
    "what-if": message("audit_value.what_if", "what-if")(),
}
"""The label of each value of a detail that is not a number."""
