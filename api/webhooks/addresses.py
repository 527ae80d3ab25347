"""Decides where webhooks may be sent: to public addresses, and to addresses in the settings.

Without these checks, a webhook could reach services that trust requests from inside the network.
Some IPv6 addresses represent an IPv4 address and would count as public even if the IPv4 address is
not public, so they are unwrapped first. Of all IPv6 addresses, only those in the global unicast
block are public (RFC 4291, section 2.4), because Python also treats site-local and IPv4-translated
addresses as global.
"""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

_NAT64 = ip_network("64:ff9b::/96")
_NAT64_LOCAL = ip_network("64:ff9b:1::/48")
_GLOBAL_UNICAST = ip_network("2000::/3")
_ISATAP = {0x00005EFE, 0x02005EFE}  # RFC 5214: precedes the IPv4 address in an interface identifier
_NOT_PUBLIC = tuple(
    ip_network(each)
    for each in (
        "192.0.0.0/24",  # IETF protocol assignments; 192.0.0.192 serves credentials in a cloud
        "192.88.99.0/24",  # 6to4 relays
        "168.63.129.16/32",  # a cloud platform's services, reachable only inside it
        "3fff::/20",  # documentation
    )
)
Network = IPv4Network | IPv6Network


def is_permitted(address: str, networks: Collection[Network]) -> bool:
    """Return whether webhooks may connect to an IP address.

    Raises:
        ValueError: `address` is not an IP address.
    """
    found = _unwrapped(ip_address(address))
    if found is None:
        return False
    if any(found.version == each.version and found in each for each in networks):
        return True
    if isinstance(found, IPv6Address) and found not in _GLOBAL_UNICAST:
        return False
    reserved = any(found.version == each.version and found in each for each in _NOT_PUBLIC)
    return found.is_global and not found.is_multicast and not reserved


def is_host_permitted(url: str, networks: Collection[Network]) -> bool:
    """Return whether a URL's host is a name, or an IP address that webhooks may connect to."""
    try:
        return is_permitted(urlsplit(url).hostname or "", networks)
    except ValueError:  # a name: it is resolved for each attempt, and its addresses are checked
        return True


def is_host_listed(url: str, hosts: Collection[str]) -> bool:
    """Return whether webhooks may be sent to a URL's host; true if no hosts are listed."""
    host = (urlsplit(url).hostname or "").lower()
    return not hosts or host in {each.lower() for each in hosts}


def _unwrapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address | None:
    """Return `address`, or the IPv4 address embedded in it; `None` if this cannot be determined."""
    if isinstance(address, IPv4Address):
        return address
    if address.scope_id or address in _NAT64_LOCAL:
        return None
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address.teredo is not None:
        return None
    inner = address.ipv4_mapped or address.sixtofour or _compatible(address) or _isatap(address)
    return inner or address


def _compatible(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address in a deprecated IPv4-compatible address, such as `::192.0.2.1`."""
    value = int(address)
    return IPv4Address(value) if 1 < value < 2**32 else None


def _isatap(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address in an ISATAP address (a tunnel within a site)."""
    interface = int(address) & 0xFFFFFFFFFFFFFFFF
    return IPv4Address(interface & 0xFFFFFFFF) if interface >> 32 in _ISATAP else None
