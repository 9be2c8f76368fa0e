/* SPDX-License-Identifier: LGPL-2.1-only */
#include "toolstack/lease.h"

#include <string.h>

enum { ADMIT_WAIT_MS = 5000 };

static const struct xls_journal_facts *
facts_of(const struct xls_journal *journal)
{
    return &xls_journal_view(journal)->facts;
}

bool xls_lease_is_used(const struct xls_journal *journal)
{
    return facts_of(journal)->arbiter[0] != '\0';
}

/* The one that the journal names. */
static enum xls_rc open_same(struct xls_lease_hold *hold,
                             const struct xls_journal *journal,
                             struct xls_why *why)
{
    const char *name = facts_of(journal)->arbiter;
    enum xls_rc rc = XLS_OK;

    if (hold->conf->arbiter[0] == '\0') {
        return xls_why_set(why, XLS_HOST_CONF,
                           "there is no [arbiter] in %s/xlsec.conf any more, "
                           "and the migration has a lease at arbiter '%s': "
                           "only a person can settle it (xl secure-recover)",
                           hold->conf->dir, name);
    }
    if (hold->arbiter == NULL) {
        rc = xls_arbiter_open(hold->conf, 0, &hold->arbiter, why);
    }
    if (rc == XLS_OK && strcmp(xls_arbiter_name(hold->arbiter), name) != 0) {
        rc = xls_why_set(why, XLS_HOST_CONF,
                         "arbiter %s is '%s' now, and was '%s' when the "
                         "migration began: nothing is settled by it",
                         hold->conf->arbiter, xls_arbiter_name(hold->arbiter),
                         name);
    }
    return rc;
}

enum xls_rc xls_lease_look(struct xls_lease_hold *hold,
                           const struct xls_journal *journal,
                           struct xls_lease *lease, bool *down,
                           struct xls_why *why)
{
    const struct xls_journal_facts *f = facts_of(journal);
    enum xls_rc rc = open_same(hold, journal, why);

    if (rc == XLS_OK) {
        rc = xls_arbiter_look(hold->arbiter, f->id, lease, why);
    }
    if (rc == XLS_OK) {
        bool source = f->role == XLS_ROLE_SOURCE;

        /* a destination that has not come to the lease has no whole copy, and
         * without the lease it never will */
        *down = (source && lease->value != XLS_LEASE_NONE &&
                 lease->destination == 0) ||
                xls_arbiter_down(hold->arbiter,
                                 source ? lease->destination : lease->source);
    }
    return rc;
}

enum xls_rc xls_lease_swap(struct xls_lease_hold *hold,
                           const struct xls_journal *journal,
                           enum xls_lease_value from, enum xls_lease_value to,
                           enum xls_lease_value *now, struct xls_why *why)
{
    enum xls_rc rc = open_same(hold, journal, why);

    return rc == XLS_OK ? xls_arbiter_swap(hold->arbiter, facts_of(journal)->id,
                                           from, to, now, why)
                        : rc;
}

enum xls_rc xls_lease_force(struct xls_lease_hold *hold,
                            const struct xls_journal *journal,
                            enum xls_lease_value to, struct xls_why *why)
{
    enum xls_lease_value now;
    struct xls_lease lease;
    bool down;
    enum xls_rc rc;

    if (!xls_lease_is_used(journal) || hold->conf->arbiter[0] == '\0') {
        return XLS_OK;
    }
    rc = xls_lease_look(hold, journal, &lease, &down, why);
    if (rc == XLS_OK && lease.value == XLS_LEASE_RUNS &&
        to == XLS_LEASE_SOURCE) {
        return xls_why_set(why, XLS_PEER_POLICY,
                           "the lease of the migration says that the guest has "
                           "run at the destination: it has moved");
    }
    return rc == XLS_OK
               ? xls_lease_swap(hold, journal, lease.value, to, &now, why)
               : rc;
}

enum xls_rc xls_lease_remove(struct xls_lease_hold *hold,
                             const struct xls_journal *journal,
                             struct xls_why *why)
{
    enum xls_rc rc = open_same(hold, journal, why);

    return rc == XLS_OK
               ? xls_arbiter_end(hold->arbiter, facts_of(journal)->id, why)
               : rc;
}

void xls_lease_close(struct xls_lease_hold *hold)
{
    xls_arbiter_close(hold->arbiter);
    hold->arbiter = NULL;
}

enum xls_rc xls_lease_wanted(const struct xls_conf *conf,
                             const uint8_t key[XLS_KEY], bool *wanted,
                             struct xls_why *why)
{
    struct xls_peers peers = {NULL, 0};
    const struct xls_peer *peer;
    enum xls_rc rc = XLS_OK;

    *wanted = conf->arbiter[0] != '\0';
    if (*wanted) {
        rc = xls_peers_load(conf->dir, &peers, why);
        peer = rc == XLS_OK ? xls_peers_by_key(&peers, key) : NULL;
        *wanted = peer == NULL || !peer->no_arbiter;
    }
    xls_peers_free(&peers);
    return rc;
}

enum xls_rc xls_lease_admit(struct xls_lease_hold *hold,
                            const uint8_t key[XLS_KEY], bool offered,
                            const char **rule, struct xls_why *why)
{
    bool wanted;
    enum xls_rc rc = xls_lease_wanted(hold->conf, key, &wanted, why);

    *rule = "arbiter";
    if (rc == XLS_OK && wanted && offered) {
        return xls_arbiter_open(hold->conf, ADMIT_WAIT_MS, &hold->arbiter, why);
    }
    if (rc != XLS_OK || wanted == offered) {
        return rc;
    }
    return xls_why_set(
        why, XLS_PEER_POLICY, "%s",
        offered ? "the source wants an arbiter, and this host has none for it: "
                  "give both hosts the same [arbiter] in xlsec.conf, or say "
                  "'arbiter = no' of this host in the source's peers.d"
                : "this host wants an arbiter, and the source goes without: "
                  "give both hosts the same [arbiter] in xlsec.conf, or say "
                  "'arbiter = no' of the source in this host's peers.d");
}
