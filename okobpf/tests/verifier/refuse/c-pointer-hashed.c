/* A hash would tell of the pointer that it is made of. */
/* expect: is part of a packet pointer */

#include <oko/filter.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    const uint8_t *volatile copy = pkt;

    return oko_hash((const void *) &copy, sizeof copy);
}
