/* SPDX-License-Identifier: LGPL-2.1-only */
/* [S-250] Sizes as QEMU 7.2 writes them: each row was held against the states
 * of that QEMU's own devices. */
#include "xenfmt/emu_shape.h"

#define ANY(octets)                                                            \
    {                                                                          \
        .op = XLS_EMU_OCTETS, .size = (octets)                                 \
    }
#define NUM(octets, lo, hi)                                                    \
    {                                                                          \
        XLS_EMU_NUMBER, octets, lo, hi, 0, NULL                                \
    }
#define COUNT(octets, lo, hi, octets_each)                                     \
    {                                                                          \
        XLS_EMU_COUNT, octets, lo, hi, octets_each, NULL                       \
    }
#define FLAG(octets)                                                           \
    {                                                                          \
        .op = XLS_EMU_FLAG, .size = (octets)                                   \
    }
#define PAIR(sum)                                                              \
    {                                                                          \
        .op = XLS_EMU_PAIR, .hi = (sum)                                        \
    }
#define OF(times, shape)                                                       \
    {                                                                          \
        .op = XLS_EMU_SHAPE, .size = (times), .of = &(shape)                   \
    }
#define STEPS(...)                                                             \
    (const struct xls_emu_step[])                                              \
    {                                                                          \
        __VA_ARGS__,                                                           \
        {                                                                      \
            .op = XLS_EMU_DONE                                                 \
        }                                                                      \
    }
#define SUB(name, version, ...)                                                \
    &(const struct xls_emu_shape)                                              \
    {                                                                          \
        name, version, STEPS(__VA_ARGS__), NULL                                \
    }
#define SUBS(...)                                                              \
    (const struct xls_emu_shape *const[])                                      \
    {                                                                          \
        __VA_ARGS__, NULL                                                      \
    }

/* What an IDE drive keeps of a transfer: 256 sectors and 4 octets. */
#define IDE_BUFFER 131076U

static const struct xls_emu_shape pci = {
    .name = "PCIDevice",
    .steps = STEPS(NUM(4, 2, 2), ANY(256), NUM(4, 0, 1), NUM(4, 0, 1),
                   NUM(4, 0, 1), NUM(4, 0, 1))};

static const struct xls_emu_shape usb = {
    .name = "USBDevice",
    .steps = STEPS(ANY(13), NUM(4, 0, 4096), NUM(4, 0, 4096), ANY(8))};

static const struct xls_emu_shape fifo = {
    .name = "Fifo8", .steps = STEPS(ANY(16), NUM(4, 0, 15), NUM(4, 0, 16))};

static const struct xls_emu_shape serial = {
    .name = "serial",
    .steps = STEPS(ANY(11)),
    .subs = SUBS(SUB("serial/thr_ipending", 1, ANY(4)),
                 SUB("serial/tsr", 1, ANY(6)),
                 SUB("serial/recv_fifo", 1, OF(1, fifo)),
                 SUB("serial/xmit_fifo", 1, OF(1, fifo)),
                 SUB("serial/fifo_timeout_timer", 1, ANY(8)),
                 SUB("serial/timeout_ipending", 1, ANY(4)),
                 SUB("serial/poll", 1, ANY(12)))};

static const struct xls_emu_shape fdrive = {
    .name = "fdrive",
    .steps = STEPS(ANY(3)),
    .subs = SUBS(SUB("fdrive/media_changed", 1, ANY(1)),
                 SUB("fdrive/media_rate", 1, ANY(1)),
                 SUB("fdrive/perpendicular", 1, ANY(1)))};

static const struct xls_emu_shape fdc = {
    .name = "fdc",
    .steps = STEPS(ANY(538), NUM(1, 2, 2), OF(2, fdrive)),
    .subs =
        SUBS(SUB("fdc/reset_sensei", 1, ANY(4)),
             SUB("fdc/result_timer", 1, ANY(8)), SUB("fdc/phase", 1, ANY(1)))};

static const struct xls_emu_shape ps2 = {
    .name = "PS2 Common State",
    .steps = STEPS(ANY(4), NUM(4, 0, 255), NUM(4, 0, 255), NUM(4, 0, 256),
                   ANY(256))};

static const struct xls_emu_shape pckbd = {
    .name = "pckbd",
    .steps = STEPS(ANY(4)),
    .subs = SUBS(SUB("pckbd_outport", 1, ANY(1)),
                 SUB("pckbd/extended_state", 0, ANY(10)))};

