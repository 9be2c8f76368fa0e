/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * xl secure-status: which migrations are under way or open on this host, and
 * where their guests are.  It reads journals, and touches nothing.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "host/generation.h"
#include "journals.h"
#include "say.h"

#define PROGRAM "xl secure-status"

static const char usage_text[] =
    "Usage: xl secure-status [options] [<migration> | <guest>]\n"
    "\n"
    "Say which migrations of guests from and to this host are under way or "
    "not\n"
    "settled, where each guest is as far as this host knows, and what that\n"
    "waits for. With a migration (its id, or the first digits of it) or a\n"
    "guest's name: all that is known of it, and what it went through.\n"
    "\n"
    "  --all            those that are settled, too\n"
    "  --json           one JSON document\n"
    "  --confdir <dir>  configuration, default " XLS_CONFDIR "\n"
    "\n"
    "Exit status: 0 nothing is open; 4 something is; 1 it could not be found\n"
    "out; 2 usage. What to do: xlsec-handover(7).\n";

struct options {
    const char *confdir;
    const char *which; /* NULL: not one of them */
    bool all;
    bool json;
};

/* --- for people
 * -------------------------------------------------------------*/

static void show_companions(const struct xls_companions *companions)
{
    for (size_t i = 0; i < companions->count; i++) {
        (void)printf("%-12s%s %s\n", i == 0 ? "along" : "",
                     xls_companion_kind_name(companions->list[i].kind),
                     companions->list[i].path);
    }
}

static void show_history(const char *path)
{
    char *text = xls_journals_file(path);
    struct xls_passed passed;
    size_t at = 0;

    for (bool first = true;
         text != NULL && xls_journals_passed(text, &at, &passed);
         first = false) {
        (void)printf("%-12s%s %s%s%s\n", first ? "history" : "", passed.when,
                     passed.state, passed.note[0] == '\0' ? "" : ": ",
                     passed.note);
    }
    free(text);
}

static void show_facts(const struct xls_journal_facts *f,
                       const struct xls_told *told)
{
    char uuid[XLS_UUID_TEXT];
    char print[XLS_FINGERPRINT_TEXT];
    char link[XLS_JOURNAL_COMMAND];

    xls_uuid_text(f->uuid, uuid);
    xls_key_fingerprint(f->peer_key, print);
    xls_why_peer(link, sizeof(link), f->command, sizeof(f->command) - 1);
    (void)printf("guest       %s (%s)\n", told->guest, uuid);
    (void)printf("here        %s: it %s %s%s\n", told->role, told->way,
                 told->peer, f->paused ? ", to stay paused there" : "");
    (void)printf("other host  %s, key %s\n", told->peer, print);
    if (f->role == XLS_ROLE_SOURCE) {
        (void)printf("link        %s\n", f->command[0] == '\0' ? "TCP" : link);
    }
    show_companions(&f->companions);
}

static void show_long(const struct xls_journal_entry *e,
                      const struct xls_told *told)
{
    (void)printf("migration   %s\n", told->id);
    if (!e->damaged || told->peer[0] != '\0') {
        show_facts(&e->view.facts, told);
    }
    (void)printf("journal     %s\n", told->file);
    if (e->holder != 0) {
        (void)printf("process     %ld acts for it\n", (long)e->holder);
    } else {
        (void)printf("process     none\n");
    }
    (void)printf("state       %s\n", told->state);
    (void)printf("            %s\n", told->is);
    if (told->waits[0] != '\0') {
        (void)printf("            %s\n", told->waits);
    }
    if (!e->damaged) {
        show_history(told->file);
    }
}

/* --- as JSON
 * ----------------------------------------------------------------*/

static void put_text(const char *name, const char *text)
{
    (void)printf(",\"%s\":", name);
    xls_say_json(text);
}

static void put_history(const char *path)
{
    char *text = xls_journals_file(path);
    struct xls_passed passed;
    size_t at = 0;

    (void)printf(",\"history\":[");
    for (bool first = true;
         text != NULL && xls_journals_passed(text, &at, &passed);
         first = false) {
        (void)printf("%s{\"at\":", first ? "" : ",");
        xls_say_json(passed.when);
        put_text("state", passed.state);
        put_text("note", passed.note);
        (void)printf("}");
    }
    (void)printf("]");
    free(text);
}

static void put_facts(const struct xls_journal_facts *f)
{
    char text[XLS_JOURNAL_COMMAND];

    xls_uuid_text(f->uuid, text);
    put_text("uuid", text);
    xls_key_fingerprint(f->peer_key, text);
    put_text("peer_key", text);
    xls_why_peer(text, sizeof(text), f->command, sizeof(f->command) - 1);
    put_text("link", f->command[0] == '\0' ? "" : text);
    (void)printf(",\"paused\":%s,\"companions\":[",
                 f->paused ? "true" : "false");
    for (size_t i = 0; i < f->companions.count; i++) {
        (void)printf("%s", i == 0 ? "" : ",");
        xls_say_json(f->companions.list[i].path);
    }
    (void)printf("]");
}

