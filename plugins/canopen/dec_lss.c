/* SPDX-License-Identifier: MIT */
/* dec_lss.c - layer setting services, CiA 305: the master's requests on 7E5h, the slaves' answers
 * on 7E4h. An answer is told from a request by its identifier alone. */
#include "plugins/canopen/dec_internal.h"

#define REQUEST 0x7E5u

static const char *const parts[] = {"vendor-ID", "product code", "revision number",
                                    "serial number"};
static const char *const ranges[] = {"vendor-ID",           "product code",
                                     "revision number low", "revision number high",
                                     "serial number low",   "serial number high"};

/* One frame at work. */
struct lss {
    struct co_dec *dec;
    struct co_lss_seen *seen;
    const struct cansim_frame *frame;
    struct cansim_sink *sink; /* NULL: only the state */
    const uint8_t *d;
    struct co_line text;
    int severity;
};

static uint32_t number(const struct lss *l, unsigned at)
{
    return (uint32_t)co_get_le(l->d + at, 4);
}

static void say(struct lss *l, const char *text)
{
    if (l->sink != NULL)
        co_line_add(&l->text, text);
}

static void say_uint(struct lss *l, uint64_t value)
{
    if (l->sink != NULL)
        co_line_uint(&l->text, value);
}

static void say_hex(struct lss *l, uint64_t value)
{
    if (l->sink != NULL)
        co_line_hex(&l->text, value, 8);
}

static void put(struct lss *l, const char *name, const char *label, uint64_t value, unsigned hex,
                unsigned first, unsigned bits, const char *text)
{
    if (co_wants(l->sink, CANSIM_WANT_FIELDS))
        cansim_put_uint(l->sink, name, label, value, hex, first, bits, text);
}

static void event(struct lss *l, const char *name, uint64_t value)
{
    co_event(l->sink, name, -1, value);
}

/* ---- requests -------------------------------------------------------------------------------- */

static void switch_global(struct lss *l)
{
    bool configuration = l->d[1] == 1;

    put(l, "mode", "Mode", l->d[1], 0, 8, 8,
        configuration  ? "configuration"
        : l->d[1] == 0 ? "waiting"
                       : "not defined");
    say(l, configuration ? "all slaves: configuration state" : "all slaves: waiting state");
    if (l->d[1] > 1) {
        say(l, " (mode not defined)");
        l->severity = CANSIM_ERROR;
    }
    l->seen->mode = configuration ? 2 : 1;
    l->seen->have = 0;
    l->seen->scanning = false;
    event(l, "canopen.lss.switch", l->d[1]);
}

static void switch_selective(struct lss *l)
{
    unsigned part = l->d[0] - 0x40u;

    if (part == 0)
        l->seen->have = 0;
    l->seen->selective[part] = number(l, 1);
    l->seen->have |= (uint8_t)(1u << part);
    put(l, "value", parts[part], number(l, 1), 8, 8, 32, NULL);
    say(l, "switch one slave: ");
    say(l, parts[part]);
    say(l, " ");
    say_hex(l, number(l, 1));
}

static void configure_node_id(struct lss *l)
{
    l->seen->node_id = l->d[1];
    l->seen->have_node_id = true;
    put(l, "node_id", "Node-ID", l->d[1], 0, 8, 8, l->d[1] == 255 ? "not configured" : NULL);
    say(l, "configure node-ID ");
    say_uint(l, l->d[1]);
    event(l, "canopen.lss.node_id", l->d[1]);
}

static const char *bit_rate(unsigned table, unsigned index)
{
    static const char *const rates[] = {"1 Mbit/s",   "800 kbit/s", "500 kbit/s", "250 kbit/s",
                                        "125 kbit/s", "reserved",   "50 kbit/s",  "20 kbit/s",
                                        "10 kbit/s",  "automatic"};

    return table == 0 && index < sizeof(rates) / sizeof(rates[0]) ? rates[index] : NULL;
}

