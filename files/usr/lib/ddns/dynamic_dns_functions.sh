# shellcheck shell=sh disable=SC2034,SC1091
# Functions and names for update scripts. The updater reads this before it reads a script; a script of your own may read it too:
#
#	. /usr/lib/ddns/dynamic_dns_functions.sh
#	SECTION_ID=myddns
#	load_all_config_options ddns "$SECTION_ID"
#
# What takes more than a few lines is done by the program ddns. Nothing secret becomes an argument of a program: ps shows arguments.

[ -r /lib/functions.sh ] && . /lib/functions.sh
[ -r /lib/functions/network.sh ] && . /lib/functions/network.sh

# --- names -----------------------------------------------------------------

[ -x "${DDNS_PROGRAM:=/usr/bin/ddns}" ] || DDNS_PROGRAM=ddns
: "${SECTION_ID:=}" "${VERBOSE:=0}" "${DATFILE:=}" "${ERRFILE:=}" "${LOGFILE:=}"
: "${MYPROG:=${0##*/}}" "${RETRY_SECONDS:=60}" "${CHECK_SECONDS:=600}" "${FORCE_SECONDS:=259200}"
: "${REGISTERED_IP:=}" "${CURRENT_IP:=}" "${URL_USER:=}" "${URL_PASS:=}" "${URL_PENC:=}" "${UPD_ANSWER:=}"
: "${ddns_rundir:=/var/run/ddns}" "${ddns_logdir:=/var/log/ddns}" "${ddns_loglines:=250}" "${upd_privateip:=0}"
[ -n "$IPV4_REGEX" ] || IPV4_REGEX='[0-9]\{1,3\}[.][0-9]\{1,3\}[.][0-9]\{1,3\}[.][0-9]\{1,3\}'
[ -n "$IPV6_REGEX" ] || IPV6_REGEX='\([0-9A-Fa-f]\{1,4\}:\)\{1,7\}[0-9A-Fa-f]\{0,4\}\(:[0-9A-Fa-f]\{1,4\}\)\{1,7\}'
[ -n "$VERSION" ] || { [ -r /usr/share/ddns/version ] && IFS= read -r VERSION </usr/share/ddns/version; }
VERBOSE_MODE=$VERBOSE
LOCAL_IP=$CURRENT_IP
N='
'
PID_SLEEP=0
ERR_LAST=0
LUCI_HELPER=

# Programs. A small curl of ours stands behind every real one. GNU wget is never needed.
__DDNS_TEXT=${DDNS_PROGRAM%bin/ddns}lib/ddns/standin
case ":$PATH:" in
*:"$__DDNS_TEXT":*) ;;
*) [ ! -x "$__DDNS_TEXT/curl" ] || PATH=$PATH:$__DDNS_TEXT ;;
esac
WGET=
WGET_SSL=
USE_CURL=1
CURL=$(command -v curl)
CURL_SSL=
CURL_PROXY=
case $CURL in
'') ;;
*/ddns/standin/curl)
	CURL_SSL=$CURL
	CURL_PROXY=$CURL
	;;
*)
	CURL_SSL=$("$CURL" -V 2>/dev/null)
	CURL_SSL=Protocols:${CURL_SSL#*Protocols:}
	CURL_SSL=${CURL_SSL%%"$N"*}
	case "$CURL_SSL " in *' https '*) ;; *) CURL_SSL= ;; esac
	CURL_PROXY=$CURL
	;;
esac
BIND_HOST=$(command -v host)
KNOT_HOST=$(command -v khost)
NSLOOKUP=$(command -v nslookup)

# --- what the program does ----------------------------------------------------

# The program, for the section as the script has it now. Only for subshells and the end of a pipe, which is one: what is exported here is
# so for this program alone.
__ddns() {
	export SECTION_ID VERBOSE use_ipv6 ip_source ip_network ip_interface bind_network force_ipversion proxy cacert user_agent
	export use_syslog use_logfile username password param_enc param_opt
	[ -z "$DDNS_ROOT" ] || export DDNS_ROOT
	exec "$DDNS_PROGRAM" "$@"
}

