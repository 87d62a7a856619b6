"""The channels in use, kept in memory for a moment so that traffic does not ask for each delivery."""

from collections.abc import Collection
from dataclasses import dataclass
from time import monotonic
from types import ModuleType

from services.ingest.channels import Channel, Manifest, livechat, webhook
from services.ingest.repository import Channels
from services.ingest.vault import Vault

KINDS: dict[str, ModuleType] = {"webhook": webhook, "livechat": livechat}
"""network → its module, as `services.ingest.channels.ChannelKind` describes."""
STALE_SECONDS = 2.0
"""How long a change of a channel may take to be noticed by other instances."""
_MAX_KEPT = 10_000


def manifest_of(network: str) -> Manifest:
    """What this kind of channel can do."""
    found: Manifest = KINDS[network].MANIFEST
    return found


@dataclass(frozen=True, slots=True)
class Connected:
    """A channel with its opened secrets."""

    channel: Channel
    secrets: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Connected({self.channel.id})"


class Registry:
    """Finds channels by id, at most two seconds old."""

    def __init__(self, channels: Channels, vault: Vault) -> None:
        self._channels = channels
        self._vault = vault
        self._kept: dict[str, tuple[float, Connected | None]] = {}

    async def get(self, id: str) -> Connected | None:
        """A channel, whatever its status; none if there is none."""
        return (await self.find([id])).get(id)

    async def active(self, id: str, network: str) -> Connected | None:
        """A channel of this network that takes traffic."""
        found = await self.get(id)
        return (
            found if found and found.channel.status == "active" and found.channel.network == network else None
        )

    async def find(self, ids: Collection[str]) -> dict[str, Connected]:
        """Several channels, in at most one query."""
        now = monotonic()
        missing = {id for id in ids if self._kept.get(id, (0.0, None))[0] < now}
        if missing:
            if len(self._kept) > _MAX_KEPT:
                self._kept.clear()
            found = await self._channels.find(missing)
            for id in missing:
                self._kept[id] = (now + STALE_SECONDS, self._open(*found[id]) if id in found else None)
        kept = {id: self._kept[id][1] for id in ids}
        return {id: connected for id, connected in kept.items() if connected is not None}

    def forget(self, id: str) -> None:
        """A channel was changed here: read it again."""
        self._kept.pop(id, None)

    def _open(self, channel: Channel, sealed: list[str]) -> Connected:
        return Connected(channel, tuple(self._vault.open(one).get_secret_value() for one in sealed))
