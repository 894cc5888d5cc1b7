import type { CurlRequest } from '../curl/request.ts';
import { markPlaceholders } from '../secrets/placeholders.ts';
import { Refusal } from '../refusal.ts';
import { setBasicHeader, setUser } from './basic.ts';
import { isIdToken, setIdToken } from './id-token.ts';
import { readJwt } from '../formats/jwt.ts';
import type { Parameters } from './parameters.ts';
import type { Step } from './step.ts';
import { keepId, keepPlain, keepSecret, parameterPlace } from '../secrets/keep.ts';

/** Sets the inputs that say how the client authenticates. */
export function setAuthentication(step: Step, request: CurlRequest, parameters: Parameters): void {
  const header = readAuthorization(request);
  if (header !== undefined && request.user !== undefined) step.note({ code: 'dropped-user' });
  if (header !== undefined) setHeader(step, request, header);
  else if (request.user !== undefined) setUser(step, request.user);
  if (step.inputs.has('client-secret') || step.inputs.has('private-key-as')) {
    // A certificate does not change the method if the method is written.
    if (step.inputs.has('client-key')) step.set('client-auth-method', 'client_secret_basic');
    return;
  }
  setByParameters(step, parameters);
}

/** The header of that name replaces the one that other options would make. */
function readAuthorization({ headers, bearer }: CurlRequest): string | undefined {
  const written = headers.findLast(([name]) => name.toLowerCase() === 'authorization')?.[1];
  return written ?? (bearer === undefined ? undefined : `Bearer ${bearer}`);
}

function setHeader(step: Step, request: CurlRequest, header: string): void {
  const [, scheme = '', credentials = ''] = /^([A-Za-z][\w-]{0,20})\s+([^]+)$/.exec(header) ?? [];
  switch (scheme.toLowerCase()) {
    case 'basic':
      setBasicHeader(step, credentials.trim());
      return;
    case 'bearer':
      setBearer(step, request, credentials.trim());
      return;
    case 'digest':
    case 'ntlm':
    case 'negotiate':
      throw new Refusal({ code: 'challenge-authentication' });
    default:
      if (/^(signature|hmac|aws4-hmac)/i.test(scheme) || /\bsignature=/i.test(credentials)) {
        throw new Refusal({ code: 'signed-request' });
      }
      setScheme(step, scheme, scheme === '' ? header : credentials.trim());
  }
}

const installations = 'https://api.github.com/app/installations/';

function setBearer(step: Step, request: CurlRequest, token: string): void {
  if (isIdToken(step.slots, token, 'usual')) {
    setIdToken(step, 'bearer', token);
    return;
  }
  if (request.address.base.startsWith(installations)) {
    setInstallation(step);
    return;
  }
  const slot = step.slots.getWhole(markPlaceholders(token, step.slots));
  if (readJwt(token) !== undefined || /jwt/i.test(slot?.text ?? ''))
    step.note({ code: 'bearer-jwt' });
  const place = { field: 'bearer_token', what: 'the token behind Authorization: Bearer' };
  step.addHeader('Authorization', `Bearer ${keepSecret(step.slots, place, token)}`);
}

/**
 * The JWT of a GitHub App, which the action signs itself.
 *
 * @see https://docs.github.com/rest/apps/apps#create-an-installation-access-token-for-an-app
 */
function setInstallation(step: Step): void {
  setPrivateKey(step, 'the private key of the GitHub App');
  step.set('private-key-as', 'bearer');
  step.set(
    'client-id',
    keepId(step.slots, { field: 'client_id', what: 'the client ID of the GitHub App' }, ''),
  );
  step.set('response-fields', 'access_token=token');
}

/** A scheme of the provider, or a value without a scheme. */
function setScheme(step: Step, scheme: string, value: string): void {
  const place = { field: 'authorization', what: 'the value of the header Authorization' };
  const kept = keepSecret(step.slots, place, value);
  step.addHeader('Authorization', scheme === '' ? kept : `${scheme} ${kept}`);
}

