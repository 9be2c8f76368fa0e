/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The table, object by object, in the order of libxl_types.idl.  doc/STREAM.md
 * has it as text; a test holds the two together.
 */
#include "xenfmt/cfgkeys.h"

#include <string.h>

#define U8_MAX  INT64_C(255)
#define U32_MAX INT64_C(4294967295)
#define U64_MAX (INT64_C(1) << 62) /* what json-c and libxl hold alike */
#define KIB_MAX (INT64_C(1) << 42) /* 4 PiB, as [S-28] */
#define INT_LO  (-INT64_C(2147483648))
#define INT_HI  INT64_C(2147483647)

/* A name, and then what is special about the member. */
#define BOOL(...)                                                              \
    {                                                                          \
        .kind = XLS_CFG_BOOL, .name = __VA_ARGS__                              \
    }
#define DEFBOOL(...)                                                           \
    {                                                                          \
        .kind = XLS_CFG_DEFBOOL, .name = __VA_ARGS__                           \
    }
#define TEXT(...)                                                              \
    {                                                                          \
        .kind = XLS_CFG_TEXT, .name = __VA_ARGS__                              \
    }
#define WORD(...)                                                              \
    {                                                                          \
        .kind = XLS_CFG_WORD, .name = __VA_ARGS__                              \
    }
#define LIST(...)                                                              \
    {                                                                          \
        .kind = XLS_CFG_LIST, .name = __VA_ARGS__                              \
    }
#define NUMBER(from, to, ...)                                                  \
    {                                                                          \
        .kind = XLS_CFG_NUMBER, .lo = (from), .hi = (to), .name = __VA_ARGS__  \
    }
#define ENUM(list, ...)                                                        \
    {                                                                          \
        .kind = XLS_CFG_ENUM, .words = (list), .name = __VA_ARGS__             \
    }
#define BITS(top, ...)                                                         \
    {                                                                          \
        .kind = XLS_CFG_BITS, .hi = (top), .name = __VA_ARGS__                 \
    }
#define BYTES(n, ...)                                                          \
    {                                                                          \
        .kind = XLS_CFG_BYTES, .hi = (n), .name = __VA_ARGS__                  \
    }
#define MASK(n, ...)                                                           \
    {                                                                          \
        .kind = XLS_CFG_MASK, .hi = (n), .name = __VA_ARGS__                   \
    }
#define OBJECT(of, ...)                                                        \
    {                                                                          \
        .kind = XLS_CFG_OBJECT, .object = &(of), .name = __VA_ARGS__           \
    }

/* Who decides: a label, the word of the policy, what needs no word. */
#define BY(rule, who, always)                                                  \
    .label = (rule), .accept = XLS_ACCEPT_##who, .ok = (always)
#define OFF             "False <default>"
#define COLO            BY("S-226", NEVER, OFF)
#define ARM(are)        BY("S-227", NEVER, are)
#define COLO_TEXT(name) TEXT(name, BY("S-226", NEVER, ""))
#define BACKEND                                                                \
    NUMBER(0, U32_MAX, "backend_domid", BY("S-210", BACKEND, "0")),            \
        TEXT("backend_domname", BY("S-210", BACKEND, "Domain-0"))
#define DEVID NUMBER(-1, 65535, "devid")
#define OF(list)                                                               \
    {                                                                          \
        (list), sizeof(list) / sizeof((list)[0])                               \
    }

#define KERNELS "/usr/lib/grub-xen/* /usr/lib/grub-xen-host/* " BOOTS
#define BOOTS   "/usr/lib/xen/boot/* /usr/lib/xen-*/boot/*"
#define SCRIPTS "block vif-bridge vif-nat vif-openvswitch vif-route"
#define ACTIONS                                                                \
    "destroy restart restart_rename preserve coredump_destroy "                \
    "coredump_restart soft_reset"
#define SCHEDULERS "unknown sedf credit credit2 arinc653 rtds null"
#define TIMERS                                                                 \
    "unknown delay_for_missed_ticks no_delay_for_missed_ticks "                \
    "no_missed_ticks_pending one_missed_tick_pending"
#define RDM_POLICIES "invalid strict relaxed"
#define VUARTS       "unknown sbsa_uart"
#define SVES                                                                   \
    "hw disabled 128 256 384 512 640 768 896 1024 1152 1280 1408 1536 1664 "   \
    "1792 1920 2048"
