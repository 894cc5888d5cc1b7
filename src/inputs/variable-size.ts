/** The longest string of a process's environment on Linux, bytes: name, `=` and value (MAX_ARG_STRLEN, less a NUL). */
const longestString = 131_071;

/** The longest value of an environment variable of Windows, characters. */
const longestWindowsValue = 32_767;

/**
 * Whether an environment variable can hold a value. Where one cannot, no later process of the job starts.
 *
 * @see https://man7.org/linux/man-pages/man2/execve.2.html
 * @see https://learn.microsoft.com/windows/win32/procthread/environment-variables
 */
export function fitsVariable(name: string, value: string, platform: NodeJS.Platform): boolean {
  return platform === 'win32'
    ? value.length <= longestWindowsValue
    : Buffer.byteLength(`${name}=${value}`) <= longestString;
}
