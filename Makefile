# `make demo` and `make test` are all a newcomer needs; each sets up what it uses.
# Paths stay relative, so a folder with a space in its name is fine.

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin

.PHONY: help demo test check setup bench nightly format lock clean

help:
	@echo "make demo     a whole district on this machine, at http://127.0.0.1:$(PORT)"
	@echo "make test     every test"
	@echo "make check    ruff, mypy, import-linter"
	@echo "make bench    benchmarks: ratios against named peers"
	@echo "make nightly  100,000 damaged frames, 10,000 plans, 200 kills, ...; some hours"
	@echo "make format   let ruff lay out the code"
	@echo "make lock     resolve pyproject.toml into the lock files again (needs uv)"

demo: .venv/runtime.stamp
	$(BIN)/signcast demo --port $(PORT) --data demo-data

# Tests that start whole districts are timed by them, so nothing else runs beside those.
test: .venv/dev.stamp
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder -m "not e2e and not browser"
	$(BIN)/python -m pytest -m "e2e or browser"

check: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/dev.stamp
	$(BIN)/python benchmarks/raster.py
	$(BIN)/python benchmarks/legibility.py
	$(BIN)/python benchmarks/sound.py
	$(BIN)/python benchmarks/wire.py
	$(BIN)/python benchmarks/start.py
	$(BIN)/python benchmarks/planning.py
	$(BIN)/python benchmarks/publish.py

nightly: .venv/dev.stamp
	SIGNCAST_NOISE=100000 $(BIN)/python -m pytest -s tests/drivers/test_noise.py
	SIGNCAST_NIGHTLY=1 $(BIN)/python -m pytest -n auto tests/trials/test_rulebook.py tests/playlists/schedule/test_arbiter.py tests/playlists/schedule/test_rules.py
	SIGNCAST_REQUESTS=400 $(BIN)/python -m pytest tests/trials/test_schema.py
	SIGNCAST_KILLS=200 $(BIN)/python -m pytest -s tests/e2e/kills.py

setup: .venv/dev.stamp

# The lock files carry hashes; nothing is resolved or built from outside them.
.venv/runtime.stamp: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Signcast needs Python 3.11 or newer; set PYTHON=python3.11")'
	@$(PYTHON) -c 'import ensurepip' || { echo "This Python cannot make virtual environments. On Debian: apt-get install python3-venv"; exit 1; }
	@echo "Setting up .venv (once; about a minute)"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev.stamp: .venv/runtime.stamp requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

format: .venv/dev.stamp
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header

lock:
	$(LOCK) --all-extras --group build pyproject.toml -o requirements.lock
	$(LOCK) --all-extras --group build --group dev pyproject.toml -o requirements-dev.lock

clean:
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
