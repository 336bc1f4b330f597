/* Looks for a word in the payload: few states in each round, of many. */

#include <oko/filter.h>

SEC("filter")
uint64_t
prog(const struct oko_ctx *ctx)
{
    const uint8_t *p = (const void *) ctx->data;
    const uint8_t *end = (const void *) ctx->data_end;
    uint32_t state = 0;

    p += 54;
    for (int i = 0; i < 256; i++) {
        if (p + 1 > end) {
            break;
        }
        uint8_t c = *p++;
        if (c == "evil"[state]) {
            if (++state == 4) {
                return 1;
            }
        } else {
            state = c == 'e';
        }
    }
    return 0;
}
