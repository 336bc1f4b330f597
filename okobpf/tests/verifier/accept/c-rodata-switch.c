/* A switch over constants, which becomes a table of constants. */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    if (pkt_len < 20) {
        return 0;
    }
    switch (pkt[0]) {
    case 0: return 77;
    case 1: return 12;
    case 2: return 9123;
    case 3: return 5;
    case 4: return 81;
    case 5: return 7;
    case 6: return 1001;
    case 7: return 44;
    default: return 0;
    }
}
