"""What the site says about where it is published, if it is told.

- ``book_url``, or the environment variable BOOK_URL: the site's own address. Only with it are
  there canonical links, cards for chats and a sitemap.
- ``book_repository``, or BOOK_REPOSITORY: the repository's address. Only with it are there buttons
  to run a chapter on Binder or Colab, and a link to the source. They open the copies for readers,
  which ``.github/workflows/pages.yml`` puts on a branch of their own (``reader_notebooks.py``).
"""

import os

from reader_notebooks import BRANCH


def configure(app, config) -> None:
    for name in ("book_url", "book_repository"):
        config[name] = (os.environ.get(name.upper()) or config[name]).rstrip("/")
    if config.book_url:
        config.html_baseurl = config.book_url + "/"
    if repository := config.book_repository:
        config.html_theme_options |= {
            "repository_url": repository,
            "repository_branch": BRANCH,
            "use_repository_button": True,
            "launch_buttons": {
                "binderhub_url": "https://mybinder.org",
                "colab_url": "https://colab.research.google.com",
                "notebook_interface": "jupyterlab",
            },
        }


def setup(app):
    app.add_config_value("book_url", "", "html")
    app.add_config_value("book_repository", "", "env")
    app.connect("config-inited", configure)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
