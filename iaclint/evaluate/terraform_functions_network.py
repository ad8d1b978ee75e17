"""Terraform's functions of IP address ranges."""

from __future__ import annotations

import re
from typing import NamedTuple

from iaclint.evaluate.terraform_functions import plain
from iaclint.evaluate.terraform_functions_text import whole
from iaclint.evaluate.terraform_numbers import Numeric
from iaclint.evaluate.terraform_values import Mistake, Unknowable

_IPV4 = re.compile(r"(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})")
_MAPPED = 0xFFFF


class Network(NamedTuple):
    """A range: its first address, how many bits are the prefix, how many there are."""

    first: int
    prefix: int
    width: int

    @property
    def size(self) -> int:
        """How many addresses there are."""
        return 1 << (self.width - self.prefix)

    def __str__(self) -> str:
        return f"{_address(self.first, self.width)}/{self.prefix}"


def _network(text: str) -> Network:
    address, slash, length = text.partition("/")
    if not slash or not length.isascii() or not length.isdecimal() or len(length) > 3:
        raise Mistake
    prefix = int(length)
    match = _IPV4.fullmatch(address)
    if match is not None:
        parts = match.groups()
        if any(len(part) > 1 and part[0] == "0" for part in parts):
            # once octal, once refused
            raise Unknowable
        octets = [int(part) for part in parts]
        if max(octets) > 255:
            raise Mistake
        value, width = int.from_bytes(bytes(octets), "big"), 32
    else:
        value, width = _ipv6(address), 128
    if prefix > width:
        raise Mistake
    host = (1 << (width - prefix)) - 1
    return Network(value & ~host, prefix, width)


def _ipv6(text: str) -> int:
    from ipaddress import AddressValueError, IPv6Address

    if ":" not in text:
        raise Mistake
    if "%" in text or "." in text:
        raise Unknowable
    try:
        value = int(IPv6Address(text))
    except AddressValueError:
        raise Mistake from None
    if value >> 32 == _MAPPED:
        raise Unknowable
    return value


def _address(value: int, width: int) -> str:
    if width == 32:
        return ".".join(map(str, value.to_bytes(4, "big")))
    from ipaddress import IPv6Address

    if value >> 32 == _MAPPED:
        raise Unknowable
    return str(IPv6Address(value))


def _count(number: Numeric) -> int:
    if not isinstance(number, int):
        raise Mistake
    return int(number)


@plain("string", "number")
def cidrhost(prefix: str, number: Numeric) -> str:
    network, host = _network(prefix), _count(number)
    at = host if host >= 0 else network.size + host
    if not 0 <= at < network.size:
        raise Mistake
    return _address(network.first + at, network.width)


@plain("string")
def cidrnetmask(prefix: str) -> str:
    network = _network(prefix)
    if network.width != 32:
        raise Mistake
    return _address((1 << 32) - network.size, 32)


@plain("string", "number", "number")
def cidrsubnet(prefix: str, added: Numeric, number: Numeric) -> str:
    network, bits, at = _network(prefix), whole(added), _count(number)
    if bits < 0 or at < 0:
        raise Unknowable
    length = network.prefix + bits
    if length > network.width or at >> bits:
        raise Mistake
    return str(Network(network.first | at << (network.width - length), length, network.width))


@plain("string", "number*", gives="strings")
def cidrsubnets(prefix: str, *added: Numeric) -> list[str]:
    network = _network(prefix)
    if network.first == 0 and added:
        # nothing comes before it: Terraform starts from there
        raise Unknowable
    found: list[str] = []
    last = network.first - 1
    for one in added:
        bits = whole(one)
        length = network.prefix + bits
        if not 1 <= bits <= 32 or length > network.width:
            raise Mistake
        size = 1 << (network.width - length)
        following = Network((last & ~(size - 1)) + size, length, network.width)
        if following.first >= network.first + network.size:
            raise Mistake
        found.append(str(following))
        last = following.first + size - 1
    return found
