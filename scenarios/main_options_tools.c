/* SPDX-License-Identifier: MIT */
/* The options of the tools that host no bus and ask none. */
#include "scenarios/main.h"
#include "simcore/sim.h"

#define ARG(member) offsetof(struct cs_args, member)
#define FLAG(name, letter, member, help)                                           \
    {                                                                              \
        name, letter, OPTION_FLAG, ARG(member), CS_NOWHERE, NULL, 0, 0, NULL, help \
    }
#define TEXT(name, member, form, dflt, help)                                  \
    {                                                                         \
        name, 0, OPTION_TEXT, ARG(member), CS_NOWHERE, form, 0, 0, dflt, help \
    }
#define MORE(name, type, form, help)                         \
    {                                                        \
        name, 0, type, 0, CS_NOWHERE, form, 0, 0, NULL, help \
    }
#define PLUGIN_OPTION \
    MORE("plugin", OPTION_PLUGIN, "FILE", "a shared object with further plugins, once for each")
#define HELP_OPTION FLAG("help", 'h', help, "show this help")
#define END_OPTION                                         \
    {                                                      \
        NULL, 0, OPTION_FLAG, 0, 0, NULL, 0, 0, NULL, NULL \
    }

#define FILTER_OPTION                   \
    TEXT("filter", query, "EXPR", NULL, \
         "only what passes, such as \"id=180-1ff and data[0]>3\": docs/filter.md")

const struct cs_option cs_explain_options[] = {
    {"json", 0, OPTION_FLAG, ARG(json), CS_NOWHERE, NULL, 0, 0, NULL,
     "one JSON object a frame, a line each"},
    {"bitrate", 0, OPTION_RATE, ARG(bitrate_bps), CS_NOWHERE, "RATE", CS_BITRATE_MIN,
     CS_BITRATE_MAX, "500k", "nominal bit rate, for the durations"},
    {"data-bitrate", 0, OPTION_RATE, ARG(data_bitrate_bps), CS_NOWHERE, "RATE", CS_BITRATE_MIN,
     CS_DATA_BITRATE_MAX, "2M", "of FD frames with BRS; not below the nominal one"},
    {"sample-point", 0, OPTION_SAMPLE, ARG(sample_permille), CS_NOWHERE, "P", 10, 990,
     "by bit rate", "where in the bit: 87.5% or 0.875"},
    {"data-sample-point", 0, OPTION_SAMPLE, ARG(data_sample_permille), CS_NOWHERE, "P", 10, 990,
     "by bit rate", "the same at the data bit rate"},
    {"non-iso", 0, OPTION_FLAG, ARG(non_iso), CS_NOWHERE, NULL, 0, 0, NULL,
     "CAN FD as before ISO 11898-1:2015: no stuff count, another CRC"},
    HELP_OPTION,
    END_OPTION,
};

const struct cs_option cs_decode_options[] = {
    TEXT("as", as, "NAME[,NAME]", "all", "with which decoders, see cansim plugins"),
    CS_FILE_OPTIONS,
    MORE("set", OPTION_SET, "KEY=VALUE", "a setting of the decoder, once for each"),
    FLAG("json", 0, json, "a JSON object a line"),
    FLAG("verbose", 'v', verbose, "also all fields, a line for each"),
    TEXT("only", only, "WORD[,WORD]", NULL,
         "what has that protocol or event; note, warning or error: what is at least that"),
    FILTER_OPTION,
    FLAG("follow", 'f', follow, "go on reading FILE while it grows, until interrupted"),
    FLAG("network", 0, network, "at the end, all that is known of the nodes"),
    TEXT("format", format, "NAME", "by content", "of the files"),
    {"bitrate", 0, OPTION_RATE, ARG(bitrate_bps), CS_NOWHERE, "RATE", CS_BITRATE_MIN,
     CS_BITRATE_MAX, NULL, "of the buses of a log, where a decoder asks"},
    TEXT("link", link, "ADDR", NULL,
         "not a file but what happens on the buses of a running host: a path or tcp:HOST:PORT"),
    MORE("bus", OPTION_BUS, "NAME", "of that host or log, once for each; else all"),
    PLUGIN_OPTION,
    HELP_OPTION,
    END_OPTION,
};

