/* The index is read again from shared memory after it was checked. */
/* expect: which has 64 bytes */

#include <oko/filter.h>

struct table {
    uint32_t n;
    uint32_t cells[15];
};

OKO_MAP(tables, OKO_MAP_ARRAY, uint32_t, struct table, 1);

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    uint32_t zero = 0;
    volatile struct table *t = oko_map_lookup(&tables, &zero);

    return t && t->n < 15 ? t->cells[t->n] : 0;
}
