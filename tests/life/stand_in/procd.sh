# A stand-in for OpenWrt's /lib/functions/procd.sh: the calls of our init script. What the real one packs as JSON are here lines of words
# with tabs between them; `ubus` brings them to the keeper.

tab='	'
newline='
'
triggers_open=0

procd_lock() {
	# as the real one: descriptor 1000 is inherited by all that is started, so who stays would hold the lock for ever
	flock -n 1000 2>/dev/null && return
	mkdir -p /var/lock
	exec 1000>"/var/lock/procd_$service.lock"
	flock 1000
}

procd_line() {
	local line=$1 word
	shift
	for word; do
		line=$line$tab$word
	done
	message=$message$line$newline
}

procd_call() { ubus call service "$1" "$message"; }

procd_open_service() {
	message=
	procd_line service "$1"
}

procd_close_service() {
	service_triggers
	procd_call "${1:-set}"
}

procd_open_instance() { procd_line instance "$1"; }
procd_close_instance() { :; }

procd_set_param() {
	local type=$1
	shift
	case $type in
	reload_signal) procd_line "$type" "$(kill -l "$1")" ;;
	respawn)
		[ $# -gt 0 ] || set -- 3600 5 5
		procd_line "$type" "$@"
		;;
	command | env) procd_line "$type" "$@" ;;
	*)
		echo "procd.sh: parameter '$type' is not played here" >&2
		exit 1
		;;
	esac
}

procd_open_trigger() { triggers_open=$((triggers_open + 1)); }
procd_close_trigger() { triggers_open=$((triggers_open - 1)); }

# EVENT NETWORK COMMAND... : only between open and close is there a list that it could join
procd_add_interface_trigger() {
	local event=$1 network=$2
	shift 2
	[ "$triggers_open" -gt 0 ] || {
		echo "procd.sh: a trigger outside of procd_open_trigger" >&2
		exit 1
	}
	procd_line trigger "$event" interface "$network" "$@"
}

procd_add_reload_trigger() {
	local package
	for package; do
		procd_line trigger config.change package "$package" "/etc/init.d/$service" reload
	done
}

procd_kill() {
	message=
	procd_line service "$1"
	[ -z "$2" ] || procd_line instance "$2"
	procd_call delete
}

# held from here to the end of the script, whatever its action
procd_lock
