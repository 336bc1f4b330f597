/* Adds many entries to a table that makes room for each. */
/* expect: rounds of the loop at instructions */

#include <oko/filter.h>

OKO_MAP(seen, OKO_MAP_LRU_HASH, uint64_t, uint64_t, 65536);

SEC("filter") uint64_t
prog(const struct oko_ctx *ctx)
{
    uint64_t n = 0;

#pragma clang loop unroll(disable)
    for (uint64_t i = 0; i < 90000; i++) {
        n += oko_map_update(&seen, &i, &i);
    }
    return n & 1;
}
