/* A format that is not constant. */
/* expect: expected a constant string */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    char fmt[8] = "%d";

    return oko_printf_(fmt, 5);
}
