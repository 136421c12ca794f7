#!/bin/sh
# Replays recorded runs of ddns-scripts on our package with the release build. ORACLE is the folder with the runs and their driver (run.py,
# make-root.sh). ONLY=REGEX: some of them; PROGRAM=FILE: this build.
set -eu
oracle=${ORACLE:-../shared/oracle}
program=${PROGRAM:-target/release/ddns}
if [ ! -x "$oracle/run.py" ]; then
	echo "no recorded runs in $oracle: nothing to replay (set ORACLE to their folder)"
	exit 0
fi
root=$PWD/target/cases-root
package=$PWD/target/cases-package
[ -d "$root/bin" ] || "$oracle/make-root.sh" "$root" >/dev/null
rm -rf "$package"
sh openwrt/lay.sh "$program" "$package"
# the case brings its own configuration; a build that is not static brings its libraries
rm -f "$package/etc/config/ddns"
ldd "$program" 2>/dev/null | sed -n 's/.*[[:space:]]\(\/[^ ]*\) (0x.*/\1/p' | while read -r library; do
	mkdir -p "$package${library%/*}"
	cp -L "$library" "$package$library"
done
exec "$oracle/run.py" --root "$root" --program "$package" --accept docs/differences.json ${ONLY:+--only "$ONLY"}
