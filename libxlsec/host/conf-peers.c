/* SPDX-License-Identifier: LGPL-2.1-only */
/* The other hosts: peers.d. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "host/conf.h"
#include "host/ini.h"
#include "host/peerproof.h"
#include "host/revoked.h"

enum { PEERS_MAX = 1024 };

static bool peer_name(void *out, const char *value)
{
    struct xls_peer *p = out;

    return xls_peer_name_ok(value) &&
           xls_ini_text(p->name, sizeof(p->name), value);
}

static bool peer_address(void *out, const char *value)
{
    struct xls_peer *p = out;

    return xls_peer_address_ok(value) &&
           xls_ini_text(p->address, sizeof(p->address), value);
}

static bool peer_port(void *out, const char *value)
{
    return xls_ini_port(&((struct xls_peer *)out)->port, value);
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
    if (!xls_ini_text(copy, sizeof(copy), value)) {
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

    if (!xls_ini_text(copy, sizeof(copy), value)) {
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
