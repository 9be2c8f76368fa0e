/* SPDX-License-Identifier: LGPL-2.1-only */
/* The CPU policy and the clock: records that every guest has. */
#include "base/rd.h"
#include "xenfmt/judge.h"

/* [S-90] What later records are held against: does this CPU save extended
 * state, and where does each component of it end? */
static void leaf_note(struct xls_libxc *lx, uint32_t leaf, uint32_t subleaf,
                      const uint32_t reg[4])
{
    if (leaf == 1) {
        lx->xsave = (reg[2] >> 26 & 1U) != 0;
    }
    if (leaf == 0xd && subleaf >= 2 && subleaf < 64) {
        lx->xsave_end[subleaf] =
            reg[0] <= 65536 && reg[1] <= 65536 ? reg[0] + reg[1] : 0;
    }
}

enum xls_rc xls_rec_cpuid_judge(struct xls_libxc *lx,
                                const struct xls_part *part,
                                struct xls_finding *why)
{
    struct xls_rd rd = xls_rd_over(part->at, part->len);
    uint64_t before = 0;

    for (bool first = true; rd.rc == XLS_OK && rd.left > 0; first = false) {
        uint32_t leaf = xls_rd_u32le(&rd);
        uint32_t subleaf = xls_rd_u32le(&rd);
        uint64_t key = (uint64_t)leaf << 32 | subleaf;
        uint32_t reg[4];

        for (int i = 0; i < 4; i++) {
            reg[i] = xls_rd_u32le(&rd);
        }
        if (rd.rc == XLS_OK && !first && key <= before) {
            return xls_refuse(why, XLS_PEER_RANGE, "S-90",
                              "leaf 0x%08x, 0x%08x is out of order or comes "
                              "twice",
                              leaf, subleaf);
        }
        if (rd.rc == XLS_OK) {
            leaf_note(lx, leaf, subleaf, reg);
        }
        before = key;
    }
    return xls_rd_end(&rd) == XLS_OK ? XLS_OK
                                     : xls_refuse(why, xls_rd_end(&rd), "S-90",
                                                  "a leaf is cut short");
}

enum xls_rc xls_rec_msr_judge(struct xls_libxc *lx, const struct xls_part *part,
                              struct xls_finding *why)
{
    struct xls_rd rd = xls_rd_over(part->at, part->len);
    uint32_t before = 0;

    (void)lx;
    for (bool first = true; rd.rc == XLS_OK && rd.left > 0; first = false) {
        uint32_t index = xls_rd_u32le(&rd);
        uint32_t flags = xls_rd_u32le(&rd);

        xls_rd_u64le(&rd);
        if (rd.rc == XLS_OK && !first && index <= before) {
            return xls_refuse(why, XLS_PEER_RANGE, "S-91",
                              "MSR 0x%08x is out of order or comes twice",
                              index);
        }
        if (rd.rc == XLS_OK && flags != 0) {
            return xls_refuse(why, XLS_PEER_RANGE, "S-65",
                              "MSR 0x%08x has flags set", index);
        }
        before = index;
    }
    return xls_rd_end(&rd) == XLS_OK ? XLS_OK
                                     : xls_refuse(why, xls_rd_end(&rd), "S-91",
                                                  "an entry is cut short");
}

enum xls_rc xls_rec_tsc_judge(struct xls_libxc *lx, const struct xls_part *part,
                              struct xls_finding *why)
{
    struct xls_rd rd = xls_rd_over(part->at, part->len);
    uint32_t mode = xls_rd_u32le(&rd);
    uint32_t reserved;

    (void)lx;
    xls_rd_u32le(&rd); /* kHz */
    xls_rd_u64le(&rd); /* elapsed nanoseconds */
    xls_rd_u32le(&rd); /* incarnation */
    reserved = xls_rd_u32le(&rd);
    if (xls_rd_end(&rd) != XLS_OK) {
        return xls_refuse(why, xls_rd_end(&rd), "S-92", "not 24 octets");
    }
    if (mode > 2) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-92",
                          "mode %u is not within 0..2", mode);
    }
    if (reserved != 0) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-65",
                          "a reserved field is not zero");
    }
    return XLS_OK;
}
