"""The bibliography's style: sorted, with the text's author–year keys, titles as printed."""

import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from pybtex.database import Entry
from pybtex.plugin import register_plugin
from pybtex.richtext import Text
from pybtex.style.formatting.unsrt import Style
from pybtex.style.labels import BaseLabelStyle
from pybtex.style.sorting.author_year_title import SortingStyle
from pybtex.style.template import field, sentence
from sphinx.application import Sphinx


def label(entry: Entry) -> str:
    """Return how the text cites an entry: *Eckart and Young, 1936*, *Hu et al., 2022*."""
    last = [" ".join(p.prelast_names + p.last_names) for p in entry.persons["author"]]
    names = [str(Text.from_latex(name)) for name in last]
    said = f"{names[0]} et al." if len(names) > 2 else " and ".join(names)
    return f"{said}, {entry.fields['year']}"


class AuthorYearLabels(BaseLabelStyle):  # type: ignore[misc]
    def format_labels(self, sorted_entries: Iterable[Entry]) -> Iterator[str]:
        return map(label, sorted_entries)


class ByKey(SortingStyle):  # type: ignore[misc]
    """Sort by the key, accents left out."""

    def sorting_key(self, entry: Entry) -> tuple[str, ...]:
        return (plain(label(entry)), entry.fields["title"])


def plain(text: str) -> str:
    """Return the text in small letters without accents."""
    parts = unicodedata.normalize("NFKD", text.lower())
    return "".join(c for c in parts if not unicodedata.combining(c))


class AuthorYear(Style):  # type: ignore[misc]
    default_sorting_style = "ffn_names"
    default_label_style = "ffn_author_year"

    def format_title(self, e: Entry, which_field: str, as_sentence: bool = True) -> Any:
        """Return the title as the file has it: small letters would be wrong for German nouns."""
        del e
        title = field(which_field)
        return sentence[title] if as_sentence else title


def setup(app: Sphinx) -> None:
    del app
    register_plugin("pybtex.style.labels", "ffn_author_year", AuthorYearLabels)
    register_plugin("pybtex.style.sorting", "ffn_names", ByKey)
    register_plugin("pybtex.style.formatting", "ffn_author_year", AuthorYear)
