/* SPDX-License-Identifier: LGPL-2.1-only */
/* What HVM_CONTEXT has of one vCPU. */
#include "xenfmt/field.h"
#include "xenfmt/hvm_context.h"

#define BIT(n)       ((uint64_t)1 << (n))
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define FIELDS(table, save, why)                                               \
    xls_field_judge((table), COUNT(table), (save)->at, (save)->len, (why))

#define CR0_PE    BIT(0)
#define CR0_ET    BIT(4)
#define CR0_PG    BIT(31)
#define CR0_KNOWN UINT64_C(0xe005003f)

#define EFER_LME BIT(8)
#define EFER_LMA BIT(10)

/* A bit of a register that needs a feature of the CPU's. */
struct need {
    uint8_t bit;
    uint8_t word; /* enum xls_cpu_word */
    uint8_t feature;
};

/* [S-113] Where a bit comes twice, one of the two is enough. */
static const struct need cr4_needs[] = {
    {0, XLS_CPU_1D, 1},   {1, XLS_CPU_1D, 1},   {2, XLS_CPU_1D, 4},
    {3, XLS_CPU_1D, 2},   {4, XLS_CPU_1D, 3},   {5, XLS_CPU_1D, 6},
    {6, XLS_CPU_1D, 7},   {6, XLS_CPU_1D, 14},  {7, XLS_CPU_1D, 13},
    {9, XLS_CPU_1D, 24},  {10, XLS_CPU_1D, 25}, {11, XLS_CPU_7C, 2},
    {13, XLS_CPU_1C, 5},  {16, XLS_CPU_7B, 0},  {17, XLS_CPU_1C, 17},
    {18, XLS_CPU_1C, 26}, {20, XLS_CPU_7B, 7},  {21, XLS_CPU_7B, 20},
    {22, XLS_CPU_7C, 3},  {23, XLS_CPU_7C, 7},  {23, XLS_CPU_7D, 20},
    {24, XLS_CPU_7C, 31},
};
static const struct need efer_needs[] = {
    {0, XLS_CPU_E1D, 11},  {8, XLS_CPU_E1D, 29}, {10, XLS_CPU_E1D, 29},
    {11, XLS_CPU_E1D, 20}, {12, XLS_CPU_E1C, 2}, {14, XLS_CPU_E1D, 25},
};

static const struct xls_field header_fields[] = {
    {"S-112", "the context's magic", 0, 4, XLS_FIELD_EXACT, 0, 0, 0x54381286},
    {"S-112", "the context's version", 4, 4, XLS_FIELD_EXACT, 0, 0, 1},
};
static const struct xls_field cpu_fields[] = {
    {"S-113", "dr6's high half", 724, 4, XLS_FIELD_EXACT, 0, 0, 0},
    {"S-113", "dr7's high half", 732, 4, XLS_FIELD_EXACT, 0, 0, 0},
    {"S-113", "a selector", 736, 4, XLS_FIELD_MAX, 8, 4, 0xffff},
    {"S-113", "the IDT's limit", 800, 4, XLS_FIELD_MAX, 0, 0, 0xffff},
    {"S-113", "the GDT's limit", 804, 4, XLS_FIELD_MAX, 0, 0, 0xffff},
    {"S-113", "a segment's rights", 888, 4, XLS_FIELD_MAX, 8, 4, 0x1ffff},
    {"S-113", "shadow_gs", 944, 8, XLS_FIELD_CANONICAL, 0, 0, 0},
    {"S-113", "msr_lstar", 960, 8, XLS_FIELD_CANONICAL, 0, 0, 0},
    {"S-113", "msr_cstar", 976, 8, XLS_FIELD_CANONICAL, 0, 0, 0},
    {"S-113", "msr_syscall_mask's high half", 988, 4, XLS_FIELD_EXACT, 0, 0, 0},
    {"S-113", "msr_tsc_aux's high half", 1004, 4, XLS_FIELD_EXACT, 0, 0, 0},
    {"S-113", "flags", 1024, 4, XLS_FIELD_MAX, 0, 0, 1},
    {"S-113", "the CPU's padding", 1028, 4, XLS_FIELD_EXACT, 0, 0, 0},
};
static const struct xls_field lapic_fields[] = {
    {"S-116", "disabled", 8, 4, XLS_FIELD_MAX, 0, 0, 3},
};
static const struct xls_field lapic_regs_fields[] = {
    {"S-117", "vectors in service", 0x100, 2, XLS_FIELD_EXACT, 0, 0, 0},
    {"S-117", "vectors requested", 0x200, 2, XLS_FIELD_EXACT, 0, 0, 0},
};
static const struct xls_field mtrr_fields[] = {
    {"S-123", "the number of variable ranges", 224, 1, XLS_FIELD_MAX, 0, 0, 8},
};
static const struct xls_field viridian_fields[] = {
    {"S-126", "apic_assist_pending", 8, 1, XLS_FIELD_MAX, 0, 0, 1},
    {"S-126", "VIRIDIAN_VCPU's padding", 9, 1, XLS_FIELD_EXACT, 7, 1, 0},
};

