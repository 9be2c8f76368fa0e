/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * move FROM TO GUEST UUID [STOP|kill-STOP|back|ahead|over]: the companions of a
 * guest from one configuration directory's host to another's, in the order of a
 * migration but without one, for t-vtpm.sh.  STOP is the last step that is
 * taken (open, read, stage, commit or settle); then everything is taken back,
 * or, with kill-, the process ends there.  back, ahead and over go on in the
 * place of such a one, which has left the migration's id and list in the file
 * "last"; over is when all that ahead does was done.
 *
 * Exit status: 0 moved, or stopped and taken back; 1 refused, and stderr says
 * why.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/start.h"
#include "host/pack.h"
#include "host/place.h"
#include "proto/companion.h"

struct move {
    struct xls_conf from;
    struct xls_conf to;
    const char *guest;
    uint8_t uuid[XLS_UUID_LEN];
    uint8_t migration[16];
    struct xls_pack *pack;
    struct xls_place *place;
    const uint8_t *octets;
    size_t len;
    struct xls_why why;
};

static enum xls_rc step_open(struct move *m)
{
    const struct xls_pack_setup pack = {&m->from, m->guest, m->uuid};
    struct xls_place_setup place = {.conf = &m->to,
                                    .guest = m->guest,
                                    .peer = "from",
                                    .uuid = m->uuid,
                                    .migration = m->migration};
    const char *rule = "";
    enum xls_rc rc = xls_pack_open(&pack, &m->pack, &m->why);

    if (rc == XLS_OK) {
        place.list = xls_pack_list(m->pack);
        rc = xls_place_new(&place, &m->place, &rule, &m->why);
        if (rc != XLS_OK) {
            (void)fprintf(stderr, "[%s] ", rule);
        }
    }
    return rc;
}

static enum xls_rc step_read(struct move *m)
{
    return xls_pack_read(m->pack, &m->octets, &m->len, &m->why);
}

static enum xls_rc step_stage(struct move *m)
{
    return xls_place_stage(m->place, m->octets, m->len, &m->why);
}

static enum xls_rc step_commit(struct move *m)
{
    return xls_pack_commit(m->pack, m->migration, "to", &m->why);
}

static enum xls_rc step_settle(struct move *m)
{
    return xls_place_settle(m->place, &m->why);
}

static const struct {
    const char *name;
    enum xls_rc (*go)(struct move *m);
} steps[] = {
    {"open", step_open},     {"read", step_read},     {"stage", step_stage},
    {"commit", step_commit}, {"settle", step_settle},
};

static bool parse_uuid(const char *text, uint8_t out[XLS_UUID_LEN])
{
    char again[XLS_UUID_TEXT];
    size_t n = 0;

    for (const char *c = text; *c != '\0' && n < XLS_UUID_LEN; n++) {
        char two[3] = "";

        c += *c == '-' ? 1 : 0;
        (void)snprintf(two, sizeof(two), "%.2s", c);
        out[n] = (uint8_t)strtoul(two, NULL, 16);
        c += strlen(two);
    }
    xls_uuid_text(out, again);
    return strcmp(again, text) == 0;
}

/* All steps, or to the one that stop names; "": all. */
static enum xls_rc go(struct move *m, const char *stop, bool *whole)
{
    enum xls_rc rc = XLS_OK;

    *whole = true;
    for (size_t i = 0;
         rc == XLS_OK && *whole && i < sizeof(steps) / sizeof(steps[0]); i++) {
        rc = steps[i].go(m);
        *whole = rc == XLS_OK && strcmp(stop, steps[i].name) != 0;
    }
    return rc;
}

/* --- a process that ends, and the next one ---------------------------------
 */

static enum xls_rc leave_last(const struct move *m)
{
    uint8_t out[XLS_COMPANIONS_WIRE];
    struct xls_wr wr = xls_wr_over(out, sizeof(out));
    FILE *f = fopen("last", "we");
    bool ok;

