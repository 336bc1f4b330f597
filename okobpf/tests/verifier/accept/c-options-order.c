/* Notes the order of options in an array whose index depends on the data. */

#include <oko/filter.h>

struct key {
    uint8_t options[16];
};
OKO_MAP(known, OKO_MAP_HASH, struct key, uint32_t, 64);

uint64_t
entry(const uint8_t *pkt, uint64_t len)
{
    struct key key = { { 0 } };
    uint32_t n = 0;

    if (len < 64) {
        return 0;
    }
    for (int i = 20; i < 60; i++) {
        if (pkt[i] != 1 && n < 16) {
            key.options[n++] = pkt[i];
        }
    }
    uint32_t *value = oko_map_lookup(&known, &key);
    return value ? *value : 0;
}
