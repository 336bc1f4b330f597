/* A variable index into an array on the stack. */
/* expect: stack */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    volatile __u8 v[64];

    v[pkt_len] = 1;
    return v[3];
}
