"""The exercises in a real browser: solved, failed, stopped, kept, and accessible."""

import re

import pytest
from playwright.sync_api import Page, expect

from core.lessons.exercises import EXERCISES
from tests.browser.conftest import StartServer
from tests.browser.exercises import ExercisePage
from tests.browser.harness import PROJECT, Server, Watch, settled
from tests.browser.lab import SCROLLABLE
from tests.browser.test_accessibility import serious


@pytest.fixture
def lesson(watched: tuple[Page, Watch], server: Server) -> ExercisePage:
    return ExercisePage(*watched, server)


# ---- solving


def test_each_solution_passes_in_the_browser_and_leads_to_the_next(lesson: ExercisePage) -> None:
    names = list(EXERCISES)
    lesson.open(names[0])
    for place, name in enumerate(names):
        expect(lesson.heading(name)).to_be_visible()
        expect(lesson.code).to_have_value(EXERCISES[name].stub)
        assert lesson.run(EXERCISES[name].solution).startswith("Solved: all ")
        assert EXERCISES[name].solved in lesson.verdict.inner_text()
        assert set(lesson.states()) == {"passed"}
        expect(lesson.spoken).to_contain_text("Solved: all")
        done = "All done" if name == names[-1] else f"{place + 1} of {len(names)} done"
        expect(lesson.page.get_by_text(done, exact=True)).to_be_visible()
        if name != names[-1]:
            lesson.button(f"Next: {EXERCISES[names[place + 1]].title}").click()
            settled(lesson.page)
    assert lesson.button(re.compile("^Next")).count() == 0


def test_a_solution_typed_by_hand_passes(lesson: ExercisePage) -> None:
    lesson.open()
    lesson.code.fill("")
    keyboard = lesson.page.keyboard
    for line in (
        "import math",
        "def wcd(points):",  # the editor indents what follows
        "middle = [sum(c) / len(points) for c in zip(*points)]",
        "total = 0",
        "for point in points:",
        "total += math.dist(point, middle)",
    ):
        keyboard.type(line)
        keyboard.press("Enter")
    keyboard.press("Backspace")  # one step out of the loop
    keyboard.type("return total / len(points)")
    assert lesson.code.input_value().endswith(
        "    for point in points:\n        total += math.dist(point, middle)\n    return total / len(points)"
    )
    keyboard.press("Control+Enter")
    expect(lesson.verdict).to_contain_text("Solved")


def test_a_wrong_sign_gets_the_message_that_teaches(lesson: ExercisePage) -> None:
    wrong = EXERCISES["contrastive_loss"].solution.replace("m - h", "h - m")
    verdict = lesson.open("contrastive_loss").run(wrong)
    assert verdict.startswith("For dissimilar points further apart than m the loss should be 0, yours is 12.")
    assert "Is the sign wrong?" in verdict
    assert lesson.states() == ["passed", "failed", "waiting", "waiting", "waiting"]
    expect(lesson.spoken).to_contain_text("yours is 12")
    expect(lesson.spoken).to_contain_text("1 of 5 checks passed")


def test_the_untouched_stub_fails_kindly_and_does_not_open_the_solution(lesson: ExercisePage) -> None:
    lesson.open()
    solution = lesson.button("Show the solution")
    assert "returned None" in lesson.run(EXERCISES["wcd"].stub + "    # only a comment\n")
    expect(solution).to_have_attribute("aria-disabled", "true")
    solution.click(force=True)
    expect(lesson.page.get_by_label("Solution")).to_be_hidden()
    lesson.run("def wcd(points):\n    return 3.5\n")
    solution.click()
    expect(lesson.page.get_by_label("Solution")).to_have_text(EXERCISES["wcd"].solution.rstrip())


def test_hints_come_one_at_a_time_and_stay(lesson: ExercisePage) -> None:
    lesson.open()
    hints = lesson.page.locator(".cl-editor .hints li")
    assert hints.count() == 0
    lesson.button("Give me a hint").click()
    lesson.button(re.compile("^Hint 2 of")).click()
    assert hints.count() == 2
    assert hints.first.inner_text() == EXERCISES["wcd"].hints[0].replace("`", "")
    lesson.open()
    assert hints.count() == 2


# ---- code that breaks


