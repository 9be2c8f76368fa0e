/* SPDX-License-Identifier: LGPL-2.1-only */
#include "channel/admit.h"

#include <inttypes.h>
#include <string.h>

_Static_assert(XLS_OFFER_CONFIG_MAX == XLS_CONFIG_MAX_WIRE,
               "what the guard takes is what an offer can carry");

const char *xls_admit_offer(const struct xls_offer *offer,
                            const struct xls_config_facts *facts,
                            struct xls_why *why)
{
    if (offer->guest != facts->type) {
        (void)xls_why_set(why, XLS_PEER_POLICY,
                          "the offer and the guest's configuration name "
                          "different types of guest");
        return "offer-type";
    }
    if (strcmp(offer->name, facts->name) != 0) {
        (void)xls_why_set(why, XLS_PEER_POLICY,
                          "the offer and the guest's configuration have "
                          "different names");
        return "offer-name";
    }
    if (memcmp(offer->uuid, facts->uuid, sizeof(offer->uuid)) != 0) {
        (void)xls_why_set(why, XLS_PEER_POLICY,
                          "the offer and the guest's configuration have "
                          "different uuids");
        return "offer-uuid";
    }
    if (offer->max_kib != facts->max_memkb) {
        (void)xls_why_set(why, XLS_PEER_POLICY,
                          "the offer says %" PRIu64 " KiB of memory and the "
                          "guest's configuration %" PRIu64,
                          offer->max_kib, facts->max_memkb);
        return "offer-memory";
    }
    if (offer->target_kib != facts->target_memkb) {
        (void)xls_why_set(why, XLS_PEER_POLICY,
                          "the offer says %" PRIu64 " KiB of memory to begin "
                          "with and the guest's configuration %" PRIu64,
                          offer->target_kib, facts->target_memkb);
        return "offer-memory";
    }
    if (offer->vcpus != facts->max_vcpus) {
        (void)xls_why_set(why, XLS_PEER_POLICY,
                          "the offer says %" PRIu32 " vCPUs and the guest's "
                          "configuration %" PRIu32,
                          offer->vcpus, facts->max_vcpus);
        return "offer-vcpus";
    }
    return NULL;
}
