"""The search field: fifty things a reader asks for, and the section that must come up."""

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Reader
from browser.serving import Server

FIRST = 3
QUERIES = {
    "neuron": "01_neurons",
    "weighted sum": "01_neurons",
    "xor": "01_neurons#xor",
    "linear layers stay linear": "01_neurons#stacked-linear",
    "universal approximation": "01_neurons#universal-approximation",
    "width and depth": "01_neurons#width-against-depth",
    "double descent": "01_neurons#where-it-breaks",
    "relu hinge": "01_neurons#every-relu",
    "vanishing gradient": "02_activations#depth",
    "dead relu": "02_activations#dead-units",
    "gelu": "02_activations",
    "swish": "02_activations",
    "saturation": "02_activations#saturation",
    "zero centred outputs": "02_activations#zero-centred",
    "glu": "02_activations#gates",
    "backpropagation": "03_backprop",
    "chain rule": "03_backprop#the-chain-rule",
    "gradient check": "03_backprop#check-every",
    "finite differences": "03_backprop#check-every",
    "adam optimizer": "03_backprop#from-gradients",
    "momentum": "03_backprop#from-gradients",
    "learning rate": "03_backprop",
    "xavier initialization": "03_backprop#how-large",
    "he initialization": "03_backprop#how-large",
    "overfitting": "03_backprop#overfitting",
    "dropout": "03_backprop#overfitting",
    "mini-batch": "03_backprop#train",
    "softmax": "04_softmax",
    "softmax temperature": "04_softmax",
    "overflow": "04_softmax#where-it-breaks",
    "log-sum-exp": "04_softmax#log-sum-exp",
    "cross-entropy": "04_softmax",
    "perplexity": "04_softmax",
    "swiglu": "05_ffn",
    "residual stream": "05_ffn#the-residual",
    "rmsnorm": "05_ffn#the-residual",
    "key-value memory": "05_ffn#the-block-as-a-memory",
    "mixture of experts": "06_moe",
    "load balancing loss": "06_moe#the-balancing",
    "expert capacity": "06_moe#capacity",
    "sinkhorn": "06_moe#sinkhorn",
    "lora": "07_lora",
    "low-rank update": "07_lora",
    "merge adapter": "07_lora#merge",
    "quantize 4 bit": "08_quantization",
    "gptq": "08_quantization#gptq",
    "smoothquant": "08_quantization#one-outlier",
    "kv cache": "10_production",
    "roofline": "10_production",
    "install": "get_ffnlib#install",
    "license": "get_ffnlib#licence",
    "download exercises": "get_ffnlib#download",
}
ASK = """
async (query) => {
  const field = document.querySelector("#pst-search-dialog input[type=search]");
  field.value = query;
  field.dispatchEvent(new Event("input"));
  const list = document.querySelector("#pst-search-dialog .ffn-results");
  const state = document.querySelector("#pst-search-dialog .ffn-results-state");
  list.replaceChildren();
  state.textContent = "";
  await new Promise((done) => {
    const look = () => (state.textContent ? done() : setTimeout(look, 10));
    look();
  });
  return [...list.querySelectorAll("a")].map((a) => [a.getAttribute("href"), a.textContent]);
}
"""


@pytest.fixture
def page(reader: Reader, served: Server) -> Page:
    shown = reader.open(f"{served.url}chapters/notation.html", wait=False)
    shown.wait_for_selector(".ffn-results", state="attached")
    return shown


def test_fifty_queries_find_their_section_first(page: Page) -> None:
    assert len(QUERIES) >= 50
    missed = {}
    for query, wanted in QUERIES.items():
        name, _, section = wanted.partition("#")
        found = [url for url, _ in page.evaluate(ASK, query)][:FIRST]
        if not any(f"chapters/{name}.html#{section}" in url for url in found):
            missed[query] = found
    assert not missed, "\n".join(f"{query}: {found}" for query, found in missed.items())


def test_excerpts_are_sentences(page: Page) -> None:
    for query in ("softmax", "gptq", "adam optimizer"):
        for _, text in page.evaluate(ASK, query):
            assert "\\" not in text
            assert "precomputed" not in text


def test_results_come_while_typing_and_by_keyboard(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("xor")
    first = page.locator("#pst-search-dialog .ffn-results a").first
    expect(first).to_contain_text("XOR")
    page.keyboard.press("ArrowDown")
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/01_neurons.html#xor*")
