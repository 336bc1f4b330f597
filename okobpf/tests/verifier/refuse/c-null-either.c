/* Not both lookups failed, but one may have. */
/* expect: may be NULL */

#include <oko/filter.h>

OKO_MAP(map, OKO_MAP_HASH, uint32_t, uint64_t, 16);

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    if (pkt_len < 34) {
        return 0;
    }

    volatile uint64_t *src = oko_map_lookup(&map, pkt + 26);
    volatile uint64_t *dst = oko_map_lookup(&map, pkt + 30);
    if (!src) {
        if (!dst) {
            return 0;
        }
    }
    return *src;
}
