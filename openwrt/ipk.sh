#!/bin/sh
# ipk.sh PROGRAM ARCHITECTURE FOLDER: packs PROGRAM and its files as FOLDER/ddns_VERSION_ARCHITECTURE.ipk, the same bytes each time.
# What is packed stands in openwrt/Makefile, the recipe for OpenWrt's build system; openwrt/stand-in plays that system.
# The form is the one that opkg reads: a tar.gz of debian-binary, data.tar.gz and control.tar.gz.
set -eu
umask 022
unset GZIP TAR_OPTIONS
export LC_ALL=C
[ $# = 3 ] || {
	echo "usage: $0 PROGRAM ARCHITECTURE FOLDER" >&2
	exit 2
}
program=$(realpath "$1")
architecture=$2
mkdir -p "$3"
folder=$(realpath "$3")
case $architecture in
'' | *[!a-z0-9_+.-]*)
	echo "ARCH '$architecture': wanted a name that 'opkg print-architecture' says on the router" >&2
	exit 2
	;;
esac
here=$(cd "$(dirname "$0")" && pwd)

# a copy without its history gets the date of its lock file
moment=${SOURCE_DATE_EPOCH:-$(git -C "$here" log -1 --format=%ct 2>/dev/null || stat -c %Y "$here/../Cargo.lock")}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/bin" "$work/data" "$work/control"
cp "$program" "$work/bin/ddns"

recipe() { # RESULT OUT
	MAKEFLAGS='' make -s --no-print-directory -C "$here" -f Makefile TOPDIR="$here/stand-in" \
		PKG_INSTALL_DIR="$work" ARCH="$architecture" DDNS_FEATURES="${FEATURES:-full}" OUT="$2" "$1"
}

archive() { # FOLDER NAME...
	from=$1
	shift
	tar --format=gnu --numeric-owner --owner=0 --group=0 --sort=name --mtime="@$moment" -C "$from" -cf - "$@"
}

script() { # NAME [FIRST LINE]
	cat <<-END
		#!/bin/sh${2:+
		$2}
		[ -s \${IPKG_INSTROOT}/lib/functions.sh ] || exit 0
		. \${IPKG_INSTROOT}/lib/functions.sh
		default_$1 \$0 \$@
	END
}

recipe data "$work/data"
archive "$work/data" . >"$work/data.tar"

recipe control "$work/control"
sed -i "s/^Installed-Size: .*/Installed-Size: $(wc -c <"$work/data.tar")/" "$work/control/control"
# shellcheck disable=SC2016 # for the router's shell
script postinst '[ "${IPKG_NO_SCRIPT}" = "1" ] && exit 0' >"$work/control/postinst"
script prerm >"$work/control/prerm"
chmod 755 "$work/control"/p*
archive "$work/control" . >"$work/control.tar"
# the same format as gzip -9 makes, four percent smaller; tests that pack often say SQUEEZE='gzip -nk'
${SQUEEZE:-zopfli --gzip} "$work/data.tar" "$work/control.tar"

echo 2.0 >"$work/debian-binary"
ipk=$folder/$(sed -n 's/^Package: //p' "$work/control/control")_$(sed -n 's/^Version: //p' "$work/control/control")_$architecture.ipk
archive "$work" ./debian-binary ./data.tar.gz ./control.tar.gz | gzip -9n >"$ipk"
echo "$ipk"
