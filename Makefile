# Every target makes the environment first; nothing is installed by hand.
PY := .venv/bin/python
SHELL := /bin/sh
unexport PYTHONDONTWRITEBYTECODE  # else each process of the tests compiles all libraries anew

.PHONY: demo test chaos lint bench bench-extraction bench-stories bench-store bench-publish bench-memory lock clean

.venv/.ready: requirements.lock pyproject.toml .ci/environment.py
	python3 .ci/environment.py

demo: .venv/.ready  ## crawl stand-ins of the five portals and show the feed
	$(PY) -m crawler demo

test: .venv/.ready  ## the whole test suite
	$(PY) -m pytest

chaos: .venv/.ready  ## every fault against the local web (`python -m tests.chaos --help`: some of them, another seed)
	$(PY) -m tests.chaos

lint: .venv/.ready  ## style, types, import contracts
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports

bench: .venv/.ready  ## performance, as ratios within one run
	$(PY) -m tests.bench

.venv-bench/.ready: tests/benchmarks/peers.txt tests/benchmarks/install.py .venv/.ready
	$(PY) tests/benchmarks/install.py

bench-extraction: .venv/.ready .venv-bench/.ready  ## extraction on real pages, beside its peers (their own environment)
	$(PY) -m tests.benchmarks.extraction

bench-stories: .venv/.ready  ## which copies of real texts become one story, and how quickly
	$(PY) -m tests.benchmarks.stories

bench-store: .venv/.ready  ## a store of a million generated articles (`python -m tests.benchmarks.store --help`: fewer)
	$(PY) -m tests.benchmarks.store

bench-publish: .venv/.ready  ## what publishing one new item costs, beside a hundred thousand
	$(PY) -m tests.benchmarks.publishing

bench-memory: .venv/.ready  ## what a replay of a hundred thousand pages takes of memory (`--pages`: fewer)
	$(PY) -m tests.benchmarks.memory

lock: .venv/.ready  ## refresh requirements.lock (hashes, no host names)
	$(PY) -m pip install --quiet uv
	.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	    --no-emit-index-url --no-emit-find-links --upgrade --extra dev pyproject.toml -o requirements.lock

clean:
	rm -rf .venv .venv-bench build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
