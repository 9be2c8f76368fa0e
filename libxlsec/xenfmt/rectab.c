/* SPDX-License-Identifier: LGPL-2.1-only */
#include "xenfmt/rec.h"

#define MIB ((uint32_t)1 << 20)

/* The largest PAGE_DATA that a sender makes: 1024 frames, all with content. */
#define PAGES_MAX (8U + 1024U * 8U + 1024U * 4096U)

/* [S-60] [S-61] [S-62] Every type libxc knows; why each cap is where it is
 * stands in doc/STREAM.md. */
static const struct xls_rec_rule libxc_rules[XLS_REC_COUNT] = {
    [XLS_REC_END] = {"END", XLS_WAY_WHOLE, 0, 0, 0, 0, NULL},
    [XLS_REC_PAGE_DATA] = {"PAGE_DATA", XLS_WAY_PAGES, 16, PAGES_MAX, 8, 8,
                           NULL},
    [XLS_REC_PV_INFO] = {"X86_PV_INFO", XLS_WAY_WHOLE, 8, 8, 0, 0, NULL},
    [XLS_REC_P2M_FRAMES] = {"X86_PV_P2M_FRAMES", XLS_WAY_PIECES, 16, 128 * MIB,
                            8, 8, NULL},
    [XLS_REC_VCPU_BASIC] = {"X86_PV_VCPU_BASIC", XLS_WAY_WHOLE, 8 + 2800,
                            8 + 5168, 0, 0, NULL},
    [XLS_REC_VCPU_EXTENDED] = {"X86_PV_VCPU_EXTENDED", XLS_WAY_WHOLE, 8 + 8,
                               8 + 128, 8, 8, NULL},
    [XLS_REC_VCPU_XSAVE] = {"X86_PV_VCPU_XSAVE", XLS_WAY_WHOLE, 8 + 16,
                            8 + 16 + 16384, 8, 8, NULL},
    [XLS_REC_SHARED_INFO] = {"SHARED_INFO", XLS_WAY_WHOLE, 4096, 4096, 0, 0,
                             NULL},
    [XLS_REC_TSC_INFO] = {"X86_TSC_INFO", XLS_WAY_WHOLE, 24, 24, 0, 0, NULL},
    [XLS_REC_HVM_CONTEXT] = {"HVM_CONTEXT", XLS_WAY_WHOLE, 8 + 24 + 8, MIB, 0,
                             0, NULL},
    [XLS_REC_HVM_PARAMS] = {"HVM_PARAMS", XLS_WAY_WHOLE, 8 + 16, 8 + 39 * 16,
                            16, 8, NULL},
    [XLS_REC_TOOLSTACK] = {"TOOLSTACK", XLS_WAY_REFUSED, 0, 0, 0, 0,
                           "no sender of this format emits it"},
    [XLS_REC_VCPU_MSRS] = {"X86_PV_VCPU_MSRS", XLS_WAY_WHOLE, 8 + 16,
                           8 + 11 * 16, 16, 8, NULL},
    [XLS_REC_VERIFY] = {"VERIFY", XLS_WAY_REFUSED, 0, 0, 0, 0,
                        "it makes the receiver compare memory instead of "
                        "loading it"},
    [XLS_REC_CHECKPOINT] = {"CHECKPOINT", XLS_WAY_REFUSED, 0, 0, 0, 0,
                            "checkpointed streams (Remus, COLO) are not "
                            "accepted"},
    [XLS_REC_DIRTY_PFNS] = {"CHECKPOINT_DIRTY_PFN_LIST", XLS_WAY_REFUSED, 0, 0,
                            0, 0,
                            "checkpointed streams (COLO) are not accepted"},
    [XLS_REC_STATIC_END] = {"STATIC_DATA_END", XLS_WAY_WHOLE, 0, 0, 0, 0, NULL},
    [XLS_REC_CPUID_POLICY] = {"X86_CPUID_POLICY", XLS_WAY_WHOLE, 24, 256 * 24,
                              24, 0, NULL},
    [XLS_REC_MSR_POLICY] = {"X86_MSR_POLICY", XLS_WAY_WHOLE, 16, 64 * 16, 16, 0,
                            NULL},
};

/* [S-41] [S-43] Every type libxl knows. */
static const struct xls_rec_rule libxl_rules[XLS_LIBXL_COUNT] = {
    [XLS_LIBXL_END] = {"libxl END", XLS_WAY_WHOLE, 0, 0, 0, 0, NULL},
    [XLS_LIBXL_LIBXC_CONTEXT] = {"LIBXC_CONTEXT", XLS_WAY_WHOLE, 0, 0, 0, 0,
                                 NULL},
    [XLS_LIBXL_XENSTORE_DATA] = {"EMULATOR_XENSTORE_DATA", XLS_WAY_WHOLE, 8 + 4,
                                 32768, 0, 0, NULL},
    [XLS_LIBXL_EMULATOR_CONTEXT] = {"EMULATOR_CONTEXT", XLS_WAY_WHOLE, 8 + 10,
                                    MIB, 0, 0, NULL},
    [XLS_LIBXL_CHECKPOINT_END] = {"CHECKPOINT_END", XLS_WAY_REFUSED, 0, 0, 0, 0,
                                  "checkpointed streams (Remus, COLO) are not "
                                  "accepted"},
    [XLS_LIBXL_CHECKPOINT_STATE] = {"CHECKPOINT_STATE", XLS_WAY_REFUSED, 0, 0,
                                    0, 0,
                                    "checkpointed streams (COLO) are not "
                                    "accepted"},
};

const struct xls_rec_rule *xls_rec_libxc_rule(uint32_t type)
{
    return type < XLS_REC_COUNT ? &libxc_rules[type] : NULL;
}

const struct xls_rec_rule *xls_rec_libxl_rule(uint32_t type)
{
    return type < XLS_LIBXL_COUNT ? &libxl_rules[type] : NULL;
}

enum xls_rc xls_rec_head_judge(const struct xls_rec_rule *rule, bool libxl,
                               uint32_t type, uint32_t length,
                               struct xls_finding *why)
{
    if (rule == NULL) {
        return xls_refuse(why, XLS_PEER_POLICY, libxl ? "S-41" : "S-60",
                          "record type 0x%08x is not known%s", type,
                          type >> 31 != 0 ? " (and none is optional here)"
                                          : "");
    }
    if (rule->way == XLS_WAY_REFUSED) {
        return xls_refuse(why, XLS_PEER_POLICY, libxl ? "S-41" : "S-61",
                          "%s is refused: %s", rule->name, rule->why);
    }
    if (length < rule->min || length > rule->max) {
        return xls_refuse(why, XLS_PEER_RANGE, libxl ? "S-43" : "S-62",
                          "length %u is not within %u..%u", length, rule->min,
                          rule->max);
    }
    if (rule->unit != 0 && (length - rule->head) % rule->unit != 0) {
        return xls_refuse(why, XLS_PEER_RANGE, libxl ? "S-43" : "S-62",
                          "length %u is not %u and a multiple of %u", length,
                          rule->head, rule->unit);
    }
    return XLS_OK;
}

uint32_t xls_rec_pad(uint32_t length)
{
    return (8U - length % 8U) % 8U;
}

uint32_t xls_rec_piece(uint32_t done, uint32_t total)
{
    uint32_t left = total - done;

    return left < XLS_PIECE + XLS_PIECE_END ? left : XLS_PIECE;
}
