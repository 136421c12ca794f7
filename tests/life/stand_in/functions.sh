# A stand-in for OpenWrt's /lib/functions.sh: what the control scripts of a package call when it comes and goes.

# files of a package that stand below FOLDER
files_of() { # SCRIPT FOLDER
	local script=${1##*/}
	grep -s "^$2/" "/usr/lib/opkg/info/${script%.*}.list"
}

run_part() { # SCRIPT PART
	local part=${1%.*}.$2-pkg
	[ ! -f "$part" ] || (. "$part")
}

default_postinst() {
	local file code
	for file in $(files_of "$1" /etc/uci-defaults); do
		mkdir -p /tmp/.uci
		([ -f "$file" ] && cd "${file%/*}" && . "$file") && rm -f "$file"
	done
	! type uci >/dev/null 2>&1 || uci commit
	run_part "$1" postinst
	code=$?
	for file in $(files_of "$1" /etc/init.d); do
		[ "$PKG_UPGRADE" = 1 ] || "$file" enable
		"$file" start
	done
	return $code
}

default_prerm() {
	local file code
	run_part "$1" prerm
	code=$?
	for file in $(files_of "$1" /etc/init.d); do
		[ "$PKG_UPGRADE" = 1 ] || "$file" disable
		"$file" stop
	done
	return $code
}
