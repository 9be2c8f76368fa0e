/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/conf.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attest/pcrs.h"
#include "base/secret.h"
#include "crypto/kem.h"
#include "host/arbiter.h"
#include "host/fd.h"
#include "host/ini.h"
#include "host/peerproof.h"
#include "host/revoked.h"

enum { CONF_MAX = 65536, PEERS_MAX = 1024 };

static bool set_text(char *out, size_t size, const char *value)
{
    size_t len = strlen(value);

    if (len == 0 || len >= size) {
        return false;
    }
    memcpy(out, value, len + 1);
    return true;
}

static bool set_number(unsigned *out, const char *value, unsigned lo,
                       unsigned hi)
{
    unsigned n = 0;

    if (*value == '\0' || strlen(value) > 9) {
        return false;
    }
    for (const char *at = value; *at != '\0'; at++) {
        if (*at < '0' || *at > '9') {
            return false;
        }
        n = n * 10 + (unsigned)(*at - '0');
    }
    if (n < lo || n > hi) {
        return false;
    }
    *out = n;
    return true;
}

static bool set_port(uint16_t *out, const char *value)
{
    unsigned n;

    if (!set_number(&n, value, 1, 65535)) {
        return false;
    }
    *out = (uint16_t)n;
    return true;
}

static bool conf_listen(void *out, const char *value)
{
    struct xls_conf *c = out;

    return set_text(c->listen, sizeof(c->listen), value);
}

static bool conf_port(void *out, const char *value)
{
    return set_port(&((struct xls_conf *)out)->port, value);
}

static bool conf_sessions(void *out, const char *value)
{
    return set_number(&((struct xls_conf *)out)->max_sessions, value, 1, 256);
}

static bool conf_handshake(void *out, const char *value)
{
    return set_number(&((struct xls_conf *)out)->handshake_seconds, value, 1,
                      600);
}

static bool conf_stall(void *out, const char *value)
{
    return set_number(&((struct xls_conf *)out)->stall_seconds, value, 1, 3600);
}

static bool conf_finish(void *out, const char *value)
{
    return set_number(&((struct xls_conf *)out)->finish_seconds, value, 1,
                      86400);
}

static bool conf_downtime(void *out, const char *value)
{
    return set_number(&((struct xls_conf *)out)->downtime_seconds, value, 0,
                      86400);
}

static bool conf_whole(void *out, const char *value)
{
    return set_number(&((struct xls_conf *)out)->whole_seconds, value, 0,
                      604800);
}

static bool conf_settle(void *out, const char *value)
{
    return set_number(&((struct xls_conf *)out)->settle_seconds, value, 0,
                      86400);
}

