# make run     everything, into results/        make test   the whole test suite
# make topography   networks whose units lie on a grid, trained and measured (docs/topography.md)
# make faithfulness  whether heatmaps point at what matters (docs/faithfulness.md)
# make check CONFIG=mine.yaml   what is understood of your pictures, judgments and networks
# make layers  where a network can be cut       make lint   the linters
# make explore the results in a browser         make bench  speed and false alarms, measured
# make report  the figures with their captions
#              (run, check, explore, topography, faithfulness and report take CONFIG=mine.yaml,
#              and DIRECTORY=mine where results lie in a folder of their own;
#              layers takes DIRECTORY=mine where a network of yours lies in that folder)
# make help    this list
# make test-slurm   the tests on a cluster alone (as root, with SLURM and munge installed)
# make test-networks   families of networks against plain hooks (docs/networks.md), and VGG-16
# make networks-table   the table of these families in docs/networks.md, written anew
PYTHON ?= python3
CORES ?= all
MODEL ?= efficientnet_lite0
# A progress bar where a person looks on, lines where a file or a server does.
PROGRESS := $(shell test -t 2 && echo --logger rich)
BIN := .venv/bin
OVERLAY := $(if $(CONFIG),--configfile $(CONFIG)) $(if $(DIRECTORY),--directory $(DIRECTORY))
$(foreach file,$(CONFIG),$(if $(wildcard $(file)),,$(error CONFIG: there is no file $(abspath $(file)))))
$(if $(word 2,$(DIRECTORY)),$(error DIRECTORY: $(DIRECTORY): make takes no folder with a blank in its path))
# Threads that spin while they wait would take the cores from other programs, and from each other.
export OMP_WAIT_POLICY ?= passive
WHERE := $(abspath $(or $(DIRECTORY),.))

.PHONY: help run topography faithfulness explore check test test-slurm test-networks networks-table bench lint layers report
.DELETE_ON_ERROR:

run: .venv/installed
	$(BIN)/snakemake --cores $(CORES) $(PROGRESS) $(OVERLAY) $(if $(SNAKEMAKE_OUTPUT_CACHE),--cache)

# The lines at the head of this file, down to the first that is none of them.
help:
	@sed -n '/^[^#]/q; s/^# \{0,1\}//p' $(firstword $(MAKEFILE_LIST))

# Opens the pages where there is a desktop, and says where they are where there is none.
explore: .venv/installed
	$(BIN)/snakemake explorer --cores $(CORES) $(PROGRESS) $(OVERLAY)
	@for page in "$(WHERE)"/results/explorer/*.html; do \
	  if [ "$$(uname)" = Darwin ]; then open "$$page"; \
	  elif [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] && command -v xdg-open > /dev/null; then xdg-open "$$page"; \
	  else echo "Open $$page in a browser."; fi; done

topography: .venv/installed
	$(BIN)/snakemake topography --cores $(CORES) $(PROGRESS) $(OVERLAY)

faithfulness: .venv/installed
	$(BIN)/snakemake faithfulness --cores $(CORES) $(PROGRESS) $(OVERLAY)

# What is stale is made first: a report shows what the config says.
report: .venv/installed
	$(BIN)/snakemake --cores $(CORES) $(PROGRESS) $(OVERLAY)
	$(BIN)/snakemake --report results/report.zip $(OVERLAY)

# Two processes share the cores, file by file in the order that tests/conftest.py gives.
test: export OMP_NUM_THREADS = 1
test: .venv/installed-dev
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

test-slurm: .venv/installed-dev
	$(BIN)/python -m pytest -m slurm

test-networks: .venv/installed-dev
	$(BIN)/python -m pytest -m networks

networks-table: .venv/installed-dev
	PYTHONPATH=workflow_scripts:tests $(BIN)/python tests/networks_table.py

bench: .venv/installed
	$(BIN)/python benchmarks/heads.py --growth
	$(BIN)/python benchmarks/pooled.py --growth
	$(BIN)/python benchmarks/topography.py
	$(BIN)/snakemake --cores $(CORES) $(addprefix results/folds/mur92,.h5 -animate.h5 -inanimate.h5) \
	  results/activations/mur92/efficientnet_lite0.h5
	$(BIN)/python benchmarks/calibration.py

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile rules
	$(BIN)/snakemake --lint

check: .venv/installed
	@mkdir -p "$(WHERE)" && cd "$(WHERE)" && "$(CURDIR)"/$(BIN)/python "$(CURDIR)"/workflow_scripts/check_inputs.py $(abspath $(CONFIG))

layers: .venv/installed
	@mkdir -p "$(WHERE)" && cd "$(WHERE)" && "$(CURDIR)"/$(BIN)/python "$(CURDIR)"/workflow_scripts/list_layers.py \
	  "$(MODEL)" --input-size "$(INPUT_SIZE)" --feature-maps "$(MAPS)" --embedding "$(EMBEDDING)"

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' \
	  || { echo "Python 3.11 to 3.14 is needed (for later ones some packages are not made yet);"; \
	  echo "name one: make PYTHON=python3.13 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python envs/requirements.txt envs/requirements-timm.txt
	@echo "Installing the requirements into .venv (once; some minutes)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement envs/requirements.txt \
	  || { echo "pip could not install every package, and says above why. If one of them cannot be"; \
	  echo "built, install a C compiler and Python's headers, or take a Python that has wheels of it:"; \
	  echo "rm -r .venv, then make PYTHON=python3.13 $(MAKECMDGOALS)"; exit 1; }
	@touch $@

.venv/installed-dev: .venv/installed envs/requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement envs/requirements-dev.txt
	@touch $@
