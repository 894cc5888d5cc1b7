import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { checkInputs } from './checks/check.ts';
import { makeKeyStandIns } from './checks/keys.ts';
import { convertCurl } from './convert.ts';
import type { Refusal } from './refusal.ts';

const url = 'https://id.acme.example/token';

/** The inputs of the step that a command becomes, with `secrets.X` for `${{ secrets.X }}`. */
function convert(command: string): Record<string, string> {
  const inputs = [...convertCurl(command).inputs].map(([name, value]) => [
    name,
    value.replace(/\$\{\{ ((?:secrets|vars)\.\w+) \}\}/g, '«$1»'),
  ]);
  return Object.fromEntries(inputs) as Record<string, string>;
}

type Row = readonly [what: string, command: string, inputs: Record<string, string>];

/** Each command becomes these inputs, and the action accepts them. */
function check(rows: readonly Row[]): void {
  for (const [what, command, inputs] of rows) {
    test(what, async () => {
      assert.deepEqual(convert(command), inputs);
      const converted = convertCurl(command).inputs;
      checkInputs(converted, await makeKeyStandIns(converted));
    });
  }
}

const byPost = {
  'token-url': url,
  'client-id': '«vars.CLIENT_ID»',
  'client-secret': '«secrets.CLIENT_SECRET»',
  'client-auth-method': 'client_secret_post',
};
const byBasic = {
  'token-url': url,
  'client-id': '«vars.CLIENT_ID»',
  'client-secret': '«secrets.CLIENT_SECRET»',
};
const login = { 'token-url': url, 'grant-type': 'none', 'client-auth-method': 'none' };
const user = '"username":"jo","password":"Sesame-1"';

