#!/bin/sh
# An address script for a router behind a modem that has the public address: reads it off the modem's status page.
# In /etc/config/ddns:
#
#	option ip_source 'script'
#	option ip_script '/etc/ddns/modem_page.sh http://192.168.100.1/status.html'
#
# The login stands in a file that only root can read (chmod 600): one line, user:password, percent-encoded as in URLs.
# It never becomes an argument of a program, where ps would show it: printf is part of the shell.

# shellcheck disable=SC1091
. /usr/lib/ddns/dynamic_dns_functions.sh

page=${1:?wanted the URL of the page}
IFS= read -r login <"${2:-/etc/ddns/modem.login}" || exit 1

DATFILE=$(mktemp) && ERRFILE=$(mktemp) || exit 1
trap 'rm -f "$DATFILE" "$ERRFILE"' EXIT

do_transfer "${page%%://*}://$login@${page#*://}" || {
	cat "$ERRFILE" >&2
	exit 1
}

# the line that names it: other addresses are on such pages too
sed -n '/[Ww][Aa][Nn]/p' "$DATFILE" | grep -o "$IPV4_REGEX" | head -n 1 | grep .
