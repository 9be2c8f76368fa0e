/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attest/pcrs.h"
#include "crypto/kem.h"
#include "host/arbiter.h"
#include "host/fd.h"
#include "host/ini.h"

enum { CONF_MAX = 65536 };

static bool conf_listen(void *out, const char *value)
{
    struct xls_conf *c = out;

    return xls_ini_text(c->listen, sizeof(c->listen), value);
}

static bool conf_port(void *out, const char *value)
{
    return xls_ini_port(&((struct xls_conf *)out)->port, value);
}

static bool conf_sessions(void *out, const char *value)
{
    return xls_ini_number(&((struct xls_conf *)out)->max_sessions, value, 1,
                          256);
}

static bool conf_handshake(void *out, const char *value)
{
    return xls_ini_number(&((struct xls_conf *)out)->handshake_seconds, value,
                          1, 600);
}

static bool conf_stall(void *out, const char *value)
{
    return xls_ini_number(&((struct xls_conf *)out)->stall_seconds, value, 1,
                          3600);
}

static bool conf_finish(void *out, const char *value)
{
    return xls_ini_number(&((struct xls_conf *)out)->finish_seconds, value, 1,
                          86400);
}

static bool conf_downtime(void *out, const char *value)
{
    return xls_ini_number(&((struct xls_conf *)out)->downtime_seconds, value, 0,
                          86400);
}

static bool conf_whole(void *out, const char *value)
{
    return xls_ini_number(&((struct xls_conf *)out)->whole_seconds, value, 0,
                          604800);
}

static bool conf_settle(void *out, const char *value)
{
    return xls_ini_number(&((struct xls_conf *)out)->settle_seconds, value, 0,
                          86400);
}

static bool conf_evidence(void *out, const char *value)
{
    return xls_ini_number(&((struct xls_conf *)out)->evidence_seconds, value, 1,
                          3600);
}

static bool conf_post_quantum(void *out, const char *value)
{
    static const struct {
        const char *word;
        enum xls_pq pq;
    } words[] = {
        {"off", XLS_PQ_OFF},
        {"prefer", XLS_PQ_PREFER},
        {"require", XLS_PQ_REQUIRE},
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(value, words[i].word) == 0) {
            ((struct xls_conf *)out)->post_quantum = words[i].pq;
            return true;
        }
    }
    return false;
}

static bool conf_libexec(void *out, const char *value)
{
    struct xls_conf *c = out;

    return value[0] == '/' &&
           xls_ini_text(c->libexec, sizeof(c->libexec), value);
}

static bool conf_state(void *out, const char *value)
{
    struct xls_conf *c = out;

    return value[0] == '/' && xls_ini_text(c->state, sizeof(c->state), value);
}

/* A library is loaded by the first word: only those that lead to a TPM. */
static bool conf_tcti(void *out, const char *value)
{
    static const char *const kinds[] = {
        "device:", "swtpm:", "mssim:", "tabrmd:"};
    struct xls_conf *c = out;
    bool known = strcmp(value, "none") == 0;

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        known = known || strncmp(value, kinds[i], strlen(kinds[i])) == 0;
    }
    return known && xls_ini_text(c->tcti, sizeof(c->tcti), value);
}

/* A path, or the word for none. */
static bool set_log(char *out, size_t size, const char *value)
{
    return (value[0] == '/' || strcmp(value, "none") == 0) &&
           xls_ini_text(out, size, value);
}

static bool conf_event_log(void *out, const char *value)
{
    struct xls_conf *c = out;

    return set_log(c->event_log, sizeof(c->event_log), value);
}

static bool conf_ima_log(void *out, const char *value)
{
    struct xls_conf *c = out;

    return set_log(c->ima_log, sizeof(c->ima_log), value);
}

static bool conf_pcrs(void *out, const char *value)
{
    struct xls_conf *c = out;
    uint32_t mask = xls_pcrs_mask(value);

    if (mask == 0 || (mask & ~XLS_PCRS_BOOT) != 0) {
        return false;
    }
    c->pcrs = mask;
    return true;
}

static bool set_yes(bool *out, const char *value)
{
    *out = strcmp(value, "yes") == 0;
    return *out || strcmp(value, "no") == 0;
}

static bool conf_slow(void *out, const char *value)
{
    return set_yes(&((struct xls_conf *)out)->slow, value);
}

static bool conf_unsigned(void *out, const char *value)
{
    return set_yes(&((struct xls_conf *)out)->policy_unsigned, value);
}

static bool conf_owner(void *out, const char *value)
{
    struct xls_conf *c = out;

    return xls_peer_name_ok(value) &&
           xls_ini_text(c->owner, sizeof(c->owner), value);
}

static bool conf_under(void *out, const char *value)
{
    struct xls_conf *c = out;
    size_t len = strlen(value);

    return value[0] == '/' && len > 1 && value[len - 1] != '/' &&
           xls_ini_text(c->under, sizeof(c->under), value);
}

static bool conf_arbiter(void *out, const char *value)
{
    struct xls_conf *c = out;

    return value[0] == '/' &&
           xls_ini_text(c->arbiter, sizeof(c->arbiter), value);
}

static bool conf_arbiter_host(void *out, const char *value)
{
    return xls_ini_number(&((struct xls_conf *)out)->arbiter_host, value, 1,
                          2000);
}

