/* SPDX-License-Identifier: LGPL-2.1-only */
#include "toolstack/recover.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "toolstack/end-source.h"
#include "toolstack/receive-settle.h"

enum { KEEP = 50, KEEP_SECONDS = 30 * 86400 };

static const char *const notes[] = {
    [XLS_WISH_NONE] = NULL,
    [XLS_WISH_HERE] = XLS_NOTE_HERE,
    [XLS_WISH_THERE] = XLS_NOTE_THERE,
};

/* How to go on with a journal. */
struct manner {
    enum xls_recover_wish wish;
    bool asks;  /* the other host, where that is due */
    bool unmet; /* it cannot be met; not asked, or found out */
};

static void tell(const struct xls_recover_setup *setup,
                 const struct xls_journal_view *view, const char *what)
{
    char guest[sizeof(view->facts.guest)];
    char line[1024];

    xls_why_peer(guest, sizeof(guest), view->facts.guest,
                 strlen(view->facts.guest));
    (void)snprintf(line, sizeof(line), "%s: guest '%s': %s", view->facts.peer,
                   guest, what);
    setup->say(setup->say_ctx, line);
}

/* --- a source's
 * -------------------------------------------------------------*/

struct source {
    const struct xls_recover_setup *setup;
    const struct xls_conf *conf;
    struct xls_source_end end;
    struct xls_source_ops ops;
};

static void tell_try(void *ctx, const char *line)
{
    const struct source *s = ctx;

    tell(s->setup, xls_journal_view(s->end.journal), line);
}

/* What moves along, as the process before left it. */
static enum xls_rc find_pack(struct source *s, struct xls_why *why)
{
    const struct xls_journal_facts *f =
        &xls_journal_view(s->end.journal)->facts;
    const struct xls_pack_setup setup = {
        .conf = s->conf, .guest = f->guest, .uuid = f->uuid};

    /* in HERE they are the guest's, which may be leaving once more */
    return f->companions.count == 0 || xls_source_at(&s->end) == XLS_SOURCE_HERE
               ? XLS_OK
               : xls_pack_again(&setup, &f->companions, f->id, f->peer,
                                &s->end.pack, why);
}

/* [P-92] What a person vouches for, where the states leave it to one. */
static enum xls_rc heed(struct source *s, enum xls_recover_wish wish,
                        struct xls_why *why)
{
    enum xls_source_state at = xls_source_at(&s->end);
    enum xls_source_event event =
        wish == XLS_WISH_HERE ? XLS_SOURCE_VOUCH_BACK : XLS_SOURCE_VOUCH_MOVED;
    enum xls_rc rc = XLS_OK;

    if (xls_source_next(at, event) == XLS_SOURCE_NONE) {
        return xls_why_set(
            why, XLS_PEER_POLICY,
            at == XLS_SOURCE_MOVED
                ? "the guest has moved: %s runs it, and it cannot be had here"
                : "the guest was never given away: it runs here, and %s cannot "
                  "be given it any more",
            xls_journal_view(s->end.journal)->facts.peer);
    }
    if (wish == XLS_WISH_HERE && at == XLS_SOURCE_COMMIT) {
        /* [P-104] first there: what is here may be run then */
        rc = xls_lease_force(&s->end.lease, s->end.journal, XLS_LEASE_SOURCE,
                             why);
    }
    return rc == XLS_OK ? xls_source_step(&s->end, event, notes[wish], why)
                        : rc;
}

/* The guest and what belongs to it have other names while it is open. */
static enum xls_rc set_aside(struct source *s, struct xls_why *why)
{
    const struct xls_journal_facts *f =
        &xls_journal_view(s->end.journal)->facts;
    enum xls_rc rc = s->ops.rename(s->ops.ctx, true, why);

    xls_source_mark(&s->end);
    return rc == XLS_OK && s->end.pack != NULL
               ? xls_pack_commit(s->end.pack, f->id, f->peer, why)
               : rc;
}

/* In this state the destination is to be asked. */
static bool is_asking(enum xls_source_state at)
{
    return at == XLS_SOURCE_COMMIT || at == XLS_SOURCE_HERE;
}

static enum xls_rc go_on_source(struct source *s, struct manner *how,
                                struct xls_why *why)
{
    enum xls_rc rc = XLS_OK;

