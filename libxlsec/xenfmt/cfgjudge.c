/* SPDX-License-Identifier: LGPL-2.1-only */
#include "xenfmt/cfgjudge.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/why.h"
#include "xenfmt/cfgkeys.h"
#include "xenfmt/cfgtext.h"

#define MAP_MOST 256U
#define SCRIPTS  "/etc/xen/scripts/"

struct walk {
    bool permit;
    const struct xls_cfg_policy *policy;
    xls_cfg_tell *tell;
    void *ctx;
    bool clean; /* nothing was told */
    bool go;    /* nobody said enough */
    size_t len; /* of path */
    char path[128];
};

/* --- where we are, and what is wrong there */

/* Lengthen the path; gives what step_back() wants. */
__attribute__((format(printf, 2, 3))) static size_t
step(struct walk *w, const char *format, ...)
{
    size_t before = w->len;
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(w->path + w->len, sizeof(w->path) - w->len, format, args);
    va_end(args);
    w->len += n < 0 ? 0 : (size_t)n;
    if (w->len >= sizeof(w->path)) {
        w->len = sizeof(w->path) - 1;
    }
    return before;
}

static void step_back(struct walk *w, size_t before)
{
    w->len = before;
    w->path[before] = '\0';
}

static void tell(struct walk *w, struct xls_cfg_found *found)
{
    memcpy(found->path, w->path, sizeof(found->path));
    w->clean = false;
    w->go = w->tell(w->ctx, found);
}

__attribute__((format(printf, 3, 4))) static void
wrong(struct walk *w, const char *rule, const char *format, ...)
{
    struct xls_cfg_found found = {.format = true};
    va_list args;

    (void)snprintf(found.rule, sizeof(found.rule), "%s", rule);
    va_start(args, format);
    (void)vsnprintf(found.text, sizeof(found.text), format, args);
    va_end(args);
    tell(w, &found);
}

/* --- the policy */

/* The value as a pattern that a line of the peer's file can hold: what INI, a
 * list or a pattern would take for something else becomes '?'. */
static void quote(char *out, size_t size, const char *value)
{
    size_t len = strlen(value);

    (void)snprintf(out, size, "%s", value);
    for (size_t i = 0; out[i] != '\0'; i++) {
        bool edge = out[i] == ' ' && (i == 0 || i + 1 == len);

        if (out[i] < 0x20 || out[i] > 0x7e || edge ||
            strchr(",;#*\"'", out[i]) != NULL) {
            out[i] = '?';
        }
    }
}

/* The path without the numbers in its brackets. */
static void plain_path(char *out, size_t size, const char *path)
{
    size_t n = 0;

    while (*path != '\0' && n + 1 < size) {
        out[n++] = *path;
        if (*path++ == '[') {
            path += strspn(path, "0123456789");
        }
    }
    out[n] = '\0';
}

/* The line that would accept this, if a line can be so long. */
static void line_for(struct walk *w, const struct xls_cfg_member *m,
                     const char *value, struct xls_cfg_found *found)
{
    char pattern[XLS_CFG_PATTERN_MAX + 1];
    char path[sizeof(w->path)];
    size_t room = XLS_CFG_PATTERN_MAX;

    plain_path(path, sizeof(path), w->path);
    if (m->accept == XLS_ACCEPT_SETTING) {
        room -= strlen(path) + 1;
    }
    if (strlen(value) > room) {
        return;
    }
    quote(pattern, sizeof(pattern), value);
    if (m->accept != XLS_ACCEPT_SETTING) {
        (void)snprintf(found->line, sizeof(found->line), "%s = %s",
                       xls_cfg_word_name(m->accept), pattern);
    } else {
        (void)snprintf(found->line, sizeof(found->line), "%s = %s%s%s",
                       xls_cfg_word_name(m->accept), path,
                       *pattern == '\0' ? "" : "=", pattern);
    }
}

/* Is it harmless, or permitted? */
static bool accepted(const struct walk *w, const struct xls_cfg_member *m,
                     const char *value)
{
    return xls_cfg_match_any(m->ok, value) ||
           xls_cfg_policy_has(w->policy, m->accept, w->path, value);
}

/* libxl writes a script's whole path where a guest's file has its name. */
static const char *script_name(const struct xls_cfg_member *m,
                               const char *value)
{
    size_t n = strlen(SCRIPTS);

    return m->accept == XLS_ACCEPT_SCRIPT && strncmp(value, SCRIPTS, n) == 0
               ? value + n
               : value;
}

