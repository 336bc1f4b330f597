/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* In the manner of the original's programs: entry() in .text, behind a
 * function that it calls; maps in .data, one of them static, between variables
 * of which one has the size of a map's definition. */

#include "prog.h"

struct map_def counts = { ARRAY, sizeof(u32), sizeof(u64), 16, 0 };

/* Same size as a map, and its first word is a kind of map. */
struct totals {
    u32 n, bytes, last, min, max;
} totals = { 1, 0, 0, 0xffffffff, 0 };

static struct map_def seen = { HASH, 6, sizeof(u64), 32, 0 };

NOINLINE u64
first_byte_twice(const u8 *pkt, u64 len)
{
    return len ? pkt[0] * 2 : 0;
}

u64
entry(const u8 *pkt, u64 len)
{
    u8 key[6];
    u32 index;
    u64 *value;
    u64 one = 1;

    if (len < 14) {
        return 0;
    }
    totals.n++;
    totals.bytes += len;
    totals.last = len;
    if (len > totals.max) {
        totals.max = len;
    }

    index = pkt[12] & 15;
    value = map_lookup(&counts, &index);
    if (value) {
        *value += 1;
    }

    for (int i = 0; i < 6; i++) {
        key[i] = pkt[6 + i];
    }
    value = map_lookup(&seen, key);
    if (value) {
        __sync_fetch_and_add(value, 1);
    } else {
        map_update(&seen, key, &one);
    }
    return first_byte_twice(pkt, len);
}
