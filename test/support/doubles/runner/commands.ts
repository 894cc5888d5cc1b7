/**
 * Workflow commands in a line of output, as the runner reads them: `::name key=value::data` at the start of a line, and
 * the older `##[name key=value]data` anywhere in it. Follows ActionCommand.cs of https://github.com/actions/runner, but
 * compares by code unit. .NET also ignores characters without a glyph within `::` and `##[`.
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */

/** A workflow command, unescaped. */
export interface Command {
  /** Its name in lower case; the runner accepts upper and lower case. */
  command: string;
  /** By name as written. */
  properties: Record<string, string>;
  data: string;
}

interface Dialect {
  separator: string;
  propertyEscapes: Escapes;
  dataEscapes: Escapes;
}

/** Code and character, in the order in which the runner undoes them. */
type Escapes = readonly (readonly [string, string])[];

const lineBreaks: Escapes = [
  ['%0D', '\r'],
  ['%0A', '\n'],
];
const percent = ['%25', '%'] as const;

const colons: Dialect = {
  separator: ',',
  propertyEscapes: [...lineBreaks, ['%3A', ':'], ['%2C', ','], percent],
  dataEscapes: [...lineBreaks, percent],
};

const bracketEscapes: Escapes = [['%3B', ';'], ...lineBreaks, ['%5D', ']'], percent];
const brackets: Dialect = {
  separator: ';',
  propertyEscapes: bracketEscapes,
  dataEscapes: bracketEscapes,
};

/**
 * Finds the command in a line. Takes the line and the known names, in lower case; gives undefined for a line of plain
 * output.
 */
export function parseCommand(line: string, names: ReadonlySet<string>): Command | undefined {
  return [parseColons(line), parseBrackets(line)].find(
    (command) => command !== undefined && names.has(command.command),
  );
}

/** Gives a property's value. Its name can be in upper or lower case. Undefined if it is not there. */
export function readProperty(command: Command, name: string): string | undefined {
  return Object.entries(command.properties).findLast(([key]) => key.toLowerCase() === name)?.[1];
}

function parseColons(line: string): Command | undefined {
  // White space as .NET sees it: with U+0085, without U+FEFF.
  const message = line.replace(/^(?:[^\S\uFEFF]|\u0085)+/, '');
  const end = message.indexOf('::', 2);
  if (!message.startsWith('::') || end < 0) return undefined;
  const [name, properties] = splitName(message.slice(2, end));
  return readCommand(name, properties.trim(), message.slice(end + 2), colons);
}

function parseBrackets(line: string): Command | undefined {
  const start = line.indexOf('##[');
  const end = line.indexOf(']', start);
  if (start < 0 || end < 0) return undefined;
  return readCommand(...splitName(line.slice(start + 3, end)), line.slice(end + 1), brackets);
}

function splitName(info: string): [name: string, properties: string] {
  const space = info.indexOf(' ');
  return space < 0 ? [info, ''] : [info.slice(0, space), info.slice(space + 1)];
}

function readCommand(name: string, list: string, data: string, dialect: Dialect): Command {
  const properties: Record<string, string> = {};
  for (const property of list.split(dialect.separator)) {
    // Empty parts are skipped: `=a==b` is a and b, and `a=` is no property.
    const [, key, value] = /^=*([^=]+)=+([^=].*)$/s.exec(property) ?? [];
    if (key !== undefined && value !== undefined) {
      properties[key] = unescape(value, dialect.propertyEscapes);
    }
  }
  return { command: name.toLowerCase(), properties, data: unescape(data, dialect.dataEscapes) };
}

function unescape(text: string, escapes: Escapes): string {
  return escapes.reduce((result, [code, character]) => result.replaceAll(code, character), text);
}
