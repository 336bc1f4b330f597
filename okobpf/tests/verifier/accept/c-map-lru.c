/* Flows in an LRU hash, whose value is used after another insertion. */

#include <oko/filter.h>
#include <oko/net.h>

struct flow {
    ipv4_addr src, dst;
};

struct counts {
    __u64 packets, bytes;
};

OKO_MAP(flows, OKO_MAP_LRU_HASH, struct flow, struct counts, 1024);
OKO_MAP(sources, OKO_MAP_LRU_HASH, ipv4_addr, __u64, 64);

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    if (pkt_len < 34) {
        return 0;
    }
    const struct ipv4_hdr *ip = (const void *) (pkt + 14);
    struct flow flow = { ip->src, ip->dst };
    struct counts first = { 1, pkt_len };
    __u64 one = 1;

    struct counts *counts = oko_map_lookup(&flows, &flow);
    oko_map_update(&sources, &flow.src, &one);
    if (!counts) {
        oko_map_update(&flows, &flow, &first);
        return 1;
    }
    __sync_fetch_and_add(&counts->packets, 1);
    __sync_fetch_and_add(&counts->bytes, pkt_len);
    if (counts->packets > 1000) {
        oko_map_delete(&flows, &flow);
    }
    return counts->packets;
}
