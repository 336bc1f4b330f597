/* The value of one map is the key of another; both are kept over calls. */

#include <oko/filter.h>

OKO_MAP(group_of, OKO_MAP_HASH, uint32_t, uint32_t, 64);
OKO_MAP(count_of, OKO_MAP_HASH, uint32_t, uint64_t, 64);

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    if (pkt_len < 34) {
        return 0;
    }

    uint32_t *group = oko_map_lookup(&group_of, pkt + 26);
    if (!group) {
        oko_map_update(&group_of, pkt + 26, pkt + 30);
        return 0;
    }

    uint64_t *count = oko_map_lookup(&count_of, group);
    if (!count) {
        uint64_t now = oko_time_get_ns();

        oko_map_update(&count_of, group, &now);
        return *group;
    }
    *count += *group;
    return oko_hash(count, sizeof *count) + oko_hash(group, sizeof *group);
}
