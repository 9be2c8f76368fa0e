/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * t-faults: 500 octets changed, 200 cuts and 20 stalls, each in a migration of
 * its own between real helper processes, in every message of the protocol; and
 * what has to come of each is known.
 *
 * Prints a line for each kind of fault.  Exit status: 0, 1, or 77 when the
 * streams cannot be unpacked.
 */
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "judge.h"
#include "run.h"
#include "streams.h"

enum {
    WORKERS = 2,
    TRIES = 20,
    QUIET_MS = 700,  /* a stall's place is sure while nobody said ALIVE */
    ALIVE_MS = 1900, /* the same with a long [time] stall */
    HEAD = 16,
};

enum group { CHANGED, CUT, STALLED, GROUPS };

/* How many of each group hit each message.  Every message is hit everywhere in
 * its header, and evenly from there to its end. */
static const unsigned quota[GROUPS][PARTS] = {
    [CHANGED] = {[PART_MSG1] = 40,
                 [PART_MSG2] = 40,
                 [PART_MSG3] = 30,
                 [PART_SHOWN] = 20,
                 [PART_BACK] = 20,
                 [PART_OFFER] = 30,
                 [PART_ADMIT] = 40,
                 [PART_RECORD] = 80,
                 [PART_AGAIN] = 20,
                 [PART_BACK_AGAIN] = 20,
                 [PART_FINAL] = 30,
                 [PART_LAST] = 20,
                 [PART_PREPARED] = 40,
                 [PART_COMMIT] = 35,
                 [PART_COMMITTED] = 35},
    [CUT] = {[PART_MSG1] = 12,
             [PART_MSG2] = 12,
             [PART_MSG3] = 10,
             [PART_SHOWN] = 8,
             [PART_BACK] = 8,
             [PART_OFFER] = 12,
             [PART_ADMIT] = 16,
             [PART_RECORD] = 36,
             [PART_AGAIN] = 8,
             [PART_BACK_AGAIN] = 8,
             [PART_FINAL] = 12,
             [PART_LAST] = 8,
             [PART_PREPARED] = 18,
             [PART_COMMIT] = 16,
             [PART_COMMITTED] = 16},
    [STALLED] = {[PART_MSG1] = 2,
                 [PART_MSG2] = 2,
                 [PART_MSG3] = 1,
                 [PART_SHOWN] = 1,
                 [PART_BACK] = 1,
                 [PART_OFFER] = 1,
                 [PART_ADMIT] = 2,
                 [PART_RECORD] = 1,
                 [PART_LAST] = 1,
                 [PART_AGAIN] = 1,
                 [PART_BACK_AGAIN] = 1,
                 [PART_FINAL] = 1,
                 [PART_PREPARED] = 1,
                 [PART_COMMIT] = 2,
                 [PART_COMMITTED] = 2},
};

static const char *const group_name[GROUPS] = {"changed bytes", "cuts",
                                               "stalls"};

/* What the workers count together. */
struct tally {
    atomic_uint next;
    atomic_uint run[GROUPS];
    atomic_uint hit[GROUPS][PARTS];
    atomic_uint outcome[GROUPS][5]; /* by exit code */
    atomic_uint there[GROUPS];      /* in doubt, and runs there */
    atomic_uint wrong[GROUPS];
    atomic_uint again; /* had to be run again: the place was not sure */
    atomic_uint longest_ms;
};

struct plan {
    enum group group;
    struct fault fault;
    size_t stream;
};

struct test {
    struct streams streams;
    uint64_t records[STREAMS]; /* of a clean run, without the final one */
    struct plan *plans;
    unsigned count;
    unsigned end; /* of the cases to be run */
    struct tally *tally;
};

/* --- the plan
 * -------------------------------------------------------------------- */

/* The place of case i of n in a message: each octet of the header first, as far
 * as half of the cases goes, then evenly to the last place. */
static size_t spread(unsigned i, unsigned n, size_t last)
{
    unsigned front = n / 2 < HEAD ? n / 2 : HEAD;

    if (i < front) {
        return i;
    }
    if (i == n - 1) {
        return last;
    }
    return front + (last - front) * (i - front) / (n - front);
}

static struct plan plan_one(const struct test *t, enum group group,
                            enum part part, unsigned i, unsigned n)
{
    static const enum act cuts[] = {ACT_RESET, ACT_CLOSE};
    static const enum act stalls[] = {ACT_STALL, ACT_STALL_ONE};
    size_t size = part_size(part);
    struct plan plan = {.group = group, .fault.place.part = part};

    if (part == PART_RECORD) {
        plan.stream = i % STREAMS;
        plan.fault.place.index =
            t->records[plan.stream] * (i / STREAMS) / (n / STREAMS + 1);
    }
    switch (group) {
    case CHANGED:
        plan.fault.act = ACT_FLIP;
        plan.fault.mask = (uint8_t)(1U << (i * 5 % 8));
        plan.fault.place.at = spread(i, n, size - 1);
        break;
    case CUT:
        plan.fault.act = cuts[i % 2];
        plan.fault.place.at = spread(i, n, size);
        break;
    case STALLED:
        plan.fault.act = stalls[i % 2];
        plan.fault.place.at = i == 0 ? HEAD + 1 : size / 2;
        break;
    case GROUPS:
        break;
    }
    return plan;
}

