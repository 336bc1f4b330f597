/* Looks up large keys in a loop. */
/* expect: rounds of the loop at instructions */

#include <oko/filter.h>

struct key {
    uint8_t bytes[16000];
};

OKO_MAP(seen, OKO_MAP_HASH, struct key, uint64_t, 100);
static struct key key;

SEC("filter") uint64_t
prog(const struct oko_ctx *ctx)
{
    uint64_t n = 0;

#pragma clang loop unroll(disable)
    for (uint32_t i = 0; i < 1000; i++) {
        key.bytes[0] = i;
        n += oko_map_lookup(&seen, &key) != NULL;
    }
    return n;
}
