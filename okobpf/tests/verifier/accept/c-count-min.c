/* A count-min sketch written in BPF. */

#include <oko/filter.h>
#include <oko/net.h>

#define ROWS 4
#define COLUMNS 1024

struct sketch {
    __u32 cells[ROWS][COLUMNS];
};

OKO_MAP(sketch_map, OKO_MAP_ARRAY, __u32, struct sketch, 1);

static __always_inline __u32
mix(__u32 x, __u32 seed)
{
    x ^= seed;
    x *= 0x85ebca6b;
    x ^= x >> 13;
    x *= 0xc2b2ae35;
    return x ^ x >> 16;
}

SEC("filter") uint64_t
prog(const struct oko_ctx *ctx)
{
    const uint8_t *data = oko_data(ctx);
    const uint8_t *end = oko_data_end(ctx);
    __u32 zero = 0;
    __u32 least = ~0u;

    if (data + 34 > end) {
        return 0;
    }
    __u32 key = *(const __u32 *) (data + 26);
    struct sketch *s = oko_map_lookup(&sketch_map, &zero);
    if (!s) {
        return 0;
    }
    #pragma clang loop unroll(disable)
    for (int i = 0; i < ROWS; i++) {
        __u32 *cell = &s->cells[i][mix(key, i * 0x9e3779b9) % COLUMNS];

        __sync_fetch_and_add(cell, 1);
        if (*cell < least) {
            least = *cell;
        }
    }
    return least > 100;
}
