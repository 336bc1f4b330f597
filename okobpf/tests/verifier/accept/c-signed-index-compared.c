/* A signed index that is compared with both bounds. */

#include <oko/filter.h>
#include <oko/net.h>

struct counters {
    uint32_t n[64];
};

OKO_MAP(table, OKO_MAP_ARRAY, uint32_t, struct counters, 1);

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    struct counters *counters;
    uint32_t zero = 0;
    int i;

    counters = oko_map_lookup(&table, &zero);
    if (!counters || pkt_len < 34) {
        return 0;
    }
    i = *(const int *) (pkt + 16);
    if (i >= 0 && i < 64) {
        counters->n[i]++;
    }
    return 0;
}
