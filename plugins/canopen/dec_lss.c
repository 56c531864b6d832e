/* SPDX-License-Identifier: MIT */
/* dec_lss.c - layer setting services (CiA 305): who is asked to become which node, at which bit
 * rate. 7E5h is the master's identifier, 7E4h that of all slaves: an answer does not tell whose it
 * is, but what the master asked last. */
#include "plugins/canopen/dec_internal.h"

enum lss_kind {
    LSS_PLAIN,
    LSS_MODE,
    LSS_NODE,   /* a node-ID */
    LSS_TIMING, /* table and index */
    LSS_DELAY,
    LSS_NUMBER, /* of an LSS address; part: which */
    LSS_RESULT,
    LSS_SCAN
};

struct lss_row {
    uint8_t cs;
    bool slave; /* an answer */
    uint8_t kind;
    uint8_t part;
    const char *text;
    const char *event;
};

static const struct lss_row rows[] = {
    {0x04, false, LSS_MODE, 0, "switch state global", "canopen.lss.state"},
    {0x11, false, LSS_NODE, 0, "configure node-ID", "canopen.lss.node_id"},
    {0x11, true, LSS_RESULT, 0, "configure node-ID", "canopen.lss.result"},
    {0x13, false, LSS_TIMING, 0, "configure bit timing", "canopen.lss.bit_timing"},
    {0x13, true, LSS_RESULT, 0, "configure bit timing", "canopen.lss.result"},
    {0x15, false, LSS_DELAY, 0, "activate bit timing", "canopen.lss.activate"},
    {0x17, false, LSS_PLAIN, 0, "store configuration", "canopen.lss.store"},
    {0x17, true, LSS_RESULT, 0, "store configuration", "canopen.lss.result"},
    {0x40, false, LSS_NUMBER, 0, "switch state selective, vendor-ID", "canopen.lss.select"},
    {0x41, false, LSS_NUMBER, 1, "switch state selective, product code", "canopen.lss.select"},
    {0x42, false, LSS_NUMBER, 2, "switch state selective, revision", "canopen.lss.select"},
    {0x43, false, LSS_NUMBER, 3, "switch state selective, serial number", "canopen.lss.select"},
    {0x44, true, LSS_PLAIN, 0, "a slave is in configuration state", "canopen.lss.selected"},
    {0x46, false, LSS_NUMBER, 0, "identify remote slaves, vendor-ID", "canopen.lss.identify"},
    {0x47, false, LSS_NUMBER, 1, "identify remote slaves, product code", "canopen.lss.identify"},
    {0x48, false, LSS_NUMBER, 2, "identify remote slaves, lowest revision", "canopen.lss.identify"},
    {0x49, false, LSS_NUMBER, 3, "identify remote slaves, highest revision",
     "canopen.lss.identify"},
    {0x4A, false, LSS_NUMBER, 4, "identify remote slaves, lowest serial number",
     "canopen.lss.identify"},
    {0x4B, false, LSS_NUMBER, 5, "identify remote slaves, highest serial number",
     "canopen.lss.identify"},
    {0x4C, false, LSS_PLAIN, 0, "identify slaves without a node-ID", "canopen.lss.identify"},
    {0x4F, true, LSS_PLAIN, 0, "a slave identifies itself", "canopen.lss.identified"},
    {0x50, true, LSS_PLAIN, 0, "a slave without a node-ID is there", "canopen.lss.identified"},
    {0x51, false, LSS_SCAN, 0, "fastscan", "canopen.lss.fastscan"},
    {0x5A, false, LSS_PLAIN, 0, "inquire vendor-ID", "canopen.lss.inquire"},
    {0x5A, true, LSS_NUMBER, 0, "vendor-ID", "canopen.lss.answer"},
    {0x5B, false, LSS_PLAIN, 0, "inquire product code", "canopen.lss.inquire"},
    {0x5B, true, LSS_NUMBER, 1, "product code", "canopen.lss.answer"},
    {0x5C, false, LSS_PLAIN, 0, "inquire revision", "canopen.lss.inquire"},
    {0x5C, true, LSS_NUMBER, 2, "revision", "canopen.lss.answer"},
    {0x5D, false, LSS_PLAIN, 0, "inquire serial number", "canopen.lss.inquire"},
    {0x5D, true, LSS_NUMBER, 3, "serial number", "canopen.lss.answer"},
    {0x5E, false, LSS_PLAIN, 0, "inquire node-ID", "canopen.lss.inquire"},
    {0x5E, true, LSS_NODE, 0, "node-ID", "canopen.lss.answer"},
};

