/* A key with padding that nothing writes. */
/* expect: is not initialized */

#include <oko/filter.h>
#include <oko/net.h>

struct key {
    __u8 a;
    __u32 b;
};

OKO_MAP(keys, OKO_MAP_HASH, struct key, __u64, 16);

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    struct key key;

    key.a = pkt_len;
    key.b = pkt_len >> 8;
    return oko_map_lookup(&keys, &key) != NULL;
}
