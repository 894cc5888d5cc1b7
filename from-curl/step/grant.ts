import { Refusal } from '../refusal.ts';
import { markPlaceholders } from '../secrets/placeholders.ts';
import { looksRandom } from '../secrets/sensitivity.ts';
import { setIssuer, setPrivateKey, setSigning } from './authentication.ts';
import { isIdToken, setIdToken } from './id-token.ts';
import { readJwt } from '../formats/jwt.ts';
import type { Parameters } from './parameters.ts';
import type { Step } from './step.ts';
import { keepByName, keepSecret, parameterPlace } from '../secrets/keep.ts';

const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
const deviceCode = 'urn:ietf:params:oauth:grant-type:device_code';

/** Sets the inputs that say what is requested: the grant and its token or assertion, scopes, audience, resource. */
export function setGrant(step: Step, parameters: Parameters): void {
  const grant = parameters.take('grant_type');
  // Without a grant, or with one under another name, an ID token replaces all other credentials.
  setIdTokenParameter(step, parameters, grant === undefined ? 'usual' : 'certain');
  setGrantType(step, parameters, grant);
  setScopes(step, parameters);
  setAudience(step, parameters);
  setResource(step, parameters);
}

function setGrantType(step: Step, parameters: Parameters, grant: string | undefined): void {
  // With these, a grant is sent only if it is written.
  const impliesNone =
    /^(bearer|parameter)$/.test(step.inputs.get('id-token-as') ?? '') ||
    step.inputs.get('private-key-as') === 'bearer';
  switch (grant) {
    case undefined:
      if (impliesNone) return;
      step.set('grant-type', 'none');
      step.note({ code: 'no-grant' });
      return;
    case 'client_credentials':
      if (impliesNone) step.set('grant-type', grant);
      return;
    case 'refresh_token':
      setRefreshToken(step, parameters);
      return;
    case jwtBearer:
    case 'jwt-bearer':
      setAssertionGrant(step, parameters);
      return;
    case tokenExchange:
      setTokenExchange(step, parameters);
      return;
    case 'authorization_code':
      throw new Refusal({ code: 'browser-login', grant });
    case deviceCode:
      throw new Refusal({ code: 'browser-login', grant: 'device_code' });
    default:
      step.set('grant-type', keepByName(step.slots, parameterPlace('grant_type'), grant));
  }
}

function setRefreshToken(step: Step, parameters: Parameters): void {
  const token = parameters.take('refresh_token');
  if (token === undefined) step.note({ code: 'added-refresh-token' });
  const kept = keepSecret(step.slots, parameterPlace('refresh_token'), token ?? '');
  step.set('refresh-token', kept);
}

function setAssertionGrant(step: Step, parameters: Parameters): void {
  const assertion = parameters.take('assertion');
  if (assertion !== undefined && isIdToken(step.slots, assertion, 'usual')) {
    setIdToken(step, 'assertion', assertion);
    dropMethodNone(step);
    return;
  }
  step.note({ code: 'assertion' });
  setPrivateKey(step, 'the private key that signs the assertion');
  step.set('private-key-as', 'assertion');
  // With a secret and a key, the action needs to know which of them authenticates the client.
  const isByBasic = step.inputs.has('client-secret') && !step.inputs.has('client-auth-method');
  if (isByBasic) step.set('client-auth-method', 'client_secret_basic');
  dropMethodNone(step);
  if (assertion !== undefined) setSigning(step, assertion);
  const claims = readJwt(assertion ?? '')?.claims ?? {};
  if (!step.inputs.has('client-id')) setIssuer(step, claims['iss']);
  setClaims(step, claims);
}

