# Two commands do all the set-up on a fresh machine: `make demo` and `make test`.
# Needed: Python 3.11 or newer, make, and a package index that pip reaches.

PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000
# The tests of a file run in one process, in the order of tests/conftest.py.
PROCESSES := -n 4 --dist loadfile --no-loadscope-reorder
# All others run on PostgreSQL too, with TEST_DATABASE=postgresql.
ON_POSTGRESQL := $(addprefix tests/api/, audit_trail background coaching data_protection database group_events \
	invitations lists mail overview participants people replies runs sessions session_reports/test_session_record.py \
	accounts/test_sign_in_limits.py accounts/test_sealed_rows.py accounts/test_both_ways.py accounts/test_users.py)
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test test-slow test-postgresql check serve bench growth force mutants texts format lock sbom vulnerabilities release clean help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/run.stamp ## the sample cycle from spreadsheets to results in demo-out/
	$(BIN)/gender-coach demo --out demo-out

test: .venv/dev.stamp ## the tests but those that take long, with the line coverage
	$(BIN)/python -m slipcover -m pytest $(PROCESSES) -m "not slow"
	$(BIN)/python -m tests.coverage .coverage.json

test-slow: .venv/dev.stamp ## the others: browsers, upgrades, killed processes, many random instances
	-@$(MAKE) --no-print-directory .venv/tools.stamp
	$(BIN)/python -m pytest $(PROCESSES) -m slow

test-postgresql: .venv/dev.stamp ## the subjects whose results depend most on the database, on PostgreSQL
	TEST_DATABASE=postgresql $(BIN)/python -m pytest $(PROCESSES) -m "not slow" $(ON_POSTGRESQL)
	TEST_DATABASE=postgresql $(BIN)/python -m pytest $(PROCESSES) -m slow tests/api/background tests/api/database

serve: .venv/run.stamp ## pages on 127.0.0.1:8000 with the sample cycle loaded
	$(BIN)/gender-coach serve --demo --port $(PORT)

check: .venv/dev.stamp ## style, types, imports, templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint templates --check --lint
	$(BIN)/python -m tests.catalogue

bench: .venv/dev.stamp ## the measured figures, as a table
	$(BIN)/python -m tests.bench

growth: .venv/dev.stamp ## time and memory at 1, 2, 4 and 8 times the size, as a picture in docs/
	$(BIN)/python -m tests.bench.growth

force: .venv/dev.stamp ## kills, load, damaged files and more, measured in full: hours
	$(BIN)/python -m tests.force

mutants: .venv/dev.stamp ## plant small faults one at a time, and print those that no test detects: hours
	$(BIN)/python -m tests.mutation

texts: .venv/dev.stamp ## write the template of the message catalogues
	$(BIN)/python -m tests.catalogue --write

format: .venv/dev.stamp ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: .venv/dev.stamp ## choose exact versions again from the lower bounds in pyproject.toml
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet \
		pyproject.toml --output-file requirements.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet \
		pyproject.toml --group dev --constraint requirements.lock --output-file requirements-dev.lock

sbom: .venv/tools.stamp ## the bill of materials in sbom.json (CycloneDX), from requirements.lock
	.venv/tools/bin/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml \
		--mc-type application --output-reproducible --output-file sbom.json

vulnerabilities: | .venv/bin/python ## known vulnerabilities of the locked packages; fails if it could not look
	-@$(MAKE) --no-print-directory .venv/tools.stamp
	@$(BIN)/python -m tests.vulnerabilities .venv/tools/bin/pip-audit --requirement requirements.lock \
		--require-hashes --disable-pip --progress-spinner off --format json

release: check test vulnerabilities sbom ## everything that has to pass before a release

clean: ## remove the output of the other targets
	rm -rf .venv demo-out var sbom.json

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; \
	name one with: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv

.venv/run.stamp: requirements.lock pyproject.toml | .venv/bin/python
	@echo "Installing what the application needs into .venv (once; about half a minute) ..."
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps -e .
	@touch $@

# Apart from the packages of the application, whose versions these two would change.
.venv/tools.stamp: Makefile | .venv/bin/python
	@$(BIN)/python -m venv .venv/tools
	@.venv/tools/bin/python -m pip --disable-pip-version-check --quiet install \
		pip-audit==2.10.1 cyclonedx-bom==7.5.0 openapi-python-client==0.29.1
	@touch $@

.venv/dev.stamp: requirements-dev.lock .venv/run.stamp
	@echo "Installing what the tests and checks need into .venv (once) ..."
	$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@
