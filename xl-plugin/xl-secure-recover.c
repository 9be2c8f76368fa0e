/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * xl secure-recover: go on with migrations that nobody acts for any more, and
 * settle by a person's word what the hosts cannot settle by themselves.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "host/clock.h"
#include "journals.h"
#include "say.h"
#include "toolstack/xen.h"
#include "vouch.h"

#define PROGRAM "xl secure-recover"

enum { PATIENCE_MS = 10000, NAP_MS = 100 };

static const char usage_text[] =
    "Usage: xl [-v] secure-recover [options] [<migration> | <guest>]\n"
    "\n"
    "Go on with migrations that are not settled and that no process acts for:\n"
    "ask the other host, let a guest go on that is ours, destroy a copy that "
    "is\n"
    "not. With a migration (its id, or the first digits of it) or a guest's\n"
    "name, that one; otherwise all of them.\n"
    "\n"
    "  --abort          the guest is the host's that it was to leave\n"
    "  --commit         the guest is the host's that it was to come to\n"
    "                   (either at either host, for one migration, if the "
    "hosts\n"
    "                   cannot settle it; says what has to be true, and asks)\n"
    "  --vouch <guest>  do not ask; for scripts\n"
    "  --confdir <dir>  configuration, default " XLS_CONFDIR "\n"
    "  -v               more of libxl's messages\n"
    "\n"
    "Exit status: 0 nothing of it is open any more; 4 something is; 1 it was\n"
    "not done; 2 usage. What to do: xlsec-handover(7).\n";

struct options {
    const char *confdir;
    const char *which; /* NULL: all */
    const char *vouch;
    enum xls_verdict verdict;
    xentoollog_level level;
};

static void say(void *ctx, const char *line)
{
    (void)ctx;
    xls_say_error(PROGRAM, "%s", line);
}

/* Go on with one; what came of it is in its view.  xlsecd may be at it just
 * now, and lets go of it every few seconds: a person's word waits for that. */
static enum xls_rc go_on(const struct options *o, struct xls_journal_entry *e,
                         const char *brief, enum xls_recover_wish wish)
{
    struct xls_xen_recover xen = {.severity = o->level};
    const struct xls_recover_setup setup = {.confdir = o->confdir,
                                            .ops = xls_xen_recover_ops(&xen),
                                            .measure = xls_xen_measure_ops(),
                                            .say = say};
    const struct timespec nap = {0, NAP_MS * 1000000L};
    int64_t until =
        xls_now_ms() + (o->verdict == XLS_VERDICT_NONE ? 0 : PATIENCE_MS);
    struct xls_why why;
    enum xls_rc rc;

    for (;;) {
        why.text[0] = '\0';
        rc = xls_recover_one(&setup, e->view.facts.role, e->view.facts.id, wish,
                             &e->view, &why);
        if (rc != XLS_HOST_BUSY || xls_now_ms() >= until) {
            break;
        }
        (void)nanosleep(&nap, NULL);
    }
    if (rc != XLS_OK || why.text[0] != '\0') {
        xls_say_error(PROGRAM, "%s: %s%s", brief,
                      why.text[0] == '\0' ? xls_rc_text(rc) : why.text,
                      rc == XLS_HOST_BUSY
                          ? ", and may be settling it now: wait for it, or end "
                            "it, and see then"
                          : "");
    }
    return rc;
}

/* How it is now. */
static void show(const struct xls_journals *all,
                 const struct xls_journal_entry *e, struct xls_told *told)
{
    xls_journals_tell(all, e, told);
    xls_journals_show(stdout, e, told);
}

/* --- by themselves
 * ----------------------------------------------------------*/

/* Nothing can be done without Xen, which is told once. */
static bool has_xen(const struct options *o)
{
    struct xls_xen xen;
    struct xls_why why = {""};
    enum xls_rc rc = xls_xen_open(&xen, o->level, &why);

    xls_xen_close(&xen);
    if (rc != XLS_OK) {
        xls_say_error(PROGRAM, "%s", why.text);
    }
    return rc == XLS_OK;
}

