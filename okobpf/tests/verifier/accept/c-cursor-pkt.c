/* A cursor in a structure, moved by a function that is not inlined. */

#include <oko/filter.h>
#include <oko/net.h>

struct cursor {
    const uint8_t *pkt;
    uint64_t ofs, len;
};

static __noinline int
next_byte(struct cursor *c)
{
    if (c->ofs >= c->len || c->ofs > 2000) {
        return -1;
    }
    return c->pkt[c->ofs++];
}

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    struct cursor c = { pkt, sizeof(struct eth_hdr), pkt_len };
    int sum = 0;

    for (int i = 0; i < 12; i++) {
        int type = next_byte(&c);
        int len = next_byte(&c);

        if (type < 0 || len < 0) {
            break;
        }
        sum += type == 5 ? len : 0;
        c.ofs += len;
    }
    return sum;
}
