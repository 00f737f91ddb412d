"""The ``ffnlib`` of the grading kernel: it receives inputs, calls the function, and sends values.

It is put together from the files listed here and from no other, each mounted by itself. None of
them knows what is right: no judge, no case, and nothing of the library can be imported, read or
walked to in there.
"""

from pathlib import Path
from types import ModuleType

from ffnlib import errors
from ffnlib.checks import codec, execution, formula, guard, kernel_side, manifest

FOLDER = "/opt/ffn"
"""Where it stands inside."""

HERE = Path(__file__).parent


def path_of(module: ModuleType) -> str:
    """Return where a module stands in a folder that Python imports from."""
    name = module.__name__.replace(".", "/")
    return f"{name}/__init__.py" if hasattr(module, "__path__") else f"{name}.py"


def contents() -> dict[str, Path]:
    """Return the files outside, by where they stand in ``FOLDER``."""
    shared = (errors, codec, execution, formula, guard, kernel_side, manifest)
    return {
        "ffnlib/__init__.py": HERE / "library.py",
        "ffnlib/checks/__init__.py": HERE / "checks.py",
        **{path_of(module): Path(str(module.__file__)) for module in shared},
    }
