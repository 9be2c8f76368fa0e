/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * judge: one function for each record of libxc's.  Level 2.
 *
 * A judge is given a body, or a part of one, of a length that the table of
 * rec.h permits, at a time that the table of order.h permits; it is a function
 * of these octets and of what lx remembers, and writes to nothing but lx and
 * *why.  Every judge can be called by itself, with any octets: fuzz targets do.
 *
 * Errors, of all of them: XLS_PEER_RANGE, XLS_PEER_SHORT, XLS_PEER_TRAIL,
 * XLS_PEER_ORDER, with the rule and the text of *why (which may be NULL)
 * filled.
 */
#ifndef XLS_XENFMT_JUDGE_H
#define XLS_XENFMT_JUDGE_H

#include "xenfmt/libxc.h"

typedef enum xls_rc xls_judge(struct xls_libxc *lx, const struct xls_part *part,
                              struct xls_finding *why);

/* The judge of a record type; NULL where nothing but the length is judged. */
xls_judge *xls_judge_of(uint32_t type);

/*
 * PAGE_DATA in two parts.  The head, 8 octets: *count is written only on
 * XLS_OK.  Then the head and its list, 8 + 8 x count octets: *pages is how
 * many pages follow, written only on XLS_OK.
 */
XLS_MUST_USE enum xls_rc xls_rec_page_head(const struct xls_part *part,
                                           uint32_t *count,
                                           struct xls_finding *why);
XLS_MUST_USE enum xls_rc xls_rec_page_list(struct xls_libxc *lx,
                                           const struct xls_part *part,
                                           uint32_t *pages,
                                           struct xls_finding *why);

/* [S-150] to [S-152] One page table of a level within 1..4: part is 4096
 * octets. */
XLS_MUST_USE enum xls_rc xls_rec_table_judge(const struct xls_libxc *lx,
                                             unsigned level,
                                             const struct xls_part *part,
                                             struct xls_finding *why);

/* [S-140] to [S-144] The context of the vCPU under way: len octets at buf, as
 * many as a guest of this width has. */
XLS_MUST_USE enum xls_rc xls_pv_context_judge(const struct xls_libxc *lx,
                                              const uint8_t *buf, size_t len,
                                              struct xls_finding *why);

/* Memory is over (the record after the last PAGE_DATA has come). */
XLS_MUST_USE enum xls_rc xls_rec_page_close(struct xls_libxc *lx,
                                            struct xls_finding *why);

xls_judge xls_rec_cpuid_judge;
xls_judge xls_rec_msr_judge;
xls_judge xls_rec_tsc_judge;
xls_judge xls_rec_pv_info_judge;
xls_judge xls_rec_p2m_judge; /* in pieces */
xls_judge xls_rec_vcpu_basic_judge;
xls_judge xls_rec_vcpu_extended_judge;
xls_judge xls_rec_vcpu_xsave_judge;
xls_judge xls_rec_vcpu_msrs_judge;
xls_judge xls_rec_hvm_context_judge;
xls_judge xls_rec_hvm_params_judge;

#endif
