import { TransportError } from '../http/transport-error.ts';
import { DiscoveryError, TokenError } from '../oauth2/errors.ts';
import type { FailedAttempt, GaveUp } from '../retry/retry.ts';
import { formatSeconds } from '../log/duration.ts';
import { NoRevocationEndpointError, NoRunnerError, TokenTooLongError } from '../failures/errors.ts';
import type { EmptySecret } from '../inputs/reader.ts';
import type { Inputs } from '../inputs/inputs.ts';
import type { Annotation } from '../log/log.ts';
import { StageError } from '../failures/stage-error.ts';
import { joinTexts, renderText, text, type Text } from '../log/text.ts';
import {
  describeDiscoveryError,
  describeFailure,
  describeTokenError,
  nameLimit,
  type StageView,
} from './exchange.ts';
import {
  describeUnknown,
  hostOf,
  nameContent,
  nameProxyFault,
  nameStatus,
  nameTlsFault,
  nameUrlInput,
  readTlsAlert,
} from './names.ts';
import { dpopTitle, explainOAuthError, explainProxyRefusal, explainStatus } from './refusals.ts';
import { IdTokenError } from '../id-token/id-token-error.ts';
import { InputError } from '../inputs/input-error.ts';
import { usesTlsAuthentication } from '../inputs/client.ts';

/** The one annotation of a step that failed. */
export function explainFailure(error: unknown): Annotation {
  if (error instanceof StageError) return explainStage(error);
  if (error instanceof InputError) return explainInputs(error);
  if (error instanceof IdTokenError) return explainIdTokenError(error);
  if (error instanceof NoRevocationEndpointError) return explainNoRevocation(error.issuer);
  if (error instanceof NoRunnerError) return explainNoRunner(error.variable);
  if (error instanceof TokenTooLongError) return explainTooLong(error.envVar);
  return {
    title: 'unexpected error',
    message: text`${describeUnknown(error)}. This is a defect of oauth2-token; its issue tracker is the place to report it.`,
  };
}

function explainStage({ stage, gaveUp, facts }: StageError): Annotation {
  const view = { stage, ...facts };
  const { failure, code } = gaveUp;
  if (code === 'retry_after_too_long') return explainLongWait(failure, view);
  const { title, message } = explainLastAttempt(failure, view);
  // It says all that there is to say.
  if (title === dpopTitle) return { title, message };
  return { title, message: text`${message} ${sayWhyNotAgain(gaveUp, view)}` };
}

function explainLongWait({ error, retryAfter = 0 }: FailedAttempt, view: StageView): Annotation {
  const { totalTimeout } = view.inputs;
  const asks = text`${nameServer(view)} asks to wait ${formatSeconds(retryAfter)} (Retry-After), past total-timeout: ${totalTimeout}.`;
  // With any other status it is a server that is down for a while.
  const isQuota = error instanceof TokenError && error.answer.status === 429;
  return {
    title: 'asked to wait too long',
    message: isQuota
      ? text`${asks} Nothing here can shorten that: it is a quota. Reuse tokens (use-cache), or ask the provider for more.`
      : text`${asks} Run the job again later, or set a longer total-timeout.`,
  };
}

/** Who was asked. */
function nameServer({ stage, server }: StageView): string {
  return stage === 'id_token' ? "GitHub's ID token service" : hostOf(server);
}

/** What to look at where nothing is known but that the server could not be reached or understood. */
function adviseAddress({ stage, inputs }: StageView, more = text``): Text {
  return stage === 'id_token'
    ? text`See githubstatus.com.`
    : text`Check ${nameUrlInput(inputs)}${more}.`;
}

/** Whether the client shows its certificate: metadata is public, and GitHub knows no such client. */
function showsCertificate({ stage, inputs }: StageView): boolean {
  return (stage === 'token' || stage === 'revocation') && usesTlsAuthentication(inputs);
}

function sayWhyNotAgain(
  { code, failure }: GaveUp,
  { inputs: { totalTimeout, retryMaxAttempts } }: StageView,
): Text {
  const { error } = failure;
  if (code === 'total_timeout') {
    return text`Gave up at attempt ${failure.attempt} of ${retryMaxAttempts}, for total-timeout: ${totalTimeout} leaves no time for another.`;
  }
  if (code === 'attempts_used_up') {
    return failure.attempt === 1
      ? text`Not tried again, for retry-max-attempts is 1.`
      : text`Gave up after ${failure.attempt} attempts.`;
  }
  if ((error instanceof TokenError || error instanceof TransportError) && error.retryable) {
    return text`Not tried again, for the grant may have been used up: what it carries is accepted once.`;
  }
  return isAnswer(error)
    ? text`Not tried again, for the answer would be the same.`
    : text`Not tried again, for it would fail in the same way.`;
}

