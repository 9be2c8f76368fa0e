/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/policystore.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attest/reason.h"
#include "base/secret.h"
#include "host/conf.h"
#include "host/fd.h"
#include "host/policyversion.h"

enum { PART_POLICY, PART_SIG, PART_PUB, PARTS };

/* The three files of a policy, read whole. */
struct part {
    char path[XLS_PATH + 32];
    size_t max;
    char *octets; /* owned; NULL: there is no such file */
    size_t len;
};

static const struct {
    const char *name; /* in the store */
    size_t max;
} kinds[PARTS] = {
    [PART_POLICY] = {"policy", XLS_POLICY_MAX},
    [PART_SIG] = {"policy.minisig", XLS_MINISIGN_SIG_MAX},
    [PART_PUB] = {"policy.pub", XLS_MINISIGN_KEY_MAX},
};

/* Name the part's file; NULL: it is not looked for. */
static enum xls_rc part_name(struct part *part, int kind, const char *dir,
                             const char *path, struct xls_why *why)
{
    int len = path != NULL
                  ? snprintf(part->path, sizeof(part->path), "%s", path)
                  : snprintf(part->path, sizeof(part->path), "%s/%s",
                             dir == NULL ? "" : dir, kinds[kind].name);

    part->max = kinds[kind].max;
    if (dir == NULL && path == NULL) {
        part->path[0] = '\0';
    }
    return len < 0 || (size_t)len >= sizeof(part->path)
               ? xls_why_set(why, XLS_HOST_CONF,
                             "the name of a file of the policy is longer than "
                             "%zu characters",
                             sizeof(part->path) - 1)
               : XLS_OK;
}

/* May anybody but root, and whoever runs us, write it? */
static enum xls_rc owner_judge(int fd, const char *path, struct xls_why *why)
{
    struct stat st;

    if (fstat(fd, &st) != 0) {
        return xls_why_set(why, XLS_HOST_CONF, "%s: cannot be examined: %s",
                           path, strerror(errno));
    }
    if (!S_ISREG(st.st_mode)) {
        return xls_why_set(why, XLS_HOST_CONF, "%s: is not a regular file",
                           path);
    }
    if ((st.st_uid != 0 && st.st_uid != geteuid()) || (st.st_mode & 022) != 0) {
        return xls_why_set(why, XLS_HOST_CONF,
                           "%s: others than root can change it; run: chown "
                           "root %s; chmod 644 %s, and look whether it is "
                           "still what it was",
                           path, path, path);
    }
    return XLS_OK;
}

/* Read it; a file that is not there is none.  in_force: only root may write
 * it. */
static enum xls_rc part_read(struct part *part, bool in_force,
                             struct xls_why *why)
{
    int fd;
    enum xls_rc rc = XLS_OK;

    if (part->path[0] == '\0') {
        return XLS_OK;
    }
    fd = open(part->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT) {
        return XLS_OK;
    }
    if (fd >= 0 && in_force) {
        rc = owner_judge(fd, part->path, why);
    }
    if (rc == XLS_OK) {
        rc = fd < 0 ? XLS_HOST_IO
                    : xls_fd_slurp(fd, part->max, &part->octets, &part->len);
    }
    if (rc == XLS_HOST_IO) {
        rc = errno == EFBIG
                 ? xls_why_set(why, XLS_HOST_CONF,
                               "%s: is larger than %zu octets", part->path,
                               part->max)
                 : xls_why_set(why, XLS_HOST_IO, "%s: cannot be read: %s",
                               part->path, strerror(errno));
    }
    xls_fd_close(&fd);
    return rc;
}

static void parts_free(struct part parts[PARTS])
{
    for (int i = 0; i < PARTS; i++) {
        free(parts[i].octets);
        parts[i].octets = NULL;
    }
}

/* What attest says of a file, as a sentence. */
static enum xls_rc refused(const struct part *part, enum xls_rc rc,
                           const struct xls_reason *reason, const char *remedy,
                           struct xls_why *why)
{
    const char *more = reason->seen[0] == '\0' ? "" : ", not ";

