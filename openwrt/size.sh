#!/bin/sh
# size.sh TARGET FILE [FEATURES]: says how large a program or an .ipk is, and fails when the one for mipsel (the smallest routers) is too large.
set -eu
target=$1
file=$2
size=$(wc -c <"$file")
case $file in
*.ipk)
	kind=ipk limit=900000 goal=650000
	what="$size bytes"
	;;
*)
	kind=program limit=2200000 goal=1600000
	what="$size bytes stripped, $(xz -9 -c "$file" | wc -c) as xz"
	;;
esac
[ "${3:-full}" = full ] || kind="$3 $kind"
echo "$target $kind: $what ($file)"
[ "$target" = mipsel ] || exit 0
if [ "$size" -gt "$limit" ]; then
	echo "$target $kind: $size bytes are more than the $limit that are allowed" >&2
	exit 1
fi
if [ "$size" -le "$goal" ]; then
	echo "$target $kind: goal of $goal met"
else
	echo "$target $kind: goal of $goal not met, limit of $limit kept"
fi
