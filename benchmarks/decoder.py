"""A Transformer against the model of Bengio et al., on the course's text: same size, same budget.

    python benchmarks/decoder.py            # the comparison, on the end of the text
    python benchmarks/decoder.py --choose   # other rates and decays, on the validation part

Both have about 26,000 parameters and are trained with AdamW, a cosine and float32; both may predict
each character of the training text at most 32 times. The last tenth of the text is held out, and
looked at by the comparison only. The settings were chosen on the tenth before it, separately for
each of the two; then both learn from the first nine tenths.

Wanted: the decoder's perplexity on the held-out text is lower with every seed, and the difference
is at least three times its standard error.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from itertools import product
from typing import NamedTuple

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy reads it

import numpy as np
from interleave.table import note

from ffnlib.datasets import prose
from ffnlib.language import CharLM, Decoder, NGram, Vocabulary
from ffnlib.nn import log_softmax
from ffnlib.training import AdamW, Cosine, count_steps, fit

MOST = 32  # passes over the text: times that each character is predicted
SEEDS = 3
Model = CharLM | Decoder


class Recipe(NamedTuple):
    make: Callable[[Vocabulary, np.random.Generator], Model]
    batch: int  # rows of x
    passes: int
    rate: float
    decay: float


RECIPES = {
    "CharLM": Recipe(
        lambda v, rng: CharLM(v, 8, 24, (72, 72), rng=rng, dtype=np.float32),
        128, 32, 0.016, 0.3,
    ),
    "Decoder": Recipe(
        lambda v, rng: Decoder(v, 32, 2, 4, 64, 32, rng=rng, dtype=np.float32),
        16, 32, 0.01, 0.2,
    ),
}  # fmt: skip
GRID = {"passes": (16, 32), "rate": (0.005, 0.01, 0.02), "decay": (0.1, 0.3)}


def train(recipe: Recipe, text: str, vocabulary: Vocabulary, seed: int) -> Model:
    rng = np.random.default_rng(seed)
    model = recipe.make(vocabulary, rng)
    if isinstance(model, Decoder):  # a window at every character would be `context` passes
        stride = max(1, model.context // recipe.passes)
        x, y = model.examples(text, stride)
        epochs = max(1, recipe.passes // (model.context // stride))
    else:
        x, y = model.examples(text)
        epochs = recipe.passes
    steps = count_steps(len(x), recipe.batch, epochs)
    schedule = Cosine(recipe.rate, steps, warmup=steps // 20)
    optimizer = AdamW(model.parameters(), schedule, weight_decay=recipe.decay)
    fit(model, (x, y), rng=rng, epochs=epochs, batch_size=recipe.batch, optimizer=optimizer)
    return model


def losses(model: Model, text: str) -> np.ndarray:
    """Cross-entropy of each character of a text, (len(text),)."""
    if isinstance(model, Decoder):
        return -model.log_probabilities(text)
    x, y = model.examples(text)
    return -log_softmax(model.forward(x))[np.arange(len(y)), y]


def choose(text: str) -> None:
    learned, seen = text[: int(0.8 * len(text))], text[int(0.8 * len(text)) : int(0.9 * len(text))]
    vocabulary = Vocabulary(text)
    for name, recipe in RECIPES.items():
        for passes, rate, decay in product(*GRID.values()):
            one = recipe._replace(passes=passes, rate=rate, decay=decay)
            model = train(one, learned, vocabulary, seed=0)
            print(
                f"  {name:8} passes {passes:2}  rate {rate:<6}  decay {decay}  "
                f"perplexity {model.perplexity(seen):.3f}",
                flush=True,
            )


def compare(text: str, seeds: int) -> None:
    learned, held_out = text[: int(0.9 * len(text))], text[int(0.9 * len(text)) :]
    vocabulary = Vocabulary(text)
    print(f"{len(learned):,} characters to learn from, {len(held_out):,} held out")
    for n in (4, 5):
        table = NGram(n, vocabulary.characters)
        table.learn(learned)
        print(f"  {n}-gram table, for scale          perplexity {table.perplexity(held_out):.3f}")
    found: dict[str, list[np.ndarray]] = {}
    for name, recipe in RECIPES.items():
        found[name] = []
        start = time.perf_counter()
        for seed in range(seeds):
            model = train(recipe, learned, vocabulary, seed)
            found[name].append(losses(model, held_out).astype(np.float64))
        shown = [float(np.exp(one.mean())) for one in found[name]]
        print(
            f"  {name:8} {model.num_parameters:,} parameters, {recipe.passes} passes   "
            f"perplexity {statistics.mean(shown):.3f} ({', '.join(f'{p:.3f}' for p in shown)}), "
            f"{(time.perf_counter() - start) / seeds:.0f} s each",
            flush=True,
        )
    report(found["CharLM"], found["Decoder"])


def report(charlm: list[np.ndarray], decoder: list[np.ndarray]) -> None:
    """Print how much better the decoder is, a character at a time: both read the same ones."""
    gain = np.mean(charlm, axis=0) - np.mean(decoder, axis=0)  # (characters,), in nats
    error = gain.std(ddof=1) / np.sqrt(len(gain))
    worst, best = max(one.mean() for one in decoder), min(one.mean() for one in charlm)
    print(
        f"  the decoder is better by {gain.mean():.3f} nats a character, standard error "
        f"{error:.3f}: {gain.mean() / error:.1f} of them (wanted 3)"
    )
    ratio = gain.mean() / error
    note("decoder: nats gained, in errors", f"{gain.mean():.3f}", "CharLM", ratio, least=3)
    print(f"  its worst seed against CharLM's best: {np.exp(worst):.3f} to {np.exp(best):.3f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--choose", action="store_true", help="try the grid on the validation part")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    asked = parser.parse_args()
    choose(prose()) if asked.choose else compare(prose(), asked.seeds)
