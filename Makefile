# «make help» перечисляет команды. Всё нужное ставится в .venv при первом запуске; дальше сеть не нужна.

PYTHON ?= python3
WORKERS ?= 5
SEED ?= 1
MINUTES ?= 30
BIN := .venv/bin
READY := .venv/ready

.DEFAULT_GOAL := help
.PHONY: demo run setup test check format lint types imports bench chaos help

demo: $(READY) ## показ без ключей: песочница со страницей и бот рядом
	@exec $(BIN)/python -m bot demo

run: $(READY) ## служба с настройками из config.env
	@exec $(BIN)/python -m bot run

setup: $(READY) ## только подготовить .venv

test: $(READY) ## все тесты
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

check: format lint types imports test ## оформление, правила, типы, границы пакетов и тесты

format: $(READY)
	$(BIN)/ruff format --check .

lint: $(READY)
	$(BIN)/ruff check .

types: $(READY)
	$(BIN)/mypy

imports: $(READY)
	$(BIN)/lint-imports

bench: $(READY) ## измерения: скорость, точность, память
	$(BIN)/python -m bench

chaos: $(READY) ## долгая проверка сбоями: SEED=1 MINUTES=30
	$(BIN)/python -m proof.chaos --seed $(SEED) --minutes $(MINUTES)

help: ## этот список
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(READY): requirements/runtime.txt requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo 'Нужен Python 3.11 или новее. Если он называется иначе: make PYTHON=python3.12' >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || \
		{ echo 'Не создаётся .venv. В Debian и Ubuntu нужен пакет python3-venv' >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		-r requirements/runtime.txt -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
