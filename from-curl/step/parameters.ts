import type { Pair } from '../curl/data.ts';
import type { CurlRequest } from '../curl/request.ts';
import { type Json, writeJson } from '../formats/json.ts';
import { markPlaceholders } from '../secrets/placeholders.ts';
import { Refusal } from '../refusal.ts';
import { namesSecret, judge, looksLikeKey } from '../secrets/sensitivity.ts';
import { hasMark, readLiteralParts, type Slots } from '../secrets/slots.ts';
import type { Step } from './step.ts';
import { keepByName, keepId, keepSecret, parameterPlace } from '../secrets/keep.ts';

/** A parameter of the request. */
interface Parameter {
  readonly name: string;
  readonly value: Json;
}

/**
 * The parameters of a request. Each part of the step takes its own from them. Parameters of the URL stay in the URL if
 * the request also has a body.
 */
export class Parameters {
  #rest: readonly Parameter[];
  readonly #fixed: readonly Pair[];

  constructor({ body, query }: CurlRequest) {
    this.#rest = body.format === 'none' ? query.map(toParameter) : listBody(body);
    this.#fixed = body.format === 'none' ? [] : query;
  }

  /** The value of a parameter that occurs once and is a text. */
  peek(name: string): string | undefined {
    const found = this.#rest.filter((one) => one.name === name);
    const [first] = found;
    if (first === undefined) return this.#fixed.find(([one]) => one === name)?.[1];
    return found.length === 1 ? readText(first.value) : undefined;
  }

  /** As {@link peek}, and takes it out of the rest. */
  take(name: string): string | undefined {
    const value = this.peek(name);
    if (value !== undefined) this.#rest = this.#rest.filter((one) => one.name !== name);
    return value;
  }

  /** The values of a parameter that may occur several times. They are removed. */
  takeAll(name: string): string[] {
    const values = this.#rest
      .filter((one) => one.name === name)
      .map(({ value }) => readText(value));
    const texts = values.filter((value) => value !== undefined);
    if (texts.length < values.length) return [];
    this.#rest = this.#rest.filter((one) => one.name !== name);
    return texts;
  }

  /** Puts back a parameter that has no input of its own. */
  put(name: string, value: string): void {
    this.#rest = [...this.#rest, toParameter([name, value])];
  }

  get rest(): readonly Parameter[] {
    return this.#rest;
  }

  /** Whether the URL keeps a parameter of this name. */
  isFixed(name: string): boolean {
    return this.#fixed.some(([one]) => one === name);
  }
}

function toParameter([name, text]: Pair): Parameter {
  return { name, value: { kind: 'string', text } };
}

function listBody(body: Exclude<CurlRequest['body'], { format: 'none' }>): Parameter[] {
  if (body.format !== 'json') return body.pairs.map(toParameter);
  return body.value.entries.map(([name, value]) => ({ name, value }));
}

function readText(value: Json): string | undefined {
  return value.kind === 'string' || value.kind === 'bare' ? value.text : undefined;
}

/** Sets the input `parameters` to the parameters that no other input has. */
export function setParameters(step: Step, { rest }: Parameters): void {
  if (rest.length === 0) return;
  for (const { name } of rest) checkName(name);
  const kept = rest.map(({ name, value }) => ({ name, value: keepJson(step.slots, name, value) }));
  const lines = kept.map(({ name, value }) => writeLine(name, value));
  if (lines.every((line) => line !== undefined)) {
    step.set('parameters', lines.join('\n'));
    return;
  }
  const text = writeJson({ kind: 'object', entries: group(kept) }, '\n');
  if (hasMark(text)) step.note({ code: 'json-quotes' });
  step.set('parameters', text);
}

/** `name=value`; undefined if it cannot be written in one line. */
function writeLine(name: string, value: Json): string | undefined {
  const text = value.kind === 'string' ? value.text : undefined;
  if (text === undefined || /[\r\n]/.test(text) || /^\{|[=\r\n]|^\s|\s$/.test(name))
    return undefined;
  return `${name}=${text}`;
}

/** A parameter that occurs several times is a list in JSON. */
function group(parameters: readonly Parameter[]): [string, Json][] {
  const byName = new Map<string, Json[]>();
  for (const { name, value } of parameters) {
    byName.set(name, [...(byName.get(name) ?? []), value]);
  }
  return [...byName].map(([name, values]) => {
    const [first] = values;
    return [name, values.length === 1 && first ? first : { kind: 'array', items: values }];
  });
}

/** A copy of a value without possible secrets. */
function keepJson(slots: Slots, name: string, value: Json): Json {
  switch (value.kind) {
    case 'object':
      return {
        kind: 'object',
        entries: value.entries.map(([field, one]) => {
          checkName(field);
          const isPart = namesSecret(name) && /^(value|raw|data|text)$/i.test(field);
          return [field, keepJson(slots, isPart ? name : field, one)];
        }),
      };
    case 'array':
      return { kind: 'array', items: value.items.map((one) => keepJson(slots, name, one)) };
    case 'string':
      return { kind: 'string', text: keepByName(slots, parameterPlace(name), value.text) };
    case 'raw':
      return { kind: 'raw', text: keepRaw(slots, name, value.text) };
    case 'bare':
      return { kind: 'raw', text: keepBare(slots, name, value.text) };
  }
}

/** A number keeps its type: the slot has no quotes around it. */
function keepRaw(slots: Slots, name: string, text: string): string {
  const sensitivity = judge(name, text);
  if (sensitivity === 'plain') return text;
  const keep = sensitivity === 'id' ? keepId : keepSecret;
  return keep(slots, parameterPlace(name), text);
}

/**
 * A placeholder without quotes stands for a value without quotes. A word without quotes stands for a value with quotes.
 */
function keepBare(slots: Slots, name: string, text: string): string {
  const marked = markPlaceholders(text, slots);
  const kept = keepByName(slots, parameterPlace(name), text);
  return readLiteralParts(marked) === '' ? kept : JSON.stringify(kept);
}

/** A name that looks like a key is never shown. */
function checkName(name: string): void {
  if (hasMark(name) || looksLikeKey(name)) {
    throw new Refusal({ code: 'unreadable-data' });
  }
}
