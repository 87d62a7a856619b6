"""All services in one process, with the console, the widget and, in development, a sign-in of its own."""

import json
from collections.abc import Mapping
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response
from pydantic_settings import SettingsConfigDict

from libs.common.dev_issuer import CLIENT, DevIssuer, Person
from libs.common.serve import assemble
from libs.common.settings import ServiceSettings
from services.crm.app import create_app as create_crm
from services.crm.settings import Settings as CrmSettings
from services.ingest.app import create_app as create_ingest
from services.ingest.settings import Settings as IngestSettings
from services.notify.app import create_app as create_notify
from services.notify.settings import Settings as NotifySettings
from services.routing.app import create_app as create_routing
from services.routing.settings import Settings as RoutingSettings

ROOT = Path(__file__).parent.parent
NO_CONSOLE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Resonanz</title><body>
<h1>The APIs are running</h1><p>The agents' page is not built: install Node 20 or newer, then run
<code>make console</code> and start again. API documentation: {links}</p></body></html>"""


class Settings(ServiceSettings):
    """`RESONANZ_X`."""

    model_config = SettingsConfigDict(**{**ServiceSettings.model_config, "env_prefix": "RESONANZ_"})

    console: Path = ROOT / "console" / "dist"
    widget: Path = ROOT / "widget" / "dist" / "widget.js"
    demo_page: Path = ROOT / "widget" / "demo.html"
    dev_folder: Path | None = None
    """Development: folder with people.json, the issuer's key and, once seeded, demo.json."""


def create_services() -> dict[str, FastAPI]:
    """The four services, each with its own settings."""
    return {
        "ingest": create_ingest(IngestSettings()),
        "routing": create_routing(RoutingSettings()),
        "crm": create_crm(CrmSettings()),
        "notify": create_notify(NotifySettings()),
    }


def create_whole(settings: Settings, apps: Mapping[str, FastAPI]) -> FastAPI:
    """One application of everything a person needs at one address."""
    whole = assemble(apps, settings)
    if settings.environment == "dev" and settings.dev_folder:
        _add_demo(whole, settings, settings.dev_folder)
    _add_pages(whole, settings)
    return whole


def dev_issuer(settings: Settings, folder: Path) -> DevIssuer:
    """The development sign-in with the people of a folder."""
    people = [Person.model_validate(one) for one in json.loads((folder / "people.json").read_text())]
    return DevIssuer(settings.environment, settings.auth.issuer, people, folder / "issuer.pem")


def _add_demo(whole: FastAPI, settings: Settings, folder: Path) -> None:
    whole.include_router(dev_issuer(settings, folder).router())

    @whole.get("/demo", include_in_schema=False)
    async def demo() -> Response:
        seeded = folder / "demo.json"
        if not seeded.exists() or not settings.demo_page.exists():
            return JSONResponse({"detail": "not seeded yet"}, 404)
        channel = json.loads(seeded.read_text())["livechat"]["channel_id"]
        return HTMLResponse(settings.demo_page.read_text().replace("{{channel}}", channel))


def _add_pages(whole: FastAPI, settings: Settings) -> None:
    """The console for every path that is nothing else: it has addresses of its own."""

    @whole.get("/config.json", include_in_schema=False)
    async def config() -> dict[str, str]:
        return {"issuer": settings.auth.issuer, "client_id": CLIENT}

    @whole.get("/livechat/widget.js", include_in_schema=False)
    async def widget() -> Response:
        if not settings.widget.exists():
            return JSONResponse({"detail": "the widget is not built: run make console"}, 404)
        headers = {
            "Cache-Control": "public, max-age=300",
            "Access-Control-Allow-Origin": "*",
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
        return FileResponse(settings.widget, media_type="text/javascript", headers=headers)

    @whole.get("/{path:path}", include_in_schema=False)
    async def console(path: str) -> Response:
        if not (settings.console / "index.html").exists():
            links = ", ".join(
                f'<a href="/api/{n}/docs">{n}</a>' for n in ("ingest", "routing", "crm", "notify")
            )
            return HTMLResponse(NO_CONSOLE.format(links=links))
        if path.startswith(("api/", "dev/")):
            return JSONResponse(
                {"type": "urn:resonanz:problem:not-found", "title": "Not found", "status": 404}, 404
            )
        file = (settings.console / path).resolve()
        if path and file.is_relative_to(settings.console.resolve()) and file.is_file():
            lasting = "public, max-age=31536000, immutable" if path.startswith("assets/") else "no-cache"
            return FileResponse(file, headers={"Cache-Control": lasting})
        return FileResponse(settings.console / "index.html", headers={"Cache-Control": "no-cache"})
