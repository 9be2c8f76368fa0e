/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * fuzz: what every target shares.  One program holds them all; which one it is
 * says its name: fuzz-NAME (a link), or the variable XLS_FUZZ.
 */
#ifndef XLS_TEST_FUZZ_H
#define XLS_TEST_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attest/reason.h"
#include "base/rc.h"
#include "xenfmt/finding.h"

struct fz_target {
    const char *name;
    /* Take any octets, and abort when an invariant does not hold. */
    void (*run)(const struct fz_target *t, const uint8_t *data, size_t len);
    uint32_t arg;   /* the target's: a record type, a format, a role */
    size_t max_len; /* octets of input worth trying */
    unsigned share; /* of a campaign's time, among all targets' */
    /* Which mutator of mutator.c; FZ_PLAIN: libFuzzer's own alone. */
    enum { FZ_PLAIN, FZ_STREAM, FZ_BODY } shape;
    bool libxl;       /* FZ_BODY: arg is one of libxl's records */
    const char *dict; /* NAME.dict of this folder, or NULL */
};

/* Octets before the body in the input of a record's target: see judge.c. */
#define FZ_STATE 8U

/* The invariant; a crash that says where. */
#define FZ(cond) ((cond) ? (void)0 : fz_broken(__FILE__, __LINE__, #cond))
_Noreturn void fz_broken(const char *file, int line, const char *what);

/* A refusal is the peer's fault, cites a rule of doc/STREAM.md, and says why
 * in printable words.  why may be NULL. */
void fz_refused(enum xls_rc rc, const struct xls_finding *why);

/* The same of Evidence: it cites a rule of doc/EVIDENCE.md. */
void fz_unproven(enum xls_rc rc, const struct xls_reason *why);

/* Two verdicts that have to be one. */
void fz_same(enum xls_rc a, const struct xls_finding *why_a, enum xls_rc b,
             const struct xls_finding *why_b);

/* Numbers that follow from the input, so that a crash can be repeated. */
uint64_t fz_seed(const uint8_t *data, size_t len);
uint32_t fz_next(uint64_t *seed);

/* Octets that the code under test has on the heap: most at once since
 * fz_heap_start().  Only what it allocates by itself, not what json-c does. */
void fz_heap_start(void);
size_t fz_heap_most(void);

/* The target of this name; NULL when there is none.  All: fz_targets(). */
const struct fz_target *fz_target(const char *name);
const struct fz_target *fz_targets(size_t *count);

/* The mutator for records and streams (mutator.c): what libFuzzer asks for. */
size_t fz_mutate(const struct fz_target *t, uint8_t *data, size_t len,
                 size_t max, unsigned seed);

/* What an engine calls, by the names that it knows. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t len, size_t max,
                               unsigned seed);
/* The engine's own mutator; only an engine has it. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t len, size_t max)
    __attribute__((weak));

/* The targets' functions; targets.c says which is whose. */
void fz_canary(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_rd(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_judge(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_pages(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_table(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_passes(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_emulator(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_order(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_stream(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_limits(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_check(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_policy(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_json(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_config(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_text(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_peer(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_keytext(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_failed(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_payload(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_frame(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_control(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_steps(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_record(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_noise(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_quote(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_signature(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_values(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_evidence(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_companions(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_archive(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_guest(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_lease(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_journal(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_software(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_softlog(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_appraisal(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_appraise(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_minisign(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_eventlog(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_imalog(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_identity(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_enrolment(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_revoked(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_area(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_ek(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_ek_cert(const struct fz_target *t, const uint8_t *data, size_t len);
void fz_session(const struct fz_target *t, const uint8_t *data, size_t len);

/* How many targets at the end of the table are not in this build: attest.c has
 * them, or attest-none.c where there is no TPM support. */
extern const size_t fz_absent;

/* The n-th first input of those targets, size octets at out: its length and
 * *target; 0 when there is no more. */
size_t fz_attest_seed(unsigned n, const char **target, uint8_t *out,
                      size_t size);

/* The same of Evidence and of software's, which are in every build (evidence.c,
 * software.c). */
size_t fz_evidence_seed(unsigned n, const char **target, uint8_t *out,
                        size_t size);
size_t fz_software_seed(unsigned n, const char **target, uint8_t *out,
                        size_t size);

/* And of policies (appraisal.c) and of logs (logs.c). */
size_t fz_appraisal_seed(unsigned n, const char **target, uint8_t *out,
                         size_t size);
size_t fz_logs_seed(unsigned n, const char **target, uint8_t *out, size_t size);

/* The same of enrolment: enroll.c, in every build, and enrolled.c. */
size_t fz_enroll_seed(unsigned n, const char **target, uint8_t *out,
                      size_t size);
size_t fz_enrolled_seed(unsigned n, const char **target, uint8_t *out,
                        size_t size);

#endif
