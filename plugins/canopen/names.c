/* SPDX-License-Identifier: MIT */
/* names.c - objects that CiA 301, 302, 401, 402 and 406 define, for nodes without a file. */
#include "plugins/canopen/dict.h"

#include <stdio.h>
#include <string.h>

#define ANY          0xFF
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define U8           CO_UNSIGNED8
#define U16          CO_UNSIGNED16
#define U32          CO_UNSIGNED32
#define I8           CO_INTEGER8
#define I16          CO_INTEGER16
#define I32          CO_INTEGER32
#define STR          CO_VISIBLE_STRING

/* In order of index, then sub-index; ANY is the whole object or the sub-indices without a row. */
static const struct co_std_object cia301[] = {
    {0x1000, ANY, U32, "Device type"},
    {0x1001, ANY, U8, "Error register"},
    {0x1002, ANY, U32, "Manufacturer status register"},
    {0x1003, 0, U8, "Number of errors"},
    {0x1003, ANY, U32, "Pre-defined error field"},
    {0x1005, ANY, U32, "COB-ID SYNC message"},
    {0x1006, ANY, U32, "Communication cycle period"},
    {0x1007, ANY, U32, "Synchronous window length"},
    {0x1008, ANY, STR, "Manufacturer device name"},
    {0x1009, ANY, STR, "Manufacturer hardware version"},
    {0x100A, ANY, STR, "Manufacturer software version"},
    {0x100C, ANY, U16, "Guard time"},
    {0x100D, ANY, U8, "Life time factor"},
    {0x1010, 0, U8, "Highest sub-index supported"},
    {0x1010, 1, U32, "Save all parameters"},
    {0x1010, 2, U32, "Save communication parameters"},
    {0x1010, 3, U32, "Save application parameters"},
    {0x1010, ANY, U32, "Store parameters"},
    {0x1011, 0, U8, "Highest sub-index supported"},
    {0x1011, 1, U32, "Restore all default parameters"},
    {0x1011, 2, U32, "Restore communication default parameters"},
    {0x1011, 3, U32, "Restore application default parameters"},
    {0x1011, ANY, U32, "Restore default parameters"},
    {0x1012, ANY, U32, "COB-ID time stamp object"},
    {0x1013, ANY, U32, "High resolution time stamp"},
    {0x1014, ANY, U32, "COB-ID EMCY"},
    {0x1015, ANY, U16, "Inhibit time EMCY"},
    {0x1016, 0, U8, "Highest sub-index supported"},
    {0x1016, ANY, U32, "Consumer heartbeat time"},
    {0x1017, ANY, U16, "Producer heartbeat time"},
    {0x1018, 0, U8, "Highest sub-index supported"},
    {0x1018, 1, U32, "Vendor-ID"},
    {0x1018, 2, U32, "Product code"},
    {0x1018, 3, U32, "Revision number"},
    {0x1018, 4, U32, "Serial number"},
    {0x1018, ANY, 0, "Identity object"},
    {0x1019, ANY, U8, "Synchronous counter overflow value"},
    {0x1020, 0, U8, "Highest sub-index supported"},
    {0x1020, 1, U32, "Configuration date"},
    {0x1020, 2, U32, "Configuration time"},
    {0x1020, ANY, 0, "Verify configuration"},
    {0x1021, ANY, CO_DOMAIN, "Store EDS"},
    {0x1022, ANY, U8, "Store format"},
    {0x1023, 1, CO_OCTET_STRING, "Command"},
    {0x1023, 2, U8, "Status"},
    {0x1023, 3, CO_OCTET_STRING, "Reply"},
    {0x1023, ANY, 0, "OS command"},
    {0x1024, ANY, U8, "OS command mode"},
    {0x1026, 1, U8, "StdIn"},
    {0x1026, 2, U8, "StdOut"},
    {0x1026, 3, U8, "StdErr"},
    {0x1026, ANY, 0, "OS prompt"},
    {0x1027, 0, U8, "Number of connected modules"},
    {0x1027, ANY, U16, "Module list"},
    {0x1028, ANY, U32, "Emergency consumer object"},
    {0x1029, 0, U8, "Highest sub-index supported"},
    {0x1029, 1, U8, "Communication error"},
    {0x1029, ANY, U8, "Error behaviour"},
    {0x102A, ANY, U16, "NMT inhibit time"},
    {0x1F20, ANY, CO_DOMAIN, "Store DCF"},
    {0x1F21, ANY, U8, "Storage format"},
    {0x1F22, ANY, CO_DOMAIN, "Concise DCF"},
    {0x1F23, ANY, CO_DOMAIN, "Store EDS of slave"},
    {0x1F25, ANY, U32, "Configuration request"},
    {0x1F26, ANY, U32, "Expected configuration date"},
    {0x1F27, ANY, U32, "Expected configuration time"},
    {0x1F50, ANY, CO_DOMAIN, "Program data"},
    {0x1F51, ANY, U8, "Program control"},
    {0x1F52, ANY, U32, "Verify application software"},
    {0x1F53, ANY, U32, "Expected application software date"},
    {0x1F54, ANY, U32, "Expected application software time"},
    {0x1F55, ANY, U32, "Expected software identification"},
    {0x1F56, ANY, U32, "Program software identification"},
    {0x1F57, ANY, U32, "Flash status identification"},
    {0x1F80, ANY, U32, "NMT startup"},
    {0x1F81, ANY, U32, "NMT slave assignment"},
    {0x1F82, ANY, U8, "Request NMT"},
    {0x1F83, ANY, U8, "Request node guarding"},
    {0x1F84, ANY, U32, "Device type identification"},
    {0x1F85, ANY, U32, "Vendor identification"},
    {0x1F86, ANY, U32, "Product code identification"},
    {0x1F87, ANY, U32, "Revision number identification"},
    {0x1F88, ANY, U32, "Serial number identification"},
    {0x1F89, ANY, U32, "Boot time"},
    {0x1F8A, ANY, U8, "Restore configuration"},
    {0x1F90, ANY, U16, "NMT flying master timing parameters"},
    {0x1F91, ANY, U16, "Self starting nodes timing parameters"},
};

