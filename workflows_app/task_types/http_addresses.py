"""Which addresses HTTP nodes may call: public ones, and those that the operator names."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable

from workflows_app.conf import http_allowed_hosts
from workflows_app.errors import FatalError, RetryableError


class AddressRefusedError(FatalError):
    """The host lies in a network that workflows have no business with."""


def permitted_addresses(host: str, port: int) -> list[str]:
    """The host's IP addresses, all of which may be called.

    Raises:
        AddressRefusedError: One of them is private, loopback, link-local or otherwise not public,
            and `FLOWDECK_HTTP_ALLOWED_HOSTS` does not name the host.
        RetryableError: The name does not resolve at the moment.
    """
    name = host.lower().strip("[]")
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise RetryableError(f"The host “{host}” cannot be found.") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not _is_allowed(name, port, http_allowed_hosts()):
        for address in addresses:
            if not is_public(address):
                raise AddressRefusedError(
                    f"“{host}” is at {address}, which is not a public address. "
                    "FLOWDECK_HTTP_ALLOWED_HOSTS can allow it."
                )
    return addresses


def is_public(address: str) -> bool:
    """True when the IP address belongs to the public internet."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            return is_public(str(inner))
        if ip in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        if ip not in _GLOBAL_UNICAST:
            return False
    return ip.is_global and not any(ip in network for network in _SPECIAL)


_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
"""All that is given out; elsewhere lie translated, site-local and segment addresses."""

_SPECIAL = (
    ipaddress.ip_network("192.0.0.0/24"),
    ipaddress.ip_network("192.88.99.0/24"),
    ipaddress.ip_network("224.0.0.0/4"),
    ipaddress.ip_network("3fff::/20"),
)
"""Special purposes (RFC 6890 and after) that some Python versions take for global."""


def _is_allowed(host: str, port: int, allowed: Iterable[str]) -> bool:
    return host in allowed or f"{host}:{port}" in allowed or f"[{host}]:{port}" in allowed
