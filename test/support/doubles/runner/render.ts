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
  const render = createRenderer();
  return log.split('\n').slice(0, -1).map(render).join('');
}

/** Renders one line after the other as renderLog does: an empty string if nothing is shown, else with a line feed. */
export function createRenderer(): (line: string) => string {
  let indent = '';
  return (line) => {
    const [, tag = '', text = line] = /^##\[(\w+)\](.*)$/.exec(line) ?? [];
    if (tag === 'group') {
      indent = '    ';
      return `> ${text}\n`;
    }
    if (tag === 'endgroup') {
      indent = '';
      return '';
    }
    const label = labels.get(tag);
    return `${indent}${label === undefined ? line : label + text}\n`;
  };
}
