/* SPDX-License-Identifier: LGPL-2.1-only */
#include "explain.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "host/conf.h"
#include "xenfmt/config.h"
#include "xenfmt/xlhdr.h"

enum { LIST_MAX = 4096 };

#define HEAD     (XLS_XLHDR_FIRST + 4U) /* up to the configuration */
#define READ_MAX (HEAD + XLS_CONFIG_MAX + 1U)

struct list {
    struct xls_cfg_found *found; /* LIST_MAX of them */
    size_t count;
    size_t all;   /* those beyond LIST_MAX too */
    size_t lines; /* those that a line would accept */
};

static bool hear(void *ctx, const struct xls_cfg_found *found)
{
    struct list *list = ctx;

    if (list->count < LIST_MAX) {
        list->found[list->count++] = *found;
    }
    list->all++;
    list->lines += found->line[0] == '\0' ? 0 : 1;
    return true;
}

/* What broke before there were members to name. */
static void hear_finding(struct list *list, const struct xls_finding *why)
{
    struct xls_cfg_found found = {.format = true};

    (void)snprintf(found.rule, sizeof(found.rule), "%.7s", why->rule);
    (void)snprintf(found.path, sizeof(found.path), "%s",
                   why->record[0] == '\0' ? "(the text)" : why->record);
    (void)snprintf(found.text, sizeof(found.text), "%.127s", why->text);
    (void)hear(list, &found);
}

/* --- reading */

/* At most READ_MAX octets of fd; an errno, or 0. */
static int slurp(int fd, char *buf, size_t *len)
{
    ssize_t n = 1;

    *len = 0;
    while (n != 0 && *len < READ_MAX) {
        n = read(fd, buf + *len, READ_MAX - *len);
        if (n < 0 && errno != EINTR) {
            return errno;
        }
        *len += n > 0 ? (size_t)n : 0;
    }
    return 0;
}

/* The configuration in what was read: in xl's file, or all of it.  NULL and
 * *why when xl's header is wrong. */
static const char *find_config(const char *buf, size_t *len,
                               struct xls_finding *why)
{
    const uint8_t *octets = (const uint8_t *)buf;
    struct xls_xlhdr xh;
    struct xls_want want;
    enum xls_rc rc;

    if (*len < XLS_XLHDR_FIRST || buf[0] != 'X') {
        *len -= *len > 0 && buf[*len - 1] == '\0' ? 1 : 0;
        return buf;
    }
    xls_xlhdr_init(&xh);
    rc = xls_xlhdr_step(&xh, octets, XLS_XLHDR_FIRST, &want, why);
    if (rc == XLS_OK && want.next > *len - XLS_XLHDR_FIRST) {
        rc = xls_refuse(why, XLS_PEER_SHORT, "S-4",
                        "the file ends within the configuration");
    }
    if (rc == XLS_OK) {
        *len = want.next - 5; /* its length before it, its NUL behind */
        rc = xls_xlhdr_step(&xh, octets + XLS_XLHDR_FIRST, want.next, &want,
                            why);
        free(xh.text);
        if (strcmp(why->record, "CONFIG") == 0 &&
            strcmp(why->rule, "S-15") != 0 && strcmp(why->rule, "S-16") != 0) {
            rc = XLS_OK; /* what the text says is judged by our caller */
        }
    }
    return rc == XLS_OK ? buf + HEAD : NULL;
}

/* --- saying */

static void say_json(const struct xls_explain *what, const char *policy,
                     const struct list *list)
{
    (void)putchar('{');
    xls_check_put("file", what->file);
    (void)printf(",\"accepted\":%s,", list->all == 0 ? "true" : "false");
    xls_check_put("policy", policy[0] == '\0' ? "default" : policy);
    (void)printf(",\"refused\":[");
    for (size_t i = 0; i < list->count; i++) {
        const struct xls_cfg_found *f = &list->found[i];

        (void)printf("%s{", i == 0 ? "" : ",");
        xls_check_put("rule", f->rule);
        (void)putchar(',');
        xls_check_put("member", f->path);
        (void)putchar(',');
        xls_check_put("value", f->value);
        (void)putchar(',');
        xls_check_put("text", f->text);
        (void)putchar(',');
        xls_check_put("line", f->line);
        (void)putchar('}');
    }
    (void)puts("]}");
}

static int width(int least, size_t len)
{
    return (int)len > least ? (int)len : least;
}