static const struct lss_row *find(unsigned cs, bool slave)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].cs == cs && rows[i].slave == slave)
            return &rows[i];
    }
    return NULL;
}

/* ---- words -------------------------------------------------------------------------------------
 */

static const char *mode_name(unsigned mode)
{
    return mode == 0 ? "waiting" : mode == 1 ? "configuration" : "unknown state";
}

static const char *rate_name(unsigned table, unsigned index)
{
    static const char *const names[] = {"1 Mbit/s",   "800 kbit/s", "500 kbit/s", "250 kbit/s",
                                        "125 kbit/s", NULL,         "50 kbit/s",  "20 kbit/s",
                                        "10 kbit/s",  "automatic"};

    return table == 0 && index < sizeof(names) / sizeof(names[0]) ? names[index] : NULL;
}

static const char *result_name(unsigned cs, unsigned error)
{
    if (error == 0)
        return "done";
    if (error == 0xFF)
        return "error of the manufacturer's";
    if (error == 1)
        return cs == 0x11   ? "node-ID out of range"
               : cs == 0x13 ? "bit timing not supported"
                            : "storing not supported";
    return error == 2 && cs == 0x17 ? "storage cannot be accessed" : "unknown error";
}

static const char *part_name(unsigned part)
{
    static const char *const names[] = {"vendor-ID", "product code", "revision", "serial number"};

    return part < 4 ? names[part] : "no part of an LSS address";
}

static bool is_wrong(const struct lss_row *row, const uint8_t *data)
{
    switch (row->kind) {
    case LSS_MODE:
        return data[1] > 1;
    case LSS_NODE:
        return data[1] == 0 || (data[1] > 127 && data[1] != 0xFF);
    case LSS_SCAN:
        return (data[5] > 31 && data[5] != 0x80) || data[6] > 3 || data[7] > 3;
    default:
        return false;
    }
}

/* ---- state -------------------------------------------------------------------------------------
 */

static void follow_request(struct co_lss_seen *lss, const struct lss_row *row, const uint8_t *data)
{
    uint32_t number = (uint32_t)co_get_le(data + 1, 4);

    switch (row->cs) {
    case 0x04:
        lss->mode = data[1] == 0 ? 1 : 2;
        lss->scanning = false;
        break;
    case 0x11:
        lss->node_id = data[1];
        break;
    case 0x13:
        lss->bit_table = data[1];
        lss->bit_index = data[2];
        break;
    case 0x51:
        lss->scan_pending = true;
        if (data[5] == 0x80)
            lss->have_found = 0;
        lss->scanning = true;
        lss->scan_bit = data[5];
        lss->scan_sub = data[6] & 3;
        lss->scan_next = data[7] & 3;
        lss->found[data[6] & 3] = number;
        break;
    default:
        if (row->kind == LSS_NUMBER && row->cs < 0x44) {
            lss->selective[row->part] = number;
            lss->have = (uint8_t)(lss->have | 1u << row->part);
        } else if (row->kind == LSS_NUMBER) {
            lss->identify[row->part] = number;
            lss->have_identify = (uint8_t)(lss->have_identify | 1u << row->part);
        }
        break;
    }
}

/* True where fastscan has just found the last part of an address. */
static bool follow_answer(struct co_lss_seen *lss, const struct lss_row *row)
{
    if (row->cs == 0x44)
        lss->mode = 3;
    if (row->cs != 0x4F || !lss->scan_pending)
        return false;
    lss->scan_pending = false;
    if (lss->scan_bit != 0)
        return false;
    lss->have_found = (uint8_t)(lss->have_found | 1u << lss->scan_sub);
    if (lss->have_found != 0x0F || lss->scan_next >= lss->scan_sub)
        return false;
    lss->mode = 3;
    lss->scanning = false;
    return true;
}

