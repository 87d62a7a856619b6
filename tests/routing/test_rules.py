"""Which queue."""

import pytest

from services.routing.domain.rules import BrandSettings, Rule, choose_queue
from tests.examples import CHANNEL, message


def settings(*rules: Rule) -> BrandSettings:
    return BrandSettings(brand_id="acme", tenant="agency", name="Acme", rules=rules, default_queue="inbox")


@pytest.mark.parametrize(
    ("words", "text", "matches"),
    [
        (("Rechnung",), "Meine RECHNUNG fehlt", True),
        (("Rechnung",), "Rechnungen", False),
        (("Bestätigung",), "keine Bestaetigung", True),
        (("Strasse",), "falsche Straße", True),
        (("offene Zahlung",), "eine offene  Zahlung!", True),
        (("offene Zahlung",), "Zahlung offen", False),
        (("repair",), "needs repair.", True),
        ((), "anything", True),
    ],
)
def test_words_are_found_as_people_spell_them(words: tuple[str, ...], text: str, matches: bool) -> None:
    queue, reason = choose_queue(
        message("anna", 1, text), settings(Rule(id="r", name="R", queue="q", any_words=words))
    )
    assert (queue == "q") is matches
    assert (reason.rule_id == "r") is matches


def test_the_first_matching_rule_wins() -> None:
    rules = (
        Rule(id="a", name="A", queue="first", any_words=("hallo",)),
        Rule(id="b", name="B", queue="second"),
    )
    assert choose_queue(message("anna", 1), settings(*rules))[0] == "first"


def test_a_rule_may_be_for_some_channels_only() -> None:
    here, there = (
        Rule(id="a", name="A", queue="a", channels=(CHANNEL,)),
        Rule(id="b", name="B", queue="b", channels=("x",)),
    )
    assert choose_queue(message("anna", 1), settings(there, here))[0] == "a"
