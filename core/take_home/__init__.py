"""What a learner takes along: the run as a script, a notebook, a zip, and a report in one file."""
