import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { createAuthority } from '../../../test/support/making/certificates.ts';
import fc from '../../../test/support/making/fast-check.ts';
import { readWith } from '../../../test/support/making/inputs.ts';
import { createSampleKeys } from '../../../test/support/making/signing-keys.ts';
import { anyInput, writeInput } from '../../../test/support/tables/damaged-keys.ts';
import { offersClientKey, readTlsCredentials, showsCertificate } from './tls-credentials.ts';

const samples = createSampleKeys();
const authority = await createAuthority();
const own = await authority.issue({ names: [], client: true });

const read = (given: Readonly<Record<string, string>>): ReturnType<typeof readWith> =>
  readWith((reader) => readTlsCredentials(reader, undefined, Date.now()), given);

describe('whatever is given for a certificate and its key', () => {
  const texts = fc.oneof(
    anyInput(samples).map((input) => writeInput(samples, input)),
    fc.constantFrom(own.certificate, own.key, own.certificate + own.key, authority.certificate),
  );
  const joined = fc.array(texts, { maxLength: 2 }).map((all) => all.join('\n'));
  const encoded = fc.tuple(joined, fc.boolean()).map(([text, isEncoded]) => {
    return isEncoded ? Buffer.from(text).toString('base64') : text;
  });

  test('is a certificate with its key, or a problem that quotes nothing', () => {
    fc.assert(
      fc.property(encoded, encoded, (certificate, key) => {
        const given = { 'client-certificate': certificate, 'client-key': key };
        const { problems } = read(given);
        const said = problems.join('\n');
        const runs = `${certificate}\n${key}`.match(/[A-Za-z0-9+/]{24,}/g) ?? [];
        assert.ok(!runs.some((run) => said.includes(run)), said);
        for (const problem of problems) assert.match(problem, /^client-(?:certificate|key)[: ]/);
      }),
      { numRuns: 200 },
    );
  });

  test('is shown if and only if both are there and belong together', () => {
    const base64 = Buffer.from(own.certificate + own.key).toString('base64');
    const rows: readonly [certificate: string, key: string, isShown: boolean][] = [
      [own.certificate, own.key, true],
      [base64, '', true],
      ['', base64, true],
      [own.certificate, '', false],
      ['', own.key, false],
      ['', '', false],
    ];
    for (const [certificate, key, isShown] of rows) {
      const given = { 'client-certificate': certificate, 'client-key': key };
      const { value } = readWith((reader) => {
        const credentials = readTlsCredentials(reader, undefined, Date.now());
        return [showsCertificate(credentials), offersClientKey(reader)];
      }, given);
      assert.deepEqual(value, [isShown, isShown || key !== ''], JSON.stringify(given));
    }
  });
});