describe('client authentication', () => {
  check([
    [
      'id and secret in a form',
      `curl ${url} -d 'grant_type=client_credentials&client_id=app1&client_secret=Sesame-1'`,
      byPost,
    ],
    [
      'the same, encoded by curl',
      `curl ${url} -d grant_type=client_credentials --data-urlencode client_id=app1 --data-urlencode 'client_secret=Sesame 1&2'`,
      byPost,
    ],
    [
      'the same in JSON',
      `curl ${url} --json '{"grant_type":"client_credentials","client_id":"app1","client_secret":"Sesame-1"}'`,
      { ...byPost, 'body-format': 'json' },
    ],
    [
      'the same in text fields',
      `curl ${url} -F grant_type=client_credentials -F client_id=app1 -F 'client_secret=Sesame-1;type=text/plain'`,
      { ...byPost, 'body-format': 'multipart' },
    ],
    ['Basic by -u', `curl ${url} -u app1:Sesame-1 -d grant_type=client_credentials`, byBasic],
    [
      'Basic by the URL',
      'curl https://app1:Sesame-1@id.acme.example/token -d grant_type=client_credentials',
      byBasic,
    ],
    [
      'Basic by a ready header',
      `curl ${url} -H 'Authorization: Basic YXBwMTpTZXNhbWUtMQ==' -d grant_type=client_credentials`,
      byBasic,
    ],
    [
      'a secret that the form encoding changes',
      `curl ${url} -u 'app1:Ses+me/1' -d grant_type=client_credentials`,
      { ...byBasic, 'client-secret-encoding': 'raw' },
    ],
    [
      'Basic by variables',
      `curl ${url} -u "$ACME_ID:$ACME_SECRET" -d grant_type=client_credentials`,
      {
        ...byBasic,
        'client-id': '«vars.ACME_ID»',
        'client-secret': '«secrets.ACME_SECRET»',
        'client-secret-encoding': 'raw',
      },
    ],
    [
      'Basic by a command',
      `curl ${url} -H "Authorization: Basic $(echo -n "$ACME_ID:$ACME_SECRET" | base64 -w0)" -d grant_type=client_credentials`,
      {
        ...byBasic,
        'client-id': '«vars.ACME_ID»',
        'client-secret': '«secrets.ACME_SECRET»',
        'client-secret-encoding': 'raw',
      },
    ],
    [
      'Basic by printf',
      `curl ${url} -H "Authorization: Basic $(printf '%s:%s' "$ACME_ID" "$ACME_SECRET" | openssl base64)" -d grant_type=client_credentials`,
      {
        ...byBasic,
        'client-id': '«vars.ACME_ID»',
        'client-secret': '«secrets.ACME_SECRET»',
        'client-secret-encoding': 'raw',
      },
    ],
    [
      'Basic with a placeholder for the value',
      `curl ${url} -H 'Authorization: Basic <base64(client_id:client_secret)>' -d grant_type=client_credentials`,
      { ...byBasic, 'client-secret-encoding': 'raw' },
    ],
    [
      'Basic with placeholders in the value',
      `curl ${url} -H 'Authorization: Basic {client id}:{client secret}' -d grant_type=client_credentials`,
      { ...byBasic, 'client-secret-encoding': 'raw' },
    ],
    [
      'Basic without a password',
      `curl ${url} -u 'sk_demo_1:' -d grant_type=client_credentials`,
      {
        'token-url': url,
        'client-auth-method': 'none',
        headers: 'Authorization: Basic «secrets.BASIC_CREDENTIALS»',
      },
    ],
    [
      'Basic with a password that curl would request',
      `curl ${url} -u app1 -d grant_type=client_credentials`,
      { ...byBasic, 'client-secret-encoding': 'raw' },
    ],
    [
      'Basic, and the id in the body as well',
      `curl ${url} -u app1:Sesame-1 -d 'grant_type=client_credentials&client_id=app1'`,
      { ...byBasic, parameters: 'client_id=«vars.CLIENT_ID»' },
    ],
    [
      'an id without a secret',
      `curl ${url} -d 'grant_type=password&client_id=app1&username=jo&password=Sesame-1'`,
      {
        'token-url': url,
        'client-id': '«vars.CLIENT_ID»',
        'client-auth-method': 'none',
        'grant-type': 'password',
        parameters: 'username=«vars.USERNAME»\npassword=«secrets.PASSWORD»',
      },
    ],
    [
      'a Bearer token',
      `curl ${url} -X POST -H 'Authorization: Bearer Sesame-1'`,
      { ...login, headers: 'Authorization: Bearer «secrets.BEARER_TOKEN»' },
    ],
    [
      'a Bearer token by its option',
      `curl ${url} -X POST --oauth2-bearer Sesame-1`,
      { ...login, headers: 'Authorization: Bearer «secrets.BEARER_TOKEN»' },
    ],
    [
      'a scheme of its own',
      `curl ${url} -X POST -H 'Authorization: SSWS Sesame-1'`,
      { ...login, headers: 'Authorization: SSWS «secrets.AUTHORIZATION»' },
    ],
    [
      'no scheme at all',
      `curl ${url} -X POST -H 'Authorization: Sesame-1'`,
      { ...login, headers: 'Authorization: «secrets.AUTHORIZATION»' },
    ],
    [
      'an API key in a header',
      `curl ${url} -X POST -H 'X-Api-Key: Sesame-1'`,
      { ...login, headers: 'X-Api-Key: «secrets.API_KEY»' },
    ],
    [
      'a certificate and a key',
      `curl ${url} --cert c.pem --key k.pem -d 'grant_type=client_credentials&client_id=app1'`,
      {
        'token-url': url,
        'client-id': '«vars.CLIENT_ID»',
        'client-certificate': '«vars.CLIENT_CERTIFICATE»',
        'client-key': '«secrets.CLIENT_KEY»',
      },
    ],
    [
      'both in a file, with a secret',
      `curl ${url} -E c.pem:open -u app1:Sesame-1 -d grant_type=client_credentials`,
      {
        ...byBasic,
        'client-auth-method': 'client_secret_basic',
        'client-key': '«secrets.CLIENT_KEY»',
      },
    ],
    [
      'a private CA',
      `curl ${url} --cacert ca.pem -u app1:Sesame-1 -d grant_type=client_credentials`,
      { ...byBasic, 'ca-certificate': '«vars.CA_CERTIFICATE»' },
    ],
    [
      'a signed assertion',
      `curl ${url} -d 'grant_type=client_credentials&client_id=app1&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer&client_assertion=<jwt>'`,
      { 'token-url': url, 'client-id': '«vars.CLIENT_ID»', 'private-key': '«secrets.PRIVATE_KEY»' },
    ],
    [
      'what the JWT of a signed assertion says',
      // {"alg":"PS256","kid":"k1"}.{"iss":"app1","sub":"app1","aud":"https://id.acme.example"}
      `curl ${url} -d grant_type=client_credentials -d client_assertion=eyJhbGciOiJQUzI1NiIsImtpZCI6ImsxIn0.eyJpc3MiOiJhcHAxIiwic3ViIjoiYXBwMSIsImF1ZCI6Imh0dHBzOi8vaWQuYWNtZS5leGFtcGxlIn0.c2ln`,
      {
        'token-url': url,
        'client-id': '«vars.CLIENT_ID»',
        'private-key': '«secrets.PRIVATE_KEY»',
        'private-key-id': '«vars.PRIVATE_KEY_ID»',
        'signing-algorithm': 'PS256',
        'assertion-audience': 'https://id.acme.example',
      },
    ],
    [
      'an assertion that a secret signs',
      // {"alg":"HS512"}.{"iss":"app1"}
      `curl ${url} -d grant_type=client_credentials -d client_id=app1 -d client_assertion=eyJhbGciOiJIUzUxMiJ9.eyJpc3MiOiJhcHAxIn0.c2ln`,
      { ...byBasic, 'client-auth-method': 'client_secret_jwt', 'signing-algorithm': 'HS512' },
    ],
    [
      'the JWT of a GitHub App',
      `curl -X POST -H "Authorization: Bearer $JWT" https://api.github.com/app/installations/{installation_id}/access_tokens`,
      {
        'token-url':
          'https://api.github.com/app/installations/«vars.INSTALLATION_ID»/access_tokens',
        'client-id': '«vars.CLIENT_ID»',
        'private-key': '«secrets.PRIVATE_KEY»',
        'private-key-as': 'bearer',
        'response-fields': 'access_token=token',
      },
    ],
  ]);
});