#define ENLIGHTENMENTS 63 /* 13 are known */

/* --- c_info */

static const struct xls_cfg_member c_info_list[] = {
    ENUM("hvm pv pvh", "type"),
    DEFBOOL("pvh", BY("S-225", NEVER, OFF)), /* before Xen 4.10 */
    DEFBOOL("hap"),
    DEFBOOL("oos"),
    NUMBER(0, U32_MAX, "ssidref", BY("S-215", SETTING, "0")),
    TEXT("ssid_label", BY("S-215", SETTING, "")),
    TEXT("name"),
    NUMBER(0, U32_MAX, "domid"),
    {.kind = XLS_CFG_UUID, .name = "uuid"},
    {.kind = XLS_CFG_MAP,
     .name = "xsdata",
     BY("S-212", XENSTORE, "vm-data/**")},
    {.kind = XLS_CFG_MAP, .name = "platformdata", BY("S-212", XENSTORE, "")},
    NUMBER(0, U32_MAX, "poolid", BY("S-216", SETTING, "0")),
    TEXT("pool_name", BY("S-216", SETTING, "Pool-0")),
    DEFBOOL("run_hotplug_scripts"),
    DEFBOOL("driver_domain", BY("S-224", SETTING, OFF)),
    ENUM("default disabled enabled sync_pt share_pt", "passthrough",
         BY("S-218", SETTING, "default disabled")),
    DEFBOOL("xend_suspend_evtchn_compat"),
};
static const struct xls_cfg_object c_info = OF(c_info_list);

/* --- b_info: the parts */

static const struct xls_cfg_member sched_list[] = {
    ENUM(SCHEDULERS, "sched"),        NUMBER(INT_LO, INT_HI, "weight"),
    NUMBER(INT_LO, INT_HI, "cap"),    NUMBER(INT_LO, INT_HI, "period"),
    NUMBER(INT_LO, INT_HI, "budget"), NUMBER(INT_LO, INT_HI, "extratime"),
    NUMBER(INT_LO, INT_HI, "slice"),  NUMBER(INT_LO, INT_HI, "latency"),
};
static const struct xls_cfg_object sched = OF(sched_list);

static const struct xls_cfg_member vnode_list[] = {
    NUMBER(0, KIB_MAX, "memkb"),
    NUMBER(0, U32_MAX, "distances", .most = 64),
    NUMBER(0, U32_MAX, "pnode"),
    BITS(8191, "vcpus"),
};
static const struct xls_cfg_object vnode = OF(vnode_list);

static const struct xls_cfg_member ioport_list[] = {
    NUMBER(0, U32_MAX, "first"),
    NUMBER(0, U32_MAX, "number"),
};
static const struct xls_cfg_object ioport = OF(ioport_list);

static const struct xls_cfg_member iomem_list[] = {
    NUMBER(0, U64_MAX, "start"),
    NUMBER(0, U64_MAX, "number"),
    NUMBER(0, U64_MAX, "gfn"),
};
static const struct xls_cfg_object iomem = OF(iomem_list);

static const struct xls_cfg_member leaf_list[] = {
    NUMBER(0, U32_MAX, "leaf"),
    NUMBER(0, U32_MAX, "subleaf"),
    MASK(32, "eax"),
    MASK(32, "ebx"),
    MASK(32, "ecx"),
    MASK(32, "edx"),
};
const struct xls_cfg_object xls_cfg_leaf = OF(leaf_list);

static const struct xls_cfg_member msr_list[] = {
    NUMBER(0, U32_MAX, "index"),
    MASK(64, "policy"),
};
static const struct xls_cfg_object msr = OF(msr_list);

static const struct xls_cfg_member cpuid_list[] = {
    OBJECT(xls_cfg_leaf, "cpuid", .most = 256),
    OBJECT(msr, "msr", .most = 64),
};
static const struct xls_cfg_object cpuid = OF(cpuid_list);

static const struct xls_cfg_member smbios_list[] = {
    ENUM("bios_vendor bios_version system_manufacturer system_product_name "
         "system_version system_serial_number baseboard_manufacturer "
         "baseboard_product_name baseboard_version baseboard_serial_number "
         "baseboard_asset_tag baseboard_location_in_chassis "
         "enclosure_manufacturer enclosure_serial_number enclosure_asset_tag "
         "battery_manufacturer battery_device_name oem",
         "key"),
    TEXT("value"),
};
static const struct xls_cfg_object smbios = OF(smbios_list);

