/* Keeps the packet's address for the next packet. */
/* expect: store of a packet pointer in a map */

#include <oko/filter.h>
#include <oko/net.h>

OKO_MAP(store, OKO_MAP_ARRAY, __u32, __u64, 1);

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    __u32 zero = 0;
    __u64 *v = oko_map_lookup(&store, &zero);

    if (v) {
        *v = (__u64) pkt;
    }
    return 0;
}
