# TwinTrack. `make` alone lists what can be made.

PYTHON  ?= python3
WORKERS ?= 2
FUZZ    ?= 10000

VENV  := .venv
BIN   := $(VENV)/bin
BUILD := build

# One stamp for each set of libraries; pip runs again only when pyproject.toml has changed.
CORE     := $(VENV)/.installed
DEV      := $(VENV)/.installed-dev
NOTEBOOK := $(VENV)/.installed-notebook
INSTALL  := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --editable

# Byte code is made when a module is first used, and kept: that of all libraries would take 150 MB.
unexport PYTHONDONTWRITEBYTECODE

# A file stays with one worker, so that what its tests share is made once. Files that hold slow tests are begun
# first (tests/conftest.py): what is begun last must not be long.
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

# Notebooks are slow. What runs them takes two seconds to import, in every process.
NOTEBOOKS := --nbmake --nbmake-timeout=300
QUICK     := -p no:nbmake -m 'not slow'

# JupyterLab refuses to run as root, which is the user in most containers, unless it is told to.
AS_ROOT = $(if $(filter 0,$(shell id -u)),--allow-root)

# Every definition in reports/ becomes a page, and has a target of its own: report-NAME.
REPORTS := $(patsubst reports/%.yaml,report-%,$(wildcard reports/*.yaml))

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: help report reports $(REPORTS) validation site test test-all test-quick parity recovery fuzz kills pictures question pages durations lint lint-types lint-code bench notebook clean distclean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

# One that fails stops no other. The state of all is told at the end, and decides how make ends.
reports: | $(CORE) ## install what is missing, compute every report that is out of date, say where the pages are
	@$(MAKE) --no-print-directory --keep-going $(if $(findstring -j,$(MAKEFLAGS)),,-j$(WORKERS)) $(REPORTS) || true
	@$(BIN)/twintrack report --state --output $(BUILD)/reports

report: reports ## the same as reports; report-NAME: one of them

# The program knows by their contents whether inputs or pages have changed.
$(REPORTS): report-%: reports/%.yaml | $(CORE)
	@$(BIN)/twintrack report $< --output $(BUILD)/reports/$* --if-changed

validation: $(CORE) ## hold the model against history: a page of what speaks for and against it
	$(BIN)/twintrack validate --out $(BUILD)/validation

site: reports validation ## dashboard, reports, model, validation and documents in one folder for a static host
	$(BIN)/twintrack site --built $(BUILD) --out $(BUILD)/site

# The type checker keeps one core busy for half a minute: the tests have the other one meanwhile.
test: $(DEV) ## linter, type checker and all tests
	@$(MAKE) --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,-j3) lint-types lint-code test-all

test-all: $(DEV)
	$(PYTEST) $(NOTEBOOKS)

test-quick: $(DEV) ## the tests that are not slow, in under two minutes
	$(PYTEST) $(QUICK)

parity: $(DEV) ## every strategy against other programs, where `make test` takes three
	$(PYTEST) --all-strategies tests/parity

recovery: $(CORE) ## forty made-up truths that are to be learnt again: coverage, ranks, a joint check; half an hour
	$(BIN)/python tools/recovery.py --workers $(WORKERS)

fuzz: $(DEV) ## ten thousand inputs of each kind (FUZZ=N: so many), with counts of faults; hours, Ctrl-C ends it
	$(BIN)/python tests/fuzz/run_fuzz.py $(FUZZ)

kills: $(DEV) ## a hundred SIGKILLs at random moments: nothing half-written, nothing left, results equal; half an hour
	$(BIN)/python -m pytest -q -s --kills 20 tests/faults/test_kills.py

pictures: report-strategy_comparison ## renew the pictures of the README from the main report, by Chromium
	$(BIN)/python tools/pictures.py $(BUILD)/reports/strategy_comparison docs/pictures

question: $(DEV) ## every table of docs/question.md against what its blocks print now, in some two minutes
	$(PYTEST) --whole-pages tests/packaging/test_question_page.py

pages: $(DEV) ## every report in a browser: offline, at four widths, by axe; some ten minutes
	$(PYTEST) --whole-pages tests/browser/test_every_page.py

durations: $(DEV) ## quick tests that take over three seconds: mark them slow, or make them quicker
	$(PYTEST) $(QUICK) --durations=0 --durations-min=3

lint: $(DEV) ## linter, format, types, dead code and import circles only
	@$(MAKE) --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,-j$(WORKERS)) lint-types lint-code

lint-types: $(DEV)
	$(BIN)/python -m mypy

lint-code: $(DEV)
	$(BIN)/python -m ruff check
	$(BIN)/python -m ruff format --check
	$(BIN)/python -m vulture
	$(BIN)/python tools/import_circles.py

bench: $(DEV) ## measure the engine beside PySD, Simlin and compiled C, in some ten minutes on a quiet machine
	$(BIN)/python -m bench --full

notebook: $(NOTEBOOK) ## open the tour in JupyterLab
	$(BIN)/python -m jupyterlab $(AS_ROOT) reports/notebooks/tour.ipynb

clean: ## remove what was computed
	rm -rf $(BUILD) dist .mypy_cache .pytest_cache .ruff_cache

distclean: clean ## remove the virtual environment as well
	rm -rf $(VENV)

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "TwinTrack needs Python 3.11 or newer, and $(PYTHON) is: $$($(PYTHON) --version 2>&1)." \
	       "Name another one: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@echo "Making the virtual environment $(VENV)"
	@$(PYTHON) -m venv --clear $(VENV)

$(CORE): pyproject.toml | $(VENV)/pyvenv.cfg
	@echo "Installing TwinTrack and its libraries into $(VENV)"
	@$(INSTALL) .
	@touch $@

# The larger sets hold the core, so its stamp is renewed with theirs.
$(DEV): pyproject.toml | $(VENV)/pyvenv.cfg
	@echo "Installing TwinTrack with the tools for its tests into $(VENV)"
	@$(INSTALL) '.[dev]'
	@touch $(CORE) $@

$(NOTEBOOK): pyproject.toml | $(VENV)/pyvenv.cfg
	@echo "Installing TwinTrack with JupyterLab into $(VENV)"
	@$(INSTALL) '.[notebook]'
	@touch $(CORE) $@
