"""The character model: trained while you watch, and asked to write."""

import textwrap
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from ffnlib._base.arrays import Ids
from ffnlib._base.numbers import number
from ffnlib.datasets._corpus import read
from ffnlib.figures import (
    Bars,
    Button,
    Choice,
    Label,
    Line,
    Mark,
    Panel,
    Rule,
    Scene,
    Slider,
    Steps,
    Table,
    Text,
    explorer,
)
from ffnlib.language import CharLM, Vocabulary
from ffnlib.training import Adam, Replay, carry_over, train_step

LAST = 3000

BAKED = (0, 20, 50, 100, 200, 400, 700, 1000)

BATCH = 64

SHOWN = 12
"""Characters of the distribution that get a bar."""

WRITTEN = 80

LINE = 40
"""Characters a line, which a phone has room for."""

MOST_LINES = 4


@dataclass
class Run:
    """A model in training."""

    rate: float
    seed: int
    model: CharLM
    optimizer: Adam
    rng: np.random.Generator
    losses: list[float] = field(default_factory=list)


_text = read()

_vocabulary = Vocabulary(_text)


def _model(rng: np.random.Generator) -> CharLM:
    """A smaller model than the chapter's, so that a browser trains it in a minute."""
    return CharLM(_vocabulary, context=6, d_embed=12, hidden=(64, 64), rng=rng)


@cache
def _data() -> tuple[Ids, Ids]:
    """All windows of the text, made when they are first wanted."""
    return _model(np.random.default_rng(0)).examples(_text)


def _begin(rate: float, seed: int) -> Run:
    rng = np.random.default_rng(seed)
    model = _model(rng)
    return Run(rate, seed, model, Adam(model.parameters(), learning_rate=rate), rng)


def _step(run: Run) -> None:
    x, y = _data()
    batch = run.rng.integers(0, len(y), BATCH)
    run.losses.append(train_step(run.model, run.optimizer, x[batch], y[batch]))


def _copy(run: Run) -> Run:
    other = _begin(run.rate, run.seed)
    carry_over(run.model, run.optimizer, other.model, other.optimizer)
    other.rng, other.losses = deepcopy(run.rng), list(run.losses)
    return other


_runs: Replay[Run] = Replay(_begin, _step, every=100, copy=_copy)


@explorer(
    title="A language model of characters",
    controls=[
        Steps("step", LAST, stops_at=BAKED, views=["context", "temperature", "draw"]),
        Text("context", max_length=40, label="text so far"),
        Slider("temperature", 0.1, 2.0, step=0.1),
        Choice("rate", [0.001, 0.003, 0.01], label="learning rate"),
        Button("draw", label="Write again"),
    ],
)
def character_model(
    step: int = 0,
    context: str = "the netw",
    temperature: float = 0.8,
    rate: float = 0.003,
    draw: int = 0,
) -> Scene:
    """Train a character model on the course's text; see what it expects next, and let it write."""
    run = _runs.at((rate, 0), step)
    known = "".join(c for c in context if c in _vocabulary.characters)
    p = run.model.next_probabilities(known, temperature)
    best = np.argsort(-p, kind="stable")[:SHOWN]
    names = [_name(_vocabulary.characters[i]) for i in best]
    rng = np.random.default_rng(draw)
    written = run.model.sample(WRITTEN, rng, prompt=known, temperature=temperature)
    bars = Bars(p[best], names, show_values=False)
    likely = Panel([bars], y=(0, 1), y_label="probability of the next character")
    lines = textwrap.wrap(known + written.replace("\n", " "), LINE)[:MOST_LINES]
    page = [Label(0, -i, line) for i, line in enumerate(lines)]
    title, bottom = "What it writes", 0.5 - MOST_LINES
    writing = Panel(page, (0, 1), (bottom, 0.8), title=title, axes=False, row=1, height=140,
                    broad=True)  # fmt: skip
    rows = [[name, float(p[i])] for name, i in zip(names, best, strict=True)]
    return Scene(
        [likely, _curve(run), writing],
        text=_sentence(run, known, context, f"“{names[0]}” with {number(100 * p[best[0]])} %")
        + f" It writes at temperature {number(temperature)}.",
        table=Table(["next character", "probability"], rows),
    )


def _name(character: str) -> str:
    return {" ": "␣", "\n": "↵"}.get(character, character)


def _curve(run: Run) -> Panel:
    """The loss, averaged over stretches so that the batches' luck does not hide the fall."""
    guess = float(np.log(len(_vocabulary)))
    stretch = max(1, len(run.losses) // 60)
    whole = len(run.losses) // stretch * stretch
    means = np.array(run.losses[:whole]).reshape(-1, stretch).mean(axis=1)
    x = (np.arange(len(means)) + 0.5) * stretch
    marks: list[Mark] = [Rule(y=guess, label="all equally likely"), Line(x, means)]
    end = max(float(len(run.losses)), 20.0)
    return Panel(marks, x=(0, end), y=(0, 5), x_label="step", y_label="loss (nats per character)")


def _sentence(run: Run, known: str, context: str, first: str) -> str:
    cut = "" if known == context else " Characters the text never uses were left out."
    if not run.losses:
        return f"Untrained: after “{known}” its random weights happen to favour {first}.{cut}"
    loss = float(np.mean(run.losses[-50:]))
    return (
        f"After {number(len(run.losses))} steps of {BATCH} characters the loss is {number(loss)},"
        f" as unsure as a choice among {number(float(np.exp(loss)))} characters."
        f" After “{known}” it expects {first}.{cut}"
    )