static void say_text(const struct xls_explain *what, const char *policy,
                     const struct list *list)
{
    int member = 6;
    int value = 5;

    (void)printf("%s: the configuration, held against %s\n", what->file,
                 policy[0] == '\0' ? "what is accepted without any line"
                                   : policy);
    if (list->all == 0) {
        (void)puts("Nothing would be refused.");
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        member = width(member, strlen(list->found[i].path));
        value = width(value, strlen(list->found[i].value));
    }
    (void)printf("\n%-6s %-*s %-*s %s\n", "RULE", member, "MEMBER", value,
                 "VALUE", "WHAT WOULD ACCEPT IT");
    for (size_t i = 0; i < list->count; i++) {
        const struct xls_cfg_found *f = &list->found[i];

        (void)printf("%-6s %-*s %-*s %s%s\n", f->rule, member, f->path, value,
                     f->value, f->line[0] == '\0' ? "no line: " : f->line,
                     f->line[0] == '\0' ? f->text : "");
    }
    (void)printf("\n%zu would be refused.\n", list->all);
    if (list->lines > 0) {
        (void)printf("The lines go into section [peer] of %s, on the host "
                     "that takes the guest.\n",
                     policy[0] == '\0' ? XLS_CONFDIR "/peers.d/NAME.conf"
                                       : policy);
    }
}

/* --- all of it */

static int no_memory(void)
{
    (void)fputs("xlsec check: out of memory\n", stderr);
    return XLS_CHECK_HOST;
}

static int judge(const struct xls_explain *what, const struct xls_peer *peer,
                 const char *buf, size_t len)
{
    struct list list = {.found = calloc(LIST_MAX, sizeof(*list.found))};
    const char *policy = peer == NULL ? "" : peer->path;
    struct xls_finding why = {0};
    const char *text = find_config(buf, &len, &why);
    enum xls_rc rc = XLS_PEER_RANGE;

    if (list.found == NULL) {
        return no_memory();
    }
    if (text != NULL) {
        rc = xls_config_permit(text, len, peer == NULL ? NULL : &peer->accept,
                               hear, &list, &why);
    }
    if (xls_rc_is_peer(rc) && rc != XLS_PEER_POLICY) {
        hear_finding(&list, &why);
    }
    if (rc != XLS_OK && !xls_rc_is_peer(rc)) {
        (void)no_memory();
    } else if (what->json) {
        say_json(what, policy, &list);
    } else {
        say_text(what, policy, &list);
    }
    free(list.found);
    if (rc == XLS_OK) {
        return XLS_CHECK_ACCEPTED;
    }
    return xls_rc_is_peer(rc) ? XLS_CHECK_REFUSED : XLS_CHECK_HOST;
}

/* The peer of that name in *peers, or NULL and the exit status in *status. */
static const struct xls_peer *find_peer(const struct xls_explain *what,
                                        struct xls_peers *peers, int *status)
{
    struct xls_why why = {""};
    const struct xls_peer *peer = NULL;

    *status = XLS_CHECK_HOST;
    if (xls_peers_load(what->confdir, peers, &why) != XLS_OK) {
        (void)fprintf(stderr, "xlsec check: %s\n", why.text);
        return NULL;
    }
    peer = xls_peers_by_name(peers, what->peer);
    if (peer == NULL) {
        *status = XLS_CHECK_USAGE;
        (void)fprintf(stderr, "xlsec check: no file in %s/peers.d is of '%s'\n",
                      what->confdir, what->peer);
    }
    return peer;
}

int xls_explain(const struct xls_explain *what, int fd)
{
    struct xls_peers peers = {NULL, 0};
    const struct xls_peer *peer = NULL;
    char *buf = malloc(READ_MAX);
    size_t len = 0;
    int status = XLS_CHECK_HOST;
    int error;

    if (buf == NULL) {
        goto out;
    }
    if (what->peer != NULL) {
        peer = find_peer(what, &peers, &status);
        if (peer == NULL) {
            goto out;
        }
    }
    error = slurp(fd, buf, &len);
    if (error != 0) {
        (void)fprintf(stderr, "xlsec check: %s: %s\n", what->file,
                      strerror(error));
        status = XLS_CHECK_UNREAD;
        goto out;
    }
    status = judge(what, peer, buf, len);
out:
    xls_peers_free(&peers);
    free(buf);
    return status;
}
