"""Run the experiments: every row and seed that is not in the file yet, then the times."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from ffnlib._base.arrays import as_count
from ffnlib._base.parameters import Model
from ffnlib.experiments._learn import Learned, learn
from ffnlib.experiments._measure import size_of, time_all
from ffnlib.experiments._results import Results, empty
from ffnlib.experiments._rows import ROWS, names, with_bases
from ffnlib.experiments._settings import Settings, images, named
from ffnlib.training import count_steps, evaluate

Say = Callable[[str], object]


class Study:
    """Networks of all rows and seeds of one collection, trained once and kept in a folder.

    Parameters
    ----------
    data : str
        "digits", "mnist" or "fashion".
    kept : Path, optional
        Where trained networks are kept, so that an interrupted study goes on; made if it does not
        exist. In memory only if not given.
    tick : callable
        Called after each step of training.

    Raises
    ------
    ValueError, ffnlib.datasets.DataUnavailableError
        If there is no such collection, or its images cannot be found.
    """

    def __init__(
        self, data: str, kept: Path | None = None, tick: Callable[[], object] = lambda: None
    ) -> None:
        self.data, self.settings = data, named(data)
        self.train, self.test = images(data)
        self.kept, self.tick = kept, tick
        self._trained: dict[tuple[str, int], tuple[Model, Learned | None]] = {}

    def steps(self, name: str) -> int:
        """Return how many steps of training a row takes."""
        recipe = ROWS[name].recipe
        if recipe is None:
            return 0
        return count_steps(len(self.train.x), self.settings.batch, recipe(self.settings).epochs)

    def trained(self, name: str, seed: int) -> tuple[Model, Learned | None]:
        """Return the trained network of a row before it is finished, and what training took.

        The second is None if nothing was trained now: the network was read from the folder.
        """
        if (name, seed) not in self._trained:
            self._trained[name, seed] = self._train(name, seed)
        return self._trained[name, seed]

    def _train(self, name: str, seed: int) -> tuple[Model, Learned | None]:
        row = ROWS[name]
        base = None if row.base is None else self.trained(row.base, seed)[0]
        model = row.begin(self.settings, seed, base)
        if row.recipe is None:
            return model, None
        path = None if self.kept is None else self.kept / f"{name}-{seed}.npz"
        if path is not None and path.exists():
            model.load(path)
            return model, None
        learned = learn(
            model, row.recipe(self.settings), self.settings, self.train, self.test, seed, self.tick
        )
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            model.save(path)
        return model, learned

    def finished(self, name: str, seed: int) -> Model:
        """Return the network of a row as it is measured."""
        model, _ = self.trained(name, seed)
        finish = ROWS[name].finish
        x = self.train.x[: self.settings.calibration]
        return model if finish is None else finish(self.settings, model, x)

    def forget(self, seed: int) -> None:
        """Let go of the networks of a seed."""
        self._trained = {key: kept for key, kept in self._trained.items() if key[1] != seed}

    def measure(self, name: str, seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
        """Train and measure a row: what all its seeds share, and what this one gave."""
        row = ROWS[name]
        begun, learned = self.trained(name, seed)
        model = self.finished(name, seed)
        size = size_of(model)
        shared = {
            "title": row.title,
            "base": row.base,
            "recipe": None if row.recipe is None else row.recipe(self.settings)._asdict(),
            "total": size.total,
            "active": size.active,
            "trained": 0 if row.recipe is None else begun.num_parameters,
            "stored": size.stored,
        }
        run = {
            "accuracy": evaluate(model, self.test).accuracy,
            "steps": self.steps(name),
            "to_target": None if learned is None else learned.to_target,
            "training_seconds": None if learned is None else round(learned.seconds, 2),
        }
        return shared, run


class Wanted(NamedTuple):
    """The rows and seeds that a file of results must hold."""

    rows: list[str]
    seeds: int


def wanted(settings: Settings, rows: list[str] | None, seeds: int) -> Wanted:
    """Check and complete what is asked for; errors as ``with_bases``, and for ``seeds`` below 1."""
    chosen = names(settings) if rows is None else with_bases(rows, settings)
    return Wanted(chosen, as_count(seeds, "seeds"))


def run(
    study: Study, results: Results, want: Wanted, save: Callable[[Results], object], say: Say
) -> Results:
    """Add all that is wanted and missing to results; ``save`` them after each row and seed.

    A row whose network was kept but whose result was not is trained again: its steps count.
    """
    for seed in range(want.seeds):
        for name in want.rows:
            if str(seed) in results["rows"].get(name, {}).get("runs", {}):
                continue
            shared, one = study.measure(name, seed)
            if ROWS[name].recipe is not None and one["training_seconds"] is None:
                _forget_kept(study, name, seed)
                shared, one = study.measure(name, seed)
            entry = results["rows"].setdefault(name, {**shared, "runs": {}})
            entry["runs"][str(seed)] = one
            save(results)
            say(_line(name, seed, one))
        if seed:
            study.forget(seed)
    if set(results["times"].get("one", {})) != set(results["rows"]):
        say("times, all networks in turns")
        models = {name: study.finished(name, 0) for name in names(study.settings)
                  if name in results["rows"]}  # fmt: skip
        results["times"] = time_all(models, study.settings, study.train, study.test)
        save(results)
    return results


def results_of(study: Study, seeds: int = 3, rows: list[str] | None = None) -> Results:
    """Train and measure rows, all by default, without a file. Errors as ``wanted``."""
    results = empty(study.data, "ffnlib.experiments.results_of")
    want = wanted(study.settings, rows, seeds)
    return run(study, results, want, lambda _: None, lambda _: None)


def _forget_kept(study: Study, name: str, seed: int) -> None:
    study.forget(seed)
    if study.kept is not None:
        (study.kept / f"{name}-{seed}.npz").unlink(missing_ok=True)


def _line(name: str, seed: int, one: dict[str, Any]) -> str:
    text = f"{name}, seed {seed}: {one['accuracy']:.2%} of the test images right"
    if one["to_target"] is not None:
        text += f", target after {one['to_target']} of {one['steps']} steps"
    if one["training_seconds"] is not None:
        text += f", trained in {one['training_seconds']:.1f} s"
    return text


def in_order(results: Results) -> Results:
    """Put the rows of results into the order of the table."""
    return {**results, "rows": {k: results["rows"][k] for k in ROWS if k in results["rows"]}}


def missing_steps(study: Study, results: Results, want: Wanted) -> int:
    """Return how many steps of training are still to be taken."""
    return sum(
        study.steps(name)
        for name in want.rows
        for seed in range(want.seeds)
        if str(seed) not in results["rows"].get(name, {}).get("runs", {})
    )
