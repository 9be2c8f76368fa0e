/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * hvm_context: the entries of HVM_CONTEXT.  Level 2.
 *
 * doc/STREAM.md, S-95 and S-110 to S-128.  Which entries there are, how long,
 * and how often is a table in hvm_context.c; what is in them is judged by
 * hvm_cpu.c (a vCPU's) and hvm_dev.c (the platform's).
 */
#ifndef XLS_XENFMT_HVM_CONTEXT_H
#define XLS_XENFMT_HVM_CONTEXT_H

#include <stddef.h>
#include <stdint.h>

#include "xenfmt/cpu.h"
#include "xenfmt/finding.h"

/* One entry, which a judge borrows. */
struct xls_save {
    uint16_t code;
    uint16_t instance;
    size_t len; /* octets at at, a length that the table permits */
    const uint8_t *at;
};

typedef enum xls_rc xls_save_judge(const struct xls_cpu *cpu,
                                   const struct xls_save *save,
                                   struct xls_finding *why);

xls_save_judge xls_save_header_judge;
xls_save_judge xls_save_cpu_judge;
xls_save_judge xls_save_lapic_judge;
xls_save_judge xls_save_lapic_regs_judge;
xls_save_judge xls_save_mtrr_judge;
xls_save_judge xls_save_xsave_judge;
xls_save_judge xls_save_viridian_judge;
xls_save_judge xls_save_vmce_judge;
xls_save_judge xls_save_msrs_judge;

xls_save_judge xls_save_pic_judge;
xls_save_judge xls_save_ioapic_judge;
xls_save_judge xls_save_isa_irq_judge;
xls_save_judge xls_save_pci_link_judge;
xls_save_judge xls_save_pit_judge;
xls_save_judge xls_save_rtc_judge;
xls_save_judge xls_save_hpet_judge;

#endif