    if (how->wish != XLS_WISH_NONE) {
        rc = heed(s, how->wish, why);
    } else if (xls_source_at(&s->end) == XLS_SOURCE_OPEN) {
        rc = xls_source_step(&s->end, XLS_SOURCE_LOST,
                             "the migrating process has died", why);
    }
    if (rc == XLS_OK && xls_source_at(&s->end) == XLS_SOURCE_COMMIT) {
        rc = set_aside(s, why);
    }
    if (rc == XLS_OK) {
        rc = xls_source_act(&s->end, why);
    }
    if (rc == XLS_OK && how->asks && how->wish == XLS_WISH_NONE &&
        is_asking(xls_source_at(&s->end))) {
        s->end.unmet = how->unmet;
        rc = xls_source_ask(&s->end, why);
        how->unmet = s->end.unmet;
    }
    return rc;
}

static enum xls_rc recover_source(const struct xls_recover_setup *setup,
                                  const struct xls_conf *conf,
                                  struct xls_journal *journal,
                                  struct manner *how, struct xls_why *why)
{
    struct source s = {.setup = setup, .conf = conf};
    enum xls_rc rc;

    s.end = (struct xls_source_end){.journal = journal,
                                    .ops = &s.ops,
                                    .lease = {.conf = conf},
                                    .confdir = setup->confdir,
                                    .measure = setup->measure,
                                    .tell = tell_try,
                                    .tell_ctx = &s};
    rc = setup->ops.source(setup->ops.ctx, &xls_journal_view(journal)->facts,
                           &s.ops, why);
    if (rc != XLS_OK) {
        return rc;
    }
    rc = find_pack(&s, why);
    if (rc == XLS_OK) {
        rc = go_on_source(&s, how, why);
    }
    xls_pack_free(s.end.pack);
    xls_lease_close(&s.end.lease);
    setup->ops.source_end(setup->ops.ctx, &s.ops);
    return rc;
}

/* --- a destination's
 * --------------------------------------------------------*/

static enum xls_rc recover_destination(const struct xls_recover_setup *setup,
                                       const struct xls_conf *conf,
                                       struct xls_journal *journal,
                                       enum xls_recover_wish wish,
                                       struct xls_why *why)
{
    static const enum xls_destination_event events[] = {
        [XLS_WISH_NONE] = XLS_DESTINATION_LOST,
        [XLS_WISH_HERE] = XLS_DESTINATION_VOUCH_TAKE,
        [XLS_WISH_THERE] = XLS_DESTINATION_VOUCH_BURN,
    };
    struct xls_receive_setup receive = {.confdir = setup->confdir,
                                        .net = {-1, -1},
                                        .measure = setup->measure,
                                        .say = setup->say,
                                        .say_ctx = setup->say_ctx};
    enum xls_destination_state at =
        (enum xls_destination_state)xls_journal_view(journal)->state;
    struct xls_going going = {
        .journal = journal, .event = events[wish], .note = notes[wish]};
    struct xls_lease_hold hold = {.conf = conf};
    enum xls_rc rc = XLS_OK;

    if (xls_destination_next(at, events[wish]) == XLS_DESTINATION_NONE) {
        return xls_why_set(why, XLS_PEER_POLICY,
                           "the state of it here is '%s', in which there is "
                           "nothing to vouch for",
                           xls_destination_state_name(at));
    }
    if (wish != XLS_WISH_NONE) { /* [P-104] */
        rc = xls_lease_force(
            &hold, journal,
            wish == XLS_WISH_HERE ? XLS_LEASE_TAKEN : XLS_LEASE_SOURCE, why);
        xls_lease_close(&hold);
    }
    if (rc == XLS_OK) {
        rc = setup->ops.destination(setup->ops.ctx, &receive.ops, why);
    }
    if (rc != XLS_OK) {
        return rc;
    }
    rc = xls_destination_go_on(&receive, conf, &going, why);
    if (going.runs) {
        setup->ops.started(setup->ops.ctx, &receive.ops);
    }
    setup->ops.destination_end(setup->ops.ctx, &receive.ops);
    return rc;
}

/* --- one, and all
 * -----------------------------------------------------------*/

static enum xls_rc recover_one(const struct xls_recover_setup *setup,
                               enum xls_role role, const uint8_t id[XLS_ID_LEN],
                               struct manner *how,
                               struct xls_journal_view *view,
                               struct xls_why *why)
{
    struct xls_journal *journal = NULL;
    struct xls_conf conf;
    bool absent = false;
    pid_t holder = 0;
    unsigned before;
    enum xls_rc rc = xls_conf_load(setup->confdir, &conf, why);

