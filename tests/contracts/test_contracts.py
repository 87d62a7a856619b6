"""Contracts of the topics: every type has an example, every example goes on being readable, whole."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.docs import classes_of, documents, types_of
from libs.common.topics import TOPICS, topic_named, topic_of

EXAMPLES = sorted((Path(__file__).parent / "examples").glob("*/*.json"))


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_an_example_is_read_and_nothing_of_it_vanishes(file: Path) -> None:
    raw = json.loads(file.read_text())
    event = topic_named(file.parent.name).decode(file.read_bytes())
    assert event.type == file.stem
    assert topic_of(event) is topic_named(file.parent.name)
    assert event.key
    assert event.subject
    again = json.loads(event.model_dump_json(exclude_none=True))
    assert missing(raw, again) == []


def missing(old: Any, new: Any, path: str = "") -> list[str]:
    """Fields of an old example that a new reading has lost or changed."""
    if isinstance(old, dict):
        lost = [f"{path}/{key}" for key in old if not isinstance(new, dict) or key not in new]
        return lost + [
            one
            for key in old
            if isinstance(new, dict) and key in new
            for one in missing(old[key], new[key], f"{path}/{key}")
        ]
    return [] if old == new else [path]


def test_every_type_of_every_topic_has_an_example() -> None:
    have = {(file.parent.name, file.stem) for file in EXAMPLES}
    for topic in TOPICS:
        for kind in classes_of(topic):
            for name in types_of(kind):
                if "<" not in name and "`" not in name:
                    assert (topic.name, name) in have, f"{topic.name}: no example of {name}"


def test_a_reader_forgives_fields_of_a_newer_producer() -> None:
    for file in EXAMPLES:
        newer = {**json.loads(file.read_text()), "added_later": {"x": 1}}
        assert topic_named(file.parent.name).decode(json.dumps(newer).encode()).type == file.stem


def test_topics_read_together_have_equal_partitions_and_all_names_follow_the_rule() -> None:
    assert len({topic.partitions for topic in TOPICS}) == 1
    for topic in TOPICS:
        owner, noun, version = topic.name.split(".")
        assert owner in ("ingest", "routing", "crm", "notify")
        assert "_" not in noun
        assert version.startswith("v")


def test_the_documents_are_as_the_code_is() -> None:
    stale = [path.name for path, text in documents().items() if not path.exists() or path.read_text() != text]
    assert stale == [], "run `make docs`"


def test_the_asyncapi_document_resolves() -> None:
    document = yaml.safe_load((Path(__file__).parents[2] / "docs" / "asyncapi.yaml").read_text())
    schemas = document["components"]["schemas"]

    def references(node: Any) -> list[str]:
        if isinstance(node, dict):
            here = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            return here + [one for value in node.values() for one in references(value)]
        return [one for value in node for one in references(value)] if isinstance(node, list) else []

    for reference in references(document):
        kind, name = reference.removeprefix("#/").rsplit("/", 1)
        assert name in (schemas if kind == "components/schemas" else document["channels"]), reference
