/* SPDX-License-Identifier: LGPL-2.1-only */
#include "openguest.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <xenstore.h>

#include "host/generation.h"
#include "journals.h"
#include "say.h"

#define PROGRAM  "xl"
#define XL_MAGIC "Xen saved domain, xl format\n"

enum {
    HEAD = 1 << 18, /* of a file: where its name and uuid are looked for */
    XL_HEAD = 32 + 4 * 4,
    VALUE = 256,
};

struct look {
    struct xls_journals all;
    const char *command;
    bool creates; /* create, restore: of a guest that is not here */
    bool told;    /* of one that may have to do with it */
    bool permits;
};

/* --- the journals
 * -----------------------------------------------------------*/

/* Is it by this journal's end that the guest may not be started?  In HERE it is
 * this host's, and was let go on. */
static bool forbids(const struct xls_journal_entry *e)
{
    return xls_journals_is_open(e) &&
           (e->damaged || e->view.facts.role != XLS_ROLE_SOURCE ||
            e->view.state != XLS_SOURCE_HERE);
}

/* It may have run here, and a source may wait for a person. */
static bool warns(const struct look *look, const struct xls_journal_entry *e)
{
    return look->creates && !e->damaged &&
           e->view.facts.role == XLS_ROLE_DESTINATION &&
           e->view.state == XLS_DESTINATION_UNSURE;
}

static void tell(struct look *look, const struct xls_journal_entry *e)
{
    const char *override = getenv(XLS_OVERRIDE);
    bool no = forbids(e);
    struct xls_told told;

    xls_journals_tell(&look->all, e, &told);
    if (no && override != NULL && strcmp(override, told.guest) == 0) {
        no = false;
    }
    (void)fprintf(stderr,
                  "%s: %s: xl %s of guest '%s', whose migration is not "
                  "settled:\n",
                  PROGRAM, no ? "REFUSED" : "WARNING", look->command,
                  told.guest);
    xls_journals_show(stderr, e, &told);
    (void)fprintf(stderr,
                  "    If two copies of it run, they destroy its disks. What "
                  "to do: xl secure-status %s,\n"
                  "    xl secure-recover %s, xlsec-handover(7).\n",
                  told.brief, told.brief);
    if (no) {
        (void)fprintf(stderr,
                      "    If you are certain: " XLS_OVERRIDE "='%s' xl %s "
                      "...\n",
                      told.guest, look->command);
    }
    look->told = true;
    look->permits = !no;
}

static bool is_meant(const struct xls_journal_facts *f, const char *key,
                     const char *value)
{
    char uuid[XLS_UUID_TEXT];

    xls_uuid_text(f->uuid, uuid);
    return f->peer[0] != '\0' &&
           (strcmp(key, "uuid") == 0 ? strcasecmp(uuid, value) == 0
                                     : xls_journals_named(f, value));
}

/* The guest of this name, or uuid: one journal is enough to be told. */
static void look_up(struct look *look, const char *key, const char *value)
{
    for (size_t i = 0; !look->told && i < look->all.count; i++) {
        const struct xls_journal_entry *e = &look->all.list[i];

        if (is_meant(&e->view.facts, key, value) &&
            (forbids(e) || warns(look, e))) {
            tell(look, e);
        }
    }
}

/* --- which guest
 * ------------------------------------------------------------*/

static void look_up_domain(struct look *look, const char *text)
{
    char path[64];
    unsigned len = 0;
    struct xs_handle *xs = NULL;
    char *name = NULL;

    look_up(look, "name", text);
    if (strlen(text) > 5 || strspn(text, "0123456789") != strlen(text)) {
        return;
    }
    (void)snprintf(path, sizeof(path), "/local/domain/%.5s/name", text);
    xs = xs_open(0);
    name = xs == NULL ? NULL : xs_read(xs, XBT_NULL, path, &len);
    if (name != NULL) { /* libxenstore ends it with a NUL */
        look_up(look, "name", name);
    }
    free(name);
    if (xs != NULL) {
        xs_close(xs);
    }
}

/* The guest that `= "VALUE"` or `= 'VALUE'` is about. */
static void look_at_value(struct look *look, const char *key, const char *at)
{
    char value[VALUE];
    char quote[] = {'\0', '\n', '\0'};

    at += strspn(at, " \t");
    if (*at != '=') {
        return;
    }
    at += 1 + strspn(at + 1, " \t");
    if (*at == '"' || *at == '\'') {
        quote[0] = *at;
        (void)snprintf(value, sizeof(value), "%.*s",
                       (int)strcspn(at + 1, quote), at + 1);
        look_up(look, key, value);
    }
}