static bool make_plans(struct test *t)
{
    unsigned total = 0;

    for (int g = 0; g < GROUPS; g++) {
        for (int p = 0; p < PARTS; p++) {
            total += quota[g][p];
        }
    }
    t->plans = calloc(total, sizeof(*t->plans));
    if (t->plans == NULL) {
        return false;
    }
    for (int g = GROUPS - 1; g >= 0; g--) { /* the slow ones first */
        for (int p = 0; p < PARTS; p++) {
            for (unsigned i = 0; i < quota[g][p]; i++) {
                t->plans[t->count++] =
                    plan_one(t, (enum group)g, (enum part)p, i, quota[g][p]);
            }
        }
    }
    return true;
}

/* --- one case
 * ---------------------------------------------------------------------- */

static const char *const cut_words[] = {"connection", NULL};
static const char *const stall_words[] = {"heard from the other host",
                                          "did not say", "connection",
                                          "handshake", NULL};
static const char *const changed_words[] = {
    "data was changed on the way", "broke the protocol",
    "does not have the keys that it has to have", NULL};

/* Each end says what it can know of the fault. */
static void judge_reasons(const struct run *run, enum group group,
                          struct complaint *out)
{
    const struct end *end = run->shared->end;
    bool inward = part_way(run->fault.place.part) == TO_DESTINATION;
    enum side struck = inward ? DESTINATION : SOURCE;

    for (int s = 0; s < SIDES; s++) {
        enum side side = (enum side)s;
        bool well = side == SOURCE ? end[s].verdict == XLS_MOVED
                                   : end[s].verdict == XLS_OK;

        if (well) {
            continue;
        }
        if (group == CHANGED) {
            judge_words(run, side, side == struck ? changed_words : cut_words,
                        out);
        } else {
            judge_words(run, side, group == CUT ? cut_words : stall_words, out);
        }
    }
}

static void count(struct tally *t, const struct plan *plan,
                  const struct run *run)
{
    const struct end *end = run->shared->end;
    unsigned code = (unsigned)end[SOURCE].verdict;
    unsigned ms = (unsigned)run->ms;
    unsigned longest = atomic_load(&t->longest_ms);

    (void)atomic_fetch_add(&t->run[plan->group], 1);
    (void)atomic_fetch_add(&t->hit[plan->group][plan->fault.place.part], 1);
    if (code < 5) {
        (void)atomic_fetch_add(&t->outcome[plan->group][code], 1);
    }
    if (code == XLS_IN_DOUBT && end[DESTINATION].state == XLS_STANDIN_RUNNING) {
        (void)atomic_fetch_add(&t->there[plan->group], 1);
    }
    while (ms > longest &&
           !atomic_compare_exchange_weak(&t->longest_ms, &longest, ms)) {
    }
}

/* The place was passed, and surely was what we took it for. */
static bool is_sure(const struct run *run, const struct plan *plan)
{
    return run->fired && (plan->group != STALLED || run->fired_ms < QUIET_MS);
}

/* Judged.  False when it was not what was planned, or may not have been: with
 * an ALIVE before it, it was another message's octet. */
static bool is_final(const struct run *run, const struct plan *plan,
                     struct complaint *complaint)
{
    judge_always(run, complaint);
    if (complaint->text[0] != '\0') {
        return true;
    }
    if (!is_sure(run, plan)) {
        return false;
    }
    judge(run, fate_of(&plan->fault), complaint);
    judge_reasons(run, plan->group, complaint);
    return complaint->text[0] == '\0' || run->fired_ms < ALIVE_MS;
}

static void do_case(const struct test *t, const struct field *field,
                    const struct plan *plan)
{
    struct complaint complaint = {""};
    struct run run;
    char title[160];

    for (int try = 0;; try++) {
        if (!run_begin(&run, field, t->streams.path[plan->stream])) {
            abort();
        }
        run.fault = plan->fault;
        run_go(&run);
        if (is_final(&run, plan, &complaint) || try + 1 == TRIES) {
            break;
        }
        (void)atomic_fetch_add(&t->tally->again, 1);
        complaint.text[0] = '\0';
        run_end(&run);
    }
    count(t->tally, plan, &run);
    if (complaint.text[0] == '\0' && !is_sure(&run, plan)) {
        (void)snprintf(complaint.text, sizeof(complaint.text),
                       "the place was not reached in %d runs", TRIES);
    }
    if (complaint.text[0] != '\0') {
        (void)snprintf(
            title, sizeof(title),
            "case %td: %s, act %d: octet %zu of %s %" PRIu64 ", has to be %s",
            plan - t->plans, group_name[plan->group], (int)plan->fault.act,
            plan->fault.place.at, part_name(plan->fault.place.part),
            plan->fault.place.index, fate_name(fate_of(&plan->fault)));
        tell_run(&run, title, &complaint);
        (void)atomic_fetch_add(&t->tally->wrong[plan->group], 1);
    }
    run_end(&run);
}

