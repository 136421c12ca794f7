#!/bin/sh
# tables.sh SERVICES SERVICES_IPV6 FOLDER: list and default/NAME.json, from which LuCI fills its menu of providers, out of our tables.
# Plain awk: OpenWrt's build system runs it on the machine that builds, where the program itself cannot run.
set -eu
[ $# = 3 ] || {
	echo "usage: $0 SERVICES SERVICES_IPV6 FOLDER" >&2
	exit 2
}
mkdir -p "$3/default"

awk -F '\t' -v folder="$3" '
function field(text) {
	gsub(/^"|"$/, "", text)
	return text
}
function quoted(text) {
	gsub(/\\/, "\\\\", text)
	gsub(/"/, "\\\"", text)
	return "\"" text "\""
}
function part(url, answer, rules) {
	if (rules != "")
		rules = ",\"rules\":" quoted(rules)
	return "{\"url\":" quoted(url) ",\"answer\":" quoted(answer) rules "}"
}
/^#/ || NF < 3 { next }
{
	name = field($1)
	if (!(name in known)) {
		known[name] = 1
		names[++count] = name
	}
	six = (FILENAME == ARGV[2])
	url[name, six] = field($2)
	answer[name, six] = field($3)
	rules[name, six] = field($4)
}
END {
	for (i = 1; i <= count; i++) {
		name = names[i]
		text = "{\"name\":" quoted(name)
		for (six = 0; six < 2; six++) {
			if ((name, six) in url)
				text = text ",\"ipv" (six ? 6 : 4) "\":" part(url[name, six], answer[name, six], rules[name, six])
			else if (!six)
				# LuCI does not open a section of a provider without this key
				text = text ",\"ipv4\":" part("", "", "")
		}
		file = folder "/default/" name ".json"
		print text "}" > file
		close(file)
	}
}
' "$1" "$2"

# without a newline at the end, which LuCI would show as a provider without a name
for file in "$3"/default/*.json; do
	basename "$file" .json
done | LC_ALL=C sort -f | awk 'NR > 1 { printf "\n" } { printf "%s", $0 }' >"$3/list"
