# Installs Debian packages as root without starting the services that they contain.
set -eu
policy=/usr/sbin/policy-rc.d
mark='# Written by cargo xtask test while it installs servers; remove it if that no longer runs.'

if [ -e "$policy" ] && ! grep -qF "$mark" "$policy"; then
    for service in postgresql mariadb; do
        code=0
        "$policy" "$service" start >/dev/null 2>&1 || code=$?
        if [ "$code" -ne 101 ]; then
            echo "$policy is there already and lets packages start the service $service" >&2
            exit 1
        fi
    done
else
    trap 'rm -f "$policy"' EXIT
    trap 'exit 1' HUP INT TERM
    printf '#!/bin/sh\n%s\nexit 101\n' "$mark" >"$policy"
    chmod 755 "$policy"
fi

export DEBIAN_FRONTEND=noninteractive
install() {
    apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=600 "$@"
}
# Lists of packages are fetched where there are none, or where they are too old to be of use.
if ! apt-get install --simulate --no-install-recommends "$@" >/dev/null 2>&1; then
    apt-get update
fi
install "$@" || { apt-get update && install "$@"; }
