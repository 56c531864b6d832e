/* SPDX-License-Identifier: MIT */
/* Expectations that measure: periods, data, values, load, latency, retries. */
#include "test_expect.h"

static const struct row periods[] = {
    {"{\"period\":{\"frame\":\"123\",\"min\":\"9ms\",\"max\":\"11ms\"}}",
     "1ms 123#; 10ms 123#; 21ms 123#", "31999999ns", true, "31.999999ms", "2 gaps"},
    {"{\"period\":{\"frame\":\"123\",\"min\":\"9ms\",\"max\":\"11ms\"}}",
     "1ms 123#; 9999999ns 123#", "20ms", false, "9.999999ms",
     "123 on can0: 8.999999ms from 0.001000 s to 0.009999999 s, gap number 1: too short"},
    {"{\"period\":{\"frame\":\"123\",\"max\":\"11ms\"}}", "1ms 123#; 12ms 123#; 23000001ns 123#",
     "30ms", false, "23ms",
     "123 on can0: none after 0.012000 s up to 0.023000 s, gap number 2: too long; it came at "
     "0.023000001 s, too late"},
    /* the time to the end of the run counts as well */
    {"{\"period\":{\"frame\":\"123\",\"max\":\"11ms\"}}", "1ms 123#; 12ms 123#", "30ms", false,
     "23ms", "123 on can0: none after 0.012000 s up to 0.023000 s, gap number 2: too long"},
    {"{\"period\":{\"frame\":\"123\",\"mean\":\"10ms\",\"tolerance\":\"1%\"}}",
     "0 123#; 5ms 123#; 20200us 123#", "30ms", true, "30ms", "2 gaps"},
    {"{\"period\":{\"frame\":\"123\",\"mean\":\"10ms\",\"tolerance\":\"1%\"}}",
     "0 123#; 5ms 123#; 20200001ns 123#", "30ms", false, "30ms",
     "123 on can0: a mean of 10.1000005ms over 2 gaps, 5ms to 15.200001ms"},
    {"{\"period\":{\"frame\":\"123\",\"mean\":\"10ms\",\"tolerance\":\"1ms\"}}",
     "0 123#; 11ms 123#", "30ms", true, "30ms", "1 gap"},
    {"{\"period\":{\"frame\":\"123\",\"jitter\":\"1ms\"}}", "0 123#; 10ms 123#; 21ms 123#", "30ms",
     true, "30ms", "2 gaps"},
    {"{\"period\":{\"frame\":\"123\",\"jitter\":\"1ms\"}}", "0 123#; 10ms 123#; 21000001ns 123#",
     "30ms", false, "21.000001ms",
     "123 on can0: 11.000001ms from 0.010000 s to 0.021000001 s, gap number 2; they are 10ms to "
     "11.000001ms"},
    {"{\"period\":{\"frame\":\"123\",\"min\":\"1ms\"}}", "1ms 123#", "30ms", false, "30ms",
     "123 on can0: only one frame, at 0.001000 s"},
    {"{\"period\":{\"frame\":\"123\",\"min\":\"1ms\"}}", "1ms 124#", "30ms", false, "30ms",
     "no such frame"},
    /* each identifier of each bus for itself */
    {"{\"period\":{\"frame\":\"100-1FF\",\"min\":\"5ms\"}}",
     "1ms 123#; 2ms 124#; 3ms 123# can1; 6ms 123#; 7ms 124#; 8ms 123# can1", "30ms", true, "30ms",
     "3 gaps of several identifiers"},
    {"{\"period\":{\"frame\":\"123\",\"min\":\"5ms\"},\"after\":\"5ms\",\"until\":\"20ms\"}",
     "1ms 123#; 2ms 123#; 6ms 123#; 12ms 123#; 21ms 123#; 22ms 123#", "30ms", true, "20ms",
     "1 gap"},
};

static void period(void **state)
{
    (void)state;
    RUN_ROWS(periods);
}