static void configure_bit_timing(struct lss *l)
{
    const char *rate = bit_rate(l->d[1], l->d[2]);

    l->seen->bit_table = l->d[1];
    l->seen->bit_index = l->d[2];
    l->seen->have_bit_timing = true;
    put(l, "table", "Table selector", l->d[1], 0, 8, 8, NULL);
    put(l, "index", "Table index", l->d[2], 0, 16, 8, rate);
    say(l, "configure bit timing: ");
    say(l, rate != NULL ? rate : "of the manufacturer");
    event(l, "canopen.lss.bit_timing", (uint64_t)l->d[1] << 8 | l->d[2]);
}

static void activate_bit_timing(struct lss *l)
{
    unsigned delay = (unsigned)co_get_le(l->d + 1, 2);

    put(l, "delay", "Switch delay (ms)", delay, 0, 8, 16, NULL);
    say(l, "activate the bit timing after ");
    say_uint(l, delay);
    say(l, " ms");
    event(l, "canopen.lss.activate", delay);
}

static void store(struct lss *l)
{
    say(l, "store the configuration");
    event(l, "canopen.lss.store", 0);
}

static void inquire(struct lss *l)
{
    static const char *const what[] = {"vendor-ID", "product code", "revision number",
                                       "serial number", "node-ID"};

    say(l, "inquire ");
    say(l, what[l->d[0] - 0x5Au]);
}

static void identify(struct lss *l)
{
    unsigned part = l->d[0] - 0x46u;

    l->seen->identify[part] = number(l, 1);
    l->seen->have_identify |= (uint8_t)(1u << part);
    put(l, "value", ranges[part], number(l, 1), 8, 8, 32, NULL);
    say(l, "identify: ");
    say(l, ranges[part]);
    say(l, " ");
    say_hex(l, number(l, 1));
}

static void identify_unconfigured(struct lss *l)
{
    say(l, "identify slaves that have no node-ID");
}

/* What the answer, or its absence, tells is known only at the next request. */
static void judge_scan(struct lss *l)
{
    struct co_lss_seen *s = l->seen;

    if (!s->scan_pending)
        return;
    s->scan_pending = false;
    if (s->scan_bit < 32)
        s->found[s->scan_sub & 3] |= 1u << s->scan_bit;
}

static void fastscan(struct lss *l)
{
    struct co_lss_seen *s = l->seen;
    unsigned bit = l->d[5], sub = l->d[6], next = l->d[7];

    judge_scan(l);
    put(l, "value", "IDNumber", number(l, 1), 8, 8, 32, NULL);
    put(l, "bit_check", "Bit check", bit, 0, 40, 8, bit == 128 ? "all reset" : NULL);
    put(l, "lss_sub", "LSS sub", sub, 0, 48, 8, sub < 4 ? parts[sub] : NULL);
    put(l, "lss_next", "LSS next", next, 0, 56, 8, next < 4 ? parts[next] : NULL);
    say(l, "fastscan: ");
    if (bit == 128) {
        say(l, "is there anybody without a node-ID?");
        s->scanning = true;
        s->have_found = 0;
        memset(s->found, 0, sizeof(s->found));
    } else if (bit > 31 || sub > 3 || next > 3) {
        say(l, "values that are not defined");
        l->severity = CANSIM_ERROR;
        return;
    } else {
        say(l, parts[sub]);
        say(l, bit == 0 && next != sub ? " is " : " from bit ");
        if (!(bit == 0 && next != sub)) {
            say_uint(l, bit);
            say(l, " up is ");
        }
        say_hex(l, number(l, 1));
        say(l, "?");
        s->found[sub] = number(l, 1);
        s->scan_pending = next == sub;
    }
    s->scan_bit = (uint8_t)bit;
    s->scan_sub = (uint8_t)sub;
    s->scan_next = (uint8_t)next;
    event(l, "canopen.lss.fastscan", (uint64_t)sub << 8 | bit);
}

