# Two commands are enough: `make run` and `make test`. Everything else is a part of them or for maintainers.
.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install -qq --require-virtualenv

.PHONY: help install install-dev run test check check-full bench pictures lock debian clean

help: ## what can be done here
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1|/' | column -t -s '|'

install: .venv/.installed ## .venv with the locked packages, and sprava in .venv/bin; nothing else
install-dev: .venv/.installed-dev ## the same with what the tests and linters need

.venv/bin/python:
	@echo "Making a virtual environment with $$($(PYTHON) --version)"
	@$(PYTHON) -c 'import sys; sys.exit("sprava needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 run" if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv .venv

.venv/.installed: requirements.lock requirements-torch.lock pyproject.toml | .venv/bin/python
	@echo "Installing the locked packages (about 1 GB on disk; a few minutes the first time)"
	@$(PIP) --require-hashes --no-deps --retries 1 --requirement requirements-torch.lock
	@$(PIP) --require-hashes --requirement requirements.lock
	@$(PIP) --no-deps --no-build-isolation --no-index --editable .
	@touch $@

.venv/.installed-dev: requirements-dev.lock .venv/.installed
	@echo "Installing what the tests and linters need"
	@$(PIP) --require-hashes --requirement requirements-dev.lock
	@touch $@

run: install ## the bot: in the browser on 127.0.0.1, or on Telegram where SPRAVA_BOT_TOKEN is set
	@$(BIN)/sprava index update --quiet --accept
	@if [ -n "$${SPRAVA_BOT_TOKEN:-}$${SPRAVA_BOT_TOKEN_FILE:-}" ]; then exec $(BIN)/sprava bot run; else exec $(BIN)/sprava sandbox; fi

debian:
	@deploy/debian-packages

test: install-dev debian ## every test but the long rigs
	@$(BIN)/pytest

check: install-dev ## formatting, lint, types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

check-full: check debian ## everything, with the long rigs
	@$(BIN)/pytest --full

bench: install-dev ## speed and memory, as ratios to the bare encoder in the same run
	@$(BIN)/python tests/bench/bench_index.py

pictures: install-dev ## take the pictures of every layout anew (Chromium)
	@$(BIN)/python tests/pictures.py

lock: install-dev ## write the lock files from pyproject.toml
	@$(BIN)/python deploy/lock.py

clean: ## remove what was built or installed here
	rm -rf .venv build dist ./*.egg-info .mypy_cache .ruff_cache .hypothesis .sprava