static void put_one(const struct xls_journal_entry *e,
                    const struct xls_told *told)
{
    char when[XLS_TIME_TEXT];

    (void)printf("{\"id\":\"%s\"", told->id);
    put_text("guest", told->guest);
    put_text("role", told->role);
    put_text("peer", told->peer);
    put_text("state", told->state);
    put_text("guest_is", xls_whose_name(told->whose));
    (void)printf(",\"open\":%s", xls_journals_is_open(e) ? "true" : "false");
    (void)printf(",\"pid\":%ld", (long)e->holder);
    put_text("is", told->is);
    put_text("waits", told->waits);
    put_text("file", told->file);
    if (!e->damaged) {
        xls_time_text(e->view.began, when);
        put_text("began", when);
        xls_time_text(e->view.since, when);
        put_text("since", when);
        put_text("note", told->note);
        put_facts(&e->view.facts);
        put_history(told->file);
    }
    (void)printf("}");
}

/* --- which
 * ------------------------------------------------------------------*/

/* What a person has to know of without having asked for it: also that a guest
 * is nowhere any more. */
static bool is_shown(const struct options *o, const struct xls_journal_entry *e)
{
    return o->all || xls_journals_is_open(e) ||
           (e->view.facts.role == XLS_ROLE_DESTINATION &&
            e->view.state == XLS_DESTINATION_UNSURE);
}

static void show(const struct options *o, const struct xls_journals *all,
                 const bool *picked)
{
    struct xls_told told;
    bool first = true;

    if (o->json) {
        (void)printf("{\"version\":1,\"open\":%zu,\"migrations\":[",
                     xls_journals_open(all));
    } else if (o->which == NULL && xls_journals_open(all) == 0) {
        (void)printf("No migration is open on this host.\n");
    }
    for (size_t i = 0; i < all->count; i++) {
        if (!picked[i]) {
            continue;
        }
        xls_journals_tell(all, &all->list[i], &told);
        if (o->json) {
            (void)printf("%s", first ? "" : ",");
            put_one(&all->list[i], &told);
        } else if (o->which != NULL) {
            (void)printf("%s", first ? "" : "\n");
            show_long(&all->list[i], &told);
        } else {
            xls_journals_show(stdout, &all->list[i], &told);
        }
        first = false;
    }
    if (o->json) {
        (void)printf("]}\n");
    }
}

static int status(const struct options *o)
{
    struct xls_journals all;
    struct xls_why why = {""};
    bool *picked = NULL;
    bool open = false;
    int result = 1;

    if (xls_journals_read(o->confdir, &all, &why) != XLS_OK ||
        (picked = calloc(all.count + 1, sizeof(*picked))) == NULL) {
        xls_say_error(PROGRAM, "%s",
                      why.text[0] == '\0' ? "no memory" : why.text);
    } else if (o->which != NULL &&
               xls_journals_pick(&all, o->which, picked) == 0) {
        xls_say_error(PROGRAM,
                      "no migration is called '%s' here, by its guest's name "
                      "or by four digits of its id or more; xl secure-status "
                      "--all lists them",
                      o->which);
    } else {
        for (size_t i = 0; i < all.count; i++) {
            picked[i] =
                o->which == NULL ? is_shown(o, &all.list[i]) : picked[i];
            open = open || (picked[i] && xls_journals_is_open(&all.list[i]));
        }
        show(o, &all, picked);
        result = xls_say_done(PROGRAM) != 0 ? 1 : open ? XLS_JOURNALS_OPEN : 0;
    }
    free(picked);
    xls_journals_free(&all);
    return result;
}

int main(int argc, char **argv)
{
    enum { ALL = 256, JSON, CONFDIR, HELP };
    static const struct option longs[] = {
        {"all", no_argument, NULL, ALL},
        {"json", no_argument, NULL, JSON},
        {"confdir", required_argument, NULL, CONFDIR},
        {"help", no_argument, NULL, HELP},
        {NULL, 0, NULL, 0},
    };
    struct options o = {.confdir = XLS_CONFDIR};
    int c;

    while ((c = getopt_long(argc, argv, "vh", longs, NULL)) != -1) {
        switch (c) {
        case ALL:
            o.all = true;
            break;
        case JSON:
            o.json = true;
            break;
        case CONFDIR:
            o.confdir = optarg;
            break;
        case 'v': /* xl's own: there is nothing more to say */
            break;
        case 'h':
        case HELP:
            (void)fputs(usage_text, stdout);
            return xls_say_done(PROGRAM);
        default:
            (void)fputs("Try: xl secure-status --help\n", stderr);
            return XLS_EXIT_USAGE;
        }
    }
    if (argc - optind > 1) {
        xls_say_error(PROGRAM, "takes one migration or guest; see --help");
        return XLS_EXIT_USAGE;
    }
    o.which = argv[optind];
    return status(&o);
}
