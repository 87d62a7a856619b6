# Everything a newcomer needs: `make run` and `make test`; `make help` lists the rest.
SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PORT ?= 8000
DATA ?= .resonanz
export PORT DATA

UV := .tools/bin/uv
PY := .venv/bin/python
NPM := $(shell command -v npm 2>/dev/null)
PAGES := $(if $(NPM),console/dist/index.html widget/dist/widget.js)

help:  ## list what can be done
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

run: setup $(PAGES)  ## start everything with a demo agency at http://localhost:$PORT, Ctrl-C stops it
	@$(PY) -m deploy.run

test: setup $(PAGES)  ## lint, types, walls and all tests, on engines started for them
	@$(PY) -m deploy.needs
	@$(MAKE) --no-print-directory check
	@if [ -n "$(NPM)" ]; then npm --prefix widget test --silent && npm --prefix console test --silent; fi
	@$(PY) -m pytest -m "not integration and not e2e"
	@$(PY) -m pytest -m "integration or e2e"

test-fast: setup  ## only what needs no engines, in seconds
	@$(PY) -m pytest -m "not integration and not e2e"

check: setup $(PAGES)  ## format, lint, types, walls, and that the locks name no host
	@.venv/bin/ruff format --quiet --check services libs deploy tests bench
	@.venv/bin/ruff check --quiet services libs deploy tests bench
	@.venv/bin/mypy --no-error-summary
	@.venv/bin/lint-imports --no-cache > .cache/lint-imports.log || { cat .cache/lint-imports.log; exit 1; }
	@! grep -nE 'https?://' requirements.lock requirements.prod.lock
	@! grep -n '"resolved"' console/package-lock.json widget/package-lock.json
	@.venv/bin/check-jsonschema --quiet --builtin-schema vendor.compose-spec docker-compose.yml
	@.venv/bin/hadolint deploy/Dockerfile
	@$(PY) -m deploy.docs --check
	@if [ -n "$(NPM)" ]; then npm --prefix widget run --silent check && npm --prefix console run --silent check; fi

bench: setup  ## measure against the raw limits of the same run (under 5 minutes)
	@$(PY) -m bench

docs: setup  ## write docs/events.md, docs/asyncapi.yaml and the OpenAPI documents
	@$(PY) -m deploy.docs

engines: setup  ## start only Kafka and MongoDB, print their addresses, Ctrl-C stops them
	@$(PY) -m deploy.engines

console: $(PAGES)  ## build the agents' page and the widget
	@if [ -z "$(NPM)" ]; then echo "Install Node 20 or newer first."; exit 1; fi

lock: setup  ## resolve the dependencies anew into requirements.lock
	@$(UV) pip compile -q --upgrade --universal --generate-hashes --no-header --group dev pyproject.toml -o requirements.lock
	@$(UV) pip compile -q --universal --generate-hashes --no-header -c requirements.lock pyproject.toml -o requirements.prod.lock

setup: .venv/ok  ## install what the lock file names

.venv/ok: requirements.lock
	@mkdir -p .cache
	@test -x $(UV) || { python3 -m venv .tools && .tools/bin/pip install -q --disable-pip-version-check uv==0.13.9; }
	@$(UV) venv -q --clear .venv
	@$(UV) pip sync -q --require-hashes --python $(PY) requirements.lock
	@touch $@

console/node_modules/.ok: console/package-lock.json
	@npm --prefix console ci --silent --no-audit --no-fund && touch $@

widget/node_modules/.ok: widget/package-lock.json
	@npm --prefix widget ci --silent --no-audit --no-fund && touch $@

console/dist/index.html: console/node_modules/.ok $(shell find console/src console/openapi console/index.html -type f 2>/dev/null)
	@npm --prefix console run --silent build && touch $@

widget/dist/widget.js: widget/node_modules/.ok $(shell find widget/src -type f 2>/dev/null)
	@npm --prefix widget run --silent build && touch $@

clean:  ## remove what was built and installed, and the demo's data
	@rm -rf .venv .tools .cache $(DATA) console/node_modules console/dist widget/node_modules widget/dist artifacts

.PHONY: help run test test-fast check bench docs engines console lock setup clean
