"""The application: `streamlit run streamlit_app.py`.

Streamlit finds `app` below and serves it. A host that runs this file as an ordinary script gets
the same pages; there the engine starts with the first visitor, not with the server.
"""

import asyncio
import runpy
import sys
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from streamlit.runtime.scriptrunner import get_script_run_ctx

PROJECT = Path(__file__).resolve().parent
SCRIPT = PROJECT / "pages" / "ui" / "app.py"
MOST_FILES_WAITING = 64

if str(PROJECT) not in sys.path:  # the pages and the workers import `core` and `pages` from here
    sys.path.insert(0, str(PROJECT))


@asynccontextmanager
async def engine(_: st.App) -> AsyncIterator[None]:
    """Start and stop the workers with the server."""
    from core.service import open_pages
    from core.service.shared_engine import close_shared_engine, shared_engine

    open_pages.raise_limit()
    asyncio.get_running_loop().set_exception_handler(guards.SeldomLogged())
    # Files for download are made in its threads, most of which wait for their turn (pages/ui/turns.py).
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(MOST_FILES_WAITING))
    started = shared_engine(warm=False)
    addresses.announce()
    # Await what the pages need, but not the worker, which takes seconds to import torch.
    await asyncio.to_thread(warm_up)
    threading.Thread(target=started.warm_up, daemon=True, name="warm-up").start()
    try:
        yield
    finally:
        close_shared_engine()


if get_script_run_ctx(suppress_warning=True) is None:
    from pages.ui import addresses
    from pages.ui.serving import (
        exercise_routes,
        first_picture,
        guards,
        health_routes,
        run_routes,
        safe_answers,
    )
    from pages.ui.serving.browser_cookie import BrowserCookie
    from pages.ui.serving.deep_addresses import DeepAddresses
    from pages.ui.serving.warming import warm_up

    base = st.config.get_option("server.baseUrlPath") or ""
    answers = [
        *first_picture.routes(base),
        *run_routes.routes(base),
        *exercise_routes.routes(base),
        *health_routes.routes(base),
    ]
    # the first is the outermost
    middleware = [
        *safe_answers.middleware(base),
        Middleware(guards.Guard),
        Middleware(BrowserCookie),
        Middleware(DeepAddresses, base),
    ]
    app = st.App(SCRIPT, lifespan=engine, routes=answers, middleware=middleware)
else:
    runpy.run_path(str(SCRIPT), run_name="__main__")
