# Needs make and Python 3.11 or newer, nothing else. POSIX sh, GNU make 3.81 or newer.
# All paths are relative, so the folder's own path may hold spaces.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

# Passed on to the program that a target starts: make run ARGS="--local ls"
ARGS ?=
# Another interpreter: make run PYTHON=/opt/python3.13/bin/python3
PYTHON ?=

venv := .venv
python := $(venv)/bin/python
pip := $(python) -m pip --disable-pip-version-check --no-input -qq
# --compile, because PIP_NO_COMPILE or PYTHONDONTWRITEBYTECODE may be set and starting without bytecode is slow.
install := $(pip) install --compile --constraint constraints.txt --build-constraint constraints.txt
tests := $(wildcard tests/*.py tests/*/*.py tests/*/*/*.py)
sources := $(wildcard k8s_sandbox_tui/*.py k8s_sandbox_tui/*/*.py k8s_sandbox_tui/*/*/*.py)

.PHONY: help run test lint bench screenshots constraints clean

help: ## list the targets
	@echo 'usage: make TARGET [ARGS="..."]'
	@echo
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)$$/\1|\2/p' Makefile | while IFS='|' read -r name text; do \
		printf '  %-12s %s\n' "$$name" "$$text"; done

run: $(venv)/stamp-bytecode ## set up on first use, then start the dashboard (ARGS are passed on)
	@exec $(python) -m k8s_sandbox_tui $(ARGS)

test: $(venv)/stamp-test $(venv)/stamp-bytecode $(venv)/stamp-tests-bytecode ## install what the tests need and run them all, three processes a core (ARGS go to pytest)
	@$(python) -m pytest --numprocesses auto --dist worksteal $(ARGS)

lint: $(venv)/stamp-test $(venv)/stamp-lint ## ruff, the type checker in strict mode, the import contracts
	@$(venv)/bin/ruff check
	@$(venv)/bin/ruff format --check
	@$(venv)/bin/basedpyright
	@$(venv)/bin/lint-imports

bench: $(venv)/stamp-test $(venv)/stamp-bytecode ## run the benchmarks and print a table (ARGS: names to run)
	@$(python) -m tests.bench $(ARGS)

screenshots: $(venv)/stamp-test $(venv)/stamp-bytecode ## make screenshots/ from the running product
	@$(python) -m tests.screenshots $(ARGS)

constraints: $(venv)/stamp-python ## write constraints.txt anew: the newest versions that fit pyproject.toml
	@rm -rf $(venv)/fresh
	@$(python) -m venv $(venv)/fresh
	@$(venv)/fresh/bin/python -m pip install -qq --upgrade pip 'flit_core<4'
	@$(venv)/fresh/bin/python -m pip install -qq --group test --group lint --editable .
	@{ echo '# The exact set this version was tested with. Made by "make constraints"; not edited by hand.'; \
		$(venv)/fresh/bin/python -m pip freeze --all --exclude-editable --exclude setuptools; } > constraints.txt
	@rm -rf $(venv)/fresh

clean: ## remove the environment and everything that was generated
	@rm -rf $(venv) build dist *.egg-info .pytest_cache .ruff_cache .hypothesis .import_linter_cache snapshot_report.html
	@find k8s_sandbox_tui tests -type d -name __pycache__ -prune -exec rm -rf {} +

# What each step of setting up needs; how it is done stands below.
$(venv)/stamp-pip: $(venv)/stamp-python constraints.txt
$(venv)/stamp-run: $(venv)/stamp-pip pyproject.toml constraints.txt
$(venv)/stamp-test $(venv)/stamp-lint: $(venv)/stamp-run
$(venv)/stamp-tests-bytecode: $(venv)/stamp-test $(tests)
$(venv)/stamp-bytecode: $(venv)/stamp-run $(sources)

# An environment does not survive the move of its folder or the loss of its interpreter: make it anew.
ifneq ($(shell test -x $(python) && test "`cat $(venv)/stamp-python 2>/dev/null`" = "`pwd`" && echo fit),fit)
$(venv)/stamp-python: FORCE
endif
.PHONY: FORCE
FORCE:

interpreters := $(if $(PYTHON),"$(PYTHON)",python3 python3.14 python3.13 python3.12 python3.11)

