#!/bin/sh
# musl.sh [x86_64|mipsel|mips|aarch64|armv7]: a statically linked ddns for a router, below target/musl.
# Debian's Rust with the sources of its standard library, zig as C compiler and linker (in a virtual environment below target/zig).
set -eu
cd "$(dirname "$0")/.."

case ${1:-x86_64} in
x86_64 | mipsel | mips | aarch64) triple=${1:-x86_64}-unknown-linux-musl ;;
armv7) triple=armv7-unknown-linux-musleabihf ;;
*)
	echo "TARGET '$1': wanted x86_64, mipsel, mips, aarch64 or armv7" >&2
	exit 2
	;;
esac
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

# a PIE would need rcrt1.o, which zig does not hand to rustc
PATH=$zig/bin:$PATH \
	RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc CARGO=/usr/bin/cargo CARGO_TARGET_DIR=$PWD/target/musl \
	RUSTFLAGS="-C link-self-contained=no -C relocation-model=static" \
	"$zig/bin/cargo-zigbuild" zigbuild --release --locked --quiet --bin ddns --target "$triple" \
	-Z build-std=std,panic_abort -Z build-std-features=optimize_for_size

program=target/musl/$triple/release/ddns
kind=$(file -b "$program")
case $kind in
*"statically linked"*) ;;
*)
	echo "$program is not statically linked: $kind" >&2
	exit 1
	;;
esac
echo "$program: $(wc -c <"$program") bytes stripped, $(xz -9 -c "$program" | wc -c) as xz; $kind"
