/* Past the variables of the program. */
/* expect: access of 8 bytes at offset */

#include <oko/filter.h>
#include <oko/net.h>

static __u64 histogram[16];

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    return histogram[pkt_len & 31]++;
}