static bool conf_evidence(void *out, const char *value)
{
    return set_number(&((struct xls_conf *)out)->evidence_seconds, value, 1,
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

    return value[0] == '/' && set_text(c->libexec, sizeof(c->libexec), value);
}

static bool conf_state(void *out, const char *value)
{
    struct xls_conf *c = out;

    return value[0] == '/' && set_text(c->state, sizeof(c->state), value);
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
    return known && set_text(c->tcti, sizeof(c->tcti), value);
}

/* A path, or the word for none. */
static bool set_log(char *out, size_t size, const char *value)
{
    return (value[0] == '/' || strcmp(value, "none") == 0) &&
           set_text(out, size, value);
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
           set_text(c->owner, sizeof(c->owner), value);
}

static bool conf_under(void *out, const char *value)
{
    struct xls_conf *c = out;
    size_t len = strlen(value);

    return value[0] == '/' && len > 1 && value[len - 1] != '/' &&
           set_text(c->under, sizeof(c->under), value);
}

static bool conf_arbiter(void *out, const char *value)
{
    struct xls_conf *c = out;

    return value[0] == '/' && set_text(c->arbiter, sizeof(c->arbiter), value);
}

static bool conf_arbiter_host(void *out, const char *value)
{
    return set_number(&((struct xls_conf *)out)->arbiter_host, value, 1, 2000);
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

static bool peer_name(void *out, const char *value)
{
    struct xls_peer *p = out;

    return xls_peer_name_ok(value) && set_text(p->name, sizeof(p->name), value);
}

static bool peer_address(void *out, const char *value)
{
    struct xls_peer *p = out;

    return xls_peer_address_ok(value) &&
           set_text(p->address, sizeof(p->address), value);
}

static bool peer_port(void *out, const char *value)
{
    return set_port(&((struct xls_peer *)out)->port, value);
}

static bool peer_key(void *out, const char *value)
{
    return xls_key_decode(value, ((struct xls_peer *)out)->key);
}

static bool peer_allow(void *out, const char *value)
{
    struct xls_peer *p = out;
    char copy[64];
    char *at = copy;

    if (strcmp(value, "nothing") == 0) {
        return true;
    }
    if (!set_text(copy, sizeof(copy), value)) {
        return false;
    }
    while (at != NULL) {
        const char *word = strsep(&at, " \t,");

        if (strcmp(word, "incoming") == 0) {
            p->incoming = true;
        } else if (strcmp(word, "outgoing") == 0) {
            p->outgoing = true;
        } else if (word[0] != '\0') {
            return false;
        }
    }
    return p->incoming || p->outgoing;
}

static bool peer_arbiter(void *out, const char *value)
{
    struct xls_peer *p = out;

    p->no_arbiter = strcmp(value, "no") == 0;
    return p->no_arbiter || strcmp(value, "yes") == 0;
}

static enum xls_cfg_word word_of(const char *name)
{
    int w = XLS_ACCEPT_WORDS - 1;

    while (w > 0 &&
           strcmp(xls_cfg_word_name((enum xls_cfg_word)w), name) != 0) {
        w--;
    }
    return (enum xls_cfg_word)w;
}

/* Patterns with commas between them, each for this word of the policy. */
static bool peer_accept(void *out, const char *name, const char *value)
{
    struct xls_peer *p = out;
    enum xls_cfg_word word = word_of(name);
    char copy[XLS_CFG_PATTERN_MAX + 1];
    char *at = copy;

    if (!set_text(copy, sizeof(copy), value)) {
        return false;
    }
    while (at != NULL) {
        char *pattern = strsep(&at, ",");
        size_t len;

        pattern += strspn(pattern, " \t");
        len = strlen(pattern);
        while (len > 0 && strchr(" \t", pattern[len - 1]) != NULL) {
            pattern[--len] = '\0';
        }
        if (!xls_cfg_policy_add(&p->accept, word, pattern)) {
            return false;
        }
    }
    return true;
}

static const struct xls_ini_word peer_words[] = {
    {"peer", "name", peer_name,
     "'name = NAME' (letters, digits, '.', '-', '_'; 63 at most)", true, NULL},
    {"peer", "address", peer_address, "a host name or an address", false, NULL},
    {"peer", "port", peer_port, "a port, 1 to 65535", false, NULL},
    {"peer", "key", peer_key,
     "'key = BASE64' (the 44 characters that xlsec id shows on that host)",
     true, NULL},
    {"peer", "allow", peer_allow,
     "'allow = incoming', 'outgoing', both, or 'nothing'", true, NULL},
    {"peer", "arbiter", peer_arbiter, "yes or no", false, NULL},
    {"peer", "evidence", xls_peerproof_evidence,
     "'evidence = tpm', 'software', or 'none'", false, NULL},
    {"peer", "ak", NULL,
     "an attestation key in base64, as xlsec id shows it on that host", false,
     xls_peerproof_ak},
    {"peer", "ak-scheme", xls_peerproof_ak_scheme,
     "a scheme of signatures, such as ecdsa/sha256", false, NULL},
    {"peer", "ak-name", xls_peerproof_ak_name,
     "the name of a TPM's key, 68 hexadecimal digits beginning with 000b",
     false, NULL},
    {"peer", "evidence-key", xls_peerproof_evidence_key,
     "'evidence-key = BASE64' (the 44 characters that xlsec id shows on that "
     "host)",
     false, NULL},
    {"peer", "class", xls_peerproof_class,
     "a class of hosts (letters, digits, '.', '-', '_'; 63 at most)", false,
     NULL},
    {"peer", "accept-disk", NULL, "paths of disks, such as /dev/vg0/*", false,
     peer_accept},
    {"peer", "accept-disk-format", NULL, "formats of disks, such as qcow2",
     false, peer_accept},
    {"peer", "accept-script", NULL,
     "names of hotplug scripts, such as block-drbd", false, peer_accept},
    {"peer", "accept-kernel", NULL,
     "paths of kernels and ramdisks, such as /srv/boot/*", false, peer_accept},
    {"peer", "accept-firmware", NULL, "paths of firmware", false, peer_accept},
    {"peer", "accept-bootloader", NULL, "names or paths of boot loaders", false,
     peer_accept},
    {"peer", "accept-device-model", NULL, "paths of device models", false,
     peer_accept},
    {"peer", "accept-qemu-arg", NULL, "arguments of QEMU's", false,
     peer_accept},
    {"peer", "accept-listen", NULL, "addresses for VNC to listen on", false,
     peer_accept},
    {"peer", "accept-bridge", NULL, "names of bridges, such as br-guests*",
     false, peer_accept},
    {"peer", "accept-backend", NULL, "names or numbers of domains", false,
     peer_accept},
    {"peer", "accept-pci", NULL, "PCI devices, such as 0000:03:00.0", false,
     peer_accept},
    {"peer", "accept-xenstore", NULL, "nodes of xenstore, such as vm-data/**",
     false, peer_accept},
    {"peer", "accept-vtpm", NULL,
     "paths of vTPMs' state, such as /var/lib/xlsec/vtpm/*", false,
     peer_accept},
    {"peer", "accept-file", NULL,
     "paths of files that move along, such as /var/lib/xen/nvram/*", false,
     peer_accept},
    {"peer", "accept-setting", NULL,
     "members of the guest's configuration, such as "
     "c_info.pool_name=Pool-1",
     false, peer_accept},
};

bool xls_peer_name_ok(const char *name)
{
    size_t len = strlen(name);

    if (len == 0 || len >= XLS_NAME || name[0] == '.' || name[0] == '-' ||
        name[0] == '_') {
        return false;
    }
    return strspn(name, "abcdefghijklmnopqrstuvwxyz"
                        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") == len;
}

bool xls_peer_address_ok(const char *address)
{
    size_t len = strlen(address);

    if (len == 0 || len >= XLS_ADDRESS || address[0] == '-') {
        return false;
    }
    return strspn(address, "abcdefghijklmnopqrstuvwxyz"
                           "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:%") == len;
}

bool xls_peer_allow_ok(const char *allow)
{
    struct xls_peer peer = {.name = ""};

    return peer_allow(&peer, allow);
}

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

    if (!set_text(conf.dir, sizeof(conf.dir), dir)) {
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

enum xls_rc xls_peer_parse(const char *text, const char *path,
                           struct xls_peer *out, struct xls_why *why)
{
    struct xls_peer peer = {.port = XLS_PORT_DEFAULT};
    enum xls_rc rc =
        xls_ini_parse(text, path, peer_words,
                      sizeof(peer_words) / sizeof(peer_words[0]), &peer, why);

    if (rc == XLS_OK) {
        rc = xls_peerproof_settle(&peer, path, why);
    }
    if (rc != XLS_OK) {
        return rc;
    }
    if (peer.address[0] == '\0') {
        (void)snprintf(peer.address, sizeof(peer.address), "%s", peer.name);
    }
    *out = peer;
    return XLS_OK;
}

static int is_peer_file(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');

    return entry->d_name[0] != '.' && dot != NULL && strcmp(dot, ".conf") == 0;
}

/* [E-75] A key that was revoked does not come back with a file. */
static enum xls_rc not_revoked(const struct xls_revoked *revoked,
                               const struct xls_peer *peer, const char *path,
                               struct xls_why *why)
{
    enum xls_rc rc =
        xls_revoked_check(revoked, XLS_REVOKED_KEY, peer->key, path, why);

    if (rc == XLS_OK) {
        rc = xls_revoked_check(revoked, XLS_REVOKED_AK_NAME,
                               peer->has_ak_name ? peer->ak_name : NULL, path,
                               why);
    }
    if (rc == XLS_OK) {
        rc = xls_revoked_check(
            revoked, XLS_REVOKED_EVIDENCE_KEY,
            peer->has_evidence_key ? peer->evidence_key : NULL, path, why);
    }
    return rc;
}

/* Add the peer in dir/peers.d/file to the list, which has room for it. */
static enum xls_rc add_peer(const char *dir, const char *file,
                            const struct xls_revoked *revoked,
                            struct xls_peers *peers, struct xls_why *why)
{
    struct xls_peer *peer = &peers->list[peers->count];
    char path[XLS_PATH + 256 + 16];
    char *text = NULL;
    enum xls_rc rc;

    (void)snprintf(path, sizeof(path), "%s/peers.d/%s", dir, file);
    rc = xls_conf_text(path, &text, why);
    if (rc != XLS_OK || text == NULL) {
        return rc;
    }
    rc = xls_peer_parse(text, path, peer, why);
    free(text);
    if (rc == XLS_OK) {
        rc = not_revoked(revoked, peer, path, why);
    }
    if (rc != XLS_OK) {
        return rc;
    }
    if (xls_peers_by_name(peers, peer->name) != NULL ||
        xls_peers_by_key(peers, peer->key) != NULL) {
        return xls_why_set(why, XLS_HOST_CONF,
                           "%s: another file in the same directory has the "
                           "same name or key; remove one of them",
                           path);
    }
    (void)snprintf(peer->path, sizeof(peer->path), "%s", path);
    (void)snprintf(peer->psk_path, sizeof(peer->psk_path), "%s/peers.d/%s.psk",
                   dir, peer->name);
    peers->count++;
    return XLS_OK;
}

enum xls_rc xls_peers_load(const char *dir, struct xls_peers *out,
                           struct xls_why *why)
{
    char path[XLS_PATH + 32];
    struct dirent **files = NULL;
    struct xls_revoked revoked = {NULL, 0};
    enum xls_rc rc = XLS_OK;
    int count;

    *out = (struct xls_peers){NULL, 0};
    (void)snprintf(path, sizeof(path), "%s/peers.d", dir);
    count = scandir(path, &files, is_peer_file, alphasort);
    if (count < 0) {
        return errno == ENOENT
                   ? XLS_OK
                   : xls_why_set(why, XLS_HOST_CONF, "%s: cannot be read: %s",
                                 path, strerror(errno));
    }
    if (count > PEERS_MAX) {
        rc = xls_why_set(why, XLS_HOST_CONF, "%s: more than %d peers", path,
                         PEERS_MAX);
    } else {
        out->list = calloc((size_t)count + 1, sizeof(*out->list));
        rc = out->list == NULL ? XLS_HOST_NOMEM
                               : xls_revoked_load(dir, &revoked, why);
    }
    for (int i = 0; i < count; i++) {
        if (rc == XLS_OK) {
            rc = add_peer(dir, files[i]->d_name, &revoked, out, why);
        }
        free(files[i]);
    }
    free((void *)files);
    xls_revoked_free(&revoked);
    return rc;
}

void xls_peers_free(struct xls_peers *peers)
{
    free(peers->list);
    *peers = (struct xls_peers){NULL, 0};
}

const struct xls_peer *xls_peers_by_name(const struct xls_peers *peers,
                                         const char *name)
{
    for (size_t i = 0; i < peers->count; i++) {
        if (strcmp(peers->list[i].name, name) == 0) {
            return &peers->list[i];
        }
    }
    return NULL;
}

const struct xls_peer *xls_peers_by_key(const struct xls_peers *peers,
                                        const uint8_t key[XLS_KEY])
{
    for (size_t i = 0; i < peers->count; i++) {
        if (xls_same(peers->list[i].key, key, XLS_KEY) == XLS_OK) {
            return &peers->list[i];
        }
    }
    return NULL;
}
