/* SPDX-License-Identifier: LGPL-2.1-only */
/* The contracts under which the guard's functions are proved: what a caller
 * has to keep, and what it may rely on.  Those of base/rd are in base/rd.h. */
#ifndef XLS_PROOF_CONTRACTS_H
#define XLS_PROOF_CONTRACTS_H

#include "tests/proof/world.h"

#include "base/rd.h"
#include "xenfmt/field.h"
#include "xenfmt/hvm_context.h"
#include "xenfmt/judge.h"
#include "xenfmt/libxl.h"

/*@ predicate xls_octets{L}(uint8_t *at, integer len) =
      \valid_read(at + (0 .. len - 1));

    predicate xls_why{L}(struct xls_finding *why) =
      why == \null || \valid(why);

    predicate xls_part_sound{L}(struct xls_part *part) =
      \valid_read(part) && xls_octets(part->at, part->len);

    predicate xls_save_sound{L}(struct xls_save *save) =
      \valid_read(save) && xls_octets(save->at, save->len);

    predicate xls_cpu_sound{L}(struct xls_cpu *cpu) =
      \valid_read(cpu) && (cpu->known == 0 || cpu->known == 1) &&
      32 <= cpu->phys_bits <= 52;

    predicate xls_libxc_sound{L}(struct xls_libxc *lx) =
      \valid(lx) && xls_cpu_sound(&lx->cpu) &&
      (lx->hvm == 0 || lx->hvm == 1) &&
      (lx->mem.last_whole == 0 || lx->mem.last_whole == 1) &&
      lx->tables.at <= lx->tables.pages <= XLS_BATCH_MAX;
*/

/* --- field --------------------------------------------------------------- */

/*@ requires xls_octets(buf, len);
    assigns \nothing; */
uint64_t xls_field_get(const uint8_t *buf, size_t len, size_t at,
                       unsigned width);
/*@ assigns \nothing; */
bool xls_field_canonical(uint64_t address);
/*@ requires \valid_read(table + (0 .. rows - 1)) && xls_octets(buf, len);
    requires xls_why(why);
    assigns *why; */
enum xls_rc xls_field_judge(const struct xls_field *table, size_t rows,
                            const uint8_t *buf, size_t len,
                            struct xls_finding *why);

/* --- cpu ----------------------------------------------------------------- */

/*@ requires \valid(cpu);
    assigns *cpu;
    ensures cpu->phys_bits == 52;
    ensures cpu->known == 0; */
void xls_cpu_init(struct xls_cpu *cpu);
/*@ requires \valid(cpu) && xls_cpu_sound(cpu) && \valid_read(reg + (0 .. 3));
    requires \separated(cpu, reg + (0 .. 3));
    assigns *cpu;
    ensures xls_cpu_sound(cpu); */
void xls_cpu_note(struct xls_cpu *cpu, uint32_t leaf, uint32_t subleaf,
                  const uint32_t reg[4]);
/*@ requires xls_cpu_sound(cpu) && 0 <= word < XLS_CPU_WORDS && bit < 32;
    assigns \nothing;
    ensures \result == 0 || \result == 1; */
bool xls_cpu_has(const struct xls_cpu *cpu, enum xls_cpu_word word,
                 unsigned bit);
/*@ requires xls_cpu_sound(cpu) && xls_octets(area, len) && xls_why(why);
    requires \separated(why, cpu);
    assigns *why; */
enum xls_rc xls_cpu_xsave_judge(const struct xls_cpu *cpu, uint64_t xcr0,
                                uint64_t accum, const uint8_t *area, size_t len,
                                struct xls_finding *why);
/*@ requires xls_octets(area, len) && xls_why(why);
    assigns *why; */
enum xls_rc xls_cpu_mxcsr_judge(const uint8_t *area, size_t len,
                                struct xls_finding *why);
/*@ requires xls_why(why);
    assigns *why; */
