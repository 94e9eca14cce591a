"""Which addresses and URLs a caller may have the service send to."""

from __future__ import annotations

import pytest

from outbound.hosts import HostRules, Target, UnusableUrl

PUBLIC = ("93.184.216.34", "8.8.8.8", "2606:4700:4700::1111", "2a00:1450:4001:82a::200e")
# Each line: what the address is, and why nothing is sent to it.
NOT_PUBLIC = {
    "this network": "0.0.0.0",  # noqa: S104
    "private, class A": "10.0.0.1",
    "private, class B": "172.31.255.255",
    "private, class C": "192.168.1.1",
    "loopback": "127.0.0.1",
    "loopback elsewhere in its network": "127.8.8.8",
    "link-local and metadata": "169.254.169.254",
    "link-local of containers": "169.254.170.2",
    "shared by carriers": "100.64.0.1",
    "metadata in the shared range": "100.100.100.200",
    "metadata at a public address": "168.63.129.16",
    "metadata among protocol assignments": "192.0.0.192",
    "benchmarks": "198.18.0.1",
    "documentation": "203.0.113.7",
    "6to4 relay": "192.88.99.1",
    "multicast": "224.0.0.1",
    "multicast with a global scope": "239.1.1.1",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "IPv6 loopback": "::1",
    "IPv6 unspecified": "::",
    "IPv4-mapped loopback": "::ffff:127.0.0.1",
    "IPv4-mapped public": "::ffff:8.8.8.8",
    "IPv4-compatible": "::127.0.0.1",
    "IPv4-translated": "::ffff:0:127.0.0.1",
    "NAT64 of a metadata address": "64:ff9b::a9fe:a9fe",
    "NAT64 of a public address": "64:ff9b::808:808",
    "local NAT64": "64:ff9b:1::a00:1",
    "6to4 of a private address": "2002:a00:1::1",
    "Teredo": "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "IPv6 link-local": "fe80::1",
    "IPv6 link-local with a zone": "fe80::1%eth0",
    "public with a zone": "2606:4700:4700::1111%eth0",
    "unique local": "fd12:3456::1",
    "metadata of IPv6": "fd00:ec2::254",
    "site-local": "fec0::1",
    "IPv6 multicast": "ff02::1",
    "IPv6 documentation": "2001:db8::1",
    "newer IPv6 documentation": "3fff::1",
    "ORCHID": "2001:20::1",
    "discard": "100::1",
    "no address": "localhost",
}


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_sent_to(address: str) -> None:
    assert HostRules().problem("ci.example.org", address) is None


@pytest.mark.parametrize("address", NOT_PUBLIC.values(), ids=NOT_PUBLIC)
def test_no_other_address_is_sent_to(address: str) -> None:
    assert HostRules().problem("ci.example.org", address) is not None


def test_a_name_that_the_operator_allows_may_lead_to_private_addresses_but_not_to_metadata() -> None:
    rules = HostRules.of("ci.corp.example")

    assert rules.problem("ci.corp.example", "10.0.0.1") is None
    assert rules.problem("ci.corp.example", "127.0.0.1") is None
    assert rules.problem("ci.corp.example", "169.254.169.254") is not None
    assert rules.problem("ci.corp.example", "fd00:ec2::254") is not None
    assert rules.problem("other.corp.example", "10.0.0.1") is not None


@pytest.mark.parametrize(
    "address",
    [
        "::ffff:169.254.169.254",
        "::169.254.169.254",
        "::ffff:0:169.254.169.254",
        "::ffff:100.100.100.200",
        "::ffff:0.0.0.0",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
        "2001:0:4136:e378:8000:63bf:5601:5601",  # Teredo, whose client is 169.254.169.254
        "fd20:ce::254",  # Google Cloud
        "fd00:42::42",  # Scaleway
        "fe80::a9fe:a9fe%eth0",  # OpenStack
    ],
)
def test_no_form_of_a_metadata_address_is_reached_by_a_name_that_the_operator_allows(address: str) -> None:
    assert HostRules.of("ci.corp.example").problem("ci.corp.example", address) is not None


@pytest.mark.parametrize("address", ["::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "fd12::1", "2606:4700:4700::1111"])
def test_a_name_that_the_operator_allows_may_lead_to_other_addresses_of_ipv6(address: str) -> None:
    assert HostRules.of("ci.corp.example").problem("ci.corp.example", address) is None


def test_a_network_that_the_operator_allows_is_sent_to_under_any_name() -> None:
    rules = HostRules.of("10.1.0.0/16, fd12::/16")

    assert rules.problem("any.example", "10.1.2.3") is None
    assert rules.problem("any.example", "fd12::1") is None
    assert rules.problem("any.example", "10.2.0.1") is not None


@pytest.mark.parametrize(
    "url",
    [
        "http://ci.example.org/",
        "ftp://ci.example.org/",
        "//ci.example.org/",
        "https:///hook",
        "https://user@ci.example.org/",
        "https://user:pw@ci.example.org/",
        "https://ci.example.org\\@10.0.0.1/",
        "https://ci.example.org/#part",
        "https://ci.example.org/a b",
        "https://ci.example.org/\r\nX: y",
        "https://ci.example.org:0/",
        "https://ci.example.org:22/",
        "https://ci.example.org:80/",
        "https://ci.example.org:99999/",
        "https://[::1]/",
        "https://[fe80::1%25eth0]/",
        "https://127.0.0.1/",
        "https://münchen.example/",
        "https://-a.example/",
        "https://a..example/",
        "https://a_b.example/",
        "https://%31%32%37.0.0.1/",
        "https://" + "a" * 2048 + ".example/",
        "https://[::1/",
    ],
)
def test_a_url_that_could_be_read_in_two_ways_or_is_not_https_is_refused(url: str) -> None:
    with pytest.raises(UnusableUrl):
        HostRules().target(url)


def test_a_url_is_read_once_into_its_parts() -> None:
    target = HostRules().target("https://CI.example.org.:8443/hook?a=b")

    assert target == Target(is_tls=True, host="ci.example.org", port=8443, path="/hook?a=b")
    assert target.authority == "ci.example.org:8443"


def test_http_and_every_port_are_for_hosts_of_the_operator() -> None:
    rules = HostRules.of("ci.corp.example,10.1.0.0/16,fd12::/16")

    assert rules.target("http://ci.corp.example/x").port == 80
    assert rules.target("http://10.1.0.7:81/x").authority == "10.1.0.7:81"
    assert rules.target("http://[fd12::7]/x").authority == "[fd12::7]"
