# standin.sh APPLETS ROOT URL ROUNDS force|check: what an updater written in shell does, for busybox ash.
#
# A STAND-IN, not ddns-scripts: it does the same kind of work by the same means (a process for each question and each piece of text, a
# log line through date, tr and sed), written anew from the description of what ddns-scripts was seen to do. It has none of its checks,
# so it starts fewer processes; how many is counted beside it.
# Applets are called by their path in APPLETS: so they are programs to execute, as for the shell of a router, whatever this BusyBox
# would do by itself.
b=$1
shift
root=$1
url=$2
rounds=$3
mode=$4
section=standin
run=$root/var/run/standin
log=$root/var/log/ddns/a.log
config=$root/etc/config/ddns
"$b/mkdir" -p "$run"

option() {
	"$b/sed" -n "/^config service 'a'/,/^config/s/^[[:space:]]*option $1 '\(.*\)'/\1/p" "$config" | "$b/head" -n 1
}

say() { # LEVEL TEXT
	stamp=$("$b/date" +%H%M%S)
	text=$(printf '%s' "$2" | "$b/sed" "s|$password|***|g" | "$b/tr" -d '\r')
	printf ' %s %5s : %s\n' "$stamp" "$1" "$text" >>"$log"
	lines=$("$b/wc" -l <"$log")
	if [ "$lines" -gt 250 ]; then
		"$b/tail" -n 250 "$log" >"$log.new"
		"$b/mv" "$log.new" "$log"
	fi
}

encode() {
	printf '%s' "$1" | "$b/hexdump" -v -e '/1 "%02x "' | "$b/awk" '{ for (i = 1; i <= NF; i++) printf "%%%s", $i }'
}

uptime() {
	"$b/cut" -d. -f1 /proc/uptime
}

registered() {
	"$b/nslookup" "$lookup_host" 127.0.0.1 >"$run/dat" 2>"$run/err" || return 1
	"$b/sed" -n '/^Name:/,$s/^Address[ 0-9]*: *\([0-9.]*\).*/\1/p' "$run/dat" | "$b/head" -n 1
}

current() {
	"$b/ip" -o -4 address show dev "$device" scope global | "$b/awk" '{ print $4 }' | "$b/cut" -d/ -f1 | "$b/head" -n 1
}

send() {
	user=$(encode "$username")
	pass=$(encode "$password")
	target=$(printf '%s' "$url" | "$b/sed" -e "s|\[USERNAME\]|$user|" -e "s|\[PASSWORD\]|$pass|" -e "s|\[DOMAIN\]|$domain|" -e "s|\[IP\]|$1|")
	curl -s -S -o "$run/dat" --stderr "$run/err" "$target" || return 1
	say "" "provider answered: $("$b/cat" "$run/dat")"
	"$b/grep" -i -E -q 'good|nochg' "$run/dat"
}

for name in lookup_host domain username password ip_interface use_ipv6 use_https check_interval force_interval retry_interval; do
	eval "$name=\$(option $name)"
done
device=$ip_interface
echo $$ >"$run/pid"
say note "started, process $$ at $("$b/date" '+%F %R')"
say "" "configuration: $("$b/sed" -n "/^config service 'a'/,/^config/p" "$config" | sort)"
[ "$mode" = force ] && "$b/rm" -f "$run/update"

while [ "$rounds" -gt 0 ]; do
	rounds=$((rounds - 1))
	say "" "asking for the registered address of $lookup_host"
	there=$(registered)
	echo "$there" >"$run/ip"
	say "" "registered: $there"
	say "" "asking for the current address of $device"
	here=$(current)
	say "" "current: $here"
	last=$("$b/cat" "$run/update" 2>/dev/null || echo 0)
	now=$(uptime)
	if [ "$last" = 0 ] || [ "$here" != "$there" ] || [ $((now - last)) -gt 259200 ]; then
		say note "update needed: $here, registered $there"
		if send "$here"; then
			uptime >"$run/update"
			say info "update accepted: $here"
		fi
	fi
	next=$(($(uptime) + 600))
	echo "$next" >"$run/nextcheck"
	say "" "waiting; next check at $("$b/date" -d "@$(($("$b/date" +%s) + 600))" '+%F %R')"
	say "" "looking at the registered address again"
	there=$(registered)
	echo "$there" >"$run/ip"
	say "" "registered: $there"
done
