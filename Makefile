# `make demo` and `make test` create .venv themselves; the stamp file saves doing it twice.
PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= 2

.PHONY: demo test lint bench docs picture samples clean

.venv/.ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@

demo: .venv/.ready
	@mkdir -p build/demo
	@for set in i2v kf2v; do \
	  $(BIN)/datasetkit build sample_data/$$set/training -o build/demo/$$set-training.zip --force && \
	  $(BIN)/datasetkit build sample_data/$$set/validation -o build/demo/$$set-validation.zip --force || exit 1; \
	done

test: .venv/.ready
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadgroup

lint: .venv/.ready
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

bench: .venv/.ready
	$(BIN)/python -m benchmarks

docs: .venv/.ready
	$(BIN)/python docs/render.py

# needs chromium and chromium-driver
picture: .venv/.ready
	$(BIN)/python docs/picture.py

samples: .venv/.ready
	$(BIN)/python sample_data/render.py

clean:
	rm -rf .venv build dist
