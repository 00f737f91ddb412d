"""Binding a process to limits of the operating system."""

from collections.abc import Mapping


def bind(limits: Mapping[str, int]) -> None:
    """Bind this process, and all it will start, to limits; none is ever raised.

    Parameters
    ----------
    limits : mapping of str to int
        From the name of a limit in the module ``resource`` (``"RLIMIT_AS"``) to its value.
    """
    import resource  # not on Windows, where there is no sandbox either

    for name, wanted in limits.items():
        kind = getattr(resource, name)
        _, hard = resource.getrlimit(kind)
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (limit, limit))
