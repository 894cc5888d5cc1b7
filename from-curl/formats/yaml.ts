/** A step of a workflow, its inputs ready to be written. */
export interface StepText {
  readonly inputs: readonly (readonly [name: string, value: string])[];
  /** The comments below the step, one per line. An empty line separates them. */
  readonly comments: readonly string[];
}

/** Writes a list of steps with one step, as YAML. */
export function writeStep({ inputs, comments }: StepText): string {
  const lines = [
    '- id: tok',
    '  uses: org/oauth2-token@v1',
    '  with:',
    ...inputs.flatMap(([name, value]) => writeInput(name, value)),
    ...comments.map((line) => (line === '' ? '#' : `# ${line}`)),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function writeInput(name: string, value: string): string[] {
  if (!isBlock(value)) return [`    ${name}: ${writeScalar(value)}`];
  return [`    ${name}: |-`, ...value.split('\n').map((line) => `      ${line}`)];
}

/** The characters that YAML accepts only as an escape. */
const unprintable = /[\p{Cc}\p{Cs}\ufeff\u2028\u2029]/u;

function escape(character: string): string {
  if (/["\\]/.test(character)) return `\\${character}`;
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Several lines can be written as they are if the first does not begin with a space. */
function isBlock(value: string): boolean {
  return /^[^\s][^]*\n[^]*\S$/.test(value) && !unprintable.test(value.replaceAll('\n', ''));
}

/** A scalar of one line: plain if YAML reads it only as a text, else in quotes. */
function writeScalar(value: string): string {
  if (isPlain(value)) return value;
  if (unprintable.test(value)) return `"${value.replace(/["\\]|[^\x20-\x7e]/g, escape)}"`;
  return `'${value.replaceAll("'", "''")}'`;
}

function isPlain(value: string): boolean {
  if (/^[\d.+-]+$/.test(value)) return /^[1-9]\d{0,8}$/.test(value);
  if (/^(true|false)$/.test(value)) return true;
  if (/^(yes|no|on|off|null|y|n|~)$/i.test(value)) return false;
  return /^[A-Za-z$][\w ./@:+=*?${}&-]*$/.test(value) && !/:( |$)|\s$/.test(value);
}
