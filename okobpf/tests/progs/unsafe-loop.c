/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Never ends. */

#include "prog.h"

u64
entry(const u8 *pkt, u64 len)
{
    volatile u64 n = len;

    while (n != 0x123456789) {
        n += 2;
    }
    return n;
}