static const struct row values[] = {
    {"{\"always\":{\"frame\":\"123\",\"data\":\"11*\"}}", "1ms 123#11; 2ms 124#22; 3ms 123#1122",
     "9ms", true, "9ms", "2 as expected"},
    {"{\"always\":{\"frame\":\"123\",\"data\":\"11\"}}", "1ms 123#11; 2ms 123#1122", "9ms", false,
     "2ms", "at 0.002000 s 123#1122, after 1 as expected"},
    {"{\"always\":{\"frame\":\"123\",\"data\":\"11\"}}", "1ms 124#11", "9ms", false, "9ms",
     "nothing of it up to 0.009000 s"},
    /* 0x2211 = 8721 */
    {"{\"value\":{\"frame\":\"123\",\"start\":0,\"length\":16,\"is\":8721}}", "1ms 123#1122", "9ms",
     true, "9ms", "1 as expected"},
    {"{\"value\":{\"frame\":\"123\",\"start\":7,\"length\":16,\"order\":\"big\",\"is\":4386}}",
     "1ms 123#1122", "9ms", true, "9ms", "1 as expected"},
    {"{\"value\":{\"frame\":\"123\",\"start\":0,\"length\":8,\"signed\":true,\"factor\":\"0.1\","
     "\"offset\":\"-5\",\"min\":\"-5.1\",\"max\":\"7.7\"}}",
     "1ms 123#FF; 2ms 123#7F; 3ms 123#FE", "9ms", false, "3ms",
     "at 0.003000 s 123#FE: -5.2, after 2 as expected"},
    {"{\"value\":{\"frame\":\"123\",\"start\":0,\"length\":8,\"factor\":-2,\"max\":-4}}",
     "1ms 123#02; 2ms 123#01", "9ms", false, "2ms",
     "at 0.002000 s 123#01: -2, after 1 as expected"},
    {"{\"value\":{\"frame\":\"123\",\"start\":0,\"length\":64,\"min\":\"18446744073709551615\"}}",
     "1ms 123#FFFFFFFFFFFFFFFF; 2ms 123#FEFFFFFFFFFFFFFF", "9ms", false, "2ms",
     "at 0.002000 s 123#FEFFFFFFFFFFFFFF: 18446744073709551614, after 1 as expected"},
    {"{\"value\":{\"frame\":\"123\",\"start\":0,\"length\":4,\"bits\":\"x1x0\"}}",
     "1ms 123#0C; 2ms 123#F4; 3ms 123#05", "9ms", false, "3ms",
     "at 0.003000 s 123#05: 5, after 2 as expected"},
    {"{\"value\":{\"frame\":\"123\",\"start\":8,\"length\":8,\"min\":0}}", "1ms 123#11", "9ms",
     false, "1ms", "at 0.001000 s 123#11: too short for it, after 0 as expected"},
    {"{\"value\":{\"frame\":\"123\",\"start\":0,\"length\":8,\"is\":2},\"at\":\"once\"}",
     "1ms 123#01; 2ms 123#02; 3ms 123#03", "9ms", true, "2ms", "at 0.002000 s 123#02: 2"},
    {"{\"value\":{\"frame\":\"123\",\"start\":0,\"length\":8,\"is\":2},\"at\":\"once\","
     "\"within\":\"2ms\"}",
     "1ms 123#01; 3ms 123#02", "9ms", false, "2ms", "the last of 1, at 0.001000 s 123#01: 1"},
    {"{\"value\":{\"frame\":\"123\",\"start\":0,\"length\":8,\"is\":2},\"at\":\"end\"}",
     "1ms 123#01; 3ms 123#02", "9ms", true, "9ms", "the last of 2, at 0.003000 s 123#02: 2"},
    {"{\"value\":{\"frame\":\"123\",\"start\":0,\"length\":8,\"is\":2},\"at\":\"2ms\"}",
     "1ms 123#01; 2ms 123#02; 3ms 123#03", "9ms", true, "2ms",
     "the last of 2, at 0.002000 s 123#02: 2"},
};

static void value(void **state)
{
    (void)state;
    RUN_ROWS(values);
}

