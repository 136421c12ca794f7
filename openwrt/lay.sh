#!/bin/sh
# lay.sh PROGRAM ROOT: lays everything the package installs below ROOT. OpenWrt's recipe, the .ipk and the tests all use it.
# PROGRAM may be - for all but the program itself. VERSION is what LuCI shows; by default Cargo.toml's, release 1. FEATURES=small in the
# environment leaves providers out of the tables that a program built so does not speak to.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
[ $# = 2 ] || {
	echo "usage: $0 PROGRAM ROOT" >&2
	exit 2
}
program=$1
root=$2
version=${VERSION:-$(sed -n 's/^version = "\(.*\)"/\1/p' "$here/Cargo.toml")-1}

lay() { # MODE SOURCE TARGET
	mkdir -p "$root${3%/*}"
	rm -f "$root$3"
	cp "$2" "$root$3"
	chmod "$1" "$root$3"
}

link() { # TARGET NAME
	mkdir -p "$root${2%/*}"
	ln -sf "$1" "$root$2"
}

if [ "$program" != - ]; then
	lay 755 "$program" /usr/bin/ddns
fi
link /usr/bin/ddns /usr/lib/ddns/dynamic_dns_updater.sh
link /usr/bin/ddns /usr/lib/ddns/dynamic_dns_lucihelper.sh
link ../../../bin/ddns /usr/lib/ddns/standin/curl

(cd "$here/files" && find . -type f) | LC_ALL=C sort | while read -r file; do
	case $file in
	./etc/config/ddns) mode=600 ;; # passwords are in it
	./etc/init.d/* | ./etc/hotplug.d/* | ./etc/uci-defaults/*) mode=755 ;;
	*) mode=644 ;;
	esac
	lay "$mode" "$here/files/$file" "${file#.}"
done

table() { # NAME
	rm -f "$root/usr/lib/ddns/$1"
	if [ "${FEATURES:-full}" = small ]; then
		awk -F '\t' '$2 != "\"native\"" || $1 ~ /^"(bind-nsupdate|cloudflare\.com-v4)"$/' "$here/$1" >"$root/usr/lib/ddns/$1"
	else
		cp "$here/$1" "$root/usr/lib/ddns/$1"
	fi
	chmod 644 "$root/usr/lib/ddns/$1"
}
table services
table services_ipv6
mkdir -p "$root/usr/share/ddns/custom"
sh "$here/openwrt/tables.sh" "$root/usr/lib/ddns/services" "$root/usr/lib/ddns/services_ipv6" "$root/usr/share/ddns"
printf '%s\n' "$version" >"$root/usr/share/ddns/version"
find "$root/usr/share/ddns" -type f -exec chmod 644 {} +
