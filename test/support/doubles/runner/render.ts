/** A log as GitHub's page shows it. */

const labels = new Map([
  ['error', 'Error: '],
  ['warning', 'Warning: '],
  ['notice', 'Notice: '],
  ['command', ''],
]);

/**
 * Gives the log of a run, or of a job, as a person sees it in the browser with every group open: messages by their
 * label, a group as `> title` and its lines indented by 4 spaces.
 */
export function renderLog({ log }: { log: string }): string {
  const rendered: string[] = [];
  let indent = '';
  for (const line of log.split('\n').slice(0, -1)) {
    const [, tag = '', text = line] = /^##\[(\w+)\](.*)$/.exec(line) ?? [];
    if (tag === 'group') {
      rendered.push(`> ${text}`);
      indent = '    ';
    } else if (tag === 'endgroup') {
      indent = '';
    } else {
      const label = labels.get(tag);
      rendered.push(indent + (label === undefined ? line : label + text));
    }
  }
  return rendered.map((line) => `${line}\n`).join('');
}
