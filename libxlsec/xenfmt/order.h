/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * order: which record may come when.  Level 2.
 *
 * One table for each of the two record streams, phase x record -> next phase.
 * What is not in the table is refused; zero is the dead phase.
 */
#ifndef XLS_XENFMT_ORDER_H
#define XLS_XENFMT_ORDER_H

#include <stddef.h>
#include <stdint.h>

#include "xenfmt/finding.h"
#include "xenfmt/rec.h"

/* Phases of the libxc stream: what has to come next. */
enum xls_libxc_phase {
    XLS_PHASE_DEAD = 0,
    XLS_PHASE_HVM_CPUID, /* version 3 of HVM and PVH starts here */
    XLS_PHASE_HVM_MSR,
    XLS_PHASE_HVM_STATIC,
    XLS_PHASE_HVM_MEMORY, /* version 2 of HVM and PVH starts here */
    XLS_PHASE_HVM_PAGES,
    XLS_PHASE_HVM_CONTEXT,
    XLS_PHASE_HVM_PARAMS,
    XLS_PHASE_HVM_END,
    XLS_PHASE_PV_INFO, /* version 3 of PV starts here */
    XLS_PHASE_PV_CPUID,
    XLS_PHASE_PV_MSR,
    XLS_PHASE_PV_STATIC,
    XLS_PHASE_PV2_INFO, /* version 2 of PV starts here */
    XLS_PHASE_PV_P2M,
    XLS_PHASE_PV_MEMORY,
    XLS_PHASE_PV_PAGES,
    XLS_PHASE_PV_SHARED,
    XLS_PHASE_PV_VCPU0,  /* the first vCPU's BASIC */
    XLS_PHASE_PV_BASIC,  /* EXTENDED has to follow */
    XLS_PHASE_PV_XSAVE,  /* XSAVE has to follow */
    XLS_PHASE_PV_XSAVE2, /* XSAVE may follow: the guest's CPU has none */
    XLS_PHASE_PV_MSRS,   /* MSRS may follow */
    XLS_PHASE_PV_VCPU,   /* the next vCPU or the end */
    XLS_PHASE_DONE,
    XLS_PHASE_COUNT,
};

/* Phases of the libxl stream. */
enum xls_libxl_phase {
    XLS_LPHASE_DEAD = 0,
    XLS_LPHASE_CONTEXT,  /* LIBXC_CONTEXT has to come */
    XLS_LPHASE_PLAIN,    /* after it, PV and PVH: END has to come */
    XLS_LPHASE_EITHER,   /* after it, HVM or PVH not yet known */
    XLS_LPHASE_EMULATOR, /* after it, HVM: the emulator's records */
    XLS_LPHASE_STATE,    /* EMULATOR_CONTEXT has to come */
    XLS_LPHASE_END,      /* END has to come */
    XLS_LPHASE_DONE,
    XLS_LPHASE_COUNT,
};

/*
 * [S-64] The phase after record type in phase.  *next is written only on
 * XLS_OK.  Errors: XLS_PEER_ORDER, and *why names what could have come.
 */
XLS_MUST_USE enum xls_rc xls_order_libxc(enum xls_libxc_phase phase,
                                         uint32_t type,
                                         enum xls_libxc_phase *next,
                                         struct xls_finding *why);

/* [S-42] The same for libxl's records. */
XLS_MUST_USE enum xls_rc xls_order_libxl(enum xls_libxl_phase phase,
                                         uint32_t type,
                                         enum xls_libxl_phase *next,
                                         struct xls_finding *why);

/* A word for progress; static storage, never NULL. */
const char *xls_order_word(enum xls_libxc_phase phase);

#endif
