/* 22 branches whose outcomes make up the result. */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    uint64_t r = 0;

    if (pkt_len < 64) {
        return 0;
    }
    if (pkt[14] > 3) {
        r = r * 3 + oko_get_slot();
    }
    if (pkt[15] > 8) {
        r = r * 4 + oko_get_slot();
    }
    if (pkt[16] > 13) {
        r = r * 5 + oko_get_slot();
    }
    if (pkt[17] > 18) {
        r = r * 6 + oko_get_slot();
    }
    if (pkt[18] > 23) {
        r = r * 3 + oko_get_slot();
    }
    if (pkt[19] > 28) {
        r = r * 4 + oko_get_slot();
    }
    if (pkt[20] > 33) {
        r = r * 5 + oko_get_slot();
    }
    if (pkt[21] > 38) {
        r = r * 6 + oko_get_slot();
    }
    if (pkt[22] > 43) {
        r = r * 3 + oko_get_slot();
    }
    if (pkt[23] > 48) {
        r = r * 4 + oko_get_slot();
    }
    if (pkt[24] > 53) {
        r = r * 5 + oko_get_slot();
    }
    if (pkt[25] > 58) {
        r = r * 6 + oko_get_slot();
    }
    if (pkt[26] > 63) {
        r = r * 3 + oko_get_slot();
    }
    if (pkt[27] > 68) {
        r = r * 4 + oko_get_slot();
    }
    if (pkt[28] > 73) {
        r = r * 5 + oko_get_slot();
    }
    if (pkt[29] > 78) {
        r = r * 6 + oko_get_slot();
    }
    if (pkt[30] > 83) {
        r = r * 3 + oko_get_slot();
    }
    if (pkt[31] > 88) {
        r = r * 4 + oko_get_slot();
    }
    if (pkt[32] > 93) {
        r = r * 5 + oko_get_slot();
    }
    if (pkt[33] > 98) {
        r = r * 6 + oko_get_slot();
    }
    if (pkt[34] > 103) {
        r = r * 3 + oko_get_slot();
    }
    if (pkt[35] > 108) {
        r = r * 4 + oko_get_slot();
    }
    return r;
}
