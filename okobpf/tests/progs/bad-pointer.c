/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Has the address of a variable in the initial value of another. */

#include "prog.h"

static u64 a = 1, b = 2;
static u64 *volatile pointers[2] = { &a, &b };

u64
entry(const u8 *pkt, u64 len)
{
    return *pointers[len & 1];
}
