"""The protection of a person's pages, as shown to the person: devices, passkeys and PIN."""

from __future__ import annotations

from datetime import datetime

from api.accounts.passkeys import PasskeyView
from api.http.principal import Principal
from api.participants.service import person_row
from api.personal_links.one_time_codes import can_send_codes
from api.personal_links.person_passkeys import person_passkeys_of
from api.personal_links.pins import find_pin
from api.personal_links.verified_devices import DeviceView, devices_of
from api.services import Services
from api.values import FrozenModel


class OwnDevices(FrozenModel):
    """A person's verified devices, passkeys and PIN.

    Attributes:
        devices: the devices that are verified now, newest first.
        passkeys: the person's passkeys, oldest first.
        pin_set_at: when the person set their PIN; `None` if they have none.
        sends_codes: whether this server can send the person codes by email.
        timezone: the IANA name of the person's time zone.
    """

    devices: tuple[DeviceView, ...]
    passkeys: tuple[PasskeyView, ...]
    pin_set_at: datetime | None
    sends_codes: bool
    timezone: str


def read_own_devices(services: Services, principal: Principal) -> OwnDevices:
    """Return the requesting person's verified devices, their passkeys, and when the PIN was set."""
    with services.database.reading() as tx:
        person = person_row(tx, principal.person_id or "")
        pin = find_pin(tx, person.id)
        return OwnDevices(
            devices=devices_of(tx, principal, now=services.now()),
            passkeys=person_passkeys_of(tx, person.id),
            pin_set_at=None if pin is None else pin.set_at,
            sends_codes=can_send_codes(services.settings, person.email),
            timezone=person.timezone,
        )
