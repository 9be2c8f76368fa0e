/* SPDX-License-Identifier: LGPL-2.1-only */
/* t: how a unit test program is run; the rest is Check's. */
#ifndef XLS_TEST_T_H
#define XLS_TEST_T_H

#include <check.h>
#include <stddef.h>
#include <stdlib.h>

#define T(cond)       ck_assert(cond)
#define T_COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* How far apart to try things of which there are very many: 1, all of them;
 * but wide where the whole program is watched (make check-valgrind). */
static inline unsigned t_stride(unsigned wide)
{
    return getenv("XLS_TEST_THIN") != NULL ? wide : 1;
}

/* Run every test in the list; the exit status of the program. */
static inline int t_run(const char *name, const TTest *const *list,
                        size_t count)
{
    Suite *suite = suite_create(name);
    TCase *tcase = tcase_create(name);
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_set_timeout(tcase, 120);
    for (size_t i = 0; i < count; i++) {
        tcase_add_test(tcase, list[i]);
    }
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