describe("GitHub's ID token", () => {
  const fetching = (audience: string): string =>
    `$(curl -sS -H "Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=${audience}" | jq -r .value)`;
  check([
    [
      'as the subject token',
      `curl ${url} -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange -d "subject_token=${fetching('acme')}" -d subject_token_type=urn:ietf:params:oauth:token-type:jwt`,
      { 'token-url': url, 'id-token-as': 'subject_token', 'id-token-audience': 'acme' },
    ],
    [
      'as the assertion',
      `curl ${url} --data-urlencode grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer --data-urlencode "assertion=$ID_TOKEN"`,
      { 'token-url': url, 'id-token-as': 'assertion' },
    ],
    [
      'as the client assertion',
      `curl ${url} -d grant_type=client_credentials -d client_id=app1 -d "client_assertion=$OIDC_TOKEN"`,
      { 'token-url': url, 'client-id': '«vars.CLIENT_ID»', 'id-token-as': 'client_assertion' },
    ],
    [
      'as a Bearer token',
      `curl -X POST ${url} -H "Authorization: Bearer $ID_TOKEN"`,
      { 'token-url': url, 'id-token-as': 'bearer' },
    ],
    [
      'as a parameter',
      `curl ${url} --json "{\\"role\\":\\"ci\\",\\"jwt\\":\\"$GITHUB_ID_TOKEN\\"}"`,
      {
        'token-url': url,
        'body-format': 'json',
        'id-token-as': 'parameter',
        'id-token-parameter': 'jwt',
        parameters: 'role=ci',
      },
    ],
    [
      'as a parameter, in a request without another credential',
      `curl ${url} -H 'Accept-Encoding: base64' --data-urlencode "jwt=$ID_TOKEN"`,
      {
        'token-url': url,
        'id-token-as': 'parameter',
        'id-token-parameter': 'jwt',
        headers: 'Accept-Encoding: base64',
      },
    ],
    [
      'fetched before, into a variable',
      `JWT=${fetching('https%3A%2F%2Facme.example')}\ncurl -X POST ${url} -H "Authorization: Bearer $JWT"`,
      { 'token-url': url, 'id-token-as': 'bearer', 'id-token-audience': 'https://acme.example' },
    ],
    [
      'an ID token beside a grant that does not rest on it stays a parameter',
      `curl ${url} -d grant_type=password -d client_id=app1 -d client_secret=Sesame-1 -d "id_token_hint=$ID_TOKEN"`,
      { ...byPost, 'grant-type': 'password', parameters: 'id_token_hint=«secrets.ID_TOKEN»' },
    ],
    [
      'any other subject token stays a parameter',
      `curl ${url} -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange -d subject_token=abc -d subject_token_type=urn:ietf:params:oauth:token-type:access_token`,
      {
        'token-url': url,
        'client-auth-method': 'none',
        'grant-type': 'token-exchange',
        parameters:
          'subject_token=«secrets.SUBJECT_TOKEN»\nsubject_token_type=urn:ietf:params:oauth:token-type:access_token',
      },
    ],
  ]);
});

