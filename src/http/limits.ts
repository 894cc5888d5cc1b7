/** How many bytes of the head of an answer are read. curl reads more, Node 16 KiB by default. */
export const maxHeaderBytes = 64 * 1024;
