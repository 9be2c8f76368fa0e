/* SPDX-License-Identifier: LGPL-2.1-only */
#include "tests/proof/contracts.h"

#include "xenfmt/hvm_cpu.c"

/*@ requires xls_cpu_sound(cpu) && \valid_read(needs + (0 .. count - 1));
    requires \forall integer i; 0 <= i < count ==>
             needs[i].bit < 64 && needs[i].word < XLS_CPU_WORDS &&
             needs[i].feature < 32;
    assigns \nothing; */
static uint64_t permitted(const struct xls_cpu *cpu, const struct need *needs,
                          size_t count);
/*@ requires xls_cpu_sound(cpu) && xls_save_sound(save) && xls_why(why);
    requires \separated(why, cpu, save);
    assigns *why; */
static enum xls_rc control_judge(const struct xls_cpu *cpu,
                                 const struct xls_save *save,
                                 struct xls_finding *why);
/*@ requires xls_save_sound(save) && xls_why(why) && \separated(why, save);
    assigns *why; */
static enum xls_rc event_judge(const struct xls_save *save,
                               struct xls_finding *why);
