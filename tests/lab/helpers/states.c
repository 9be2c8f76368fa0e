/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * For dom0: prints a line when a guest begins to run, or ceases to, looking
 * every 5 ms: "DOMID runs" or "DOMID stands".
 *
 *   cc -O2 -o states states.c -lxenctrl
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <xenctrl.h>

enum { GUESTS = 64, STEP_NS = 5000000 };

static bool runs(const xc_domaininfo_t *i)
{
    const uint32_t stands =
        XEN_DOMINF_shutdown | XEN_DOMINF_paused | XEN_DOMINF_dying;

    return (i->flags & stands) == 0;
}

int main(void)
{
    static xc_domaininfo_t list[GUESTS];
    const struct timespec step = {0, STEP_NS};
    bool before[1024] = {false};
    xc_interface *xc = xc_interface_open(NULL, NULL, 0);

    for (; xc != NULL; nanosleep(&step, NULL)) {
        bool now[1024] = {false};
        int n = xc_domain_getinfolist(xc, 1, GUESTS, list);

        for (int i = 0; i < n; i++) {
            if (list[i].domain < 1024) {
                now[list[i].domain] = runs(&list[i]);
            }
        }
        for (int d = 1; d < 1024; d++) {
            if (now[d] != before[d]) {
                printf("%d %s\n", d, now[d] ? "runs" : "stands");
                fflush(stdout);
            }
        }
        memcpy(before, now, sizeof(before));
    }
    return 1;
}
