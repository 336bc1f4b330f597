/* The check in the loop is for half of what is read. */
/* expect: of the packet, of which */

#include <oko/filter.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    uint64_t ofs = 14;

    if (pkt_len < 14) {
        return 0;
    }

    uint16_t type = *(const uint16_t *) (pkt + 12);
    for (int i = 0; i < 4 && type == 0x81; i++) {
        if (ofs + 2 > pkt_len) {
            return 0;
        }
        type = *(const uint16_t *) (pkt + ofs + 2);
        ofs += 4;
    }
    return type;
}
