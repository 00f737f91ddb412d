import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

from ffnlib.figures import ROLES, plots


@pytest.fixture(autouse=True)
def _restored():
    with mpl.rc_context():
        yield
    plt.close("all")


def example(label="x"):
    plots.use_style()
    fig, ax = plt.subplots()
    x = np.linspace(-3, 3)
    ax.plot(x, np.maximum(x, 0), label="relu")
    ax.fill_between(x, x, alpha=0.2)
    ax.set_xlabel(label)
    ax.set_title(r"$\sigma(x)$ at $-1$")
    ax.legend()
    return fig


def test_the_style_is_the_palette():
    plots.use_style()
    colours = mpl.rcParams["axes.prop_cycle"].by_key()["color"]
    assert set(colours) <= set(ROLES.values())
    assert colours[0] == ROLES["output"]
    before = mpl.rcParams["backend"]
    plots.use_style()
    assert mpl.rcParams["backend"] == before


def test_use_style_forgets_what_was_set_before():
    mpl.rcParams["lines.linewidth"] = 17
    mpl.rcParams["axes.labelpad"] = 99
    plots.use_style()
    assert mpl.rcParams["lines.linewidth"] == plots.STYLE["lines.linewidth"]
    assert mpl.rcParams["axes.labelpad"] == mpl.rcParamsDefault["axes.labelpad"]


def test_the_same_figure_gives_the_same_text():
    one, two = (plots.show(example(), alt="a ramp")._repr_html_() for _ in range(2))
    assert one == two


def test_ink_follows_the_page():
    svg = plots.show(example(), alt="a ramp").svg
    assert "currentColor" in svg
    colours = {c.lower() for c in re.findall(r"#[0-9a-fA-F]{6}\b", svg)}
    assert colours <= {c.lower() for c in ROLES.values()}  # no black, no white, no ink left
    root = ET.fromstring(svg)
    patch = next(e for e in root.iter() if e.get("id", "").endswith("patch_1"))
    assert "fill: none" in patch[0].get("style")


def test_it_is_a_picture_with_a_text_alternative():
    alt = 'A ramp: 0 on the left, "x" & rising on the right'
    picture = plots.show(example(), alt=alt)
    root = ET.fromstring(picture.svg)
    assert root.get("role") == "img"
    assert root.get("aria-label") == alt
    assert root.get("width") is None
    assert root.get("viewBox")
    assert "max-width:672px" in root.get("style")
    assert repr(picture) == f"<picture: {alt}>"
    texts = {e.text for e in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"relu", "x"} <= texts  # text, not outlines
    for empty in ("", "  "):
        with pytest.raises(ValueError, match="alt must say in words"):
            plots.show(example(), alt=empty)


def test_two_pictures_share_a_page():
    one, two = plots.show(example(), alt="one").svg, plots.show(example("z"), alt="two").svg
    ids = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in (one, two)]
    assert not ids[0] & ids[1]
    for svg, own in zip((one, two), ids, strict=True):
        used = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', svg))
        assert {a or b for a, b in used} <= own
        assert "<style" not in svg  # a rule inside one picture would hold for the whole page


def test_figures_are_closed():
    plots.show(example(), alt="a ramp")
    assert plt.get_fignums() == []


def test_nothing_else_imports_matplotlib():
    code = (
        "import sys; from ffnlib.nn import gelu, softmax, MLP; from ffnlib.datasets import digits; "
        "from ffnlib.training import gradcheck, dead_units; from ffnlib.figures import Explorer; "
        "sys.exit(any(m in sys.modules for m in ('matplotlib', 'scipy', 'anywidget', 'IPython')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