describe('what is requested', () => {
  const post = `curl ${url} -d grant_type=client_credentials -d client_id=app1 -d client_secret=Sesame-1`;
  check([
    [
      'a scope that is a URN with underscores',
      `${post} -d scope=urn:opc:idm:__myscopes__`,
      { ...byPost, scopes: 'urn:opc:idm:__myscopes__' },
    ],
    ['scopes', `${post} --data-urlencode 'scope=read  list'`, { ...byPost, scopes: 'read list' }],
    [
      'scopes that are encoded',
      `${post} -d scope=api%3Aread+api%3Alist`,
      { ...byPost, scopes: 'api:read api:list' },
    ],
    [
      'a scope that the input does not take',
      `${post} -d 'scope=["a"]'`,
      { ...byPost, parameters: 'scope=["a"]' },
    ],
    ['scopes by a variable', `${post} -d "scope=$SCOPES"`, { ...byPost, scopes: '«vars.SCOPES»' }],
    [
      'an audience and a resource',
      `${post} -d audience=https://api.acme.example -d resource=https://a.example/b`,
      { ...byPost, audience: 'https://api.acme.example', resource: 'https://a.example/b' },
    ],
    ['several audiences', `${post} -d audience=a -d audience=b`, { ...byPost, audience: 'a\nb' }],
    [
      'a resource that is no URI',
      `${post} -d resource=acme/files`,
      { ...byPost, parameters: 'resource=acme/files' },
    ],
    [
      'the audience with the value of the id',
      `${post} -d audience=app1`,
      { ...byPost, audience: '«vars.CLIENT_ID»' },
    ],
    [
      'no grant',
      `curl ${url} -d client_id=app1 -d client_secret=Sesame-1`,
      { ...byPost, 'grant-type': 'none' },
    ],
    [
      'a grant of its own',
      `curl ${url} -d grant_type=urn:acme:apikey -d apikey=Sesame-1`,
      { ...login, 'grant-type': 'urn:acme:apikey', parameters: 'apikey=«secrets.APIKEY»' },
    ],
    [
      'a refresh token',
      `curl ${url} -d grant_type=refresh_token -d client_id=app1 -d refresh_token=Sesame-1`,
      {
        'token-url': url,
        'client-id': '«vars.CLIENT_ID»',
        'client-auth-method': 'none',
        'refresh-token': '«secrets.REFRESH_TOKEN»',
      },
    ],
    [
      'a signed assertion beside Basic authentication',
      `curl ${url} -u app1:Sesame-1 -d grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer -d assertion='<JWT>'`,
      {
        ...byBasic,
        'client-auth-method': 'client_secret_basic',
        'private-key': '«secrets.PRIVATE_KEY»',
        'private-key-as': 'assertion',
      },
    ],
    [
      'a JWT as the grant',
      // {"alg":"RS256"}.{"iss":"app1","sub":"jo","scope":"read","aud":"https://id.acme.example"}
      `curl ${url} -d grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer -d assertion=eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhcHAxIiwic3ViIjoiam8iLCJzY29wZSI6InJlYWQiLCJhdWQiOiJodHRwczovL2lkLmFjbWUuZXhhbXBsZSJ9.c2ln`,
      {
        'token-url': url,
        'client-id': '«vars.CLIENT_ID»',
        'private-key': '«secrets.PRIVATE_KEY»',
        'private-key-as': 'assertion',
        'assertion-audience': 'https://id.acme.example',
        'assertion-claims': 'sub=«vars.SUBJECT»\nscope=read',
      },
    ],
    [
      'other parameters, in their order',
      `${post} -d tenant=acme -d otp=123456 -d remember=true`,
      { ...byPost, parameters: 'tenant=acme\notp=«secrets.OTP»\nremember=true' },
    ],
    [
      'a login with user and password in JSON',
      `curl ${url} -H 'Content-Type: application/json' -d '{${user}}'`,
      {
        ...login,
        'body-format': 'json',
        parameters: 'username=«vars.USERNAME»\npassword=«secrets.PASSWORD»',
      },
    ],
    [
      'types and depth in JSON',
      `curl ${url} --json '{"a":{"site":"acme","key":"Sesame-1"},"days":12345678901234567890,"roles":["x","y"],"force":true,"note":null}'`,
      {
        ...login,
        'body-format': 'json',
        parameters:
          '{\n  "a": {\n    "site": "acme",\n    "key": "«secrets.KEY»"\n  },\n  "days": «secrets.DAYS»,\n  "roles": [\n    "x",\n    "y"\n  ],\n  "force": true,\n  "note": null\n}',
      },
    ],
    [
      'an empty object',
      `curl ${url} -H 'X-Api-Key: Sesame-1' --json '{}'`,
      { ...login, 'body-format': 'json', headers: 'X-Api-Key: «secrets.API_KEY»' },
    ],
    [
      'JSON that nothing announces',
      `curl ${url} -d '{${user}}'`,
      {
        ...login,
        'body-format': 'json',
        parameters: 'username=«vars.USERNAME»\npassword=«secrets.PASSWORD»',
      },
    ],
    [
      'JSON with placeholders that have no quotes',
      `curl ${url} --json '{"username": <user name>, "account": {account}}'`,
      {
        ...login,
        'body-format': 'json',
        parameters: '{\n  "username": «vars.USER_NAME»,\n  "account": «vars.ACCOUNT»\n}',
      },
    ],
    [
      'a value of several lines',
      `curl ${url} --data-urlencode $'grant_type=client_credentials' -d client_id=app1 -d client_secret=Sesame-1 --data-urlencode $'name=a\\nb'`,
      { ...byPost, parameters: '{\n  "name": "a\\nb"\n}' },
    ],
    [
      'a parameter that occurs twice',
      `${post} -d role=a -d role=b`,
      { ...byPost, parameters: 'role=a\nrole=b' },
    ],
    [
      'line breaks around an ampersand',
      `curl ${url} -d 'grant_type=client_credentials\n  &client_id=app1\n  &client_secret=Sesame-1'`,
      byPost,
    ],
    [
      'a secret in a file',
      `curl ${url} -d grant_type=client_credentials -d client_id=app1 --data-urlencode client_secret@secret.txt`,
      byPost,
    ],
    [
      'a body of a here-document',
      `curl ${url} -d @- <<EOF\n{"username":"jo","password":"Sesame-1"}\nEOF`,
      {
        ...login,
        'body-format': 'json',
        parameters: 'username=«vars.USERNAME»\npassword=«secrets.PASSWORD»',
      },
    ],
  ]);
});

