/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Runs of tests over programs that have a seed each. */

#include "seeded.h"

#include <inttypes.h>
#include <stdlib.h>

static int
name_seed(void **state)
{
    const struct seeded *run = *state;

    if (run->seed != run->first_seed + run->count) {
        print_error("seed of the program: %"PRIu64"\n", run->seed);
    }
    return 0;
}

int
seeded_main(struct seeded *run, CMUnitTestFunction test, const char *name,
            int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        { name, test, NULL, name_seed, run },
    };

    if (argc > 1) {
        run->first_seed = strtoull(argv[1], NULL, 0);
    }
    if (argc > 2) {
        run->count = strtoul(argv[2], NULL, 0);
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