static const struct xls_ini_word conf_words[] = {
    {"xlsecd", "listen", conf_listen, "an address to listen on, or *", false,
     NULL},
    {"xlsecd", "port", conf_port, "a port, 1 to 65535", false, NULL},
    {"xlsecd", "max-sessions", conf_sessions, "a number, 1 to 256", false,
     NULL},
    {"channel", "post-quantum", conf_post_quantum, "off, prefer or require",
     false, NULL},
    {"time", "handshake", conf_handshake, "seconds, 1 to 600", false, NULL},
    {"time", "stall", conf_stall, "seconds, 1 to 3600", false, NULL},
    {"time", "finish", conf_finish, "seconds, 1 to 86400", false, NULL},
    {"time", "downtime", conf_downtime, "seconds, 0 to 86400", false, NULL},
    {"time", "whole", conf_whole, "seconds, 0 to 604800", false, NULL},
    {"time", "settle", conf_settle, "seconds, 0 to 86400", false, NULL},
    {"time", "evidence", conf_evidence, "seconds, 1 to 3600", false, NULL},
    {"guest", "slow", conf_slow, "yes or no", false, NULL},
    {"paths", "libexec", conf_libexec, "an absolute path", false, NULL},
    {"paths", "state", conf_state, "an absolute path", false, NULL},
    {"tpm", "tcti", conf_tcti,
     "a TPM, such as device:/dev/tpmrm0, or none (device:, swtpm:, mssim: and "
     "tabrmd: are known)",
     false, NULL},
    {"tpm", "event-log", conf_event_log, "an absolute path, or none", false,
     NULL},
    {"tpm", "ima-log", conf_ima_log, "an absolute path, or none", false, NULL},
    {"tpm", "pcrs", conf_pcrs, "PCRs of 0 to 15 that rise, such as 0-7,10",
     false, NULL},
    {"policy", "unsigned", conf_unsigned, "yes or no", false, NULL},
    {"companions", "owner", conf_owner, "the name of a user", false, NULL},
    {"companions", "under", conf_under,
     "the absolute path of a directory, without a slash at its end", false,
     NULL},
    {"arbiter", "path", conf_arbiter,
     "the absolute path of a file or block device that all hosts share", false,
     NULL},
    {"arbiter", "host-id", conf_arbiter_host,
     "a number, 1 to 2000, that no other host has", false, NULL},
};

enum xls_rc xls_conf_text(const char *path, char **out, struct xls_why *why)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    size_t len = 0;
    enum xls_rc rc;

    *out = NULL;
    if (fd < 0 && errno == ENOENT) {
        return XLS_OK;
    }
    rc = fd < 0 ? XLS_HOST_IO : xls_fd_slurp(fd, CONF_MAX, out, &len);
    if (rc == XLS_OK && strlen(*out) != len) {
        rc = xls_why_set(why, XLS_HOST_CONF,
                         "%s: is not text (it has NUL characters); write it "
                         "anew",
                         path);
        free(*out);
        *out = NULL;
    } else if (rc == XLS_HOST_IO) {
        rc = xls_why_set(why, XLS_HOST_CONF, "%s: cannot be read: %s", path,
                         strerror(errno));
    }
    xls_fd_close(&fd);
    return rc;
}

/* Both words or none, and a build that can. */
static enum xls_rc judge_arbiter(const struct xls_conf *conf, const char *path,
                                 struct xls_why *why)
{
    bool path_is = conf->arbiter[0] != '\0';

    if (path_is != (conf->arbiter_host != 0)) {
        return xls_why_set(why, XLS_HOST_CONF,
                           "%s: [arbiter] needs both 'path' and 'host-id'; see "
                           "xlsec.conf(5)",
                           path);
    }
    return !path_is || xls_arbiter_by() != NULL
               ? XLS_OK
               : xls_why_set(why, XLS_HOST_CONF,
                             "%s: [arbiter] is there, and this xlsec was built "
                             "without sanlock; install one that was built with "
                             "it, or remove [arbiter]",
                             path);
}

enum xls_rc xls_conf_load(const char *dir, struct xls_conf *out,
                          struct xls_why *why)
{
    struct xls_conf conf = {.listen = "*",
                            .port = XLS_PORT_DEFAULT,
                            .max_sessions = 16,
                            .handshake_seconds = 10,
                            .stall_seconds = 30,
                            .finish_seconds = 300,
                            .downtime_seconds = 120,
                            .slow = true,
                            .settle_seconds = 60,
                            .evidence_seconds = 60,
                            .post_quantum = XLS_PQ_PREFER,
                            .libexec = XLS_LIBEXECDIR,
                            .state = XLS_STATEDIR,
                            .pcrs = 0x7ff};
    char path[XLS_PATH + 32];
    char *text = NULL;
    enum xls_rc rc;

    if (!xls_ini_text(conf.dir, sizeof(conf.dir), dir)) {
        return xls_why_set(why, XLS_HOST_CONF,
                           "the configuration directory's name is longer than "
                           "%d characters",
                           XLS_PATH - 1);
    }
    (void)snprintf(path, sizeof(path), "%s/xlsec.conf", dir);
    rc = xls_conf_text(path, &text, why);
    if (rc == XLS_OK && text != NULL) {
        rc = xls_ini_parse(text, path, conf_words,
                           sizeof(conf_words) / sizeof(conf_words[0]), &conf,
                           why);
    }
    free(text);
    if (rc == XLS_OK && conf.post_quantum == XLS_PQ_REQUIRE &&
        xls_kem_by() == NULL) { /* [P-48] */
        rc = xls_why_set(why, XLS_HOST_CONF,
                         "%s: 'post-quantum = require', and this xlsec was "
                         "built without ML-KEM-768; install one that was built "
                         "with OpenSSL 3.5 or libsodium 1.0.22, or say "
                         "'prefer'",
                         path);
    }
    if (rc == XLS_OK) {
        rc = judge_arbiter(&conf, path, why);
    }
    if (rc == XLS_OK) {
        *out = conf;
    }
    return rc;
}
