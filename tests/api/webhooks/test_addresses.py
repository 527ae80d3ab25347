"""The addresses that webhooks may connect to."""

from ipaddress import ip_network

import pytest

from api.webhooks.addresses import is_permitted

INTRANET = (ip_network("10.20.0.0/16"), ip_network("fd00:20::/32"))


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.1"),
        *("100.64.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fd00::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::127.0.0.1", "::10.0.0.1"),
        *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808", "2002:7f00:1::"),
        *("2002:a9fe:a9fe::1", "2001:0:7f00:1::1", "fec0::1", "::ffff:0:127.0.0.1"),
        *("2620:fe::5efe:127.0.0.1", "2620:fe::200:5efe:10.0.0.1", "5f00::1", "3fff::1"),
        *("192.0.0.192", "192.88.99.1", "168.63.129.16", "100.100.100.200", "fd00:ec2::254"),
    ],
)
def test_address_that_is_not_public_is_not_permitted(address: str) -> None:
    assert not is_permitted(address, ())


@pytest.mark.parametrize(
    "address", ["9.9.9.9", "2620:fe::fe", "64:ff9b::909:909", "2002:909:909::"]
)
def test_public_address_is_permitted(address: str) -> None:
    assert is_permitted(address, ())


def test_listed_network_is_permitted_also_in_ipv6_notation_and_nothing_beside_it() -> None:
    assert is_permitted("10.20.1.1", INTRANET)
    assert is_permitted("::ffff:10.20.1.1", INTRANET)
    assert is_permitted("fd00:20::1", INTRANET)
    assert not is_permitted("10.21.0.1", INTRANET)
    assert not is_permitted("::ffff:10.21.0.1", INTRANET)
