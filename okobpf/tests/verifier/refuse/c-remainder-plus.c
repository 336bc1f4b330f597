/* A remainder plus 1 may be the number of cells. */
/* expect: of a value of the map '.bss', which has 40 bytes */

#include <oko/filter.h>

uint32_t cells[10];

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    return pkt_len < 14 ? 0 : cells[*(const uint32_t *) pkt % 10 + 1];
}
