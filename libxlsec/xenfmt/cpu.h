/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * cpu: what the CPU policy says that later records are held against, and the
 * state that XSAVE keeps.  Level 2.  doc/STREAM.md, section 7.
 */
#ifndef XLS_XENFMT_CPU_H
#define XLS_XENFMT_CPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "xenfmt/finding.h"

#define XLS_XSAVE_MIN 576U   /* octets: FXSAVE's area and the header */
#define XLS_XSAVE_MAX 16384U /* [S-100] octets */

/* Registers of CPUID that are kept. */
enum xls_cpu_word {
    XLS_CPU_1C = 0, /* leaf 1, ecx */
    XLS_CPU_1D,     /* leaf 1, edx */
    XLS_CPU_7B,     /* leaf 7, subleaf 0, ebx */
    XLS_CPU_7C,
    XLS_CPU_7D,
    XLS_CPU_E1C, /* leaf 0x80000001, ecx */
    XLS_CPU_E1D,
    XLS_CPU_WORDS,
};

struct xls_cpu {
    bool known; /* there was a policy; without, nothing is excluded */
    uint32_t word[XLS_CPU_WORDS];
    uint32_t phys_bits;     /* of a physical address; 52 unless told */
    uint64_t xcr0;          /* components that may be enabled */
    uint32_t xsave_end[63]; /* octets to the end of each; 0: not there */
};

/* *cpu before any policy. */
void xls_cpu_init(struct xls_cpu *cpu);

/* Keep what matters of one leaf: eax, ebx, ecx, edx. */
void xls_cpu_note(struct xls_cpu *cpu, uint32_t leaf, uint32_t subleaf,
                  const uint32_t reg[4]);

/* Whether the CPU has a feature, or no policy says that it has not. */
bool xls_cpu_has(const struct xls_cpu *cpu, enum xls_cpu_word word,
                 unsigned bit);

/*
 * [S-103] to [S-106] The state of XSAVE: two masks, and len octets of area.
 * Errors: XLS_PEER_RANGE, with the rule and the text of *why filled.
 */
XLS_MUST_USE enum xls_rc xls_cpu_xsave_judge(const struct xls_cpu *cpu,
                                             uint64_t xcr0, uint64_t accum,
                                             const uint8_t *area, size_t len,
                                             struct xls_finding *why);

/* [S-105] Of len octets at area, as FXSAVE writes them. */
XLS_MUST_USE enum xls_rc xls_cpu_mxcsr_judge(const uint8_t *area, size_t len,
                                             struct xls_finding *why);

/* [S-127] The machine check capability. */
XLS_MUST_USE enum xls_rc xls_cpu_mcg_judge(uint64_t caps,
                                           struct xls_finding *why);

/*
 * A list of MSRs, len octets at buf: entries of u32 index, u32 reserved, u64
 * value.  Each index is one of the known ones, none comes twice; label is the
 * rule that says so ([S-65] that reserved fields are zero).  Values are Xen's
 * to judge. Errors: XLS_PEER_RANGE, XLS_PEER_SHORT.
 */
XLS_MUST_USE enum xls_rc xls_cpu_msrs_judge(const uint32_t *known,
                                            size_t known_count,
                                            const uint8_t *buf, size_t len,
                                            const char *label,
                                            struct xls_finding *why);

/* [S-102] A clock's rate in kHz. */
XLS_MUST_USE enum xls_rc xls_cpu_khz_judge(uint32_t khz,
                                           struct xls_finding *why);

#endif
