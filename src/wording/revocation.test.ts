import assert from 'node:assert/strict';
import { test } from 'node:test';

import { explain } from '../../test/support/tables/wording.ts';
import { NoRevocationEndpointError } from '../failures/errors.ts';

test('a job whose token cannot be revoked learns it before there is one', () => {
  assert.deepEqual(explain(new NoRevocationEndpointError('https://login.example.com/realms/ci')), {
    title: 'no revocation endpoint',
    message:
      'revoke: true is not possible: the metadata of login.example.com has no revocation endpoint. Set revocation-url, or remove revoke. No token was requested.',
  });
});