# Fetches a URL: body into $DATFILE, trouble into $ERRFILE. Returns 0 when there was an answer, whatever its HTTP status. One try: when the
# script fails after a transfer has failed, the updater runs it again at the retry interval.
do_transfer() {
	[ $# -eq 1 ] || write_log 12 "do_transfer: wanted one URL, got $# words"
	[ -n "$DATFILE" ] || DATFILE=$(mktemp)
	[ -n "$ERRFILE" ] || ERRFILE=$(mktemp)
	DDNS_UNREACHABLE=
	printf '%s' "$1" | __ddns transfer - >"$DATFILE" 2>"$ERRFILE"
	case $? in
	0) return 0 ;;
	2 | 3) ;; # the configuration or the URL is wrong: trying again is no help
	*) DDNS_UNREACHABLE=75 ;;
	esac
	return 1
}

# write_log LEVEL TEXT: a line for the log of the section, for syslog and the console as it wants them. LEVEL is 0 (emergency) to 7
# (debug); 10 more ends the script.
write_log() {
	case $1 in
	[0-7] | 1[0-7]) ;;
	*) return 0 ;;
	esac
	__DDNS_LEVEL=$1
	shift
	if [ -n "${DDNS_CONSOLE-2}" ]; then
		printf '%s' "$*" | __ddns log "$__DDNS_LEVEL" - >&"${DDNS_CONSOLE-2}" 2>&1
	else
		printf '%s' "$*" | __ddns log "$__DDNS_LEVEL" - >/dev/null 2>&1
	fi
	[ "$__DDNS_LEVEL" -lt 10 ] || exit "${DDNS_UNREACHABLE:-1}"
	return 0
}

# The name of a variable, or the end: it is about to be part of a command.
__ddns_name() {
	case $2 in
	'' | [0-9]* | *[!A-Za-z0-9_]*) write_log 12 "$1: '$2' is no name of a variable" ;;
	esac
}

# urlencode VAR TEXT
urlencode() {
	[ $# -eq 2 ] || write_log 12 "urlencode: wanted VARIABLE TEXT, got $# words"
	__ddns_name urlencode "$1"
	eval "$1=\$(printf '%s' \"\$2\" | __ddns encode)"
}

# expand_ipv6 ADDRESS VAR: eight groups of four digits, or the word invalid and return code 1.
expand_ipv6() {
	[ $# -eq 2 ] || write_log 12 "expand_ipv6: wanted ADDRESS VARIABLE, got $# words"
	__ddns_name expand_ipv6 "$2"
	eval "$2=\$(__ddns expand \" \$1\")" && return 0
	write_log 4 "expand_ipv6: '$1' is no IPv6 address"
	return 1
}

# get_service_data NAME FOLDER VAR VAR VAR: URL, script and words of success of FOLDER/NAME.json.
get_service_data() {
	[ $# -eq 5 ] || write_log 12 "get_service_data: wanted NAME FOLDER and three variables, got $# words"
	__ddns_name get_service_data "$3"
	__ddns_name get_service_data "$4"
	__ddns_name get_service_data "$5"
	__DDNS_TEXT=$(__ddns provider "$2/$1.json") || __DDNS_TEXT=
	eval "$3=\${__DDNS_TEXT%%\"\$N\"*}"
	__DDNS_TEXT=${__DDNS_TEXT#*"$N"}
	eval "$4=\${__DDNS_TEXT%%\"\$N\"*}"
	eval "$5=\${__DDNS_TEXT#*\"\$N\"}"
	eval "[ -n \"\$$3\$$4\" ]"
}

# load_all_config_options ddns SECTION: the options of a section as variables of their names. Names that mean something to a shell are left
# out. Returns 1 when there are none.
load_all_config_options() {
	[ "$1" = ddns ] || return 1
	__DDNS_NAMES=$(__ddns option "$2") || return 1
	# an x behind each value keeps line ends at its end
	for __DDNS_NAME in $__DDNS_NAMES; do
		case $__DDNS_NAME in
		*[a-z]*) eval "$__DDNS_NAME=\$( (__ddns option \"\$2\" \"\$__DDNS_NAME\"); printf x)" ;;
		*) continue ;;
		esac
		eval "$__DDNS_NAME=\${$__DDNS_NAME%x}"
	done
	urlencode URL_USER "$username"
	urlencode URL_PASS "$password"
	urlencode URL_PENC "$param_enc"
	return 0
}

# --- small ones ------------------------------------------------------------

# get_seconds VAR NUMBER UNIT
get_seconds() {
	[ $# -eq 3 ] || write_log 12 "get_seconds: wanted VARIABLE NUMBER UNIT, got $# words"
	__ddns_name get_seconds "$1"
	case $2 in
	'' | *[!0-9]*) write_log 12 "get_seconds: '$2' is no number" ;;
	esac
	case $3 in
	days) eval "$1=\$(($2 * 86400))" ;;
	hours) eval "$1=\$(($2 * 3600))" ;;
	minutes) eval "$1=\$(($2 * 60))" ;;
	*) eval "$1=\$2" ;;
	esac
}

