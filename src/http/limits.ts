/** The most that is read of the head of an answer, bytes; curl reads more, Node by default 16 KiB. */
export const maxHeaderBytes = 64 * 1024;
