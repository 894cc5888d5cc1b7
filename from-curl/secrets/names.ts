import { isTellingName, looksRandom } from './sensitivity.ts';
import type { Slot, Slots } from './slots.ts';
import { nameField } from './keep.ts';
import { splitName } from './words.ts';

/** A secret or a variable that the reader must create. */
export interface Reference {
  readonly source: 'secrets' | 'vars';
  readonly name: string;
  /** What to put into it. */
  readonly what: string;
}

/**
 * Gives each slot of a step its secret or variable. No two have the same name.
 *
 * @param marks in the order of the step; some may occur several times
 */
export function nameSlots(slots: Slots, marks: Iterable<string>): Map<string, Reference> {
  const references = new Map<string, Reference>();
  const taken = new Set<string>();
  for (const mark of new Set(marks)) {
    const slot = slots.get(mark);
    if (slot === undefined) continue;
    const name = makeUnique(chooseName(slot), taken);
    taken.add(name);
    const isSecret = slot.uses.length === 0 || slot.uses.some((use) => use.isSecret);
    const what = slot.uses[0]?.what ?? 'a value of the command';
    references.set(mark, { source: isSecret ? 'secrets' : 'vars', name, what });
  }
  return references;
}

function makeUnique(name: string, taken: ReadonlySet<string>): string {
  let unique = name;
  for (let number = 2; taken.has(unique); number += 1) unique = `${name}_${number}`;
  return unique;
}

/** The command's own name for it, if that name says what it is; else the name of its place. */
function chooseName(slot: Slot): string {
  const usual = slot.uses[0]?.name ?? 'VALUE';
  const own = readOwnName(slot, usual.startsWith('TOKEN_URL'));
  const name = own ?? usual;
  // GitHub reserves these names.
  return name.replace(/^GITHUB_/, 'GH_');
}

/** Words around a name without a meaning. */
const filler =
  /^(?:your|my|the|a|an|insert|enter|replace|with|put|some|actual|real|new|this|example|sample)_|_(?:here|goes|value|string|placeholder|example)$/i;

const tooGeneral =
  /^(ID|SECRET|KEY|TOKEN|VALUE|PASS|PASSWORD|STRING|NAME|CODE|AUTH|CREDENTIALS?|BASE64)$/;

function readOwnName({ origin, text }: Slot, isInAddress: boolean): string | undefined {
  const written =
    origin === 'expression' ? /^(?:secrets|vars|env|inputs)\.(\w+)$/.exec(text)?.[1] : text;
  const isNamed = origin === 'placeholder' || origin === 'variable' || origin === 'expression';
  if (written === undefined || !isNamed || !/^[\w .:/-]{1,60}$/.test(written)) return undefined;
  if (looksRandom(written)) return undefined;
  let name = splitName(written).join('_');
  for (let bare = ''; bare !== name;) [bare, name] = [name, name.replace(filler, '')];
  const upper = nameField(name);
  if (upper === 'VALUE' || tooGeneral.test(upper)) return undefined;
  return isInAddress || isTellingName(name) ? upper : undefined;
}
