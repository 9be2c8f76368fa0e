# Builds what a host boots from, once, into the cache. Sourced by tests/lab/lab.
# shellcheck shell=bash
#
# CACHE/root-KEY/   Debian with the dom0 packages, and the kernel, unpacked
# CACHE/image-KEY/  xen, vmlinuz, initrd, dom0.ext4, and the lab's programs
#
# Each is made under a name ending in .part and renamed when it is complete, so
# that a name without .part is always good. One lock covers both.

XEN_VERSION=4.17

apt_get() {
    DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@"
}

# Install what this machine lacks; say so only when there is something to do.
install_machine_packages() {
    local missing=() package
    for package in $(packages_of machine); do
        [ "$(dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null)" = "ii " ] ||
            missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    say "installing ${missing[*]}"
    { apt_get update && apt_get install -y --no-install-recommends "${missing[@]}"; } \
        >"$CACHE/apt.log" 2>&1 ||
        die "apt-get could not install ${missing[*]}: see $CACHE/apt.log"
}

# The versions apt would install: part of the key, so that an update rebuilds.
candidates() {
    # shellcheck disable=SC2046
    apt-cache policy $(packages_of dom0) $(packages_of kernel) |
        awk '/^[^ ]/ {name = $1} /Candidate:/ {print name $2}'
}

root_key() {
    { declare -f build_root fetch_kernel; candidates; } |
        sha256sum | cut -c1-16
}

