"use strict";
exports.id = 235;
exports.ids = [235];
exports.modules = {

/***/ 699:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  endJob: () => (/* binding */ endJob)
});

;// CONCATENATED MODULE: ./build/compiled/action/process-end.js
/** What cannot be called off (a name look-up, say) must not hold the job up for longer than this, milliseconds. */
const grace = 1000;
/** Ends this process soon, now that its work is done. */
function endProcess() {
    // Only where something still holds the process, and not before stdout is out: an exit can cut it on a pipe.
    setTimeout(() => {
        process.stdout.write('', () => process.exit());
    }, grace).unref();
}

;// CONCATENATED MODULE: ./build/compiled/http/transport-error.js
/** The codes after which the server cannot have read the request. */
const neverSent = new Set([
    'name_not_found',
    'tls_failed',
    'proxy_refused',
    'proxy_invalid',
    'proxy_unreachable',
]);
/** The codes after which the same request would fail in the same way. */
const transport_error_final = new Set([
    'tls_failed',
    'proxy_invalid',
    'answer_too_large',
    'request_failed',
]);
/** The network errors that mean: no connection was made, so nothing was sent. */
const unconnected = new Set([
    'ECONNREFUSED',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'EADDRNOTAVAIL',
]);
const connectionErrors = new Set([
    ...unconnected,
    'ECONNRESET',
    'ECONNABORTED',
    'EPIPE',
    'ETIMEDOUT',
]);
/** The statuses that say that it went well (RFC 9110 section 15.3). */
function isSuccessStatus(status) {
    return status >= 200 && status <= 299;
}
/** The statuses that are worth another try (RFC 9110 section 15, RFC 6585, RFC 8470). */
function isTransientStatus(status) {
    if (status === 408 || status === 425 || status === 429)
        return true;
    return status >= 500 && status <= 599 && status !== 501 && status !== 505;
}
/** A request that brought no complete HTTP response. */
class transport_error_TransportError extends Error {
    name = 'TransportError';
    code;
    proxyStatus;
    proxyFault;
    systemCode;
    constructor(code, details = {}) {
        super(code, { cause: details.cause });
        this.code = code;
        this.proxyStatus = details.proxyStatus;
        this.proxyFault = details.proxyFault;
        this.systemCode = details.systemCode;
    }
    /** Whether the same request may succeed a little later. */
    get retryable() {
        if (this.code === 'proxy_refused')
            return isTransientStatus(this.proxyStatus ?? 0);
        return !transport_error_final.has(this.code);
    }
    /** Whether the server may have acted on the request although no answer arrived. */
    get mayHaveArrived() {
        return !neverSent.has(this.code) && !unconnected.has(this.systemCode ?? '');
    }
}
/** What `tunnel` says when a proxy does not connect; it gives every such error the code ECONNRESET. */
const tunnelRefusal = /^tunneling socket could not be established, statusCode=(\d{3})/;
const tunnelFailure = /^tunneling socket could not be established, cause=(.*)/s;
/**
 * Sorts an error of node:http, node:tls or `tunnel` into a {@link TransportError}.
 *
 * @param error whatever the request threw or emitted
 * @see https://nodejs.org/api/errors.html#nodejs-error-codes
 */