function setByParameters(step: Step, parameters: Parameters): void {
  const method = parameters.peek('client_assertion_type');
  const assertion = parameters.peek('client_assertion');
  if (assertion !== undefined && method?.includes('saml') !== true) {
    setAssertion(step, parameters, assertion);
    return;
  }
  const [id, secret] = [parameters.peek('client_id'), parameters.peek('client_secret')];
  if (id !== undefined && secret !== undefined) {
    setId(step, parameters);
    parameters.take('client_secret');
    step.set('client-secret', keepSecret(step.slots, parameterPlace('client_secret'), secret));
    step.set('client-auth-method', 'client_secret_post');
    return;
  }
  if (id !== undefined && !parameters.isFixed('client_id')) setId(step, parameters);
  const showsCertificate = step.inputs.has('client-key') && step.inputs.has('client-id');
  const isSaid = step.inputs.has('id-token-as') || showsCertificate;
  if (!isSaid) step.set('client-auth-method', 'none');
}

function setId(step: Step, parameters: Parameters): void {
  const id = parameters.take('client_id');
  if (id !== undefined) step.set('client-id', keepId(step.slots, parameterPlace('client_id'), id));
}

/** A signed JWT is valid for minutes, so the step signs its own. */
function setAssertion(step: Step, parameters: Parameters, assertion: string): void {
  parameters.take('client_assertion');
  parameters.take('client_assertion_type');
  setId(step, parameters);
  if (isIdToken(step.slots, assertion, 'usual')) {
    setIdToken(step, 'client_assertion', assertion);
    return;
  }
  const jwt = readJwt(assertion);
  if (!step.inputs.has('client-id')) setIssuer(step, jwt?.claims['iss'] ?? jwt?.claims['sub']);
  if (/^HS\d/.test(jwt?.header['alg'] ?? '')) {
    setSecretJwt(step, jwt?.header['alg']);
    return;
  }
  step.note({ code: 'client-assertion' });
  setPrivateKey(step, 'the private key that signs client_assertion');
  if (step.inputs.has('client-key')) step.set('client-auth-method', 'private_key_jwt');
  setSigning(step, assertion);
}

function setSecretJwt(step: Step, algorithm: string | undefined): void {
  step.note({ code: 'secret-jwt' });
  const place = { field: 'client_secret', what: 'the secret that signs client_assertion' };
  step.set('client-secret', keepSecret(step.slots, place, ''));
  step.set('client-auth-method', 'client_secret_jwt');
  if (algorithm === 'HS384' || algorithm === 'HS512') step.set('signing-algorithm', algorithm);
}

/** Sets the client's id from a JWT. If the JWT is a placeholder, the id must be filled in. */
export function setIssuer(step: Step, issuer: string | undefined): void {
  const what = issuer === undefined ? 'the id of the client' : 'the claim iss or sub of the JWT';
  step.set('client-id', keepId(step.slots, { field: 'client_id', what }, issuer ?? ''));
  step.note({ code: 'added-client-id' });
}

/** Sets the key that signs, which is not in the command. */
export function setPrivateKey(step: Step, what: string): void {
  step.set('private-key', keepSecret(step.slots, { field: 'private_key', what }, ''));
}

/** Sets what the JWT of the command shows about its signature and its audience. */
export function setSigning(step: Step, assertion: string): void {
  const jwt = readJwt(assertion);
  const algorithm = jwt?.header['alg'] ?? '';
  if (/^(RS384|RS512|PS256|PS384|PS512)$/.test(algorithm)) step.set('signing-algorithm', algorithm);
  const keyId = jwt?.header['kid'];
  if (keyId !== undefined) {
    const place = { field: 'private_key_id', what: 'the kid in the header of the JWT' };
    step.set('private-key-id', keepId(step.slots, place, keyId));
  }
  const audience = jwt?.claims['aud'];
  if (audience !== undefined && audience !== '') {
    const place = { field: 'audience', what: 'the claim aud of the JWT' };
    step.set('assertion-audience', keepAudience(step, place, audience));
  }
}

function keepAudience(
  { slots }: Step,
  place: { readonly field: string; readonly what: string },
  audience: string,
): string {
  return /^https:\/\/[\w./:-]+$/.test(audience)
    ? keepPlain(slots, place, audience)
    : keepId(slots, place, audience);
}
