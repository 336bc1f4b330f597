/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Goes on with values after their entries are gone: deleted from a hash table
 * and a trie, and evicted from an LRU hash table. */

#include "prog.h"

struct prefix {
    u32 len;
    u8 addr[4];
};

struct map_def flows = { LRU_HASH, sizeof(u32), sizeof(u64), 16, 0 };
struct map_def hosts = { HASH, sizeof(u32), sizeof(u64), 1, 0 };
struct map_def routes = { LPM_TRIE, sizeof(struct prefix), sizeof(u64), 4, 0 };

u64
entry(const u8 *pkt, u64 len)
{
    struct prefix net = { 8, { 10, 0, 0, 0 } };
    struct prefix addr = { 32, { 10, 1, 2, 3 } };
    u64 *flow, *host, *route;
    u64 hundred = 100;
    u64 none = 0;
    u32 one = 1;

    map_update(&flows, &one, &hundred);
    map_update(&hosts, &one, &hundred);
    map_update(&routes, &net, &hundred);
    flow = map_lookup(&flows, &one);
    host = map_lookup(&hosts, &one);
    route = map_lookup(&routes, &addr);
    if (!flow || !host || !route) {
        return 1;
    }

    for (u32 i = 2; i < 100; i++) {
        map_update(&flows, &i, &none);
    }
    if (map_lookup(&flows, &one)) {
        return 2;
    }
    if (map_delete(&hosts, &one) || map_delete(&routes, &net)
        || map_lookup(&hosts, &one) || map_lookup(&routes, &addr)) {
        return 3;
    }
    one = 2;
    map_update(&hosts, &one, &none);
    net.len = 9;
    map_update(&routes, &net, &none);

    map_delete(&hosts, &one);
    map_delete(&routes, &net);

    *flow += len;
    *host += 1;
    *route += 2;
    return *flow << 16 | *host << 8 | *route;
}
