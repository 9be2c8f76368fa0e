/* SPDX-License-Identifier: LGPL-2.1-only */
#include "xenfmt/order.h"

#include <stdio.h>
#include <string.h>

/*
 * [S-64] The order that Xen's senders keep, 4.5 to 4.20, and not the order in
 * Xen's specification: HVM_CONTEXT comes before HVM_PARAMS.
 */
static const uint8_t libxc_next[XLS_PHASE_COUNT][XLS_REC_COUNT] = {
    [XLS_PHASE_HVM_CPUID][XLS_REC_CPUID_POLICY] = XLS_PHASE_HVM_MSR,
    [XLS_PHASE_HVM_MSR][XLS_REC_MSR_POLICY] = XLS_PHASE_HVM_STATIC,
    [XLS_PHASE_HVM_STATIC][XLS_REC_STATIC_END] = XLS_PHASE_HVM_MEMORY,
    [XLS_PHASE_HVM_MEMORY][XLS_REC_PAGE_DATA] = XLS_PHASE_HVM_PAGES,
    [XLS_PHASE_HVM_PAGES][XLS_REC_PAGE_DATA] = XLS_PHASE_HVM_PAGES,
    [XLS_PHASE_HVM_PAGES][XLS_REC_TSC_INFO] = XLS_PHASE_HVM_CONTEXT,
    [XLS_PHASE_HVM_CONTEXT][XLS_REC_HVM_CONTEXT] = XLS_PHASE_HVM_PARAMS,
    [XLS_PHASE_HVM_PARAMS][XLS_REC_HVM_PARAMS] = XLS_PHASE_HVM_END,
    [XLS_PHASE_HVM_END][XLS_REC_END] = XLS_PHASE_DONE,

    [XLS_PHASE_PV_INFO][XLS_REC_PV_INFO] = XLS_PHASE_PV_CPUID,
    [XLS_PHASE_PV_CPUID][XLS_REC_CPUID_POLICY] = XLS_PHASE_PV_MSR,
    [XLS_PHASE_PV_MSR][XLS_REC_MSR_POLICY] = XLS_PHASE_PV_STATIC,
    [XLS_PHASE_PV_STATIC][XLS_REC_STATIC_END] = XLS_PHASE_PV_P2M,
    [XLS_PHASE_PV2_INFO][XLS_REC_PV_INFO] = XLS_PHASE_PV_P2M,
    [XLS_PHASE_PV_P2M][XLS_REC_P2M_FRAMES] = XLS_PHASE_PV_MEMORY,
    [XLS_PHASE_PV_MEMORY][XLS_REC_PAGE_DATA] = XLS_PHASE_PV_PAGES,
    [XLS_PHASE_PV_PAGES][XLS_REC_PAGE_DATA] = XLS_PHASE_PV_PAGES,
    [XLS_PHASE_PV_PAGES][XLS_REC_TSC_INFO] = XLS_PHASE_PV_SHARED,
    [XLS_PHASE_PV_SHARED][XLS_REC_SHARED_INFO] = XLS_PHASE_PV_VCPU0,
    [XLS_PHASE_PV_VCPU0][XLS_REC_VCPU_BASIC] = XLS_PHASE_PV_BASIC,
    [XLS_PHASE_PV_BASIC][XLS_REC_VCPU_EXTENDED] = XLS_PHASE_PV_XSAVE,
    [XLS_PHASE_PV_XSAVE][XLS_REC_VCPU_XSAVE] = XLS_PHASE_PV_MSRS,
    [XLS_PHASE_PV_XSAVE2][XLS_REC_VCPU_XSAVE] = XLS_PHASE_PV_MSRS,
    [XLS_PHASE_PV_XSAVE2][XLS_REC_VCPU_MSRS] = XLS_PHASE_PV_VCPU,
    [XLS_PHASE_PV_XSAVE2][XLS_REC_VCPU_BASIC] = XLS_PHASE_PV_BASIC,
    [XLS_PHASE_PV_XSAVE2][XLS_REC_END] = XLS_PHASE_DONE,
    [XLS_PHASE_PV_MSRS][XLS_REC_VCPU_MSRS] = XLS_PHASE_PV_VCPU,
    [XLS_PHASE_PV_MSRS][XLS_REC_VCPU_BASIC] = XLS_PHASE_PV_BASIC,
    [XLS_PHASE_PV_MSRS][XLS_REC_END] = XLS_PHASE_DONE,
    [XLS_PHASE_PV_VCPU][XLS_REC_VCPU_BASIC] = XLS_PHASE_PV_BASIC,
    [XLS_PHASE_PV_VCPU][XLS_REC_END] = XLS_PHASE_DONE,
};