function isAnswer(error: unknown): boolean {
  if (error instanceof IdTokenError) return error.status !== undefined;
  return error instanceof TokenError || error instanceof DiscoveryError;
}

function explainLastAttempt(failure: FailedAttempt, view: StageView): Annotation {
  const { error } = failure;
  if (error instanceof TokenError) return explainTokenError(error, view);
  if (error instanceof DiscoveryError) return explainDiscoveryError(error, view);
  if (error instanceof TransportError) return explainTransportError(error, failure, view);
  return explainFailure(error);
}

function explainTransportError(
  error: TransportError,
  failure: FailedAttempt,
  view: StageView,
): Annotation {
  const server = nameServer(view);
  const what = describeFailure(failure, view);
  switch (error.code) {
    case 'timeout':
      return {
        title: 'no answer in time',
        message: text`${server} gave ${what}. Check that this runner can reach it; a slow server needs a longer timeout or total-timeout.`,
      };
    case 'name_not_found':
      return {
        title: 'name not found',
        message: text`${server} could not be reached: ${what}. ${adviseAddress(view, text`; a private name needs a runner inside its network`)}`,
      };
    case 'tls_failed':
      return explainTlsFailure(error, view);
    case 'proxy_refused':
      return explainProxyRefusal(error.proxyStatus ?? 0, server);
    case 'proxy_invalid':
      return {
        title: 'proxy not usable',
        message: text`${server} could not be asked: ${what}. Check https_proxy and http_proxy; a % in a user name or password is written %25.`,
      };
    case 'proxy_unreachable':
      return {
        title: 'proxy not reached',
        message: text`The proxy could not be reached: ${nameProxyFault(error.cause) ?? what}. Check https_proxy and http_proxy, or name ${server} in no_proxy.`,
      };
    case 'answer_too_large':
      return {
        title: 'answer too large',
        message: text`${server} sent more than ${nameLimit(view)}; the answer that was asked for has a few KiB. ${adviseAddress(view)}`,
      };
    case 'answer_cut':
    case 'answer_unreadable':
      return {
        title: 'answer damaged',
        message: text`${server} could not be understood: ${what}. If it stays so, look at the server's log or at a proxy in between.`,
      };
    case 'connection_failed':
      return {
        title: 'no connection',
        message: text`${server} could not be reached: ${what}. ${adviseConnection(error, view)}`,
      };
    case 'request_failed':
      return { title: 'request failed', message: text`${server} could not be asked: ${what}.` };
  }
}

function adviseConnection({ systemCode = '' }: TransportError, view: StageView): Text {
  const address = adviseAddress(view, text`, and that the server admits this runner's address`);
  const isBroken = systemCode === 'ECONNRESET' || systemCode === 'EPIPE';
  return isBroken && showsCertificate(view)
    ? text`${address} A server that does not accept client-certificate may break the connection, too.`
    : address;
}

/** The alerts by which a server refuses a client's certificate, or wants another one (RFC 8446 section 6.2). */
const certificateAlerts: ReadonlySet<number | undefined> = new Set([
  40, 42, 43, 44, 45, 46, 48, 49, 51, 116,
]);

/** The alert of a server that serves nobody without a certificate (RFC 8446 section 6.2). */
const certificateRequired = 116;

function explainTlsFailure(error: TransportError, view: StageView): Annotation {
  const { systemCode = '', cause } = error;
  const title = 'TLS not trusted';
  const server = nameServer(view);
  const fault = nameTlsFault(cause);
  const ofProxy = nameProxyFault(cause);
  if (ofProxy !== undefined) {
    return {
      title,
      message: text`The TLS connection to the proxy failed: ${ofProxy}. Check https_proxy. ${adviseTrust(view)}`,
    };
  }
  if (systemCode === 'CERT_HAS_EXPIRED') {
    return {
      title,
      message: text`The certificate of ${server} has expired, or the one of its CA. The server's operator has to renew it.`,
    };
  }
  if (systemCode === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return {
      title,
      message: text`The certificate of ${server} is for another name: ${fault}. ${adviseTls(view, text`the host`)}`,
    };
  }
  if (showsCertificate(view) && certificateAlerts.has(readTlsAlert(cause))) {
    return {
      title: 'client certificate refused',
      message: text`${server} did not accept the client's certificate: ${fault} (${systemCode}). Check that client-certificate is the one registered there, with its chain, and current.`,
    };
  }
  if (readTlsAlert(cause) === certificateRequired) {
    return {
      title: 'client certificate wanted',
      message: text`${server} wants a certificate of the client: ${fault} (${systemCode}). Give client-certificate and client-key.`,
    };
  }
  if (/^(EPROTO|ERR_SSL_|ERR_TLS_)/.test(systemCode)) {
    return {
      title: 'TLS failed',
      message: text`${server} and this runner could not agree on TLS: ${fault} (${systemCode}). ${adviseTls(view, text`the scheme and the port`)}`,
    };
  }
  return {
    title,
    message: text`The certificate of ${server} is not trusted: ${fault} (${systemCode}). ${adviseTrust(view)}`,
  };
}

