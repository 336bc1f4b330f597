/* A table of constants says what state follows; states are in a map. */

#include <oko/filter.h>

static const uint8_t next[6][4] = {
    { 1, 0, 0, 0 }, { 1, 2, 0, 5 }, { 2, 3, 4, 5 },
    { 3, 3, 4, 5 }, { 4, 4, 5, 5 }, { 1, 0, 0, 0 },
};

OKO_MAP(states, OKO_MAP_HASH, uint32_t, uint8_t, 128);

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    if (pkt_len < 54) {
        return 0;
    }

    uint32_t key = *(const uint32_t *) (pkt + 26)
                   ^ *(const uint32_t *) (pkt + 30);
    uint8_t flags = pkt[47];
    uint8_t event = flags & 4 ? 3 : flags & 1 ? 2 : flags & 2 ? 0 : 1;
    uint8_t *kept = oko_map_lookup(&states, &key);
    uint8_t state = kept ? *kept : 0;

    if (state > 5) {
        state = 0;
    }
    state = next[state][event];
    if (kept) {
        *kept = state;
    } else {
        oko_map_update(&states, &key, &state);
    }
    return state == 3;
}
