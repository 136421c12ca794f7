# make run      shows the main job on real parts (CONFIG=/path/to/ddns: checks that file and says what it would send; SEND=1: sends)
# make test     everything that is checked on each change
# make bench    costs, beside programs of equal work
# make musl     a static program for a router (TARGET=x86_64, mipsel, mips, aarch64 or armv7)
# make cases    recorded runs of ddns-scripts, when ../shared is there

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help tools need run test bench musl cases lint build

TARGET := x86_64

help:
	@sed -n 's/^# //p' Makefile

# Debian's own Rust (rustc-web, cargo-web) is new enough; a toolchain that is there already comes first.
CARGO := $(shell command -v cargo || echo /usr/bin/cargo)

tools:
	@sh tests/need.sh build

need:
	@sh tests/need.sh build test

build: tools
	@$(CARGO) build --release --locked

run: tools
	@$(if $(CONFIG),:,sh tests/need.sh demo)
	@$(CARGO) build --release --locked --quiet --bins --example demo
	@./target/release/examples/demo $(if $(CONFIG),"$(CONFIG)") $(if $(SEND),--send)

lint: tools
	@if $(CARGO) fmt --version >/dev/null 2>&1; then $(CARGO) fmt --check; else echo 'rustfmt is not installed: format not checked'; fi
	@if $(CARGO) clippy --version >/dev/null 2>&1; then $(CARGO) clippy --locked --quiet --all-targets -- -D warnings; \
	else echo 'clippy is not installed: lints not checked'; fi

test: need lint
	@$(CARGO) test --locked --quiet

bench:
	@sh tests/need.sh bench
	@sh bench/run.sh

musl:
	@sh openwrt/musl.sh $(TARGET)

cases: build
	@sh tests/cases.sh
