"""The network of a client, for limiting sign-in attempts."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from starlette.types import Scope

_IPV6_PREFIX = 64  # the network of one subscriber, who can use any address within it at no cost


def client_network(scope: Scope) -> str:
    """Return the network of the client that sent a request: an IPv4 address, or an IPv6 /64.

    Behind a trusted proxy, the address is the one that the proxy forwards. Clients without a valid
    address count as one network.
    """
    host = (scope.get("client") or ("", 0))[0]
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return "unknown"
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((address, _IPV6_PREFIX), strict=False))