static const struct xls_emu_shape bmdma = {
    .name = "ide bmdma",
    .steps = STEPS(ANY(19)),
    .subs = SUBS(SUB("ide bmdma_current", 1, ANY(16)),
                 SUB("ide bmdma/status", 1, ANY(1)))};

static const struct xls_emu_shape ide_bus = {
    .name = "ide_bus",
    .steps = STEPS(ANY(1), NUM(1, 0, 1)),
    .subs = SUBS(SUB("ide_bus/error", 2, ANY(17)))};

static const struct xls_emu_shape ide_drive = {
    .name = "ide_drive",
    .steps = STEPS(ANY(4), FLAG(512), ANY(20)),
    .subs = SUBS(SUB("ide_drive/atapi/gesn_state", 1, ANY(2)),
                 SUB("ide_drive/tray_state", 1, ANY(2)),
                 SUB("ide_drive/pio_state", 1, ANY(4), ANY(IDE_BUFFER),
                     PAIR(IDE_BUFFER), NUM(1, 0, 4), ANY(8)))};

static const struct xls_emu_shape ahci_port = {
    .name = "ahci port",
    .steps = STEPS(OF(1, ide_bus), OF(1, ide_drive), ANY(614))};

static const struct xls_emu_shape ahci = {
    .name = "ahci", .steps = STEPS(OF(6, ahci_port), ANY(28))};

static const struct xls_emu_shape vga = {
    .name = "vga",
    .steps = STEPS(ANY(318), NUM(1, 0, 2), ANY(812)),
    .subs = SUBS(SUB("vga.endian", 1, ANY(1)))};

static const struct xls_emu_shape cirrus = {
    .name = "cirrus_vga", .steps = STEPS(ANY(806), NUM(1, 0, 2), ANY(787))};

static const struct xls_emu_shape hda_stream = {
    .name = "hda-audio-stream",
    .steps = STEPS(ANY(282)),
    .subs = SUBS(SUB("hda-audio-stream/buffer", 1, ANY(8224)))};

static const struct xls_emu_shape *const cpu_subs[] = {
    SUB("cpu/poll_control_msr", 1, ANY(8)), SUB("cpu/msr_smi_count", 1, ANY(8)),
    NULL};

static const struct xls_emu_shape *const pm_subs[] = {
    SUB("piix4_pm/memhp", 1, ANY(4)), NULL};

#define ROW(version, name, ...)                                                \
    {                                                                          \
        {name, version, STEPS(__VA_ARGS__), NULL}, 0                           \
    }
#define ROW_SUBS(version, name, subs, ...)                                     \
    {                                                                          \
        {name, version, STEPS(__VA_ARGS__), subs}, 0                           \
    }
#define OLD(version, name, subs, ...)                                          \
    {                                                                          \
        {name, version, STEPS(__VA_ARGS__), subs}, 1                           \
    }

