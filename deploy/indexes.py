"""Creates the indexes the code declares, and tells of those that nobody declares any more."""

import asyncio
import sys

from deploy.declared import indexes
from libs.common.mongo import MongoSettings, open_database
from libs.common.settings import ServiceSettings


async def apply_indexes(settings: MongoSettings) -> list[str]:
    """Create what is missing; safe to run again.

    Returns:
        In words, what exists but is not declared: dropping it is a person's decision.
    """
    surplus: list[str] = []
    for service, collections in indexes().items():
        async with open_database(settings, service) as database:
            existing = set(await database.list_collection_names())
            for name, models in collections.items():
                if name not in existing:
                    await database.create_collection(name)
                if models:
                    await database[name].create_indexes(models)
                declared = {model.document["name"] for model in models} | {"_id_"}
                found = await database[name].index_information()
                surplus += [f"{service}.{name}: index {index}" for index in found if index not in declared]
    return surplus


def main() -> None:
    """`python -m deploy.indexes`."""
    surplus = asyncio.run(apply_indexes(ServiceSettings().mongo))
    sys.exit("\n".join(surplus) if surplus else 0)


if __name__ == "__main__":
    main()