    return rc == XLS_HOST_NOMEM
               ? rc
               : xls_why_set(why, XLS_HOST_CONF, "%s: %s%s%s%s%s [%s]; %s",
                             part->path, reason->text,
                             more[0] == '\0' ? "" : ": it has to be ",
                             more[0] == '\0' ? "" : reason->expected, more,
                             reason->seen, reason->rule, remedy);
}

/* [E-103] Is the policy signed, or need it not be? */
static enum xls_rc signature_judge(const struct part parts[PARTS],
                                   bool allow_unsigned,
                                   struct xls_policy_loaded *out,
                                   struct xls_why *why)
{
    const struct xls_minisign_file file = {
        parts[PART_POLICY].octets, parts[PART_POLICY].len,
        parts[PART_SIG].octets, parts[PART_SIG].len};
    struct xls_minisign_key key;
    struct xls_reason reason = {.rule = ""};
    enum xls_rc rc;

    if (parts[PART_PUB].octets == NULL) {
        return allow_unsigned
                   ? XLS_OK
                   : xls_why_set(why, XLS_HOST_CONF,
                                 "%s: there is no public key that the policy "
                                 "would have to be signed by [E-103]; put the "
                                 "operator's minisign.pub there, or say "
                                 "'unsigned = yes' in section [policy] of "
                                 "xlsec.conf to do without",
                                 parts[PART_PUB].path);
    }
    rc = xls_minisign_key_read(parts[PART_PUB].octets, parts[PART_PUB].len,
                               &key, &reason);
    if (rc != XLS_OK) {
        return refused(&parts[PART_PUB], rc, &reason,
                       "put the operator's minisign.pub there", why);
    }
    if (file.sig == NULL) {
        return xls_why_set(why, XLS_HOST_CONF,
                           "%s: the policy's signature is not there [E-103]; "
                           "sign it, on the machine with the operator's key: "
                           "minisign -Sm policy",
                           parts[PART_SIG].path);
    }
    rc = xls_minisign_verify(&key, &file, out->comment, &reason);
    if (rc != XLS_OK) {
        return refused(&parts[PART_SIG], rc, &reason,
                       "sign the policy anew, or get file and signature once "
                       "more",
                       why);
    }
    out->is_signed = true;
    xls_minisign_id(&key, out->signer);
    return XLS_OK;
}

/* Form and signature; *out takes the text over. */
static enum xls_rc parts_judge(struct part parts[PARTS], bool allow_unsigned,
                               struct xls_policy_loaded *out,
                               struct xls_why *why)
{
    struct part *text = &parts[PART_POLICY];
    struct xls_policy_loaded loaded = {.text = NULL};
    struct xls_reason reason = {.rule = ""};
    enum xls_rc rc;

    if (text->octets == NULL) {
        return xls_why_set(why, XLS_HOST_CONF,
                           "%s: there is no appraisal policy, so that no host "
                           "can be appraised; write one (xlsec policy learn "
                           "begins it), sign it, and put it in force with "
                           "xlsec policy install",
                           text->path);
    }
    rc = signature_judge(parts, allow_unsigned, &loaded, why);
    if (rc == XLS_OK) {
        rc = xls_policy_read(text->octets, text->len, &loaded.policy, &reason);
        if (rc != XLS_OK) {
            rc = refused(text, rc, &reason, "mend it, and sign it anew", why);
        }
    }
    if (rc == XLS_OK) {
        loaded.text = text->octets;
        loaded.len = text->len;
        text->octets = NULL;
        *out = loaded;
    }
    return rc;
}

/* [E-104] Not older than any that was accepted here. */
static enum xls_rc version_judge(const struct xls_policystore *store,
                                 const char *path,
                                 const struct xls_policy_loaded *loaded,
                                 const struct xls_policy_version *highest,
                                 struct xls_why *why)
{
    uint32_t version = xls_policy_version(loaded->policy);
    const uint8_t *digest = xls_policy_digest(loaded->policy);

