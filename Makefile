# AtoCore's commands. `make run` and `make test` are all that a newcomer needs.
PORT ?= 8000
SAMPLE ?= yes
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq install
# The suite on this many processes at once; 0 for one after the other.
WORKERS ?= 2

# Taken without what they ask for themselves; the file says why.
ALONE := requirements-grammar.txt
# PostgreSQL's driver only where a PostgreSQL database is asked for.
RUN_NEEDS := requirements.txt $(if $(DATABASE_URL),requirements-postgres.txt)
DEV_NEEDS := requirements.txt requirements-postgres.txt requirements-semantic.txt requirements-dev.txt

.PHONY: run test lint format bench storm conformance pictures reference clean

run: $(VENV)/.installed$(if $(DATABASE_URL),-postgres) $(BIN)/atocore
	@$(BIN)/python manage.py prepare $(if $(filter no,$(SAMPLE)),--no-sample)
	@exec $(BIN)/python manage.py serve --bind 127.0.0.1:$(PORT)

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --both-databases $(ARGS)

storm: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -m storm --both-databases $(ARGS)

bench: $(VENV)/.installed-dev
	$(BIN)/python -m tests.benchmarks $(ARGS)

# MCP's own tools on AtoCore; needs npm, Node.js 22 and the internet.
conformance: $(VENV)/.installed-dev
	$(BIN)/python -m tests.assistants.outside $(ARGS)

# Those in docs/, anew; look at them before you commit them.
pictures: $(VENV)/.installed-dev
	$(BIN)/python -m tests.browser.pictures

# docs/reference/, anew from the code, wherever a route, tool, setting or command changed.
reference: $(VENV)/.installed-dev
	$(BIN)/python -m tests.reference

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "AtoCore needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make run PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "$(PYTHON) cannot make virtual environments. On Debian and Ubuntu: sudo apt install python3-venv" >&2; exit 1; }
	@echo "Making the virtual environment in $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

# Installed again only when a list changed.
$(VENV)/.installed $(VENV)/.installed-postgres: $(RUN_NEEDS) $(ALONE) | $(BIN)/python
	@echo "Installing what AtoCore needs ..."
	@$(PIP) $(addprefix -r ,$(RUN_NEEDS))
	@$(PIP) --no-deps $(addprefix -r ,$(ALONE))
	@touch $@

$(VENV)/.installed-dev: $(DEV_NEEDS) $(ALONE) | $(BIN)/python
	@echo "Installing what AtoCore and its tests need ..."
	@$(PIP) -r requirements-dev.txt
	@$(PIP) --no-deps $(addprefix -r ,$(ALONE))
	@touch $@

# The command, from this folder as it stands.
$(BIN)/atocore: pyproject.toml | $(BIN)/python
	@$(PIP) --no-deps -e . --config-settings editable_mode=compat
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
