# make run      shows the main job on real parts (CONFIG=/path/to/ddns: checks that file and says what it would send; SEND=1: sends)
# make run-server  keeps the update server running on loopback, with a made-up user, and prints the line to try
# make test     everything that is checked on each change
# make interop  dynamic updates and PowerDNS' API at real servers: BIND, Knot, PowerDNS
# make chaos    the update server in trouble: SCHEDULES=300 random ones (SEED=n runs one again); CLUSTER=1: with a Galera cluster, 12 of them
# make long-server  the long forms of the update server's tests: ten thousand connections, a million wrong passwords, speed of its rooms
# make fuzz     the server's readers on what nobody would send, SECONDS=60 each, FUZZ=reply only one (nightly Rust and cargo-fuzz)
# make bench    costs, beside programs of equal work
# make bench-server  what the update server gets done, beside nsupdate, dnsperf and a bare HTTP server (SHORT=1: a look of two minutes)
# make musl     a static program for a router (TARGET=x86_64, mipsel, mips, aarch64 or armv7); make musl-all: all five
# make ipk      a package for a router's opkg (TARGET as above, ARCH=... what `opkg print-architecture` says there); make ipk-all: all five
# make cost     what each provider adds to the program for mipsel; FEATURES=small leaves most of them out (with musl, ipk)
# make targets  the programs for all five kinds of routers, tried by emulators; make test tries mipsel and aarch64
# make cases    recorded runs of ddns-scripts, when ../shared is there

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help tools need run build-server run-server test-server show test interop bench bench-server fuzz chaos long-server lint-server musl musl-all ipk ipk-all targets cases lint build

TARGET := x86_64
export FEATURES := full
ARCH = $(shell sh openwrt/target.sh $(TARGET) architecture)
ALL := $(shell sh openwrt/target.sh)

help:
	@sed -n 's/^# //p' Makefile

# Debian's own Rust (rustc-web, cargo-web) is new enough; a toolchain that is there already comes first.
CARGO := $(shell command -v cargo || echo /usr/bin/cargo)

tools:
	@sh tests/need.sh build

need:
	@sh tests/need.sh build test server musl targets

build: tools
	@$(CARGO) build --release --locked

build-server: tools
	@$(CARGO) build --release --locked --manifest-path server/Cargo.toml

run: tools
	@$(if $(CONFIG),:,sh tests/need.sh demo && $(MAKE) --no-print-directory build-server)
	@$(CARGO) build --release --locked --quiet --bins --example demo
	@./target/release/examples/demo $(if $(CONFIG),"$(CONFIG)") $(if $(SEND),--send)

run-server: build-server
	@sh server/try.sh

lint: tools
	@if $(CARGO) fmt --version >/dev/null 2>&1; then $(CARGO) fmt --check; else echo 'rustfmt is not installed: format not checked'; fi
	@if $(CARGO) clippy --version >/dev/null 2>&1; then $(CARGO) clippy --locked --quiet --all-targets -- -D warnings && \
	$(CARGO) clippy --locked --quiet --no-default-features --features small -- -D warnings; \
	else echo 'clippy is not installed: lints not checked'; fi

lint-server: tools
	@if $(CARGO) fmt --version >/dev/null 2>&1; then $(CARGO) fmt --manifest-path server/Cargo.toml --check; fi
	@if $(CARGO) clippy --version >/dev/null 2>&1; then $(CARGO) clippy --manifest-path server/Cargo.toml --locked --quiet --all-targets -- -D warnings; fi

test-server: tools
	@sh tests/need.sh server
	@$(CARGO) test --manifest-path server/Cargo.toml --locked --quiet

# the show of make run, by the programs that the tests built
show: tools
	@$(CARGO) build --locked --quiet --bins --example demo
	@log=$$(mktemp) && { DDNS_SERVICE=server/target/debug/ddns-service target/debug/examples/demo >"$$log" 2>&1 || { cat "$$log"; exit 1; }; } && rm -f "$$log"

test: need lint lint-server test-server show
	@$(CARGO) test --locked --quiet
	@$(MAKE) --no-print-directory musl TARGET=aarch64
	@$(MAKE) --no-print-directory ipk TARGET=mipsel
	@$(CARGO) test --locked --quiet --test journey -- --ignored mipsel_program aarch64_program
	@$(CARGO) test --locked --quiet --test life another_processor

interop: tools
	@sh tests/need.sh interop
	@$(CARGO) test --locked --quiet --test interop -- --include-ignored

SECONDS := 60
FUZZ := request reply config question key_file

fuzz:
	@cargo +nightly fuzz --version >/dev/null 2>&1 || { echo 'make fuzz needs nightly Rust, cargo-fuzz and a C++ compiler:'; \
	echo '  rustup toolchain install nightly && cargo install --locked cargo-fuzz && apt-get install g++'; exit 1; }
	@cd server/fuzz && cargo +nightly fuzz build
	@cd server/fuzz && for one in $(FUZZ); do said=$$(mktemp); mkdir -p corpus/$$one; \
	cargo +nightly fuzz run $$one corpus/$$one seeds/$$one -- -dict=dictionaries/$$one.dict -max_total_time=$(SECONDS) -max_len=4096 \
	-print_final_stats=1 >$$said 2>&1; code=$$?; echo "$$one: $$(grep -aE 'DONE +cov' $$said)"; \
	grep -aE 'error|panicked|SUMMARY|ERROR|Test unit|average_exec|number_of_exec|peak_rss' $$said; rm -f $$said; [ $$code = 0 ] || exit 1; done

targets: need ipk-all
	@$(CARGO) test --locked --quiet --test journey -- --ignored _program_lives

bench:
	@sh tests/need.sh bench
	@sh bench/run.sh

long-server: tools
	@sh tests/need.sh server bench-server long-server
	@$(CARGO) test --manifest-path server/Cargo.toml --locked --test security -- --ignored --nocapture --test-threads=1
	@$(CARGO) test --manifest-path server/Cargo.toml --locked --test listen -- --ignored --nocapture ten_thousand
	@$(CARGO) test --manifest-path server/Cargo.toml --locked --release --test zone --test embedded --test store -- --ignored --nocapture --test-threads=1

SCHEDULES = $(if $(CLUSTER),12,300)
chaos: tools
	@sh tests/need.sh server $(if $(CLUSTER),long-server)
	@CHAOS_SCHEDULES=$(SCHEDULES) $(if $(SEED),CHAOS_SEED=$(SEED)) $(CARGO) test --manifest-path server/Cargo.toml --locked --quiet --test chaos -- \
	--ignored --nocapture $(if $(CLUSTER),on_a_cluster,after_hundreds)

bench-server: tools
	@sh tests/need.sh bench-server
	@sh bench/server/run.sh

musl:
	@sh openwrt/musl.sh $(TARGET)

musl-all:
	@for target in $(ALL); do $(MAKE) --no-print-directory musl TARGET=$$target || exit 1; done

ipk: musl
	@sh tests/need.sh ipk
	@ipk=$$(sh openwrt/ipk.sh "$$(sh openwrt/target.sh $(TARGET) program)" "$(ARCH)" target/ipk$(if $(filter small,$(FEATURES)),/small)) && \
	sh openwrt/size.sh $(TARGET) "$$ipk" $(FEATURES)

cost:
	@sh openwrt/cost.sh

ipk-all:
	@for target in $(ALL); do $(MAKE) --no-print-directory ipk TARGET=$$target || exit 1; done

cases: build
	@sh tests/cases.sh
