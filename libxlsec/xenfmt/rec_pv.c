/* SPDX-License-Identifier: LGPL-2.1-only */
/* The records that only a PV guest has. */
#include "base/rd.h"
#include "xenfmt/judge.h"

#define BASIC_64  5168U /* vcpu_guest_context of a 64-bit guest */
#define BASIC_32  2800U /* and of a 32-bit one */
#define XSAVE_MIN 576U  /* the legacy area and the XSAVE header */

/* [S-80] */
enum xls_rc xls_rec_pv_info_judge(struct xls_libxc *lx,
                                  const struct xls_part *part,
                                  struct xls_finding *why)
{
    struct xls_rd rd = xls_rd_over(part->at, part->len);
    uint8_t width = xls_rd_u8(&rd);
    uint8_t levels = xls_rd_u8(&rd);

    if (!(width == 4 && levels == 3) && !(width == 8 && levels == 4)) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-80",
                          "width %u with %u levels of page tables", width,
                          levels);
    }
    xls_rd_zero(&rd, 6);
    if (xls_rd_end(&rd) != XLS_OK) {
        return xls_refuse(why, xls_rd_end(&rd), "S-65",
                          "a reserved field is not zero");
    }
    lx->pv_width = width;
    return XLS_OK;
}

/* [S-81] The head of the P2M: the whole of it, from frame 0. */
static enum xls_rc p2m_head(struct xls_libxc *lx, struct xls_rd *rd,
                            uint32_t total, struct xls_finding *why)
{
    uint32_t start = xls_rd_u32le(rd);
    uint32_t end = xls_rd_u32le(rd);
    uint32_t per_frame = lx->pv_width == 4 ? 1024 : 512;

    if (rd->rc != XLS_OK || start != 0 || end == 0 ||
        end >= lx->limits.max_pages + XLS_PFN_SLACK) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-81",
                          "frames 0x%x..0x%x: not from 0 to what the guest's "
                          "memory justifies",
                          start, end);
    }
    if (total != 8 + 8 * ((uint64_t)end / per_frame + 1)) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-81",
                          "length %u is not that of a P2M up to 0x%x", total,
                          end);
    }
    lx->pv_end_pfn = end;
    return XLS_OK;
}

enum xls_rc xls_rec_p2m_judge(struct xls_libxc *lx, const struct xls_part *part,
                              struct xls_finding *why)
{
    struct xls_rd rd = xls_rd_over(part->at, part->len);

    if (part->offset == 0) {
        enum xls_rc rc = p2m_head(lx, &rd, part->total, why);

        if (rc != XLS_OK) {
            return rc;
        }
    }
    while (rd.rc == XLS_OK && rd.left > 0) { /* [S-82] */
        uint64_t pfn = xls_rd_u64le(&rd);

        if (rd.rc == XLS_OK && pfn > lx->pv_end_pfn) {
            return xls_refuse(why, XLS_PEER_RANGE, "S-82",
                              "the P2M is said to lie in frame 0x%llx, "
                              "outside the guest",
                              (unsigned long long)pfn);
        }
    }
    return xls_rd_end(&rd) == XLS_OK
               ? XLS_OK
               : xls_refuse(why, xls_rd_end(&rd), "S-82", "cut short");
}

/* [S-84] The head of every vCPU record, which is the vCPU's under way. */
static enum xls_rc vcpu_head(const struct xls_libxc *lx, struct xls_rd *rd,
                             struct xls_finding *why)
{
    uint32_t vcpu = xls_rd_u32le(rd);
    uint32_t reserved = xls_rd_u32le(rd);

    if (rd->rc != XLS_OK || vcpu != lx->pv_vcpu) {
        return xls_refuse(why, XLS_PEER_ORDER, "S-84",
                          "vCPU %u, while vCPU %u is under way", vcpu,
                          lx->pv_vcpu);
    }
    if (reserved != 0) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-65",
                          "a reserved field is not zero");
    }
    return XLS_OK;
}

enum xls_rc xls_rec_vcpu_basic_judge(struct xls_libxc *lx,
                                     const struct xls_part *part,
                                     struct xls_finding *why)
{
    struct xls_rd rd = xls_rd_over(part->at, part->len);
    struct xls_rd peek = rd;
    uint32_t vcpu = xls_rd_u32le(&peek);
    uint32_t lowest = lx->vcpus == 0 ? 0 : lx->pv_vcpu + 1;
    uint32_t highest = lx->vcpus == 0 ? 0 : lx->limits.max_vcpus - 1;
    enum xls_rc rc;

