"""Prints the results of an exercise's checks, for notebooks."""

from checking import Wrong, ask


def report(function, name, checks, answer, solved):
    """Run each check until one fails; exceptions of the function itself propagate."""
    for check in checks:
        try:
            ask(function, name, check, answer)
        except Wrong as wrong:
            print(f"✗ {check.title}\n\n{wrong}")
            return
        print(f"✓ {check.title}")
    print(f"\nSolved: all {len(checks)} checks passed. {solved}")
