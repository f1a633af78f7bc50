# Two commands set up everything on a fresh machine: `make run` and `make test`.

PYTHON ?= python3
PORT ?= 8000
VENV_PYTHON = .venv/bin/python
export PYTHONDONTWRITEBYTECODE =

.DEFAULT_GOAL := help
.PHONY: help run test test-all check format audit lock frontend run-production bench benchmark clean

help: ## Show these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Set up what is missing and serve on http://127.0.0.1:8000 (PORT=… for another port)
	@$(PYTHON) scripts/bootstrap.py run
	@$(VENV_PYTHON) scripts/build_frontend.py
	@exec $(VENV_PYTHON) manage.py prepare --serve $(PORT)

test: ## Install what tests need, run every check and test, end with a summary
	@$(PYTHON) scripts/bootstrap.py dev
	@$(VENV_PYTHON) scripts/test.py

test-all: ## The same with the slow tests
	@$(PYTHON) scripts/bootstrap.py dev
	@$(VENV_PYTHON) scripts/test.py --slow

check: ## Linters and type checks only
	@$(PYTHON) scripts/bootstrap.py dev
	@$(VENV_PYTHON) scripts/test.py lint frontend

format: ## Put all sources into the house style
	@$(PYTHON) scripts/bootstrap.py dev
	@.venv/bin/ruff check --quiet --fix .
	@.venv/bin/ruff format .
	@cd designer_ui/frontend && npx biome check --write .

audit: ## Ask whether anything that is installed has a known weakness (AUDIT=required)
	@$(PYTHON) scripts/bootstrap.py dev
	@$(VENV_PYTHON) scripts/audit.py

lock: ## Re-create the locks after a change of pyproject.toml (UPGRADE=1 for newest versions)
	@$(PYTHON) scripts/bootstrap.py dev
	@$(VENV_PYTHON) scripts/lock.py $(if $(UPGRADE),--upgrade)

frontend: ## Build the browser application into static/ui
	@$(PYTHON) scripts/bootstrap.py run
	@$(VENV_PYTHON) scripts/build_frontend.py

run-production: ## One web and one worker process from DATABASE_URL, REDIS_URL, FLOWDECK_SECRET_KEY
	@$(PYTHON) scripts/bootstrap.py run
	@$(VENV_PYTHON) scripts/build_frontend.py
	@exec $(VENV_PYTHON) scripts/run_production.py --port $(PORT)

bench: ## Measure the engine beside its peers, which it installs (ROUNDS=5 ROWS="memory events")
	@$(PYTHON) scripts/bootstrap.py dev
	@$(VENV_PYTHON) scripts/build_frontend.py
	@$(VENV_PYTHON) -m benchmarks.comparison --rounds $(or $(ROUNDS),5) $(if $(ROWS),--only $(ROWS))

benchmark: ## Measure the engine on both databases
	@$(PYTHON) scripts/bootstrap.py dev
	@$(VENV_PYTHON) -m benchmarks

clean: ## Remove what was built, but not var/, which holds your data
	@rm -rf .venv static/ui designer_ui/frontend/node_modules .mypy_cache .ruff_cache .pytest_cache test-results
