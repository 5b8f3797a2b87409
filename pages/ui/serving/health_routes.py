"""The server's health for monitoring: /health, as JSON."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.service.health import health
from core.service.shared_engine import shared_engine
from pages.ui.addresses import below

PATH = "health"


def routes(base: str = "") -> list[Route]:
    """The route, below `base`, the path under which the whole app is served ("" for the root)."""
    return [Route(below(base, PATH), answer)]


def answer(request: Request) -> Response:
    """200 if healthy, 503 with sentences that name the problems."""
    found = health(shared_engine())
    return JSONResponse(
        {"well": not found.problems, **found.as_dict()},
        status_code=503 if found.problems else 200,
        headers={"Cache-Control": "no-store"},
    )
