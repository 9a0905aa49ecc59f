# Everything a person or CI does with the project. Needed beforehand: Python 3.11 or newer, and make.
# `make` alone lists the targets. `make PYTHON=/path/to/python3.12 demo` chooses the interpreter.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
# The first interpreter on the PATH that is new enough.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done)
PIP := $(BIN)/python -m pip --disable-pip-version-check
SETUP := pyproject.toml constraints.txt

.PHONY: help demo test check format train bench results evidence notebook figures clean install install-dev

help: ## List the targets.
	@grep -E '^[a-z-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z-]+):.*## (.*)/make \1\t\2/' | expand -t 18

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "error: no Python 3.11 or newer on the PATH; name one: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# The stamps keep a second run from installing again; a change of the requirements installs anew.
$(VENV)/.installed: $(SETUP) | $(BIN)/python
	$(PIP) install --quiet --editable . --constraint constraints.txt
	@touch $@

$(VENV)/.installed-dev: $(SETUP) | $(BIN)/python
	$(PIP) install --quiet --editable '.[dev]' --constraint constraints.txt
	@touch $(VENV)/.installed $@

install: $(VENV)/.installed ## Make .venv and install the package in it.

install-dev: $(VENV)/.installed-dev ## The same, with what the tests and checks need.

demo: $(VENV)/.installed ## Analyze the example images with the embedded model; results in out/demo.
	$(BIN)/nesy analyze examples/images/*.png --model embedded --out out/demo
	@echo "The analyses (JSON), graphs (Turtle, TriG) and annotated pictures are in out/demo." >&2

test: $(VENV)/.installed-dev ## Run the tests, offline.
	HF_HUB_OFFLINE=1 TRANSFORMERS_OFFLINE=1 $(BIN)/python -m pytest

check: $(VENV)/.installed-dev ## Lint, format, types, and which part may import which.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed-dev ## Format the code and mend what the linter can.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

train: $(VENV)/.installed ## Train the embedded model again, from nothing.
	$(BIN)/python -m nesy.training

bench: $(VENV)/.installed ## Time a warm check and the embedded model.
	$(BIN)/python -m nesy.evaluation.speed

results: $(VENV)/.installed ## Measure the embedded model on fresh scenes; writes results/*.json and the README's table.
	$(BIN)/python -m nesy.evaluation.report

evidence: $(VENV)/.installed ## Measure the rules on ground truth (NESY_DATA names its folder); writes results/*.json, rules/measured.json, README.
	$(BIN)/python -m nesy.evaluation.evidence
	$(BIN)/python -m nesy.evaluation.exercise
	$(BIN)/python -m nesy.evaluation.report --table-only

notebook: $(VENV)/.installed-dev ## Run examples/rule_coverage.ipynb again on the results, and keep its output.
	$(BIN)/jupyter-execute --inplace --NotebookClient.record_timing=False examples/rule_coverage.ipynb

figures: results ## The same as results.

clean: ## Remove what was built; .venv stays (rm -r .venv removes it).
	rm -rf build dist out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find nesy tests examples -name __pycache__ -type d -prune -exec rm -rf {} +