static const struct co_std_object sdo_server[] = {
    {0, 1, U32, "SDO server parameter: COB-ID client to server"},
    {0, 2, U32, "SDO server parameter: COB-ID server to client"},
    {0, 3, U8, "SDO server parameter: node-ID of the client"},
    {0, ANY, U8, "SDO server parameter"}};
static const struct co_std_object sdo_client[] = {
    {0, 1, U32, "SDO client parameter: COB-ID client to server"},
    {0, 2, U32, "SDO client parameter: COB-ID server to client"},
    {0, 3, U8, "SDO client parameter: node-ID of the server"},
    {0, ANY, U8, "SDO client parameter"}};
static const struct co_std_object rpdo_comm[] = {
    {0, 1, U32, "RPDO communication parameter: COB-ID"},
    {0, 2, U8, "RPDO communication parameter: transmission type"},
    {0, 3, U16, "RPDO communication parameter: inhibit time"},
    {0, 5, U16, "RPDO communication parameter: event timer"},
    {0, ANY, U8, "RPDO communication parameter"}};
static const struct co_std_object rpdo_map[] = {{0, 0, U8, "RPDO mapping: number of objects"},
                                                {0, ANY, U32, "RPDO mapping: object"}};
static const struct co_std_object tpdo_comm[] = {
    {0, 1, U32, "TPDO communication parameter: COB-ID"},
    {0, 2, U8, "TPDO communication parameter: transmission type"},
    {0, 3, U16, "TPDO communication parameter: inhibit time"},
    {0, 5, U16, "TPDO communication parameter: event timer"},
    {0, 6, U8, "TPDO communication parameter: SYNC start value"},
    {0, ANY, U8, "TPDO communication parameter"}};
static const struct co_std_object tpdo_map[] = {{0, 0, U8, "TPDO mapping: number of objects"},
                                                {0, ANY, U32, "TPDO mapping: object"}};

static const struct {
    uint16_t low, high;
    const struct co_std_object *rows;
    size_t n;
} ranges[] = {
    {0x1200, 0x127F, sdo_server, COUNT(sdo_server)},
    {0x1280, 0x12FF, sdo_client, COUNT(sdo_client)},
    {0x1400, 0x15FF, rpdo_comm, COUNT(rpdo_comm)},
    {0x1600, 0x17FF, rpdo_map, COUNT(rpdo_map)},
    {0x1800, 0x19FF, tpdo_comm, COUNT(tpdo_comm)},
    {0x1A00, 0x1BFF, tpdo_map, COUNT(tpdo_map)},
};

