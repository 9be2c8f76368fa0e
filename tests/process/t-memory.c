/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * t-memory: what wire and guard hold at their peak does not grow with the guest
 * and stays under 64 MiB, for guests of 128 and 512 MiB.
 *
 * Exit status: 0, 1, or 77 where memory is not its own (a sanitized build).
 */
#include <inttypes.h>
#include <stdio.h>

#include "judge.h"
#include "run.h"

enum { LIMIT_KIB = 65536, SKIP = 77, TIMES = 2 };

struct row {
    const char *name;
    enum side side;
    size_t used; /* where it is in the report */
};

static const struct row rows[] = {
    {"source wire", SOURCE, offsetof(struct xls_report, wire)},
    {"source guard", SOURCE, offsetof(struct xls_report, guard)},
    {"destination wire", DESTINATION, offsetof(struct xls_report, wire)},
    {"destination guard", DESTINATION, offsetof(struct xls_report, guard)},
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static uint64_t peak(const struct run *run, const struct row *row)
{
    const struct xls_report *r = &run->shared->end[row->side].report;
    const struct xls_usage *used =
        row->used == offsetof(struct xls_report, wire) ? &r->wire : &r->guard;

    return used->peak_kib;
}

/* The peaks with a guest of that many pages; false when one is too high. */
static bool measure(const struct field *field, uint64_t pages,
                    uint64_t peaks[ROWS])
{
    struct complaint complaint = {""};
    struct run run;
    bool ok = run_begin(&run, field, NULL);

    if (!ok) {
        return false;
    }
    run.pages = pages;
    run_go(&run);
    judge(&run, FATE_MOVED, &complaint);
    (void)printf("guest of %" PRIu64 " MiB, %" PRId64 " ms:", pages / 256,
                 run.ms);
    for (size_t i = 0; i < ROWS; i++) {
        peaks[i] = peak(&run, &rows[i]);
        ok = ok && peaks[i] > 0 && peaks[i] < LIMIT_KIB;
        (void)printf("%s %s %" PRIu64 " KiB", i == 0 ? "" : ",", rows[i].name,
                     peaks[i]);
    }
    (void)putchar('\n');
    if (complaint.text[0] != '\0') {
        tell_run(&run, "a clean run", &complaint);
        ok = false;
    }
    run_end(&run);
    return ok;
}

int main(void)
{
    uint64_t small[ROWS];
    uint64_t large[ROWS];
    struct field field;
    bool ok;

    if (is_sanitized()) {
        (void)puts("skipped: a sanitized build's memory is not its own");
        return SKIP;
    }
    ok = field_begin(&field, "") && measure(&field, 32768, small) &&
         measure(&field, 131072, large);
    for (size_t i = 0; ok && i < ROWS; i++) {
        if (large[i] > TIMES * small[i]) {
            (void)printf("%s grows with the guest\n", rows[i].name);
            ok = false;
        }
    }
    field_end(&field);
    return ok ? 0 : 1;
}