static const struct xls_cfg_member vga_list[] = {
    ENUM("unknown cirrus std none qxl", "kind"),
};
static const struct xls_cfg_object vga = OF(vga_list);

static const struct xls_cfg_member vnc_list[] = {
    DEFBOOL("enable"),
    WORD("listen", BY("S-208", LISTEN,
                      "127.0.0.1 127.0.0.1:* ::1 [::1] [::1]:* localhost "
                      "localhost:*")),
    TEXT("passwd", .secret = true),
    NUMBER(0, 65535, "display"),
    DEFBOOL("findunused"),
};
static const struct xls_cfg_object vnc = OF(vnc_list);

static const struct xls_cfg_member sdl_list[] = {
    DEFBOOL("enable", BY("S-221", SETTING, OFF)),
    DEFBOOL("opengl"),
    TEXT("display", BY("S-221", SETTING, "")),
    TEXT("xauthority", BY("S-221", SETTING, "")),
};
static const struct xls_cfg_object sdl = OF(sdl_list);

static const struct xls_cfg_member spice_list[] = {
    DEFBOOL("enable", BY("S-221", SETTING, OFF)),
    NUMBER(0, 65535, "port"),
    NUMBER(0, 65535, "tls_port"),
    WORD("host", BY("S-208", LISTEN, "127.0.0.1 ::1 localhost")),
    DEFBOOL("disable_ticketing"),
    WORD("passwd", .secret = true),
    DEFBOOL("agent_mouse"),
    DEFBOOL("vdagent"),
    DEFBOOL("clipboard_sharing"),
    NUMBER(-1, 4, "usbredirection"),
    WORD("image_compression"),
    WORD("streaming_video"),
};
static const struct xls_cfg_object spice = OF(spice_list);

static const struct xls_cfg_member rdm_reserve_list[] = {
    ENUM("ignore host", "strategy", BY("S-218", SETTING, "ignore")),
    ENUM(RDM_POLICIES, "policy"),
};
static const struct xls_cfg_object rdm_reserve = OF(rdm_reserve_list);

static const struct xls_cfg_member hvm_list[] = {
    TEXT("firmware", BY("S-204", FIRMWARE, "hvmloader " BOOTS)),
    ENUM("unknown rombios seabios ovmf", "bios"),
    DEFBOOL("pae"),
    DEFBOOL("apic"),
    DEFBOOL("acpi"),
    DEFBOOL("acpi_s3"),
    DEFBOOL("acpi_s4"),
    DEFBOOL("acpi_laptop_slate"),
    DEFBOOL("nx"),
    DEFBOOL("viridian"),
    BITS(ENLIGHTENMENTS, "viridian_enable"),
    BITS(ENLIGHTENMENTS, "viridian_disable"),
    WORD("timeoffset"),
    DEFBOOL("hpet"),
    DEFBOOL("vpt_align"),
    NUMBER(0, 4194304, "mmio_hole_memkb"),
    ENUM(TIMERS, "timer_mode"),
    DEFBOOL("nested_hvm", BY("S-225", SETTING, OFF)),
    DEFBOOL("altp2m", BY("S-225", SETTING, OFF)),
    TEXT("system_firmware", BY("S-204", FIRMWARE, "")),
    TEXT("smbios_firmware", BY("S-204", FIRMWARE, "")),
    OBJECT(smbios, "smbios", .most = 64),
    TEXT("acpi_firmware", BY("S-204", FIRMWARE, "")),
    ENUM("ide ahci", "hdtype"),
    DEFBOOL("nographic"),
    OBJECT(vga, "vga"),
    OBJECT(vnc, "vnc"),
    WORD("keymap"),
    OBJECT(sdl, "sdl"),
    OBJECT(spice, "spice"),
    DEFBOOL("gfx_passthru", BY("S-218", SETTING, OFF)),
    ENUM("default igd", "gfx_passthru_kind"),
    TEXT("serial", BY("S-219", SETTING, "pty none null")),
    WORD("boot"),
    DEFBOOL("usb"),
    NUMBER(0, 3, "usbversion"),
    TEXT("usbdevice", BY("S-220", SETTING, "tablet mouse keyboard")),
    DEFBOOL("vkb_device"),
    WORD("soundhw",
         BY("S-220", SETTING, "ac97 hda es1370 sb16 adlib cs4231a gus")),
    DEFBOOL("xen_platform_pci"),
    TEXT("usbdevice_list", .most = 16,
         BY("S-220", SETTING, "tablet mouse keyboard")),
    ENUM("none xenserver", "vendor_device"),
    BYTES(16, "ms_vm_genid"),
    TEXT("serial_list", .most = 16, BY("S-219", SETTING, "pty none null")),
    OBJECT(rdm_reserve, "rdm"),
    NUMBER(0, KIB_MAX, "rdm_mem_boundary_memkb"),
    NUMBER(0, U64_MAX, "mca_caps"),
    DEFBOOL("pirq"),
};
static const struct xls_cfg_object hvm = OF(hvm_list);

