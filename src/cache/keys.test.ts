import assert from 'node:assert/strict';
import { createHash, createHmac, scryptSync } from 'node:crypto';
import { describe, test } from 'node:test';

import fc from '../../test/support/making/fast-check.ts';
import {
  type CacheKeys,
  canSeal,
  type Credential,
  deriveKeys,
  isEntryName,
  makeFallbackPrefix,
  makeName,
  makeNamePrefix,
  makeNameUnique,
} from './keys.ts';

const identity = '{"formatVersion":2,"tokenUrl":"https://login.example.com/token"}';

const encryptionKey: Credential = {
  label: 'cache-encryption-key',
  bytes: Buffer.from('an encryption key of 32 bytes...'),
};
const clientSecret: Credential = { label: 'client-secret', bytes: Buffer.from('a client secret') };

const privateKey: Credential = {
  label: 'private-key',
  bytes: Buffer.from('the DER of a private key'),
};

/** Which kind it is, its length, and its bytes. */
function writeCredential({ label, bytes }: Credential): Buffer[] {
  const kinds = ['cache-encryption-key', 'client-secret', 'private-key', 'client-key'];
  return [Buffer.of(kinds.indexOf(label) + 1, 0, 0, 0, bytes.length), bytes];
}

/** 2026-01-31T12:00:00Z, where a slot begins. */
const slotStart = Date.UTC(2026, 0, 31, 12);
const slotLength = 300_000;

/** Derived once, because it takes long. */
const keys = await deriveKeys([encryptionKey, clientSecret], identity);

/** Keys that nobody derived, for tests that only look at names. */
const someKeys = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes): CacheKeys => ({
  naming: Buffer.from(bytes),
  sealing: Buffer.alloc(32),
  lease: Buffer.alloc(32),
}));

const times = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) });

describe('the keys', () => {
  // Computed with hashlib.scrypt and hmac of Python.
  test('of known credentials are these', () => {
    assert.deepEqual(
      {
        naming: keys.naming.toString('hex'),
        sealing: keys.sealing.toString('hex'),
        lease: keys.lease.toString('hex'),
      },
      {
        naming: '53d1efc0c4b0afd6d2f2a1c0f47eefea6a7ef727467c1b6886d67c2fbec9a81b',
        sealing: 'b080f3617beaa3225fb3a35b152a417d5fc96467fcf3a0670c9b929904d0740a',
        lease: '660033d719891199fcfed74e99454efaf9f7003020bc214c819b5ee96616d30d',
      },
    );
  });

  // Computed with hmac of Python.
  test('of a known private key together with a client secret are these', async () => {
    const made = await deriveKeys([privateKey, clientSecret], identity);
    assert.equal(
      makeName(made, slotStart),
      'oauth2-token-v2-15faa0c3b752e7da576308d37f1a1609-08cccdcb741d51da',
    );
    assert.deepEqual(
      [made.naming.toString('hex'), made.sealing.toString('hex'), made.lease.toString('hex')],
      [
        '8c2f193d3bff7f9924b0c29c7d4b51cdc24a961494918ad022f9e435540daa17',
        '558340458ba27d5b2656da2e02ff653342d19d8d0da0fd7650c1ef13f97dcebe',
        '41a383f6900d312c4d963f72015b3c44ad384fc735118dc3ac1cd9ada018f106',
      ],
    );
  });

  const clientKey: Credential = { ...privateKey, label: 'client-key' };
  const sets: readonly (readonly [credentials: Credential[], isStretched: boolean])[] = [
    [[clientSecret], true],
    [[encryptionKey], true],
    [[encryptionKey, clientSecret], true],
    [[privateKey], false],
    [[clientKey], false],
    [[encryptionKey, clientSecret, privateKey, clientKey], false],
  ];
  for (const [credentials, isStretched] of sets) {
    const labels = credentials.map(({ label }) => label).join(', ');
    test(`are ${isStretched ? 'stretched by scrypt' : 'HKDF only'} for ${labels}`, async () => {
      const made = await deriveKeys(credentials, identity);
      const material = Buffer.concat(credentials.flatMap(writeCredential));
      const salt = createHash('sha256').update(identity).digest();
      const expand = (key: Buffer, purpose: string, by = Buffer.alloc(32)): Buffer =>
        createHmac('sha256', createHmac('sha256', by).update(key).digest())
          .update(`oauth2-token v2 ${purpose}\x01`)
          .digest();
      const root = isStretched
        ? scryptSync(material, salt, 32, {
            cost: 32_768,
            blockSize: 8,
            parallelization: 1,
            maxmem: 67_108_864,
          })
        : expand(material, 'root', salt);
      assert.deepEqual(made, {
        naming: expand(root, 'name'),
        sealing: expand(root, 'seal'),
        lease: expand(root, 'lease'),
      });
    });
  }

  test('do not depend on the order of the credentials', async () => {
    assert.deepEqual(await deriveKeys([clientSecret, encryptionKey], identity), keys);
  });

  test('leave the list of credentials as it was', async () => {
    const credentials = Object.freeze([clientSecret, encryptionKey]);
    await deriveKeys(credentials, identity);
    assert.deepEqual(credentials, [clientSecret, encryptionKey]);
  });

  const others: readonly (readonly [what: string, credentials: Credential[], identity: string])[] =
    [
      ['another identity', [encryptionKey, clientSecret], `${identity} `],
      [
        'another secret',
        [encryptionKey, { ...clientSecret, bytes: Buffer.from('a client secreT') }],
        identity,
      ],
      [
        'the same secret with another label',
        [encryptionKey, { ...clientSecret, label: 'private-key' }],
        identity,
      ],
      ['one credential less', [encryptionKey], identity],
      [
        'one credential more, if an empty one',
        [encryptionKey, clientSecret, { label: 'client-key', bytes: Buffer.alloc(0) }],
        identity,
      ],
      [
        'a boundary elsewhere',
        [
          { ...encryptionKey, bytes: Buffer.concat([encryptionKey.bytes, Buffer.from('a')]) },
          { ...clientSecret, bytes: clientSecret.bytes.subarray(1) },
        ],
        identity,
      ],
    ];
  for (const [what, credentials, text] of others) {
    test(`are others for ${what}`, async () => {
      const made = await deriveKeys(credentials, text);
      assert.notDeepEqual(made.naming, keys.naming);
      assert.notDeepEqual(made.sealing, keys.sealing);
    });
  }
});

