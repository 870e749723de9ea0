"Sphinx: what the site looks like. `docs/build.py` writes the pages and calls it."

from configparser import ConfigParser
from importlib.util import find_spec
from pathlib import Path

root = Path(__file__).resolve().parents[1]
settings = ConfigParser(delimiters=["="])
settings.read(root / "settings.ini", encoding="utf-8")
settings = settings["DEFAULT"]

project = settings["title"]
author = settings["author"]
release = settings["version"]
copyright = settings["copyright"]
extensions = ["myst_nb", "sphinx_copybutton", "sphinx.ext.mathjax"]
suppress_warnings = ["myst.header"]  # an API block may stand right under the title

nb_execution_mode = "off"
nb_ipywidgets_js = {}
nb_merge_streams = True
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence", "attrs_inline", "attrs_block", "deflist"]
myst_heading_anchors = 3
add_module_names = False
python_use_unqualified_type_names = True
toc_object_entries = False
highlight_language = "text"

html_theme = "sphinx_book_theme"
html_title = settings["title"]
html_theme_options = {
    "navbar_persistent": [],
    "use_download_button": False,
    "use_fullscreen_button": False,
    "home_page_in_toc": True,
    "show_toc_level": 2,
    "pygments_light_style": "friendly",
    "pygments_dark_style": "monokai",
}
html_copy_source = html_show_sourcelink = False
html_show_sphinx = False

# one local file instead of a CDN
mathjax = Path(find_spec("sphinx-mathjax-offline").origin).parent / "static" / "mathjax" / "tex-svg.js"
html_static_path = ["static", str(mathjax)]
html_css_files = ["site.css"]
mathjax_path = "tex-svg.js"
mathjax3_config = {"options": {"enableMenu": False}, "loader": {"load": []}}
nb_render_markdown_format = "gfm"  # tables that a cell displays as Markdown