static const struct xls_emu_section table[] = {
    ROW(2, "timer", ANY(24)),
    ROW_SUBS(1, "cpu_common",
             SUBS(SUB("cpu_common/exception_index", 1, ANY(4)),
                  SUB("cpu_common/crash_occurred", 1, ANY(1))),
             ANY(8)),
    ROW_SUBS(12, "cpu", cpu_subs, ANY(1313)), /* qemu-system-i386 */
    ROW_SUBS(12, "cpu", cpu_subs, ANY(1817)), /* qemu-system-x86_64 */
    ROW_SUBS(3, "apic", SUBS(SUB("apic_sipi", 1, ANY(8))), ANY(181)),
    ROW_SUBS(
        2, "fw_cfg",
        SUBS(SUB("fw_cfg/dma", 0, ANY(8)), SUB("fw_cfg/acpi_mr", 1, ANY(24))),
        ANY(6)),
    ROW(1, "PCIHost", ANY(4)),
    ROW(1, "PCIBUS", COUNT(4, 1, 1024, 4)),
    ROW(3, "I440FX", OF(1, pci), ANY(1)),
    ROW(1, "dma", ANY(3), NUM(4, 0, 1), ANY(68)),
    ROW_SUBS(3, "PIIX3", SUBS(SUB("PIIX3/rcr", 1, ANY(1))), OF(1, pci),
             ANY(16)),
    ROW(3, "ioapic", ANY(206)),
    ROW_SUBS(2, "hpet",
             SUBS(SUB("hpet/rtc_irq_level", 1, ANY(1)),
                  SUB("hpet/offset", 1, ANY(8))),
             ANY(24), COUNT(1, 3, 32, 42)),
    ROW_SUBS(3, "mc146818rtc",
             SUBS(SUB("mc146818rtc/irq_reinject_on_ack_count", 1, ANY(2))),
             ANY(128), NUM(1, 0, 127), ANY(116)),
    ROW(3, "serial", OF(1, serial)),
    ROW(1, "parallel_isa", ANY(12)),
    ROW(2, "fdc", OF(1, fdc)),
    ROW_SUBS(3, "ps2kbd",
             SUBS(SUB("ps2kbd/ledstate", 3, ANY(4)),
                  SUB("ps2kbd/need_high_bit", 1, ANY(1)),
                  SUB("ps2kbd/command_reply_queue", 0, ANY(4))),
             OF(1, ps2), ANY(12)),
    ROW(2, "ps2mouse", OF(1, ps2), ANY(19)),
    ROW(3, "pckbd", OF(1, pckbd)),
    ROW(1, "port92", ANY(1)),
    ROW(3, "ide", OF(1, pci), OF(2, bmdma), OF(2, ide_bus), OF(4, ide_drive)),
    ROW(1, "i2c_bus", ANY(1)),
    /* With or without the state of the bus (48), hotplug behind bridges (2044),
     * and with it an index (4). */
    ROW_SUBS(3, "piix4_pm", pm_subs, OF(1, pci), ANY(36)),
    ROW_SUBS(3, "piix4_pm", pm_subs, OF(1, pci), ANY(84)),
    ROW_SUBS(3, "piix4_pm", pm_subs, OF(1, pci), ANY(2080)),
    ROW_SUBS(3, "piix4_pm", pm_subs, OF(1, pci), ANY(2084)),
    ROW_SUBS(3, "piix4_pm", pm_subs, OF(1, pci), ANY(2128)),
    ROW_SUBS(3, "piix4_pm", pm_subs, OF(1, pci), ANY(2132)),
    ROW(1, "acpi_build", ANY(1)),
    ROW(4, "platform", OF(1, pci), ANY(1)),
    ROW(1, "xen-pvdevice", OF(1, pci)),
    ROW(2, "vga", OF(1, pci), OF(1, vga)),
    ROW(2, "cirrus_vga", OF(1, pci), OF(1, cirrus)),
    OLD(5, "rtl8139", SUBS(SUB("rtl8139/hotplug_ready", 1, ANY(0))), OF(1, pci),
        ANY(50), NUM(4, 0, 65536), ANY(63), NUM(4, 0, 3), ANY(245)),
    OLD(2, "e1000",
        SUBS(SUB("e1000/mit_state", 1, ANY(17)),
             SUB("e1000/full_mac_state", 1, ANY(131072)),
             SUB("e1000/tx_tso_state", 1, ANY(17))),
        OF(1, pci), ANY(4), NUM(4, 0, 16384), NUM(4, 0, 4), ANY(67320)),
    ROW(3, "uhci", OF(1, pci), NUM(1, 2, 2), ANY(38)),
    ROW(2, "ehci", OF(1, pci), ANY(100)),
    ROW(1, "usb-ptr", OF(1, usb), ANY(256), NUM(4, 0, 15), NUM(4, 0, 16),
        ANY(5)),
    ROW(1, "usb-kbd", OF(1, usb), ANY(64), NUM(4, 0, 15), NUM(4, 0, 16),
        ANY(19), NUM(4, 0, 16), ANY(5)),
    ROW_SUBS(1, "usb-hub", SUBS(SUB("usb-hub/port-timer", 1, ANY(8))),
             OF(1, usb), ANY(32)),
    ROW(1, "intel-hda", OF(1, pci), ANY(336)),
    ROW(2, "hda-audio", OF(4, hda_stream), ANY(48)),
    ROW(2, "es1370", OF(1, pci), ANY(80)),
    ROW(3, "ac97", OF(1, pci), ANY(340)),
    ROW(1, "sb16", ANY(20), NUM(4, 0, 10), NUM(4, 0, 50), ANY(419),
        NUM(4, 0, 255), ANY(256)),
    OLD(1, "lsiscsi", NULL, OF(1, pci), ANY(8413)),
    ROW(1, "ich9_ahci", OF(1, pci), OF(1, ahci)),
};

const struct xls_emu_section *xls_emu_section(size_t at)
{
    return at < sizeof(table) / sizeof(table[0]) ? &table[at] : NULL;
}
