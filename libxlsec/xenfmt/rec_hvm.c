/* SPDX-License-Identifier: LGPL-2.1-only */
/* HVM_CONTEXT, as far as its framing goes, and HVM_PARAMS. */
#include "base/rd.h"
#include "xenfmt/judge.h"

#define SAVE_END        0U
#define SAVE_HEADER     1U
#define SAVE_CPU        2U
#define SAVE_CODE_MAX   20U
#define SAVE_HEADER_LEN 24U

/* [S-95] One entry of the context: bits of save codes whose instance is a
 * vCPU's number; all others have at most two instances. */
#define PER_VCPU                                                               \
    (1U << 2 | 1U << 5 | 1U << 6 | 1U << 14 | 1U << 16 | 1U << 17 | 1U << 18 | \
     1U << 19 | 1U << 20)

static enum xls_rc save_judge(struct xls_libxc *lx, bool first, uint16_t code,
                              uint16_t instance, uint32_t length,
                              struct xls_finding *why)
{
    uint32_t instances = 2;

    if (code > SAVE_CODE_MAX) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-95",
                          "save code %u is not known", code);
    }
    if ((PER_VCPU >> code & 1U) != 0) {
        instances = lx->limits.max_vcpus;
    }
    if (first != (code == SAVE_HEADER) ||
        (first && length != SAVE_HEADER_LEN)) {
        return xls_refuse(why, XLS_PEER_ORDER, "S-95",
                          "the header is not the first entry and only that");
    }
    if (instance >= instances) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-95",
                          "save code %u: instance %u is not below %u", code,
                          instance, instances);
    }
    if (code == SAVE_END && length != 0) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-95", "the end has %u octets",
                          length);
    }
    lx->vcpus += code == SAVE_CPU ? 1 : 0;
    return XLS_OK;
}

enum xls_rc xls_rec_hvm_context_judge(struct xls_libxc *lx,
                                      const struct xls_part *part,
                                      struct xls_finding *why)
{
    struct xls_rd rd = xls_rd_over(part->at, part->len);
    uint16_t code = SAVE_HEADER;

    for (bool first = true; code != SAVE_END; first = false) {
        uint16_t instance;
        uint32_t length;
        enum xls_rc rc;

        code = xls_rd_u16le(&rd);
        instance = xls_rd_u16le(&rd);
        length = xls_rd_u32le(&rd);
        (void)xls_rd_sub(&rd, length);
        if (rd.rc != XLS_OK) {
            return xls_refuse(why, rd.rc, "S-95",
                              "an entry reaches beyond the record");
        }
        rc = save_judge(lx, first, code, instance, length, why);
        if (rc != XLS_OK) {
            return rc;
        }
    }
    if (xls_rd_end(&rd) != XLS_OK) {
        return xls_refuse(why, xls_rd_end(&rd), "S-95",
                          "%zu octets follow the end", rd.left);
    }
    if (lx->vcpus == 0) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-95", "no vCPU is in it");
    }
    return XLS_OK;
}

/* [S-96] What a sender emits, and one that receivers drop; [S-97] the ones
 * that name a frame. */
#define BIT(n) ((uint64_t)1 << (n))
#define PARAMS                                                                 \
    (BIT(1) | BIT(4) | BIT(5) | BIT(6) | BIT(9) | BIT(12) | BIT(15) |          \
     BIT(17) | BIT(19) | BIT(27) | BIT(28) | BIT(29) | BIT(32) | BIT(33) |     \
     BIT(34) | BIT(36) | BIT(37) | BIT(38))
#define PARAMS_FRAME                                                           \
    (BIT(1) | BIT(5) | BIT(6) | BIT(17) | BIT(27) | BIT(28) | BIT(29) | BIT(32))

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
    for (uint32_t i = 0; rc == XLS_OK && i < count; i++) {
        uint64_t index = xls_rd_u64le(&rd);

        rc = param_judge(lx, index, xls_rd_u64le(&rd), &seen, why);
    }
    return rc != XLS_OK ? rc : xls_rd_end(&rd);
}