function toTransportError(error) {
    if (error instanceof transport_error_TransportError)
        return error;
    const cause = error;
    const message = error instanceof Error ? error.message : '';
    const systemCode = readSystemCode(error);
    const details = systemCode === undefined ? { cause } : { cause, systemCode };
    const status = tunnelRefusal.exec(message)?.[1];
    if (status !== undefined) {
        return new transport_error_TransportError('proxy_refused', { ...details, proxyStatus: Number(status) });
    }
    // Only the words are left of what went wrong between here and a proxy.
    const proxyFault = tunnelFailure.exec(message)?.[1];
    if (proxyFault !== undefined) {
        const isTls = /certificate|altnames|SSL routines/i.test(proxyFault);
        const code = isTls ? 'tls_failed' : 'proxy_unreachable';
        return new transport_error_TransportError(code, { ...details, proxyFault });
    }
    if (error instanceof URIError)
        return new transport_error_TransportError('proxy_invalid', details);
    return new transport_error_TransportError(codeOf(systemCode), details);
}
function codeOf(systemCode) {
    if (systemCode === undefined)
        return 'request_failed';
    if (systemCode === 'ENOTFOUND' || systemCode === 'EAI_AGAIN')
        return 'name_not_found';
    if (connectionErrors.has(systemCode))
        return 'connection_failed';
    if (systemCode.startsWith('HPE_'))
        return 'answer_unreadable';
    if (isTlsCode(systemCode))
        return 'tls_failed';
    return 'request_failed';
}
/** The codes of OpenSSL's verification (X509_V_ERR_*), of its protocol errors and of node:tls. */
function isTlsCode(systemCode) {
    return (/^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|CRL_|UNABLE_TO_|INVALID_(CA|PURPOSE)|PATH_LENGTH_)/.test(systemCode) ||
        systemCode.includes('SELF_SIGNED') ||
        systemCode === 'EPROTO' ||
        systemCode === 'HOSTNAME_MISMATCH');
}
function readSystemCode(error) {
    if (!(error instanceof Error) || !('code' in error))
        return undefined;
    return typeof error.code === 'string' ? error.code : undefined;
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/errors.js

/**
 * The statuses by which a gateway says that it passed the request on and has no answer (RFC 9110 section 15, and those
 * that Cloudflare and others use: unknown error, connection lost, a timeout of the server's).
 *
 * @see https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/
 */
const lostAnswers = new Set([408, 502, 504, 520, 524, 598, 599]);
/** A complete HTTP response that brought no token. */
class errors_TokenError extends Error {
    name = 'TokenError';
    code;
    answer;
    /** Whether the same request may succeed a little later. */
    retryable;
    oauthError;
    location;
    retryAfter;
    constructor(code, details) {
        super(code, { cause: details.cause });
        this.code = code;
        this.answer = details.answer;
        this.retryable = details.retryable;
        this.oauthError = details.oauthError;
        this.location = details.location;
        this.retryAfter = details.retryAfter;
    }
    /**
     * Whether the server may have handed out a token although none arrived: the success was damaged, or a gateway lost
     * the answer of the server behind it.
     */
    get mayHaveArrived() {
        const { status } = this.answer;
        const isDamagedSuccess = status < 300 && this.code !== 'oauth_error';
        return isDamagedSuccess || lostAnswers.has(status);
    }
}
/** Complete HTTP responses that brought no metadata, or none that can be used. */
class errors_DiscoveryError extends Error {
    name = 'DiscoveryError';
    code;
    attempts;
    answer;
    /** Whether the same search may succeed a little later. */
    retryable;
    retryAfter;
    location;
    actualIssuer;
    endpoint;
    /** Metadata can be asked for again: nothing is handed out with it. */
    mayHaveArrived = false;
    constructor(code, details) {
        super(code);
        this.code = code;
        this.attempts = details.attempts;
        this.answer = details.answer;
        this.retryable = details.retryable;
        this.retryAfter = details.retryAfter;
        this.location = details.location;
        this.actualIssuer = details.actualIssuer;
        this.endpoint = details.endpoint;
    }
}
/**
 * Decides, in this one place, whether a failed attempt is made again.
 *
 * @param error what the attempt threw
 * @param spendsGrant whether the request carries what a server accepts once: after an answer that may have been lost it
 *   is not sent again, for the server could take it for theft and revoke everything (RFC 6749 section 10.4)
 */
function judgeFailure(error, { retryOn, spendsGrant }) {
    if (!isFailedAttempt(error))
        return { retryable: false };
    if (spendsGrant && error.mayHaveArrived)
        return { retryable: false };
    return {
        retryable: error.retryable || retryOn === 'all',
        retryAfter: error instanceof transport_error_TransportError ? undefined : error.retryAfter,
    };
}
function isFailedAttempt(error) {
    return (error instanceof errors_TokenError ||
        error instanceof errors_DiscoveryError ||
        error instanceof transport_error_TransportError);
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/default-headers.js
/** What every request of this action to an authorization server says of itself, by name in lower case. */
const default_headers_defaultHeaders = [
    ['accept', 'application/json'],
    // What is not compressed needs no limit of its own for what it may become.
    ['accept-encoding', 'identity'],
    ['user-agent', 'oauth2-token'],
];

;// CONCATENATED MODULE: ./build/compiled/oauth2/grant.js

/** The grant of a signed JWT (RFC 7523 section 2.1). */
const jwtBearerGrant = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
/** The grant of a token for a token (RFC 8693 section 2.1). */
const tokenExchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';
/** The kind of a subject token, where nothing else is said: a JWT (RFC 8693 section 3). */
const usualSubjectTokenType = 'urn:ietf:params:oauth:token-type:jwt';
/**
 * The parameters of a grant of which a second use could be taken for theft, or for a wrong guess. A JWT that is used
 * twice is refused, which does no harm.
 */
const grant_guardedParameters = new Set([
    'refresh_token',
    'code',
    'device_code',
    'otp',
]);
/** The parameters of a grant that is used up by asking; the next request could not send the same. */
const singleUseParameters = new Set([
    ...grant_guardedParameters,
    'subject_token',
    'assertion',
]);
/**
 * The jwt-bearer grant: a signed JWT says whose token it is to be.
 *
 * @see RFC 7523 section 2.1
 */
function grant_assertionGrant(makeJwt) {
    return proveBy({ assertion: makeJwt });
}
/**
 * The token-exchange grant, its subject token made for each attempt.
 *
 * @see RFC 8693 section 2.1
 */
function grant_subjectTokenGrant(makeJwt) {
    return proveBy({ subject_token: makeJwt });
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/token-request.js


/** Whether sending the request again after an answer was lost could do harm (RFC 6749 section 10.4). */
function spendsItsGrant({ parameters }) {
    return parameters.some(([name]) => guardedParameters.has(name));
}
/** The names of the body's parameters, for a log: each once, in order, without values. */
function listParameterNames(request) {
    const own = request.proofs.flatMap(({ parameters }) => parameters);
    return [...new Set([...grantParameters(request).map(([name]) => name), ...own])];
}
/**
 * Writes a token request as the HTTP request of one attempt.
 *
 * @see RFC 6749 section 4.4.2
 */
async function token_request_buildTokenRequest(request) {
    const parts = {
        headers: token_request_joinHeaders([...defaultHeaders, contentType(request.bodyFormat), ...request.headers]),
        parameters: grantParameters(request),
    };
    for (const proof of request.proofs)
        await proof.add(parts);
    return {
        method: 'POST',
        url: request.tokenUrl,
        headers: Object.fromEntries(parts.headers),
        body: request.bodyFormat === 'json' ? writeJson(parts.parameters) : writeForm(parts.parameters),
    };
}
function grantParameters(request) {
    const { grantType, scopes, audience, resources, parameters } = request;
    const pairs = [['grant_type', grantType]];
    if (scopes.length > 0)
        pairs.push(['scope', scopes.join(' ')]);
    if (audience !== undefined)
        pairs.push(['audience', audience]);
    pairs.push(...resources.map((resource) => ['resource', resource]), ...parameters);
    return pairs.map(([name, value]) => [name, value]);
}
function contentType(bodyFormat) {
    const type = bodyFormat === 'json' ? 'application/json' : 'application/x-www-form-urlencoded';
    return ['content-type', type];
}
/** Headers by name in lower case; a later one takes the place of an earlier one. */
function token_request_joinHeaders(headers) {
    return new Map(headers.map(([name, value]) => [name.toLowerCase(), value]));
}
/** Writes parameters as application/x-www-form-urlencoded. */
function writeForm(parameters) {
    return new URLSearchParams(parameters).toString();
}
/** A JSON object; a name that comes again becomes an array. */
function writeJson(parameters) {
    const values = Map.groupBy(parameters, ([name]) => name);
    const members = [...values].map(([name, pairs]) => {
        const [first, ...more] = pairs.map(([, value]) => value);
        return [name, more.length === 0 ? first : [first, ...more]];
    });
    return JSON.stringify(Object.fromEntries(members));
}

;// CONCATENATED MODULE: ./build/compiled/http/retry-after.js
const months = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec';
const time = String.raw `(?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)`;
/** The three forms of an HTTP-date, the last two obsolete, that a recipient must accept. */
const httpDates = [
    new RegExp(String.raw `^[A-Z][a-z]{2}, (?<day>\d\d) (?<month>${months}) (?<year>\d{4}) ${time} GMT$`),
    new RegExp(String.raw `^[A-Z][a-z]+day, (?<day>\d\d)-(?<month>${months})-(?<year>\d\d) ${time} GMT$`),
    new RegExp(String.raw `^[A-Z][a-z]{2} (?<month>${months}) (?<day>[ \d]\d) ${time} (?<year>\d{4})$`),
];
/**
 * Reads a Retry-After header: how long the server asks to wait.
 *
 * @param value the header's value, seconds or an HTTP-date; anything else counts as absent
 * @param now epoch, milliseconds
 * @returns milliseconds, never negative
 * @see RFC 9110 sections 10.2.3 and 5.6.7
 */
function parseRetryAfter(value, now) {
    const text = value?.trim() ?? '';
    if (/^\d+$/.test(text))
        return Math.min(Number(text) * 1000, Number.MAX_SAFE_INTEGER);
    const date = parseHttpDate(text, now);
    return date === undefined ? undefined : Math.max(0, date - now);
}
/** Reads an HTTP-date; gives the epoch in milliseconds (RFC 9110 section 5.6.7). */
function parseHttpDate(text, now) {
    for (const form of httpDates) {
        const parts = form.exec(text)?.groups;
        if (parts !== undefined)
            return toEpoch(parts, now);
    }
    return undefined;
}
function toEpoch(parts, now) {
    const month = months.split('|').indexOf(parts['month'] ?? '');
    const [day, hour, minute, second] = ['day', 'hour', 'minute', 'second'].map((name) => Number(parts[name]));
    const year = fullYear(parts['year'] ?? '', now);
    // Date.UTC rolls what the calendar and the clock do not have over into the next month or day.
    const inCalendar = new Date(Date.UTC(year, month, day)).getUTCDate() === day;
    // 60 is a leap second.
    if (!inCalendar || hour > 23 || minute > 59 || second > 60)
        return undefined;
    return Date.UTC(year, month, day, hour, minute, second);
}
/** Two digits stand for the one year with them that is at most 50 years ahead and less than 50 past. */
function fullYear(digits, now) {
    if (digits.length === 4)
        return Number(digits);
    const first = new Date(now).getUTCFullYear() - 49;
    return first + ((Number(digits) + 100 - (first % 100)) % 100);
}

// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __webpack_require__(975);
;// CONCATENATED MODULE: ./build/compiled/oauth2/zulu-time.js
const zulu = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(\.\d+)?Z$/;
/**
 * Reads a Zulu time, `2026-01-31T12:00:00Z`, with a fraction of any length; nothing else, and only a time that the
 * calendar has.
 *
 * @returns undefined where the text is no such time
 * @see RFC 3339 section 5.6
 */
function zulu_time_parseZuluTime(text) {
    const day = zulu.exec(text)?.[1];
    if (day === undefined)
        return undefined;
    const time = new Date(text);
    // Date rolls 31 April over into May, and 24:00 into the next day.
    const real = !Number.isNaN(time.getTime()) && time.toISOString().startsWith(`${day}T`);
    return real ? time : undefined;
}
/**
 * Reads an RFC 3339 time: as {@link parseZuluTime}, or with an offset such as `+01:00`.
 *
 * @returns undefined where the text is no such time
 */
function parseRfc3339Time(text) {
    const [, local = '', sign = '+', hours = '0', minutes = '0'] = /^(.*T.*?)(?:Z|([+-])(\d\d):(\d\d))$/.exec(text.toUpperCase()) ?? [];
    const time = zulu_time_parseZuluTime(`${local}Z`);
    const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
    if (time === undefined || Number(hours) > 23 || Number(minutes) > 59)
        return undefined;
    const epoch = time.getTime() - (sign === '-' ? -offset : offset);
    return epoch < firstZuluTime || epoch > zulu_time_lastZuluTime ? undefined : new Date(epoch);
}
/** Writes a time as `2026-01-31T12:00:00Z`: whole seconds, rounded down. */
function formatZuluTime(time) {
    return `${time.toISOString().slice(0, 19)}Z`;
}
/** The first moment that {@link formatZuluTime} can write: the beginning of year 0; epoch, milliseconds. */
const firstZuluTime = -62_167_219_200_000;
/** The last moment that {@link formatZuluTime} can write: epoch, milliseconds. */
const zulu_time_lastZuluTime = Date.UTC(9999, 11, 31, 23, 59, 59);

;// CONCATENATED MODULE: ./build/compiled/oauth2/access-token.js


/**
 * An access token. It answers the questions that the AccessToken of the Python library stanford.green.oauth2 answers,
 * and never prints its token: not as a string, not as JSON, not by util.inspect.
 */
class access_token_AccessToken {
    #token;
    tokenType;
    expiresAt;
    /** @throws {RangeError} for an empty token, or an expiry that is no time or after the year 9999 */
    constructor({ token, tokenType, expiresAt }) {
        if (token === '')
            throw new RangeError('An access token cannot be empty.');
        const epoch = expiresAt?.getTime() ?? 0;
        if (Number.isNaN(epoch) || Math.abs(epoch) > zulu_time_lastZuluTime) {
            throw new RangeError('The expiry of an access token must be a time.');
        }
        this.#token = token;
        this.tokenType = tokenType;
        this.expiresAt = expiresAt;
    }
    /** The same token with another expiry. */
    withExpiry(expiresAt) {
        return new access_token_AccessToken({ token: this.#token, tokenType: this.tokenType, expiresAt });
    }
    /** The secret itself. */
    get token() {
        return this.#token;
    }
    /**
     * @param now epoch, milliseconds
     * @returns whole seconds until it expires, negative when that is past; undefined where the expiry is not known
     */
    expiresIn(now = Date.now()) {
        if (this.expiresAt === undefined)
            return undefined;
        return Math.floor((this.expiresAt.getTime() - now) / 1000);
    }
    /** Whether it has expired; one whose expiry is not known has not. */
    isExpired(now = Date.now()) {
        return this.expiresAt !== undefined && this.expiresAt.getTime() <= now;
    }
    /** The expiry as `2026-01-31T12:00:00Z`; undefined where it is not known. */
    zuluTimeString() {
        return this.expiresAt === undefined ? undefined : formatZuluTime(this.expiresAt);
    }
    toString() {
        return `[AccessToken, expires ${this.zuluTimeString() ?? 'unknown'}]`;
    }
    toJSON() {
        return this.toString();
    }
    [external_node_util_.inspect.custom]() {
        return this.toString();
    }
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/json-object.js
/** Reads a text as a JSON object; undefined where it is none. */
function readJsonObject(text) {
    try {
        const value = JSON.parse(text);
        return isObject(value) ? value : undefined;
    }
    catch {
        return undefined;
    }
}
/** Whether a value of JSON is an object. */
function isObject(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
/** A non-empty string; anything else is as good as absent. */
function json_object_readText(value) {
    return typeof value === 'string' && value !== '' ? value : undefined;
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/token-response.js






/** The errors that a server reports for a while (RFC 6749 section 4.1.2.1, RFC 8628 section 3.5). */
const transientErrors = new Set([
    'temporarily_unavailable',
    'server_error',
    'slow_down',
]);
/** The members that are read here and have a place of their own in a {@link TokenResponse}. */
const understood = new Set([
    'access_token',
    'token_type',
    'expires_in',
    'scope',
    'refresh_token',
    'id_token',
]);
/**
 * Reads the answer of a token endpoint.
 *
 * @throws {TokenError} when it brings no token
 * @see RFC 6749 sections 5.1 and 5.2
 */
function token_response_parseTokenResponse(response, context) {
    const members = token_response_refuseFailure(response, token_response_readMembers(response.body), context.now);
    const accessToken = readAccessToken(response, members, context.sentAt);
    return { accessToken, ...token_response_readCompanions(response, members), issuedAt: context.sentAt };
}
/**
 * Throws where the answer is a failure: an `error`, whatever the status, a status that is no success, or a success that
 * cannot be read.
 *
 * @param members of the body; undefined where it has none
 * @param now epoch, milliseconds
 * @returns the members of a success
 * @throws {TokenError}
 */
function token_response_refuseFailure(response, members, now) {
    const { status, headers } = response;
    const oauthError = readOAuthError(members);
    const retryAfter = parseRetryAfter(headers['retry-after'], now);
    if (status >= 300 && status < 400) {
        const location = readLocation(headers['location']);
        throw token_response_failure('redirect', response, { retryable: false, oauthError, location, retryAfter });
    }
    const transient = isTransientStatus(status) || transientErrors.has(oauthError?.error ?? '');
    if (oauthError !== undefined) {
        throw token_response_failure('oauth_error', response, { retryable: transient, oauthError, retryAfter });
    }
    if (!isSuccessStatus(status)) {
        throw token_response_failure('http_error', response, { retryable: transient, retryAfter });
    }
    if (members === undefined)
        throw token_response_failure('unparsable', response, { retryable: true, retryAfter });
    return members;
}
/**
 * Reads a body as a JSON object, whatever its content type says, else as a form with a token or an error.
 *
 * @returns undefined where it is neither
 */
function token_response_readMembers(body) {
    // TextDecoder drops a byte order mark.
    const text = new TextDecoder().decode(body);
    return readJsonObject(text) ?? readForm(text);
}
/** Any text reads as a form; only one that is encoded as one and says something about a token is taken for one. */
function readForm(text) {
    if (/[\s<>"]/.test(text.trim()))
        return undefined;
    const form = new URLSearchParams(text.trim());
    const telling = form.has('access_token') || form.has('error');
    return telling ? Object.fromEntries(form) : undefined;
}
function readOAuthError(members) {
    const error = members?.['error'];
    const description = json_object_readText(members?.['error_description']);
    const uri = json_object_readText(members?.['error_uri']);
    if (isObject(error)) {
        // Not of the RFC, but some servers nest it: {"error": {"code": ..., "message": ...}}.
        const code = json_object_readText(error['status']) ?? json_object_readText(error['code']) ?? json_object_readText(error['type']);
        return {
            error: code ?? 'unnamed error',
            description: description ?? json_object_readText(error['message']),
            uri,
        };
    }
    const code = json_object_readText(error);
    return code === undefined ? undefined : { error: code, description, uri };
}
/**
 * Reads the token and its expiry.
 *
 * @param sentAt epoch, milliseconds
 * @throws {TokenError} where there is no token, or one that cannot be one
 */
function readAccessToken(response, members, sentAt) {
    return new AccessToken({
        token: token_response_readTokenString(response, members),
        tokenType: readText(members['token_type']) ?? 'Bearer',
        expiresAt: addLifetime(sentAt, readLifetime(members['expires_in'])),
    });
}
/**
 * Reads `access_token`.
 *
 * @throws {TokenError} where it is missing, or malformed
 */
function token_response_readTokenString(response, members) {
    const token = readToken(response, members['access_token']);
    if (token === undefined)
        throw token_response_failure('no_access_token', response, { retryable: false });
    return token;
}
/**
 * Reads a token of any kind.
 *
 * @throws {TokenError} where it has a character outside %x20-7E (RFC 6749 appendices A.12 and A.17): a line break in it
 *   would be an injection into a later step
 */
function readToken(response, value) {
    const token = readText(value);
    if (token === undefined || /^[\x20-\x7e]+$/.test(token))
        return token;
    throw token_response_failure('malformed_token', response, { retryable: false });
}
/** Reads `expires_in`: seconds, as a number or a numeric string; 0 where it says nothing. */
function readLifetime(value) {
    const numeric = typeof value === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(value);
    return Math.floor(typeof value === 'number' || numeric ? Number(value) : 0);
}
/**
 * @param start epoch, milliseconds
 * @param lifetime seconds
 * @returns undefined for an unknown lifetime or none, and for one that ends after the year 9999
 */
function addLifetime(start, lifetime) {
    if (lifetime === undefined || lifetime <= 0)
        return undefined;
    const end = start + lifetime * 1000;
    return end > lastZuluTime ? undefined : new Date(end);
}
/**
 * Reads what comes with the token.
 *
 * @throws {TokenError} where a refresh token or an ID token is malformed
 */
function token_response_readCompanions(response, members) {
    return {
        scopes: readScopes(members['scope']),
        refreshToken: readToken(response, members['refresh_token']),
        idToken: readToken(response, members['id_token']),
        others: Object.fromEntries(Object.entries(members).filter(([name, value]) => !understood.has(name) && isShallow(value))),
    };
}
/** How deep a further member may be nested, levels. JSON.parse reads any depth, but no recursive call goes that far. */
const deepest = 100;
function isShallow(value, levels = deepest) {
    if (typeof value !== 'object' || value === null)
        return true;
    return levels > 0 && Object.values(value).every((member) => isShallow(member, levels - 1));
}
/** Reads `scope`: a string with spaces (or commas, as Slack has them), or an array. */
function readScopes(scope) {
    if (Array.isArray(scope))
        return scope.filter((one) => typeof one === 'string');
    if (typeof scope !== 'string')
        return undefined;
    const separator = /\s/.test(scope) ? /\s/ : /,/;
    return scope.split(separator).filter((one) => one !== '');
}
/** Where a Location points, without its query and user info: they may carry what is nobody's business. */
function readLocation(location) {
    if (location === undefined)
        return undefined;
    // As URLs are read: without white space around and line breaks and tabs within, and a backslash is a slash.
    const text = location.replace(/[\t\r\n]/g, '').trim();
    if (/^https?:/i.test(text) && URL.canParse(text)) {
        const { protocol, host, pathname } = new URL(text);
        return `${protocol}//${host}${pathname}`;
    }
    const [place = ''] = text.split(/[?#]/);
    // Only what begins with one slash is sure to have no host, and so no user info.
    if (/^\/(?![/\\])/.test(place))
        return place;
    return dropUserInfo(place);
}
/** Drops all before the last @ but a scheme and slashes; in one go, for a server chooses the length. */
function dropUserInfo(place) {
    const at = place.lastIndexOf('@');
    if (at < 0)
        return place;
    const [start = ''] = /^(?:[a-z][a-z\d+.-]*:(?=[/\\]))?[/\\]*/i.exec(place) ?? [];
    return start + place.slice(at + 1);
}
/** A {@link TokenError} that tells what the answer was like. */
function token_response_failure(code, response, details) {
    return new errors_TokenError(code, { ...details, answer: shapeOf(response) });
}
/** What an answer was like. */
function shapeOf({ status, statusText, headers, body }) {
    return { status, statusText, contentType: headers['content-type'], length: body.length };
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/token-endpoint.js


/** The most that is read of an answer, bytes: a token response is a few KiB. */
const token_endpoint_maxResponseBytes = 1024 * 1024;
/**
 * Asks a token endpoint once. The request is built afresh, for an assertion is accepted once and soon expires.
 *
 * @throws {TransportError} when no complete response came back
 * @throws {TokenError} when the response brings no token
 */
async function askTokenEndpoint(request, { send, now, signal, tls }) {
    const httpRequest = await buildTokenRequest(request);
    const sentAt = now();
    const response = await send(httpRequest, { signal, tls, maxBytes: token_endpoint_maxResponseBytes });
    return parseTokenResponse(response, { sentAt, now: now() });
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/revocation.js





/**
 * Asks a revocation endpoint once to end an access token. Any success means that the token is void, or never was a
 * token of this server. Its body says nothing by the RFC, but some servers answer errors with 200.
 *
 * @throws {TransportError} when no complete response came back
 * @throws {TokenError} when the server refused
 * @see RFC 7009 section 2
 */
async function revoke(request, { send, now, signal, tls }) {
    const httpRequest = await buildRevocationRequest(request);
    const response = await send(httpRequest, { signal, tls, maxBytes: token_endpoint_maxResponseBytes });
    const members = token_response_readMembers(response.body);
    if (!isSuccessStatus(response.status) || members?.['error'] !== undefined)
        token_response_refuseFailure(response, members, now());
}
/** Writes the request as HTTP: a form, even where the token was asked for in JSON (RFC 7009 section 2.1). */
async function buildRevocationRequest(request) {
    const parts = {
        headers: token_request_joinHeaders([
            ...default_headers_defaultHeaders,
            ...request.headers,
            ['content-type', 'application/x-www-form-urlencoded'],
        ]),
        parameters: [
            ['token', request.token],
            ['token_type_hint', 'access_token'],
        ],
    };
    for (const proof of request.proofs)
        await proof.add(parts);
    return {
        method: 'POST',
        url: request.revocationUrl,
        headers: Object.fromEntries(parts.headers),
        body: writeForm(parts.parameters),
    };
}

;// CONCATENATED MODULE: ./build/compiled/retry/deadline.js
/** When everything must be over that a run asks of authorization servers. */
class Deadline {
    #clock;
    #at;
    /** @param seconds from now */
    constructor(clock, seconds) {
        this.#clock = clock;
        this.#at = clock.monotonic() + seconds * 1000;
    }
    /** By the clock's monotonic(), milliseconds. */
    get at() {
        return this.#at;
    }
    /** Does some work whose time does not count. */
    async exclude(work) {
        const startedAt = this.#clock.monotonic();
        try {
            return await work();
        }
        finally {
            this.#at += this.#clock.monotonic() - startedAt;
        }
    }
}

;// CONCATENATED MODULE: ./build/compiled/http/loopback.js
/**
 * Whether connections to a host never leave the machine.
 *
 * @param hostname as `URL.hostname` gives it
 * @see RFC 6761 section 6.3, RFC 6890, RFC 4291 section 2.5.3
 */
function isLoopback(hostname) {
    return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

;// CONCATENATED MODULE: ./build/compiled/id-token/id-token-error.js

/** GitHub's ID token cannot be had. It carries nothing of an answer but its status. */
class id_token_error_IdTokenError extends Error {
    name = 'IdTokenError';
    code;
    status;
    /** Whether the same request may succeed a little later. */
    retryable;
    retryAfter;
    constructor(code, details = {}) {
        super(code);
        this.code = code;
        this.status = details.status;
        this.retryable = details.retryable ?? false;
        this.retryAfter = details.retryAfter;
    }
}
/**
 * Decides whether a failed request for an ID token is made again. Asking twice does no harm: each ID token is another
 * one.
 *
 * @param error what the attempt threw
 */
function judgeIdTokenFailure(error, retryOn) {
    if (error instanceof transport_error_TransportError)
        return { retryable: error.retryable || retryOn === 'all' };
    // Where nothing was asked there is nothing to ask again.
    if (!(error instanceof id_token_error_IdTokenError) || error.status === undefined)
        return { retryable: false };
    return { retryable: error.retryable || retryOn === 'all', retryAfter: error.retryAfter };
}

;// CONCATENATED MODULE: ./build/compiled/id-token/id-token.js






/** The most that is read of an answer, bytes: an ID token has 2 KiB. */
const maxIdTokenAnswerBytes = 64 * 1024;
/** Three parts of base64url (RFC 7515 section 7.1); GitHub signs, so that none is empty. */
const compactJwt = /^[\w-]+\.([\w-]+)\.[\w-]+$/;
/**
 * Finds where the job may ask for its ID token.
 *
 * @param env the step's environment
 * @returns undefined where the job lacks `permissions: { id-token: write }`
 * @see https://docs.github.com/actions/reference/security/oidc
 */
function findIdTokenEndpoint(env) {
    const url = env['ACTIONS_ID_TOKEN_REQUEST_URL'] ?? '';
    const requestToken = env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'] ?? '';
    return url === '' || requestToken === '' ? undefined : { url, requestToken };
}
/**
 * Asks for the job's ID token once. Each answer is another token, with a `jti` of its own.
 *
 * @param audience the `aud` that it shall have; GitHub's own choice where undefined
 * @throws {TransportError} when no complete response came back
 * @throws {IdTokenError} when the endpoint cannot be asked, or the response brings no ID token
 */
async function requestIdToken(endpoint, audience, { send, now, signal, hide }) {
    const url = addAudience(readEndpointUrl(endpoint.url), audience);
    const headers = {
        ...Object.fromEntries(default_headers_defaultHeaders),
        authorization: `Bearer ${endpoint.requestToken}`,
    };
    const response = await send({ method: 'GET', url, headers }, { signal, maxBytes: maxIdTokenAnswerBytes });
    return readAnswer(response, { now: now(), hide });
}
/** The bearer token goes to nobody who could read it on the way. */
function readEndpointUrl(text) {
    const url = URL.parse(text);
    const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
    if (url === null || !isSafe)
        throw new id_token_error_IdTokenError('bad_endpoint');
    return url;
}
/** Leaves the query that is there as it is, which `searchParams` would write anew. */
function addAudience(url, audience) {
    if (audience === undefined)
        return url.href;
    const before = url.search === '' ? '' : `${url.search}&`;
    const complete = new URL(url);
    complete.search = `${before}audience=${encodeURIComponent(audience)}`;
    return complete.href;
}
function readAnswer({ status, headers, body }, { now, hide }) {
    const details = {
        status,
        retryAfter: parseRetryAfter(headers['retry-after'], now),
    };
    if (!isSuccessStatus(status)) {
        throw new id_token_error_IdTokenError('refused', { ...details, retryable: isTransientStatus(status) });
    }
    const members = readJsonObject(new TextDecoder().decode(body));
    if (members === undefined)
        throw new id_token_error_IdTokenError('unparsable', { ...details, retryable: true });
    const token = members['value'];
    const payload = typeof token === 'string' ? compactJwt.exec(token)?.[1] : undefined;
    if (typeof token !== 'string' || payload === undefined) {
        // It is not hidden: what is no token may be a brace or a letter, and a mask of that blanks the log.
        throw new id_token_error_IdTokenError('malformed', details);
    }
    // Whole: what is shown of a text is cut after the masks were applied, and a part of a token is of no use.
    hide(token);
    const claims = readClaims(payload);
    if (claims === undefined)
        throw new id_token_error_IdTokenError('malformed', details);
    return { token, claims };
}
function readClaims(payload) {
    try {
        // Fatal, for replacement characters would make different claims equal.
        const decoder = new TextDecoder('utf-8', { fatal: true });
        const claims = readJsonObject(decoder.decode(Buffer.from(payload, 'base64url')));
        // JSON is read at any depth, but what is nested too deep cannot be written again.
        JSON.stringify(claims);
        return claims;
    }
    catch {
        return undefined;
    }
}
/** The claims that differ from one run to the next, or from one commit to the next, and say nothing of who asks. */
const passing = new Set([
    'jti',
    'iat',
    'nbf',
    'exp',
    'run_id',
    'run_number',
    'run_attempt',
    'check_run_id',
    'sha',
    'workflow_sha',
]);
/**
 * Whether a claim only passes with the run. The commit of a reusable workflow does not: a provider can trust one audited
 * commit of it. In a job of its own workflow that commit is the run's.
 */
function isPassing(name, claims) {
    if (name !== 'job_workflow_sha')
        return passing.has(name);
    return claims['job_workflow_ref'] === claims['workflow_ref'];
}
/**
 * The claims that tell one asker from another, for the identity of what is cached: `sub` alone can be as coarse as the
 * repository, while servers test the environment or the ref.
 *
 * @returns sorted by name, the values as JSON
 */
function bindClaims(claims) {
    return Object.entries(claims)
        .filter(([name]) => !isPassing(name, claims))
        .toSorted(([one], [other]) => (one < other ? -1 : 1))
        .map(([name, value]) => [name, JSON.stringify(value)]);
}
/** The claims that have to match what is configured at the provider, as the log shows them. */
function describeClaims({ iss, sub, aud }) {
    return { iss: describeClaim(iss), sub: describeClaim(sub), aud: describeClaim(aud) };
}
function describeClaim(value) {
    if (value === undefined || value === null)
        return undefined;
    return Array.isArray(value) ? value.map(writeClaim).join(', ') : writeClaim(value);
}
function writeClaim(value) {
    return typeof value === 'string' ? value : JSON.stringify(value);
}

;// CONCATENATED MODULE: ./build/compiled/retry/backoff.js
/**
 * Draws the wait after a failed attempt: exponential backoff with collision avoidance. After the n-th attempt it is a
 * random whole number of time slots, from 0 to 2^n - 1, and the cap is applied after the draw, so that a capped wait
 * becomes likelier with each attempt instead of the draw being narrowed.
 *
 * @param failed the number of attempts that have failed so far, 1 or more
 * @param random gives a number from 0 (included) to 1 (excluded)
 * @returns seconds
 * @see https://pypi.org/project/exponential-backoff-ca/
 */
function drawWait(backoff, failed, random) {
    const slots = Math.floor(random() * 2 ** failed);
    return Math.min(backoff.maxWait, backoff.timeSlot * slots);
}

;// CONCATENATED MODULE: ./build/compiled/clock.js
/** setTimeout fires at once for a longer time than this, in milliseconds. */
const longestTimer = 2 ** 31 - 1;
/** The clock of the machine. */
const systemClock = {
    now: () => Date.now(),
    // As performance.now(), whose module takes a millisecond to load.
    monotonic: () => Number(process.hrtime.bigint()) / 1e6,
    sleep: (milliseconds) => new Promise((resolve) => {
        setTimeout(resolve, Math.min(milliseconds, longestTimer));
    }),
    startTimer: (milliseconds, callback) => {
        const timer = setTimeout(callback, Math.min(milliseconds, longestTimer));
        return () => {
            clearTimeout(timer);
        };
    },
};
/**
 * Runs some work with a signal that aborts, with a DOMException named TimeoutError, when its time is over. The work
 * has to end by itself when that happens.
 */
async function limitTime(work, { milliseconds, over }, { startTimer }) {
    const controller = new AbortController();
    const stopTimer = startTimer(milliseconds, () => {
        controller.abort(new DOMException(over, 'TimeoutError'));
    });
    try {
        return await work(controller.signal);
    }
    finally {
        stopTimer();
    }
}

;// CONCATENATED MODULE: ./build/compiled/retry/retry.js


/** The end of all attempts; its cause is the error of the last one. */
class GaveUp extends Error {
    name = 'GaveUp';
    code;
    /** The last attempt. */
    failure;
    constructor(code, failure) {
        super(code, { cause: failure.error });
        this.code = code;
        this.failure = failure;
    }
}
/**
 * Makes attempts until one succeeds, none is left, or another would be useless or too late.
 *
 * @throws {GaveUp} with the last attempt's error as its cause; and whatever preparing throws
 */
async function retry(attempt, policy, collaborators) {
    const { clock, report, prepare } = collaborators;
    for (let number = 1;; number += 1) {
        if (prepare !== undefined)
            await prepare();
        const startedAt = clock.monotonic();
        const allowed = Math.max(0, Math.min(policy.attemptTimeout * 1000, policy.deadline - startedAt));
        const limit = { milliseconds: allowed, over: 'The time for this attempt is over.' };
        try {
            return await limitTime((signal) => attempt(number, signal), limit, clock);
        }
        catch (error) {
            const took = clock.monotonic() - startedAt;
            const { wait, retryAfter, gaveUp } = decide(error, number, policy, collaborators);
            const { maxAttempts } = policy;
            const failure = { attempt: number, maxAttempts, error, wait, retryAfter, allowed, took };
            report(failure);
            if (gaveUp !== undefined)
                throw new GaveUp(gaveUp, failure);
            await clock.sleep(wait);
        }
    }
}
/** A timer can call back a little before its time, milliseconds; what is left then is no time for an attempt. */
const earlyTimer = 1;
/** Decides after a failed attempt: wait how long, or give up why. */
function decide(error, failed, policy, { clock, random, judge }) {
    const { retryable, retryAfter } = judge(error);
    const giveUp = (gaveUp) => ({ wait: undefined, retryAfter, gaveUp });
    const left = policy.deadline - clock.monotonic();
    if (!retryable)
        return giveUp('not_retryable');
    if (left <= earlyTimer)
        return giveUp('total_timeout');
    if (failed >= policy.maxAttempts)
        return giveUp('attempts_used_up');
    if (retryAfter !== undefined && retryAfter >= left)
        return giveUp('retry_after_too_long');
    const wait = Math.max(drawWait(policy, failed, random) * 1000, retryAfter ?? 0);
    if (wait >= left)
        return giveUp('total_timeout');
    return { wait, retryAfter };
}

;// CONCATENATED MODULE: ./build/compiled/failures/stage-error.js
/** All attempts of a stage failed. */
class StageError extends Error {
    name = 'StageError';
    code = 'stage_failed';
    stage;
    gaveUp;
    facts;
    constructor(stage, gaveUp, facts) {
        super('stage_failed', { cause: gaveUp });
        this.stage = stage;
        this.gaveUp = gaveUp;
        this.facts = facts;
    }
}

;// CONCATENATED MODULE: ./build/compiled/log/duration.js
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
/**
 * Writes a duration as people read it: `20 ms`, `0.2 s`, `15 s`, `42 min`, `1 h 30 min`, `60 days`.
 *
 * @param milliseconds rounded to what is shown
 */
function formatDuration(milliseconds) {
    if (milliseconds > 0 && milliseconds < 100)
        return `${Math.ceil(milliseconds)} ms`;
    if (milliseconds < 10 * second)
        return `${Math.round(milliseconds / 100) / 10} s`;
    if (milliseconds <= 2 * minute)
        return duration_formatSeconds(milliseconds);
    const minutes = Math.round(milliseconds / minute);
    if (minutes < 60)
        return `${minutes} min`;
    if (milliseconds >= 48 * hour)
        return `${Math.round(milliseconds / (24 * hour))} days`;
    const rest = minutes % 60;
    return `${Math.floor(minutes / 60)} h${rest === 0 ? '' : ` ${rest} min`}`;
}
/** Writes a duration in whole seconds, as servers name it: `3540 s`. */
function duration_formatSeconds(milliseconds) {
    return `${Math.round(milliseconds / second)} s`;
}

;// CONCATENATED MODULE: ./build/compiled/log/text.js
/** Tags a template: what stands in it was written here, what is put into it may come from anywhere. */
function text_text(words, ...pieces) {
    return { words, pieces };
}
/** Puts texts in a row. */
function text_joinTexts(texts, separator) {
    const between = texts.slice(1).map(() => separator);
    return { words: ['', ...between, ''], pieces: texts };
}
/** How much of a text from outside is shown, characters. */
const shown = 300;
/** Shows the value of an input as a whole or not at all: the runner's mask of a secret does not match a part of it. */
function text_showInput(value) {
    return value.length > shown ? text_text `(${value.length} characters)` : text_text `${value}`;
}
/** Shows what an input got. */
function got(value) {
    return value.length > shown ? text_text `got ${value.length} characters` : text_text `got "${value}"`;
}
/**
 * Makes a text from outside harmless. The runner obeys `##[command]` anywhere in a line and `::command::` at its start,
 * so what a server, a certificate or an input wrote could set an output or switch masking off. Secrets go first: a mask
 * no longer matches what was broken or cut.
 *
 * @see https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
function makeHarmless(outside, redact) {
    const oneLine = breakCommands(redact(outside).replace(unprintable, ' '));
    const characters = Array.from(oneLine);
    return characters.length <= shown ? oneLine : `${characters.slice(0, shown).join('')}...`;
}
/** Control and format characters, lone surrogates, line and paragraph separators. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
function breakCommands(line) {
    return line.replace(/#(?=#\[)/g, '# ').replace(/:(?=:)/g, ': ');
}
/** Writes a text as one line that is safe to print. */
function renderText(line, redact) {
    const rendered = line.words.map((word, index) => word + renderPiece(line.pieces[index], redact));
    // Once more over the whole, for a command could begin in one piece and end in the next.
    return breakCommands(redact(rendered.join('')));
}
function renderPiece(piece, redact) {
    if (piece === undefined)
        return '';
    if (typeof piece === 'number')
        return String(piece);
    if (typeof piece === 'string')
        return makeHarmless(piece, redact);
    if ('sentence' in piece)
        return makeHarmless(takeSentence(redact(piece.sentence)), redact);
    return renderText(piece, redact);
}
/** Some servers write several lines: trace id, time. A secret is hidden before, for it can end in a full stop. */
function takeSentence(outside) {
    const [line = ''] = outside.trim().split(/[\r\n]/, 1);
    let end = line.length;
    while (line[end - 1] === '.')
        end -= 1;
    return line.slice(0, end);
}

// EXTERNAL MODULE: external "node:http"
var external_node_http_ = __webpack_require__(67);
;// CONCATENATED MODULE: ./build/compiled/wording/names.js


/** The host that an absolute URL names. */
function names_hostOf(url) {
    return new URL(url).host;
}
/** The server of the token request, as far as it is known: the token endpoint, else the issuer. */
function urlOf({ tokenUrl, issuer }) {
    return tokenUrl ?? issuer ?? '';
}
/** The input that says where the server is. */
function names_nameUrlInput({ issuer }) {
    return issuer === undefined ? 'token-url' : 'issuer';
}
/** `503 Service Unavailable`, in the words of the registry; the server's own are text from outside. */
function names_nameStatus(status) {
    const phrase = external_node_http_.STATUS_CODES[status];
    return phrase === undefined ? String(status) : `${status} ${phrase}`;
}
/** What an answer held: its content type, or how much of no named type. */
function names_nameContent({ contentType, length }) {
    if (length === 0)
        return 'an empty body';
    const type = contentType?.split(';')[0]?.trim() ?? '';
    return type === '' ? `${length} bytes of no named type` : type;
}
/** A redirect, and where it points if the answer says so. */
function nameRedirect(status, location) {
    const name = names_nameStatus(status);
    return location === undefined
        ? text_text `${name}, a redirect`
        : text_text `${name}, a redirect to ${location}`;
}
/** A URL without its query, which can hold a secret. */
function names_originAndPath(url) {
    const { origin, pathname } = new URL(url);
    return `${origin}${pathname}`;
}
/** What is known of an error that nobody foresaw. */
function describeUnknown(error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
/** Gives a line for each detail that is known. */
function listDetails(details) {
    return details.flatMap(([name, value]) => (value === undefined ? [] : [text_text `${name}: ${value}`]));
}

;// CONCATENATED MODULE: ./build/compiled/wording/id-token.js



/** Says in a few words why there is no ID token. */
function describeIdTokenError({ code, status = 0 }) {
    switch (code) {
        case 'no_permission':
            return text_text `this job may not ask for one`;
        case 'bad_endpoint':
            return text_text `the runner names no https URL for it`;
        case 'refused':
            return text_text `${names_nameStatus(status)}`;
        case 'unparsable':
        case 'malformed':
            return text_text `${names_nameStatus(status)} without an ID token`;
    }
}
/** What the ID token of an attempt says; nothing where it had none. */
function describeIdToken(idToken) {
    return idToken === undefined ? [] : [text_text `ID token: ${id_token_writeClaims(idToken)}`];
}
/** What a server that trusts GitHub's ID tokens looks at. */
function id_token_writeClaims({ claims }) {
    const { iss = 'none', sub = 'none', aud = 'none' } = describeClaims(claims);
    return text_text `iss: ${iss}, sub: ${sub}, aud: ${aud}`;
}
/** Explains why there is no ID token, and says what to do. */
function explainIdTokenError({ code, status = 0 }) {
    const title = 'no ID token';
    switch (code) {
        case 'no_permission':
            return {
                title,
                message: text `id-token-as needs GitHub's ID token, and this job may not ask for one. Give it  permissions: { id-token: write }  (runs for forks' pull requests never may).`,
            };
        case 'bad_endpoint':
            return {
                title,
                message: text `id-token-as needs GitHub's ID token, and ACTIONS_ID_TOKEN_REQUEST_URL of this runner is no https URL. Its administrator has to mend that.`,
            };
        case 'refused':
            return {
                title,
                message: status >= 500
                    ? text `GitHub's ID token service answered ${nameStatus(status)}. See githubstatus.com.`
                    : text `GitHub's ID token service answered ${nameStatus(status)}. See githubstatus.com; an audience that it does not take can be the reason, too (id-token-audience).`,
            };
        case 'unparsable':
        case 'malformed':
            return {
                title,
                message: text `GitHub's ID token service answered ${nameStatus(status)} without an ID token. See githubstatus.com.`,
            };
    }
}

;// CONCATENATED MODULE: ./build/compiled/wording/proxy.js


/** A proxy did not let the request through. */
function proxy_explainProxyRefusal(proxyStatus, server) {
    const refused = text `The proxy refused to connect to ${server}: ${nameStatus(proxyStatus)}.`;
    return { title: 'proxy refused', message: text `${refused} ${adviseProxy(proxyStatus)}` };
}
function adviseProxy(proxyStatus) {
    if (proxyStatus === 407) {
        return text `Put its user and password into the proxy's address: https_proxy=http://USER:PASSWORD@HOST:PORT.`;
    }
    return proxyStatus >= 500
        ? text `Check that the proxy reaches the host, or name the host in no_proxy.`
        : text `Allow the host at the proxy, or name it in no_proxy.`;
}

;// CONCATENATED MODULE: ./build/compiled/wording/metadata.js



/** Says in a few words what an answer without usable metadata was. */
function describeDiscoveryError(error) {
    const { answer, location, actualIssuer, endpoint = '' } = error;
    const status = names_nameStatus(answer.status);
    switch (error.code) {
        case 'not_found':
        case 'refused':
            return text_text `${status}`;
        case 'not_metadata':
            return text_text `${status} with ${names_nameContent(answer)} in place of metadata`;
        case 'issuer_mismatch':
            return actualIssuer === undefined
                ? text_text `metadata that names no issuer`
                : text_text `metadata of ${actualIssuer}`;
        case 'no_token_endpoint':
            return text_text `metadata without a token endpoint`;
        case 'unusable_endpoint':
            return text_text `metadata with a token endpoint that cannot be used: ${endpoint}`;
        case 'redirect':
            return nameRedirect(answer.status, location);
    }
}
/** Each URL that was tried, and what the last answer held. */
function describeMetadataAnswer(error, after) {
    const { attempts, answer, actualIssuer, endpoint, location } = error;
    return [
        ...attempts.map(({ url, status }) => text_text `GET ${url}: ${names_nameStatus(status)}`),
        text_text `${names_nameContent(answer)}, ${after}`,
        ...listDetails([
            ['issuer', actualIssuer],
            ['token_endpoint', endpoint],
            ['location', location],
        ]),
    ];
}
/** Explains why there is no usable metadata, and says what to check. */
function explainDiscoveryError(error, { inputs, server }) {
    const host = hostOf(server);
    const { issuer = '' } = inputs;
    const { answer, attempts, actualIssuer, endpoint = '' } = error;
    const tried = attempts.map(({ url, status }) => text `${url} (${status})`);
    const instead = text `Check issuer against the provider's documentation, or give token-url instead.`;
    switch (error.code) {
        case 'not_found':
            return {
                title: 'no metadata there',
                message: text `${host} has no metadata for this issuer; tried ${joinTexts(tried, ', ')}. ${instead}`,
            };
        case 'issuer_mismatch':
            return actualIssuer === undefined
                ? {
                    title: 'issuer not named',
                    message: text `${host} has metadata that names no issuer. ${instead}`,
                }
                : {
                    title: 'another issuer',
                    message: text `${host} calls itself ${actualIssuer}, not ${issuer}. The two must be the same to the last slash: set issuer to what the server calls itself, if that is the one you mean, or give token-url instead.`,
                };
        case 'not_metadata':
            return {
                title: 'no metadata there',
                message: text `${host} answered ${nameStatus(answer.status)} with ${nameContent(answer)} in place of metadata. ${instead}`,
            };
        case 'no_token_endpoint':
            return {
                title: 'no token endpoint in the metadata',
                message: text `The metadata of ${host} names no token endpoint. Give token-url instead of issuer.`,
            };
        case 'unusable_endpoint':
            return {
                title: 'token endpoint not usable',
                message: text `The metadata of ${host} names a token endpoint that cannot be used: ${endpoint}; it must be https, without user information and fragment. Give token-url instead of issuer.`,
            };
        case 'redirect':
        case 'refused':
            return explainMetadataStatus(error, host, instead);
    }
}
function explainMetadataStatus(error, host, instead) {
    const { status } = error.answer;
    if (status === 407)
        return explainProxyRefusal(status, host);
    const answered = text `${host} answered the request for its metadata with ${describeDiscoveryError(error)}`;
    if (!error.retryable) {
        return { title: 'no metadata there', message: text `${answered}. ${instead}` };
    }
    return {
        title: 'server failed',
        message: text `${answered}. The provider's status page may tell more; token-url in place of issuer needs no metadata.`,
    };
}

;// CONCATENATED MODULE: ./build/compiled/wording/stages.js




const authorizationServer = {
    nameServer: names_hostOf,
    nameHost: (url) => text_text `the name ${new URL(url).hostname}`,
    maxBytes: token_endpoint_maxResponseBytes,
    adviseAddress: (inputs, more) => text_text `Check ${names_nameUrlInput(inputs)}${more}.`,
    adviseTls: (inputs, what) => text_text `Check ${what} in ${names_nameUrlInput(inputs)}.`,
    adviseTrust: text_text `If a private CA issued it, give the CA's certificate in ca-certificate.`,
};
/** No input has a part in reaching it, and only the default roots are trusted there. */
const idTokenService = {
    nameServer: () => "GitHub's ID token service",
    nameHost: () => text_text `its name`,
    maxBytes: maxIdTokenAnswerBytes,
    adviseAddress: () => text_text `See githubstatus.com.`,
    adviseTls: () => text_text `A proxy in between may have answered.`,
    adviseTrust: text_text `A proxy that opens TLS has a CA of its own; the environment variable NODE_EXTRA_CA_CERTS names the file with its certificate.`,
};
const words = {
    metadata: {
        server: authorizationServer,
        purpose: text_text ` to read the issuer's metadata`,
        title: text_text `Metadata: request and answer`,
        success: text_text `metadata`,
        showsCertificate: false,
    },
    id_token: {
        server: idTokenService,
        purpose: text_text ` to get GitHub's ID token`,
        title: text_text `GitHub's ID token: request and answer`,
        success: text_text `an ID token`,
        showsCertificate: false,
    },
    token: {
        server: authorizationServer,
        purpose: text_text ``,
        title: text_text `Request and answer`,
        success: text_text `a token`,
        showsCertificate: true,
    },
    revocation: {
        server: authorizationServer,
        purpose: text_text ` to revoke the token`,
        title: text_text `Revocation: request and answer`,
        success: text_text `revoked`,
        showsCertificate: true,
    },
};
/** Gives the row of a stage. */
function stages_wordsOf(stage) {
    return words[stage];
}
/** Gives what differs by the server that the stage talks to. */
function stages_serverOf({ stage }) {
    return words[stage].server;
}
/** Names the server as people know it: its host, or what it does. */
function stages_nameServer(view) {
    return stages_serverOf(view).nameServer(view.server);
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/client-authentication.js
/**
 * client_secret_basic: id and secret in the Authorization header.
 *
 * @see RFC 6749 section 2.3.1
 */
function clientSecretBasic(clientId, clientSecret, encoding) {
    const credentials = encodeBasic(clientId, clientSecret, encoding);
    return {
        parameters: [],
        add: ({ headers }) => {
            headers.set('authorization', `Basic ${credentials}`);
        },
    };
}
/**
 * client_secret_post: id and secret as body parameters.
 *
 * @see RFC 6749 section 2.3.1
 */
function clientSecretPost(clientId, clientSecret) {
    return client_authentication_proveBy({ client_id: () => clientId, client_secret: () => clientSecret });
}
/**
 * client_secret_jwt, private_key_jwt, and an ID token in their place: a signed JWT says who the client is.
 *
 * @param clientId undefined where the JWT alone says it
 * @see RFC 7523 section 2.2
 */
function clientAssertion(clientId, makeJwt) {
    return client_authentication_proveBy({
        ...sendClientId(clientId),
        client_assertion_type: () => 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: makeJwt,
    });
}
/**
 * none, tls_client_auth and self_signed_tls_client_auth: the request itself only says who the client claims to be.
 *
 * @param clientId undefined where the grant alone says it
 * @see RFC 6749 section 3.2.1, RFC 8705 section 2
 */
function namedClient(clientId) {
    return client_authentication_proveBy(sendClientId(clientId));
}
function sendClientId(clientId) {
    return clientId === undefined ? {} : { client_id: () => clientId };
}
/** A proof by body parameters. */
function client_authentication_proveBy(values) {
    return {
        parameters: Object.keys(values),
        add: async ({ parameters }) => {
            for (const [name, value] of Object.entries(values))
                parameters.push([name, await value()]);
        },
    };
}
/**
 * Makes the value of Basic: base64 of `id:secret`, as UTF-8.
 *
 * @see RFC 7617 section 2
 */
function encodeBasic(clientId, clientSecret, encoding) {
    const encode = encoding === 'form' ? encodeForm : (text) => text;
    return Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString('base64');
}
/**
 * Encodes one value as application/x-www-form-urlencoded; letters, digits and `*-._` stay as they are, so that plain
 * ids work with the servers that do not decode, too.
 *
 * @see RFC 6749 appendix B
 */
function encodeForm(text) {
    return new URLSearchParams([['', text]]).toString().slice(1);
}

;// CONCATENATED MODULE: ./build/compiled/wording/refusals.js






/** What an `error` of the server's means, and what to change. */
function refusals_explainOAuthError(error, view) {
    const { oauthError, answer } = error;
    const { inputs, server } = view;
    const host = hostOf(server);
    const description = oauthError?.description;
    const code = oauthError?.error ?? '';
    const said = description === undefined
        ? text `${answer.status} ${code}`
        : // The whole of it is in the group above.
            text `${answer.status} ${code}, "${{ sentence: description }}"`;
    const federated = explainFederatedRefusal(error, view, said);
    if (federated !== undefined)
        return federated;
    // With 401 or 403 unauthorized_client means: who is that?
    const unknownClient = code === 'unauthorized_client' && answer.status !== 400;
    const explain = Object.hasOwn(oauthErrors, code) ? oauthErrors[code] : undefined;
    if (explain !== undefined && !unknownClient)
        return explain({ host, said, inputs });
    if (answer.status > 403)
        return refusals_explainStatus(error, said, view);
    if (error.retryable) {
        return {
            title: 'server busy',
            message: text `${host} cannot answer for now: ${said}. The provider's status page may tell more.`,
        };
    }
    const refused = text `${host} refused the request: ${said}.`;
    const isAboutClient = [400, 401, 403].includes(answer.status);
    return {
        title: 'refused',
        message: text `${refused} ${isAboutClient ? adviseCredentials(inputs) : text `The provider's documentation says what that means.`}`,
    };
}
/** The errors that say nothing against an ID token. */
const notAboutIdentity = new Set([
    'invalid_scope',
    'invalid_target',
    'unsupported_grant_type',
    'invalid_dpop_proof',
    'use_dpop_nonce',
]);
/** Nearly always the trust at the provider names another `sub` or `aud`; what the ID token says is no secret. */
function explainFederatedRefusal(error, { inputs, server, idToken }, said) {
    const code = error.oauthError?.error ?? '';
    const { idTokenAs, clientAuthMethod, grantType } = inputs;
    const isClientsFault = code === 'invalid_client' && idTokenAs !== 'client_assertion' && clientAuthMethod !== 'none';
    // Entra has the code for a trust that does not fit (AADSTS70021) and for a missing scope (AADSTS900144).
    const isRequestsFault = code === 'invalid_request' && /\bparameter\b/i.test(error.oauthError?.description ?? '');
    const isRefusal = [400, 401, 403].includes(error.answer.status) && !error.retryable;
    // What the ID token authenticates the client for has a grant of its own.
    const isGrantsFault = code === 'invalid_grant' &&
        idTokenAs === 'client_assertion' &&
        grantType !== 'client_credentials';
    if (isClientsFault || isGrantsFault || isRequestsFault || notAboutIdentity.has(code)) {
        return undefined;
    }
    if (idToken === undefined || !isRefusal) {
        return undefined;
    }
    return {
        title: 'ID token refused',
        message: text `${hostOf(server)} refused GitHub's ID token: ${said}. It says ${writeClaims(idToken)}; the trust at the provider must name exactly these. id-token-audience sets aud; sub depends on what started the run.`,
    };
}
/** What a status says that no known error explains further. */
function refusals_explainStatus(error, said, view) {
    const { inputs, server } = view;
    const { status } = error.answer;
    const answered = text `${hostOf(server)} answered ${said}`;
    const { pathname } = new URL(server);
    const urlInput = nameUrlInput(inputs);
    switch (status) {
        case 400:
        case 401:
        case 403:
            return (explainFederatedRefusal(error, view, text `${said}`) ?? {
                title: 'refused',
                message: text `${answered}. ${adviseCredentials(inputs)}${inputs.grantType === 'refresh_token' ? text ` ${adviseGrant(inputs)}` : ''}`,
            });
        case 404:
        case 405:
        case 410:
            return {
                title: 'no token endpoint there',
                message: text `${answered} for ${pathname}. ${adviseUrl(inputs)}`,
            };
        case 406:
        case 415:
            return { title: 'format refused', message: text `${answered}. ${adviseFormat(inputs)}` };
        case 407:
            return explainProxyRefusal(status, hostOf(server));
        case 429:
            return {
                title: 'too many requests',
                message: text `${answered}. Ask less often, or ask the provider for a higher limit.`,
            };
    }
    return status >= 500
        ? {
            title: 'server failed',
            message: text `${answered}. The provider's status page may tell more.`,
        }
        : {
            title: 'refused',
            message: text `${answered}. Check ${urlInput} and what the provider's documentation says of this answer.`,
        };
}
function adviseUrl({ issuer }) {
    return issuer === undefined
        ? text `Check token-url against the provider's documentation.`
        : text `The issuer's metadata names this endpoint; give token-url instead if the provider's documentation names another.`;
}
function adviseFormat({ endpointType, bodyFormat }) {
    if (endpointType === 'acs_api')
        return text `Check token-url, and endpoint-type.`;
    return text `Try body-format: ${bodyFormat === 'form' ? 'json' : 'form'}.`;
}
/** The title of the one refusal that says all that there is to say. */
const dpopTitle = 'DPoP wanted';
const wantsProof = ({ host }) => ({
    title: dpopTitle,
    message: text_text `${host} wants a DPoP proof. A token bound to one is of no use to later steps. ${/\.okta(preview|-emea)?\.com$/.test(host)
        ? text_text `In Okta: Applications, the app, General Settings, switch off "Require Demonstrating Proof of Possession (DPoP) header in token requests".`
        : text_text `Switch DPoP off for this client at the provider.`}`,
});
/** What to do about the errors of RFC 6749 section 5.2, RFC 8707 section 2 and RFC 9449 sections 5 and 8. */
const oauthErrors = {
    invalid_client: ({ host, said, inputs }) => ({
        title: 'client refused',
        message: text_text `${host} refused the client: ${said}. ${adviseCredentials(inputs)}`,
    }),
    unauthorized_client: ({ host, said, inputs }) => ({
        title: 'grant not allowed',
        message: text_text `${host} does not let this client use grant type ${text_showInput(inputs.grantType)}: ${said}. Allow it at the provider.`,
    }),
    unsupported_grant_type: ({ host, said, inputs }) => ({
        title: 'grant type not supported',
        message: text_text `${host} does not know grant type ${text_showInput(inputs.grantType)}: ${said}. Check grant-type, and body-format: some servers read JSON only.`,
    }),
    invalid_request: ({ host, said, inputs }) => ({
        title: 'refused',
        message: inputs.endpointType === 'acs_api'
            ? text_text `${host} refused the request: ${said}. ${adviseCredentials(inputs)}`
            : text_text `${host} refused the request: ${said}. Compare scopes, audience, parameters and body-format with the provider's documentation, for something is missing or wrong. If they fit: ${adviseCredentials(inputs)}`,
    }),
    invalid_scope: ({ host, said, inputs }) => ({
        title: 'scope refused',
        message: inputs.scopes.length === 0
            ? text_text `${host} wants a scope: ${said}. ${adviseScope(inputs)}`
            : text_text `${host} refused the scope: ${said}. Check scopes: ${inputs.scopes.join(' ')}; the provider must know each and allow it to this client.`,
    }),
    invalid_target: ({ host, said }) => ({
        title: 'resource refused',
        message: text_text `${host} refused the resource: ${said}. Check resource and audience.`,
    }),
    invalid_grant: ({ host, said, inputs }) => ({
        title: 'grant refused',
        message: text_text `${host} refused the grant: ${said}. ${adviseGrant(inputs)}`,
    }),
    invalid_dpop_proof: wantsProof,
    use_dpop_nonce: wantsProof,
};
function adviseScope({ privateKeyAs }) {
    return privateKeyAs === 'assertion'
        ? text_text `Set scopes, or the claim scope in assertion-claims, as the provider wants it.`
        : text_text `Set scopes.`;
}
function adviseGrant(inputs) {
    if (inputs.privateKeyAs === 'assertion') {
        return text_text `Check what the JWT says: aud is ${audienceOf(inputs)} (assertion-audience), iss and sub come from client-id, a key file or assertion-claims; the provider must know the key${nameKeyId(inputs)}, and the clocks must agree.`;
    }
    if (inputs.grantType === 'refresh_token') {
        return text_text `The refresh token may have expired, been revoked, or been used before: one that is replaced at each use is good for one request. Get a new one and store it.`;
    }
    if (inputs.grantType === jwtBearerGrant) {
        return text_text `The assertion may have expired, been used before or be meant for another server.`;
    }
    if (inputs.grantType === 'client_credentials') {
        return text_text `The provider may not let this client use client_credentials, or wants a user or a role set for it.`;
    }
    if (inputs.grantType === 'password') {
        return text_text `The user name or the password is wrong, or the user has a second factor, which this grant cannot give.`;
    }
    return text_text `It may have expired, been used before or belong to another client.`;
}
/** What to try when a server refuses who asks. Auth0 says access_denied, others invalid_request; it fits them all. */
function adviseCredentials(inputs) {
    const belong = text_text `Check that client-id and client-secret belong together and are current`;
    if (inputs.endpointType === 'acs_api')
        return text_text `${belong}.`;
    switch (inputs.clientAuthMethod) {
        case 'client_secret_basic':
            return text_text `${belong}; if they are, try ${adviseOtherBasic(inputs)}.`;
        case 'client_secret_post':
            return text_text `${belong}; if they are, try client-auth-method: client_secret_basic.`;
        case 'client_secret_jwt':
            return text_text `${belong}; if they are, check that the provider expects client_secret_jwt with ${inputs.macAlgorithm} from this client, and aud ${audienceOf(inputs)} (assertion-audience).`;
        case 'private_key_jwt':
            return text_text `Check that the provider knows the public key of private-key${nameKeyId(inputs)} for this client-id, and expects ${inputs.signingKey?.algorithm ?? ''} (signing-algorithm) and aud ${audienceOf(inputs)} (assertion-audience).`;
        case 'tls_client_auth':
        case 'self_signed_tls_client_auth':
            return text_text `Check that the provider knows client-certificate for this client-id, and that ${names_nameUrlInput(inputs)} is the host that asks for certificates (often one of its own).`;
        case 'none':
        case undefined:
            return inputs.privateKeyAs === 'assertion' || inputs.idTokenAs !== undefined
                ? adviseGrant(inputs)
                : text_text `The client did not authenticate (client-auth-method: none); the provider may want a credential of it.`;
    }
}
/** The `aud` of the signed JWT; the query of a token endpoint's URL can hold a secret. */
function audienceOf({ assertionAudience, issuer, tokenUrl = '' }) {
    return assertionAudience ?? issuer ?? tokenUrl.replace(/\?.*$/s, '?...');
}
function nameKeyId({ signingKey }) {
    const keyId = signingKey?.keyId;
    return keyId === undefined ? text_text ` (no kid; private-key-id sets one)` : text_text ` (kid ${keyId})`;
}
function adviseOtherBasic({ clientId = '', clientSecret = '', clientSecretEncoding, }) {
    const post = text_text `client-auth-method: client_secret_post`;
    // Only then do the two encodings differ.
    const encoded = [clientId, clientSecret].some((value) => encodeForm(value) !== value);
    const other = clientSecretEncoding === 'form' ? 'raw' : 'form';
    return encoded ? text_text `${post}, or client-secret-encoding: ${other}` : post;
}

;// CONCATENATED MODULE: ./build/compiled/wording/token-answer.js



/** Says in a few words what an answer without a token was. */
function describeTokenError(error) {
    const { answer, location } = error;
    const status = names_nameStatus(answer.status);
    switch (error.code) {
        case 'oauth_error':
            return text_text `${answer.status} ${error.oauthError?.error ?? ''}`;
        case 'http_error':
            return text_text `${status}`;
        case 'redirect':
            return nameRedirect(answer.status, location);
        case 'unparsable':
            return text_text `${status} with ${names_nameContent(answer)} in place of a token`;
        case 'no_access_token':
            return text_text `${status} without an access_token`;
        case 'no_expires_at':
            return text_text `${status} without a Zulu time in expires_at`;
        case 'malformed_token':
            return text_text `${status} with a token that has characters no token can have`;
    }
}
/** The shape of the answer, and what it says. */
function describeTokenAnswer(error, after) {
    const { answer, oauthError, location } = error;
    return [
        text_text `${names_nameStatus(answer.status)}, ${names_nameContent(answer)}, ${after}`,
        ...listDetails([
            ['error', oauthError?.error],
            ['error_description', oauthError?.description],
            ['error_uri', oauthError?.uri],
            ['location', location],
        ]),
    ];
}
/** Explains why an answer brought no token, and says what to change. */
function explainTokenError(error, view) {
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
                message: text `${host} answered ${what}. It was not followed, for the secret would have gone along. ${adviseRedirect(inputs)}`,
            };
        case 'unparsable':
            return explainUnparsable(error, view);
        case 'no_access_token':
            return {
                title: 'no access_token',
                message: text `${host} answered ${what}. ${adviseEndpoint(inputs)}${inputs.endpointType === 'oauth2' ? ', and grant-type' : ', and endpoint-type'}. A token in another member is not read.`,
            };
        case 'no_expires_at':
            return {
                title: 'no expires_at',
                message: text `${host} answered ${what}, which an ACS endpoint sends as 2026-01-31T12:00:00Z. Check token-url, and endpoint-type.`,
            };
        case 'malformed_token':
            return {
                title: 'malformed token',
                message: text `${host} answered ${what}; it could inject something into a later step, so it was thrown away. The server's operator has to mend it.`,
            };
    }
}
function adviseEndpoint({ issuer }) {
    return issuer === undefined
        ? text `Check that token-url is the token endpoint`
        : text `Check issuer, whose metadata names this token endpoint`;
}
function adviseRedirect({ issuer }) {
    return issuer === undefined
        ? text `Set token-url to the token endpoint itself.`
        : text `Give token-url, the token endpoint itself, instead of issuer.`;
}
function explainUnparsable(error, { inputs, server }) {
    const { contentType, length } = error.answer;
    const answered = text `${hostOf(server)} answered ${describeTokenError(error)}`;
    const check = adviseEndpoint(inputs);
    if (length === 0) {
        return { title: 'empty answer', message: text `${answered}. ${check}.` };
    }
    if (/html/i.test(contentType ?? '')) {
        return {
            title: 'a page, not a token',
            message: text `${answered}: a page for people. Check ${nameUrlInput(inputs)}; it may name a login page, or a proxy may have answered.`,
        };
    }
    return {
        title: 'not a token',
        message: text `${answered}: neither a JSON object nor a form. ${check}.`,
    };
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(598);
;// CONCATENATED MODULE: ./build/compiled/oauth2/keys/signing-key-error.js
/** An input that is no key to sign with. It has no cause, for a parser's error may quote the key. */
class SigningKeyError extends Error {
    name = 'SigningKeyError';
    code;
    keyType;
    algorithm;
    bits;
    form;
    members;
    constructor(code, details = {}) {
        super(code);
        this.code = code;
        this.keyType = details.keyType;
        this.algorithm = details.algorithm;
        this.bits = details.bits;
        this.form = details.form;
        this.members = details.members;
    }
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/keys/signing-algorithm.js


/** How a private key signs a JWT, by the names of RFC 7518 section 3.1 and RFC 8037 section 3.1. */
const signingAlgorithms = [
    'RS256',
    'RS384',
    'RS512',
    'PS256',
    'PS384',
    'PS512',
    'ES256',
    'ES384',
    'ES512',
    'EdDSA',
];
/** How a shared secret signs a JWT, by the names of RFC 7518 section 3.1. */
const macAlgorithms = ['HS256', 'HS384', 'HS512'];
/** The shortest RSA key that signs (RFC 7518 sections 3.3 and 3.5), bits. */
const shortestRsaKey = 2048;
/** The longest RSA key that OpenSSL verifies with, bits. To sign with a longer one takes minutes. */
const longestRsaKey = 16384;
/**
 * Signs data as a JWS of the key's algorithm does: ES as R and S in a row, PS with a salt as long as the hash.
 *
 * @see RFC 7518 sections 3.3 to 3.5, RFC 8037 section 3.1
 */
function signBytes(data, { key, algorithm }) {
    return (0,external_node_crypto_.sign)(hashOf(algorithm), data, { key, ...signatureOptions(algorithm) });
}
function hashOf(algorithm) {
    return algorithm === 'EdDSA' ? null : `sha${algorithm.slice(2)}`;
}
function signatureOptions(algorithm) {
    if (algorithm.startsWith('ES'))
        return { dsaEncoding: 'ieee-p1363' };
    if (!algorithm.startsWith('PS'))
        return {};
    const { RSA_PKCS1_PSS_PADDING, RSA_PSS_SALTLEN_DIGEST } = external_node_crypto_.constants;
    return { padding: RSA_PKCS1_PSS_PADDING, saltLength: RSA_PSS_SALTLEN_DIGEST };
}
/** Whether a public key verifies what a key signs. */
function verifiesItself(signer, publicKey) {
    const { algorithm } = signer;
    const probe = Buffer.from('probe');
    try {
        const signature = signBytes(probe, signer);
        const verifier = { key: publicKey, ...signatureOptions(algorithm) };
        return (0,external_node_crypto_.verify)(hashOf(algorithm), probe, verifier, signature);
    }
    catch {
        return false;
    }
}
/**
 * Chooses how a key signs.
 *
 * @param asked what it shall be; left out, it is what is usual for the key
 * @throws {SigningKeyError} where the key signs no JWT, is too short or too long, or does not sign so
 */
function chooseAlgorithm(key, asked) {
    const { keyType, algorithms } = describeKey(key);
    if (keyType.startsWith('RSA'))
        refuseLength(keyType, key);
    const [first] = algorithms;
    if (first === undefined)
        throw new SigningKeyError('unsupported_key', { keyType });
    // RFC 9864 names the curve itself; servers know EdDSA.
    if (asked === undefined || (first === 'EdDSA' && asked === keyType))
        return first;
    const chosen = algorithms.find((algorithm) => algorithm === asked);
    if (chosen !== undefined)
        return chosen;
    throw isAlgorithm(asked)
        ? new SigningKeyError('algorithm_mismatch', { keyType, algorithm: asked })
        : new SigningKeyError('unsupported_algorithm', { keyType, algorithm: showAlgorithm(asked) });
}
function refuseLength(keyType, { asymmetricKeyDetails }) {
    const bits = asymmetricKeyDetails?.modulusLength ?? shortestRsaKey;
    if (bits < shortestRsaKey)
        throw new SigningKeyError('weak_key', { keyType, bits });
    if (bits > longestRsaKey) {
        const longKeyType = `${keyType} of more than ${longestRsaKey} bits`;
        throw new SigningKeyError('unsupported_key', { keyType: longKeyType });
    }
}
function isAlgorithm(name) {
    return [...signingAlgorithms, ...macAlgorithms].some((algorithm) => algorithm === name);
}
/** Algorithms have short names (such as `RSA-OAEP-256`); what has none may be a secret in the wrong place. */
function showAlgorithm(name) {
    return /^[A-Za-z][A-Za-z0-9+-]{0,14}$/.test(name) ? name : undefined;
}
/** The curves of RFC 7518 section 3.4, by OpenSSL's names. */
const curves = new Map([
    ['prime256v1', { keyType: 'EC P-256', algorithms: ['ES256'] }],
    ['secp384r1', { keyType: 'EC P-384', algorithms: ['ES384'] }],
    ['secp521r1', { keyType: 'EC P-521', algorithms: ['ES512'] }],
]);
function describeKey(key) {
    const type = key.asymmetricKeyType ?? '';
    switch (type) {
        case 'rsa':
            return {
                keyType: 'RSA',
                algorithms: signingAlgorithms.filter((name) => /^[RP]S/.test(name)),
            };
        case 'rsa-pss':
            return describePssKey(key);
        case 'ec':
            return describeEcKey(key);
        case 'ed25519':
        case 'ed448':
            return { keyType: `Ed${type.slice(2)}`, algorithms: ['EdDSA'] };
        default:
            return { keyType: type.toUpperCase(), algorithms: [] };
    }
}
function describeEcKey(key) {
    const curve = key.asymmetricKeyDetails?.namedCurve ?? '';
    return curves.get(curve) ?? { keyType: `EC ${curve}`.trim(), algorithms: [] };
}
/** A key for RSA-PSS alone, which may be bound to one hash and a shortest salt (RFC 4055 section 3.1). */
function describePssKey(key) {
    const { hashAlgorithm, mgf1HashAlgorithm, saltLength = 0 } = key.asymmetricKeyDetails ?? {};
    const all = signingAlgorithms.filter((name) => name.startsWith('PS'));
    if (hashAlgorithm === undefined)
        return { keyType: 'RSA-PSS', algorithms: all };
    const algorithms = all.filter((name) => hashOf(name) === hashAlgorithm &&
        hashOf(name) === mgf1HashAlgorithm &&
        saltLength <= Number(name.slice(2)) / 8);
    return {
        keyType: `RSA-PSS ${hashAlgorithm.toUpperCase().replace(/^SHA(?=\d)/, 'SHA-')}`,
        algorithms,
    };
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/keys/json-web-key.js



/** The members of each type of key: public ones, private ones (RFC 7518 section 6, RFC 8037 section 2). */
const jwkMembers = new Map([
    ['RSA', { open: ['n', 'e'], hidden: ['d', 'p', 'q', 'dp', 'dq', 'qi'] }],
    ['EC', { open: ['crv', 'x', 'y'], hidden: ['d'] }],
    ['OKP', { open: ['crv', 'x'], hidden: ['d'] }],
]);
/** The curves that JWKs are signed with, and others that keys often have, so that an error can name them. */
const signingCurves = ['P-256', 'P-384', 'P-521', 'Ed25519', 'Ed448'];
const otherCurves = ['secp256k1', 'X25519', 'X448'];
/**
 * Reads a private JWK.
 *
 * @throws {SigningKeyError} where it is public, symmetric, incomplete, damaged or of another kind
 * @see RFC 7517 section 4, RFC 7518 section 6, RFC 8037 section 2
 */
function readJwk(jwk) {
    const kty = json_object_readText(jwk['kty']) ?? '';
    if (kty === 'oct')
        throw new SigningKeyError('symmetric_jwk');
    const names = jwkMembers.get(kty);
    if (names === undefined)
        throw new SigningKeyError('unsupported_key');
    if (!('d' in jwk))
        throw new SigningKeyError('public_jwk');
    refuseOtherJwk(jwk, kty);
    const open = pickMembers(jwk, ['kty', ...names.open]);
    const hidden = pickMembers(jwk, names.hidden);
    return {
        ...importJwk(open, hidden),
        algorithm: json_object_readText(jwk['alg']),
        keyId: json_object_readText(jwk['kid']),
    };
}
function refuseOtherJwk(jwk, kty) {
    if (kty === 'RSA') {
        if (!('oth' in jwk))
            return;
        throw new SigningKeyError('unsupported_key', { keyType: 'RSA with more than two primes' });
    }
    const curve = json_object_readText(jwk['crv']);
    if (curve === undefined || signingCurves.includes(curve))
        return;
    const name = otherCurves.find((other) => other === curve) ?? '';
    const keyType = kty === 'EC' ? `EC ${name}`.trim() : name || kty;
    throw new SigningKeyError('unsupported_key', { keyType });
}
/** @throws {SigningKeyError} `incomplete_jwk` where some are missing */
function pickMembers(jwk, names) {
    const members = names.filter((name) => json_object_readText(jwk[name]) === undefined);
    if (members.length > 0)
        throw new SigningKeyError('incomplete_jwk', { members });
    return Object.fromEntries(names.map((name) => [name, jwk[name]]));
}
function importJwk(open, hidden) {
    try {
        return {
            key: (0,external_node_crypto_.createPrivateKey)({ key: { ...open, ...hidden }, format: 'jwk' }),
            publicKey: (0,external_node_crypto_.createPublicKey)({ key: open, format: 'jwk' }),
        };
    }
    catch {
        throw new SigningKeyError('damaged', { form: 'JWK' });
    }
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/keys/key-file.js

/**
 * Reads a key file. Google's `sub` names the user whom a service account acts for, so that it has none of its own.
 *
 * @see https://developers.google.com/identity/protocols/oauth2/service-account
 * @see https://zitadel.com/docs/apis/openidoauth/authn-methods
 */
function readKeyFile(file) {
    switch (file['type']) {
        case 'service_account':
            return {
                pem: json_object_readText(file['private_key']),
                keyId: json_object_readText(file['private_key_id']),
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
function readZitadelFile(file, owner) {
    return {
        pem: json_object_readText(file['key']),
        keyId: json_object_readText(file['keyId']),
        owner: ownedBy(file[owner], { isSubject: true }),
    };
}
function ownedBy(name, { isSubject }) {
    const issuer = json_object_readText(name);
    return issuer === undefined ? undefined : { issuer, subject: isSubject ? issuer : undefined };
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/keys/private-key-pem.js


/** The line before or after a block (RFC 7468 section 3), without its last dashes: the next line may share them. */
const pemBoundary = /-----(BEGIN|END) ([A-Z0-9 ]+)(?=-----)/g;
/** A line before or after a block, whole or nearly so: dashes get lost or changed when text is copied. */
const pemMarker = /[-\u2013\u2014]{0,6} ?(BEGIN|END) ((?:[A-Z0-9.]{1,16} ){0,3}(?:KEY(?: BLOCK)?|CERTIFICATE|REQUEST|PARAMETERS|CRL|PKCS7)) ?[-\u2013\u2014]{0,6}/g;
/**
 * Reads the private key of a PEM: PKCS#8, PKCS#1 or SEC1, with real or literal line breaks or with spaces instead.
 *
 * @param text may have text, certificates and parameters around it
 * @throws {SigningKeyError} where it has none, or several, or one that is encrypted, damaged or of another kind
 * @see RFC 7468
 */
function readPem(text) {
    const pem = unescapePem(text);
    const blocks = listBlocks(pem);
    const [block, another] = blocks.filter(({ label }) => isPrivate(label));
    if (another !== undefined)
        throw new SigningKeyError('several_keys');
    if (block === undefined)
        throw explainAbsence(pem);
    refuseOtherKinds(block);
    const key = readDer(readBase64(block.body.replace(/\s/g, '')));
    if (key === undefined)
        throw new SigningKeyError('damaged', { form: 'PEM' });
    return key;
}
/**
 * Lists the blocks of a PEM: from each BEGIN to the next END of its label. It looks at each boundary twice, where one
 * regular expression would read on from every BEGIN that has no END.
 */
function listBlocks(pem) {
    const boundaries = [...pem.matchAll(pemBoundary)].map(readBoundary);
    const lasts = findEnds(boundaries);
    const blocks = [];
    let done = 0;
    boundaries.forEach(({ kind, label, start, end }, nth) => {
        const last = lasts[nth];
        if (kind !== 'BEGIN' || start < done || last === undefined)
            return;
        blocks.push({ label, body: pem.slice(end, last.start) });
        done = last.end;
    });
    return blocks;
}
function readBoundary({ index, 0: line, 1: kind, 2: label = '' }) {
    return { kind, label, start: index, end: index + line.length + '-----'.length };
}
/** Finds for each boundary the next END of its label; undefined where there is none. */
function findEnds(boundaries) {
    const next = new Map();
    return boundaries
        .toReversed()
        .map((boundary) => {
        const end = next.get(boundary.label);
        if (boundary.kind === 'END')
            next.set(boundary.label, boundary);
        return end;
    })
        .toReversed();
}
/** Makes line breaks of literal ones, as secrets on one line have them, and undoes JSON's `\/`. */
function unescapePem(text) {
    return breakLines(text).replaceAll('\\/', '/');
}
/** Makes line breaks of literal ones, escaped once or twice. */
function breakLines(text) {
    return text.replace(/(?:\\{1,2}r)?\\{1,2}n/g, '\n');
}
function isPrivate(label) {
    return label.includes('PRIVATE KEY');
}
function refuseOtherKinds({ label, body }) {
    if (label.includes('ENCRYPTED') || /Proc-Type:\s*4,\s*ENCRYPTED/.test(body)) {
        throw new SigningKeyError('encrypted');
    }
    if (label === 'OPENSSH PRIVATE KEY')
        throw new SigningKeyError('openssh_key');
    if (label === 'DSA PRIVATE KEY')
        throw new SigningKeyError('unsupported_key', { keyType: 'DSA' });
    if (!/^(?:(?:RSA|EC) )?PRIVATE KEY$/.test(label))
        throw new SigningKeyError('unsupported_key');
}
/** Says what a text without a whole private key is instead. */
function explainAbsence(text) {
    const labels = [...text.matchAll(pemMarker)].map(([, , label = '']) => label);
    const label = labels.find(isPrivate) ?? labels[0] ?? '';
    if (label.includes('ENCRYPTED'))
        return new SigningKeyError('encrypted');
    if (isPrivate(label))
        return new SigningKeyError('damaged', { form: 'PEM' });
    if (label.endsWith('PUBLIC KEY') || /^(?:ssh-|ecdsa-sha2-)\S+ /.test(text)) {
        return new SigningKeyError('public_key');
    }
    if (label.endsWith('CERTIFICATE'))
        return new SigningKeyError('certificate');
    return new SigningKeyError(nameEncoded(text) ?? 'not_a_key');
}
function nameEncoded(text) {
    const bytes = readBase64(text.replace(/\s/g, ''));
    const decoded = bytes.toString().trim();
    if (/^\{[\s\S]*\}$/.test(decoded))
        return 'base64_of_json';
    if (decoded.includes('-----BEGIN '))
        return 'base64_of_pem';
    return readDer(bytes) === undefined ? undefined : 'base64_of_der';
}
/** Decodes base64 of either alphabet; no bytes where it is none. */
function readBase64(text) {
    return Buffer.from(/^[A-Za-z0-9+/_-]+={0,2}$/.test(text) ? text : '', 'base64');
}
/** Reads PKCS#8, PKCS#1 or SEC1, whatever its label says: Node takes all of the older forms as sec1. */
function readDer(der) {
    for (const type of ['pkcs8', 'sec1']) {
        try {
            return (0,external_node_crypto_.createPrivateKey)({ key: der, format: 'der', type });
        }
        catch {
            // It may be of the other form.
        }
    }
    return undefined;
}
/** Writes a private key as PKCS#8 in PEM. */
function writePem(key) {
    return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/keys/found-key.js





/**
 * Finds the key in an input of any form.
 *
 * @param text without white space around it
 * @throws {SigningKeyError} where it has none
 */
function findKey(text) {
    return /^[{[]/.test(text) ? findKeyInJson(parseJson(text)) : { key: readPem(text) };
}
function parseJson(text) {
    try {
        return JSON.parse(text);
    }
    catch {
        throw new SigningKeyError('damaged', { form: 'JSON' });
    }
}
function findKeyInJson(value) {
    if (!isObject(value))
        throw new SigningKeyError('no_key_in_file');
    if (Array.isArray(value['keys']))
        throw new SigningKeyError('key_set');
    if (typeof value['kty'] === 'string')
        return readJwk(value);
    const file = readKeyFile(value);
    if (file.pem === undefined)
        throw new SigningKeyError('no_key_in_file');
    return { key: readPem(file.pem), keyId: file.keyId, owner: file.owner };
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/keys/signing-key.js





/**
 * Reads a private key in whatever form people have one: a PEM (PKCS#8, PKCS#1, SEC1) with real or literal line breaks
 * or with spaces instead, a JWK, or a key file as downloaded from Google or Zitadel.
 *
 * @param input the key; white space and text around it do not matter
 * @param options what goes before what the key says: its algorithm, and its id; what is empty counts as left out
 * @throws {SigningKeyError} where it is no key to sign with, or does not fit the algorithm
 * @see RFC 7468 (PEM), RFC 7517 and RFC 7518 section 6 (JWK), RFC 8037 section 2 (OKP)
 */
function readSigningKey(input, options = {}) {
    const found = findKey(input.trim());
    const signingKey = {
        key: found.key,
        algorithm: chooseAlgorithm(found.key, json_object_readText(options.algorithm) ?? found.algorithm),
        keyId: json_object_readText(options.keyId) ?? found.keyId,
        owner: found.owner,
    };
    proveKey(signingKey, found);
    return signingKey;
}
/** A damaged key often parses; then its signature does not verify, and a server could only say "invalid". */
function proveKey(signer, { key, publicKey }) {
    if (!verifiesItself(signer, publicKey ?? (0,external_node_crypto_.createPublicKey)(key))) {
        throw new SigningKeyError('damaged', { form: publicKey === undefined ? 'PEM' : 'JWK' });
    }
}
/**
 * Writes a private key as PKCS#8 DER, the same bytes in whatever form the key came.
 *
 * @see RFC 5958
 */
function exportKeyMaterial(key) {
    return completeKey(key).export({ format: 'der', type: 'pkcs8' });
}
/** An EC key that came without its public part, or with a compressed one, would be written as it came. */
function completeKey(key) {
    if (key.asymmetricKeyType !== 'ec')
        return key;
    try {
        return createPrivateKey({ key: key.export({ format: 'jwk' }), format: 'jwk' });
    }
    catch {
        // A curve that JWK has no name for.
        return key;
    }
}

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(24);
;// CONCATENATED MODULE: ./build/compiled/inputs/empty-secret.js

/**
 * Finds out why a secret is empty from what started the run.
 *
 * @param env the step's environment
 * @see https://docs.github.com/actions/reference/security/secure-use
 */
function explainMissingSecret(env) {
    if (env['GITHUB_ACTOR'] === 'dependabot[bot]')
        return 'dependabot';
    const event = env['GITHUB_EVENT_NAME'] ?? '';
    const forkable = event.startsWith('pull_request') && event !== 'pull_request_target';
    return forkable && readHeadRepository(env) !== env['GITHUB_REPOSITORY'] ? 'fork' : 'unset';
}
/** The full name of the repository that a pull request comes from; undefined where the fork was deleted. */
function readHeadRepository(env) {
    try {
        const event = JSON.parse((0,external_node_fs_.readFileSync)(env['GITHUB_EVENT_PATH'] ?? '', 'utf8'));
        return event.pull_request?.head?.repo?.full_name;
    }
    catch {
        // An event that cannot be read says nothing of a fork.
        return env['GITHUB_REPOSITORY'];
    }
}

;// CONCATENATED MODULE: ./build/compiled/inputs/reader.js


/** The inputs of action.yml, in the order of its groups. */
const inputNames = [
    'token-url',
    'issuer',
    'endpoint-type',
    'ca-certificate',
    'allow-http',
    'client-id',
    'client-secret',
    'client-auth-method',
    'client-secret-encoding',
    'private-key',
    'private-key-id',
    'signing-algorithm',
    'private-key-as',
    'assertion-audience',
    'assertion-claims',
    'client-certificate',
    'client-key',
    'id-token-as',
    'id-token-audience',
    'refresh-token',
    'scopes',
    'grant-type',
    'audience',
    'resource',
    'parameters',
    'headers',
    'body-format',
    'timeout',
    'total-timeout',
    'retry-max-attempts',
    'retry-time-slot',
    'retry-max-wait',
    'retry-on',
    'use-cache',
    'min-validity',
    'cache-encryption-key',
    'cache-wait',
    'default-expires-in',
    'expires-at-override',
    'env-var',
    'revoke',
    'revocation-url',
    'verbose',
];
/** The defaults that action.yml declares; a test holds the two equal. One that depends on other inputs is not here. */
const inputDefaults = {
    'endpoint-type': 'oauth2',
    'allow-http': 'false',
    'client-secret-encoding': 'form',
    'private-key-as': 'client_assertion',
    'body-format': 'form',
    timeout: '15',
    'total-timeout': '120',
    'retry-max-attempts': '4',
    'retry-time-slot': '3',
    'retry-max-wait': '10',
    'retry-on': 'transient',
    'cache-wait': '0',
    'env-var': 'OAUTH2_TOKEN',
    revoke: 'false',
    verbose: 'false',
};
/**
 * Reads one input as the runner hands it over.
 *
 * @param how `exact` keeps white space at the ends
 * @returns an empty string where it was left out
 * @see https://docs.github.com/actions/reference/workflows-and-actions/metadata-syntax#inputs
 */
function readInput(env, name, how = 'trimmed') {
    const value = env[`INPUT_${name.toUpperCase()}`] ?? '';
    return how === 'exact' ? value : value.trim();
}
/** The fewest characters of a secret; a mask of fewer would blank the log. */
const shortestSecret = 4;
/** Reads inputs and collects what is wrong with them, so that all of it is said at once. */
class InputReader {
    problems = [];
    #env;
    #ignored = new Set();
    #missing;
    constructor(env) {
        this.#env = env;
    }
    /** Notes that an input is wrong. */
    complain(problem) {
        this.problems.push(problem);
    }
    /** Notes that a secret is needed and empty, which has reasons of its own; the first one counts. */
    missSecret(name) {
        this.#missing ??= name;
    }
    /** From here on the input reads as left out, for what is wrong with it was said. */
    ignore(name) {
        this.#ignored.add(name);
    }
    get missesSecret() {
        return this.#missing !== undefined;
    }
    /** The secret that is needed and empty, with what started the run as the likely reason. */
    findEmptySecret() {
        if (this.#missing === undefined)
            return undefined;
        return { name: this.#missing, cause: explainMissingSecret(this.#env) };
    }
    /** The value; its default, or undefined, where it was left out. */
    read(name) {
        const value = this.#readRaw(name);
        if (value !== '')
            return value;
        const defaults = inputDefaults;
        return defaults[name];
    }
    /** Whether something was written; a value equal to its default counts as not written. */
    isGiven(name) {
        const defaults = inputDefaults;
        const value = this.#readRaw(name);
        return value !== '' && value !== defaults[name];
    }
    /** The value with its white space; empty where it was left out. */
    readExact(name) {
        return this.#readRaw(name, 'exact');
    }
    #readRaw(name, how = 'trimmed') {
        return this.#ignored.has(name) ? '' : readInput(this.#env, name, how);
    }
    /** One of several words; undefined where it was left out, or is none of them. */
    readOptionalChoice(name, choices) {
        const value = this.read(name);
        if (value === undefined)
            return undefined;
        const choice = choices.find((one) => one === value);
        if (choice === undefined) {
            this.complain(text_text `${name}: ${got(value)}, takes ${choices.join(', ')}`);
        }
        return choice;
    }
    /** One of several words. */
    readChoice(name, choices) {
        return this.readOptionalChoice(name, choices) ?? choices[0];
    }
    /** A boolean of YAML 1.2: `true`, `True`, `TRUE` and the same of `false`. */
    readFlag(name) {
        const value = this.read(name) ?? '';
        if (!/^(true|True|TRUE|false|False|FALSE)$/.test(value)) {
            this.complain(text_text `${name}: ${got(value)}, takes true or false`);
        }
        return value.toLowerCase() === 'true';
    }
    /** As {@link readNumber}; undefined where it was left out. */
    readOptionalNumber(name, range) {
        return this.read(name) === undefined ? undefined : this.readNumber(name, range);
    }
    /** A decimal number; NaN, and a problem noted, where it is none or out of range. */
    readNumber(name, range) {
        const value = this.read(name) ?? '';
        const number = /^\d+(\.\d+)?$/.test(value) ? Number(value) : NaN;
        if (number > range.max) {
            this.complain(text_text `${name}: ${got(value)}, takes at most ${range.max}`);
            return NaN;
        }
        const { min, bound = 'from', whole = false, unit } = range;
        const large = bound === 'over' ? number > min : number >= min;
        if (large && (!whole || Number.isInteger(number)))
            return number;
        const kind = `a ${whole ? 'whole ' : ''}number${unit === undefined ? '' : ` of ${unit}`}`;
        const least = bound === 'over' ? text_text `over ${min}` : text_text `${min} or more`;
        this.complain(text_text `${name}: ${got(value)}, takes ${kind}, ${least}`);
        return NaN;
    }
}

;// CONCATENATED MODULE: ./build/compiled/inputs/key-faults.js

const takes = text_text `takes a PEM, a JWK, or a key file of Google's or Zitadel's`;
/** Says why an input is no key to sign with, and what to do; what comes after the input's name. */
function explainKeyFault(error) {
    const { keyType = 'of this kind', algorithm, bits = 0 } = error;
    switch (error.code) {
        case 'encrypted':
            return text_text `is encrypted with a passphrase; store the key that this prints: openssl pkey -in key.pem`;
        case 'public_key':
            return text_text `is a public key; give the private key that belongs to it`;
        case 'public_jwk':
            return text_text `is a public JWK; give the one with the private members`;
        case 'certificate':
            return text_text `is a certificate; give the private key that belongs to it`;
        case 'base64_of_pem':
            return text_text `is base64 around a PEM; store what this prints: base64 -d < FILE`;
        case 'base64_of_json':
            return text_text `is base64 around a key in JSON; store what this prints: base64 -d < FILE`;
        case 'base64_of_der':
            return text_text `is base64 without the lines -----BEGIN PRIVATE KEY----- and -----END PRIVATE KEY----- around it; store the PEM with them`;
        case 'key_set':
            return text_text `is a set of keys; give one of its members, a JWK`;
        case 'symmetric_jwk':
            return text_text `is a shared secret (kty: oct); give it as client-secret with client-auth-method: client_secret_jwt`;
        case 'incomplete_jwk':
            return text_text `is a JWK without ${(error.members ?? []).join(', ')}`;
        case 'no_key_in_file':
            return text_text `is JSON without a key; ${takes}`;
        case 'several_keys':
            return text_text `has several private keys; give one`;
        case 'openssh_key':
            return text_text `is in OpenSSH's format; store what this leaves in the file: ssh-keygen -p -m PEM -f FILE`;
        case 'not_a_key':
            return text_text `is no private key; ${takes}`;
        case 'damaged':
            return text_text `is a damaged ${error.form ?? 'key'}; was it copied whole, from the first line to the last?`;
        case 'weak_key':
            return text_text `has ${bits} bits; an RSA key needs 2048 or more`;
        case 'unsupported_key':
            return error.keyType === undefined
                ? text_text `is a key that signs no JWT; ${kinds}`
                : text_text `is a key that signs no JWT (${keyType}); ${kinds}`;
        case 'unsupported_algorithm':
            return algorithm === undefined
                ? text_text `is for an algorithm that signs no JWT here; ${kinds}`
                : text_text `is for ${algorithm}, which signs no JWT here; ${kinds}`;
        case 'algorithm_mismatch':
            return text_text `is a key (${keyType}) that does not sign with ${algorithm ?? 'this algorithm'}; leave signing-algorithm out, or give a key that fits it`;
    }
}
const kinds = text_text `it takes RSA, EC on P-256, P-384 or P-521, Ed25519 or Ed448`;

;// CONCATENATED MODULE: ./build/compiled/inputs/pairs.js

/** The characters of a header's name (RFC 9110 section 5.6.2). */
const token = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;
/** Whether node:http sends a header's value as it is (RFC 9110 section 5.5). */
function isFieldValue(value) {
    return /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}
/**
 * Reads the input `parameters`: `name=value` a line each, split at the first `=`, the value exact; or a JSON object, for
 * values with line breaks.
 */
function parseParameters(input) {
    if (input.trimStart().startsWith('{'))
        return parseJsonParameters(input);
    return parseLines(input, (line, number) => {
        const split = line.indexOf('=');
        const name = line.slice(0, Math.max(split, 0)).trim();
        if (name !== '')
            return [name, line.slice(split + 1)];
        return text_text `line ${number} has no name=value`;
    });
}
/** Reads the input `headers`: `Name: value`, a line each. */
function parseHeaders(input) {
    return parseLines(input, (line, number) => {
        const split = line.indexOf(':');
        const name = line.slice(0, Math.max(split, 0)).trim();
        const value = line.slice(split + 1).trim();
        if (!token.test(name))
            return text_text `line ${number} has no "Name: value"`;
        if (!isFieldValue(value)) {
            return text_text `line ${number} (${name}) has a character that a header cannot carry`;
        }
        return [name, value];
    });
}
/** Reads an input line by line; empty lines are passed over. */
function parseLines(input, parseLine) {
    const results = input
        .split(/\r?\n/)
        .map((line, index) => (line.trim() === '' ? undefined : parseLine(line, index + 1)))
        .filter((result) => result !== undefined);
    return sortOut(results);
}
function parseJsonParameters(input) {
    const members = readObject(input);
    if (members === undefined) {
        return { pairs: [], faults: [text_text `begins with { and is not a JSON object`] };
    }
    return sortOut(Object.entries(members).flatMap(([name, value]) => toPairs(name, value)));
}
function readObject(input) {
    try {
        // What begins with { is an object, or no JSON.
        return JSON.parse(input);
    }
    catch {
        return undefined;
    }
}
/** A list gives a pair for each of its members. */
function toPairs(name, value) {
    return (Array.isArray(value) ? value : [value]).map((one) => {
        if (name === '')
            return text_text `a member has no name`;
        if (typeof one === 'string')
            return [name, one];
        if (typeof one === 'boolean')
            return [name, String(one)];
        if (typeof one === 'number') {
            // A larger one was rounded when it was read.
            const isExact = Math.abs(one) <= Number.MAX_SAFE_INTEGER;
            return isExact ? [name, String(one)] : text_text `${name} is too large a number; write it as text`;
        }
        return text_text `${name} is neither text, number nor boolean`;
    });
}
function sortOut(results) {
    return {
        pairs: results.filter((result) => !isText(result)),
        faults: results.filter(isText),
    };
}
function isText(result) {
    return 'words' in result;
}

;// CONCATENATED MODULE: ./build/compiled/inputs/certificates.js


const certificate = /-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g;
/**
 * Reads certificates in PEM, with real or literal line breaks or with spaces instead.
 *
 * @returns the certificates alone, one after the other; undefined where there is none, or something that is none
 * @see RFC 7468 section 5
 */
function readCertificates(input) {
    const value = unescapePem(input);
    const blocks = [...value.matchAll(certificate)].map(([, body = '']) => writeCertificate(body));
    const boundaries = value.match(/-----(?:BEGIN|END)/g) ?? [];
    const isAll = blocks.length > 0 && boundaries.length === 2 * blocks.length;
    return isAll && blocks.every(isCertificate) ? blocks.join('\n') : undefined;
}
/** Writes a block as RFC 7468 wants it, for OpenSSL takes no other. */
function writeCertificate(body) {
    const lines = body.replace(/\s+/g, '').match(/.{1,64}/g) ?? [];
    return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----'].join('\n');
}
function isCertificate(pem) {
    try {
        return new external_node_crypto_.X509Certificate(pem).raw.length > 0;
    }
    catch {
        return false;
    }
}

;// CONCATENATED MODULE: ./build/compiled/inputs/client.js










/** The ways to authenticate a client, by the names registered for them (RFC 7591 section 4.2, RFC 8705). */
const clientAuthMethods = [
    'client_secret_basic',
    'client_secret_post',
    'client_secret_jwt',
    'private_key_jwt',
    'tls_client_auth',
    'self_signed_tls_client_auth',
    'none',
];
/** Whether the client shows its certificate on the TLS connection (RFC 8705). */
function client_usesTlsAuthentication({ clientAuthMethod, }) {
    return (clientAuthMethod === 'tls_client_auth' || clientAuthMethod === 'self_signed_tls_client_auth');
}
/** The credential that each method uses. */
const credentialOf = {
    client_secret_basic: 'client-secret',
    client_secret_post: 'client-secret',
    client_secret_jwt: 'client-secret',
    private_key_jwt: 'private-key',
    tls_client_auth: 'client-key',
    self_signed_tls_client_auth: 'client-key',
    none: undefined,
};
/** The method that a credential stands for where none is named. */
const methodOf = {
    'client-secret': 'client_secret_basic',
    'private-key': 'private_key_jwt',
    'client-key': 'tls_client_auth',
};
/**
 * Reads the inputs of the group Who you are, and notes what is wrong with them.
 *
 * @param now epoch, milliseconds
 */
function readClientInputs(reader, now) {
    const privateKeyAs = reader.readChoice('private-key-as', ['client_assertion', 'assertion']);
    const idTokenAs = reader.readOptionalChoice('id-token-as', [
        'client_assertion',
        'assertion',
        'subject_token',
    ]);
    const algorithm = reader.readOptionalChoice('signing-algorithm', [
        ...signingAlgorithms,
        ...macAlgorithms,
    ]);
    const client = {
        clientId: readClientId(reader),
        clientSecret: readClientSecret(reader),
        clientAuthMethod: chooseMethod(reader, { privateKeyAs, idTokenAs }),
        isMethodWritten: reader.isGiven('client-auth-method'),
        clientSecretEncoding: reader.readChoice('client-secret-encoding', ['form', 'raw']),
        signingKey: readKey(reader, algorithm),
        macAlgorithm: macAlgorithms.find((one) => one === algorithm) ?? 'HS256',
        privateKeyAs,
        assertionAudience: reader.read('assertion-audience'),
        assertionClaims: client_readClaims(reader),
        clientCertificate: readClientCertificate(reader, now),
        clientKey: readClientKey(reader),
        idTokenAs,
        idTokenAudience: reader.read('id-token-audience'),
        refreshToken: readSecret(reader, 'refresh-token'),
    };
    checkClientId(reader, client);
    checkCertificate(reader, client);
    checkUse(reader, client);
    return client;
}
function readClientId(reader) {
    const value = reader.read('client-id');
    // eslint-disable-next-line no-control-regex -- a control character is what is looked for
    if (/[\x00-\x1f\x7f]/.test(value ?? ''))
        reader.complain(text_text `client-id: has a control character`);
    return value;
}
/** Reads a secret that is hidden as it is. */
function readSecret(reader, name) {
    const value = reader.read(name);
    if (value !== undefined && value.length < shortestSecret) {
        reader.complain(text_text `${name}: has fewer than ${shortestSecret} characters, too few to be hidden in the log`);
    }
    return value;
}
/** A private key that is sent as a secret is given away. */
function readClientSecret(reader) {
    const value = readSecret(reader, 'client-secret');
    if (/-----BEGIN |"private_key"/.test(value ?? '')) {
        reader.complain(text_text `client-secret: holds a private key; give it as private-key`);
    }
    return value;
}
function readKey(reader, algorithm) {
    const value = reader.read('private-key');
    if (value === undefined)
        return undefined;
    const keyId = reader.read('private-key-id');
    return tryKey(reader, 'private-key', value, { algorithm, keyId });
}
function readClientKey(reader) {
    const value = reader.read('client-key');
    return value === undefined ? undefined : tryKey(reader, 'client-key', value, {})?.key;
}
function tryKey(reader, name, value, options) {
    try {
        return readSigningKey(value, options);
    }
    catch (error) {
        if (!(error instanceof SigningKeyError))
            throw error;
        reader.complain(text_text `${name}: ${explainKeyFault(error)}`);
        return undefined;
    }
}
function client_readClaims(reader) {
    const { pairs, faults } = parseParameters(reader.readExact('assertion-claims'));
    const names = pairs.map(([name]) => name);
    const repeated = names.find((name, index) => names.indexOf(name) !== index);
    if (faults.length > 0)
        reader.complain(text_text `assertion-claims: ${text_joinTexts(faults, ', ')}`);
    if (repeated !== undefined) {
        reader.complain(text_text `assertion-claims: ${repeated} is given more than once`);
    }
    return pairs;
}
function readClientCertificate(reader, now) {
    const value = reader.read('client-certificate');
    if (value === undefined)
        return undefined;
    const certificate = readCertificates(value);
    if (certificate === undefined) {
        reader.complain(text_text `client-certificate: takes a certificate in PEM, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----, its chain after it`);
        return undefined;
    }
    const { validToDate } = new external_node_crypto_.X509Certificate(certificate);
    if (validToDate.getTime() < now) {
        reader.complain(text_text `client-certificate: expired at ${formatZuluTime(validToDate)}; the provider has to issue a new one`);
    }
    return certificate;
}
function chooseMethod(reader, roles) {
    if (roles.idTokenAs === 'client_assertion') {
        for (const name of ['client-auth-method', ...listOffered(reader, roles)]) {
            if (reader.isGiven(name))
                complainOfIdToken(reader, name);
        }
        return undefined;
    }
    const written = reader.readOptionalChoice('client-auth-method', clientAuthMethods);
    if (!reader.isGiven('client-auth-method'))
        return inferMethod(reader, roles);
    if (written !== undefined)
        checkMethod(reader, written, roles);
    return written;
}
function complainOfIdToken(reader, name) {
    reader.complain(text_text `${name}: is not used with id-token-as: client_assertion, for the ID token authenticates the client`);
}
/** The credentials of the client that are given. */
function listOffered(reader, { privateKeyAs }) {
    const possible = privateKeyAs === 'assertion'
        ? ['client-secret', 'client-key']
        : ['client-secret', 'private-key', 'client-key'];
    return possible.filter((name) => reader.isGiven(name));
}
/** The input that makes a signed JWT or an ID token the grant, if one does. */
function nameGrantProof({ privateKeyAs, idTokenAs }) {
    if (privateKeyAs === 'assertion')
        return 'private-key-as: assertion';
    return idTokenAs === undefined ? undefined : `id-token-as: ${idTokenAs}`;
}
/** By what is given. Nothing at all never turns into `none` by itself, for an empty secret looks the same. */
function inferMethod(reader, roles) {
    const offered = listOffered(reader, roles);
    const proof = nameGrantProof(roles);
    const [first] = offered;
    if (first === undefined) {
        if (proof !== undefined)
            return 'none';
        // With an ID token in mind, no secret is missing; what is wrong with these inputs is said elsewhere.
        if (reader.isGiven('id-token-as') || reader.isGiven('id-token-audience'))
            return undefined;
        reader.missSecret(guessMissing(reader));
        return undefined;
    }
    if (offered.length > 1) {
        reader.complain(text_text `client-auth-method is required, for there are ${offered.join(' and ')}`);
    }
    else if (proof !== undefined) {
        reader.complain(text_text `client-auth-method is required, for ${proof} is the grant and ${first} is given besides; none sends no ${first}`);
    }
    return methodOf[first];
}
/** The secret that somebody meant to give, by what else is given. */
function guessMissing(reader) {
    const ofKey = ['private-key-id', 'assertion-audience', 'assertion-claims'];
    const algorithm = reader.read('signing-algorithm');
    const isForKey = signingAlgorithms.some((one) => one === algorithm);
    if (isForKey || ofKey.some((name) => reader.isGiven(name)))
        return 'private-key';
    return reader.isGiven('client-certificate') ? 'client-key' : 'client-secret';
}
/** Notes where a method lacks its credential, or is given one that it does not use. */
function checkMethod(reader, method, roles) {
    const credential = credentialOf[method];
    const offered = listOffered(reader, roles);
    if (credential !== undefined && !offered.includes(credential)) {
        if (credential === 'private-key' && reader.isGiven('private-key')) {
            reader.complain(text_text `client-auth-method: private_key_jwt needs private-key-as: client_assertion`);
        }
        else {
            reader.missSecret(credential);
        }
    }
    for (const name of offered.filter((one) => one !== credential)) {
        reader.complain(text_text `${name}: is not used by client-auth-method: ${method}`);
    }
    if (method === 'client_secret_jwt' && roles.privateKeyAs === 'assertion') {
        reader.complain(text_text `client-auth-method: ${method} cannot be used with private-key-as: assertion, for assertion-audience and assertion-claims would be meant for both JWTs`);
    }
}
/** A JWT or an ID token can say who asks; a secret or a certificate cannot, even where it is sent besides. */
function checkClientId(reader, client) {
    const { clientAuthMethod = 'none', privateKeyAs, idTokenAs } = client;
    const isSaid = idTokenAs !== undefined || (privateKeyAs === 'assertion' && namesIssuer(client));
    if (isSaid && clientAuthMethod === 'none')
        return;
    // Nothing is known of the owner of a key that could not be read, which has a problem of its own.
    if (privateKeyAs === 'assertion' && reader.isGiven('private-key') && !client.signingKey)
        return;
    if (!reader.isGiven('client-id'))
        reader.complain(sayMissingId(client));
}
function sayMissingId({ privateKeyAs, signingKey }) {
    return privateKeyAs !== 'assertion' && signingKey?.owner !== undefined
        ? text_text `client-id is required, or private-key-as: assertion where the key file itself says who asks`
        : text_text `client-id is required (a variable or a secret that does not exist reads as empty)`;
}
function namesIssuer({ signingKey, assertionClaims, }) {
    const isClaimed = assertionClaims.some(([name, value]) => name === 'iss' && value !== '');
    return isClaimed || signingKey?.owner !== undefined;
}
/** Notes where certificate and key do not belong together. */
function checkCertificate(reader, { clientCertificate, clientKey, clientAuthMethod, signingKey }) {
    if (clientKey !== undefined && !reader.isGiven('client-certificate')) {
        reader.complain(text_text `client-certificate is required with client-key`);
    }
    if (clientCertificate === undefined)
        return;
    const isForTls = credentialOf[clientAuthMethod ?? 'none'] === 'client-key';
    const hasOwnKey = isForTls || reader.isGiven('client-key');
    const [name, key] = hasOwnKey
        ? ['client-key', clientKey]
        : ['private-key', signingKey?.key];
    if (key === undefined)
        return;
    if (!new external_node_crypto_.X509Certificate(clientCertificate).checkPrivateKey(key)) {
        reader.complain(text_text `client-certificate: does not belong to ${name}`);
    }
}
/** Notes what is given and would change nothing. */
function checkUse(reader, client) {
    const { clientAuthMethod, idTokenAs, privateKeyAs } = client;
    const hasKey = reader.isGiven('private-key');
    const signs = hasKey || clientAuthMethod === 'client_secret_jwt';
    if (privateKeyAs === 'assertion' && !hasKey)
        reader.missSecret('private-key');
    for (const name of ['assertion-audience', 'assertion-claims', 'signing-algorithm']) {
        if (reader.isGiven(name) && !signs && !reader.missesSecret) {
            reader.complain(text_text `${name}: has no meaning without a signed JWT (private-key, or client-auth-method: client_secret_jwt)`);
        }
    }
    if (reader.isGiven('private-key-id') && !hasKey && !reader.missesSecret) {
        reader.complain(text_text `private-key-id: has no meaning without private-key`);
    }
    if (!hasKey)
        checkCertificateUse(reader, client);
    if (reader.isGiven('id-token-audience') && idTokenAs === undefined) {
        reader.complain(text_text `id-token-audience: has no meaning without id-token-as`);
    }
    if (clientAuthMethod === 'client_secret_jwt')
        checkMacAlgorithm(reader);
}
/** Notes where a certificate has no key: it was forgotten, or the certificate is not wanted at all. */
function checkCertificateUse(reader, { clientAuthMethod, idTokenAs }) {
    const isAlone = reader.isGiven('client-certificate') && !reader.isGiven('client-key');
    if (!isAlone || reader.missesSecret)
        return;
    if (idTokenAs === 'client_assertion') {
        complainOfIdToken(reader, 'client-certificate');
    }
    else if (clientAuthMethod !== undefined && reader.isGiven('client-auth-method')) {
        reader.complain(text_text `client-certificate: is not used by client-auth-method: ${clientAuthMethod}`);
    }
    else {
        reader.missSecret('client-key');
    }
}
function checkMacAlgorithm(reader) {
    const algorithm = reader.read('signing-algorithm');
    if (algorithm === undefined || macAlgorithms.some((one) => one === algorithm))
        return;
    reader.complain(text_text `signing-algorithm: ${got(algorithm)}, takes ${macAlgorithms.join(', ')} with client-auth-method: client_secret_jwt`);
}

;// CONCATENATED MODULE: ./build/compiled/wording/transport.js






const networkErrors = {
    ECONNREFUSED: 'connection refused',
    ECONNRESET: 'the connection was reset',
    ECONNABORTED: 'the connection was aborted',
    EHOSTUNREACH: 'no route to the host',
    ENETUNREACH: 'the network cannot be reached',
    EADDRNOTAVAIL: 'the address is not available',
    ETIMEDOUT: 'the connection timed out',
    EPIPE: 'the connection broke',
};
/**
 * Says in a few words why no complete answer came.
 *
 * @param allowed how long the attempt was allowed to take, milliseconds
 */
function describeTransportError(error, allowed, view) {
    const system = error.systemCode ?? '';
    switch (error.code) {
        case 'timeout':
            return text_text `no answer within ${formatDuration(allowed)}`;
        case 'name_not_found':
            return text_text `${stages_serverOf(view).nameHost(view.server)} was not found (${system})`;
        case 'connection_failed':
            return text_text `${networkErrors[system] ?? 'the connection failed'} (${system})`;
        case 'tls_failed':
            return text_text `TLS failed: ${nameTlsFault(error.cause)} (${system})`;
        case 'proxy_refused':
            return text_text `the proxy refused: ${names_nameStatus(error.proxyStatus ?? 0)}`;
        case 'proxy_invalid':
            return text_text `the proxy's address in the environment is no usable URL`;
        case 'proxy_unreachable':
            return text_text `the proxy could not be reached: ${error.proxyFault ?? system}`;
        case 'answer_cut':
            return text_text `the answer was cut off`;
        case 'answer_unreadable':
            return text_text `the answer is not readable HTTP`;
        case 'answer_too_large':
            return text_text `the answer is larger than ${nameLimit(view)}`;
        case 'request_failed':
            return text_text `the request failed: ${describeUnknown(error.cause)}`;
    }
}
/** The most that is read of an answer, as people write it. */
function nameLimit(view) {
    const kib = stages_serverOf(view).maxBytes / 1024;
    return kib < 1024 ? `${kib} KiB` : `${kib / 1024} MiB`;
}
/** What was wrong with a fault of the connection, in the group of request and answer. */
function describeTransportAnswer(error, { allowed, took }, view) {
    const what = describeTransportError(error, allowed, view);
    // A time that was over says how long it was.
    return error.code === 'timeout' ? what : text_text `failed after ${formatDuration(took)}: ${what}`;
}
/** Explains why no complete answer came, and says what to check. */
function explainTransportError(error, { allowed }, view) {
    const server = nameServer(view);
    const what = describeTransportError(error, allowed, view);
    switch (error.code) {
        case 'timeout':
            return {
                title: 'no answer in time',
                message: text `${server} gave ${what}. Check that this runner can reach it; a slow server needs a longer timeout or total-timeout.`,
            };
        case 'name_not_found':
            return {
                title: 'name not found',
                message: text `${server} could not be reached: ${what}. ${adviseAddress(view, text `; a private name needs a runner inside its network`)}`,
            };
        case 'tls_failed':
            return explainTlsFailure(error, view);
        case 'proxy_refused':
            return explainProxyRefusal(error.proxyStatus ?? 0, server);
        case 'proxy_invalid':
            return {
                title: 'proxy not usable',
                message: text `${server} could not be asked: ${what}. Check https_proxy and http_proxy; a % in a user name or password is written %25.`,
            };
        case 'proxy_unreachable':
            return {
                title: 'proxy not reached',
                message: text `The proxy could not be reached: ${error.proxyFault ?? what}. Check https_proxy and http_proxy, or name ${server} in no_proxy.`,
            };
        case 'answer_too_large':
            return {
                title: 'answer too large',
                message: text `${server} sent more than ${nameLimit(view)}; the answer that was asked for has a few KiB. ${adviseAddress(view)}`,
            };
        case 'answer_cut':
        case 'answer_unreadable':
            return {
                title: 'answer damaged',
                message: text `${server} could not be understood: ${what}. If it stays so, look at the server's log or at a proxy in between.`,
            };
        case 'connection_failed':
            return {
                title: 'no connection',
                message: text `${server} could not be reached: ${what}. ${adviseConnection(error, view)}`,
            };
        case 'request_failed':
            return { title: 'request failed', message: text `${server} could not be asked: ${what}.` };
    }
}
function adviseAddress(view, more = text ``) {
    return serverOf(view).adviseAddress(view.inputs, more);
}
function showsCertificate({ stage, inputs }) {
    return wordsOf(stage).showsCertificate && usesTlsAuthentication(inputs);
}
function adviseConnection({ systemCode = '' }, view) {
    const address = adviseAddress(view, text `, and that the server admits this runner's address`);
    const isBroken = systemCode === 'ECONNRESET' || systemCode === 'EPIPE';
    return isBroken && showsCertificate(view)
        ? text `${address} A server that does not accept client-certificate may break the connection, too.`
        : address;
}
/** The alerts by which a server refuses a client's certificate, or wants another one (RFC 8446 section 6.2). */
const certificateAlerts = new Set([
    40, 42, 43, 44, 45, 46, 48, 49, 51, 116,
]);
/** The alert of a server that serves nobody without a certificate (RFC 8446 section 6.2). */
const certificateRequired = 116;
function explainTlsFailure(error, view) {
    const { systemCode = '', cause, proxyFault } = error;
    const title = 'TLS not trusted';
    const server = nameServer(view);
    const { adviseTls, adviseTrust } = serverOf(view);
    const fault = nameTlsFault(cause);
    if (proxyFault !== undefined) {
        return {
            title,
            message: text `The TLS connection to the proxy failed: ${proxyFault}. Check https_proxy. ${adviseTrust}`,
        };
    }
    if (systemCode === 'CERT_HAS_EXPIRED') {
        return {
            title,
            message: text `The certificate of ${server} has expired, or the one of its CA. The server's operator has to renew it.`,
        };
    }
    if (systemCode === 'ERR_TLS_CERT_ALTNAME_INVALID') {
        return {
            title,
            message: text `The certificate of ${server} is for another name: ${fault}. ${adviseTls(view.inputs, text `the host`)}`,
        };
    }
    if (showsCertificate(view) && certificateAlerts.has(readTlsAlert(cause))) {
        return {
            title: 'client certificate refused',
            message: text `${server} did not accept the client's certificate: ${fault} (${systemCode}). Check that client-certificate is the one registered there, with its chain, and current.`,
        };
    }
    if (readTlsAlert(cause) === certificateRequired) {
        return {
            title: 'client certificate wanted',
            message: text `${server} wants a certificate of the client: ${fault} (${systemCode}). Give client-certificate and client-key.`,
        };
    }
    if (/^(EPROTO|ERR_SSL_|ERR_TLS_)/.test(systemCode)) {
        return {
            title: 'TLS failed',
            message: text `${server} and this runner could not agree on TLS: ${fault} (${systemCode}). ${adviseTls(view.inputs, text `the scheme and the port`)}`,
        };
    }
    return {
        title,
        message: text `The certificate of ${server} is not trusted: ${fault} (${systemCode}). ${adviseTrust}`,
    };
}
/** What an error of TLS says; of OpenSSL's errors only the reason, without addresses and source files. */
function nameTlsFault(error) {
    const message = messageOf(error);
    return /SSL routines:[^:]*:([^:]+):/.exec(message)?.[1] ?? message;
}
/** The number of the alert by which a peer ended TLS (RFC 8446 section 6); undefined where there was none. */
function readTlsAlert(error) {
    const number = /SSL alert number (\d+)/.exec(messageOf(error))?.[1];
    return number === undefined ? undefined : Number(number);
}
/** What an error of Node's says. */
function messageOf(error) {
    return error instanceof Error ? error.message : String(error);
}

;// CONCATENATED MODULE: ./build/compiled/wording/attempts.js











/** A failed attempt that is followed by another one, or that followed one. */
function sayFailedAttempt(failure, view) {
    const { attempt, maxAttempts } = failure;
    const what = describeFailure(failure, view);
    const { purpose } = stages_wordsOf(view.stage);
    return text_text `Attempt ${attempt} of ${maxAttempts}${purpose} failed: ${what}.${sayNext(failure)}`;
}
function sayNext({ wait, retryAfter }) {
    if (wait === undefined)
        return text_text ``;
    if (wait === retryAfter && wait > 0) {
        return text_text ` The server asks for ${duration_formatSeconds(wait)} (Retry-After). Trying again then.`;
    }
    return wait === 0 ? text_text ` Trying again now.` : text_text ` Trying again in ${formatDuration(wait)}.`;
}
/** The title of what was sent and what came back. */
function sayExchangeTitle(stage) {
    return stages_wordsOf(stage).title;
}
/** The answer to the attempt that succeeded. */
function describeSuccess(stage, attempt, took) {
    return text_text `${stages_wordsOf(stage).success} at attempt ${attempt}, after ${formatDuration(took)}`;
}
/** The answer to an attempt that failed. */
function describeAnswer(failure, view) {
    const { error, took } = failure;
    const after = text_text `after ${formatDuration(took)}`;
    const idToken = view.stage === 'token' ? describeIdToken(view.idToken) : [];
    if (error instanceof errors_TokenError)
        return [...idToken, ...describeTokenAnswer(error, after)];
    if (error instanceof errors_DiscoveryError)
        return describeMetadataAnswer(error, after);
    if (error instanceof id_token_error_IdTokenError && error.status !== undefined) {
        return [text_text `${names_nameStatus(error.status)}, ${after}`];
    }
    if (error instanceof transport_error_TransportError) {
        return [...idToken, describeTransportAnswer(error, failure, view)];
    }
    return [...idToken, text_text `failed ${after}: ${describeFailure(failure, view)}`];
}
/** What went wrong with one attempt, in a few words. */
function describeFailure({ error, allowed }, view) {
    if (error instanceof errors_TokenError)
        return describeTokenError(error);
    if (error instanceof errors_DiscoveryError)
        return describeDiscoveryError(error);
    if (error instanceof id_token_error_IdTokenError)
        return describeIdTokenError(error);
    if (error instanceof transport_error_TransportError)
        return describeTransportError(error, allowed, view);
    return text_text `${describeUnknown(error)}`;
}
/** The server asks for a longer wait than total-timeout leaves. */
function explainLongWait({ error, retryAfter = 0 }, view) {
    const { totalTimeout } = view.inputs;
    const asks = text `${nameServer(view)} asks to wait ${formatSeconds(retryAfter)} (Retry-After), past total-timeout: ${totalTimeout}.`;
    // With any other status it is a server that is down for a while.
    const isQuota = error instanceof TokenError && error.answer.status === 429;
    return {
        title: 'asked to wait too long',
        message: isQuota
            ? text `${asks} Nothing here can shorten that: it is a quota. Reuse tokens (use-cache), or ask the provider for more.`
            : text `${asks} Run the job again later, or set a longer total-timeout.`,
    };
}
/** Why the last attempt was the last one. */
function sayWhyNotAgain({ code, failure }, { inputs: { totalTimeout, retryMaxAttempts } }) {
    const { error } = failure;
    if (code === 'total_timeout') {
        return text `Gave up at attempt ${failure.attempt} of ${retryMaxAttempts}, for total-timeout: ${totalTimeout} leaves no time for another.`;
    }
    if (code === 'attempts_used_up') {
        return failure.attempt === 1
            ? text `Not tried again, for retry-max-attempts is 1.`
            : text `Gave up after ${failure.attempt} attempts.`;
    }
    if ((error instanceof TokenError || error instanceof TransportError) && error.retryable) {
        return text `Not tried again, for the grant may have been used up: what it carries is accepted once.`;
    }
    return isAnswer(error)
        ? text `Not tried again, for the answer would be the same.`
        : text `Not tried again, for it would fail in the same way.`;
}
function isAnswer(error) {
    if (error instanceof IdTokenError)
        return error.status !== undefined;
    return error instanceof TokenError || error instanceof DiscoveryError;
}

;// CONCATENATED MODULE: ./build/compiled/exchange/stage.js




/**
 * Makes the attempts of one stage, and tells the log of each that failed.
 *
 * @throws {StageError} when no attempt succeeded; the log has the details then
 */
async function runStage(plan, { clock, random, log, deadline }) {
    const { stage, prepare, ask, judge, shape, readFacts } = plan;
    const { inputs } = readFacts();
    const policy = {
        maxAttempts: inputs.retryMaxAttempts,
        timeSlot: inputs.retryTimeSlot,
        maxWait: inputs.retryMaxWait,
        attemptTimeout: inputs.timeout,
        deadline: deadline.at,
    };
    const report = (failure) => {
        if (isWorthALine(failure))
            log.say(sayFailedAttempt(failure, { stage, ...readFacts() }));
    };
    try {
        return await retry(async (attempt, signal) => {
            const startedAt = clock.monotonic();
            const result = await ask(signal);
            if (inputs.verbose) {
                const success = describeSuccess(stage, attempt, clock.monotonic() - startedAt);
                const idToken = stage === 'token' ? describeIdToken(readFacts().idToken) : [];
                log.group(sayExchangeTitle(stage), [...shape, ...idToken, success]);
            }
            return { result, attempt };
        }, policy, { clock, random, judge, report, ...(prepare === undefined ? {} : { prepare }) });
    }
    catch (error) {
        if (!(error instanceof GaveUp))
            throw error;
        const facts = readFacts();
        log.group(sayExchangeTitle(stage), [
            ...shape,
            ...describeAnswer(error.failure, { stage, ...facts }),
        ]);
        throw new StageError(stage, error, facts);
    }
}
/** A first attempt that is also the last is told by the error alone. */
function isWorthALine({ attempt, wait }) {
    return attempt > 1 || wait !== undefined;
}

;// CONCATENATED MODULE: ./build/compiled/wording/requests.js


/** The shape of a request for an issuer's metadata. */
function describeDiscovery(issuer) {
    return [text `metadata of ${issuer}`];
}
/** The shape of a request for GitHub's ID token, without anything secret. */
function describeIdTokenRequest(url, { idTokenAudience }) {
    const audience = idTokenAudience ?? "GitHub's default";
    const where = URL.canParse(url) ? names_originAndPath(url) : 'a URL that is none';
    return [text_text `GET ${where}`, text_text `audience: ${audience}`];
}
/** The shape of a request to an ACS endpoint, without anything secret. */
function describeAcsRequest({ tokenUrl, clientId = '', headers }) {
    return [
        text `GET ${originAndPath(tokenUrl)}`,
        text `client ${showInput(clientId)}, acs_api, headers: client-id, client-secret`,
        ...describeHeaders(headers),
    ];
}
/** The shape of a request to a token endpoint, without anything secret. */
function describeRequest(inputs, parameterNames) {
    const { tokenUrl, clientId, headers } = inputs;
    const client = clientId === undefined ? text_text `no client id` : text_text `client ${text_showInput(clientId)}`;
    return [
        text_text `POST ${names_originAndPath(tokenUrl)}`,
        text_text `${client}, ${nameAuthentication(inputs)}, body: ${parameterNames.join(', ')}`,
        ...describeHeaders(headers),
    ];
}
/** The shape of a request to a revocation endpoint, without anything secret. */
function describeRevocation(inputs, revocationUrl, parameterNames) {
    return describeRequest({ ...inputs, tokenUrl: revocationUrl }, parameterNames);
}
/** How the client authenticates, and what signs. */
function nameAuthentication(inputs) {
    const { clientAuthMethod, clientSecretEncoding, macAlgorithm, signingKey } = inputs;
    const key = signingKey === undefined ? '' : nameKey(signingKey);
    switch (clientAuthMethod) {
        case undefined:
            return 'ID token as client_assertion';
        case 'client_secret_basic':
            return `client_secret_basic (${clientSecretEncoding})`;
        case 'client_secret_jwt':
            return `client_secret_jwt (${macAlgorithm})`;
        case 'private_key_jwt':
            return `private_key_jwt (${key})`;
        case 'none':
            return inputs.privateKeyAs === 'assertion' ? `signed assertion (${key})` : 'none';
        default:
            return clientAuthMethod;
    }
}
function nameKey({ algorithm, keyId }) {
    return keyId === undefined ? algorithm : `${algorithm}, kid ${keyId}`;
}
function describeHeaders(headers) {
    const names = headers.map(([name]) => name).join(', ');
    return names === '' ? [] : [text_text `further headers: ${names}`];
}

;// CONCATENATED MODULE: ./build/compiled/exchange/id-tokens.js




/** How long an ID token that was got for its claims may wait for its use, milliseconds; it lives for five minutes. */
const longestWait = 60_000;
/** The job's ID tokens: a server accepts each once, so every attempt gets one that none has seen. */
class IdTokens {
    #endpoint;
    #inputs;
    #context;
    /** One that no server has seen. */
    #unused;
    #last;
    constructor(endpoint, inputs, context) {
        this.#endpoint = endpoint;
        this.#inputs = inputs;
        this.#context = context;
    }
    /**
     * @param env the step's environment
     * @returns undefined where no ID token is wanted
     * @throws {IdTokenError} `no_permission` where the job may not ask for one
     */
    static open(inputs, env, context) {
        if (inputs.idTokenAs === undefined)
            return undefined;
        const endpoint = findIdTokenEndpoint(env);
        if (endpoint === undefined)
            throw new id_token_error_IdTokenError('no_permission');
        return new IdTokens(endpoint, inputs, context);
    }
    /** The one that was used last; undefined before the first. */
    get last() {
        return this.#last;
    }
    /**
     * An ID token to look at; a later {@link take} gives it away.
     *
     * @throws {StageError} where none can be had
     */
    async look() {
        const idToken = await this.#request();
        this.#unused = { idToken, gotAt: this.#context.clock.monotonic() };
        return idToken;
    }
    /**
     * An ID token to send, once.
     *
     * @throws {StageError} where none can be had
     */
    async take() {
        const unused = this.#unused;
        this.#unused = undefined;
        const isFresh = unused !== undefined && this.#context.clock.monotonic() - unused.gotAt < longestWait;
        this.#last = isFresh ? unused.idToken : await this.#request();
        return this.#last;
    }
    async #request() {
        const { clock, send, log } = this.#context;
        const inputs = this.#inputs;
        const hide = (secret) => {
            log.mask(secret);
        };
        const { result } = await runStage({
            stage: 'id_token',
            ask: (signal) => requestIdToken(this.#endpoint, inputs.idTokenAudience, {
                send,
                now: clock.now,
                signal,
                hide,
            }),
            judge: (error) => judgeIdTokenFailure(error, inputs.retryOn),
            shape: describeIdTokenRequest(this.#endpoint.url, inputs),
            readFacts: () => ({ inputs, server: this.#endpoint.url }),
        }, this.#context);
        return result;
    }
}

;// CONCATENATED MODULE: ./build/compiled/inputs/endpoint.js



/** Reads the inputs of the group Where, and notes what is wrong with them. */
function readEndpointInputs(reader) {
    const allowHttp = reader.readFlag('allow-http');
    return {
        ...readPlace(reader, allowHttp),
        endpointType: reader.readChoice('endpoint-type', ['oauth2', 'acs_api']),
        caCertificate: readCaCertificate(reader),
        allowHttp,
    };
}
/** Reads `token-url` or `issuer`; one of them says where to ask. */
function readPlace(reader, allowHttp) {
    const tokenUrl = readTokenUrl(reader, allowHttp);
    const issuer = readIssuer(reader, allowHttp);
    if (reader.isGiven('token-url') && reader.isGiven('issuer')) {
        reader.complain(text_text `issuer: is given beside token-url; give the one or the other`);
    }
    else if (!reader.isGiven('token-url') && !reader.isGiven('issuer')) {
        reader.complain(text_text `token-url is required, or issuer in its place`);
    }
    return { tokenUrl, issuer };
}
function readTokenUrl(reader, allowHttp) {
    const value = reader.read('token-url');
    if (value === undefined)
        return undefined;
    const fault = findUrlFault(value, allowHttp, 'https://login.example.com/oauth2/token');
    if (fault === undefined)
        return new URL(value).href;
    reader.complain(text_text `token-url: ${fault}`);
    return undefined;
}
function readIssuer(reader, allowHttp) {
    const value = reader.read('issuer');
    if (value === undefined)
        return undefined;
    const fault = findIssuerFault(value, allowHttp);
    if (fault === undefined)
        return value;
    reader.complain(text_text `issuer: ${fault}`);
    return undefined;
}
/** What is wrong with an issuer (RFC 8414 section 2). */
function findIssuerFault(value, allowHttp) {
    const fault = findUrlFault(value, allowHttp, 'https://login.example.com');
    if (fault !== undefined)
        return fault;
    if (value.includes('?'))
        return text_text `takes a URL without a query (?)`;
    if (!value.includes('/.well-known/'))
        return undefined;
    return text_text `takes the issuer itself, what stands before /.well-known/`;
}
/** What is wrong with the URL of an endpoint (RFC 6749 section 3.2, RFC 3986 section 3.2.1). */
function findUrlFault(value, allowHttp, example) {
    const echo = echoUrl(value);
    if (/\s/.test(value) || !/^[a-z]+:\/\//i.test(value) || !URL.canParse(value)) {
        return text_text `${echo}takes a URL such as ${example}`;
    }
    const url = new URL(value);
    if (url.username !== '' || url.password !== '') {
        return text_text `has user information before the host; use client-id and client-secret`;
    }
    if (value.includes('#'))
        return text_text `${echo}takes a URL without a fragment (#)`;
    if (url.protocol === 'https:')
        return undefined;
    if (url.protocol !== 'http:')
        return text_text `${echo}takes https`;
    if (allowHttp || isLoopback(url.hostname))
        return undefined;
    return text_text `${echo}takes https (or allow-http: true)`;
}
/** What stands before an @ or behind a ? may be a secret, and all of it where it is no URL, of which no part is shown. */
function echoUrl(value) {
    const isUrl = /^https?:\/\//i.test(value) && URL.canParse(value);
    if (value.includes('@') || (!isUrl && /[?#]/.test(value)))
        return text_text ``;
    return text_text `${got(value.replace(/([?#]).+/s, '$1...'))}, `;
}
function readCaCertificate(reader) {
    const value = reader.read('ca-certificate');
    if (value === undefined)
        return undefined;
    const certificates = readCertificates(value);
    if (certificates === undefined) {
        reader.complain(text_text `ca-certificate: takes certificates in PEM, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----`);
    }
    return certificates;
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/acs-api.js







/** The headers that carry the credentials, in lower case. */
const acsHeaders = ['client-id', 'client-secret'];
/**
 * Asks an ACS endpoint once.
 *
 * @throws {TransportError} when no complete response came back
 * @throws {TokenError} when the response brings no token, or none with an expiry
 */
async function askAcsEndpoint(request, { send, now, signal, tls }) {
    const sentAt = now();
    const limits = { signal, tls, maxBytes: maxResponseBytes };
    const response = await send(buildAcsRequest(request), limits);
    return parseAcsResponse(response, { sentAt, now: now() });
}
/** Writes the request as HTTP. */
function buildAcsRequest(request) {
    const { tokenUrl, clientId, clientSecret, headers } = request;
    const all = joinHeaders([
        ...defaultHeaders,
        ...headers,
        ['client-id', clientId],
        ['client-secret', clientSecret],
    ]);
    return { method: 'GET', url: tokenUrl, headers: Object.fromEntries(all) };
}
/**
 * Reads the answer of an ACS endpoint. Its `expires_at` decides; `expires_in` is ignored, as the Python library does.
 *
 * @throws {TokenError} where it brings no token, or none with a Zulu time in `expires_at`
 */
function parseAcsResponse(response, context) {
    const members = refuseFailure(response, readMembers(response.body), context.now);
    const accessToken = new AccessToken({
        token: readTokenString(response, members),
        tokenType: readText(members['token_type']) ?? 'Bearer',
        expiresAt: readExpiresAt(response, members),
    });
    return {
        accessToken,
        ...readCompanions(response, withoutExpiry(members)),
        issuedAt: context.sentAt,
    };
}
function readExpiresAt(response, members) {
    const expiresAt = parseZuluTime(readText(members['expires_at']) ?? '');
    if (expiresAt === undefined)
        throw failure('no_expires_at', response, { retryable: false });
    // Some servers mean "never" by 9999-12-31T23:59:59.9999999Z, and its fraction is past the last whole second.
    return new Date(Math.min(expiresAt.getTime(), lastZuluTime));
}
function withoutExpiry(members) {
    return Object.fromEntries(Object.entries(members).filter(([name]) => name !== 'expires_at'));
}

;// CONCATENATED MODULE: ./build/compiled/inputs/contradictions.js



/** Notes what only several inputs together can get wrong. */
function checkTogether(reader, inputs) {
    if (inputs.endpointType === 'acs_api') {
        checkAcs(reader, inputs);
        return;
    }
    checkParameterNames(reader, inputs);
    const usesAuthorization = inputs.clientAuthMethod === 'client_secret_basic';
    checkHeaderNames(reader, inputs.headers, usesAuthorization ? ['authorization'] : []);
    if (sendsRawBasic(inputs) && inputs.clientId?.includes(':') === true) {
        reader.complain(text_text `client-secret-encoding: raw cannot carry a client-id with a colon; use form, or client-auth-method: client_secret_post`);
    }
    checkTls(reader, inputs);
}
/** The inputs that mean nothing to an ACS endpoint. */
const notForAcs = [
    'issuer',
    'client-auth-method',
    'client-secret-encoding',
    'private-key',
    'private-key-id',
    'signing-algorithm',
    'private-key-as',
    'assertion-audience',
    'assertion-claims',
    'client-certificate',
    'client-key',
    'id-token-as',
    'id-token-audience',
    'refresh-token',
    'scopes',
    'grant-type',
    'audience',
    'resource',
    'parameters',
    'body-format',
    'revoke',
    'revocation-url',
];
/** Notes the inputs that mean nothing to an ACS endpoint, before anybody looks for a meaning in them. */
function refuseForAcs(reader) {
    for (const name of notForAcs) {
        if (!reader.isGiven(name))
            continue;
        reader.complain(text_text `${name}: has no meaning with endpoint-type: acs_api`);
        reader.ignore(name);
    }
}
function checkAcs(reader, inputs) {
    for (const name of ['client-id', 'client-secret']) {
        if (!isFieldValue(reader.read(name) ?? '')) {
            reader.complain(text_text `${name}: has a character that a header cannot carry`);
        }
    }
    checkHeaderNames(reader, inputs.headers, acsHeaders);
}
function sendsRawBasic({ clientAuthMethod, clientSecretEncoding }) {
    return clientAuthMethod === 'client_secret_basic' && clientSecretEncoding === 'raw';
}
/** A certificate can be shown on a TLS connection alone. */
function checkTls(reader, { tokenUrl, clientAuthMethod }) {
    if (clientAuthMethod?.endsWith('tls_client_auth') !== true)
        return;
    if (tokenUrl?.startsWith('http:') === true) {
        reader.complain(text_text `token-url: takes https with client-auth-method: ${clientAuthMethod}`);
    }
}
/** The inputs that parameters of these names have for themselves. */
function listOwnParameters(inputs) {
    const { clientAuthMethod, privateKeyAs, idTokenAs } = inputs;
    const sendsId = inputs.clientId !== undefined && clientAuthMethod !== 'client_secret_basic';
    const assertion = privateKeyAs === 'assertion' ? 'private-key' : 'id-token-as';
    const asserts = privateKeyAs === 'assertion' || idTokenAs === 'assertion';
    const isKeyGrantAlone = privateKeyAs === 'assertion' && clientAuthMethod === 'none' && !inputs.isMethodWritten;
    const provesByJwt = clientAuthMethod === undefined || clientAuthMethod.endsWith('_jwt');
    return {
        grant_type: 'grant-type',
        client_secret: 'client-secret',
        ...(provesByJwt
            ? {
                client_assertion: 'private-key or id-token-as',
                client_assertion_type: 'private-key or id-token-as',
            }
            : {}),
        ...(sendsId && !isKeyGrantAlone ? { client_id: 'client-id' } : {}),
        ...(asserts ? { assertion } : {}),
        ...(idTokenAs === 'subject_token' ? { subject_token: 'id-token-as' } : {}),
        ...(inputs.refreshToken === undefined ? {} : { refresh_token: 'refresh-token' }),
        ...(inputs.scopes.length > 0 ? { scope: 'scopes' } : {}),
        ...(inputs.audience === undefined ? {} : { audience: 'audience' }),
        ...(inputs.resources.length > 0 ? { resource: 'resource' } : {}),
    };
}
function checkParameterNames(reader, inputs) {
    const own = listOwnParameters(inputs);
    for (const name of new Set(inputs.parameters.map(([name]) => name))) {
        const input = Object.hasOwn(own, name) ? own[name] : undefined;
        if (input !== undefined) {
            reader.complain(text_text `parameters: ${name} is sent already; use the input ${input}`);
        }
    }
}
/** Headers that belong to the connection, not to the request. */
const connectionHeader = /^(host|content-length|transfer-encoding|connection|proxy-.*)$/i;
/**
 * @param own the headers that carry the client's credentials, in lower case
 */
function checkHeaderNames(reader, headers, own) {
    const names = headers.map(([name]) => name.toLowerCase());
    for (const name of new Set(names)) {
        if (connectionHeader.test(name)) {
            reader.complain(text_text `headers: ${name} belongs to the connection and cannot be set`);
        }
        else if (own.includes(name)) {
            reader.complain(text_text `headers: ${name} carries the client's credentials already`);
        }
        else if (names.indexOf(name) !== names.lastIndexOf(name)) {
            reader.complain(text_text `headers: ${name} is given more than once`);
        }
    }
}

;// CONCATENATED MODULE: ./build/compiled/inputs/misspelling.js


/** Other words for an input, which people know from other tools. Written without `-` and `_`. */
const otherWords = {
    url: 'token-url',
    tokenuri: 'token-url',
    tokenendpoint: 'token-url',
    endpoint: 'token-url',
    accesstokenurl: 'token-url',
    oauthurl: 'token-url',
    id: 'client-id',
    appid: 'client-id',
    username: 'client-id',
    secret: 'client-secret',
    clientpassword: 'client-secret',
    password: 'client-secret',
    appsecret: 'client-secret',
    authmethod: 'client-auth-method',
    tokenendpointauthmethod: 'client-auth-method',
    issuerurl: 'issuer',
    discoveryurl: 'issuer',
    wellknownurl: 'issuer',
    key: 'private-key',
    serviceaccountkey: 'private-key',
    credentialsjson: 'private-key',
    kid: 'private-key-id',
    keyid: 'private-key-id',
    clientkeyid: 'private-key-id',
    alg: 'signing-algorithm',
    algorithm: 'signing-algorithm',
    assertionaud: 'assertion-audience',
    jwtaudience: 'assertion-audience',
    claims: 'assertion-claims',
    jwtclaims: 'assertion-claims',
    cert: 'client-certificate',
    certificate: 'client-certificate',
    clientcert: 'client-certificate',
    tlskey: 'client-key',
    oidctokenas: 'id-token-as',
    oidcaudience: 'id-token-audience',
    scope: 'scopes',
    granttypes: 'grant-type',
    aud: 'audience',
    params: 'parameters',
    extraparameters: 'parameters',
    body: 'parameters',
    extraheaders: 'headers',
    contenttype: 'body-format',
    retries: 'retry-max-attempts',
    maxattempts: 'retry-max-attempts',
    maxretries: 'retry-max-attempts',
    retryattempts: 'retry-max-attempts',
    cachetimeout: 'cache-wait',
    waitforcache: 'cache-wait',
    cachewaitseconds: 'cache-wait',
    environmentvariable: 'env-var',
    envname: 'env-var',
    env: 'env-var',
    outputenv: 'env-var',
    debug: 'verbose',
    ca: 'ca-certificate',
    cacert: 'ca-certificate',
    insecure: 'allow-http',
};
/**
 * Finds inputs that nobody declared and that are near misses of one; the runner only warns of them. Names that resemble
 * none are left alone, for any `INPUT_` variable of the job's `env:` looks like an input.
 *
 * @param env the step's environment
 */
function findMisspelledInputs(env) {
    const known = inputNames;
    return Object.keys(env)
        .filter((variable) => variable.startsWith('INPUT_'))
        .map((variable) => variable.slice('INPUT_'.length).toLowerCase())
        .filter((name) => !known.includes(name))
        .flatMap((name) => {
        if (isOfUser(name) && readInput(env, 'grant-type') === 'password') {
            return [text_text `${name}: unknown input, put it into parameters: ${name}=...`];
        }
        const meant = guessInput(name);
        return meant === undefined ? [] : [text_text `${name}: unknown input, did you mean ${meant}?`];
    });
}
/** What the grant of a user's password sends (RFC 6749 section 4.3.2). */
function isOfUser(name) {
    return name === 'username' || name === 'password';
}
function guessInput(name) {
    const letters = squeeze(name);
    if (Object.hasOwn(otherWords, letters))
        return otherWords[letters];
    return inputNames
        .map((candidate) => ({ candidate, distance: countEdits(letters, squeeze(candidate)) }))
        .filter(({ candidate, distance }) => distance <= (candidate.length < 10 ? 1 : 2))
        .sort((a, b) => a.distance - b.distance)[0]?.candidate;
}
/** `client_id`, `clientId` and `client-id` are one word to a person. */
function squeeze(name) {
    return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
/** How many letters have to be inserted, removed, replaced or swapped with a neighbour (optimal string alignment). */
function countEdits(from, to) {
    let before = [];
    let row = Array.from({ length: to.length + 1 }, (_, index) => index);
    for (let i = 0; i < from.length; i += 1) {
        const next = [i + 1];
        for (let j = 0; j < to.length; j += 1) {
            const isSame = from[i] === to[j];
            const isSwap = from[i] === to[j - 1] && from[i - 1] === to[j];
            next.push(Math.min(at(row, j) + (isSame ? 0 : 1), at(row, j + 1) + 1, at(next, j) + 1, isSwap ? at(before, j - 1) + 1 : Infinity));
        }
        [before, row] = [row, next];
    }
    return at(row, to.length);
}
function at(row, index) {
    return row[index] ?? Infinity;
}

;// CONCATENATED MODULE: ./build/compiled/inputs/request.js



/** Reads the inputs of the group What you ask for, and notes what is wrong with them. */
function readRequestInputs(reader, client) {
    const grantType = readGrantType(reader, client);
    const parameters = readPairs(reader, 'parameters', parseParameters);
    checkGrant(reader, grantType, parameters, client);
    const bodyFormat = reader.readChoice('body-format', ['form', 'json']);
    return {
        scopes: request_readScopes(reader),
        grantType,
        audience: reader.read('audience'),
        resources: readResources(reader),
        grantParameters: listGrantParameters(client, parameters),
        parameters,
        headers: readHeaders(reader, bodyFormat),
        bodyFormat,
    };
}
function request_readScopes(reader) {
    const written = reader.read('scopes') ?? '';
    const scopes = written === '' ? [] : written.split(/\s+/);
    const fault = findScopesFault(written, scopes);
    if (fault !== undefined)
        reader.complain(text_text `scopes: ${fault}`);
    return scopes;
}
function findScopesFault(written, scopes) {
    // A list or a quoted text of YAML or Python; no scope has a quotation mark (RFC 6749 section 3.3).
    if (/^\[.*\]$|^'.*'$|"|(^|\s)-(\s|$)/s.test(written)) {
        return text_text `takes scopes separated by spaces, without quotes, brackets and dashes of a list`;
    }
    const withComma = scopes.find((scope) => scope.endsWith(','));
    if (withComma === undefined)
        return undefined;
    return text_text `${got(withComma)} with a comma, takes scopes separated by spaces (for a server that wants commas use parameters: scope=a,b)`;
}
const grantTypeNames = {
    'jwt-bearer': jwtBearerGrant,
    'token-exchange': tokenExchangeGrant,
};
function readGrantType(reader, client) {
    const value = reader.read('grant-type');
    const written = value !== undefined && Object.hasOwn(grantTypeNames, value) ? grantTypeNames[value] : value;
    const implied = listImpliedGrants(client);
    const [first, second] = implied;
    if (written !== undefined && /\s/.test(written)) {
        reader.complain(text_text `grant-type: ${got(written)}, takes one grant type`);
    }
    if (first !== undefined && second !== undefined) {
        reader.complain(text_text `${first.by} and ${second.by} are both the grant; give one of them`);
    }
    else if (first !== undefined && written !== undefined && written !== first.grantType) {
        reader.complain(text_text `grant-type: ${got(written)}, but ${first.by} implies ${first.grantType}`);
    }
    return written ?? first?.grantType ?? 'client_credentials';
}
/** The grants that other inputs imply. */
function listImpliedGrants({ refreshToken, privateKeyAs, idTokenAs, }) {
    return [
        ...(refreshToken === undefined ? [] : [{ by: 'refresh-token', grantType: 'refresh_token' }]),
        ...(privateKeyAs === 'assertion'
            ? [{ by: 'private-key-as: assertion', grantType: jwtBearerGrant }]
            : []),
        ...(idTokenAs === 'assertion'
            ? [{ by: 'id-token-as: assertion', grantType: jwtBearerGrant }]
            : []),
        ...(idTokenAs === 'subject_token'
            ? [{ by: 'id-token-as: subject_token', grantType: tokenExchangeGrant }]
            : []),
    ];
}
/** Notes where a grant lacks what it rests on. */
function checkGrant(reader, grantType, parameters, client) {
    const [implied] = listImpliedGrants(client);
    const has = (name) => parameters.some(([one]) => one === name);
    if (implied !== undefined)
        return;
    if (grantType === 'refresh_token' && !has('refresh_token')) {
        reader.missSecret('refresh-token');
    }
    else if (grantType === jwtBearerGrant && !has('assertion')) {
        reader.complain(text_text `grant-type: jwt-bearer rests on an assertion: give private-key-as: assertion, id-token-as: assertion, or parameters: assertion=...`);
    }
    else if (grantType === tokenExchangeGrant && !has('subject_token')) {
        reader.complain(text_text `grant-type: token-exchange rests on a subject token: give id-token-as: subject_token, or parameters: subject_token=...`);
    }
}
function listGrantParameters({ refreshToken, idTokenAs }, parameters) {
    if (refreshToken !== undefined)
        return [['refresh_token', refreshToken]];
    const hasType = parameters.some(([name]) => name === 'subject_token_type');
    const hasSubject = idTokenAs === 'subject_token' || parameters.some(([name]) => name === 'subject_token');
    return hasSubject && !hasType ? [['subject_token_type', usualSubjectTokenType]] : [];
}
function readResources(reader) {
    const resources = reader.read('resource')?.split(/\s+/) ?? [];
    for (const resource of resources) {
        if (!URL.canParse(resource) || resource.includes('#')) {
            reader.complain(text_text `resource: ${got(resource)}, takes an absolute URI without a fragment (#)`);
        }
    }
    return resources;
}
/** Notes a content type that the body does not have. */
function readHeaders(reader, bodyFormat) {
    const headers = readPairs(reader, 'headers', parseHeaders);
    const saysJson = headers.some(([name, value]) => name.toLowerCase() === 'content-type' && /json/i.test(value));
    if (saysJson && bodyFormat === 'form') {
        reader.complain(text_text `headers: say JSON as Content-Type; body-format: json writes it`);
    }
    return headers;
}
function readPairs(reader, name, parse) {
    const { pairs, faults } = parse(reader.readExact(name));
    if (faults.length > 0)
        reader.complain(text_text `${name}: ${text_joinTexts(faults, ', ')}`);
    return pairs;
}

;// CONCATENATED MODULE: ./build/compiled/inputs/input-error.js
/** Inputs that cannot be worked with; each problem names its input. */
class InputError extends Error {
    name = 'InputError';
    code = 'bad_inputs';
    problems;
    /** The secret that is empty and needed, where one is; not among the problems. */
    emptySecret;
    constructor(problems, emptySecret) {
        super('bad_inputs');
        this.problems = problems;
        this.emptySecret = emptySecret;
    }
}

;// CONCATENATED MODULE: ./build/compiled/inputs/inputs.js









const day = 86_400;
const inputs_hour = 3600;
const longest = 2 ** 31 - 1;
/**
 * Reads and checks the inputs.
 *
 * @param env the step's environment
 * @param debug whether step debug logging is on, which implies verbose
 * @param now epoch, milliseconds
 * @param again whether the step has read them before: an unknown one is then a variable that a later step has set
 * @throws {InputError} with everything that is wrong
 */
function readInputs(env, { debug, now = Date.now(), again = false, }) {
    const reader = new InputReader(env);
    const inputs = readEach(reader, env, { debug, now });
    checkTogether(reader, inputs);
    if (!again) {
        for (const problem of findMisspelledInputs(env))
            reader.complain(problem);
    }
    const emptySecret = reader.findEmptySecret();
    if (reader.problems.length > 0 || emptySecret !== undefined) {
        throw new InputError(reader.problems, emptySecret);
    }
    return inputs;
}
function readEach(reader, env, { debug, now }) {
    const endpoint = readEndpointInputs(reader);
    if (endpoint.endpointType === 'acs_api')
        refuseForAcs(reader);
    const client = readClientInputs(reader, now);
    const revocation = readRevocation(reader, env, endpoint.allowHttp);
    return {
        ...endpoint,
        ...client,
        ...readRequestInputs(reader, client),
        timeout: reader.readNumber('timeout', { min: 0, max: day, bound: 'over', unit: 'seconds' }),
        totalTimeout: reader.readNumber('total-timeout', {
            min: 0,
            max: day,
            bound: 'over',
            unit: 'seconds',
        }),
        retryMaxAttempts: reader.readNumber('retry-max-attempts', { min: 1, max: 100, whole: true }),
        retryTimeSlot: reader.readNumber('retry-time-slot', { min: 0, max: inputs_hour, unit: 'seconds' }),
        retryMaxWait: reader.readNumber('retry-max-wait', { min: 0, max: inputs_hour, unit: 'seconds' }),
        retryOn: reader.readChoice('retry-on', ['transient', 'all']),
        useCache: readUseCache(reader, revocation.revoke),
        minValidity: readLongSeconds(reader, 'min-validity'),
        cacheEncryptionKey: readSecret(reader, 'cache-encryption-key'),
        cacheWait: reader.readNumber('cache-wait', { min: 0, max: longest, unit: 'seconds' }),
        defaultExpiresIn: readLongSeconds(reader, 'default-expires-in'),
        expiresAtOverride: readExpiry(reader),
        envVar: readEnvVar(reader, env),
        ...revocation,
        verbose: reader.readFlag('verbose') || debug,
    };
}
/** A boolean in any of its spellings, or `refresh`. */
function readUseCache(reader, revoke) {
    const value = reader.read('use-cache') ?? String(!revoke);
    const word = /^(true|True|TRUE|false|False|FALSE)$/.test(value) ? value.toLowerCase() : value;
    const choice = ['true', 'false', 'refresh'].find((one) => one === word);
    if (choice === undefined) {
        reader.complain(text_text `use-cache: ${got(value)}, takes true, false or refresh`);
    }
    if (revoke && choice !== 'false') {
        reader.complain(text_text `use-cache: cannot be ${value} with revoke: true, for a token that ends with the job is of no use to others`);
    }
    return choice ?? 'false';
}
/** Reads what the end of the job needs; the state that waits for it is sealed with the job's own token. */
function readRevocation(reader, env, allowHttp) {
    const revoke = reader.readFlag('revoke');
    const revocationUrl = reader.read('revocation-url');
    if (revocationUrl !== undefined) {
        const fault = findUrlFault(revocationUrl, allowHttp, 'https://login.example.com/revoke');
        if (fault !== undefined)
            reader.complain(text_text `revocation-url: ${fault}`);
        if (!revoke)
            reader.complain(text_text `revocation-url: has no meaning without revoke: true`);
    }
    if (!revoke)
        return { revoke, revocationUrl };
    if (revocationUrl === undefined && !reader.isGiven('issuer')) {
        reader.complain(text_text `revoke: needs revocation-url, or issuer, whose metadata names it`);
    }
    if ((env['ACTIONS_RUNTIME_TOKEN'] ?? '') === '') {
        reader.complain(text_text `revoke: needs ACTIONS_RUNTIME_TOKEN, which this runner does not set, to keep the token safe until the job ends`);
    }
    return { revoke, revocationUrl };
}
function readLongSeconds(reader, name) {
    return reader.readOptionalNumber(name, { min: 0, max: longest, unit: 'seconds' });
}
function readExpiry(reader) {
    const value = reader.read('expires-at-override');
    if (value === undefined)
        return undefined;
    const time = parseRfc3339Time(value);
    if (time === undefined) {
        reader.complain(text_text `expires-at-override: ${got(value)}, takes a time such as 2026-01-31T12:00:00Z`);
    }
    return time;
}
/** Variables that change how the runner, the shell or a program of a later step works. */
const guardedVariable = /^((GITHUB|RUNNER|ACTIONS|INPUT|STATE|NODE|LD|DYLD)_.*|PATH|HOME|CI|SHELL|BASH_ENV|ENV)$/i;
function readEnvVar(reader, env) {
    // Unlike other inputs, an empty string is not the same as left out: it exports none.
    const value = env['INPUT_ENV-VAR']?.trim() ?? inputDefaults['env-var'];
    if (value === '' || value.toLowerCase() === 'false')
        return undefined;
    if (!/^[A-Za-z_]\w*$/.test(value)) {
        reader.complain(text_text `env-var: ${got(value)}, takes a name of letters, digits and _ that does not begin with a digit`);
    }
    else if (/^(true|yes|no|on|off)$/i.test(value)) {
        reader.complain(text_text `env-var: ${got(value)}, takes the name of a variable, or false`);
    }
    else if (guardedVariable.test(value)) {
        reader.complain(text_text `env-var: ${got(value)}, which the runner or a shell needs for itself`);
    }
    return value;
}

;// CONCATENATED MODULE: ./build/compiled/log/log.js

/** The log of the step: the only way from this action to a reader, and the keeper of what a reader must not see. */
class Log {
    #runner;
    /** Longest first, so that a secret which holds another one is hidden as a whole. */
    #secrets = [];
    constructor(runner) {
        this.#runner = runner;
    }
    /** Hides a secret from here on, in the runner's log and in texts from outside. Empty ones are passed over. */
    mask(secret) {
        if (secret === '' || this.#secrets.includes(secret))
            return;
        this.#secrets = [...this.#secrets, secret].sort((a, b) => b.length - a.length);
        this.#runner.setSecret(secret);
    }
    /** Prints a line. */
    say(line) {
        this.#runner.info(this.#render(line));
    }
    /** Prints lines that are folded away. */
    group(title, lines) {
        this.#runner.startGroup(this.#render(title));
        for (const line of lines)
            this.say(line);
        this.#runner.endGroup();
    }
    /** Prints a warning, which the run's summary shows too. */
    warn({ title, message }) {
        this.#runner.warning(this.#render(message), { title: `oauth2-token: ${title}` });
    }
    /** Prints the error that made the step fail. */
    fail({ title, message }) {
        this.#runner.error(this.#render(message), { title: `oauth2-token: ${title}` });
    }
    #render(line) {
        return renderText(line, (text) => this.#redact(text));
    }
    #redact(text) {
        return this.#secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
    }
}

;// CONCATENATED MODULE: ./build/compiled/exchange/proof-context.js
/** Takes what proofs are made with from where a stage has it. */
function makeProofContext({ clock, log, randomUUID, idTokens }) {
    return {
        now: clock.now,
        randomUUID,
        hide: (secret) => {
            log.mask(secret);
        },
        readIdToken: () => idTokens?.last?.token ?? '',
    };
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/client-assertion.js


/** How long a JWT is good for, seconds: it is used at once, and once. */
const lifetime = 60;
/** Claims that are numbers (RFC 7519 section 2, NumericDate; OpenID Connect Core section 2 for auth_time). */
const numericClaims = ['iat', 'exp', 'nbf', 'auth_time'];
/**
 * Makes a signed JWT that is good for 60 seconds, with a `jti` that no other has: make a new one for each attempt.
 *
 * @returns its compact serialization (RFC 7515 section 3.1)
 * @see RFC 7523 section 3 for the claims; RFC 7518 section 3 and RFC 8037 section 3.1 for the signatures
 */
function signAssertion(assertion, signer, context) {
    const parts = [buildHeader(signer), buildClaims(assertion, context)];
    const data = parts.map((part) => encode(JSON.stringify(part))).join('.');
    return `${data}.${encode(signData(Buffer.from(data), signer))}`;
}
function encode(data) {
    return Buffer.from(data).toString('base64url');
}
/** The JOSE header; JSON leaves out what is undefined. */
function buildHeader(signer) {
    if (signer.kind === 'secret')
        return { alg: signer.algorithm, typ: 'JWT' };
    const { key, certificateThumbprint } = signer;
    return {
        alg: key.algorithm,
        typ: 'JWT',
        kid: key.keyId,
        'x5t#S256': certificateThumbprint,
    };
}
function buildClaims({ issuer, subject, audience, claims }, { now, randomUUID }) {
    const iat = Math.floor(now() / 1000);
    const all = new Map([
        ['iss', issuer],
        ['sub', subject],
        ['aud', audience],
        ['iat', iat],
        ['exp', iat + lifetime],
        ['jti', randomUUID()],
    ]);
    for (const [name, value] of claims)
        all.set(name, readClaim(name, value));
    return Object.fromEntries(all);
}
function readClaim(name, value) {
    if (value === '')
        return undefined;
    return numericClaims.includes(name) && /^\d{1,15}$/.test(value) ? Number(value) : value;
}
/** Signs with the key, or makes a MAC of which the secret's UTF-8 is the key (RFC 7518 section 3.2). */
function signData(data, signer) {
    if (signer.kind === 'key')
        return signBytes(data, signer.key);
    return (0,external_node_crypto_.createHmac)(`sha${signer.algorithm.slice(2)}`, signer.secret)
        .update(data)
        .digest();
}
/**
 * Makes the value of the header's `x5t#S256`: base64url of the SHA-256 of a certificate's DER.
 *
 * @param certificatePem where it has several, the first one counts
 * @throws where it has none
 * @see RFC 7515 section 4.1.8
 */
function thumbprintOf(certificatePem) {
    const { raw } = new external_node_crypto_.X509Certificate(certificatePem);
    return (0,external_node_crypto_.createHash)('sha256').update(raw).digest('base64url');
}

;// CONCATENATED MODULE: ./build/compiled/exchange/proofs.js




/** What the token request proves: who the client is, and what the grant rests on. */
function listProofs(inputs, context) {
    return [...listClientProofs(inputs, context), ...listGrantProofs(inputs, context)];
}
/** The client authentication that the inputs name. */
function listClientProofs(inputs, context) {
    const { clientId, clientAuthMethod, clientSecret = '', clientSecretEncoding } = inputs;
    const id = clientId ?? '';
    switch (clientAuthMethod) {
        case undefined:
            return inputs.idTokenAs === 'client_assertion'
                ? [clientAssertion(clientId, context.readIdToken)]
                : [];
        case 'client_secret_basic':
            return [clientSecretBasic(id, clientSecret, clientSecretEncoding)];
        case 'client_secret_post':
            return [clientSecretPost(id, clientSecret)];
        case 'client_secret_jwt':
        case 'private_key_jwt':
            return [clientAssertion(clientId, makeClientJwt(inputs, context))];
        case 'tls_client_auth':
        case 'self_signed_tls_client_auth':
            return [namedClient(clientId)];
        case 'none':
            return saysWhoByAssertion(inputs) ? [] : [namedClient(clientId)];
    }
}
/** The grant's assertion says it; some servers refuse a client id beside it, so it goes along only where none is written. */
function saysWhoByAssertion({ privateKeyAs, isMethodWritten }) {
    return privateKeyAs === 'assertion' && !isMethodWritten;
}
function listGrantProofs(inputs, context) {
    if (inputs.privateKeyAs === 'assertion')
        return [assertionGrant(makeGrantJwt(inputs, context))];
    if (inputs.idTokenAs === 'assertion')
        return [assertionGrant(context.readIdToken)];
    if (inputs.idTokenAs === 'subject_token')
        return [subjectTokenGrant(context.readIdToken)];
    return [];
}
function makeClientJwt(inputs, context) {
    const { clientId = '' } = inputs;
    return makeJwt(inputs, context, { issuer: clientId, subject: clientId });
}
function makeGrantJwt(inputs, context) {
    const { clientId, signingKey } = inputs;
    return makeJwt(inputs, context, nameOwner(clientId, signingKey));
}
/** Whom a signed grant is for: the client, or whoever the key file names. */
function nameOwner(clientId, signingKey) {
    const owner = signingKey?.owner;
    const issuer = clientId ?? owner?.issuer;
    // Google's key files name no subject, for there it would mean to act as a user.
    const subject = owner === undefined ? clientId : owner.subject && (clientId ?? owner.subject);
    return { issuer, subject };
}
function makeJwt(inputs, { now, randomUUID, hide }, who) {
    const { assertionAudience, issuer, tokenUrl, assertionClaims: claims } = inputs;
    const audience = assertionAudience ?? issuer ?? tokenUrl;
    const signer = chooseSigner(inputs);
    return () => {
        const jwt = signAssertion({ ...who, audience, claims }, signer, { now, randomUUID });
        hide(jwt);
        return jwt;
    };
}
function chooseSigner(inputs) {
    const { signingKey, clientSecret = '', macAlgorithm, clientCertificate } = inputs;
    if (signingKey === undefined) {
        return { kind: 'secret', secret: clientSecret, algorithm: macAlgorithm };
    }
    return clientCertificate === undefined || client_usesTlsAuthentication(inputs)
        ? { kind: 'key', key: signingKey }
        : { kind: 'key', key: signingKey, certificateThumbprint: thumbprintOf(clientCertificate) };
}

;// CONCATENATED MODULE: ./build/compiled/cache/seal.js

const algorithm = 'aes-256-gcm';
/** Bytes of the nonce of AES-GCM (NIST SP 800-38D section 5.2.1.1). */
const seal_nonceBytes = 12;
/** Bytes of the tag of AES-GCM. */
const tagBytes = 16;
/**
 * Encrypts by AES-256-GCM.
 *
 * @param key 32 bytes
 * @param nonce {@link nonceBytes} random bytes, never the same twice
 * @param purpose additional data: what was sealed for one purpose does not open for another
 * @returns nonce, tag, ciphertext
 */
function seal_seal(plaintext, { key, nonce, purpose, }) {
    const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(purpose));
    const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]);
}
/**
 * Decrypts what {@link seal} made.
 *
 * @returns undefined where it was not sealed with this key for this purpose, or was damaged since
 */
function unseal(sealed, { key, purpose }) {
    if (sealed.length < seal_nonceBytes + tagBytes)
        return undefined;
    const nonce = sealed.subarray(0, seal_nonceBytes);
    const tag = sealed.subarray(seal_nonceBytes, seal_nonceBytes + tagBytes);
    const decipher = (0,external_node_crypto_.createDecipheriv)(algorithm, key, nonce, { authTagLength: tagBytes })
        .setAAD(Buffer.from(purpose))
        .setAuthTag(tag);
    try {
        return Buffer.concat([
            decipher.update(sealed.subarray(seal_nonceBytes + tagBytes)),
            decipher.final(),
        ]);
    }
    catch {
        // Damaged, planted or another's.
        return undefined;
    }
}

;// CONCATENATED MODULE: ./build/compiled/action/revocation-state.js


/** The name under which the runner keeps the state between the step and the end of the job. */
const stateName = 'revocation';
const purpose = 'oauth2-token v1 state';
const saltBytes = 16;
const keyLength = 32;
/**
 * Seals the state: the runner keeps it in a file, where other steps could read it.
 *
 * @param secret ACTIONS_RUNTIME_TOKEN, which the runner gives to actions alone, in both processes the same
 * @returns base64 of salt and sealed JSON
 */
function sealState(state, secret, randomBytes) {
    const salt = randomBytes(saltBytes);
    const sealed = seal(Buffer.from(JSON.stringify(state)), {
        key: deriveKey(secret, salt),
        nonce: randomBytes(nonceBytes),
        purpose,
    });
    return Buffer.concat([salt, sealed]).toString('base64');
}
/**
 * Opens what {@link sealState} made.
 *
 * @returns undefined where it does not open
 */
function openState(text, secret) {
    const bytes = Buffer.from(text, 'base64');
    const salt = bytes.subarray(0, saltBytes);
    const opened = unseal(bytes.subarray(saltBytes), { key: deriveKey(secret, salt), purpose });
    // What opens was written by sealState().
    return opened === undefined ? undefined : JSON.parse(opened.toString());
}
/** RFC 5869. The secret has more than enough entropy, so that it needs no stretching. */
function deriveKey(secret, salt) {
    return Buffer.from((0,external_node_crypto_.hkdfSync)('sha256', secret, salt, purpose, keyLength));
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/keys/private-parts.js


/** The fewest characters of a mask: a shorter one would blank what is no secret. */
const shortestPart = 8;
/** The length of a PEM's line (RFC 7468 section 2). */
const pemLine = 64;
/** Members with a secret: of a JWK (RFC 7517 section 9.2), in its `oth`, of key files. In JSON as it is written. */
const privateMember = /["'](d|p|q|dp|dq|qi|k|r|t|key|private_?key)["']\s*:\s*(["'])((?:\\[\s\S]|(?!\2)[^\\])*)/gi;
/**
 * Lists what of an input must be masked in the log, whatever it is, damaged or not: a PEM's lines of base64 and these
 * in a row, a JWK's private members, a key file's key as it is written there; of other JSON, what is long and like
 * base64; of other text, every line. A part has at least 8 characters, and is never JSON as a whole, nor a line that
 * says BEGIN or END.
 *
 * @param input the same as for `readSigningKey` takes
 */
function listPrivateParts(input) {
    const parts = [
        ...listMembers(input),
        ...listPemLines(input),
        ...(isJsonLike(input) ? listRunsOfOtherJson(input) : listOtherLines(input)),
    ];
    return [...new Set(parts)].filter((part) => part.length >= shortestPart);
}
function listMembers(text) {
    return [...text.matchAll(privateMember)]
        .map(([, , , value = '']) => value)
        .flatMap((value) => [...splitLines(value), ...splitLines(unescapeJson(value))])
        .filter((value) => !isMarker(value));
}
function unescapeJson(value) {
    return value.replaceAll('\\/', '/').replace(/\\u([0-9a-f]{4})/gi, (_, code) => {
        return String.fromCharCode(Number.parseInt(code, 16));
    });
}
function splitLines(text) {
    return text.split(/[\r\n]/).map((line) => line.trim());
}
/** Whether a text is a BEGIN or END line and nothing more. */
function isMarker(text) {
    return text.replace(pemMarker, '') === '';
}
function listPemLines(text) {
    return listPemBodies(breakLines(text)).flatMap((body) => {
        const lines = splitBody(body);
        const unescaped = lines.map((line) => unescapeJson(line));
        const joined = unescaped.join('');
        return [...lines, ...unescaped, joined, ...wrap(joined)];
    });
}
/**
 * The text after each BEGIN line and before each END line, be it that the other one is missing. Of the text elsewhere the
 * lines of base64: beside a certificate, a key may have lost both.
 */
function listPemBodies(text) {
    const markers = [...text.matchAll(pemMarker)];
    const ends = [...markers.map(({ index }) => index), text.length];
    const starts = [0, ...markers.map(({ index, 0: marker }) => index + marker.length)];
    return starts.flatMap((start, nth) => {
        const between = text.slice(start, ends[nth]);
        const isBegun = markers[nth - 1]?.[1] === 'BEGIN';
        const isEnded = markers[nth]?.[1] === 'END';
        if (isBegun && isEnded)
            return [between];
        if (!isBegun && !isEnded && markers.length > 0) {
            return splitLines(between).filter((line) => base64Line.test(line));
        }
        // Base64 has no quotes: in JSON, one is where a PEM ends that has lost a line.
        const pieces = between.split(/["']/);
        return [...(isBegun ? pieces.slice(0, 1) : []), ...(isEnded ? pieces.slice(-1) : [])];
    });
}
const base64Line = /^[A-Za-z0-9+/=_-]{20,}$/;
/** What the headers of an encrypted PEM are made of (RFC 1421 section 4.6). */
const pemHeader = /^(?:Proc-Type:|4,ENCRYPTED|DEK-Info:|[A-Z0-9-]+,[A-F0-9]+)$/;
/** Splits a PEM's body into its lines, be they joined by spaces, without headers. */
function splitBody(body) {
    return body.split(/[\s"']|-{2,}/).filter((line) => !pemHeader.test(line));
}
function wrap(text) {
    return text.match(new RegExp(`.{1,${pemLine}}`, 'g')) ?? [];
}
function isJsonLike(text) {
    return /^\s*[{[]|["']\w+["']\s*:/.test(text);
}
/** What may be a secret in JSON that is no key as a whole: there, names do not tell. */
function listRunsOfOtherJson(text) {
    try {
        findKey(text.trim());
        return [];
    }
    catch {
        return text.match(/[A-Za-z0-9+/=_-]{20,}/g) ?? [];
    }
}
/** The lines of a text that is neither PEM nor JSON: maybe base64 of these, maybe a secret in the wrong place. */
function listOtherLines(text) {
    if (new RegExp(pemMarker).test(text))
        return [];
    const lines = splitLines(breakLines(text));
    const joined = lines.join('').replace(/\s/g, '');
    const decoded = readBase64(joined).toString();
    const isText = new RegExp(pemMarker).test(decoded) || /^\s*\{/.test(decoded);
    return [...lines, joined, ...(isText ? listPrivateParts(decoded) : [])];
}

;// CONCATENATED MODULE: ./build/compiled/masks/secrets.js




/** The fewest characters of a value that only its name makes a secret. */
const shortestGuess = 8;
const secretParameter = /^(password|code|device_code|code_verifier|otp)$|(_token|secret|assertion)$/i;
const secretHeader = /(^|[-_]|api)(key|token|secret)$/i;
/**
 * Lists what must never be seen in the log, in every form in which it travels: secret inputs, and the proxy's password.
 * It reads the environment as it is, before anything is checked, for an input error must not show a secret either.
 *
 * @param env the step's environment
 */
function listSecrets(env) {
    const secrets = [
        ...listClientSecrets(env),
        ...listInFull(readInput(env, 'cache-encryption-key')),
        ...listInFull(readInput(env, 'refresh-token')),
        ...listPrivateParts(readInput(env, 'private-key')),
        ...listPrivateParts(readInput(env, 'client-key')),
        ...listSecretParameters(readInput(env, 'parameters', 'exact')),
        ...listSecretHeaders(readInput(env, 'headers', 'exact')),
        ...listProxySecrets(env),
    ];
    return [...new Set(secrets)].filter((secret) => secret.length >= shortestSecret);
}
/** A secret as it is, and as a form and JSON write it. */
function listInFull(secret) {
    return [secret, encodeForm(secret), JSON.stringify(secret).slice(1, -1)];
}
function listClientSecrets(env) {
    const secret = readInput(env, 'client-secret');
    const id = readInput(env, 'client-id');
    // The Basic value of a secret that is too short to be masked would be a mask for nothing.
    if (secret.length < shortestSecret)
        return [];
    return [...listInFull(secret), encodeBasic(id, secret, 'form'), encodeBasic(id, secret, 'raw')];
}
function listSecretParameters(input) {
    return parseParameters(input)
        .pairs.filter(([name]) => secretParameter.test(name))
        .filter(isLongEnough)
        .flatMap(([, value]) => listInFull(value));
}
function listSecretHeaders(input) {
    return parseHeaders(input)
        .pairs.map(([name, value]) => [name, withoutScheme(name, value)])
        .filter(([name]) => secretHeader.test(name) || /^(authorization|cookie)$/i.test(name))
        .filter(isLongEnough)
        .map(([, value]) => value);
}
function isLongEnough([, value]) {
    return value.length >= shortestGuess;
}
/** The scheme is no secret, and with it the mask would not match the credentials alone. */
function withoutScheme(name, value) {
    return name.toLowerCase() === 'authorization' ? value.replace(/^\S+\s+/, '') : value;
}
function listProxySecrets(env) {
    return ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'].flatMap((name) => {
        const value = env[name] ?? '';
        const proxy = /^https?:\/\//i.test(value) ? value : `http://${value}`;
        return URL.canParse(proxy) ? listUserInfoSecrets(new URL(proxy)) : [];
    });
}
function listUserInfoSecrets({ username, password }) {
    if (password === '')
        return [];
    const decoded = decodeOr(password);
    return [password, decoded, Buffer.from(`${decodeOr(username)}:${decoded}`).toString('base64')];
}
/** Decodes percent escapes; what is no such escape stays as it is. */
function decodeOr(component) {
    try {
        return decodeURIComponent(component);
    }
    catch {
        return component;
    }
}
/** The members of a response that are taken for secrets, by the last word of their name. */
const secretMember = /(token|secret|assertion|password|key|signature|code|jwt)$/i;
/** Lists the secrets among the members of a response, at any depth. */
function listSecretMembers(value, name = '') {
    if (typeof value === 'string') {
        return secretMember.test(name) && value.length >= shortestGuess ? [value] : [];
    }
    if (typeof value !== 'object' || value === null)
        return [];
    return Object.entries(value).flatMap(([key, member]) => listSecretMembers(member, Array.isArray(value) ? name : key));
}
/** A copy of a response's members without its secrets, at any depth. */
function dropSecretMembers(value) {
    if (typeof value !== 'object' || value === null)
        return value;
    if (Array.isArray(value))
        return value.map(dropSecretMembers);
    const kept = Object.entries(value).filter(([name]) => !secretMember.test(name));
    return Object.fromEntries(kept.map(([name, member]) => [name, dropSecretMembers(member)]));
}

;// CONCATENATED MODULE: ./build/compiled/wording/revocation.js






/** The token is void now. */
function sayRevoked(host) {
    return text_text `Revoked the token at ${host}.`;
}
/** There was nothing left to revoke. */
function sayExpiredAlready(expiresAt) {
    return text_text `Not revoked: the token expired at ${formatZuluTime(expiresAt)}.`;
}
/** The token outlives the job although it should not. */
function warnNotRevoked(error, host, expiresAt) {
    const until = expiresAt === undefined ? 'until it expires' : `until ${formatZuluTime(expiresAt)}`;
    return {
        title: 'token not revoked',
        message: text_text `${host} did not revoke the token (${describeReason(error)}). It stays valid ${until}.`,
    };
}
function describeReason(error) {
    if (error instanceof InputError)
        return text_joinTexts(error.problems, '; ');
    if (!(error instanceof StageError))
        return text_text `${describeUnknown(error)}`;
    const { stage, gaveUp, facts } = error;
    const what = describeFailure(gaveUp.failure, { stage, ...facts });
    return stage === 'id_token' ? text_text `no ID token of GitHub's: ${what}` : what;
}
/** What the step left behind for the end of the job cannot be used. */
function warnStateUnreadable() {
    return {
        title: 'token not revoked',
        message: text_text `The token was not revoked: what the step kept for the end of the job cannot be read. It stays valid until it expires.`,
    };
}
/** The token shall be revoked, and nothing says where. */
function explainNoRevocation(issuer = '') {
    return {
        title: 'no revocation endpoint',
        message: text `revoke: true cannot be kept: the metadata of ${new URL(issuer).host} names no revocation endpoint. Give revocation-url, or leave revoke out. No token was asked for.`,
    };
}

;// CONCATENATED MODULE: ./build/compiled/masks/tls-key.js


/** The client's key as TLS gets it, which may be another form than the input's; Node can be told to print it. */
function listTlsSecrets({ clientKey }) {
    return clientKey === undefined ? [] : listPrivateParts(writePem(clientKey));
}

;// CONCATENATED MODULE: ./build/compiled/exchange/tls-identity.js

/** Whom to trust and who to be on connections to the authorization server. */
function makeTlsIdentity(inputs) {
    const { caCertificate, clientCertificate, clientKey } = inputs;
    const trust = caCertificate === undefined ? {} : { ca: caCertificate };
    if (clientCertificate === undefined || clientKey === undefined)
        return trust;
    return { ...trust, certificate: clientCertificate, key: writePem(clientKey) };
}

;// CONCATENATED MODULE: ./build/compiled/action/revoke-token.js















/**
 * Revokes the token that the step of this job got, at the end of the job. Whatever goes wrong is a warning: the job has
 * done its work.
 */
async function revokeToken(surroundings) {
    const { runner, env } = surroundings;
    const log = new Log(runner);
    for (const secret of listSecrets(env))
        log.mask(secret);
    const sealed = env[`STATE_${stateName}`] ?? '';
    const state = openState(sealed, env['ACTIONS_RUNTIME_TOKEN'] ?? '');
    if (state === undefined) {
        log.warn(warnStateUnreadable());
        return;
    }
    log.mask(state.token);
    await endToken(state, surroundings, log);
}
async function endToken(state, surroundings, log) {
    const { runner, env, clock } = surroundings;
    const expiresAt = state.expiresAt === undefined ? undefined : new Date(state.expiresAt);
    const { host } = new URL(state.revocationUrl);
    if (expiresAt !== undefined && expiresAt.getTime() <= clock.now()) {
        log.say(sayExpiredAlready(expiresAt));
        return;
    }
    try {
        const inputs = readInputs(env, { debug: runner.isDebug(), now: clock.now(), again: true });
        for (const secret of listTlsSecrets(inputs))
            log.mask(secret);
        const context = { ...surroundings, log, deadline: new Deadline(clock, inputs.totalTimeout) };
        await askToRevoke(state, inputs, { ...context, idTokens: openIdTokens(inputs, env, context) });
        log.say(sayRevoked(host));
    }
    catch (error) {
        log.warn(warnNotRevoked(error, host, expiresAt));
    }
}
/** Where an ID token is the grant, the client needs none to revoke what came of it. */
function openIdTokens(inputs, env, context) {
    return inputs.idTokenAs === 'client_assertion' ? IdTokens.open(inputs, env, context) : undefined;
}
/** With the same client authentication and the same patience as the token request. */
async function askToRevoke({ token, revocationUrl, tokenUrl }, inputs, context) {
    const { clock, send, idTokens } = context;
    const located = { ...inputs, tokenUrl };
    const proofs = listClientProofs(located, makeProofContext(context));
    const names = proofs.flatMap(({ parameters }) => parameters);
    const request = { revocationUrl, token, proofs, headers: inputs.headers };
    const tls = makeTlsIdentity(inputs);
    await runStage({
        stage: 'revocation',
        prepare: async () => {
            await idTokens?.take();
        },
        ask: (signal) => revoke(request, { send, now: clock.now, signal, tls }),
        judge: (error) => judgeFailure(error, { retryOn: inputs.retryOn, spendsGrant: false }),
        shape: describeRevocation(located, revocationUrl, ['token', 'token_type_hint', ...names]),
        readFacts: () => ({ inputs: located, server: revocationUrl }),
    }, context);
}

// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(161);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(760);
// EXTERNAL MODULE: ./node_modules/@actions/core/lib/core.js + 12 modules
var core = __webpack_require__(143);
// EXTERNAL MODULE: external "node:tls"
var external_node_tls_ = __webpack_require__(311);
// EXTERNAL MODULE: ./node_modules/@actions/http-client/lib/index.js
var lib = __webpack_require__(779);
// EXTERNAL MODULE: ./node_modules/@actions/http-client/lib/proxy.js
var proxy = __webpack_require__(783);
;// CONCATENATED MODULE: ./build/compiled/http/content-encoding.js


/**
 * Undoes a Content-Encoding that the server used although none was asked for (RFC 9110 section 8.4).
 *
 * @param encoding the header's value; absent, empty and `identity` leave the body as it is
 * @param maxBytes the most that may come out, in bytes
 * @throws {TransportError} `answer_too_large`, or `answer_unreadable` for damaged data or an encoding not known here
 */
async function decodeContent(body, encoding, maxBytes) {
    const name = encoding?.trim().toLowerCase() ?? '';
    if (name === '' || name === 'identity' || body.length === 0)
        return body;
    const decoders = await loadDecoders();
    if (!Object.hasOwn(decoders, name)) {
        throw new transport_error_TransportError('answer_unreadable', { systemCode: 'content-encoding' });
    }
    try {
        return await decoders[name](body, { maxOutputLength: maxBytes });
    }
    catch (cause) {
        const tooLarge = cause instanceof RangeError;
        throw new transport_error_TransportError(tooLarge ? 'answer_too_large' : 'answer_unreadable', { cause });
    }
}
/** Loaded only where a server compresses unasked: node:zlib takes milliseconds to load. */
async function loadDecoders() {
    const { brotliDecompress, gunzip, inflate } = await Promise.resolve(/* import() */).then(__webpack_require__.t.bind(__webpack_require__, 522, 23));
    return {
        gzip: (0,external_node_util_.promisify)(gunzip),
        'x-gzip': (0,external_node_util_.promisify)(gunzip),
        deflate: (0,external_node_util_.promisify)(inflate),
        br: (0,external_node_util_.promisify)(brotliDecompress),
    };
}

;// CONCATENATED MODULE: ./build/compiled/http/request.js





/** A timer of node:http's own must never be first: the signal alone decides. 2^31-1 ms is the longest. */
const neverByItself = 2 ** 31 - 1;
/**
 * Sends one request over a connection of its own, through the proxy of the environment if there is one, and reads the
 * whole response. TLS is always verified; redirects are never followed.
 *
 * @throws {TransportError} when there is no complete response
 * @see https://github.com/actions/toolkit/tree/main/packages/http-client
 */
const sendRequest = async (request, limits) => {
    const client = new lib/* HttpClient */.Qq(undefined, [
        {
            prepareRequest: (options) => {
                prepareOptions(options, request, limits);
            },
            canHandleAuthentication: () => false,
            handleAuthentication: () => Promise.reject(new Error('never asked')),
        },
    ], { allowRedirects: false, socketTimeout: neverByItself });
    try {
        limits.signal.throwIfAborted();
        requireReadableProxy(new URL(request.url));
        const { message } = await untilAborted(start(client, request), limits.signal);
        const body = await untilAborted(readBody(message, limits.maxBytes), limits.signal);
        const headers = request_readHeaders(message);
        return {
            status: message.statusCode ?? 0,
            statusText: message.statusMessage ?? '',
            headers,
            body: await decodeContent(body, headers['content-encoding'], limits.maxBytes),
        };
    }
    catch (error) {
        // By the signal alone: after an abort, the error can be any that a destroyed socket throws.
        if (limits.signal.aborted) {
            throw new transport_error_TransportError('timeout', { cause: limits.signal.reason });
        }
        throw toTransportError(error);
    }
    finally {
        client.dispose();
    }
};
/**
 * The client passes over a proxy's address that it cannot read, and would connect directly.
 *
 * @throws {TransportError} `proxy_invalid`
 */
function requireReadableProxy(url) {
    const names = url.protocol === 'https:' ? ['https_proxy', 'HTTPS_PROXY'] : ['http_proxy', 'HTTP_PROXY'];
    const isNamed = names.some((name) => (process.env[name] ?? '') !== '');
    if (isNamed && !(0,proxy/* checkBypass */.H)(url) && readProxyHost(url) === '') {
        throw new transport_error_TransportError('proxy_invalid');
    }
}
/** Empty where the address of the proxy cannot be read. */
function readProxyHost(url) {
    try {
        return (0,proxy/* getProxyUrl */.s)(url)?.hostname ?? '';
    }
    catch {
        return '';
    }
}
function start(client, request) {
    return client.request(request.method, request.url, request.body ?? null, { ...request.headers });
}
/**
 * Has the last word on the options of node:http: TLS verified whatever NODE_TLS_REJECT_UNAUTHORIZED says (an earlier
 * step can export it, and https_proxy with it), and the signal handed to every part that can hang.
 */
function prepareOptions(options, request, { signal, tls = {} }) {
    const trust = {
        rejectUnauthorized: true,
        ...(tls.ca === undefined ? {} : { ca: [...(0,external_node_tls_.getCACertificates)('default'), tls.ca] }),
    };
    const identity = { ...trust, ...pickClientCertificate(tls) };
    // The client appends an id of the run to the user agent; that is nobody's business but GitHub's.
    options.headers = { ...request.headers };
    Object.assign(options, identity, { signal });
    const agent = options.agent;
    if (agent === undefined)
        return;
    agent.options = { ...agent.options, ...identity };
    if (agent.proxyOptions !== undefined)
        Object.assign(agent.proxyOptions, trust, { signal });
}
function pickClientCertificate({ certificate, key }) {
    return certificate === undefined || key === undefined ? {} : { cert: certificate, key };
}
/** Settles with the work, or rejects when the signal aborts although the work never settles. */
async function untilAborted(work, signal) {
    const aborted = Promise.withResolvers();
    const abort = () => {
        aborted.reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    try {
        return await Promise.race([work, aborted.promise]);
    }
    finally {
        signal.removeEventListener('abort', abort);
    }
}
/** Reads a body to its end; `readBody()` of the client never settles when the connection is cut. */
function readBody(message, maxBytes) {
    return new Promise((resolve, reject) => {
        const chunks = [];
        let size = 0;
        const cut = (cause) => {
            reject(new transport_error_TransportError('answer_cut', { cause }));
        };
        message.on('data', (chunk) => {
            size += chunk.length;
            chunks.push(chunk);
            if (size <= maxBytes)
                return;
            reject(new transport_error_TransportError('answer_too_large'));
            message.destroy();
        });
        message.on('end', () => {
            resolve(Buffer.concat(chunks));
        });
        message.on('error', cut);
        message.on('close', cut);
    });
}
function request_readHeaders(message) {
    const entries = Object.entries(message.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]);
    return Object.fromEntries(entries);
}

;// CONCATENATED MODULE: ./build/compiled/action/surroundings.js






/** The real surroundings of a step. */
function realSurroundings() {
    const script = process.argv[1] ?? '';
    const env = { ...process.env };
    // Node would warn that certificates are not verified; they are.
    delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    return {
        runner: core,
        env,
        platform: process.platform,
        clock: systemClock,
        random: Math.random,
        randomBytes: external_node_crypto_.randomBytes,
        randomUUID: external_node_crypto_.randomUUID,
        send: sendRequest,
        // By the path of this process: ncc rewrites a URL that is made from import.meta.url.
        saveScript: (0,external_node_path_.join)((0,external_node_path_.dirname)(script), '..', 'save', 'index.js'),
        temp: process.env['RUNNER_TEMP'] ?? (0,external_node_os_.tmpdir)(),
        succeed: () => {
            process.exitCode = 0;
        },
    };
}

;// CONCATENATED MODULE: ./build/compiled/action/end-job.js



/** What there is to do at the end of the job, where there is something. */
async function endJob() {
    // The package tunnel uses a deprecated Buffer(), and a warning of it is no news to the author of a workflow.
    process.noDeprecation = true;
    await revokeToken(realSurroundings());
    endProcess();
}


/***/ }),

/***/ 529:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   k: () => (/* binding */ ProxyAgent)
/* harmony export */ });
/*
 * Stands in for undici. @actions/http-client imports it for getAgentDispatcher() alone, which serves those who use
 * fetch; nothing here does, and the real one was 95 % of the bundle and a third of the start. The overrides entry in
 * package.json puts this file in its place. A proxy is reached by the package tunnel, as before.
 */

/** What @actions/http-client imports. Should anything ever come to call it, it fails and says why. */
class ProxyAgent {
  constructor() {
    throw new Error(
      'undici is left out of oauth2-token (tools/no-undici): getAgentDispatcher() of @actions/http-client cannot be used here.',
    );
  }
}


/***/ })

};
;