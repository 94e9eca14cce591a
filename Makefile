# Runs, tests, checks and measures the service. The virtual environment is made on first use and kept up to date.
VENV ?= .venv
PYTHON ?=
ARGS ?=

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# The lock file names every distribution, so nothing is resolved here: a new release on the registry changes nothing.
INSTALL := $(PIP) install -qq --no-deps --require-hashes

# What the benchmark compares with; never installed beside the service. The folder is named for the package.
PEERS := boaviztapi climate-aware-task-scheduler
RELEASE_boaviztapi := 2.5.0
RELEASE_climate-aware-task-scheduler := 1.2.1

.DEFAULT_GOAL := help
.PHONY: help run test drill soak check audit bench bench-peers lock env-example

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

run: $(VENV)/.runtime ## serve on http://127.0.0.1:5000 (HOST, PORT, WEB_CONCURRENCY, ...: see .env.example)
	@exec $(BIN)/gunicorn --config gunicorn.conf.py app:app

test: $(VENV)/.development ## run all tests (ARGS="-m 'not live and not drill'" leaves out the long ones, ARGS="-k word" runs some)
	@$(BIN)/python -m pytest $(ARGS)

drill: $(VENV)/.development ## of the tests those judged by the clock alone: faults, several workers under load
	@$(BIN)/python -m pytest -m drill $(ARGS)

soak: $(VENV)/.development ## every fault, bad input, a minute of 200 callers (ARGS=--load: no faults; --write renews docs/reliability.md)
	@$(BIN)/python -m tests.faults.soak $(ARGS)

check: $(VENV)/.development ## lint, format, types, direction of imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy .
	@$(BIN)/python -m pytest tests/contract/test_layers.py

bench: $(VENV)/.development ## measure all that has a target (ARGS=--quick: a short run; --write renews docs/benchmarks.md)
	@$(MAKE) --no-print-directory bench-peers || echo "Not every peer could be installed; what needs it is skipped." >&2
	@$(BIN)/python -m bench.run $(ARGS)

bench-peers: $(PEERS:%=build/peers/%/.ready) ## install what the benchmark compares with, each in build/peers/

audit: $(VENV)/.development ## bandit over what serves; known holes of what is locked (asks PyPI's advisories, fails without)
	@$(BIN)/bandit --quiet $$(git ls-files '*.py' ':!tests' ':!bench' ':!tools')
	@$(BIN)/pip-audit --strict --disable-pip --require-hashes --requirement requirements.txt

lock: $(VENV)/.development ## renew requirements*.txt from requirements*.in (ARGS=--upgrade for newer releases)
	@$(BIN)/python -m tools.lock $(ARGS)

env-example: $(VENV)/.runtime ## renew .env.example from settings.py
	@$(BIN)/python -c 'import sys, settings; sys.stdout.write(settings.env_example())' > .env.example

build/peers/%/.ready: | $(VENV)/.created
	@echo "Installing $* $(RELEASE_$*) into build/peers/$* ..."
	@$(BIN)/python -m venv --clear build/peers/$*
	@build/peers/$*/bin/python -m pip install -qq --disable-pip-version-check $*==$(RELEASE_$*)
	@touch $@

$(VENV)/.runtime: requirements.txt $(VENV)/.created
	@echo "Installing what the service needs into $(VENV) ..."
	@$(INSTALL) --requirement requirements.txt
	@$(PIP) check >/dev/null || $(PIP) check
	@touch $@

$(VENV)/.development: requirements-dev.txt $(VENV)/.created
	@echo "Installing what tests and checks need into $(VENV) ..."
	@$(INSTALL) --requirement requirements-dev.txt
	@$(PIP) check >/dev/null || $(PIP) check
	@touch $@

$(VENV)/.created:
	@for candidate in $(PYTHON) python3.11 python3 python3.12 python3.13 python3.14; do \
		$$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && python=$$candidate && break; \
	done; \
	if [ -z "$$python" ]; then \
		echo "Python 3.11 or newer is needed (here: $$(python3 --version 2>/dev/null || echo none)): on Debian 12 or newer, apt-get install python3 python3-venv" >&2; exit 1; \
	fi; \
	if ! $$python -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "Python's venv module is missing: apt-get install python3-venv, then run make again" >&2; exit 1; \
	fi; \
	$$python -m venv --clear $(VENV)
	@touch $@