/* ---- answers --------------------------------------------------------------------------------- */

static void selected(struct lss *l)
{
    say(l, "one slave is in configuration state");
    l->seen->mode = 3;
    event(l, "canopen.lss.selected", l->seen->have == 0xF ? l->seen->selective[3] : 0);
}

static void identified(struct lss *l)
{
    struct co_lss_seen *s = l->seen;
    bool scan = s->request_cs == 0x51;

    if (scan) {
        s->scan_pending = false;
        if (s->scan_bit == 0)
            s->have_found |= (uint8_t)(1u << (s->scan_sub & 3));
    }
    say(l, scan && s->scan_bit != 128 ? "a slave says yes" : "a slave identifies itself");
    if (scan && s->scan_bit == 0) {
        const char *part = parts[s->scan_sub & 3];
        uint32_t found = s->found[s->scan_sub & 3];
        put(l, "found", part, found, 8, 0, 0, NULL);
        say(l, ": ");
        say(l, part);
        say(l, " is ");
        say_hex(l, found);
    }
    event(l, "canopen.lss.identified", s->request_cs);
}

static void unconfigured(struct lss *l)
{
    say(l, "a slave has no node-ID");
    event(l, "canopen.lss.unconfigured", 0);
}

static void confirmed(struct lss *l)
{
    static const struct {
        uint8_t cs, error;
        const char *text;
    } errors[] = {{0x11, 1, "node-ID out of range"},
                  {0x13, 1, "bit timing not supported"},
                  {0x17, 1, "storing is not supported"},
                  {0x17, 2, "access to the storage failed"}};
    const char *what = l->d[0] == 0x11 ? "node-ID" : l->d[0] == 0x13 ? "bit timing" : "store";
    const char *text = l->d[1] == 0 ? "ok" : l->d[1] == 255 ? "error of its own" : "not defined";

    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        if (errors[i].cs == l->d[0] && errors[i].error == l->d[1])
            text = errors[i].text;
    }
    put(l, "error", "Error code", l->d[1], 0, 8, 8, text);
    if (l->d[1] == 255)
        put(l, "specific", "Specific error", l->d[2], 0, 16, 8, NULL);
    say(l, what);
    say(l, l->d[1] == 0 ? " accepted" : " refused: ");
    if (l->d[1] != 0) {
        say(l, text);
        l->severity = CANSIM_WARNING;
        event(l, "canopen.lss.error", (uint64_t)l->d[0] << 8 | l->d[1]);
    }
}

static void told(struct lss *l)
{
    unsigned part = l->d[0] - 0x5Au;

    if (part == 4) {
        put(l, "node_id", "Node-ID", l->d[1], 0, 8, 8, l->d[1] == 255 ? "not configured" : NULL);
        say(l, "node-ID is ");
        say_uint(l, l->d[1]);
    } else {
        put(l, "value", parts[part], number(l, 1), 8, 8, 32, NULL);
        say(l, parts[part]);
        say(l, " is ");
        say_hex(l, number(l, 1));
    }
    event(l, "canopen.lss.inquired", part == 4 ? l->d[1] : number(l, 1));
}

/* ---- by command specifier -------------------------------------------------------------------- */

static const struct {
    uint8_t low, high;
    const char *name;
    void (*request)(struct lss *l);
    void (*answer)(struct lss *l);
} rows[] = {
    {0x04, 0x04, "switch state global", switch_global, NULL},
    {0x11, 0x11, "configure node-ID", configure_node_id, confirmed},
    {0x13, 0x13, "configure bit timing", configure_bit_timing, confirmed},
    {0x15, 0x15, "activate bit timing", activate_bit_timing, NULL},
    {0x17, 0x17, "store configuration", store, confirmed},
    {0x40, 0x43, "switch state selective", switch_selective, NULL},
    {0x44, 0x44, "switch state selective", NULL, selected},
    {0x46, 0x4B, "identify remote slave", identify, NULL},
    {0x4C, 0x4C, "identify non-configured remote slave", identify_unconfigured, NULL},
    {0x4F, 0x4F, "identify slave", NULL, identified},
    {0x50, 0x50, "identify non-configured slave", NULL, unconfigured},
    {0x51, 0x51, "fastscan", fastscan, NULL},
    {0x5A, 0x5E, "inquire", inquire, told},
};

