/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Calls what is not defined. */

#include "prog.h"

extern u64 nowhere_to_be_found(u64);

u64
entry(const u8 *pkt, u64 len)
{
    return nowhere_to_be_found(len);
}
