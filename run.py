"""Run the app or the tests; sets up whatever they need first, in the folder .venv next to this file.

    python run.py app   [options of `streamlit run`]   e.g. python run.py app --server.port 8600
    python run.py test  [arguments of pytest]          e.g. python run.py test tests/core -k margin
    python run.py quick                                style, types, and the fast tests

Without arguments, `test` also checks style and types, and runs the tests in two processes. The browser tests
use an installed Chromium or Chrome (set the environment variable CHROMIUM to choose one), or install one.
`quick` leaves out tests that need a browser, a server, a worker or a whole training.
Needs only Python 3.11 or newer, on Linux, macOS or Windows.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Iterator, Mapping, Sequence

PROJECT = Path(__file__).resolve().parent
OLDEST_PYTHON = (3, 11)
WINDOWS = os.name == "nt"
# pip settings that would install the packages outside .venv, or omit some
MISPLACING = tuple(
    f"PIP_{name}" for name in ("TARGET", "PREFIX", "ROOT", "PYTHON", "NO_DEPS", "DRY_RUN", "REQUIREMENT")
)
# Best first: headless Chromium, which Playwright tests with too, needs two thirds of the CPU time.
BROWSER_COMMANDS = (
    *("chromium-headless-shell", "chromium", "chromium-browser"),
    *("google-chrome", "google-chrome-stable", "chrome"),
    *("msedge", "microsoft-edge"),
)
# alternatives, since not every release has the first
DEBIAN_PACKAGES = (("chromium-headless-shell", "fonts-liberation"), ("chromium",))
MAC_BROWSERS = tuple(f"{n}.app/Contents/MacOS/{n}" for n in ("Google Chrome", "Chromium", "Microsoft Edge"))
WINDOWS_BROWSERS = (
    *("Google/Chrome/Application/chrome.exe", "Chromium/Application/chrome.exe"),
    "Microsoft/Edge/Application/msedge.exe",
)
NO_BROWSER = (
    "The browser tests need Chromium or Chrome; none was found here and none could be installed. "
    "Install Chromium, Google Chrome or Microsoft Edge, or set the environment variable CHROMIUM "
    "to the full path of its program, and start this command again."
)
# By file, in the order of the folders: both processes are done with their browser before they continue.
IN_TWO_PROCESSES = ("--numprocesses", "2", "--dist", "loadfile", "--no-loadscope-reorder")
WITHOUT_PROCESSES = (
    *("--ignore=tests/browser", "--ignore=tests/server", "--ignore=tests/linux"),
    *("-m", "not whole_training"),  # a marker of pyproject.toml
)


class Refused(Exception):
    """The command cannot continue; the message says why and what to do."""


def say(text: str) -> None:
    print(f"[run.py] {text}", flush=True)


def check_python(version: tuple[int, int]) -> None:
    if version < OLDEST_PYTHON:
        found, needed = (".".join(str(part) for part in v) for v in (version, OLDEST_PYTHON))
        raise Refused(
            f"Contrastive Lab needs Python {needed} or newer; this is Python {found}. "
            f"Install a newer one from python.org and start this command with it."
        )


def call(command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> int:
    """Run a command in the project's folder. Ctrl+C is left to the command, and raised after it has ended."""
    process = subprocess.Popen([str(part) for part in command], cwd=PROJECT, env=env)
    interrupted = False
    while process.returncode is None:
        try:
            process.wait()
        except KeyboardInterrupt:
            interrupted = True
    if interrupted:
        raise KeyboardInterrupt
    return process.returncode


