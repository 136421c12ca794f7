#!/bin/sh
# run.sh: what the program costs, beside others. Builds the static program of a router where that can be built, and measures in
# namespaces of its own: nothing of the machine's network, resolver or certificates is changed.
set -eu
cd "$(dirname "$0")/.."

log=target/bench-build.log
mkdir -p target
if sh openwrt/musl.sh x86_64 >"$log" 2>&1; then
	program=target/musl/x86_64-unknown-linux-musl/release/ddns
	kind="static, musl"
else
	echo "no static build here ($(tail -n 1 "$log")); measuring the machine's own release build instead"
	"${CARGO:-cargo}" build --release --locked --quiet
	program=target/release/ddns
	kind="release build of this machine, dynamically linked"
fi

flags=-nm
[ "$(id -u)" = 0 ] || flags=-rnm
exec unshare "$flags" python3 -B bench/bench.py "$PWD/$program" "$kind"