    xls_companions_put(&wr, xls_pack_list(m->pack));
    ok = f != NULL && fwrite(m->migration, 16, 1, f) == 1 &&
         fwrite(out, wr.used, 1, f) == 1;
    return f != NULL && fclose(f) == 0 && ok ? XLS_OK : XLS_HOST_IO;
}

static enum xls_rc find_last(struct move *m, struct xls_companions *list)
{
    uint8_t in[16 + XLS_COMPANIONS_WIRE];
    FILE *f = fopen("last", "re");
    size_t len = f == NULL ? 0 : fread(in, 1, sizeof(in), f);
    struct xls_rd rd = xls_rd_over(in, len);

    xls_rd_copy(&rd, m->migration, sizeof(m->migration));
    xls_companions_get(&rd, list);
    if (f != NULL) {
        (void)fclose(f);
    }
    return xls_rd_end(&rd);
}

static enum xls_rc again(struct move *m, bool ahead)
{
    static struct xls_companions list;
    const struct xls_pack_setup pack = {&m->from, m->guest, m->uuid};
    const struct xls_place_setup place = {.conf = &m->to,
                                          .list = &list,
                                          .guest = m->guest,
                                          .peer = "from",
                                          .uuid = m->uuid,
                                          .migration = m->migration};
    enum xls_rc rc = find_last(m, &list);

    if (rc == XLS_OK) {
        rc = xls_place_again(&place, &m->place, &m->why);
    }
    if (rc == XLS_OK) {
        rc =
            xls_pack_again(&pack, &list, m->migration, "to", &m->pack, &m->why);
    }
    if (rc == XLS_OK && ahead) {
        rc = step_settle(m);
    }
    if (rc == XLS_OK && ahead) {
        rc = step_commit(m);
    }
    return rc;
}

/* Whatever the last argument asks for. */
static enum xls_rc act(struct move *m, const char *what, bool *whole)
{
    enum xls_rc rc;

    if (strcmp(what, "back") == 0 || strcmp(what, "ahead") == 0 ||
        strcmp(what, "over") == 0) {
        rc = again(m, what[0] == 'a');
        *whole = rc == XLS_OK && what[0] != 'b';
        return rc;
    }
    if (strncmp(what, "kill-", 5) != 0) {
        return go(m, what, whole);
    }
    rc = go(m, what + 5, whole);
    if (rc == XLS_OK) {
        rc = leave_last(m);
    }
    if (rc == XLS_OK) {
        (void)raise(SIGKILL);
    }
    return rc;
}

int main(int argc, char **argv)
{
    static struct move m; /* large */
    bool whole = false;
    enum xls_rc rc = XLS_BUG_CONTRACT;

    m.guest = argc > 3 ? argv[3] : "";
    if (argc < 5 || argc > 6 || !parse_uuid(argv[4], m.uuid)) {
        (void)fputs("move FROM TO GUEST UUID [STOP]\n", stderr);
        return 2;
    }
    rc = xls_crypto_start();
    xls_random(m.migration, sizeof(m.migration));
    if (rc == XLS_OK) {
        rc = xls_conf_load(argv[1], &m.from, &m.why);
    }
    if (rc == XLS_OK) {
        rc = xls_conf_load(argv[2], &m.to, &m.why);
    }
    if (rc == XLS_OK) {
        rc = act(&m, argc == 6 ? argv[5] : "", &whole);
    }
    if (whole) {
        rc = xls_place_done(m.place, &m.why);
        if (rc == XLS_OK) {
            rc = xls_pack_delete(m.pack, &m.why);
        }
    } else {
        if (m.place != NULL && xls_place_undo(m.place, &m.why) != XLS_OK) {
            rc = XLS_HOST_IO;
        }
        if (m.pack != NULL && xls_pack_put_back(m.pack, &m.why) != XLS_OK) {
            rc = XLS_HOST_IO;
        }
    }
    if (rc != XLS_OK) {
        (void)fprintf(stderr, "%s\n", m.why.text);
    }
    xls_pack_free(m.pack);
    xls_place_free(m.place);
    return rc == XLS_OK ? 0 : 1;
}
