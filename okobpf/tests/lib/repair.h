/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Programs that the verifier accepts, made of such as it refuses. */

#ifndef OKOBPF_TESTS_REPAIR_H
#define OKOBPF_TESTS_REPAIR_H 1

#include "image.h"

/* Verifies the 'n' instructions at 'insns', of a program that has all else
 * from 'image', following at most 'max_visits' instructions each time.  While
 * they are refused, replaces the instruction that is to blame by one that does
 * nothing.  Returns true once they are accepted, with what the verifier
 * said then in '*report', without texts; false if it comes to nothing. */
bool repair(struct bpf_insn *insns, uint32_t n, const struct image *image,
            uint32_t max_visits, struct okobpf_report *report);

#endif /* tests/repair.h */
