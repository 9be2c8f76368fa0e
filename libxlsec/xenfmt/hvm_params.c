/* SPDX-License-Identifier: LGPL-2.1-only */
/* HVM_PARAMS. */
#include "base/rd.h"
#include "xenfmt/judge.h"

#define TSS_MIN 104U  /* octets: a TSS without bitmaps */
#define TSS_MAX 8329U /* and with all of them */

/* [S-96] What a sender emits, and one that receivers drop; [S-97] the ones
 * that name a frame. */
#define BIT(n) ((uint64_t)1 << (n))
#define PARAMS                                                                 \
    (BIT(1) | BIT(4) | BIT(5) | BIT(6) | BIT(9) | BIT(12) | BIT(15) |          \
     BIT(17) | BIT(19) | BIT(27) | BIT(28) | BIT(29) | BIT(32) | BIT(33) |     \
     BIT(34) | BIT(36) | BIT(37) | BIT(38))
#define PARAMS_FRAME                                                           \
    (BIT(1) | BIT(5) | BIT(6) | BIT(17) | BIT(27) | BIT(28) | BIT(29) | BIT(32))

/* Whether the first pass had the frame of an address. */
static bool in_memory(const struct xls_libxc *lx, uint64_t address)
{
    return address >> 12 < lx->mem.p2m_size;
}

/* [S-130] */
static bool value_holds(const struct xls_libxc *lx, uint64_t index,
                        uint64_t value)
{
    switch (index) {
    case 4:  /* PAE_ENABLED */
    case 19: /* ACPI_IOPORTS_LOCATION */
    case 38: /* MCA_CAP */
        return value <= 1;
    case 9: /* VIRIDIAN */
        return (value & 1U) != 0 && value <= 0xffff;
    case 12: /* IDENT_PT */
        return value % XLS_PAGE_SIZE == 0 && in_memory(lx, value);
    case 15: /* VM86_TSS */
        return value <= UINT32_MAX;
    case 33: /* NR_IOREQ_SERVER_PAGES */
        return value >= 1 && value <= 64;
    case 34: /* VM_GENERATION_ID_ADDR */
        return value % XLS_PAGE_SIZE <= XLS_PAGE_SIZE - 16 &&
               in_memory(lx, value);
    case 36: /* X87_FIP_WIDTH */
        return value == 0 || value == 4 || value == 8;
    case 37: /* VM86_TSS_SIZED */
        return value >> 32 >= TSS_MIN && value >> 32 <= TSS_MAX;
    default:
        return true;
    }
}

static enum xls_rc param_judge(const struct xls_libxc *lx, uint64_t index,
                               uint64_t value, uint64_t *seen,
                               struct xls_finding *why)
{
    if (index > 63 || (PARAMS >> index & 1U) == 0) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-96",
                          "parameter 0x%llx is not one that is sent",
                          (unsigned long long)index);
    }
    if ((*seen >> index & 1U) != 0) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-96",
                          "parameter %llu comes twice",
                          (unsigned long long)index);
    }
    *seen |= BIT(index);
    if ((PARAMS_FRAME >> index & 1U) != 0 && value >= lx->mem.p2m_size) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-97",
                          "parameter %llu: frame 0x%llx is not in memory, "
                          "which ends before 0x%llx",
                          (unsigned long long)index, (unsigned long long)value,
                          (unsigned long long)lx->mem.p2m_size);
    }
    if (!value_holds(lx, index, value)) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-130",
                          "parameter %llu is 0x%llx", (unsigned long long)index,
                          (unsigned long long)value);
    }
    return XLS_OK;
}

enum xls_rc xls_rec_hvm_params_judge(struct xls_libxc *lx,
                                     const struct xls_part *part,
                                     struct xls_finding *why)
{
    struct xls_rd rd = xls_rd_over(part->at, part->len);
    uint32_t count = xls_rd_u32le(&rd);
    uint32_t reserved = xls_rd_u32le(&rd);
    uint64_t seen = 0;
    enum xls_rc rc = XLS_OK;

    if (rd.rc != XLS_OK || count != rd.left / 16 || rd.left % 16 != 0) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-96",
                          "length %u is not that of %u parameters", part->total,
                          count);
    }
    if (reserved != 0) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-65",
                          "a reserved field is not zero");
    }
    /*@ loop invariant 0 <= i <= count && xls_rd_sound(&rd);
        loop assigns i, rc, rd, seen, *why;
        loop variant count - i; */
    for (uint32_t i = 0; rc == XLS_OK && i < count; i++) {
        uint64_t index = xls_rd_u64le(&rd);

        rc = param_judge(lx, index, xls_rd_u64le(&rd), &seen, why);
    }
    return rc != XLS_OK ? rc : xls_rd_end(&rd);
}
