# shellcheck shell=sh
# SPDX-License-Identifier: LGPL-2.1-only
# For tests that ask Xen's own tools: sets lib to their folder, or ends the test
# as skipped.  XEN_UTILS names a directory where the package xen-utils-4.17 is
# unpacked; without it the package is looked for on this machine, and then in
# its archive.  It is never installed: it would start services.  Wants tmp.
# shellcheck disable=SC2154
root=${XEN_UTILS:-/}
if [ ! -e "$root/usr/lib/xen-4.17/bin/verify-stream-v2" ]; then
    root=$tmp/u
    if ! (cd "$tmp" && apt-get -q download xen-utils-4.17 >/dev/null 2>&1 &&
        dpkg -x xen-utils-4.17*.deb u); then
        echo "skipped: the package xen-utils-4.17 is not to be had"
        exit 77
    fi
fi
# shellcheck disable=SC2034
lib=$root/usr/lib/xen-4.17
