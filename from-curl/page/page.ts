// Imported for its effect, before the checks are loaded.
import './stand-ins/buffer.ts';

import { checkInputs } from '../checks/check.ts';
import { type Conversion, convertCurl } from '../convert.ts';
import { Refusal } from '../refusal.ts';
import { explainRefusal } from '../wording.ts';
import { makeKeyStandIns } from './key-stand-ins.ts';

/** An example command. */
const example = `curl -sS -X POST https://{tenant}.example.com/oauth2/token \\
  -u "$CLIENT_ID:$CLIENT_SECRET" \\
  -H 'Content-Type: application/x-www-form-urlencoded' \\
  -d 'grant_type=client_credentials&scope=read list'

{"data": {"token": "eyJhbGciOi...", "expiresIn": 3600}}
`;

/** How many milliseconds a person must stop typing before the text is read. */
const pause = 150;

const command = find('command', HTMLTextAreaElement);
const step = find('step', HTMLPreElement);
const status = find('status', HTMLParagraphElement);
const copy = find('copy', HTMLButtonElement);
const toCreate = find('to-create', HTMLUListElement);
const notes = find('notes', HTMLUListElement);

let timer: ReturnType<typeof setTimeout> | undefined;

command.addEventListener('input', () => {
  clearTimeout(timer);
  timer = setTimeout(update, pause);
});
find('example', HTMLButtonElement).addEventListener('click', () => {
  command.value = example;
  command.focus();
  update();
});
copy.addEventListener('click', () => {
  void copyStep();
});
update();

/** Converts what is in the field, and shows the step or why there is none. */
function update(): void {
  if (command.value.trim() === '') {
    show(undefined, '');
    return;
  }
  try {
    const conversion = convertCurl(command.value);
    checkInputs(conversion.inputs, makeKeyStandIns(conversion.inputs));
    show(conversion, summarize(conversion));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    show(undefined, `Not converted. ${explainRefusal(error.reason)}`);
  }
}

function show(conversion: Conversion | undefined, message: string): void {
  step.textContent = conversion?.step ?? '';
  status.textContent = message;
  status.dataset['kind'] = conversion === undefined ? 'refusal' : 'result';
  copy.disabled = conversion === undefined;
  list(
    toCreate,
    (conversion?.references ?? []).map(
      ({ source, name, what }) =>
        `${source === 'secrets' ? 'Secret' : 'Variable'} ${name}: ${what}`,
    ),
  );
  list(notes, conversion?.notes ?? []);
}

function summarize({ references, notes: { length } }: Conversion): string {
  const secrets = references.filter(({ source }) => source === 'secrets').length;
  const parts = [
    count(secrets, 'secret'),
    count(references.length - secrets, 'variable'),
    count(length, 'note'),
  ];
  return `Converted: ${parts.join(', ')}.`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** Shows a list below its heading. Without items, it shows neither. */
function list(target: HTMLUListElement, lines: readonly string[]): void {
  target.replaceChildren(
    ...lines.map((line) => {
      const item = document.createElement('li');
      item.textContent = line;
      return item;
    }),
  );
  if (target.parentElement !== null) target.parentElement.hidden = lines.length === 0;
}

async function copyStep(): Promise<void> {
  try {
    await navigator.clipboard.writeText(step.textContent);
    status.textContent = 'Copied.';
  } catch {
    // If the browser does not let a page copy, a person can still copy.
    getSelection()?.selectAllChildren(step);
    status.textContent = 'Selected. Press Ctrl+C or ⌘C to copy.';
  }
}

/** The element of an id. */
function find<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new TypeError(`The page has no ${id}.`);
  return element;
}
