# The one entry to Clew; `make` or `make help` lists the targets.

# The first Python that is new enough; name another with `make PYTHON=…`.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo "$$python" && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PYTEST := $(BIN)/python -m pytest
# Hundreds of tests start processes of their own: compiled once, not by each of them.
SIDE_BY_SIDE := PYTHONDONTWRITEBYTECODE= $(PYTEST) --numprocesses auto --dist worksteal

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test coverage check story crash bench clean

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*  ## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

demo: .venv/.runtime  ## install once, then run Clew with a stand-in of WeCom: open the printed address
	@$(BIN)/clew demo

test: .venv/.develop  ## install what tests need, run all of them on all cores
	@.ci/packages test $(BIN)/python
	@$(SIDE_BY_SIDE)

coverage: .venv/.develop  ## the same, and show which lines no test reached: takes twice as long
	@.ci/packages test $(BIN)/python
	@$(BIN)/coverage erase
	@status=0; $(BIN)/coverage run -m pytest || status=$$?; \
	$(BIN)/coverage combine --quiet && $(BIN)/coverage report; \
	exit $$status

check: .venv/.develop  ## lint, format, types, architecture and unit tests: before each commit
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(SIDE_BY_SIDE) -q tests/architecture tests/unit

story: .venv/.develop  ## play the whole job headless, on SQLite and on PostgreSQL
	@$(BIN)/clew story
	@$(BIN)/python -m tests.services $(BIN)/clew story --database {postgres}

crash: .venv/.develop  ## kill the service 200 times under load and faults: SQLite, PostgreSQL, replicas
	@$(BIN)/python -m tests.crash 200 sqlite
	@$(BIN)/python -m tests.crash 200 postgres
	@$(BIN)/python -m tests.crash 200 replicas

bench: .venv/.bench  ## measure: make bench NAME=…; without NAME list what there is
	@.ci/packages bench $(BIN)/python
	@$(BIN)/python -m tests.bench $(NAME)

clean:  ## remove the virtual environment and what tools left behind
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage* htmlcov *.egg-info
	find bot config domain handlers storage tests -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Clew needs Python 3.11 or newer: apt-get install python3" >&2; exit 1; }
	@.ci/packages venv $(PYTHON)
	@echo "Creating .venv with $$($(PYTHON) --version) …"
	@$(PYTHON) -m venv .venv

.venv/.runtime: requirements.txt pyproject.toml | .venv/bin/python
	@echo "Installing what Clew runs on (once; a minute or two) …"
	@$(PIP) install --use-pep517 -r requirements.txt
	@$(PIP) install --no-deps --editable .
	@touch $@

.venv/.develop: requirements-dev.txt .venv/.runtime
	@echo "Installing what its tests need …"
	@$(PIP) install --use-pep517 -r requirements-dev.txt
	@touch $@

.venv/.bench: requirements-bench.txt .venv/.develop
	@echo "Installing what benches compare with …"
	@$(PIP) install --use-pep517 -r requirements-bench.txt
	@touch $@
