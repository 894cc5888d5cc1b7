import { type Members, readText } from '../json-object.ts';

/** The owner of a key file's key: the usual `iss` and `sub` of a JWT for this provider. */
export interface KeyOwner {
  readonly issuer: string;
  readonly subject: string | undefined;
}

/** What is read from a key file of a known form. */
export interface KeyFile {
  readonly pem?: string | undefined;
  readonly keyId?: string | undefined;
  readonly owner?: KeyOwner | undefined;
}

/**
 * Reads a key file. At Google, `sub` names the user for whom a service account acts, so the key file gives no `sub`.
 *
 * @see https://developers.google.com/identity/protocols/oauth2/service-account
 * @see https://zitadel.com/docs/apis/openidoauth/authn-methods
 */
export function readKeyFile(file: Members): KeyFile {
  switch (file['type']) {
    case 'service_account':
      return {
        pem: readText(file['private_key']),
        keyId: readText(file['private_key_id']),
        owner: ownedBy(file['client_email'], { isSubject: false }),
      };
    case 'serviceaccount':
      return readZitadelFile(file, 'userId');
    case 'application':
      return readZitadelFile(file, 'clientId');
    default:
      return {};
  }
}

function readZitadelFile(file: Members, owner: 'userId' | 'clientId'): KeyFile {
  return {
    pem: readText(file['key']),
    keyId: readText(file['keyId']),
    owner: ownedBy(file[owner], { isSubject: true }),
  };
}

function ownedBy(
  name: unknown,
  { isSubject }: { readonly isSubject: boolean },
): KeyOwner | undefined {
  const issuer = readText(name);
  return issuer === undefined ? undefined : { issuer, subject: isSubject ? issuer : undefined };
}
