/* SPDX-License-Identifier: LGPL-2.1-only */
/* t-proto-sample: one good message of each type. */
#ifndef XLS_TEST_PROTO_SAMPLE_H
#define XLS_TEST_PROTO_SAMPLE_H

#include <string.h>

#include "proto/control.h"

static const char t_config[] =
    "{\n\t\"c_info\": {\"name\": \"gr\xc3\xbcn\"}\n}\n";

static const uint8_t t_evidence[XLS_SHOWN_PART_MAX] = {0, 1, 1, 0};

/* A vTPM's state and a file. */
static const uint8_t t_companions[] = "\2\1\0\0\0\0\0\0\0\5\0\1\0\0\2/a"
                                      "\2\0\0\0\0\0\0\0\0\0\0\0\1\2/b";

/* Fill *msg with a good message of this type. */
static inline void t_sample(enum xls_control_type type, struct xls_control *msg)
{
    memset(msg, 0, sizeof(*msg));
    msg->type = type;
    memset(msg->id, 0x1d, XLS_ID_LEN);
    switch (type) {
    case XLS_OFFER:
        msg->u.offer.guest = XLS_GUEST_PVH;
        msg->u.offer.flags = XLS_OFFER_PAUSED | XLS_OFFER_DOMID;
        msg->u.offer.max_kib = 4194304;
        msg->u.offer.target_kib = 4194303;
        msg->u.offer.vcpus = 4;
        msg->u.offer.xen_major = 4;
        msg->u.offer.xen_minor = 17;
        memset(msg->u.offer.uuid, 0x77, sizeof(msg->u.offer.uuid));
        strcpy(msg->u.offer.name, "gr\xc3\xbcn");
        strcpy(msg->u.offer.xen, "4.17.3-pre");
        msg->u.offer.config = t_config;
        msg->u.offer.config_len = sizeof(t_config) - 1;
        msg->u.offer.companions = t_companions;
        msg->u.offer.companions_len = sizeof(t_companions) - 1;
        break;
    case XLS_ADMIT:
        msg->u.admit.free_kib = 8388608;
        msg->u.admit.xen_major = 4;
        msg->u.admit.xen_minor = 18;
        strcpy(msg->u.admit.host, "xen2");
        break;
    case XLS_REFUSE:
        strcpy(msg->u.refuse.rule, "memory");
        strcpy(msg->u.refuse.text, "1 GiB is free and 4 GiB are needed");
        break;
    case XLS_PREPARED:
        for (unsigned i = 0; i < XLS_STREAMS; i++) {
            msg->u.prepared.of[i].records = 3 + i;
            msg->u.prepared.of[i].bytes = 262137 - i;
            memset(msg->u.prepared.of[i].digest, 0x5a + (int)i, XLS_HASH_LEN);
        }
        break;
    case XLS_FAILED:
    case XLS_ABORT:
    case XLS_BURNED:
        strcpy(msg->u.text, "it did not work");
        break;
    case XLS_COMMITTED:
        msg->u.started = XLS_STARTED_RUNNING;
        break;
    case XLS_ALIVE:
        msg->u.received = 0;
        break;
    case XLS_PART:
        msg->u.shown.data = t_evidence;
        msg->u.shown.len = sizeof(t_evidence);
        break;
    case XLS_EVIDENCE:
        msg->u.shown.data = t_evidence;
        msg->u.shown.len = 700;
        break;
    case XLS_SETTLE:
        msg->u.settle.word = XLS_SETTLE_COMMIT;
        memset(msg->u.settle.id, 0x2e, XLS_ID_LEN);
        break;
    case XLS_COMMIT:
    case XLS_CONTROL_NONE:
        break;
    }
}

#endif
