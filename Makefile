# Everything a person or CI does with the project. Needed beforehand: Python 3.11 or newer, and make.
# `make` alone lists the targets. `make PYTHON=/path/to/python3.12 demo` chooses the interpreter.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
# The first interpreter on the PATH that is new enough.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done)
# Quiet twice: errors are shown, warnings about the machine's package sources are not.
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
SETUP := pyproject.toml constraints.txt

.PHONY: help demo witness field-metrics photograph test neighbours check format train train-language bench results arms prefix gpu sycophancy video distributed evidence engines fuzz language layout notebook \
	recording docs docs-serve reference figures clean install install-dev

help: ## List the targets.
	@grep -E '^[a-z-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z-]+):.*## (.*)/make \1\t\2/' | expand -t 18

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "error: no Python 3.11 or newer on the PATH; name one: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

# The stamps keep a second run from installing again; a change of the requirements installs anew.
$(VENV)/.installed: $(SETUP) | $(BIN)/python
	@echo "Installing nesy and what it needs into $(VENV): some minutes, once."
	@$(PIP) install --editable . --constraint constraints.txt
	@touch $@

$(VENV)/.installed-dev: $(SETUP) | $(BIN)/python
	@echo "Installing nesy, and what its tests and checks need, into $(VENV): some minutes, once."
	@$(PIP) install --editable '.[dev,docs]' --constraint constraints.txt
	@touch $(VENV)/.installed $@

install: $(VENV)/.installed ## Make .venv and install the package in it.

install-dev: $(VENV)/.installed-dev ## The same, with what the tests and checks need.

