"""The checks of an exercise, told by print: for those who work in a notebook."""

from checking import Wrong, ask


def report(function, name, checks, answer, solved):
    """Hold the function against each check until one fails; whatever it raises goes through."""
    for check in checks:
        try:
            ask(function, name, check, answer)
        except Wrong as wrong:
            print(f"✗ {check.title}\n\n{wrong}")
            return
        print(f"✓ {check.title}")
    print(f"\nSolved: all {len(checks)} checks passed. {solved}")