/** @param what the part of the URL that may be wrong */
function adviseTls({ stage, inputs }: StageView, what: Text): Text {
  return stage === 'id_token'
    ? text`A proxy in between may have answered.`
    : text`Check ${what} in ${nameUrlInput(inputs)}.`;
}

/** GitHub is trusted by the default roots alone. */
function adviseTrust({ stage }: StageView): Text {
  return stage === 'id_token'
    ? text`A proxy that opens TLS has a CA of its own; the environment variable NODE_EXTRA_CA_CERTS names the file with its certificate.`
    : text`If a private CA issued it, give the CA's certificate in ca-certificate.`;
}

function explainTokenError(error: TokenError, view: StageView): Annotation {
  const { inputs, server } = view;
  const host = hostOf(server);
  const what = describeTokenError(error);
  switch (error.code) {
    case 'oauth_error':
      return explainOAuthError(error, view);
    case 'http_error':
      return explainStatus(error, nameStatus(error.answer.status), view);
    case 'redirect':
      return {
        title: 'redirect',
        message: text`${host} answered ${what}. It was not followed, for the secret would have gone along. ${adviseRedirect(inputs)}`,
      };
    case 'unparsable':
      return explainUnparsable(error, view);
    case 'no_access_token':
      return {
        title: 'no access_token',
        message: text`${host} answered ${what}. ${adviseEndpoint(inputs)}${inputs.endpointType === 'oauth2' ? ', and grant-type' : ', and endpoint-type'}. A token in another member is not read.`,
      };
    case 'no_expires_at':
      return {
        title: 'no expires_at',
        message: text`${host} answered ${what}, which an ACS endpoint sends as 2026-01-31T12:00:00Z. Check token-url, and endpoint-type.`,
      };
    case 'malformed_token':
      return {
        title: 'malformed token',
        message: text`${host} answered ${what}; it could inject something into a later step, so it was thrown away. The server's operator has to mend it.`,
      };
  }
}

function adviseEndpoint({ issuer }: Inputs): Text {
  return issuer === undefined
    ? text`Check that token-url is the token endpoint`
    : text`Check issuer, whose metadata names this token endpoint`;
}

function adviseRedirect({ issuer }: Inputs): Text {
  return issuer === undefined
    ? text`Set token-url to the token endpoint itself.`
    : text`Give token-url, the token endpoint itself, instead of issuer.`;
}

function explainUnparsable(error: TokenError, { inputs, server }: StageView): Annotation {
  const { contentType, length } = error.answer;
  const answered = text`${hostOf(server)} answered ${describeTokenError(error)}`;
  const check = adviseEndpoint(inputs);
  if (length === 0) {
    return { title: 'empty answer', message: text`${answered}. ${check}.` };
  }
  if (/html/i.test(contentType ?? '')) {
    return {
      title: 'a page, not a token',
      message: text`${answered}: a page for people. Check ${nameUrlInput(inputs)}; it may name a login page, or a proxy may have answered.`,
    };
  }
  return {
    title: 'not a token',
    message: text`${answered}: neither a JSON object nor a form. ${check}.`,
  };
}

function explainDiscoveryError(error: DiscoveryError, { inputs, server }: StageView): Annotation {
  const host = hostOf(server);
  const { issuer = '' } = inputs;
  const { answer, attempts, actualIssuer, endpoint = '' } = error;
  const tried = attempts.map(({ url, status }) => text`${url} (${status})`);
  const instead = text`Check issuer against the provider's documentation, or give token-url instead.`;
  switch (error.code) {
    case 'not_found':
      return {
        title: 'no metadata there',
        message: text`${host} has no metadata for this issuer; tried ${joinTexts(tried, ', ')}. ${instead}`,
      };
    case 'issuer_mismatch':
      return actualIssuer === undefined
        ? {
            title: 'issuer not named',
            message: text`${host} has metadata that names no issuer. ${instead}`,
          }
        : {
            title: 'another issuer',
            message: text`${host} calls itself ${actualIssuer}, not ${issuer}. The two must be the same to the last slash: set issuer to what the server calls itself, if that is the one you mean, or give token-url instead.`,
          };
    case 'not_metadata':
      return {
        title: 'no metadata there',
        message: text`${host} answered ${nameStatus(answer.status)} with ${nameContent(answer)} in place of metadata. ${instead}`,
      };
    case 'no_token_endpoint':
      return {
        title: 'no token endpoint in the metadata',
        message: text`The metadata of ${host} names no token endpoint. Give token-url instead of issuer.`,
      };
    case 'unusable_endpoint':
      return {
        title: 'token endpoint not usable',
        message: text`The metadata of ${host} names a token endpoint that cannot be used: ${endpoint}; it must be https, without user information and fragment. Give token-url instead of issuer.`,
      };
    case 'redirect':
    case 'refused':
      return explainMetadataStatus(error, host, instead);
  }
}

