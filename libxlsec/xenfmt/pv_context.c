/* SPDX-License-Identifier: LGPL-2.1-only */
/* A PV vCPU's context, and the page tables that it lives in: whatever names a
 * frame has to name one of the guest's. */
#include "xenfmt/field.h"
#include "xenfmt/judge.h"

#define GDT_MAX   7168U /* entries; the rest of the table is Xen's */
#define LDT_MAX   8192U /* entries */
#define PER_FRAME 512U  /* entries of a table in a frame */

#define PTE_PRESENT 0x1U
#define PTE_SUPER   UINT64_C(0x80)
#define PTE_SLOTS   512U

/* Where things are, by the guest's width. */
struct places {
    unsigned width; /* octets of a number */
    uint16_t start_info;
    uint16_t ldt;
    uint16_t gdt;
    uint16_t gdt_ents;
    uint16_t cr3;
};

static const struct places wide = {8, 616, 4816, 4832, 4960, 5008};
static const struct places narrow = {4, 524, 2632, 2640, 2704, 2728};

#define LDT_BASE 4816U
#define LDT_ENTS 4824U
#define CR1      4992U

/* [S-144] Of width 8. */
static const struct xls_field wide_fields[] = {
    {"S-144", "rip", 648, 8, XLS_FIELD_CANONICAL, 0, 0, 0},
    {"S-144", "rsp", 672, 8, XLS_FIELD_CANONICAL, 0, 0, 0},
    {"S-144", "a trap's address", 728, 8, XLS_FIELD_CANONICAL, 256, 16, 0},
    {"S-144", "kernel_sp", 4976, 8, XLS_FIELD_CANONICAL, 0, 0, 0},
    {"S-144", "a callback's address", 5112, 8, XLS_FIELD_CANONICAL, 3, 8, 0},
    {"S-144", "a segment's base", 5144, 8, XLS_FIELD_CANONICAL, 3, 8, 0},
};

static bool inside(const struct xls_libxc *lx, uint64_t pfn)
{
    return pfn <= lx->pv_end_pfn;
}

/* [S-141] */
static enum xls_rc tables_judge(const struct xls_libxc *lx,
                                const struct places *at, const uint8_t *buf,
                                size_t len, struct xls_finding *why)
{
    uint64_t gdt = xls_field_get(buf, len, at->gdt_ents, at->width);
    uint64_t base = xls_field_get(buf, len, at->ldt, at->width);
    uint64_t ldt = xls_field_get(buf, len, at->ldt + at->width, at->width);

    if (gdt > GDT_MAX || ldt > LDT_MAX || base % XLS_PAGE_SIZE != 0) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-141",
                          "%llu entries of GDT, %llu of LDT at 0x%llx",
                          (unsigned long long)gdt, (unsigned long long)ldt,
                          (unsigned long long)base);
    }
    /*@ loop invariant 0 <= i <= GDT_MAX / PER_FRAME;
        loop assigns i;
        loop variant GDT_MAX - i; */
    for (size_t i = 0; i * PER_FRAME < gdt; i++) {
        uint64_t pfn =
            xls_field_get(buf, len, at->gdt + i * at->width, at->width);

        if (!inside(lx, pfn)) {
            return xls_refuse(why, XLS_PEER_RANGE, "S-141",
                              "the GDT is said to lie in frame 0x%llx, outside "
                              "the guest",
                              (unsigned long long)pfn);
        }
    }
    return XLS_OK;
}

/* [S-142] [S-143] */
static enum xls_rc roots_judge(const struct xls_libxc *lx,
                               const struct places *at, const uint8_t *buf,
                               size_t len, struct xls_finding *why)
{
    uint64_t cr3 = xls_field_get(buf, len, at->cr3, at->width);
    uint64_t cr1 = at->width == 8 ? xls_field_get(buf, len, CR1, 8) : 0;
    uint32_t folded = (uint32_t)cr3;
    bool good = at->width == 8
                    ? cr3 % XLS_PAGE_SIZE == 0 && inside(lx, cr3 >> 12)
                    : inside(lx, folded >> 12 | folded << 20);

    if (!good) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-142",
                          "cr3 0x%llx is not a frame of the guest's",
                          (unsigned long long)cr3);
    }
    if (cr1 != 0 && (cr1 % XLS_PAGE_SIZE != 1 || !inside(lx, cr1 >> 12))) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-143",
                          "cr1 0x%llx is not a frame of the guest's",
                          (unsigned long long)cr1);
    }
    return XLS_OK;
}

/* [S-144] */
static enum xls_rc wide_judge(const uint8_t *buf, size_t len,
                              struct xls_finding *why)
{
    if (xls_field_get(buf, len, LDT_ENTS, 8) != 0 &&
        !xls_field_canonical(xls_field_get(buf, len, LDT_BASE, 8))) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-144",
                          "the LDT's base is not canonical");
    }
    return xls_field_judge(wide_fields,
                           sizeof(wide_fields) / sizeof(wide_fields[0]), buf,
                           len, why);
}