enum xls_rc xls_cpu_mcg_judge(uint64_t caps, struct xls_finding *why);
/*@ requires \valid_read(known + (0 .. known_count - 1));
    requires xls_octets(buf, len) && xls_why(why);
    assigns *why; */
enum xls_rc xls_cpu_msrs_judge(const uint32_t *known, size_t known_count,
                               const uint8_t *buf, size_t len,
                               const char *label, struct xls_finding *why);
/*@ requires xls_why(why);
    assigns *why; */
enum xls_rc xls_cpu_khz_judge(uint32_t khz, struct xls_finding *why);

/* --- tables: rec, order --------------------------------------------------- */

/*@ assigns \nothing;
    ensures type < XLS_REC_COUNT ==> \valid_read(\result);
    ensures type >= XLS_REC_COUNT ==> \result == \null; */
const struct xls_rec_rule *xls_rec_libxc_rule(uint32_t type);
/*@ assigns \nothing;
    ensures type < XLS_LIBXL_COUNT ==> \valid_read(\result);
    ensures type >= XLS_LIBXL_COUNT ==> \result == \null; */
const struct xls_rec_rule *xls_rec_libxl_rule(uint32_t type);
/*@ requires rule == \null || \valid_read(rule);
    requires xls_why(why);
    assigns *why;
    ensures rule == \null ==> \result != XLS_OK; */
enum xls_rc xls_rec_head_judge(const struct xls_rec_rule *rule, bool libxl,
                               uint32_t type, uint32_t length,
                               struct xls_finding *why);
/*@ assigns \nothing;
    ensures \result < 8; */
uint32_t xls_rec_pad(uint32_t length);
/*@ assigns \nothing; */
uint32_t xls_rec_piece(uint32_t done, uint32_t total);
/*@ requires \valid(next) && xls_why(why) && \separated(why, next);
    assigns *next, *why;
    ensures \result != XLS_OK ==> *next == \old(*next); */
enum xls_rc xls_order_libxc(enum xls_libxc_phase phase, uint32_t type,
                            enum xls_libxc_phase *next,
                            struct xls_finding *why);
/*@ requires \valid(next) && xls_why(why) && \separated(why, next);
    assigns *next, *why;
    ensures \result != XLS_OK ==> *next == \old(*next); */
enum xls_rc xls_order_libxl(enum xls_libxl_phase phase, uint32_t type,
                            enum xls_libxl_phase *next,
                            struct xls_finding *why);
/*@ assigns \nothing; */
const char *xls_order_word(enum xls_libxc_phase phase);

/* --- run ----------------------------------------------------------------- */

/*@ requires \valid(run) && xls_octets(buf, len) && xls_why(why);
    requires \separated(why, run);
    assigns *run, *why;
    ensures run->rule == \null || \valid_read(run->rule);
    ensures \result == XLS_OK ==> run->rule != \null;
    ensures run->at == \old(run->at); */
enum xls_rc xls_run_head(struct xls_run *run, bool libxl, const uint8_t *buf,
                         size_t len, struct xls_finding *why);
/*@ requires \valid(run) && \valid_read(run->rule) && \valid(want);
    requires \separated(run, run->rule, want);
    assigns run->at, want->more;
    ensures run->at != XLS_RUN_TABLE || run->at == \old(run->at); */
bool xls_run_start(struct xls_run *run, struct xls_want *want);
/*@ requires \valid_read(run) && xls_octets(buf, len) && \valid(part);
    requires xls_why(why) && \separated(why, run, part);
    assigns *part, *why;
    ensures \result == XLS_OK ==> xls_octets(part->at, part->len); */
enum xls_rc xls_run_part(const struct xls_run *run, const char *label,
                         const uint8_t *buf, size_t len, struct xls_part *part,
                         struct xls_finding *why);
