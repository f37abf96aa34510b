# Two commands do everything: `make` sets up .venv, builds all assignments and grades samples of
# them; `make test` runs the tests.

PYTHON ?= python3
BIN := .venv/bin
MASTERS := $(wildcard assignments/*/*.ipynb)
BUILT := $(patsubst %.ipynb,dist/%,$(notdir $(MASTERS)))

.PHONY: all build samples audit bench growth new test test-all courses versions lock lint docs links pictures release clean

all: samples

build: .venv/installed
	$(BIN)/autograder build $(MASTERS) --out dist

samples: build
	$(BIN)/autograder samples $(BUILT)

audit: .venv/installed
	$(BIN)/autograder audit $(MASTERS) --out dist

bench: .venv/installed
	$(BIN)/python -m benchmarks.bench

growth: .venv/installed
	$(BIN)/python -m benchmarks.growth

new: .venv/installed
	@test -n "$(NAME)" || { echo "Name the assignment: make new NAME=centred-rows"; exit 1; }
	$(BIN)/autograder new "$(NAME)" --in assignments

# A fifth of a test's time is spent waiting, so one process more than there are processors.
WORKERS = $$(($$(nproc 2>/dev/null || echo 2) + 1))

test: .venv/installed-dev lint
	$(BIN)/python -m pytest -m "not slow" -n $(WORKERS)

# With JOURNAL=FILE, a run that was stopped goes on where it was.
test-all: .venv/installed-dev lint
	$(BIN)/python -m pytest $(if $(JOURNAL),--journal="$(JOURNAL)") -n $(WORKERS)

courses: .venv/installed-dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[courses]"
	$(BIN)/python -m pytest -m courses -n $(WORKERS) tests/courses

versions: .venv/installed-dev
	$(BIN)/python -m pytest -m "versions or slow" -n $(WORKERS) tests/versions

lock: .venv/installed
	$(BIN)/python -c "from autograder.assignment import image; image.write_shipped_locks()"

lint: .venv/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: .venv/installed-dev
	$(BIN)/sphinx-build -E -W --keep-going -q -b html docs docs/_build/html
	@echo "The site is docs/_build/html/index.html"

links: .venv/installed-dev
	$(BIN)/sphinx-build -q -b linkcheck docs docs/_build/links

pictures: .venv/installed-dev
	$(BIN)/python docs/pictures.py dist/nnx-vmap-over-batch

release: .venv/installed-dev
	rm -rf dist/release
	$(BIN)/python -m build --outdir dist/release
	$(BIN)/twine check --strict dist/release/*

clean:
	rm -rf .venv dist docs/_build .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed, and $(PYTHON) is not; name another one: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

# uv needs a third of pip's time. Where pip has a package index of its own, and where uv fails, pip
# installs; it compiles modules on one processor, and compileall on all. A submission's process may
# not write what it compiles. What no submission imports is compiled when it is first needed.
EXTRAS := build,classroom,image,plugins
DEV := ,dev,docs,release
LATER := tests|pip|setuptools|pkg_resources|debugpy|dask|distributed|google|pypdf|sqlalchemy|mypy|mypyc|playwright|sphinx|docutils|hypothesis
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
define install
	@if ! $(BIN)/python -m pip config list | grep -Eq "(^|\.)index-url=" && \
	    $(PIP) "$$(grep -Eom1 'uv==[0-9.]+' pyproject.toml)" && \
	    $(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements.txt -e ".[$(1)]"; \
	  then :; \
	  else echo "Installing with pip."; $(PIP) --no-compile -r requirements.txt -e ".[$(1)]"; fi
	@$(BIN)/python -m compileall -qq -j 0 -x '[/\\]($(LATER))[/\\]' .venv/lib || true
	@touch $@
endef

.venv/installed: .venv/python requirements.txt pyproject.toml
	$(call install,$(EXTRAS))

.venv/installed-dev: .venv/installed
	$(call install,$(EXTRAS)$(DEV))
