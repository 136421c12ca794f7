#!/bin/sh
# Replays recorded runs of ddns-scripts on the release build. ORACLE is the folder with the runs and their driver (run.py, make-root.sh).
set -eu
oracle=${ORACLE:-../shared/oracle}
if [ ! -x "$oracle/run.py" ]; then
	echo "no recorded runs in $oracle: nothing to replay (set ORACLE to their folder)"
	exit 0
fi
root=target/cases-root
[ -d "$root/bin" ] || "$oracle/make-root.sh" "$root" >/dev/null
exec "$oracle/run.py" --root "$root" --program target/release/ddns --accept docs/differences.json ${ONLY:+--only "$ONLY"}
