/* SPDX-License-Identifier: MIT */
/* dev_models.c - all devices that there are: a new one is a row here and a file that says what it
 * is. */
#include "qemu-link/dev_internal.h"

const struct cs_device_model *const cs_device_model_rows[] = {
    &cs_pci_kvaser_model,
    &cs_pci_ems_model,
    &cs_pci_peak_model,
    &cs_usb_pcanfd_model,
    &cs_usb_pcanprofd_model,
    &cs_usb_gs_model,
    NULL,
};
