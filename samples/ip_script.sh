#!/bin/sh
# An address script: prints the address to publish. It is executed (chmod 755), within a minute; in /etc/config/ddns:
#
#	option ip_source 'script'
#	option ip_script '/etc/ddns/ip_script.sh wan'
#
# The first address it prints counts. An exit code other than 0 means that there is none now: nothing is sent.

# shellcheck disable=SC1091,SC2154
. /usr/lib/ddns/dynamic_dns_functions.sh

network_flush_cache
network_get_ipaddr address "${1:-wan}" || exit 1
echo "$address"