/* ---- what is told ------------------------------------------------------------------------------
 */

static void add_scan(struct co_line *line, const uint8_t *data)
{
    if (data[5] == 0x80) {
        co_line_add(line, " begins: who has no node-ID?");
        return;
    }
    co_line_add(line, ", ");
    co_line_add(line, part_name(data[6]));
    co_line_char(line, ' ');
    co_line_hex(line, co_get_le(data + 1, 4), 8);
    if (data[5] != 0) {
        co_line_add(line, " down to bit ");
        co_line_uint(line, data[5]);
    } else {
        co_line_add(line, ", all bits");
    }
    if (data[7] != data[6]) {
        co_line_add(line, ", next ");
        co_line_add(line, data[7] < data[6] ? "none" : part_name(data[7]));
    }
}

static void add_details(struct co_line *line, const struct lss_row *row, const uint8_t *data)
{
    switch (row->kind) {
    case LSS_MODE:
        co_line_add(line, ": ");
        co_line_add(line, mode_name(data[1]));
        break;
    case LSS_NODE:
        co_line_char(line, ' ');
        co_line_uint(line, data[1]);
        if (data[1] == 0xFF)
            co_line_add(line, " (none)");
        break;
    case LSS_TIMING:
        co_line_add(line, ", table ");
        co_line_uint(line, data[1]);
        co_line_add(line, ", index ");
        co_line_uint(line, data[2]);
        if (rate_name(data[1], data[2]) != NULL) {
            co_line_add(line, ": ");
            co_line_add(line, rate_name(data[1], data[2]));
        }
        break;
    case LSS_DELAY:
        co_line_add(line, ", switch delay ");
        co_line_uint(line, co_get_le(data + 1, 2));
        co_line_add(line, " ms");
        break;
    case LSS_NUMBER:
        co_line_char(line, ' ');
        co_line_hex(line, co_get_le(data + 1, 4), 8);
        break;
    case LSS_RESULT:
        co_line_add(line, ": ");
        co_line_add(line, result_name(row->cs, data[1]));
        break;
    case LSS_SCAN:
        add_scan(line, data);
        break;
    default:
        break;
    }
}

static void add_found(struct co_line *line, const struct co_lss_seen *lss)
{
    co_line_add(line, ", found ");
    for (unsigned i = 0; i < 4; i++) {
        if (i != 0)
            co_line_char(line, ' ');
        co_line_hex(line, lss->found[i], 8);
    }
}

static void put_scan(const uint8_t *data, int severity, struct cansim_sink *sink)
{
    cansim_put_uint(sink, "number", "ID number", co_get_le(data + 1, 4), 8, 8, 32, NULL);
    cansim_put_uint(sink, "bit_check", "Bits checked down to", data[5], 0, 40, 8,
                    data[5] == 0x80 ? "none: begin" : NULL);
    co_put_uint(sink, "part", "Part", data[6], data[6] > 3 ? severity : CANSIM_INFO,
                part_name(data[6]));
    co_put_uint(sink, "next", "Next part", data[7], data[7] > 3 ? severity : CANSIM_INFO,
                part_name(data[7]));
}

static void put_details(const struct lss_row *row, const uint8_t *data, int severity,
                        struct cansim_sink *sink)
{
    switch (row->kind) {
    case LSS_MODE:
        co_put_uint(sink, "mode", "Mode", data[1], severity, mode_name(data[1]));
        break;
    case LSS_NODE:
        co_put_uint(sink, "node_id", "Node-ID", data[1], severity, data[1] == 0xFF ? "none" : NULL);
        break;
    case LSS_TIMING:
        cansim_put_uint(sink, "table", "Table", data[1], 0, 8, 8, NULL);
        cansim_put_uint(sink, "table_index", "Index", data[2], 0, 16, 8,
                        rate_name(data[1], data[2]));
        break;
    case LSS_DELAY:
        cansim_put_uint(sink, "delay_ms", "Switch delay, ms", co_get_le(data + 1, 2), 0, 8, 16,
                        NULL);
        break;
    case LSS_NUMBER:
        cansim_put_uint(sink, "number", "Number", co_get_le(data + 1, 4), 8, 8, 32, NULL);
        break;
    case LSS_RESULT:
        co_put_uint(sink, "error", "Error code", data[1], severity, result_name(row->cs, data[1]));
        cansim_put_uint(sink, "specific", "Specific error", data[2], 0, 16, 8, NULL);
        break;
    case LSS_SCAN:
        put_scan(data, severity, sink);
        break;
    default:
        break;
    }
}

