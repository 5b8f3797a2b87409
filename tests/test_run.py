"""run.py: refuses old Pythons, finds a browser, and installs only when needed."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import run

PROJECT = Path(__file__).resolve().parent.parent


def executable(folder: Path, name: str, code: int = 0) -> Path:
    """A program that exits with `code`, like `chromium --version`."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / (name + (".bat" if run.WINDOWS else ""))
    program.write_text(f"exit /b {code}\n" if run.WINDOWS else f"#!/bin/sh\nexit {code}\n")
    program.chmod(0o755)
    return program


def fill(folder: Path) -> Path:
    """A folder with only run.py, requirements that need no network, and an app that only prints."""
    shutil.copy(PROJECT / "run.py", folder)
    (folder / "requirements.txt").write_text("")
    (folder / "requirements-dev.txt").write_text("-r requirements.txt\n")
    # found instead of the installed Streamlit, because -m searches the working directory first
    (folder / "streamlit.py").write_text("import sys\nprint('streamlit', *sys.argv[1:])\nsys.exit(3)\n")
    return folder


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A freshly cloned project, without an environment."""
    folder = tmp_path / "a folder with spaces"
    folder.mkdir()
    return fill(folder)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("project")


@pytest.fixture
def folder(shared: Path) -> Path:
    """A project with an environment, which is shared since it takes seconds to create; its files are
    reset."""
    for file in shared.glob("*.*"):
        if file.is_file():
            file.unlink()
    fill(shared)
    run.prepare(shared / "requirements-dev.txt", shared / ".venv")
    return shared


def start(folder: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "run.py", *arguments]
    return subprocess.run(
        command, cwd=folder, env=os.environ | env, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("version", [(3, 8), (3, 10), (2, 7)])
def test_an_older_python_is_refused_with_both_versions(version: tuple[int, int]) -> None:
    found = f"{version[0]}.{version[1]}"
    with pytest.raises(run.Refused, match=rf"needs Python 3\.11 or newer; this is Python {found}\."):
        run.check_python(version)


@pytest.mark.parametrize("version", [(3, 11), (3, 13), (4, 0)])
def test_python_3_11_and_later_is_accepted(version: tuple[int, int]) -> None:
    run.check_python(version)


def test_without_a_command_it_prints_its_usage(fresh: Path) -> None:
    answer = start(fresh)
    assert answer.returncode == 2
    assert "python run.py app" in answer.stderr
    assert "python run.py test" in answer.stderr


def test_the_browser_set_by_chromium_comes_first(tmp_path: Path) -> None:
    executable(tmp_path / "bin", "chromium")
    named = executable(tmp_path / "elsewhere", "my-browser")
    env = {"CHROMIUM": str(named), "PATH": str(tmp_path / "bin")}
    assert run.find_browser(env, "linux") == named


def test_a_wrong_chromium_is_refused_and_not_replaced(tmp_path: Path) -> None:
    executable(tmp_path / "bin", "chromium")
    env = {"CHROMIUM": str(tmp_path / "nothing"), "PATH": str(tmp_path / "bin")}
    with pytest.raises(run.Refused, match=r"CHROMIUM is set to .*nothing, but no browser starts there"):
        run.find_browser(env, "linux")


def test_chromium_is_preferred_to_chrome_and_chrome_to_edge(tmp_path: Path) -> None:
    env = {"PATH": str(tmp_path)}
    for name in ("msedge", "google-chrome", "chromium", "chromium-headless-shell"):
        program = executable(tmp_path, name)
        assert run.find_browser(env, "linux") == program


def test_a_browser_that_does_not_start_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    executable(tmp_path, "chromium-browser", code=10)
    works = executable(tmp_path, "google-chrome")
    monkeypatch.setattr(run, "WINDOWS", False)  # where it wouldn't start them
    assert run.find_browser({"PATH": str(tmp_path)}, "linux") == works


def test_without_a_browser_none_is_found(tmp_path: Path) -> None:
    assert run.find_browser({"PATH": str(tmp_path)}, "linux") is None


def test_on_macos_the_applications_folders_are_searched(tmp_path: Path) -> None:
    env = {"PATH": str(tmp_path), "HOME": str(tmp_path)}
    places = [path.as_posix() for path in run.candidates(env, "darwin")]
    assert places[0] == "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
    own = tmp_path / "Applications" / run.MAC_BROWSERS[1]
    assert own.as_posix() in places


def test_on_windows_the_program_folders_are_searched(tmp_path: Path) -> None:
    env = {"PATH": str(tmp_path), "PROGRAMFILES": "C:/Programs", "LOCALAPPDATA": "C:/Local"}
    places = [path.as_posix() for path in run.candidates(env, "win32")]
    assert places[0] == "C:/Programs/Google/Chrome/Application/chrome.exe"
    assert places[-1] == "C:/Local/Microsoft/Edge/Application/msedge.exe"


def test_the_tests_are_refused_if_no_browser_can_be_found_or_installed(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    executable(tmp_path, "apt-get", code=100)  # as without a network; .venv has no Playwright either
    (folder / "pytest.py").write_text("print('the tests ran')\n")
    monkeypatch.setattr(run, "PROJECT", folder)
    monkeypatch.setattr(run, "MAC_BROWSERS", ())
    monkeypatch.setattr(run, "WINDOWS_BROWSERS", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    assert run.main(["test"]) == 1
    said = capfd.readouterr()
    assert run.NO_BROWSER in said.err
    assert "the tests ran" not in said.out


# ---- the checks and the tests

CHECKS = ["ruff check", "ruff format --check", "oxlint --deny-warnings assets", "mypy"]
TOOLS = ("ruff", "oxlint", "mypy", "pytest")


def with_tools(folder: Path, **codes: int) -> None:
    """ruff, oxlint, mypy and pytest that say how they were called and exit with a given code."""
    for tool in ("ruff", "mypy", "pytest"):
        code = codes.get(tool, 0)
        (folder / f"{tool}.py").write_text(
            f"import os, sys\nprint('{tool}', *sys.argv[1:], os.environ['CHROMIUM'])\nsys.exit({code})\n"
            if tool == "pytest"
            else f"import sys\nprint('{tool}', *sys.argv[1:])\nsys.exit({code})\n"
        )
    oxlint = executable(run.python_of(folder / ".venv").parent, "oxlint")
    code = codes.get("oxlint", 0)
    oxlint.write_text(
        f"@echo oxlint %*\n@exit /b {code}\n"
        if run.WINDOWS
        else f'#!/bin/sh\necho oxlint "$@"\nexit {code}\n'
    )


def output(answer: subprocess.CompletedProcess[str], *tools: str) -> list[str]:
    return [line for line in answer.stdout.splitlines() if line.split(" ")[0] in tools]


def test_the_checks_run_before_the_tests_which_get_the_browser(folder: Path, tmp_path: Path) -> None:
    browser = executable(tmp_path / "bin", "chromium")
    with_tools(folder, pytest=5)
    answer = start(folder, "test", CHROMIUM=str(browser))
    assert answer.returncode == 5
    tests = f"pytest {' '.join(run.IN_TWO_PROCESSES)} {browser}"
    assert output(answer, *TOOLS) == [*CHECKS, tests]
    assert answer.stdout.splitlines()[-1] == tests


@pytest.mark.parametrize("check", ["oxlint --deny-warnings assets", "mypy"])
def test_a_check_that_fails_ends_it_with_its_code(folder: Path, tmp_path: Path, check: str) -> None:
    browser = executable(tmp_path / "bin", "chromium")
    with_tools(folder, **{check.split()[0]: 7})
    answer = start(folder, "test", CHROMIUM=str(browser))
    assert answer.returncode == 7
    assert f"`{check}` found something to correct" in answer.stdout
    assert output(answer, "pytest") == []


def test_quick_runs_the_checks_and_needs_no_browser(folder: Path, tmp_path: Path) -> None:
    with_tools(folder)
    answer = start(folder, "quick", CHROMIUM=str(tmp_path / "nothing"))
    assert answer.returncode == 0
    tests = " ".join(["pytest", *run.IN_TWO_PROCESSES, *run.WITHOUT_PROCESSES, str(tmp_path / "nothing")])
    assert output(answer, *TOOLS) == [*CHECKS, tests]


def test_with_arguments_only_pytest_runs(folder: Path, tmp_path: Path) -> None:
    browser = executable(tmp_path / "bin", "chromium")
    with_tools(folder, ruff=1)
    answer = start(folder, "test", "-k", "two words", CHROMIUM=str(browser))
    assert answer.returncode == 0
    assert output(answer, *TOOLS) == [f"pytest -k two words {browser}"]


def tiny_wheel(folder: Path) -> None:
    """A package with one empty module that pip installs without a network."""
    about = "Metadata-Version: 2.1\nName: tiny\nVersion: 1\n"
    how = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files = {"tiny.py": "", "tiny-1.dist-info/METADATA": about, "tiny-1.dist-info/WHEEL": how}
    record = "".join(f"{name},,\n" for name in [*files, "tiny-1.dist-info/RECORD"])
    with zipfile.ZipFile(folder / "tiny-1-py3-none-any.whl", "w") as archive:
        for name, text in {**files, "tiny-1.dist-info/RECORD": record}.items():
            archive.writestr(name, text)


def test_the_app_is_set_up_once_and_started_with_its_options_and_exit_code(fresh: Path) -> None:
    first = start(fresh, "app", "--server.port", "8600")
    assert first.returncode == 3, first.stderr
    assert "Creating a virtual environment" in first.stdout
    assert "Installing requirements.txt" in first.stdout
    assert first.stdout.splitlines()[-1].endswith("streamlit_app.py --server.port 8600")

    second = start(fresh, "app")
    assert "Creating" not in second.stdout
    assert "Installing" not in second.stdout


def test_changed_requirements_are_installed_again_also_through_an_include(folder: Path) -> None:
    venv, file = folder / ".venv", folder / "requirements-dev.txt"
    assert run.is_installed(venv, file)
    assert run.is_installed(venv, folder / "requirements.txt")

    (folder / "requirements.txt").write_text("# changed\n")
    assert not run.is_installed(venv, file)
    assert not run.is_installed(venv, folder / "requirements.txt")
    run.prepare(folder / "requirements.txt", venv)
    assert run.is_installed(venv, folder / "requirements.txt")
    assert not run.is_installed(venv, file)


def test_a_failed_installation_is_reported_and_repeated(folder: Path) -> None:
    (folder / "requirements.txt").write_text("./no-such-package\n")
    failed = start(folder, "app")
    assert failed.returncode == 1
    assert "pip could not install requirements.txt" in failed.stderr
    assert "streamlit" not in failed.stdout.splitlines()[-1]

    (folder / "requirements.txt").write_text("")
    assert start(folder, "app").returncode == 3


def test_a_broken_environment_is_created_again(folder: Path) -> None:
    venv, file = folder / ".venv", folder / "requirements.txt"
    python = run.prepare(file, venv)
    python.unlink()
    assert not run.usable(venv)
    run.prepare(file, venv)
    assert run.usable(venv)
    assert run.is_installed(venv, file)


def test_pip_settings_in_the_environment_do_not_redirect_the_packages(folder: Path, tmp_path: Path) -> None:
    (folder / "requirements.txt").write_text("./tiny-1-py3-none-any.whl\n")
    tiny_wheel(folder)
    elsewhere = tmp_path / "elsewhere"
    astray = {"PIP_TARGET": str(elsewhere), "PIP_USER": "1", "PIP_PREFIX": str(elsewhere), "PIP_NO_DEPS": "1"}
    assert start(folder, "app", **astray).returncode == 3
    assert not elsewhere.exists()
    python = run.python_of(folder / ".venv")
    assert subprocess.run([python, "-c", "import tiny"], check=False).returncode == 0