static const struct co_std_object cia401[] = {
    {0x6000, 0, U8, "Number of input 8-bit"},
    {0x6000, ANY, U8, "Read input 8-bit"},
    {0x6002, ANY, U8, "Polarity input 8-bit"},
    {0x6003, ANY, U8, "Filter constant input 8-bit"},
    {0x6005, ANY, CO_BOOLEAN, "Global interrupt enable digital 8-bit"},
    {0x6006, ANY, U8, "Interrupt mask any change 8-bit"},
    {0x6007, ANY, U8, "Interrupt mask low to high 8-bit"},
    {0x6008, ANY, U8, "Interrupt mask high to low 8-bit"},
    {0x6100, ANY, U16, "Read input 16-bit"},
    {0x6120, ANY, U32, "Read input 32-bit"},
    {0x6200, 0, U8, "Number of output 8-bit"},
    {0x6200, ANY, U8, "Write output 8-bit"},
    {0x6202, ANY, U8, "Change polarity output 8-bit"},
    {0x6206, ANY, U8, "Error mode output 8-bit"},
    {0x6207, ANY, U8, "Error value output 8-bit"},
    {0x6208, ANY, U8, "Filter mask output 8-bit"},
    {0x6300, ANY, U16, "Write output 16-bit"},
    {0x6320, ANY, U32, "Write output 32-bit"},
    {0x6400, ANY, I8, "Read analogue input 8-bit"},
    {0x6401, 0, U8, "Number of analogue input 16-bit"},
    {0x6401, ANY, I16, "Read analogue input 16-bit"},
    {0x6402, ANY, I32, "Read analogue input 32-bit"},
    {0x6403, ANY, CO_REAL32, "Read analogue input float"},
    {0x6410, ANY, I8, "Write analogue output 8-bit"},
    {0x6411, 0, U8, "Number of analogue output 16-bit"},
    {0x6411, ANY, I16, "Write analogue output 16-bit"},
    {0x6412, ANY, I32, "Write analogue output 32-bit"},
    {0x6413, ANY, CO_REAL32, "Write analogue output float"},
    {0x6421, ANY, U8, "Analogue input interrupt trigger selection"},
    {0x6422, ANY, U32, "Analogue input interrupt source"},
    {0x6423, ANY, CO_BOOLEAN, "Analogue input global interrupt enable"},
    {0x6424, ANY, I32, "Analogue input interrupt upper limit integer"},
    {0x6425, ANY, I32, "Analogue input interrupt lower limit integer"},
    {0x6426, ANY, U32, "Analogue input interrupt delta unsigned"},
    {0x6443, ANY, U8, "Analogue output error mode"},
    {0x6444, ANY, I32, "Analogue output error value integer"},
};