describe('the endpoint', () => {
  check([
    [
      'parameters in the query of a POST',
      `curl -X POST '${url}?grant_type=client_credentials&client_id=app1&client_secret=Sesame-1'`,
      { ...byPost, 'body-format': 'query' },
    ],
    [
      'parameters in the query of a GET',
      `curl '${url}?appid=app1&secret=Sesame-1'`,
      {
        ...login,
        'request-method': 'GET',
        parameters: 'appid=«vars.APPID»\nsecret=«secrets.SECRET»',
      },
    ],
    [
      '-G',
      `curl -G ${url} -d grant_type=client_credentials -d client_id=app1 -d client_secret=Sesame-1`,
      { ...byPost, 'request-method': 'GET' },
    ],
    [
      'a query and a body',
      `curl '${url}?grant_type=client_credentials&v=2.0&api_key=k1' -d client_id=app1 -d client_secret=Sesame-1`,
      {
        ...byPost,
        'token-url': `${url}?grant_type=client_credentials&v=«secrets.V»&api_key=«secrets.API_KEY»`,
      },
    ],
    [
      'PUT',
      `curl -X PUT ${url} --json '{${user}}'`,
      {
        ...login,
        'request-method': 'PUT',
        'body-format': 'json',
        parameters: 'username=«vars.USERNAME»\npassword=«secrets.PASSWORD»',
      },
    ],
    [
      'no scheme',
      `curl id.acme.example/token -u app1:Sesame-1 -d grant_type=client_credentials`,
      byBasic,
    ],
    [
      'http',
      `curl http://id.acme.example/token -u app1:Sesame-1 -d grant_type=client_credentials`,
      { ...byBasic, 'token-url': 'http://id.acme.example/token', 'allow-http': 'true' },
    ],
    [
      'http on this machine',
      `curl http://localhost:8080/token -u app1:Sesame-1 -d grant_type=client_credentials`,
      { ...byBasic, 'token-url': 'http://localhost:8080/token' },
    ],
    [
      'placeholders in the address',
      `curl https://{tenant}.acme.example/:realm/<env>/token -u app1:Sesame-1 -d grant_type=client_credentials`,
      {
        ...byBasic,
        'token-url': 'https://«vars.TENANT».acme.example/«vars.REALM»/«vars.ENV»/token',
      },
    ],
    [
      'an address in a variable',
      `curl "$TOKEN_URL" -u app1:Sesame-1 -d grant_type=client_credentials`,
      { ...byBasic, 'token-url': '«vars.TOKEN_URL»' },
    ],
    [
      'a tenant and a key in the path',
      `curl https://id.acme.example/11111111-2222-3333-4444-555555555555/Kx9fQ2mZ7pLt/token -u app1:Sesame-1 -d grant_type=client_credentials`,
      {
        ...byBasic,
        'token-url': 'https://id.acme.example/«vars.TENANT_ID»/«secrets.TOKEN_URL_PART»/token',
      },
    ],
    [
      'a content type without a body',
      `curl -X POST ${url} -u app1:Sesame-1 -H 'Content-Type: application/json'`,
      {
        ...byBasic,
        'grant-type': 'none',
        'body-format': 'query',
        headers: 'Content-Type: application/json',
      },
    ],
    [
      'JSON-RPC',
      `curl ${url} -H 'Content-Type: application/json-rpc' -d '{"version":2,"params":{"password":"Sesame-1"}}'`,
      {
        ...login,
        'body-format': 'json',
        headers: 'Content-Type: application/json-rpc',
        parameters:
          '{\n  "version": 2,\n  "params": {\n    "password": "«secrets.PASSWORD»"\n  }\n}',
      },
    ],
    [
      'a part of the query that is only a name',
      `curl '${url}?pretty' -u app1:Sesame-1 --json '{"grant_type":"client_credentials"}'`,
      { ...byBasic, 'token-url': `${url}?pretty`, 'body-format': 'json' },
    ],
    [
      'the same, without a body',
      `curl -X POST '${url}?access_token&user=jo&password=Sesame-1'`,
      {
        ...login,
        'token-url': `${url}?access_token`,
        'body-format': 'query',
        parameters: 'user=«vars.USER»\npassword=«secrets.PASSWORD»',
      },
    ],
    [
      'a content type of its own',
      `curl ${url} -H 'Content-Type: application/vnd.acme+json' -d '{${user}}'`,
      {
        ...login,
        'body-format': 'json',
        parameters: 'username=«vars.USERNAME»\npassword=«secrets.PASSWORD»',
        headers: 'Content-Type: application/vnd.acme+json',
      },
    ],
    [
      'a form that says it is JSON',
      `curl ${url} -H 'Content-Type: application/json' -d 'grant_type=client_credentials&client_id=app1&client_secret=Sesame-1'`,
      byPost,
    ],
    [
      'headers',
      `curl -X POST ${url} -H 'Accept: application/json' -H 'Accept: application/xml' -H 'Host: a' -H 'X-Empty;' -H 'X-Client-Version: 2' -A acme-ci/1.0 -b 'sid=1' -H 'X-Request-Id: 11111111-2222-3333-4444-555555555555'`,
      {
        ...login,
        headers:
          'Accept: application/xml\nX-Client-Version: 2\nUser-Agent: acme-ci/1.0\nCookie: «secrets.COOKIE»\nX-Request-Id: 11111111-2222-3333-4444-555555555555',
      },
    ],
    [
      'limits and retries',
      `curl ${url} -m 20 --retry 5 --retry-all-errors --retry-max-time 300 -u app1:Sesame-1 -d grant_type=client_credentials`,
      {
        ...byBasic,
        timeout: '20',
        'total-timeout': '300',
        'retry-max-attempts': '6',
        'retry-on': 'all',
      },
    ],
  ]);
});

