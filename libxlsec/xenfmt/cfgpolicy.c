/* SPDX-License-Identifier: LGPL-2.1-only */
#include "xenfmt/cfgpolicy.h"

#include <string.h>

static const char *const names[XLS_ACCEPT_WORDS] = {
    [XLS_ACCEPT_DISK] = "accept-disk",
    [XLS_ACCEPT_DISK_FORMAT] = "accept-disk-format",
    [XLS_ACCEPT_SCRIPT] = "accept-script",
    [XLS_ACCEPT_KERNEL] = "accept-kernel",
    [XLS_ACCEPT_FIRMWARE] = "accept-firmware",
    [XLS_ACCEPT_BOOTLOADER] = "accept-bootloader",
    [XLS_ACCEPT_DEVICE_MODEL] = "accept-device-model",
    [XLS_ACCEPT_QEMU_ARG] = "accept-qemu-arg",
    [XLS_ACCEPT_LISTEN] = "accept-listen",
    [XLS_ACCEPT_BRIDGE] = "accept-bridge",
    [XLS_ACCEPT_BACKEND] = "accept-backend",
    [XLS_ACCEPT_PCI] = "accept-pci",
    [XLS_ACCEPT_XENSTORE] = "accept-xenstore",
    [XLS_ACCEPT_VTPM] = "accept-vtpm",
    [XLS_ACCEPT_FILE] = "accept-file",
    [XLS_ACCEPT_SETTING] = "accept-setting",
};

const char *xls_cfg_word_name(enum xls_cfg_word word)
{
    return names[word];
}

/* Does one component of a pattern match one of a value?  The usual way: after
 * a mismatch the last '*' takes one octet more. */
static bool match_part(const char *p, size_t plen, const char *v, size_t vlen)
{
    size_t i = 0;
    size_t star = plen; /* none */
    size_t at = 0;
    size_t taken = 0;

    while (at < vlen) {
        if (i < plen && p[i] == '*') {
            star = i++;
            taken = at;
        } else if (i < plen && (p[i] == '?' || p[i] == v[at])) {
            i++;
            at++;
        } else if (star < plen) {
            i = star + 1;
            at = ++taken;
        } else {
            return false;
        }
    }
    while (i < plen && p[i] == '*') {
        i++;
    }
    return i == plen;
}

/* The same, of a pattern of plen octets, component by component. */
static bool match(const char *p, size_t plen, const char *v)
{
    const char *end = p + plen;

    for (;;) {
        const char *slash = memchr(p, '/', (size_t)(end - p));
        size_t n = slash == NULL ? (size_t)(end - p) : (size_t)(slash - p);
        size_t m = strcspn(v, "/");

        if (slash == NULL && n == 2 && strncmp(p, "**", 2) == 0) {
            return *v != '\0';
        }
        if (!match_part(p, n, v, m)) {
            return false;
        }
        if (slash == NULL || v[m] == '\0') {
            return slash == NULL && v[m] == '\0';
        }
        p = slash + 1;
        v += m + 1;
    }
}

bool xls_cfg_match(const char *pattern, const char *value)
{
    return match(pattern, strlen(pattern), value);
}

bool xls_cfg_match_any(const char *patterns, const char *value)
{
    while (*patterns != '\0') {
        size_t n = strcspn(patterns, " ");

        if (n > 0 && match(patterns, n, value)) {
            return true;
        }
        patterns += n;
        patterns += strspn(patterns, " ");
    }
    return false;
}

/* No component of text is "." or ".."; nor is one empty, but for what comes
 * before the first slash of an absolute path. */
static bool parts_plain(const char *text, bool pattern)
{
    const char *at = text;

    for (;;) {
        size_t n = strcspn(at, "/");

        if ((n == 1 && at[0] == '.') || (n == 2 && strncmp(at, "..", 2) == 0)) {
            return false;
        }
        if (n == 0 && at != text && !pattern) {
            return false;
        }
        if (at[n] == '\0') {
            return true;
        }
        at += n + 1;
    }
}

bool xls_cfg_plain(const char *value)
{
    for (const char *c = value; *c != '\0'; c++) {
        if ((*c >= 0 && *c < 0x20) || *c == 0x7f) {
            return false;
        }
    }
    if (strchr(value, '/') == NULL) {
        return true;
    }
    return parts_plain(value, false) &&
           !(value[0] == '/' && strchr(value, ',') != NULL);
}

bool xls_cfg_policy_add(struct xls_cfg_policy *policy, enum xls_cfg_word word,
                        const char *pattern)
{
    size_t len = strlen(pattern);

    if (len == 0 || len > XLS_CFG_PATTERN_MAX ||
        len + 2 > sizeof(policy->text) - policy->used ||
        !parts_plain(pattern, true)) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (pattern[i] < 0x20 || pattern[i] > 0x7e) {
            return false;
        }
    }
    policy->text[policy->used] = (char)word;
    memcpy(policy->text + policy->used + 1, pattern, len + 1);
    policy->used += len + 2;
    return true;
}

/* "disks[12].vdev" is the member "disks[].vdev".  True when the first len
 * octets of name are the member's. */
static bool path_is(const char *name, size_t len, const char *path)
{
    size_t i = 0;

    while (*path != '\0' && i < len && name[i] == *path) {
        i++;
        if (*path++ == '[') {
            path += strspn(path, "0123456789");
        }
    }
    return i == len && *path == '\0';
}

/* PATH or PATH=PATTERN */
static bool setting_is(const char *entry, const char *path, const char *value)
{
    size_t n = strcspn(entry, "=");

    return path_is(entry, n, path) &&
           (entry[n] == '\0' || xls_cfg_match(entry + n + 1, value));
}

bool xls_cfg_policy_has(const struct xls_cfg_policy *policy,
                        enum xls_cfg_word word, const char *path,
                        const char *value)
{
    if (policy == NULL || word == XLS_ACCEPT_NEVER) {
        return false;
    }
    for (size_t at = 0; at < policy->used;) {
        const char *entry = policy->text + at + 1;

        if (policy->text[at] == XLS_ACCEPT_SETTING
                ? setting_is(entry, path, value)
                : policy->text[at] == (char)word &&
                      xls_cfg_match(entry, value)) {
            return true;
        }
        at += strlen(entry) + 2;
    }
    return false;
}
