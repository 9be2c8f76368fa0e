/* SPDX-License-Identifier: LGPL-2.1-only */
/* What HVM_CONTEXT has of a platform's devices: many of these numbers Xen 4.17
 * uses as an index, or to divide by, as they come. */
#include "xenfmt/field.h"
#include "xenfmt/hvm_context.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define FIELDS(table, save, why)                                               \
    xls_field_judge((table), COUNT(table), (save)->at, (save)->len, (why))

static const struct xls_field ioapic_fields[] = {
    {"S-115", "the IOAPIC's base", 0, 8, XLS_FIELD_EXACT, 0, 0, 0xfec00000},
    {"S-115", "the IOAPIC's id", 12, 4, XLS_FIELD_MAX, 0, 0, 0xff},
};
static const struct xls_field isa_irq_fields[] = {
    {"S-118", "the ISA interrupts", 0, 8, XLS_FIELD_BITS, 0, 0, 0xffff},
};
static const struct xls_field pci_link_fields[] = {
    {"S-119", "a PCI link's route", 0, 1, XLS_FIELD_MAX, 4, 1, 15},
    {"S-119", "PCI_LINK's padding", 4, 4, XLS_FIELD_EXACT, 0, 0, 0},
};
static const struct xls_field pit_fields[] = {
    {"S-120", "a channel's count", 0, 4, XLS_FIELD_MAX, 3, 16, 0x10000},
    {"S-120", "a channel's count_latched", 6, 1, XLS_FIELD_MAX, 3, 16, 4},
    {"S-120", "a channel's read_state", 9, 1, XLS_FIELD_MAX, 3, 16, 4},
    {"S-120", "a channel's write_state", 10, 1, XLS_FIELD_MAX, 3, 16, 4},
    {"S-120", "a channel's rw_mode", 12, 1, XLS_FIELD_MAX, 3, 16, 3},
    {"S-120", "a channel's bcd", 14, 1, XLS_FIELD_MAX, 3, 16, 1},
    {"S-120", "a channel's gate", 15, 1, XLS_FIELD_EXACT, 2, 16, 1},
    {"S-120", "channel 2's gate", 47, 1, XLS_FIELD_MAX, 0, 0, 1},
    {"S-120", "speaker_data_on", 48, 4, XLS_FIELD_MAX, 0, 0, 1},
    {"S-120", "PIT's padding", 52, 4, XLS_FIELD_EXACT, 0, 0, 0},
};
static const struct xls_field rtc_fields[] = {
    {"S-121", "cmos_index", 14, 1, XLS_FIELD_MAX, 0, 0, 0x7f},
    {"S-121", "RTC's padding", 15, 1, XLS_FIELD_EXACT, 0, 0, 0},
};
static const struct xls_field hpet_fields[] = {
    {"S-122", "HPET's reserved octets", 8, 8, XLS_FIELD_EXACT, 0, 0, 0},
    {"S-122", "HPET's reserved octets", 24, 8, XLS_FIELD_EXACT, 0, 0, 0},
    {"S-122", "HPET's reserved octets", 40, 8, XLS_FIELD_EXACT, 25, 8, 0},
    {"S-122", "HPET's reserved octets", 248, 8, XLS_FIELD_EXACT, 0, 0, 0},
    {"S-122", "HPET's reserved octets", 280, 8, XLS_FIELD_EXACT, 3, 32, 0},
    {"S-122", "HPET's reserved octets", 352, 8, XLS_FIELD_EXACT, 84, 8, 0},
};

/* [S-114] Xen finds the other half of its own structure from is_master. */
enum xls_rc xls_save_pic_judge(const struct xls_cpu *cpu,
                               const struct xls_save *save,
                               struct xls_finding *why)
{
    uint8_t state = (uint8_t)(xls_field_get(save->at, save->len, 4, 1) & 15U);
    uint8_t mode = (uint8_t)xls_field_get(save->at, save->len, 5, 1);
    uint8_t elcr = (uint8_t)xls_field_get(save->at, save->len, 6, 1);
    uint8_t output = (uint8_t)xls_field_get(save->at, save->len, 7, 1);
    bool master = save->instance == 0;

    (void)cpu;
    if (((mode >> 6 & 1U) != 0) != master) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-114",
                          "PIC %u says that it is %s one", save->instance,
                          master ? "not the first" : "the first");
    }
    if (output > 1 || (output == 1 && state != 0)) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-114",
                          "PIC %u: output %u in state %u", save->instance,
                          output, state);
    }
    if ((elcr & ~(master ? 0xfcU : 0xdeU)) != 0) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-114",
                          "PIC %u: elcr 0x%02x has bits that are fixed",
                          save->instance, elcr);
    }
    return XLS_OK;
}

/* [S-115] */
enum xls_rc xls_save_ioapic_judge(const struct xls_cpu *cpu,
                                  const struct xls_save *save,
                                  struct xls_finding *why)
{
    (void)cpu;
    return FIELDS(ioapic_fields, save, why);
}

/* [S-118] */
enum xls_rc xls_save_isa_irq_judge(const struct xls_cpu *cpu,
                                   const struct xls_save *save,
                                   struct xls_finding *why)
{
    (void)cpu;
    return FIELDS(isa_irq_fields, save, why);
}

/* [S-119] */
enum xls_rc xls_save_pci_link_judge(const struct xls_cpu *cpu,
                                    const struct xls_save *save,
                                    struct xls_finding *why)
{
    (void)cpu;
    return FIELDS(pci_link_fields, save, why);
}

/* [S-120] */
enum xls_rc xls_save_pit_judge(const struct xls_cpu *cpu,
                               const struct xls_save *save,
                               struct xls_finding *why)
{
    (void)cpu;
    return FIELDS(pit_fields, save, why);
}

/* [S-121] */
enum xls_rc xls_save_rtc_judge(const struct xls_cpu *cpu,
                               const struct xls_save *save,
                               struct xls_finding *why)
{
    (void)cpu;
    return FIELDS(rtc_fields, save, why);
}

/* [S-122] */
enum xls_rc xls_save_hpet_judge(const struct xls_cpu *cpu,
                                const struct xls_save *save,
                                struct xls_finding *why)
{
    uint64_t capability = xls_field_get(save->at, save->len, 0, 8);

    (void)cpu;
    if ((capability >> 8 & 0x1fU) != 2) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-122",
                          "HPET's capability 0x%llx is not one with 3 timers",
                          (unsigned long long)capability);
    }
    return FIELDS(hpet_fields, save, why);
}
