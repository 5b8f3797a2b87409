"""The read-only routes below /runs/<key> from which the canvas fetches its data.

They serve public data of a run by its key of 64 hexadecimal digits, and nothing by path. The shipped run is at
/example, even if a run with its settings was trained here.
No script runs for them: forty watching students cost forty small responses.
"""

import gzip
import hashlib
from collections.abc import Awaitable, Callable

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.data import DataError
from core.pictures import canvas_data, overlays
from core.pictures.replay import SPLITS, Replay
from core.runs import Run, RunDamaged, run_at, shipped_run, was_whole
from core.service.shared_engine import shared_engine
from pages.ui.addresses import below
from pages.ui.runs import pace

Endpoint = Callable[[Request], Response]


def routes(base: str = "") -> list[Route]:
    """The routes, below `base`, the path under which the whole app is served ("" for the root)."""
    # Seconds of work and much memory each: one after the other, whoever asks. Megabytes each: a few at a time.
    shapes, pictures = CapacityLimiter(1), CapacityLimiter(4)
    answers = {
        "status": _guarded(status),
        "frames/{split}": _in_turn(_guarded(frames), pictures),
        "images/{split}/{chunk}": _in_turn(_guarded(images), pictures),
        "contours/{split}": _in_turn(_guarded(contours), shapes),
        "cells/{split}": _in_turn(_guarded(cells), shapes),
    }
    return [
        Route(below(base, f"{run}/{what}"), answer)
        for run in ("runs/{key}", "example")
        for what, answer in answers.items()
    ]


def status(request: Request) -> Response:
    """The state of the run and its replay. `moved`: changes whenever its page has something new to show."""
    run = _run(request)
    replay = Replay(run)
    state = "ready" if replay.ready() else shared_engine().replay_state(run.key)
    steps = run.snapshot_steps()
    answer = {
        "state": run.status().state,
        "steps": steps,
        "moved": _moved(run),
        **pace.of_canvas(),
        "replay": {
            "state": state,
            "done": replay.done() if state != "ready" else len(steps),
            "of": len(steps),
        },
    }
    return JSONResponse(answer, headers={"Cache-Control": "no-store"})


def _moved(run: Run) -> str:
    reports = run.progress()
    return (
        f"{run.status().state} {reports[-1].step if reports else 0} {shared_engine().queued_before(run.key)}"
    )


def frames(request: Request) -> Response:
    """Embeddings packed by `core.pictures.frames`: of the sample so far, or of a finished run's split."""
    run, split = _run(request), request.path_params["split"]
    if split == "sample":
        content = canvas_data.of_sample(run, _number(request, "after", -1))
        return _nothing_yet() if content is None else _bytes(request, content)
    if split in SPLITS and run.key != shipped_run().key and not run.status().ended:
        return _nothing_yet()  # it is trained again under a page that shows it
    run = _finished(run, split)
    return _bytes(request, canvas_data.of_split(run, split, request.query_params.get("reduction", "")))


def images(request: Request) -> Response:
    """A chunk of the images, spread over the whole picture."""
    run, split = _run(request), request.path_params["split"]
    if split != "sample":
        run = _finished(run, split)
    return _bytes(
        request,
        canvas_data.images_chunk(run, split, _whole(request.path_params["chunk"], "chunk")),
        compress=True,
    )


def contours(request: Request) -> Response:
    """The density contours of each class, as lines."""
    run, split = _run(request), request.path_params["split"]
    run = _finished(run, split)
    return _packed(request, overlays.packed_contours(run, split, request.query_params.get("reduction", "")))


def cells(request: Request) -> Response:
    """The Voronoi cells of some images of each class, as polygons; `per_class` is rounded to an offered number."""
    run, split = _run(request), request.path_params["split"]
    run = _finished(run, split)
    reduction, per_class = request.query_params.get("reduction", ""), _number(request, "per_class", 0)
    return _packed(request, overlays.packed_cells(run, split, reduction, per_class))


class _NotThere(Exception):
    """The requested resource does not exist."""


def _in_turn(endpoint: Endpoint, turns: CapacityLimiter) -> Callable[[Request], Awaitable[Response]]:
    """`endpoint` in a thread, when a turn is free; without one it holds no thread that others need."""

    async def answer(request: Request) -> Response:
        return await to_thread.run_sync(endpoint, request, limiter=turns)

    return answer


def _guarded(endpoint: Endpoint) -> Endpoint:
    """`endpoint`, with errors as a status code and a sentence."""

    def answer(request: Request) -> Response:
        try:
            return endpoint(request)
        except _NotThere as error:
            return _problem(404, str(error))
        except ValueError as error:
            return _problem(400, str(error))
        except (RunDamaged, DataError) as error:
            if isinstance(error, RunDamaged) and _restarting(request):
                return _nothing_yet()
            return _problem(410, f"{error} Train the run again.")

    return answer


def _named(request: Request) -> Run:
    return run_at(request.path_params["key"]) if "key" in request.path_params else shipped_run()


def _run(request: Request) -> Run:
    try:
        run = _named(request)
    except ValueError as error:
        raise _NotThere(str(error)) from error
    if run.status().state == "missing":
        raise _NotThere("There is no such run here (any more). Train it again.")
    return run


def _restarting(request: Request) -> bool:
    """Whether a live picture's data will exist in a moment: its run is under way, or its folder is being
    emptied, which removes the old status last."""
    run = _named(request)
    return request.path_params.get("split") == "sample" and (run.has_writer() or not run.status().ended)


def _nothing_yet() -> Response:
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


def _finished(run: Run, split: str) -> Run:
    """The run to show all images of: `run` if it is finished; for the shipped settings the shipped run, as long
    as the one trained here is under way or damaged."""
    if split not in SPLITS:
        raise _NotThere(f"There are no {split!r} images; there are: {', '.join(SPLITS)}.")
    if run.key == shipped_run().key:
        return run if was_whole(run) else shipped_run()
    if run.status().state != "done":
        raise _NotThere("This run is not finished.")
    return run


def _number(request: Request, name: str, default: int) -> int:
    return _whole(request.query_params.get(name, str(default)), name)


def _whole(text: str, name: str) -> int:
    try:
        return int(text)  # refuses thousands of digits too
    except ValueError:
        raise ValueError(f"{name} should be a whole number, not {text[:20]!r}.") from None


def _bytes(request: Request, content: bytes, *, compress: bool = False) -> Response:
    answer = kept_by_browser(request, content, "application/octet-stream")
    if not compress:  # coordinates hardly compress, and compressing takes time
        answer.headers["Content-Encoding"] = "identity"
    return answer


def _packed(request: Request, content: bytes) -> Response:
    """JSON that is compressed already, since Streamlit would compress it on the event loop."""
    packed = "gzip" in request.headers.get("accept-encoding", "")
    answer = kept_by_browser(request, content if packed else gzip.decompress(content), "application/json")
    answer.headers["Content-Encoding"] = "gzip" if packed else "identity"
    answer.headers["Vary"] = "Accept-Encoding"
    return answer


def kept_by_browser(request: Request, content: bytes, media_type: str) -> Response:
    """A response with an ETag: sent again only if it has changed."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


def _problem(code: int, sentence: str) -> Response:
    return JSONResponse({"error": sentence}, status_code=code, headers={"Cache-Control": "no-store"})