/* --- all cases
 * ---------------------------------------------------------------------- */

static int work(const struct test *t)
{
    struct field slow = {.outer = -1, .inner = -1};
    struct field fast = {.outer = -1, .inner = -1};
    unsigned i;
    /* cuts and changes are seen at once, mostly before anybody says ALIVE */
    bool ok =
        field_begin(&fast, "[time]\nhandshake = 20\nstall = 60\n") &&
        field_begin(&slow, "[time]\nhandshake = 2\nstall = 4\nfinish = 20\n");

    while (ok && (i = atomic_fetch_add(&t->tally->next, 1)) < t->end) {
        const struct plan *plan = &t->plans[i];

        do_case(t, plan->group == STALLED ? &slow : &fast, plan);
    }
    field_end(&slow);
    field_end(&fast);
    return ok ? 0 : 1;
}

/* How a migration goes when nothing goes wrong. */
static bool measure(struct test *t)
{
    struct field field;
    bool ok = field_begin(&field, "");

    for (size_t i = 0; ok && i < STREAMS; i++) {
        struct complaint complaint = {""};
        struct run run;

        ok = run_begin(&run, &field, t->streams.path[i]);
        run.knobs.keep_digest = true;
        run_go(&run);
        judge(&run, FATE_MOVED, &complaint);
        if (complaint.text[0] != '\0' ||
            memcmp(run.shared->end[SOURCE].digest,
                   run.shared->end[DESTINATION].digest, 32) != 0) {
            tell_run(&run, "a clean run", &complaint);
            ok = false;
        }
        t->records[i] = run.track[TO_DESTINATION].records - 1;
        (void)printf("clean run of %s: %" PRIu64 " octets to the destination "
                     "(%" PRIu64 " records), %" PRIu64 " back, %" PRId64
                     " ms\n",
                     stream_name(i), run.track[TO_DESTINATION].total,
                     run.track[TO_DESTINATION].records,
                     run.track[TO_SOURCE].total, run.ms);
        run_end(&run);
    }
    field_end(&field);
    return ok;
}

static void print(const struct tally *t)
{
    for (int g = GROUPS; g-- > 0;) {
        unsigned doubt = atomic_load(&t->outcome[g][XLS_IN_DOUBT]);

        (void)printf("%s: %u run, %u stayed, %u in doubt (%u of them run "
                     "there), %u moved, %u wrong\n ",
                     group_name[g], atomic_load(&t->run[g]),
                     atomic_load(&t->outcome[g][XLS_STAYED]), doubt,
                     atomic_load(&t->there[g]),
                     atomic_load(&t->outcome[g][XLS_MOVED]),
                     atomic_load(&t->wrong[g]));
        for (int p = 0; p < PARTS; p++) {
            if (quota[g][p] > 0) {
                (void)printf(" %s %u", part_name((enum part)p),
                             atomic_load(&t->hit[g][p]));
            }
        }
        (void)putchar('\n');
    }
    (void)printf("longest run %u ms, %u run again\n",
                 atomic_load(&t->longest_ms), atomic_load(&t->again));
}

static bool all_well(const struct tally *t)
{
    for (int g = 0; g < GROUPS; g++) {
        for (int p = 0; p < PARTS; p++) {
            if (atomic_load(&t->hit[g][p]) != quota[g][p]) {
                return false;
            }
        }
        if (atomic_load(&t->wrong[g]) != 0) {
            return false;
        }
    }
    return true;
}

static bool run_all(struct test *t)
{
    bool ok = true;
    int status;

    (void)fflush(stdout);
    for (int w = 0; w < WORKERS; w++) {
        if (fork() == 0) {
            _exit(work(t));
        }
    }
    while (wait(&status) > 0) {
        ok = ok && status == 0;
    }
    print(t->tally);
    return ok;
}

/* All cases, or the one whose number a failure named. */
static bool run_cases(struct test *t, const char *one)
{
    if (one == NULL) {
        t->end = t->count;
        return run_all(t) && all_well(t->tally);
    }
    atomic_store(&t->tally->next, (unsigned)strtoul(one, NULL, 10));
    t->end = atomic_load(&t->tally->next) + 1;
    return t->end <= t->count && run_all(t);
}

int main(int argc, char **argv)
{
    const char *one =
        argc == 3 && strcmp(argv[1], "--case") == 0 ? argv[2] : NULL;
    struct test t = {.count = 0};
    void *at = mmap(NULL, sizeof(struct tally), PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int status;

    if (argc > 1 && strcmp(argv[1], "--self-check-broken") == 0) {
        return judge_self_check() ? 0 : 1;
    }
    if (!judge_self_check() || at == MAP_FAILED) {
        return 1;
    }
    t.tally = at;
    status = streams_unpack(&t.streams);
    if (status == 0) {
        status = measure(&t) && make_plans(&t) && run_cases(&t, one) ? 0 : 1;
    }
    streams_remove(&t.streams);
    free(t.plans);
    return status;
}
