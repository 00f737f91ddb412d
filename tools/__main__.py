"""``python -m tools``: everything that the tests need, before the first of them runs."""

from . import bubblewrap, chromium, npm_packages, postgresql, pyodide

for tool in (chromium, npm_packages, bubblewrap, postgresql, pyodide):
    tool.main()