function explainMetadataStatus(error: DiscoveryError, host: string, instead: Text): Annotation {
  const { status } = error.answer;
  if (status === 407) return explainProxyRefusal(status, host);
  const answered = text`${host} answered the request for its metadata with ${describeDiscoveryError(error)}`;
  if (!error.retryable) {
    return { title: 'no metadata there', message: text`${answered}. ${instead}` };
  }
  return {
    title: 'server failed',
    message: text`${answered}. The provider's status page may tell more; token-url in place of issuer needs no metadata.`,
  };
}

function explainIdTokenError({ code, status = 0 }: IdTokenError): Annotation {
  const title = 'no ID token';
  switch (code) {
    case 'no_permission':
      return {
        title,
        message: text`id-token-as needs GitHub's ID token, and this job may not ask for one. Give it  permissions: { id-token: write }  (runs for forks' pull requests never may).`,
      };
    case 'bad_endpoint':
      return {
        title,
        message: text`id-token-as needs GitHub's ID token, and ACTIONS_ID_TOKEN_REQUEST_URL of this runner is no https URL. Its administrator has to mend that.`,
      };
    case 'refused':
      return {
        title,
        message:
          status >= 500
            ? text`GitHub's ID token service answered ${nameStatus(status)}. See githubstatus.com.`
            : text`GitHub's ID token service answered ${nameStatus(status)}. See githubstatus.com; an audience that it does not take can be the reason, too (id-token-audience).`,
      };
    case 'unparsable':
    case 'malformed':
      return {
        title,
        message: text`GitHub's ID token service answered ${nameStatus(status)} without an ID token. See githubstatus.com.`,
      };
  }
}

function explainInputs({ problems, emptySecret }: InputError): Annotation {
  // The secret last, for what it says is a paragraph.
  const sorted = problems.toSorted((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
  const all = emptySecret === undefined ? sorted : [...sorted, sayEmptySecret(emptySecret)];
  const list = joinTexts(all, '; ');
  return {
    title: 'inputs',
    message: all.length === 1 ? list : text`${countInputs(all)}: ${list}`,
  };
}

/** Several problems may be of one input. */
function countInputs(problems: readonly Text[]): Text {
  const names = new Set(problems.map((problem) => nameOf(problem).split(/[: ]/)[0]));
  return names.size === 1
    ? text`1 input needs attention`
    : text`${names.size} inputs need attention`;
}

/** A problem begins with the name of its input. */
function nameOf(problem: Text): string {
  return renderText(problem, (all) => all);
}

function explainNoRevocation(issuer = ''): Annotation {
  return {
    title: 'no revocation endpoint',
    message: text`revoke: true cannot be kept: the metadata of ${new URL(issuer).host} names no revocation endpoint. Give revocation-url, or leave revoke out. No token was asked for.`,
  };
}

function explainNoRunner(variable: string): Annotation {
  return {
    title: 'not in a workflow',
    message: text`${variable} is not set, so there is nowhere to put a token. This runs as a step of a GitHub Actions workflow; npm run demo tries settings without one.`,
  };
}

function explainTooLong(envVar: string): Annotation {
  return {
    title: 'token too long',
    message: text`The token is too long for an environment variable of Windows (32,767 characters), so ${envVar} cannot hold it. Set env-var: false and use the output token.`,
  };
}

function sayEmptySecret({ name, cause }: EmptySecret): Text {
  switch (cause) {
    case 'fork':
      return text`${name} is empty: this run is for a pull request from a fork, and GitHub gives such runs no secrets. To skip the job there, give it  if: github.event_name != 'pull_request' || github.event.pull_request.head.repo.full_name == github.repository`;
    case 'dependabot':
      return text`${name} is empty: Dependabot started this run, and it sees only Dependabot's own secrets. Add the secret there (Settings > Secrets and variables > Dependabot), or give the job  if: github.actor != 'dependabot[bot]'`;
    case 'unset':
      return text`${name} is empty. A secret that does not exist reads as empty: check its name. A secret of an environment needs environment: on the job, a called workflow needs secrets: inherit, and an organization's secret must be shared with this repository.`;
  }
}
