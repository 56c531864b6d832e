/* SPDX-License-Identifier: MIT */
/* texts.c - words for the codes of CiA 301, 302 and 402. */
#include "plugins/canopen/dict.h"

struct code {
    uint32_t code;
    const char *text;
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Tables are in order. */
static const char *lookup(const struct code *table, size_t n, uint32_t code)
{
    size_t low = 0;

    while (low < n) {
        size_t middle = low + (n - low) / 2;
        if (table[middle].code == code)
            return table[middle].text;
        if (table[middle].code < code)
            low = middle + 1;
        else
            n = middle;
    }
    return NULL;
}

static const struct code aborts[] = {
    {0x05030000, "toggle bit not alternated"},
    {0x05040000, "SDO protocol timed out"},
    {0x05040001, "client/server command specifier not valid or unknown"},
    {0x05040002, "invalid block size"},
    {0x05040003, "invalid sequence number"},
    {0x05040004, "CRC error"},
    {0x05040005, "out of memory"},
    {0x06010000, "unsupported access to an object"},
    {0x06010001, "attempt to read a write-only object"},
    {0x06010002, "attempt to write a read-only object"},
    {0x06010003, "sub-index cannot be written, sub-index 0 must be 0 for write access"},
    {0x06010004, "SDO complete access not supported"},
    {0x06010005, "object length exceeds mailbox size"},
    {0x06010006, "object mapped to RPDO, SDO download blocked"},
    {0x06020000, "object does not exist in the object dictionary"},
    {0x06040041, "object cannot be mapped to the PDO"},
    {0x06040042, "number and length of the objects to be mapped would exceed PDO length"},
    {0x06040043, "general parameter incompatibility"},
    {0x06040047, "general internal incompatibility in the device"},
    {0x06060000, "access failed due to a hardware error"},
    {0x06070010, "data type does not match, length of service parameter does not match"},
    {0x06070012, "data type does not match, length of service parameter too high"},
    {0x06070013, "data type does not match, length of service parameter too low"},
    {0x06090011, "sub-index does not exist"},
    {0x06090030, "invalid value for parameter"},
    {0x06090031, "value of parameter written too high"},
    {0x06090032, "value of parameter written too low"},
    {0x06090033, "configured module list does not match detected module list"},
    {0x06090036, "maximum value is less than minimum value"},
    {0x060A0023, "resource not available: SDO connection"},
    {0x08000000, "general error"},
    {0x08000020, "data cannot be transferred or stored to the application"},
    {0x08000021, "data cannot be transferred or stored because of local control"},
    {0x08000022, "data cannot be transferred or stored because of the present device state"},
    {0x08000023, "object dictionary dynamic generation fails or no object dictionary is present"},
    {0x08000024, "no data available"},
};

const char *co_abort_text(uint32_t code)
{
    return lookup(aborts, COUNT(aborts), code);
}

static const struct code emcy_301[] = {
    {0x0000, "error reset or no error"},
    {0x1000, "generic error"},
    {0x2000, "current"},
    {0x2100, "current, device input side"},
    {0x2200, "current inside the device"},
    {0x2300, "current, device output side"},
    {0x3000, "voltage"},
    {0x3100, "mains voltage"},
    {0x3200, "voltage inside the device"},
    {0x3300, "output voltage"},
    {0x4000, "temperature"},
    {0x4100, "ambient temperature"},
    {0x4200, "device temperature"},
    {0x5000, "device hardware"},
    {0x6000, "device software"},
    {0x6100, "internal software"},
    {0x6200, "user software"},
    {0x6300, "data set"},
    {0x7000, "additional modules"},
    {0x8000, "monitoring"},
    {0x8100, "communication"},
    {0x8110, "CAN overrun (objects lost)"},
    {0x8120, "CAN in error passive mode"},
    {0x8130, "life guard or heartbeat error"},
    {0x8140, "recovered from bus off"},
    {0x8150, "CAN-ID collision"},
    {0x8200, "protocol error"},
    {0x8210, "PDO not processed due to length error"},
    {0x8220, "PDO length exceeded"},
    {0x8230, "DAM MPDO not processed, destination object not available"},
    {0x8240, "unexpected SYNC data length"},
    {0x8250, "RPDO timeout"},
    {0x8260, "unexpected TIME data length"},
    {0x9000, "external error"},
    {0xF000, "additional functions"},
    {0xFF00, "device specific"},
};

static const struct code emcy_401[] = {
    {0x2110, "short circuit at outputs"},    {0x2120, "short to earth"},
    {0x2310, "current at outputs too high"}, {0x2320, "short circuit at outputs"},
    {0x2330, "load dump at outputs"},        {0x3110, "input voltage too high"},
    {0x3120, "input voltage too low"},       {0x3210, "internal voltage too high"},
    {0x3220, "internal voltage too low"},    {0x3310, "output voltage too high"},
    {0x3320, "output voltage too low"},
};

static const struct code emcy_402[] = {
    {0x2110, "short circuit or earth leakage (input)"},
    {0x2120, "earth leakage (input)"},
    {0x2130, "short circuit (input)"},
    {0x2211, "internal current 1"},
    {0x2212, "internal current 2"},
    {0x2213, "over-current in ramp function"},
    {0x2214, "over-current in the sequence"},
    {0x2220, "continuous over-current (device internal)"},
    {0x2230, "short circuit or earth leakage (device internal)"},
    {0x2240, "earth leakage (device internal)"},
    {0x2250, "short circuit (device internal)"},
    {0x2310, "continuous over-current"},
    {0x2311, "continuous over-current 1"},
    {0x2312, "continuous over-current 2"},
    {0x2320, "short circuit or earth leakage (motor side)"},
    {0x2330, "earth leakage (motor side)"},
    {0x2340, "short circuit (motor side)"},
    {0x2350, "load level fault (I2t, thermal state)"},
    {0x2351, "load level warning (I2t, thermal state)"},
    {0x3110, "mains over-voltage"},
    {0x3120, "mains under-voltage"},
    {0x3130, "phase failure"},
    {0x3140, "mains frequency"},
    {0x3210, "DC link over-voltage"},
    {0x3220, "DC link under-voltage"},
    {0x3230, "load error"},
    {0x3310, "output over-voltage"},
    {0x3320, "armature circuit"},
    {0x3330, "field circuit"},
    {0x4110, "excess ambient temperature"},
    {0x4120, "too low ambient temperature"},
    {0x4210, "excess temperature, device"},
    {0x4220, "too low temperature, device"},
    {0x4310, "excess temperature, drive"},
    {0x4320, "too low temperature, drive"},
    {0x5110, "low-voltage supply"},
    {0x5200, "control"},
    {0x5210, "measurement circuit"},
    {0x5220, "computing circuit"},
    {0x5300, "operating unit"},
    {0x5400, "power section"},
    {0x5440, "contacts"},
    {0x5500, "memory"},
    {0x6010, "software reset (watchdog)"},
    {0x6320, "parameter error"},
    {0x7110, "brake chopper"},
    {0x7120, "motor"},
    {0x7121, "motor blocked"},
    {0x7122, "motor error or commutation malfunction"},
    {0x7123, "motor tilted"},
    {0x7300, "sensor"},
    {0x7303, "resolver 1 fault"},
    {0x7305, "incremental sensor 1 fault"},
    {0x7310, "speed"},
    {0x7320, "position"},
    {0x7500, "communication"},
    {0x8311, "excess torque"},
    {0x8321, "insufficient torque"},
    {0x8400, "velocity speed controller"},
    {0x8500, "position controller"},
    {0x8600, "positioning controller"},
    {0x8611, "following error"},
    {0x8612, "reference limit"},
    {0x8700, "SYNC controller"},
    {0x8800, "winding controller"},
    {0x9000, "external error"},
    {0xF001, "deceleration"},
    {0xF002, "sub-synchronous run"},
};

const char *co_emcy_text(unsigned code, unsigned profile)
{
    const char *text = NULL;

    if (profile == 401)
        text = lookup(emcy_401, COUNT(emcy_401), code);
    if (text == NULL && (profile == 402 || profile == 0))
        text = lookup(emcy_402, COUNT(emcy_402), code);
    if (text == NULL)
        text = lookup(emcy_301, COUNT(emcy_301), code);
    if (text == NULL)
        text = lookup(emcy_301, COUNT(emcy_301), code & 0xFFF0);
    if (text == NULL)
        text = lookup(emcy_301, COUNT(emcy_301), code & 0xFF00);
    return text != NULL ? text : lookup(emcy_301, COUNT(emcy_301), code & 0xF000);
}

static const struct code nmt_commands[] = {
    {1, "start"},
    {2, "stop"},
    {128, "enter pre-operational"},
    {129, "reset node"},
    {130, "reset communication"},
};

const char *co_nmt_command_name(unsigned command)
{
    return lookup(nmt_commands, COUNT(nmt_commands), command);
}

static const struct code nmt_states[] = {
    {0, "boot-up"}, {4, "stopped"}, {5, "operational"}, {127, "pre-operational"}};

const char *co_nmt_state_name(unsigned state)
{
    return lookup(nmt_states, COUNT(nmt_states), state);
}

/* CiA 402-2, statusword: bits 0..3, 5 and 6 tell the state; 5 does not matter in some. */
const char *co_402_state_name(unsigned statusword)
{
    static const struct {
        unsigned mask, value;
        const char *name;
    } states[] = {
        {0x4F, 0x00, "not ready to switch on"}, {0x4F, 0x40, "switch on disabled"},
        {0x6F, 0x21, "ready to switch on"},     {0x6F, 0x23, "switched on"},
        {0x6F, 0x27, "operation enabled"},      {0x6F, 0x07, "quick stop active"},
        {0x4F, 0x0F, "fault reaction active"},  {0x4F, 0x08, "fault"},
    };

    for (size_t i = 0; i < COUNT(states); i++) {
        if ((statusword & states[i].mask) == states[i].value)
            return states[i].name;
    }
    return NULL;
}

const char *co_402_command_name(unsigned controlword)
{
    if ((controlword & 0x80) != 0)
        return "fault reset";
    if ((controlword & 0x02) == 0)
        return "disable voltage";
    if ((controlword & 0x04) == 0)
        return "quick stop";
    if ((controlword & 0x01) == 0)
        return "shutdown";
    return (controlword & 0x08) != 0 ? "enable operation" : "switch on";
}

const char *co_402_mode_name(int mode)
{
    static const char *const names[] = {"no mode",
                                        "profile position",
                                        "velocity",
                                        "profile velocity",
                                        "torque profile",
                                        NULL,
                                        "homing",
                                        "interpolated position",
                                        "cyclic synchronous position",
                                        "cyclic synchronous velocity",
                                        "cyclic synchronous torque"};

    return mode >= 0 && (size_t)mode < COUNT(names) ? names[mode]
           : mode < 0                               ? "manufacturer"
                                                    : NULL;
}