# The drawing in which a rule objects and the model takes a claim back, and the photograph in which a witness does not see
# what was said, are told in full, the others in files.
SHOWN := examples/images/suitcase.png
OTHERS := $(filter-out $(SHOWN),$(wildcard examples/images/*.png))
SHOWN_PHOTOGRAPH := examples/photographs/photographer.jpg
OTHER_PHOTOGRAPHS := $(filter-out $(SHOWN_PHOTOGRAPH),$(wildcard examples/photographs/*.jpg))
SAID := --model replay:examples/photographs/replies.jsonl --witness embedded
demo: $(VENV)/.installed ## Analyze the example drawings and photographs, and name the pictures to open; results in out/demo.
	@mkdir -p out/demo && date +%s >out/demo/.began
	@echo "The embedded model describes $(words $(OTHERS)) drawings and then $(notdir $(SHOWN)); rules check what it says."
	@$(BIN)/nesy analyze $(OTHERS) --model embedded --force --out out/demo >out/demo/others.txt
	@echo
	@$(BIN)/nesy analyze $(SHOWN) --model embedded --force --out out/demo
	@echo
	@echo "Two small networks look at $(words $(SHOWN_PHOTOGRAPH) $(OTHER_PHOTOGRAPHS)) photographs; no model describes them (seen.txt, scenes.txt)."
	@$(BIN)/nesy witness $(SHOWN_PHOTOGRAPH) $(OTHER_PHOTOGRAPHS) --force --out out/demo >out/demo/seen.txt
	@$(BIN)/nesy analyze $(SHOWN_PHOTOGRAPH) $(OTHER_PHOTOGRAPHS) --model witness >out/demo/scenes.txt
	@echo "Now they look beside a model. What it says was written by hand, one mistake a photograph; last $(notdir $(SHOWN_PHOTOGRAPH))."
	@$(BIN)/nesy analyze $(OTHER_PHOTOGRAPHS) $(SAID) --force --out out/demo >out/demo/photographs.txt
	@echo
	@$(BIN)/nesy analyze $(SHOWN_PHOTOGRAPH) $(SAID) --force --out out/demo
	@echo
	@echo "That took $$(($$(date +%s) - $$(cat out/demo/.began))) s. The others are in out/demo too: pictures, accounts (*.txt), JSON, Turtle, TriG."
	@echo "Now open out/demo/$(notdir $(SHOWN)): what the model saw, what a rule objected to, and what was withdrawn."
	@echo "And open out/demo/$(basename $(notdir $(SHOWN_PHOTOGRAPH))).png: the skeleton that was seen, and the dog that was not, withdrawn."

test: $(VENV)/.installed-dev ## Run the tests, offline.
	HF_HUB_OFFLINE=1 TRANSFORMERS_OFFLINE=1 $(BIN)/python -m pytest

# Programs of others that read our files, each in an environment of its own: what they need would replace what is there.
NEIGHBOURS := .venv-neighbours
NEIGHBOUR_TESTS := llamafactory lmms_eval roc-validator label-studio-sdk fiftyone datumaro sssom
INSTALL := -m pip --disable-pip-version-check --quiet --quiet install

neighbours: $(NEIGHBOUR_TESTS:%=$(NEIGHBOURS)/%/.installed) ## Run the tests with programs of others that do not go together with ours.
	HF_HUB_OFFLINE=1 TRANSFORMERS_OFFLINE=1 $(BIN)/python -m pytest tests/neighbours

NEIGHBOUR_PINS := label-studio-sdk==2.1.2 fiftyone==1.22.1 datumaro==1.13.12 sssom==0.4.21
$(NEIGHBOURS)/%/.installed: | $(VENV)/.installed-dev
	@$(BIN)/python -m venv $(@D)
	@$(@D)/bin/python $(INSTALL) $(filter $*==%,$(NEIGHBOUR_PINS))
	@touch $@

$(NEIGHBOURS)/roc-validator/.installed: | $(VENV)/.installed-dev
	@$(BIN)/python -m venv $(@D)
	@$(@D)/bin/python $(INSTALL) roc-validator==0.13.0 rocrate==0.16.0
	@touch $@

# It asks for other versions of torch and transformers, and reads files with ours too: it is laid over .venv.
SITE := -c 'import sysconfig; print(sysconfig.get_path("purelib"))'
$(NEIGHBOURS)/llamafactory/.installed: | $(VENV)/.installed-dev
	@$(BIN)/python -m venv $(@D)
	@$(BIN)/python $(SITE) >"$$($(@D)/bin/python $(SITE))/nesy.pth"
	@$(@D)/bin/python $(INSTALL) --no-deps llamafactory==0.9.5
	@touch $@

# Likewise, with what it imports for pictures and text alone.
LMMS_EVAL := lmms_eval==0.7.3 filelock==3.16.1 aiohappyeyeballs aiohttp aiosignal chardet DataProperty evaluate frozenlist hatchling loguru \
	lxml mbstrdecoder multidict pathvalidate portalocker propcache pytablewriter python-dotenv pytz sacrebleu tabledata tabulate tcolorpy \
	tenacity typepy yarl
$(NEIGHBOURS)/lmms_eval/.installed: $(wildcard examples/lmms_eval/*.toml examples/lmms_eval/*/*.py examples/lmms_eval/*/tasks/*) | $(VENV)/.installed-dev
	@$(BIN)/python -m venv $(@D)
	@$(BIN)/python $(SITE) >"$$($(@D)/bin/python $(SITE))/nesy.pth"
	@$(@D)/bin/python $(INSTALL) --no-deps $(LMMS_EVAL)
	@$(@D)/bin/python $(INSTALL) --no-deps --no-build-isolation ./examples/lmms_eval
	@touch $@

check: $(VENV)/.installed-dev ## Lint, format, types, and which part may import which.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/.installed-dev ## Build the documentation into out/site; a warning or a dead link is an error.
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

docs-serve: $(VENV)/.installed-dev ## Show the documentation at http://127.0.0.1:8000 while you write it.
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs serve --strict

reference: $(VENV)/.installed-dev ## Write the tables of docs/formats.md and docs/cli.md from the code.
	$(BIN)/python -m lab.reference_pages

format: $(VENV)/.installed-dev ## Format the code and mend what the linter can.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

train: $(VENV)/.installed ## Train the embedded model again, from nothing.
	$(BIN)/python -m lab.training

train-language: $(VENV)/.installed ## Train the language model again, from nothing (NESY_DATA names the folder of the data sets).
	$(BIN)/python -m lab.training.language

bench: $(VENV)/.installed-dev ## Time a check beside other engines, a batch, a process, the embedded model, pictures at a server, what must be linear, and the repair.
	$(BIN)/python -m lab.speed
	$(BIN)/python -m lab.server_speed
	$(BIN)/python -m lab.growth
	$(BIN)/python -m lab.repair_scores --times-only --scenes 100

results: $(VENV)/.installed-dev ## Measure the embedded model on fresh scenes and questions; writes results/*.json and their pages.
	$(BIN)/python -m lab.calibration_fit
	$(BIN)/python -m lab.question_scores
	$(BIN)/python -m lab.results_pages

pictures: $(VENV)/.installed-dev ## Fit and measure what tells a photograph from a drawing (PHOTOGRAPHS=FOLDER); writes results/pictures.json and the page.
	$(BIN)/python -m lab.picture_kinds --photographs $(or $(PHOTOGRAPHS),../shared/data/photographs/images)
	$(BIN)/python -m lab.results_pages --table-only

witness: $(VENV)/.installed-dev ## Measure what the embedded witness sees on photographs with truth (PHOTOGRAPHS=FOLDER), what that tells of claims, and what it is worth in the loop; writes results/*.json and the pages.
	$(BIN)/python -m lab.witness_scores --data $(or $(PHOTOGRAPHS),../shared/data/photographs)
	$(BIN)/python -m lab.claim_weights
	$(BIN)/python -m lab.claim_scores
	$(BIN)/python -m lab.seen_loop --data $(or $(PHOTOGRAPHS),../shared/data/photographs)
	$(BIN)/python -m lab.results_pages --table-only

field-metrics: $(VENV)/.installed-dev ## Measure the embedded model, the witness and published answers as the field measures (PHOTOGRAPHS=FOLDER, NESY_DATA); writes results/field_metrics.json and the page.
	$(BIN)/python -m lab.field_metrics --data $(or $(PHOTOGRAPHS),../shared/data/photographs) --sets $(or $(NESY_DATA),../shared/data)
	$(BIN)/python -m lab.results_pages --table-only

photograph: $(VENV)/.installed-dev ## Draw the photograph of the README with what is seen and what is doubted; writes docs/pictures/photograph.png.
	$(BIN)/python -m lab.photograph_figure

layout: $(VENV)/.installed-dev ## Fit and measure what boxes tell of who does what (NESY_DATA); writes nesy/witness/layout_table.json, results/layout.json and the page.
	$(BIN)/python -m lab.layout_fit --data "$(or $(NESY_DATA),../shared/data)"
	$(BIN)/python -m lab.results_pages --table-only

arms: $(VENV)/.installed-dev ## Compare the loop with no loop, placebos and others' loops on the embedded model (JOBS=2: two processes); writes results/arms.json and the page.
	$(BIN)/python -m lab.arm_comparison --jobs $(or $(JOBS),1)
	$(BIN)/python -m lab.results_pages --table-only

video: $(VENV)/.installed-dev ## Measure rules over time, questions and repair on drawn clips; writes results/video.json and the page.
	$(BIN)/python -m lab.video_scores
	$(BIN)/python -m lab.results_pages --table-only

distributed: $(VENV)/.installed-dev ## Compare one machine with a Ray cluster of one and two workers (some minutes); writes results/distributed.json and docs/datasets.md.
	$(BIN)/python -m lab.distributed_speed

prefix: $(VENV)/.installed-dev ## Time a later turn from the kept image and afresh, at the sizes of the real models; writes results/prefix.json and the page.
	$(BIN)/python -m lab.prefix_reuse
	$(BIN)/python -m lab.results_pages --table-only

gpu: $(VENV)/.installed-dev ## Time the sizes of LLaVA-OneVision on a GPU, with random weights (some minutes); writes results/gpu.json and the page.
	$(BIN)/python -m lab.gpu_speed
	$(BIN)/python -m lab.results_pages --table-only

sycophancy: $(VENV)/.installed-dev ## Compare the loops on a scripted model that gives in more and more; writes results/sycophancy.* and the page.
	$(BIN)/python -m lab.sycophancy
	$(BIN)/python -m lab.results_pages --table-only

evidence: $(VENV)/.installed-dev ## Measure the rules on ground truth and the repair (NESY_DATA names its folder); writes results/*.json, rules/measured.json and the page.
	$(BIN)/python -m lab.rule_evidence
	$(BIN)/python -m lab.rule_coverage
	$(BIN)/python -m lab.repair_scores
	$(BIN)/python -m lab.repair_check
	$(BIN)/python -m lab.results_pages --table-only

engines: $(VENV)/.installed-dev ## Compare the loops, the store and pySHACL (NESY_DATA); writes results/differential.json and the page.
	$(BIN)/python -m lab.differential --n 2000 --data "$(or $(NESY_DATA),../shared/data)" --results results/differential.json
	$(BIN)/python -m lab.differential --n 10000 --slices 12 --data "$(or $(NESY_DATA),../shared/data)" --results results/differential.json
	$(BIN)/python -m lab.results_pages --table-only

fuzz: $(VENV)/.installed-dev ## Read hostile inputs of every kind (N of each, ten times the replies; SEED; JOBS); writes results/fuzz.json and the page.
	@$(BIN)/python -m lab.fuzz --n $(or $(N),1000) --seed $(or $(SEED),2026) --jobs $(or $(JOBS),2) --results results/fuzz.json; \
		ended=$$?; $(BIN)/python -m lab.results_pages --table-only && exit $$ended

language: $(VENV)/.installed-dev ## Measure text to scene, text against evidence, and answers (NESY_DATA); writes results/*.json and the page.
	$(BIN)/python -m lab.caption_scores
	$(BIN)/python -m lab.objection_scores
	$(BIN)/python -m lab.faithfulness
	$(BIN)/python -m lab.open_lists
	$(BIN)/python -m lab.results_pages --table-only

notebook: $(VENV)/.installed-dev ## Run the notebooks that keep their output again, on results/, examples/recorded/ and examples/photographs/.
	$(BIN)/python -m lab.notebooks examples/rule_coverage.ipynb examples/correction_gain.ipynb examples/photograph.ipynb

# A small run that is committed: it is drawn, run and shown anew whenever the embedded model or the loop has changed.
RECORDED_ARMS := none,repair-only,no-evidence,full,full+unguarded,placebo+unguarded,false-accusation,false-accusation+unguarded
recording: $(VENV)/.installed-dev ## Record examples/recorded/ with the embedded model again, and run examples/correction_gain.ipynb on it.
	rm -rf out/recording
	for split in hard shifted; do \
		$(BIN)/nesy synth --n 20 --seed 77 --split $$split --out out/recording/$$split && \
		$(BIN)/nesy evaluate out/recording/$$split --model embedded --arms $(RECORDED_ARMS) --runs out/recording/run-$$split && \
		mkdir -p examples/recorded/$$split && \
		cp $(addprefix out/recording/run-$$split/,run.json scenes.jsonl round0.jsonl arms.jsonl) examples/recorded/$$split/ || exit 1; \
	done
	$(BIN)/python -m lab.notebooks examples/correction_gain.ipynb

figures: results ## The same as results.

clean: ## Remove what was built; .venv stays (rm -r .venv removes it).
	rm -rf build dist out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find nesy tests examples -name __pycache__ -type d -prune -exec rm -rf {} +