static const struct co_std_object cia402[] = {
    {0x6007, ANY, I16, "Abort connection option code"},
    {0x603F, ANY, U16, "Error code"},
    {0x6040, ANY, U16, "Controlword"},
    {0x6041, ANY, U16, "Statusword"},
    {0x6042, ANY, I16, "vl target velocity"},
    {0x6043, ANY, I16, "vl velocity demand"},
    {0x6044, ANY, I16, "vl velocity actual value"},
    {0x6046, ANY, U32, "vl velocity min max amount"},
    {0x6048, ANY, 0, "vl velocity acceleration"},
    {0x6049, ANY, 0, "vl velocity deceleration"},
    {0x605A, ANY, I16, "Quick stop option code"},
    {0x605B, ANY, I16, "Shutdown option code"},
    {0x605C, ANY, I16, "Disable operation option code"},
    {0x605D, ANY, I16, "Halt option code"},
    {0x605E, ANY, I16, "Fault reaction option code"},
    {0x6060, ANY, I8, "Modes of operation"},
    {0x6061, ANY, I8, "Modes of operation display"},
    {0x6062, ANY, I32, "Position demand value"},
    {0x6063, ANY, I32, "Position actual internal value"},
    {0x6064, ANY, I32, "Position actual value"},
    {0x6065, ANY, U32, "Following error window"},
    {0x6066, ANY, U16, "Following error time out"},
    {0x6067, ANY, U32, "Position window"},
    {0x6068, ANY, U16, "Position window time"},
    {0x6069, ANY, I32, "Velocity sensor actual value"},
    {0x606B, ANY, I32, "Velocity demand value"},
    {0x606C, ANY, I32, "Velocity actual value"},
    {0x606D, ANY, U16, "Velocity window"},
    {0x606E, ANY, U16, "Velocity window time"},
    {0x6071, ANY, I16, "Target torque"},
    {0x6072, ANY, U16, "Max torque"},
    {0x6073, ANY, U16, "Max current"},
    {0x6074, ANY, I16, "Torque demand value"},
    {0x6075, ANY, U32, "Motor rated current"},
    {0x6076, ANY, U32, "Motor rated torque"},
    {0x6077, ANY, I16, "Torque actual value"},
    {0x6078, ANY, I16, "Current actual value"},
    {0x6079, ANY, U32, "DC link circuit voltage"},
    {0x607A, ANY, I32, "Target position"},
    {0x607B, ANY, I32, "Position range limit"},
    {0x607C, ANY, I32, "Home offset"},
    {0x607D, 1, I32, "Min position limit"},
    {0x607D, 2, I32, "Max position limit"},
    {0x607D, ANY, 0, "Software position limit"},
    {0x607E, ANY, U8, "Polarity"},
    {0x607F, ANY, U32, "Max profile velocity"},
    {0x6080, ANY, U32, "Max motor speed"},
    {0x6081, ANY, U32, "Profile velocity"},
    {0x6082, ANY, U32, "End velocity"},
    {0x6083, ANY, U32, "Profile acceleration"},
    {0x6084, ANY, U32, "Profile deceleration"},
    {0x6085, ANY, U32, "Quick stop deceleration"},
    {0x6086, ANY, I16, "Motion profile type"},
    {0x608F, 1, U32, "Encoder increments"},
    {0x608F, 2, U32, "Motor revolutions"},
    {0x608F, ANY, 0, "Position encoder resolution"},
    {0x6091, 1, U32, "Gear ratio: motor revolutions"},
    {0x6091, 2, U32, "Gear ratio: shaft revolutions"},
    {0x6091, ANY, 0, "Gear ratio"},
    {0x6092, 1, U32, "Feed"},
    {0x6092, 2, U32, "Shaft revolutions"},
    {0x6092, ANY, 0, "Feed constant"},
    {0x6098, ANY, I8, "Homing method"},
    {0x6099, 1, U32, "Speed during search for switch"},
    {0x6099, 2, U32, "Speed during search for zero"},
    {0x6099, ANY, 0, "Homing speeds"},
    {0x609A, ANY, U32, "Homing acceleration"},
    {0x60B0, ANY, I32, "Position offset"},
    {0x60B1, ANY, I32, "Velocity offset"},
    {0x60B2, ANY, I16, "Torque offset"},
    {0x60B8, ANY, U16, "Touch probe function"},
    {0x60B9, ANY, U16, "Touch probe status"},
    {0x60C1, ANY, I32, "Interpolation data record"},
    {0x60C2, 1, U8, "Interpolation time period value"},
    {0x60C2, 2, I8, "Interpolation time index"},
    {0x60C2, ANY, 0, "Interpolation time period"},
    {0x60C5, ANY, U32, "Max acceleration"},
    {0x60C6, ANY, U32, "Max deceleration"},
    {0x60E0, ANY, U16, "Positive torque limit value"},
    {0x60E1, ANY, U16, "Negative torque limit value"},
    {0x60F4, ANY, I32, "Following error actual value"},
    {0x60FA, ANY, I32, "Control effort"},
    {0x60FC, ANY, I32, "Position demand internal value"},
    {0x60FD, ANY, U32, "Digital inputs"},
    {0x60FE, 1, U32, "Digital outputs: physical outputs"},
    {0x60FE, 2, U32, "Digital outputs: bit mask"},
    {0x60FE, ANY, 0, "Digital outputs"},
    {0x60FF, ANY, I32, "Target velocity"},
    {0x6402, ANY, U16, "Motor type"},
    {0x6502, ANY, U32, "Supported drive modes"},
    {0x67FF, ANY, U32, "Single device type"},
};

