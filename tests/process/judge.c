/* SPDX-License-Identifier: LGPL-2.1-only */
#include "judge.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *fate_name(enum fate fate)
{
    static const char *const names[FATES] = {
        [FATE_MOVED] = "moved",
        [FATE_STAYED] = "stayed",
        [FATE_DENIED] = "denied",
        [FATE_DOUBT_GONE] = "in doubt, nothing there",
        [FATE_DOUBT_THERE] = "in doubt, runs there",
        [FATE_DOUBT] = "in doubt",
        [FATE_AT_PREPARED] = "stayed or in doubt, nothing there",
    };

    return names[fate];
}

/* The first complaint is the complaint. */
__attribute__((format(printf, 2, 3))) static void
complain(struct complaint *out, const char *format, ...)
{
    va_list args;

    if (out->text[0] == '\0') {
        va_start(args, format);
        (void)vsnprintf(out->text, sizeof(out->text), format, args);
        va_end(args);
    }
}

/* PREPARED has left the destination whole before this place, so the source
 * commits; or it has just come, and the source may have. */
enum fate fate_of(const struct fault *fault)
{
    bool whole = fault->place.at == part_size(fault->place.part);

    if (fault->act == ACT_PASS) {
        return FATE_MOVED;
    }
    switch (fault->place.part) {
    case PART_PREPARED:
        return whole ? FATE_AT_PREPARED : FATE_STAYED;
    case PART_COMMIT:
        return whole ? FATE_DOUBT : FATE_DOUBT_GONE;
    case PART_COMMITTED:
        return whole ? FATE_MOVED : FATE_DOUBT_THERE;
    case PART_MORE:
        return FATE_MOVED;
    case PART_MSG1:
    case PART_MSG2:
    case PART_MSG3:
    case PART_SHOWN:
    case PART_AGAIN:
    case PART_BACK:
    case PART_BACK_AGAIN:
    case PART_OFFER:
    case PART_ADMIT:
    case PART_RECORD:
    case PART_FINAL:
    case PART_PIECE:
    case PART_LAST:
    case PART_ALIVE:
    case PARTS:
        break;
    }
    return FATE_STAYED;
}

/* --- always -----------------------------------------------------------------
 */

struct history {
    bool source_runs;
    bool destination_runs;
    bool away;
};

static void live_through(struct history *h, enum deed deed,
                         struct complaint *out)
{
    switch (deed) {
    case DEED_SAVED:
        h->source_runs = false;
        break;
    case DEED_RESUME:
        h->source_runs = true;
        break;
    case DEED_AWAY:
        h->away = true;
        break;
    case DEED_BACK:
        h->away = false;
        break;
    case DEED_RUN:
        h->destination_runs = true;
        if (!h->away) {
            complain(out, "it ran at the destination before COMMIT");
        }
        break;
    case DEED_RUN_FAILED:
    case DEED_DESTROY_DESTINATION:
        h->destination_runs = false;
        break;
    case DEED_DESTROY_SOURCE:
        if (!h->destination_runs) {
            complain(out, "destroyed at the source, and does not run there");
        }
        break;
    case DEED_NONE:
    case DEED_DESCRIBE:
    case DEED_SAVE:
    case DEED_ADMIT:
    case DEED_RESTORE:
    case DEEDS:
        break;
    }
    if (h->source_runs && h->destination_runs) {
        complain(out, "TWO were running");
    }
}

static void judge_end(const struct run *run, enum side side,
                      struct complaint *out)
{
    const struct end *end = &run->shared->end[side];
    const char *name = side == SOURCE ? "source" : "destination";

    if (run->play[side] != NULL) {
        return;
    }
    if (!end->done) {
        complain(out, "the %s did not come to its end", name);
    }
    if (end->fds != 0) {
        complain(out, "the %s left %d descriptors open", name, end->fds);
    }
    if (end->children) {
        complain(out, "the %s left processes", name);
    }
    for (const char *at = end->why.text; *at != '\0'; at++) {
        if (*at < ' ' || *at > '~') {
            complain(out, "the %s's words are not plain", name);
        }
    }
}

void judge_always(const struct run *run, struct complaint *out)
{
    const struct diary *diary = &run->shared->diary;
    struct history h = {.source_runs = true};
    unsigned count = atomic_load(&diary->count);

    for (unsigned i = 0; i < count && i < DIARY; i++) {
        live_through(&h, (enum deed)atomic_load(&diary->deed[i]), out);
    }
    judge_end(run, SOURCE, out);
    judge_end(run, DESTINATION, out);
    if (run->too_long) {
        complain(out, "it did not end by itself");
    }
    if (run->left_process) {
        complain(out, "processes were left");
    }
    if (run->left_file) {
        complain(out, "files were left");
    }
    if (count > DIARY) {
        complain(out, "too many acts");
    }
}

/* --- the fate
 * ------------------------------------------------------------------ */

