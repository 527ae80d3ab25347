"""Which addresses webhooks may connect to: public ones, and those of networks that a setting lists.

Without this, a webhook could reach services that trust requests from inside the network. Some IPv6
addresses stand for an IPv4 address, and count as public regardless of it, so they are unwrapped
first.
"""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

_NAT64 = ip_network("64:ff9b::/96")
_NAT64_LOCAL = ip_network("64:ff9b:1::/48")
Network = IPv4Network | IPv6Network


def is_permitted(address: str, networks: Collection[Network]) -> bool:
    """Return whether webhooks may connect to an IP address."""
    found = _unwrapped(ip_address(address))
    if found is None:
        return False
    if any(found.version == each.version and found in each for each in networks):
        return True
    return found.is_global and not found.is_multicast


def _unwrapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address | None:
    """Return the IPv4 address that an IPv6 address stands for; `None` if it is not known."""
    if isinstance(address, IPv4Address):
        return address
    if address.scope_id or address in _NAT64_LOCAL:
        return None
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address.teredo is not None:
        return None
    return address.ipv4_mapped or address.sixtofour or _compatible(address) or address


def _compatible(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address in a deprecated IPv4-compatible address, such as `::192.0.2.1`."""
    value = int(address)
    return IPv4Address(value) if 1 < value < 2**32 else None
