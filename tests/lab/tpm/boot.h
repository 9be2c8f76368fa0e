/*
 * What is known of the boot that a TPM is in: which commands extended its PCRs,
 * and when the boot loader's turn is.
 *
 * Commands and answers are whole, as TPM 2.0 has them; numbers in big endian.
 */
#ifndef LAB_TPM_BOOT_H
#define LAB_TPM_BOOT_H

#include <stddef.h>

#define TPM_HEAD_LEN    10u
#define TPM_COMMAND_MAX 4096u

#define TPM_CC_STARTUP    0x144u
#define TPM_CC_SHUTDOWN   0x145u
#define TPM_CC_PCR_EXTEND 0x182u
#define TPM_SU_CLEAR      0u
#define TPM_SU_STATE      1u

/* A TPM2_PCR_Extend of one PCR by one SHA-256 digest has this many bytes. */
#define TPM_EXTEND_LEN 65u

struct boot {
    unsigned separators; /* bit n: PCR n got the firmware's last word */
    int loaded;          /* the boot loader has had its turn */
    size_t count, room;
    struct extend {
        size_t len;
        unsigned char command[256];
    } * extends; /* all that succeeded, in order */
};

unsigned long tpm_number(const unsigned char *at, size_t len);

/* A new boot: nothing has been extended. */
void boot_begin(struct boot *b);

/*
 * A command and its answer went by. 1 when the firmware has just said its last
 * word in each of the PCRs 0 to 7: the boot loader's turn, once a boot.
 */
int boot_saw(struct boot *b, const unsigned char *command, size_t len,
             const unsigned char *answer);

/* TPM2_Startup or TPM2_Shutdown, into out; its length. */
size_t boot_command(unsigned char *out, unsigned long code, unsigned type);

/*
 * The boot loader's events, TCG_PCR_EVENT2 with one digest of SHA-256 each: the
 * command that extends the PCR of the one at *at, which moves on. 0 at the end,
 * and for what is not such an event.
 */
size_t boot_event(const unsigned char *events, size_t len, size_t *at,
                  unsigned char out[TPM_EXTEND_LEN]);

#endif