static const struct xls_cfg_member pv_list[] = {
    TEXT("kernel", BY("S-203", KERNEL, KERNELS)),
    NUMBER(0, KIB_MAX, "slack_memkb"),
    TEXT("bootloader", BY("S-205", BOOTLOADER, "pygrub")),
    TEXT("bootloader_args", .most = 64, BY("S-205", SETTING, "")),
    TEXT("cmdline"),
    TEXT("ramdisk", BY("S-203", KERNEL, KERNELS)),
    TEXT("features"),
    DEFBOOL("e820_host", BY("S-218", SETTING, OFF)),
};
static const struct xls_cfg_object pv = OF(pv_list);

static const struct xls_cfg_member pvh_list[] = {
    DEFBOOL("pvshim"),
    TEXT("pvshim_path", BY("S-204", FIRMWARE, "xen-shim " BOOTS)),
    TEXT("pvshim_cmdline"),
    TEXT("pvshim_extra"),
};
static const struct xls_cfg_object pvh = OF(pvh_list);

static const struct xls_cfg_member arm_list[] = {
    ENUM("default v2 v3", "gic_version", ARM("default")),
    ENUM(VUARTS, "vuart", ARM("unknown")),
    ENUM(SVES, "sve_vl", ARM("disabled")),
    NUMBER(0, U32_MAX, "nr_spis", ARM("0")),
};
static const struct xls_cfg_object arm = OF(arm_list);

static const struct xls_cfg_member x86_list[] = {
    DEFBOOL("msr_relaxed", BY("S-225", SETTING, OFF)),
};
static const struct xls_cfg_object x86 = OF(x86_list);

/* --- b_info */

