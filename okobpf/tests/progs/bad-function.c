/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Takes the address of a function. */

#include "prog.h"

static NOINLINE u64
f(u64 x)
{
    return x + 1;
}

u64
entry(const u8 *pkt, u64 len)
{
    u64 (*volatile p)(u64) = f;

    return (u64) p + len;
}
