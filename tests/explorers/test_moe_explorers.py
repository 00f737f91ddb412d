"""Gates, the router in training and the counted sizes: what they show is what is computed."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from ffnlib._base.numbers import number
from ffnlib.explorers import moe
from ffnlib.explorers.moe.balance_run import METHODS, mixture, train
from ffnlib.explorers.moe.by_hand import DRAWS, FULL, best, divide
from ffnlib.explorers.moe.by_hand import draw as draw_by_hand
from ffnlib.explorers.moe.gates import EXPERTS as NAMES
from ffnlib.explorers.moe.gates import ORDERS
from ffnlib.explorers.moe.parameters import BYTES, MODELS, SIZES, configured
from ffnlib.explorers.moe.router import BAKED, COLOURS, CURES, LAST
from ffnlib.explorers.moe.router_run import (
    CLASSES,
    EXPERTS,
    TOKENS,
    Settings,
    begin,
    copy,
    regions,
    step,
    surcharges,
)
from ffnlib.figures import Area, Bars, Handle, Scatter
from ffnlib.moe import expert_shares, load_balancing_loss
from ffnlib.nn import PRESETS, cross_entropy, softmax
from ffnlib.training import Replay
from tests.explored import marks


def run_for(steps, **changes):
    run = begin(Settings(**changes))
    for _ in range(steps):
        step(run)
    return run


# ---- gates


def test_both_orders_are_written_out_by_hand():
    z = np.array([point[1] for point in moe.gates.start["logits"]])
    best = np.argsort(-z)[:2]
    for order, whole in zip(ORDERS, (z[best], z), strict=True):
        gate = np.exp(z[best]) / np.exp(whole).sum()
        drawn = marks(moe.gates(order=order), Bars)[-1].values
        np.testing.assert_allclose(np.asarray(drawn)[best], gate, atol=1e-12)
        assert np.count_nonzero(drawn) == 2
    assert len(marks(moe.gates(), Handle)) == len(NAMES)


def test_one_expert_has_gate_1_or_its_probability():
    moved = [[i, 3.0 if i == 4 else -1.0] for i in range(8)]
    p = softmax(np.array([z for _, z in moved]))[4]
    for order, gate in zip(ORDERS, (1.0, p), strict=True):
        table = moe.gates(k=1, order=order, logits=moved).table
        assert [row[3] for row in table.rows] == pytest.approx([0.0] * 4 + [gate] + [0.0] * 3)


# ---- the run


def test_the_mixture_works_until_the_tokens_are_too_much_alike():
    works, alike = run_for(400), run_for(400, shared=3.0)
    assert works.measured[-1].accuracy > 0.98
    assert min(works.measured[-1].shares) > 0.1
    assert max(alike.measured[0].shares) <= 0.5
    assert np.mean([max(m.shares) for m in alike.measured[20:]]) > 0.95
    assert max(alike.measured[20].shares) == max(alike.measured[400].shares) == 1
    assert alike.measured[-1].loss == pytest.approx(np.log(2), abs=0.02)


def test_the_balancing_loss_brings_the_mixture_back():
    without, balanced = run_for(100, shared=3.0), run_for(400, shared=3.0, balance=0.1)
    assert without.measured[:100] == balanced.measured[:100]
    assert max(balanced.measured[-1].shares) < 0.4
    assert balanced.measured[-1].loss < 0.25
    assert balanced.measured[-1].accuracy > 0.95
    assert balanced.measured[-1].imbalance < 1.2


def test_the_other_remedies_do_what_the_chapter_says():
    """Each sentence of the chapter that compares remedies, at the link it stands beside."""
    weak = run_for(300, shared=3.0, balance=0.01).measured
    assert max(weak[150].shares) == 1
    assert min(weak[300].shares) == 0
    noisy = run_for(300, shared=3.0, noise=1.0).measured
    assert max(noisy[50].shares) < 0.6
    assert max(noisy[300].shares) == 1
    limited = run_for(400, shared=3.0, capacity=1.25).measured[-1]
    assert 0.75 < limited.accuracy < 0.9
    assert min(limited.shares) == 0
    assert limited.dropped > 10
    two = run_for(300, shared=3.0, top_k=2).measured[-1]
    assert min(two.shares) == 0
    scaled = run_for(400, shared=3.0, sinkhorn=True).measured
    assert max(scaled[100].shares) < 0.5
    assert scaled[400].accuracy < 0.75


def test_the_sentence_says_what_the_tokens_share():
    assert "shared coordinate is 3" in moe.router(shared=3.0).text
    assert "shared coordinate 3" in moe.router(steps=20, shared=3.0).text


def test_what_is_measured_is_what_the_layer_did():
    run = run_for(40, top_k=2, capacity=1.0, balance=0.1, sets_in=10)
    now, routing = run.measured[-1], run.routing
    assert now.shares == pytest.approx(expert_shares(routing.indices, EXPERTS))
    p = softmax(routing.logits)
    assert now.imbalance == pytest.approx(load_balancing_loss(p, routing.indices, 1.0))
    assert now.dropped == routing.dropped > 0
    assert now.lost == np.count_nonzero(~routing.kept.any(axis=1))
    assert now.loss == pytest.approx(cross_entropy(run.output[:, :CLASSES], run.y))
    assert len(run.measured) == run.steps + 1 == 41


def test_a_copy_continues_alike_and_apart():
    for changes in ({}, {"noise": 1.0}, {"sinkhorn": True, "sets_in": 0}, {"capacity": 1.0}):
        run = run_for(15, **changes)
        other = copy(run)
        for _ in range(10):
            step(run)
        assert len(other.measured) == 16
        for _ in range(10):
            step(other)
        assert other.measured == run.measured
        np.testing.assert_array_equal(other.output, run.output)


def test_a_run_can_be_rewound():
    runs = Replay(lambda *key: begin(Settings(*key)), step, every=5, copy=copy)
    key = Settings(balance=0.1, sets_in=5)
    later = list(runs.at(key, 23).measured)
    assert runs.at(key, 12).measured == later[:13]
    assert runs.at(key, 23).measured == later


def test_remedies_set_in_at_their_step():
    plain_run = run_for(30)
    for changes in ({"balance": 0.1}, {"sinkhorn": True}):
        run = run_for(30, sets_in=20, **changes)
        assert run.measured[:20] == plain_run.measured[:20]
        assert run.measured[-1] != plain_run.measured[-1]
    assert run_for(30, sets_in=20).measured == plain_run.measured


def test_with_one_expert_the_task_still_teaches_the_router():
    run = begin(Settings())
    before = run.model.router.W.copy()
    step(run)
    assert np.abs(run.model.router.W - before).max() > 1e-4


# ---- regions


@pytest.mark.parametrize("changes", [{}, {"balance": 0.1}, {"sinkhorn": True, "sets_in": 10}])
def test_regions_tile_the_square_and_hold_their_experts(changes):
    run = run_for(60, **changes)
    found = regions(run)
    area = 0.0
    points = np.random.default_rng(0).uniform(-1, 1, (2000, 2))
    inside = np.zeros((EXPERTS, len(points)), bool)
    for e, corners in enumerate(found):
        if len(corners) < 3:
            continue
        around = np.append(corners, corners[:1], axis=0)
        area += 0.5 * sum(a[0] * b[1] - a[1] * b[0] for a, b in pairwise(around))
        inside[e] = np.all(
            [(b - a)[0] * (points - a)[:, 1] >= (b - a)[1] * (points - a)[:, 0]
             for a, b in pairwise(around)], axis=0,
        )  # fmt: skip
    assert area == pytest.approx(4)
    z = run.model.router.forward(np.column_stack([points, np.full(len(points), run.x[0, 2])]))
    z += surcharges(run)
    assert inside[z.argmax(axis=1), np.arange(len(points))].mean() > 0.999
    on_tokens = run.model.router.forward(run.x) + surcharges(run)
    np.testing.assert_array_equal(on_tokens.argmax(axis=1), run.routing.indices[:, 0])


@settings(max_examples=20)
@given(seed=st.integers(0, 1000))
def test_what_is_filled_has_the_area_of_the_region(seed):
    run = begin(Settings(seed=seed))
    plane = moe.router(seed=seed).panels[0]
    areas = [m for m in plane.marks if isinstance(m, Area)]
    filled = sum(
        float(np.trapezoid(np.asarray(m.y1) - np.asarray(m.y0), np.asarray(m.x))) for m in areas
    )
    assert filled == pytest.approx(4, abs=1e-6)
    assert {m.role for m in areas} <= set(COLOURS)
    assert sum(np.size(m.x) for m in plane.marks if isinstance(m, Scatter)) == TOKENS
    assert run.measured[0].shares == pytest.approx(expert_shares(run.routing.indices, EXPERTS))


def test_tokens_without_a_place_are_drawn_small():
    scene = moe.router(steps=30, capacity=1)
    run = run_for(30, capacity=1.0)
    small = [m for m in marks(scene, Scatter) if m.size < 2]
    assert sum(np.size(m.x) for m in small) == run.measured[-1].lost > 0
    assert f"{run.measured[-1].lost} tokens got no expert" in scene.text


def test_history_is_stacked_to_one():
    scene = moe.router(steps=50)
    bands = [m for m in scene.panels[1].marks if isinstance(m, Area)]
    np.testing.assert_allclose(bands[-1].y1, 1, atol=1e-12)
    for below, above in pairwise(bands):
        np.testing.assert_allclose(above.y0, below.y1, atol=1e-12)


def test_baked_moments_lie_in_the_run():
    assert list(BAKED) == sorted(set(BAKED))
    assert BAKED[0] == 0
    assert BAKED[-1] <= LAST


# ---- sizes


def test_published_totals_stand_in_the_sentence():
    text = moe.parameters().text
    assert "46,702,792,704" in text
    assert "12,879,925,248" in text
    assert "93.4 GB" in text
    deep = PRESETS["DeepSeek-V3"]
    text = moe.parameters(model="DeepSeek-V3").text
    assert f"{deep.total:,}" in text
    assert f"{deep.active:,}" in text


@pytest.mark.parametrize("model", MODELS)
def test_experts_are_counted_one_by_one(model):
    base, _ = configured(model, 8, 2, "as published")
    more, _ = configured(model, 9, 2, "as published")
    gated = 3 if base.variant == "swiglu" else 2
    layers = base.n_layers - base.dense_layers
    bias = base.bias * (base.d_ff + base.d_model)
    one = layers * (gated * base.d_model * base.d_ff + bias)
    router = layers * (base.d_model + base.router_bias)
    assert more.total - base.total == one + router
    assert more.active - base.active == router
    assert base.active == replace(base, num_experts=2).active + 6 * router


def test_more_choices_than_experts_are_cut_and_said():
    config, note = configured("Mixtral-8x7B", 2, 8, "half")
    assert (config.num_experts, config.top_k, config.d_ff) == (2, 2, 7168)
    assert "only 2 to choose from" in note
    assert "There are only 2 to choose from" in moe.parameters(experts=2, top_k=8).text
    assert "There is only 1 to choose from" in moe.parameters(experts=1, top_k=8).text


def test_memory_follows_the_precision():
    for precision, size in BYTES.items():
        scene = moe.parameters(precision=precision)
        stored = number(PRESETS["Mixtral-8x7B"].total * size / 1e9)
        assert f"In {precision} that is {stored} GB to store" in scene.text
    assert set(SIZES.values()) == {0.25, 0.5, 1.0, 2.0}


# ---- ways to keep experts busy


def test_all_mixtures_have_as_many_hidden_units_and_use_as_many():
    units = {}
    for method in METHODS:
        model = mixture(method, 3, np.random.default_rng(0))
        whole = getattr(model, "shared", None)
        sizes = [expert.d_ff for expert in model.experts]
        per_token = {"nothing": 1, "loss": 1, "bias, 1 shared": 1}.get(method, 2)
        extra = whole.d_ff if whole else 0
        units[method] = (sum(sizes) + extra, per_token * sizes[0] + extra)
    assert set(units.values()) == {(24, 6)}


def test_what_the_text_says_of_six_mixtures():
    ends = {m: [train(m, seed)[-1] for seed in range(5)] for m in METHODS}
    busy = {m: np.mean([e.busiest for e in es]) for m, es in ends.items()}
    loss = {m: np.mean([e.loss for e in es]) for m, es in ends.items()}
    spread = {m: np.std([e.loss for e in es]) for m, es in ends.items()}
    assert busy["nothing"] > 3.3
    assert max(v for m, v in busy.items() if m != "nothing") < 2.6
    assert max(v for m, v in loss.items() if m != "nothing") < loss["nothing"]
    assert min(loss, key=loss.__getitem__) == max(spread, key=spread.__getitem__) == "loss"
    assert loss["bias, 1 shared"] < loss["bias, 8 halves"] < 1.1 * loss["loss, 8 halves"]


def test_the_picture_of_a_mixture_shows_its_run():
    scene = moe.balance(step=100, method="bias, 1 shared", seed=3)
    now = train("bias, 1 shared", 3)[5]
    (bars,) = marks(scene, Bars)
    assert np.allclose(bars.values, 7 * np.array(now.shares))
    assert number(now.loss) in scene.text


def test_the_cures_are_compared_on_one_seed():
    scene = moe.router(shared=3.0, steps=LAST, balance=0.3, compare=True, seed=7)
    shares = dict(zip(CURES, marks(scene, Bars, panel=3)[0].values, strict=True))
    for name, cure in CURES.items():
        alone = moe.router(**{**cure, "shared": 3.0, "steps": LAST, "seed": 7})
        assert shares[name] == 100 * dict(alone.table.rows)["accuracy"]
    assert shares["α = 0.1"] > shares["none"] + 20
    assert "α = 0.1 gets most tokens right" in scene.text


def test_the_cards_of_the_router_show_what_they_say():
    found = {card.name: moe.router(**{"steps": 400, **card.params}) for card in moe.router.cards}
    accuracy = {name: dict(scene.table.rows)["accuracy"] for name, scene in found.items()}
    assert accuracy["it works"] > 0.97
    assert accuracy["balanced"] > 0.97
    assert accuracy["it collapses"] < 0.6
    assert dict(found["it collapses"].table.rows)["share of expert 1"] == 1


# ---- by hand


@pytest.mark.parametrize("tokens", range(1, DRAWS + 1))
def test_no_assignment_within_the_limit_is_much_better_than_the_best_biases(tokens):
    free, found = divide(tokens, (0.0, 0.0, 0.0)), divide(tokens, best(tokens))
    assert max(found.load) <= FULL < max(free.load)
    places = np.repeat(draw_by_hand(tokens).loss, FULL, axis=1)  # each expert's, one by one
    exact = places[linear_sum_assignment(places)].mean()
    assert exact <= found.loss <= 1.05 * exact
    assert free.loss < exact


@given(st.integers(1, DRAWS), st.lists(st.integers(-20, 20), min_size=3, max_size=3))
@settings(deadline=None, max_examples=60)
def test_biases_within_the_limit_lose_no_less_than_the_best(tokens, steps):
    mine = divide(tokens, tuple(0.05 * s for s in steps))
    if max(mine.load) <= FULL:
        assert mine.loss >= divide(tokens, best(tokens)).loss - 1e-12


def test_only_differences_of_biases_matter():
    one, two = (divide(3, tuple(b + shift for b in (0.25, -0.5, 0.0))) for shift in (0.0, 0.5))
    assert one.load == two.load
    assert one.loss == two.loss


def test_each_token_lies_in_its_experts_region():
    scene = moe.by_hand(b1=0.3, b2=-0.4)
    (tokens,) = marks(scene, Scatter)
    division = divide(1, (0.3, -0.4, 0.0))
    areas = marks(scene, Area, panel=0)
    for x, y, e in zip(tokens.x, tokens.y, division.expert, strict=True):
        low, high = (np.interp(x, areas[e].x, edge) for edge in (areas[e].y0, areas[e].y1))
        assert low - 1e-6 <= y <= high + 1e-6