ifndef set_up_for

# Of two at once, the second waits for each step of the first, looks anew, and finds it done; it says so once. The lock is
# the kernel's, on this file, so that it ends with its holder, however that ends; some network file systems have none.
told :=
with_lock = for candidate in $(interpreters); do \
		"$$candidate" -c 'import fcntl' 2>/dev/null || continue; \
		exec "$$candidate" -c "$$(printf '%s\n' \
			'import fcntl, os, sys' \
			'lock = os.open("Makefile", os.O_RDONLY)' \
			'try:' \
			'    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)' \
			'except BlockingIOError:' \
			'    if not "$(told)":' \
			'        print("Waiting for another make, which sets up here.", file=sys.stderr, flush=True)' \
			'    if sys.argv[1:]:' \
			'        fcntl.flock(lock, fcntl.LOCK_EX)' \
			'    else:' \
			'        print("told")' \
			'except OSError:' \
			'    pass' \
			'if sys.argv[1:]:' \
			'    os.set_inheritable(lock, True)' \
			'    os.execvp(sys.argv[1], sys.argv[1:])')" "$$@"; \
	done

# The first line is empty: only looks, before each step, whether there is something to wait for and to say.
$(addprefix $(venv)/stamp-,python pip run test lint tests-bytecode bytecode):
	$(if $(told),,$(eval told := $(shell set --; $(with_lock))))
	@set -- "$(MAKE)" --no-print-directory --silent set_up_for="$(or $(MAKECMDGOALS),run)" $@; \
	$(with_lock); \
	exec "$$@"

else

# The newest of the interpreters on the PATH that is new enough and can make an environment with pip.
$(venv)/stamp-python:
	@set -- $(interpreters); \
	best=; best_minor=0; bare=; bare_minor=; \
	for candidate in "$$@"; do \
		minor=`"$$candidate" -c 'import sys; print(sys.version_info[1] if sys.version_info >= (3, 11) else 0)' 2>/dev/null` || continue; \
		test "$${minor:-0}" -gt 0 || continue; \
		if "$$candidate" -c 'import venv, ensurepip' 2>/dev/null; then \
			if test "$$minor" -gt "$$best_minor"; then best=$$candidate; best_minor=$$minor; fi; \
		else bare=$$candidate; bare_minor=$$minor; fi; \
	done; \
	if test -z "$$best" && test -n "$$bare"; then \
		echo "error: $$bare cannot make virtual environments: its venv or ensurepip module is missing." >&2; \
		echo "On Debian and Ubuntu: sudo apt-get install python3.$$bare_minor-venv" >&2; \
		exit 1; \
	elif test -z "$$best"; then \
		echo "error: no Python 3.11 or newer found (tried $$*)." >&2; \
		echo "Debian 12, Ubuntu 24.04 or newer: sudo apt-get install python3 python3-venv" >&2; \
		echo "Fedora: sudo dnf install python3    macOS: brew install python" >&2; \
		echo "Where it has another name: make $(set_up_for) PYTHON=/path/to/python3" >&2; \
		exit 1; \
	fi; \
	echo "Making $(venv) with Python 3.$$best_minor." >&2; \
	"$$best" -m venv --clear $(venv)
	@pwd > $@

# pip first: dependency groups need 25.1, --build-constraint needs 25.3.
$(venv)/stamp-pip:
	@$(pip) install --upgrade --constraint constraints.txt pip
	@touch $@

$(venv)/stamp-run:
	@echo 'Installing; this takes a minute the first time.' >&2
	@$(install) --editable .
	@touch $@

$(venv)/stamp-test:
	@$(install) --group test
	@touch $@

$(venv)/stamp-lint:
	@$(install) --group lint
	@touch $@

# Here once instead of in each test process: pytest rewrites the assertions of all test files. What is wrong with one is told by the run itself.
$(venv)/stamp-tests-bytecode:
	@for part in tests/*/; do \
		PYTHONDONTWRITEBYTECODE= $(python) -m pytest --collect-only -qq -p no:cacheprovider $$part >/dev/null 2>&1 & \
	done; wait
	@touch $@

$(venv)/stamp-bytecode:
	@$(python) -m compileall -q k8s_sandbox_tui
	@touch $@

endif
