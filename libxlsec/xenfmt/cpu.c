/* SPDX-License-Identifier: LGPL-2.1-only */
#include "xenfmt/cpu.h"

#include "base/rd.h"
#include "xenfmt/field.h"

#define BIT(n) ((uint64_t)1 << (n))

#define XCR0_FP     BIT(0)
#define XCR0_SSE    BIT(1)
#define XCR0_YMM    BIT(2)
#define XCR0_BND    (BIT(3) | BIT(4))
#define XCR0_AVX512 (BIT(5) | BIT(6) | BIT(7))
#define XCR0_TILE   (BIT(17) | BIT(18))
#define XCR0_KNOWN                                                             \
    (XCR0_FP | XCR0_SSE | XCR0_YMM | XCR0_BND | XCR0_AVX512 | BIT(9) |         \
     XCR0_TILE | BIT(62))

#define KHZ_MIN 10000U
#define KHZ_MAX 20000000U

#define MCG_COUNT 0xffU
#define MCG_BANKS 32U
#define MCG_KNOWN (MCG_COUNT | BIT(8) | BIT(10) | BIT(11) | BIT(24) | BIT(27))

/* [S-104] [S-105] Of the area's first 576 octets. */
static const struct xls_field area_fields[] = {
    {"S-104", "XSAVE's compaction", 520, 8, XLS_FIELD_EXACT, 0, 0, 0},
    {"S-104", "XSAVE's reserved octets", 528, 8, XLS_FIELD_EXACT, 6, 8, 0},
};
static const struct xls_field mxcsr_field = {
    "S-105", "MXCSR", 24, 4, XLS_FIELD_BITS, 0, 0, 0xffff};

void xls_cpu_init(struct xls_cpu *cpu)
{
    *cpu = (struct xls_cpu){.phys_bits = 52};
}

static void xstate_note(struct xls_cpu *cpu, uint32_t subleaf,
                        const uint32_t reg[4])
{
    if (subleaf == 0) {
        cpu->xcr0 = (uint64_t)reg[3] << 32 | reg[0];
    } else if (subleaf >= 2 && subleaf < 63 && reg[0] != 0 &&
               reg[0] <= XLS_XSAVE_MAX && reg[1] <= XLS_XSAVE_MAX) {
        cpu->xsave_end[subleaf] = reg[0] + reg[1];
    }
}

void xls_cpu_note(struct xls_cpu *cpu, uint32_t leaf, uint32_t subleaf,
                  const uint32_t reg[4])
{
    uint32_t width = reg[0] & 0xffU;

    cpu->known = true;
    if (leaf == 1) {
        cpu->word[XLS_CPU_1C] = reg[2];
        cpu->word[XLS_CPU_1D] = reg[3];
    } else if (leaf == 7 && subleaf == 0) {
        cpu->word[XLS_CPU_7B] = reg[1];
        cpu->word[XLS_CPU_7C] = reg[2];
        cpu->word[XLS_CPU_7D] = reg[3];
    } else if (leaf == 0xd) {
        xstate_note(cpu, subleaf, reg);
    } else if (leaf == 0x80000001) {
        cpu->word[XLS_CPU_E1C] = reg[2];
        cpu->word[XLS_CPU_E1D] = reg[3];
    } else if (leaf == 0x80000008 && width >= 32 && width <= 52) {
        cpu->phys_bits = width;
    }
}

bool xls_cpu_has(const struct xls_cpu *cpu, enum xls_cpu_word word,
                 unsigned bit)
{
    return !cpu->known || (cpu->word[word] >> bit & 1U) != 0;
}

/* Whether a mask names all of some components, or none. */
static bool together(uint64_t mask, uint64_t some)
{
    return (mask & some) == 0 || (mask & some) == some;
}

/* [S-103] A mask that XSETBV takes. */
static bool mask_valid(uint64_t mask)
{
    return (mask & XCR0_FP) != 0 && (mask & ~XCR0_KNOWN) == 0 &&
           ((mask & XCR0_YMM) == 0 || (mask & XCR0_SSE) != 0) &&
           ((mask & XCR0_AVX512) == 0 || (mask & XCR0_YMM) != 0) &&
           together(mask, XCR0_AVX512) && together(mask, XCR0_BND) &&
           together(mask, XCR0_TILE);
}

/* [S-106] Octets of the state of the components in a mask; 0 when the policy
 * does not say how large one of them is. */
