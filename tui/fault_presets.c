/* SPDX-License-Identifier: MIT */
/* fault_presets.c - see fault_presets.h. A trouble more is a row more. */
#include "tui/fault_presets.h"

#include <stdio.h>
#include <string.h>

const struct cs_fault_preset cs_fault_presets[] = {
    {"bit error", "One bit of the node's next frame is inverted.",
     "flip field=crc index=2 from=%n count=1"},
    {"error passive", "16 of its frames are hit: TEC 128, error passive.",
     "flip field=crc index=2 from=%n count=16"},
    {"bus-off", "32 of its frames are hit: TEC 256, bus-off.",
     "flip field=crc index=2 from=%n count=32"},
    {"noisy line", "One bit in a thousand is read wrong by all.", "noise ber=0.1%"},
    {"missing terminator", "A resistor is missing: edges to recessive ring.",
     "ringing ring=2us half=900ns"},
    {"short circuit", "CAN_H and CAN_L touch for 10 ms: all dominant.", "short for=10ms"},
    {"broken wire", "The wire breaks: the node is apart from all others.", "split nodes=%n"},
    {"unplugged", "The node's plug is pulled: it hears only itself.", "unplug node=%n"},
    {"loose contact", "The plug comes off for 50 ms, amid whatever it does.",
     "unplug node=%n for=50ms"},
    {"long cable", "The node is 150 m away: its ACK comes late.", "cable node=%n length=150m"},
    {"wrong bit rate", "The node is set to another bit rate than the bus.",
     "bitrate node=%n bitrate=%r"},
    {"bad crystal", "The node's clock is two percent slow.", "drift node=%n ppm=20000"},
    {"ACK missing", "The node receives, but acknowledges nothing.", "no-ack node=%n"},
    {"dead transmitter", "What the node drives reaches nobody.", "stuck-recessive node=%n"},
    {"stuck dominant", "Its transmitter is stuck for 20 ms: nobody can send.",
     "stuck-dominant node=%n for=20ms"},
    {"babbling idiot", "It sends the first identifier whenever it can.",
     "babble node=%n frame=000#FFFF"},
    {"slow receiver", "It asks for time with overload frames, ten times.",
     "overload node=%n bits=2 count=10"},
    {"late messages", "Its frames wait 20 ms in its queue, for a second.",
     "delay node=%n delay=20ms for=1s"},
    {"lost messages", "Ten of its frames vanish before they are sent.", "lose node=%n count=10"},
    {"wrong CRC", "Five of its frames carry a wrong checksum.", "wrong-crc node=%n count=5"},
    {"watchdog", "Its controller is reset and joins anew.", "reset node=%n"},
};
const unsigned cs_n_fault_presets = sizeof cs_fault_presets / sizeof *cs_fault_presets;

bool cs_fault_preset_has_node(const struct cs_fault_preset *preset)
{
    return strstr(preset->text, "%n") != NULL;
}

char *cs_fault_preset_text(const struct cs_fault_preset *preset, const char *node,
                           uint32_t bitrate_bps, char *text, size_t size)
{
    size_t n = 0;

    for (const char *p = preset->text; *p && n + 1 < size; p++) {
        if (!strncmp(p, "%n", 2))
            n += (size_t)snprintf(text + n, size - n, "%s", node);
        else if (!strncmp(p, "%r", 2))
            n += (size_t)snprintf(text + n, size - n, bitrate_bps == 250000 ? "125k" : "250k");
        else
            text[n++] = *p;
        p += *p == '%' && (p[1] == 'n' || p[1] == 'r');
    }
    text[n < size ? n : size - 1] = '\0';
    return text;
}