/* A governed value: harmless, permitted, or told. */
static void govern(struct walk *w, const struct xls_cfg_member *m,
                   const char *value)
{
    struct xls_cfg_found found = {.format = false};
    bool plain = xls_cfg_plain(value);

    if (!w->permit || m->label == NULL ||
        (plain &&
         (accepted(w, m, value) || accepted(w, m, script_name(m, value))))) {
        return;
    }
    xls_why_peer(found.value, sizeof(found.value) - 3, value, strlen(value));
    if (strlen(value) > sizeof(found.value) - 4) {
        (void)snprintf(found.value + sizeof(found.value) - 4, 4, "...");
    }
    (void)snprintf(found.rule, sizeof(found.rule), "%s",
                   plain ? m->label : "S-228");
    if (!plain) {
        (void)snprintf(found.text, sizeof(found.text),
                       "could mean another file than it says (an empty, . or "
                       ".. component, a comma, a control character)");
    } else if (m->accept == XLS_ACCEPT_NEVER) {
        (void)snprintf(found.text, sizeof(found.text),
                       "is accepted from nobody");
    } else {
        (void)snprintf(found.text, sizeof(found.text),
                       "is not accepted from this host");
        line_for(w, m, value, &found);
    }
    tell(w, &found);
}

/* Governed texts that are empty say that nothing is set. */
static void govern_text(struct walk *w, const struct xls_cfg_member *m,
                        const char *value)
{
    if (*value != '\0') {
        govern(w, m, value);
    }
}

/* --- values */

static bool number(struct walk *w, struct json_object *node, int64_t lo,
                   int64_t hi, int64_t *out)
{
    if (!json_object_is_type(node, json_type_int)) {
        wrong(w, "S-32", "is not a number");
        return false;
    }
    *out = json_object_get_int64(node);
    if (*out < lo || *out > hi) {
        wrong(w, "S-33", "is not within %" PRId64 "..%" PRId64, lo, hi);
        return false;
    }
    return true;
}

static bool array(struct walk *w, struct json_object *node, size_t most)
{
    if (!json_object_is_type(node, json_type_array)) {
        wrong(w, "S-32", "is not an array");
        return false;
    }
    if (json_object_array_length(node) > most) {
        wrong(w, "S-34", "has more than %zu elements", most);
        return false;
    }
    return true;
}

static void numbers(struct walk *w, const struct xls_cfg_member *m,
                    struct json_object *node)
{
    bool bytes = m->kind == XLS_CFG_BYTES;
    int64_t last = -1;
    int64_t value;

    if (!array(w, node, (size_t)m->hi + 1)) {
        return;
    }
    if (bytes && json_object_array_length(node) != (size_t)m->hi) {
        wrong(w, "S-33", "has not %" PRId64 " elements", m->hi);
        return;
    }
    for (size_t i = 0; w->go && i < json_object_array_length(node); i++) {
        struct json_object *one = json_object_array_get_idx(node, i);

        if (!number(w, one, 0, bytes ? 255 : m->hi, &value)) {
            return;
        }
        if (!bytes && value <= last) {
            wrong(w, "S-33", "does not rise");
            return;
        }
        last = value;
    }
}

/* A string, or NULL and it has been told. */
static const char *text(struct walk *w, struct json_object *node)
{
    if (!json_object_is_type(node, json_type_string)) {
        wrong(w, "S-32", "is not a string");
        return NULL;
    }
    return json_object_get_string(node);
}

static void texts(struct walk *w, const struct xls_cfg_member *m,
                  struct json_object *node)
{
    const char *value = text(w, node);
    const char *why = value == NULL ? NULL : xls_cfg_text_wrong(m, value);

    if (value == NULL) {
        return;
    }
    if (why != NULL) {
        bool words = m->kind == XLS_CFG_ENUM || m->kind == XLS_CFG_DEFBOOL;

        wrong(w, words ? "S-33" : "S-35", "%s", why);
        return;
    }
    govern_text(w, m, value);
}

static void boolean(struct walk *w, struct json_object *node)
{
    if (!json_object_is_type(node, json_type_boolean)) {
        wrong(w, "S-32", "is not true or false");
    }
}

static void governed_number(struct walk *w, const struct xls_cfg_member *m,
                            struct json_object *node)
{
    char value[24];
    int64_t n;

    if (number(w, node, m->lo, m->hi, &n)) {
        (void)snprintf(value, sizeof(value), "%" PRId64, n);
        govern(w, m, value);
    }
}

/* Names and texts; the names are the sender's.  Only they are governed and
 * shown: a text may be a secret. */
static void map(struct walk *w, const struct xls_cfg_member *m,
                struct json_object *node)
{
    const char *under = strcmp(m->name, "platformdata") == 0 ? "platform/" : "";
    char key[9 + 256];

