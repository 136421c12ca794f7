#!/bin/sh
# target.sh NAME FIELD: one field of openwrt/targets (triple, processor, architecture or program). With no argument: all names.
set -eu
table=$(dirname "$0")/targets
names=$(awk '!/^#/ && NF { print $1 }' "$table")
if [ $# = 0 ]; then
	echo "$names"
	exit 0
fi
awk -v name="$1" -v field="$2" '
	/^#/ || $1 != name { next }
	field == "triple" { print $2 }
	field == "processor" { print $3 }
	field == "architecture" { print $4 }
	field == "program" { print "target/musl/" $2 "/release/ddns" }
	{ found = 1 }
	END { exit !found }
' "$table" || {
	# shellcheck disable=SC2086 # one line
	echo "TARGET '$1': wanted one of" $names >&2
	exit 2
}
