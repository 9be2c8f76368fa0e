/* SPDX-License-Identifier: LGPL-2.1-only */
#include "tests/proof/contracts.h"

#include "xenfmt/cpu.c"

/*@ requires \valid(cpu) && xls_cpu_sound(cpu) && \valid_read(reg + (0 .. 3));
    requires \separated(cpu, reg + (0 .. 3));
    assigns cpu->xcr0, cpu->xsave_end[0 .. 62]; */
static void xstate_note(struct xls_cpu *cpu, uint32_t subleaf,
                        const uint32_t reg[4]);
/*@ assigns \nothing; */
static bool together(uint64_t mask, uint64_t some);
/*@ assigns \nothing; */
static bool mask_valid(uint64_t mask);
/*@ requires xls_cpu_sound(cpu);
    assigns \nothing; */
static uint32_t xsave_size(const struct xls_cpu *cpu, uint64_t mask);
/*@ requires xls_cpu_sound(cpu) && xls_why(why) && \separated(why, cpu);
    assigns *why; */
static enum xls_rc size_judge(const struct xls_cpu *cpu, uint64_t accum,
                              size_t len, struct xls_finding *why);
/*@ requires \valid_read(list + (0 .. count - 1));
    assigns \nothing;
    ensures \result <= count; */
static size_t place_of(uint32_t index, const uint32_t *list, size_t count);