/*@ requires \valid(run) && \valid_read(part) && \valid(want);
    requires \separated(run, part, want);
    assigns run->at, run->judged, want->inside, want->next;
    ensures run->at != XLS_RUN_TABLE || run->at == \old(run->at); */
bool xls_run_next(struct xls_run *run, const struct xls_part *part,
                  struct xls_want *want);
/*@ requires \valid(run) && \valid(want) && \separated(run, want);
    assigns run->at, want->inside, want->next;
    ensures run->at == XLS_RUN_HEAD; */
void xls_run_again(struct xls_run *run, struct xls_want *want);
/*@ requires \valid_read(run) && \valid(out + (0 .. 31));
    requires run->rule == \null || \valid_read(run->rule);
    requires \separated(run, out + (0 .. 31));
    assigns out[0 .. 31]; */
void xls_run_name(const struct xls_run *run, char out[32]);

/* --- the records of libxc ------------------------------------------------ */

/*@ requires xls_part_sound(part) && \valid(count) && xls_why(why);
    requires \separated(why, part, count);
    assigns *count, *why;
    ensures \result == XLS_OK ==> 1 <= *count <= XLS_BATCH_MAX;
    ensures \result != XLS_OK ==> *count == \old(*count); */
enum xls_rc xls_rec_page_head(const struct xls_part *part, uint32_t *count,
                              struct xls_finding *why);
/*@ requires xls_libxc_sound(lx) && xls_part_sound(part) && \valid(pages);
    requires xls_why(why) && \separated(why, lx, part, pages);
    assigns lx->mem, lx->tables, *pages, *why;
    ensures lx->tables.at <= lx->tables.pages <= XLS_BATCH_MAX;
    ensures lx->mem.last_whole == 0 || lx->mem.last_whole == 1;
    ensures \result == XLS_OK ==> *pages <= XLS_BATCH_MAX; */
enum xls_rc xls_rec_page_list(struct xls_libxc *lx, const struct xls_part *part,
                              uint32_t *pages, struct xls_finding *why);
/*@ requires xls_libxc_sound(lx) && xls_why(why) && \separated(why, lx);
    assigns lx->mem.p2m_size, *why; */
enum xls_rc xls_rec_page_close(struct xls_libxc *lx, struct xls_finding *why);
/*@ requires \valid_read(lx) && xls_part_sound(part) && xls_why(why);
    requires \separated(why, lx, part);
    assigns *why; */
enum xls_rc xls_rec_table_judge(const struct xls_libxc *lx, unsigned level,
                                const struct xls_part *part,
                                struct xls_finding *why);
/*@ requires \valid_read(lx) && xls_octets(buf, len) && xls_why(why);
    requires \separated(why, lx);
    assigns *why; */
enum xls_rc xls_pv_context_judge(const struct xls_libxc *lx, const uint8_t *buf,
                                 size_t len, struct xls_finding *why);

/*@ requires xls_libxc_sound(lx) && xls_part_sound(part) && xls_why(why);
    requires \separated(why, lx, part);
    assigns lx->cpu, *why;
    ensures xls_cpu_sound(&lx->cpu); */
enum xls_rc xls_rec_cpuid_judge(struct xls_libxc *lx,
                                const struct xls_part *part,
                                struct xls_finding *why);
/*@ requires xls_libxc_sound(lx) && xls_part_sound(part) && xls_why(why);
    requires \separated(why, lx, part);
    assigns *why; */
enum xls_rc xls_rec_msr_judge(struct xls_libxc *lx, const struct xls_part *part,
                              struct xls_finding *why);
/*@ requires xls_libxc_sound(lx) && xls_part_sound(part) && xls_why(why);
    requires \separated(why, lx, part);
    assigns *why; */
enum xls_rc xls_rec_tsc_judge(struct xls_libxc *lx, const struct xls_part *part,
                              struct xls_finding *why);
/*@ requires xls_libxc_sound(lx) && xls_part_sound(part) && xls_why(why);
    requires \separated(why, lx, part);
    assigns lx->pv_width, *why; */
