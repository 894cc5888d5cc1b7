import { looksLikeKey } from '../secrets/sensitivity.ts';

/**
 * Reads the path of the token from the commands that process a response.
 *
 * @returns a path as in the input `response-fields`; `none` if they change nothing that counts; `unreadable`
 */
export function readFilterPath(
  filters: readonly (readonly string[])[],
): { readonly path: string } | 'none' | 'unreadable' {
  for (const [program = '', ...words] of filters) {
    if (/(^|\/)jq(\.exe)?$/.test(program)) return readJqPath(words);
    if (
      !/^(tee|cat|python3?|json_pp|ConvertFrom-Json|ConvertTo-Json|less|more|out-null)$/i.test(
        program,
      )
    ) {
      return 'unreadable';
    }
    if (words.some((word) => word.includes('access_token'))) return { path: 'access_token' };
  }
  return 'none';
}

/** The program of jq is its first word that is not an option. */
function readJqPath(words: readonly string[]): { readonly path: string } | 'none' | 'unreadable' {
  const program = words.find((word) => !/^-{1,2}[A-Za-z]/.test(word)) ?? '.';
  const [path = ''] = program
    .replace(/\s*(?:\/\/\s*(?:empty|null)|\|\s*tostring)\s*$/, '')
    .split(/\s*,\s*/, 1);
  if (path.trim() === '.') return 'none';
  const steps = [
    ...path.trim().matchAll(/\.?\[(\d+)\]|\.?\["([\w$-]+)"\]|\."([\w$-]+)"|\.([A-Za-z_]\w*)\??/g),
  ];
  const isWhole = steps.map(([step]) => step).join('') === path.trim();
  const names = steps.map(
    ([, index, inBrackets, quoted, bare]) => index ?? inBrackets ?? quoted ?? bare ?? '',
  );
  if (!isWhole || names.length === 0 || names.some(isUnsafe)) return 'unreadable';
  return { path: names.join('.') };
}

function isUnsafe(name: string): boolean {
  return name.length > 60 || looksLikeKey(name);
}