# get_uptime VAR: whole seconds since boot.
get_uptime() {
	__ddns_name get_uptime "$1"
	read -r __DDNS_TEXT </proc/uptime
	eval "$1=\${__DDNS_TEXT%%.*}"
}

# timeout [-SIGNAL] SECONDS [--] COMMAND...: functions too.
timeout() {
	__DDNS_SIGNAL=-TERM
	while :; do
		case $1 in
		--) shift; break ;;
		-*) __DDNS_SIGNAL=$1 ;;
		[0-9]*) __DDNS_SECONDS=$1 ;;
		*) break ;;
		esac
		shift || return 2
	done
	"$@" &
	__DDNS_COMMAND=$!
	(
		trap 'kill "$__DDNS_SLEEP" 2>/dev/null; exit 0' TERM
		sleep "$__DDNS_SECONDS" &
		__DDNS_SLEEP=$!
		wait "$__DDNS_SLEEP"
		kill "$__DDNS_SIGNAL" "$__DDNS_COMMAND" 2>/dev/null
	) >/dev/null 2>&1 &
	__DDNS_WATCH=$!
	wait "$__DDNS_COMMAND"
	__DDNS_CODE=$?
	kill "$__DDNS_WATCH" 2>/dev/null
	wait "$__DDNS_WATCH" 2>/dev/null
	return "$__DDNS_CODE"
}

# --- networks, where OpenWrt's own functions are not ------------------------------

command -v network_get_ipaddr >/dev/null 2>&1 || {
	# VAR WHAT NETWORK
	__ddns_network() {
		__ddns_name "network_get_$2" "$1"
		eval "$1=\$(__ddns network \"\$2\" \"\$3\" 2>/dev/null)" && return 0
		unset "$1"
		return 1
	}
	network_get_ipaddr() { __ddns_network "$1" ipaddr "$2"; }
	network_get_ipaddr6() { __ddns_network "$1" ipaddr6 "$2"; }
	network_get_ipaddrs() { __ddns_network "$1" ipaddrs "$2"; }
	network_get_ipaddrs6() { __ddns_network "$1" ipaddrs6 "$2"; }
	network_get_device() { __ddns_network "$1" device "$2"; }
	network_get_physdev() { __ddns_network "$1" device "$2"; }
	network_is_up() { __ddns_network __DDNS_TEXT up "$1"; }
	network_find_wan() { network_is_up wan && eval "$1=wan"; }
	network_find_wan6() { network_is_up wan6 && eval "$1=wan6"; }
	network_flush_cache() { :; }
}