def test_an_unreadable_line_is_named_and_marked(lesson: ExercisePage) -> None:
    verdict = lesson.open().run("import math\n\ndef wcd(points)\n    return 3\n")
    assert verdict.startswith("Python cannot read line 3: expected ':'")
    expect(lesson.page.locator(".cl-editor .gutter .wrong")).to_have_text("3")
    verdict = lesson.run("def wcd(points):\n    x = 3\n      y = 4\n    return x\n")
    assert verdict.startswith("Python cannot read line 3: unexpected indent")


def test_an_error_shows_its_traceback_and_the_output(lesson: ExercisePage) -> None:
    code = "print('before')\n\ndef middle(points):\n    return points / 0\n\ndef wcd(points):\n    return middle(3)\n"
    assert lesson.open().run(code).startswith("ZeroDivisionError in line 4: ")
    assert re.findall(r"line (\d)", lesson.trace.inner_text()) == ["7", "4"]
    expect(lesson.output).to_have_text("before")
    expect(lesson.page.locator(".cl-editor .gutter .wrong")).to_have_text("4")
    lesson.code.press("End")
    lesson.code.press("x")  # an edit makes the mark stale
    expect(lesson.page.locator(".cl-editor .gutter .wrong")).to_have_count(0)


def test_an_endless_loop_is_stopped_and_the_next_run_works(lesson: ExercisePage) -> None:
    lesson.open()
    verdict = lesson.run("print('once')\nwhile True:\n    pass\n")
    assert verdict.startswith("Stopped after 3 seconds.")
    expect(lesson.output).to_have_text("once")
    verdict = lesson.run("def wcd(points):\n    while True:\n        pass\n")
    assert verdict.startswith("Stopped after 3 seconds.")
    assert lesson.states()[0] == "failed"
    assert lesson.run(EXERCISES["wcd"].solution).startswith("Solved")


def test_a_run_can_be_stopped_by_hand(lesson: ExercisePage) -> None:
    lesson.open().code.fill("while True:\n    pass\n")
    # in the page itself: on a busy machine a second click from here may come after the time limit
    lesson.run_button.evaluate(
        "async (button) => { button.click(); await new Promise((go) => setTimeout(go, 500)); button.click(); }"
    )
    expect(lesson.verdict).to_have_text("You stopped it.")
    lesson.run_button.dblclick()  # while the next Python is still starting
    expect(lesson.verdict).to_have_text("You stopped it.")
    assert lesson.run(EXERCISES["wcd"].solution).startswith("Solved")


def test_switching_the_exercise_ends_the_run_without_a_result(lesson: ExercisePage) -> None:
    lesson.open().code.fill("while True:\n    pass\n")
    lesson.button(re.compile("^Run")).click()
    lesson.page.get_by_role("radiogroup").get_by_text(EXERCISES["bcd"].title).click()
    expect(lesson.code).to_have_value(EXERCISES["bcd"].stub)
    expect(lesson.button(re.compile("^Run"))).to_be_visible()
    expect(lesson.results).to_be_hidden()
    assert lesson.run(EXERCISES["bcd"].solution).startswith("Solved")


BREAKING = (
    ("x = 'a'\nwhile True:\n    x = x + x\n", "MemoryError in line 3"),
    ("x = []\nwhile True:\n    x.append([0] * 1000)\n", "Stopped after 3 seconds"),
    ("def wcd(points):\n    return wcd(points)\n", "RecursionError in line 2"),
    ("while True:\n    print('x' * 50)\n", "Stopped after 3 seconds"),
    (
        "import numpy\n",
        "ModuleNotFoundError in line 1: No module named 'numpy'. Only pure Python is available here",
    ),
    ("exit()\n", "SystemExit in line 1"),
    (
        "raise ValueError('x' * 5_000_000)\n",
        f"ValueError in line 1: {'x' * 1000} ... (the rest is not shown)",
    ),
    ("def wcd(points):\n    return float('nan')\n", "returned nan, which is not a number"),
    ("def wcd(points):\n    points.clear()\n    return 3\n", "changed the lists that it was given"),
    ("def wcd(points):\n    return str(3)\n", "returned '3', of type str"),
    ("def wcd():\n    return 3\n", "The function should be wcd(points)"),
)


def test_broken_code_gets_a_message_and_the_page_survives(lesson: ExercisePage) -> None:
    lesson.open()
    for code, sentence in BREAKING:
        assert sentence in lesson.run(code), code
        assert lesson.run(EXERCISES["wcd"].solution).startswith("Solved"), code
    assert lesson.run("import itertools\n" + EXERCISES["wcd"].solution).startswith("Solved")


