/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* The table of the disagreements that are explained: verifier/kernel.txt. */

#ifndef OKOBPF_TESTS_KERNEL_TABLE_H
#define OKOBPF_TESTS_KERNEL_TABLE_H 1

#include <stdbool.h>
#include <stddef.h>

/* Who accepts the program that somebody refuses. */
enum side {
    ONLY_US,                    /* Not even the kernel's administrator may. */
    ONLY_KNOWING_WAYS,          /* Nor he, before the kernel is told what we
                                 * found that programs never do. */
    ONLY_USER_REFUSED,          /* The kernel refuses it to a user. */
    ONLY_KERNEL,                /* Even for a user. */
    N_SIDES
};

const char *table_side_name(enum side);

/* Reads the table in 'file'.  Exits, having said why, if there is a mistake in
 * it. */
void table_read(const char *file);

/* Whether the table explains that 'side' alone accepts a program for 'abi',
 * where whoever refuses it says 'message'.  Stores this in the 'size' bytes at
 * 'normal' as the table would have it. */
bool table_explains(enum side, int abi, const char *message, char *normal,
                    size_t size);

/* Prints how often each explanation was of use.  Returns the number of those
 * that were not and, if 'all_needed', had to be, which it prints, too. */
int table_print(bool all_needed);

#endif /* tests/kernel-table.h */