    if (rc == XLS_OK) {
        rc = xls_journal_take(conf.state, role, id, &journal, &absent, &holder,
                              why);
    }
    if (rc != XLS_OK) {
        return rc;
    }
    before = xls_journal_view(journal)->state;
    rc = role == XLS_ROLE_SOURCE
             ? recover_source(setup, &conf, journal, how, why)
             : recover_destination(setup, &conf, journal, how->wish, why);
    *view = *xls_journal_view(journal);
    xls_journal_leave(journal);
    if (view->state != before) {
        char line[200];

        (void)snprintf(
            line, sizeof(line), "now %s",
            role == XLS_ROLE_SOURCE
                ? xls_source_state_name((enum xls_source_state)view->state)
                : xls_destination_state_name(
                      (enum xls_destination_state)view->state));
        tell(setup, view, line);
    }
    return rc;
}

enum xls_rc xls_recover_one(const struct xls_recover_setup *setup,
                            enum xls_role role, const uint8_t id[XLS_ID_LEN],
                            enum xls_recover_wish wish,
                            struct xls_journal_view *view, struct xls_why *why)
{
    struct manner how = {.wish = wish, .asks = true};

    return recover_one(setup, role, id, &how, view, why);
}

/* Is the other host still to be asked about this one, as far as is known? */
static bool is_to_ask(const struct xls_journal_view *view)
{
    return view->facts.role == XLS_ROLE_SOURCE &&
           is_asking((enum xls_source_state)view->state);
}

/* Is the same host got at in the same way? */
static bool same_way(const struct xls_journal_entry *a,
                     const struct xls_journal_entry *b)
{
    return a != NULL &&
           xls_same(a->view.facts.peer_key, b->view.facts.peer_key, XLS_KEY) ==
               XLS_OK &&
           strcmp(a->view.facts.command, b->view.facts.command) == 0;
}

/* Those that ask, or those that do not; what is in the way is told. */
static void sweep(const struct xls_recover_setup *setup,
                  struct xls_journal_entry *list, size_t count, bool asks)
{
    const struct xls_journal_entry *unmet = NULL;

    for (size_t i = 0; i < count; i++) {
        struct xls_journal_entry *e = &list[i];
        struct manner how = {.asks = asks, .unmet = same_way(unmet, e)};
        struct xls_why local = {""};

        if (e->holder != 0 || xls_journal_settled(&e->view) ||
            is_to_ask(&e->view) != asks) {
            continue;
        }
        (void)!recover_one(setup, e->view.facts.role, e->view.facts.id, &how,
                           &e->view, &local);
        if (local.text[0] != '\0') {
            tell(setup, &e->view, local.text);
        }
        unmet = how.unmet ? e : unmet;
    }
}

/* Joining takes half a minute: it is begun before anybody needs it. */
static void join_arbiter(const struct xls_recover_setup *setup,
                         const struct xls_conf *conf)
{
    struct xls_arbiter *arbiter = NULL;
    struct xls_why local = {""};

    if (conf->arbiter[0] != '\0' &&
        xls_arbiter_open(conf, 0, &arbiter, &local) != XLS_OK) {
        setup->say(setup->say_ctx, local.text);
    }
    xls_arbiter_close(arbiter);
}

enum xls_rc xls_recover_all(const struct xls_recover_setup *setup,
                            const uint8_t peer[XLS_KEY], size_t *open,
                            struct xls_why *why)
{
    struct xls_journal_entry *list = NULL;
    struct xls_conf conf;
    size_t count = 0;
    size_t ours = 0;
    enum xls_rc rc = xls_conf_load(setup->confdir, &conf, why);

    *open = 0;
    if (rc == XLS_OK) {
        rc = xls_journal_list(conf.state, &list, &count, why);
    }
    for (size_t i = 0; rc == XLS_OK && i < count; i++) {
        if (!list[i].damaged &&
            (peer == NULL ||
             xls_same(list[i].view.facts.peer_key, peer, XLS_KEY) == XLS_OK)) {
            list[ours] = list[i];
            ours++;
        }
    }
    sweep(setup, list, ours, false);
    sweep(setup, list, ours, true);
    for (size_t i = 0; i < ours; i++) {
        *open += xls_journal_settled(&list[i].view) ? 0 : 1;
    }
    free(list);
    return rc;
}

enum xls_rc xls_recover_tidy(const struct xls_recover_setup *setup,
                             struct xls_why *why)
{
    struct xls_conf conf;
    enum xls_rc rc = xls_conf_load(setup->confdir, &conf, why);

    if (rc == XLS_OK) {
        join_arbiter(setup, &conf);
        rc = xls_journal_prune(conf.state, KEEP, KEEP_SECONDS, why);
    }
    return rc;
}
