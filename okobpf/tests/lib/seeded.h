/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Tests of many programs, each of which has a seed: the first is 'first_seed',
 * the others follow.  What a failure names as its seed yields that program
 * again, alone, with a count of 1. */

#ifndef OKOBPF_TESTS_SEEDED_H
#define OKOBPF_TESTS_SEEDED_H 1

#include <stdint.h>
#include "testlib.h"

struct seeded {
    uint64_t first_seed;
    uint32_t count;             /* Of programs. */
    uint64_t seed;              /* Of the one that is being tried. */
};

/* Runs 'test', whose state is '*run', which has default values, with what the
 * arguments [SEED [COUNT]] say.  Returns the exit status of the process. */
int seeded_main(struct seeded *run, CMUnitTestFunction test, const char *name,
                int argc, char *argv[]);

#endif /* tests/lib/seeded.h */
