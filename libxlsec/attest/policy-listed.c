/* SPDX-License-Identifier: LGPL-2.1-only */
#include <stdlib.h>
#include <string.h>

#include "attest/policy-private.h"

struct run {
    const struct xls_claims *claims;
    uint8_t aggregate[XLS_PCR_LEN];
    bool has_aggregate;
    bool reached;
    unsigned records;
    struct policy_listed listed; /* with room for every record */
    size_t used;                 /* of its octets */
    struct xls_reason *why;
};

/* Needs the record no line ([E-97])? */
static bool is_aggregate(const struct run *run,
                         const struct xls_ima_record *record)
{
    return run->has_aggregate && strcmp(record->path, "boot_aggregate") == 0 &&
           record->digest_len == XLS_PCR_LEN &&
           memcmp(record->digest, run->aggregate, XLS_PCR_LEN) == 0;
}

/* A record's data are longer than its path and digest: all of them fit into as
 * many octets as the list has. */
static void file_add(struct run *run, const struct xls_ima_record *record)
{
    size_t path_len = strlen(record->path) + 1;
    char *at = run->listed.octets + run->used;

    memcpy(at, record->path, path_len);
    memcpy(at + path_len, record->digest, record->digest_len);
    run->used += path_len + record->digest_len;
    run->listed.files[run->listed.count++] = (struct policy_file){
        at, (const uint8_t *)at + path_len, record->digest_len, 0};
}

static enum xls_rc take(void *arg, const struct xls_ima_record *record)
{
    struct run *run = arg;

    if (run->reached) {
        return XLS_OK;
    }
    run->records++;
    if (record->violation) {
        return xls_reason_set(run->why, XLS_PEER_POLICY, "E-96",
                              "IMA's list, record %u: a violation, which no "
                              "policy allows: let IMA's own policy leave out "
                              "what is written to",
                              run->records);
    }
    if (record->digest_len < XLS_PCR_LEN) {
        return xls_reason_set(run->why, XLS_PEER_POLICY, "E-88",
                              "IMA's list, record %u: SHA-1, which no policy "
                              "takes: boot with ima_hash=sha256",
                              run->records);
    }
    if (!is_aggregate(run, record)) {
        file_add(run, record);
    }
    run->reached = memcmp(record->value, run->claims->pcrs.value[XLS_IMA_PCR],
                          XLS_PCR_LEN) == 0;
    return XLS_OK;
}

/* Feed the whole list to take, or to nobody; *records: how many it has. */
static enum xls_rc feed(struct run *run, xls_ima_take *to, unsigned *records)
{
    const struct xls_claims *claims = run->claims;
    struct xls_imalog *log = xls_imalog_new(to, run);
    struct xls_reason why = {.rule = ""};
    uint8_t value[XLS_PCR_LEN];
    enum xls_rc rc = XLS_HOST_NOMEM;

    if (log != NULL) {
        rc = xls_imalog_feed(log, claims->ima, claims->ima_len, &why);
    }
    if (rc == XLS_OK) {
        rc = xls_imalog_end(log, records, value, &why);
    }
    xls_imalog_free(log);
    if (why.rule[0] != '\0' && run->why != NULL) {
        *run->why = why; /* the form; take() has said its own */
    }
    return rc;
}

static int order(const void *a, const void *b)
{
    return xls_policy_file_order(a, b);
}

static void sort(struct policy_listed *listed)
{
    size_t kept = 0;

    if (listed->count > 0) {
        qsort(listed->files, listed->count, sizeof(*listed->files), order);
    }
    for (size_t i = 0; i < listed->count; i++) {
        if (kept == 0 || xls_policy_file_order(&listed->files[kept - 1],
                                               &listed->files[i]) != 0) {
            listed->files[kept++] = listed->files[i];
        }
    }
    listed->count = kept;
}

enum xls_rc xls_policy_listed(const struct xls_claims *claims,
                              struct policy_listed *out, struct xls_reason *why)
{
    struct run run = {.claims = claims, .why = why};
    unsigned records = 0;
    enum xls_rc rc = feed(&run, NULL, &records);

    run.has_aggregate = xls_policy_aggregate(&claims->pcrs, run.aggregate);
    if (rc == XLS_OK) {
        run.listed.files =
            calloc((size_t)records + 1, sizeof(*run.listed.files));
        run.listed.octets = malloc(claims->ima_len + 1);
        rc = run.listed.files == NULL || run.listed.octets == NULL
                 ? XLS_HOST_NOMEM
                 : feed(&run, take, &records);
    }
    if (rc == XLS_OK && !run.reached) {
        rc = xls_reason_set(why, XLS_PEER_POLICY, "E-95",
                            "IMA's list does not lead to the value of PCR 10");
    }
    if (rc == XLS_OK) {
        sort(&run.listed);
        *out = run.listed;
        run.listed = (struct policy_listed){.files = NULL};
    }
    xls_policy_listed_free(&run.listed);
    return rc;
}

void xls_policy_listed_free(struct policy_listed *listed)
{
    free(listed->files);
    free(listed->octets);
    *listed = (struct policy_listed){.files = NULL};
}