static const struct co_std_object cia406[] = {
    {0x6000, ANY, U16, "Operating parameters"},
    {0x6001, ANY, U32, "Measuring units per revolution"},
    {0x6002, ANY, U32, "Total measuring range in measuring units"},
    {0x6003, ANY, U32, "Preset value"},
    {0x6004, ANY, U32, "Position value"},
    {0x6005, ANY, U32, "Linear encoder measuring step settings"},
    {0x600C, ANY, U16, "Position raw value"},
    {0x6010, ANY, I32, "CAM encoder speed"},
    {0x6030, ANY, I16, "Speed value"},
    {0x6040, ANY, I16, "Acceleration value"},
    {0x6200, ANY, U16, "Cyclic timer"},
    {0x6500, ANY, U16, "Operating status"},
    {0x6501, ANY, U32, "Single-turn resolution"},
    {0x6502, ANY, U16, "Number of distinguishable revolutions"},
    {0x6503, ANY, U16, "Alarms"},
    {0x6504, ANY, U16, "Supported alarms"},
    {0x6505, ANY, U16, "Warnings"},
    {0x6506, ANY, U16, "Supported warnings"},
    {0x6507, ANY, U32, "Profile and software version"},
    {0x6508, ANY, U32, "Operating time"},
    {0x6509, ANY, I32, "Offset value"},
    {0x650A, ANY, I32, "Module identification"},
    {0x650B, ANY, U32, "Serial number"},
};

static const struct co_std_object *search(const struct co_std_object *rows, size_t n,
                                          unsigned index, unsigned sub)
{
    size_t low = 0;

    /* The first row of that index. */
    for (size_t high = n; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (rows[middle].index < index)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < n && rows[low].index == index; low++) {
        if (rows[low].sub == sub || rows[low].sub == ANY)
            return &rows[low];
    }
    return NULL;
}

const struct co_std_object *co_std_find(unsigned index, unsigned sub, unsigned profile)
{
    static const struct {
        unsigned number;
        const struct co_std_object *rows;
        size_t n;
    } profiles[] = {
        {402, cia402, COUNT(cia402)}, {401, cia401, COUNT(cia401)}, {406, cia406, COUNT(cia406)}};

    for (size_t i = 0; i < COUNT(ranges); i++) {
        if (index >= ranges[i].low && index <= ranges[i].high)
            return search(ranges[i].rows, ranges[i].n, 0, sub);
    }
    if (index >= 0x1000 && index < 0x2000)
        return search(cia301, COUNT(cia301), index, sub);
    for (size_t i = 0; i < COUNT(profiles) && index >= 0x6000; i++) {
        const struct co_std_object *found = NULL;
        if (profile == 0 || profile == profiles[i].number)
            found = search(profiles[i].rows, profiles[i].n, index, sub);
        if (found != NULL)
            return found;
    }
    return NULL;
}

size_t co_object_title(const struct co_dict *dict, unsigned profile, unsigned index, unsigned sub,
                       char *text, size_t size)
{
    const struct co_object *object = dict != NULL ? co_dict_find(dict, index, sub) : NULL;
    const char *parts[3] = {"", "", ""};
    size_t n = 0;

    if (size == 0)
        return 0;
    if (object != NULL) {
        parts[0] = object->parent != NULL ? object->parent : object->name;
        if (object->parent != NULL) {
            parts[1] = ", ";
            parts[2] = object->name;
        }
    } else {
        const char *whole = dict != NULL ? co_dict_index_name(dict, index) : NULL;
        const struct co_std_object *known = co_std_find(index, sub, profile);
        parts[0] = whole != NULL ? whole : known != NULL ? known->name : "";
    }
    for (size_t i = 0; i < COUNT(parts); i++) {
        size_t len = strlen(parts[i]);
        if (len >= size - n)
            len = size - 1 - n;
        memcpy(text + n, parts[i], len);
        n += len;
    }
    text[n] = '\0';
    return n;
}

unsigned co_object_type(const struct co_dict *dict, unsigned profile, unsigned index, unsigned sub)
{
    const struct co_object *object = dict != NULL ? co_dict_find(dict, index, sub) : NULL;

    if (object != NULL)
        return object->type;
    const struct co_std_object *known = co_std_find(index, sub, profile);
    if (known == NULL)
        return CO_TYPE_NONE;
    /* Of what has parts, part 0 tells their number; a VAR has no other. */
    return known->type;
}
