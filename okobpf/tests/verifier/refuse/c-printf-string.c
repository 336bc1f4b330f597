/* A string conversion. */
/* expect: can be printed */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    return oko_printf("%s", pkt_len);
}
