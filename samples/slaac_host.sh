#!/bin/sh
# An address script that publishes another host of the LAN: the prefix of the router's address in a network, and the host's own half.
# In /etc/config/ddns:
#
#	option use_ipv6 '1'
#	option ip_source 'script'
#	option ip_script '/etc/ddns/slaac_host.sh lan AA:BB:CC:DD:EE:FF'
#
# Instead of the MAC address the half itself may stand there (::1234:5678:9abc:def0), for a host with a token or one that hides its MAC.
# It holds for networks of 64 bits, which SLAAC has.

# shellcheck disable=SC1091,SC2154
. /usr/lib/ddns/dynamic_dns_functions.sh

network_flush_cache
network_get_ipaddr6 router "${1:-lan}" || exit 1
expand_ipv6 "$router" router || exit 1

case ${2:?wanted a MAC address, or the half of an IPv6 address behind ::} in
::*) half=$2 ;;
*)
	# RFC 4291 appendix A: ff:fe in the middle, the second lowest bit of the first byte turned
	IFS=:
	# shellcheck disable=SC2086
	set -- $2
	unset IFS
	half=$(printf '::%02x%02x:%02xff:fe%02x:%02x%02x' $((0x$1 ^ 2)) "0x$2" "0x$3" "0x$4" "0x$5" "0x$6")
	;;
esac
expand_ipv6 "$half" half || exit 1

echo "${router%:*:*:*:*}:${half#*:*:*:*:}"
