/* SPDX-License-Identifier: LGPL-2.1-only */
/* The records that only a PV guest has. */
#include "base/rd.h"
#include "xenfmt/field.h"
#include "xenfmt/judge.h"

#define BASIC_64 5168U /* vcpu_guest_context of a 64-bit guest */
#define BASIC_32 2800U /* and of a 32-bit one */
#define VMCE_AT  32U   /* in the extended context: its machine check state */

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
    /*@ loop invariant xls_rd_sound(&rd);
        loop assigns rd;
        loop variant rd.left + (rd.rc == XLS_OK ? 1 : 0); */
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
    if (part->total != 8 + (lx->pv_width == 4 ? BASIC_32 : BASIC_64) ||
        part->len != part->total) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-85",
                          "length %u is not that of a guest of width %u",
                          part->total, lx->pv_width);
    }
    lx->pv_vcpu = vcpu;
    rc = vcpu_head(lx, &rd, why);
    if (rc == XLS_OK) {
        rc = xls_pv_context_judge(lx, rd.at, rd.left, why);
    }
    if (rc == XLS_OK) {
        lx->vcpus++;
    }
    return rc;
}

static const struct xls_field extended_fields[] = {
    {"S-145", "syscall32_callback_eip", 8, 8, XLS_FIELD_CANONICAL, 0, 0, 0},
    {"S-145", "sysenter_callback_eip", 16, 8, XLS_FIELD_CANONICAL, 0, 0, 0},
    {"S-145", "syscall32_disables_events", 28, 1, XLS_FIELD_MAX, 0, 0, 1},
    {"S-145", "sysenter_disables_events", 29, 1, XLS_FIELD_MAX, 0, 0, 1},
};

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
    if (size != 40 && size != 56 && size != 64) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-145",
                          "%u octets are not what Xen ever sent", size);
    }
    rc = xls_field_judge(extended_fields,
                         sizeof(extended_fields) / sizeof(extended_fields[0]),
                         part->at + 8, part->len - 8, why);
    return rc != XLS_OK
               ? rc
               : xls_cpu_mcg_judge(
                     xls_field_get(part->at + 8, part->len - 8, VMCE_AT, 8),
                     why);
}

/* [S-87] */
enum xls_rc xls_rec_vcpu_xsave_judge(struct xls_libxc *lx,
                                     const struct xls_part *part,
                                     struct xls_finding *why)
{
    struct xls_rd rd = xls_rd_over(part->at, part->len);
    enum xls_rc rc = vcpu_head(lx, &rd, why);
    uint64_t xcr0;
    uint64_t accum;

    if (rc != XLS_OK) {
        return rc;
    }
    xcr0 = xls_rd_u64le(&rd);
    accum = xls_rd_u64le(&rd);
    if (rd.rc != XLS_OK) {
        return xls_refuse(why, rd.rc, "S-87", "cut short");
    }
    if (accum != 0) {
        return xls_cpu_xsave_judge(&lx->cpu, xcr0, accum, rd.at, rd.left, why);
    }
    if (xcr0 != 0 || rd.left != 0) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-87",
                          "%zu octets of state and xcr0 0x%llx, of nothing",
                          rd.left, (unsigned long long)xcr0);
    }
    return XLS_OK;
}

/* [S-88] */
enum xls_rc xls_rec_vcpu_msrs_judge(struct xls_libxc *lx,
                                    const struct xls_part *part,
                                    struct xls_finding *why)
{
    static const uint32_t known[] = {0x48,       0x140,      0xc0000103,
                                     0xc0011019, 0xc001101a, 0xc001101b,
                                     0xc0011027};
    struct xls_rd rd = xls_rd_over(part->at, part->len);
    enum xls_rc rc = vcpu_head(lx, &rd, why);

    return rc != XLS_OK
               ? rc
               : xls_cpu_msrs_judge(known, sizeof(known) / sizeof(known[0]),
                                    rd.at, rd.left, "S-88", why);
}
