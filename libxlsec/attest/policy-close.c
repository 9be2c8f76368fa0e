/* SPDX-License-Identifier: LGPL-2.1-only */
/* What can be judged of a set, and of a class, once all its lines are there. */
#include <stdlib.h>
#include <string.h>

#include "attest/policy-reader.h"

int xls_policy_file_order(const struct policy_file *a,
                          const struct policy_file *b)
{
    int order = strcmp(a->path, b->path);

    if (order == 0 && a->digest_len != b->digest_len) {
        order = a->digest_len < b->digest_len ? -1 : 1;
    }
    return order != 0 ? order : memcmp(a->digest, b->digest, a->digest_len);
}

static int file_order(const void *a, const void *b)
{
    return xls_policy_file_order(a, b);
}

/* [E-88] Sorted, and none twice. */
static void files_close(struct policy_reader *r)
{
    struct policy_set *set = r->set;

    if (set->file_count > 0) {
        qsort(set->files, set->file_count, sizeof(*set->files), file_order);
    }
    for (size_t i = 1; i < set->file_count; i++) {
        const struct policy_file *a = &set->files[i - 1];
        const struct policy_file *b = &set->files[i];

        if (xls_policy_file_order(a, b) == 0) {
            (void)xls_policy_refuse(
                r, XLS_PEER_RANGE, a->line > b->line ? a->line : b->line,
                "E-88", "this file is in the set already, in line %u",
                a->line > b->line ? b->line : a->line);
        }
    }
}

/* [E-87] Do the events of the set lead to its values? */
static void events_close(struct policy_reader *r)
{
    for (unsigned n = 0; n < XLS_POLICY_PCRS; n++) {
        const uint8_t *value = r->set->value[n];
        bool leads = value == NULL;

        if ((r->replayed >> n & 1) == 0) {
            continue;
        }
        if (value == NULL) {
            (void)xls_policy_refuse(
                r, XLS_PEER_RANGE, r->set->line, "E-87",
                "set %s has events of PCR %u and no value of it", r->set->name,
                n);
        }
        for (size_t i = 0; i < (n == 0 ? POLICY_STARTS : 1) && !leads; i++) {
            leads = memcmp(r->replay[i][n], value, XLS_PCR_LEN) == 0;
        }
        if (!leads) {
            (void)xls_policy_refuse(
                r, XLS_PEER_RANGE, r->set->line, "E-87",
                "the events of PCR %u in set %s do not lead to its "
                "value",
                n, r->set->name);
        }
    }
}

/* [E-86] Is there a line of every PCR? */
void xls_policy_set_close(struct policy_reader *r)
{
    const struct policy_set *set = r->set;
    uint32_t missing;
    char names[64];

    if (set == NULL) {
        return;
    }
    if (set->file_count > 0) {
        r->given |= UINT32_C(1) << XLS_IMA_PCR;
    }
    missing = r->class->pcrs & ~r->given;
    if (missing != 0) {
        xls_pcrs_name(names, sizeof(names), missing);
        (void)xls_policy_refuse(
            r, XLS_PEER_RANGE, set->line, "E-86",
            "set %s says nothing of PCR %s; 'pcr N any' where any "
            "value will do",
            set->name, names);
    }
    events_close(r);
    files_close(r);
    r->set = NULL;
}

/* [E-83], [E-84] Has the class what every class has to have? */
bool xls_policy_class_complete(struct policy_reader *r)
{
    const struct xls_policy_class *class = r->class;

    if (class->kind == XLS_EVIDENCE_NONE || class->pcrs == 0) {
        return xls_policy_refuse(r, XLS_PEER_SHORT, class->line, "E-83",
                                 "class %s has no line '%s'", class->name,
                                 class->pcrs == 0 ? "pcrs" : "evidence");
    }
    if (class->has_firmware && class->kind != XLS_EVIDENCE_TPM) {
        return xls_policy_refuse(
            r, XLS_PEER_RANGE, class->line, "E-84",
            "class %s names a TPM's firmware, and takes software "
            "Evidence",
            class->name);
    }
    return true;
}

void xls_policy_class_close(struct policy_reader *r)
{
    xls_policy_set_close(r);
    if (r->class != NULL) {
        (void)xls_policy_class_complete(r);
    }
    r->class = NULL;
}
