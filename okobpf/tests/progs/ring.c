/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Puts the first bytes of the packet into a ring: as many as the first of them
 * says.  Returns the helper's result. */

#include "prog.h"

#define MAX_EVENT 40

struct map_def events = { RING, sizeof(u32), MAX_EVENT, 8, 0 };

u64
entry(const u8 *pkt, u64 len)
{
    u8 size;

    if (len < MAX_EVENT) {
        return 1;
    }
    size = pkt[0];
    return (size <= MAX_EVENT
            ? (u64) (long long) ring_output(&events, pkt, size) : 2);
}
