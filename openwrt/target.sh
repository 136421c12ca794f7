#!/bin/sh
# target.sh NAME FIELD: one field of openwrt/targets (triple, processor, architecture, folder or program). With no argument: all names.
# FEATURES and SYMBOLS in the environment are those of musl.sh.
set -eu
table=$(dirname "$0")/targets
names=$(awk '!/^#/ && NF { print $1 }' "$table")
if [ $# = 0 ]; then
	echo "$names"
	exit 0
fi
folder=target/musl
[ "${FEATURES:-full}" = full ] || folder=$folder-$FEATURES
[ -z "${SYMBOLS:-}" ] || folder=$folder-symbols
awk -v name="$1" -v field="$2" -v folder="$folder" '
	/^#/ || $1 != name { next }
	field == "triple" { print $2 }
	field == "processor" { print $3 }
	field == "architecture" { print $4 }
	field == "folder" { print folder }
	field == "program" { print folder "/" $2 "/release/ddns" }
	{ found = 1 }
	END { exit !found }
' "$table" || {
	# shellcheck disable=SC2086 # one line
	echo "TARGET '$1': wanted one of" $names >&2
	exit 2
}
