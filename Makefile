# Runs, tests, checks and measures the service. The virtual environment is created on first use and kept up to date.
VENV ?= .venv
PYTHON ?=
ARGS ?=

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# The lock file names every distribution, so nothing is resolved here: a new release on the registry changes nothing.
INSTALL := $(PIP) install -qq --no-deps --require-hashes

# Packages that the benchmark compares with. Each is installed in its own folder, never next to the service.
PEERS := boaviztapi climate-aware-task-scheduler
RELEASE_boaviztapi := 2.5.0
RELEASE_climate-aware-task-scheduler := 1.2.1

.DEFAULT_GOAL := help
.PHONY: help run test drill container-test soak check audit bench bench-peers simulate lock env-example

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

run: $(VENV)/.runtime ## start the service on http://127.0.0.1:5000 (settings: see .env.example)
	@exec $(BIN)/gunicorn --config gunicorn.conf.py app:app

test: $(VENV)/.development ## run all tests (ARGS="-m 'not live and not drill'": without the long ones; ARGS="-k word": only some)
	@$(BIN)/python -m pytest $(ARGS)

drill: $(VENV)/.development ## run only the tests that depend on timing: faults, several workers under load
	@$(BIN)/python -m pytest -m drill $(ARGS)

container-test: $(VENV)/.development ## build the image, run it and compose.yaml with podman (as root; minutes long; needs what .ci/run installs)
	@$(BIN)/python -m pytest tests/containers $(ARGS)

soak: $(VENV)/.development ## try every fault, bad input, and 200 callers for a minute (ARGS=--load: without faults; --write: update docs/reliability.md)
	@$(BIN)/python -m tests.faults.soak $(ARGS)

check: $(VENV)/.development ## check lint, format, types and the direction of imports
	@$(BIN)/mypy . & types=$$!; \
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/python -m pytest tests/contract/test_layers.py; others=$$?; \
	wait $$types && exit $$others

bench: $(VENV)/.development ## run the benchmarks (ARGS=--quick: a short run; --write: update docs/benchmarks.md)
	@$(MAKE) --no-print-directory bench-peers || echo "Not every package to compare with could be installed; comparisons with it are skipped." >&2
	@$(BIN)/python -m bench.run $(ARGS)

simulate: $(VENV)/.development ## plan a million jobs over 120 zones and a week with scarce machines (ARGS="--seed 2": others)
	@$(BIN)/python -m bench.simulate $(ARGS)

bench-peers: $(PEERS:%=build/peers/%/.ready) ## install the packages that the benchmark compares with, each in its folder under build/peers/

audit: $(VENV)/.development ## run bandit over the code, and look up known vulnerabilities of the locked packages (needs the network)
	@$(BIN)/bandit --quiet $$(git ls-files '*.py' ':!tests' ':!bench' ':!tools')
	@$(BIN)/pip-audit --strict --disable-pip --require-hashes --requirement requirements.txt

lock: $(VENV)/.development ## update requirements*.txt from requirements*.in (ARGS=--upgrade: to the newest releases)
	@$(BIN)/python -m tools.lock $(ARGS)

env-example: $(VENV)/.runtime ## update .env.example from settings.py
	@$(BIN)/python -c 'import sys, settings; sys.stdout.write(settings.env_example())' > .env.example

build/peers/%/.ready: | $(VENV)/.created
	@echo "Installing $* $(RELEASE_$*) into build/peers/$* ..."
	@$(BIN)/python -m venv --clear build/peers/$*
	@build/peers/$*/bin/python -m pip install -qq --disable-pip-version-check $*==$(RELEASE_$*)
	@touch $@

$(VENV)/.runtime: requirements.txt $(VENV)/.created
	@echo "Installing the packages of the service into $(VENV) ..."
	@$(INSTALL) --requirement requirements.txt
	@$(PIP) check >/dev/null || $(PIP) check
	@touch $@

$(VENV)/.development: requirements-dev.txt $(VENV)/.created
	@echo "Installing the packages for tests and checks into $(VENV) ..."
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
