"""What fetches the things that neither pip nor the repository brings.

``python -m tools`` sees to all that the tests need: a Chromium, bubblewrap, PostgreSQL, the
packages from npm (by a lock file) and Pyodide (by its hashes).
"""
