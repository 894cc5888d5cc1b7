import { type DroppedOption, writeOption } from './curl/options.ts';
import type { Note } from './notes.ts';
import type { RefusalReason } from './refusal.ts';

/** Says in one sentence or two why a command is not converted, and what to do. */
export function explainRefusal(reason: RefusalReason): string {
  switch (reason.code) {
    case 'nothing-given':
      return 'Nothing was given. Pass one curl command on standard input.';
    case 'no-curl':
      return 'No curl command was found. Paste the whole command, from the word curl on.';
    case 'two-commands':
      return 'There is more than one curl command. Paste only the one that requests the token.';
    case 'id-token-command':
      return "This command only fetches GitHub's OIDC token, which the action does itself. Paste the command that exchanges it, or set id-token-as.";
    case 'invoke-web-request':
      return "These are options of PowerShell's Invoke-WebRequest, not of curl. Use the command for curl from the documentation.";
    case 'too-long':
      return `The text is too long. At most ${reason.limit} characters are read: paste the command and one short example of its response.`;
    case 'control-character':
      return `Line ${reason.line} has a control character. Paste the command as plain text.`;
    case 'unfinished-substitution':
      return `A command substitution that begins in line ${reason.line} has no closing parenthesis.`;
    case 'unfinished-quote':
      return `The quote ${reason.quote} that opens in line ${reason.line} is not closed. Check that the whole command was pasted.`;
    case 'unfinished-here-document':
      return `The here-document that begins in line ${reason.line} has no end. Check that the whole command was pasted.`;
    case 'too-many-placeholders':
      return 'The command has too many placeholders and secrets to give each a name.';
    case 'no-url':
      return 'The command has no URL. Add the address of the token endpoint.';
    case 'not-http':
      return 'The URL is neither http nor https. The action requests tokens over https only.';
    case 'unreadable-url':
      return 'The URL cannot be read: it has no host, or a space in it. Put quotes around it.';
    case 'unknown-option':
      return `Word ${reason.word} after curl is no option of curl that is known here. If it is a value, put quotes around it.`;
    case 'stray-word':
      return `Word ${reason.word} after curl belongs to no option, and there is a URL already. Put quotes around values with spaces.`;
    case 'missing-value':
      return `The option ${writeOption(reason.option)} has no value. Check that the whole command was pasted.`;
    case 'unsupported-option':
      return `The action has no input for the option ${writeOption(reason.option)} of curl. Request the token in a run step with curl itself, or use a command without it.`;
    case 'file-body':
      return 'The data of the request is in a file. Put the content of the file into the command in its place.';
    case 'standard-input':
      return 'The data of the request comes from standard input, which is not part of the text. Put it into the command with -d.';
    case 'file-part':
      return 'The request uploads a file, which the action does not do. Only text fields of -F can be converted.';
    case 'header-file':
      return 'The headers are in a file. Put them into the command, each with -H.';
    case 'unreadable-header':
      return 'A header cannot be read: -H takes a name, a colon and a value.';
    case 'unreadable-data':
      return 'The data of the request is neither name=value pairs nor a JSON object. Check its quotes, or request the token in a run step.';
    case 'unreadable-json':
      return 'The body is not valid JSON. Check its quotes and commas.';
    case 'mixed-body':
      return 'The command has data both with -d and with -F, which curl does not accept. Keep one of them.';
    case 'json-not-object':
      return 'The body is JSON, but not an object. The action sends JSON objects only; request the token in a run step.';
    case 'other-body':
      return 'The body is neither a form, nor JSON, nor text fields. The action sends no other bodies; request the token in a run step.';
    case 'xml-body':
      return 'The body is XML. The action sends forms and JSON only; request the token in a run step, or use the OAuth 2.0 endpoint of the provider.';
    case 'body-with-get':
      return 'The command sends a body with GET. The action puts parameters into the query with GET: use -G for that, or POST.';
    case 'unsupported-method':
      return 'The method of the request is none of POST, GET and PUT, and the action has no other.';
    case 'signed-request':
      return 'The request is signed, and each signature is valid for one request only. The action does not sign requests; use the action or tool of the provider.';
    case 'challenge-authentication':
      return 'The command authenticates with Digest, NTLM or Negotiate, which the action does not have. Use another authentication method of the provider.';
    case 'browser-login':
      return reason.grant === 'device_code'
        ? 'A device code works only once, after somebody confirmed it in a browser. Do that once by hand, and give the refresh token from the response as refresh-token.'
        : 'An authorization code works only once, after a login in a browser. Do that once by hand, and give the refresh token from the response as refresh-token.';
    case 'expression':
      return 'The command has a GitHub expression that is not complete. Check the braces behind the dollar sign.';
    case 'refused-by-action':
      return `The action would refuse these inputs: ${reason.problem}`;
  }
}

