#!/bin/sh
# need.sh build|test|interop|demo|bench|bench-server|musl|ipk|targets ...: installs what is missing of Debian's packages when it may, else names it and ends.
set -eu
missing=
want() { # PROGRAM PACKAGE...
	program=$1
	shift
	PATH=$PATH:/usr/sbin:/sbin command -v "$program" >/dev/null 2>&1 || missing="$missing $*"
}
rust() {
	if ! command -v cargo >/dev/null 2>&1 && [ ! -x /usr/bin/cargo ]; then
		missing="$missing cargo-web rustc-web"
	fi
}
for purpose; do
	case $purpose in
	build)
		rust
		want cc gcc libc6-dev
		;;
	server)
		want named bind9
		want dig bind9-dnsutils
		want nsupdate bind9-dnsutils
		want knotd knot
		want pdns_server pdns-server pdns-backend-sqlite3
		want sqlite3 sqlite3
		[ -e /usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql ] || missing="$missing pdns-backend-sqlite3"
		want mariadbd mariadb-server
		want mariadb mariadb-client
		want rndc bind9-utils
		want named-checkconf bind9-utils
		want setpriv util-linux
		[ -d /usr/share/fonts/truetype/dejavu ] || missing="$missing fonts-dejavu-core"
		want curl curl ca-certificates
		want wget wget
		want openssl openssl
		want prlimit util-linux
		want setsid util-linux
		want ip iproute2
		want unshare util-linux
		want mount mount
		want python3 python3-minimal
		want busybox busybox-static
		want ddclient ddclient
		want inadyn inadyn
		want fail2ban-regex fail2ban
		want nginx nginx-light
		want caddy caddy
		want promtool prometheus
		want chromium chromium
		want chromedriver chromium-driver
		/usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null || missing="$missing python3-aiosmtpd"
		;;
	long-server)
		[ -e /usr/lib/galera/libgalera_smm.so ] || missing="$missing galera-4"
		want rsync rsync
		want ss iproute2
		;;
	demo)
		want ip iproute2
		want unshare util-linux
		;;
	test)
		want named bind9
		want nsupdate bind9-dnsutils
		want ip iproute2
		want unshare util-linux
		want openssl openssl
		want tinyproxy tinyproxy
		want busybox busybox-static
		want python3 python3-minimal
		want strace strace
		want mount mount
		want make make
		want git git
		want ar binutils
		want dpkg-deb dpkg
		want zopfli zopfli
		want nsenter util-linux
		want strip binutils
		;;
	interop)
		want named bind9
		want dig bind9-dnsutils
		want knotd knot
		want pdns_server pdns-server pdns-backend-sqlite3
		want sqlite3 sqlite3
		[ -e /usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql ] || missing="$missing pdns-backend-sqlite3"
		;;
	bench)
		want named bind9
		want ip iproute2
		want unshare util-linux
		want openssl openssl
		want busybox busybox-static
		want curl curl ca-certificates
		want inadyn inadyn
		want python3 python3
		want strace strace
		want mount mount
		;;
	bench-server)
		want named bind9
		want dig bind9-dnsutils
		want nsupdate bind9-dnsutils
		want dnsperf dnsperf
		want python3 python3
		;;
	musl)
		[ -x /usr/bin/cargo ] && [ -x /usr/bin/rustc ] && [ -d "$(/usr/bin/rustc --print sysroot)/lib/rustlib/src/rust/library" ] ||
			missing="$missing rustc-web cargo-web rust-web-src"
		want "$(/usr/bin/rustc --print target-libdir 2>/dev/null)/../bin/rust-objcopy" rust-web-llvm
		python3 -c 'import ensurepip' 2>/dev/null || missing="$missing python3 python3-venv"
		want file file
		want xz xz-utils
		;;
	ipk)
		want make make
		want zopfli zopfli
		;;
	targets)
		want qemu-mipsel-static qemu-user-static
		;;
	esac
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
	echo "installing:$missing"
	log=$(mktemp)
	# shellcheck disable=SC2086 # a list of packages
	if (apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing) >"$log" 2>&1; then
		rm -f "$log"
		exit 0
	fi
	tail -n 5 "$log" >&2
	rm -f "$log"
fi
echo "please install these packages:$missing" >&2
exit 1
