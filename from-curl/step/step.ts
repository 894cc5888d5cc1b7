import type { Note } from '../notes.ts';
import type { Slots } from '../secrets/slots.ts';

/** The inputs that a command can be converted to, in the order in which they are written. */
export const stepInputs = [
  'token-url',
  'request-method',
  'body-format',
  'grant-type',
  'client-id',
  'client-secret',
  'client-auth-method',
  'client-secret-encoding',
  'private-key',
  'private-key-id',
  'signing-algorithm',
  'private-key-as',
  'assertion-audience',
  'assertion-claims',
  'client-certificate',
  'client-key',
  'ca-certificate',
  'id-token-as',
  'id-token-parameter',
  'id-token-audience',
  'refresh-token',
  'scopes',
  'audience',
  'resource',
  'parameters',
  'headers',
  'response-fields',
  'default-expires-in',
  'allow-http',
  'timeout',
  'total-timeout',
  'retry-max-attempts',
  'retry-on',
] as const;

export type StepInput = (typeof stepInputs)[number];

/** A step that is being built: its inputs, with slots for secrets and variables, and its notes. */
export class Step {
  readonly slots: Slots;
  readonly inputs = new Map<StepInput, string>();
  readonly notes: Note[] = [];

  constructor(slots: Slots) {
    this.slots = slots;
  }

  set(name: StepInput, value: string): void {
    this.inputs.set(name, value);
  }

  /** Adds a line to the input `headers`. */
  addHeader(name: string, value: string): void {
    const lines = this.inputs.get('headers');
    this.set('headers', `${lines === undefined ? '' : `${lines}\n`}${name}: ${value}`);
  }

  note(note: Note): void {
    const isKnown = this.notes.some((one) => JSON.stringify(one) === JSON.stringify(note));
    if (!isKnown) this.notes.push(note);
  }
}