describe('the response', () => {
  const post = `curl ${url} -d grant_type=client_credentials -d client_id=app1 -d client_secret=Sesame-1`;
  check([
    [
      'the path that jq reads',
      `${post} | jq -r .data.token`,
      { ...byPost, 'response-fields': 'access_token=data.token' },
    ],
    ['the standard path', `${post} | jq -r .access_token`, byPost],
    [
      'an example',
      `${post}\n\n{"token":"abc","expiresIn":60}`,
      { ...byPost, 'response-fields': 'access_token=token\nexpires_in=expiresIn' },
    ],
    [
      'both',
      `${post} | jq -r .value\n{"token":"abc","value":"def","ttl":60}`,
      { ...byPost, 'response-fields': 'access_token=value\nexpires_in=ttl' },
    ],
    [
      'an example with a lifetime that has to be assumed',
      `${post}\n{"access_token":"abc","expires_in_minutes":10}`,
      { ...byPost, 'default-expires-in': '600' },
    ],
  ]);
});

describe('placeholders', () => {
  const rows: readonly [id: string, secret: string, expected?: [string, string]][] = [
    ['<client id>', '<client secret>'],
    ['{client_id}', '{client_secret}'],
    ['{{client_id}}', '{{ client_secret }}'],
    ['{{$client_id}}', '{{$client_secret}}'],
    ['${CLIENT_ID}', '${CLIENT_SECRET}'],
    ['#{client_id}', '#{client_secret}'],
    ['$CLIENT_ID', '$CLIENT_SECRET'],
    ['%CLIENT_ID%', '%CLIENT_SECRET%'],
    ['[CLIENT_ID]', '[client secret]'],
    ['YOUR_CLIENT_ID', 'YOUR_CLIENT_SECRET'],
    ['your-client-id', 'your-client-secret'],
    ['yourClientId', 'yourClientSecret'],
    ['INSERT_CLIENT_ID_HERE', 'INSERT_CLIENT_SECRET_HERE'],
    ['CLIENT_ID', 'CLIENT_SECRET'],
    ['__CLIENT_ID__', '__CLIENT_SECRET__'],
    ['@@CLIENT_ID@@', '@@CLIENT_SECRET@@'],
    ['xxxx', 'xxxx'],
    ['XXXX-XXXX', '********'],
    ['...', '...'],
    ['', ''],
    [
      '${{ vars.ACME_ID }}',
      '${{ secrets.ACME_SECRET }}',
      ['«vars.ACME_ID»', '«secrets.ACME_SECRET»'],
    ],
    ['<ACME_APP_ID>', '<acme key>', ['«vars.ACME_APP_ID»', '«secrets.ACME_KEY»']],
    // A value that somebody put between the signs of a placeholder is not a name.
    ['<acme4711>', '<Kx9fQ2mZ7pLt>'],
    ['{acme4711}', '{swordfish}'],
  ];
  for (const [
    id,
    secret,
    [ofId, ofSecret] = ['«vars.CLIENT_ID»', '«secrets.CLIENT_SECRET»'],
  ] of rows) {
    test(`${id} and ${secret}`, () => {
      const inputs = convert(
        `curl ${url} -d grant_type=client_credentials --data-urlencode 'client_id=${id}' --data-urlencode 'client_secret=${secret}'`,
      );
      assert.deepEqual(inputs, { ...byPost, 'client-id': ofId, 'client-secret': ofSecret });
    });
  }
});

