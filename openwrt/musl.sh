#!/bin/sh
# musl.sh [TARGET]: a statically linked ddns for a router, below target/musl. TARGET is a name of openwrt/targets, x86_64 if left out.
# FEATURES=small in the environment leaves out most providers (Cargo.toml says which) and builds below target/musl-small.
# SYMBOLS=1 keeps the names of functions, for openwrt/cost.sh, and builds below target/musl-symbols.
# Debian's Rust with the sources of its standard library, zig as C compiler and linker (in a virtual environment below target/zig).
set -eu
cd "$(dirname "$0")/.."

target=${1:-x86_64}
features=${FEATURES:-full}
strip=symbols
[ -z "${SYMBOLS:-}" ] || strip=none
triple=$(sh openwrt/target.sh "$target" triple)
folder=$(sh openwrt/target.sh "$target" folder)
program=$(sh openwrt/target.sh "$target" program)
sh tests/need.sh musl

zig=$PWD/target/zig
if ! [ -e "$zig/ready" ]; then
	echo "making target/zig"
	rm -rf "$zig"
	mkdir -p target
	python3 -m venv "$zig"
	"$zig/bin/python3" -m pip --quiet --disable-pip-version-check install ziglang==0.17.0 cargo-zigbuild==0.24.0
	touch "$zig/ready"
fi

# A PIE would need rcrt1.o, which zig does not hand to rustc. Left out of the program, with what it would cost on mipsel: tables for unwinding, as
# a panic ends the program anyway (111,000 bytes, and 2,900 of what is written in C); what a panic would print, as procd shows nobody what a
# service prints (107,000); where in the sources (31,000, and the program would depend on where the crates lie on the machine that builds).
PATH=$zig/bin:$PATH \
	RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc CARGO=/usr/bin/cargo CARGO_TARGET_DIR=$PWD/$folder \
	CARGO_PROFILE_RELEASE_STRIP=$strip CFLAGS="-fno-asynchronous-unwind-tables -fno-unwind-tables" \
	RUSTFLAGS="-C link-self-contained=no -C relocation-model=static -C force-unwind-tables=no -Z location-detail=none \
	-Z unstable-options -C panic=immediate-abort" \
	"$zig/bin/cargo-zigbuild" zigbuild --release --locked --quiet --bin ddns --target "$triple" \
	--no-default-features --features "$features" \
	-Z build-std=std,panic_abort -Z build-std-features=optimize_for_size

[ $strip = symbols ] || exit 0
# a table of procedures for debuggers, which strip leaves in programs for MIPS (154,000 bytes)
"$(/usr/bin/rustc --print target-libdir)/../bin/rust-objcopy" --remove-section=.pdr --remove-section=.comment "$program"

kind=$(file -b "$program")
case $kind in
*"statically linked"*) ;;
*)
	echo "$program is not statically linked: $kind" >&2
	exit 1
	;;
esac
sh openwrt/size.sh "$target" "$program" "$features"
