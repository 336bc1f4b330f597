/* A program makes its map larger after the fact. */
/* expect: is a map, whose memory can't be accessed */

#include <oko/filter.h>

struct oko_map_def map = { OKO_MAP_ARRAY, 4, 8, 16, 0 };

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    uint32_t key = 100;

    map.max_entries = 1 << 30;
    return oko_map_lookup(&map, &key) != NULL;
}
