# Two commands do everything on a fresh machine: `make demo` and `make test`.
# Each sets up what it needs first; a second run finds it in place.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
S3     := build/s3
export DVC_NO_ANALYTICS = 1

.PHONY: demo report test test-system check lint bench clean

demo: $(STAMP)  ## train, register, compare, promote and roll back in a scratch clone under build/
	$(BIN)/python docs/demo.py

report: $(STAMP)  ## after a demo: what a reviewer sees of it, in docs/report (the picture by chromium)
	$(BIN)/python docs/report.py

test: $(STAMP)  ## every test that git and Python are enough for
	$(BIN)/python -m pytest -n 2 --dist loadscope --ignore=tests/system

test-system: $(STAMP) $(S3)/.installed  ## tests that need system programs: strace, ssh, a web server, a browser, jq
	$(BIN)/python -m pytest -n 2 --dist loadgroup tests/system

check: lint  ## what CI checks beside the tests: lint, format, types, import layers

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy tests benchmarks docs/demo.py docs/report.py
	$(BIN)/lint-imports

$(STAMP): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "modelref needs Python 3.11 or newer: make PYTHON=python3.11 …")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $(STAMP)

$(S3)/.installed: pyproject.toml
	test -x $(S3)/bin/python || $(PYTHON) -m venv $(S3)
	$(S3)/bin/python -m pip install --quiet --editable '.[s3]' 'moto[server]>=5' 'aiobotocore>=3.10'
	touch $(S3)/.installed

clean:  ## remove the environment and everything built
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
