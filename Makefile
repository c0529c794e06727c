# Two Layers by Hand. `make` lists the targets; `make book` and `make test` need nothing
# but Python 3.11 or newer, make, and a network to a package index.

SHELL := bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
PORT ?= 8000
STEPS := lint unit notebooks book

BIN := .venv/bin
VENV := .venv/.installed
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
SITE := _build/html
NBVAL := --nbval --nbval-current-env --nbval-cell-timeout=60

# On shared cores two spinning BLAS threads make small products many times slower.
export OPENBLAS_NUM_THREADS := 1
export OMP_NUM_THREADS := 1
export MKL_NUM_THREADS := 1

CHAPTERS := $(wildcard notebooks/*.ipynb)
PACKAGE := $(filter-out %.pyc,$(wildcard simple_ml/*.py simple_ml/*.mplstyle simple_ml/*/*.* simple_ml/*/*/*.*)) pyproject.toml
RESULTS := $(wildcard notebooks/results/*)
TOOLS := $(wildcard tools/*.py)
TESTS := $(filter-out %.pyc,$(wildcard tests/*.* tests/*/*.* tests/*/*/*.*))
PAGES := _config.yml _toc.yml $(wildcard book/* book/_ext/*.py book/_ext/*.txt book/_static/* book/_templates/* book/lab/*)
EXPERIMENTS := $(wildcard experiments/*.py experiments/benchmarks/*.*)
TOP := $(wildcard *.md *.cff *.txt *.lock LICENSE Makefile .ci/run .github/workflows/*)

# What is in the environments of test-oldest and test-newest, and what mutants are compared with.
OLDEST_PYTHON ?= 3.11
NEWEST_PYTHON ?= 3.14
UPGRADE ?= --upgrade
BASE ?= HEAD
PACKAGE_TESTS := tests/package tests/check

.PHONY: help book test lab notebooks results bench serve pdf lock weight browser setup-browser clean distclean \
  test-oldest test-newest mutants mutants-changed links

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ---- the environment: made again when what it is made from has changed

$(VENV): requirements.txt requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "This book needs Python 3.11 or newer, and $(PYTHON) is not; try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; \
	  exit 1; }
	@$(PYTHON) -m venv .venv || { \
	  echo "Python could not make .venv; on Debian and Ubuntu: apt-get install python3-venv" >&2; \
	  exit 1; }
	@echo "Installing requirements.lock into .venv (about 500 MB, a minute or two)"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

# ---- the steps of `make test`; each runs again only when the content of an input changed

INPUTS_lint := $(PACKAGE) $(CHAPTERS) $(TOOLS) $(TESTS) $(EXPERIMENTS) $(PAGES)
INPUTS_unit := $(PACKAGE) $(CHAPTERS) $(RESULTS) $(TOOLS) $(TESTS) $(EXPERIMENTS) $(PAGES) $(TOP)
INPUTS_notebooks := $(PACKAGE) $(CHAPTERS) $(RESULTS)
INPUTS_book := $(PACKAGE) $(CHAPTERS) $(RESULTS) $(PAGES) tools/equations.py

step = $(PYTHON) tools/steps.py run $(basename $(notdir $@)) --

define run_steps
@$(PYTHON) tools/steps.py forget-failures
@$(MAKE) --silent --no-print-directory -o $(VENV) $(patsubst %,build/test/%.done,$(1))
@$(PYTHON) tools/steps.py summary $(1)
endef

.PRECIOUS: build/test/%.inputs
build/test/%.inputs: FORCE
	@$(PYTHON) tools/steps.py inputs $* $(INPUTS_$*)
FORCE:

build/test/lint.done: build/test/lint.inputs $(VENV)
	@$(step) bash -c 'status=0; $(BIN)/ruff check . || status=1; $(BIN)/ruff format --check . || status=1; exit $$status'

# The site's tests look at the site that the step `book` has built.
build/test/unit.done: build/test/unit.inputs $(VENV) build/test/book.done
	@REQUIRE_SITE=1 $(step) $(BIN)/python -m pytest --durations=12 tests

build/test/notebooks.done: build/test/notebooks.inputs $(VENV)
	@$(step) $(BIN)/python -m pytest $(NBVAL) notebooks

# Always from nothing: a page that warned is not built again, so its warning would be lost.
build/test/book.done: build/test/book.inputs $(VENV)
	@rm -rf _build
	@$(step) $(BIN)/jupyter-book build . -W -n --keep-going

book: $(VENV) ## build the site and say where to open it
	$(call run_steps,book)
	@echo "The book: open file://$(CURDIR)/$(SITE)/index.html in a browser, or run make serve."

test: $(VENV) ## lint, unit tests, every notebook, the warning-free book; one summary
	$(call run_steps,$(STEPS))

# ---- reading and changing the chapters

lab: .venv/.lab ## open the chapters in JupyterLab (installed on demand)
	@$(BIN)/jupyter lab --notebook-dir=notebooks

.venv/.lab: $(VENV)
	@$(PIP) install -c constraints.txt 'jupyterlab>=4,<5'
	@touch $@

notebooks: $(CHAPTERS:notebooks/%.ipynb=build/notebooks/%.done) ## execute the chapters that changed and store clean outputs

build/notebooks/%.done: notebooks/%.ipynb $(VENV) $(PACKAGE) $(RESULTS) tools/execute_notebooks.py
	@mkdir -p $(@D)
	@$(BIN)/python tools/execute_notebooks.py $<
	@touch $@

# The tables are committed. Their marks are not the tables themselves, or a clone, whose
# files are all equally new, would record for minutes before it tests.
results: $(patsubst experiments/record_%.py,build/results/%.done,$(wildcard experiments/record_*.py)) ## record the experiments whose code changed (needs the full MNIST)

# A sweep goes on with the table that it finds: the old one goes first, one that was begun here stays.
build/results/%.done: experiments/record_%.py $(filter simple_ml/%.py,$(PACKAGE)) $(VENV)
	@mkdir -p $(@D)
	@[ -e build/results/$*.begun ] || rm -f notebooks/results/$*.csv
	@touch build/results/$*.begun
	@$(BIN)/python $<
	@$(BIN)/python tools/digests.py
	@rm build/results/$*.begun
	@touch $@

bench: $(VENV) ## measure an epoch beside other libraries (those of pip install -e '.[bench]')
	@$(BIN)/python experiments/benchmarks/run.py $(BENCH)

serve: book ## build the site and serve it on http://127.0.0.1:8000 (PORT=...)
	@echo "Serving on http://127.0.0.1:$(PORT)/ until you press Ctrl+C"
	@$(PYTHON) -m http.server --bind 127.0.0.1 --directory $(SITE) $(PORT)

weight: book ## weigh each page of the site, into tests/site/site_weight.csv
	@$(BIN)/python tools/site_weight.py $(WEIGHT)

pdf: book ## print the whole book into one PDF, _build/two-layers-by-hand.pdf (with Chromium, in minutes)
	@$(BIN)/python tools/pdf.py

# ---- upkeep

# Versions and digests for every Python from 3.11 on and every platform; no index is written down.
# constraints.txt is the same without the digests, for `pip install -r requirements.txt`.
lock: .venv/.uv ## renew requirements.lock and constraints.txt (UPGRADE= keeps the versions)
	@mkdir -p build
	@grep -v '^-[ce] ' requirements.txt > build/requirements.in
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 $(UPGRADE) --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock" \
	  --extra plot --output-file requirements.lock build/requirements.in pyproject.toml
	@sed -e '/^ *--hash/d' -e 's/ \\$$//' requirements.lock > constraints.txt
	@echo "constraints.txt: $$(grep -c '==' constraints.txt) versions; now make test"

# The package's own tests need nothing of the site. Both environments are made anew. Old libraries
# use what newer ones below them have deprecated: that is theirs to mend, and not looked at here.
test-oldest: .venv/.uv ## run the package's tests with the oldest versions that pyproject.toml promises
	@$(BIN)/uv venv --quiet --clear --python $(OLDEST_PYTHON) build/oldest
	@grep -E '^(pytest|hypothesis)\b' requirements.txt > build/oldest.in
	@$(BIN)/uv pip install --quiet --python build/oldest/bin/python --resolution lowest-direct \
	  -r build/oldest.in -e '.[plot]'
	@build/oldest/bin/python -m pytest -p no:cacheprovider -W ignore::DeprecationWarning $(PACKAGE_TESTS)

test-newest: .venv/.uv ## run every test with the newest versions there are (NEWEST_PYTHON=3.14)
	@$(BIN)/uv venv --quiet --clear --python $(NEWEST_PYTHON) build/newest
	@grep -v '^-[ce] ' requirements.txt > build/newest.in
	@$(BIN)/uv pip install --quiet --python build/newest/bin/python -r build/newest.in -e '.[plot]'
	@PATH="$(CURDIR)/build/newest/bin:$$PATH"; status=0; \
	  jupyter-book build . -W -n --keep-going || status=1; \
	  REQUIRE_SITE=1 python -m pytest -p no:cacheprovider tests || status=1; \
	  python -m pytest -p no:cacheprovider $(NBVAL) notebooks || status=1; \
	  [ $$status = 0 ] || python tools/drift.py; exit $$status

mutants: $(VENV) ## change the package in thousands of ways; a test must notice each (MODULES="losses deep")
	@$(BIN)/python tools/mutants.py $(MODULES)

mutants-changed: $(VENV) ## the same for the lines that differ from BASE, for ten minutes at most
	@$(BIN)/python tools/mutants.py --changed $(BASE) --minutes 10

links: $(VENV) ## ask every external address whether it is still there (needs a network)
	@$(BIN)/python tools/links.py --check

.venv/.uv: $(VENV)
	@$(PIP) install uv
	@touch $@

browser: setup-browser
setup-browser: $(VENV) ## fetch a Chromium for the site's tests where the system has none
	@$(BIN)/python -m playwright install chromium

clean: ## remove what was built (the environment stays)
	@rm -rf _build build .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

distclean: clean ## remove the environment, too
	@rm -rf .venv *.egg-info
