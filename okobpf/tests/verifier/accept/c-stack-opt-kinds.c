/* A key filled at a running position, by a function that gets the array. */
#include <oko/filter.h>
#include <oko/net.h>

struct key {
    uint8_t kinds[16];
};

OKO_MAP(seen, OKO_MAP_HASH, struct key, uint32_t, 64);

static __attribute__((noinline)) uint32_t
put(uint8_t *kinds, uint32_t n, uint8_t kind)
{
    kinds[n & 15] = kind;
    return n + 1;
}

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    struct key key = { { 0 } };
    uint32_t n = 0;

    if (pkt_len < 64) {
        return 0;
    }
    for (int i = 54; i < 64; i++) {
        if (pkt[i] != 1) {
            n = put(key.kinds, n, pkt[i]);
        }
    }

    uint32_t *count = oko_map_lookup(&seen, &key);
    return count ? *count : 0;
}
