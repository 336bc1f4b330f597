/* A key right from the packet. */

#include <oko/filter.h>
#include <oko/net.h>

OKO_MAP(addrs, OKO_MAP_HASH, __u32, __u32, 512);

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    if (pkt_len < 34) {
        return 0;
    }
    __u32 *v = oko_map_lookup(&addrs, pkt + 30);
    return v && *v == pkt[23];
}
