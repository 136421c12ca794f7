#!/bin/sh
# run.sh: what the update server gets done, beside nsupdate, dnsperf and a bare HTTP server, on the same BIND and the same disk.
# SHORT=1 is a look of less than two minutes; ONLY="G1 G2" measures these goals only.
set -eu
cd "$(dirname "$0")/../.."

PATH=$PATH:/usr/sbin:/sbin
"${CARGO:-cargo}" build --release --locked --quiet --manifest-path server/Cargo.toml --bins --example load --example hello
exec python3 -B bench/server/bench.py "$PWD/server/target/release" "$PWD/server/target"
