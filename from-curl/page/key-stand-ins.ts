import type { KeyStandIns } from '../checks/check.ts';
import type { StepInput } from '../step/step.ts';

/** Texts in the form of keys and certificates. The replacement for node:crypto accepts them. */
export function makeKeyStandIns(inputs: ReadonlyMap<StepInput, string>): KeyStandIns {
  const certificate = writePem('CERTIFICATE', 'certificate');
  const key = writePem('PRIVATE KEY', 'ec');
  const isRsa = /^[RP]S/.test(inputs.get('signing-algorithm') ?? '');
  return {
    'private-key': isRsa ? writePem('PRIVATE KEY', 'rsa') : key,
    // A key without its own certificate is one file with both.
    'client-key': inputs.has('client-certificate') ? key : `${key}${certificate}`,
    'client-certificate': certificate,
    'ca-certificate': certificate,
  };
}

function writePem(label: string, content: string): string {
  return `-----BEGIN ${label}-----\n${btoa(content)}\n-----END ${label}-----\n`;
}
