#!/bin/sh
# cost.sh: what each provider with an API of its own adds to the program for mipsel, in bytes, and what the families are without which a builder
# can do (`small`). Functions and data are counted by the names of a program that was not stripped; texts, which the linker throws together, by
# the sources. What several share (the engine of descriptions, signatures, JSON, XML) stands at the end.
set -eu
cd "$(dirname "$0")/.."
sh tests/need.sh musl
SYMBOLS=1 sh openwrt/musl.sh mipsel
program=$(SYMBOLS=1 sh openwrt/target.sh mipsel program)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

nm --print-size --demangle "$program" | sed -n 's/^[0-9a-f]* \([0-9a-f]*\) . .*ddns[][0-9a-f]*::send::\([a-z0-9_:]*\).*/\1 \2/p' >"$work/symbols"

texts() { # FILE: bytes between quotation marks, without comments and tests
	sed -e '/#\[cfg(test)\]/,$d' -e 's/^ *\/\/.*//' -e 's/\\"/ /g' "$1" | tr '\n' ' ' |
		awk -F '"' '{ for (i = 2; i <= NF; i += 2) sum += length($i) } END { print sum + 0 }'
}

for file in src/send/native/cloudflare.rs src/send/native/*/*.rs; do
	place=${file#src/send/}
	echo "$(texts "$file") $(echo "${place%.rs}" | sed 's/\//::/g')"
done >"$work/texts"

awk '
function number(hex,   i, sum) {
	for (i = 1; i <= length(hex); i++) sum = sum * 16 + index("0123456789abcdef", substr(hex, i, 1)) - 1
	return sum
}
FNR == NR { text[$2] = $1; next }
{
	size = number($1)
	for (place in text)
		if ($2 == place || index($2, place "::") == 1) {
			code[place] += size
			next
		}
	n = split($2, part, "::")
	shared[part[1] == "native" ? "native" : part[1]] += size
}
END {
	for (place in text) {
		n = split(place, part, "::")
		family = n == 2 ? "always" : part[2]
		printf "1 %-8s %-16s %7d %7d %7d\n", family, part[n], code[place], text[place], code[place] + text[place]
		sum[family] += code[place] + text[place]
		count[family]++
	}
	for (family in sum) printf "2 %-8s %-16s %7s %7s %7d\n", family, count[family] " files", "", "", sum[family]
	for (room in shared) printf "3 %-8s %-16s %7d %7s %7d\n", "shared", room, shared[room], "", shared[room]
}' "$work/texts" "$work/symbols" | LC_ALL=C sort -k1,1n -k2,2 -k6,6nr | cut -c3- >"$work/table"
printf '%-8s %-16s %7s %7s %7s\n' family provider code texts sum
cat "$work/table"