    if (version < highest->version) {
        return xls_why_set(
            why, XLS_HOST_CONF,
            "%s: version %u of policy %s is older than %u, which was accepted "
            "here before [E-104]; take the newer one, or give this one a "
            "higher version and sign it anew (%s/policy.version remembers)",
            path, version, xls_policy_name(loaded->policy), highest->version,
            store->statedir);
    }
    if (version == highest->version &&
        xls_same(digest, highest->digest, XLS_POLICY_DIGEST) != XLS_OK) {
        return xls_why_set(
            why, XLS_HOST_CONF,
            "%s: it says version %u, as another policy did that was accepted "
            "here before [E-104]; give it a higher version and sign it anew "
            "(%s/policy.version remembers)",
            path, version, store->statedir);
    }
    return XLS_OK;
}

static enum xls_rc version_note(const struct xls_policystore *store,
                                const struct xls_policy_loaded *loaded,
                                const struct xls_policy_version *highest,
                                struct xls_why *why)
{
    struct xls_policy_version now = {.version =
                                         xls_policy_version(loaded->policy)};

    if (now.version == highest->version) {
        return XLS_OK;
    }
    memcpy(now.digest, xls_policy_digest(loaded->policy), sizeof(now.digest));
    return xls_policyversion_write(store->statedir, &now, why);
}

bool xls_policystore_present(const struct xls_policystore *store)
{
    struct part part;
    struct stat st;

    return part_name(&part, PART_POLICY, store->confdir, NULL, NULL) ==
               XLS_OK &&
           lstat(part.path, &st) == 0;
}

/* Load what is in force.  lock: hold the state's lock, and note the version. */
static enum xls_rc load(const struct xls_policystore *store, bool lock,
                        struct xls_policy_loaded *out, struct xls_why *why)
{
    struct part parts[PARTS] = {0};
    struct xls_policy_loaded loaded = {.text = NULL};
    struct xls_policy_version highest = {0};
    int fd = -1;
    enum xls_rc rc =
        lock ? xls_policyversion_lock(store->statedir, &fd, why) : XLS_OK;

    for (int i = 0; rc == XLS_OK && i < PARTS; i++) {
        rc = part_name(&parts[i], i, store->confdir, NULL, why);
        if (rc == XLS_OK) {
            rc = part_read(&parts[i], true, why);
        }
    }
    if (rc == XLS_OK) {
        rc = parts_judge(parts, store->allow_unsigned, &loaded, why);
    }
    if (rc == XLS_OK) {
        rc = xls_policyversion_read(store->statedir, &highest, why);
    }
    if (rc == XLS_OK) {
        rc = version_judge(store, parts[PART_POLICY].path, &loaded, &highest,
                           why);
    }
    if (rc == XLS_OK && lock) {
        rc = version_note(store, &loaded, &highest, why);
    }
    if (rc == XLS_OK) {
        *out = loaded;
        loaded = (struct xls_policy_loaded){.text = NULL};
    }
    xls_policy_loaded_free(&loaded);
    parts_free(parts);
    xls_fd_close(&fd);
    return rc;
}

enum xls_rc xls_policystore_load(const struct xls_policystore *store,
                                 struct xls_policy_loaded *out,
                                 struct xls_why *why)
{
    return load(store, true, out, why);
}

enum xls_rc xls_policystore_look(const struct xls_policystore *store,
                                 struct xls_policy_loaded *out,
                                 struct xls_why *why)
{
    return load(store, false, out, why);
}

/* The files of a policy that is not in force. */
static enum xls_rc parts_read(const struct xls_policy_files *files,
                              struct part parts[PARTS], struct xls_why *why)
{
    const char *const paths[PARTS] = {[PART_POLICY] = files->policy,
                                      [PART_SIG] = files->sig,
                                      [PART_PUB] = files->pub};
    enum xls_rc rc = XLS_OK;

    for (int i = 0; rc == XLS_OK && i < PARTS; i++) {
        rc = part_name(&parts[i], i, NULL, paths[i], why);
        if (rc == XLS_OK) {
            rc = part_read(&parts[i], false, why);
        }
        if (rc == XLS_OK && paths[i] != NULL && parts[i].octets == NULL &&
            i != PART_SIG) {
            rc = xls_why_set(why, XLS_HOST_IO, "%s: %s", paths[i],
                             strerror(ENOENT));
        }
    }
    return rc;
}

