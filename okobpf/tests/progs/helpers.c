/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Helpers by their names, as external functions, which leaves relocations. */

#include "prog.h"

extern void *ubpf_map_lookup(const void *map, const void *key);
extern int bpf_map_update(const void *map, const void *key, const void *value);
extern int oko_map_delete(const void *map, const void *key);

static struct map_def m = { HASH, sizeof(u32), sizeof(u64), 4, 0 };

u64
entry(const u8 *pkt, u64 len)
{
    u32 key = len;
    u8 bytes[4] = { 0, 0, 0, 0 };

    if (load_bytes(2, bytes, sizeof bytes)) {
        return 0;
    }
    if (bytes[0] == 0xff) {
        return oko_map_delete(&m, &key) == 0;
    }
    if (!ubpf_map_lookup(&m, &key)) {
        u64 value = time_get_ns() + hash(bytes, sizeof bytes) + get_slot();

        bpf_map_update(&m, &key, &value);
    }
    return bytes[0] + 1;
}
