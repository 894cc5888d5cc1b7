/** Writes a request of the catalog as the inputs of a step. */
import type { CatalogRequest } from './nango.ts';

/** The inputs of a step. */
export type StepInputs = Record<string, string>;

/** Writes the inputs that should make the same request and find the token in its response. */
export function writeStep(request: CatalogRequest, key: string): StepInputs {
  const { parameters, headers, jwt } = request;
  const rest = { ...parameters };
  const inputs: StepInputs = {
    'token-url': request.url,
    ...(request.method === 'POST' ? {} : { 'request-method': request.method }),
    ...(request.bodyFormat === 'json' ? { 'body-format': 'json' } : {}),
    ...takeJwt(rest, jwt, headers, key),
    ...takeClient(rest, request),
    ...takeGrant(rest, request),
    ...writeResponse(request),
  };
  if (Object.keys(rest).length > 0) inputs['parameters'] = JSON.stringify(rest);
  const further = Object.entries(headers).filter(([name, value]) => isFurther(name, value, inputs));
  if (further.length > 0) inputs['headers'] = further.map((pair) => pair.join(': ')).join('\n');
  return inputs;
}

/** A signed JWT authenticates the client, is the grant, or is a bearer token. */
function takeJwt(
  rest: Record<string, unknown>,
  jwt: CatalogRequest['jwt'],
  headers: CatalogRequest['headers'],
  key: string,
): StepInputs {
  if (jwt === undefined) return {};
  const { iss, sub, aud, ...others } = jwt;
  // The action makes its own.
  const claims = Object.fromEntries(Object.entries(others).filter(([name]) => name !== 'jti'));
  const owner = typeof iss === 'string' ? iss : 'owner';
  const inputs: StepInputs = {
    'private-key': key,
    'client-id': owner,
    ...(typeof aud === 'string' ? { 'assertion-audience': aud } : {}),
  };
  const further = { ...(sub === undefined || sub === owner ? {} : { sub }), ...claims };
  if (Object.keys(further).length > 0) inputs['assertion-claims'] = JSON.stringify(further);
  if (rest['client_assertion'] !== undefined) {
    delete rest['client_assertion'];
    delete rest['client_assertion_type'];
    delete rest['client_id'];
    return inputs;
  }
  if (rest['assertion'] !== undefined) {
    delete rest['assertion'];
    return { ...inputs, 'private-key-as': 'assertion' };
  }
  return (headers['authorization'] ?? '').startsWith('Bearer')
    ? { ...inputs, 'private-key-as': 'bearer' }
    : inputs;
}

function takeClient(
  rest: Record<string, unknown>,
  { client, headers, jwt }: CatalogRequest,
): StepInputs {
  const basic = /^Basic (.*)$/.exec(headers['authorization'] ?? '')?.[1];
  if (client !== undefined) {
    return {
      'client-id': client.id,
      'client-secret': client.secret,
      ...(client.as === 'post' ? { 'client-auth-method': 'client_secret_post' } : {}),
    };
  }
  if (basic !== undefined) {
    const [id = '', ...secret] = Buffer.from(basic, 'base64').toString().split(':');
    return { 'client-id': id, 'client-secret': secret.join(':'), 'client-secret-encoding': 'raw' };
  }
  const { client_id: id, client_secret: secret } = rest;
  if (typeof id === 'string' && typeof secret === 'string') {
    delete rest['client_id'];
    delete rest['client_secret'];
    return { 'client-id': id, 'client-secret': secret, 'client-auth-method': 'client_secret_post' };
  }
  return jwt === undefined ? { 'client-auth-method': 'none' } : {};
}

function takeGrant(
  rest: Record<string, unknown>,
  { url, jwt, headers }: CatalogRequest,
): StepInputs {
  const { grant_type: grant, scope, audience, resource } = rest;
  const inQuery = new URL(url).searchParams.get('grant_type');
  const isImplied = jwt !== undefined && (headers['authorization'] ?? '').startsWith('Bearer');
  const inputs: StepInputs = {};
  if (typeof grant === 'string') inputs['grant-type'] = grant;
  else if (inQuery !== null) inputs['grant-type'] = inQuery;
  else if (!isImplied) inputs['grant-type'] = 'none';
  if (typeof scope === 'string') inputs['scopes'] = scope;
  if (typeof audience === 'string') inputs['audience'] = audience;
  if (typeof resource === 'string' && URL.canParse(resource)) inputs['resource'] = resource;
  if (inputs['resource'] !== undefined) delete rest['resource'];
  delete rest['grant_type'];
  delete rest['scope'];
  delete rest['audience'];
  return inputs;
}

function writeResponse({ tokenPath, expiry, fixedLifetime }: CatalogRequest): StepInputs {
  const fields: string[] = [];
  if (tokenPath !== 'access_token')
    fields.push(`access_token=${tokenPath === '' ? '.' : tokenPath}`);
  const standard = expiry?.kind === 'time' ? 'expires_at' : 'expires_in';
  if (expiry !== undefined && expiry.path !== standard) fields.push(`${standard}=${expiry.path}`);
  return {
    ...(fields.length === 0 ? {} : { 'response-fields': fields.join('\n') }),
    ...(fixedLifetime === undefined ? {} : { 'default-expires-in': String(fixedLifetime) }),
  };
}

/** Whether a header is not made by other inputs. */
function isFurther(name: string, value: string, inputs: StepInputs): boolean {
  if (name === 'content-type' || name === 'accept') return false;
  const isMade = inputs['client-secret'] !== undefined || inputs['private-key-as'] === 'bearer';
  return name !== 'authorization' || !isMade || !/^(Basic|Bearer) /.test(value);
}
