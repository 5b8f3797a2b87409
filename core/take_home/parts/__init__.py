"""The sections of an exported script, as real files: `core.take_home.script` reads their text; none is imported."""