enum xls_rc xls_rec_pv_info_judge(struct xls_libxc *lx,
                                  const struct xls_part *part,
                                  struct xls_finding *why);
/*@ requires xls_libxc_sound(lx) && xls_part_sound(part) && xls_why(why);
    requires \separated(why, lx, part);
    assigns lx->pv_end_pfn, *why; */
enum xls_rc xls_rec_p2m_judge(struct xls_libxc *lx, const struct xls_part *part,
                              struct xls_finding *why);
/*@ requires xls_libxc_sound(lx) && xls_part_sound(part) && xls_why(why);
    requires \separated(why, lx, part);
    assigns lx->pv_vcpu, lx->vcpus, *why; */
enum xls_rc xls_rec_vcpu_basic_judge(struct xls_libxc *lx,
                                     const struct xls_part *part,
                                     struct xls_finding *why);
/*@ requires xls_libxc_sound(lx) && xls_part_sound(part) && xls_why(why);
    requires \separated(why, lx, part);
    assigns *why; */
enum xls_rc xls_rec_vcpu_extended_judge(struct xls_libxc *lx,
                                        const struct xls_part *part,
                                        struct xls_finding *why);
/*@ requires xls_libxc_sound(lx) && xls_part_sound(part) && xls_why(why);
    requires \separated(why, lx, part);
    assigns *why; */
enum xls_rc xls_rec_vcpu_xsave_judge(struct xls_libxc *lx,
                                     const struct xls_part *part,
                                     struct xls_finding *why);
/*@ requires xls_libxc_sound(lx) && xls_part_sound(part) && xls_why(why);
    requires \separated(why, lx, part);
    assigns *why; */
enum xls_rc xls_rec_vcpu_msrs_judge(struct xls_libxc *lx,
                                    const struct xls_part *part,
                                    struct xls_finding *why);
/*@ requires xls_libxc_sound(lx) && xls_part_sound(part) && xls_why(why);
    requires \separated(why, lx, part);
    assigns lx->vcpus, *why; */
enum xls_rc xls_rec_hvm_context_judge(struct xls_libxc *lx,
                                      const struct xls_part *part,
                                      struct xls_finding *why);
/*@ requires xls_libxc_sound(lx) && xls_part_sound(part) && xls_why(why);
    requires \separated(why, lx, part);
    assigns *why; */
enum xls_rc xls_rec_hvm_params_judge(struct xls_libxc *lx,
                                     const struct xls_part *part,
                                     struct xls_finding *why);

/* --- the entries of HVM_CONTEXT ------------------------------------------ */

/*@ requires xls_cpu_sound(cpu) && xls_save_sound(save) && xls_why(why);
    requires \separated(why, cpu, save);
    assigns *why; */
enum xls_rc xls_save_header_judge(const struct xls_cpu *cpu,
                                  const struct xls_save *save,
                                  struct xls_finding *why);
/*@ requires xls_cpu_sound(cpu) && xls_save_sound(save) && xls_why(why);
    requires \separated(why, cpu, save);
    assigns *why; */
enum xls_rc xls_save_cpu_judge(const struct xls_cpu *cpu,
                               const struct xls_save *save,
                               struct xls_finding *why);
/*@ requires xls_cpu_sound(cpu) && xls_save_sound(save) && xls_why(why);
    requires \separated(why, cpu, save);
    assigns *why; */
enum xls_rc xls_save_lapic_judge(const struct xls_cpu *cpu,
                                 const struct xls_save *save,
                                 struct xls_finding *why);
/*@ requires xls_cpu_sound(cpu) && xls_save_sound(save) && xls_why(why);
    requires \separated(why, cpu, save);
    assigns *why; */
enum xls_rc xls_save_lapic_regs_judge(const struct xls_cpu *cpu,
                                      const struct xls_save *save,
                                      struct xls_finding *why);