describe('canSeal', () => {
  const sizes: readonly (readonly [sizes: number[], expected: boolean])[] = [
    [[], false],
    [[0], false],
    [[15], false],
    [[16], true],
    [[17], true],
    [[15, 15], false],
    [[15, 16], true],
    [[16, 15], true],
  ];
  for (const [list, expected] of sizes) {
    test(`is ${expected} for secrets of [${list.join(', ')}] bytes`, () => {
      const credentials = list.map((size): Credential => {
        return { label: 'client-secret', bytes: Buffer.alloc(size, 'x') };
      });
      assert.equal(canSeal(credentials), expected);
    });
  }

  test('counts bytes, not characters', () => {
    assert.equal(canSeal([{ label: 'client-secret', bytes: Buffer.from('€'.repeat(6)) }]), true);
  });
});

describe('the name of an entry', () => {
  // Computed with hmac of Python.
  test('for known keys and a known expiry is this', () => {
    const name = 'oauth2-token-v2-4300bb87fb7d624a12497119ff43b54b-7aac95ca8b30ecd5';
    assert.equal(makeName(keys, slotStart), name);
  });

  test('begins with the prefix, and has the form of names', () => {
    fc.assert(
      fc.property(someKeys, times, (some, expiresAt) => {
        const prefix = makeNamePrefix(some);
        const name = makeName(some, expiresAt);
        assert.match(prefix, /^oauth2-token-v2-[0-9a-f]{32}-$/);
        assert.equal(name.slice(0, prefix.length), prefix);
        assert.match(name.slice(prefix.length), /^[0-9a-f]{16}$/);
        assert.ok(isEntryName(name, prefix));
      }),
    );
  });

  test('is the same for every expiry of one slot', () => {
    assert.equal(makeName(keys, slotStart + slotLength - 1), makeName(keys, slotStart));
  });

  test('is another one a millisecond before a slot, and at its end', () => {
    const name = makeName(keys, slotStart);
    assert.notEqual(makeName(keys, slotStart - 1), name);
    assert.notEqual(makeName(keys, slotStart + slotLength), name);
  });

  test('is equal exactly if two expiries are in the same five minutes', () => {
    const slots = fc.integer({ min: 0, max: 10 * slotLength });
    fc.assert(
      fc.property(slots, slots, (one, other) => {
        const same = Math.floor(one / slotLength) === Math.floor(other / slotLength);
        assert.equal(makeName(keys, one) === makeName(keys, other), same);
      }),
    );
  });

  test('shows nothing that two identities have in common, and not the expiry', () => {
    fc.assert(
      fc.property(someKeys, someKeys, times, (one, other, expiresAt) => {
        fc.pre(!one.naming.equals(other.naming));
        const [, , , ...parts] = makeName(one, expiresAt).split('-');
        const [, , , ...otherParts] = makeName(other, expiresAt).split('-');
        assert.equal(parts.length, 2);
        assert.ok(parts.every((part) => !otherParts.includes(part)));
      }),
    );
  });

  test('does not come from the key that encrypts', () => {
    const name = makeName(keys, slotStart);
    assert.equal(makeName({ ...keys, sealing: Buffer.alloc(32) }, slotStart), name);
  });

  test('becomes unique by eight random hex digits', () => {
    const prefix = makeNamePrefix(keys);
    const name = makeName(keys, slotStart);
    const unique = makeNameUnique(name, Buffer.from('00c0ffee99', 'hex'));
    assert.equal(unique, `${name}-00c0ffee`);
    assert.ok(isEntryName(unique, prefix));
  });
});

