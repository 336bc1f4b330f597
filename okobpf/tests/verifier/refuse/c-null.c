/* Forgets NULL. */
/* expect: may be NULL */

#include <oko/filter.h>
#include <oko/net.h>

OKO_MAP(counters, OKO_MAP_ARRAY, __u32, __u64, 16);

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    __u32 key = pkt_len & 15;
    __u64 *n = oko_map_lookup(&counters, &key);

    return ++*n;
}
