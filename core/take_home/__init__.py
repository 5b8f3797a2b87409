"""Downloads for the learner: the run as a script, a notebook, a zip, and a single-file report."""
