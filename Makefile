# fanin: `make help` lists what there is. CMake does the building; these are the usual errands.
#
#   make compare ARGS="--epochs 2"     arguments for fanin compare
#   make test CTEST_ARGS="-R theory"   arguments for ctest
#   make compare DEPS=no               do not look for missing Debian packages
#   make test CMAKE_ARGS=-DFANIN_WERROR=ON

BUILD ?= $(CURDIR)/build/release
PREFIX ?= /usr/local
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
DEPS ?= yes
ARGS ?=
CTEST_ARGS ?=
CMAKE_ARGS ?=
PYTHON ?= python3

.DEFAULT_GOAL := help
.PHONY: help deps configure compare test bench asan format lint install clean

help: ## this list
	@echo "fanin: makes deep networks start right"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-14s  %s\n", $$1, $$2}'

deps: # the Debian packages that are missing; nothing when none is
ifneq ($(DEPS),no)
	@scripts/install_deps.sh
endif

# CMake configures anew by itself when one of its files changed, so here only the first time counts.
configure: deps
	@if [ ! -f "$(BUILD)/cmake_install.cmake" ] || [ -n "$(strip $(CMAKE_ARGS))" ]; then \
	  cmake --preset release -B "$(BUILD)" $(CMAKE_ARGS); \
	fi

compare: configure ## build what is needed and train Fashion-MNIST from four initializations
	@cmake --build "$(BUILD)" -j $(JOBS) --target fanin_cli
	@"$(BUILD)/bin/fanin" compare $(ARGS)

test: configure ## build everything and run all tests
	@cmake --build "$(BUILD)" -j $(JOBS)
	@ctest --test-dir "$(BUILD)" -j $(JOBS) --output-on-failure --no-tests=error $(CTEST_ARGS)

bench: ## time fanin against PyTorch (installs Debian's python3-torch)
ifneq ($(DEPS),no)
	@scripts/install_deps.sh --bench
endif
	@$(MAKE) --no-print-directory configure DEPS=no
	@cmake --build "$(BUILD)" -j $(JOBS) --target fanin_cli benches
	@bench/compare.sh "$(BUILD)" $(ARGS)

asan: deps ## all tests again under the address and undefined-behaviour sanitizers
	@cmake --preset asan $(CMAKE_ARGS)
	@cmake --build --preset asan -j $(JOBS)
	@ctest --preset asan -j $(JOBS) $(CTEST_ARGS)

format: ## format the C++ files with clang-format 14
	@tools/format.sh

lint: configure ## check formatting and layers, then run clang-tidy (slow)
	@tools/format.sh --check
	@$(PYTHON) tools/check_layers.py
	@tools/tidy.sh "$(BUILD)"

install: configure ## install the program and the library under PREFIX
	@cmake --build "$(BUILD)" -j $(JOBS) --target fanin_product
	@cmake --install "$(BUILD)" --prefix "$(PREFIX)"

clean: ## remove build/
	@rm -rf build