static int settle_all(const struct options *o, struct xls_journals *all,
                      const bool *picked)
{
    static struct xls_told told; /* not on the stack: it is large */
    size_t open = 0;
    bool any = false;
    bool asked = false;
    bool able = false;

    for (size_t i = 0; i < all->count; i++) {
        struct xls_journal_entry *e = &all->list[i];

        if (o->which == NULL ? !xls_journals_is_open(e) : !picked[i]) {
            continue;
        }
        any = true;
        xls_journals_tell(all, e, &told);
        if (!e->damaged && e->holder == 0 && xls_journals_is_open(e)) {
            able = asked ? able : has_xen(o);
            asked = true;
        }
        if (able && !e->damaged && e->holder == 0 && xls_journals_is_open(e)) {
            (void)!go_on(o, e, told.brief, XLS_WISH_NONE);
        }
        show(all, e, &told);
        open += xls_journals_is_open(e) ? 1 : 0;
    }
    if (!any) {
        (void)puts("No migration is open on this host.");
    }
    return open > 0 ? XLS_JOURNALS_OPEN : 0;
}

/* --- by a person's word
 * -----------------------------------------------------*/

/* Is it settled, and as it was wanted?  -1: it is not settled. */
static int settled(const struct options *o, const struct xls_journals *all,
                   const struct xls_journal_entry *e)
{
    static struct xls_told told; /* not on the stack: it is large */

    if (xls_journals_is_open(e)) {
        return -1;
    }
    show(all, e, &told);
    if (xls_verdict_holds(o->verdict, e->view.facts.role, &told)) {
        return 0;
    }
    xls_say_error(PROGRAM,
                  "%s: it is settled, and otherwise: nobody's word "
                  "changes that",
                  told.brief);
    return 1;
}

/* A guest that cannot be let go on here may be the other host's all the same.
 */
static bool may_leave(const struct options *o,
                      const struct xls_journal_entry *e)
{
    return o->verdict == XLS_VERDICT_COMMIT &&
           e->view.facts.role == XLS_ROLE_SOURCE &&
           e->view.state == XLS_SOURCE_BACK;
}

static int decide(const struct options *o, const struct xls_journals *all,
                  struct xls_journal_entry *e)
{
    static struct xls_told told; /* not on the stack: it is large */
    enum xls_rc rc;
    int done;

    xls_journals_tell(all, e, &told);
    if (e->damaged) {
        xls_say_error(PROGRAM, "%s: %s %s", told.brief, told.is, told.waits);
        return 1;
    }
    done = settled(o, all, e);
    if (done >= 0) {
        return done;
    }
    rc = go_on(o, e, told.brief, XLS_WISH_NONE);
    if (rc == XLS_HOST_BUSY || (rc == XLS_HOST_XEN && !may_leave(o, e))) {
        return 1; /* what a person says could not be done either */
    }
    done = settled(o, all, e);
    if (done >= 0) {
        return done;
    }
    xls_journals_tell(all, e, &told);
    if (!xls_verdict_possible(PROGRAM, o->verdict, e, &told) ||
        !xls_vouched(PROGRAM, o->verdict, e, &told, o->vouch)) {
        return 1;
    }
    rc = go_on(o, e, told.brief,
               xls_verdict_wish(o->verdict, e->view.facts.role));
    show(all, e, &told);
    return rc != XLS_OK ? 1 : xls_journals_is_open(e) ? XLS_JOURNALS_OPEN : 0;
}

/* --- which
 * ------------------------------------------------------------------*/