enum xls_rc xls_pv_context_judge(const struct xls_libxc *lx, const uint8_t *buf,
                                 size_t len, struct xls_finding *why)
{
    const struct places *at = lx->pv_width == 4 ? &narrow : &wide;
    uint64_t info = xls_field_get(buf, len, at->start_info, at->width);
    enum xls_rc rc;

    if (lx->pv_vcpu == 0 && !inside(lx, info)) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-140",
                          "the start info is said to be frame 0x%llx, outside "
                          "the guest",
                          (unsigned long long)info);
    }
    rc = tables_judge(lx, at, buf, len, why);
    if (rc == XLS_OK) {
        rc = roots_judge(lx, at, buf, len, why);
    }
    if (rc == XLS_OK && at->width == 8) {
        rc = wide_judge(buf, len, why);
    }
    return rc != XLS_OK ? rc : xls_cpu_mxcsr_judge(buf, len, why);
}

#define PTE_FRAME(pte) ((pte) >> 12 & ((UINT64_C(1) << 40) - 1))

/* Eight octets, little-endian; one load where the machine is. */
static inline uint64_t slot_read(const uint8_t *at)
{
    return (uint64_t)at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16 |
           (uint64_t)at[3] << 24 | (uint64_t)at[4] << 32 |
           (uint64_t)at[5] << 40 | (uint64_t)at[6] << 48 |
           (uint64_t)at[7] << 56;
}

/* [S-152] The slots that Xen fills by itself: from *lo, and less than *hi. */
static void slots_of_xen(const struct xls_libxc *lx, unsigned level,
                         unsigned *lo, unsigned *hi)
{
    *lo = 0;
    *hi = 0;
    if (lx->pv_width == 4 && level == 3) {
        *lo = 4;
        *hi = PTE_SLOTS;
    } else if (lx->pv_width != 4 && level == 4) {
        *lo = 256;
        *hi = 272;
    }
}

/* Not 0 when the slot's entry is present, and wrong: outside, or of a kind
 * that super says.  Without branches, for there are 512 in every table. */
static inline uint64_t slot_wrong(uint64_t pte, uint64_t end_pfn,
                                  uint64_t super)
{
    return (pte & PTE_PRESENT) &
           ((PTE_FRAME(pte) > end_pfn ? 1U : 0U) | (pte & super) / PTE_SUPER);
}

/* [S-150] [S-151] [S-152] Why the table does not pass. */
static enum xls_rc table_refuse(const struct xls_libxc *lx, unsigned level,
                                const uint8_t *at, struct xls_finding *why)
{
    unsigned lo;
    unsigned hi;

    slots_of_xen(lx, level, &lo, &hi);
    /*@ loop invariant 0 <= i <= PTE_SLOTS;
        loop assigns i;
        loop variant PTE_SLOTS - i; */
    for (unsigned i = 0; i < PTE_SLOTS; i++) {
        uint64_t pte = slot_read(at + (size_t)i * 8);

        if (pte != 0 && i >= lo && i < hi) {
            return xls_refuse(why, XLS_PEER_RANGE, "S-152",
                              "L%u[%u] is Xen's, and not zero", level, i);
        }
        if ((pte & PTE_PRESENT) != 0 && !inside(lx, PTE_FRAME(pte))) {
            return xls_refuse(why, XLS_PEER_RANGE, "S-150",
                              "L%u[%u] points to frame 0x%llx, outside the "
                              "guest",
                              level, i, (unsigned long long)PTE_FRAME(pte));
        }
        if (level > 1 && (pte & PTE_PRESENT) != 0 && (pte & PTE_SUPER) != 0) {
            return xls_refuse(why, XLS_PEER_RANGE, "S-151",
                              "L%u[%u] is a superpage", level, i);
        }
    }
    return XLS_BUG_CONTRACT;
}

enum xls_rc xls_rec_table_judge(const struct xls_libxc *lx, unsigned level,
                                const struct xls_part *part,
                                struct xls_finding *why)
{
    uint64_t super = level > 1 ? PTE_SUPER : 0;
    uint64_t end_pfn = lx->pv_end_pfn;
    uint64_t wrong = 0;
    unsigned lo;
    unsigned hi;

    if (part->len != XLS_PAGE_SIZE) {
        return XLS_BUG_CONTRACT;
    }
    /*@ loop invariant 0 <= i <= PTE_SLOTS;
        loop assigns i, wrong;
        loop variant PTE_SLOTS - i; */
    for (unsigned i = 0; i < PTE_SLOTS; i++) {
        wrong |=
            slot_wrong(slot_read(part->at + (size_t)i * 8), end_pfn, super);
    }
    slots_of_xen(lx, level, &lo, &hi);
    /*@ loop invariant 0 <= i <= PTE_SLOTS;
        loop assigns i, wrong;
        loop variant PTE_SLOTS - i; */
    for (unsigned i = lo; i < hi; i++) {
        wrong |= slot_read(part->at + (size_t)i * 8);
    }
    return wrong == 0 ? XLS_OK : table_refuse(lx, level, part->at, why);
}
