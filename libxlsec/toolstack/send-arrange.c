/* SPDX-License-Identifier: LGPL-2.1-only */
#include "toolstack/send-private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "host/fd.h"
#include "host/net.h"
#include "toolstack/prove.h"

/* TCP asks at 0, 1, 3 and 7 s: after the third, asking anew is the sooner
 * answered when the link comes back. */
enum { CONNECT_MS = 4000, JOIN_MS = 60000 };

static enum xls_rc reach(struct xls_sending *s, const struct xls_peer *peer)
{
    int pair[2];
    enum xls_rc rc;

    if (s->setup->command == NULL) {
        return xls_net_connect(peer->address, peer->port, CONNECT_MS, &s->net,
                               s->why);
    }
    rc = xls_fd_pair(SOCK_STREAM, pair);
    if (rc != XLS_OK) {
        return rc;
    }
    s->net = pair[0];
    rc = xls_spawn_shell(s->setup->command, pair[1], &s->command);
    xls_fd_close(&pair[1]);
    return rc;
}

static enum xls_rc find_and_reach(struct xls_sending *s)
{
    struct xls_peers peers;
    const struct xls_peer *peer = NULL;
    enum xls_rc rc = xls_conf_load(s->setup->confdir, &s->crew.conf, s->why);

    if (rc != XLS_OK) {
        return rc;
    }
    rc = xls_peers_load(s->setup->confdir, &peers, s->why);
    if (rc == XLS_OK) {
        peer = xls_peers_by_name(&peers, s->setup->host);
        rc = peer != NULL
                 ? reach(s, peer)
                 : xls_why_set(s->why, XLS_HOST_CONF,
                               "no host '%s' is known here: no file in "
                               "%s/peers.d names it; run xlsec id there and "
                               "xlsec trust here",
                               s->setup->host, s->setup->confdir);
    }
    xls_peers_free(&peers);
    return rc;
}

/* The guest, in the guard's own words; the offer is in s->control. */
static enum xls_rc describe(struct xls_sending *s)
{
    struct xls_offer *offer = &s->control.u.offer;
    char *json = NULL;
    enum xls_rc rc;

    s->control = (struct xls_control){.type = XLS_OFFER};
    rc = s->setup->ops.describe(s->setup->ops.ctx, &json, offer, s->why);
    if (rc == XLS_OK) {
        rc = xls_crew_config(&s->crew, json, strlen(json), &s->facts,
                             &s->config, s->why);
    }
    free(json);
    if (rc != XLS_OK) {
        return rc;
    }
    offer->guest = s->facts.type;
    offer->flags = (s->setup->paused ? XLS_OFFER_PAUSED : 0) |
                   (s->setup->keep_domid ? XLS_OFFER_DOMID : 0);
    offer->max_kib = s->facts.max_memkb;
    offer->target_kib = s->facts.target_memkb;
    offer->vcpus = s->facts.max_vcpus;
    memcpy(offer->uuid, s->facts.uuid, sizeof(offer->uuid));
    memcpy(offer->name, s->facts.name, sizeof(offer->name));
    offer->config = s->config;
    offer->config_len = strlen(s->config);
    (void)snprintf(s->report->guest, sizeof(s->report->guest), "%s",
                   s->facts.name);
    return XLS_OK;
}

enum xls_rc xls_sending_meet(struct xls_sending *s)
{
    int net[2];
    enum xls_rc rc;

    xls_sending_enter(s, "connecting");
    rc = find_and_reach(s);
    if (rc != XLS_OK) {
        return rc;
    }
    net[0] = net[1] = s->net;
    s->crew.measure = s->setup->measure;
    s->crew.learning = s->setup->learning;
    rc = xls_crew_start(&s->crew, XLS_ROLE_SOURCE, s->setup->host, net, s->why);
    xls_fd_close(&s->net); /* wire has it */
    if (rc == XLS_OK) {
        rc = xls_crew_await_peer(&s->crew, s->why);
    }
    memcpy(s->report->peer_key, s->crew.peer_key, XLS_KEY);
    memcpy(s->report->peer, s->crew.peer_name, XLS_NAME);
    if (rc != XLS_OK) {
        return rc;
    }
    s->report->suite = s->crew.suite;
    xls_sending_enter(s, "attesting");
    rc = xls_prove_begin(&s->crew, s->why);
    if (rc == XLS_OK) {
        rc = xls_sending_await_proof(s, 1); /* [P-59] */
    }
    s->report->attested = s->crew.attested;
    s->report->waived = s->crew.waived;
    return rc;
}

