/* SPDX-License-Identifier: LGPL-2.1-only */
/* Journals of migrations: what is read is what would be written. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "host/journal-text.h"

static const uint8_t id[XLS_ID_LEN] = {0xab, 1};

/* A line of the input with its good sum; the engine guesses no SHA-256. */
static size_t mend_line(char *out, size_t room, const uint8_t *line, size_t len,
                        uint8_t sum[XLS_JOURNAL_SUM])
{
    static uint8_t chain[XLS_JOURNAL_SUM + XLS_JOURNAL_SIZE];
    const uint8_t *mark = memchr(line, '#', len);
    uint8_t all[crypto_hash_sha256_BYTES];
    char digits[2 * XLS_JOURNAL_SUM + 1];
    size_t width;

    len = mark == NULL ? len : (size_t)(mark - line);
    while (len > 0 && line[len - 1] == ' ') {
        len--;
    }
    width = len < 72 ? 72 : len + 1;
    if (room < width + sizeof(digits) + 1) {
        return 0;
    }
    memcpy(chain, sum, XLS_JOURNAL_SUM);
    memcpy(chain + XLS_JOURNAL_SUM, line, len);
    (void)crypto_hash_sha256(all, chain, XLS_JOURNAL_SUM + len);
    memcpy(sum, all, XLS_JOURNAL_SUM);
    xls_hex(digits, sizeof(digits), sum, XLS_JOURNAL_SUM);
    memset(out, ' ', width);
    memcpy(out, line, len);
    out[width] = '#';
    memcpy(out + width + 1, digits, sizeof(digits) - 1);
    return width + sizeof(digits) + 1; /* with its line feed */
}

/* The input as a file: sums put right in all lines that have an end. */
static void file_of(char *out, const uint8_t *data, size_t len, bool mend)
{
    uint8_t sum[XLS_JOURNAL_SUM] = {0};
    const uint8_t *end;
    size_t used = 0;

    memset(out, '\n', XLS_JOURNAL_SIZE);
    while (mend && (end = memchr(data, '\n', len)) != NULL) {
        used += mend_line(out + used, XLS_JOURNAL_SIZE - used, data,
                          (size_t)(end - data), sum);
        len -= (size_t)(end + 1 - data);
        data = end + 1;
    }
    len = len < XLS_JOURNAL_SIZE - used ? len : XLS_JOURNAL_SIZE - used;
    memcpy(out + used, data, len);
}

struct read {
    struct xls_journal_text text;
    struct xls_journal_view view;
    bool known;
};

static enum xls_rc read_as(struct read *r, enum xls_role role, const char *file)
{
    struct xls_why why = {""};
    enum xls_rc rc;

    memset(r, 0, sizeof(*r));
    r->view.facts.role = role;
    memcpy(r->view.facts.id, id, sizeof(id));
    rc = xls_journal_text_read(file, &r->text, &r->view, &r->known, &why);
    FZ(rc == XLS_OK || (rc == XLS_HOST_CONF && why.text[0] != '\0'));
    FZ(rc != XLS_OK || r->known);
    FZ(r->view.facts.role == role);
    FZ(memcmp(r->view.facts.id, id, sizeof(id)) == 0);
    return rc;
}

static bool same_view(const struct xls_journal_view *a,
                      const struct xls_journal_view *b)
{
    return a->state == b->state && a->since == b->since &&
           a->began == b->began && strcmp(a->note, b->note) == 0;
}

/* What it says, written by us from each state that it had, is the same. */
static void is_written_again(const struct read *r, const char *file)
{
    static struct read part;
    static struct read ours;
    static char cut[XLS_JOURNAL_SIZE];

    memset(&ours, 0, sizeof(ours));
    ours.view.facts = r->view.facts;
    FZ(xls_journal_text_begin(&ours.text, &r->view.facts) == XLS_OK);
    while (ours.text.used < r->text.used) {
        const char *end =
            memchr(file + ours.text.used, '\n', r->text.used - ours.text.used);
        size_t to = (size_t)(end + 1 - file);

        FZ(end != NULL);
        memset(cut, '\n', sizeof(cut));
        memcpy(cut, file, to);
        FZ(read_as(&part, r->view.facts.role, cut) == XLS_OK);
        FZ(!part.view.torn && part.text.used == to);
        FZ(xls_journal_follows(part.view.facts.role, ours.view.state,
                               part.view.state));
        FZ(xls_journal_text_add(&ours.text, &ours.view, part.view.state,
                                part.view.since, part.view.note) == XLS_OK);
        FZ(same_view(&ours.view, &part.view));
    }
    FZ(same_view(&ours.view, &r->view));
    FZ(memcmp(&ours.text, &r->text, sizeof(ours.text)) == 0);
    FZ(memcmp(ours.text.octets, file, ours.text.used) == 0);
}

/* A bit of it is turned: that is seen, or the last line is none. */
static void is_guarded(const struct read *r, char *file, uint64_t seed)
{
    static struct read bad;
    uint32_t bit = fz_next(&seed) % (uint32_t)(8 * r->text.used);
    size_t last = r->text.used - 1;

    while (file[last - 1] != '\n') {
        last--;
    }
    file[bit / 8] = (char)(file[bit / 8] ^ 1 << bit % 8);
    if (read_as(&bad, r->view.facts.role, file) == XLS_OK) {
        FZ(!r->view.torn && bad.view.torn);
        FZ(bad.text.used == last && bit / 8 >= last);
        FZ(bad.view.began == r->view.began);
    }
}

/* An octet: which end, and are sums put right?  Then a journal. */
void fz_journal(const struct fz_target *t, const uint8_t *data, size_t len)
{
    static char file[XLS_JOURNAL_SIZE];
    static struct read r;
    enum xls_role role;

    (void)t;
    if (len < 1) {
        return;
    }
    role = data[0] % 2 == 0 ? XLS_ROLE_SOURCE : XLS_ROLE_DESTINATION;
    file_of(file, data + 1, len - 1, data[0] % 8 < 6);
    if (read_as(&r, role, file) != XLS_OK) {
        return;
    }
    FZ(xls_peer_name_ok(r.view.facts.peer));
    FZ(role == XLS_ROLE_SOURCE || r.view.facts.command[0] == '\0');
    FZ(r.view.state != 0 && r.view.began >= 0 && r.view.since >= 0);
    is_written_again(&r, file);
    is_guarded(&r, file, fz_seed(data, len));
}