def test_a_python_that_cannot_be_fetched_is_reported_and_fetched_later(
    lesson: ExercisePage, watched: tuple[Page, Watch]
) -> None:
    page, watch = watched
    watch.expect("practice/python")
    page.route("**/practice/python/*", lambda route: route.abort())
    lesson.open()
    expect(lesson.page.locator(".cl-editor .state")).to_contain_text("Failed to fetch")
    page.unroute("**/practice/python/*")
    assert lesson.run(EXERCISES["wcd"].solution).startswith("Solved")


def test_a_host_that_runs_the_app_as_a_script_has_the_python_too(
    watched: tuple[Page, Watch], start_server: StartServer
) -> None:
    server = start_server(PROJECT / "pages" / "ui" / "app.py")
    lesson = ExercisePage(*watched, server).open()
    assert lesson.run(EXERCISES["wcd"].solution).startswith("Solved")


# ---- the editor


def test_tab_indents_and_escape_then_tab_leaves(lesson: ExercisePage) -> None:
    lesson.open().code.fill("a = 1\nb = 2")
    lesson.code.press("Tab")
    assert lesson.code.input_value() == "a = 1\nb = 2   "  # to the next multiple of four
    lesson.code.press("Control+a")
    lesson.code.press("Tab")
    assert lesson.code.input_value() == "    a = 1\n    b = 2   "
    lesson.code.press("Shift+Tab")
    assert lesson.code.input_value() == "a = 1\nb = 2   "
    lesson.code.press("Control+z")
    lesson.code.press("Control+z")
    assert lesson.code.input_value() == "a = 1\nb = 2   "
    lesson.code.press("Escape")
    lesson.page.keyboard.press("Tab")
    expect(lesson.code).not_to_be_focused()
    expect(lesson.button("Give me a hint")).to_be_focused()
    lesson.page.keyboard.press("Shift+Tab")
    expect(lesson.code).to_be_focused()
    lesson.page.keyboard.press("Tab")  # back inside, Tab indents again
    expect(lesson.code).to_be_focused()


def test_code_survives_a_reload_and_each_exercise_has_its_own(lesson: ExercisePage) -> None:
    lesson.open("wcd").code.fill("first = 1\n")
    lesson.open("bcd")
    expect(lesson.code).to_have_value(EXERCISES["bcd"].stub)
    lesson.code.fill("second = 2\n")
    lesson.open("wcd")
    expect(lesson.code).to_have_value("first = 1\n")
    lesson.page.get_by_role("radiogroup").get_by_text(EXERCISES["bcd"].title).click()
    settled(lesson.page)
    expect(lesson.code).to_have_value("second = 2\n")


def test_starting_over_can_be_undone_even_after_a_reload(lesson: ExercisePage) -> None:
    lesson.open().code.fill("mine = 1\n")
    lesson.button("Start over").click()
    expect(lesson.code).to_have_value(EXERCISES["wcd"].stub)
    expect(lesson.button("Start over")).to_be_disabled()
    lesson.code.press("Control+z")
    expect(lesson.code).to_have_value("mine = 1\n")
    lesson.button("Start over").click()
    lesson.open()
    expect(lesson.code).to_have_value(EXERCISES["wcd"].stub)
    lesson.button(re.compile("^Undo")).click()
    expect(lesson.code).to_have_value("mine = 1\n")
    expect(lesson.button(re.compile("^Undo"))).to_have_count(0)


# ---- how it looks


def test_results_hints_and_solution_pass_axe_and_never_scroll_to_the_side(lesson: ExercisePage) -> None:
    page = lesson.page
    lesson.open("davies_bouldin")
    lesson.run("print('output')\ndef davies_bouldin(points, assignments):\n    return points / 0\n")
    lesson.button("Give me a hint").click()
    lesson.button("Show the solution").click()

    def check() -> None:
        for width in (1440, 390):
            found = serious(page, widths=(width,))
            assert not found, "\n".join(found)
            assert page.evaluate(SCROLLABLE, "x") == []
            box = lesson.results.bounding_box()
            assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width

    check()
    lesson.run(EXERCISES["davies_bouldin"].solution)
    check()
