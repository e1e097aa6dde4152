# Everything here does its own set-up: a virtual environment in .venv, made once and renewed when
# pyproject.toml changes. PYTHON chooses the interpreter: make test PYTHON=python3.13

PYTHON ?= $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11,$(if $(shell $(name) -c 'import sys; print(sys.version_info >= (3, 11) or "")' 2>/dev/null),$(name))))
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK = 1
RUN := PYTHONPATH=.:example_site $(BIN)/python

.DEFAULT_GOAL := help
.PHONY: help demo test test-all e2e bench docs screenshots lint format tracker messages clean

help: ## Say what there is
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

demo: $(VENV)/demo ## Install, migrate, fill in a realistic site, and serve it (PORT, EXTERNAL_PORT, DEMO_TRAFFIC=0)
	@exec $(BIN)/python example_site/manage.py demo

test: $(VENV)/test ## Install and run the tests on SQLite
	$(BIN)/python -m pytest -m "not e2e and not programs" -n auto $(ARGS)

test-all: $(VENV)/databases tests/clients/node_modules ## Run the tests on SQLite, PostgreSQL and MariaDB
	BIN=$(BIN) scripts/test-all $(ARGS)

e2e: $(VENV)/e2e tracker/node_modules ## Run the browser tests in a real Chromium
	@scripts/need chromium
	$(BIN)/python -m pytest -m e2e -n 2 $(ARGS)

bench: $(VENV)/bench ## Measure hits per second, as ratios to a bare view
	@scripts/need postgresql
	$(RUN) benchmarks/ingest.py $(ARGS)

docs: $(VENV)/docs ## Build the documentation into docs/_build; warnings are errors
	$(BIN)/sphinx-build -q -W --keep-going -b html docs docs/_build/html

screenshots: $(VENV)/e2e ## Take the documentation's screenshots of the demo
	@scripts/need chromium
	$(RUN) scripts/screenshots.py

lint: $(VENV)/lint tracker/node_modules ## Check lint, format, types, floors, migrations and the tracker
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(RUN) -m mypy
	$(BIN)/lint-imports
	$(RUN) -m django makemigrations --check --dry-run wagtail_contacttrack --settings tests.settings
	$(RUN) -m django makemigrations --check --dry-run wagtail_contacttrack --settings tests.settings_swapped
	tracker/build.sh --check
	$(BIN)/python tracker/check_size.py

format: $(VENV)/lint ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

tracker: tracker/node_modules ## Minify the browser script
	tracker/build.sh

messages: $(VENV)/demo ## Collect and compile the translations
	cd wagtail_contacttrack && ../$(BIN)/django-admin makemessages --all --no-obsolete --add-location file
	cd wagtail_contacttrack && ../$(BIN)/django-admin compilemessages

clean: ## Remove what these targets have made
	rm -rf $(VENV) .tox build dist docs/_build var example_site/var tracker/node_modules tests/clients/node_modules *.egg-info

$(VENV)/bin/python:
	$(if $(PYTHON),,$(error Python 3.11 or later is needed))
	@echo "Making a virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)

# One stamp for each set of requirements: $(VENV)/test installs the extra "test".
$(addprefix $(VENV)/,demo test e2e databases lint docs bench): $(VENV)/bin/python pyproject.toml
	@scripts/need $(@F)-libraries
	@echo "Installing what \"$(@F)\" needs"
	@$(BIN)/python -m pip install --quiet --editable '.[$(@F)$(if $(filter lint,$(@F)),$(comma)bench$(comma)e2e)]'
	@# Works with Wagtail 8; only its own metadata says otherwise.
	@$(if $(filter demo docs,$(@F)),true,$(BIN)/python -m pip install --quiet --no-deps 'wagtail-cache>=3')
	@touch $@

comma := ,

tests/clients/node_modules: tests/clients/package-lock.json
	@scripts/need npm
	cd tests/clients && npm ci --silent
	@touch $@

tracker/node_modules: tracker/package-lock.json
	@scripts/need npm
	cd tracker && npm ci --silent
	@touch $@