/* [S-42] The order that libxl keeps. */
static const uint8_t libxl_next[XLS_LPHASE_COUNT][XLS_LIBXL_COUNT] = {
    [XLS_LPHASE_CONTEXT][XLS_LIBXL_LIBXC_CONTEXT] = XLS_LPHASE_EITHER,
    [XLS_LPHASE_PLAIN][XLS_LIBXL_END] = XLS_LPHASE_DONE,
    [XLS_LPHASE_EITHER][XLS_LIBXL_XENSTORE_DATA] = XLS_LPHASE_STATE,
    [XLS_LPHASE_EITHER][XLS_LIBXL_EMULATOR_CONTEXT] = XLS_LPHASE_END,
    [XLS_LPHASE_EITHER][XLS_LIBXL_END] = XLS_LPHASE_DONE,
    [XLS_LPHASE_EMULATOR][XLS_LIBXL_XENSTORE_DATA] = XLS_LPHASE_STATE,
    [XLS_LPHASE_EMULATOR][XLS_LIBXL_EMULATOR_CONTEXT] = XLS_LPHASE_END,
    [XLS_LPHASE_STATE][XLS_LIBXL_EMULATOR_CONTEXT] = XLS_LPHASE_END,
    [XLS_LPHASE_END][XLS_LIBXL_END] = XLS_LPHASE_DONE,
};

/* A progress word for each phase. */
static const char *const libxc_words[XLS_PHASE_COUNT] = {
    [XLS_PHASE_DEAD] = "refused",      [XLS_PHASE_HVM_CPUID] = "policy",
    [XLS_PHASE_HVM_MSR] = "policy",    [XLS_PHASE_HVM_STATIC] = "policy",
    [XLS_PHASE_HVM_MEMORY] = "memory", [XLS_PHASE_HVM_PAGES] = "memory",
    [XLS_PHASE_HVM_CONTEXT] = "vcpus", [XLS_PHASE_HVM_PARAMS] = "vcpus",
    [XLS_PHASE_HVM_END] = "end",       [XLS_PHASE_PV_INFO] = "policy",
    [XLS_PHASE_PV_CPUID] = "policy",   [XLS_PHASE_PV_MSR] = "policy",
    [XLS_PHASE_PV_STATIC] = "policy",  [XLS_PHASE_PV2_INFO] = "policy",
    [XLS_PHASE_PV_P2M] = "memory",     [XLS_PHASE_PV_MEMORY] = "memory",
    [XLS_PHASE_PV_PAGES] = "memory",   [XLS_PHASE_PV_SHARED] = "vcpus",
    [XLS_PHASE_PV_VCPU0] = "vcpus",    [XLS_PHASE_PV_BASIC] = "vcpus",
    [XLS_PHASE_PV_XSAVE] = "vcpus",    [XLS_PHASE_PV_XSAVE2] = "vcpus",
    [XLS_PHASE_PV_MSRS] = "vcpus",     [XLS_PHASE_PV_VCPU] = "vcpus",
    [XLS_PHASE_DONE] = "end",
};

/* The names of the records that row permits, joined with " or ". */
static void expected(const uint8_t *row, uint32_t count,
                     const struct xls_rec_rule *(*rule)(uint32_t), char *out,
                     size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    /*@ loop invariant 0 <= type <= count;
        loop assigns type, used, out[0 .. size - 1];
        loop variant count - type; */
    for (uint32_t type = 0; type < count && used < size; type++) {
        if (row[type] != 0) {
            const struct xls_rec_rule *found;
            int n;

            /*@ calls xls_rec_libxc_rule, xls_rec_libxl_rule; */
            found = rule(type);
            n = snprintf(out + used, size - used, "%s%s",
                         used == 0 ? "" : " or ", found->name);
            used += n > 0 ? (size_t)n : 0;
        }
    }
}

enum xls_rc xls_order_libxc(enum xls_libxc_phase phase, uint32_t type,
                            enum xls_libxc_phase *next, struct xls_finding *why)
{
    char want[100];

    if (phase >= XLS_PHASE_COUNT || type >= XLS_REC_COUNT) {
        return XLS_BUG_CONTRACT;
    }
    if (libxc_next[phase][type] == XLS_PHASE_DEAD) {
        expected(libxc_next[phase], XLS_REC_COUNT, xls_rec_libxc_rule, want,
                 sizeof(want));
        return xls_refuse(why, XLS_PEER_ORDER, "S-64",
                          "out of order; expected %s", want);
    }
    *next = (enum xls_libxc_phase)libxc_next[phase][type];
    return XLS_OK;
}

enum xls_rc xls_order_libxl(enum xls_libxl_phase phase, uint32_t type,
                            enum xls_libxl_phase *next, struct xls_finding *why)
{
    char want[100];

    if (phase >= XLS_LPHASE_COUNT || type >= XLS_LIBXL_COUNT) {
        return XLS_BUG_CONTRACT;
    }
    if (libxl_next[phase][type] == XLS_LPHASE_DEAD) {
        expected(libxl_next[phase], XLS_LIBXL_COUNT, xls_rec_libxl_rule, want,
                 sizeof(want));
        return xls_refuse(why, XLS_PEER_ORDER, "S-42",
                          "out of order; expected %s", want);
    }
    *next = (enum xls_libxl_phase)libxl_next[phase][type];
    return XLS_OK;
}

const char *xls_order_word(enum xls_libxc_phase phase)
{
    return phase < XLS_PHASE_COUNT ? libxc_words[phase] : "refused";
}
