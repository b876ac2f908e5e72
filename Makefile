# The commands of the project. `make` alone lists them.

PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$each"; break; }; done)
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-annotate --custom-compile-command 'make lock'

.DEFAULT_GOAL := help
.PHONY: help install run demo test proof pictures check bench migrate lock chromium libreoffice

help: ## показать эти команды
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS='	' read -r name what; do printf '  make %-9s %s\n' "$$name" "$$what"; done

install: $(VENV)/.installed ## поставить всё нужное в .venv

run: $(VENV)/.installed ## подготовить базу и открыть сервис на http://127.0.0.1:8080
	@$(BIN)/opora setup
	@$(BIN)/opora run

demo: $(VENV)/.installed ## заполнить базу придуманными семьями и показать, кем войти
	@$(BIN)/opora setup
	@$(BIN)/opora demo

test: $(VENV)/.installed-dev chromium ## проверить всё: SQLite, PostgreSQL, браузер
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not proof$(if $(filter no,$(BROWSER)), and not browser)" $(TESTS)

proof: $(VENV)/.installed-dev chromium libreoffice ## измерить обещания и записать итог в docs/proof.md
	$(BIN)/python -m pytest -n 2 --dist worksteal -m proof --proof docs/proof.md

pictures: $(VENV)/.installed-dev chromium ## снять экраны заново в docs/
	SCREENSHOTS=docs $(BIN)/python -m pytest tests/browser/test_centre_day.py

check: $(VENV)/.installed-dev ## проверить стиль, типы и шаблоны
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/djlint --lint --quiet app/templates

bench: $(VENV)/.installed-dev ## сравнить скорость с пределом в том же прогоне (N=20000 DB=sqlite)
	$(BIN)/python -m bench $(if $(N),--families $(N)) $(if $(DB),--database $(DB))

migrate: $(VENV)/.installed-dev ## записать изменения таблиц новой миграцией (m=что_меняется)
	@test -n "$(m)" || { echo 'Назовите миграцию: make migrate m=family_gets_email'; exit 2; }
	$(BIN)/opora db migrate -m "$(m)"
	@sed -i '/^    # ### /d' migrations/versions/*.py
	@$(BIN)/ruff check --quiet --fix --ignore E501 migrations/versions
	@$(BIN)/ruff format --quiet migrations/versions

lock: ## обновить requirements.txt и requirements-dev.txt (нужен uv)
	$(COMPILE) $(UPGRADE) requirements.in -o requirements.txt
	$(COMPILE) $(UPGRADE) requirements-dev.in -o requirements-dev.txt

$(VENV)/.created:
	@test -n "$(PYTHON)" || { echo 'Нужен Python 3.11 или новее. Поставьте его и повторите: https://www.python.org/downloads/'; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo 'Нужен модуль venv: apt install python3-venv'; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.created requirements.txt pyproject.toml
	@echo 'Ставлю библиотеки в $(VENV), это займёт минуту…'
	@$(PIP) install --require-hashes -r requirements.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.txt
	@echo 'Ставлю то, что нужно проверкам…'
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

chromium:
ifneq ($(BROWSER),no)
	@for each in chromium chromium-browser google-chrome; do command -v $$each >/dev/null && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -qq && apt-get install -y -qq chromium; \
	else echo 'Проверкам в браузере нужен Chromium: apt install chromium. Без них: make test BROWSER=no'; exit 2; fi
endif

libreoffice:
	@command -v soffice >/dev/null && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -qq && apt-get install -y -qq libreoffice-calc; \
	else echo 'Измерениям нужен LibreOffice, он пересчитывает выгруженные таблицы: apt install libreoffice-calc'; exit 2; fi
