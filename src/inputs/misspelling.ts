import { text, type Text } from '../log/text.ts';
import { type InputName, inputNames, otherWords } from './catalog.ts';
import { readInput } from './reader.ts';

/**
 * Finds inputs that nobody declared and that are near misses of one. Names that resemble none are left alone. It is never
 * known that a name was meant as an input: any `INPUT_` variable of a job or of a composite action looks like one.
 *
 * @param env the step's environment
 */
export function findMisspelledInputs(env: NodeJS.ProcessEnv): Text[] {
  const known: readonly string[] = inputNames;
  return Object.keys(env)
    .filter((variable) => variable.startsWith('INPUT_'))
    .map((variable) => variable.slice('INPUT_'.length).toLowerCase())
    .filter((name) => !known.includes(name))
    .flatMap((name) => {
      if (isOfUser(name) && readInput(env, 'grant-type') === 'password') {
        return [text`${name}: unknown input, set it in parameters: ${name}=...`];
      }
      const meant = guessInput(name);
      return meant === undefined ? [] : [text`${name}: unknown input, did you mean ${meant}?`];
    });
}

/** What the grant of a user's password sends (RFC 6749 section 4.3.2). */
function isOfUser(name: string): boolean {
  return name === 'username' || name === 'password';
}

/** Gives the input that an unknown name probably means: by another word for it, or a few letters apart. */
export function guessInput(name: string): InputName | undefined {
  const letters = squeeze(name);
  const [, meant] = otherWords.find(([word]) => word === letters) ?? [];
  return meant ?? findNearest(name, inputNames);
}

/** Gives the candidate that a name differs from by few letters; undefined if there is none. */
export function findNearest<Name extends string>(
  name: string,
  candidates: readonly Name[],
): Name | undefined {
  const letters = squeeze(name);
  return candidates
    .map((candidate) => ({ candidate, distance: countEdits(letters, squeeze(candidate)) }))
    .filter(({ candidate, distance }) => distance <= (candidate.length < 10 ? 1 : 2))
    .sort((a, b) => a.distance - b.distance)[0]?.candidate;
}

/** `client_id`, `clientId` and `client-id` are one word to a person. */
function squeeze(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** How many letters must be inserted, removed, replaced or swapped with a neighbor (optimal string alignment). */
function countEdits(from: string, to: string): number {
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 0; i < from.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j += 1) {
      const isSame = from[i] === to[j];
      const isSwap = from[i] === to[j - 1] && from[i - 1] === to[j];
      next.push(
        Math.min(
          at(row, j) + (isSame ? 0 : 1),
          at(row, j + 1) + 1,
          at(next, j) + 1,
          isSwap ? at(before, j - 1) + 1 : Infinity,
        ),
      );
    }
    [before, row] = [row, next];
  }
  return at(row, to.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