static const struct xls_cfg_member b_info_list[] = {
    NUMBER(1, 8192, "max_vcpus"),
    BITS(8191, "avail_vcpus"),
    BITS(16383, "cpumap"),
    BITS(1023, "nodemap"),
    BITS(16383, "vcpu_hard_affinity", .most = 8192),
    BITS(16383, "vcpu_soft_affinity", .most = 8192),
    DEFBOOL("numa_placement"),
    ENUM("default always_emulate native native_paravirt", "tsc_mode"),
    NUMBER(1, KIB_MAX, "max_memkb"),
    NUMBER(0, KIB_MAX, "target_memkb"),
    NUMBER(0, 1048576, "video_memkb"),
    NUMBER(0, KIB_MAX, "shadow_memkb"),
    NUMBER(0, KIB_MAX, "iommu_memkb"),
    NUMBER(0, U32_MAX, "rtc_timeoffset"),
    NUMBER(0, U32_MAX, "exec_ssidref", BY("S-215", SETTING, "0")),
    TEXT("exec_ssid_label", BY("S-215", SETTING, "")),
    DEFBOOL("localtime"),
    DEFBOOL("disable_migrate"),
    {.kind = XLS_CFG_CPUID, .name = "cpuid", .object = &cpuid},
    WORD("blkdev_start"),
    OBJECT(vnode, "vnuma_nodes", .most = 64),
    NUMBER(0, U32_MAX, "max_grant_frames"),
    NUMBER(0, U32_MAX, "max_maptrack_frames"),
    NUMBER(-1, 2, "max_grant_version"),
    ENUM("unknown qemu_xen_traditional qemu_xen none", "device_model_version",
         BY("S-213", SETTING, "unknown qemu_xen none")),
    DEFBOOL("device_model_stubdomain", BY("S-214", SETTING, OFF)),
    NUMBER(0, KIB_MAX, "stubdomain_memkb", BY("S-214", SETTING, "0")),
    TEXT("stubdomain_kernel", BY("S-214", SETTING, "")),
    TEXT("stubdomain_cmdline", BY("S-214", SETTING, "")),
    TEXT("stubdomain_ramdisk", BY("S-214", SETTING, "")),
    TEXT("device_model", BY("S-206", DEVICE_MODEL, "")),
    NUMBER(0, U32_MAX, "device_model_ssidref", BY("S-215", SETTING, "0")),
    TEXT("device_model_ssid_label", BY("S-215", SETTING, "")),
    TEXT("device_model_user", BY("S-213", SETTING, "")),
    TEXT("extra", .most = 256, BY("S-207", QEMU_ARG, "")),
    TEXT("extra_pv", .most = 256, BY("S-207", QEMU_ARG, "")),
    TEXT("extra_hvm", .most = 256, BY("S-207", QEMU_ARG, "")),
    OBJECT(sched, "sched_params"),
    OBJECT(ioport, "ioports", .most = 256, BY("S-217", SETTING, "")),
    NUMBER(0, U32_MAX, "irqs", .most = 256, BY("S-217", SETTING, "")),
    OBJECT(iomem, "iomem", .most = 256, BY("S-217", SETTING, "")),
    NUMBER(0, U32_MAX, "llc_colors", .most = 1024, ARM("")),
    DEFBOOL("claim_mode"),
    NUMBER(0, U32_MAX, "event_channels"),
    TEXT("kernel", BY("S-203", KERNEL, KERNELS)),
    TEXT("cmdline"),
    TEXT("ramdisk", BY("S-203", KERNEL, KERNELS)),
    TEXT("device_tree", ARM("")),
    DEFBOOL("acpi"),
    TEXT("bootloader", BY("S-205", BOOTLOADER, "pygrub")),
    TEXT("bootloader_args", .most = 64, BY("S-205", SETTING, "")),
    DEFBOOL("bootloader_restrict"),
    TEXT("bootloader_user", BY("S-205", SETTING, "")),
    ENUM(TIMERS, "timer_mode"),
    DEFBOOL("nested_hvm", BY("S-225", SETTING, OFF)),
    DEFBOOL("apic"),
    DEFBOOL("dm_restrict"),
    ENUM("none optee ffa", "tee", ARM("none")),
    OBJECT(hvm, "type.hvm"),
    OBJECT(pv, "type.pv"),
    OBJECT(pvh, "type.pvh"),
    OBJECT(arm, "arch_arm"),
    OBJECT(x86, "arch_x86"),
    ENUM("disabled mixed external limited", "altp2m",
         BY("S-225", SETTING, "disabled")),
    NUMBER(0, INT_HI, "vmtrace_buf_kb", BY("S-225", SETTING, "0")),
    DEFBOOL("vpmu", BY("S-225", SETTING, OFF)),
};
static const struct xls_cfg_object b_info = OF(b_info_list);

/* --- devices */

static const struct xls_cfg_member disk_list[] = {
    BACKEND,
    TEXT("pdev_path", BY("S-200", DISK, "")),
    WORD("vdev"),
    ENUM("unknown phy tap qdisk standalone", "backend"),
    ENUM("unknown qcow qcow2 vhd raw empty qed", "format",
         BY("S-201", DISK_FORMAT, "unknown raw empty")),
    TEXT("script", BY("S-202", SCRIPT, SCRIPTS)),
    NUMBER(0, 1, "removable"),
    NUMBER(0, 1, "readwrite"),
    NUMBER(0, 1, "is_cdrom"),
    BOOL("direct_io_safe"),
    DEFBOOL("discard_enable"),
    ENUM("unknown xen virtio", "specification"),
    ENUM("unknown mmio", "transport"),
    NUMBER(0, U32_MAX, "irq"),
    NUMBER(0, U64_MAX, "base"),
    DEFBOOL("colo_enable", COLO),
    DEFBOOL("colo_restore_enable", COLO),
    COLO_TEXT("colo_host"),
    NUMBER(0, 65535, "colo_port", BY("S-226", NEVER, "0")),
    COLO_TEXT("colo_export"),
    COLO_TEXT("active_disk"),
    COLO_TEXT("hidden_disk"),
    DEFBOOL("trusted"),
    DEFBOOL("grant_usage"),
};
static const struct xls_cfg_object disk = OF(disk_list);

