#!/bin/sh
# run.sh: what the update server gets done, beside nsupdate, dnsperf and a bare HTTP server, on the same BIND and the same disk.
# SHORT=1 is a look of less than two minutes; ONLY="G1 G2" measures these goals only.
set -eu
cd "$(dirname "$0")/../.."

PATH=$PATH:/usr/sbin:/sbin
build() {
	"${CARGO:-cargo}" build --release --locked --quiet --manifest-path server/Cargo.toml "$@"
}
# apart, and the program last: together it would be linked with what only tests want of its libraries
build --example load --example hello
build --bins
exec python3 -B bench/server/bench.py "$PWD/server/target/release" "$PWD/server/target"