/* A frame of the script takes 100us and 3 bits of 2us. */
static const struct row loads[] = {
    {"{\"load\":{\"bus\":\"can0\",\"max\":\"1.06%\"}}", "1ms 123#; 2ms 123# can1", "10ms", true,
     "10ms", "1.06%, 106us of 10ms up to 0.010000 s"},
    {"{\"load\":{\"bus\":\"can0\",\"max\":\"1.0599%\"}}", "1ms 123#", "10ms", false, "10ms",
     "1.06%, 106us of 10ms up to 0.010000 s"},
    {"{\"load\":{\"bus\":\"can0\",\"min\":\"1.0601%\"}}", "1ms error_frame", "10ms", false, "10ms",
     "1.06%, 106us of 10ms up to 0.010000 s"},
    /* a frame is parted at the edge of windows: 950..1056us */
    {"{\"load\":{\"bus\":\"can0\",\"min\":5,\"max\":\"5.6%\",\"window\":\"1ms\"}}", "1050us 123#",
     "2ms", true, "2ms", "2 windows as expected"},
    {"{\"load\":{\"bus\":\"can0\",\"max\":\"5.59%\",\"window\":\"1ms\"}}", "1050us 123#; 4ms 123#",
     "5ms", false, "2ms", "5.6%, 56us of 1ms up to 0.002000 s"},
    {"{\"load\":{\"bus\":\"can0\",\"min\":1,\"window\":\"1ms\"}}", "900us 123#", "5ms", false,
     "2ms", "0%, 0s of 1ms up to 0.002000 s"},
    {"{\"load\":{\"bus\":\"can0\",\"max\":20,\"window\":\"1ms\"}}",
     "900us 123#; 30500us 123#; 30700us 123#; 30900us 123#", "50ms", false, "31ms",
     "31.8%, 318us of 1ms up to 0.031000 s"},
    {"{\"load\":{\"bus\":\"can0\",\"max\":20,\"window\":\"10ms\"}}", "", "9ms", false, "9ms",
     "no whole window up to the end"},
    {"{\"load\":{\"bus\":\"can0\",\"max\":20},\"after\":\"950us\",\"until\":\"1ms\"}",
     "1050us 123#", "9ms", true, "1ms", "0%, 0s of 50us up to 0.001000 s"},
};

static void load(void **state)
{
    (void)state;
    RUN_ROWS(loads);
}

static const struct row queues[] = {
    {"{\"latency\":{\"frame\":\"123\",\"max\":\"300us\"}}", "1ms 123# queued=700us", "9ms", true,
     "9ms", "1 frame, 300us to 300us"},
    {"{\"latency\":{\"frame\":\"123\",\"max\":\"300us\"}}", "1ms 123# queued=699999ns try=2 lost=1",
     "9ms", false, "1ms",
     "123# at 0.001000 s: 300.001us, queued at 0.000699999 s, 2 attempts, arbitration lost 1 time"},
    {"{\"latency\":{\"frame\":\"123\",\"max\":\"200us\",\"to\":\"start\"}}",
     "1ms 123# queued=700us", "9ms", true, "9ms", "1 frame, 200us to 200us"},
    {"{\"latency\":{\"frame\":\"123\",\"min\":\"301us\"}}", "1ms 123# queued=700us", "9ms", false,
     "1ms", "123# at 0.001000 s: 300us, queued at 0.000700 s, 1 attempt, arbitration lost 0 times"},
    {"{\"latency\":{\"frame\":\"123\",\"max\":\"1ms\"}}", "1ms 124#", "9ms", false, "9ms",
     "no such frame"},
    {"{\"retries\":{\"frame\":\"123\",\"count\":\"<=1\"}}",
     "1ms 123# try=2; 2ms 123#; 3ms 123# try=3 lost=2", "9ms", true, "9ms", "3 frames, 0 to 1"},
    {"{\"retries\":{\"frame\":\"123\",\"count\":\"<=1\"}}",
     "1ms start 123# try=2; 2ms start 123# "
     "try=3",
     "9ms", false, "2ms", "123# at 0.002000 s: 2"},
    {"{\"retries\":{\"frame\":\"123\",\"count\":1}}", "1ms start 123#; 2ms 123#", "9ms", false,
     "2ms", "123# at 0.002000 s: 0"},
};

static void queue(void **state)
{
    (void)state;
    RUN_ROWS(queues);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(period),
        cmocka_unit_test(value),
        cmocka_unit_test(load),
        cmocka_unit_test(queue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
