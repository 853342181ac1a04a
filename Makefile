# Each of these works alone on a fresh machine with Python 3.11+, git and the package registries; `make test` wants Node, too.
#
#   make demo    explorer.html: the built-in model's attention, explorable offline
#   make lab     JupyterLab on the tutorial notebooks
#   make test    every check that CI runs
#   make bench   measurements against the budgets, into benchmarks/RESULTS.md; then tools/mutants.py: can each test fail?
#   make test-oldest   the tests on the lowest versions that pyproject.toml allows, in .venv-oldest
#   make site    explorer pages into site/
#
#   VENV=folder     the virtual environment to use, made if it is not there (default .venv)
#   PYTHON=python   what it is made with (default: the first Python 3.11+ on the path)

VENV ?= .venv
PYTHON ?=
QKWIDGETS_TEST_DATA ?= ../shared/data
override QKWIDGETS_TEST_DATA := $(abspath $(QKWIDGETS_TEST_DATA))
export QKWIDGETS_TEST_DATA

run := $(VENV)/bin
setup = PYTHON="$(PYTHON)" tools/setup/environment.sh $(VENV)
node_modules := js/node_modules/.package-lock.json

.PHONY: demo lab test test-oldest bench site static
.DELETE_ON_ERROR:

demo: $(VENV)/.qkwidgets-base
	$(run)/qkwidgets explore -o explorer.html

lab: $(VENV)/.qkwidgets-lab
	$(run)/qkwidgets lab

# pytest comes last, so that its count is the last line. Two files of tests run at a time, each with one thread.
pytest := OMP_NUM_THREADS=1 $(VENV)/bin/python -m pytest -n 2 --dist loadfile

test: $(VENV)/.qkwidgets-test static
	@tools/setup/browser.py
	$(run)/ruff check
	$(pytest)

test-oldest: .venv-oldest/.qkwidgets-test
	@tools/setup/browser.py
	.venv-oldest/bin/python -m pytest

bench: $(VENV)/.qkwidgets-test
	@tools/setup/browser.py
	$(run)/python benchmarks/run.py
	$(run)/python benchmarks/gpu.py
	$(run)/python -m pytest -m long tests/sweeps
	$(run)/python tools/mutants.py

site: $(VENV)/.qkwidgets-base
	mkdir -p site
	$(run)/qkwidgets explore -o site/built-in.html
	$(run)/qkwidgets explore qkwidgets/examples/deit-tiny.qk --max-mb 3 -o site/deit-tiny.html

# The committed JavaScript must be what its source builds.
static: $(node_modules)
	cd js && npm run check && npm test && npm run build
	@git diff --exit-code --stat -- qkwidgets/widgets/static || \
	  { echo "qkwidgets/widgets/static is not what js/ builds: commit what \`npm run build\` has just written." >&2; exit 1; }

# What is installed; a stamp lies inside the thing it tells of, so deleting that thing is the way to start over.
$(VENV)/.qkwidgets-base: pyproject.toml
	$(setup) ""
	@touch $@

$(VENV)/.qkwidgets-lab: pyproject.toml
	$(setup) "[lab,photos]"
	@touch $@

$(VENV)/.qkwidgets-test: pyproject.toml
	$(setup) "[dev,lab,photos,export]"
	@touch $@

.venv-oldest/.qkwidgets-test: pyproject.toml
	PYTHON="$(PYTHON)" tools/setup/environment.sh .venv-oldest "[dev,lab,photos,export]" lowest
	@touch $@

$(node_modules): js/package.json js/package-lock.json
	@command -v npm >/dev/null || { echo "The JavaScript is checked and built with Node 20 or later: npm was not found. Install nodejs and npm." >&2; exit 1; }
	cd js && npm ci