static void not_defined(struct lss *l, bool request)
{
    put(l, "command", "Command specifier", l->d[0], 2, 0, 8, "not defined");
    say(l, request ? "request that is not defined" : "answer that is not defined");
    l->severity = CANSIM_ERROR;
}

static void by_command(struct lss *l, bool request)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        void (*run)(struct lss *) = request ? rows[i].request : rows[i].answer;
        if (l->d[0] < rows[i].low || l->d[0] > rows[i].high || run == NULL)
            continue;
        put(l, "command", "Command specifier", l->d[0], 2, 0, 8, rows[i].name);
        run(l);
        return;
    }
    not_defined(l, request);
}

void co_dec_lss(struct co_dec *dec, const struct cansim_frame *frame, struct cansim_sink *sink)
{
    bool request = frame->id == REQUEST;
    struct lss l = {.dec = dec,
                    .seen = &dec->lss,
                    .frame = frame,
                    .sink = sink,
                    .d = frame->data,
                    .severity = CANSIM_INFO};

    if (frame->len != 8) {
        co_dec_wrong_length(dec, NULL, "LSS", frame, 8, 8, sink);
        return;
    }
    if (sink != NULL)
        l.text = co_dec_summary(dec, NULL);
    by_command(&l, request);
    if (request) {
        dec->lss.request_frame = frame->number;
        dec->lss.request_ps = frame->at_ps;
        dec->lss.request_cs = frame->data[0];
    } else {
        co_link(sink, CANSIM_LINK_ANSWERS, dec->lss.request_frame);
    }
    if (co_wants(sink, CANSIM_WANT_SUMMARY))
        sink->summary(sink, "LSS", l.severity, dec->summary);
}

/* ---- the model ------------------------------------------------------------------------------- */

static void model_numbers(const char *name, const char *label, const uint32_t numbers[4],
                          unsigned have, struct cansim_sink *sink)
{
    static const char *const names[] = {"vendor", "product", "revision", "serial"};
    const struct cansim_field field = {.size = sizeof(field), .name = name, .label = label};

    if (have == 0)
        return;
    sink->open(sink, &field);
    for (unsigned i = 0; i < 4; i++) {
        if ((have >> i & 1) != 0)
            cansim_put_uint(sink, names[i], parts[i], numbers[i], 8, 0, 0, NULL);
    }
    sink->close(sink);
}

void co_lss_model(const struct co_lss_seen *seen, struct cansim_sink *sink)
{
    static const char *const modes[] = {"not known", "all are waiting", "all are in configuration",
                                        "one slave is in configuration"};
    const struct cansim_field field = {.size = sizeof(field), .name = "lss", .label = "LSS"};

    if (seen->request_frame == 0)
        return;
    sink->open(sink, &field);
    cansim_put_uint(sink, "mode", "Mode", seen->mode, 0, 0, 0, modes[seen->mode & 3]);
    if (seen->have_node_id)
        cansim_put_uint(sink, "node_id", "Node-ID configured last", seen->node_id, 0, 0, 0,
                        seen->node_id == 255 ? "not configured" : NULL);
    if (seen->have_bit_timing)
        cansim_put_uint(sink, "bit_timing", "Bit timing configured last", seen->bit_index, 0, 0, 0,
                        bit_rate(seen->bit_table, seen->bit_index));
    model_numbers("selected", "Switched selectively", seen->selective, seen->have, sink);
    model_numbers("found", "Found by fastscan", seen->found, seen->have_found, sink);
    sink->close(sink);
}