/* KEY at the beginning of a statement of xl.cfg. */
static void look_in_config(struct look *look, const char *text, const char *key)
{
    while (*text != '\0') {
        text += strspn(text, " \t\r\n;");
        if (strncmp(text, key, strlen(key)) == 0) {
            look_at_value(look, key, text + strlen(key));
        }
        text += strcspn(text, "\n;");
    }
}

/* "KEY":"VALUE", the first of them: libxl writes c_info before all else. */
static void look_in_json(struct look *look, const char *text, const char *key)
{
    char member[16];
    char value[VALUE];
    const char *at;

    (void)snprintf(member, sizeof(member), "\"%s\"", key);
    at = strstr(text, member);
    if (at != NULL) {
        at += strlen(member);
        at += strspn(at, " \t\r\n:");
        if (*at == '"') {
            (void)snprintf(value, sizeof(value), "%.*s",
                           (int)strcspn(at + 1, "\""), at + 1);
            look_up(look, key, value);
        }
    }
}

/* A configuration, or what xl save wrote; anything else says nothing. */
static void look_in_file(struct look *look, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    char *text = calloc(1, HEAD + 1);
    ssize_t n = fd >= 0 && text != NULL ? pread(fd, text, HEAD, 0) : -1;
    bool saved = n > XL_HEAD && strncmp(text, XL_MAGIC, strlen(XL_MAGIC)) == 0;

    if (saved) {
        const char *json = memchr(text + XL_HEAD, '{', (size_t)n - XL_HEAD);

        if (json != NULL) {
            look_in_json(look, json, "name");
            look_in_json(look, json, "uuid");
        }
    } else if (n > 0) {
        look_in_config(look, text, "name");
        look_in_config(look, text, "uuid");
    }
    free(text);
    if (fd >= 0) {
        (void)close(fd);
    }
}

static void look_at_argument(struct look *look, const char *arg)
{
    if (strncmp(arg, "--defconfig=", 12) == 0) {
        look_in_file(look, arg + 12);
    } else if (strncmp(arg, "-f", 2) == 0 && arg[2] != '\0') {
        look_in_file(look, arg + 2);
    } else if (arg[0] == '-') {
        return;
    } else if (!look->creates) {
        look_up_domain(look, arg);
    } else {
        look_in_config(look, arg, "name"); /* it may be NAME="..." */
        look_in_file(look, arg);
    }
}

/* --- the command
 * ------------------------------------------------------------*/

static void look_at_command(struct look *look, int count, char **args)
{
    for (size_t i = 0; i < look->all.count; i++) {
        const struct xls_journal_entry *e = &look->all.list[i];

        if (e->damaged && e->view.facts.peer[0] == '\0') {
            xls_say_error(PROGRAM, "WARNING: the journal of a migration is "
                                   "damaged, which may be of any guest: see "
                                   "xl secure-status");
        }
    }
    for (int i = 1; !look->told && i < count; i++) {
        look_at_argument(look, args[i]);
    }
}

static bool is_one_of(const char *word, const char *const *list)
{
    while (*list != NULL && strcmp(word, *list) != 0) {
        list++;
    }
    return *list != NULL;
}

bool xls_openguest_permits(const char *confdir, int count, char **args)
{
    static const char *const lets_run[] = {"unpause", "resume", NULL};
    static const char *const creates[] = {"create", "restore", NULL};
    static const char *const dry[] = {"-n", "--dryrun", NULL};
    struct look look = {.permits = true, .command = args[0]};
    struct xls_why why = {""};

    look.creates = is_one_of(args[0], creates);
    if (!look.creates && !is_one_of(args[0], lets_run)) {
        return true;
    }
    for (int i = 1; i < count; i++) {
        if (look.creates && is_one_of(args[i], dry)) {
            return true;
        }
    }
    if (xls_journals_read(confdir, &look.all, &why) != XLS_OK) {
        xls_say_error(PROGRAM,
                      "WARNING: whether a migration of this guest is open "
                      "cannot be found out: %s",
                      why.text);
    } else {
        look_at_command(&look, count, args);
    }
    xls_journals_free(&look.all);
    return look.permits;
}
