/* Two VLAN tags, then MPLS labels down to the last. */

#include <oko/filter.h>
#include <oko/net.h>

SEC("filter") uint64_t
prog(const struct oko_ctx *ctx)
{
    const uint8_t *p = oko_data(ctx);
    const uint8_t *end = oko_data_end(ctx);

    if (p + 14 > end) {
        return 0;
    }

    uint32_t type = p[12] << 8 | p[13];
    p += 14;
    for (int i = 0; i < 2; i++) {
        if (type == ETH_TYPE_QINQ || type == ETH_TYPE_VLAN) {
            if (p + 4 > end) {
                return 0;
            }
            type = p[2] << 8 | p[3];
            p += 4;
        }
    }
    if (type != 0x8847) {
        return 0;
    }
    for (int i = 0; i < 10; i++) {
        if (p + 4 > end) {
            return 0;
        }

        bool last = p[2] & 1;
        p += 4;
        if (last) {
            return p + 20 <= end && p[0] >> 4 == 4 ? p[9] : 0;
        }
    }
    return 0;
}
