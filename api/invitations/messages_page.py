"""What the page of a cycle's messages shows."""

from __future__ import annotations

from api.cycles.service import CycleHeader, cycle_header
from api.invitations.delivery_status import CycleMail, cycle_mail
from api.invitations.outbox import OutboxMessage, outbox_messages
from api.services import Services
from api.values import FrozenModel


class MessagesPage(FrozenModel):
    """The messages of a cycle, and what is pending and delivered of them."""

    cycle: CycleHeader
    messages: tuple[OutboxMessage, ...]
    mail: CycleMail


def messages_page(services: Services, cycle_id: str) -> MessagesPage:
    """The messages of a cycle, newest first, with the status of their delivery.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.reading() as tx:
        return MessagesPage(
            cycle=cycle_header(tx, cycle_id),
            messages=outbox_messages(tx, cycle_id),
            mail=cycle_mail(tx, services, cycle_id),
        )