def hand_over(command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> int:
    """Replace this process by the command, where possible, so that it receives signals directly."""
    if WINDOWS:
        return call(command, env)
    os.chdir(PROJECT)
    os.execve(str(command[0]), [str(part) for part in command], dict(env or os.environ))


def python_of(venv: Path) -> Path:
    return venv / ("Scripts/python.exe" if WINDOWS else "bin/python")


def usable(venv: Path) -> bool:
    """Whether its Python starts, is new enough and has pip."""
    probe = f"import sys, pip; sys.exit(sys.version_info < {OLDEST_PYTHON})"
    try:
        command = [str(python_of(venv)), "-c", probe]
        return subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0
    except OSError:
        return False


def fingerprint(requirements: Path) -> str:
    """SHA-256 of the file and of those it includes with -r."""
    included = (fingerprint(file) for file in included_files(requirements))
    return hashlib.sha256("".join([requirements.read_text(encoding="utf-8"), *included]).encode()).hexdigest()


def included_files(requirements: Path) -> list[Path]:
    lines = requirements.read_text(encoding="utf-8").splitlines()
    return [requirements.parent / line[3:].strip() for line in lines if line.startswith("-r ")]


def stamp(venv: Path, requirements: Path) -> Path:
    return venv / f"installed-{requirements.stem}.sha256"


def is_installed(venv: Path, requirements: Path) -> bool:
    try:
        return stamp(venv, requirements).read_text(encoding="utf-8") == fingerprint(requirements)
    except OSError:
        return False


def prepare(requirements: Path, venv: Path) -> Path:
    """Create the environment if needed, install changed requirements, and return its Python."""
    python = python_of(venv)
    if not usable(venv):
        say(f"Creating a virtual environment in {venv} ...")
        if call([sys.executable, "-m", "venv", "--clear", venv]) != 0:
            raise Refused(
                f"Python could not create a virtual environment in {venv} (its output is above). "
                "On Debian and Ubuntu it needs the package python3-venv."
            )
    if not is_installed(venv, requirements):
        say(f"Installing {requirements.name}. The first time this takes a few minutes: PyTorch is large ...")
        env = {name: value for name, value in os.environ.items() if name not in MISPLACING}
        env |= {"PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        if call([python, "-m", "pip", "install", "-r", requirements], env) != 0:
            raise Refused(
                f"pip could not install {requirements.name} (its output is above). "
                "It needs a network and some gigabytes of disk; run this command again to continue."
            )
        # only now, so that an interrupted installation is repeated
        for done in (requirements, *included_files(requirements)):
            stamp(venv, done).write_text(fingerprint(done), encoding="utf-8")
    return python


def works(browser: Path) -> bool:
    """Whether it starts: Ubuntu's chromium-browser, for example, doesn't without snap."""
    if WINDOWS:  # there --version would open a window
        return browser.is_file()
    try:
        command = [str(browser), "--version"]
        quiet = subprocess.DEVNULL
        return subprocess.run(command, stdout=quiet, stderr=quiet, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def candidates(env: Mapping[str, str], platform: str) -> Iterator[Path]:
    """Where a browser may be, best first: on the PATH, then in the system's usual folders."""
    for name in BROWSER_COMMANDS:
        if found := shutil.which(name, path=env.get("PATH", "")):
            yield Path(found)
    if platform == "darwin":
        for folder in (Path("/Applications"), Path(env.get("HOME", "/")) / "Applications"):
            yield from (folder / browser for browser in MAC_BROWSERS)
    if platform == "win32":
        for variable in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"):
            if variable in env:
                yield from (Path(env[variable]) / browser for browser in WINDOWS_BROWSERS)


def find_browser(env: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path | None:
    """A Chromium that starts: the one that CHROMIUM names, or else the first one found."""
    if env.get("CHROMIUM"):
        named = Path(env["CHROMIUM"])
        if not works(named):
            raise Refused(f"CHROMIUM is set to {named}, but no browser starts there. Correct or unset it.")
        return named
    return next((browser for browser in candidates(env, platform) if works(browser)), None)


def playwright_browser(python: Path) -> Path | None:
    """The Chromium that Playwright has downloaded, if any."""
    ask = "from playwright.sync_api import *\nwith sync_playwright() as p: print(p.chromium.executable_path)"
    answer = subprocess.run([str(python), "-c", ask], stdout=subprocess.PIPE, text=True, check=False)
    browser = Path(answer.stdout.strip() or "no-browser")
    return browser if works(browser) else None


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def install_browser(python: Path) -> None:
    """Install Debian's package if possible, or else Playwright's download; the caller checks the result."""
    if is_root() and shutil.which("apt-get"):
        say("Installing Debian's Chromium ...")
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        if call(["apt-get", "update"], quiet) == 0:
            any(call(["apt-get", "install", "-y", *packages], quiet) == 0 for packages in DEBIAN_PACKAGES)
        if find_browser():
            return
    say("Downloading Playwright's Chromium ...")
    with_libraries = ["--with-deps"] if is_root() and sys.platform == "linux" else []
    call([python, "-m", "playwright", "install", *with_libraries, "chromium"])


def ensure(program: str) -> None:
    """Install Debian's package of that name, if possible; the tests that need it say so if it is missing."""
    if shutil.which(program) or not (sys.platform == "linux" and is_root() and shutil.which("apt-get")):
        return
    say(f"Installing Debian's package {program} ...")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}  # not started as a service
    if call(["apt-get", "update"], quiet) == 0:
        call(["apt-get", "install", "-y", "--no-install-recommends", program], quiet)


def ensure_browser(python: Path) -> Path:
    browser = find_browser() or playwright_browser(python)
    if browser is None:
        say("The browser tests need a Chromium; none was found.")
        install_browser(python)
        browser = find_browser() or playwright_browser(python)
    if browser is None:
        raise Refused(NO_BROWSER)
    say(f"Browser for the tests: {browser}")
    return browser


def app(arguments: Sequence[str]) -> int:
    python = prepare(PROJECT / "requirements.txt", PROJECT / ".venv")
    say("Starting the app; press Ctrl+C to stop it.")
    return hand_over([python, "-m", "streamlit", "run", PROJECT / "streamlit_app.py", *arguments])


def test(arguments: Sequence[str]) -> int:
    python = prepare(PROJECT / "requirements-dev.txt", PROJECT / ".venv")
    env = {**os.environ, "CHROMIUM": str(ensure_browser(python))}
    for folder, program in (("tests/linux", "nginx"), ("tests/browser", "firefox-esr")):
        if not arguments or any(folder in argument for argument in arguments):
            ensure(program)
    if not arguments and (code := check(python)) != 0:
        return code
    return pytest(python, arguments or IN_TWO_PROCESSES, env)


def quick(arguments: Sequence[str]) -> int:
    python = prepare(PROJECT / "requirements-dev.txt", PROJECT / ".venv")
    return check(python) or pytest(python, [*IN_TWO_PROCESSES, *WITHOUT_PROCESSES, *arguments], os.environ)


def check(python: Path) -> int:
    """Check style and types of Python and JavaScript; returns 0 if all are fine."""
    oxlint = shutil.which("oxlint", path=str(python.parent)) or "oxlint"  # a program, without a Python module
    for name in ("ruff check", "ruff format --check", "oxlint --deny-warnings assets", "mypy"):
        say(name)
        tool, *arguments = name.split()
        if (code := call([*([oxlint] if tool == "oxlint" else [python, "-m", tool]), *arguments])) != 0:
            say(f"`{name}` found something to correct (above); the tests were not run.")
            return code
    return 0


def pytest(python: Path, arguments: Sequence[str], env: Mapping[str, str]) -> int:
    say(" ".join(["pytest", *arguments]))
    return hand_over([python, "-m", "pytest", *arguments], env)


COMMANDS = {"app": app, "test": test, "quick": quick}


def main(arguments: Sequence[str]) -> int:
    try:
        check_python(sys.version_info[:2])
        if not arguments or arguments[0] not in COMMANDS:
            asked_for_help = bool(arguments) and arguments[0] in ("-h", "--help")
            print(__doc__, file=sys.stdout if asked_for_help else sys.stderr)
            return 0 if asked_for_help else 2
        return COMMANDS[arguments[0]](arguments[1:])
    except Refused as refusal:
        print(f"[run.py] {refusal}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        say("Stopped.")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
