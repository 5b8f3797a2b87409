"""Each figure that the README claims, measured again: `python -m benchmarks [NAME ...] [--json]`.

Ours and theirs are measured side by side in the same run. Times depend on the machine and on what
else it does; their ratio hardly does, and the goals are about ratios.
"""