    if (peek.rc != XLS_OK || vcpu < lowest || vcpu > highest) {
        return xls_refuse(why, XLS_PEER_ORDER, "S-84",
                          "vCPU %u is not within %u..%u", vcpu, lowest,
                          highest);
    }
    if (part->total != 8 + (lx->pv_width == 4 ? BASIC_32 : BASIC_64)) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-85",
                          "length %u is not that of a guest of width %u",
                          part->total, lx->pv_width);
    }
    lx->pv_vcpu = vcpu;
    rc = vcpu_head(lx, &rd, why);
    if (rc == XLS_OK) {
        lx->vcpus++;
    }
    return rc;
}

/* [S-86] */
enum xls_rc xls_rec_vcpu_extended_judge(struct xls_libxc *lx,
                                        const struct xls_part *part,
                                        struct xls_finding *why)
{
    struct xls_rd rd = xls_rd_over(part->at, part->len);
    enum xls_rc rc = vcpu_head(lx, &rd, why);
    uint32_t vcpu;
    uint32_t size;

    if (rc != XLS_OK) {
        return rc;
    }
    vcpu = xls_rd_u32le(&rd);
    size = xls_rd_u32le(&rd);
    if (rd.rc != XLS_OK || vcpu != lx->pv_vcpu || size != part->total - 8) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-86",
                          "%u octets for vCPU %u say %u octets for vCPU %u",
                          part->total - 8, lx->pv_vcpu, size, vcpu);
    }
    return XLS_OK;
}

/* Octets of the state of the components in xcr0, or 0 when the policy does
 * not say how large one of them is. */
static uint32_t xsave_size(const struct xls_libxc *lx, uint64_t xcr0)
{
    uint32_t size = XSAVE_MIN;

    for (unsigned i = 2; i < 64; i++) {
        if ((xcr0 >> i & 1U) != 0 && lx->xsave_end[i] == 0) {
            return 0;
        }
        if ((xcr0 >> i & 1U) != 0 && lx->xsave_end[i] > size) {
            size = lx->xsave_end[i];
        }
    }
    return size;
}

/* [S-87] */
enum xls_rc xls_rec_vcpu_xsave_judge(struct xls_libxc *lx,
                                     const struct xls_part *part,
                                     struct xls_finding *why)
{
    struct xls_rd rd = xls_rd_over(part->at, part->len);
    enum xls_rc rc = vcpu_head(lx, &rd, why);
    uint64_t accum;
    uint32_t size;

    if (rc != XLS_OK) {
        return rc;
    }
    xls_rd_u64le(&rd); /* xcr0 */
    accum = xls_rd_u64le(&rd);
    if (rd.rc != XLS_OK) {
        return xls_refuse(why, rd.rc, "S-87", "cut short");
    }
    size = accum == 0 ? 0 : xsave_size(lx, accum);
    if (lx->version >= 3 && accum != 0 && size == 0) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-87",
                          "state 0x%llx is not all in the CPU policy",
                          (unsigned long long)accum);
    }
    if ((lx->version >= 3 || accum == 0) && rd.left != size) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-87",
                          "%zu octets; state 0x%llx takes %u", rd.left,
                          (unsigned long long)accum, size);
    }
    if (accum != 0 && rd.left < XSAVE_MIN) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-87",
                          "%zu octets are less than any state takes", rd.left);
    }
    return XLS_OK;
}

/* [S-88] */
enum xls_rc xls_rec_vcpu_msrs_judge(struct xls_libxc *lx,
                                    const struct xls_part *part,
                                    struct xls_finding *why)
{
    struct xls_rd rd = xls_rd_over(part->at, part->len);
    enum xls_rc rc = vcpu_head(lx, &rd, why);

    if (rc != XLS_OK) {
        return rc;
    }
    while (rd.rc == XLS_OK && rd.left > 0) {
        uint32_t index = xls_rd_u32le(&rd);
        uint32_t reserved = xls_rd_u32le(&rd);

        xls_rd_u64le(&rd);
        if (rd.rc == XLS_OK && index == 0) {
            return xls_refuse(why, XLS_PEER_RANGE, "S-88",
                              "MSR 0 is not one that is sent");
        }
        if (rd.rc == XLS_OK && reserved != 0) {
            return xls_refuse(why, XLS_PEER_RANGE, "S-65",
                              "MSR 0x%08x: a reserved field is not zero",
                              index);
        }
    }
    return xls_rd_end(&rd) == XLS_OK ? XLS_OK
                                     : xls_refuse(why, xls_rd_end(&rd), "S-88",
                                                  "an entry is cut short");
}
