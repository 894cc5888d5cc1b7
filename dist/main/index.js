/******/ (() => { // webpackBootstrap
/******/ 	var __webpack_modules__ = ({

/***/ 255:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

"use strict";
/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   J: () => (/* binding */ endProcess)
/* harmony export */ });
/** What cannot be called off (a name look-up, say) must not hold the job up for longer than this, milliseconds. */
const grace = 1000;
/** Ends this process soon, now that its work is done. */
function endProcess() {
    // Only where something still holds the process, and not before stdout is out: an exit can cut it on a pipe.
    setTimeout(() => {
        process.stdout.write('', () => process.exit());
    }, grace).unref();
}


/***/ }),

/***/ 678:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

"use strict";

// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  e: () => (/* binding */ run)
});

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

;// CONCATENATED MODULE: ./build/compiled/failures/errors.js
/** The token shall be revoked, and neither an input nor the metadata says where. */
class NoRevocationEndpointError extends Error {
    name = 'NoRevocationEndpointError';
    code = 'no_revocation_endpoint';
    /** Undefined only where there was none to ask. */
    issuer;
    constructor(issuer) {
        super('no_revocation_endpoint');
        this.issuer = issuer;
    }
}
/** There is nowhere to put a token: a file that the runner names is not named. */
class NoRunnerError extends Error {
    name = 'NoRunnerError';
    code = 'no_runner';
    variable;
    constructor(variable) {
        super('no_runner');
        this.variable = variable;
    }
}
/** The token does not fit into the environment variable that was asked for. */
class TokenTooLongError extends Error {
    name = 'TokenTooLongError';
    code = 'token_too_long';
    envVar;
    constructor(envVar) {
        super('token_too_long');
        this.envVar = envVar;
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

// EXTERNAL MODULE: ./build/compiled/http/transport-error.js
var transport_error = __nccwpck_require__(138);
;// CONCATENATED MODULE: ./build/compiled/oauth2/default-headers.js
/** What every request of this action to an authorization server says of itself, by name in lower case. */
const defaultHeaders = [
    ['accept', 'application/json'],
    // What is not compressed needs no limit of its own for what it may become.
    ['accept-encoding', 'identity'],
    ['user-agent', 'oauth2-token'],
];

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
function readText(value) {
    return typeof value === 'string' && value !== '' ? value : undefined;
}

;// CONCATENATED MODULE: ./build/compiled/id-token/id-token-error.js

/** GitHub's ID token cannot be had. It carries nothing of an answer but its status. */
class IdTokenError extends Error {
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
    if (error instanceof transport_error/* TransportError */.wX)
        return { retryable: error.retryable || retryOn === 'all' };
    // Where nothing was asked there is nothing to ask again.
    if (!(error instanceof IdTokenError) || error.status === undefined)
        return { retryable: false };
    return { retryable: error.retryable || retryOn === 'all', retryAfter: error.retryAfter };
}

;// CONCATENATED MODULE: ./build/compiled/id-token/id-token.js






/** The most that is read of an answer, bytes: an ID token has 2 KiB. */
const maxAnswerBytes = 64 * 1024;
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
        ...Object.fromEntries(defaultHeaders),
        authorization: `Bearer ${endpoint.requestToken}`,
    };
    const response = await send({ method: 'GET', url, headers }, { signal, maxBytes: maxAnswerBytes });
    return readAnswer(response, { now: now(), hide });
}
/** The bearer token goes to nobody who could read it on the way. */
function readEndpointUrl(text) {
    const url = URL.parse(text);
    const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
    if (url === null || !isSafe)
        throw new IdTokenError('bad_endpoint');
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
    if (!(0,transport_error/* isSuccessStatus */.ar)(status)) {
        throw new IdTokenError('refused', { ...details, retryable: (0,transport_error/* isTransientStatus */.Dm)(status) });
    }
    const members = readJsonObject(new TextDecoder().decode(body));
    if (members === undefined)
        throw new IdTokenError('unparsable', { ...details, retryable: true });
    const token = members['value'];
    const payload = typeof token === 'string' ? compactJwt.exec(token)?.[1] : undefined;
    if (typeof token !== 'string' || payload === undefined) {
        // It is not hidden: what is no token may be a brace or a letter, and a mask of that blanks the log.
        throw new IdTokenError('malformed', details);
    }
    // Whole: what is shown of a text is cut after the masks were applied, and a part of a token is of no use.
    hide(token);
    const claims = readClaims(payload);
    if (claims === undefined)
        throw new IdTokenError('malformed', details);
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
    'job_workflow_sha',
]);
/**
 * The claims that tell one asker from another, for the identity of what is cached: `sub` alone can be as coarse as the
 * repository, while servers test the environment or the ref.
 *
 * @returns sorted by name, the values as JSON
 */