static void judge_source(const struct run *run, enum xls_outcome outcome,
                         enum xls_standin_state state, bool away,
                         struct complaint *out)
{
    const struct end *s = &run->shared->end[SOURCE];

    if (run->play[SOURCE] != NULL) {
        return;
    }
    if (s->verdict != (int)outcome) {
        complain(out, "exit code %d, not %d", s->verdict, (int)outcome);
    }
    if (s->state != state || s->is_away != away) {
        complain(out, "the source's guest is in state %d%s, not %d%s",
                 (int)s->state, s->is_away ? " (away)" : "", (int)state,
                 away ? " (away)" : "");
    }
    if (outcome != XLS_MOVED && strlen(s->why.text) < 20) {
        complain(out, "the source does not say why");
    }
    if (diary_has(&run->shared->diary, DEED_SAVE) && away &&
        diary_has(&run->shared->diary, DEED_RESUME)) {
        complain(out, "the source resumed, and is in doubt");
    }
}

static void judge_destination(const struct run *run, bool runs, bool may_run,
                              struct complaint *out)
{
    const struct end *d = &run->shared->end[DESTINATION];
    /* [P-93] it was ready, and did not hear what the source decided */
    bool kept = d->state == XLS_STANDIN_SUSPENDED &&
                strstr(d->why.text, "is kept here, paused") != NULL &&
                strstr(d->log, "loaded, paused") != NULL;

    if (run->play[DESTINATION] != NULL) {
        return;
    }
    if (d->state == XLS_STANDIN_RUNNING
            ? !(runs || may_run)
            : d->state != XLS_STANDIN_NONE && !kept) {
        complain(out, "the destination's guest is in state %d", (int)d->state);
    }
    if (runs && d->state != XLS_STANDIN_RUNNING) {
        complain(out, "it does not run at the destination");
    }
    if ((d->verdict == XLS_OK) != (d->state == XLS_STANDIN_RUNNING)) {
        complain(out, "the destination's verdict is %#x", (unsigned)d->verdict);
    }
    if (d->holds) {
        complain(out, "what the destination says waits in TCP");
    }
    if (d->verdict != XLS_OK && strlen(d->why.text) < 20) {
        complain(out, "the destination does not say why");
    }
}

void judge(const struct run *run, enum fate fate, struct complaint *out)
{
    /* it knew PREPARED, and decided */
    bool said = diary_has(&run->shared->diary, DEED_AWAY) &&
                !diary_has(&run->shared->diary, DEED_BACK);

    judge_always(run, out);
    if (fate == FATE_AT_PREPARED) {
        fate = said ? FATE_DOUBT_GONE : FATE_STAYED;
    }
    switch (fate) {
    case FATE_MOVED:
        judge_source(run, XLS_MOVED, XLS_STANDIN_DESTROYED, true, out);
        judge_destination(run, true, true, out);
        break;
    case FATE_STAYED:
    case FATE_DENIED:
        judge_source(run, fate == FATE_DENIED ? XLS_DENIED : XLS_STAYED,
                     XLS_STANDIN_RUNNING, false, out);
        judge_destination(run, false, false, out);
        break;
    case FATE_DOUBT_GONE:
    case FATE_DOUBT_THERE:
    case FATE_DOUBT:
        judge_source(run, XLS_IN_DOUBT, XLS_STANDIN_SUSPENDED, true, out);
        judge_destination(run, fate == FATE_DOUBT_THERE, fate == FATE_DOUBT,
                          out);
        break;
    case FATE_AT_PREPARED:
    case FATES:
        complain(out, "no such fate");
        break;
    }
}

void judge_words(const struct run *run, enum side side,
                 const char *const *words, struct complaint *out)
{
    const char *said = run->shared->end[side].why.text;

    for (size_t i = 0; words[i] != NULL; i++) {
        if (strstr(said, words[i]) != NULL) {
            return;
        }
    }
    complain(out, "the %s says: %s", side == SOURCE ? "source" : "destination",
             said);
}

void tell_run(const struct run *run, const char *title,
              const struct complaint *complaint)
{
    const struct end *end = run->shared->end;
    const struct diary *diary = &run->shared->diary;

    (void)fprintf(stderr,
                  "%s\n  WRONG: %s\n  source: %d, state %d%s: %s\n"
                  "  destination: %#x, state %d: %s\n  passed: %" PRIu64
                  " and %" PRIu64 " octets, %" PRId64 " ms; acts:",
                  title, complaint->text, end[SOURCE].verdict,
                  (int)end[SOURCE].state, end[SOURCE].is_away ? " (away)" : "",
                  end[SOURCE].why.text, (unsigned)end[DESTINATION].verdict,
                  (int)end[DESTINATION].state, end[DESTINATION].why.text,
                  run->track[0].total, run->track[1].total, run->ms);
    for (unsigned i = 0; i < DIARY && atomic_load(&diary->deed[i]) != 0; i++) {
        (void)fprintf(stderr, " %s",
                      deed_name((enum deed)atomic_load(&diary->deed[i])));
    }
    (void)fputc('\n', stderr);
}
