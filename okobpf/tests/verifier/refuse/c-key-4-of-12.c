/* Writes 4 bytes of a key of 12. */
/* expect: of the stack */

#include <oko/filter.h>
#include <oko/net.h>

struct key {
    __u32 a, b, c;
};

OKO_MAP(keys, OKO_MAP_HASH, struct key, __u64, 16);

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    __u32 key = pkt_len;

    return oko_map_lookup(&keys, &key) != NULL;
}
