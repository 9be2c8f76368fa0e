/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/attester.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "attest/evidence.h"
#include "attest/imalog.h"
#include "attest/software.h"
#include "base/secret.h"
#include "host/boot.h"
#include "host/fd.h"
#include "host/keyfile.h"
#include "host/policystore.h"
#include "host/tpm.h"

#define EVENTS "/sys/kernel/security/tpm0/binary_bios_measurements"
#define LIST   "/sys/kernel/security/ima/binary_runtime_measurements"

enum { TRIES = 10 };

struct xls_attester {
    enum xls_evidence_kind kind;
    uint8_t policy[32]; /* digest of our own; zeros: none */
    /* TPM */
    struct xls_tpm *tpm;
    uint32_t pcrs;
    int events; /* the firmware's log; -1: none */
    int list;   /* IMA's; -1: none */
    /* software */
    struct xls_sign_key key; /* secret */
    uint8_t boot_id[XLS_BOOT_ID_LEN];
    char *lines; /* owned; NULL: not measured yet */
    size_t lines_len;
    struct xls_pcrs registers;
};

/* --- what is opened as root ------------------------------------------------
 */

/* A log: the one configured has to be there, the usual one may be. */
static enum xls_rc open_log(const char *configured, const char *usual, int *fd,
                            struct xls_why *why)
{
    const char *path = configured[0] != '\0' ? configured : usual;

    if (strcmp(configured, "none") == 0) {
        return XLS_OK;
    }
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (*fd < 0 && (configured[0] != '\0' || errno != ENOENT)) {
        return xls_why_set(why, XLS_HOST_CONF, "%s: cannot be opened: %s", path,
                           strerror(errno));
    }
    return XLS_OK;
}

static enum xls_rc open_tpm(struct xls_attester *a, const struct xls_conf *conf,
                            const char *tcti, const char *seed_path,
                            struct xls_why *why)
{
    struct xls_secret_key seed;
    enum xls_rc rc = xls_keyfile_read(seed_path, &seed, why);

    a->kind = XLS_EVIDENCE_TPM;
    a->pcrs = conf->pcrs;
    if (rc == XLS_OK) {
        rc = xls_tpm_open(tcti, &a->tpm, why);
    }
    if (rc == XLS_OK) {
        rc = xls_tpm_ak(a->tpm, seed.bytes, NULL, why);
    }
    if (rc == XLS_OK) {
        rc = open_log(conf->event_log, EVENTS, &a->events, why);
    }
    if (rc == XLS_OK && (a->pcrs >> XLS_IMA_PCR & 1U) != 0) {
        rc = open_log(conf->ima_log, LIST, &a->list, why);
    }
    xls_wipe(&seed, sizeof(seed));
    return rc;
}

static enum xls_rc open_software(struct xls_attester *a, const char *key_path,
                                 struct xls_why *why)
{
    struct xls_secret_key seed;
    enum xls_rc rc = xls_keyfile_read(key_path, &seed, why);

    a->kind = XLS_EVIDENCE_SOFTWARE;
    if (rc == XLS_OK) {
        xls_sign_key_over_seed(seed.bytes, &a->key);
        rc = xls_boot_id_read(XLS_BOOT_ID_PATH, a->boot_id, why);
    }
    xls_wipe(&seed, sizeof(seed));
    return rc;
}

/* The digest of the policy that is in force here, if there is one. */
static enum xls_rc note_policy(struct xls_attester *a,
                               const struct xls_conf *conf, struct xls_why *why)
{
    const struct xls_policystore store = {.confdir = conf->dir,
                                          .statedir = conf->state,
                                          .allow_unsigned =
                                              conf->policy_unsigned};
    struct xls_policy_loaded loaded;
    enum xls_rc rc;

    if (!xls_policystore_present(&store)) {
        return XLS_OK;
    }
    rc = xls_policystore_look(&store, &loaded, why);
    if (rc == XLS_OK) {
        memcpy(a->policy, xls_policy_digest(loaded.policy), sizeof(a->policy));
        xls_policy_loaded_free(&loaded);
    }
    return rc;
}