/** Says in one line what the reader must know about a step. */
export function describeNote(note: Note): string {
  switch (note.code) {
    case 'dropped-option':
      return `${writeOption(note.option)} was left out. ${explainDropped(note.option)}`;
    case 'dropped-header':
      return `The header ${note.header} was left out: the action sets it, or does not need it.`;
    case 'dropped-user':
      return '-u was left out: the header Authorization is sent in its place, as curl does.';
    case 'dropped-cookies':
      return '-b was left out: it names a file, and the action keeps no cookies.';
    case 'dropped-content-type':
      return 'Content-Type: application/json was left out, because the data is a form.';
    case 'dropped-filter':
      return 'The command that reads the response was left out. If the token is not in access_token, add response-fields.';
    case 'added-https':
      return 'https:// was put before the address.';
    case 'added-allow-http':
      return 'allow-http was added because the address begins with http://. The secret travels unencrypted; use https if the server has it.';
    case 'added-json':
      return 'The data is a JSON object, so it is sent as application/json, although the command does not say so.';
    case 'decoded-basic':
      return 'The value behind Authorization: Basic was decoded into client-id and client-secret. To see both: echo VALUE | base64 -d';
    case 'basic-placeholder':
      return 'Basic authentication is made from client-id and client-secret. If the provider shows only the ready value, decode it: echo VALUE | base64 -d gives id:secret.';
    case 'basic-ready':
      return 'The value behind Authorization: Basic is no id:secret in base64, so it is sent as it is.';
    case 'empty-secret':
      return "The client has no secret, so the ready value is sent. printf '%s:' 'ID' | base64 makes it; treat it as a secret.";
    case 'empty-id':
      return "The client has no id, so the ready value is sent. printf ':%s' 'SECRET' | base64 makes it; treat it as a secret.";
    case 'prompted-secret':
      return 'The command has no password for -u, which curl would request on the terminal.';
    case 'raw-encoding':
      return 'client-secret-encoding: raw sends id and secret as curl does. Leave it out if the server follows RFC 6749, section 2.3.1.';
    case 'no-grant':
      return 'grant-type: none, because the command sends no grant_type.';
    case 'encoded-query':
      return 'A secret or variable in token-url must be stored percent-encoded.';
    case 'json-quotes':
      return 'A secret or variable between the quotes of JSON must be stored as JSON writes it: \\" for " and \\\\ for \\.';
    case 'client-assertion':
      return 'The action signs client_assertion itself, with private-key. Its aud is the token URL unless assertion-audience is set.';
    case 'assertion':
      return 'The action signs the assertion itself, with private-key. Its aud is the token URL unless assertion-audience is set; claims such as sub go into assertion-claims. If the provider gave you a finished JWT, store it as a secret, send it as the parameter assertion with grant-type: jwt-bearer, and remove private-key and private-key-as.';
    case 'secret-jwt':
      return 'The action signs client_assertion itself, with client-secret.';
    case 'bearer-jwt':
      return 'The token behind Bearer seems to be a JWT, which expires. If you sign it with a key of yours, use private-key and private-key-as: bearer; if it is the OIDC token of GitHub, id-token-as: bearer.';
    case 'added-client-id':
      return 'client-id is not in the data of the command. It is the id of the client that signs.';
    case 'added-refresh-token':
      return 'The command has no refresh_token, which its grant needs.';
    case 'id-token':
      return 'The action fetches the OIDC token of GitHub itself. The job needs permissions: { id-token: write }.';
    case 'id-token-audience':
      return 'If the provider expects a certain audience in the OIDC token, add id-token-audience.';
    case 'subject-token':
      return 'If the subject token is the OIDC token of GitHub, use id-token-as: subject_token in place of the parameters subject_token and subject_token_type.';
    case 'certificate':
      return 'Store the content of the two files, in PEM or its base64 in one line.';
    case 'certificate-alone':
      return 'The command names one file. Store its content as the secret; it must hold the private key, too.';
    case 'pkcs12':
      return 'A PKCS#12 file must be converted: openssl pkcs12 -in FILE -nodes -out client.pem makes a PEM with certificate and key.';
    case 'key-password':
      return 'The action takes keys without a password: openssl pkey -in FILE -out key.pem removes it.';
    case 'request-id':
      return `The header ${note.header} identifies one request. Each run of the step sends the same value.`;
    case 'response-fields':
      return 'response-fields says where the response has the token, as the command or the example shows it.';
    case 'no-response':
      return 'If the response has the token in another field than access_token, add response-fields. With an example response below the command, the converter adds it.';
    case 'no-token-field':
      return 'No token was found in the example response. Add response-fields: access_token=PATH.';
    case 'no-expiry':
      return 'The example response does not say how long the token is valid. Tokens are cached only if you add default-expires-in, in seconds.';
    case 'unreadable-response':
      return 'The text below the command could not be read as a response.';
    case 'milliseconds':
      return 'The lifetime in the example response seems to be in milliseconds. Check that in the documentation.';
    case 'unknown-unit':
      return 'The unit of the lifetime in the example response is not known. Tokens are cached only if you add default-expires-in, in seconds.';
  }
}

function explainDropped(option: DroppedOption): string {
  if (option.includes('proxy')) {
    return 'The action uses the proxy of the environment variables https_proxy and no_proxy.';
  }
  if (/^(ca|cert|ssl)/.test(option))
    return 'The action trusts the default roots and ca-certificate.';
  switch (option) {
    case 'location':
    case 'location-trusted':
      return 'The action follows no redirects, because they would carry the secret along.';
    case 'insecure':
      return 'The action always verifies certificates. If the server has a private CA, add ca-certificate.';
    case 'cookie-jar':
      return 'The action keeps no cookies.';
    case 'connect-timeout':
      return 'The input timeout limits a whole attempt, from connecting to the last byte.';
    case 'retry-delay':
      return 'The action waits longer after each attempt; see retry-time-slot and retry-max-wait.';
    default:
      return 'The action has no input for it.';
  }
}
