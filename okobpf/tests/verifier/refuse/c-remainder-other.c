/* One number less the tens of another. */
/* expect: of a value of the map '.bss', which has 40 bytes */

#include <oko/filter.h>

uint32_t cells[10];

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    if (pkt_len < 14) {
        return 0;
    }

    uint32_t x = *(const uint32_t *) pkt;
    uint32_t y = *(const uint32_t *) (pkt + 4);
    return cells[x - y / 10 * 10];
}
