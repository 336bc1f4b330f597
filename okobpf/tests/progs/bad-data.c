/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Refers to a variable that is not defined. */

#include "prog.h"

extern u64 missing_variable;

u64
entry(const u8 *pkt, u64 len)
{
    return missing_variable + len;
}
