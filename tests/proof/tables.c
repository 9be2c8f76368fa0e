/* SPDX-License-Identifier: LGPL-2.1-only */
/* For Eva: the table of records and what a refusal says, with every number
 * that can be asked for. */
#include "__fc_builtin.h"

#include "base/rd.c"
#include "xenfmt/cpu.c"
#include "xenfmt/field.c"
#include "xenfmt/finding.c"
#include "xenfmt/rectab.c"

static struct xls_finding *any_why(struct xls_finding *why)
{
    return Frama_C_interval(0, 1) ? why : NULL;
}

int main(void)
{
    struct xls_finding finding = {0};
    struct xls_finding *why = any_why(&finding);
    uint32_t type = Frama_C_unsigned_int_interval(0, UINT32_MAX);
    uint32_t length = Frama_C_unsigned_int_interval(0, UINT32_MAX);
    uint32_t done = Frama_C_unsigned_int_interval(0, UINT32_MAX);
    struct xls_cpu cpu;
    enum xls_rc rc;

    rc = xls_rec_head_judge(xls_rec_libxc_rule(type), false, type, length, why);
    rc = xls_rec_head_judge(xls_rec_libxl_rule(type), true, type, length, why);
    (void)xls_guest_type_name((enum xls_guest_type)type);
    (void)xls_rec_piece(done, length);
    /*@ assert rc == XLS_OK || rc >= XLS_PEER_SHORT; */
    xls_cpu_init(&cpu);
    /*@ assert cpu.known == 0 && cpu.phys_bits == 52; */
    return (int)xls_rec_pad(length);
}
