# Two Layers by Hand. `make` lists the targets; `make book` and `make test` need nothing
# but Python 3.11 or newer, make, and a network to a package index.

SHELL := bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
PORT ?= 8000

BIN := .venv/bin
VENV := .venv/.installed
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
STEPS := $(BIN)/python -m doit -f tools/tasks.py -d .

# On shared cores two spinning BLAS threads make small products many times slower.
export OPENBLAS_NUM_THREADS := 1
export OMP_NUM_THREADS := 1
export MKL_NUM_THREADS := 1

# What is in the environments of test-oldest and test-newest, and which module `mutants` changes.
OLDEST_PYTHON ?= 3.11
NEWEST_PYTHON ?= 3.14
UPGRADE ?= --upgrade
MODULE ?= losses

.PHONY: help book test renew notebooks results lab edit bench serve \
  lock mutants links test-oldest test-newest clean distclean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ---- the environment: made again when what it is made from has changed

$(VENV): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "This book needs Python 3.11 or newer, and $(PYTHON) is older;" \
	    "try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { \
	  echo "Python could not make .venv; on Debian and Ubuntu: apt-get install python3-venv" >&2; \
	  exit 1; }
	@echo "Installing requirements.lock into .venv (about 500 MB, a minute or two)"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

# ---- reading and testing

book: $(VENV) ## build the site and say where to open it
	@$(STEPS) run book
	@echo "The book: open file://$(CURDIR)/_build/html/index.html in a browser, or run make serve."

test: $(VENV) ## lint, unit tests, every notebook, the warning-free book in a browser; one summary
	@$(STEPS)

# What you have changed in lab/ stays as it is; a file that you delete there comes back fresh.
lab: .venv/.lab book ## open the chapters in JupyterLab, as readers get them, in lab/
	@mkdir -p lab
	@for file in _build/notebooks/*; do [ -e "lab/$${file##*/}" ] || cp -R "$$file" lab/; done
	@$(BIN)/jupyter lab --notebook-dir=lab

edit: .venv/.edit ## open the sources of the chapters in JupyterLab, for those who write
	@JUPYTER_PATH="$(CURDIR)/.venv/edit/share/jupyter" $(BIN)/jupyter lab --notebook-dir=notebooks

# Where it is there, jsonschema imports it, and every start of a program that reads notebooks takes
# one to two seconds longer; without it, addresses in what is no notebook are not checked.
.venv/.lab: $(VENV)
	@$(PIP) install -c constraints.txt 'jupyterlab>=4,<5'
	@$(PIP) uninstall --yes rfc3987-syntax
	@touch $@

# Apart from the rest, for `make lab` must not have it: it leaves out what <details> folds.
.venv/.edit: .venv/.lab
	@$(PIP) install --no-deps --upgrade --target .venv/edit 'jupyterlab-myst>=2.4,<3'
	@touch $@

serve: book ## build the site and serve it on http://127.0.0.1:8000 (PORT=...)
	@echo "Serving on http://127.0.0.1:$(PORT)/ until you press Ctrl+C"
	@$(PYTHON) -m http.server --bind 127.0.0.1 --directory _build/html $(PORT)

bench: $(VENV) ## measure an epoch beside other libraries, and this suite (BENCH="suite", say)
	@$(BIN)/python experiments/benchmarks/run.py $(BENCH)

# ---- after a change

renew: $(VENV) ## bring every derived record up to date, and say what changed
	@$(BIN)/python tools/renew.py

notebooks: $(VENV) ## execute the chapters that changed and store clean outputs
	@$(STEPS) run notebooks

results: $(VENV) ## record again the tables that a change concerns (R=width: that one)
	@$(BIN)/python tools/results.py $(R)

# ---- upkeep

# Versions and digests for every Python from 3.11 on and every platform; no index is written down.
# constraints.txt is the same without the digests, for `pip install -r requirements.txt`.
lock: .venv/.uv ## renew requirements.lock and constraints.txt (UPGRADE= keeps the versions)
	@mkdir -p build
	@grep -vE '^(-[ce]|this-book) ' requirements.txt > build/requirements.in
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 $(UPGRADE) --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock" \
	  --extra plot --output-file requirements.lock build/requirements.in pyproject.toml
	@sed -e '/^ *--hash/d' -e 's/ \\$$//' requirements.lock > constraints.txt
	@echo "constraints.txt: $$(grep -c '==' constraints.txt) versions; now make test"

# cosmic-ray writes each mutant into the file itself, so it works on a copy.
mutants: .venv/.mutants ## change a module in many ways; its tests must notice 95 % (MODULE=deep)
	@rm -rf build/mutants && mkdir -p build/mutants
	@cp -R simple_ml tests conftest.py pyproject.toml build/mutants
	@sed 's/MODULE/$(MODULE)/' tools/mutants.toml > build/mutants/config.toml
	@cd build/mutants && export PATH="$(CURDIR)/$(BIN):$$PATH" PYTHONPATH=. HYPOTHESIS_PROFILE=mutants; \
	  cosmic-ray baseline config.toml && cosmic-ray init config.toml session && \
	  cr-filter-operators session config.toml && cosmic-ray exec config.toml session && \
	  cr-report --show-diff --surviving-only session && cr-rate --fail-over 5 session

.venv/.mutants: $(VENV)
	@$(PIP) install -c constraints.txt -e '.[mutants]'
	@touch $@

links: $(VENV) ## ask every external address whether it is still there (needs a network)
	@$(BIN)/jupyter-book build . --path-output build --builder linkcheck

# Both environments are made anew. The package's own tests need nothing of the site. Old libraries
# use what newer ones have deprecated: that is theirs to fix.
test-oldest: .venv/.uv ## test the package with the oldest versions that pyproject.toml promises
	@$(BIN)/uv venv --quiet --clear --python $(OLDEST_PYTHON) build/oldest
	@grep -E '^(pytest|hypothesis)\b' requirements.txt > build/oldest.in
	@$(BIN)/uv pip install --quiet --python build/oldest/bin/python --resolution lowest-direct \
	  -r build/oldest.in -e '.[plot]'
	@build/oldest/bin/python -m pytest -p no:cacheprovider -W ignore::DeprecationWarning \
	  tests/package tests/check

test-newest: .venv/.uv ## run every step with the newest versions there are (NEWEST_PYTHON=3.14)
	@$(BIN)/uv venv --quiet --clear --python $(NEWEST_PYTHON) build/newest
	@grep -vE '^(-[ce]|this-book) ' requirements.txt > build/newest.in
	@$(BIN)/uv pip install --quiet --python build/newest/bin/python -r build/newest.in -e '.[plot]'
	@PATH="$(CURDIR)/build/newest/bin:$$PATH"; \
	  python -m doit -f tools/tasks.py run --always || { \
	  echo 'CONTRIBUTING.md, "A red Monday", says what to do. These are not the locked versions:'; \
	  $(CURDIR)/$(BIN)/uv pip freeze --python build/newest | \
	  grep -vixFf <(sed 's/ ;.*//' constraints.txt); exit 1; }

.venv/.uv: $(VENV)
	@$(PIP) install uv
	@touch $@

clean: ## remove what was built (the environment stays)
	@rm -rf _build build .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

distclean: clean ## remove the environment, too
	@rm -rf .venv *.egg-info