static const struct xls_cfg_member nic_list[] = {
    BACKEND,
    DEVID,
    NUMBER(0, 65535, "mtu"),
    LIST("vlan"),
    WORD("model", BY("S-220", SETTING,
                     "rtl8139 e1000 e1000e ne2k_pci pcnet virtio-net "
                     "virtio-net-pci")),
    {.kind = XLS_CFG_MAC, .name = "mac"},
    LIST("ip"),
    WORD("bridge", BY("S-209", BRIDGE, "xenbr*")),
    WORD("ifname"),
    TEXT("script", BY("S-202", SCRIPT, SCRIPTS)),
    ENUM("unknown vif_ioemu vif", "nictype"),
    NUMBER(0, U64_MAX, "rate_bytes_per_interval"),
    NUMBER(0, U32_MAX, "rate_interval_usecs"),
    WORD("gatewaydev", BY("S-209", BRIDGE, "")),
    COLO_TEXT("coloft_forwarddev"),
    COLO_TEXT("colo_sock_mirror_id"),
    COLO_TEXT("colo_sock_mirror_ip"),
    COLO_TEXT("colo_sock_mirror_port"),
    COLO_TEXT("colo_sock_compare_pri_in_id"),
    COLO_TEXT("colo_sock_compare_pri_in_ip"),
    COLO_TEXT("colo_sock_compare_pri_in_port"),
    COLO_TEXT("colo_sock_compare_sec_in_id"),
    COLO_TEXT("colo_sock_compare_sec_in_ip"),
    COLO_TEXT("colo_sock_compare_sec_in_port"),
    COLO_TEXT("colo_sock_compare_notify_id"),
    COLO_TEXT("colo_sock_compare_notify_ip"),
    COLO_TEXT("colo_sock_compare_notify_port"),
    COLO_TEXT("colo_sock_redirector0_id"),
    COLO_TEXT("colo_sock_redirector0_ip"),
    COLO_TEXT("colo_sock_redirector0_port"),
    COLO_TEXT("colo_sock_redirector1_id"),
    COLO_TEXT("colo_sock_redirector1_ip"),
    COLO_TEXT("colo_sock_redirector1_port"),
    COLO_TEXT("colo_sock_redirector2_id"),
    COLO_TEXT("colo_sock_redirector2_ip"),
    COLO_TEXT("colo_sock_redirector2_port"),
    COLO_TEXT("colo_filter_mirror_queue"),
    COLO_TEXT("colo_filter_mirror_outdev"),
    COLO_TEXT("colo_filter_redirector0_queue"),
    COLO_TEXT("colo_filter_redirector0_indev"),
    COLO_TEXT("colo_filter_redirector0_outdev"),
    COLO_TEXT("colo_filter_redirector1_queue"),
    COLO_TEXT("colo_filter_redirector1_indev"),
    COLO_TEXT("colo_filter_redirector1_outdev"),
    COLO_TEXT("colo_compare_pri_in"),
    COLO_TEXT("colo_compare_sec_in"),
    COLO_TEXT("colo_compare_out"),
    COLO_TEXT("colo_compare_notify_dev"),
    COLO_TEXT("colo_sock_sec_redirector0_id"),
    COLO_TEXT("colo_sock_sec_redirector0_ip"),
    COLO_TEXT("colo_sock_sec_redirector0_port"),
    COLO_TEXT("colo_sock_sec_redirector1_id"),
    COLO_TEXT("colo_sock_sec_redirector1_ip"),
    COLO_TEXT("colo_sock_sec_redirector1_port"),
    COLO_TEXT("colo_filter_sec_redirector0_queue"),
    COLO_TEXT("colo_filter_sec_redirector0_indev"),
    COLO_TEXT("colo_filter_sec_redirector0_outdev"),
    COLO_TEXT("colo_filter_sec_redirector1_queue"),
    COLO_TEXT("colo_filter_sec_redirector1_indev"),
    COLO_TEXT("colo_filter_sec_redirector1_outdev"),
    COLO_TEXT("colo_filter_sec_rewriter0_queue"),
    COLO_TEXT("colo_checkpoint_host"),
    COLO_TEXT("colo_checkpoint_port"),
    DEFBOOL("trusted"),
};
static const struct xls_cfg_object nic = OF(nic_list);

static const struct xls_cfg_member pci_list[] = {
    NUMBER(0, 7, "func"),
    NUMBER(0, 31, "dev"),
    NUMBER(0, 255, "bus"),
    NUMBER(0, 65535, "domain"),
    NUMBER(0, U32_MAX, "vdevfn"),
    NUMBER(0, U32_MAX, "vfunc_mask"),
    BOOL("msitranslate"),
    BOOL("power_mgmt"),
    BOOL("permissive"),
    BOOL("seize"),
    ENUM(RDM_POLICIES, "rdm_policy"),
    WORD("name"),
};
static const struct xls_cfg_object pci = OF(pci_list);