describe('the fallback prefix', () => {
  test('is an HMAC of the five minutes in which it is made', () => {
    const digest = createHmac('sha256', keys.naming).update('id|5899536').digest('hex');
    assert.equal(makeFallbackPrefix(keys, slotStart), `oauth2-token-v2-${digest.slice(0, 32)}-`);
  });

  test('is the same for five minutes, and another one before and after', () => {
    const prefix = makeFallbackPrefix(keys, slotStart);
    assert.equal(makeFallbackPrefix(keys, slotStart + slotLength - 1), prefix);
    assert.notEqual(makeFallbackPrefix(keys, slotStart - 1), prefix);
    assert.notEqual(makeFallbackPrefix(keys, slotStart + slotLength), prefix);
  });

  test('gives names that are entries of it, and not of the usual one', () => {
    fc.assert(
      fc.property(someKeys, times, times, (some, now, expiresAt) => {
        const prefix = makeFallbackPrefix(some, now);
        const name = makeName(some, expiresAt, prefix);
        assert.match(prefix, /^oauth2-token-v2-[0-9a-f]{32}-$/);
        assert.ok(isEntryName(name, prefix));
        assert.equal(isEntryName(name, makeNamePrefix(some)), false);
      }),
    );
  });
});

describe('isEntryName', () => {
  const prefix = 'oauth2-token-v2-0123456789abcdef0123456789abcdef-';
  const names: readonly (readonly [name: string, expected: boolean])[] = [
    [`${prefix}0123456789abcdef`, true],
    [`${prefix}0123456789abcdef-89abcdef`, true],
    [prefix, false],
    ['', false],
    [`${prefix}0123456789abcde`, false],
    [`${prefix}0123456789abcdef0`, false],
    [`${prefix}0123456789ABCDEF`, false],
    [`${prefix}0123456789abcdeg`, false],
    [`${prefix}0123456789abcdef-`, false],
    [`${prefix}0123456789abcdef-89abcde`, false],
    [`${prefix}0123456789abcdef-89abcdef0`, false],
    [`${prefix}0123456789abcdef-89abcdef-89abcdef`, false],
    [`${prefix}0123456789abcdef\n`, false],
    [`${prefix}0123456789abcdef `, false],
    [` ${prefix}0123456789abcdef`, false],
    [`x${prefix}0123456789abcdef`, false],
    [`${prefix}${prefix}0123456789abcdef`, false],
    [prefix.replace('0123', '3210') + '0123456789abcdef', false],
    [prefix.replace('v2', 'v1') + '0123456789abcdef', false],
    [prefix.replace('oauth2-token', 'oauth2-lease') + '0123456789abcdef', false],
    [`${prefix.toUpperCase()}0123456789abcdef`, false],
    ['0123456789abcdef', false],
  ];
  for (const [name, expected] of names) {
    test(`is ${expected} for ${JSON.stringify(name)}`, () => {
      assert.equal(isEntryName(name, prefix), expected);
    });
  }
});
