# Everything happens in .venv and needs only Python 3.11 or newer. Another one: make PYTHON=python3.14 test
PYTHON ?= python3
BIN := .venv/bin
EXPORT := examples/export.json
STOREFRONT := examples/storefront.json

FLOORS := .venv-floors

.PHONY: demo test fuzz test-engines test-floors lint format bench bench-load bench-scale

demo: .venv/installed
	@echo '$$ triage $(EXPORT)'
	@$(BIN)/triage $(EXPORT)
	@echo '$$ triage timeline $(EXPORT)'
	@$(BIN)/triage timeline $(EXPORT)
	@mkdir -p out
	@$(BIN)/triage report $(EXPORT) -o out/report.md
	@echo '$$ triage $(STOREFRONT)'
	@$(BIN)/triage $(STOREFRONT)
	@echo 'From now on: .venv/bin/triage EXPORT, or . .venv/bin/activate'

test: .venv/installed-dev
	$(BIN)/pytest -n auto --dist loadgroup

# Other examples in each run, and ten times as many: what fails is pinned with @example in its test.
fuzz: .venv/installed-dev
	$(BIN)/pytest -n auto --dist loadgroup -m "hypothesis and not engines" --hypothesis-profile=fuzz

test-engines: .venv/installed-engines
	$(BIN)/pytest -m engines tests/engines

# The oldest versions that pyproject.toml allows, in an environment of their own, with pip for the tests of packages.
# Their warnings are no failures.
test-floors: .venv/installed-dev
	$(BIN)/uv venv -q --clear --seed --python $(BIN)/python $(FLOORS)
	$(BIN)/uv pip install -q --python $(FLOORS)/bin/python --resolution lowest-direct -e '.[dev]'
	$(FLOORS)/bin/python -m pytest -n auto --dist loadgroup -W default

lint: .venv/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python .ci/check_commits.py
	$(BIN)/zizmor --offline --quiet action.yml docs/examples/*.yml .github

format: .venv/installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/installed-dev
	$(BIN)/python -m benchmarks

bench-load: .venv/installed-dev
	$(BIN)/python -m benchmarks.load

bench-scale: .venv/installed-engines
	$(BIN)/python -m benchmarks.scale

.venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'triage needs Python 3.11 or newer, and $(PYTHON) is not: try make PYTHON=python3.14' >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

.venv/installed: pyproject.toml constraints.txt | .venv
	@echo 'Installing triage into .venv (once)'
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e .
	@touch $@

.venv/installed-dev: pyproject.toml constraints.txt | .venv
	@echo 'Installing triage and what its tests need into .venv (once)'
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@ .venv/installed

.venv/installed-engines: pyproject.toml constraints.txt | .venv
	@echo 'Installing triage, what its tests need and the engines into .venv (once)'
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev,engines]'
	@touch $@ .venv/installed .venv/installed-dev
