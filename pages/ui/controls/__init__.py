"""A page's controls: the settings in the sidebar and in the URL."""
