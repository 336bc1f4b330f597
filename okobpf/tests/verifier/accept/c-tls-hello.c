/* A TLS hello: fields whose places depend on the lengths of those before. */

#include <oko/filter.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    if (pkt_len < 54 || pkt[23] != 6) {
        return 0;
    }

    uint64_t ofs = 14 + (pkt[14] & 15) * 4;
    if (ofs + 20 > pkt_len) {
        return 0;
    }
    ofs += (pkt[ofs + 12] >> 4) * 4;
    if (ofs + 44 > pkt_len || pkt[ofs] != 22 || pkt[ofs + 5] != 1) {
        return 0;
    }
    ofs += 44 + pkt[ofs + 43];          /* Session. */
    if (ofs + 2 > pkt_len) {
        return 0;
    }
    ofs += 2 + (pkt[ofs] << 8 | pkt[ofs + 1]); /* Ciphers. */
    if (ofs + 1 > pkt_len) {
        return 0;
    }
    ofs += 1 + pkt[ofs];                /* Compression methods. */
    if (ofs + 2 > pkt_len) {
        return 0;
    }
    ofs += 2;
    for (int i = 0; i < 16; i++) {
        if (ofs + 4 > pkt_len) {
            return 0;
        }

        uint32_t type = pkt[ofs] << 8 | pkt[ofs + 1];
        uint32_t len = pkt[ofs + 2] << 8 | pkt[ofs + 3];
        if (!type) {
            return len;
        }
        ofs += 4 + len;
    }
    return 0;
}