/*@ requires xls_cpu_sound(cpu) && xls_save_sound(save) && xls_why(why);
    requires \separated(why, cpu, save);
    assigns *why; */
enum xls_rc xls_save_mtrr_judge(const struct xls_cpu *cpu,
                                const struct xls_save *save,
                                struct xls_finding *why);
/*@ requires xls_cpu_sound(cpu) && xls_save_sound(save) && xls_why(why);
    requires \separated(why, cpu, save);
    assigns *why; */
enum xls_rc xls_save_xsave_judge(const struct xls_cpu *cpu,
                                 const struct xls_save *save,
                                 struct xls_finding *why);
/*@ requires xls_cpu_sound(cpu) && xls_save_sound(save) && xls_why(why);
    requires \separated(why, cpu, save);
    assigns *why; */
enum xls_rc xls_save_viridian_judge(const struct xls_cpu *cpu,
                                    const struct xls_save *save,
                                    struct xls_finding *why);
/*@ requires xls_cpu_sound(cpu) && xls_save_sound(save) && xls_why(why);
    requires \separated(why, cpu, save);
    assigns *why; */
enum xls_rc xls_save_vmce_judge(const struct xls_cpu *cpu,
                                const struct xls_save *save,
                                struct xls_finding *why);
/*@ requires xls_cpu_sound(cpu) && xls_save_sound(save) && xls_why(why);
    requires \separated(why, cpu, save);
    assigns *why; */
enum xls_rc xls_save_msrs_judge(const struct xls_cpu *cpu,
                                const struct xls_save *save,
                                struct xls_finding *why);
/*@ requires xls_cpu_sound(cpu) && xls_save_sound(save) && xls_why(why);
    requires \separated(why, cpu, save);
    assigns *why; */
enum xls_rc xls_save_pic_judge(const struct xls_cpu *cpu,
                               const struct xls_save *save,
                               struct xls_finding *why);
/*@ requires xls_cpu_sound(cpu) && xls_save_sound(save) && xls_why(why);
    requires \separated(why, cpu, save);
    assigns *why; */
enum xls_rc xls_save_ioapic_judge(const struct xls_cpu *cpu,
                                  const struct xls_save *save,
                                  struct xls_finding *why);
/*@ requires xls_cpu_sound(cpu) && xls_save_sound(save) && xls_why(why);
    requires \separated(why, cpu, save);
    assigns *why; */
enum xls_rc xls_save_isa_irq_judge(const struct xls_cpu *cpu,
                                   const struct xls_save *save,
                                   struct xls_finding *why);
/*@ requires xls_cpu_sound(cpu) && xls_save_sound(save) && xls_why(why);
    requires \separated(why, cpu, save);
    assigns *why; */
enum xls_rc xls_save_pci_link_judge(const struct xls_cpu *cpu,
                                    const struct xls_save *save,
                                    struct xls_finding *why);
/*@ requires xls_cpu_sound(cpu) && xls_save_sound(save) && xls_why(why);
    requires \separated(why, cpu, save);
    assigns *why; */
enum xls_rc xls_save_pit_judge(const struct xls_cpu *cpu,
                               const struct xls_save *save,
                               struct xls_finding *why);
/*@ requires xls_cpu_sound(cpu) && xls_save_sound(save) && xls_why(why);
    requires \separated(why, cpu, save);
    assigns *why; */
enum xls_rc xls_save_rtc_judge(const struct xls_cpu *cpu,
                               const struct xls_save *save,
                               struct xls_finding *why);
/*@ requires xls_cpu_sound(cpu) && xls_save_sound(save) && xls_why(why);
    requires \separated(why, cpu, save);
    assigns *why; */
enum xls_rc xls_save_hpet_judge(const struct xls_cpu *cpu,
                                const struct xls_save *save,
                                struct xls_finding *why);

#endif
