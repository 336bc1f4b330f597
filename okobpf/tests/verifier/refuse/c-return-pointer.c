/* Returns an address. */
/* expect: the program returns a packet pointer */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    return (uint64_t) pkt;
}