image_key() {
    { root_key; cat "$LAB/lib/image.sh" "$LAB"/dom0/* "$LAB"/guest/*; } |
        sha256sum | cut -c1-16
}

# The machine's own way to Debian: its Acquire options (a proxy, say) and those
# of its sources that name this release.
apt_options() {
    apt-config dump | grep -E '^Acquire::' |
        grep -vE 'IndexTargets|GzipIndexes|^Acquire::[A-Za-z]* "";' >"$1" || true
}

apt_sources() {
    local codename found
    # shellcheck source=/dev/null
    codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
    found=$(grep -lsE "$codename" /etc/apt/sources.list \
        /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources || true)
    [ -n "$found" ] ||
        die "no file of /etc/apt/sources.list* names $codename: the lab needs Debian 12's own sources"
    echo "$found"
}

build_root() {
    local part=$1 sources
    sources=$(apt_sources)
    mapfile -t sources <<<"$sources"
    mkdir "$part"
    apt_options "$part/apt.conf"
    mmdebstrap --quiet --mode=root --variant=minbase \
        --include="$(packages_of dom0 | paste -sd,)" --aptopt="$part/apt.conf" \
        --dpkgopt='path-exclude=/usr/share/doc/*' \
        --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' \
        bookworm "$part/dom0" "${sources[@]}" >"$CACHE/root.log" 2>&1 ||
        die "mmdebstrap failed: see $CACHE/root.log"
    rm -rf "$part"/dom0/var/lib/apt/lists/* "$part"/dom0/var/cache/apt/*
    fetch_kernel "$part/kernel"
    dpkg-query -W --admindir="$part/dom0/var/lib/dpkg" >"$part/versions"
}

# linux-image-amd64 depends on the kernel there is now; that one is unpacked.
fetch_kernel() {
    local name
    name=$(apt-cache depends "$(packages_of kernel)" | awk '/Depends: linux-image-/ {print $2; exit}')
    [ -n "$name" ] || die "apt knows no kernel behind $(packages_of kernel): run apt-get update"
    mkdir "$1"
    (cd "$1" && apt_get download "$name") >>"$CACHE/root.log" 2>&1 ||
        die "cannot download $name: see $CACHE/root.log"
    dpkg -x "$1"/*.deb "$1" && rm -f "$1"/*.deb
}

# The modules a dom0 of ours can want; depmod and modprobe find the order.
MODULES="arch/x86/crypto crypto drivers/block drivers/char/hw_random
drivers/char/virtio_console.ko drivers/net/dummy.ko drivers/net/ifb.ko
drivers/net/macsec.ko drivers/net/macvlan.ko drivers/net/net_failover.ko
drivers/net/tun.ko drivers/net/veth.ko drivers/net/virtio_net.ko
drivers/net/vxlan drivers/net/wireguard drivers/net/xen-netback drivers/virtio
drivers/xen fs/9p fs/ext4 fs/fscache fs/jbd2 fs/mbcache.ko fs/netfs fs/overlayfs lib
net/802 net/8021q net/9p net/bridge net/core net/ipv4 net/ipv6 net/key net/llc
net/netfilter net/sched net/xfrm"

add_modules() {
    local from to module version
    version=$(ls "$1/lib/modules")
    from=$1/lib/modules/$version
    to=$2/lib/modules/$version
    mkdir -p "$to/kernel"
    cp "$from"/modules.builtin* "$from/modules.order" "$to/"
    for module in $MODULES; do
        [ -e "$from/kernel/$module" ] || continue
        mkdir -p "$to/kernel/$(dirname "$module")"
        cp -a "$from/kernel/$module" "$to/kernel/$module"
    done
    depmod -b "$2" "$version"
}

# The first root: enough to mount the disk and go on there.
build_initrd() {
    local dom0=$1 out=$2 part version file
    part=$(mktemp -d "$CACHE/initrd.XXXXXX.part")
    version=$(ls "$dom0/lib/modules")
    mkdir -p "$part/bin" "$part/modules"
    cp /bin/busybox "$part/bin/"
    install -m 755 "$LAB/dom0/initrd-init" "$part/init"
    install -m 644 "$LAB/dom0/ima-policy" "$part/ima-policy"
    modprobe -d "$dom0" -S "$version" --show-depends -a virtio_pci virtio_blk ext4 crc32c_generic |
        awk '/^insmod/ && !seen[$2]++ {print $2}' >"$part/list"
    while read -r file; do
        cp "$file" "$part/modules/"
        basename "$file" >>"$part/modules/order"
    done <"$part/list"
    rm "$part/list"
    pack_initrd "$part" "$out"
    rm -rf "$part"
}

pack_initrd() {
    (cd "$1" && find . | cpio -o -H newc -R 0:0 --quiet | gzip -1) >"$2"
}

# build_guest_initrd KERNEL OUT: the guest's program, and drivers for its devices.
build_guest_initrd() {
    local part
    part=$(mktemp -d "$CACHE/guest.XXXXXX.part")
    mkdir "$part/dev" "$part/proc" "$part/modules"
    cp "$1"/lib/modules/*/kernel/drivers/{block/xen-blkfront,net/xen-netfront}.ko \
        "$part/modules/"
    mknod -m 600 "$part/dev/console" c 5 1
    cc -O2 -static -Wall -Wextra -Werror -o "$part/init" "$LAB/guest/init.c" ||
        die "cannot compile $LAB/guest/init.c"
    pack_initrd "$part" "$2"
    rm -rf "$part"
}

build_image() {
    local root=$1 part=$2 home
    home=$part/dom0/usr/local/lib/xlsec-lab
    mkdir "$part"
    zcat "/boot/xen-$XEN_VERSION-amd64.gz" >"$part/xen"
    cp "$root"/kernel/boot/vmlinuz-* "$part/vmlinuz"
    cp -a "$root/dom0" "$part/dom0"
    add_modules "$root/kernel" "$part/dom0"
    build_initrd "$part/dom0" "$part/initrd"
    mkdir -p "$home"
    install -m 755 "$LAB/dom0/init" "$LAB/dom0/install" "$home/"
    cc -O2 -Wall -Wextra -Werror -o "$home/agent" "$LAB/dom0/agent.c" ||
        die "cannot compile $LAB/dom0/agent.c"
    cp "$part/vmlinuz" "$home/vmlinuz"
    build_guest_initrd "$root/kernel" "$home/guest.gz"
    printf '127.0.0.1 localhost\n10.77.0.1 xen1\n10.77.0.2 xen2\n' >"$part/dom0/etc/hosts"
    mke2fs -q -t ext4 -L dom0 -m 0 -E lazy_itable_init=0 -O ^metadata_csum \
        -d "$part/dom0" "$part/dom0.ext4" 4G >/dev/null
    rm -rf "$part/dom0"
}

# The name of the image that the files and apt's lists of today make.
name_image() {
    ROOT=$CACHE/root-$(root_key)
    IMAGE=$CACHE/image-$(image_key)
}

# Sets IMAGE. Builds it if it is not there; waits for another who is building.
# What no lab has used for two weeks is removed.
ensure_image() {
    local lock
    exec {lock}>"$CACHE/lock"
    flock "$lock"
    name_image
    [ -d "$IMAGE" ] || make_image
    touch -c "$ROOT" "$IMAGE"
    find "$CACHE" -maxdepth 1 \( -name 'root-*' -o -name 'image-*' \) -mtime +14 \
        -exec rm -rf {} +
    exec {lock}>&-
}

make_image() {
    rm -rf "$CACHE"/*.part
    if [ ! -d "$ROOT" ]; then
        say "building the dom0 root (once; a minute or two)"
        apt_get update >"$CACHE/apt.log" 2>&1 ||
            die "apt-get update failed: see $CACHE/apt.log"
        name_image
    fi
    if [ ! -d "$ROOT" ]; then
        build_root "$ROOT.part"
        mv "$ROOT.part" "$ROOT"
    fi
    [ ! -d "$IMAGE" ] || return 0
    say "building the disk image"
    build_image "$ROOT" "$IMAGE.part"
    mv "$IMAGE.part" "$IMAGE"
}
