import { mapBetweenMarks, type Slots } from './slots.ts';

/** A text that is a placeholder in every place, because it has special signs around it. */
const delimited =
  /\$\{\{\s*([^{}\n]{1,200}?)\s*\}\}|\{\{\s*\$?([^{}\n]{1,100}?)\s*\}\}|[$#]?\{\s*([A-Za-z_][\w .:/@-]{0,80}?)\s*\}|<{1,2}\s*([A-Za-z_][^<>\n]{0,100}?)\s*>{1,2}|\$([A-Za-z_]\w{0,80})|%([A-Za-z_]\w{0,80})%|@@(\w{2,80})@@|(?<!\burn:[\w:.-]{0,100})\b__([A-Za-z]\w{0,80}?)__\b/g;

/**
 * Replaces placeholders that have signs around them by slots: `<x>`, `{x}`, `{{x}}`, `${x}`, `$X`, `%X%`, `#{x}`,
 * `@@x@@`, `__x__` (but not in a URN such as `urn:opc:idm:__myscopes__`), and the expressions of a workflow.
 */
export function markDelimited(text: string, slots: Slots): string {
  return mapBetweenMarks(text, (literal) =>
    literal.replace(delimited, (found, expression: string | undefined, ...rest: unknown[]) => {
      if (expression !== undefined) return slots.add('expression', expression);
      const name = rest.slice(0, 7).find((one) => typeof one === 'string') ?? '';
      if (found.startsWith('%') && /^[\dA-F]{2,}$/i.test(name)) return found;
      return slots.add('placeholder', name);
    }),
  );
}

/** Words that say "fill in here" in the middle of a value. */
const telling =
  /(?<![A-Za-z])(?:YOUR|MY|INSERT|ENTER|REPLACE)[_-][A-Z\d_-]*[A-Z\d]|(?<![A-Za-z])your[_-][A-Za-z\d_-]*[A-Za-z\d]|(?<![A-Za-z])your[A-Z]\w*|(?<![A-Za-z])(?:your|YOUR)(?:domain|tenant|company|org|instance|subdomain|site|host|server|account|DOMAIN|TENANT|COMPANY|ORG|INSTANCE|SUBDOMAIN|SITE|HOST|SERVER|ACCOUNT)\b|(?<![A-Za-z\d])[xX]{3,}(?:-[xX]{3,})*(?![A-Za-z\d])|\*{3,}|[\u2022\u25cf]{3,}/g;

/** Values that are a placeholder as a whole. */
const whole =
  /^\[[A-Za-z][\w .-]{1,60}\]$|^(?:\.{3}|…|\?{2,}|TODO|TBD|CHANGE[_-]?ME|REPLACE[_-]?ME|PLACEHOLDER)$|^[A-Z][A-Z\d]*(?:_[A-Z\d]+)*_(?:ID|SECRET|KEY|TOKEN|PASSWORD|USERNAME|USER|URL|HOST|DOMAIN|TENANT|REGION|CODE|CREDENTIALS|HERE)$/;

/** Replaces every placeholder of a value by a slot, including those that only their words show. */
export function markPlaceholders(value: string, slots: Slots): string {
  const marked = markDelimited(value, slots);
  if (whole.test(marked)) return slots.add('placeholder', marked.replace(/^\[|\]$/g, ''));
  return mapBetweenMarks(marked, (literal) =>
    literal.replace(telling, (found) => slots.add('placeholder', found)),
  );
}
