"""The ledger is well formed, every verdict still holds, and every citation exists."""

import re
from pathlib import Path

import pytest

from claims import ledger
from claims.ledger import CHAPTERS, VERDICTS, LedgerError, Row, load, row, run

ROOT = Path(__file__).parents[2]
ROWS = load().rows
KEYS = set(re.findall(r"^@\w+\{([^,\s]+),", (ROOT / "references.bib").read_text("utf-8"), re.M))
CHECKED = [r for r in ROWS if r.check]
HEAD = """
sources: {S0: {title: "A title", short: "A title"}}
rows:
  - {id: S0-01, source: S0, claim: c, verdict: "true", correction: "n", chapters: [neurons]}
"""


@pytest.mark.parametrize("claim", ROWS, ids=lambda r: r.id)
def test_row_is_well_formed(claim: Row):
    # S1-33: a sentence of source S1; B1-07: what its program listing does
    assert re.fullmatch(r"[SB][0-4]-\d\d", claim.id)
    assert claim.id[1] == claim.source[1]
    assert claim.verdict in VERDICTS
    assert claim.chapters
    assert set(claim.chapters) <= set(CHAPTERS)
    for text in (claim.claim, claim.correction):
        assert text == text.strip()
        assert text.endswith((".", "…"))
    assert claim.check or claim.cite, "a verdict needs a check or a source"
    assert claim.check or not claim.fields, "fields without a check to fill them"


@pytest.mark.parametrize("claim", ROWS, ids=lambda r: r.id)
def test_citations_exist(claim: Row):
    assert set(claim.cite) <= KEYS


@pytest.mark.parametrize("claim", ROWS, ids=lambda r: r.id)
def test_verdict_still_holds(claim: Row):
    result = run(claim)
    assert set(claim.fields) <= set(result.values)
    assert "{" not in result.correction
    assert "nan" not in result.correction
    if claim.check:
        assert result.values, "a check returns what it measured"
        assert result.test.endswith(".")


@pytest.mark.parametrize("claim", CHECKED, ids=lambda r: r.id)
def test_check_is_repeatable(claim: Row):
    assert run(claim).correction == run(claim).correction


def test_ids_are_unique():
    assert len({r.id for r in ROWS}) == len(ROWS)


def test_both_chapters_have_rows_and_most_have_a_check():
    assert len(load().chapter("neurons")) >= 30
    assert len(load().chapter("activations")) >= 30
    assert len(CHECKED) >= 45


def test_references_are_unique_and_dated():
    text = (ROOT / "references.bib").read_text("utf-8")
    entries = re.findall(r"^@\w+\{([^,\s]+),(.*?)^\}", text, re.M | re.S)
    assert len(entries) == len(KEYS)
    for key, body in entries:
        for field in ("author", "title", "year"):
            assert re.search(rf"^\s*{field}\s*=", body, re.M), f"{key} lacks {field}"
        year = re.search(r"year\s*=\s*\{(\d{4})[a-z]?\}", body)
        assert year
        assert year[1] in key


def test_known_numbers():
    """Numbers that other sources print, so that a check cannot drift along with our code."""
    assert run(row("S1-32")).values["total"] == 62_288
    assert run(row("S1-35")).values["ratio"] == 52_607
    assert run(row("S1-21")).values["best"] == pytest.approx(0.6296, abs=1e-4)
    gelu = run(row("S1-13")).values
    assert (gelu["low"], gelu["high"]) == pytest.approx((-0.128904, 1.128904), abs=1e-6)
    minimum = run(row("S1-14")).values
    assert (minimum["at"], minimum["value"]) == pytest.approx((-0.751792, -0.169971), abs=1e-6)
    silu = run(row("S3-16")).values
    assert (silu["low"], silu["at"]) == pytest.approx((-0.099839, 2.39936), abs=1e-4)
    approximations = run(row("S1-15")).values
    assert approximations["tanh"] == pytest.approx(4.73e-4, rel=5e-3)
    assert approximations["sigmoid"] == pytest.approx(2.03e-2, rel=5e-3)


def test_unknown_id_names_the_known_ones():
    with pytest.raises(LedgerError, match=r"no claim 'S0-99' in the ledger; known: S0-02"):
        row("S0-99")
    with pytest.raises(LedgerError, match="known: S0, S1"):
        row("nonsense")
    with pytest.raises(LedgerError, match="chapter must be one of neurons"):
        load().chapter("neuron")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"true"', "true", "row S0-01: verdict must be one of true, false"),
        ("source: S0", "source: S9", "row S0-01: source must be one of S0; got 'S9'"),
        ("[neurons]", "[neuron]", "row S0-01: chapters must be among neurons"),
        ("claim: c, ", "", "row S0-01 lacks claim"),
        ("claim: c", "claim: c, clam: d", "row S0-01 has clam; allowed: id, source"),
        ("short: ", "sort: ", "allowed: title, short, author, place, url"),
    ],
)
def test_bad_row_is_named(tmp_path: Path, old: str, new: str, message: str):
    bad = tmp_path / "ledger.yml"
    bad.write_text(HEAD.replace(old, new), encoding="utf-8")
    with pytest.raises(LedgerError, match=re.escape(message)):
        load(bad)


def test_repeated_id_is_named(tmp_path: Path):
    bad = tmp_path / "ledger.yml"
    bad.write_text(HEAD + HEAD.splitlines()[-1] + "\n", encoding="utf-8")
    with pytest.raises(LedgerError, match="two rows 'S0-01'"):
        load(bad)


def _row(check: str | None, correction: str = "n") -> Row:
    return Row("S0-01", "S0", "c", "true", correction, ("neurons",), check)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (_row("os.getcwd"), "check must be claims.checks.<module>.<function>"),
        (_row("claims.checks.nothing.at_all"), "no check 'claims.checks.nothing.at_all'"),
        (_row("claims.checks.neurons.at_all"), "no check 'claims.checks.neurons.at_all'"),
        (
            _row("claims.checks.counting.small_net", "{sum}"),
            "asks for sum, the check returns total",
        ),
        (_row("claims.checks.counting.small_net", "{total:q}"), "cannot be formatted"),
        (_row(None, "{total}"), "asks for total, the check returns nothing"),
    ],
)
def test_bad_check_is_named(bad: Row, message: str):
    with pytest.raises(LedgerError, match=re.escape(message)):
        run(bad)


def test_find_check_without_check():
    with pytest.raises(LedgerError, match="row S0-01 has no check"):
        ledger.find_check(_row(None))


@pytest.mark.parametrize(
    "page", sorted((ROOT / "chapters").glob("[0-9]*.md")), ids=lambda p: p.stem
)
def test_a_section_has_at_most_one_box(page: Path):
    for section in re.split(r"^## ", page.read_text("utf-8"), flags=re.M):
        assert len(re.findall(r"^```\{claim\}", section, re.M)) <= 1, section[:60]
