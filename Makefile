# Tocsin. `make help` lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
REQUIRE ?=
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.PHONY: help generate check prove test venv dev engines lint types fmt docs bench clean lock

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

generate: venv ## Write every artifact from spec.yaml and say what changed
	@$(BIN)/tocsin generate

check: venv ## Refuse artifacts that are stale or edited by hand
	@$(BIN)/tocsin generate --check

prove: engines ## Prove every alert on the real engines, and keep the proofs
	@$(BIN)/tocsin prove

venv: $(VENV)/runtime

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "error: Tocsin needs Python 3.11 or newer (this is $$($(PYTHON) --version)); try make PYTHON=python3.12" >&2; exit 3; }
	@$(PYTHON) -m venv $(VENV) || \
		{ echo "error: this Python cannot make virtual environments; on Debian: apt-get install python3-venv" >&2; rm -rf $(VENV); exit 3; }

$(VENV)/runtime: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "making the virtual environment $(VENV) from requirements.lock" >&2
	@$(BIN)/pip install --quiet --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation --no-index -e .
	@$(BIN)/python -m compileall -q src/tocsin
	@touch $@

dev: $(VENV)/dev

$(VENV)/dev: requirements-dev.lock $(VENV)/runtime
	@echo "adding the tools for tests from requirements-dev.lock" >&2
	@$(BIN)/pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

engines: venv ## Build the pinned engines into the user's cache (needs Go), or find them
	@$(BIN)/python -m tocsin.engines build

test: dev ## Run all tests; REQUIRE=all makes "not run" a failure
	@if command -v go >/dev/null; then $(MAKE) -s engines || [ -z "$(REQUIRE)" ]; fi
	@TOCSIN_REQUIRE="$(REQUIRE)" $(BIN)/pytest -q -n auto $(ARGS)

lint: dev ## ruff, import-linter
	@$(BIN)/ruff check src tests && $(BIN)/ruff format --check src tests && $(BIN)/lint-imports

types: dev ## mypy --strict
	@$(BIN)/mypy

fmt: dev ## Format the code
	@$(BIN)/ruff format src tests && $(BIN)/ruff check --fix -q src tests

docs: venv ## Write docs/reference from the program
	@$(BIN)/python -m tocsin.cli.reference

bench: dev ## Measure; prints ratios
	@$(BIN)/python -m bench

lock: dev ## Renew the locks
	@$(BIN)/pip install -q uv
	@$(BIN)/uv pip compile --universal --generate-hashes --no-header --no-annotate -q --python-version 3.11 pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --universal --generate-hashes --no-header --no-annotate -q --python-version 3.11 --extra dev pyproject.toml -o requirements-dev.lock

clean: ## Remove the virtual environment and caches of this folder
	@rm -rf $(VENV) .tocsin .pytest_cache .mypy_cache .ruff_cache .hypothesis
