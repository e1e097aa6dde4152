"""How Sphinx builds these pages. Nothing is fetched from the network."""

from __future__ import annotations

from wagtail_contacttrack import __version__

project = "wagtail_contacttrack"
author = "The contributors"
copyright = "the contributors"
version = release = __version__

extensions = ["myst_parser", "sphinx_copybutton"]
exclude_patterns = ["_build"]
nitpicky = True

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4

html_theme = "furo"
html_title = f"{project} {version}"
html_copy_source = False
copybutton_prompt_text = "$ "
