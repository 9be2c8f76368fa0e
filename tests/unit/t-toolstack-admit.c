/* SPDX-License-Identifier: LGPL-2.1-only */
/* channel/admit: an offer and its config speak of one guest, or are refused by
 * name of the rule. */
#include <stdio.h>
#include <string.h>

#include "channel/admit.h"
#include "t.h"

static void agree(struct xls_offer *offer, struct xls_config_facts *facts)
{
    *offer = (struct xls_offer){.guest = XLS_GUEST_PVH,
                                .max_kib = 131072,
                                .target_kib = 65536,
                                .vcpus = 2,
                                .uuid = {1, 2, 3},
                                .name = "guest"};
    *facts = (struct xls_config_facts){.type = XLS_GUEST_PVH,
                                       .max_memkb = 131072,
                                       .target_memkb = 65536,
                                       .max_vcpus = 2,
                                       .uuid = {1, 2, 3},
                                       .name = "guest"};
}

START_TEST(what_agrees_is_admitted)
{
    static const enum xls_guest_type types[] = {XLS_GUEST_PV, XLS_GUEST_HVM,
                                                XLS_GUEST_PVH};
    struct xls_config_facts facts;
    struct xls_offer offer;
    struct xls_why why = {""};

    for (size_t i = 0; i < T_COUNT(types); i++) {
        agree(&offer, &facts);
        offer.guest = facts.type = types[i];
        T(xls_admit_offer(&offer, &facts, &why) == NULL);
        T(why.text[0] == '\0');
    }
}
END_TEST

static void spoil(struct xls_offer *offer, size_t n)
{
    switch (n) {
    case 0:
        offer->guest = XLS_GUEST_HVM;
        break;
    case 1:
        offer->name[4] = 'T';
        break;
    case 2:
        (void)strcat(offer->name, "2");
        break;
    case 3:
        offer->uuid[15] = 1;
        break;
    case 4:
        offer->max_kib--;
        break;
    case 5:
        offer->target_kib++;
        break;
    default:
        offer->vcpus = 3;
        break;
    }
}

START_TEST(every_difference_has_its_rule)
{
    static const struct {
        const char *rule;
        const char *text;
    } want[] = {
        {"offer-type", "the offer and the guest's configuration name different "
                       "types of guest"},
        {"offer-name", "the offer and the guest's configuration have different "
                       "names"},
        {"offer-name", "the offer and the guest's configuration have different "
                       "names"},
        {"offer-uuid", "the offer and the guest's configuration have different "
                       "uuids"},
        {"offer-memory", "the offer says 131071 KiB of memory and the guest's "
                         "configuration 131072"},
        {"offer-memory", "the offer says 65537 KiB of memory to begin with and "
                         "the guest's configuration 65536"},
        {"offer-vcpus", "the offer says 3 vCPUs and the guest's configuration "
                        "2"},
    };
    struct xls_config_facts facts;
    struct xls_offer offer;

    for (size_t i = 0; i < T_COUNT(want); i++) {
        struct xls_why why = {""};
        const char *rule;

        agree(&offer, &facts);
        spoil(&offer, i);
        rule = xls_admit_offer(&offer, &facts, &why);
        T(rule != NULL);
        ck_assert_str_eq(rule, want[i].rule);
        ck_assert_str_eq(why.text, want[i].text);
        T(strlen(rule) <= XLS_RULE_MAX && strlen(why.text) <= XLS_TEXT_MAX);
        T(xls_admit_offer(&offer, &facts, NULL) == rule);
    }
}
END_TEST

int main(void)
{
    const TTest *const list[] = {
        what_agrees_is_admitted,
        every_difference_has_its_rule,
    };

    return t_run("toolstack-admit", list, T_COUNT(list));
}
