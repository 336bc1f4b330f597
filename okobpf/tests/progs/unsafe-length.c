/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Reads the packet where a length test the wrong way round leaves it
 * unchecked, as two of the original's examples did. */

#include "prog.h"

u64
entry(const u8 *pkt, u64 len)
{
    if (len > 34) {
        return 0;
    }
    return pkt[33];
}
