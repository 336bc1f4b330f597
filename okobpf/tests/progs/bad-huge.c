/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* A map of 4 Gi entries of 4 GiB. */

#include "prog.h"

struct map_def huge = { ARRAY, sizeof(u32), 0xffffffff, 0xffffffff, 0 };

u64
entry(const u8 *pkt, u64 len)
{
    u32 key = 0;

    return map_lookup(&huge, &key) != 0;
}