static uint32_t xsave_size(const struct xls_cpu *cpu, uint64_t mask)
{
    uint32_t size = XLS_XSAVE_MIN;

    /*@ loop invariant 2 <= i <= 63;
        loop assigns i, size;
        loop variant 63 - i; */
    for (unsigned i = 2; i < 63; i++) {
        if ((mask >> i & 1U) == 0) {
            continue;
        }
        if (cpu->xsave_end[i] == 0) {
            return 0;
        }
        size = cpu->xsave_end[i] > size ? cpu->xsave_end[i] : size;
    }
    return size;
}

static enum xls_rc size_judge(const struct xls_cpu *cpu, uint64_t accum,
                              size_t len, struct xls_finding *why)
{
    uint32_t size = cpu->known ? xsave_size(cpu, accum) : XLS_XSAVE_MIN;

    if (size == 0 || (cpu->known ? len != size : len < size)) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-106",
                          "%zu octets of state; components 0x%llx take %u", len,
                          (unsigned long long)accum, size);
    }
    return XLS_OK;
}

enum xls_rc xls_cpu_xsave_judge(const struct xls_cpu *cpu, uint64_t xcr0,
                                uint64_t accum, const uint8_t *area, size_t len,
                                struct xls_finding *why)
{
    uint64_t present = xls_field_get(area, len, 512, 8);
    enum xls_rc rc;

    if (!mask_valid(xcr0) || !mask_valid(accum) || (xcr0 & ~accum) != 0 ||
        (cpu->known && (accum & ~cpu->xcr0) != 0)) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-103",
                          "xcr0 0x%llx, of 0x%llx, is not what this CPU can "
                          "have",
                          (unsigned long long)xcr0, (unsigned long long)accum);
    }
    rc = size_judge(cpu, accum, len, why);
    if (rc == XLS_OK && (present & ~accum) != 0) {
        rc = xls_refuse(why, XLS_PEER_RANGE, "S-104",
                        "components 0x%llx are not all in 0x%llx",
                        (unsigned long long)present, (unsigned long long)accum);
    }
    if (rc == XLS_OK) {
        rc = xls_field_judge(area_fields,
                             sizeof(area_fields) / sizeof(area_fields[0]), area,
                             len, why);
    }
    return rc != XLS_OK ? rc : xls_cpu_mxcsr_judge(area, len, why);
}

enum xls_rc xls_cpu_mxcsr_judge(const uint8_t *area, size_t len,
                                struct xls_finding *why)
{
    return xls_field_judge(&mxcsr_field, 1, area, len, why);
}

enum xls_rc xls_cpu_mcg_judge(uint64_t caps, struct xls_finding *why)
{
    if ((caps & ~MCG_KNOWN) != 0 || (caps & MCG_COUNT) > MCG_BANKS) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-127",
                          "machine check capability 0x%llx",
                          (unsigned long long)caps);
    }
    return XLS_OK;
}

enum xls_rc xls_cpu_khz_judge(uint32_t khz, struct xls_finding *why)
{
    if (khz != 0 && (khz < KHZ_MIN || khz > KHZ_MAX)) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-102",
                          "%u kHz are not within %u..%u", khz, KHZ_MIN,
                          KHZ_MAX);
    }
    return XLS_OK;
}

/* Where an index stands in a list; count where it does not. */
static size_t place_of(uint32_t index, const uint32_t *list, size_t count)
{
    size_t i = 0;

    /*@ loop invariant 0 <= i <= count;
        loop assigns i;
        loop variant count - i; */
    while (i < count && list[i] != index) {
        i++;
    }
    return i;
}

enum xls_rc xls_cpu_msrs_judge(const uint32_t *known, size_t known_count,
                               const uint8_t *buf, size_t len,
                               const char *label, struct xls_finding *why)
{
    struct xls_rd rd = xls_rd_over(buf, len);
    uint32_t seen = 0;

    /*@ loop invariant xls_rd_sound(&rd);
        loop assigns rd, seen;
        loop variant rd.left; */
    while (rd.rc == XLS_OK && rd.left > 0) {
        uint32_t index = xls_rd_u32le(&rd);
        uint32_t reserved = xls_rd_u32le(&rd);
        size_t place = place_of(index, known, known_count);

        xls_rd_u64le(&rd);
        if (rd.rc != XLS_OK) {
            return xls_refuse(why, rd.rc, label, "an MSR is cut short");
        }
        if (place >= known_count || place > 31 || (seen >> place & 1U) != 0) {
            return xls_refuse(why, XLS_PEER_RANGE, label,
                              "MSR 0x%08x is not one that is sent, or comes "
                              "twice",
                              index);
        }
        if (reserved != 0) {
            return xls_refuse(why, XLS_PEER_RANGE, "S-65",
                              "MSR 0x%08x: a reserved field is not zero",
                              index);
        }
        seen |= 1U << place;
    }
    return XLS_OK;
}
