#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# Each helper is linked with what it may see, and with nothing else: the judge
# has no cipher, the wire no parser, and none of them Xen.
set -eu
dir=xl-plugin
[ -x $dir/xlsec-wire ] || { echo "not built"; exit 77; }
command -v readelf >/dev/null || { echo "readelf is not there"; exit 77; }
bad=0

# may_not PROGRAM PATTERN: a needed library matches
may_not() {
    file=$dir/$1
    [ ! -x $dir/.libs/"$1" ] || file=$dir/.libs/$1
    needed=$(readelf -d "$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
    [ -n "$needed" ] || { echo "$1: no libraries at all?"; bad=1; }
    if found=$(echo "$needed" | grep -E "$2"); then
        echo "$1 is linked with $(echo "$found" | tr '\n' ' ')"
        bad=1
    fi
}

# code PROGRAM PATTERN yes|no: symbols of ours that are (not) to be in it
code() {
    file=$dir/$1
    [ ! -x $dir/.libs/"$1" ] || file=$dir/.libs/$1
    symbols=$(readelf -sW "$file" | awk '$4 == "FUNC" { print $8 }')
    if echo "$symbols" | grep -qE "$2"; then found=yes; else found=no; fi
    [ -z "$symbols" ] || [ $found = "$3" ] || {
        echo "$1: code matching $2: $found, and has to be $3"
        bad=1
    }
}

may_not xlsec-guard '^lib(sodium|xen|ini|crypto|ssl|tss2)'
# ML-KEM-768 may be libcrypto's: the wire is the one that agrees keys
case $(sed -n 's/^#define XLS_KEM_BY //p' config.h) in
'"OpenSSL"') may_not xlsec-wire '^lib(json|ini|xen|yajl|ssl|tss2)' ;;
*) may_not xlsec-wire '^lib(json|ini|xen|yajl|crypto|ssl|tss2)' ;;
esac
may_not xlsec-keys '^lib(json|xen|yajl)'

# the pattern works: what each of them needs is seen
code xlsec-guard '^xls_guard_step$' yes
code xlsec-guard '^xls_(aead|dh|record_open|session)_' no
code xlsec-wire '^xls_session_next$' yes
code xlsec-wire '^xls_(guard_step|config_judge|keyfile_read)$' no
code xlsec-keys '^xls_keyfile_read$' yes
code xlsec-keys '^xls_(guard_step|config_judge|session_next)$' no

# [E-126] a host states the same of itself as source and as destination: the
# same libraries of Xen's are in both
libraries() {
    file=$dir/$1
    [ ! -x $dir/.libs/"$1" ] || file=$dir/.libs/$1
    LD_TRACE_LOADED_OBJECTS=1 "$file" | sed -n 's/.*\(libxen[^ ]*\) =>.*/\1/p' | sort -u
}
ours=$(libraries xlsecd)
case $ours in
*libxenctrl.so*libxenlight.so*) ;;
*) echo "xlsecd is not linked with libxl?"; bad=1 ;;
esac
for other in xl-migrate-secure xl-secure-recover; do
    [ "$ours" = "$(libraries $other)" ] || {
        echo "$other has other libraries of Xen's than xlsecd"
        bad=1
    }
done
# what is to be known of guests is known without Xen
may_not xl-secure-status '^lib(xen|yajl|json)'
exit $bad
