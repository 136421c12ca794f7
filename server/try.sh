#!/bin/sh
# try.sh: keeps ddns-service running on loopback, in a throw-away folder, with a made-up user. Ctrl-C ends it.
# PORT and DNS_PORT choose the ports; by default 8443 and 5300.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
program=${PROGRAM:-$here/target/release/ddns-service}
port=${PORT:-8443}
dns=${DNS_PORT:-5300}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
umask 077
cat >"$folder/config.toml" <<END
[daemon]
host = "127.0.0.1"
port = $port
allow_private_addresses = true

[database]
path = "$folder/ddns.db"

[dns_service]
dns_server = "embedded"

[dns_service.embedded]
listen = ["127.0.0.1:$dns"]
zones = ["dyn.example.com"]

[dns_service.embedded.addresses]
"ns.dyn.example.com" = ["127.0.0.1"]

[defaults]
expiry_ttl = 3024000

[[endpoints]]
path = "/update"

[[endpoints]]
path = "/nic/update"
END
service() {
	"$program" --config "$folder/config.toml" "$@"
}
service user add ann ann@example.com --generate >"$folder/password"
password=$(sed -n 's/.*: *\([A-Za-z0-9]*\)$/\1/p' "$folder/password" | tail -n 1)
service hostname add ann mypc dyn.example.com >/dev/null
echo "The folder of this is $folder; it goes away when you press ctrl-C. To try it, in another terminal:"
echo
echo "    curl -u ann:$password 'http://127.0.0.1:$port/update?hostname=mypc.dyn.example.com&myip=192.0.2.7'"
echo "    dig +short @127.0.0.1 -p $dns mypc.dyn.example.com"
echo
service --daemon || {
	echo "where a port is taken: make run-server PORT=8444 DNS_PORT=5301 takes others" >&2
	exit 1
}