static const struct xls_cfg_member rdm_list[] = {
    NUMBER(0, U64_MAX, "start"),
    NUMBER(0, U64_MAX, "size"),
    ENUM(RDM_POLICIES, "policy"),
};
static const struct xls_cfg_object rdm = OF(rdm_list);

static const struct xls_cfg_member dtdev_list[] = {
    TEXT("path"),
};
static const struct xls_cfg_object dtdev = OF(dtdev_list);

static const struct xls_cfg_member vfb_list[] = {
    BACKEND, DEVID, OBJECT(vnc, "vnc"), OBJECT(sdl, "sdl"), WORD("keymap"),
};
static const struct xls_cfg_object vfb = OF(vfb_list);

static const struct xls_cfg_member vkb_list[] = {
    BACKEND,
    DEVID,
    ENUM("unknown qemu linux", "backend_type"),
    WORD("unique_id"),
    BOOL("feature_disable_keyboard"),
    BOOL("feature_disable_pointer"),
    BOOL("feature_abs_pointer"),
    BOOL("feature_raw_pointer"),
    BOOL("feature_multi_touch"),
    NUMBER(0, U32_MAX, "width"),
    NUMBER(0, U32_MAX, "height"),
    NUMBER(0, U32_MAX, "multi_touch_width"),
    NUMBER(0, U32_MAX, "multi_touch_height"),
    NUMBER(0, U32_MAX, "multi_touch_num_contacts"),
};
static const struct xls_cfg_object vkb = OF(vkb_list);

static const struct xls_cfg_member virtio_list[] = {
    BACKEND,
    WORD("type"),
    ENUM("unknown mmio", "transport"),
    DEFBOOL("grant_usage"),
    DEVID,
    NUMBER(0, U32_MAX, "irq"),
    NUMBER(0, U64_MAX, "base"),
};
static const struct xls_cfg_object virtio = OF(virtio_list);

static const struct xls_cfg_member vtpm_list[] = {
    BACKEND,
    DEVID,
    {.kind = XLS_CFG_UUID, .name = "uuid"},
};
static const struct xls_cfg_object vtpm = OF(vtpm_list);

static const struct xls_cfg_member p9_list[] = {
    BACKEND,
    WORD("tag"),
    TEXT("path", BY("S-222", SETTING, "")),
    WORD("security_model"),
    DEVID,
    ENUM("unknown qemu xen_9pfsd", "type"),
    NUMBER(INT_LO, INT_HI, "max_space"),
    NUMBER(INT_LO, INT_HI, "max_files"),
    NUMBER(INT_LO, INT_HI, "max_open_files"),
    BOOL("auto_delete"),
};
static const struct xls_cfg_object p9 = OF(p9_list);

static const struct xls_cfg_member pvcalls_list[] = {BACKEND, DEVID};
static const struct xls_cfg_object pvcalls = OF(pvcalls_list);

static const struct xls_cfg_member socket_list[] = {
    TEXT("path", BY("S-222", SETTING, "")),
};
static const struct xls_cfg_object socket = OF(socket_list);
static const struct xls_cfg_object nothing = {NULL, 0};

static const struct xls_cfg_member channel_list[] = {
    BACKEND,
    DEVID,
    WORD("name"),
    OBJECT(nothing, "connection.unknown"),
    OBJECT(nothing, "connection.pty"),
    OBJECT(socket, "connection.socket"),
};
static const struct xls_cfg_object channel = OF(channel_list);

static const struct xls_cfg_member connector_list[] = {
    WORD("unique_id"),
    WORD("id"), /* before Xen 4.12 */
    NUMBER(0, U32_MAX, "width"),
    NUMBER(0, U32_MAX, "height"),
};
static const struct xls_cfg_object connector = OF(connector_list);

static const struct xls_cfg_member vdispl_list[] = {
    BACKEND,
    DEVID,
    BOOL("be_alloc"),
    OBJECT(connector, "connectors", .most = 16),
};
static const struct xls_cfg_object vdispl = OF(vdispl_list);

