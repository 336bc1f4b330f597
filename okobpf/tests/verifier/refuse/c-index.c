/* An index one too large. */
/* expect: which has 128 bytes */

#include <oko/filter.h>
#include <oko/net.h>

struct table {
    __u32 cells[32];
};

OKO_MAP(tables, OKO_MAP_ARRAY, __u32, struct table, 1);

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    __u32 zero = 0;
    struct table *t = oko_map_lookup(&tables, &zero);

    return t && pkt_len <= 32 ? t->cells[pkt_len] : 0;
}
