# shellcheck shell=bash
# What the tests on two hosts have in common: one check and its count, and what
# can be seen of guests and migrations from outside.  Wants $work, a folder, and
# lib/secure.sh.

# shellcheck disable=SC2034 # the tests end with these
passed=0 failed=0

lab() { "${LAB_CMD:?}" "$@"; }

# check NAME CMD...: passed when CMD succeeds; what it said is shown otherwise.
check() {
    local name=$1 began=$SECONDS
    shift
    if "$@" >"${work:?}/out" 2>&1; then
        passed=$((passed + 1))
        echo "ok - $name ($((SECONDS - began)) s)"
    else
        failed=$((failed + 1))
        echo "not ok - $name"
        tail -n 20 "$work/out" | sed 's/^/#   /'
    fi
}

# guests N: the names of the guests on a host, in one line.
guests() { lab exec "$1" -n "xl list | awk 'NR > 2 { print \$1 }'" | tr '\n' ' '; }

# on N NAMES: exactly these guests are there (within 20 s: cleaning up takes
# libxl a moment).
on() {
    local n=$1 i
    shift
    for i in $(seq 20); do
        [ "$(guests "$n")" = "${*:+$* }" ] && return 0
        sleep 1
    done
    echo "host $n has '$(guests "$n")' where '$*' belongs ($i s)"
    return 1
}

# counts_on N NAME: it ticks, now, with the hash it has always had.
counts_on() {
    local before after
    before=$(secure_ticks "$1" "$2" | wc -w)
    sleep 4
    after=$(secure_ticks "$1" "$2" | wc -w)
    [ "$after" -gt "$before" ] || { echo "$2 stands still on host $1"; return 1; }
    ! lab console "$1" "$2" | grep -q CORRUPT
}

# no_processes: nothing of a migration is left on either host.
no_processes() {
    local n i
    for n in 1 2; do
        for i in $(seq 20); do
            lab exec $n -n 'ps -eo args | grep -E "^(.*/)?(xlsec-(wire|guard|keys)|libxl-save-helper|xlsecd --(inetd|full))" | grep -v grep' ||
                continue 2
            sleep 1
        done
        echo "these are left on host $n ($i s)"
        return 1
    done
}

# move WANTED FROM NAME TO [OPTION...]: migrate, expect this exit status; what it
# said is in $said.
move() {
    local wanted=$1 from=$2 name=$3 to=$4 got=0
    shift 4
    said=$(lab exec "$from" -n xl migrate-secure "$@" "$name" "$to" 2>&1) || got=$?
    echo "$said"
    [ "$got" = "$wanted" ] || { echo "exit status $got where $wanted belongs"; return 1; }
}

# stays NAME: as if nothing had been tried, and a reason was given.
stays() {
    grep -q '^xl migrate-secure: .' <<<"$said" || { echo "no reason given"; return 1; }
    on 1 "$1" && on 2 && counts_on 1 "$1" && no_processes
}

# Both daemons give up on a silent peer after 5 s.
secure_short_times() {
    local n
    for n in 1 2; do
        lab exec $n -n 'printf "[time]\nstall = 5\nhandshake = 5\n" >/etc/xen/xlsec/xlsec.conf'
        secure_daemon $n
    done
}