/* [P-90] From here on the guest may be stopped. */
static enum xls_rc begin_journal(struct xls_sending *s)
{
    struct xls_journal_facts *f = calloc(1, sizeof(*f));
    enum xls_rc rc;

    if (f == NULL) {
        return XLS_HOST_NOMEM;
    }
    f->role = XLS_ROLE_SOURCE;
    memcpy(f->id, s->crew.id, sizeof(f->id));
    memcpy(f->peer_key, s->crew.peer_key, XLS_KEY);
    memcpy(f->uuid, s->facts.uuid, sizeof(f->uuid));
    (void)snprintf(f->peer, sizeof(f->peer), "%s", s->setup->host);
    (void)snprintf(f->guest, sizeof(f->guest), "%s", s->facts.name);
    f->paused = s->setup->paused;
    f->companions = *xls_pack_list(s->pack);
    if (s->leased) {
        (void)snprintf(f->arbiter, sizeof(f->arbiter), "%s",
                       xls_arbiter_name(s->end.lease.arbiter));
    }
    rc = XLS_OK;
    if (s->setup->command != NULL &&
        (size_t)snprintf(f->command, sizeof(f->command), "%s",
                         s->setup->command) >= sizeof(f->command)) {
        rc = xls_why_set(s->why, XLS_HOST_CONF,
                         "-s: a command of more than %zu characters could not "
                         "be run again after a failure",
                         sizeof(f->command) - 1);
    }
    if (rc == XLS_OK) {
        rc = xls_journal_begin(s->crew.conf.state, f, XLS_SOURCE_OPEN,
                               &s->journal, s->why);
    }
    free(f);
    s->end.journal = s->journal;
    s->end.pack = s->pack;
    return rc;
}

/* [P-101] There is an arbiter, if there is to be one. */
static enum xls_rc go_to_arbiter(struct xls_sending *s)
{
    enum xls_rc rc =
        xls_lease_wanted(&s->crew.conf, s->crew.peer_key, &s->leased, s->why);

    if (rc == XLS_OK && s->leased) {
        xls_sending_enter(s, "going to the arbiter");
        rc = xls_arbiter_open(&s->crew.conf, JOIN_MS, &s->end.lease.arbiter,
                              s->why);
    }
    return rc;
}

enum xls_rc xls_sending_arrange(struct xls_sending *s)
{
    enum xls_rc rc = xls_sending_meet(s);

    if (rc != XLS_OK || s->setup->attest_only) {
        return rc;
    }
    rc = xls_crew_guard(&s->crew, &s->pipe, s->why);
    xls_sending_enter(s, "offering");
    if (rc == XLS_OK) {
        rc = describe(s);
    }
    if (rc == XLS_OK && !s->setup->dry_run) {
        rc = xls_journal_may_begin(s->crew.conf.state, XLS_ROLE_SOURCE,
                                   s->facts.uuid, s->why);
    }
    if (rc == XLS_OK) {
        rc = xls_sending_announce(s);
    }
    if (rc == XLS_OK) {
        rc = go_to_arbiter(s);
    }
    if (rc == XLS_OK) {
        s->control.u.offer.flags |= s->leased ? XLS_OFFER_ARBITER : 0;
        rc = xls_sending_must_say(s, &s->control);
    }
    if (rc == XLS_OK) {
        rc = xls_sending_await(s, XLS_ADMIT, XLS_ADMIT,
                               s->crew.conf.stall_seconds);
    }
    if (rc == XLS_OK) {
        xls_why_peer(s->report->peer_says, sizeof(s->report->peer_says),
                     s->control.u.admit.host, strlen(s->control.u.admit.host));
        rc = s->setup->dry_run ? XLS_OK : begin_journal(s);
    }
    if (rc == XLS_OK && s->journal != NULL && s->leased) {
        rc = xls_arbiter_begin(s->end.lease.arbiter, s->crew.id, s->why);
    }
    return rc;
}
