/** How much of a page is looked at, characters: its title and its first sentence stand at its beginning. */
const looked = 64 * 1024;

/** The elements in which servers write what went wrong, the best first; any prefix of a namespace may stand before them. */
const elements: readonly string[] = [
  'title',
  'faultstring',
  'message',
  'error_description',
  'Text',
];

/**
 * Takes the line from HTML or XML that says what went wrong: the title of a page, the words of a SOAP fault or of an error of a cloud
 * service, else the text without tags.
 *
 * @see SOAP 1.1 section 4.4 (faultstring), SOAP 1.2 part 1 section 5.4 (Reason/Text)
 */
export function takeMarkup(markup: string): string {
  const head = dropUnread(markup.slice(0, looked));
  const labelled = readLabelled(head);
  if (labelled !== '') return labelled;
  for (const element of elements) {
    const text = readElement(head, element);
    // Apache has the words in the first paragraph then.
    if (onlyStatus.test(text)) return readElement(head, 'p') || text;
    if (text !== '') return text;
  }
  return readText(head);
}

/** A title that only repeats the status. */
const onlyStatus =
  /^(?:error |http )?(?:\d{3}\W*)?(?:bad request|unauthorized|forbidden|not found|method not allowed)\W*$/i;

/** The text of a page or a document without tags, on one line. */
export function readMarkup(markup: string): string {
  return readText(dropUnread(markup.slice(0, looked)));
}

/** The pages of Tomcat and Jetty have a status as their title, and the words after a label: `<b>Message</b> Unknown client</p>`. */
function readLabelled(markup: string): string {
  const label = /<(b|th)>\s*message:?\s*<\/\1>(?:\s*<td>)?([^<>]{1,2000})/i.exec(markup);
  return label === null ? '' : readText(label[2] ?? '');
}

/** What no reader sees: comments, scripts and styles. */
function dropUnread(markup: string): string {
  const withoutComments = dropBetween(markup, /<!--/g, /-->/g);
  return dropBetween(withoutComments, /<(?:script|style|svg)\b/gi, /<\/(?:script|style|svg)\s*>/gi);
}

/** Drops everything between an opening and the next closing, in one go, because a server chooses the length. */
function dropBetween(text: string, opening: RegExp, closing: RegExp): string {
  const parts: string[] = [];
  let from = 0;
  for (;;) {
    opening.lastIndex = from;
    const open = opening.exec(text);
    if (open === null) return parts.join(' ') + text.slice(from);
    parts.push(text.slice(from, open.index));
    closing.lastIndex = open.index;
    const close = closing.exec(text);
    // What is never closed has no end.
    if (close === null) return parts.join(' ');
    from = closing.lastIndex;
  }
}

function readElement(markup: string, name: string): string {
  const open = new RegExp(`<(?:[A-Za-z][\\w.-]{0,40}:)?${name}(?:\\s[^<>]{0,400})?>`, 'i').exec(
    markup,
  );
  if (open === null) return '';
  const from = open.index + open[0].length;
  const close = new RegExp(`</(?:[A-Za-z][\\w.-]{0,40}:)?${name}\\s*>`, 'gi');
  close.lastIndex = from;
  const end = close.exec(markup)?.index ?? markup.length;
  return readText(markup.slice(from, end));
}

/** The text between tags, on one line. */
function readText(markup: string): string {
  // A tag, also one that the end cuts off; no text has so long a one.
  const withoutTags = markup
    .replace(/<!\[CDATA\[|\]\]>/g, ' ')
    .replace(/<[!/?A-Za-z][^<>]*(?:>|$)/g, ' ');
  return decodeEntities(withoutTags).replace(/\s+/g, ' ').trim();
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  middot: '\u00b7',
  mdash: '\u2014',
  ndash: '\u2013',
  hellip: '\u2026',
  copy: '\u00a9',
  laquo: '\u00ab',
  raquo: '\u00bb',
};

function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,8}));/gi,
    (entity, decimal?: string, hex?: string, name = '') => {
      if (decimal !== undefined) return fromCodePoint(Number(decimal), entity);
      if (hex !== undefined) return fromCodePoint(Number.parseInt(hex, 16), entity);
      return Object.hasOwn(entities, String(name)) ? (entities[String(name)] ?? entity) : entity;
    },
  );
}

function fromCodePoint(point: number, entity: string): string {
  return point <= 0x10_ff_ff ? String.fromCodePoint(point) : entity;
}
