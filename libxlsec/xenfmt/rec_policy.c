/* SPDX-License-Identifier: LGPL-2.1-only */
/* The CPU policy and the clock: records that every guest has. */
#include "base/rd.h"
#include "xenfmt/judge.h"

#define NO_SUBLEAF        UINT32_MAX
#define SUBLEAVES         63U
#define MSR_PLATFORM_INFO 0xceU
#define MSR_ARCH_CAPS     0x10aU

/* [S-100] Whether there is such a leaf. */
static bool leaf_known(uint32_t leaf, uint32_t subleaf)
{
    if (leaf == 4 || leaf == 7 || leaf == 0xb || leaf == 0xd) {
        return subleaf < SUBLEAVES;
    }
    if (leaf >= 0xe && leaf <= 0x1f) {
        return subleaf < SUBLEAVES || subleaf == NO_SUBLEAF;
    }
    return subleaf == NO_SUBLEAF &&
           (leaf < 0xe || leaf == 0x40000000 || leaf == 0x40000100 ||
            (leaf >= 0x80000000 && leaf <= 0x8000003f));
}

/* [S-100] */
static enum xls_rc leaf_judge(uint32_t leaf, uint32_t subleaf,
                              const uint32_t reg[4], struct xls_finding *why)
{
    if (!leaf_known(leaf, subleaf)) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-100",
                          "leaf 0x%08x, 0x%08x is not one that is sent", leaf,
                          subleaf);
    }
    if (leaf == 0xd && subleaf >= 2 &&
        (reg[0] > XLS_XSAVE_MAX || reg[1] > XLS_XSAVE_MAX)) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-100",
                          "component %u of XSAVE: %u octets at %u", subleaf,
                          reg[0], reg[1]);
    }
    return XLS_OK;
}

enum xls_rc xls_rec_cpuid_judge(struct xls_libxc *lx,
                                const struct xls_part *part,
                                struct xls_finding *why)
{
    struct xls_rd rd = xls_rd_over(part->at, part->len);
    uint64_t before = 0;

    /*@ loop invariant xls_rd_sound(&rd) && xls_cpu_sound(&lx->cpu);
        loop assigns rd, before, first, lx->cpu, *why;
        loop variant rd.left + (rd.rc == XLS_OK ? 1 : 0); */
    for (bool first = true; rd.rc == XLS_OK && rd.left > 0; first = false) {
        uint32_t leaf = xls_rd_u32le(&rd);
        uint32_t subleaf = xls_rd_u32le(&rd);
        uint64_t key = (uint64_t)leaf << 32 | subleaf;
        uint32_t reg[4];

        /*@ loop invariant 0 <= i <= 4 && xls_rd_sound(&rd);
            loop invariant rd.left <= \at(rd.left, LoopEntry);
            loop invariant rd.rc == XLS_OK ==>
                           \at(rd.rc, LoopEntry) == XLS_OK;
            loop assigns i, rd, reg[0 .. 3];
            loop variant 4 - i; */
        for (int i = 0; i < 4; i++) {
            reg[i] = xls_rd_u32le(&rd);
        }
        /*@ assert rd.rc == XLS_OK ==>
                   rd.left < \at(rd.left, LoopCurrent); */
        if (rd.rc == XLS_OK && !first && key <= before) {
            return xls_refuse(why, XLS_PEER_RANGE, "S-90",
                              "leaf 0x%08x, 0x%08x is out of order or comes "
                              "twice",
                              leaf, subleaf);
        }
        if (rd.rc == XLS_OK) {
            enum xls_rc rc = leaf_judge(leaf, subleaf, reg, why);

            if (rc != XLS_OK) {
                return rc;
            }
            xls_cpu_note(&lx->cpu, leaf, subleaf, reg);
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
    /*@ loop invariant xls_rd_sound(&rd);
        loop assigns rd, before, first;
        loop variant rd.left + (rd.rc == XLS_OK ? 1 : 0); */
    for (bool first = true; rd.rc == XLS_OK && rd.left > 0; first = false) {
        uint32_t index = xls_rd_u32le(&rd);
        uint32_t flags = xls_rd_u32le(&rd);
        uint64_t value = xls_rd_u64le(&rd);

        if (rd.rc == XLS_OK && !first && index <= before) {
            return xls_refuse(why, XLS_PEER_RANGE, "S-91",
                              "MSR 0x%08x is out of order or comes twice",
                              index);
        }
        if (rd.rc == XLS_OK && flags != 0) {
            return xls_refuse(why, XLS_PEER_RANGE, "S-65",
                              "MSR 0x%08x has flags set", index);
        }
        if (rd.rc == XLS_OK && /* [S-101] */
            !(index == MSR_PLATFORM_INFO && value <= UINT32_MAX) &&
            index != MSR_ARCH_CAPS) {
            return xls_refuse(why, XLS_PEER_RANGE, "S-101",
                              "MSR 0x%08x with 0x%llx is not one that is sent",
                              index, (unsigned long long)value);
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
    uint32_t khz = xls_rd_u32le(&rd);
    uint32_t reserved;

    (void)lx;
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
    return xls_cpu_khz_judge(khz, why);
}