/** Claims that the action does not make itself. */
function setClaims(step: Step, claims: Readonly<Record<string, string>>): void {
  const lines = Object.entries(claims)
    .filter(([name, value]) => !/^(iss|aud|iat|exp|nbf|jti)$/.test(name) && !/[\r\n]/.test(value))
    .filter(([name]) => /^[\w.:/-]{1,60}$/.test(name) && !looksRandom(name))
    .filter(([name, value]) => name !== 'sub' || value !== claims['iss'])
    .map(([name, value]) => {
      const place = {
        field: name === 'sub' ? 'subject' : name,
        what: `the claim ${name} of the JWT`,
      };
      return `${name}=${keepByName(step.slots, place, value)}`;
    });
  if (lines.length > 0) step.set('assertion-claims', lines.join('\n'));
}

/** If a JWT is the grant and nothing else is given, the client has no other authentication. */
function dropMethodNone(step: Step): void {
  const isAlone = !step.inputs.has('client-id') && !step.inputs.has('headers');
  if (isAlone && step.inputs.get('client-auth-method') === 'none') {
    step.inputs.delete('client-auth-method');
  }
}

const usualType = 'urn:ietf:params:oauth:token-type:jwt';

function setTokenExchange(step: Step, parameters: Parameters): void {
  const token = parameters.peek('subject_token');
  if (token !== undefined && isIdToken(step.slots, token, 'usual')) {
    parameters.take('subject_token');
    setIdToken(step, 'subject_token', token);
    if (parameters.peek('subject_token_type') === usualType) parameters.take('subject_token_type');
    dropMethodNone(step);
    return;
  }
  step.note({ code: 'subject-token' });
  step.set('grant-type', 'token-exchange');
}

/** A provider's own parameter with GitHub's ID token. */
function setIdTokenParameter(
  step: Step,
  parameters: Parameters,
  certainty: 'usual' | 'certain',
): void {
  if (step.inputs.has('id-token-as')) return;
  const found = parameters.rest.find(
    ({ name, value }) =>
      !/^(subject_token|assertion|client_assertion)$/.test(name) &&
      value.kind === 'string' &&
      isIdToken(step.slots, value.text, certainty),
  );
  if (found === undefined || !/^[\w.-]+$/.test(found.name)) return;
  const token = parameters.take(found.name);
  if (token === undefined) return;
  setIdToken(step, 'parameter', token);
  step.set('id-token-parameter', found.name);
  if (step.inputs.get('client-auth-method') === 'none') step.inputs.delete('client-auth-method');
}

function setScopes(step: Step, parameters: Parameters): void {
  const scope = parameters.peek('scope');
  if (scope === undefined || parameters.isFixed('scope')) return;
  const isList =
    /^[^[\]"'\r\n]*\S[^[\]"'\r\n]*$/.test(scope) && !/(^|\s)-(\s|$)|,(\s|$)/.test(scope);
  if (!isList) return;
  parameters.take('scope');
  step.set(
    'scopes',
    keepByName(step.slots, parameterPlace('scope'), scope.trim().replace(/\s+/g, ' ')),
  );
}

function setAudience(step: Step, parameters: Parameters): void {
  if (parameters.isFixed('audience')) return;
  const audiences = parameters.takeAll('audience');
  const place = parameterPlace('audience');
  if (audiences.length === 0) return;
  if (audiences.some((one) => one === '' || /[\r\n]|^\s|\s$/.test(one))) {
    for (const one of audiences) parameters.put('audience', one);
    return;
  }
  step.set('audience', audiences.map((one) => keepByName(step.slots, place, one)).join('\n'));
}

/** RFC 8707 requires a URI. Other values that some servers require go through `parameters`. */
function setResource(step: Step, parameters: Parameters): void {
  if (parameters.isFixed('resource')) return;
  const resources = parameters.takeAll('resource');
  if (resources.length === 0) return;
  const place = parameterPlace('resource');
  if (!resources.every((one) => isUri(markPlaceholders(one, step.slots)))) {
    for (const one of resources) parameters.put('resource', one);
    return;
  }
  step.set('resource', resources.map((one) => keepByName(step.slots, place, one)).join('\n'));
}

function isUri(text: string): boolean {
  return /^[a-z][a-z\d+.-]*:[^\s#]+$/i.test(text);
}