static uint64_t event_value(const struct lss_row *row, const uint8_t *data)
{
    switch (row->kind) {
    case LSS_MODE:
    case LSS_NODE:
    case LSS_RESULT:
        return data[1];
    case LSS_TIMING:
        return (uint64_t)data[1] << 8 | data[2];
    case LSS_DELAY:
        return co_get_le(data + 1, 2);
    case LSS_NUMBER:
    case LSS_SCAN:
        return co_get_le(data + 1, 4);
    default:
        return row->cs;
    }
}

static void unknown(struct co_dec *dec, const struct cansim_frame *frame, struct cansim_sink *sink)
{
    if (co_wants(sink, CANSIM_WANT_SUMMARY)) {
        struct co_line line = co_dec_summary(dec, NULL);
        co_line_add(&line, "unknown service ");
        co_line_hex(&line, frame->data[0], 2);
        sink->summary(sink, "LSS", CANSIM_ERROR, dec->summary);
    }
    if (co_wants(sink, CANSIM_WANT_FIELDS)) {
        co_put_uint(sink, "service", "Service", frame->data[0], CANSIM_ERROR, "not known");
        cansim_put_bytes(sink, CANSIM_BYTES, "data", "Data", frame->data + 1, 7, 8);
    }
    co_event(sink, "canopen.lss.unknown", -1, frame->data[0]);
}

static void tell(struct co_dec *dec, const struct lss_row *row, const struct cansim_frame *frame,
                 bool found, struct cansim_sink *sink)
{
    int severity = is_wrong(row, frame->data) ? CANSIM_ERROR : CANSIM_INFO;

    if (row->kind == LSS_RESULT && frame->data[1] != 0)
        severity = CANSIM_WARNING;
    if (co_wants(sink, CANSIM_WANT_SUMMARY)) {
        struct co_line line = co_dec_summary(dec, NULL);
        co_line_add(&line, row->text);
        add_details(&line, row, frame->data);
        if (found)
            add_found(&line, &dec->lss);
        sink->summary(sink, "LSS", severity, dec->summary);
    }
    if (co_wants(sink, CANSIM_WANT_FIELDS)) {
        cansim_put_uint(sink, "service", "Service", row->cs, 2, 0, 8, row->text);
        put_details(row, frame->data, severity, sink);
    }
}

void co_dec_lss(struct co_dec *dec, const struct cansim_frame *frame, struct cansim_sink *sink)
{
    struct co_lss_seen *lss = &dec->lss;
    bool slave = frame->id == 0x7E4;

    if (frame->len != 8) {
        co_dec_wrong_length(dec, NULL, "LSS", frame, 8, 8, sink);
        return;
    }
    const struct lss_row *row = find(frame->data[0], slave);
    if (row == NULL) {
        unknown(dec, frame, sink);
        return;
    }
    uint64_t request = lss->request_frame;
    bool found = false;
    if (slave) {
        found = follow_answer(lss, row);
    } else {
        lss->request_frame = frame->number;
        lss->request_ps = frame->at_ps;
        lss->request_cs = row->cs;
        lss->scan_pending = false;
        follow_request(lss, row, frame->data);
    }
    if (sink == NULL)
        return;
    tell(dec, row, frame, found, sink);
    if (slave)
        co_link(sink, CANSIM_LINK_ANSWERS, request);
    co_event(sink, row->event, -1, event_value(row, frame->data));
    if (row->kind == LSS_RESULT && frame->data[1] != 0)
        co_event(sink, "canopen.lss.error", -1, frame->data[1]);
    if (found)
        co_event(sink, "canopen.lss.found", -1, lss->found[3]);
}