const struct cs_option cs_convert_options[] = {
    TEXT("from", from, "NAME", "by content", "format of what is read, see cansim plugins"),
    TEXT("to", to, "NAME", "by suffix", "format of what is written"),
    MORE("bus", OPTION_BUS, "NAME", "only this bus, once for each; else all"),
    FILTER_OPTION,
    PLUGIN_OPTION,
    HELP_OPTION,
    END_OPTION,
};

#define TEXTS(name, member, form, help)                                        \
    {                                                                          \
        name, 0, OPTION_TEXTS, ARG(member), CS_NOWHERE, form, 0, 0, NULL, help \
    }
#define TOLERANCE(name, member, help)                                                           \
    {                                                                                           \
        name, 0, OPTION_TIME, ARG(member##_ps), ARG(have_##member), "T", 0, 3600 * CS_PS_PER_S, \
            NULL, help                                                                          \
    }

const struct cs_option cs_diff_options[] = {
    TOLERANCE("time-tolerance", time_tolerance,
              "compare the time of each frame and event, and let it be so far off"),
    TEXT("period-tolerance", period_tolerance, "P%", NULL,
         "compare the mean distance of each identifier's frames"),
    TOLERANCE("jitter-tolerance", jitter_tolerance,
              "compare how far apart their smallest and largest distance are"),
    TEXT("count-tolerance", count_tolerance, "N|P%", "0",
         "so many of an identifier may be missing or too many"),
    TEXTS("ignore", ignored, "ID|RANGE", "frames that are not compared, once for each"),
    FILTER_OPTION,
    TEXTS("mask", masks, "ID=HEX", "bits of data that are compared, once for each"),
    TEXTS("bus", renames, "A=B", "bus A of the first is B of the second, once for each"),
    TEXT("from", from, "NAME", "by content",
         "format of both, see cansim plugins, or events: JSON objects a line"),
    FLAG("json", 0, json, "a JSON object a line"),
    FLAG("quiet", 'q', quiet, "only the exit status"),
    PLUGIN_OPTION,
    HELP_OPTION,
    END_OPTION,
};

const struct cs_option cs_schema_options[] = {
    HELP_OPTION,
    END_OPTION,
};

const struct cs_option cs_plugins_options[] = {
    PLUGIN_OPTION,
    FLAG("json", 0, json, "one JSON array"),
    HELP_OPTION,
    END_OPTION,
};

const struct cs_option cs_bench_options[] = {
    {"json", 0, OPTION_FLAG, ARG(json), CS_NOWHERE, NULL, 0, 0, NULL, "one JSON object"},
    {"seconds", 0, OPTION_SECONDS, ARG(seconds_ps), CS_NOWHERE, "N", 10 * CS_PS_PER_MS,
     60 * CS_PS_PER_S, "0.25", "so long for each of the measurements, in wall time"},
    {"bus-time", 0, OPTION_TIME, ARG(duration_ps), CS_NOWHERE, "T", CS_PS_PER_S,
     100 * 3600 * CS_PS_PER_S, "1h", "bus time between the two looks at memory"},
    {"log-frames", 0, OPTION_NUMBER, ARG(log_frames), ARG(have_log_frames), "N", 0, 0, "10000000",
     "frames of the log that cansim-tui opens, 0..100000000; 0: none"},
    HELP_OPTION,
    END_OPTION,
};

const struct cs_option cs_wire_options[] = {
    {"verbose", 'v', OPTION_FLAG, ARG(verbose), CS_NOWHERE, NULL, 0, 0, NULL,
     "a line for each element, passed or failed"},
    {"only", 0, OPTION_TEXT, ARG(only), CS_NOWHERE, "VARIANT/ELEM", 0, 0, NULL,
     "this element alone; VARIANT or /ELEM for several"},
    {"trace", 0, OPTION_FLAG, ARG(waves), CS_NOWHERE, NULL, 0, 0, NULL,
     "show RX and TX of an element whose waves are wrong"},
    HELP_OPTION,
    END_OPTION,
};