/* [S-112] */
enum xls_rc xls_save_header_judge(const struct xls_cpu *cpu,
                                  const struct xls_save *save,
                                  struct xls_finding *why)
{
    enum xls_rc rc = FIELDS(header_fields, save, why);

    (void)cpu;
    return rc != XLS_OK
               ? rc
               : xls_cpu_khz_judge(
                     (uint32_t)xls_field_get(save->at, save->len, 20, 4), why);
}

/* The bits that a CPU's features permit. */
static uint64_t permitted(const struct xls_cpu *cpu, const struct need *needs,
                          size_t count)
{
    uint64_t bits = 0;

    /*@ loop invariant 0 <= i <= count;
        loop assigns i, bits;
        loop variant count - i; */
    for (size_t i = 0; i < count; i++) {
        if (xls_cpu_has(cpu, (enum xls_cpu_word)needs[i].word,
                        needs[i].feature)) {
            bits |= BIT(needs[i].bit);
        }
    }
    return bits;
}

static enum xls_rc control_judge(const struct xls_cpu *cpu,
                                 const struct xls_save *save,
                                 struct xls_finding *why)
{
    uint64_t cr0 = xls_field_get(save->at, save->len, 656, 8);
    uint64_t cr3 = xls_field_get(save->at, save->len, 672, 8);
    uint64_t cr4 = xls_field_get(save->at, save->len, 680, 8);
    uint64_t efer = xls_field_get(save->at, save->len, 992, 8);
    uint64_t cr4_ok = BIT(8) | permitted(cpu, cr4_needs, COUNT(cr4_needs));
    uint64_t efer_ok = BIT(21) | permitted(cpu, efer_needs, COUNT(efer_needs));

    if ((cr0 & ~CR0_KNOWN) != 0 || (cr0 & CR0_ET) == 0 ||
        ((cr0 & CR0_PG) != 0 && (cr0 & CR0_PE) == 0)) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-113",
                          "cr0 0x%llx is none that a CPU has",
                          (unsigned long long)cr0);
    }
    if (cr3 >> cpu->phys_bits != 0) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-113",
                          "cr3 0x%llx is wider than %u bits",
                          (unsigned long long)cr3, cpu->phys_bits);
    }
    if ((cr4 & ~cr4_ok) != 0) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-113",
                          "cr4 0x%llx; this CPU has 0x%llx",
                          (unsigned long long)cr4, (unsigned long long)cr4_ok);
    }
    if ((efer & ~efer_ok) != 0 ||
        ((efer & EFER_LMA) != 0 &&
         ((efer & EFER_LME) == 0 || (cr0 & CR0_PG) == 0))) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-113",
                          "efer 0x%llx, cr0 0x%llx; this CPU has 0x%llx",
                          (unsigned long long)efer, (unsigned long long)cr0,
                          (unsigned long long)efer_ok);
    }
    return XLS_OK;
}

/* The event that is to be injected again. */
static enum xls_rc event_judge(const struct xls_save *save,
                               struct xls_finding *why)
{
    uint32_t event = (uint32_t)xls_field_get(save->at, save->len, 1016, 4);
    uint32_t error = (uint32_t)xls_field_get(save->at, save->len, 1020, 4);
    uint32_t type = event >> 8 & 7U;

    if (event >> 31 != 0 &&
        (type == 1 || type == 7 || (event & 0x7ffff000U) != 0 ||
         ((event >> 11 & 1U) != 0 && error > 0xffff))) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-113",
                          "pending event 0x%08x, error 0x%x", event, error);
    }
    return XLS_OK;
}

/* [S-113] */
enum xls_rc xls_save_cpu_judge(const struct xls_cpu *cpu,
                               const struct xls_save *save,
                               struct xls_finding *why)
{
    enum xls_rc rc = control_judge(cpu, save, why);

    if (rc == XLS_OK) {
        rc = FIELDS(cpu_fields, save, why);
    }
    if (rc == XLS_OK) {
        rc = event_judge(save, why);
    }
    return rc != XLS_OK ? rc : xls_cpu_mxcsr_judge(save->at, save->len, why);
}