    if (!json_object_is_type(node, json_type_object)) {
        wrong(w, "S-32", "is not an object");
        return;
    }
    if (json_object_object_length(node) > (int)MAP_MOST) {
        wrong(w, "S-34", "has more than %u members", MAP_MOST);
        return;
    }
    json_object_object_foreach(node, name, value)
    {
        const char *is = text(w, value);
        const char *why = is == NULL ? NULL : xls_cfg_text_wrong(m, is);

        if (why != NULL) {
            wrong(w, "S-35", "%s", why);
        } else if (is != NULL) {
            (void)snprintf(key, sizeof(key), "%s%s", under, name);
            govern(w, m, key);
        }
        if (!w->go) {
            return;
        }
    }
}

static void object(struct walk *w, const struct xls_cfg_object *of,
                   struct json_object *node);

/* How a device is called in a policy: a PCI device by its address, the others
 * not at all. */
static void govern_device(struct walk *w, const struct xls_cfg_member *m,
                          struct json_object *node)
{
    static const char *const parts[] = {"domain", "bus", "dev", "func"};
    unsigned n[4] = {0};
    char value[48] = "";

    for (size_t i = 0; i < 4 && m->accept == XLS_ACCEPT_PCI; i++) {
        struct json_object *got = NULL;

        if (json_object_object_get_ex(node, parts[i], &got)) {
            n[i] = (unsigned)json_object_get_int(got) & 0xffff;
        }
    }
    if (m->accept == XLS_ACCEPT_PCI) {
        (void)snprintf(value, sizeof(value), "%04x:%02x:%02x.%x", n[0], n[1],
                       n[2], n[3]);
    }
    govern(w, m, value);
}

/* One value of a member. */
/* NOLINTNEXTLINE(misc-no-recursion): as deep as the table */
static void one(struct walk *w, const struct xls_cfg_member *m,
                struct json_object *node)
{
    switch (m->kind) {
    case XLS_CFG_BOOL:
        boolean(w, node);
        break;
    case XLS_CFG_NUMBER:
        governed_number(w, m, node);
        break;
    case XLS_CFG_DEFBOOL:
    case XLS_CFG_ENUM:
    case XLS_CFG_TEXT:
    case XLS_CFG_WORD:
    case XLS_CFG_LIST:
    case XLS_CFG_UUID:
    case XLS_CFG_MAC:
    case XLS_CFG_MASK:
        texts(w, m, node);
        break;
    case XLS_CFG_BITS:
    case XLS_CFG_BYTES:
        numbers(w, m, node);
        break;
    case XLS_CFG_CPUID:
    case XLS_CFG_OBJECT:
        object(w, m->object, node);
        if (m->label != NULL && w->go) {
            govern_device(w, m, node);
        }
        break;
    case XLS_CFG_MAP:
        map(w, m, node);
        break;
    }
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the table */
static void elements(struct walk *w, const struct xls_cfg_member *m,
                     struct json_object *node)
{
    if (!array(w, node, m->most)) {
        return;
    }
    for (size_t i = 0; w->go && i < json_object_array_length(node); i++) {
        size_t before = step(w, "[%zu]", i);

        one(w, m, json_object_array_get_idx(node, i));
        step_back(w, before);
    }
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the table */
static void member(struct walk *w, const struct xls_cfg_member *m,
                   struct json_object *node)
{
    static const struct xls_cfg_member leaves = {
        .kind = XLS_CFG_OBJECT, .most = 256, .object = &xls_cfg_leaf};

    if (m->kind == XLS_CFG_CPUID) {
        if (json_object_is_type(node, json_type_array)) {
            elements(w, &leaves, node);
        } else {
            one(w, m, node);
        }
    } else if (m->most > 0) {
        elements(w, m, node);
    } else {
        one(w, m, node);
    }
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the table */
static void object(struct walk *w, const struct xls_cfg_object *of,
                   struct json_object *node)
{
    unsigned unions = 0;

    if (!json_object_is_type(node, json_type_object)) {
        wrong(w, "S-32", "is not an object");
        return;
    }
    json_object_object_foreach(node, name, value)
    {
        const struct xls_cfg_member *m = xls_cfg_find(of, name);
        size_t before = step(w, "%s%.60s", w->len == 0 ? "" : ".", name);

        if (m == NULL) {
            wrong(w, "S-31", "is not known");
        } else if (strchr(name, '.') != NULL && ++unions > 1) {
            wrong(w, "S-36", "comes beside another of its kind");
        } else {
            member(w, m, value);
        }
        step_back(w, before);
        if (!w->go) {
            return;
        }
    }
}

bool xls_cfg_judge(struct json_object *tree, bool permit,
                   const struct xls_cfg_policy *policy, xls_cfg_tell *tell_one,
                   void *ctx)
{
    struct walk w = {.permit = permit,
                     .policy = policy,
                     .tell = tell_one,
                     .ctx = ctx,
                     .clean = true,
                     .go = true};

    object(&w, &xls_cfg_top, tree);
    return w.clean;
}
