# Everything a newcomer needs: `make run` and `make test`. What is missing is installed by package name (Debian, Ubuntu).
SHELL := /bin/bash
BUILD ?= build
BUILD_TYPE ?= RelWithDebInfo
JOBS ?= $(shell nproc 2>/dev/null || sysctl -n hw.ncpu)
TEST_JOBS ?= $(shell expr 4 \* $(JOBS))  # they mostly wait
PREFIX ?= /usr/local
DESTDIR ?=
CMAKE_FLAGS ?=
UNITY ?= -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=6  # several sources at once take half the time
# g++ takes half as long again to build these.
SANITIZERS := -DCMAKE_CXX_COMPILER=clang++ -DCLINT_SANITIZE
ROOT := $(if $(filter 0,$(shell id -u)),,sudo)

BUILD_PACKAGES := g++ cmake ninja-build pkg-config libssl-dev libicu-dev libcli11-dev libspdlog-dev libsqlite3-dev nlohmann-json3-dev
TEST_PACKAGES := libgtest-dev python3 openssl iproute2
SCANNER_PACKAGES := sslscan testssl.sh  # where they cannot be had, their cases are skipped
LINT_PACKAGES := clang clang-format clang-tidy libclang-rt-dev
BENCH_PACKAGES := nats-server ngircd mosquitto ncat

.PHONY: help run build test faults bench lint fmt asan tsan install deps deps-build deps-test deps-lint deps-bench clean

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*  ## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

run: build  ## build, start a host and join you to it (without a terminal: a short scripted chat)
	@tests/support/run.sh $(BUILD)

build: deps-build  ## build build/host and build/clint
	@cmake -S . -B $(BUILD) -G Ninja -DCMAKE_BUILD_TYPE=$(BUILD_TYPE) -DCLINT_TESTS=OFF $(UNITY) $(CMAKE_FLAGS) >$(BUILD).log 2>&1 \
	  || { cat $(BUILD).log; exit 1; }; rm -f $(BUILD).log
	@cmake --build $(BUILD) -j $(JOBS)

# $(call whole,folder,cmake flags): builds everything there.
define whole
	cmake -S . -B $(1) -G Ninja -DCMAKE_BUILD_TYPE=$(BUILD_TYPE) -DCLINT_TESTS=ON $(UNITY) $(2) $(CMAKE_FLAGS)
	cmake --build $(1) -j $(JOBS)
endef

# $(call tests,folder,cmake flags,ctest flags): builds everything there and runs the tests; says what did not run, and why.
define tests
	$(call whole,$(1),$(2))
	ctest --test-dir $(1) --output-on-failure -j $(TEST_JOBS) $(3); result=$$?; \
	grep -h '^SKIPPED: ' $(1)/Testing/Temporary/LastTest.log; exit $$result
endef

test: deps-build deps-test  ## build and run every test (fault scenarios of over a minute: make faults)
	$(call tests,$(BUILD),,)

faults: deps-build deps-test  ## the fault scenarios of tests/faults at full length
	CLINT_FAULTS=full $(MAKE) test BUILD=build-faults TEST_JOBS=1

asan: deps-build deps-test deps-lint  ## the tests under the address and undefined-behaviour sanitizers
	$(call tests,build-asan,$(SANITIZERS)=address$(,)undefined,-LE bench)

tsan: deps-build deps-test deps-lint  ## the tests under the thread sanitizer
	$(call tests,build-tsan,$(SANITIZERS)=thread,-LE bench)

bench: deps-build deps-test deps-bench  ## measure the host, the floor and other servers side by side
	$(call whole,$(BUILD),)
	python3 bench/run.py --build $(BUILD) $(BENCH_FLAGS)

lint: deps-build deps-test deps-lint  ## format, includes, warnings of clang, clang-tidy
	tests/support/lint.sh

fmt: deps-lint  ## format the sources
	git ls-files '*.cpp' '*.hpp' | xargs clang-format -i

install: build  ## install clint-host and clint (PREFIX, DESTDIR)
	DESTDIR=$(DESTDIR) cmake --install $(BUILD) --prefix $(PREFIX)

deps: deps-build deps-test deps-lint deps-bench  ## install every package that any target needs

# Installs what dpkg does not know as installed; says what to do on another system.
define packages
	@missing=; for p in $(1); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q '^install ok installed' || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
	  if command -v apt-get >/dev/null; then \
	    echo "installing:$$missing"; \
	    $(ROOT) apt-get update -qq && DEBIAN_FRONTEND=noninteractive $(ROOT) apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	  else echo "no apt-get here: install what corresponds to$$missing, if it is missing"; fi; fi
endef

deps-build:
	$(call packages,$(BUILD_PACKAGES))
deps-test:
	$(call packages,$(TEST_PACKAGES))
	-$(call packages,$(SCANNER_PACKAGES))
deps-lint:
	$(call packages,$(LINT_PACKAGES))
deps-bench:
	$(call packages,$(BENCH_PACKAGES))

clean:  ## remove what was built
	rm -rf build build-*

, := ,
