/* SPDX-License-Identifier: LGPL-2.1-only */
#include "toolstack/permit.h"

#include <stdio.h>
#include <string.h>

#include "xenfmt/config.h"

struct heard {
    struct xls_cfg_found first;
    size_t count;
};

static bool hear(void *ctx, const struct xls_cfg_found *found)
{
    struct heard *h = ctx;

    if (h->count++ == 0) {
        h->first = *found;
    }
    return true;
}

/* What a person has to know: which setting, and what would accept it. */
static enum xls_rc refuse(const struct heard *h, const struct xls_peer *peer,
                          struct xls_why *why)
{
    const struct xls_cfg_found *f = &h->first;
    char others[64] = "";
    bool line = f->line[0] != '\0';

    if (h->count > 1) {
        (void)snprintf(others, sizeof(others),
                       " (and %zu more: xlsec check "
                       "--explain)",
                       h->count - 1);
    }
    return xls_why_set(why, XLS_PEER_POLICY,
                       "the guest's configuration is refused: [%s] %s%s%s%s "
                       "%s%s%s%s%s%s",
                       f->rule, f->path, f->value[0] == '\0' ? "" : " '",
                       f->value, f->value[0] == '\0' ? "" : "'", f->text,
                       line ? "; to accept it, add to " : "",
                       line ? peer->path : "", line ? ": " : "", f->line,
                       others);
}

/* The file of the peer of that key, in *peers, which is the caller's. */
static enum xls_rc find_peer(const char *confdir, const uint8_t key[XLS_KEY],
                             struct xls_peers *peers,
                             const struct xls_peer **peer, struct xls_why *why)
{
    enum xls_rc rc = xls_peers_load(confdir, peers, why);

    *peer = rc == XLS_OK ? xls_peers_by_key(peers, key) : NULL;
    if (rc == XLS_OK && *peer == NULL) {
        rc = xls_why_set(why, XLS_PEER_POLICY,
                         "%s/peers.d has no file for that host any more",
                         confdir);
    }
    return rc;
}

enum xls_rc xls_permit(const char *confdir, const uint8_t key[XLS_KEY],
                       const char *config, char rule[XLS_PERMIT_RULE],
                       struct xls_why *why)
{
    struct heard heard = {.count = 0};
    struct xls_finding finding = {0};
    struct xls_peers peers;
    const struct xls_peer *peer;
    enum xls_rc rc = find_peer(confdir, key, &peers, &peer, why);

    (void)snprintf(rule, XLS_PERMIT_RULE, "config");
    if (rc == XLS_OK) {
        rc = xls_config_permit(config, strlen(config), &peer->accept, hear,
                               &heard, &finding);
        if (rc == XLS_PEER_POLICY) {
            (void)snprintf(rule, XLS_PERMIT_RULE, "%s", heard.first.rule);
            rc = refuse(&heard, peer, why);
        } else if (rc != XLS_OK) {
            rc = xls_why_set(why, rc,
                             "the guest's configuration is refused: [%s] %s",
                             finding.rule, finding.text);
        }
    }
    xls_peers_free(&peers);
    return rc;
}

enum xls_rc xls_permit_companions(const char *confdir,
                                  const uint8_t key[XLS_KEY],
                                  const struct xls_companions *list,
                                  struct xls_why *why)
{
    struct xls_peers peers;
    const struct xls_peer *peer;
    enum xls_rc rc = find_peer(confdir, key, &peers, &peer, why);

    for (size_t i = 0; rc == XLS_OK && i < list->count; i++) {
        const struct xls_companion *one = &list->list[i];
        enum xls_cfg_word word =
            one->kind == XLS_COMPANION_VTPM ? XLS_ACCEPT_VTPM : XLS_ACCEPT_FILE;

        if (!xls_cfg_policy_has(&peer->accept, word, "", one->path)) {
            rc = xls_why_set(why, XLS_PEER_POLICY,
                             "%s '%s' may not come along with a guest; to "
                             "accept it, add to %s: %s = %s",
                             xls_companion_kind_name(one->kind), one->path,
                             peer->path, xls_cfg_word_name(word), one->path);
        }
    }
    xls_peers_free(&peers);
    return rc;
}
