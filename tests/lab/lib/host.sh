# The two hosts: started, watched, ended. Sourced by tests/lab/lab.
# shellcheck shell=bash

HOST_MB=${XLSEC_LAB_HOST_MB:-2560}
DOM0_MB=${XLSEC_LAB_DOM0_MB:-900}
BOOT_SECONDS=${XLSEC_LAB_BOOT_SECONDS:-180}
PORTS=12

# Paths go into QEMU options and socket addresses, which bear little.
check_paths() {
    local path
    for path in "$STATE" "$CACHE"; do
        [[ $path =~ ^/[A-Za-z0-9._/-]+$ && ${#path} -le 80 ]] ||
            die "'$path' must be absolute, of plain letters, and at most 80 long: set XLSEC_LAB_STATE and XLSEC_LAB_CACHE"
    done
}

# KVM counts only when it runs code with the host's CPU (this boot sector leaves
# by the debug port), and lets Xen have hardware virtualisation in its turn:
# without that there are no PVH guests. /dev/kvm alone says nothing.
kvm_works() {
    local sector=$STATE/kvm.bin status=0
    [ -w /dev/kvm ] && grep -qE '^flags.* (vmx|svm)( |$)' /proc/cpuinfo || return 1
    cat /sys/module/kvm_{intel,amd}/parameters/nested 2>/dev/null | grep -q '[Y1]' || return 1
    printf '\272\001\005\260\001\356\364' >"$sector"
    truncate -s 510 "$sector"
    printf '\125\252' >>"$sector"
    timeout 10 qemu-system-x86_64 -accel kvm -cpu host -m 16 -display none -nodefaults \
        -device isa-debug-exit,iobase=0x501 \
        -drive "format=raw,file=$sector" >/dev/null 2>&1 || status=$?
    [ $status = 3 ]
}

# Sets ACCEL: QEMU's options for it. SMAP and SMEP kill a dom0 in emulation.
choose_accel() {
    if [ "${XLSEC_LAB_KVM:-1}" != 0 ] && kvm_works; then
        ACCEL=(-accel kvm -cpu host)
        say "KVM works here, nested too: used"
    else
        ACCEL=(-accel "tcg,thread=multi" -cpu "max,-smap,-smep")
        say "no KVM with nested virtualisation that works here: software emulation"
    fi
}

# start NAME CMD...: in the background, output to STATE/log/NAME. The pid is on
# record before the program is, so that 'down' can always find it.
start() {
    local name=$1
    shift
    # shellcheck disable=SC2016
    setsid sh -c 'echo $$ >"$0"; exec "$@"' "$STATE/pids/$name" "$@" \
        >"$STATE/log/$name" 2>&1 </dev/null 9>&- &
    until [ -s "$STATE/pids/$name" ]; do
        kill -0 $! 2>/dev/null || break
        sleep 0.02
    done
}

start_wire() {
    start wire "$STATE/bin/wire" "$STATE/"
    for _ in $(seq 50); do
        [ ! -S "$STATE/wire.ctl" ] || return 0
        sleep 0.1
    done
    die "the wire did not start: $(cat "$STATE/log/wire")"
}

make_host() {
    local dir=$STATE/host$1
    mkdir -p "$dir/share"
    qemu-img create -q -f qcow2 -F raw -b "$IMAGE/dom0.ext4" "$dir/disk"
    cp -r "$STATE/ssh" "$dir/share/ssh"
    make_tpm "$1"
}

# One switch in each host's address space: 12 ports for commands.
port_options() {
    local i
    PORT_OPTIONS=(-device "virtio-serial-pci,max_ports=$((PORTS + 1))")
    for i in $(seq 0 $((PORTS - 1))); do
        PORT_OPTIONS+=(-chardev "socket,id=exec$i,path=$1/exec.$i,server=on,wait=off"
            -device "virtserialport,chardev=exec$i,name=exec.$i")
    done
}

# The disk that both hosts have, /dev/vdb, if there is to be one: no cache is
# between them and it.
shared_options() {
    SHARED_OPTIONS=()
    [ ! -e "$STATE/shared" ] || SHARED_OPTIONS=(
        -drive "file=$STATE/shared,format=raw,if=none,id=shared,cache=none"
        -device "virtio-blk-pci,drive=shared,share-rw=on")
}

# The dom0 kernel's command line; words of the user's come last.
kernel_words() {
    local more
    more=$(cat "$STATE/host$1/words" 2>/dev/null)
    echo "console=hvc0 quiet rdinit=/init host=$1${more:+ $more}"
}

start_host() {
    local n=$1 dir=$STATE/host$1 xen kernel
    xen="dom0_mem=${DOM0_MB}M,max:${DOM0_MB}M dom0_max_vcpus=1 \
com1=115200,8n1 console=com1 loglvl=info noreboot spec-ctrl=eager-fpu"
    kernel=$(kernel_words "$n")
    write_loader_events "$n" "$xen" "$kernel"
    start_tpm "$n"
    port_options "$dir"
    shared_options
    start "host$n" qemu-system-x86_64 -name "xen$n" -machine q35 "${ACCEL[@]}" \
        -smp 1 -m "$HOST_MB" -nodefaults -display none -no-reboot \
        -serial "file:$dir/serial.log" \
        -monitor "unix:$dir/monitor,server=on,wait=off" \
        -kernel "$IMAGE/xen" -append "$xen" \
        -initrd "$IMAGE/vmlinuz ${kernel//,/,,},$IMAGE/initrd" \
        -drive "file=$dir/disk,if=none,id=disk,cache=writeback" \
        -device virtio-blk-pci,drive=disk \
        -netdev "stream,id=nic,server=off,addr.type=unix,addr.path=$STATE/nic.$n" \
        -device "virtio-net-pci,netdev=nic,mac=52:54:00:77:00:0$n" \
        -chardev "socket,id=tpm,path=$STATE/tpm$n/sock" \
        -tpmdev emulator,id=tpm0,chardev=tpm -device tpm-tis,tpmdev=tpm0 \
        "${SHARED_OPTIONS[@]}" \
        -virtfs "local,path=$dir/share,mount_tag=lab,security_model=none" \
        "${PORT_OPTIONS[@]}"
}

# Wait for the line that init prints last.
await_host() {
    local n=$1 log=$STATE/host$1/serial.log end=$((SECONDS + BOOT_SECONDS))
    until grep -qas "lab: host $n ready" "$log"; do
        running "host$n" || die "host $n ended while booting: $(tail -n 5 "$STATE/log/host$n") (its console: $log)"
        [ $SECONDS -lt $end ] || die "host $n was not ready in $BOOT_SECONDS s: see its console, $log"
        sleep 0.2
    done
    say "host $n is ready ($(grep -ao 'ready, .* s after' "$log" | tail -n 1 | tr -dc '0-9. ' | xargs) s of its own time)"
}

compile_tools() {
    cc -O2 -Wall -Wextra -o "$STATE/bin/wire" "$LAB"/wire/*.c "$LAB/ctl.c" ||
        die "cannot compile $LAB/wire"
    cc -O2 -Wall -Wextra -o "$STATE/bin/tpmline" "$LAB"/tpm/*.c "$LAB/ctl.c" ||
        die "cannot compile $LAB/tpm"
    cc -O2 -Wall -Wextra -o "$STATE/bin/labexec" "$LAB/client.c" ||
        die "cannot compile $LAB/client.c"
}

# One key of the lab for root on both hosts, and one that both have as hosts:
# so that stock 'xl migrate' over ssh works.
make_keys() {
    mkdir "$STATE/ssh"
    ssh-keygen -q -t ed25519 -N '' -C lab -f "$STATE/ssh/id_ed25519"
    ssh-keygen -q -t ed25519 -N '' -C lab -f "$STATE/ssh/host_key"
    echo "xen1,xen2,10.77.0.1,10.77.0.2 $(cat "$STATE/ssh/host_key.pub")" \
        >"$STATE/ssh/known_hosts"
}

# Install the built tree into a folder and hand it to both hosts as one file.
stage_tree() {
    rm -rf "$STATE/stage"
    mkdir "$STATE/stage"
    if [ ! -e "$BUILD/Makefile" ]; then
        say "no Makefile in $BUILD: the hosts get no xlsec of ours (build first, or set XLSEC_BUILD)"
        return 0
    fi
    make -s -C "$BUILD" install DESTDIR="$STATE/stage" >"$STATE/log/stage" 2>&1 ||
        die "'make install' failed in $BUILD: $(tail -n 3 "$STATE/log/stage") (all of it: $STATE/log/stage)"
    for n in 1 2; do
        mkdir -p "$STATE/host$n/share"
        tar -C "$STATE/stage" -cf "$STATE/host$n/share/stage.tar" .
    done
    say "staged $(find "$STATE/stage" -type f | wc -l) files from $BUILD"
}

prepare() {
    mkdir -p "$STATE/pids" "$STATE/log" "$STATE/bin"
    : >"$STATE/.xlsec-lab"
    compile_tools
    make_keys
    make_tpm_maker
    make_host 1
    make_host 2
    [ -z "${XLSEC_LAB_SHARED:-}" ] || truncate -s "${XLSEC_LAB_SHARED}M" "$STATE/shared"
    tpm_maker_roots
    stage_tree
    echo "$IMAGE" >"$STATE/image"
}

is_up() {
    [ -e "$STATE/up" ] && running host1 && running host2 && running wire
}

# set_words N WORDS: what is added to the command line of dom0's kernel.
set_words() {
    [[ $2 =~ ^[[:print:]]*$ ]] || die "'$2' is no command line: printable characters only"
    mkdir -p "$STATE/host$1"
    printf '%s' "$2" >"$STATE/host$1/words"
}

# up [--cmdline N WORDS]...
lab_up() {
    local words1='' words2=''
    while [ "${1-}" = --cmdline ]; do
        host_arg "${2-}"
        [ $# -ge 3 ] || die "say: lab up --cmdline $N WORDS"
        declare "words$N=$3"
        shift 3
    done
    [ $# = 0 ] || die "lab up takes no '$1': see 'lab --help'"
    need_root
    check_paths
    (umask 077 && mkdir -p "$CACHE" "$STATE")
    exec 9>"$STATE/lock"
    flock 9
    if is_up; then
        say "already up in $STATE"
        return 0
    fi
    end_all
    install_machine_packages
    ensure_image
    prepare
    set_words 1 "$words1"
    set_words 2 "$words2"
    choose_accel
    printf '%s\n' "${ACCEL[@]}" >"$STATE/accel"
    start_wire
    start_host 1
    start_host 2
    await_host 1
    await_host 2
    : >"$STATE/up"
    say "up; state in $STATE"
}

# off N [--cut]: power off at once. The disk is what it was; the TPM is shut down
# before, as dom0's kernel would, unless the power is --cut.
lab_off() {
    host_arg "${1-}"
    need_up
    if [ "${2-}" = --cut ]; then
        "$STATE/bin/tpmline" "$STATE/tpm$N" power-cut || true
    fi
    stop "host$N"
    stop "line$N"
    stop "tpm$N"
}

# reboot N [--cut] [--cmdline WORDS]: off, and on again; the command line is what
# it was unless WORDS are given.
lab_reboot() {
    local cut=''
    host_arg "${1-}"
    shift
    need_up
    if [ "${1-}" = --cut ]; then
        cut=$1
        shift
    fi
    if [ "${1-}" = --cmdline ]; then
        [ $# = 2 ] || die "say: lab reboot $N --cmdline WORDS"
        set_words "$N" "$2"
        shift 2
    fi
    [ $# = 0 ] || die "lab reboot takes no '$1': see 'lab --help'"
    IMAGE=$(cat "$STATE/image")
    mapfile -t ACCEL <"$STATE/accel"
    lab_off "$N" "$cut"
    mv -f "$STATE/host$N/serial.log" "$STATE/host$N/serial.old"
    start_host "$N"
    await_host "$N"
}

lab_refresh() {
    need_up
    stage_tree
    for n in 1 2; do
        [ -e "$STATE/host$n/share/stage.tar" ] || continue
        lab_exec "$n" /usr/local/lib/xlsec-lab/install </dev/null ||
            die "host $n cannot take the staged tree"
        say "host $n has the tree's programs"
    done
}

# Ends what runs and removes what was made; the lock stays for the caller.
end_all() {
    local name
    for name in host1 host2 line1 line2 tpm1 tpm2 wire; do
        stop "$name"
    done
    [ -e "$STATE/.xlsec-lab" ] || return 0
    find "$STATE" -mindepth 1 -maxdepth 1 ! -name lock -exec rm -rf {} +
}

lab_down() {
    need_root
    [ -d "$STATE" ] || { say "nothing is up in $STATE"; return 0; }
    exec 9>"$STATE/lock"
    flock 9
    end_all
    rm -f "$STATE/lock"
    rmdir "$STATE" 2>/dev/null || true
    say "down"
}
