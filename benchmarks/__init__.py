"""Measures every figure that the README claims: `python -m benchmarks [NAME ...] [--json]`.

Ours and theirs are measured side by side in the same run. Times depend on the machine and its load; ratios
hardly do, and the goals are about ratios.
"""
