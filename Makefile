# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Each target sets up what it needs: `.venv` (playbooks, tests) and `.venv-lint` (linters, Molecule, the importer), all pinned
# in requirements/. Whatever they write lies below build/. Ansible's own tools run in a copy of the checkout, build/tree, and
# with a HOME of their own, build/home.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

ROOT := $(CURDIR)
BUILD := $(ROOT)/build
RUN := $(ROOT)/.venv
LINT := $(ROOT)/.venv-lint
TREE := $(BUILD)/tree
COLLECTION := $(TREE)/ansible_collections/volume/activation
JOBS ?= 2

# Only what is named here reaches Ansible: its variables from outside could change what is tested.
CLEAN := env $(foreach name,$(filter ANSIBLE_%,$(shell env | cut -d= -f1)),-u $(name)) \
    HOME=$(BUILD)/home ANSIBLE_COLLECTIONS_PATH=$(TREE) ANSIBLE_NOCOWS=1 PYTHONDONTWRITEBYTECODE=1
IN_RUN := $(CLEAN) PATH=$(RUN)/bin:$$PATH
IN_LINT := $(CLEAN) PATH=$(LINT)/bin:$$PATH

.PHONY: help
help:  ## Show the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(RUN)/.ready: requirements/run.txt tools/make_venv.sh
	tools/make_venv.sh $(RUN) requirements/run.txt

# Not needed by the demo, and has to be compiled: the suite runs without it, and then skips what speaks LDAP.
$(RUN)/.directory: requirements/directory.txt tools/add_directory.sh $(RUN)/.ready
	@tools/add_directory.sh $(RUN) requirements/directory.txt

$(LINT)/.ready: requirements/lint.txt tools/make_venv.sh
	tools/make_venv.sh $(LINT) requirements/lint.txt

.PHONY: stage
stage:
	@tools/stage.sh $(TREE)

.PHONY: home
home: $(RUN)/.ready
	@$(RUN)/bin/python tools/private_home.py $(BUILD)/home

.PHONY: demo
demo: $(RUN)/.ready stage home  ## Bring a simulated fleet to its activation, twice, and show what happened
	@cd $(BUILD)
	code=0
	# Only what changes or fails is printed.
	$(IN_RUN) ANSIBLE_INVENTORY_UNPARSED_WARNING=false ANSIBLE_LOCALHOST_WARNING=false \
	    ANSIBLE_DISPLAY_OK_HOSTS=false ANSIBLE_DISPLAY_SKIPPED_HOSTS=false \
	    ansible-playbook volume.activation.demo -e demo_directory=$(BUILD)/demo || code=$$?
	# Below the recap, where it is looked for.
	[ ! -e demo/table.txt ] || cat demo/table.txt
	exit $$code

.PHONY: test
test: $(RUN)/.ready $(RUN)/.directory home  ## Run the whole test suite
	@$(IN_RUN) HYPOTHESIS_STORAGE_DIRECTORY=$(BUILD)/hypothesis python -m pytest -n $(JOBS) --dist worksteal -rs -p no:cacheprovider tests $(PYTEST_OPTIONS)

.PHONY: lint
lint: $(LINT)/.ready stage home  ## Check style, types, licences, changelog and documentation
	@$(IN_LINT) LINT_TREE=$(TREE) tools/lint.sh

.PHONY: sanity
sanity: $(RUN)/.ready stage home  ## Run ansible-test sanity
	@cd $(COLLECTION) && $(IN_RUN) ansible-test sanity --local --color no \
	    --python $$($(RUN)/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])') $(SANITY_OPTIONS)

.PHONY: molecule
molecule: $(LINT)/.ready stage home  ## Run the Molecule scenarios on simulated machines
	@cd $(COLLECTION) && $(IN_LINT) molecule test --all --report

.PHONY: bench
bench: $(RUN)/.ready stage home  ## Measure requests, bytes and CPU a host, and the audit of ten thousand
	@$(IN_RUN) python -m benchmarks.run
	@echo
	@$(IN_RUN) python -m benchmarks.audit

.PHONY: docs
docs: $(LINT)/.ready stage home  ## Build the documentation as HTML in build/docs
	@$(IN_LINT) tools/docs.sh $(BUILD)/docs

.PHONY: build
build: $(RUN)/.ready $(LINT)/.ready stage home  ## Build the tarball for Galaxy in build/dist
	@rm -rf $(BUILD)/dist
	# In the staged copy: the changelog of a tarball has every fragment, those of an unreleased version too.
	(cd $(COLLECTION) && $(IN_LINT) antsibull-changelog release --update-existing --reload-plugins)
	$(IN_RUN) ansible-galaxy collection build --force --output-path $(BUILD)/dist $(COLLECTION)

.PHONY: importer
importer: $(LINT)/.ready build  ## Check the tarball as Galaxy does
	@$(IN_LINT) tools/import_check.sh $(BUILD)/dist

.PHONY: compatibility
compatibility: $(RUN)/.ready stage home  ## Unit tests and the demo on ansible-core 2.16, 2.19 and 2.21
	@$(CLEAN) $(RUN)/bin/python tools/compatibility.py --jobs $(JOBS) $(COMPATIBILITY_OPTIONS)

.PHONY: changelog
changelog: $(LINT)/.ready home  ## Gather the fragments into CHANGELOG.rst, for the version in galaxy.yml
	@$(IN_LINT) antsibull-changelog release --update-existing --reload-plugins

.PHONY: pins
pins: build/pins/.ready  ## Resolve requirements/*.in into the pinned *.txt anew
	@for name in run lint directory; do
	    (cd requirements && $(ROOT)/build/pins/bin/uv pip compile --quiet --universal --upgrade --python-version 3.10 \
	        --custom-compile-command "make pins" $$([ $$name = run ] || echo "-c run.txt") $$name.in -o $$name.txt)
	done

build/pins/.ready: requirements/pins.txt
	@mkdir -p build && tools/make_venv.sh build/pins requirements/pins.txt

.PHONY: clean
clean:  ## Remove everything the targets made
	rm -rf $(BUILD) $(RUN) $(LINT) tests/output