static const struct xls_cfg_member sound_list[] = {
    NUMBER(0, U32_MAX, "sample_rates", .most = 64),
    ENUM("s8 u8 s16_le s16_be u16_le u16_be s24_le s24_be u24_le u24_be "
         "s32_le s32_be u32_le u32_be f32_le f32_be f64_le f64_be "
         "iec958_subframe_le iec958_subframe_be mu_law a_law ima_adpcm mpeg "
         "gsm",
         "sample_formats", .most = 64),
    NUMBER(0, U32_MAX, "channels_min"),
    NUMBER(0, U32_MAX, "channels_max"),
    NUMBER(0, U32_MAX, "buffer_size"),
};
static const struct xls_cfg_object sound = OF(sound_list);

static const struct xls_cfg_member stream_list[] = {
    WORD("unique_id"),
    ENUM("p c", "type"),
    OBJECT(sound, "params"),
};
static const struct xls_cfg_object stream = OF(stream_list);

static const struct xls_cfg_member pcm_list[] = {
    WORD("name"),
    OBJECT(sound, "params"),
    OBJECT(stream, "streams", .most = 16),
};
static const struct xls_cfg_object pcm = OF(pcm_list);

static const struct xls_cfg_member vsnd_list[] = {
    BACKEND,
    DEVID,
    WORD("short_name"),
    TEXT("long_name"),
    OBJECT(sound, "params"),
    OBJECT(pcm, "pcms", .most = 16),
};
static const struct xls_cfg_object vsnd = OF(vsnd_list);

static const struct xls_cfg_member usbctrl_list[] = {
    ENUM("auto pv devicemodel qusb", "type"),
    DEVID,
    NUMBER(0, 3, "version"),
    NUMBER(0, 31, "ports"),
    BACKEND,
};
static const struct xls_cfg_object usbctrl = OF(usbctrl_list);

static const struct xls_cfg_member hostdev_list[] = {
    NUMBER(0, U8_MAX, "hostbus"),
    NUMBER(0, U8_MAX, "hostaddr"),
};
static const struct xls_cfg_object hostdev = OF(hostdev_list);

static const struct xls_cfg_member usbdev_list[] = {
    NUMBER(-1, 65535, "ctrl"),
    NUMBER(0, 31, "port"),
    OBJECT(hostdev, "type.hostdev"),
};
static const struct xls_cfg_object usbdev = OF(usbdev_list);

/* --- all of it */

static const struct xls_cfg_member top_list[] = {
    OBJECT(c_info, "c_info"),
    OBJECT(b_info, "b_info"),
    OBJECT(disk, "disks", .most = 256),
    OBJECT(nic, "nics", .most = 256),
    OBJECT(pci, "pcidevs", .most = 256, BY("S-211", PCI, "")),
    OBJECT(rdm, "rdms", .most = 256, BY("S-218", SETTING, "")),
    OBJECT(dtdev, "dtdevs", .most = 256, BY("S-218", SETTING, "")),
    OBJECT(vfb, "vfbs", .most = 16),
    OBJECT(vkb, "vkbs", .most = 16),
    OBJECT(virtio, "virtios", .most = 64, BY("S-223", SETTING, "")),
    OBJECT(vtpm, "vtpms", .most = 16, BY("S-223", SETTING, "")),
    OBJECT(p9, "p9s", .most = 64),
    OBJECT(pvcalls, "pvcallsifs", .most = 16, BY("S-222", SETTING, "")),
    OBJECT(vdispl, "vdispls", .most = 16, BY("S-223", SETTING, "")),
    OBJECT(vsnd, "vsnds", .most = 16, BY("S-223", SETTING, "")),
    OBJECT(channel, "channels", .most = 64),
    OBJECT(usbctrl, "usbctrls", .most = 16),
    OBJECT(usbdev, "usbdevs", .most = 64, BY("S-218", SETTING, "")),
    ENUM(ACTIONS, "on_poweroff"),
    ENUM(ACTIONS, "on_reboot"),
    ENUM(ACTIONS, "on_watchdog"),
    ENUM(ACTIONS, "on_crash"),
    ENUM(ACTIONS, "on_soft_reset"),
};
const struct xls_cfg_object xls_cfg_top = OF(top_list);

const struct xls_cfg_member *xls_cfg_find(const struct xls_cfg_object *in,
                                          const char *name)
{
    for (size_t i = 0; i < in->count; i++) {
        if (strcmp(in->members[i].name, name) == 0) {
            return &in->members[i];
        }
    }
    return NULL;
}
