"""Requests to other systems' addresses, which must not lead into our own network (SSRF)."""

import asyncio
import ipaddress
import socket
from urllib.parse import urlsplit

import httpx
import stamina

from services.ingest.channels import OutgoingRequest

ATTEMPTS = 4
TIMEOUT_SECONDS = 5.0
_WAIT_SECONDS = 15.0
_TOO_MANY, _SERVER_ERROR, _REDIRECT, _OK = 429, 500, 300, 200


class Rejected(Exception):
    """The other side will not take it, now or later; the message is for agents."""


class Unreachable(Exception):
    """The other side may take it later; the message is for agents."""


class Outbound:
    """Posts to callback addresses, with the address it has checked and no other.

    Args:
        allow_private: let them be in private networks, for a laptop and tests.
    """

    def __init__(self, client: httpx.AsyncClient, *, allow_private: bool) -> None:
        self._client = client
        self._allow_private = allow_private

    async def post(self, request: OutgoingRequest) -> None:
        """Send a request until it is taken; a few times, within some seconds.

        Raises:
            Rejected: an answer that no repetition will change, or a forbidden address.
            Unreachable: no answer, or one that asks to come again, each time.
        """
        async for attempt in stamina.retry_context(
            on=Unreachable, attempts=ATTEMPTS, timeout=_WAIT_SECONDS, wait_initial=0.2, wait_max=3.0
        ):
            with attempt:
                await self._post_once(request)

    async def _post_once(self, request: OutgoingRequest) -> None:
        url = httpx.URL(request.url)
        address = await self.checked_address(request.url)
        try:
            async with self._client.stream(
                "POST",
                url.copy_with(host=address),
                content=request.body,
                headers={**request.headers, "host": url.netloc.decode()},
                extensions={"sni_hostname": url.host},
                follow_redirects=False,
                timeout=TIMEOUT_SECONDS,
            ) as answer:
                status = answer.status_code
        except httpx.HTTPError as error:
            raise Unreachable(f"The callback does not answer ({type(error).__name__}).") from None
        if status == _TOO_MANY or status >= _SERVER_ERROR:
            raise Unreachable(f"The callback answered {status}.")
        if not _OK <= status < _REDIRECT:
            raise Rejected(f"The callback answered {status}.")

    async def checked_address(self, url: str) -> str:
        """An address of this URL's host that we may talk to: connect to it and no other.

        Raises:
            Rejected: the scheme or an address is not allowed.
            Unreachable: the name can't be resolved now.
        """
        parts = urlsplit(url)
        host = parts.hostname
        schemes = ("https", "http") if self._allow_private else ("https",)
        if parts.scheme not in schemes or not host:
            raise Rejected("The callback address must begin with https://.")
        try:
            loop = asyncio.get_running_loop()
            found = await loop.getaddrinfo(host, parts.port or 443, type=socket.SOCK_STREAM)
        except OSError:
            raise Unreachable("The callback's name can't be resolved.") from None
        addresses = [str(one[4][0]).split("%")[0] for one in found]
        if not self._allow_private and not all(_is_public(address) for address in addresses):
            raise Rejected("The callback address leads into a private network.")
        return addresses[0]


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            return inner.is_global and not inner.is_multicast
        if ip in ipaddress.ip_network("64:ff9b::/96"):
            return ipaddress.ip_address(int(ip) & 0xFFFFFFFF).is_global
    return ip.is_global and not ip.is_multicast
