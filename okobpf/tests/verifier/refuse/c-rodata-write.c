/* Writes to a constant. */
/* expect: which can only be read */

#include <oko/filter.h>
#include <oko/net.h>

static const volatile __u32 limit = 5;

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    *(volatile __u32 *) &limit = pkt_len;
    return limit;
}