static int decide_picked(const struct options *o, struct xls_journals *all,
                         const bool *picked, size_t count)
{
    static struct xls_told told; /* not on the stack: it is large */
    struct xls_journal_entry *one = NULL;

    for (size_t i = 0; i < all->count; i++) {
        one = picked[i] ? &all->list[i] : one;
        if (picked[i] && count > 1) {
            show(all, &all->list[i], &told);
        }
    }
    if (count > 1) {
        xls_say_error(PROGRAM,
                      "'%s' is more than one migration, see above: "
                      "name one by its id",
                      o->which);
        return 1;
    }
    return one == NULL ? 1 : decide(o, all, one);
}

static int recover(const struct options *o)
{
    struct xls_journals all;
    struct xls_why why = {""};
    bool *picked = NULL;
    size_t count = 0;
    int result = 1;

    if (xls_journals_read(o->confdir, &all, &why) != XLS_OK ||
        (picked = calloc(all.count + 1, sizeof(*picked))) == NULL) {
        xls_say_error(PROGRAM, "%s",
                      why.text[0] == '\0' ? "no memory" : why.text);
        goto out;
    }
    count = o->which == NULL ? 0 : xls_journals_pick(&all, o->which, picked);
    if (o->which != NULL && count == 0) {
        xls_say_error(PROGRAM,
                      "no migration is called '%s' here; xl secure-status "
                      "--all lists them",
                      o->which);
        goto out;
    }
    result = o->verdict == XLS_VERDICT_NONE
                 ? settle_all(o, &all, picked)
                 : decide_picked(o, &all, picked, count);
    result = xls_say_done(PROGRAM) != 0 ? 1 : result;
out:
    free(picked);
    xls_journals_free(&all);
    return result;
}

/* What the command line has to be, beside its single words. */
static bool is_sound(const struct options *o, int left)
{
    const char *wrong =
        left > 1 ? "takes one migration or guest"
        : o->verdict != XLS_VERDICT_NONE && left == 0
            ? "--abort and --commit are for one migration: name it"
        : o->verdict == XLS_VERDICT_NONE && o->vouch != NULL
            ? "--vouch goes with --abort or --commit"
            : NULL;

    if (wrong != NULL) {
        xls_say_error(PROGRAM, "%s; see --help", wrong);
    }
    return wrong == NULL;
}

int main(int argc, char **argv)
{
    enum { ABORT = 256, COMMIT, VOUCH, CONFDIR, HELP };
    static const struct option longs[] = {
        {"abort", no_argument, NULL, ABORT},
        {"commit", no_argument, NULL, COMMIT},
        {"vouch", required_argument, NULL, VOUCH},
        {"confdir", required_argument, NULL, CONFDIR},
        {"help", no_argument, NULL, HELP},
        {NULL, 0, NULL, 0},
    };
    struct options o = {.confdir = XLS_CONFDIR, .level = XTL_ERROR};
    int c;

    while ((c = getopt_long(argc, argv, "vh", longs, NULL)) != -1) {
        switch (c) {
        case ABORT:
        case COMMIT:
            if (o.verdict != XLS_VERDICT_NONE) {
                xls_say_error(PROGRAM, "--abort or --commit, once; see --help");
                return XLS_EXIT_USAGE;
            }
            o.verdict = c == ABORT ? XLS_VERDICT_ABORT : XLS_VERDICT_COMMIT;
            break;
        case VOUCH:
            o.vouch = optarg;
            break;
        case CONFDIR:
            o.confdir = optarg;
            break;
        case 'v':
            o.level = o.level > XTL_DEBUG ? o.level - 1 : XTL_DEBUG;
            break;
        case 'h':
        case HELP:
            (void)fputs(usage_text, stdout);
            return xls_say_done(PROGRAM);
        default:
            (void)fputs("Try: xl secure-recover --help\n", stderr);
            return XLS_EXIT_USAGE;
        }
    }
    if (!is_sound(&o, argc - optind)) {
        return XLS_EXIT_USAGE;
    }
    o.which = argv[optind];
    (void)signal(SIGPIPE, SIG_IGN);         /* libxl asks for this */
    (void)setvbuf(stdout, NULL, _IOLBF, 0); /* in order with stderr's lines */
    return recover(&o);
}
