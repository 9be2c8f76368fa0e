/* SPDX-License-Identifier: LGPL-2.1-only */
/* The guest is suspended: stop its vTPM, and read everything. */
#include <stdlib.h>

#include "host/pack-private.h"
#include "host/swtpm.h"

/* --- the vTPM stops ------------------------------------------------------ */

/* [P-85] From here on nothing changes the files, and nobody uses them. */
enum xls_rc xls_pack_stop(struct xls_pack *pack, int dir, const char *path,
                          struct xls_why *why)
{
    pid_t holder;
    enum xls_rc rc;

    if (pack->swtpm < 0) {
        return XLS_OK; /* none runs, and we have had the lock since open */
    }
    rc = xls_swtpm_store(pack->swtpm, why);
    if (rc != XLS_OK) {
        return rc;
    }
    pack->stopped = true; /* also when that fails: INIT takes what it stored */
    rc = xls_swtpm_stop(pack->swtpm, why);
    /* it keeps its lock while it lives; one that does not leaves it to us */
    return rc == XLS_OK ? xls_pack_lock(pack, dir, path, &holder, why) : rc;
}

/* --- contents ------------------------------------------------------------ */

enum xls_rc xls_pack_contents(struct xls_pack *pack, size_t i,
                              struct xls_archive *archive, struct xls_why *why)
{
    const struct xls_companion *one = &pack->list.list[i];
    const struct xls_pack_item *item = &pack->item[i];
    const struct xls_contents_of of = {i, item->path, one->most};
    char name[XLS_PACK_NAME];

    xls_pack_name(item, item->away, name);
    return one->kind == XLS_COMPANION_VTPM
               ? xls_contents_vtpm(item->dir, &of, archive, why)
               : xls_contents_file(item->parent, name, &of, archive, why);
}

/* --- the archive --------------------------------------------------------- */

static enum xls_rc encode(struct xls_pack *pack,
                          const struct xls_archive *archive)
{
    enum xls_rc rc;

    pack->len = xls_archive_size(&pack->list, archive);
    pack->octets = malloc(pack->len);
    if (pack->octets == NULL) {
        return XLS_HOST_NOMEM;
    }
    rc = xls_archive_put(&pack->list, archive, pack->octets, pack->len);
    if (rc == XLS_OK) {
        /* the sums, and data that lives as long as the pack */
        rc = xls_archive_get(pack->octets, pack->len, &pack->list,
                             &pack->archive);
    }
    return rc;
}

enum xls_rc xls_pack_read(struct xls_pack *pack, const uint8_t **octets,
                          size_t *len, struct xls_why *why)
{
    struct xls_archive *archive = calloc(1, sizeof(*archive));
    enum xls_rc rc = archive == NULL ? XLS_HOST_NOMEM : XLS_OK;

    if (pack->octets != NULL) {
        free(archive);
        return XLS_BUG_CONTRACT;
    }
    for (size_t i = 0; rc == XLS_OK && i < pack->list.count; i++) {
        bool vtpm = pack->list.list[i].kind == XLS_COMPANION_VTPM;

        if (vtpm) {
            rc =
                xls_pack_stop(pack, pack->item[i].dir, pack->item[i].path, why);
        }
        if (rc == XLS_OK) {
            rc = xls_pack_contents(pack, i, archive, why);
        }
    }
    if (rc == XLS_OK) {
        rc = encode(pack, archive);
    }
    if (archive != NULL) {
        xls_contents_drop(archive);
    }
    free(archive);
    if (rc == XLS_OK) {
        *octets = pack->octets;
        *len = pack->len;
    }
    return rc;
}
