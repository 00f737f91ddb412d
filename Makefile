# Two commands: `make book` builds the site, `make test` proves it. Nothing else has to be installed
# first but Python (3.11 or newer) and make.

PYTHON  ?= python3
VENV    := .venv
BIN     := $(VENV)/bin
SITE    := _build/html
PORT    ?= 8000
UNCHECKED := ^ffnlib/data/|/(__init__|__main__)[.]py$$
INSTALL := $(BIN)/python -m tools.install -c constraints.txt

# nbgrader calls programs of its environment by name.
export PATH := $(CURDIR)/$(BIN):$(PATH)
# One thread per numerical library: repeatable figures, and no fight for two cores.
export OPENBLAS_NUM_THREADS ?= 1
export OMP_NUM_THREADS ?= 1
# Jupyter's own notice about paths is not about this book.
export JUPYTER_PLATFORM_DIRS := 1
export PYDEVD_DISABLE_FILE_VALIDATION := 1

.PHONY: help book serve lab test lint coverage bench pdf epub release links clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

book: $(VENV)/.book ## build the site into _build/html (a second time: seconds)
	@$(BIN)/python -m _ext.build
	@echo "The book is in $(SITE). To read it: make serve   (explorers need a server, not file://)"

serve: book ## serve the built site on http://localhost:8000 (PORT=… for another port)
	@echo "http://localhost:$(PORT)  (Ctrl+C stops)"
	@$(BIN)/python -m http.server $(PORT) --bind 127.0.0.1 --directory $(SITE)

lab: $(VENV)/.book ## open the exercises in JupyterLab as a student sees them (work is kept in lab/)
	@$(BIN)/python -m _ext.lab lab
	@$(BIN)/jupyter lab --notebook-dir=lab

test: $(VENV)/.test ## install the test tools, then check everything
	@$(BIN)/python -m tools
	@$(MAKE) --no-print-directory -j2 lint book
	$(BIN)/pytest --nbval exercises/source -p no:cacheprovider
	$(BIN)/pytest -n 3 --dist loadfile

lint: $(VENV)/.test ## check style, types and the order of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m numpydoc lint $$(git ls-files 'ffnlib/*.py' 'ffngrade/*.py' | grep -vE '$(UNCHECKED)')

coverage: $(VENV)/.test ## what share of ffnlib and ffngrade the tests run (the browser's apart)
	@$(BIN)/python -m tools
	$(BIN)/pytest -n 3 --dist loadfile -m "not browser" --cov

bench: $(VENV)/.test ## print the figures of the course, and one table of them all
	@$(MAKE) --no-print-directory book
	@$(BIN)/python -m tools.chromium
	@PYTHONPATH=benchmarks $(BIN)/python -m interleave

pdf: $(VENV)/.test ## print the book and each of its pages (_build/pdf)
	@$(MAKE) --no-print-directory book
	@$(BIN)/python -m tools.chromium
	@$(BIN)/python -m tools.pdf

epub: $(VENV)/.test ## write the book as an EPUB (_build/epub)
	@$(MAKE) --no-print-directory book
	@$(BIN)/python -m tools.chromium
	@$(BIN)/python -m tools.epub

release: pdf epub ## write the versioned site, its archive, wheel, notebooks, PDFs, EPUB and sums into dist/
	@$(BIN)/python -m tools.release

links: $(VENV)/.book ## ask every address outside the book whether it is still there
	@$(BIN)/python -m _ext.build --builder linkcheck

clean: ## remove all that was built, the environment included (lab/ and a class's marks in exercises/ stay)
	rm -rf $(VENV) _build build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
	rm -rf tools/npm/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, and $(PYTHON) is " + sys.version.split()[0] + ". Name another one: make PYTHON=python3.12 ...")'
	@echo "Creating $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

# A stamp per set of packages: the second run installs nothing.
$(VENV)/.book: pyproject.toml ffngrade/pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing the book's packages (pinned in constraints.txt) ..."
	@$(INSTALL) setuptools
	@$(INSTALL) --no-build-isolation -e '.[book]' -e ./ffngrade
	@touch $@

$(VENV)/.test: $(VENV)/.book
	@echo "Installing the test tools ..."
	@$(INSTALL) --no-build-isolation -e '.[book,test]' -e './ffngrade[cluster,postgresql]'
	@touch $@
