import type { CurlArguments } from '../curl/arguments.ts';
import { lastOf } from '../curl/request.ts';
import { keepId, keepSecret } from '../secrets/keep.ts';
import type { Step } from './step.ts';

/** Sets the inputs for certificates and keys; the files themselves become secrets and variables. */
export function setCertificates(step: Step, args: CurlArguments): void {
  const [certificate, key, authority] = [
    lastOf(args, 'cert'),
    lastOf(args, 'key'),
    lastOf(args, 'cacert'),
  ];
  if (authority !== undefined) setFile(step, 'ca-certificate', 'the certificates of --cacert');
  if (certificate === undefined && key === undefined) return;
  const type = lastOf(args, 'cert-type') ?? '';
  if (/^p12$/i.test(type) || /\.(p12|pfx)(:|$)/i.test(certificate ?? ''))
    step.note({ code: 'pkcs12' });
  else if (key === undefined) step.note({ code: 'certificate-alone' });
  else step.note({ code: 'certificate' });
  // A colon in a Windows path comes after the letter of the drive.
  const hasPassword = /[^\\]{2}:/.test(certificate ?? '') || lastOf(args, 'pass') !== undefined;
  if (hasPassword) step.note({ code: 'key-password' });
  const isPair = certificate !== undefined && key !== undefined;
  if (isPair) setFile(step, 'client-certificate', 'the certificate of --cert, with its chain');
  const what = isPair ? 'the private key of --key' : 'the certificate and the private key, in PEM';
  setFile(step, 'client-key', what);
}

function setFile(
  step: Step,
  input: 'ca-certificate' | 'client-certificate' | 'client-key',
  what: string,
): void {
  const keep = input === 'client-key' ? keepSecret : keepId;
  step.set(input, keep(step.slots, { field: input, what }, ''));
}
