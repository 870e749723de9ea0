# Everything from a clean checkout: `make train`, `make test`, `make lab`, `make docs`. `make` alone explains.
SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# The first Python from 3.11 to 3.13 that is found; another one: make test PYTHON=/path/to/python
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
READY := .venv/.ready

# What `make train` is told
PRESET ?= tiny
DATA ?= data_samples
OUT ?= runs/$(PRESET)
MINUTES ?=
# 1: train codec, semantic units and caption encoder, too
SCRATCH ?=

NOTEBOOKS := $(sort $(shell find nbs -name "[0-9]*.ipynb" -not -path "*/.*" -not -name "*.failed.ipynb"))
SITE := docs/_build/html/.built

help:
	@echo "make train    train the small model on data_samples and let it make audio for every task: runs/tiny"
	@echo "              DATA=folder  other recordings    OUT=folder  where to    MINUTES=8  time for training"
	@echo "              PRESET=small  a larger model; interrupted and started again, it continues"
	@echo "              SCRATCH=1  train the tokenizers, too, not only the language model: 25 minutes"
	@echo "make test     everything that is checked: export, lint, all notebooks, tests, docs"
	@echo "make test-processors  what trains and the numeric tests, as other processors would: up to 90 minutes, resumable"
	@echo "make lab      the notebooks, in JupyterLab"
	@echo "make docs     the site, for a browser: docs/_build/html/index.html"
	@echo "make export   notebooks -> library and README"
	@echo "make clean    remove what was built (.venv and runs stay)"
	@echo "Each makes .venv when it is missing: some minutes once, about 6 GB."

# The environment. The stamp is written last, so an interrupted installation is taken up again.
$(READY): settings.ini setup.py constraints.txt
	@test -n "$(PYTHON)" || { echo "no Python from 3.11 to 3.13 found; say which: make PYTHON=/path/to/python" >&2; exit 2; }
	@echo "making .venv with $(PYTHON): some minutes, about 6 GB"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check $(if $(wildcard $(READY)),-q) -c constraints.txt -e ".[dev,docs]"
	@touch $@

train: $(READY)
	@test -d "$(DATA)" || { echo "DATA=$(DATA): there is no such folder" >&2; exit 2; }
	@mkdir -p "$(OUT)"
	PRESET="$(PRESET)" DATA="$$(cd "$(DATA)" && pwd)" OUT="$$(cd "$(OUT)" && pwd)" MINUTES="$(MINUTES)" SCRATCH="$(SCRATCH)" \
		$(BIN)/python nbs/execute.py nbs/90_full_training.ipynb "$(OUT)/90_full_training.ipynb"

lab: $(READY)
	$(BIN)/jupyter lab nbs

export: $(READY)
	$(BIN)/nbdev_export --skip_file_re '^[_.]|failed'
	$(BIN)/python docs/stubs.py
	$(BIN)/ruff format -q uniaudio_nb  # stubs alone: modules stay as nbdev writes them
	$(BIN)/python docs/readme.py

docs: $(SITE)
	@echo "docs/_build/html/index.html"

$(SITE): $(READY) nbs/index.ipynb $(NOTEBOOKS) $(wildcard nbs/images/*) $(wildcard docs/*.* docs/static/*) settings.ini
	$(BIN)/python docs/build.py
	@touch $@

# The parts of `make test`, each also a target of its own; one thread each, two notebooks at a time
test: check-lint check-frame check-docs check-tests check-notebooks
	@echo "all green"

timed = @start=$$(date +%s); echo "== $(1)"; $(2); status=$$?; echo "== $(1): $$(( $$(date +%s) - start )) s"; exit $$status

check-lint: $(READY)
	$(call timed,lint and format,$(BIN)/ruff check -q && $(BIN)/ruff format -q --check)

check-frame: $(READY)
	$(call timed,frame: export$(comma) clean notebooks$(comma) README,$(BIN)/python -m pytest tests/test_frame.py)

check-docs: $(READY)
	$(call timed,docs,$(MAKE) --no-print-directory docs)

check-tests: $(READY)
	$(call timed,tests,OMP_NUM_THREADS=1 $(BIN)/python -m pytest --ignore tests/test_frame.py)

# each in a process of its own, so that none sees what another has patched
check-notebooks: $(READY)
	$(call timed,notebooks,printf '%s\n' $(NOTEBOOKS) nbs/index.ipynb | OMP_NUM_THREADS=1 xargs -P 2 -n 1 $(BIN)/nbdev_test --n_workers 0 --timing --path)

# As processors with less would; MINUTES=30 does a part, the next call goes on (see tests/processors.py --help)
.PHONY: test-processors
test-processors: $(READY)
	$(BIN)/python tests/processors.py $(if $(MINUTES),--minutes $(MINUTES))

comma := ,

clean:
	rm -rf docs/_build _proc build dist *.egg-info .pytest_cache .ruff_cache
	find nbs tests docs uniaudio_nb py \( -name __pycache__ -o -name .ipynb_checkpoints -o -name .last_checked \) -prune -exec rm -rf {} + 2>/dev/null || true

.PHONY: help train lab export docs test check-lint check-frame check-docs check-tests check-notebooks clean