enum xls_rc xls_attester_open(const struct xls_conf *conf,
                              struct xls_attester **out, struct xls_why *why)
{
    struct xls_attester *a = calloc(1, sizeof(*a));
    const char *tcti = xls_tpm_which(conf->tcti);
    char seed[XLS_PATH + 32];
    char key[XLS_PATH + 32];
    enum xls_rc rc;

    if (a == NULL) {
        return XLS_HOST_NOMEM;
    }
    a->events = a->list = -1;
    (void)snprintf(seed, sizeof(seed), "%s/ak.seed", conf->dir);
    (void)snprintf(key, sizeof(key), "%s/evidence.key", conf->dir);
    rc = note_policy(a, conf, why);
    if (rc == XLS_OK && tcti != NULL && xls_keyfile_exists(seed)) {
        rc = open_tpm(a, conf, tcti, seed, why);
    } else if (rc == XLS_OK && xls_keyfile_exists(key)) {
        rc = open_software(a, key, why);
    }
    if (rc == XLS_OK) {
        *out = a;
        a = NULL; /* now the caller's */
    }
    xls_attester_free(a);
    return rc;
}

void xls_attester_free(struct xls_attester *a)
{
    if (a != NULL) {
        xls_tpm_close(a->tpm);
        xls_fd_close(&a->events);
        xls_fd_close(&a->list);
        free(a->lines);
        xls_wipe(a, sizeof(*a));
        free(a);
    }
}

enum xls_evidence_kind xls_attester_kind(const struct xls_attester *a)
{
    return a->kind;
}

enum xls_rc xls_attester_measured(struct xls_attester *a, const void *lines,
                                  size_t len)
{
    struct xls_softlog log;

    if (a->kind != XLS_EVIDENCE_SOFTWARE || a->lines != NULL ||
        xls_softlog_read(lines, len, &log, NULL) != XLS_OK) {
        return XLS_BUG_CONTRACT;
    }
    a->lines = malloc(len + 1);
    if (a->lines == NULL) {
        return XLS_HOST_NOMEM;
    }
    memcpy(a->lines, lines, len);
    a->lines_len = len;
    a->registers = log.pcrs;
    return XLS_OK;
}

/* --- Evidence ---------------------------------------------------------------
 */

/* A log from its beginning; *len 0 where there is none. */
static enum xls_rc read_log(int fd, size_t most, const char *what, char **out,
                            size_t *len, struct xls_why *why)
{
    *out = NULL;
    *len = 0;
    if (fd < 0) {
        return XLS_OK;
    }
    if (lseek(fd, 0, SEEK_SET) != 0 ||
        xls_fd_slurp(fd, most, out, len) != XLS_OK) {
        return xls_why_set(why, XLS_HOST_IO,
                           "%s cannot be read, or has more than %zu octets: %s",
                           what, most, strerror(errno));
    }
    return XLS_OK;
}

/* The binder over what will be in e. */
static void bind(const struct xls_attester *a, const struct xls_binder *b,
                 const struct xls_evidence *e, uint8_t out[XLS_BINDER_LEN])
{
    struct xls_binder whole = *b;
    uint8_t logs[32];

    xls_evidence_logs(e->log, e->log_len, e->list, e->list_len, logs);
    whole.kind = a->kind;
    whole.policy = a->policy;
    whole.logs = logs;
    xls_binder(&whole, out);
}

/* Does IMA's list lead to the quoted value of its PCR? */
static bool leads_to(const struct xls_evidence *e)
{
    struct xls_imalog *log = xls_imalog_new(NULL, NULL);
    uint8_t value[XLS_PCR_LEN];
    unsigned records;
    bool same =
        log != NULL &&
        xls_imalog_feed(log, e->list, e->list_len, NULL) == XLS_OK &&
        xls_imalog_end(log, &records, value, NULL) == XLS_OK &&
        xls_same(value, e->pcrs.value[XLS_IMA_PCR], XLS_PCR_LEN) == XLS_OK;

    xls_imalog_free(log);
    return same;
}

