# Commands and files in the hosts, and guests on them. Sourced by tests/lab/lab.
# shellcheck shell=bash disable=SC2016 # what is in single quotes expands in the host

GUEST_SECONDS=${XLSEC_GUEST_SECONDS:-180}
GUEST_WAIT=${XLSEC_GUEST_WAIT:-tick}

# exec N [-n] CMD...: one word alone is a line for the shell.
lab_exec() {
    host_arg "${1-}"
    shift
    need_up
    if [ "${1-}" = -n ]; then
        exec </dev/null
        shift
    fi
    [ $# -gt 0 ] || die "say what to run: lab exec $N CMD..."
    [ $# -gt 1 ] || set -- sh -c "$1"
    ${EXEC-} "$STATE/bin/labexec" "$STATE/host$N" "$@"
}

# Files pass through the folder that the host sees as /lab.
lab_put() {
    host_arg "${1-}"
    need_up
    [ $# = 3 ] || die "say: lab put N SRC DST"
    [ -e "$2" ] || die "no such file: $2"
    local via
    via=$(mktemp -d "$STATE/host$N/share/put.XXXXXX")
    cp -a "$2" "$via/it" &&
        lab_exec "$N" -n cp -aT "/lab/${via##*/}/it" "$(into_folder "$3" "$2")"
    local status=$?
    rm -rf "$via"
    return $status
}

# DST ending in a slash is a folder: the name stays.
into_folder() {
    case $1 in
    */) echo "$1${2##*/}" ;;
    *) echo "$1" ;;
    esac
}

lab_get() {
    host_arg "${1-}"
    need_up
    [ $# = 3 ] || die "say: lab get N SRC DST"
    local via status=0
    via=$(mktemp -d "$STATE/host$N/share/get.XXXXXX")
    lab_exec "$N" -n cp -a "$2" "/lab/${via##*/}/it" &&
        cp -a "$via/it" "$(into_folder "$3" "$2")" || status=$?
    rm -rf "$via"
    return $status
}

check_name() {
    [[ ${1-} =~ ^[A-Za-z0-9_.-]+$ ]] ||
        die "'${1-}' is not a guest's name: letters, digits and _.- only"
}

# RDTSC is wrong under emulated SVM where it is intercepted: never intercept it.
guest_config() {
    local name=$1 mb=$2 type=$3 home=/usr/local/lib/xlsec-lab
    [ "${XLSEC_GUEST_KERNEL-}" = none ] || cat <<EOF
kernel = "${XLSEC_GUEST_KERNEL:-$home/vmlinuz}"
ramdisk = "$home/guest.gz"
extra = "console=hvc0 quiet ${XLSEC_GUEST_EXTRA-}"
EOF
    cat <<EOF
name = "$name"
type = "$type"
memory = $mb
vcpus = ${XLSEC_GUEST_VCPUS:-1}
on_crash = "preserve"
EOF
    case $type in
    pvh|hvm) printf 'tsc_mode = "native"\ncpuid = "host,rdtscp=0"\n' ;;
    esac
    case $type in
    hvm) printf 'vga = "none"\nvnc = 0\nnographic = 1\nserial = "pty"\n' ;;
    esac
    printf '%s\n' "${XLSEC_GUEST_CONFIG-}" # the last of two settings counts
}

# Waits in the host for the guest's first tick; tells how it went.
AWAIT_TICK='
log=/var/log/xen/guest-$1.log
n=0
until grep -qa "^tick" "$log" 2>/dev/null; do
    n=$((n + 1))
    if [ $n -gt "$2" ]; then
        echo "no tick in $2 s; the end of $log:" >&2
        tail -n 5 "$log" >&2
        exit 1
    fi
    sleep 1
done'

create_guest() {
    local words paused=
    [ "$GUEST_WAIT" != paused ] || paused=-p
    words=$(lab_exec "$N" -n xl create -q $paused "/etc/xen/$1.cfg" 2>&1) ||
        die "xl cannot create $1 on host $N: $words"
    case $GUEST_WAIT in
    paused) ;;
    tick)
        lab_exec "$N" -n sh -c "$AWAIT_TICK" sh "$1" "$GUEST_SECONDS" ||
            die "guest $1 on host $N does not tick"
        ;;
    *) sleep "$GUEST_WAIT" ;;
    esac
}

# guest N NAME [MB] [pvh|pv|hvm]
lab_guest() {
    host_arg "${1-}"
    need_up
    check_name "${2-}"
    local name=$2 mb=${3:-128} type=${4:-pvh}
    [[ $mb =~ ^[0-9]+$ && $mb -ge 16 ]] || die "'$mb' is no size for a guest: 16 MB or more"
    [[ $type =~ ^(pvh|pv|hvm)$ ]] || die "'$type' is no type of guest: pvh, pv or hvm"
    ! lab_exec "$N" -n xl domid "$name" >/dev/null 2>&1 ||
        die "host $N has a guest named $name already"
    lab_exec "$N" -n sh -c 'rm -f /var/log/xen/guest-"$1".log /var/log/xen/guest-"$1"--incoming.log' sh "$name"
    guest_config "$name" "$mb" "$type" |
        lab_exec "$N" sh -c 'cat >"/etc/xen/$1.cfg"' sh "$name"
    create_guest "$name"
    say "guest $name ($type, $mb MB) runs on host $N"
}

# Whatever this host has heard from the guest, the older log first: a guest that
# came by migration has its log under the name it had while it came.
lab_console() {
    host_arg "${1-}"
    need_up
    check_name "${2-}"
    lab_exec "$N" -n sh -c '
        cd /var/log/xen || exit 1
        ls -tr "guest-$1.log" "guest-$1--incoming.log" 2>/dev/null |
            while read -r log; do cat "$log"; done |
            tr -d "\r"' sh "$2"
}
