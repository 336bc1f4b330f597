/* A switch, which becomes a table in .rodata or a chain. */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    if (pkt_len < 64) {
        return 0;
    }
    switch (pkt[23]) {
    case 1:
        return pkt[34] == 8;
    case 2:
        return 3;
    case 6:
        return pkt[47] & 2;
    case 17:
        return pkt[36] == 0 && pkt[37] == 53;
    case 47:
        return pkt[34];
    case 50:
        return pkt[35];
    case 51:
        return pkt[38];
    case 58:
        return pkt[40];
    default:
        return 0;
    }
}
