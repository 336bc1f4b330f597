/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Per-core maps, and what the original calls sketches, whose definitions leave
 * the size of the value out.  Maps hash with seeds of their own: sketches are
 * large enough for a few keys to be told apart each time. */

#include "prog.h"

struct map_def per_core = { PERCPU_ARRAY, sizeof(u32), sizeof(u64), 4, 0 };
struct map_def per_core_hash = { PERCPU_HASH, sizeof(u32), sizeof(u64), 4, 0 };
struct map_def bloom = { BLOOM, sizeof(u32), 0, 65536, 3 };
struct map_def countmin = { COUNTMIN, sizeof(u32), 0, 65536, 4 };

u64
entry(const u8 *pkt, u64 len)
{
    u32 key = len & 3;
    u64 one = 1;
    u64 *value;
    u32 *count;
    int *seen;
    u64 result = 0;

    value = map_lookup(&per_core, &key);
    if (value) {
        *value += 1;
    }
    value = map_lookup(&per_core_hash, &key);
    if (value) {
        *value += 1;
    } else {
        map_update(&per_core_hash, &key, &one);
    }

    seen = map_lookup(&bloom, &key);
    if (seen) {
        result = *seen;
    }
    map_add(&bloom, &key);
    map_add(&countmin, &key);
    count = map_lookup(&countmin, &key);
    if (count) {
        result |= (u64) *count << 8;
    }
    return result;
}
