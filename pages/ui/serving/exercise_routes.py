"""The read-only route of the Python that runs the exercises in the visitor's browser."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pages.ui.addresses import PYTHON, below
from pages.ui.practice import python as exercise_python


def routes(base: str = "") -> list[Route]:
    """The route, below `base`, the path under which the whole app is served ("" for the root)."""
    return [Route(below(base, f"{PYTHON}/{{version}}"), python)]


def python(request: Request) -> Response:
    """The worker's script, immutable: another version has another URL."""
    if request.path_params["version"] != exercise_python.version():
        sentence = "This page is older than the app. Load it again."
        return JSONResponse({"error": sentence}, status_code=404, headers={"Cache-Control": "no-store"})
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "Content-Encoding": "identity",  # already compressed; the page decompresses it
    }
    return Response(exercise_python.script(), media_type="application/gzip", headers=headers)
