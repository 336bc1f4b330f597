/* Nested lookups. */

#include <oko/filter.h>
#include <oko/net.h>

OKO_MAP(first, OKO_MAP_HASH, __u32, __u32, 64);
OKO_MAP(second, OKO_MAP_ARRAY, __u32, __u64, 64);

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    __u32 key = pkt_len;
    __u32 *a = oko_map_lookup(&first, &key);
    if (!a) {
        return 0;
    }
    __u64 *b = oko_map_lookup(&second, a);
    if (!b) {
        return 1;
    }
    *b += *a;
    return *b > 9;
}
