/* SPDX-License-Identifier: LGPL-2.1-only */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "attest/hex.h"
#include "attest/policy-private.h"

/* What Linux calls the record of its boot's PCRs. */
static const char aggregate_name[] = "boot_aggregate";

struct run {
    const struct policy_set *sets;
    size_t count;
    const uint8_t *quoted;          /* PCR 10 */
    uint8_t aggregate[XLS_PCR_LEN]; /* of the quoted PCRs */
    bool has_aggregate;
    struct policy_ima *out;
    unsigned name; /* the record to name, from 1; 0: none */
    struct xls_reason *why;
};

bool xls_policy_aggregate(const struct xls_pcrs *pcrs, uint8_t out[XLS_PCR_LEN])
{
    const uint32_t need = 0x3ff;

    if ((pcrs->mask & need) != need) {
        return false;
    }
    (void)crypto_hash_sha256(out, pcrs->value[0], 10 * (size_t)XLS_PCR_LEN);
    return true;
}

/* [E-97] Is it the aggregate of the very values that were quoted? */
static bool is_aggregate(const struct run *run,
                         const struct xls_ima_record *record)
{
    return run->has_aggregate && strcmp(record->path, aggregate_name) == 0 &&
           strcmp(record->alg, "sha256") == 0 &&
           memcmp(record->digest, run->aggregate, XLS_PCR_LEN) == 0;
}

/* [E-96] Is it among the set's files? */
static bool is_listed(const struct policy_set *set,
                      const struct xls_ima_record *record)
{
    const struct policy_file want = {record->path, record->digest,
                                     record->digest_len, 0};
    size_t low = 0;
    size_t high = set->file_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = xls_policy_file_order(&want, &set->files[middle]);

        if (order == 0) {
            return true;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return false;
}

/* Say which record is not allowed. */
static void name_record(const struct run *run,
                        const struct xls_ima_record *record)
{
    char path[100];
    bool boot = strcmp(record->path, aggregate_name) == 0;

    if (record->violation) {
        (void)xls_reason_set(run->why, XLS_PEER_POLICY, "E-96",
                             "IMA's list, record %u: a violation: a file was "
                             "changed while it was measured",
                             run->name);
        return;
    }
    (void)xls_path_text(path, sizeof(path), record->path, strlen(record->path));
    (void)xls_reason_set(run->why, XLS_PEER_POLICY, boot ? "E-97" : "E-96",
                         "IMA's list, record %u: %s is not allowed", run->name,
                         path);
    xls_hex(path, sizeof(path), record->digest, record->digest_len);
    xls_reason_seen(run->why, "%s:%s", record->alg, path);
    if (boot && run->has_aggregate) {
        xls_hex(path, sizeof(path), run->aggregate, XLS_PCR_LEN);
        xls_reason_expected(run->why, "sha256:%s", path);
    }
}

/* The digest that the set has for this path, when it has just one. */
static void name_expected(const struct run *run, const char *record_path)
{
    const struct policy_set *set = run->sets;
    const struct policy_file *found = NULL;
    char hex[130];

    for (size_t i = 0; i < set->file_count; i++) {
        if (strcmp(set->files[i].path, record_path) == 0) {
            if (found != NULL) {
                return;
            }
            found = &set->files[i];
        }
    }
    if (found != NULL) {
        xls_hex(hex, sizeof(hex), found->digest, found->digest_len);
        xls_reason_expected(run->why, "%s:%s",
                            found->digest_len == 32   ? "sha256"
                            : found->digest_len == 48 ? "sha384"
                                                      : "sha512",
                            hex);
    }
}

static enum xls_rc take(void *arg, const struct xls_ima_record *record)
{
    struct run *run = arg;
    struct policy_ima *out = run->out;

    if (out->reached) {
        return XLS_OK; /* measured after the quote: nothing vouches for it */
    }
    out->records++;
    if (out->records == run->name) {
        name_record(run, record);
        if (!record->violation && run->why != NULL &&
            run->why->expected[0] == '\0') {
            name_expected(run, record->path);
        }
    }
    for (size_t i = 0; i < run->count; i++) {
        if (out->bad[i] == 0 &&
            (record->violation || (!is_listed(&run->sets[i], record) &&
                                   !is_aggregate(run, record)))) {
            out->bad[i] = out->records;
        }
    }
    memcpy(out->value, record->value, XLS_PCR_LEN);
    out->reached = memcmp(record->value, run->quoted, XLS_PCR_LEN) == 0;
    return XLS_OK;
}

static enum xls_rc run_list(struct run *run, const struct xls_claims *claims)
{
    struct xls_imalog *log = xls_imalog_new(take, run);
    struct policy_ima *out = run->out;
    unsigned records;
    uint8_t value[XLS_PCR_LEN];

    if (log == NULL) {
        return XLS_HOST_NOMEM;
    }
    run->quoted = claims->pcrs.value[XLS_IMA_PCR];
    run->has_aggregate = xls_policy_aggregate(&claims->pcrs, run->aggregate);
    out->rc = xls_imalog_feed(log, claims->ima, claims->ima_len, &out->why);
    if (out->rc == XLS_OK) {
        out->rc = xls_imalog_end(log, &records, value, &out->why);
    }
    xls_imalog_free(log);
    return XLS_OK;
}

enum xls_rc xls_policy_ima(const struct policy_set *sets, size_t count,
                           const struct xls_claims *claims,
                           struct policy_ima *out)
{
    struct run run = {.sets = sets, .count = count, .out = out};

    *out = (struct policy_ima){.rc = XLS_OK};
    return run_list(&run, claims);
}

enum xls_rc xls_policy_ima_reason(const struct policy_ima *ima,
                                  const struct policy_set *sets, size_t i,
                                  const struct xls_claims *claims,
                                  struct xls_reason *why)
{
    struct policy_ima again = {.rc = XLS_OK};
    struct run run = {.sets = &sets[i], .count = 1, .out = &again, .why = why};

    if (ima->rc != XLS_OK) {
        if (why != NULL) {
            *why = ima->why;
        }
        return XLS_PEER_POLICY;
    }
    if (!ima->reached) { /* [E-95] */
        (void)xls_reason_set(
            why, XLS_PEER_POLICY, "E-95",
            claims->ima_len == 0
                ? "no list of IMA's came, and set %s appraises PCR 10 by it"
                : "IMA's list does not lead to the quoted PCR 10, which set "
                  "%s appraises by it",
            sets[i].name);
        if (claims->ima_len != 0) {
            xls_reason_octets(why, claims->pcrs.value[XLS_IMA_PCR], XLS_PCR_LEN,
                              ima->value, XLS_PCR_LEN);
        }
        return XLS_PEER_POLICY;
    }
    run.name = ima->bad[i];
    return run_list(&run, claims) == XLS_OK ? XLS_PEER_POLICY : XLS_HOST_NOMEM;
}
