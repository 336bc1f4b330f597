/* The same, masked, in the first form. */

#include <oko/filter.h>
#include <oko/net.h>

struct row {
    __u32 cells[256];
};

OKO_MAP(rows, OKO_MAP_ARRAY, __u32, struct row, 4);

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    __u32 least = ~0u;

    if (pkt_len < 34) {
        return 0;
    }
    __u32 h = oko_hash(pkt + 26, 8);
    #pragma clang loop unroll(full)
    for (__u32 i = 0; i < 4; i++) {
        struct row *r = oko_map_lookup(&rows, &i);
        if (!r) {
            return 0;
        }
        __u32 *cell = &r->cells[h >> (8 * i) & 255];
        *cell += 1;
        least = *cell < least ? *cell : least;
    }
    return least < 1000;
}
