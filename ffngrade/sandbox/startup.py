"""Imported before anything else by ``ffn-grade`` and its workers, to start in half the time.

jsonschema looks for a grammar of internet addresses, which takes seconds to compile at every start.
No notebook's schema asks for it, so it is not found.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
