"""A visitor and an agent, each in a browser of their own: the whole way of one event."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from deploy import demo
from deploy.engines import Engines
from services.whole import ROOT
from tests.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = ROOT / "console" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = shutil.which("chromium")


@pytest.fixture(scope="module")
def desk(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    if not CHROMIUM or not AXE.exists():
        pytest.skip("no Chromium or no Node: `make test` says how to get them")
    running = Stack(engines, tmp_path_factory.mktemp("demo"))
    demo.write_people(running.folder)
    running.start()
    with_people = type(running.issuer)(
        "dev", running.issuer.issuer, demo.PEOPLE, running.folder / "issuer.pem"
    )
    demo.seed(running.base, running.folder, with_people)
    yield running
    assert running.stop() in (0, -15)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def agent(desk: Stack, browser: Browser) -> Iterator[Page]:
    """Jonas, signed in by one click."""
    with opened(browser) as context:
        page = context.new_page()
        page.goto(desk.base)
        page.get_by_role("button", name="Anmelden").click()
        page.get_by_role("link", name=re.compile("Jonas")).click()
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
        yield page


@pytest.fixture
def visitor(desk: Stack, browser: Browser) -> Iterator[Page]:
    with opened(browser) as context:
        page = context.new_page()
        page.goto(f"{desk.base}/demo")
        yield page


class opened:  # noqa: N801 - reads as a word
    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    def __enter__(self) -> BrowserContext:
        self._context = self._browser.new_context(locale="de-DE", viewport={"width": 1440, "height": 900})
        self.errors: list[str] = []
        self._context.on("weberror", lambda error: self.errors.append(str(error.error)))
        return self._context

    def __exit__(self, *_: object) -> None:
        for page in self._context.pages:
            page.goto("about:blank")  # its sockets are closed before the context is
        self._context.close()
        assert self.errors == []


def serious(page: Page) -> list[str]:
    """What axe finds that shuts people out."""
    page.add_script_tag(path=AXE)
    found = page.evaluate(
        "() => axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    )
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:150]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def test_a_visitor_writes_and_reads_the_agents_answer(agent: Page, visitor: Page, artifacts: Path) -> None:
    agent.get_by_label("Meine Anwesenheit").select_option("online")

    visitor.get_by_role("button", name="Chat öffnen").click()
    visitor.get_by_label("Nachricht schreiben").fill(
        "Habt ihr noch Yirgacheffe?\nUnd <b>wann</b> kommt die Rechnung?"
    )
    visitor.get_by_role("button", name="Senden").click()

    row = agent.get_by_role("button", name=re.compile("Yirgacheffe"))
    expect(row).to_be_visible(timeout=15_000)
    row.click()
    said = agent.get_by_role("log").get_by_text("<b>wann</b>")
    expect(said).to_be_visible()
    expect(agent.get_by_text("Bearbeitet von Jonas Weber")).to_be_visible()
    expect(agent.get_by_label("Kontakt").get_by_text("livechat")).to_be_visible(timeout=15_000)

    visitor.get_by_label("Nachricht schreiben").type("Hallo?", delay=20)
    expect(agent.get_by_text("schreibt …")).to_be_visible()
    expect(visitor.get_by_text("gelesen")).to_be_visible()

    agent.keyboard.press("r")
    agent.keyboard.type("Ja, 12 Tüten. Die Rechnung kommt per Mail.")
    expect(visitor.get_by_text("Jonas Weber schreibt …")).to_be_visible()
    agent.keyboard.press("Control+Enter")
    expect(visitor.get_by_text("Ja, 12 Tüten")).to_be_visible(timeout=15_000)
    expect(agent.get_by_role("log").get_by_text(re.compile("· gelesen"))).to_be_visible(timeout=15_000)

    agent.get_by_role("button", name="Notiz").first.click()
    agent.get_by_label("Notiz", exact=True).first.fill("Mag helle Röstungen")
    agent.get_by_role("button", name="Speichern").first.click()
    expect(agent.get_by_role("log").get_by_text("Mag helle Röstungen")).to_be_visible()
    agent.screenshot(path=artifacts / "console.png")
    visitor.screenshot(path=artifacts / "widget.png")
    assert serious(agent) == []
    assert serious(visitor) == []

    visitor.reload()
    visitor.get_by_role("button", name="Chat öffnen").click()
    expect(visitor.get_by_text("Ja, 12 Tüten")).to_have_count(1)
    expect(visitor.get_by_text("Habt ihr noch Yirgacheffe?")).to_have_count(1)

    agent.get_by_role("button", name="Erledigen").click()
    expect(agent.get_by_role("button", name="Wieder öffnen")).to_be_visible()
    expect(row).to_have_count(0)


def test_a_broken_line_loses_and_repeats_nothing(desk: Stack, agent: Page, visitor: Page) -> None:
    agent.get_by_label("Meine Anwesenheit").select_option("online")
    visitor.get_by_role("button", name="Chat öffnen").click()
    write = visitor.get_by_label("Nachricht schreiben")
    write.fill("vor dem Ausfall")
    write.press("Enter")
    expect(visitor.get_by_text("gesendet")).to_be_visible(timeout=15_000)

    desk.kill()
    for number in range(3):
        write.fill(f"während des Ausfalls {number}")
        write.press("Enter")
    desk.start()

    row = agent.get_by_role("button", name=re.compile("während des Ausfalls 2"))
    expect(row).to_be_visible(timeout=40_000)
    row.click()
    log = agent.get_by_role("log")
    for text in ("vor dem Ausfall", *(f"während des Ausfalls {number}" for number in range(3))):
        expect(log.get_by_text(text)).to_have_count(1)
        expect(visitor.get_by_text(text)).to_have_count(1)


def test_the_empty_desk_and_the_sign_in_are_usable_by_everybody(
    desk: Stack, browser: Browser, artifacts: Path
) -> None:
    with opened(browser) as context:
        page = context.new_page()
        page.goto(desk.base)
        expect(page.get_by_role("button", name="Anmelden")).to_be_visible()
        assert serious(page) == []
        page.get_by_role("button", name="Anmelden").click()
        expect(page.get_by_role("heading", name="Who are you today?")).to_be_visible()
        assert serious(page) == []
        page.get_by_role("link", name=re.compile("Mira")).click()
        expect(page.get_by_text("Ihnen ist nichts zugewiesen")).to_be_visible()
        page.keyboard.press("?")
        expect(page.get_by_role("heading", name="Tastenkürzel")).to_be_visible()
        page.keyboard.press("Escape")
        page.get_by_label("Sprache").select_option("en")
        expect(page.get_by_text("Nothing is assigned to you")).to_be_visible()
        assert serious(page) == []
        page.screenshot(path=artifacts / "empty.png")