describe('names', () => {
  test('one value has one name, and two values have two', () => {
    const { references, inputs } = convertCurl(
      `curl ${url} -d 'grant_type=password&client_id=app1&username=jo&password=Sesame-1&a_password=Sesame-1&b_password=Sesame-2' -H 'X-Client-Id: app1'`,
    );
    assert.deepEqual(
      references.map(({ source, name }) => `${source}.${name}`),
      ['vars.CLIENT_ID', 'vars.USERNAME', 'secrets.PASSWORD', 'secrets.B_PASSWORD'],
    );
    assert.match(inputs.get('parameters') ?? '', /a_password=\$\{\{ secrets\.PASSWORD \}\}/);
  });

  test('two values of the same place have different names', () => {
    const { references } = convertCurl(
      `curl -X POST ${url} --json '{"a":{"key":"k1"},"b":{"key":"k2"}}'`,
    );
    assert.deepEqual(
      references.map(({ name }) => name),
      ['KEY', 'KEY_2'],
    );
  });

  test('reserved names of GitHub are not used', () => {
    const { references } = convertCurl(`curl -X POST ${url} -H "X-Key: $GITHUB_API_KEY"`);
    assert.deepEqual(
      references.map(({ name }) => name),
      ['GH_API_KEY'],
    );
  });
});

