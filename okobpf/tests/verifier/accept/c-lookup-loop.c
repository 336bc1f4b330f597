/* Ranges of ports in an array, looked up one after the other. */

#include <oko/filter.h>

struct range {
    uint16_t first, last;
    uint32_t verdict;
};

OKO_MAP(ranges, OKO_MAP_ARRAY, uint32_t, struct range, 32);

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    if (pkt_len < 38) {
        return 0;
    }

    uint16_t port = pkt[36] << 8 | pkt[37];
    for (uint32_t i = 0; i < 32; i++) {
        const struct range *range = oko_map_lookup(&ranges, &i);

        if (!range) {
            break;
        }
        if (port >= range->first && port <= range->last) {
            return range->verdict;
        }
    }
    return 1;
}
