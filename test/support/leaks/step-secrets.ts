/** The secrets with which a step starts, read from its inputs and variables by the tests' own rules. */
import { createPrivateKey, type KeyObject } from 'node:crypto';

import { type InputName, secretInputs, type SecretKind } from '../../../src/inputs/catalog.ts';
import { isSecretName, readMembers, readSecretHeader } from './names.ts';

/** A secret, and its description. */
export interface Secret {
  readonly what: string;
  readonly value: string;
  /** Whether the action must mask it before it prints anything else. */
  readonly masked: boolean;
}

type Values = Readonly<Record<string, string>>;

/** Lists the secrets in the inputs, by their names in action.yml, and in the variables of a step. */
export function listStepSecrets(inputs: Values, environment: Values): Secret[] {
  return [
    ...listWholeInputs(inputs),
    ...listBasicValues(inputs),
    ...[...listInputs('private_key'), ...listInputs('certificate')].flatMap((name) =>
      listKeyParts(name, inputs[name] ?? ''),
    ),
    ...listParameters(inputs['parameters'] ?? ''),
    ...listHeaders(inputs['headers'] ?? ''),
    ...listInputs('query').flatMap((name) => listQuery(name, inputs[name] ?? '')),
    ...listProxySecrets(environment),
    ...listRunnerTokens(environment),
  ];
}

function listInputs(kind: SecretKind): InputName[] {
  return secretInputs.filter(([, one]) => one === kind).map(([name]) => name);
}

function listWholeInputs(inputs: Values): Secret[] {
  return [...listInputs('text'), ...listInputs('client_secret')].flatMap((name) => {
    const value = (inputs[name] ?? '').trim();
    return listForms(`the input ${name}`, value);
  });
}

/** A secret as it is, and in the encodings of a form, a query and JSON. */
function listForms(what: string, value: string): Secret[] {
  const form = new URLSearchParams({ '': value }).toString().slice(1);
  return [
    { what, value, masked: true },
    { what: `${what} in a form`, value: form, masked: true },
    { what: `${what} in a query`, value: form.replaceAll('+', '%20'), masked: true },
    { what: `${what} in JSON`, value: JSON.stringify(value).slice(1, -1), masked: true },
  ];
}

function listBasicValues(inputs: Values): Secret[] {
  const id = (inputs['client-id'] ?? '').trim();
  const secret = (inputs['client-secret'] ?? '').trim();
  if (secret.length < 4) return [];
  const form = new URLSearchParams([[id, secret]]).toString().replace('=', ':');
  return [form, `${id}:${secret}`].map((pair) => ({
    what: 'the Basic value of client-id and client-secret',
    value: Buffer.from(pair).toString('base64'),
    masked: true,
  }));
}

/**
 * The private parts as they are written in the input, and as they are written in other forms of the same key. A
 * certificate is not a secret.
 */