/* [S-116] */
enum xls_rc xls_save_lapic_judge(const struct xls_cpu *cpu,
                                 const struct xls_save *save,
                                 struct xls_finding *why)
{
    uint64_t base = xls_field_get(save->at, save->len, 0, 8);
    uint32_t divisor = (uint32_t)xls_field_get(save->at, save->len, 12, 4);

    (void)cpu;
    if ((base >> 10 & 1U) != 0 && (base >> 11 & 1U) == 0) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-116",
                          "the APIC is in x2APIC mode, and off");
    }
    if (divisor == 0 || divisor > 128 || (divisor & (divisor - 1)) != 0) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-116",
                          "the APIC timer's divisor is %u", divisor);
    }
    return FIELDS(lapic_fields, save, why);
}

/* [S-117] */
enum xls_rc xls_save_lapic_regs_judge(const struct xls_cpu *cpu,
                                      const struct xls_save *save,
                                      struct xls_finding *why)
{
    (void)cpu;
    return FIELDS(lapic_regs_fields, save, why);
}

/* [S-123] */
enum xls_rc xls_save_mtrr_judge(const struct xls_cpu *cpu,
                                const struct xls_save *save,
                                struct xls_finding *why)
{
    (void)cpu;
    /*@ loop invariant 0 <= i <= 8;
        loop assigns i;
        loop variant 8 - i; */
    for (size_t i = 0; i < 8; i++) {
        uint64_t type = xls_field_get(save->at, save->len, i, 1);

        if (type > 7 || type == 2 || type == 3) {
            return xls_refuse(why, XLS_PEER_RANGE, "S-123",
                              "memory type 0x%llx in PAT",
                              (unsigned long long)type);
        }
    }
    return FIELDS(mtrr_fields, save, why);
}

/* [S-103] to [S-106], behind a mask that nobody reads. */
enum xls_rc xls_save_xsave_judge(const struct xls_cpu *cpu,
                                 const struct xls_save *save,
                                 struct xls_finding *why)
{
    size_t len = save->len < 24 ? 0 : save->len - 24;
    const uint8_t *area = len == 0 ? save->at : save->at + 24;

    return xls_cpu_xsave_judge(cpu, xls_field_get(save->at, save->len, 8, 8),
                               xls_field_get(save->at, save->len, 16, 8), area,
                               len, why);
}

/* [S-126] */
enum xls_rc xls_save_viridian_judge(const struct xls_cpu *cpu,
                                    const struct xls_save *save,
                                    struct xls_finding *why)
{
    (void)cpu;
    /*@ loop invariant 0 <= i <= 4;
        loop assigns i;
        loop variant 4 - i; */
    for (size_t i = 0; i < 4; i++) {
        uint64_t config = xls_field_get(save->at, save->len, 152 + 8 * i, 8);
        uint64_t count = xls_field_get(save->at, save->len, 184 + 8 * i, 8);

        if ((config & 1U) != 0 && ((config >> 16 & 15U) == 0 || count == 0)) {
            return xls_refuse(why, XLS_PEER_RANGE, "S-126",
                              "Viridian timer %zu is on, with config 0x%llx "
                              "and count %llu",
                              i, (unsigned long long)config,
                              (unsigned long long)count);
        }
    }
    return FIELDS(viridian_fields, save, why);
}

/* [S-127] */
enum xls_rc xls_save_vmce_judge(const struct xls_cpu *cpu,
                                const struct xls_save *save,
                                struct xls_finding *why)
{
    (void)cpu;
    return xls_cpu_mcg_judge(xls_field_get(save->at, save->len, 0, 8), why);
}

/* [S-128] */
enum xls_rc xls_save_msrs_judge(const struct xls_cpu *cpu,
                                const struct xls_save *save,
                                struct xls_finding *why)
{
    static const uint32_t known[] = {
        0x48,       0x140,      0x6e1,      0xd90,      0xda0,
        0xc0011019, 0xc001101a, 0xc001101b, 0xc001011f, 0xc0011027};
    uint64_t count = xls_field_get(save->at, save->len, 0, 4);

    (void)cpu;
    if (save->len < 24 || count != (save->len - 8) / 16) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-128",
                          "%zu octets are not those of %llu MSRs", save->len,
                          (unsigned long long)count);
    }
    return xls_cpu_msrs_judge(known, COUNT(known), save->at + 8, save->len - 8,
                              "S-128", why);
}