enum xls_rc xls_policystore_judge(const struct xls_policy_files *files,
                                  bool allow_unsigned,
                                  struct xls_policy_loaded *out,
                                  struct xls_why *why)
{
    struct part parts[PARTS] = {0};
    enum xls_rc rc = parts_read(files, parts, why);

    if (rc == XLS_OK) {
        rc = parts_judge(parts, allow_unsigned, out, why);
    }
    parts_free(parts);
    return rc;
}

/* The store's key takes the place of the one that was given, which has to be
 * the same.  *add: the store has none. */
static enum xls_rc key_settle(const struct xls_policystore *store,
                              struct part *given, bool *add,
                              struct xls_why *why)
{
    struct part own = {.path = ""};
    enum xls_rc rc = part_name(&own, PART_PUB, store->confdir, NULL, why);

    if (rc == XLS_OK) {
        rc = part_read(&own, true, why);
    }
    *add = own.octets == NULL && given->octets != NULL;
    if (rc == XLS_OK && own.octets != NULL && given->octets != NULL &&
        (own.len != given->len ||
         xls_same(own.octets, given->octets, own.len) != XLS_OK)) {
        rc = xls_why_set(why, XLS_HOST_CONF,
                         "%s: is not the key that policies have to be signed "
                         "by here, %s; remove that one first if this one "
                         "replaces it",
                         given->path, own.path);
    }
    if (rc == XLS_OK && given->octets == NULL) {
        *given = own;
        own.octets = NULL;
    }
    free(own.octets);
    return rc;
}

/* Signature first: a policy without its own is refused, whatever was there. */
static enum xls_rc parts_put(const struct xls_policystore *store,
                             const struct part parts[PARTS],
                             const struct xls_policy_loaded *loaded,
                             bool add_key, struct xls_why *why)
{
    struct part to = {.path = ""};
    enum xls_rc rc = XLS_OK;

    for (int i = PARTS - 1; rc == XLS_OK && i >= 0; i--) {
        const void *octets = i == PART_POLICY ? loaded->text : parts[i].octets;
        size_t len = i == PART_POLICY ? loaded->len : parts[i].len;

        if (octets == NULL || (i == PART_PUB && !add_key) ||
            (i == PART_SIG && !loaded->is_signed)) {
            continue;
        }
        rc = part_name(&to, i, store->confdir, NULL, why);
        if (rc == XLS_OK) {
            rc = xls_file_replace(to.path, octets, len, why);
        }
    }
    return rc;
}

enum xls_rc xls_policystore_install(const struct xls_policystore *store,
                                    const struct xls_policy_files *files,
                                    struct xls_policy_loaded *out,
                                    struct xls_why *why)
{
    struct part parts[PARTS] = {0};
    struct xls_policy_loaded loaded = {.text = NULL};
    struct xls_policy_version highest = {0};
    bool add_key = false;
    int fd = -1;
    enum xls_rc rc = xls_policyversion_lock(store->statedir, &fd, why);

    if (rc == XLS_OK) {
        rc = parts_read(files, parts, why);
    }
    if (rc == XLS_OK) {
        rc = key_settle(store, &parts[PART_PUB], &add_key, why);
    }
    if (rc == XLS_OK) {
        rc = parts_judge(parts, store->allow_unsigned, &loaded, why);
    }
    if (rc == XLS_OK) {
        rc = xls_policyversion_read(store->statedir, &highest, why);
    }
    if (rc == XLS_OK) {
        rc = version_judge(store, files->policy, &loaded, &highest, why);
    }
    if (rc == XLS_OK) {
        rc = parts_put(store, parts, &loaded, add_key, why);
    }
    if (rc == XLS_OK) {
        rc = version_note(store, &loaded, &highest, why);
    }
    if (rc == XLS_OK) {
        *out = loaded;
        loaded = (struct xls_policy_loaded){.text = NULL};
    }
    xls_policy_loaded_free(&loaded);
    parts_free(parts);
    xls_fd_close(&fd);
    return rc;
}

void xls_policy_loaded_free(struct xls_policy_loaded *loaded)
{
    free(loaded->text);
    xls_policy_free(loaded->policy);
    *loaded = (struct xls_policy_loaded){.text = NULL};
}