/* The list is under the quote, so it is read before; when IMA has measured
 * something in between, both are taken again. */
static enum xls_rc show_tpm(struct xls_attester *a, const struct xls_binder *b,
                            struct xls_evidence *e, uint8_t **out, size_t *len,
                            struct xls_why *why)
{
    uint8_t binder[XLS_BINDER_LEN];
    struct xls_tpm_quote *quote = calloc(1, sizeof(*quote));
    char *list = NULL;
    enum xls_rc rc = quote == NULL ? XLS_HOST_NOMEM : XLS_OK;
    bool fits = false;

    for (unsigned i = 0; rc == XLS_OK && !fits; i++) {
        free(list);
        rc = read_log(a->list, XLS_EVIDENCE_LIST_MAX, "IMA's list", &list,
                      &e->list_len, why);
        e->list = (const uint8_t *)list;
        if (rc == XLS_OK) {
            bind(a, b, e, binder);
            rc = xls_tpm_quote(a->tpm, a->pcrs, binder, quote, why);
        }
        if (rc == XLS_OK) {
            e->message = quote->message;
            e->message_len = quote->message_len;
            e->signature = quote->signature;
            e->signature_len = quote->signature_len;
            e->pcrs = quote->pcrs;
            fits = e->list_len == 0 || i + 1 >= TRIES || leads_to(e);
        }
    }
    if (rc == XLS_OK) {
        rc = xls_evidence_put(e, out, len);
    }
    free(list);
    free(quote);
    return rc;
}

static enum xls_rc show_software(struct xls_attester *a,
                                 const struct xls_binder *b,
                                 struct xls_evidence *e, uint8_t **out,
                                 size_t *len, struct xls_why *why)
{
    uint8_t message[XLS_SOFTWARE_MAX];
    uint8_t signature[XLS_SIGN_LEN];
    uint8_t binder[XLS_BINDER_LEN];
    struct xls_software_clock clock;
    struct xls_software_state state = {
        .binder = binder, .clock = &clock, .pcrs = &a->registers};
    struct timespec now;
    enum xls_rc rc;

    if (a->lines == NULL) {
        return xls_why_set(why, XLS_HOST_CONF,
                           "nothing was measured of this host's software");
    }
    (void)clock_gettime(CLOCK_BOOTTIME, &now);
    memcpy(clock.boot_id, a->boot_id, sizeof(clock.boot_id));
    clock.uptime =
        (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
    e->log = (const uint8_t *)a->lines;
    e->log_len = a->lines_len;
    e->pcrs = a->registers;
    bind(a, b, e, binder);
    rc =
        xls_software_sign(&state, &a->key, message, &e->message_len, signature);
    if (rc == XLS_OK) {
        e->message = message;
        e->signature = signature;
        e->signature_len = sizeof(signature);
        rc = xls_evidence_put(e, out, len);
        e->message = NULL; /* they end here */
        e->signature = NULL;
    }
    return rc;
}

enum xls_rc xls_attester_show(struct xls_attester *a,
                              const struct xls_binder *b, uint8_t **out,
                              size_t *len, struct xls_why *why)
{
    struct xls_evidence e = {.kind = a->kind, .epoch = b->epoch};
    char *events = NULL;
    enum xls_rc rc = XLS_OK;

    memcpy(e.policy, a->policy, sizeof(e.policy));
    switch (a->kind) {
    case XLS_EVIDENCE_NONE:
        return xls_evidence_put(&e, out, len);
    case XLS_EVIDENCE_SOFTWARE:
        return show_software(a, b, &e, out, len, why);
    case XLS_EVIDENCE_TPM:
        break;
    }
    if (b->epoch == 0) { /* the firmware has long finished */
        rc = read_log(a->events, XLS_EVIDENCE_LOG_MAX, "the event log", &events,
                      &e.log_len, why);
        e.log = (const uint8_t *)events;
    }
    if (rc == XLS_OK) {
        rc = show_tpm(a, b, &e, out, len, why);
    }
    free(events);
    return rc;
}
