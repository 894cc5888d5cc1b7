import type { Shell } from './command.ts';

/** The prompts before a command on a screen, by shell. */
const prompts = {
  powershell: /^[ \t]*PS(?: [^>\n]{0,200})?>[ \t]*/gm,
  cmd: /^[ \t]*[A-Za-z]:\\[^>\n]{0,200}>[ \t]*/gm,
  posix:
    /^[ \t]*(?:\[?[\w.-]{1,60}@[\w.-]{1,60}[^$#%\n]{0,100}[$#%][ \t]|[$❯➜»][ \t]+|[%#>][ \t]+(?=(?:[\w./-]*\/)?curl(?:\.exe)?[ \t]))/gm,
} as const satisfies Record<Shell, RegExp>;

/**
 * Removes the prompts of a copied screen, including those of continued lines.
 *
 * @returns the text, with every line in its place, and the shell of the prompts
 */
export function dropPrompts(text: string): { readonly text: string; readonly shell?: Shell } {
  for (const shell of ['powershell', 'cmd', 'posix'] as const) {
    const bare = text.replace(prompts[shell], '');
    if (bare === text) continue;
    return { text: bare.replace(/^(?:>{1,2}|More\?)[ \t]?/gm, ''), shell };
  }
  return { text };
}

/**
 * Decides for which shell a command was written, by signs that only one shell understands.
 *
 * @param command the text from the command on
 * @param before the text before it in its line
 */
export function detectShell(command: string, before: string): Shell {
  const [line = ''] = command.split('\n', 1);
  if (/(?:^|\s)\\[ \t]*$/.test(line)) return 'posix';
  if (/\^[ \t]*$/.test(line)) return 'cmd';
  if (/(?:^|\s)`[ \t]*$|@["'][ \t]*$/.test(line)) return 'powershell';
  if (/\$env:|\$\(\$/i.test(line) || /\$\w+[ \t]*=[ \t]*\(?$/.test(before)) return 'powershell';
  if (/\^"|\{""|[\w}]"":|(?:^|[\s=":])%[A-Za-z_]{3,}%/.test(line) && !line.includes("'")) {
    return 'cmd';
  }
  if (!/^[^ \t]*curl\.exe/.test(line)) return 'posix';
  return /['`$]/.test(line) ? 'powershell' : 'cmd';
}
