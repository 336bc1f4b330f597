/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* A map of a kind that does not exist. */

#include "prog.h"

struct map_def strange = { 99, sizeof(u32), sizeof(u64), 4, 0 };

u64
entry(const u8 *pkt, u64 len)
{
    u32 key = 0;

    return map_lookup(&strange, &key) != 0;
}