function bindClaims(claims) {
    return Object.entries(claims)
        .filter(([name]) => !passing.has(name))
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
        try {
            return await limitTime((signal) => attempt(number, signal), allowed, clock);
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
/** Runs an attempt with a signal that aborts when its time is over, milliseconds. */
async function limitTime(work, allowed, clock) {
    const controller = new AbortController();
    const stopTimer = clock.startTimer(allowed, () => {
        controller.abort(new DOMException('The time for this attempt is over.', 'TimeoutError'));
    });
    try {
        return await work(controller.signal);
    }
    finally {
        stopTimer();
    }
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

;// CONCATENATED MODULE: ./build/compiled/oauth2/errors.js

/**
 * The statuses by which a gateway says that it passed the request on and has no answer (RFC 9110 section 15, and those
 * that Cloudflare and others use: unknown error, connection lost, a timeout of the server's).
 *
 * @see https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/
 */
const lostAnswers = new Set([408, 502, 504, 520, 524, 598, 599]);
/** A complete HTTP response that brought no token. */
class TokenError extends Error {
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
class DiscoveryError extends Error {
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
        retryAfter: error instanceof transport_error/* TransportError */.wX ? undefined : error.retryAfter,
    };
}
function isFailedAttempt(error) {
    return (error instanceof TokenError ||
        error instanceof DiscoveryError ||
        error instanceof transport_error/* TransportError */.wX);
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
    return proveBy({ client_id: () => clientId, client_secret: () => clientSecret });
}
/**
 * client_secret_jwt, private_key_jwt, and an ID token in their place: a signed JWT says who the client is.
 *
 * @param clientId undefined where the JWT alone says it
 * @see RFC 7523 section 2.2
 */
function clientAssertion(clientId, makeJwt) {
    return proveBy({
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
    return proveBy(sendClientId(clientId));
}
function sendClientId(clientId) {
    return clientId === undefined ? {} : { client_id: () => clientId };
}
/** A proof by body parameters. */
function proveBy(values) {
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
const guardedParameters = new Set([
    'refresh_token',
    'code',
    'device_code',
    'otp',
]);
/** The parameters of a grant that is used up by asking; the next request could not send the same. */
const singleUseParameters = new Set([
    ...guardedParameters,
    'subject_token',
    'assertion',
]);
/**
 * The jwt-bearer grant: a signed JWT says whose token it is to be.
 *
 * @see RFC 7523 section 2.1
 */
function assertionGrant(makeJwt) {
    return proveBy({ assertion: makeJwt });
}
/**
 * The token-exchange grant, its subject token made for each attempt.
 *
 * @see RFC 8693 section 2.1
 */
function subjectTokenGrant(makeJwt) {
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
async function buildTokenRequest(request) {
    const parts = {
        headers: joinHeaders([...defaultHeaders, contentType(request.bodyFormat), ...request.headers]),
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
function joinHeaders(headers) {
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

// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __nccwpck_require__(975);
;// CONCATENATED MODULE: ./build/compiled/oauth2/zulu-time.js
const zulu = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(\.\d+)?Z$/;
/**
 * Reads a Zulu time, `2026-01-31T12:00:00Z`, with a fraction of any length; nothing else, and only a time that the
 * calendar has.
 *
 * @returns undefined where the text is no such time
 * @see RFC 3339 section 5.6
 */
function parseZuluTime(text) {
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
    const time = parseZuluTime(`${local}Z`);
    const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
    if (time === undefined || Number(hours) > 23 || Number(minutes) > 59)
        return undefined;
    const epoch = time.getTime() - (sign === '-' ? -offset : offset);
    return epoch < firstZuluTime || epoch > lastZuluTime ? undefined : new Date(epoch);
}
/** Writes a time as `2026-01-31T12:00:00Z`: whole seconds, rounded down. */
function formatZuluTime(time) {
    return `${time.toISOString().slice(0, 19)}Z`;
}
/** The first moment that {@link formatZuluTime} can write: the beginning of year 0; epoch, milliseconds. */
const firstZuluTime = -62_167_219_200_000;
/** The last moment that {@link formatZuluTime} can write: epoch, milliseconds. */
const lastZuluTime = Date.UTC(9999, 11, 31, 23, 59, 59);

;// CONCATENATED MODULE: ./build/compiled/oauth2/access-token.js


/**
 * An access token. It answers the questions that the AccessToken of the Python library stanford.green.oauth2 answers,
 * and never prints its token: not as a string, not as JSON, not by util.inspect.
 */
class AccessToken {
    #token;
    tokenType;
    expiresAt;
    /** @throws {RangeError} for an empty token, or an expiry that is no time or after the year 9999 */
    constructor({ token, tokenType, expiresAt }) {
        if (token === '')
            throw new RangeError('An access token cannot be empty.');
        const epoch = expiresAt?.getTime() ?? 0;
        if (Number.isNaN(epoch) || Math.abs(epoch) > lastZuluTime) {
            throw new RangeError('The expiry of an access token must be a time.');
        }
        this.#token = token;
        this.tokenType = tokenType;
        this.expiresAt = expiresAt;
    }
    /** The same token with another expiry. */
    withExpiry(expiresAt) {
        return new AccessToken({ token: this.#token, tokenType: this.tokenType, expiresAt });
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
function parseTokenResponse(response, context) {
    const members = refuseFailure(response, readMembers(response.body), context.now);
    const accessToken = readAccessToken(response, members, context.sentAt);
    return { accessToken, ...readCompanions(response, members), issuedAt: context.sentAt };
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
function refuseFailure(response, members, now) {
    const { status, headers } = response;
    const oauthError = readOAuthError(members);
    const retryAfter = parseRetryAfter(headers['retry-after'], now);
    if (status >= 300 && status < 400) {
        const location = readLocation(headers['location']);
        throw failure('redirect', response, { retryable: false, oauthError, location, retryAfter });
    }
    const transient = (0,transport_error/* isTransientStatus */.Dm)(status) || transientErrors.has(oauthError?.error ?? '');
    if (oauthError !== undefined) {
        throw failure('oauth_error', response, { retryable: transient, oauthError, retryAfter });
    }
    if (!(0,transport_error/* isSuccessStatus */.ar)(status)) {
        throw failure('http_error', response, { retryable: transient, retryAfter });
    }
    if (members === undefined)
        throw failure('unparsable', response, { retryable: true, retryAfter });
    return members;
}
/**
 * Reads a body as a JSON object, whatever its content type says, else as a form with a token or an error.
 *
 * @returns undefined where it is neither
 */
function readMembers(body) {
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
    const description = readText(members?.['error_description']);
    const uri = readText(members?.['error_uri']);
    if (isObject(error)) {
        // Not of the RFC, but some servers nest it: {"error": {"code": ..., "message": ...}}.
        const code = readText(error['status']) ?? readText(error['code']) ?? readText(error['type']);
        return {
            error: code ?? 'unnamed error',
            description: description ?? readText(error['message']),
            uri,
        };
    }
    const code = readText(error);
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
        token: readTokenString(response, members),
        tokenType: readText(members['token_type']) ?? 'Bearer',
        expiresAt: addLifetime(sentAt, readLifetime(members['expires_in'])),
    });
}
/**
 * Reads `access_token`.
 *
 * @throws {TokenError} where it is missing, or malformed
 */
function readTokenString(response, members) {
    const token = readToken(response, members['access_token']);
    if (token === undefined)
        throw failure('no_access_token', response, { retryable: false });
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
    throw failure('malformed_token', response, { retryable: false });
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
function readCompanions(response, members) {
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
function failure(code, response, details) {
    return new TokenError(code, { ...details, answer: describeAnswer(response) });
}
/** What an answer was like. */
function describeAnswer({ status, statusText, headers, body }) {
    return { status, statusText, contentType: headers['content-type'], length: body.length };
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/token-endpoint.js


/** The most that is read of an answer, bytes: a token response is a few KiB. */
const maxResponseBytes = 1024 * 1024;
/**
 * Asks a token endpoint once. The request is built afresh, for an assertion is accepted once and soon expires.
 *
 * @throws {TransportError} when no complete response came back
 * @throws {TokenError} when the response brings no token
 */
async function askTokenEndpoint(request, { send, now, signal, tls }) {
    const httpRequest = await buildTokenRequest(request);
    const sentAt = now();
    const response = await send(httpRequest, { signal, tls, maxBytes: maxResponseBytes });
    return parseTokenResponse(response, { sentAt, now: now() });
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
        return formatSeconds(milliseconds);
    const minutes = Math.round(milliseconds / minute);
    if (minutes < 60)
        return `${minutes} min`;
    if (milliseconds >= 48 * hour)
        return `${Math.round(milliseconds / (24 * hour))} days`;
    const rest = minutes % 60;
    return `${Math.floor(minutes / 60)} h${rest === 0 ? '' : ` ${rest} min`}`;
}
/** Writes a duration in whole seconds, as servers name it: `3540 s`. */
function formatSeconds(milliseconds) {
    return `${Math.round(milliseconds / second)} s`;
}

;// CONCATENATED MODULE: ./build/compiled/log/text.js
/** Tags a template: what stands in it was written here, what is put into it may come from anywhere. */
function text_text(words, ...pieces) {
    return { words, pieces };
}
/** Puts texts in a row. */
function joinTexts(texts, separator) {
    const between = texts.slice(1).map(() => separator);
    return { words: ['', ...between, ''], pieces: texts };
}
/** How much of a text from outside is shown, characters. */
const shown = 300;
/** Shows the value of an input as a whole or not at all: the runner's mask of a secret does not match a part of it. */
function showInput(value) {
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

;// CONCATENATED MODULE: external "node:http"
const external_node_http_namespaceObject = require("node:http");
;// CONCATENATED MODULE: ./build/compiled/wording/names.js

/** The host that is asked for a token, as far as it is known: the token endpoint's, else the issuer's. */
function hostOf(inputs) {
    return new URL(urlOf(inputs)).host;
}
/** The token endpoint, else the issuer. */
function urlOf({ tokenUrl, issuer }) {
    return tokenUrl ?? issuer ?? '';
}
/** The input that says where to ask. */
function nameUrlInput({ issuer }) {
    return issuer === undefined ? 'token-url' : 'issuer';
}
/** `503 Service Unavailable`, in the words of the registry; the server's own are text from outside. */
function nameStatus(status) {
    const phrase = external_node_http_namespaceObject.STATUS_CODES[status];
    return phrase === undefined ? String(status) : `${status} ${phrase}`;
}
/** What an answer held: its content type, or how much of no named type. */
function nameContent({ contentType, length }) {
    if (length === 0)
        return 'an empty body';
    const type = contentType?.split(';')[0]?.trim() ?? '';
    return type === '' ? `${length} bytes of no named type` : type;
}
/** A URL without its query, which can hold a secret. */
function originAndPath(url) {
    const { origin, pathname } = new URL(url);
    return `${origin}${pathname}`;
}
/** What an error of TLS says; of OpenSSL's errors the reason alone, without addresses and source files. */
function nameTlsFault(error) {
    const message = messageOf(error);
    return /SSL routines:[^:]*:([^:]+):/.exec(message)?.[1] ?? message;
}
/** What `tunnel` says where the connection to a proxy fails, before the server is reached; undefined elsewhere. */
function nameProxyFault(error) {
    return /^tunneling socket could not be established, cause=(.*)/s.exec(messageOf(error))?.[1];
}
/** What an error of Node's says. */
function messageOf(error) {
    return error instanceof Error ? error.message : String(error);
}
/** The number of the alert by which a peer ended TLS (RFC 8446 section 6); undefined where there was none. */
function readTlsAlert(error) {
    const number = /SSL alert number (\d+)/.exec(messageOf(error))?.[1];
    return number === undefined ? undefined : Number(number);
}
/** What is known of an error that nobody foresaw. */
function describeUnknown(error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

;// CONCATENATED MODULE: ./build/compiled/wording/exchange.js








/** A failed attempt that is not the end of the story, or not its first chapter. */
function sayFailedAttempt(failure, view) {
    const { attempt, maxAttempts } = failure;
    const what = describeFailure(failure, view);
    const purpose = purposes[view.stage];
    return text_text `Attempt ${attempt} of ${maxAttempts}${purpose} failed: ${what}.${sayNext(failure)}`;
}
const purposes = {
    metadata: text_text ` to read the issuer's metadata`,
    id_token: text_text ` to get GitHub's ID token`,
    token: text_text ``,
    revocation: text_text ` to revoke the token`,
};
function sayNext({ wait, retryAfter }) {
    if (wait === undefined)
        return text_text ``;
    if (wait === retryAfter && wait > 0) {
        return text_text ` The server asks for ${formatSeconds(wait)} (Retry-After). Trying again then.`;
    }
    return wait === 0 ? text_text ` Trying again now.` : text_text ` Trying again in ${formatDuration(wait)}.`;
}
/** The title of what was sent and what came back. */
function sayExchangeTitle(stage) {
    switch (stage) {
        case 'metadata':
            return text_text `Metadata: request and answer`;
        case 'id_token':
            return text_text `GitHub's ID token: request and answer`;
        case 'token':
            return text_text `Request and answer`;
        case 'revocation':
            return text_text `Revocation: request and answer`;
    }
}
/** The shape of a request for an issuer's metadata. */
function describeDiscovery(issuer) {
    return [text_text `metadata of ${issuer}`];
}
/** The shape of a request for GitHub's ID token, without anything secret. */
function describeIdTokenRequest(url, { idTokenAudience }) {
    const audience = idTokenAudience ?? "GitHub's default";
    const where = URL.canParse(url) ? originAndPath(url) : 'a URL that is none';
    return [text_text `GET ${where}`, text_text `audience: ${audience}`];
}
/** The shape of a request to an ACS endpoint, without anything secret. */
function describeAcsRequest({ tokenUrl, clientId = '', headers }) {
    return [
        text_text `GET ${originAndPath(tokenUrl)}`,
        text_text `client ${showInput(clientId)}, acs_api, headers: client-id, client-secret`,
        ...describeHeaders(headers),
    ];
}
/** The shape of a request to a token endpoint, without anything secret. */
function describeRequest(inputs, parameterNames) {
    const { tokenUrl, clientId, headers } = inputs;
    const client = clientId === undefined ? text_text `no client id` : text_text `client ${showInput(clientId)}`;
    return [
        text_text `POST ${originAndPath(tokenUrl)}`,
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
/** What the ID token of an attempt says; nothing where it had none. */
function describeIdToken(idToken) {
    return idToken === undefined ? [] : [text_text `ID token: ${writeClaims(idToken)}`];
}
/** What a server that trusts GitHub's ID tokens looks at. */
function writeClaims({ claims }) {
    const { iss = 'none', sub = 'none', aud = 'none' } = describeClaims(claims);
    return text_text `iss: ${iss}, sub: ${sub}, aud: ${aud}`;
}
/** The answer to an attempt that failed. */
function exchange_describeAnswer(failure, view) {
    const { error, took } = failure;
    const after = text_text `after ${formatDuration(took)}`;
    const idToken = view.stage === 'token' ? describeIdToken(view.idToken) : [];
    if (error instanceof TokenError)
        return [...idToken, ...describeTokenAnswer(error, after)];
    if (error instanceof DiscoveryError)
        return describeMetadataAnswer(error, after);
    if (error instanceof IdTokenError && error.status !== undefined) {
        return [text_text `${nameStatus(error.status)}, ${after}`];
    }
    const what = describeFailure(failure, view);
    // A time that was over says how long it was.
    const isLate = error instanceof transport_error/* TransportError */.wX && error.code === 'timeout';
    return [...idToken, isLate ? what : text_text `failed ${after}: ${what}`];
}
function describeTokenAnswer(error, after) {
    const { answer, oauthError, location } = error;
    return [
        text_text `${nameStatus(answer.status)}, ${nameContent(answer)}, ${after}`,
        ...listDetails([
            ['error', oauthError?.error],
            ['error_description', oauthError?.description],
            ['error_uri', oauthError?.uri],
            ['location', location],
        ]),
    ];
}
function describeMetadataAnswer(error, after) {
    const { attempts, answer, actualIssuer, endpoint, location } = error;
    return [
        ...attempts.map(({ url, status }) => text_text `GET ${url}: ${nameStatus(status)}`),
        text_text `${nameContent(answer)}, ${after}`,
        ...listDetails([
            ['issuer', actualIssuer],
            ['token_endpoint', endpoint],
            ['location', location],
        ]),
    ];
}
function listDetails(details) {
    return details.flatMap(([name, value]) => (value === undefined ? [] : [text_text `${name}: ${value}`]));
}
/** The answer to the attempt that succeeded. */
function describeSuccess(stage, attempt, took) {
    const after = text_text `at attempt ${attempt}, after ${formatDuration(took)}`;
    switch (stage) {
        case 'metadata':
            return text_text `metadata ${after}`;
        case 'id_token':
            return text_text `an ID token ${after}`;
        case 'token':
            return text_text `a token ${after}`;
        case 'revocation':
            return text_text `revoked ${after}`;
    }
}
/** What went wrong with one attempt, in a few words. */
function describeFailure({ error, allowed }, view) {
    if (error instanceof TokenError)
        return describeTokenError(error);
    if (error instanceof DiscoveryError)
        return describeDiscoveryError(error);
    if (error instanceof IdTokenError)
        return describeIdTokenError(error);
    if (error instanceof transport_error/* TransportError */.wX)
        return describeTransportError(error, allowed, view);
    return text_text `${describeUnknown(error)}`;
}
/** What an answer without a token was, in a few words. */
function describeTokenError(error) {
    const { answer, location } = error;
    const status = nameStatus(answer.status);
    switch (error.code) {
        case 'oauth_error':
            return text_text `${answer.status} ${error.oauthError?.error ?? ''}`;
        case 'http_error':
            return text_text `${status}`;
        case 'redirect':
            return describeRedirect(answer.status, location);
        case 'unparsable':
            return text_text `${status} with ${nameContent(answer)} in place of a token`;
        case 'no_access_token':
            return text_text `${status} without an access_token`;
        case 'no_expires_at':
            return text_text `${status} without a Zulu time in expires_at`;
        case 'malformed_token':
            return text_text `${status} with a token that has characters no token can have`;
    }
}
/** What an answer without usable metadata was, in a few words. */
function describeDiscoveryError(error) {
    const { answer, location, actualIssuer, endpoint = '' } = error;
    const status = nameStatus(answer.status);
    switch (error.code) {
        case 'not_found':
        case 'refused':
            return text_text `${status}`;
        case 'not_metadata':
            return text_text `${status} with ${nameContent(answer)} in place of metadata`;
        case 'issuer_mismatch':
            return actualIssuer === undefined
                ? text_text `metadata that names no issuer`
                : text_text `metadata of ${actualIssuer}`;
        case 'no_token_endpoint':
            return text_text `metadata without a token endpoint`;
        case 'unusable_endpoint':
            return text_text `metadata with a token endpoint that cannot be used: ${endpoint}`;
        case 'redirect':
            return describeRedirect(answer.status, location);
    }
}
function describeRedirect(status, location) {
    const name = nameStatus(status);
    return location === undefined
        ? text_text `${name}, a redirect`
        : text_text `${name}, a redirect to ${location}`;
}
function describeIdTokenError({ code, status = 0 }) {
    switch (code) {
        case 'no_permission':
            return text_text `this job may not ask for one`;
        case 'bad_endpoint':
            return text_text `the runner names no https URL for it`;
        case 'refused':
            return text_text `${nameStatus(status)}`;
        case 'unparsable':
        case 'malformed':
            return text_text `${nameStatus(status)} without an ID token`;
    }
}
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
/** The most that is read of an answer, as people write it. */
function nameLimit({ stage }) {
    const bytes = stage === 'id_token' ? maxAnswerBytes : maxResponseBytes;
    const kib = bytes / 1024;
    return kib < 1024 ? `${kib} KiB` : `${kib / 1024} MiB`;
}
function describeTransportError(error, allowed, view) {
    const system = error.systemCode ?? '';
    switch (error.code) {
        case 'timeout':
            return text_text `no answer within ${formatDuration(allowed)}`;
        case 'name_not_found':
            return view.stage === 'id_token'
                ? text_text `its name was not found (${system})`
                : text_text `the name ${new URL(urlOf(view.inputs)).hostname} was not found (${system})`;
        case 'connection_failed':
            return text_text `${networkErrors[system] ?? 'the connection failed'} (${system})`;
        case 'tls_failed':
            return text_text `TLS failed: ${nameTlsFault(error.cause)} (${system})`;
        case 'proxy_refused':
            return text_text `the proxy refused: ${nameStatus(error.proxyStatus ?? 0)}`;
        case 'proxy_invalid':
            return text_text `the proxy's address in the environment is no usable URL`;
        case 'proxy_unreachable':
            return text_text `the proxy could not be reached: ${nameProxyFault(error.cause) ?? system}`;
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
            ...exchange_describeAnswer(error.failure, { stage, ...facts }),
        ]);
        throw new StageError(stage, error, facts);
    }
}
/** A first attempt that is also the last is told by the error alone. */
function isWorthALine({ attempt, wait }) {
    return attempt > 1 || wait !== undefined;
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
            throw new IdTokenError('no_permission');
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
            readFacts: () => ({ inputs }),
        }, this.#context);
        return result;
    }
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __nccwpck_require__(598);
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
    const kty = readText(jwk['kty']) ?? '';
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
        algorithm: readText(jwk['alg']),
        keyId: readText(jwk['kid']),
    };
}
function refuseOtherJwk(jwk, kty) {
    if (kty === 'RSA') {
        if (!('oth' in jwk))
            return;
        throw new SigningKeyError('unsupported_key', { keyType: 'RSA with more than two primes' });
    }
    const curve = readText(jwk['crv']);
    if (curve === undefined || signingCurves.includes(curve))
        return;
    const name = otherCurves.find((other) => other === curve) ?? '';
    const keyType = kty === 'EC' ? `EC ${name}`.trim() : name || kty;
    throw new SigningKeyError('unsupported_key', { keyType });
}
/** @throws {SigningKeyError} `incomplete_jwk` where some are missing */
function pickMembers(jwk, names) {
    const members = names.filter((name) => readText(jwk[name]) === undefined);
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
function readZitadelFile(file, owner) {
    return {
        pem: readText(file['key']),
        keyId: readText(file['keyId']),
        owner: ownedBy(file[owner], { isSubject: true }),
    };
}
function ownedBy(name, { isSubject }) {
    const issuer = readText(name);
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
        algorithm: chooseAlgorithm(found.key, readText(options.algorithm) ?? found.algorithm),
        keyId: readText(options.keyId) ?? found.keyId,
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
        return (0,external_node_crypto_.createPrivateKey)({ key: key.export({ format: 'jwk' }), format: 'jwk' });
    }
    catch {
        // A curve that JWK has no name for.
        return key;
    }
}

;// CONCATENATED MODULE: external "node:fs"
const external_node_fs_namespaceObject = require("node:fs");
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
        const event = JSON.parse((0,external_node_fs_namespaceObject.readFileSync)(env['GITHUB_EVENT_PATH'] ?? '', 'utf8'));
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
function usesTlsAuthentication({ clientAuthMethod, }) {
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
        reader.complain(text_text `assertion-claims: ${joinTexts(faults, ', ')}`);
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
        reader.complain(text_text `${name}: ${joinTexts(faults, ', ')}`);
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

;// CONCATENATED MODULE: ./build/compiled/wording/progress.js



/*
 * Every sentence of the log is in this folder. Its tone: what happened, then one thing to do. Host names, not URLs;
 * durations that people read; times in Zulu; no exclamation marks, no "please".
 */
/**
 * Before the token endpoint is asked.
 *
 * @param missed whether the cache was looked into before, in vain
 */
function sayAsking(inputs, missed) {
    const { endpointType, grantType, scopes } = inputs;
    const grant = endpointType === 'acs_api'
        ? endpointType
        : grantType.replace('urn:ietf:params:oauth:grant-type:', '');
    const scope = scopes.length === 0 ? '' : `, scope: ${scopes.join(' ')}`;
    const before = missed ? 'No usable token in the cache. ' : '';
    return text_text `${before}Asking ${hostOf(inputs)} (${showInput(grant)}${scope}).`;
}
/** A token came from the cache. */
function sayReusing(token, now, inputs) {
    const left = formatDuration((token.expiresIn(now) ?? 0) * 1000);
    const until = token.zuluTimeString() ?? '';
    return text_text `Reusing a token from the cache: ${token.tokenType}, valid for ${left}, until ${until}. ${hostOf(inputs)} was not asked.`;
}
/**
 * A token arrived.
 *
 * @param attempt the number of the attempt that brought it
 * @param lifetime seconds that it lives; undefined where that is not known
 */
function sayGot(token, attempt, lifetime, inputs) {
    const late = attempt === 1 ? '' : ` at attempt ${attempt}`;
    const got = text_text `Got a ${token.tokenType} token${late}`;
    const until = token.zuluTimeString();
    if (until === undefined || lifetime === undefined) {
        return text_text `${got}; ${hostOf(inputs)} did not say when it expires.`;
    }
    if (lifetime <= 0)
        return text_text `${got}, which expired at ${until}.`;
    return text_text `${got}, valid for ${formatDuration(lifetime * 1000)}, until ${until}.`;
}
/** Less was granted than asked for. */
function sayGranted(granted, missing) {
    const given = granted.length === 0 ? 'nothing' : granted.join(' ');
    return text_text `Granted ${given}; not granted: ${missing.join(' ')}.`;
}
/** The server gave a new refresh token in place of the one that was sent. */
function sayRefreshTokenReplaced() {
    return text_text `Not cached: the refresh token was replaced. Store the output refresh-token before anything else.`;
}
/** What later steps have now. */
function saySet(envVar) {
    return envVar === undefined
        ? text_text `Set: output token.`
        : text_text `Set: output token, environment variable ${envVar}.`;
}
/** An earlier step had set the variable. */
function sayReplaced(envVar) {
    return text_text `${envVar} was already set; later steps now see this token. Use env-var to give each its own name.`;
}
/** An earlier step tried to switch the verification of certificates off. */
function sayTlsStaysVerified() {
    return text_text `NODE_TLS_REJECT_UNAUTHORIZED is set; this action verifies TLS all the same. Use ca-certificate for a private CA.`;
}

;// CONCATENATED MODULE: ./build/compiled/action/outputs.js


/** The outputs of action.yml, in its order. */
const outputNames = (/* unused pure expression or super */ null && ([
    'token',
    'token-type',
    'expires-at',
    'expires-in',
    'scope',
    'cache-hit',
    'refresh-token',
    'id-token',
    'response',
]));
/** The longest environment variable of Windows, characters. */
const longestWindowsVariable = 32_767;
/**
 * Gives the token to later steps: the outputs, and the environment variable.
 *
 * @throws {TokenTooLongError} where the variable cannot hold it; then nothing was set
 */
function handOver(handover, { runner, log, env, platform, envVar }) {
    const { token } = handover.response.accessToken;
    if (envVar !== undefined && platform === 'win32' && token.length > longestWindowsVariable) {
        throw new TokenTooLongError(envVar);
    }
    for (const [name, value] of Object.entries(listOutputs(handover)))
        runner.setOutput(name, value);
    if (envVar !== undefined) {
        if ((env[envVar] ?? '') !== '' && env[envVar] !== token)
            log.say(sayReplaced(envVar));
        runner.exportVariable(envVar, token);
    }
}
/** What is not known is an empty string. */
function listOutputs({ response, scopes, cacheHit, now }) {
    const { accessToken, refreshToken = '', idToken = '', others } = response;
    return {
        token: accessToken.token,
        'token-type': keepToOneLine(accessToken.tokenType),
        'expires-at': accessToken.zuluTimeString() ?? '',
        'expires-in': String(accessToken.expiresIn(now) ?? ''),
        scope: keepToOneLine(scopes.join(' ')),
        'cache-hit': String(cacheHit),
        'refresh-token': refreshToken,
        'id-token': idToken,
        response: JSON.stringify(others),
    };
}
/** A line break in what a server wrote would be an injection into a later step that pastes it into a script. */
function keepToOneLine(outside) {
    return outside.replace(/\p{Cc}+/gu, ' ');
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/discovery.js








/**
 * Looks an issuer's metadata up, once: as OpenID Connect Discovery has it, and where there is none, as RFC 8414 has it.
 * A client certificate is not shown, for metadata is public.
 *
 * @param issuer an absolute URL without user info, query and fragment, which the caller has checked
 * @throws {TransportError} when no complete response came back; the second place is not asked after that in the first,
 *   nor after a busy server's answer, for it must not look like a server without metadata
 * @throws {DiscoveryError} when there is no metadata, or none that can be used
 * @see OpenID Connect Discovery 1.0 section 4, RFC 8414 section 3
 */
async function discover(issuer, context) {
    const urls = buildMetadataUrls(issuer);
    const first = await ask(urls.openIdConnect, context);
    if (isConclusive(first))
        return readMetadata(issuer, first, [first], context);
    const second = await ask(urls.oauth, context);
    // Where neither has metadata, the first answer that is more than "not found" tells the most.
    const telling = isConclusive(second) || isNotFound(first.response) ? second : first;
    return readMetadata(issuer, telling, [first, second], context);
}
/**
 * Where an issuer's metadata may be: the well-known path is appended to the issuer by the one rule, inserted between
 * host and path by the other. Slashes at the issuer's end are left out.
 */
function buildMetadataUrls(issuer) {
    const { protocol, host, pathname } = new URL(issuer);
    const origin = `${protocol}//${host}`;
    const path = pathname.replace(/\/+$/, '');
    return {
        openIdConnect: `${origin}${path}/.well-known/openid-configuration`,
        oauth: `${origin}/.well-known/oauth-authorization-server${path}`,
    };
}
async function ask(url, { send, now, signal, tls }) {
    const headers = Object.fromEntries(defaultHeaders);
    const trust = tls.ca === undefined ? {} : { ca: tls.ca };
    const limits = { signal, tls: trust, maxBytes: maxResponseBytes };
    const response = await send({ method: 'GET', url, headers }, limits);
    return {
        url,
        response,
        members: (0,transport_error/* isSuccessStatus */.ar)(response.status) ? readBody(response) : undefined,
        retryAfter: parseRetryAfter(response.headers['retry-after'], now()),
    };
}
/** TextDecoder drops a byte order mark. */
function readBody({ body }) {
    return readJsonObject(new TextDecoder().decode(body));
}
/** Whether the search ends with this answer: metadata, right or wrong, or a server that is busy. */
function isConclusive({ members, response }) {
    return members !== undefined || (0,transport_error/* isTransientStatus */.Dm)(response.status);
}
function isNotFound({ status }) {
    return status === 404 || status === 410;
}
/**
 * Reads the metadata in a reply.
 *
 * @param asked every reply of the search
 * @throws {DiscoveryError} where there is none, it is another issuer's (RFC 8414 section 3.3, OpenID Connect Discovery
 *   section 4.3), or it has no token endpoint that can be used
 */
function readMetadata(issuer, reply, asked, { allowHttp }) {
    const { members } = reply;
    if (members === undefined)
        throw missing(reply, asked);
    const actualIssuer = readText(members['issuer']);
    if (actualIssuer !== issuer)
        throw discovery_failure('issuer_mismatch', reply, asked, { actualIssuer });
    const plainHttp = choosePlainHttp(issuer, allowHttp);
    const aliases = isObject(members['mtls_endpoint_aliases'])
        ? members['mtls_endpoint_aliases']
        : {};
    const tokenEndpoint = readEndpoint(members['token_endpoint'], plainHttp);
    if (tokenEndpoint === undefined)
        throw tokenEndpointFailure(members, reply, asked);
    return {
        issuer,
        tokenEndpoint,
        mtlsTokenEndpoint: readEndpoint(aliases['token_endpoint'], plainHttp),
        revocationEndpoint: readEndpoint(members['revocation_endpoint'], plainHttp),
        mtlsRevocationEndpoint: readEndpoint(aliases['revocation_endpoint'], plainHttp),
    };
}
function choosePlainHttp(issuer, allowHttp) {
    if (allowHttp)
        return 'anywhere';
    return isHttpOnLoopback(new URL(issuer)) ? 'on loopback' : 'nowhere';
}
/**
 * Reads the URL of an endpoint, to which secrets will go: absolute, https, without user info and fragment.
 *
 * @returns undefined where there is none, or one that cannot be used
 * @see RFC 6749 section 3.2
 */
function readEndpoint(value, plainHttp) {
    const text = readText(value) ?? '';
    // The URL parser forgives white space, control characters, backslashes, and slashes too many or too few.
    if (!/^https?:\/\/(?!\/)[^\s#\\\p{Cc}]+$/iu.test(text) || !URL.canParse(text))
        return undefined;
    const url = new URL(text);
    if (url.username !== '' || url.password !== '')
        return undefined;
    const isAllowed = url.protocol === 'https:' ||
        plainHttp === 'anywhere' ||
        (plainHttp === 'on loopback' && isHttpOnLoopback(url));
    return isAllowed ? url.href : undefined;
}
function isHttpOnLoopback({ protocol, hostname }) {
    return protocol === 'http:' && isLoopback(hostname);
}
/** The error for a reply without metadata. */
function missing(reply, asked) {
    const { response } = reply;
    const { status, headers } = response;
    if ((0,transport_error/* isSuccessStatus */.ar)(status)) {
        // What calls itself JSON and is none was damaged on its way; a page of a web site stays one.
        const retryable = /\bjson\b/i.test(headers['content-type'] ?? '');
        return discovery_failure('not_metadata', reply, asked, { retryable });
    }
    if (status >= 300 && status <= 399) {
        return discovery_failure('redirect', reply, asked, { location: readLocation(headers['location']) });
    }
    if (isNotFound(response))
        return discovery_failure('not_found', reply, asked);
    return discovery_failure('refused', reply, asked, { retryable: (0,transport_error/* isTransientStatus */.Dm)(status) });
}
/** The error for metadata without a token endpoint that can be used. */
function tokenEndpointFailure(members, reply, asked) {
    const endpoint = readText(members['token_endpoint']);
    return endpoint === undefined
        ? discovery_failure('no_token_endpoint', reply, asked)
        : discovery_failure('unusable_endpoint', reply, asked, { endpoint: readLocation(endpoint) });
}
/** A {@link DiscoveryError} that tells which URLs were asked and what the answer was like. */
function discovery_failure(code, { response, retryAfter }, asked, details = {}) {
    return new DiscoveryError(code, {
        attempts: asked.map((one) => ({ url: one.url, status: one.response.status })),
        answer: describeAnswer(response),
        retryable: false,
        retryAfter,
        ...details,
    });
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
    return clientCertificate === undefined || usesTlsAuthentication(inputs)
        ? { kind: 'key', key: signingKey }
        : { kind: 'key', key: signingKey, certificateThumbprint: thumbprintOf(clientCertificate) };
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

;// CONCATENATED MODULE: ./build/compiled/masks/response.js

/** The most secrets among the further members of an answer that are handed on; each is searched for in each line. */
const mostSecretMembers = 100;
/**
 * Hides whatever of an answer is secret, the token first. Nothing else may be done with the answer before.
 *
 * @returns the answer, without its further members that are secret where there are too many to hide
 */
function hideSecrets(response, log) {
    const members = listSecretMembers(response.others);
    const isTooMuch = members.length > mostSecretMembers;
    maskSecrets(response, isTooMuch ? [] : members, log);
    return isTooMuch
        ? { ...response, others: dropSecretMembers(response.others) }
        : response;
}
function maskSecrets({ accessToken, refreshToken = '', idToken = '' }, members, log) {
    // With step debug logging the runner prints outputs, and it escapes more in JSON than the output `response` does.
    const escaped = members.map((secret) => JSON.stringify(secret).slice(1, -1));
    [accessToken.token, refreshToken, idToken, ...members, ...escaped].forEach((secret) => {
        log.mask(secret);
    });
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

;// CONCATENATED MODULE: ./build/compiled/exchange/request-token.js















/**
 * Asks the token endpoint until it answers with a token, hides what is secret in the answer, and tells the log about it.
 * Where only the issuer is known, its metadata names the endpoint.
 *
 * @throws {StageError} when no attempt brought a token, or what it needs
 */
async function requestToken(inputs, context) {
    const { clock, send, log, idTokens, missed } = context;
    log.say(sayAsking(inputs, missed));
    const located = await locateEndpoint(inputs, context);
    const { ask, shape, spendsGrant } = chooseSource(located, context);
    const tls = makeTlsIdentity(located);
    const { retryOn } = inputs;
    const { result, attempt } = await runStage({
        stage: 'token',
        prepare: async () => {
            await idTokens?.take();
        },
        ask: async (signal) => {
            const response = await ask({ send, now: clock.now, signal, tls });
            return hideSecrets(response, log);
        },
        judge: (error) => judgeFailure(error, { retryOn, spendsGrant }),
        shape,
        readFacts: () => ({ inputs: located, idToken: idTokens?.last }),
    }, context);
    const statedExpiry = result.accessToken.expiresAt;
    return { response: settleExpiry(result, inputs), statedExpiry, attempt, inputs: located };
}
/**
 * Finds the token endpoint.
 *
 * @throws {StageError} when the issuer's metadata cannot be had
 * @throws {NoRevocationEndpointError} when the token shall be revoked and the metadata does not say where
 */
async function locateEndpoint(inputs, context) {
    const { tokenUrl, issuer = '', allowHttp, retryOn } = inputs;
    if (tokenUrl !== undefined)
        return { ...inputs, tokenUrl };
    const { clock, send } = context;
    const tls = makeTlsIdentity(inputs);
    const { result: metadata } = await runStage({
        stage: 'metadata',
        ask: (signal) => discover(issuer, { send, now: clock.now, signal, tls, allowHttp }),
        judge: (error) => judgeFailure(error, { retryOn, spendsGrant: false }),
        shape: describeDiscovery(issuer),
        readFacts: () => ({ inputs }),
    }, context);
    return { ...inputs, ...chooseEndpoints(inputs, metadata) };
}
/** A client that shows a certificate asks the endpoints that want one, where there are such (RFC 8705 section 5). */
function chooseEndpoints(inputs, metadata) {
    const { tokenEndpoint, mtlsTokenEndpoint, revocationEndpoint, mtlsRevocationEndpoint } = metadata;
    const usesTls = usesTlsAuthentication(inputs);
    const named = (usesTls ? mtlsRevocationEndpoint : undefined) ?? revocationEndpoint;
    const revocationUrl = inputs.revocationUrl ?? named;
    if (inputs.revoke && revocationUrl === undefined) {
        throw new NoRevocationEndpointError(inputs.issuer);
    }
    return { tokenUrl: (usesTls ? mtlsTokenEndpoint : undefined) ?? tokenEndpoint, revocationUrl };
}
/** The user's own expiry goes before the server's, and an assumed lifetime takes the place of none. */
function settleExpiry(response, { expiresAtOverride, defaultExpiresIn }) {
    const { accessToken, issuedAt } = response;
    const assumed = addLifetime(issuedAt, defaultExpiresIn);
    const expiresAt = expiresAtOverride ?? accessToken.expiresAt ?? assumed;
    return { ...response, accessToken: accessToken.withExpiry(expiresAt) };
}
function chooseSource(inputs, context) {
    if (inputs.endpointType === 'acs_api') {
        const { tokenUrl, clientId = '', clientSecret = '', headers } = inputs;
        return {
            ask: (attempt) => askAcsEndpoint({ tokenUrl, clientId, clientSecret, headers }, attempt),
            shape: describeAcsRequest(inputs),
            spendsGrant: false,
        };
    }
    const request = writeRequest(inputs, context);
    return {
        ask: (attempt) => askTokenEndpoint(request, attempt),
        shape: describeRequest(inputs, listParameterNames(request)),
        spendsGrant: spendsItsGrant(request),
    };
}
function writeRequest(inputs, context) {
    const proofs = listProofs(inputs, makeProofContext(context));
    return { ...inputs, parameters: [...inputs.grantParameters, ...inputs.parameters], proofs };
}

;// CONCATENATED MODULE: ./build/compiled/cache/identity.js
/** Raised when the meaning of an identity or the form of an entry changes: old entries are then never found. */
const formatVersion = 1;
/**
 * Writes an identity as canonical JSON: equal questions give equal text, and different ones different text. The order
 * of scopes and resources means nothing, and neither does that of parameters and headers with different names.
 */
function writeIdentity(identity) {
    const members = {
        ...identity,
        formatVersion,
        scopes: sortUnique(identity.scopes),
        resources: sortUnique(identity.resources),
        parameters: sortByName(identity.parameters),
        assertionClaims: sortByName(identity.assertionClaims),
        idTokenClaims: sortByName(identity.idTokenClaims),
        headers: sortByName(identity.headers.map(([name, value]) => [name.toLowerCase(), value])),
    };
    return JSON.stringify(members, Object.keys(members).sort());
}
function sortUnique(values) {
    return [...new Set(values)].sort();
}
/** Stable: the order of one name's values is part of the question. */
function sortByName(pairs) {
    return pairs.toSorted(([one], [other]) => (one < other ? -1 : Number(one > other)));
}

;// CONCATENATED MODULE: ./build/compiled/cache/keys.js

/** The secrets that an entry can be sealed with, and the byte that stands for each; never change one. */
const labels = {
    'cache-encryption-key': 1,
    'client-secret': 2,
    'private-key': 3,
    'client-key': 4,
};
/** The fewest bytes of a secret that is worth sealing with. */
const shortestCredential = 16;
/** Whether any of the secrets is long enough to seal with. */
function canSeal(credentials) {
    return credentials.some(({ bytes }) => bytes.length >= shortestCredential);
}
/** RFC 7914 section 2: 32 MiB and some 66 ms a guess, for the names are an oracle that anyone can test offline. */
const cost = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
const keyLength = 32;
/**
 * Derives the keys of one identity from all credentials together, so that a rotated one, or one that only another
 * environment has, is a miss. It runs on the thread pool.
 *
 * @param identity as {@link writeIdentity} writes it
 * @see RFC 7914, RFC 5869
 */
async function deriveKeys(credentials, identity) {
    const salt = (0,external_node_crypto_.createHash)('sha256').update(identity).digest();
    const root = await stretch(joinCredentials(credentials), salt);
    return {
        naming: expand(root, 'name'),
        sealing: expand(root, 'seal'),
        lease: expand(root, 'lease'),
    };
}
/** Label, length and bytes of each, in the order of the labels: no two sets of credentials give the same bytes. */
function joinCredentials(credentials) {
    const parts = credentials
        .toSorted((one, other) => labels[one.label] - labels[other.label])
        .flatMap(({ label, bytes }) => [writeHeader(labels[label], bytes.length), bytes]);
    return Buffer.concat(parts);
}
function writeHeader(label, length) {
    const header = Buffer.alloc(5);
    header.writeUInt8(label, 0);
    header.writeUInt32BE(length, 1);
    return header;
}
function stretch(material, salt) {
    return new Promise((resolve, reject) => {
        (0,external_node_crypto_.scrypt)(material, salt, keyLength, cost, (error, root) => {
            if (error === null)
                resolve(root);
            else
                reject(error);
        });
    });
}
function expand(root, purpose) {
    return Buffer.from((0,external_node_crypto_.hkdfSync)('sha256', root, '', `oauth2-token v1 ${purpose}`, keyLength));
}
/** Seconds of expiry that share a name: jobs that got a token in the same five minutes collide on one upload. */
const slotLength = 300;
/**
 * The part of a name that all entries of one identity share; it tells nothing to those without the credentials.
 */
function makeNamePrefix({ naming }) {
    return writePrefix(digest(naming, 'id'));
}
/** How long a {@link makeFallbackPrefix} is the same, milliseconds. */
const fallbackWindow = 300_000;
/**
 * The part that names share for five minutes, for where somebody has planted an entry whose name is the usual prefix
 * itself: a search finds an exact match first, so that one would hide all others for ever.
 *
 * @param now epoch, milliseconds
 */
function makeFallbackPrefix({ naming }, now) {
    return writePrefix(digest(naming, `id|${Math.floor(now / fallbackWindow)}`));
}
function writePrefix(id) {
    return `oauth2-token-v1-${id.subarray(0, 16).toString('hex')}-`;
}
/**
 * The name of an entry.
 *
 * @param expiresAt of the token: epoch, milliseconds
 * @param prefix with which it begins
 */
function makeName(keys, expiresAt, prefix = makeNamePrefix(keys)) {
    const slot = Math.floor(expiresAt / 1000 / slotLength);
    const hidden = digest(keys.naming, `slot|${slot}`).subarray(0, 8).toString('hex');
    return `${prefix}${hidden}`;
}
/** Another name for the same entry, where the first one is taken by what nobody can use. */
function makeNameUnique(name, random) {
    return `${name}-${random.subarray(0, 4).toString('hex')}`;
}
/** Whether a name that a search returned is of an entry with this prefix. */
function isEntryName(name, prefix) {
    return name.startsWith(prefix) && /^[0-9a-f]{16}(-[0-9a-f]{8})?$/.test(name.slice(prefix.length));
}
function digest(key, text) {
    return (0,external_node_crypto_.createHmac)('sha256', key).update(text).digest();
}

;// CONCATENATED MODULE: external "node:child_process"
const external_node_child_process_namespaceObject = require("node:child_process");
;// CONCATENATED MODULE: external "node:fs/promises"
const promises_namespaceObject = require("node:fs/promises");
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __nccwpck_require__(760);
;// CONCATENATED MODULE: ./build/compiled/cache/save-report.js
/** The words with which the child process says how saving ended. */
const saveWords = ['saved', 'taken', 'denied', 'no_tar', 'failed'];
/**
 * Reads from what the toolkit and tar printed why nothing was saved; `saveCache` answers -1 for all reasons alike, and
 * with version 1 of the service the id of what it reserved even where the upload failed.
 *
 * @param result what `saveCache` gave: the id of the entry, or -1
 * @param text all that was printed meanwhile
 * @see https://github.com/actions/toolkit/blob/main/packages/cache/src/cache.ts
 */
function classifySave(result, text) {
    if (result !== -1 && !text.includes('Failed to save: '))
        return 'saved';
    if (/cache write denied|does not permit writes/.test(text))
        return 'denied';
    // The tar of busybox has no --posix, and says so in one of two ways.
    if (/unrecognized option:? '?(--)?posix|executable file: tar\b/.test(text))
        return 'no_tar';
    return /\(409\)|already.exists/i.test(text) ? 'taken' : 'failed';
}

;// CONCATENATED MODULE: ./build/compiled/cache/saver.js





/** What the toolkit, tar and a proxy need; no input of the step is among it. */
const passedOn = /^(PATH|PATHEXT|PROGRAMFILES|SYSTEMROOT|HOME|GITHUB_SERVER_URL|NODE_EXTRA_CA_CERTS|(https?|no)_proxy|(RUNNER|ACTIONS)_.*)$/i;
/**
 * Starts the child process. It belongs to a process group of its own, works in a directory of its own and prints
 * nothing: whatever the toolkit says stays in the child.
 */
function startSaver(context) {
    const folder = (0,external_node_fs_namespaceObject.mkdtempSync)((0,external_node_path_.join)(context.temp, 'oauth2-token-'));
    const child = (0,external_node_child_process_namespaceObject.spawn)(process.execPath, [context.script], {
        cwd: folder,
        env: makeEnvironment(context.env, folder),
        stdio: ['pipe', 'pipe', 'ignore'],
        // A group can be killed as a whole, with tar and zstd in it; Windows has no groups.
        detached: context.platform !== 'win32',
        windowsHide: true,
    });
    const answer = saver_readAnswer(child);
    const end = async () => {
        await killGroup(child, context.platform);
        // What cannot be removed changes nothing of what was saved, and the runner empties its temporary directory.
        await (0,promises_namespaceObject.rm)(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
    };
    return {
        save: async (name, entry, timeout) => {
            child.stdin.end(Buffer.concat([Buffer.from(`${name}\n`), entry]));
            const timedOut = Promise.withResolvers();
            const stopTimer = context.startTimer(timeout, () => {
                timedOut.resolve('timeout');
            });
            try {
                return await Promise.race([answer, timedOut.promise]);
            }
            finally {
                stopTimer();
                await end();
            }
        },
        cancel: end,
    };
}
function makeEnvironment(env, folder) {
    const kept = Object.entries(env).filter(([name]) => passedOn.test(name));
    return {
        ...Object.fromEntries(kept),
        // The toolkit leaves an empty directory behind in the first, and makes paths relative to the second.
        RUNNER_TEMP: folder,
        GITHUB_WORKSPACE: folder,
        // macOS's tar would add members with extended attributes.
        COPYFILE_DISABLE: '1',
    };
}
/** Waits for the word with which the child ends. */
function saver_readAnswer(child) {
    return new Promise((resolve) => {
        let said = '';
        child.stdout.setEncoding('utf8').on('data', (text) => {
            said += text;
        });
        child.on('error', () => {
            resolve('failed');
        });
        // A child that is gone takes nothing more; its end is reported by close.
        child.stdin.on('error', () => undefined);
        child.on('close', () => {
            resolve(saveWords.find((word) => word === said.trim()) ?? 'failed');
        });
    });
}
/** Kills the child with all it started, and waits until it is gone. */
async function killGroup(child, platform) {
    const { pid } = child;
    if (pid === undefined)
        return;
    const gone = child.exitCode !== null || child.signalCode !== null;
    const closed = gone ? undefined : new Promise((resolve) => child.once('close', resolve));
    if (platform === 'win32')
        await taskkill(pid);
    else
        signalGroup(pid);
    // Without taskkill the child still goes, and what escaped with its end of the pipe is not waited for.
    child.kill('SIGKILL');
    child.stdout.destroy();
    await closed;
}
/** Also where the child itself is gone: what it started may still run. */
function signalGroup(pid) {
    try {
        process.kill(-pid, 'SIGKILL');
    }
    catch {
        // The group is empty.
    }
}
/** https://learn.microsoft.com/windows-server/administration/windows-commands/taskkill */
function taskkill(pid) {
    return new Promise((resolve) => {
        const killer = (0,external_node_child_process_namespaceObject.spawn)('taskkill', ['/PID', String(pid), '/T', '/F'], {
            stdio: 'ignore',
            windowsHide: true,
        });
        killer.on('error', () => {
            resolve();
        });
        killer.on('close', () => {
            resolve();
        });
    });
}

;// CONCATENATED MODULE: ./build/compiled/cache/service.js



/** How an archive is compressed; part of the version of an entry. */
const compressions = ['zstd-without-long', 'gzip'];
/** The version of every lease, so that jobs on different runners compete for one name. */
const leaseCompression = 'gzip';
/** The one path that is saved. */
const entryFile = 'token.bin';
/** The service did not do what was asked; nothing of its answer is in here. */
class CacheServiceError extends Error {
    name = 'CacheServiceError';
    code = 'cache_service_failed';
    status;
    constructor(status) {
        super('cache_service_failed');
        this.status = status;
    }
}
/** The most that is read of an archive, bytes; an entry has at most 192 KiB, and tar adds its blocks. */
const maxArchiveBytes = 256 * 1024;
/** The most that is read of any other answer, bytes. */
const service_maxAnswerBytes = 64 * 1024;
/** Whether this run may read and write the cache; what is not known permits all, as in the toolkit. */
function readCacheMode(env) {
    const mode = (env['ACTIONS_CACHE_MODE'] ?? '').trim().toLowerCase();
    const known = ['none', 'read', 'write', 'write-only'].includes(mode);
    return {
        readable: !known || mode === 'read' || mode === 'write',
        writable: !known || mode === 'write' || mode === 'write-only',
    };
}
/**
 * Chooses the cache service exactly as the toolkit chooses it, for that one saves.
 *
 * @param env the step's environment
 * @param send sends a request
 * @returns undefined where this runner offers none
 * @see https://github.com/actions/toolkit/blob/main/packages/cache/src/internal/config.ts
 */
function chooseCacheService(env, send) {
    const token = env['ACTIONS_RUNTIME_TOKEN'] ?? '';
    const isV2 = !isEnterpriseServer(env) && (env['ACTIONS_CACHE_SERVICE_V2'] ?? '') !== '';
    const resultsUrl = env['ACTIONS_RESULTS_URL'] ?? '';
    const cacheUrl = env['ACTIONS_CACHE_URL'] ?? '';
    const base = isV2 || cacheUrl === '' ? resultsUrl : cacheUrl;
    if (token === '' || !URL.canParse(base))
        return undefined;
    const wire = { base, token, send };
    return {
        find: (prefix, compression, signal) => isV2 ? findV2(wire, prefix, compression, signal) : findV1(wire, prefix, compression, signal),
        download: (entry, signal) => download(wire, entry, signal),
        reserve: (name, signal) => classify(isV2 ? reserveV2(wire, name, signal) : reserveV1(wire, name, signal)),
    };
}
/** GitHub Enterprise Server has version 1 of the service alone. */
function isEnterpriseServer(env) {
    const server = env['GITHUB_SERVER_URL'] ?? '';
    const host = URL.canParse(server) ? new URL(server).hostname.toUpperCase() : 'GITHUB.COM';
    return host !== 'GITHUB.COM' && !host.endsWith('.GHE.COM') && !host.endsWith('.LOCALHOST');
}
async function findV2(wire, prefix, compression, signal) {
    const response = await callV2(wire, 'GetCacheEntryDownloadURL', signal, {
        key: prefix,
        restore_keys: [prefix],
        version: makeVersion(compression),
    });
    const answer = readJson(response);
    const ok = answer['ok'] ?? false;
    if (ok === false)
        return undefined;
    if (ok !== true)
        throw new CacheServiceError(response.status);
    return readFound(response, answer['matched_key'] ?? answer['matchedKey'], answer['signed_download_url'] ?? answer['signedDownloadUrl']);
}
/** @returns whether the name was reserved; false where the run may not write */
async function reserveV2(wire, name, signal) {
    const message = { key: name, version: makeVersion(leaseCompression) };
    const answer = readJson(await callV2(wire, 'CreateCacheEntry', signal, message));
    return answer['ok'] === true;
}
/**
 * Twirp, as the JSON of proto3: a field can have either of two names, and one that is left out or null is false.
 *
 * @see https://twitchtv.github.io/twirp/docs/spec_v7.html
 * @see https://protobuf.dev/programming-guides/json/
 */
function callV2({ base, token, send }, method, signal, message) {
    const service = 'github.actions.results.api.v1.CacheService';
    return service_ask(send, signal, {
        method: 'POST',
        url: new URL(`/twirp/${service}/${method}`, base).href,
        headers: { ...bearer(token), 'content-type': 'application/json' },
        body: JSON.stringify(message),
    });
}
async function findV1({ base, token, send }, prefix, compression, signal) {
    const query = new URLSearchParams({ keys: prefix, version: makeVersion(compression) });
    const response = await service_ask(send, signal, {
        method: 'GET',
        url: `${base}_apis/artifactcache/cache?${query.toString()}`,
        headers: { ...bearer(token), accept: acceptV1 },
    });
    if (response.status === 204)
        return undefined;
    const answer = readJson(response);
    return readFound(response, answer['cacheKey'], answer['archiveLocation']);
}
/** @returns whether the name was reserved */
async function reserveV1({ base, token, send }, name, signal) {
    const response = await service_ask(send, signal, {
        method: 'POST',
        url: `${base}_apis/artifactcache/caches`,
        headers: { ...bearer(token), accept: acceptV1, 'content-type': 'application/json' },
        body: JSON.stringify({ key: name, version: makeVersion(leaseCompression) }),
    });
    return typeof readJson(response)['cacheId'] === 'number';
}
async function classify(reserving) {
    try {
        return (await reserving) ? 'reserved' : 'failed';
    }
    catch (error) {
        const status = error instanceof CacheServiceError ? error.status : 0;
        if (status === 409)
            return 'taken';
        return status === 429 ? 'limited' : 'failed';
    }
}
const acceptV1 = 'application/json;api-version=6.0-preview.1';
function bearer(token) {
    return { authorization: `Bearer ${token}`, 'user-agent': 'oauth2-token' };
}
/**
 * The version of an entry: what the toolkit makes of path, compression and a salt, with enableCrossOsArchive.
 *
 * @see https://github.com/actions/toolkit/blob/main/packages/cache/src/internal/cacheUtils.ts
 */
function makeVersion(compression) {
    return (0,external_node_crypto_.createHash)('sha256').update(`${entryFile}|${compression}|1.0`).digest('hex');
}
async function service_ask(send, signal, request) {
    const response = await send(request, { signal, maxBytes: service_maxAnswerBytes });
    if (!(0,transport_error/* isSuccessStatus */.ar)(response.status))
        throw new CacheServiceError(response.status);
    return response;
}
function readJson({ status, body }) {
    try {
        const answer = JSON.parse(body.toString());
        const isObject = typeof answer === 'object' && answer !== null && !Array.isArray(answer);
        if (isObject)
            return { ...answer };
    }
    catch {
        // What is no JSON is no answer; it is reported below.
    }
    throw new CacheServiceError(status);
}
function readFound({ status }, name, url) {
    if (typeof name === 'string' && typeof url === 'string')
        return { name, url };
    throw new CacheServiceError(status);
}
/** The URL carries its own permission, so the bearer stays here; it is trusted no further than its transport. */
async function download({ base, send }, { url }, signal) {
    if (!isSafe(url, base))
        throw new CacheServiceError(0);
    const response = await send({ method: 'GET', url, headers: { 'user-agent': 'oauth2-token' } }, { signal, maxBytes: maxArchiveBytes });
    if (response.status !== 200)
        throw new CacheServiceError(response.status);
    return response.body;
}
/** https, or this machine, or the very origin that the runner named and that has the bearer already (as act's is). */
function isSafe(url, base) {
    if (!URL.canParse(url))
        return false;
    const { protocol, hostname, origin } = new URL(url);
    if (protocol === 'https:')
        return true;
    return protocol === 'http:' && (isLoopback(hostname) || origin === new URL(base).origin);
}

;// CONCATENATED MODULE: ./build/compiled/cache/archive.js

/** The most that an archive may become, bytes. */
const maxOutputLength = 512 * 1024;
/** log2 of the largest window, the default of the zstd program; a larger one would only cost memory. */
const windowLog = 23;
/**
 * Decompresses an archive, to 512 KiB at most.
 *
 * @throws where it is damaged or would become larger
 */
async function decompressArchive(blob, compression) {
    // Not before: where no entry was found, nothing is to be decompressed.
    const { constants, gunzip, zstdDecompress } = await Promise.resolve(/* import() */).then(__nccwpck_require__.t.bind(__nccwpck_require__, 522, 23));
    if (compression === 'gzip')
        return (0,external_node_util_.promisify)(gunzip)(blob, { maxOutputLength });
    const params = { [constants.ZSTD_d_windowLogMax]: windowLog };
    return (0,external_node_util_.promisify)(zstdDecompress)(blob, { maxOutputLength, params });
}

;// CONCATENATED MODULE: ./build/compiled/cache/seal.js

const algorithm = 'aes-256-gcm';
/** Bytes of the nonce of AES-GCM (NIST SP 800-38D section 5.2.1.1). */
const nonceBytes = 12;
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
function seal(plaintext, { key, nonce, purpose, }) {
    const cipher = (0,external_node_crypto_.createCipheriv)(algorithm, key, nonce).setAAD(Buffer.from(purpose));
    const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]);
}
/**
 * Decrypts what {@link seal} made.
 *
 * @returns undefined where it was not sealed with this key for this purpose, or was damaged since
 */
function seal_unseal(sealed, { key, purpose }) {
    if (sealed.length < nonceBytes + tagBytes)
        return undefined;
    const nonce = sealed.subarray(0, nonceBytes);
    const tag = sealed.subarray(nonceBytes, nonceBytes + tagBytes);
    const decipher = (0,external_node_crypto_.createDecipheriv)(algorithm, key, nonce, { authTagLength: tagBytes })
        .setAAD(Buffer.from(purpose))
        .setAuthTag(tag);
    try {
        return Buffer.concat([
            decipher.update(sealed.subarray(nonceBytes + tagBytes)),
            decipher.final(),
        ]);
    }
    catch {
        // Damaged, planted or another's.
        return undefined;
    }
}

;// CONCATENATED MODULE: ./build/compiled/cache/entry.js


/*
 * An entry: magic (8 bytes), length of what follows (4), nonce (12), tag (16), ciphertext. AES-256-GCM with the entry's
 * full name as additional data, so that it is worthless under another name (NIST SP 800-38D).
 */
const magic = Buffer.from('\x89OA2TOK\n', 'latin1');
const lengthBytes = 4;
const headBytes = magic.length + lengthBytes;
/** The most that an entry may have, bytes. */
const maxEntryBytes = 192 * 1024;
/** Where a tar archive can have a member begin: multiples of this, bytes. */
const tarBlock = 512;
/** How many places that look like an entry are tried; each costs a decryption. */
const maxCandidates = 4;
/**
 * Seals a token.
 *
 * @param key 32 bytes
 * @param name the full name of the entry
 * @param nonce 12 random bytes, never the same twice
 * @returns undefined where it is too large to be kept
 */
function sealEntry(token, { key, name, nonce }) {
    const body = seal(writeContents(token), { key, nonce, purpose: name });
    const length = Buffer.alloc(lengthBytes);
    length.writeUInt32BE(body.length);
    const entry = Buffer.concat([magic, length, body]);
    return entry.length > maxEntryBytes ? undefined : entry;
}
/**
 * Finds an entry in an archive and opens it. The archive is hostile until a decryption succeeds: nothing of the tar
 * around the entry is parsed or believed, and no step of the search comes from its bytes.
 *
 * @param archive decompressed, of a bounded size
 * @param key 32 bytes
 * @param name the full name under which the archive was found
 * @returns undefined where there is no entry that this key and this name open
 */
function openEntry(archive, { key, name }) {
    for (const body of listCandidates(archive)) {
        const contents = seal_unseal(body, { key, purpose: name });
        if (contents !== undefined)
            return readContents(contents);
    }
    return undefined;
}
/** The places that look like an entry and lie inside the archive, the first few. */
function listCandidates(archive) {
    const candidates = [];
    for (let at = 0; at + headBytes <= archive.length; at += tarBlock) {
        if (!archive.subarray(at, at + magic.length).equals(magic))
            continue;
        const length = archive.readUInt32BE(at + magic.length);
        const start = at + headBytes;
        const fits = length >= nonceBytes + tagBytes && start + length <= archive.length;
        if (fits)
            candidates.push(archive.subarray(start, start + length));
        if (candidates.length === maxCandidates)
            break;
    }
    return candidates;
}
function writeContents({ accessToken, scopes, others, issuedAt }) {
    const contents = {
        token: accessToken.token,
        type: accessToken.tokenType,
        scopes: scopes ?? null,
        issuedAt,
        expiresAt: accessToken.expiresAt?.getTime() ?? 0,
        others,
    };
    return Buffer.from(JSON.stringify(contents));
}
/** What was decrypted was written by a holder of the key, so by {@link writeContents}. */
function readContents(bytes) {
    const contents = JSON.parse(bytes.toString());
    return {
        accessToken: new AccessToken({
            token: contents.token,
            tokenType: contents.type,
            expiresAt: new Date(contents.expiresAt),
        }),
        scopes: contents.scopes ?? undefined,
        others: contents.others,
        issuedAt: contents.issuedAt,
    };
}

;// CONCATENATED MODULE: ./build/compiled/cache/token-cache.js





/** The longest that finding may take, milliseconds. */
const findTimeout = 5000;
/** The longest that saving may take, milliseconds. */
const saveTimeout = 10_000;
/** How far ahead the clock of the job that saved may be, milliseconds. */
const clockSkew = 300_000;
/** The sealed tokens of one identity in the Actions cache. */
class TokenCache {
    #context;
    /** With which the name of the next entry begins. */
    #prefix;
    /** The names of entries that open but have expired. */
    #seen = new Set();
    /** Whether something that nobody can use lies where the next entry should be found. */
    #spoiled = false;
    constructor(context) {
        this.#context = context;
        this.#prefix = makeNamePrefix(context.keys);
    }
    /**
     * Looks for a token. Whatever is wrong with an entry, the worst that it does is a miss.
     *
     * @param isUsable whether a token that opened lives long enough
     */
    async find(isUsable) {
        const controller = new AbortController();
        const stopTimer = this.#context.startTimer(findTimeout, () => {
            controller.abort(new DOMException('The time for the cache is over.', 'TimeoutError'));
        });
        try {
            const results = await this.#lookForAll(controller.signal);
            if (results.some(isHidden)) {
                // For all compressions: it is not known here under which one the next entry was or will be saved.
                this.#prefix = makeFallbackPrefix(this.#context.keys, this.#context.now());
                results.push(...(await this.#lookForAll(controller.signal)));
            }
            return this.#choose(results, isUsable);
        }
        finally {
            stopTimer();
        }
    }
    /** What was found is left out of account when the next entry is named: it is to be replaced. */
    replace() {
        this.#spoiled = true;
    }
    /**
     * Keeps a token under a name that its expiry gives.
     */
    async save(token, saver) {
        const { keys, randomBytes } = this.#context;
        const name = this.#chooseName(makeName(keys, expiryOf(token), this.#prefix));
        const entry = sealEntry(token, { key: keys.sealing, name, nonce: randomBytes(12) });
        if (entry !== undefined)
            return saver.save(name, entry, saveTimeout);
        await saver.cancel();
        return 'too_large';
    }
    #chooseName(name) {
        const taken = this.#spoiled || this.#seen.has(name);
        return taken ? makeNameUnique(name, this.#context.randomBytes(4)) : name;
    }
    /** The usable token that lives longest, from the entries of both compressions. */
    #choose(results, isUsable) {
        const opened = results.flatMap((result) => result.status === 'fulfilled' && result.value.code === 'opened' ? [result.value] : []);
        const [best] = opened
            .map(({ token }) => token)
            .filter(isUsable)
            .sort(byLaterExpiry);
        if (best !== undefined)
            return { code: 'hit', token: best };
        opened.forEach(({ name }) => this.#seen.add(name));
        const failures = results.filter((result) => result.status === 'rejected');
        if (failures.length === 0)
            return { code: 'miss' };
        return { code: failures.some(({ reason }) => isTimeout(reason)) ? 'timeout' : 'failed' };
    }
    #lookForAll(signal) {
        return Promise.allSettled(compressions.map((compression) => this.#look(compression, signal)));
    }
    /** @throws when the search failed; an entry that was found and cannot be had is `unusable` instead */
    async #look(compression, signal) {
        const prefix = this.#prefix;
        const found = await this.#search(prefix, compression, signal);
        if (found?.name === prefix)
            return { code: 'hidden' };
        return this.#open(found, prefix, compression, signal);
    }
    async #search(prefix, compression, signal) {
        const { service, hide } = this.#context;
        const found = await service.find(prefix, compression, signal);
        if (found !== undefined)
            hide(found.url.replace(/^[^?]*\??/, ''));
        return found;
    }
    /** Opens what a search with this prefix found. */
    async #open(found, prefix, compression, signal) {
        if (found === undefined)
            return { code: 'none' };
        const opened = isEntryName(found.name, prefix)
            ? await this.#unpack(found, compression, signal)
            : { code: 'unusable' };
        if (opened.code === 'unusable')
            this.#spoiled = true;
        return opened;
    }
    async #unpack(found, compression, signal) {
        const { service, keys, now } = this.#context;
        try {
            const blob = await service.download(found, signal);
            const archive = await decompressArchive(blob, compression);
            const token = openEntry(archive, { key: keys.sealing, name: found.name });
            const isPlausible = token !== undefined && token.issuedAt <= now() + clockSkew;
            return isPlausible ? { code: 'opened', name: found.name, token } : { code: 'unusable' };
        }
        catch (error) {
            if (isTimeout(error))
                throw error;
            return { code: 'unusable' };
        }
    }
}
function isHidden(result) {
    return result.status === 'fulfilled' && result.value.code === 'hidden';
}
function byLaterExpiry(one, other) {
    return expiryOf(other) - expiryOf(one);
}
function expiryOf({ accessToken }) {
    return accessToken.expiresAt?.getTime() ?? 0;
}
function isTimeout(error) {
    return error instanceof transport_error/* TransportError */.wX && error.code === 'timeout';
}

;// CONCATENATED MODULE: ./build/compiled/cache/election.js
/** The longest that an election may take, milliseconds. */
const electionTimeout = 5000;
/**
 * Elects one of the jobs that start together. The names are reserved one after the other; who gets all of them leads,
 * and who finds one taken follows. There is always one who gets the last name of all, so not all can follow; a leader
 * that dies keeps the others waiting no longer than they want to wait.
 *
 * @param names as `listLeaseNames` gives them
 * @param context the service; `startTimer` calls back after so many milliseconds and gives the function that calls it off
 */
async function elect(names, { service, startTimer, }) {
    const controller = new AbortController();
    const stopTimer = startTimer(electionTimeout, () => {
        controller.abort(new DOMException('The time for the election is over.', 'TimeoutError'));
    });
    try {
        for (const name of names) {
            const reservation = await service.reserve(name, controller.signal);
            if (reservation === 'taken')
                return 'follows';
            if (reservation !== 'reserved')
                return reservation;
        }
        return 'leads';
    }
    finally {
        stopTimer();
    }
}
/** The first wait, milliseconds: what a leader needs at best to ask and to save. */
const firstWait = 2000;
/** By how much each wait is longer than the one before: the looks become few, however long a job may wait. */
const growth = 1.5;
/**
 * Looks again and again for what the leader gets, with waits that grow and differ from job to job; for the last time
 * when the wait is over.
 *
 * @param look gives undefined where nothing is there yet, or where that cannot be told
 * @param context `wait` is the longest that is waited, milliseconds; `monotonic` gives milliseconds since some moment;
 *   `random` gives a number from 0 (included) to 1 (excluded)
 * @returns undefined where nothing came
 */
async function follow(look, { wait, monotonic, sleep, random, }) {
    const deadline = monotonic() + wait;
    for (let turn = 0;; turn += 1) {
        const left = deadline - monotonic();
        // A timer may fire a moment early, and that is the end of the wait too.
        if (left < 1)
            return undefined;
        await sleep(chooseWait(turn, left, random()));
        const found = await look();
        if (found !== undefined)
            return found;
    }
}
/** From half to one and a half of what the turn would be; all that is left, where hardly anything would be left. */
function chooseWait(turn, left, draw) {
    const wait = firstWait * growth ** turn * (0.5 + draw);
    return left - wait < firstWait / 2 ? left : wait;
}

;// CONCATENATED MODULE: ./build/compiled/cache/lease.js

/** How long the name of a lease is the same, milliseconds. */
const leaseWindow = 60_000;
/**
 * The names that a job has to reserve, in this order, to lead: that of the window before this one, then this one's. So
 * jobs to both sides of a boundary, or with clocks that differ by less than a window, have a name in common; and an old
 * reservation, which the service can keep for a day, is in nobody's way for longer than two windows.
 *
 * They tell nothing to those without the credentials, and begin as no entry's name does.
 *
 * @param now epoch, milliseconds
 */
function listLeaseNames({ lease }, now) {
    const window = Math.floor(now / leaseWindow);
    return [window - 1, window].map((each) => {
        const id = (0,external_node_crypto_.createHmac)('sha256', lease).update(String(each)).digest();
        return `oauth2-lease-v1-${id.subarray(0, 16).toString('hex')}`;
    });
}

;// CONCATENATED MODULE: ./build/compiled/wording/cache.js



/** The cache is not used, in a line and without an annotation. */
function sayCacheNotUsed(obstacle) {
    switch (obstacle) {
        case 'short_secret':
            return text_text `Cache not used: client-secret is shorter than 16 bytes, too short to encrypt with. Set cache-encryption-key to use it (openssl rand -base64 32 makes one).`;
        case 'short_key':
            return text_text `Cache not used: client-secret and cache-encryption-key are both shorter than 16 bytes, too short to encrypt with. Set a longer cache-encryption-key to use it (openssl rand -base64 32 makes one).`;
        case 'short_key_alone':
            return text_text `Cache not used: cache-encryption-key is shorter than 16 bytes, too short to encrypt with. Set a longer one to use it (openssl rand -base64 32 makes one).`;
        case 'no_secret':
            return text_text `Cache not used: there is no secret to encrypt with. Set cache-encryption-key to use it (openssl rand -base64 32 makes one).`;
        case 'id_token_alone':
            return text_text `Cache not used: an ID token is no key to encrypt with. Set cache-encryption-key to use it.`;
        case 'no_key':
            return text_text `Cache not used: this machine could not make a key to encrypt with (scrypt failed).`;
        case 'no_service':
            return text_text `Cache not used: this runner offers no cache service.`;
        case 'no_repository':
            return text_text `Cache not used: neither GITHUB_REPOSITORY_ID nor GITHUB_REPOSITORY is set, so it is not known whose tokens these are.`;
        case 'mode':
            return text_text `Cache not used: ACTIONS_CACHE_MODE lets this job neither read nor write it.`;
        case 'single_use':
            return text_text `Cache not used: the request carries a grant that is used up by asking.`;
        case 'timeout':
            return text_text `Cache not used: the service did not answer within 5 s.`;
        case 'failed':
            return text_text `Cache not used: the service did not answer as it should.`;
    }
}
/** The token is not put into the cache, in a line and without an annotation. */
function sayNotCached(reason, inputs) {
    const { minValidity } = inputs;
    switch (reason) {
        case 'no_expiry':
            return text_text `Not cached: ${hostOf(inputs)} did not say when the token expires. Set default-expires-in to cache it.`;
        case 'narrower_scope':
            return text_text `Not cached: less was granted than asked for.`;
        case 'short_life':
            return minValidity === undefined
                ? text_text `Not cached: the token has expired, or is about to.`
                : text_text `Not cached: the token lives no longer than min-validity: ${minValidity}.`;
        case 'refresh_token':
            return text_text `Not cached: a refresh token came with it, and that belongs in no cache.`;
        case 'denied':
            return text_text `Not cached: this run may read the cache but not write it.`;
        case 'taken':
            return text_text `Not cached: another job kept a token at the same time; later jobs reuse that one.`;
        case 'no_tar':
            return text_text `Not cached: the tar of this machine has no --posix, which saving needs (in Alpine: apk add tar).`;
        case 'failed':
            return text_text `Not cached: the service did not take it.`;
        case 'timeout':
            return text_text `Not cached: the service did not take it within 10 s.`;
        case 'too_large':
            return text_text `Not cached: the token is too large, over 192 KiB when sealed.`;
    }
}
/** The title of {@link describeLookUp}. */
function sayCacheTitle() {
    return text_text `Cache`;
}
/** What the cache answered. */
function describeLookUp(code, took) {
    return text_text `${code}, after ${formatDuration(took)}`;
}
/** The token is in the cache now. */
function sayKept() {
    return text_text `Kept in the cache, encrypted, for other jobs and later runs.`;
}
/** What the election among the jobs that missed together gave. */
function describeElection(role, took) {
    return text_text `election: ${role}, after ${formatDuration(took)}`;
}
/** Another job asks, and this one waits for its token. */
function sayFollowing(cacheWait) {
    return text_text `Another job is asking for this token; waiting up to ${formatDuration(cacheWait * 1000)} for it.`;
}
/** The wait had an end: the token is there. */
function sayTaken() {
    return text_text `Took the token that another job got.`;
}
/** The wait is over, and no token came. */
function sayWaitedInVain(cacheWait) {
    return text_text `No token came within ${formatDuration(cacheWait * 1000)} (cache-wait).`;
}
/** The jobs could not agree on one of them, so this one asks. */
function sayNotFollowing(why) {
    return why === 'limited'
        ? text_text `Not waiting for another job (cache-wait): the cache service takes no more reservations for now.`
        : text_text `Not waiting for another job (cache-wait): the cache service reserved no name.`;
}

;// CONCATENATED MODULE: ./build/compiled/reuse/wait.js



/**
 * After a miss: has the jobs that missed together elect one of them, and waits for its token where it is another one.
 *
 * @param look looks into the cache again; undefined where no token is there, or where that cannot be told
 */
async function waitForOtherJob(look, { cacheWait, verbose }, { keys, service, clock, random, log }) {
    const { now, monotonic, sleep, startTimer } = clock;
    const startedAt = monotonic();
    const role = await elect(listLeaseNames(keys, now()), { service, startTimer });
    const took = monotonic() - startedAt;
    if (verbose)
        log.group(sayCacheTitle(), [describeElection(role, took)]);
    if (role !== 'follows') {
        if (role !== 'leads')
            log.say(sayNotFollowing(role));
        return { code: 'ask' };
    }
    log.say(sayFollowing(cacheWait));
    const response = await follow(look, { wait: cacheWait * 1000 - took, monotonic, sleep, random });
    log.say(response === undefined ? sayWaitedInVain(cacheWait) : sayTaken());
    return response === undefined ? { code: 'in_vain' } : { code: 'taken', response };
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/scopes.js
/**
 * The scopes that were asked for and not granted; none where the server named none (RFC 6749 section 5.1).
 */
function listMissingScopes(granted, asked) {
    const { scopes } = granted;
    return scopes === undefined ? [] : asked.scopes.filter((scope) => !scopes.includes(scope));
}

;// CONCATENATED MODULE: ./build/compiled/reuse/reuse.js














/** The seconds that a cached token must still have, where nothing else is said. */
const usualValidity = 300;
/** The cache as one run of the action uses it: it looks for a token, and keeps one that had to be asked for. */
class Reuse {
    #inputs;
    #context;
    #cache;
    #lease;
    #saver;
    /** Whether the cache was asked and had nothing; not where it could not be asked, or after a wait in vain. */
    #missed = false;
    /** Whether a token that is asked for now shall be kept. */
    #keeps = false;
    constructor(inputs, context, cache, lease) {
        this.#inputs = inputs;
        this.#context = context;
        this.#cache = cache;
        this.#lease = lease;
    }
    /**
     * Makes ready for reuse; undefined, and a line that says why, where it is not possible or not wanted.
     *
     * @throws {StageError} where the job's ID token is needed and cannot be had
     */
    static async open(inputs, context) {
        const { env, send, clock, randomBytes, log } = context;
        if (inputs.useCache === 'false')
            return undefined;
        const credentials = listCredentials(inputs);
        const repository = readRepository(env);
        const service = chooseCacheService(env, send);
        const obstacle = findObstacle(inputs, { credentials, repository, env });
        if (service === undefined || obstacle !== undefined) {
            log.say(sayCacheNotUsed(obstacle ?? 'no_service'));
            return undefined;
        }
        const idToken = await context.idTokens?.look();
        const identity = writeIdentity(identify(inputs, repository, idToken));
        const keys = await deriveKeys(credentials, identity).catch(() => undefined);
        if (keys === undefined) {
            log.say(sayCacheNotUsed('no_key'));
            return undefined;
        }
        const { now, startTimer } = clock;
        const hide = (secret) => {
            log.mask(secret);
        };
        const cache = new TokenCache({ keys, service, now, startTimer, randomBytes, hide });
        return new Reuse(inputs, context, cache, { keys, service });
    }
    get missed() {
        return this.#missed;
    }
    /** Looks for a token that lives long enough, and hides what is secret in it. */
    async find() {
        const { log } = this.#context;
        const refresh = this.#inputs.useCache === 'refresh';
        if (refresh)
            this.#cache.replace();
        if (refresh || !readCacheMode(this.#context.env).readable) {
            this.#prepareToKeep();
            return undefined;
        }
        const finding = await this.#look();
        if (finding.code === 'hit')
            return toResponse(finding.token);
        if (finding.code === 'miss') {
            const waiting = await this.#waitForOther();
            if (waiting.code === 'taken')
                return waiting.response;
            this.#missed = waiting.code === 'ask';
            this.#prepareToKeep();
        }
        else {
            log.say(sayCacheNotUsed(finding.code));
        }
        return undefined;
    }
    /** On a miss, and where this job may write, for without that it could not lead. */
    async #waitForOther() {
        if (this.#inputs.cacheWait === 0 || !readCacheMode(this.#context.env).writable) {
            return { code: 'ask' };
        }
        const look = async () => {
            const finding = await this.#look();
            return finding.code === 'hit' ? toResponse(finding.token) : undefined;
        };
        return waitForOtherJob(look, this.#inputs, { ...this.#context, ...this.#lease });
    }
    async #look() {
        const { log, clock } = this.#context;
        const startedAt = clock.monotonic();
        const finding = await this.#cache.find((token) => this.#livesLongEnough(token));
        if (finding.code === 'hit')
            hideSecrets(toResponse(finding.token), log);
        if (this.#inputs.verbose) {
            log.group(sayCacheTitle(), [describeLookUp(finding.code, clock.monotonic() - startedAt)]);
        }
        return finding;
    }
    /** Starts the child process that saves, which loads while the token is asked for. */
    #prepareToKeep() {
        this.#keeps = true;
        const { env, platform, saveScript, temp, clock } = this.#context;
        if (!readCacheMode(env).writable)
            return;
        const { startTimer } = clock;
        try {
            this.#saver = startSaver({ script: saveScript, env, platform, temp, startTimer });
        }
        catch {
            // No directory or no process can be had; keep() says so.
        }
    }
    /** Keeps a token for others and says what came of it. Nothing that goes wrong here is an error of the step. */
    async keep(response) {
        if (!this.#keeps)
            return;
        const reason = await this.#tryToKeep(response);
        const { log } = this.#context;
        log.say(reason === undefined ? sayKept() : sayNotCached(reason, this.#inputs));
    }
    /** Ends what was prepared, where there is no token to keep. */
    async cancel() {
        await this.#saver?.cancel();
        this.#saver = undefined;
    }
    async #tryToKeep(response) {
        const { accessToken, scopes, others, issuedAt } = response;
        const kept = dropSecretMembers(others);
        const token = { accessToken, scopes, others: kept, issuedAt };
        const reason = this.#findReason(response, token);
        if (reason !== undefined || this.#saver === undefined) {
            await this.cancel();
            return reason ?? (readCacheMode(this.#context.env).writable ? 'failed' : 'denied');
        }
        try {
            const keeping = await this.#cache.save(token, this.#saver);
            return keeping === 'saved' ? undefined : keeping;
        }
        catch {
            await this.cancel();
            return 'failed';
        }
    }
    /** Why a token is of no use to others, if it is of none. */
    #findReason(response, token) {
        if (response.refreshToken !== undefined)
            return 'refresh_token';
        if (response.accessToken.expiresAt === undefined)
            return 'no_expiry';
        if (listMissingScopes(response, this.#inputs).length > 0)
            return 'narrower_scope';
        return this.#livesLongEnough(token) ? undefined : 'short_life';
    }
    #livesLongEnough({ accessToken, issuedAt }) {
        const expiresAt = accessToken.expiresAt?.getTime() ?? 0;
        const half = (expiresAt - issuedAt) / 2000;
        const needed = this.#inputs.minValidity ?? Math.min(usualValidity, half);
        return expiresAt - this.#context.clock.now() > needed * 1000;
    }
}
/** What stands in the way of caching, but for a service. */
function findObstacle({ grantParameters, parameters, idTokenAs }, facts) {
    const sent = [...grantParameters, ...parameters];
    if (sent.some(([name]) => singleUseParameters.has(name)))
        return 'single_use';
    const { readable, writable } = readCacheMode(facts.env);
    if (!readable && !writable)
        return 'mode';
    if (facts.repository === '')
        return 'no_repository';
    const { credentials } = facts;
    if (canSeal(credentials))
        return undefined;
    if (credentials.length > 1)
        return 'short_key';
    const [only] = credentials;
    if (only !== undefined)
        return only.label === 'client-secret' ? 'short_secret' : 'short_key_alone';
    return idTokenAs === undefined ? 'no_secret' : 'id_token_alone';
}
/** Every secret that is given, so that one which is rotated, or which only an environment has, is a miss. */
function listCredentials(inputs) {
    const { cacheEncryptionKey, clientSecret, signingKey, clientKey } = inputs;
    const given = [
        ['cache-encryption-key', toBytes(cacheEncryptionKey)],
        ['client-secret', toBytes(clientSecret)],
        ['private-key', signingKey && exportKeyMaterial(signingKey.key)],
        ['client-key', clientKey && exportKeyMaterial(clientKey)],
    ];
    return given.flatMap(([label, bytes]) => (bytes === undefined ? [] : [{ label, bytes }]));
}
function toBytes(secret) {
    return secret === undefined ? undefined : Buffer.from(secret);
}
/** The repository's id, for a name can be taken by another one later; its name where there is no id. */
function readRepository(env) {
    const names = [env['GITHUB_REPOSITORY_ID'], env['GITHUB_REPOSITORY']];
    return names.find((name) => name !== undefined && name !== '') ?? '';
}
function identify(inputs, repository, idToken) {
    return {
        repository,
        endpointType: inputs.endpointType,
        tokenUrl: inputs.tokenUrl,
        issuer: inputs.issuer,
        grantType: inputs.grantType,
        // A key file says whose the token is where no client id does.
        clientId: inputs.clientId ?? inputs.signingKey?.owner?.issuer,
        clientAuthMethod: inputs.clientAuthMethod,
        clientCertificate: inputs.clientCertificate && thumbprintOf(inputs.clientCertificate),
        privateKeyAs: inputs.signingKey && inputs.privateKeyAs,
        assertionAudience: inputs.assertionAudience,
        assertionClaims: inputs.assertionClaims,
        idTokenAs: inputs.idTokenAs,
        idTokenClaims: idToken === undefined ? [] : bindClaims(idToken.claims),
        scopes: inputs.scopes,
        audience: inputs.audience,
        resources: inputs.resources,
        parameters: inputs.parameters,
        headers: inputs.headers,
        bodyFormat: inputs.bodyFormat,
        defaultExpiresIn: inputs.defaultExpiresIn,
        expiresAtOverride: inputs.expiresAtOverride?.toISOString(),
    };
}
function toResponse(token) {
    return { ...token, refreshToken: undefined, idToken: undefined };
}

;// CONCATENATED MODULE: ./build/compiled/action/revocation-state.js


/** The name under which the runner keeps the state between the step and the end of the job. */
const stateName = 'revocation';
const purpose = 'oauth2-token v1 state';
const saltBytes = 16;
const revocation_state_keyLength = 32;
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
    return Buffer.from((0,external_node_crypto_.hkdfSync)('sha256', secret, salt, purpose, revocation_state_keyLength));
}

;// CONCATENATED MODULE: ./build/compiled/wording/refusals.js





/** What an `error` of the server's means, and what to change. */
function explainOAuthError(error, view) {
    const { oauthError, answer } = error;
    const { inputs } = view;
    const host = hostOf(inputs);
    const description = oauthError?.description;
    const code = oauthError?.error ?? '';
    const said = description === undefined
        ? text_text `${answer.status} ${code}`
        : // The whole of it is in the group above.
            text_text `${answer.status} ${code}, "${{ sentence: description }}"`;
    const federated = explainFederatedRefusal(error, view, said);
    if (federated !== undefined)
        return federated;
    // With 401 or 403 unauthorized_client means: who is that?
    const unknownClient = code === 'unauthorized_client' && answer.status !== 400;
    const explain = Object.hasOwn(oauthErrors, code) ? oauthErrors[code] : undefined;
    if (explain !== undefined && !unknownClient)
        return explain({ host, said, inputs });
    if (answer.status > 403)
        return explainStatus(error, said, view);
    if (error.retryable) {
        return {
            title: 'server busy',
            message: text_text `${host} cannot answer for now: ${said}. The provider's status page may tell more.`,
        };
    }
    const refused = text_text `${host} refused the request: ${said}.`;
    const isAboutClient = [400, 401, 403].includes(answer.status);
    return {
        title: 'refused',
        message: text_text `${refused} ${isAboutClient ? adviseCredentials(inputs) : text_text `The provider's documentation says what that means.`}`,
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
function explainFederatedRefusal(error, { inputs, idToken }, said) {
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
        message: text_text `${hostOf(inputs)} refused GitHub's ID token: ${said}. It says ${writeClaims(idToken)}; the trust at the provider must name exactly these. id-token-audience sets aud; sub depends on what started the run.`,
    };
}
/** What a status says that no known error explains further. */
function explainStatus(error, said, view) {
    const { inputs } = view;
    const { status } = error.answer;
    const answered = text_text `${hostOf(inputs)} answered ${said}`;
    const { pathname } = new URL(urlOf(inputs));
    const urlInput = nameUrlInput(inputs);
    switch (status) {
        case 400:
        case 401:
        case 403:
            return (explainFederatedRefusal(error, view, text_text `${said}`) ?? {
                title: 'refused',
                message: text_text `${answered}. ${adviseCredentials(inputs)}${inputs.grantType === 'refresh_token' ? text_text ` ${adviseGrant(inputs)}` : ''}`,
            });
        case 404:
        case 405:
        case 410:
            return {
                title: 'no token endpoint there',
                message: text_text `${answered} for ${pathname}. ${adviseUrl(inputs)}`,
            };
        case 406:
        case 415:
            return { title: 'format refused', message: text_text `${answered}. ${adviseFormat(inputs)}` };
        case 407:
            return explainProxyRefusal(status, hostOf(inputs));
        case 429:
            return {
                title: 'too many requests',
                message: text_text `${answered}. Ask less often, or ask the provider for a higher limit.`,
            };
    }
    return status >= 500
        ? {
            title: 'server failed',
            message: text_text `${answered}. The provider's status page may tell more.`,
        }
        : {
            title: 'refused',
            message: text_text `${answered}. Check ${urlInput} and what the provider's documentation says of this answer.`,
        };
}
function adviseUrl({ issuer }) {
    return issuer === undefined
        ? text_text `Check token-url against the provider's documentation.`
        : text_text `The issuer's metadata names this endpoint; give token-url instead if the provider's documentation names another.`;
}
/** A proxy did not let the request through. */
function explainProxyRefusal(proxyStatus, server) {
    const refused = text_text `The proxy refused to connect to ${server}: ${nameStatus(proxyStatus)}.`;
    return { title: 'proxy refused', message: text_text `${refused} ${adviseProxy(proxyStatus)}` };
}
function adviseProxy(proxyStatus) {
    if (proxyStatus === 407) {
        return text_text `Put its user and password into the proxy's address: https_proxy=http://USER:PASSWORD@HOST:PORT.`;
    }
    return proxyStatus >= 500
        ? text_text `Check that the proxy reaches the host, or name the host in no_proxy.`
        : text_text `Allow the host at the proxy, or name it in no_proxy.`;
}
function adviseFormat({ endpointType, bodyFormat }) {
    if (endpointType === 'acs_api')
        return text_text `Check token-url, and endpoint-type.`;
    return text_text `Try body-format: ${bodyFormat === 'form' ? 'json' : 'form'}.`;
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
        message: text_text `${host} does not let this client use grant type ${showInput(inputs.grantType)}: ${said}. Allow it at the provider.`,
    }),
    unsupported_grant_type: ({ host, said, inputs }) => ({
        title: 'grant type not supported',
        message: text_text `${host} does not know grant type ${showInput(inputs.grantType)}: ${said}. Check grant-type, and body-format: some servers read JSON only.`,
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
            return text_text `Check that the provider knows client-certificate for this client-id, and that ${nameUrlInput(inputs)} is the host that asks for certificates (often one of its own).`;
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

;// CONCATENATED MODULE: ./build/compiled/wording/failures.js












/** The one annotation of a step that failed. */
function explainFailure(error) {
    if (error instanceof StageError)
        return explainStage(error);
    if (error instanceof InputError)
        return explainInputs(error);
    if (error instanceof IdTokenError)
        return explainIdTokenError(error);
    if (error instanceof NoRevocationEndpointError)
        return explainNoRevocation(error.issuer);
    if (error instanceof NoRunnerError)
        return explainNoRunner(error.variable);
    if (error instanceof TokenTooLongError)
        return explainTooLong(error.envVar);
    return {
        title: 'unexpected error',
        message: text_text `${describeUnknown(error)}. This is a defect of oauth2-token; its issue tracker is the place to report it.`,
    };
}
function explainStage({ stage, gaveUp, facts }) {
    const view = { stage, ...facts };
    const { failure, code } = gaveUp;
    if (code === 'retry_after_too_long')
        return explainLongWait(failure, view);
    const { title, message } = explainLastAttempt(failure, view);
    // It says all that there is to say.
    if (title === dpopTitle)
        return { title, message };
    return { title, message: text_text `${message} ${sayWhyNotAgain(gaveUp, view)}` };
}
function explainLongWait({ error, retryAfter = 0 }, view) {
    const { totalTimeout } = view.inputs;
    const asks = text_text `${nameServer(view)} asks to wait ${formatSeconds(retryAfter)} (Retry-After), past total-timeout: ${totalTimeout}.`;
    // With any other status it is a server that is down for a while.
    const isQuota = error instanceof TokenError && error.answer.status === 429;
    return {
        title: 'asked to wait too long',
        message: isQuota
            ? text_text `${asks} Nothing here can shorten that: it is a quota. Reuse tokens (use-cache), or ask the provider for more.`
            : text_text `${asks} Run the job again later, or set a longer total-timeout.`,
    };
}
/** Who was asked. */
function nameServer({ stage, inputs }) {
    return stage === 'id_token' ? "GitHub's ID token service" : hostOf(inputs);
}
/** What to look at where nothing is known but that the server could not be reached or understood. */
function adviseAddress({ stage, inputs }, more = text_text ``) {
    return stage === 'id_token'
        ? text_text `See githubstatus.com.`
        : text_text `Check ${nameUrlInput(inputs)}${more}.`;
}
/** Whether the client shows its certificate: metadata is public, and GitHub knows no such client. */
function showsCertificate({ stage, inputs }) {
    return (stage === 'token' || stage === 'revocation') && usesTlsAuthentication(inputs);
}
function sayWhyNotAgain({ code, failure }, { inputs: { totalTimeout, retryMaxAttempts } }) {
    const { error } = failure;
    if (code === 'total_timeout') {
        return text_text `Gave up at attempt ${failure.attempt} of ${retryMaxAttempts}, for total-timeout: ${totalTimeout} leaves no time for another.`;
    }
    if (code === 'attempts_used_up') {
        return failure.attempt === 1
            ? text_text `Not tried again, for retry-max-attempts is 1.`
            : text_text `Gave up after ${failure.attempt} attempts.`;
    }
    if ((error instanceof TokenError || error instanceof transport_error/* TransportError */.wX) && error.retryable) {
        return text_text `Not tried again, for the grant may have been used up: what it carries is accepted once.`;
    }
    return isAnswer(error)
        ? text_text `Not tried again, for the answer would be the same.`
        : text_text `Not tried again, for it would fail in the same way.`;
}
function isAnswer(error) {
    if (error instanceof IdTokenError)
        return error.status !== undefined;
    return error instanceof TokenError || error instanceof DiscoveryError;
}
function explainLastAttempt(failure, view) {
    const { error } = failure;
    if (error instanceof TokenError)
        return explainTokenError(error, view);
    if (error instanceof DiscoveryError)
        return explainDiscoveryError(error, view);
    if (error instanceof transport_error/* TransportError */.wX)
        return explainTransportError(error, failure, view);
    return explainFailure(error);
}
function explainTransportError(error, failure, view) {
    const server = nameServer(view);
    const what = describeFailure(failure, view);
    switch (error.code) {
        case 'timeout':
            return {
                title: 'no answer in time',
                message: text_text `${server} gave ${what}. Check that this runner can reach it; a slow server needs a longer timeout or total-timeout.`,
            };
        case 'name_not_found':
            return {
                title: 'name not found',
                message: text_text `${server} could not be reached: ${what}. ${adviseAddress(view, text_text `; a private name needs a runner inside its network`)}`,
            };
        case 'tls_failed':
            return explainTlsFailure(error, view);
        case 'proxy_refused':
            return explainProxyRefusal(error.proxyStatus ?? 0, server);
        case 'proxy_invalid':
            return {
                title: 'proxy not usable',
                message: text_text `${server} could not be asked: ${what}. Check https_proxy and http_proxy; a % in a user name or password is written %25.`,
            };
        case 'proxy_unreachable':
            return {
                title: 'proxy not reached',
                message: text_text `The proxy could not be reached: ${nameProxyFault(error.cause) ?? what}. Check https_proxy and http_proxy, or name ${server} in no_proxy.`,
            };
        case 'answer_too_large':
            return {
                title: 'answer too large',
                message: text_text `${server} sent more than ${nameLimit(view)}; the answer that was asked for has a few KiB. ${adviseAddress(view)}`,
            };
        case 'answer_cut':
        case 'answer_unreadable':
            return {
                title: 'answer damaged',
                message: text_text `${server} could not be understood: ${what}. If it stays so, look at the server's log or at a proxy in between.`,
            };
        case 'connection_failed':
            return {
                title: 'no connection',
                message: text_text `${server} could not be reached: ${what}. ${adviseConnection(error, view)}`,
            };
        case 'request_failed':
            return { title: 'request failed', message: text_text `${server} could not be asked: ${what}.` };
    }
}
function adviseConnection({ systemCode = '' }, view) {
    const address = adviseAddress(view, text_text `, and that the server admits this runner's address`);
    const isBroken = systemCode === 'ECONNRESET' || systemCode === 'EPIPE';
    return isBroken && showsCertificate(view)
        ? text_text `${address} A server that does not accept client-certificate may break the connection, too.`
        : address;
}
/** The alerts by which a server refuses a client's certificate, or wants another one (RFC 8446 section 6.2). */
const certificateAlerts = new Set([
    40, 42, 43, 44, 45, 46, 48, 49, 51, 116,
]);
/** The alert of a server that serves nobody without a certificate (RFC 8446 section 6.2). */
const certificateRequired = 116;
function explainTlsFailure(error, view) {
    const { systemCode = '', cause } = error;
    const title = 'TLS not trusted';
    const server = nameServer(view);
    const fault = nameTlsFault(cause);
    const ofProxy = nameProxyFault(cause);
    if (ofProxy !== undefined) {
        return {
            title,
            message: text_text `The TLS connection to the proxy failed: ${ofProxy}. Check https_proxy. ${adviseTrust(view)}`,
        };
    }
    if (systemCode === 'CERT_HAS_EXPIRED') {
        return {
            title,
            message: text_text `The certificate of ${server} has expired, or the one of its CA. The server's operator has to renew it.`,
        };
    }
    if (systemCode === 'ERR_TLS_CERT_ALTNAME_INVALID') {
        return {
            title,
            message: text_text `The certificate of ${server} is for another name: ${fault}. ${adviseTls(view, text_text `the host`)}`,
        };
    }
    if (showsCertificate(view) && certificateAlerts.has(readTlsAlert(cause))) {
        return {
            title: 'client certificate refused',
            message: text_text `${server} did not accept the client's certificate: ${fault} (${systemCode}). Check that client-certificate is the one registered there, with its chain, and current.`,
        };
    }
    if (readTlsAlert(cause) === certificateRequired) {
        return {
            title: 'client certificate wanted',
            message: text_text `${server} wants a certificate of the client: ${fault} (${systemCode}). Give client-certificate and client-key.`,
        };
    }
    if (/^(EPROTO|ERR_SSL_|ERR_TLS_)/.test(systemCode)) {
        return {
            title: 'TLS failed',
            message: text_text `${server} and this runner could not agree on TLS: ${fault} (${systemCode}). ${adviseTls(view, text_text `the scheme and the port`)}`,
        };
    }
    return {
        title,
        message: text_text `The certificate of ${server} is not trusted: ${fault} (${systemCode}). ${adviseTrust(view)}`,
    };
}
/** @param what the part of the URL that may be wrong */
function adviseTls({ stage, inputs }, what) {
    return stage === 'id_token'
        ? text_text `A proxy in between may have answered.`
        : text_text `Check ${what} in ${nameUrlInput(inputs)}.`;
}
/** GitHub is trusted by the default roots alone. */
function adviseTrust({ stage }) {
    return stage === 'id_token'
        ? text_text `A proxy that opens TLS has a CA of its own; the environment variable NODE_EXTRA_CA_CERTS names the file with its certificate.`
        : text_text `If a private CA issued it, give the CA's certificate in ca-certificate.`;
}
function explainTokenError(error, view) {
    const { inputs } = view;
    const host = hostOf(inputs);
    const what = describeTokenError(error);
    switch (error.code) {
        case 'oauth_error':
            return explainOAuthError(error, view);
        case 'http_error':
            return explainStatus(error, nameStatus(error.answer.status), view);
        case 'redirect':
            return {
                title: 'redirect',
                message: text_text `${host} answered ${what}. It was not followed, for the secret would have gone along. ${adviseRedirect(inputs)}`,
            };
        case 'unparsable':
            return explainUnparsable(error, view);
        case 'no_access_token':
            return {
                title: 'no access_token',
                message: text_text `${host} answered ${what}. ${adviseEndpoint(inputs)}${inputs.endpointType === 'oauth2' ? ', and grant-type' : ', and endpoint-type'}. A token in another member is not read.`,
            };
        case 'no_expires_at':
            return {
                title: 'no expires_at',
                message: text_text `${host} answered ${what}, which an ACS endpoint sends as 2026-01-31T12:00:00Z. Check token-url, and endpoint-type.`,
            };
        case 'malformed_token':
            return {
                title: 'malformed token',
                message: text_text `${host} answered ${what}; it could inject something into a later step, so it was thrown away. The server's operator has to mend it.`,
            };
    }
}
function adviseEndpoint({ issuer }) {
    return issuer === undefined
        ? text_text `Check that token-url is the token endpoint`
        : text_text `Check issuer, whose metadata names this token endpoint`;
}
function adviseRedirect({ issuer }) {
    return issuer === undefined
        ? text_text `Set token-url to the token endpoint itself.`
        : text_text `Give token-url, the token endpoint itself, instead of issuer.`;
}
function explainUnparsable(error, { inputs }) {
    const { contentType, length } = error.answer;
    const answered = text_text `${hostOf(inputs)} answered ${describeTokenError(error)}`;
    const check = adviseEndpoint(inputs);
    if (length === 0) {
        return { title: 'empty answer', message: text_text `${answered}. ${check}.` };
    }
    if (/html/i.test(contentType ?? '')) {
        return {
            title: 'a page, not a token',
            message: text_text `${answered}: a page for people. Check ${nameUrlInput(inputs)}; it may name a login page, or a proxy may have answered.`,
        };
    }
    return {
        title: 'not a token',
        message: text_text `${answered}: neither a JSON object nor a form. ${check}.`,
    };
}
function explainDiscoveryError(error, { inputs }) {
    const host = hostOf(inputs);
    const { issuer = '' } = inputs;
    const { answer, attempts, actualIssuer, endpoint = '' } = error;
    const tried = attempts.map(({ url, status }) => text_text `${url} (${status})`);
    const instead = text_text `Check issuer against the provider's documentation, or give token-url instead.`;
    switch (error.code) {
        case 'not_found':
            return {
                title: 'no metadata there',
                message: text_text `${host} has no metadata for this issuer; tried ${joinTexts(tried, ', ')}. ${instead}`,
            };
        case 'issuer_mismatch':
            return actualIssuer === undefined
                ? {
                    title: 'issuer not named',
                    message: text_text `${host} has metadata that names no issuer. ${instead}`,
                }
                : {
                    title: 'another issuer',
                    message: text_text `${host} calls itself ${actualIssuer}, not ${issuer}. The two must be the same to the last slash: set issuer to what the server calls itself, if that is the one you mean, or give token-url instead.`,
                };
        case 'not_metadata':
            return {
                title: 'no metadata there',
                message: text_text `${host} answered ${nameStatus(answer.status)} with ${nameContent(answer)} in place of metadata. ${instead}`,
            };
        case 'no_token_endpoint':
            return {
                title: 'no token endpoint in the metadata',
                message: text_text `The metadata of ${host} names no token endpoint. Give token-url instead of issuer.`,
            };
        case 'unusable_endpoint':
            return {
                title: 'token endpoint not usable',
                message: text_text `The metadata of ${host} names a token endpoint that cannot be used: ${endpoint}; it must be https, without user information and fragment. Give token-url instead of issuer.`,
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
    const answered = text_text `${host} answered the request for its metadata with ${describeDiscoveryError(error)}`;
    if (!error.retryable) {
        return { title: 'no metadata there', message: text_text `${answered}. ${instead}` };
    }
    return {
        title: 'server failed',
        message: text_text `${answered}. The provider's status page may tell more; token-url in place of issuer needs no metadata.`,
    };
}
function explainIdTokenError({ code, status = 0 }) {
    const title = 'no ID token';
    switch (code) {
        case 'no_permission':
            return {
                title,
                message: text_text `id-token-as needs GitHub's ID token, and this job may not ask for one. Give it  permissions: { id-token: write }  (runs for forks' pull requests never may).`,
            };
        case 'bad_endpoint':
            return {
                title,
                message: text_text `id-token-as needs GitHub's ID token, and ACTIONS_ID_TOKEN_REQUEST_URL of this runner is no https URL. Its administrator has to mend that.`,
            };
        case 'refused':
            return {
                title,
                message: status >= 500
                    ? text_text `GitHub's ID token service answered ${nameStatus(status)}. See githubstatus.com.`
                    : text_text `GitHub's ID token service answered ${nameStatus(status)}. See githubstatus.com; an audience that it does not take can be the reason, too (id-token-audience).`,
            };
        case 'unparsable':
        case 'malformed':
            return {
                title,
                message: text_text `GitHub's ID token service answered ${nameStatus(status)} without an ID token. See githubstatus.com.`,
            };
    }
}
function explainInputs({ problems, emptySecret }) {
    // The secret last, for what it says is a paragraph.
    const sorted = problems.toSorted((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
    const all = emptySecret === undefined ? sorted : [...sorted, sayEmptySecret(emptySecret)];
    const list = joinTexts(all, '; ');
    return {
        title: 'inputs',
        message: all.length === 1 ? list : text_text `${countInputs(all)}: ${list}`,
    };
}
/** Several problems may be of one input. */
function countInputs(problems) {
    const names = new Set(problems.map((problem) => nameOf(problem).split(/[: ]/)[0]));
    return names.size === 1
        ? text_text `1 input needs attention`
        : text_text `${names.size} inputs need attention`;
}
/** A problem begins with the name of its input. */
function nameOf(problem) {
    return renderText(problem, (all) => all);
}
function explainNoRevocation(issuer = '') {
    return {
        title: 'no revocation endpoint',
        message: text_text `revoke: true cannot be kept: the metadata of ${new URL(issuer).host} names no revocation endpoint. Give revocation-url, or leave revoke out. No token was asked for.`,
    };
}
function explainNoRunner(variable) {
    return {
        title: 'not in a workflow',
        message: text_text `${variable} is not set, so there is nowhere to put a token. This runs as a step of a GitHub Actions workflow; npm run demo tries settings without one.`,
    };
}
function explainTooLong(envVar) {
    return {
        title: 'token too long',
        message: text_text `The token is too long for an environment variable of Windows (32,767 characters), so ${envVar} cannot hold it. Set env-var: false and use the output token.`,
    };
}
function sayEmptySecret({ name, cause }) {
    switch (cause) {
        case 'fork':
            return text_text `${name} is empty: this run is for a pull request from a fork, and GitHub gives such runs no secrets. To skip the job there, give it  if: github.event_name != 'pull_request' || github.event.pull_request.head.repo.full_name == github.repository`;
        case 'dependabot':
            return text_text `${name} is empty: Dependabot started this run, and it sees only Dependabot's own secrets. Add the secret there (Settings > Secrets and variables > Dependabot), or give the job  if: github.actor != 'dependabot[bot]'`;
        case 'unset':
            return text_text `${name} is empty. A secret that does not exist reads as empty: check its name. A secret of an environment needs environment: on the job, a called workflow needs secrets: inherit, and an organization's secret must be shared with this repository.`;
    }
}

;// CONCATENATED MODULE: ./build/compiled/masks/tls-key.js


/** The client's key as TLS gets it, which may be another form than the input's; Node can be told to print it. */
function listTlsSecrets({ clientKey }) {
    return clientKey === undefined ? [] : listPrivateParts(writePem(clientKey));
}

;// CONCATENATED MODULE: ./build/compiled/action/run.js














/** Gets a token, from the cache or from its server, and hands it to later steps; if it cannot, one error says why. */
async function run(surroundings) {
    const { runner, env, clock } = surroundings;
    const log = new Log(runner);
    let inputs;
    let reuse;
    try {
        // Before the masks, for where no runner is a mask would print the secret.
        requireRunner(env);
        for (const secret of listSecrets(env))
            log.mask(secret);
        inputs = readInputs(env, { debug: runner.isDebug(), now: clock.now() });
        for (const secret of listTlsSecrets(inputs))
            log.mask(secret);
        if (env['NODE_TLS_REJECT_UNAUTHORIZED'] !== undefined)
            log.say(sayTlsStaysVerified());
        const deadline = new Deadline(clock, inputs.totalTimeout);
        const context = { ...surroundings, log, deadline };
        const idTokens = IdTokens.open(inputs, env, context);
        reuse = await Reuse.open(inputs, { ...context, idTokens });
        const cached = await deadline.exclude(async () => reuse?.find());
        if (cached !== undefined) {
            log.say(sayReusing(cached.accessToken, clock.now(), inputs));
            giveToLaterSteps(cached, true, inputs, surroundings, log);
        }
        else {
            const missed = reuse?.missed ?? false;
            const obtained = await requestToken(inputs, { ...context, idTokens, missed });
            tellToken(obtained, surroundings, log);
            if (inputs.revoke)
                keepForRevocation(obtained, surroundings);
            giveToLaterSteps(obtained.response, false, inputs, surroundings, log);
            await reuse?.keep(obtained.response);
        }
        log.say(saySet(inputs.envVar));
    }
    catch (error) {
        log.fail(explainFailure(error));
        await reuse?.cancel();
    }
}
/** Before anything has the token, so that whatever happens next it is revoked at the end of the job. */
function keepForRevocation({ response, statedExpiry, inputs: { tokenUrl, revocationUrl = '' } }, { runner, env, randomBytes }) {
    // One that the user gave or that is assumed does not end the token.
    const expiresAt = statedExpiry?.getTime();
    const state = { token: response.accessToken.token, revocationUrl, tokenUrl, expiresAt };
    runner.saveState(stateName, sealState(state, env['ACTIONS_RUNTIME_TOKEN'] ?? '', randomBytes));
}
/** From here on the step is green. */
function giveToLaterSteps(response, cacheHit, inputs, { runner, env, platform, clock, succeed }, log) {
    const scopes = response.scopes ?? inputs.scopes;
    const handover = { response, scopes, cacheHit, now: clock.now() };
    handOver(handover, { runner, log, env, platform, envVar: inputs.envVar });
    succeed();
}
/** Without its files, @actions/core would print the token as a command. */
function requireRunner(env) {
    for (const variable of ['GITHUB_OUTPUT', 'GITHUB_ENV']) {
        if ((env[variable] ?? '') === '')
            throw new NoRunnerError(variable);
    }
}
function tellToken({ response, attempt, inputs }, { clock }, log) {
    const { accessToken, scopes, refreshToken } = response;
    log.say(sayGot(accessToken, attempt, accessToken.expiresIn(clock.now()), inputs));
    const missing = listMissingScopes(response, inputs);
    if (missing.length > 0)
        log.say(sayGranted(scopes ?? [], missing));
    const [, sent] = [...inputs.grantParameters, ...inputs.parameters].find(isRefreshToken) ?? [];
    const isReplaced = refreshToken !== undefined && refreshToken !== sent;
    if (sent !== undefined && isReplaced)
        log.say(sayRefreshTokenReplaced());
}
function isRefreshToken([name]) {
    return name === 'refresh_token';
}


/***/ }),

/***/ 506:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

"use strict";

// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  y: () => (/* binding */ realSurroundings)
});

// NAMESPACE OBJECT: ./node_modules/@actions/core/lib/platform.js
var platform_namespaceObject = {};
__nccwpck_require__.r(platform_namespaceObject);
__nccwpck_require__.d(platform_namespaceObject, {
  arch: () => (arch),
  getDetails: () => (getDetails),
  isLinux: () => (isLinux),
  isMacOS: () => (isMacOS),
  isWindows: () => (isWindows),
  platform: () => (platform)
});

// NAMESPACE OBJECT: ./node_modules/@actions/core/lib/core.js
var core_namespaceObject = {};
__nccwpck_require__.r(core_namespaceObject);
__nccwpck_require__.d(core_namespaceObject, {
  ExitCode: () => (ExitCode),
  addPath: () => (addPath),
  debug: () => (debug),
  endGroup: () => (endGroup),
  error: () => (error),
  exportVariable: () => (exportVariable),
  getBooleanInput: () => (getBooleanInput),
  getIDToken: () => (getIDToken),
  getInput: () => (getInput),
  getMultilineInput: () => (getMultilineInput),
  getState: () => (getState),
  group: () => (group),
  info: () => (info),
  isDebug: () => (isDebug),
  markdownSummary: () => (markdownSummary),
  notice: () => (notice),
  platform: () => (platform_namespaceObject),
  saveState: () => (saveState),
  setCommandEcho: () => (setCommandEcho),
  setFailed: () => (setFailed),
  setOutput: () => (setOutput),
  setSecret: () => (setSecret),
  startGroup: () => (startGroup),
  summary: () => (summary),
  toPlatformPath: () => (toPlatformPath),
  toPosixPath: () => (toPosixPath),
  toWin32Path: () => (toWin32Path),
  warning: () => (warning)
});

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __nccwpck_require__(598);
;// CONCATENATED MODULE: external "node:os"
const external_node_os_namespaceObject = require("node:os");
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __nccwpck_require__(760);
;// CONCATENATED MODULE: external "os"
const external_os_namespaceObject = require("os");
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/utils.js
// We use any as a valid input type
/* eslint-disable @typescript-eslint/no-explicit-any */
/**
 * Sanitizes an input into a string so it can be passed into issueCommand safely
 * @param input input to sanitize into a string
 */
function toCommandValue(input) {
    if (input === null || input === undefined) {
        return '';
    }
    else if (typeof input === 'string' || input instanceof String) {
        return input;
    }
    return JSON.stringify(input);
}
/**
 *
 * @param annotationProperties
 * @returns The command properties to send with the actual annotation command
 * See IssueCommandProperties: https://github.com/actions/runner/blob/main/src/Runner.Worker/ActionCommandManager.cs#L646
 */
function toCommandProperties(annotationProperties) {
    if (!Object.keys(annotationProperties).length) {
        return {};
    }
    return {
        title: annotationProperties.title,
        file: annotationProperties.file,
        line: annotationProperties.startLine,
        endLine: annotationProperties.endLine,
        col: annotationProperties.startColumn,
        endColumn: annotationProperties.endColumn
    };
}
//# sourceMappingURL=utils.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/command.js


/**
 * Issues a command to the GitHub Actions runner
 *
 * @param command - The command name to issue
 * @param properties - Additional properties for the command (key-value pairs)
 * @param message - The message to include with the command
 * @remarks
 * This function outputs a specially formatted string to stdout that the Actions
 * runner interprets as a command. These commands can control workflow behavior,
 * set outputs, create annotations, mask values, and more.
 *
 * Command Format:
 *   ::name key=value,key=value::message
 *
 * @example
 * ```typescript
 * // Issue a warning annotation
 * issueCommand('warning', {}, 'This is a warning message');
 * // Output: ::warning::This is a warning message
 *
 * // Set an environment variable
 * issueCommand('set-env', { name: 'MY_VAR' }, 'some value');
 * // Output: ::set-env name=MY_VAR::some value
 *
 * // Add a secret mask
 * issueCommand('add-mask', {}, 'secretValue123');
 * // Output: ::add-mask::secretValue123
 * ```
 *
 * @internal
 * This is an internal utility function that powers the public API functions
 * such as setSecret, warning, error, and exportVariable.
 */
function issueCommand(command, properties, message) {
    const cmd = new Command(command, properties, message);
    process.stdout.write(cmd.toString() + external_os_namespaceObject.EOL);
}
function issue(name, message = '') {
    issueCommand(name, {}, message);
}
const CMD_STRING = '::';
class Command {
    constructor(command, properties, message) {
        if (!command) {
            command = 'missing.command';
        }
        this.command = command;
        this.properties = properties;
        this.message = message;
    }
    toString() {
        let cmdStr = CMD_STRING + this.command;
        if (this.properties && Object.keys(this.properties).length > 0) {
            cmdStr += ' ';
            let first = true;
            for (const key in this.properties) {
                if (this.properties.hasOwnProperty(key)) {
                    const val = this.properties[key];
                    if (val) {
                        if (first) {
                            first = false;
                        }
                        else {
                            cmdStr += ',';
                        }
                        cmdStr += `${key}=${escapeProperty(val)}`;
                    }
                }
            }
        }
        cmdStr += `${CMD_STRING}${escapeData(this.message)}`;
        return cmdStr;
    }
}
function escapeData(s) {
    return toCommandValue(s)
        .replace(/%/g, '%25')
        .replace(/\r/g, '%0D')
        .replace(/\n/g, '%0A');
}
function escapeProperty(s) {
    return toCommandValue(s)
        .replace(/%/g, '%25')
        .replace(/\r/g, '%0D')
        .replace(/\n/g, '%0A')
        .replace(/:/g, '%3A')
        .replace(/,/g, '%2C');
}
//# sourceMappingURL=command.js.map
;// CONCATENATED MODULE: external "crypto"
const external_crypto_namespaceObject = require("crypto");
;// CONCATENATED MODULE: external "fs"
const external_fs_namespaceObject = require("fs");
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/file-command.js
// For internal use, subject to change.
// We use any as a valid input type
/* eslint-disable @typescript-eslint/no-explicit-any */




function issueFileCommand(command, message) {
    const filePath = process.env[`GITHUB_${command}`];
    if (!filePath) {
        throw new Error(`Unable to find environment variable for file command ${command}`);
    }
    if (!external_fs_namespaceObject.existsSync(filePath)) {
        throw new Error(`Missing file at path: ${filePath}`);
    }
    external_fs_namespaceObject.appendFileSync(filePath, `${toCommandValue(message)}${external_os_namespaceObject.EOL}`, {
        encoding: 'utf8'
    });
}
function prepareKeyValueMessage(key, value) {
    const delimiter = `ghadelimiter_${external_crypto_namespaceObject.randomUUID()}`;
    const convertedValue = toCommandValue(value);
    // These should realistically never happen, but just in case someone finds a
    // way to exploit uuid generation let's not allow keys or values that contain
    // the delimiter.
    if (key.includes(delimiter)) {
        throw new Error(`Unexpected input: name should not contain the delimiter "${delimiter}"`);
    }
    if (convertedValue.includes(delimiter)) {
        throw new Error(`Unexpected input: value should not contain the delimiter "${delimiter}"`);
    }
    return `${key}<<${delimiter}${external_os_namespaceObject.EOL}${convertedValue}${external_os_namespaceObject.EOL}${delimiter}`;
}
//# sourceMappingURL=file-command.js.map
;// CONCATENATED MODULE: external "path"
const external_path_namespaceObject = require("path");
// EXTERNAL MODULE: external "http"
var external_http_ = __nccwpck_require__(611);
var external_http_namespaceObject = /*#__PURE__*/__nccwpck_require__.t(external_http_, 2);
// EXTERNAL MODULE: external "https"
var external_https_ = __nccwpck_require__(692);
var external_https_namespaceObject = /*#__PURE__*/__nccwpck_require__.t(external_https_, 2);
;// CONCATENATED MODULE: ./node_modules/@actions/http-client/lib/proxy.js
function getProxyUrl(reqUrl) {
    const usingSsl = reqUrl.protocol === 'https:';
    if (checkBypass(reqUrl)) {
        return undefined;
    }
    const proxyVar = (() => {
        if (usingSsl) {
            return process.env['https_proxy'] || process.env['HTTPS_PROXY'];
        }
        else {
            return process.env['http_proxy'] || process.env['HTTP_PROXY'];
        }
    })();
    if (proxyVar) {
        try {
            return new DecodedURL(proxyVar);
        }
        catch (_a) {
            if (!proxyVar.startsWith('http://') && !proxyVar.startsWith('https://'))
                return new DecodedURL(`http://${proxyVar}`);
        }
    }
    else {
        return undefined;
    }
}
function checkBypass(reqUrl) {
    if (!reqUrl.hostname) {
        return false;
    }
    const reqHost = reqUrl.hostname;
    if (isLoopbackAddress(reqHost)) {
        return true;
    }
    const noProxy = process.env['no_proxy'] || process.env['NO_PROXY'] || '';
    if (!noProxy) {
        return false;
    }
    // Determine the request port
    let reqPort;
    if (reqUrl.port) {
        reqPort = Number(reqUrl.port);
    }
    else if (reqUrl.protocol === 'http:') {
        reqPort = 80;
    }
    else if (reqUrl.protocol === 'https:') {
        reqPort = 443;
    }
    // Format the request hostname and hostname with port
    const upperReqHosts = [reqUrl.hostname.toUpperCase()];
    if (typeof reqPort === 'number') {
        upperReqHosts.push(`${upperReqHosts[0]}:${reqPort}`);
    }
    // Compare request host against noproxy
    for (const upperNoProxyItem of noProxy
        .split(',')
        .map(x => x.trim().toUpperCase())
        .filter(x => x)) {
        if (upperNoProxyItem === '*' ||
            upperReqHosts.some(x => x === upperNoProxyItem ||
                x.endsWith(`.${upperNoProxyItem}`) ||
                (upperNoProxyItem.startsWith('.') &&
                    x.endsWith(`${upperNoProxyItem}`)))) {
            return true;
        }
    }
    return false;
}
function isLoopbackAddress(host) {
    const hostLower = host.toLowerCase();
    return (hostLower === 'localhost' ||
        hostLower.startsWith('127.') ||
        hostLower.startsWith('[::1]') ||
        hostLower.startsWith('[0:0:0:0:0:0:0:1]'));
}
class DecodedURL extends URL {
    constructor(url, base) {
        super(url, base);
        this._decodedUsername = decodeURIComponent(super.username);
        this._decodedPassword = decodeURIComponent(super.password);
    }
    get username() {
        return this._decodedUsername;
    }
    get password() {
        return this._decodedPassword;
    }
}
//# sourceMappingURL=proxy.js.map
// EXTERNAL MODULE: ./node_modules/tunnel/index.js
var tunnel = __nccwpck_require__(770);
;// CONCATENATED MODULE: ./tools/no-undici/index.mjs
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

;// CONCATENATED MODULE: ./node_modules/@actions/http-client/lib/index.js
/* eslint-disable @typescript-eslint/no-explicit-any */
var __awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};





var HttpCodes;
(function (HttpCodes) {
    HttpCodes[HttpCodes["OK"] = 200] = "OK";
    HttpCodes[HttpCodes["MultipleChoices"] = 300] = "MultipleChoices";
    HttpCodes[HttpCodes["MovedPermanently"] = 301] = "MovedPermanently";
    HttpCodes[HttpCodes["ResourceMoved"] = 302] = "ResourceMoved";
    HttpCodes[HttpCodes["SeeOther"] = 303] = "SeeOther";
    HttpCodes[HttpCodes["NotModified"] = 304] = "NotModified";
    HttpCodes[HttpCodes["UseProxy"] = 305] = "UseProxy";
    HttpCodes[HttpCodes["SwitchProxy"] = 306] = "SwitchProxy";
    HttpCodes[HttpCodes["TemporaryRedirect"] = 307] = "TemporaryRedirect";
    HttpCodes[HttpCodes["PermanentRedirect"] = 308] = "PermanentRedirect";
    HttpCodes[HttpCodes["BadRequest"] = 400] = "BadRequest";
    HttpCodes[HttpCodes["Unauthorized"] = 401] = "Unauthorized";
    HttpCodes[HttpCodes["PaymentRequired"] = 402] = "PaymentRequired";
    HttpCodes[HttpCodes["Forbidden"] = 403] = "Forbidden";
    HttpCodes[HttpCodes["NotFound"] = 404] = "NotFound";
    HttpCodes[HttpCodes["MethodNotAllowed"] = 405] = "MethodNotAllowed";
    HttpCodes[HttpCodes["NotAcceptable"] = 406] = "NotAcceptable";
    HttpCodes[HttpCodes["ProxyAuthenticationRequired"] = 407] = "ProxyAuthenticationRequired";
    HttpCodes[HttpCodes["RequestTimeout"] = 408] = "RequestTimeout";
    HttpCodes[HttpCodes["Conflict"] = 409] = "Conflict";
    HttpCodes[HttpCodes["Gone"] = 410] = "Gone";
    HttpCodes[HttpCodes["TooManyRequests"] = 429] = "TooManyRequests";
    HttpCodes[HttpCodes["InternalServerError"] = 500] = "InternalServerError";
    HttpCodes[HttpCodes["NotImplemented"] = 501] = "NotImplemented";
    HttpCodes[HttpCodes["BadGateway"] = 502] = "BadGateway";
    HttpCodes[HttpCodes["ServiceUnavailable"] = 503] = "ServiceUnavailable";
    HttpCodes[HttpCodes["GatewayTimeout"] = 504] = "GatewayTimeout";
})(HttpCodes || (HttpCodes = {}));
var Headers;
(function (Headers) {
    Headers["Accept"] = "accept";
    Headers["ContentType"] = "content-type";
})(Headers || (Headers = {}));
var MediaTypes;
(function (MediaTypes) {
    MediaTypes["ApplicationJson"] = "application/json";
})(MediaTypes || (MediaTypes = {}));
/**
 * Returns the proxy URL, depending upon the supplied url and proxy environment variables.
 * @param serverUrl  The server URL where the request will be sent. For example, https://api.github.com
 */
function lib_getProxyUrl(serverUrl) {
    const proxyUrl = pm.getProxyUrl(new URL(serverUrl));
    return proxyUrl ? proxyUrl.href : '';
}
const HttpRedirectCodes = [
    HttpCodes.MovedPermanently,
    HttpCodes.ResourceMoved,
    HttpCodes.SeeOther,
    HttpCodes.TemporaryRedirect,
    HttpCodes.PermanentRedirect
];
const HttpResponseRetryCodes = [
    HttpCodes.BadGateway,
    HttpCodes.ServiceUnavailable,
    HttpCodes.GatewayTimeout
];
const RetryableHttpVerbs = ['OPTIONS', 'GET', 'DELETE', 'HEAD'];
const ExponentialBackoffCeiling = 10;
const ExponentialBackoffTimeSlice = 5;
class HttpClientError extends Error {
    constructor(message, statusCode) {
        super(message);
        this.name = 'HttpClientError';
        this.statusCode = statusCode;
        Object.setPrototypeOf(this, HttpClientError.prototype);
    }
}
class HttpClientResponse {
    constructor(message) {
        this.message = message;
    }
    readBody() {
        return __awaiter(this, void 0, void 0, function* () {
            return new Promise((resolve) => __awaiter(this, void 0, void 0, function* () {
                let output = Buffer.alloc(0);
                this.message.on('data', (chunk) => {
                    output = Buffer.concat([output, chunk]);
                });
                this.message.on('end', () => {
                    resolve(output.toString());
                });
            }));
        });
    }
    readBodyBuffer() {
        return __awaiter(this, void 0, void 0, function* () {
            return new Promise((resolve) => __awaiter(this, void 0, void 0, function* () {
                const chunks = [];
                this.message.on('data', (chunk) => {
                    chunks.push(chunk);
                });
                this.message.on('end', () => {
                    resolve(Buffer.concat(chunks));
                });
            }));
        });
    }
}
function isHttps(requestUrl) {
    const parsedUrl = new URL(requestUrl);
    return parsedUrl.protocol === 'https:';
}
class HttpClient {
    constructor(userAgent, handlers, requestOptions) {
        this._ignoreSslError = false;
        this._allowRedirects = true;
        this._allowRedirectDowngrade = false;
        this._maxRedirects = 50;
        this._allowRetries = false;
        this._maxRetries = 1;
        this._keepAlive = false;
        this._disposed = false;
        this.userAgent = this._getUserAgentWithOrchestrationId(userAgent);
        this.handlers = handlers || [];
        this.requestOptions = requestOptions;
        if (requestOptions) {
            if (requestOptions.ignoreSslError != null) {
                this._ignoreSslError = requestOptions.ignoreSslError;
            }
            this._socketTimeout = requestOptions.socketTimeout;
            if (requestOptions.allowRedirects != null) {
                this._allowRedirects = requestOptions.allowRedirects;
            }
            if (requestOptions.allowRedirectDowngrade != null) {
                this._allowRedirectDowngrade = requestOptions.allowRedirectDowngrade;
            }
            if (requestOptions.maxRedirects != null) {
                this._maxRedirects = Math.max(requestOptions.maxRedirects, 0);
            }
            if (requestOptions.keepAlive != null) {
                this._keepAlive = requestOptions.keepAlive;
            }
            if (requestOptions.allowRetries != null) {
                this._allowRetries = requestOptions.allowRetries;
            }
            if (requestOptions.maxRetries != null) {
                this._maxRetries = requestOptions.maxRetries;
            }
        }
    }
    options(requestUrl, additionalHeaders) {
        return __awaiter(this, void 0, void 0, function* () {
            return this.request('OPTIONS', requestUrl, null, additionalHeaders || {});
        });
    }
    get(requestUrl, additionalHeaders) {
        return __awaiter(this, void 0, void 0, function* () {
            return this.request('GET', requestUrl, null, additionalHeaders || {});
        });
    }
    del(requestUrl, additionalHeaders) {
        return __awaiter(this, void 0, void 0, function* () {
            return this.request('DELETE', requestUrl, null, additionalHeaders || {});
        });
    }
    post(requestUrl, data, additionalHeaders) {
        return __awaiter(this, void 0, void 0, function* () {
            return this.request('POST', requestUrl, data, additionalHeaders || {});
        });
    }
    patch(requestUrl, data, additionalHeaders) {
        return __awaiter(this, void 0, void 0, function* () {
            return this.request('PATCH', requestUrl, data, additionalHeaders || {});
        });
    }
    put(requestUrl, data, additionalHeaders) {
        return __awaiter(this, void 0, void 0, function* () {
            return this.request('PUT', requestUrl, data, additionalHeaders || {});
        });
    }
    head(requestUrl, additionalHeaders) {
        return __awaiter(this, void 0, void 0, function* () {
            return this.request('HEAD', requestUrl, null, additionalHeaders || {});
        });
    }
    sendStream(verb, requestUrl, stream, additionalHeaders) {
        return __awaiter(this, void 0, void 0, function* () {
            return this.request(verb, requestUrl, stream, additionalHeaders);
        });
    }
    /**
     * Gets a typed object from an endpoint
     * Be aware that not found returns a null.  Other errors (4xx, 5xx) reject the promise
     */
    getJson(requestUrl_1) {
        return __awaiter(this, arguments, void 0, function* (requestUrl, additionalHeaders = {}) {
            additionalHeaders[Headers.Accept] = this._getExistingOrDefaultHeader(additionalHeaders, Headers.Accept, MediaTypes.ApplicationJson);
            const res = yield this.get(requestUrl, additionalHeaders);
            return this._processResponse(res, this.requestOptions);
        });
    }
    postJson(requestUrl_1, obj_1) {
        return __awaiter(this, arguments, void 0, function* (requestUrl, obj, additionalHeaders = {}) {
            const data = JSON.stringify(obj, null, 2);
            additionalHeaders[Headers.Accept] = this._getExistingOrDefaultHeader(additionalHeaders, Headers.Accept, MediaTypes.ApplicationJson);
            additionalHeaders[Headers.ContentType] =
                this._getExistingOrDefaultContentTypeHeader(additionalHeaders, MediaTypes.ApplicationJson);
            const res = yield this.post(requestUrl, data, additionalHeaders);
            return this._processResponse(res, this.requestOptions);
        });
    }
    putJson(requestUrl_1, obj_1) {
        return __awaiter(this, arguments, void 0, function* (requestUrl, obj, additionalHeaders = {}) {
            const data = JSON.stringify(obj, null, 2);
            additionalHeaders[Headers.Accept] = this._getExistingOrDefaultHeader(additionalHeaders, Headers.Accept, MediaTypes.ApplicationJson);
            additionalHeaders[Headers.ContentType] =
                this._getExistingOrDefaultContentTypeHeader(additionalHeaders, MediaTypes.ApplicationJson);
            const res = yield this.put(requestUrl, data, additionalHeaders);
            return this._processResponse(res, this.requestOptions);
        });
    }
    patchJson(requestUrl_1, obj_1) {
        return __awaiter(this, arguments, void 0, function* (requestUrl, obj, additionalHeaders = {}) {
            const data = JSON.stringify(obj, null, 2);
            additionalHeaders[Headers.Accept] = this._getExistingOrDefaultHeader(additionalHeaders, Headers.Accept, MediaTypes.ApplicationJson);
            additionalHeaders[Headers.ContentType] =
                this._getExistingOrDefaultContentTypeHeader(additionalHeaders, MediaTypes.ApplicationJson);
            const res = yield this.patch(requestUrl, data, additionalHeaders);
            return this._processResponse(res, this.requestOptions);
        });
    }
    /**
     * Makes a raw http request.
     * All other methods such as get, post, patch, and request ultimately call this.
     * Prefer get, del, post and patch
     */
    request(verb, requestUrl, data, headers) {
        return __awaiter(this, void 0, void 0, function* () {
            if (this._disposed) {
                throw new Error('Client has already been disposed.');
            }
            const parsedUrl = new URL(requestUrl);
            let info = this._prepareRequest(verb, parsedUrl, headers);
            // Only perform retries on reads since writes may not be idempotent.
            const maxTries = this._allowRetries && RetryableHttpVerbs.includes(verb)
                ? this._maxRetries + 1
                : 1;
            let numTries = 0;
            let response;
            do {
                response = yield this.requestRaw(info, data);
                // Check if it's an authentication challenge
                if (response &&
                    response.message &&
                    response.message.statusCode === HttpCodes.Unauthorized) {
                    let authenticationHandler;
                    for (const handler of this.handlers) {
                        if (handler.canHandleAuthentication(response)) {
                            authenticationHandler = handler;
                            break;
                        }
                    }
                    if (authenticationHandler) {
                        return authenticationHandler.handleAuthentication(this, info, data);
                    }
                    else {
                        // We have received an unauthorized response but have no handlers to handle it.
                        // Let the response return to the caller.
                        return response;
                    }
                }
                let redirectsRemaining = this._maxRedirects;
                while (response.message.statusCode &&
                    HttpRedirectCodes.includes(response.message.statusCode) &&
                    this._allowRedirects &&
                    redirectsRemaining > 0) {
                    const redirectUrl = response.message.headers['location'];
                    if (!redirectUrl) {
                        // if there's no location to redirect to, we won't
                        break;
                    }
                    const parsedRedirectUrl = new URL(redirectUrl);
                    if (parsedUrl.protocol === 'https:' &&
                        parsedUrl.protocol !== parsedRedirectUrl.protocol &&
                        !this._allowRedirectDowngrade) {
                        throw new Error('Redirect from HTTPS to HTTP protocol. This downgrade is not allowed for security reasons. If you want to allow this behavior, set the allowRedirectDowngrade option to true.');
                    }
                    // we need to finish reading the response before reassigning response
                    // which will leak the open socket.
                    yield response.readBody();
                    // strip authorization header if redirected to a different hostname
                    if (parsedRedirectUrl.hostname !== parsedUrl.hostname) {
                        for (const header in headers) {
                            // header names are case insensitive
                            if (header.toLowerCase() === 'authorization') {
                                delete headers[header];
                            }
                        }
                    }
                    // let's make the request with the new redirectUrl
                    info = this._prepareRequest(verb, parsedRedirectUrl, headers);
                    response = yield this.requestRaw(info, data);
                    redirectsRemaining--;
                }
                if (!response.message.statusCode ||
                    !HttpResponseRetryCodes.includes(response.message.statusCode)) {
                    // If not a retry code, return immediately instead of retrying
                    return response;
                }
                numTries += 1;
                if (numTries < maxTries) {
                    yield response.readBody();
                    yield this._performExponentialBackoff(numTries);
                }
            } while (numTries < maxTries);
            return response;
        });
    }
    /**
     * Needs to be called if keepAlive is set to true in request options.
     */
    dispose() {
        if (this._agent) {
            this._agent.destroy();
        }
        this._disposed = true;
    }
    /**
     * Raw request.
     * @param info
     * @param data
     */
    requestRaw(info, data) {
        return __awaiter(this, void 0, void 0, function* () {
            return new Promise((resolve, reject) => {
                function callbackForResult(err, res) {
                    if (err) {
                        reject(err);
                    }
                    else if (!res) {
                        // If `err` is not passed, then `res` must be passed.
                        reject(new Error('Unknown error'));
                    }
                    else {
                        resolve(res);
                    }
                }
                this.requestRawWithCallback(info, data, callbackForResult);
            });
        });
    }
    /**
     * Raw request with callback.
     * @param info
     * @param data
     * @param onResult
     */
    requestRawWithCallback(info, data, onResult) {
        if (typeof data === 'string') {
            if (!info.options.headers) {
                info.options.headers = {};
            }
            info.options.headers['Content-Length'] = Buffer.byteLength(data, 'utf8');
        }
        let callbackCalled = false;
        function handleResult(err, res) {
            if (!callbackCalled) {
                callbackCalled = true;
                onResult(err, res);
            }
        }
        const req = info.httpModule.request(info.options, (msg) => {
            const res = new HttpClientResponse(msg);
            handleResult(undefined, res);
        });
        let socket;
        req.on('socket', sock => {
            socket = sock;
        });
        // If we ever get disconnected, we want the socket to timeout eventually
        req.setTimeout(this._socketTimeout || 3 * 60000, () => {
            if (socket) {
                socket.end();
            }
            handleResult(new Error(`Request timeout: ${info.options.path}`));
        });
        req.on('error', function (err) {
            // err has statusCode property
            // res should have headers
            handleResult(err);
        });
        if (data && typeof data === 'string') {
            req.write(data, 'utf8');
        }
        if (data && typeof data !== 'string') {
            data.on('close', function () {
                req.end();
            });
            data.pipe(req);
        }
        else {
            req.end();
        }
    }
    /**
     * Gets an http agent. This function is useful when you need an http agent that handles
     * routing through a proxy server - depending upon the url and proxy environment variables.
     * @param serverUrl  The server URL where the request will be sent. For example, https://api.github.com
     */
    getAgent(serverUrl) {
        const parsedUrl = new URL(serverUrl);
        return this._getAgent(parsedUrl);
    }
    getAgentDispatcher(serverUrl) {
        const parsedUrl = new URL(serverUrl);
        const proxyUrl = getProxyUrl(parsedUrl);
        const useProxy = proxyUrl && proxyUrl.hostname;
        if (!useProxy) {
            return;
        }
        return this._getProxyAgentDispatcher(parsedUrl, proxyUrl);
    }
    _prepareRequest(method, requestUrl, headers) {
        const info = {};
        info.parsedUrl = requestUrl;
        const usingSsl = info.parsedUrl.protocol === 'https:';
        info.httpModule = usingSsl ? external_https_namespaceObject : external_http_namespaceObject;
        const defaultPort = usingSsl ? 443 : 80;
        info.options = {};
        info.options.host = info.parsedUrl.hostname;
        info.options.port = info.parsedUrl.port
            ? parseInt(info.parsedUrl.port)
            : defaultPort;
        info.options.path =
            (info.parsedUrl.pathname || '') + (info.parsedUrl.search || '');
        info.options.method = method;
        info.options.headers = this._mergeHeaders(headers);
        if (this.userAgent != null) {
            info.options.headers['user-agent'] = this.userAgent;
        }
        info.options.agent = this._getAgent(info.parsedUrl);
        // gives handlers an opportunity to participate
        if (this.handlers) {
            for (const handler of this.handlers) {
                handler.prepareRequest(info.options);
            }
        }
        return info;
    }
    _mergeHeaders(headers) {
        if (this.requestOptions && this.requestOptions.headers) {
            return Object.assign({}, lowercaseKeys(this.requestOptions.headers), lowercaseKeys(headers || {}));
        }
        return lowercaseKeys(headers || {});
    }
    /**
     * Gets an existing header value or returns a default.
     * Handles converting number header values to strings since HTTP headers must be strings.
     * Note: This returns string | string[] since some headers can have multiple values.
     * For headers that must always be a single string (like Content-Type), use the
     * specialized _getExistingOrDefaultContentTypeHeader method instead.
     */
    _getExistingOrDefaultHeader(additionalHeaders, header, _default) {
        let clientHeader;
        if (this.requestOptions && this.requestOptions.headers) {
            const headerValue = lowercaseKeys(this.requestOptions.headers)[header];
            if (headerValue) {
                clientHeader =
                    typeof headerValue === 'number' ? headerValue.toString() : headerValue;
            }
        }
        const additionalValue = additionalHeaders[header];
        if (additionalValue !== undefined) {
            return typeof additionalValue === 'number'
                ? additionalValue.toString()
                : additionalValue;
        }
        if (clientHeader !== undefined) {
            return clientHeader;
        }
        return _default;
    }
    /**
     * Specialized version of _getExistingOrDefaultHeader for Content-Type header.
     * Always returns a single string (not an array) since Content-Type should be a single value.
     * Converts arrays to comma-separated strings and numbers to strings to ensure type safety.
     * This was split from _getExistingOrDefaultHeader to provide stricter typing for callers
     * that assign the result to places expecting a string (e.g., additionalHeaders[Headers.ContentType]).
     */
    _getExistingOrDefaultContentTypeHeader(additionalHeaders, _default) {
        let clientHeader;
        if (this.requestOptions && this.requestOptions.headers) {
            const headerValue = lowercaseKeys(this.requestOptions.headers)[Headers.ContentType];
            if (headerValue) {
                if (typeof headerValue === 'number') {
                    clientHeader = String(headerValue);
                }
                else if (Array.isArray(headerValue)) {
                    clientHeader = headerValue.join(', ');
                }
                else {
                    clientHeader = headerValue;
                }
            }
        }
        const additionalValue = additionalHeaders[Headers.ContentType];
        // Return the first non-undefined value, converting numbers or arrays to strings if necessary
        if (additionalValue !== undefined) {
            if (typeof additionalValue === 'number') {
                return String(additionalValue);
            }
            else if (Array.isArray(additionalValue)) {
                return additionalValue.join(', ');
            }
            else {
                return additionalValue;
            }
        }
        if (clientHeader !== undefined) {
            return clientHeader;
        }
        return _default;
    }
    _getAgent(parsedUrl) {
        let agent;
        const proxyUrl = getProxyUrl(parsedUrl);
        const useProxy = proxyUrl && proxyUrl.hostname;
        if (this._keepAlive && useProxy) {
            agent = this._proxyAgent;
        }
        if (!useProxy) {
            agent = this._agent;
        }
        // if agent is already assigned use that agent.
        if (agent) {
            return agent;
        }
        const usingSsl = parsedUrl.protocol === 'https:';
        let maxSockets = 100;
        if (this.requestOptions) {
            maxSockets = this.requestOptions.maxSockets || external_http_.globalAgent.maxSockets;
        }
        // This is `useProxy` again, but we need to check `proxyURl` directly for TypeScripts's flow analysis.
        if (proxyUrl && proxyUrl.hostname) {
            const agentOptions = {
                maxSockets,
                keepAlive: this._keepAlive,
                proxy: Object.assign(Object.assign({}, ((proxyUrl.username || proxyUrl.password) && {
                    proxyAuth: `${proxyUrl.username}:${proxyUrl.password}`
                })), { host: proxyUrl.hostname, port: proxyUrl.port })
            };
            let tunnelAgent;
            const overHttps = proxyUrl.protocol === 'https:';
            if (usingSsl) {
                tunnelAgent = overHttps ? tunnel.httpsOverHttps : tunnel.httpsOverHttp;
            }
            else {
                tunnelAgent = overHttps ? tunnel.httpOverHttps : tunnel.httpOverHttp;
            }
            agent = tunnelAgent(agentOptions);
            this._proxyAgent = agent;
        }
        // if tunneling agent isn't assigned create a new agent
        if (!agent) {
            const options = { keepAlive: this._keepAlive, maxSockets };
            agent = usingSsl ? new external_https_.Agent(options) : new external_http_.Agent(options);
            this._agent = agent;
        }
        if (usingSsl && this._ignoreSslError) {
            // we don't want to set NODE_TLS_REJECT_UNAUTHORIZED=0 since that will affect request for entire process
            // http.RequestOptions doesn't expose a way to modify RequestOptions.agent.options
            // we have to cast it to any and change it directly
            agent.options = Object.assign(agent.options || {}, {
                rejectUnauthorized: false
            });
        }
        return agent;
    }
    _getProxyAgentDispatcher(parsedUrl, proxyUrl) {
        let proxyAgent;
        if (this._keepAlive) {
            proxyAgent = this._proxyAgentDispatcher;
        }
        // if agent is already assigned use that agent.
        if (proxyAgent) {
            return proxyAgent;
        }
        const usingSsl = parsedUrl.protocol === 'https:';
        proxyAgent = new ProxyAgent(Object.assign({ uri: proxyUrl.href, pipelining: !this._keepAlive ? 0 : 1 }, ((proxyUrl.username || proxyUrl.password) && {
            token: `Basic ${Buffer.from(`${proxyUrl.username}:${proxyUrl.password}`).toString('base64')}`
        })));
        this._proxyAgentDispatcher = proxyAgent;
        if (usingSsl && this._ignoreSslError) {
            // we don't want to set NODE_TLS_REJECT_UNAUTHORIZED=0 since that will affect request for entire process
            // http.RequestOptions doesn't expose a way to modify RequestOptions.agent.options
            // we have to cast it to any and change it directly
            proxyAgent.options = Object.assign(proxyAgent.options.requestTls || {}, {
                rejectUnauthorized: false
            });
        }
        return proxyAgent;
    }
    _getUserAgentWithOrchestrationId(userAgent) {
        const baseUserAgent = userAgent || 'actions/http-client';
        const orchId = process.env['ACTIONS_ORCHESTRATION_ID'];
        if (orchId) {
            // Sanitize the orchestration ID to ensure it contains only valid characters
            // Valid characters: 0-9, a-z, _, -, .
            const sanitizedId = orchId.replace(/[^a-z0-9_.-]/gi, '_');
            return `${baseUserAgent} actions_orchestration_id/${sanitizedId}`;
        }
        return baseUserAgent;
    }
    _performExponentialBackoff(retryNumber) {
        return __awaiter(this, void 0, void 0, function* () {
            retryNumber = Math.min(ExponentialBackoffCeiling, retryNumber);
            const ms = ExponentialBackoffTimeSlice * Math.pow(2, retryNumber);
            return new Promise(resolve => setTimeout(() => resolve(), ms));
        });
    }
    _processResponse(res, options) {
        return __awaiter(this, void 0, void 0, function* () {
            return new Promise((resolve, reject) => __awaiter(this, void 0, void 0, function* () {
                const statusCode = res.message.statusCode || 0;
                const response = {
                    statusCode,
                    result: null,
                    headers: {}
                };
                // not found leads to null obj returned
                if (statusCode === HttpCodes.NotFound) {
                    resolve(response);
                }
                // get the result from the body
                function dateTimeDeserializer(key, value) {
                    if (typeof value === 'string') {
                        const a = new Date(value);
                        if (!isNaN(a.valueOf())) {
                            return a;
                        }
                    }
                    return value;
                }
                let obj;
                let contents;
                try {
                    contents = yield res.readBody();
                    if (contents && contents.length > 0) {
                        if (options && options.deserializeDates) {
                            obj = JSON.parse(contents, dateTimeDeserializer);
                        }
                        else {
                            obj = JSON.parse(contents);
                        }
                        response.result = obj;
                    }
                    response.headers = res.message.headers;
                }
                catch (err) {
                    // Invalid resource (contents not json);  leaving result obj null
                }
                // note that 3xx redirects are handled by the http layer.
                if (statusCode > 299) {
                    let msg;
                    // if exception/error in body, attempt to get better error
                    if (obj && obj.message) {
                        msg = obj.message;
                    }
                    else if (contents && contents.length > 0) {
                        // it may be the case that the exception is in the body message as string
                        msg = contents;
                    }
                    else {
                        msg = `Failed request: (${statusCode})`;
                    }
                    const err = new HttpClientError(msg, statusCode);
                    err.result = response.result;
                    reject(err);
                }
                else {
                    resolve(response);
                }
            }));
        });
    }
}
const lowercaseKeys = (obj) => Object.keys(obj).reduce((c, k) => ((c[k.toLowerCase()] = obj[k]), c), {});
//# sourceMappingURL=index.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/http-client/lib/auth.js
var auth_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};
class BasicCredentialHandler {
    constructor(username, password) {
        this.username = username;
        this.password = password;
    }
    prepareRequest(options) {
        if (!options.headers) {
            throw Error('The request has no headers');
        }
        options.headers['Authorization'] = `Basic ${Buffer.from(`${this.username}:${this.password}`).toString('base64')}`;
    }
    // This handler cannot handle 401
    canHandleAuthentication() {
        return false;
    }
    handleAuthentication() {
        return auth_awaiter(this, void 0, void 0, function* () {
            throw new Error('not implemented');
        });
    }
}
class BearerCredentialHandler {
    constructor(token) {
        this.token = token;
    }
    // currently implements pre-authorization
    // TODO: support preAuth = false where it hooks on 401
    prepareRequest(options) {
        if (!options.headers) {
            throw Error('The request has no headers');
        }
        options.headers['Authorization'] = `Bearer ${this.token}`;
    }
    // This handler cannot handle 401
    canHandleAuthentication() {
        return false;
    }
    handleAuthentication() {
        return auth_awaiter(this, void 0, void 0, function* () {
            throw new Error('not implemented');
        });
    }
}
class PersonalAccessTokenCredentialHandler {
    constructor(token) {
        this.token = token;
    }
    // currently implements pre-authorization
    // TODO: support preAuth = false where it hooks on 401
    prepareRequest(options) {
        if (!options.headers) {
            throw Error('The request has no headers');
        }
        options.headers['Authorization'] = `Basic ${Buffer.from(`PAT:${this.token}`).toString('base64')}`;
    }
    // This handler cannot handle 401
    canHandleAuthentication() {
        return false;
    }
    handleAuthentication() {
        return auth_awaiter(this, void 0, void 0, function* () {
            throw new Error('not implemented');
        });
    }
}
//# sourceMappingURL=auth.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/oidc-utils.js
var oidc_utils_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};



class OidcClient {
    static createHttpClient(allowRetry = true, maxRetry = 10) {
        const requestOptions = {
            allowRetries: allowRetry,
            maxRetries: maxRetry
        };
        return new HttpClient('actions/oidc-client', [new BearerCredentialHandler(OidcClient.getRequestToken())], requestOptions);
    }
    static getRequestToken() {
        const token = process.env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'];
        if (!token) {
            throw new Error('Unable to get ACTIONS_ID_TOKEN_REQUEST_TOKEN env variable');
        }
        return token;
    }
    static getIDTokenUrl() {
        const runtimeUrl = process.env['ACTIONS_ID_TOKEN_REQUEST_URL'];
        if (!runtimeUrl) {
            throw new Error('Unable to get ACTIONS_ID_TOKEN_REQUEST_URL env variable');
        }
        return runtimeUrl;
    }
    static getCall(id_token_url) {
        return oidc_utils_awaiter(this, void 0, void 0, function* () {
            var _a;
            const httpclient = OidcClient.createHttpClient();
            const res = yield httpclient
                .getJson(id_token_url)
                .catch(error => {
                throw new Error(`Failed to get ID Token. \n 
        Error Code : ${error.statusCode}\n 
        Error Message: ${error.message}`);
            });
            const id_token = (_a = res.result) === null || _a === void 0 ? void 0 : _a.value;
            if (!id_token) {
                throw new Error('Response json body do not have ID Token field');
            }
            return id_token;
        });
    }
    static getIDToken(audience) {
        return oidc_utils_awaiter(this, void 0, void 0, function* () {
            try {
                // New ID Token is requested from action service
                let id_token_url = OidcClient.getIDTokenUrl();
                if (audience) {
                    const encodedAudience = encodeURIComponent(audience);
                    id_token_url = `${id_token_url}&audience=${encodedAudience}`;
                }
                debug(`ID token url is ${id_token_url}`);
                const id_token = yield OidcClient.getCall(id_token_url);
                setSecret(id_token);
                return id_token;
            }
            catch (error) {
                throw new Error(`Error message: ${error.message}`);
            }
        });
    }
}
//# sourceMappingURL=oidc-utils.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/summary.js
var summary_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};


const { access, appendFile, writeFile } = external_fs_namespaceObject.promises;
const SUMMARY_ENV_VAR = 'GITHUB_STEP_SUMMARY';
const SUMMARY_DOCS_URL = 'https://docs.github.com/actions/using-workflows/workflow-commands-for-github-actions#adding-a-job-summary';
class Summary {
    constructor() {
        this._buffer = '';
    }
    /**
     * Finds the summary file path from the environment, rejects if env var is not found or file does not exist
     * Also checks r/w permissions.
     *
     * @returns step summary file path
     */
    filePath() {
        return summary_awaiter(this, void 0, void 0, function* () {
            if (this._filePath) {
                return this._filePath;
            }
            const pathFromEnv = process.env[SUMMARY_ENV_VAR];
            if (!pathFromEnv) {
                throw new Error(`Unable to find environment variable for $${SUMMARY_ENV_VAR}. Check if your runtime environment supports job summaries.`);
            }
            try {
                yield access(pathFromEnv, external_fs_namespaceObject.constants.R_OK | external_fs_namespaceObject.constants.W_OK);
            }
            catch (_a) {
                throw new Error(`Unable to access summary file: '${pathFromEnv}'. Check if the file has correct read/write permissions.`);
            }
            this._filePath = pathFromEnv;
            return this._filePath;
        });
    }
    /**
     * Wraps content in an HTML tag, adding any HTML attributes
     *
     * @param {string} tag HTML tag to wrap
     * @param {string | null} content content within the tag
     * @param {[attribute: string]: string} attrs key-value list of HTML attributes to add
     *
     * @returns {string} content wrapped in HTML element
     */
    wrap(tag, content, attrs = {}) {
        const htmlAttrs = Object.entries(attrs)
            .map(([key, value]) => ` ${key}="${value}"`)
            .join('');
        if (!content) {
            return `<${tag}${htmlAttrs}>`;
        }
        return `<${tag}${htmlAttrs}>${content}</${tag}>`;
    }
    /**
     * Writes text in the buffer to the summary buffer file and empties buffer. Will append by default.
     *
     * @param {SummaryWriteOptions} [options] (optional) options for write operation
     *
     * @returns {Promise<Summary>} summary instance
     */
    write(options) {
        return summary_awaiter(this, void 0, void 0, function* () {
            const overwrite = !!(options === null || options === void 0 ? void 0 : options.overwrite);
            const filePath = yield this.filePath();
            const writeFunc = overwrite ? writeFile : appendFile;
            yield writeFunc(filePath, this._buffer, { encoding: 'utf8' });
            return this.emptyBuffer();
        });
    }
    /**
     * Clears the summary buffer and wipes the summary file
     *
     * @returns {Summary} summary instance
     */
    clear() {
        return summary_awaiter(this, void 0, void 0, function* () {
            return this.emptyBuffer().write({ overwrite: true });
        });
    }
    /**
     * Returns the current summary buffer as a string
     *
     * @returns {string} string of summary buffer
     */
    stringify() {
        return this._buffer;
    }
    /**
     * If the summary buffer is empty
     *
     * @returns {boolen} true if the buffer is empty
     */
    isEmptyBuffer() {
        return this._buffer.length === 0;
    }
    /**
     * Resets the summary buffer without writing to summary file
     *
     * @returns {Summary} summary instance
     */
    emptyBuffer() {
        this._buffer = '';
        return this;
    }
    /**
     * Adds raw text to the summary buffer
     *
     * @param {string} text content to add
     * @param {boolean} [addEOL=false] (optional) append an EOL to the raw text (default: false)
     *
     * @returns {Summary} summary instance
     */
    addRaw(text, addEOL = false) {
        this._buffer += text;
        return addEOL ? this.addEOL() : this;
    }
    /**
     * Adds the operating system-specific end-of-line marker to the buffer
     *
     * @returns {Summary} summary instance
     */
    addEOL() {
        return this.addRaw(external_os_namespaceObject.EOL);
    }
    /**
     * Adds an HTML codeblock to the summary buffer
     *
     * @param {string} code content to render within fenced code block
     * @param {string} lang (optional) language to syntax highlight code
     *
     * @returns {Summary} summary instance
     */
    addCodeBlock(code, lang) {
        const attrs = Object.assign({}, (lang && { lang }));
        const element = this.wrap('pre', this.wrap('code', code), attrs);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML list to the summary buffer
     *
     * @param {string[]} items list of items to render
     * @param {boolean} [ordered=false] (optional) if the rendered list should be ordered or not (default: false)
     *
     * @returns {Summary} summary instance
     */
    addList(items, ordered = false) {
        const tag = ordered ? 'ol' : 'ul';
        const listItems = items.map(item => this.wrap('li', item)).join('');
        const element = this.wrap(tag, listItems);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML table to the summary buffer
     *
     * @param {SummaryTableCell[]} rows table rows
     *
     * @returns {Summary} summary instance
     */
    addTable(rows) {
        const tableBody = rows
            .map(row => {
            const cells = row
                .map(cell => {
                if (typeof cell === 'string') {
                    return this.wrap('td', cell);
                }
                const { header, data, colspan, rowspan } = cell;
                const tag = header ? 'th' : 'td';
                const attrs = Object.assign(Object.assign({}, (colspan && { colspan })), (rowspan && { rowspan }));
                return this.wrap(tag, data, attrs);
            })
                .join('');
            return this.wrap('tr', cells);
        })
            .join('');
        const element = this.wrap('table', tableBody);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds a collapsable HTML details element to the summary buffer
     *
     * @param {string} label text for the closed state
     * @param {string} content collapsable content
     *
     * @returns {Summary} summary instance
     */
    addDetails(label, content) {
        const element = this.wrap('details', this.wrap('summary', label) + content);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML image tag to the summary buffer
     *
     * @param {string} src path to the image you to embed
     * @param {string} alt text description of the image
     * @param {SummaryImageOptions} options (optional) addition image attributes
     *
     * @returns {Summary} summary instance
     */
    addImage(src, alt, options) {
        const { width, height } = options || {};
        const attrs = Object.assign(Object.assign({}, (width && { width })), (height && { height }));
        const element = this.wrap('img', null, Object.assign({ src, alt }, attrs));
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML section heading element
     *
     * @param {string} text heading text
     * @param {number | string} [level=1] (optional) the heading level, default: 1
     *
     * @returns {Summary} summary instance
     */
    addHeading(text, level) {
        const tag = `h${level}`;
        const allowedTag = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].includes(tag)
            ? tag
            : 'h1';
        const element = this.wrap(allowedTag, text);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML thematic break (<hr>) to the summary buffer
     *
     * @returns {Summary} summary instance
     */
    addSeparator() {
        const element = this.wrap('hr', null);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML line break (<br>) to the summary buffer
     *
     * @returns {Summary} summary instance
     */
    addBreak() {
        const element = this.wrap('br', null);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML blockquote to the summary buffer
     *
     * @param {string} text quote text
     * @param {string} cite (optional) citation url
     *
     * @returns {Summary} summary instance
     */
    addQuote(text, cite) {
        const attrs = Object.assign({}, (cite && { cite }));
        const element = this.wrap('blockquote', text, attrs);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML anchor tag to the summary buffer
     *
     * @param {string} text link text/content
     * @param {string} href hyperlink
     *
     * @returns {Summary} summary instance
     */
    addLink(text, href) {
        const element = this.wrap('a', text, { href });
        return this.addRaw(element).addEOL();
    }
}
const _summary = new Summary();
/**
 * @deprecated use `core.summary`
 */
const markdownSummary = _summary;
const summary = _summary;
//# sourceMappingURL=summary.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/path-utils.js

/**
 * toPosixPath converts the given path to the posix form. On Windows, \\ will be
 * replaced with /.
 *
 * @param pth. Path to transform.
 * @return string Posix path.
 */
function toPosixPath(pth) {
    return pth.replace(/[\\]/g, '/');
}
/**
 * toWin32Path converts the given path to the win32 form. On Linux, / will be
 * replaced with \\.
 *
 * @param pth. Path to transform.
 * @return string Win32 path.
 */
function toWin32Path(pth) {
    return pth.replace(/[/]/g, '\\');
}
/**
 * toPlatformPath converts the given path to a platform-specific path. It does
 * this by replacing instances of / and \ with the platform-specific path
 * separator.
 *
 * @param pth The path to platformize.
 * @return string The platform-specific path.
 */
function toPlatformPath(pth) {
    return pth.replace(/[/\\]/g, external_path_namespaceObject.sep);
}
//# sourceMappingURL=path-utils.js.map
;// CONCATENATED MODULE: external "string_decoder"
const external_string_decoder_namespaceObject = require("string_decoder");
// EXTERNAL MODULE: external "events"
var external_events_ = __nccwpck_require__(434);
;// CONCATENATED MODULE: external "child_process"
const external_child_process_namespaceObject = require("child_process");
// EXTERNAL MODULE: external "assert"
var external_assert_ = __nccwpck_require__(613);
;// CONCATENATED MODULE: ./node_modules/@actions/io/lib/io-util.js
var io_util_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};


const { chmod, copyFile, lstat, mkdir, open: io_util_open, readdir, rename, rm, rmdir, stat, symlink, unlink } = external_fs_namespaceObject.promises;
// export const {open} = 'fs'
const IS_WINDOWS = process.platform === 'win32';
/**
 * Custom implementation of readlink to ensure Windows junctions
 * maintain trailing backslash for backward compatibility with Node.js < 24
 *
 * In Node.js 20, Windows junctions (directory symlinks) always returned paths
 * with trailing backslashes. Node.js 24 removed this behavior, which breaks
 * code that relied on this format for path operations.
 *
 * This implementation restores the Node 20 behavior by adding a trailing
 * backslash to all junction results on Windows.
 */
function readlink(fsPath) {
    return io_util_awaiter(this, void 0, void 0, function* () {
        const result = yield fs.promises.readlink(fsPath);
        // On Windows, restore Node 20 behavior: add trailing backslash to all results
        // since junctions on Windows are always directory links
        if (IS_WINDOWS && !result.endsWith('\\')) {
            return `${result}\\`;
        }
        return result;
    });
}
// See https://github.com/nodejs/node/blob/d0153aee367422d0858105abec186da4dff0a0c5/deps/uv/include/uv/win.h#L691
const UV_FS_O_EXLOCK = 0x10000000;
const READONLY = external_fs_namespaceObject.constants.O_RDONLY;
function exists(fsPath) {
    return io_util_awaiter(this, void 0, void 0, function* () {
        try {
            yield stat(fsPath);
        }
        catch (err) {
            if (err.code === 'ENOENT') {
                return false;
            }
            throw err;
        }
        return true;
    });
}
function isDirectory(fsPath_1) {
    return io_util_awaiter(this, arguments, void 0, function* (fsPath, useStat = false) {
        const stats = useStat ? yield stat(fsPath) : yield lstat(fsPath);
        return stats.isDirectory();
    });
}
/**
 * On OSX/Linux, true if path starts with '/'. On Windows, true for paths like:
 * \, \hello, \\hello\share, C:, and C:\hello (and corresponding alternate separator cases).
 */
function isRooted(p) {
    p = normalizeSeparators(p);
    if (!p) {
        throw new Error('isRooted() parameter "p" cannot be empty');
    }
    if (IS_WINDOWS) {
        return (p.startsWith('\\') || /^[A-Z]:/i.test(p) // e.g. \ or \hello or \\hello
        ); // e.g. C: or C:\hello
    }
    return p.startsWith('/');
}
/**
 * Best effort attempt to determine whether a file exists and is executable.
 * @param filePath    file path to check
 * @param extensions  additional file extensions to try
 * @return if file exists and is executable, returns the file path. otherwise empty string.
 */
function tryGetExecutablePath(filePath, extensions) {
    return io_util_awaiter(this, void 0, void 0, function* () {
        let stats = undefined;
        try {
            // test file exists
            stats = yield stat(filePath);
        }
        catch (err) {
            if (err.code !== 'ENOENT') {
                // eslint-disable-next-line no-console
                console.log(`Unexpected error attempting to determine if executable file exists '${filePath}': ${err}`);
            }
        }
        if (stats && stats.isFile()) {
            if (IS_WINDOWS) {
                // on Windows, test for valid extension
                const upperExt = external_path_namespaceObject.extname(filePath).toUpperCase();
                if (extensions.some(validExt => validExt.toUpperCase() === upperExt)) {
                    return filePath;
                }
            }
            else {
                if (isUnixExecutable(stats)) {
                    return filePath;
                }
            }
        }
        // try each extension
        const originalFilePath = filePath;
        for (const extension of extensions) {
            filePath = originalFilePath + extension;
            stats = undefined;
            try {
                stats = yield stat(filePath);
            }
            catch (err) {
                if (err.code !== 'ENOENT') {
                    // eslint-disable-next-line no-console
                    console.log(`Unexpected error attempting to determine if executable file exists '${filePath}': ${err}`);
                }
            }
            if (stats && stats.isFile()) {
                if (IS_WINDOWS) {
                    // preserve the case of the actual file (since an extension was appended)
                    try {
                        const directory = external_path_namespaceObject.dirname(filePath);
                        const upperName = external_path_namespaceObject.basename(filePath).toUpperCase();
                        for (const actualName of yield readdir(directory)) {
                            if (upperName === actualName.toUpperCase()) {
                                filePath = external_path_namespaceObject.join(directory, actualName);
                                break;
                            }
                        }
                    }
                    catch (err) {
                        // eslint-disable-next-line no-console
                        console.log(`Unexpected error attempting to determine the actual case of the file '${filePath}': ${err}`);
                    }
                    return filePath;
                }
                else {
                    if (isUnixExecutable(stats)) {
                        return filePath;
                    }
                }
            }
        }
        return '';
    });
}
function normalizeSeparators(p) {
    p = p || '';
    if (IS_WINDOWS) {
        // convert slashes on Windows
        p = p.replace(/\//g, '\\');
        // remove redundant slashes
        return p.replace(/\\\\+/g, '\\');
    }
    // remove redundant slashes
    return p.replace(/\/\/+/g, '/');
}
// on Mac/Linux, test the execute bit
//     R   W  X  R  W X R W X
//   256 128 64 32 16 8 4 2 1
function isUnixExecutable(stats) {
    return ((stats.mode & 1) > 0 ||
        ((stats.mode & 8) > 0 &&
            process.getgid !== undefined &&
            stats.gid === process.getgid()) ||
        ((stats.mode & 64) > 0 &&
            process.getuid !== undefined &&
            stats.uid === process.getuid()));
}
// Get the path of cmd.exe in windows
function getCmdPath() {
    var _a;
    return (_a = process.env['COMSPEC']) !== null && _a !== void 0 ? _a : `cmd.exe`;
}
//# sourceMappingURL=io-util.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/io/lib/io.js
var io_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};



/**
 * Copies a file or folder.
 * Based off of shelljs - https://github.com/shelljs/shelljs/blob/9237f66c52e5daa40458f94f9565e18e8132f5a6/src/cp.js
 *
 * @param     source    source path
 * @param     dest      destination path
 * @param     options   optional. See CopyOptions.
 */
function cp(source_1, dest_1) {
    return io_awaiter(this, arguments, void 0, function* (source, dest, options = {}) {
        const { force, recursive, copySourceDirectory } = readCopyOptions(options);
        const destStat = (yield ioUtil.exists(dest)) ? yield ioUtil.stat(dest) : null;
        // Dest is an existing file, but not forcing
        if (destStat && destStat.isFile() && !force) {
            return;
        }
        // If dest is an existing directory, should copy inside.
        const newDest = destStat && destStat.isDirectory() && copySourceDirectory
            ? path.join(dest, path.basename(source))
            : dest;
        if (!(yield ioUtil.exists(source))) {
            throw new Error(`no such file or directory: ${source}`);
        }
        const sourceStat = yield ioUtil.stat(source);
        if (sourceStat.isDirectory()) {
            if (!recursive) {
                throw new Error(`Failed to copy. ${source} is a directory, but tried to copy without recursive flag.`);
            }
            else {
                yield cpDirRecursive(source, newDest, 0, force);
            }
        }
        else {
            if (path.relative(source, newDest) === '') {
                // a file cannot be copied to itself
                throw new Error(`'${newDest}' and '${source}' are the same file`);
            }
            yield io_copyFile(source, newDest, force);
        }
    });
}
/**
 * Moves a path.
 *
 * @param     source    source path
 * @param     dest      destination path
 * @param     options   optional. See MoveOptions.
 */
function mv(source_1, dest_1) {
    return io_awaiter(this, arguments, void 0, function* (source, dest, options = {}) {
        if (yield ioUtil.exists(dest)) {
            let destExists = true;
            if (yield ioUtil.isDirectory(dest)) {
                // If dest is directory copy src into dest
                dest = path.join(dest, path.basename(source));
                destExists = yield ioUtil.exists(dest);
            }
            if (destExists) {
                if (options.force == null || options.force) {
                    yield rmRF(dest);
                }
                else {
                    throw new Error('Destination already exists');
                }
            }
        }
        yield mkdirP(path.dirname(dest));
        yield ioUtil.rename(source, dest);
    });
}
/**
 * Remove a path recursively with force
 *
 * @param inputPath path to remove
 */
function rmRF(inputPath) {
    return io_awaiter(this, void 0, void 0, function* () {
        if (ioUtil.IS_WINDOWS) {
            // Check for invalid characters
            // https://docs.microsoft.com/en-us/windows/win32/fileio/naming-a-file
            if (/[*"<>|]/.test(inputPath)) {
                throw new Error('File path must not contain `*`, `"`, `<`, `>` or `|` on Windows');
            }
        }
        try {
            // note if path does not exist, error is silent
            yield ioUtil.rm(inputPath, {
                force: true,
                maxRetries: 3,
                recursive: true,
                retryDelay: 300
            });
        }
        catch (err) {
            throw new Error(`File was unable to be removed ${err}`);
        }
    });
}
/**
 * Make a directory.  Creates the full path with folders in between
 * Will throw if it fails
 *
 * @param   fsPath        path to create
 * @returns Promise<void>
 */
function mkdirP(fsPath) {
    return io_awaiter(this, void 0, void 0, function* () {
        ok(fsPath, 'a path argument must be provided');
        yield ioUtil.mkdir(fsPath, { recursive: true });
    });
}
/**
 * Returns path of a tool had the tool actually been invoked.  Resolves via paths.
 * If you check and the tool does not exist, it will throw.
 *
 * @param     tool              name of the tool
 * @param     check             whether to check if tool exists
 * @returns   Promise<string>   path to tool
 */
function which(tool, check) {
    return io_awaiter(this, void 0, void 0, function* () {
        if (!tool) {
            throw new Error("parameter 'tool' is required");
        }
        // recursive when check=true
        if (check) {
            const result = yield which(tool, false);
            if (!result) {
                if (IS_WINDOWS) {
                    throw new Error(`Unable to locate executable file: ${tool}. Please verify either the file path exists or the file can be found within a directory specified by the PATH environment variable. Also verify the file has a valid extension for an executable file.`);
                }
                else {
                    throw new Error(`Unable to locate executable file: ${tool}. Please verify either the file path exists or the file can be found within a directory specified by the PATH environment variable. Also check the file mode to verify the file is executable.`);
                }
            }
            return result;
        }
        const matches = yield findInPath(tool);
        if (matches && matches.length > 0) {
            return matches[0];
        }
        return '';
    });
}
/**
 * Returns a list of all occurrences of the given tool on the system path.
 *
 * @returns   Promise<string[]>  the paths of the tool
 */
function findInPath(tool) {
    return io_awaiter(this, void 0, void 0, function* () {
        if (!tool) {
            throw new Error("parameter 'tool' is required");
        }
        // build the list of extensions to try
        const extensions = [];
        if (IS_WINDOWS && process.env['PATHEXT']) {
            for (const extension of process.env['PATHEXT'].split(external_path_namespaceObject.delimiter)) {
                if (extension) {
                    extensions.push(extension);
                }
            }
        }
        // if it's rooted, return it if exists. otherwise return empty.
        if (isRooted(tool)) {
            const filePath = yield tryGetExecutablePath(tool, extensions);
            if (filePath) {
                return [filePath];
            }
            return [];
        }
        // if any path separators, return empty
        if (tool.includes(external_path_namespaceObject.sep)) {
            return [];
        }
        // build the list of directories
        //
        // Note, technically "where" checks the current directory on Windows. From a toolkit perspective,
        // it feels like we should not do this. Checking the current directory seems like more of a use
        // case of a shell, and the which() function exposed by the toolkit should strive for consistency
        // across platforms.
        const directories = [];
        if (process.env.PATH) {
            for (const p of process.env.PATH.split(external_path_namespaceObject.delimiter)) {
                if (p) {
                    directories.push(p);
                }
            }
        }
        // find all matches
        const matches = [];
        for (const directory of directories) {
            const filePath = yield tryGetExecutablePath(external_path_namespaceObject.join(directory, tool), extensions);
            if (filePath) {
                matches.push(filePath);
            }
        }
        return matches;
    });
}
function readCopyOptions(options) {
    const force = options.force == null ? true : options.force;
    const recursive = Boolean(options.recursive);
    const copySourceDirectory = options.copySourceDirectory == null
        ? true
        : Boolean(options.copySourceDirectory);
    return { force, recursive, copySourceDirectory };
}
function cpDirRecursive(sourceDir, destDir, currentDepth, force) {
    return io_awaiter(this, void 0, void 0, function* () {
        // Ensure there is not a run away recursive copy
        if (currentDepth >= 255)
            return;
        currentDepth++;
        yield mkdirP(destDir);
        const files = yield ioUtil.readdir(sourceDir);
        for (const fileName of files) {
            const srcFile = `${sourceDir}/${fileName}`;
            const destFile = `${destDir}/${fileName}`;
            const srcFileStat = yield ioUtil.lstat(srcFile);
            if (srcFileStat.isDirectory()) {
                // Recurse
                yield cpDirRecursive(srcFile, destFile, currentDepth, force);
            }
            else {
                yield io_copyFile(srcFile, destFile, force);
            }
        }
        // Change the mode for the newly created directory
        yield ioUtil.chmod(destDir, (yield ioUtil.stat(sourceDir)).mode);
    });
}
// Buffered file copy
function io_copyFile(srcFile, destFile, force) {
    return io_awaiter(this, void 0, void 0, function* () {
        if ((yield ioUtil.lstat(srcFile)).isSymbolicLink()) {
            // unlink/re-link it
            try {
                yield ioUtil.lstat(destFile);
                yield ioUtil.unlink(destFile);
            }
            catch (e) {
                // Try to override file permission
                if (e.code === 'EPERM') {
                    yield ioUtil.chmod(destFile, '0666');
                    yield ioUtil.unlink(destFile);
                }
                // other errors = it doesn't exist, no work to do
            }
            // Copy over symlink
            const symlinkFull = yield ioUtil.readlink(srcFile);
            yield ioUtil.symlink(symlinkFull, destFile, ioUtil.IS_WINDOWS ? 'junction' : null);
        }
        else if (!(yield ioUtil.exists(destFile)) || force) {
            yield ioUtil.copyFile(srcFile, destFile);
        }
    });
}
//# sourceMappingURL=io.js.map
;// CONCATENATED MODULE: external "timers"
const external_timers_namespaceObject = require("timers");
;// CONCATENATED MODULE: ./node_modules/@actions/exec/lib/toolrunner.js
var toolrunner_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};







/* eslint-disable @typescript-eslint/unbound-method */
const toolrunner_IS_WINDOWS = process.platform === 'win32';
/*
 * Class for running command line tools. Handles quoting and arg parsing in a platform agnostic way.
 */
class ToolRunner extends external_events_.EventEmitter {
    constructor(toolPath, args, options) {
        super();
        if (!toolPath) {
            throw new Error("Parameter 'toolPath' cannot be null or empty.");
        }
        this.toolPath = toolPath;
        this.args = args || [];
        this.options = options || {};
    }
    _debug(message) {
        if (this.options.listeners && this.options.listeners.debug) {
            this.options.listeners.debug(message);
        }
    }
    _getCommandString(options, noPrefix) {
        const toolPath = this._getSpawnFileName();
        const args = this._getSpawnArgs(options);
        let cmd = noPrefix ? '' : '[command]'; // omit prefix when piped to a second tool
        if (toolrunner_IS_WINDOWS) {
            // Windows + cmd file
            if (this._isCmdFile()) {
                cmd += toolPath;
                for (const a of args) {
                    cmd += ` ${a}`;
                }
            }
            // Windows + verbatim
            else if (options.windowsVerbatimArguments) {
                cmd += `"${toolPath}"`;
                for (const a of args) {
                    cmd += ` ${a}`;
                }
            }
            // Windows (regular)
            else {
                cmd += this._windowsQuoteCmdArg(toolPath);
                for (const a of args) {
                    cmd += ` ${this._windowsQuoteCmdArg(a)}`;
                }
            }
        }
        else {
            // OSX/Linux - this can likely be improved with some form of quoting.
            // creating processes on Unix is fundamentally different than Windows.
            // on Unix, execvp() takes an arg array.
            cmd += toolPath;
            for (const a of args) {
                cmd += ` ${a}`;
            }
        }
        return cmd;
    }
    _processLineBuffer(data, strBuffer, onLine) {
        try {
            let s = strBuffer + data.toString();
            let n = s.indexOf(external_os_namespaceObject.EOL);
            while (n > -1) {
                const line = s.substring(0, n);
                onLine(line);
                // the rest of the string ...
                s = s.substring(n + external_os_namespaceObject.EOL.length);
                n = s.indexOf(external_os_namespaceObject.EOL);
            }
            return s;
        }
        catch (err) {
            // streaming lines to console is best effort.  Don't fail a build.
            this._debug(`error processing line. Failed with error ${err}`);
            return '';
        }
    }
    _getSpawnFileName() {
        if (toolrunner_IS_WINDOWS) {
            if (this._isCmdFile()) {
                return process.env['COMSPEC'] || 'cmd.exe';
            }
        }
        return this.toolPath;
    }
    _getSpawnArgs(options) {
        if (toolrunner_IS_WINDOWS) {
            if (this._isCmdFile()) {
                let argline = `/D /S /C "${this._windowsQuoteCmdArg(this.toolPath)}`;
                for (const a of this.args) {
                    argline += ' ';
                    argline += options.windowsVerbatimArguments
                        ? a
                        : this._windowsQuoteCmdArg(a);
                }
                argline += '"';
                return [argline];
            }
        }
        return this.args;
    }
    _endsWith(str, end) {
        return str.endsWith(end);
    }
    _isCmdFile() {
        const upperToolPath = this.toolPath.toUpperCase();
        return (this._endsWith(upperToolPath, '.CMD') ||
            this._endsWith(upperToolPath, '.BAT'));
    }
    _windowsQuoteCmdArg(arg) {
        // for .exe, apply the normal quoting rules that libuv applies
        if (!this._isCmdFile()) {
            return this._uvQuoteCmdArg(arg);
        }
        // otherwise apply quoting rules specific to the cmd.exe command line parser.
        // the libuv rules are generic and are not designed specifically for cmd.exe
        // command line parser.
        //
        // for a detailed description of the cmd.exe command line parser, refer to
        // http://stackoverflow.com/questions/4094699/how-does-the-windows-command-interpreter-cmd-exe-parse-scripts/7970912#7970912
        // need quotes for empty arg
        if (!arg) {
            return '""';
        }
        // determine whether the arg needs to be quoted
        const cmdSpecialChars = [
            ' ',
            '\t',
            '&',
            '(',
            ')',
            '[',
            ']',
            '{',
            '}',
            '^',
            '=',
            ';',
            '!',
            "'",
            '+',
            ',',
            '`',
            '~',
            '|',
            '<',
            '>',
            '"'
        ];
        let needsQuotes = false;
        for (const char of arg) {
            if (cmdSpecialChars.some(x => x === char)) {
                needsQuotes = true;
                break;
            }
        }
        // short-circuit if quotes not needed
        if (!needsQuotes) {
            return arg;
        }
        // the following quoting rules are very similar to the rules that by libuv applies.
        //
        // 1) wrap the string in quotes
        //
        // 2) double-up quotes - i.e. " => ""
        //
        //    this is different from the libuv quoting rules. libuv replaces " with \", which unfortunately
        //    doesn't work well with a cmd.exe command line.
        //
        //    note, replacing " with "" also works well if the arg is passed to a downstream .NET console app.
        //    for example, the command line:
        //          foo.exe "myarg:""my val"""
        //    is parsed by a .NET console app into an arg array:
        //          [ "myarg:\"my val\"" ]
        //    which is the same end result when applying libuv quoting rules. although the actual
        //    command line from libuv quoting rules would look like:
        //          foo.exe "myarg:\"my val\""
        //
        // 3) double-up slashes that precede a quote,
        //    e.g.  hello \world    => "hello \world"
        //          hello\"world    => "hello\\""world"
        //          hello\\"world   => "hello\\\\""world"
        //          hello world\    => "hello world\\"
        //
        //    technically this is not required for a cmd.exe command line, or the batch argument parser.
        //    the reasons for including this as a .cmd quoting rule are:
        //
        //    a) this is optimized for the scenario where the argument is passed from the .cmd file to an
        //       external program. many programs (e.g. .NET console apps) rely on the slash-doubling rule.
        //
        //    b) it's what we've been doing previously (by deferring to node default behavior) and we
        //       haven't heard any complaints about that aspect.
        //
        // note, a weakness of the quoting rules chosen here, is that % is not escaped. in fact, % cannot be
        // escaped when used on the command line directly - even though within a .cmd file % can be escaped
        // by using %%.
        //
        // the saving grace is, on the command line, %var% is left as-is if var is not defined. this contrasts
        // the line parsing rules within a .cmd file, where if var is not defined it is replaced with nothing.
        //
        // one option that was explored was replacing % with ^% - i.e. %var% => ^%var^%. this hack would
        // often work, since it is unlikely that var^ would exist, and the ^ character is removed when the
        // variable is used. the problem, however, is that ^ is not removed when %* is used to pass the args
        // to an external program.
        //
        // an unexplored potential solution for the % escaping problem, is to create a wrapper .cmd file.
        // % can be escaped within a .cmd file.
        let reverse = '"';
        let quoteHit = true;
        for (let i = arg.length; i > 0; i--) {
            // walk the string in reverse
            reverse += arg[i - 1];
            if (quoteHit && arg[i - 1] === '\\') {
                reverse += '\\'; // double the slash
            }
            else if (arg[i - 1] === '"') {
                quoteHit = true;
                reverse += '"'; // double the quote
            }
            else {
                quoteHit = false;
            }
        }
        reverse += '"';
        return reverse.split('').reverse().join('');
    }
    _uvQuoteCmdArg(arg) {
        // Tool runner wraps child_process.spawn() and needs to apply the same quoting as
        // Node in certain cases where the undocumented spawn option windowsVerbatimArguments
        // is used.
        //
        // Since this function is a port of quote_cmd_arg from Node 4.x (technically, lib UV,
        // see https://github.com/nodejs/node/blob/v4.x/deps/uv/src/win/process.c for details),
        // pasting copyright notice from Node within this function:
        //
        //      Copyright Joyent, Inc. and other Node contributors. All rights reserved.
        //
        //      Permission is hereby granted, free of charge, to any person obtaining a copy
        //      of this software and associated documentation files (the "Software"), to
        //      deal in the Software without restriction, including without limitation the
        //      rights to use, copy, modify, merge, publish, distribute, sublicense, and/or
        //      sell copies of the Software, and to permit persons to whom the Software is
        //      furnished to do so, subject to the following conditions:
        //
        //      The above copyright notice and this permission notice shall be included in
        //      all copies or substantial portions of the Software.
        //
        //      THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
        //      IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
        //      FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
        //      AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
        //      LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING
        //      FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS
        //      IN THE SOFTWARE.
        if (!arg) {
            // Need double quotation for empty argument
            return '""';
        }
        if (!arg.includes(' ') && !arg.includes('\t') && !arg.includes('"')) {
            // No quotation needed
            return arg;
        }
        if (!arg.includes('"') && !arg.includes('\\')) {
            // No embedded double quotes or backslashes, so I can just wrap
            // quote marks around the whole thing.
            return `"${arg}"`;
        }
        // Expected input/output:
        //   input : hello"world
        //   output: "hello\"world"
        //   input : hello""world
        //   output: "hello\"\"world"
        //   input : hello\world
        //   output: hello\world
        //   input : hello\\world
        //   output: hello\\world
        //   input : hello\"world
        //   output: "hello\\\"world"
        //   input : hello\\"world
        //   output: "hello\\\\\"world"
        //   input : hello world\
        //   output: "hello world\\" - note the comment in libuv actually reads "hello world\"
        //                             but it appears the comment is wrong, it should be "hello world\\"
        let reverse = '"';
        let quoteHit = true;
        for (let i = arg.length; i > 0; i--) {
            // walk the string in reverse
            reverse += arg[i - 1];
            if (quoteHit && arg[i - 1] === '\\') {
                reverse += '\\';
            }
            else if (arg[i - 1] === '"') {
                quoteHit = true;
                reverse += '\\';
            }
            else {
                quoteHit = false;
            }
        }
        reverse += '"';
        return reverse.split('').reverse().join('');
    }
    _cloneExecOptions(options) {
        options = options || {};
        const result = {
            cwd: options.cwd || process.cwd(),
            env: options.env || process.env,
            silent: options.silent || false,
            windowsVerbatimArguments: options.windowsVerbatimArguments || false,
            failOnStdErr: options.failOnStdErr || false,
            ignoreReturnCode: options.ignoreReturnCode || false,
            delay: options.delay || 10000
        };
        result.outStream = options.outStream || process.stdout;
        result.errStream = options.errStream || process.stderr;
        return result;
    }
    _getSpawnOptions(options, toolPath) {
        options = options || {};
        const result = {};
        result.cwd = options.cwd;
        result.env = options.env;
        result['windowsVerbatimArguments'] =
            options.windowsVerbatimArguments || this._isCmdFile();
        if (options.windowsVerbatimArguments) {
            result.argv0 = `"${toolPath}"`;
        }
        return result;
    }
    /**
     * Exec a tool.
     * Output will be streamed to the live console.
     * Returns promise with return code
     *
     * @param     tool     path to tool to exec
     * @param     options  optional exec options.  See ExecOptions
     * @returns   number
     */
    exec() {
        return toolrunner_awaiter(this, void 0, void 0, function* () {
            // root the tool path if it is unrooted and contains relative pathing
            if (!isRooted(this.toolPath) &&
                (this.toolPath.includes('/') ||
                    (toolrunner_IS_WINDOWS && this.toolPath.includes('\\')))) {
                // prefer options.cwd if it is specified, however options.cwd may also need to be rooted
                this.toolPath = external_path_namespaceObject.resolve(process.cwd(), this.options.cwd || process.cwd(), this.toolPath);
            }
            // if the tool is only a file name, then resolve it from the PATH
            // otherwise verify it exists (add extension on Windows if necessary)
            this.toolPath = yield which(this.toolPath, true);
            return new Promise((resolve, reject) => toolrunner_awaiter(this, void 0, void 0, function* () {
                this._debug(`exec tool: ${this.toolPath}`);
                this._debug('arguments:');
                for (const arg of this.args) {
                    this._debug(`   ${arg}`);
                }
                const optionsNonNull = this._cloneExecOptions(this.options);
                if (!optionsNonNull.silent && optionsNonNull.outStream) {
                    optionsNonNull.outStream.write(this._getCommandString(optionsNonNull) + external_os_namespaceObject.EOL);
                }
                const state = new ExecState(optionsNonNull, this.toolPath);
                state.on('debug', (message) => {
                    this._debug(message);
                });
                if (this.options.cwd && !(yield exists(this.options.cwd))) {
                    return reject(new Error(`The cwd: ${this.options.cwd} does not exist!`));
                }
                const fileName = this._getSpawnFileName();
                const cp = external_child_process_namespaceObject.spawn(fileName, this._getSpawnArgs(optionsNonNull), this._getSpawnOptions(this.options, fileName));
                let stdbuffer = '';
                if (cp.stdout) {
                    cp.stdout.on('data', (data) => {
                        if (this.options.listeners && this.options.listeners.stdout) {
                            this.options.listeners.stdout(data);
                        }
                        if (!optionsNonNull.silent && optionsNonNull.outStream) {
                            optionsNonNull.outStream.write(data);
                        }
                        stdbuffer = this._processLineBuffer(data, stdbuffer, (line) => {
                            if (this.options.listeners && this.options.listeners.stdline) {
                                this.options.listeners.stdline(line);
                            }
                        });
                    });
                }
                let errbuffer = '';
                if (cp.stderr) {
                    cp.stderr.on('data', (data) => {
                        state.processStderr = true;
                        if (this.options.listeners && this.options.listeners.stderr) {
                            this.options.listeners.stderr(data);
                        }
                        if (!optionsNonNull.silent &&
                            optionsNonNull.errStream &&
                            optionsNonNull.outStream) {
                            const s = optionsNonNull.failOnStdErr
                                ? optionsNonNull.errStream
                                : optionsNonNull.outStream;
                            s.write(data);
                        }
                        errbuffer = this._processLineBuffer(data, errbuffer, (line) => {
                            if (this.options.listeners && this.options.listeners.errline) {
                                this.options.listeners.errline(line);
                            }
                        });
                    });
                }
                cp.on('error', (err) => {
                    state.processError = err.message;
                    state.processExited = true;
                    state.processClosed = true;
                    state.CheckComplete();
                });
                cp.on('exit', (code) => {
                    state.processExitCode = code;
                    state.processExited = true;
                    this._debug(`Exit code ${code} received from tool '${this.toolPath}'`);
                    state.CheckComplete();
                });
                cp.on('close', (code) => {
                    state.processExitCode = code;
                    state.processExited = true;
                    state.processClosed = true;
                    this._debug(`STDIO streams have closed for tool '${this.toolPath}'`);
                    state.CheckComplete();
                });
                state.on('done', (error, exitCode) => {
                    if (stdbuffer.length > 0) {
                        this.emit('stdline', stdbuffer);
                    }
                    if (errbuffer.length > 0) {
                        this.emit('errline', errbuffer);
                    }
                    cp.removeAllListeners();
                    if (error) {
                        reject(error);
                    }
                    else {
                        resolve(exitCode);
                    }
                });
                if (this.options.input) {
                    if (!cp.stdin) {
                        throw new Error('child process missing stdin');
                    }
                    cp.stdin.end(this.options.input);
                }
            }));
        });
    }
}
/**
 * Convert an arg string to an array of args. Handles escaping
 *
 * @param    argString   string of arguments
 * @returns  string[]    array of arguments
 */
function argStringToArray(argString) {
    const args = [];
    let inQuotes = false;
    let escaped = false;
    let arg = '';
    function append(c) {
        // we only escape double quotes.
        if (escaped && c !== '"') {
            arg += '\\';
        }
        arg += c;
        escaped = false;
    }
    for (let i = 0; i < argString.length; i++) {
        const c = argString.charAt(i);
        if (c === '"') {
            if (!escaped) {
                inQuotes = !inQuotes;
            }
            else {
                append(c);
            }
            continue;
        }
        if (c === '\\' && escaped) {
            append(c);
            continue;
        }
        if (c === '\\' && inQuotes) {
            escaped = true;
            continue;
        }
        if (c === ' ' && !inQuotes) {
            if (arg.length > 0) {
                args.push(arg);
                arg = '';
            }
            continue;
        }
        append(c);
    }
    if (arg.length > 0) {
        args.push(arg.trim());
    }
    return args;
}
class ExecState extends external_events_.EventEmitter {
    constructor(options, toolPath) {
        super();
        this.processClosed = false; // tracks whether the process has exited and stdio is closed
        this.processError = '';
        this.processExitCode = 0;
        this.processExited = false; // tracks whether the process has exited
        this.processStderr = false; // tracks whether stderr was written to
        this.delay = 10000; // 10 seconds
        this.done = false;
        this.timeout = null;
        if (!toolPath) {
            throw new Error('toolPath must not be empty');
        }
        this.options = options;
        this.toolPath = toolPath;
        if (options.delay) {
            this.delay = options.delay;
        }
    }
    CheckComplete() {
        if (this.done) {
            return;
        }
        if (this.processClosed) {
            this._setResult();
        }
        else if (this.processExited) {
            this.timeout = (0,external_timers_namespaceObject.setTimeout)(ExecState.HandleTimeout, this.delay, this);
        }
    }
    _debug(message) {
        this.emit('debug', message);
    }
    _setResult() {
        // determine whether there is an error
        let error;
        if (this.processExited) {
            if (this.processError) {
                error = new Error(`There was an error when attempting to execute the process '${this.toolPath}'. This may indicate the process failed to start. Error: ${this.processError}`);
            }
            else if (this.processExitCode !== 0 && !this.options.ignoreReturnCode) {
                error = new Error(`The process '${this.toolPath}' failed with exit code ${this.processExitCode}`);
            }
            else if (this.processStderr && this.options.failOnStdErr) {
                error = new Error(`The process '${this.toolPath}' failed because one or more lines were written to the STDERR stream`);
            }
        }
        // clear the timeout
        if (this.timeout) {
            clearTimeout(this.timeout);
            this.timeout = null;
        }
        this.done = true;
        this.emit('done', error, this.processExitCode);
    }
    static HandleTimeout(state) {
        if (state.done) {
            return;
        }
        if (!state.processClosed && state.processExited) {
            const message = `The STDIO streams did not close within ${state.delay / 1000} seconds of the exit event from process '${state.toolPath}'. This may indicate a child process inherited the STDIO streams and has not yet exited.`;
            state._debug(message);
        }
        state._setResult();
    }
}
//# sourceMappingURL=toolrunner.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/exec/lib/exec.js
var exec_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};


/**
 * Exec a command.
 * Output will be streamed to the live console.
 * Returns promise with return code
 *
 * @param     commandLine        command to execute (can include additional args). Must be correctly escaped.
 * @param     args               optional arguments for tool. Escaping is handled by the lib.
 * @param     options            optional exec options.  See ExecOptions
 * @returns   Promise<number>    exit code
 */
function exec(commandLine, args, options) {
    return exec_awaiter(this, void 0, void 0, function* () {
        const commandArgs = argStringToArray(commandLine);
        if (commandArgs.length === 0) {
            throw new Error(`Parameter 'commandLine' cannot be null or empty.`);
        }
        // Path to tool to execute should be first arg
        const toolPath = commandArgs[0];
        args = commandArgs.slice(1).concat(args || []);
        const runner = new ToolRunner(toolPath, args, options);
        return runner.exec();
    });
}
/**
 * Exec a command and get the output.
 * Output will be streamed to the live console.
 * Returns promise with the exit code and collected stdout and stderr
 *
 * @param     commandLine           command to execute (can include additional args). Must be correctly escaped.
 * @param     args                  optional arguments for tool. Escaping is handled by the lib.
 * @param     options               optional exec options.  See ExecOptions
 * @returns   Promise<ExecOutput>   exit code, stdout, and stderr
 */
function getExecOutput(commandLine, args, options) {
    return exec_awaiter(this, void 0, void 0, function* () {
        var _a, _b;
        let stdout = '';
        let stderr = '';
        //Using string decoder covers the case where a mult-byte character is split
        const stdoutDecoder = new external_string_decoder_namespaceObject.StringDecoder('utf8');
        const stderrDecoder = new external_string_decoder_namespaceObject.StringDecoder('utf8');
        const originalStdoutListener = (_a = options === null || options === void 0 ? void 0 : options.listeners) === null || _a === void 0 ? void 0 : _a.stdout;
        const originalStdErrListener = (_b = options === null || options === void 0 ? void 0 : options.listeners) === null || _b === void 0 ? void 0 : _b.stderr;
        const stdErrListener = (data) => {
            stderr += stderrDecoder.write(data);
            if (originalStdErrListener) {
                originalStdErrListener(data);
            }
        };
        const stdOutListener = (data) => {
            stdout += stdoutDecoder.write(data);
            if (originalStdoutListener) {
                originalStdoutListener(data);
            }
        };
        const listeners = Object.assign(Object.assign({}, options === null || options === void 0 ? void 0 : options.listeners), { stdout: stdOutListener, stderr: stdErrListener });
        const exitCode = yield exec(commandLine, args, Object.assign(Object.assign({}, options), { listeners }));
        //flush any remaining characters
        stdout += stdoutDecoder.end();
        stderr += stderrDecoder.end();
        return {
            exitCode,
            stdout,
            stderr
        };
    });
}
//# sourceMappingURL=exec.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/platform.js
var platform_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};


const getWindowsInfo = () => platform_awaiter(void 0, void 0, void 0, function* () {
    const { stdout: version } = yield getExecOutput('powershell -command "(Get-CimInstance -ClassName Win32_OperatingSystem).Version"', undefined, {
        silent: true
    });
    const { stdout: name } = yield getExecOutput('powershell -command "(Get-CimInstance -ClassName Win32_OperatingSystem).Caption"', undefined, {
        silent: true
    });
    return {
        name: name.trim(),
        version: version.trim()
    };
});
const getMacOsInfo = () => platform_awaiter(void 0, void 0, void 0, function* () {
    var _a, _b, _c, _d;
    const { stdout } = yield getExecOutput('sw_vers', undefined, {
        silent: true
    });
    const version = (_b = (_a = stdout.match(/ProductVersion:\s*(.+)/)) === null || _a === void 0 ? void 0 : _a[1]) !== null && _b !== void 0 ? _b : '';
    const name = (_d = (_c = stdout.match(/ProductName:\s*(.+)/)) === null || _c === void 0 ? void 0 : _c[1]) !== null && _d !== void 0 ? _d : '';
    return {
        name,
        version
    };
});
const getLinuxInfo = () => platform_awaiter(void 0, void 0, void 0, function* () {
    const { stdout } = yield getExecOutput('lsb_release', ['-i', '-r', '-s'], {
        silent: true
    });
    const [name, version] = stdout.trim().split('\n');
    return {
        name,
        version
    };
});
const platform = external_os_namespaceObject.platform();
const arch = external_os_namespaceObject.arch();
const isWindows = platform === 'win32';
const isMacOS = platform === 'darwin';
const isLinux = platform === 'linux';
function getDetails() {
    return platform_awaiter(this, void 0, void 0, function* () {
        return Object.assign(Object.assign({}, (yield (isWindows
            ? getWindowsInfo()
            : isMacOS
                ? getMacOsInfo()
                : getLinuxInfo()))), { platform,
            arch,
            isWindows,
            isMacOS,
            isLinux });
    });
}
//# sourceMappingURL=platform.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/core.js
var core_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};






/**
 * The code to exit an action
 */
var ExitCode;
(function (ExitCode) {
    /**
     * A code indicating that the action was successful
     */
    ExitCode[ExitCode["Success"] = 0] = "Success";
    /**
     * A code indicating that the action was a failure
     */
    ExitCode[ExitCode["Failure"] = 1] = "Failure";
})(ExitCode || (ExitCode = {}));
//-----------------------------------------------------------------------
// Variables
//-----------------------------------------------------------------------
/**
 * Sets env variable for this action and future actions in the job
 * @param name the name of the variable to set
 * @param val the value of the variable. Non-string values will be converted to a string via JSON.stringify
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function exportVariable(name, val) {
    const convertedVal = toCommandValue(val);
    process.env[name] = convertedVal;
    const filePath = process.env['GITHUB_ENV'] || '';
    if (filePath) {
        return issueFileCommand('ENV', prepareKeyValueMessage(name, val));
    }
    issueCommand('set-env', { name }, convertedVal);
}
/**
 * Registers a secret which will get masked from logs
 *
 * @param secret - Value of the secret to be masked
 * @remarks
 * This function instructs the Actions runner to mask the specified value in any
 * logs produced during the workflow run. Once registered, the secret value will
 * be replaced with asterisks (***) whenever it appears in console output, logs,
 * or error messages.
 *
 * This is useful for protecting sensitive information such as:
 * - API keys
 * - Access tokens
 * - Authentication credentials
 * - URL parameters containing signatures (SAS tokens)
 *
 * Note that masking only affects future logs; any previous appearances of the
 * secret in logs before calling this function will remain unmasked.
 *
 * @example
 * ```typescript
 * // Register an API token as a secret
 * const apiToken = "abc123xyz456";
 * setSecret(apiToken);
 *
 * // Now any logs containing this value will show *** instead
 * console.log(`Using token: ${apiToken}`); // Outputs: "Using token: ***"
 * ```
 */
function setSecret(secret) {
    issueCommand('add-mask', {}, secret);
}
/**
 * Prepends inputPath to the PATH (for this action and future actions)
 * @param inputPath
 */
function addPath(inputPath) {
    const filePath = process.env['GITHUB_PATH'] || '';
    if (filePath) {
        issueFileCommand('PATH', inputPath);
    }
    else {
        issueCommand('add-path', {}, inputPath);
    }
    process.env['PATH'] = `${inputPath}${external_path_namespaceObject.delimiter}${process.env['PATH']}`;
}
/**
 * Gets the value of an input.
 * Unless trimWhitespace is set to false in InputOptions, the value is also trimmed.
 * Returns an empty string if the value is not defined.
 *
 * @param     name     name of the input to get
 * @param     options  optional. See InputOptions.
 * @returns   string
 */
function getInput(name, options) {
    const val = process.env[`INPUT_${name.replace(/ /g, '_').toUpperCase()}`] || '';
    if (options && options.required && !val) {
        throw new Error(`Input required and not supplied: ${name}`);
    }
    if (options && options.trimWhitespace === false) {
        return val;
    }
    return val.trim();
}
/**
 * Gets the values of an multiline input.  Each value is also trimmed.
 *
 * @param     name     name of the input to get
 * @param     options  optional. See InputOptions.
 * @returns   string[]
 *
 */
function getMultilineInput(name, options) {
    const inputs = getInput(name, options)
        .split('\n')
        .filter(x => x !== '');
    if (options && options.trimWhitespace === false) {
        return inputs;
    }
    return inputs.map(input => input.trim());
}
/**
 * Gets the input value of the boolean type in the YAML 1.2 "core schema" specification.
 * Support boolean input list: `true | True | TRUE | false | False | FALSE` .
 * The return value is also in boolean type.
 * ref: https://yaml.org/spec/1.2/spec.html#id2804923
 *
 * @param     name     name of the input to get
 * @param     options  optional. See InputOptions.
 * @returns   boolean
 */
function getBooleanInput(name, options) {
    const trueValue = ['true', 'True', 'TRUE'];
    const falseValue = ['false', 'False', 'FALSE'];
    const val = getInput(name, options);
    if (trueValue.includes(val))
        return true;
    if (falseValue.includes(val))
        return false;
    throw new TypeError(`Input does not meet YAML 1.2 "Core Schema" specification: ${name}\n` +
        `Support boolean input list: \`true | True | TRUE | false | False | FALSE\``);
}
/**
 * Sets the value of an output.
 *
 * @param     name     name of the output to set
 * @param     value    value to store. Non-string values will be converted to a string via JSON.stringify
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function setOutput(name, value) {
    const filePath = process.env['GITHUB_OUTPUT'] || '';
    if (filePath) {
        return issueFileCommand('OUTPUT', prepareKeyValueMessage(name, value));
    }
    process.stdout.write(external_os_namespaceObject.EOL);
    issueCommand('set-output', { name }, toCommandValue(value));
}
/**
 * Enables or disables the echoing of commands into stdout for the rest of the step.
 * Echoing is disabled by default if ACTIONS_STEP_DEBUG is not set.
 *
 */
function setCommandEcho(enabled) {
    issue('echo', enabled ? 'on' : 'off');
}
//-----------------------------------------------------------------------
// Results
//-----------------------------------------------------------------------
/**
 * Sets the action status to failed.
 * When the action exits it will be with an exit code of 1
 * @param message add error issue message
 */
function setFailed(message) {
    process.exitCode = ExitCode.Failure;
    error(message);
}
//-----------------------------------------------------------------------
// Logging Commands
//-----------------------------------------------------------------------
/**
 * Gets whether Actions Step Debug is on or not
 */
function isDebug() {
    return process.env['RUNNER_DEBUG'] === '1';
}
/**
 * Writes debug message to user log
 * @param message debug message
 */
function debug(message) {
    issueCommand('debug', {}, message);
}
/**
 * Adds an error issue
 * @param message error issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function error(message, properties = {}) {
    issueCommand('error', toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Adds a warning issue
 * @param message warning issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function warning(message, properties = {}) {
    issueCommand('warning', toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Adds a notice issue
 * @param message notice issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function notice(message, properties = {}) {
    issueCommand('notice', toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Writes info to log with console.log.
 * @param message info message
 */
function info(message) {
    process.stdout.write(message + external_os_namespaceObject.EOL);
}
/**
 * Begin an output group.
 *
 * Output until the next `groupEnd` will be foldable in this group
 *
 * @param name The name of the output group
 */
function startGroup(name) {
    issue('group', name);
}
/**
 * End an output group.
 */
function endGroup() {
    issue('endgroup');
}
/**
 * Wrap an asynchronous function call in a group.
 *
 * Returns the same type as the function itself.
 *
 * @param name The name of the group
 * @param fn The function to wrap in the group
 */
function group(name, fn) {
    return core_awaiter(this, void 0, void 0, function* () {
        startGroup(name);
        let result;
        try {
            result = yield fn();
        }
        finally {
            endGroup();
        }
        return result;
    });
}
//-----------------------------------------------------------------------
// Wrapper action state
//-----------------------------------------------------------------------
/**
 * Saves state for current action, the state can only be retrieved by this action's post job execution.
 *
 * @param     name     name of the state to store
 * @param     value    value to store. Non-string values will be converted to a string via JSON.stringify
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function saveState(name, value) {
    const filePath = process.env['GITHUB_STATE'] || '';
    if (filePath) {
        return issueFileCommand('STATE', prepareKeyValueMessage(name, value));
    }
    issueCommand('save-state', { name }, toCommandValue(value));
}
/**
 * Gets the value of an state set by this action's main execution.
 *
 * @param     name     name of the state to get
 * @returns   string
 */
function getState(name) {
    return process.env[`STATE_${name}`] || '';
}
function getIDToken(aud) {
    return core_awaiter(this, void 0, void 0, function* () {
        return yield OidcClient.getIDToken(aud);
    });
}
/**
 * Summary exports
 */

/**
 * @deprecated use core.summary
 */

/**
 * Path exports
 */

/**
 * Platform utilities exports
 */

//# sourceMappingURL=core.js.map
;// CONCATENATED MODULE: external "node:tls"
const external_node_tls_namespaceObject = require("node:tls");
// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __nccwpck_require__(975);
// EXTERNAL MODULE: ./build/compiled/http/transport-error.js
var transport_error = __nccwpck_require__(138);
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
        throw new transport_error/* TransportError */.wX('answer_unreadable', { systemCode: 'content-encoding' });
    }
    try {
        return await decoders[name](body, { maxOutputLength: maxBytes });
    }
    catch (cause) {
        const tooLarge = cause instanceof RangeError;
        throw new transport_error/* TransportError */.wX(tooLarge ? 'answer_too_large' : 'answer_unreadable', { cause });
    }
}
/** Loaded only where a server compresses unasked: node:zlib takes milliseconds to load. */
async function loadDecoders() {
    const { brotliDecompress, gunzip, inflate } = await Promise.resolve(/* import() */).then(__nccwpck_require__.t.bind(__nccwpck_require__, 522, 23));
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
    const client = new HttpClient(undefined, [
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
        const headers = joinHeaders(message);
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
            throw new transport_error/* TransportError */.wX('timeout', { cause: limits.signal.reason });
        }
        throw (0,transport_error/* toTransportError */.fh)(error);
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
    if (isNamed && !checkBypass(url) && readProxyHost(url) === '') {
        throw new transport_error/* TransportError */.wX('proxy_invalid');
    }
}
/** Empty where the address of the proxy cannot be read. */
function readProxyHost(url) {
    try {
        return getProxyUrl(url)?.hostname ?? '';
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
        ...(tls.ca === undefined ? {} : { ca: [...(0,external_node_tls_namespaceObject.getCACertificates)('default'), tls.ca] }),
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
            reject(new transport_error/* TransportError */.wX('answer_cut', { cause }));
        };
        message.on('data', (chunk) => {
            size += chunk.length;
            chunks.push(chunk);
            if (size <= maxBytes)
                return;
            reject(new transport_error/* TransportError */.wX('answer_too_large'));
            message.destroy();
        });
        message.on('end', () => {
            resolve(Buffer.concat(chunks));
        });
        message.on('error', cut);
        message.on('close', cut);
    });
}
function joinHeaders(message) {
    const entries = Object.entries(message.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]);
    return Object.fromEntries(entries);
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

;// CONCATENATED MODULE: ./build/compiled/action/surroundings.js






/** The real surroundings of a step. */
function realSurroundings() {
    const script = process.argv[1] ?? '';
    const env = { ...process.env };
    // Node would warn that certificates are not verified; they are.
    delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    return {
        runner: core_namespaceObject,
        env,
        platform: process.platform,
        clock: systemClock,
        random: Math.random,
        randomBytes: external_node_crypto_.randomBytes,
        randomUUID: external_node_crypto_.randomUUID,
        send: sendRequest,
        // By the path of this process: ncc rewrites a URL that is made from import.meta.url.
        saveScript: (0,external_node_path_.join)((0,external_node_path_.dirname)(script), '..', 'save', 'index.js'),
        temp: process.env['RUNNER_TEMP'] ?? (0,external_node_os_namespaceObject.tmpdir)(),
        succeed: () => {
            process.exitCode = 0;
        },
    };
}


/***/ }),

/***/ 138:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

"use strict";
/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Dm: () => (/* binding */ isTransientStatus),
/* harmony export */   ar: () => (/* binding */ isSuccessStatus),
/* harmony export */   fh: () => (/* binding */ toTransportError),
/* harmony export */   wX: () => (/* binding */ TransportError)
/* harmony export */ });
/** The codes after which the server cannot have read the request. */
const neverSent = new Set([
    'name_not_found',
    'tls_failed',
    'proxy_refused',
    'proxy_invalid',
    'proxy_unreachable',
]);
/** The codes after which the same request would fail in the same way. */
const final = new Set([
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
class TransportError extends Error {
    name = 'TransportError';
    code;
    proxyStatus;
    systemCode;
    constructor(code, details = {}) {
        super(code, { cause: details.cause });
        this.code = code;
        this.proxyStatus = details.proxyStatus;
        this.systemCode = details.systemCode;
    }
    /** Whether the same request may succeed a little later. */
    get retryable() {
        if (this.code === 'proxy_refused')
            return isTransientStatus(this.proxyStatus ?? 0);
        return !final.has(this.code);
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
    if (error instanceof TransportError)
        return error;
    const cause = error;
    const message = error instanceof Error ? error.message : '';
    const systemCode = readSystemCode(error);
    const details = systemCode === undefined ? { cause } : { cause, systemCode };
    const status = tunnelRefusal.exec(message)?.[1];
    if (status !== undefined) {
        return new TransportError('proxy_refused', { ...details, proxyStatus: Number(status) });
    }
    // Only the words are left of what went wrong between here and a proxy.
    const failure = tunnelFailure.exec(message)?.[1];
    if (failure !== undefined) {
        const isTls = /certificate|altnames|SSL routines/i.test(failure);
        return new TransportError(isTls ? 'tls_failed' : 'proxy_unreachable', details);
    }
    if (error instanceof URIError)
        return new TransportError('proxy_invalid', details);
    return new TransportError(codeOf(systemCode), details);
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


/***/ }),

/***/ 294:
/***/ ((module, __webpack_exports__, __nccwpck_require__) => {

"use strict";
__nccwpck_require__.a(module, async (__webpack_handle_async_dependencies__, __webpack_async_result__) => { try {
__nccwpck_require__.r(__webpack_exports__);
/* harmony import */ var _action_process_end_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(255);
/* harmony import */ var _action_run_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(678);
/* harmony import */ var _action_surroundings_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(506);



// The package tunnel uses a deprecated Buffer(), and a warning of it is no news to the author of a workflow.
process.noDeprecation = true;
// The step is red until later steps have a token: whatever ends this process early must not look like a success.
process.exitCode = 1;
await (0,_action_run_js__WEBPACK_IMPORTED_MODULE_0__/* .run */ .e)((0,_action_surroundings_js__WEBPACK_IMPORTED_MODULE_1__/* .realSurroundings */ .y)());
(0,_action_process_end_js__WEBPACK_IMPORTED_MODULE_2__/* .endProcess */ .J)();

__webpack_async_result__();
} catch(e) { __webpack_async_result__(e); } }, 1);

/***/ }),

/***/ 770:
/***/ ((module, __unused_webpack_exports, __nccwpck_require__) => {

module.exports = __nccwpck_require__(218);


/***/ }),

/***/ 218:
/***/ ((__unused_webpack_module, exports, __nccwpck_require__) => {

"use strict";
var __webpack_unused_export__;


var net = __nccwpck_require__(278);
var tls = __nccwpck_require__(756);
var http = __nccwpck_require__(611);
var https = __nccwpck_require__(692);
var events = __nccwpck_require__(434);
var assert = __nccwpck_require__(613);
var util = __nccwpck_require__(23);


exports.httpOverHttp = httpOverHttp;
exports.httpsOverHttp = httpsOverHttp;
exports.httpOverHttps = httpOverHttps;
exports.httpsOverHttps = httpsOverHttps;


function httpOverHttp(options) {
  var agent = new TunnelingAgent(options);
  agent.request = http.request;
  return agent;
}

function httpsOverHttp(options) {
  var agent = new TunnelingAgent(options);
  agent.request = http.request;
  agent.createSocket = createSecureSocket;
  agent.defaultPort = 443;
  return agent;
}

function httpOverHttps(options) {
  var agent = new TunnelingAgent(options);
  agent.request = https.request;
  return agent;
}

function httpsOverHttps(options) {
  var agent = new TunnelingAgent(options);
  agent.request = https.request;
  agent.createSocket = createSecureSocket;
  agent.defaultPort = 443;
  return agent;
}


function TunnelingAgent(options) {
  var self = this;
  self.options = options || {};
  self.proxyOptions = self.options.proxy || {};
  self.maxSockets = self.options.maxSockets || http.Agent.defaultMaxSockets;
  self.requests = [];
  self.sockets = [];

  self.on('free', function onFree(socket, host, port, localAddress) {
    var options = toOptions(host, port, localAddress);
    for (var i = 0, len = self.requests.length; i < len; ++i) {
      var pending = self.requests[i];
      if (pending.host === options.host && pending.port === options.port) {
        // Detect the request to connect same origin server,
        // reuse the connection.
        self.requests.splice(i, 1);
        pending.request.onSocket(socket);
        return;
      }
    }
    socket.destroy();
    self.removeSocket(socket);
  });
}
util.inherits(TunnelingAgent, events.EventEmitter);

TunnelingAgent.prototype.addRequest = function addRequest(req, host, port, localAddress) {
  var self = this;
  var options = mergeOptions({request: req}, self.options, toOptions(host, port, localAddress));

  if (self.sockets.length >= this.maxSockets) {
    // We are over limit so we'll add it to the queue.
    self.requests.push(options);
    return;
  }

  // If we are under maxSockets create a new one.
  self.createSocket(options, function(socket) {
    socket.on('free', onFree);
    socket.on('close', onCloseOrRemove);
    socket.on('agentRemove', onCloseOrRemove);
    req.onSocket(socket);

    function onFree() {
      self.emit('free', socket, options);
    }

    function onCloseOrRemove(err) {
      self.removeSocket(socket);
      socket.removeListener('free', onFree);
      socket.removeListener('close', onCloseOrRemove);
      socket.removeListener('agentRemove', onCloseOrRemove);
    }
  });
};

TunnelingAgent.prototype.createSocket = function createSocket(options, cb) {
  var self = this;
  var placeholder = {};
  self.sockets.push(placeholder);

  var connectOptions = mergeOptions({}, self.proxyOptions, {
    method: 'CONNECT',
    path: options.host + ':' + options.port,
    agent: false,
    headers: {
      host: options.host + ':' + options.port
    }
  });
  if (options.localAddress) {
    connectOptions.localAddress = options.localAddress;
  }
  if (connectOptions.proxyAuth) {
    connectOptions.headers = connectOptions.headers || {};
    connectOptions.headers['Proxy-Authorization'] = 'Basic ' +
        new Buffer(connectOptions.proxyAuth).toString('base64');
  }

  debug('making CONNECT request');
  var connectReq = self.request(connectOptions);
  connectReq.useChunkedEncodingByDefault = false; // for v0.6
  connectReq.once('response', onResponse); // for v0.6
  connectReq.once('upgrade', onUpgrade);   // for v0.6
  connectReq.once('connect', onConnect);   // for v0.7 or later
  connectReq.once('error', onError);
  connectReq.end();

  function onResponse(res) {
    // Very hacky. This is necessary to avoid http-parser leaks.
    res.upgrade = true;
  }

  function onUpgrade(res, socket, head) {
    // Hacky.
    process.nextTick(function() {
      onConnect(res, socket, head);
    });
  }

  function onConnect(res, socket, head) {
    connectReq.removeAllListeners();
    socket.removeAllListeners();

    if (res.statusCode !== 200) {
      debug('tunneling socket could not be established, statusCode=%d',
        res.statusCode);
      socket.destroy();
      var error = new Error('tunneling socket could not be established, ' +
        'statusCode=' + res.statusCode);
      error.code = 'ECONNRESET';
      options.request.emit('error', error);
      self.removeSocket(placeholder);
      return;
    }
    if (head.length > 0) {
      debug('got illegal response body from proxy');
      socket.destroy();
      var error = new Error('got illegal response body from proxy');
      error.code = 'ECONNRESET';
      options.request.emit('error', error);
      self.removeSocket(placeholder);
      return;
    }
    debug('tunneling connection has established');
    self.sockets[self.sockets.indexOf(placeholder)] = socket;
    return cb(socket);
  }

  function onError(cause) {
    connectReq.removeAllListeners();

    debug('tunneling socket could not be established, cause=%s\n',
          cause.message, cause.stack);
    var error = new Error('tunneling socket could not be established, ' +
                          'cause=' + cause.message);
    error.code = 'ECONNRESET';
    options.request.emit('error', error);
    self.removeSocket(placeholder);
  }
};

TunnelingAgent.prototype.removeSocket = function removeSocket(socket) {
  var pos = this.sockets.indexOf(socket)
  if (pos === -1) {
    return;
  }
  this.sockets.splice(pos, 1);

  var pending = this.requests.shift();
  if (pending) {
    // If we have pending requests and a socket gets closed a new one
    // needs to be created to take over in the pool for the one that closed.
    this.createSocket(pending, function(socket) {
      pending.request.onSocket(socket);
    });
  }
};

function createSecureSocket(options, cb) {
  var self = this;
  TunnelingAgent.prototype.createSocket.call(self, options, function(socket) {
    var hostHeader = options.request.getHeader('host');
    var tlsOptions = mergeOptions({}, self.options, {
      socket: socket,
      servername: hostHeader ? hostHeader.replace(/:.*$/, '') : options.host
    });

    // 0 is dummy port for v0.6
    var secureSocket = tls.connect(0, tlsOptions);
    self.sockets[self.sockets.indexOf(socket)] = secureSocket;
    cb(secureSocket);
  });
}


function toOptions(host, port, localAddress) {
  if (typeof host === 'string') { // since v0.10
    return {
      host: host,
      port: port,
      localAddress: localAddress
    };
  }
  return host; // for v0.11 or later
}

function mergeOptions(target) {
  for (var i = 1, len = arguments.length; i < len; ++i) {
    var overrides = arguments[i];
    if (typeof overrides === 'object') {
      var keys = Object.keys(overrides);
      for (var j = 0, keyLen = keys.length; j < keyLen; ++j) {
        var k = keys[j];
        if (overrides[k] !== undefined) {
          target[k] = overrides[k];
        }
      }
    }
  }
  return target;
}


var debug;
if (process.env.NODE_DEBUG && /\btunnel\b/.test(process.env.NODE_DEBUG)) {
  debug = function() {
    var args = Array.prototype.slice.call(arguments);
    if (typeof args[0] === 'string') {
      args[0] = 'TUNNEL: ' + args[0];
    } else {
      args.unshift('TUNNEL:');
    }
    console.error.apply(console, args);
  }
} else {
  debug = function() {};
}
__webpack_unused_export__ = debug; // for test


/***/ }),

/***/ 613:
/***/ ((module) => {

"use strict";
module.exports = require("assert");

/***/ }),

/***/ 434:
/***/ ((module) => {

"use strict";
module.exports = require("events");

/***/ }),

/***/ 611:
/***/ ((module) => {

"use strict";
module.exports = require("http");

/***/ }),

/***/ 692:
/***/ ((module) => {

"use strict";
module.exports = require("https");

/***/ }),

/***/ 278:
/***/ ((module) => {

"use strict";
module.exports = require("net");

/***/ }),

/***/ 598:
/***/ ((module) => {

"use strict";
module.exports = require("node:crypto");

/***/ }),

/***/ 760:
/***/ ((module) => {

"use strict";
module.exports = require("node:path");

/***/ }),

/***/ 975:
/***/ ((module) => {

"use strict";
module.exports = require("node:util");

/***/ }),

/***/ 522:
/***/ ((module) => {

"use strict";
module.exports = require("node:zlib");

/***/ }),

/***/ 756:
/***/ ((module) => {

"use strict";
module.exports = require("tls");

/***/ }),

/***/ 23:
/***/ ((module) => {

"use strict";
module.exports = require("util");

/***/ })

/******/ 	});
/************************************************************************/
/******/ 	// The module cache
/******/ 	var __webpack_module_cache__ = {};
/******/ 	
/******/ 	// The require function
/******/ 	function __nccwpck_require__(moduleId) {
/******/ 		// Check if module is in cache
/******/ 		var cachedModule = __webpack_module_cache__[moduleId];
/******/ 		if (cachedModule !== undefined) {
/******/ 			return cachedModule.exports;
/******/ 		}
/******/ 		// Create a new module (and put it into the cache)
/******/ 		var module = __webpack_module_cache__[moduleId] = {
/******/ 			// no module.id needed
/******/ 			// no module.loaded needed
/******/ 			exports: {}
/******/ 		};
/******/ 	
/******/ 		// Execute the module function
/******/ 		var threw = true;
/******/ 		try {
/******/ 			__webpack_modules__[moduleId](module, module.exports, __nccwpck_require__);
/******/ 			threw = false;
/******/ 		} finally {
/******/ 			if(threw) delete __webpack_module_cache__[moduleId];
/******/ 		}
/******/ 	
/******/ 		// Return the exports of the module
/******/ 		return module.exports;
/******/ 	}
/******/ 	
/************************************************************************/
/******/ 	/* webpack/runtime/asset-relocator-loader */
/******/ 	if (typeof __nccwpck_require__ !== 'undefined') __nccwpck_require__.ab = __dirname + "/";
/******/ 	
/******/ 	/* webpack/runtime/async module */
/******/ 	(() => {
/******/ 		var webpackQueues = typeof Symbol === "function" ? Symbol("webpack queues") : "__webpack_queues__";
/******/ 		var webpackExports = typeof Symbol === "function" ? Symbol("webpack exports") : "__webpack_exports__";
/******/ 		var webpackError = typeof Symbol === "function" ? Symbol("webpack error") : "__webpack_error__";
/******/ 		var resolveQueue = (queue) => {
/******/ 			if(queue && queue.d < 1) {
/******/ 				queue.d = 1;
/******/ 				queue.forEach((fn) => (fn.r--));
/******/ 				queue.forEach((fn) => (fn.r-- ? fn.r++ : fn()));
/******/ 			}
/******/ 		}
/******/ 		var wrapDeps = (deps) => (deps.map((dep) => {
/******/ 			if(dep !== null && typeof dep === "object") {
/******/ 				if(dep[webpackQueues]) return dep;
/******/ 				if(dep.then) {
/******/ 					var queue = [];
/******/ 					queue.d = 0;
/******/ 					dep.then((r) => {
/******/ 						obj[webpackExports] = r;
/******/ 						resolveQueue(queue);
/******/ 					}, (e) => {
/******/ 						obj[webpackError] = e;
/******/ 						resolveQueue(queue);
/******/ 					});
/******/ 					var obj = {};
/******/ 					obj[webpackQueues] = (fn) => (fn(queue));
/******/ 					return obj;
/******/ 				}
/******/ 			}
/******/ 			var ret = {};
/******/ 			ret[webpackQueues] = x => {};
/******/ 			ret[webpackExports] = dep;
/******/ 			return ret;
/******/ 		}));
/******/ 		__nccwpck_require__.a = (module, body, hasAwait) => {
/******/ 			var queue;
/******/ 			hasAwait && ((queue = []).d = -1);
/******/ 			var depQueues = new Set();
/******/ 			var exports = module.exports;
/******/ 			var currentDeps;
/******/ 			var outerResolve;
/******/ 			var reject;
/******/ 			var promise = new Promise((resolve, rej) => {
/******/ 				reject = rej;
/******/ 				outerResolve = resolve;
/******/ 			});
/******/ 			promise[webpackExports] = exports;
/******/ 			promise[webpackQueues] = (fn) => (queue && fn(queue), depQueues.forEach(fn), promise["catch"](x => {}));
/******/ 			module.exports = promise;
/******/ 			body((deps) => {
/******/ 				currentDeps = wrapDeps(deps);
/******/ 				var fn;
/******/ 				var getResult = () => (currentDeps.map((d) => {
/******/ 					if(d[webpackError]) throw d[webpackError];
/******/ 					return d[webpackExports];
/******/ 				}))
/******/ 				var promise = new Promise((resolve) => {
/******/ 					fn = () => (resolve(getResult));
/******/ 					fn.r = 0;
/******/ 					var fnQueue = (q) => (q !== queue && !depQueues.has(q) && (depQueues.add(q), q && !q.d && (fn.r++, q.push(fn))));
/******/ 					currentDeps.map((dep) => (dep[webpackQueues](fnQueue)));
/******/ 				});
/******/ 				return fn.r ? promise : getResult();
/******/ 			}, (err) => ((err ? reject(promise[webpackError] = err) : outerResolve(exports)), resolveQueue(queue)));
/******/ 			queue && queue.d < 0 && (queue.d = 0);
/******/ 		};
/******/ 	})();
/******/ 	
/******/ 	/* webpack/runtime/create fake namespace object */
/******/ 	(() => {
/******/ 		var getProto = Object.getPrototypeOf ? (obj) => (Object.getPrototypeOf(obj)) : (obj) => (obj.__proto__);
/******/ 		var leafPrototypes;
/******/ 		// create a fake namespace object
/******/ 		// mode & 1: value is a module id, require it
/******/ 		// mode & 2: merge all properties of value into the ns
/******/ 		// mode & 4: return value when already ns object
/******/ 		// mode & 16: return value when it's Promise-like
/******/ 		// mode & 8|1: behave like require
/******/ 		__nccwpck_require__.t = function(value, mode) {
/******/ 			if(mode & 1) value = this(value);
/******/ 			if(mode & 8) return value;
/******/ 			if(typeof value === 'object' && value) {
/******/ 				if((mode & 4) && value.__esModule) return value;
/******/ 				if((mode & 16) && typeof value.then === 'function') return value;
/******/ 			}
/******/ 			var ns = Object.create(null);
/******/ 			__nccwpck_require__.r(ns);
/******/ 			var def = {};
/******/ 			leafPrototypes = leafPrototypes || [null, getProto({}), getProto([]), getProto(getProto)];
/******/ 			for(var current = mode & 2 && value; typeof current == 'object' && !~leafPrototypes.indexOf(current); current = getProto(current)) {
/******/ 				Object.getOwnPropertyNames(current).forEach((key) => (def[key] = () => (value[key])));
/******/ 			}
/******/ 			def['default'] = () => (value);
/******/ 			__nccwpck_require__.d(ns, def);
/******/ 			return ns;
/******/ 		};
/******/ 	})();
/******/ 	
/******/ 	/* webpack/runtime/define property getters */
/******/ 	(() => {
/******/ 		// define getter functions for harmony exports
/******/ 		__nccwpck_require__.d = (exports, definition) => {
/******/ 			for(var key in definition) {
/******/ 				if(__nccwpck_require__.o(definition, key) && !__nccwpck_require__.o(exports, key)) {
/******/ 					Object.defineProperty(exports, key, { enumerable: true, get: definition[key] });
/******/ 				}
/******/ 			}
/******/ 		};
/******/ 	})();
/******/ 	
/******/ 	/* webpack/runtime/hasOwnProperty shorthand */
/******/ 	(() => {
/******/ 		__nccwpck_require__.o = (obj, prop) => (Object.prototype.hasOwnProperty.call(obj, prop))
/******/ 	})();
/******/ 	
/******/ 	/* webpack/runtime/make namespace object */
/******/ 	(() => {
/******/ 		// define __esModule on exports
/******/ 		__nccwpck_require__.r = (exports) => {
/******/ 			if(typeof Symbol !== 'undefined' && Symbol.toStringTag) {
/******/ 				Object.defineProperty(exports, Symbol.toStringTag, { value: 'Module' });
/******/ 			}
/******/ 			Object.defineProperty(exports, '__esModule', { value: true });
/******/ 		};
/******/ 	})();
/******/ 	
/************************************************************************/
/******/ 	
/******/ 	// startup
/******/ 	// Load entry module and return exports
/******/ 	// This entry module used 'module' so it can't be inlined
/******/ 	var __webpack_exports__ = __nccwpck_require__(294);
/******/ 	module.exports = __webpack_exports__;
/******/ 	
/******/ })()
;