describe('refusals', () => {
  const rows: readonly [what: string, command: string, code: Refusal['code']][] = [
    ['no URL', 'curl -d a=b', 'no-url'],
    ['another protocol', 'curl ftp://a.example', 'not-http'],
    ['a URL with a space', "curl 'https://a.example/a b'", 'unreadable-url'],
    ['a method that the action does not have', `curl -X PATCH ${url}`, 'unsupported-method'],
    ['a body with GET', `curl -X GET ${url} -d a=b`, 'body-with-get'],
    ['a body in a file', `curl ${url} -d @body.json`, 'file-body'],
    ['a body from standard input', `curl ${url} -d @-`, 'standard-input'],
    ['an upload', `curl ${url} -F file=@a.png`, 'file-part'],
    ['data and text fields', `curl ${url} -F a=b -d a=b`, 'mixed-body'],
    ['XML', `curl ${url} -d '<login><user>jo</user></login>'`, 'xml-body'],
    ['bytes', `curl ${url} -H 'Content-Type: application/octet-stream' -d a`, 'other-body'],
    ['a list', `curl ${url} --json '[1]'`, 'json-not-object'],
    ['JSON that is broken', `curl ${url} --json '{"a":'`, 'unreadable-json'],
    ['data without a name', `curl ${url} -d Sesame-1`, 'unreadable-data'],
    ['data that is base64', `curl ${url} -d U2VzYW1lMQ==`, 'unreadable-data'],
    [
      'a name that is a key',
      `curl ${url} -d 8f14e45fceea167a5a36dedd4bea2543=1`,
      'unreadable-data',
    ],
    ['a header without a name', `curl ${url} -H Sesame-1`, 'unreadable-header'],
    ['headers in a file', `curl ${url} -H @headers.txt`, 'header-file'],
    [
      'a signature',
      `curl ${url} -H 'Authorization: Signature keyId="a",signature="b"' -d a=b`,
      'signed-request',
    ],
    [
      'a signature of AWS',
      `curl ${url} -H 'Authorization: AWS4-HMAC-SHA256 Credential=a' -d a=b`,
      'signed-request',
    ],
    [
      'Digest',
      `curl ${url} -H 'Authorization: Digest username="a"' -d a=b`,
      'challenge-authentication',
    ],
    [
      'a login in a browser',
      `curl ${url} -d grant_type=authorization_code -d code=1`,
      'browser-login',
    ],
    [
      'a login on a device',
      `curl ${url} -d grant_type=urn:ietf:params:oauth:grant-type:device_code -d device_code=1`,
      'browser-login',
    ],
    ['an expression that is not complete', "curl 'https://a.example/${{' -d a=b", 'expression'],
  ];
  for (const [what, command, code] of rows) {
    test(what, () => {
      assert.throws(() => convertCurl(command), { code });
    });
  }
});
