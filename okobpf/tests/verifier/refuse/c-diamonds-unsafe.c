/* 22 branches, and the one path through them that does harm. */
/* expect: known to exist */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    uint64_t ofs = 0;

    if (pkt_len < 64) {
        return 0;
    }
    if (pkt[0] & 1) {
        ofs += 3;
    }
    if (pkt[1] & 1) {
        ofs += 3;
    }
    if (pkt[2] & 1) {
        ofs += 3;
    }
    if (pkt[3] & 1) {
        ofs += 3;
    }
    if (pkt[4] & 1) {
        ofs += 3;
    }
    if (pkt[5] & 1) {
        ofs += 3;
    }
    if (pkt[6] & 1) {
        ofs += 3;
    }
    if (pkt[7] & 1) {
        ofs += 3;
    }
    if (pkt[8] & 1) {
        ofs += 3;
    }
    if (pkt[9] & 1) {
        ofs += 3;
    }
    if (pkt[10] & 1) {
        ofs += 3;
    }
    if (pkt[11] & 1) {
        ofs += 3;
    }
    if (pkt[12] & 1) {
        ofs += 3;
    }
    if (pkt[13] & 1) {
        ofs += 3;
    }
    if (pkt[14] & 1) {
        ofs += 3;
    }
    if (pkt[15] & 1) {
        ofs += 3;
    }
    if (pkt[16] & 1) {
        ofs += 3;
    }
    if (pkt[17] & 1) {
        ofs += 3;
    }
    if (pkt[18] & 1) {
        ofs += 3;
    }
    if (pkt[19] & 1) {
        ofs += 3;
    }
    if (pkt[20] & 1) {
        ofs += 3;
    }
    if (pkt[21] & 1) {
        ofs += 3;
    }
    return pkt[ofs];
}