function listKeyParts(name: string, input: string): Secret[] {
  const base64 = input.replace(/\s|(?:\\r)?\\n/g, '');
  const decoded = Buffer.from(/^[\w+/-]+=*$/.test(base64) ? base64 : '', 'base64')
    .toString()
    .trim();
  const isEncoded = /^\{|PRIVATE KEY-----/.test(decoded);
  const text = isEncoded ? decoded : input.trim();
  if (text === '') return [];
  const what = `a part of the input ${name}`;
  if (isEncoded) {
    return [{ what, value: base64, masked: true }, ...listKeyParts(name, decoded)];
  }
  const pem = findPem(text);
  const written = [...(pem === undefined ? [] : listPemLines(pem)), ...listJwkMembers(text)];
  return [
    ...written.map((value) => ({ what, value, masked: true })),
    ...listOtherForms(readKey(text, pem)).map((value) => ({ what, value, masked: false })),
  ];
}

function findPem(text: string): string | undefined {
  const pem = /-----BEGIN [^-]*PRIVATE KEY-----[^"']*?-----END [^-]*PRIVATE KEY-----/.exec(
    text,
  )?.[0];
  return pem?.replaceAll('\\n', '\n').replaceAll('\\r', '');
}

/**
 * The lines that have the key: those of 16 characters or more, because a shorter one is the rest of the last number.
 */
function listPemLines(pem: string): string[] {
  return pem.split(/\s+/).filter((line) => /^[A-Za-z0-9+/]{16,}=*$/.test(line));
}

const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'];

function listJwkMembers(text: string): string[] {
  if (!text.startsWith('{')) return [];
  return readMembers(text)
    .filter(([member]) => privateMembers.includes(member))
    .map(([, value]) => value);
}

function readKey(text: string, pem: string | undefined): KeyObject | undefined {
  try {
    if (pem !== undefined) return createPrivateKey(pem);
    const jwk = JSON.parse(text) as Record<string, string>;
    return createPrivateKey({ key: jwk, format: 'jwk' });
  } catch {
    // A damaged key has no other forms.
    return undefined;
  }
}

function listOtherForms(key: KeyObject | undefined): string[] {
  if (key === undefined) return [];
  const pem = key.export({ type: 'pkcs8', format: 'pem' }).toString();
  try {
    const jwk = key.export({ format: 'jwk' }) as Record<string, string | undefined>;
    // The first line of a PKCS#8 says little more than the type of the key.
    return [...listPemLines(pem).slice(1), ...privateMembers.map((member) => jwk[member] ?? '')];
  } catch {
    return listPemLines(pem).slice(1);
  }
}

function listParameters(input: string): Secret[] {
  const pairs = input.trimStart().startsWith('{')
    ? readMembers(input)
    : input.split(/\r?\n/).map((line) => /^([^=]*)=(.*)$/.exec(line)?.slice(1) ?? []);
  return pairs
    .filter(([name = '', value = '']) => isSecretName(name.trim()) && value.length >= 8)
    .flatMap(([name = '', value = '']) => listForms(`the parameter ${name}`, value));
}

function listHeaders(input: string): Secret[] {
  return input.split(/\r?\n/).flatMap((line) => {
    const [, name = '', value = ''] = /^\s*([^:\s]+)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
    const secret = readSecretHeader([name, value]) ?? '';
    if (secret.length < 8) return [];
    const [, password = ''] =
      /^[^:]*:(.*)$/s.exec(/^Basic /i.test(value) ? atob(secret) : '') ?? [];
    return [
      { what: `the header ${name}`, value: secret, masked: true },
      ...listForms(`the password in the header ${name}`, password),
    ];
  });
}

/** The values as they are written in the URL, as they are sent, and decoded. */
function listQuery(input: string, url: string): Secret[] {
  const what = `a secret in the query of ${input}`;
  const sent = URL.canParse(url) ? new URL(url).href : '';
  return [
    ...listValues(url).flatMap((value) => [
      { what: `${what} as it is written`, value, masked: true },
      ...listForms(what, unescapePercent(value.replaceAll('+', ' '))),
    ]),
    ...listValues(sent).map((value) => ({ what: `${what} as it is sent`, value, masked: true })),
  ];
}

/** The values of secret names in the query of a URL. */
function listValues(url: string): string[] {
  const [, query = ''] = url.split('#')[0]?.split('?') ?? [];
  return query
    .split('&')
    .map((pair) => pair.split('=') as [string, string?])
    .filter(([name, value = '']) => isSecretName(name) && value.length >= 8)
    .map(([, value = '']) => value);
}

function listProxySecrets(environment: Values): Secret[] {
  return Object.entries(environment)
    .filter(([name]) => /^https?_proxy$/i.test(name))
    .flatMap(([name, value]) => {
      const [, user = '', password = ''] = /^(?:\w+:\/\/)?([^:@/]*):([^@/]*)@/.exec(value) ?? [];
      if (password === '') return [];
      const decoded = unescapePercent(password);
      const basic = Buffer.from(`${unescapePercent(user)}:${decoded}`).toString('base64');
      return [password, decoded, basic].map((secret) => ({
        what: `the password in ${name}`,
        value: secret,
        masked: true,
      }));
    });
}

function unescapePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The runner masks these itself. */
function listRunnerTokens(environment: Values): Secret[] {
  return ['ACTIONS_RUNTIME_TOKEN', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN'].map((name) => ({
    what: name,
    value: environment[name] ?? '',
    masked: false,
  }));
}
