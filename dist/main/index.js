/******/ (() => { // webpackBootstrap
/******/ 	"use strict";
/******/ 	var __webpack_modules__ = ({

/***/ 325:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   f: () => (/* binding */ writeAll),
/* harmony export */   n: () => (/* binding */ commandFiles)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(24);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__nccwpck_require__.n(node_fs__WEBPACK_IMPORTED_MODULE_0__);
/* harmony import */ var _failures_errors_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(408);


/** The real files. */
const commandFiles = {
    measure: (path) => {
        const file = (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.openSync)(path, node_fs__WEBPACK_IMPORTED_MODULE_0__.constants.O_WRONLY | node_fs__WEBPACK_IMPORTED_MODULE_0__.constants.O_APPEND);
        try {
            return (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.fstatSync)(file).size;
        }
        finally {
            (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.closeSync)(file);
        }
    },
    cut: node_fs__WEBPACK_IMPORTED_MODULE_0__.truncateSync,
};
/**
 * Writes to files of the runner, all or nothing. All files are checked before the first write. If a write fails, what
 * was written before it is removed again.
 *
 * @param variables the variables that name the files, in the order in which the files are written
 * @param env the step's environment
 * @throws {CommandFileError} if a file cannot be written
 */
function writeAll(variables, env, files, write) {
    const written = variables.map((variable) => {
        const path = env[variable] ?? '';
        return { variable, path, size: blame(variable, () => files.measure(path)) };
    });
    try {
        write();
    }
    catch (error) {
        const [failed = ''] = written
            .filter(({ path, size }) => !takeBack(files, path, size))
            .map(({ variable }) => variable);
        throw toFileError(failed === '' ? variables.join(' or ') : failed, error);
    }
}
/** @returns whether the file is as it was */
function takeBack(files, path, size) {
    try {
        files.cut(path, size);
        return true;
    }
    catch {
        return false;
    }
}
function blame(variable, work) {
    try {
        return work();
    }
    catch (error) {
        throw toFileError(variable, error);
    }
}
/** An error of node:fs has a code; anything else is not the file's fault. */
function toFileError(variable, error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return typeof code === 'string' ? new _failures_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .CommandFileError */ .m$(variable, code, error) : error;
}


/***/ }),

/***/ 255:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   J: () => (/* binding */ endProcess)
/* harmony export */ });
/* unused harmony export leave */
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(24);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__nccwpck_require__.n(node_fs__WEBPACK_IMPORTED_MODULE_0__);

/** How long work that cannot be stopped, such as a name look-up, may delay the end of the job, in milliseconds. */
const grace = 1000;
/**
 * Ends this process with `process.exitCode`, because its work is done. Without this, Node would wait for everything
 * that is open and free its memory first.
 */
function endProcess() {
    // An exit can cut off output on a pipe, so the output is written out first.
    const flush = (end) => process.stdout.write('', end);
    if (isThreadBusy())
        setTimeout(() => flush(() => {
            leave();
        }), grace).unref();
    else
        flush(() => process.exit());
}
/** Whether a thread of libuv still works on a request, `GetAddrInfoReqWrap` for example. */
function isThreadBusy() {
    return process.getActiveResourcesInfo().some((name) => name.includes('Req'));
}
/**
 * Ends this process with its exit code. An exit waits for the threads of libuv, and so for a name server that never
 * answers. Replacing this process by another program (execve) does not wait. Windows and Node before 22.15 have no such
 * call, so the job waits there until the resolver gives up, often 10 s (docs/runners.md).
 *
 * @param shell an absolute path
 */
function leave(shell = '/bin/sh') {
    const { execve, exitCode = 0 } = process;
    try {
        // Node aborts if the program cannot be started, and a green step would turn red.
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.accessSync)(shell, node_fs__WEBPACK_IMPORTED_MODULE_0__.constants.X_OK);
        execve?.(shell, ['sh', '-c', `exit ${exitCode}`], {});
    }
    catch {
        // This system has no such program, or no such call.
    }
    process.exit();
}


/***/ }),

/***/ 150:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  e: () => (/* binding */ run)
});

// EXTERNAL MODULE: ./build/compiled/failures/errors.js
var errors = __nccwpck_require__(408);
// EXTERNAL MODULE: external "node:tls"
var external_node_tls_ = __nccwpck_require__(692);
;// CONCATENATED MODULE: ./build/compiled/log/text.js
/** Tags a template. The words of the template are the action's, the values may come from anywhere. */
function text_text(words, ...pieces) {
    return { words, pieces };
}
/** Joins texts. */
function joinTexts(texts, separator) {
    const between = texts.slice(1).map(() => separator);
    return { words: ['', ...between, ''], pieces: texts };
}
/** How many characters of a text from outside are shown. */
const shown = 300;
/**
 * Shows the value of an input as a whole or not at all, because the runner's mask does not match a part of a secret.
 */
function showInput(value) {
    return value.length > shown ? text_text `(${value.length} characters)` : text_text `${value}`;
}
/** Shows the value of an input. */
function got(value) {
    return value.length > shown ? text_text `got ${value.length} characters` : text_text `got "${value}"`;
}
/**
 * Makes a text from outside harmless within a line. The runner obeys `##[command]` anywhere in a line, so a text from a
 * server, a certificate or an input could set an output or switch masking off. Secrets are hidden first, because a mask
 * does not match a secret that was broken or cut.
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
    return line.replace(/#(?=#\[)/g, '# ');
}
/**
 * Writes a text as one line that is safe to print. `::` begins a command only at the start of a line, after any white
 * space.
 */
function renderText(line, redact) {
    // The whole line is checked again, because a secret or a command could begin in one piece and end in the next.
    return breakCommands(redact(renderPieces(line, redact))).replace(/^(\s*:)(?=:)/, '$1 ');
}
function renderPieces({ words, pieces }, redact) {
    return words.map((word, index) => word + renderPiece(pieces[index], redact)).join('');
}
function renderPiece(piece, redact) {
    if (piece === undefined)
        return '';
    if (typeof piece === 'number')
        return String(piece);
    if (typeof piece === 'string')
        return makeHarmless(piece, redact);
    if ('outside' in piece)
        return makeHarmless(piece.take(redact(piece.outside)), redact);
    return renderPieces(piece, redact);
}
/**
 * Shows the first line of a text from outside that is not empty, without full stops at its end: some servers add a
 * trace id.
 */
function sentence(outside) {
    return { outside, take: takeSentence };
}
/** Takes the first line that is not empty, without full stops at its end. */
function takeSentence(text) {
    const [line = ''] = text.trim().split(/[\r\n]/, 1);
    let end = line.length;
    while (line[end - 1] === '.')
        end -= 1;
    return line.slice(0, end);
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __nccwpck_require__(598);
;// CONCATENATED MODULE: ./build/compiled/oauth2/json/exact-json.js
/**
 * A number that changes if it is read and written again, because it is too large, too precise, or in another form.
 * Examples are 17841405793187219, 1.10 and 1e3.
 */
class ExactNumber {
    // It is a private field, because a path of names must not lead into a number.
    #source;
    /** @param source a number as JSON writes it (RFC 8259 section 6) */
    constructor(source) {
        this.#source = source;
    }
    /** The number as it was written. */
    get source() {
        return this.#source;
    }
    /** The nearest number in JavaScript; Infinity if it is out of range. */
    get value() {
        return Number(this.#source);
    }
    /** The number as it was written. */
    toString() {
        return this.#source;
    }
    /** @throws because JSON.stringify() would lose the digits; {@link writeExactJson} keeps them */
    toJSON() {
        throw new TypeError('An exact number is written by writeExactJson().');
    }
}
/** Matches a string or a number in a JSON text. Use it only on a text that is known to be JSON. */
const stringOrNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;
/**
 * Reads JSON. A number that would change if it was written again is an {@link ExactNumber}.
 *
 * It works with each Node that runs the action. A reviver gets the source text of a number only from Node 21 on.
 *
 * @throws {SyntaxError} if the text is no JSON
 */
function parseExactJson(text) {
    const value = JSON.parse(text);
    const sources = listNumbers(text);
    if (sources.every(isKept))
        return value;
    // Each number is replaced by its index in the list, which has its text.
    let count = 0;
    const indexed = text.replace(stringOrNumber, (token) => token.startsWith('"') ? token : String(count++));
    return putNumbers(JSON.parse(indexed), sources);
}
function listNumbers(text) {
    return (text.match(stringOrNumber) ?? []).filter((token) => !token.startsWith('"'));
}
function isKept(source) {
    return JSON.stringify(Number(source)) === source;
}
/** Replaces the indexes by the numbers. It is not recursive, because JSON can be nested deeper than calls. */
function putNumbers(value, sources) {
    const root = { value };
    const pending = [root];
    for (let container = pending.pop(); container !== undefined; container = pending.pop()) {
        for (const [name, field] of Object.entries(container)) {
            if (typeof field === 'number') {
                // An assignment to __proto__ would not set a field.
                Object.defineProperty(container, name, { value: readNumber(sources[field] ?? '') });
            }
            else if (typeof field === 'object' && field !== null) {
                pending.push(field);
            }
        }
    }
    return root.value;
}
function readNumber(source) {
    return isKept(source) ? Number(source) : new ExactNumber(source);
}
/** Whether a JSON value has at most so many levels, so that a recursive function can go through it. */
function isNestedWithin(value, levels) {
    if (typeof value !== 'object' || value === null)
        return true;
    return levels > 0 && Object.values(value).every((inner) => isNestedWithin(inner, levels - 1));
}
/**
 * Writes JSON as JSON.stringify() does, with the digits of each {@link ExactNumber}.
 *
 * @param value a JSON value of at most a few thousand levels; undefined fields are left out
 */
function writeExactJson(value) {
    if (value instanceof ExactNumber)
        return value.source;
    if (Array.isArray(value))
        return `[${value.map(writeExactJson).join(',')}]`;
    if (typeof value !== 'object' || value === null)
        return JSON.stringify(value ?? null);
    const fields = Object.entries(value)
        .filter(([, field]) => field !== undefined)
        .map(([name, field]) => `${JSON.stringify(name)}:${writeExactJson(field)}`);
    return `{${fields.join(',')}}`;
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/json-object.js

/** Reads a text as a JSON object; undefined if it is not one. */
function readJsonObject(text) {
    try {
        const value = JSON.parse(text);
        return isObject(value) ? value : undefined;
    }
    catch {
        return undefined;
    }
}
/** Whether a JSON value is an object. */
function isObject(value) {
    const isNested = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isNested && !(value instanceof ExactNumber);
}
/** A non-empty string; anything else counts as absent. */
function readText(value) {
    return typeof value === 'string' && value !== '' ? value : undefined;
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/keys/signing-key-error.js
/** An input that is not a key that can sign. It has no cause, because a parser's error may quote the key. */
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

;// CONCATENATED MODULE: ./build/compiled/oauth2/keys/private-key-pem.js


/**
 * The line before or after a block (RFC 7468 section 3), without its last dashes, because the next line may share them.
 */
const pemBoundary = /-----(BEGIN|END) ([A-Z0-9 ]+)(?=-----)/g;
/** A line before or after a block, complete or almost, because dashes get lost or changed when text is copied. */
const pemMarker = /[-\u2013\u2014]{0,6} ?(BEGIN|END) ((?:[A-Z0-9.]{1,16} ){0,3}(?:KEY(?: BLOCK)?|CERTIFICATE|REQUEST|PARAMETERS|CRL|PKCS7)) ?[-\u2013\u2014]{0,6}/g;
/**
 * Reads the private key of a PEM: PKCS#8, PKCS#1 or SEC1, with real or literal line breaks or with spaces instead.
 *
 * @param text may have text, certificates and parameters around it
 * @throws {SigningKeyError} if it has no key, or several, or one that is encrypted, damaged or of another kind
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
 * Lists the blocks of a PEM: from each BEGIN to the next END of its label. It looks at each boundary only twice. One
 * regular expression would read to the end of the text for every BEGIN that has no END.
 *
 * @param pem with real line breaks, see {@link unescapePem}
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
        blocks.push({ label, body: pem.slice(end, last.start), start, end: last.end });
        done = last.end;
    });
    return blocks;
}
function readBoundary({ index, 0: line, 1: kind, 2: label = '' }) {
    return { kind, label, start: index, end: index + line.length + '-----'.length };
}
/** Finds for each boundary the next END with its label; undefined if there is none. */
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
/** Turns a literal `\n` into a line break, because secrets on one line have it. Also undoes JSON's `\/`. */
function unescapePem(text) {
    return breakLines(text).replaceAll('\\/', '/');
}
/** Turns a literal `\n`, escaped once or twice, into a line break. */
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
/** Makes the error for a text without a complete private key. It says what the text is instead. */
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
    const isKey = readDer(readBase64(text.replace(/\s/g, ''))) !== undefined;
    return new SigningKeyError(isKey ? 'base64_of_der' : 'not_a_key');
}
/** Decodes base64 of either alphabet; no bytes if the text is not base64. */
function readBase64(text) {
    return Buffer.from(/^[A-Za-z0-9+/_-]+={0,2}$/.test(text) ? text : '', 'base64');
}
/** Reads PKCS#8, PKCS#1 or SEC1, whatever its label says. Node accepts both older forms as sec1. */
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

;// CONCATENATED MODULE: ./build/compiled/oauth2/keys/encoded-text.js

/**
 * Decodes a text that is, as a whole, base64 of a PEM or of JSON. Line breaks within the base64 do not matter.
 *
 * @returns what is in it, without white space around it; undefined for any other text
 * @see RFC 4648 sections 4 and 5
 */
function decodeText(text) {
    const decoded = readBase64(joinLines(text)).toString().trim();
    const isKnown = new RegExp(pemMarker).test(decoded) || /^[{[]/.test(decoded);
    return isKnown ? decoded : undefined;
}
/**
 * Whether a text is a PKCS#12 file (.p12, .pfx): its base64, or its bytes as far as a text keeps them. Its first field
 * is the version 3, which no key has.
 *
 * @see RFC 7292 section 4
 */
function isPkcs12(text) {
    const bytes = readBase64(joinLines(text));
    if (bytes[0] !== 0x30)
        return text.startsWith('0') && text.slice(0, 9).includes('\u0002\u0001\u00030');
    const length = bytes[1] ?? 0;
    const start = 2 + (length > 0x80 ? length - 0x80 : 0);
    return bytes.subarray(start, start + 4).equals(Buffer.from([2, 1, 3, 0x30]));
}
function joinLines(text) {
    return breakLines(text).replace(/\s/g, '');
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/keys/json-web-key.js



/** The public and the private fields of each type of key (RFC 7518 section 6, RFC 8037 section 2). */
const jwkMembers = new Map([
    ['RSA', { open: ['n', 'e'], hidden: ['d', 'p', 'q', 'dp', 'dq', 'qi'] }],
    ['EC', { open: ['crv', 'x', 'y'], hidden: ['d'] }],
    ['OKP', { open: ['crv', 'x'], hidden: ['d'] }],
]);
/** The curves that Node reads. Which of them can be used depends on what the key is for. */
const curves = ['P-256', 'P-384', 'P-521', 'secp256k1', 'Ed25519', 'Ed448', 'X25519', 'X448'];
/**
 * Reads a private JWK.
 *
 * @throws {SigningKeyError} if it is public, symmetric, incomplete, damaged or of another kind
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
    if (curve === undefined || curves.includes(curve))
        return;
    throw new SigningKeyError('unsupported_key', { keyType: kty });
}
/** @throws {SigningKeyError} `incomplete_jwk` if some are missing */
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
 * Reads a key file. At Google, `sub` names the user for whom a service account acts, so the key file gives no `sub`.
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

;// CONCATENATED MODULE: ./build/compiled/oauth2/keys/found-key.js






/**
 * Finds the key in an input of any form: a PEM, a JWK, a key file, or the base64 of one.
 *
 * @param text without white space around it
 * @throws {SigningKeyError} if it has none
 */
function findKey(text) {
    if (isPkcs12(text))
        throw new SigningKeyError('pkcs12');
    const plain = decodeText(text) ?? text;
    return /^[{[]/.test(plain) ? findKeyInJson(parseJson(plain)) : { key: readPem(plain) };
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

;// CONCATENATED MODULE: ./build/compiled/oauth2/keys/signing-algorithm.js


/** The algorithms by which a private key signs a JWT, as RFC 7518 section 3.1 and RFC 8037 section 3.1 name them. */
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
/** The algorithms by which a shared secret signs a JWT, as RFC 7518 section 3.1 names them. */
const macAlgorithms = ['HS256', 'HS384', 'HS512'];
/** The shortest RSA key that may sign (RFC 7518 sections 3.3 and 3.5), in bits. */
const shortestRsaKey = 2048;
/** The longest RSA key with which OpenSSL verifies, in bits. Signing with a longer one takes minutes. */
const longestRsaKey = 16384;
/**
 * Signs data in the way of a JWS with the key's algorithm. An ES signature is R followed by S. PS has a salt as long as
 * the hash.
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
/** Whether a public key verifies the signature of a private key. */
function verifiesItself(signer, publicKey) {
    const { algorithm } = signer;
    const probe = Buffer.from('probe');
    return isVerified(() => {
        const signature = signBytes(probe, signer);
        const verifier = { key: publicKey, ...signatureOptions(algorithm) };
        return (0,external_node_crypto_.verify)(hashOf(algorithm), probe, verifier, signature);
    });
}
/**
 * Chooses the algorithm by which a key signs.
 *
 * @param asked what the user wrote; undefined means the usual algorithm of the key
 * @throws {SigningKeyError} if the key cannot sign a JWT, is too short or too long, or does not fit the algorithm
 */
function chooseAlgorithm(key, asked) {
    const { keyType, algorithms } = describeKey(key);
    if (keyType.startsWith('RSA'))
        refuseLength(keyType, key);
    const [first] = algorithms;
    if (first === undefined)
        throw new SigningKeyError('unsupported_key', { keyType });
    // RFC 9864 uses the name of the curve. Servers know the name EdDSA.
    if (asked === undefined || (first === 'EdDSA' && asked === keyType))
        return first;
    const chosen = algorithms.find((algorithm) => algorithm === asked);
    if (chosen !== undefined)
        return chosen;
    throw isAlgorithm(asked)
        ? new SigningKeyError('algorithm_mismatch', { keyType, algorithm: asked })
        : new SigningKeyError('unsupported_algorithm', { keyType, algorithm: showAlgorithm(asked) });
}
function refuseLength(keyType, key) {
    const bits = key.asymmetricKeyDetails?.modulusLength ?? shortestRsaKey;
    if (bits < shortestRsaKey)
        throw new SigningKeyError('weak_key', { keyType, bits });
    refuseLongKey(keyType, key);
}
function refuseLongKey(keyType, { asymmetricKeyDetails }) {
    if ((asymmetricKeyDetails?.modulusLength ?? 0) > longestRsaKey) {
        const longKeyType = `${keyType} of more than ${longestRsaKey} bits`;
        throw new SigningKeyError('unsupported_key', { keyType: longKeyType });
    }
}
/** The types of keys that a TLS client can have, by Node's names. */
const tlsKeyTypes = ['rsa', 'rsa-pss', 'ec', 'ed25519', 'ed448', 'dsa'];
/**
 * Checks that TLS can use a key, and that it is not damaged. The connection decides whether it is long enough, because
 * TLS allows curves and lengths that no JWT has.
 *
 * @param publicKey what came with the key
 * @throws {SigningKeyError} `unsupported_key`; `damaged` if the two do not belong together
 */
function holdTlsKey(key, publicKey) {
    const { keyType } = describeKey(key);
    const type = key.asymmetricKeyType ?? '';
    if (!tlsKeyTypes.includes(type))
        throw new SigningKeyError('unsupported_key', { keyType });
    refuseLongKey(keyType, key);
    const isBare = type === 'ed25519' || type === 'ed448';
    const hash = isBare ? null : (key.asymmetricKeyDetails?.hashAlgorithm ?? 'sha256');
    const probe = Buffer.from('probe');
    if (!isVerified(() => (0,external_node_crypto_.verify)(hash, probe, publicKey, (0,external_node_crypto_.sign)(hash, probe, key)))) {
        throw new SigningKeyError('damaged');
    }
}
function isVerified(check) {
    try {
        return check();
    }
    catch {
        return false;
    }
}
function isAlgorithm(name) {
    return [...signingAlgorithms, ...macAlgorithms].some((algorithm) => algorithm === name);
}
/** Algorithms have short names (such as `RSA-OAEP-256`). Anything else may be a secret in the wrong place. */
function showAlgorithm(name) {
    return /^[A-Za-z][A-Za-z0-9+-]{0,14}$/.test(name) ? name : undefined;
}
/** The curves of RFC 7518 section 3.4, by OpenSSL's names. */
const signing_algorithm_curves = new Map([
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
    return signing_algorithm_curves.get(curve) ?? { keyType: `EC ${curve}`.trim(), algorithms: [] };
}
/** A key only for RSA-PSS. It may allow only one hash and require a minimum salt (RFC 4055 section 3.1). */
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

;// CONCATENATED MODULE: ./build/compiled/oauth2/keys/tls-key.js



/**
 * Reads the private key of a TLS client, in every form that `readSigningKey` accepts. It need not be a key that can
 * sign JWTs.
 *
 * @param input the key; white space and text around it do not matter
 * @throws {SigningKeyError} if TLS cannot use the key, or the key is damaged
 */
function readTlsKey(input) {
    const { key, publicKey } = findKey(input.trim());
    holdTlsKey(key, publicKey ?? (0,external_node_crypto_.createPublicKey)(key));
    return key;
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/zulu-time.js
const zulu = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(\.\d+)?Z$/;
/**
 * Reads a Zulu time, `2026-01-31T12:00:00Z`, with a fraction of any length. Only this form and only a time that
 * exists are accepted.
 *
 * @returns undefined if the text is not such a time
 * @see RFC 3339 section 5.6
 */
function parseZuluTime(text) {
    const day = zulu.exec(text)?.[1];
    if (day === undefined)
        return undefined;
    const time = new Date(text);
    // Date turns 31 April into 1 May, and 24:00 into the next day.
    const real = !Number.isNaN(time.getTime()) && time.toISOString().startsWith(`${day}T`);
    return real ? time : undefined;
}
/**
 * Reads an RFC 3339 time: one that {@link parseZuluTime} reads, or one with an offset such as `+01:00`.
 *
 * @returns undefined if the text is not such a time
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
function zulu_time_formatZuluTime(time) {
    return `${time.toISOString().slice(0, 19)}Z`;
}
/** The first moment that {@link formatZuluTime} can write: the beginning of year 0; epoch, milliseconds. */
const firstZuluTime = -62_167_219_200_000;
/** The last moment that {@link formatZuluTime} can write: epoch, milliseconds. */
const lastZuluTime = Date.UTC(9999, 11, 31, 23, 59, 59);

;// CONCATENATED MODULE: ./build/compiled/inputs/client/key-faults.js

const takes = text_text `must be a PEM, a JWK, or a key file from Google or Zitadel`;
/** The line that makes a PEM of a PKCS#12 file. Every version of OpenSSL knows -nodes. */
const convertPkcs12 = 'openssl pkcs12 -in FILE -nodes';
/** Says why an input is no key that can be used, and what to do; what comes after the input's name. */
function explainKeyFault(error, use) {
    const { keyType = 'of this kind', algorithm, bits = 0 } = error;
    switch (error.code) {
        case 'encrypted':
            return text_text `is encrypted with a passphrase; store the key that this prints: \`openssl pkey -in key.pem\``;
        case 'public_key':
            return text_text `is a public key; set it to the private key`;
        case 'public_jwk':
            return text_text `is a public JWK; set it to the private JWK`;
        case 'certificate':
            return text_text `is a certificate; set it to the private key`;
        case 'pkcs12':
            return text_text `is PKCS#12 (.p12, .pfx); store the PEM that this prints: \`${convertPkcs12}\``;
        case 'base64_of_der':
            return text_text `is base64 without the lines -----BEGIN PRIVATE KEY----- and -----END PRIVATE KEY----- around it; store the whole PEM`;
        case 'key_set':
            return text_text `is a set of keys; set it to one of them (a JWK)`;
        case 'symmetric_jwk':
            return text_text `is a shared secret (kty: oct); set client-secret instead, with client-auth-method: client_secret_jwt`;
        case 'incomplete_jwk':
            return text_text `is a JWK without ${(error.members ?? []).join(', ')}`;
        case 'no_key_in_file':
            return text_text `is JSON without a key; ${takes}`;
        case 'several_keys':
            return text_text `has several private keys; keep one`;
        case 'openssh_key':
            return text_text `is in OpenSSH's format; convert the file and store it: \`ssh-keygen -p -m PEM -f FILE\``;
        case 'not_a_key':
            return text_text `is not a private key; ${takes}`;
        case 'damaged':
            return text_text `is a damaged ${error.form ?? 'key'}; copy all of it, from the first line to the last`;
        case 'weak_key':
            return text_text `has ${bits} bits; an RSA key must have 2048 or more`;
        case 'unsupported_key':
            if (use === 'tls')
                return text_text `is a key (${keyType}) that TLS cannot use`;
            return error.keyType === undefined
                ? text_text `is a key that cannot sign a JWT; ${kinds}`
                : text_text `is a key that cannot sign a JWT (${keyType}); ${kinds}`;
        case 'unsupported_algorithm':
            return algorithm === undefined
                ? text_text `is for an algorithm that is not supported; ${kinds}`
                : text_text `is for ${algorithm}, which is not supported; ${kinds}`;
        case 'algorithm_mismatch':
            return text_text `is a key (${keyType}) that cannot sign with ${algorithm ?? 'this algorithm'}; remove signing-algorithm, or use another key`;
    }
}
const kinds = text_text `must be RSA, EC on P-256, P-384 or P-521, Ed25519 or Ed448`;

;// CONCATENATED MODULE: ./build/compiled/inputs/certificate-faults.js


const certificate_faults_frame = '-----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----';
/** Says why an input has no certificates that can be used, and what to do; what comes after the input's name. */
function explainCertificateFault({ code }) {
    switch (code) {
        case 'none':
            return text_text `is not a certificate; must be PEM, from ${certificate_faults_frame}`;
        case 'damaged':
            return text_text `has a damaged certificate; copy all of it, from ${certificate_faults_frame}`;
        case 'unframed':
            return text_text `is a certificate without its first and last line; must be PEM, from ${certificate_faults_frame}`;
        case 'pkcs12':
            return text_text `is PKCS#12 (.p12, .pfx); store the PEM that this prints: \`${convertPkcs12}\``;
        case 'pkcs7':
            return text_text `is PKCS#7 (.p7b); store the PEM that this prints: \`openssl pkcs7 -in FILE -print_certs\``;
        case 'trusted':
            return text_text `has a TRUSTED CERTIFICATE, a format that only OpenSSL reads; store what this prints: \`openssl x509 -in FILE\``;
        case 'request':
            return text_text `is a certificate request; set it to the certificate that was issued for it`;
        case 'private_key':
            return text_text `is a private key; set it to the certificate that belongs to the key, in PEM`;
    }
}

;// CONCATENATED MODULE: ./build/compiled/inputs/certificates.js



/** A text without certificates that can be used. It has no cause, because a parser's error may quote the text. */
class CertificateError extends Error {
    name = 'CertificateError';
    code;
    constructor(code) {
        super(code);
        this.code = code;
    }
}
/**
 * Reads the certificates of a PEM, or of the base64 of one, with real or literal line breaks or with spaces instead. Keys
 * and other text around them are passed over.
 *
 * @returns in their order, each once
 * @throws {CertificateError} if there is none, or something that only looks like one
 * @see RFC 7468 section 5
 */
function readCertificates(input) {
    if (isPkcs12(input))
        throw new CertificateError('pkcs12');
    const pem = certificates_readText(input);
    const blocks = listBlocks(pem).filter(({ label }) => isCertificateLabel(label));
    if (blocks.length === 0)
        throw new CertificateError(certificates_explainAbsence(pem));
    if (blocks.some(({ label }) => label === 'TRUSTED CERTIFICATE')) {
        throw new CertificateError('trusted');
    }
    if (countMarkers(pem) !== 2 * blocks.length || hasLooseLines(pem)) {
        throw new CertificateError('damaged');
    }
    const certificates = blocks.map(({ body }) => certificates_readDer(readBase64(body.replace(/\s/g, ''))));
    if (!certificates.every((one) => one !== undefined))
        throw new CertificateError('damaged');
    const seen = new Map(certificates.map((one) => [one.fingerprint256, one]));
    return [...seen.values()];
}
/** Writes certificates one after the other as RFC 7468 defines it. */
function writeCertificates(certificates) {
    return certificates.map((one) => one.toString().trim()).join('\n');
}
/** Whether a text holds a private key in PEM, whole or not, or base64 of one. */
function holdsPrivateKey(input) {
    return listLabels(certificates_readText(input)).some((label) => label.includes('PRIVATE KEY'));
}
/** Whether a text holds certificates and nothing that could be a key. */
function holdsOnlyCertificates(input) {
    return holdsCertificate(input) && !holdsPrivateKey(input) && !hasLooseLines(certificates_readText(input));
}
/** Whether a text holds a certificate in PEM, whole or not, or base64 of one. */
function holdsCertificate(input) {
    return listLabels(certificates_readText(input)).some(isCertificateLabel);
}
/**
 * Puts the certificate of a key first, and behind each certificate the one that issued it. What belongs to neither stays
 * behind in its order.
 *
 * @returns undefined if none of them is the key's
 */
function sortChain(certificates, key) {
    const own = certificates.find((one) => one.checkPrivateKey(key));
    if (own === undefined)
        return undefined;
    const rest = new Set(certificates);
    const chain = [];
    let next = own;
    while (next !== undefined) {
        chain.push(next);
        rest.delete(next);
        const issued = next;
        next = [...rest].find((one) => issued.checkIssued(one));
    }
    return [...chain, ...rest];
}
function certificates_readText(input) {
    return unescapePem(decodeText(input) ?? input);
}
function isCertificateLabel(label) {
    return /^(?:X509 |TRUSTED )?CERTIFICATE$/.test(label);
}
function listLabels(pem) {
    return [...pem.matchAll(pemMarker)].map(([, , label = '']) => label);
}
/** Counts the lines before and after certificates, nearly whole ones too. Words without a dash are words. */
function countMarkers(pem) {
    return [...pem.matchAll(pemMarker)].filter(([marker, , label = '']) => isCertificateLabel(label) && /[^A-Z0-9 ]/.test(marker)).length;
}
/** Whether whole lines of base64 stand outside of all blocks: a certificate may have lost both of its lines. */
function hasLooseLines(pem) {
    const blocks = listBlocks(pem);
    const starts = [0, ...blocks.map(({ end }) => end)];
    const ends = [...blocks.map(({ start }) => start), pem.length];
    return starts.some((start, nth) => {
        return /^[A-Za-z0-9+/]{64}\s*$/m.test(pem.slice(start, ends[nth]));
    });
}
function certificates_explainAbsence(pem) {
    const labels = listLabels(pem);
    if (labels.some(isCertificateLabel))
        return 'damaged';
    if (labels.some((label) => label.endsWith('PRIVATE KEY')))
        return 'private_key';
    if (labels.includes('PKCS7'))
        return 'pkcs7';
    if (labels.some((label) => label.endsWith('REQUEST')))
        return 'request';
    return certificates_readDer(readBase64(pem.replace(/\s/g, ''))) === undefined ? 'none' : 'unframed';
}
function certificates_readDer(der) {
    try {
        return new external_node_crypto_.X509Certificate(der);
    }
    catch {
        return undefined;
    }
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/keys/signing-key.js





/**
 * Reads a private key in every usual form: a PEM (PKCS#8, PKCS#1, SEC1) with real or literal line breaks or with spaces
 * instead, a JWK, or a key file as downloaded from Google or Zitadel.
 *
 * @param input the key; white space and text around it do not matter
 * @param options the algorithm and the key id. They come before those that the key names. Empty ones count as left out
 * @throws {SigningKeyError} if it is not a key that can sign, or does not fit the algorithm
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
/** A damaged key often parses, but its signature does not verify. A server could only say "invalid". */
function proveKey(signer, { key, publicKey }) {
    if (!verifiesItself(signer, publicKey ?? (0,external_node_crypto_.createPublicKey)(key))) {
        throw new SigningKeyError('damaged', { form: publicKey === undefined ? 'PEM' : 'JWK' });
    }
}
/**
 * Writes a private key as PKCS#8 DER. The bytes are the same for every form of the same key.
 *
 * @see RFC 5958
 */
function exportKeyMaterial(key) {
    return completeKey(key).export({ format: 'der', type: 'pkcs8' });
}
/** An EC key without its public part, or with a compressed one, would be written as it was read. */
function completeKey(key) {
    if (key.asymmetricKeyType !== 'ec')
        return key;
    try {
        return (0,external_node_crypto_.createPrivateKey)({ key: key.export({ format: 'jwk' }), format: 'jwk' });
    }
    catch {
        // JWK has no name for this curve.
        return key;
    }
}

;// CONCATENATED MODULE: ./build/compiled/inputs/pairs.js



/** The characters of a header's name (RFC 9110 section 5.6.2). */
const token = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;
/** Whether node:http sends a header's value as it is (RFC 9110 section 5.5). */
function isFieldValue(value) {
    return /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}
/**
 * Reads the input `parameters`: one `name=value` per line, split at the first `=`, the value exact. A JSON object is
 * taken too, so that a value can have line breaks, or be no text.
 */
function parseParameters(input) {
    if (input.trimStart().startsWith('{'))
        return parseJsonParameters(input);
    return parseLines(input, (line, number) => {
        const split = line.indexOf('=');
        const name = line.slice(0, Math.max(split, 0)).trim();
        if (name !== '')
            return [name, line.slice(split + 1)];
        return text_text `line ${number} is not name=value`;
    });
}
/** Reads the input `headers`: one `Name: value` per line. */
function parseHeaders(input) {
    return parseLines(input, (line, number) => {
        const split = line.indexOf(':');
        const name = line.slice(0, Math.max(split, 0)).trim();
        const value = line.slice(split + 1).trim();
        if (!token.test(name))
            return text_text `line ${number} is not "Name: value"`;
        if (!isFieldValue(value)) {
            return text_text `line ${number} (${name}) has a character that is not allowed in a header`;
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
/** How deep a value may be nested, levels. */
const deepest = 100;
function parseJsonParameters(input) {
    const fields = readObject(input);
    if (fields === undefined) {
        return { pairs: [], faults: [text_text `begins with { but is not a JSON object`] };
    }
    return sortOut(Object.entries(fields).map(([name, value]) => {
        if (name === '')
            return text_text `a field has no name`;
        return isNestedWithin(value, deepest) ? [name, value] : text_text `${name} is nested too deeply`;
    }));
}
function readObject(input) {
    try {
        const value = parseExactJson(input);
        return isObject(value) ? value : undefined;
    }
    catch {
        return undefined;
    }
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

;// CONCATENATED MODULE: ./build/compiled/inputs/catalog.js
/** The inputs of action.yml, in the order of its groups. A test compares the two. */
const catalog = {
    'token-url': {
        secret: 'query',
        acs: true,
        otherWords: ['url', 'tokenuri', 'tokenendpoint', 'endpoint', 'accesstokenurl', 'oauthurl'],
    },
    issuer: { secret: false, acs: false, otherWords: ['issuerurl', 'discoveryurl', 'wellknownurl'] },
    'endpoint-type': { secret: false, acs: true, default: 'oauth2' },
    'ca-certificate': { secret: 'certificate', acs: true, lines: true, otherWords: ['ca', 'cacert'] },
    'allow-http': { secret: false, acs: true, default: 'false', otherWords: ['insecure'] },
    'client-id': { secret: false, acs: true, otherWords: ['id', 'appid', 'username', 'user'] },
    'client-secret': {
        secret: 'client_secret',
        acs: true,
        otherWords: ['secret', 'clientpassword', 'password', 'appsecret'],
    },
    'client-auth-method': {
        secret: false,
        acs: false,
        otherWords: ['authmethod', 'tokenendpointauthmethod'],
    },
    'client-secret-encoding': { secret: false, acs: false, default: 'form' },
    'private-key': {
        secret: 'private_key',
        acs: false,
        lines: true,
        otherWords: ['key', 'serviceaccountkey', 'credentialsjson'],
    },
    'private-key-id': { secret: false, acs: false, otherWords: ['kid', 'keyid', 'clientkeyid'] },
    'signing-algorithm': { secret: false, acs: false, otherWords: ['alg', 'algorithm'] },
    'private-key-as': { secret: false, acs: false, default: 'client_assertion' },
    'assertion-audience': { secret: false, acs: false, otherWords: ['assertionaud', 'jwtaudience'] },
    'assertion-claims': {
        secret: false,
        acs: false,
        lines: true,
        otherWords: ['claims', 'jwtclaims'],
    },
    'client-certificate': {
        secret: 'certificate',
        acs: false,
        lines: true,
        otherWords: ['cert', 'certificate', 'clientcert'],
    },
    'client-key': { secret: 'private_key', acs: false, lines: true, otherWords: ['tlskey'] },
    'id-token-as': { secret: false, acs: false, otherWords: ['oidctokenas'] },
    'id-token-parameter': {
        secret: false,
        acs: false,
        otherWords: ['oidctokenparameter', 'idtokenparam', 'idtokenfield'],
    },
    'id-token-audience': { secret: false, acs: false, otherWords: ['oidcaudience'] },
    'refresh-token': { secret: 'text', acs: false },
    scopes: { secret: false, acs: false, lines: true, otherWords: ['scope'] },
    'grant-type': { secret: false, acs: false, otherWords: ['granttypes'] },
    audience: { secret: false, acs: false, lines: true, otherWords: ['aud'] },
    resource: { secret: false, acs: false, lines: true },
    parameters: {
        secret: 'parameters',
        acs: false,
        lines: true,
        otherWords: [
            ...['params', 'extraparameters', 'body', 'data', 'formdata', 'apikey', 'apitoken'],
            ...['json', 'payload', 'postdata', 'dataurlencode', 'requestbody'],
        ],
    },
    headers: {
        secret: 'headers',
        acs: true,
        lines: true,
        otherWords: ['extraheaders', 'authorization', 'useragent', 'accept'],
    },
    'request-method': {
        secret: false,
        acs: false,
        default: 'POST',
        otherWords: ['method', 'httpmethod', 'httpverb', 'verb', 'request'],
    },
    'body-format': {
        secret: false,
        acs: false,
        default: 'form',
        otherWords: ['contenttype', 'query', 'querystring'],
    },
    'response-fields': {
        secret: false,
        acs: false,
        lines: true,
        otherWords: [
            ...['tokenpath', 'tokenfield', 'tokenkey', 'tokenproperty', 'jsonpath', 'jq'],
            ...['fields', 'responsefield', 'responsepath'],
        ],
    },
    timeout: { secret: false, acs: true, default: '15', otherWords: ['maxtime', 'connecttimeout'] },
    'total-timeout': { secret: false, acs: true, default: '120' },
    'retry-max-attempts': {
        secret: false,
        acs: true,
        default: '4',
        otherWords: ['retries', 'retry', 'retrycount', 'maxattempts', 'maxretries', 'retryattempts'],
    },
    'retry-time-slot': { secret: false, acs: true, default: '3' },
    'retry-max-wait': { secret: false, acs: true, default: '10' },
    'retry-on': { secret: false, acs: true, default: 'transient' },
    'use-cache': { secret: false, acs: true },
    'min-validity': { secret: false, acs: true },
    'cache-encryption-key': { secret: 'text', acs: true, lines: true },
    'cache-wait': {
        secret: false,
        acs: true,
        default: '0',
        otherWords: ['cachetimeout', 'waitforcache', 'cachewaitseconds'],
    },
    'default-expires-in': { secret: false, acs: true },
    'expires-at-override': { secret: false, acs: true },
    'if-no-credentials': {
        secret: false,
        acs: true,
        default: 'error',
        otherWords: ['skipifnocredentials', 'onmissingcredentials', 'ifmissing', 'ifnosecrets'],
    },
    'env-var': {
        secret: false,
        acs: true,
        default: 'OAUTH2_TOKEN',
        otherWords: ['environmentvariable', 'envname', 'env', 'outputenv'],
    },
    revoke: { secret: false, acs: false, default: 'false' },
    'revocation-url': { secret: 'query', acs: false },
    verbose: { secret: false, acs: true, default: 'false', otherWords: ['debug'] },
};
const rows = Object.entries(catalog);
/** In the order of action.yml. */
const inputNames = rows.map(([name]) => name);
/** The defaults that action.yml declares, by input. */
const inputDefaults = Object.fromEntries(rows.flatMap(([name, row]) => (row.default === undefined ? [] : [[name, row.default]])));
/** The inputs that hold secrets, and of which kind. */
const secretInputs = rows.flatMap(([name, { secret }]) => (secret === false ? [] : [[name, secret]]));
const wholeSecrets = new Set(['text', 'client_secret', 'private_key']);
/** The inputs that are a secret as a whole. */
const secretNames = secretInputs.flatMap(([name, kind]) => wholeSecrets.has(kind) ? [name] : []);
/** The inputs of one line. */
const singleLineInputs = rows.flatMap(([name, { lines }]) => lines === true ? [] : [name]);
/** The inputs that mean nothing to an ACS endpoint. */
const notForAcs = rows.flatMap(([name, { acs }]) => acs ? [] : [name]);
/** The input that each other word stands for. */
const otherWords = rows.flatMap(([name, row]) => (row.otherWords ?? []).map((word) => [word, name]));

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __nccwpck_require__(24);
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



/**
 * Reads one input as the runner hands it over.
 *
 * @param how `exact` keeps white space at the ends
 * @returns an empty string where it was left out
 * @see https://docs.github.com/actions/reference/workflows-and-actions/metadata-syntax#inputs
 */
function reader_readInput(env, name, how = 'trimmed') {
    const value = env[`INPUT_${name.toUpperCase()}`] ?? '';
    return how === 'exact' ? value : value.trim();
}
/** The fewest characters of a secret; a mask of fewer would blank the log. */
const shortestSecret = 4;
/** Reads inputs and collects what is wrong with them, so that all of it is reported at once. */
class InputReader {
    problems = [];
    #env;
    #ignored = new Set();
    #missing;
    #required = [];
    constructor(env) {
        this.#env = env;
    }
    /** Notes that an input is wrong. */
    complain(problem) {
        this.problems.push(problem);
    }
    /** Whether something is noted of an input. */
    complainsOf(name) {
        return this.problems.some((problem) => renderText(problem, (all) => all).startsWith(`${name}:`));
    }
    /** Notes that an input is required and empty. */
    miss(problem) {
        this.complain(problem);
        this.#required.push(problem);
    }
    /** Whether all that is wrong is that required inputs are empty. */
    get isOnlyMissing() {
        return this.problems.every((problem) => this.#required.includes(problem));
    }
    /**
     * Notes that a secret is needed and empty, which has reasons of its own; the first one counts.
     *
     * @param part its name, if the input has several
     */
    missSecret(name, part) {
        this.#missing ??= part === undefined ? name : `${name}: ${part}`;
    }
    /** From here on the input reads as left out: what is wrong with it is reported already. */
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
        return inputDefaults[name];
    }
    /** Whether something was written; a value equal to its default counts as not written. */
    isGiven(name) {
        const value = this.#readRaw(name);
        return value !== '' && value !== inputDefaults[name];
    }
    /** The value with its white space; empty where it was left out. */
    readExact(name) {
        return this.#readRaw(name, 'exact');
    }
    #readRaw(name, how = 'trimmed') {
        return this.#ignored.has(name) ? '' : reader_readInput(this.#env, name, how);
    }
    /** One of several words; undefined where it was left out, or is none of them. */
    readOptionalChoice(name, choices) {
        const value = this.read(name);
        if (value === undefined)
            return undefined;
        const choice = choices.find((one) => one === value);
        if (choice === undefined) {
            this.complain(text_text `${name}: ${got(value)}; must be one of: ${choices.join(', ')}`);
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
            this.complain(text_text `${name}: ${got(value)}; must be true or false`);
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
            this.complain(text_text `${name}: ${got(value)}; must be at most ${range.max}`);
            return NaN;
        }
        const { min, bound = 'from', whole = false, unit } = range;
        const large = bound === 'over' ? number > min : number >= min;
        if (large && (!whole || Number.isInteger(number)))
            return number;
        const kind = `a ${whole ? 'whole ' : ''}number${unit === undefined ? '' : ` of ${unit}`}`;
        const least = bound === 'over' ? text_text `more than ${min}` : text_text `${min} or more`;
        this.complain(text_text `${name}: ${got(value)}; must be ${kind}, ${least}`);
        return NaN;
    }
}

;// CONCATENATED MODULE: ./build/compiled/inputs/client/credentials.js






/** Reads a secret that is hidden as it is. */
function readSecret(reader, name) {
    const value = reader.read(name);
    if (value !== undefined && value.length < shortestSecret) {
        reader.complain(text_text `${name}: has fewer than ${shortestSecret} characters and cannot be hidden in the log`);
    }
    return value;
}
/** Reads the client's secret. A private key that is sent as a secret is given away. */
function readClientSecret(reader) {
    const value = readSecret(reader, 'client-secret');
    if (/-----BEGIN |"private_key"/.test(value ?? '')) {
        reader.complain(text_text `client-secret: is a private key; set private-key instead`);
    }
    return value;
}
/** Reads the key that signs JWTs. */
function readKey(reader, algorithm) {
    const value = reader.read('private-key');
    if (value === undefined)
        return undefined;
    const keyId = reader.read('private-key-id');
    return tryKey(reader, 'private-key', 'jwt', () => readSigningKey(value, { algorithm, keyId }));
}
/** Reads the claims that come over those of a signed JWT. */
function readClaims(reader) {
    const { pairs, faults } = parseParameters(reader.readExact('assertion-claims'));
    const names = pairs.map(([name]) => name);
    const repeated = names.find((name, index) => names.indexOf(name) !== index);
    if (faults.length > 0)
        reader.complain(text_text `assertion-claims: ${joinTexts(faults, ', ')}`);
    if (repeated !== undefined) {
        reader.complain(text_text `assertion-claims: ${repeated} is set more than once`);
    }
    return pairs;
}
/** Reads a key, and notes what is wrong with it. */
function tryKey(reader, name, use, read) {
    try {
        return read();
    }
    catch (error) {
        if (!(error instanceof SigningKeyError))
            throw error;
        reader.complain(text_text `${name}: ${explainKeyFault(error, use)}`);
        return undefined;
    }
}

;// CONCATENATED MODULE: ./build/compiled/inputs/client/tls-credentials.js








/** Whether a certificate is shown on the connections to the server (RFC 8705). */
function showsCertificate({ clientCertificate, clientKey }) {
    return clientCertificate !== undefined && clientKey !== undefined;
}
/** Whether the key of the certificate is given, in either input. */
function offersClientKey(reader) {
    return findSource(reader, 'client-key', holdsPrivateKey) !== undefined;
}
/**
 * Reads the client's certificate and its key. A PEM that holds both is taken in either input, and the other input can be
 * left out then.
 *
 * @param signingKey the key of JWTs, to which the certificate must belong if it has no key of its own
 * @param now epoch, milliseconds
 */
function readTlsCredentials(reader, signingKey, now) {
    const keyInput = findSource(reader, 'client-key', holdsPrivateKey);
    const certificateInput = findSource(reader, 'client-certificate', holdsCertificate);
    const clientKey = keyInput && tryKey(reader, keyInput, 'tls', () => readTlsKey(reader.read(keyInput) ?? ''));
    if (certificateInput === undefined) {
        if (clientKey)
            reader.complain(text_text `client-certificate is required with client-key`);
        return { clientCertificate: undefined, clientKey };
    }
    const certificates = tryCertificates(reader, certificateInput);
    if (certificates === undefined)
        return { clientCertificate: undefined, clientKey };
    // A key that could not be read has a problem of its own.
    const key = keyInput === undefined ? signingKey?.key : clientKey;
    const chain = key === undefined ? certificates : sortChain(certificates, key);
    if (chain === undefined) {
        const owner = keyInput === undefined ? 'private-key' : 'client-key';
        reader.complain(text_text `client-certificate: does not belong to ${owner}`);
        return { clientCertificate: writeCertificates(certificates), clientKey };
    }
    const clientCertificate = writeCertificates(chain);
    const fault = findFault(chain, clientCertificate, clientKey, now);
    if (fault !== undefined)
        reader.complain(text_text `client-certificate: ${fault}`);
    return { clientCertificate, clientKey };
}
/** The input that has what one is for: itself, or the other one if that holds both. */
function findSource(reader, name, holds) {
    if (reader.isGiven(name))
        return name;
    const other = name === 'client-key' ? 'client-certificate' : 'client-key';
    return holds(reader.read(other) ?? '') ? other : undefined;
}
function tryCertificates(reader, name) {
    try {
        return readCertificates(reader.read(name) ?? '');
    }
    catch (error) {
        if (!(error instanceof CertificateError))
            throw error;
        reader.complain(text_text `${name}: ${explainCertificateFault(error)}`);
        return undefined;
    }
}
/** What is wrong with a certificate that belongs to its key. */
function findFault([own], clientCertificate, clientKey, now) {
    if (own !== undefined && own.validToDate.getTime() < now) {
        return text_text `expired at ${zulu_time_formatZuluTime(own.validToDate)}; the provider must issue a new one`;
    }
    if (clientKey === undefined)
        return undefined;
    try {
        (0,external_node_tls_.createSecureContext)({ cert: clientCertificate, key: writePem(clientKey) });
        return undefined;
    }
    catch (error) {
        return text_text `cannot be used with its key on TLS connections (${nameReason(error)}); the provider must issue a stronger one`;
    }
}
/** OpenSSL's own word for it, such as "ee key too small"; never what it was given. */
function nameReason(error) {
    const reason = error.reason;
    return typeof reason === 'string' ? reason : 'not accepted by OpenSSL';
}

// EXTERNAL MODULE: ./build/compiled/http/loopback.js
var loopback = __nccwpck_require__(523);
// EXTERNAL MODULE: ./build/compiled/http/retry-after.js
var retry_after = __nccwpck_require__(321);
// EXTERNAL MODULE: ./build/compiled/http/transport-error.js
var transport_error = __nccwpck_require__(138);
;// CONCATENATED MODULE: ./build/compiled/oauth2/response/response-fields.js

/** What can be in another place of a response than the one of RFC 6749. */
const fieldNames = [
    'access_token',
    'token_type',
    'expires_in',
    'expires_in_ms',
    'expires_at',
    'scope',
    'refresh_token',
    'id_token',
];
/** Reads lines of `name=path`, split at the first `=`. White space around both and empty lines are dropped. */
function parseResponseFields(input) {
    const fields = {};
    const faults = [];
    for (const [index, line] of input.split(/\r?\n/).entries()) {
        if (line.trim() === '')
            continue;
        const [before = '', ...rest] = line.split('=');
        const written = before.trim();
        const path = rest.join('=').trim();
        const name = fieldNames.find((one) => one === written);
        const complain = (code) => {
            faults.push({ code, line: index + 1, name: written });
        };
        if (path === '')
            complain('no_path');
        else if (name === undefined)
            complain('unknown_name');
        else if (fields[name] !== undefined)
            complain('repeated_name');
        else
            fields[name] = path;
    }
    return { fields, faults };
}
/**
 * Finds a field in a body.
 *
 * @param body the body that was read: a JSON value, the fields of a form, or a text
 * @returns undefined if it is not there
 */
function findField(body, fields, name) {
    const path = fields[name];
    if (path !== undefined)
        return findPlace(body, path);
    return isTaken(fields, name) ? undefined : findPlace(body, name, [name]);
}
const expiryNames = ['expires_in', 'expires_in_ms', 'expires_at'];
/**
 * Whether the standard place of a name must not be read. There is no standard place for milliseconds. A place that is
 * listed for one form of the expiry is not read as another, because milliseconds would be taken for seconds.
 */
function isTaken(fields, name) {
    if (name === 'expires_in_ms')
        return true;
    return expiryNames.includes(name) && expiryNames.some((other) => fields[other] === name);
}
/** Follows a path. Only fields of the body itself are found, not those of a prototype or the length of a list. */
function findPlace(body, path, steps = path.split('.')) {
    if (isContainer(body) && !Array.isArray(body) && Object.hasOwn(body, path)) {
        return { steps: [path], value: body[path] };
    }
    if (path === '.')
        return isContainer(body) ? undefined : { steps: [], value: body };
    let value = body;
    for (const step of steps) {
        if (!isContainer(value) || !hasStep(value, step))
            return undefined;
        value = value[step];
    }
    return { steps, value };
}
function isContainer(value) {
    return typeof value === 'object' && value !== null && !(value instanceof ExactNumber);
}
function hasStep(value, step) {
    return Object.hasOwn(value, step) && (!Array.isArray(value) || step !== 'length');
}
/** Whether the access token can be in a list that is the whole body. */
function readsList({ access_token: path = '' }) {
    return /^\d+(\.|$)/.test(path);
}
/** Whether the access token can be the whole body. */
function readsText({ access_token: path }) {
    return path === '.';
}
/** The fields that only the client should see. */
const response_fields_secretNames = ['access_token', 'refresh_token', 'id_token'];
/**
 * A copy of a body without the secrets at the listed places. An item of a list becomes null, so that the other items
 * keep their indexes.
 *
 * @param body nested no deeper than a recursive call can go
 */
function dropListedSecrets(body, fields) {
    return response_fields_secretNames
        .filter((name) => fields[name] !== undefined)
        .flatMap((name) => findField(body, fields, name) ?? [])
        .reduce((rest, { steps }) => dropPlace(rest, steps), body);
}
function dropPlace(value, [step, ...further]) {
    // The object or list around it was dropped before.
    if (step === undefined || !isContainer(value) || !hasStep(value, step))
        return value;
    const isLast = further.length === 0;
    const inner = isLast ? null : dropPlace(value[step], further);
    if (Array.isArray(value)) {
        return value.map((item, index) => (String(index) === step ? inner : item));
    }
    const kept = Object.entries(value).filter(([name]) => name !== step || !isLast);
    return Object.fromEntries(kept.map(([name, field]) => [name, name === step ? inner : field]));
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/response/body.js



/**
 * Reads a body, whatever its content type says: as JSON, as a form with a token or an error, or as a text.
 *
 * @param fields a list or a text is read only if the access token must be searched there
 * @returns undefined if it is none of these
 */
function readBody(body, fields = {}) {
    // TextDecoder drops a byte order mark.
    const text = new TextDecoder().decode(body);
    const value = readJson(text);
    if (isObject(value))
        return value;
    if (Array.isArray(value))
        return readsList(fields) ? value : undefined;
    return readForm(text, fields) ?? (readsText(fields) ? readBareText(text, value) : undefined);
}
/**
 * Reads a body as a JSON object, else as a form with a token or an error.
 *
 * @returns undefined if it is neither
 */
function readObjectBody(body) {
    const read = readBody(body);
    return isObject(read) ? read : undefined;
}
function readJson(text) {
    try {
        return parseExactJson(text);
    }
    catch {
        return undefined;
    }
}
/**
 * Any text can be read as a form. A text counts as a form only if it is encoded as one and says something about a
 * token.
 */
function readForm(text, { access_token: place }) {
    const encoded = text.trim();
    if (/[\s<>"]/.test(encoded))
        return undefined;
    const form = new URLSearchParams(encoded);
    const isTelling = [...form.keys()].some((name) => ['access_token', 'error', place].includes(name));
    return isTelling ? Object.fromEntries(form) : undefined;
}
/** A JSON string without its quotes, or a text that can be a token. A web page or a sentence cannot be a token. */
function readBareText(text, value) {
    if (typeof value === 'string')
        return value;
    const bare = text.trim();
    return /^[^\s<>"{}[\],]+$/.test(bare) && !/^(null|true|false)$/.test(bare) ? bare : undefined;
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/answer/json-words.js

/** The places in which servers write what went wrong, the best first; without case, `_` and `-`. */
const places = [
    'message',
    'msg',
    'errmsg',
    'detail',
    'title',
    'reason',
    'description',
    'errorMessage',
    'errorSummary',
    'errorDescription',
    'errorMessages',
    'faultstring',
    'errors',
    'error',
    'fault',
].map(squeeze);
/** Names that many servers make of these: `statusMessage`, `responseDescription`, `userMessage`, `moreInformation`. */
const otherPlaces = /(message|msg|description|information|info|reason)$/;
/** A code says less than any sentence, wherever that stands. */
const lastPlaces = ['code'];
const placesOfSuccess = [
    'errorDescription',
    'message',
    'msg',
    'errmsg',
    'detail',
    'reason',
    'error',
].map(squeeze);
/** How deep a value is searched, objects within objects; a list is no level of its own. */
const levels = 3;
/** The most objects that are looked into at each level. */
const mostObjects = 200;
/**
 * Finds what a failed answer says in words: `error_description` of RFC 6749 section 5.2 first, then the first text in one of the usual
 * places, breadth first.
 *
 * @param value of JSON, or the fields of a form
 */
function findJsonWords(value, search) {
    const description = isObject(value) ? value['error_description'] : undefined;
    if (isShown(description, search))
        return { place: 'error_description', text: description };
    const objects = listAll(value);
    if (search.isSuccess)
        return findIn(objects, placesOfSuccess, search);
    const others = listOtherPlaces(objects);
    const telling = { ...search, passesOverStatus: true };
    return (findIn(objects, places, telling) ??
        findIn(objects, others, telling) ??
        findIn(objects, [...places, ...others], search) ??
        findIn(objects, lastPlaces, search));
}
/** The most other places that are looked into. */
const mostOtherPlaces = 20;
/** The names of such fields, in the order in which they stand there. */
function listOtherPlaces(objects) {
    const names = objects
        .flatMap(({ fields }) => fields.map(({ place }) => place))
        .filter((place) => otherPlaces.test(place) && !places.includes(place));
    return [...new Set(names)].slice(0, mostOtherPlaces);
}
/**
 * Finds the code of an error: `error` of RFC 6749 section 5.2, or what stands for it in an object of that name.
 *
 * @param value of JSON, or the fields of a form
 * @returns undefined if there is none, or if it could be the token
 */
function findErrorCode(value, { isSuccess }) {
    const error = isObject(value) ? value['error'] : undefined;
    const code = isObject(error)
        ? [error['status'], error['code'], error['type']].find((one) => json_words_isText(one))
        : error;
    if (!json_words_isText(code))
        return undefined;
    const isWords = /^[a-z]{2,15}(_[a-z]{2,15})+$/.test(code);
    return isSuccess && code.split(' ').some(mayBeToken) && !isWords ? undefined : code;
}
function json_words_isText(value) {
    return typeof value === 'string' && value.trim() !== '';
}
function locate(path, members) {
    const fields = Object.entries(members)
        .slice(0, mostObjects)
        .map(([name, value]) => ({ name, place: squeeze(name), value }));
    return { path, fields };
}
function findIn(objects, names, search) {
    for (const object of objects) {
        const found = findInObject(object, names, search);
        if (found !== undefined)
            return found;
    }
    return undefined;
}
/** The objects of a value, breadth first. */
function listAll(value) {
    const found = [listObjects([], value)];
    while (found.length < levels) {
        found.push((found.at(-1) ?? []).flatMap(listInner).slice(0, mostObjects));
    }
    return found.flat();
}
/** A value that is an object, or the objects in a list. */
function listObjects(path, value) {
    if (isObject(value))
        return [locate(path, value)];
    if (!Array.isArray(value))
        return [];
    return value
        .slice(0, mostObjects)
        .flatMap((item, index) => isObject(item) ? [locate([...path, String(index)], item)] : []);
}
function listInner({ path, fields }) {
    return fields.flatMap(({ name, value }) => listObjects([...path, name], value));
}
function findInObject({ path, fields }, names, search) {
    const known = fields.filter(({ place }) => names.includes(place));
    for (const place of names) {
        // It only announces what the field errors says.
        if (place === 'title' && hasDetails(known, search))
            continue;
        for (const { name, value } of known.filter((field) => field.place === place)) {
            // The code of RFC 6749 is shown by itself.
            if (name === 'error' && path.length === 0 && typeof value === 'string')
                continue;
            const found = findText([...path, name], value, search) ??
                (place === 'errors' ? findFieldError([...path, name], value, search) : undefined);
            if (found !== undefined)
                return found;
        }
    }
    return undefined;
}
/** A text, the first one in a list, or, as OData has it, the value beside its language. */
function findText(path, value, search) {
    if (isShown(value, search))
        return { place: path.join('.'), text: value };
    if (isObject(value) && isShown(value['value'], search) && !search.isSuccess) {
        return { place: [...path, 'value'].join('.'), text: value['value'] };
    }
    if (!Array.isArray(value))
        return undefined;
    const index = value.findIndex((item) => isShown(item, search));
    const text = value[index];
    return isShown(text, search) ? { place: [...path, index].join('.'), text } : undefined;
}
/** What is wrong with a field of the request: `{"client_id": ["The client_id field is required."]}`. */
function findFieldError(path, value, search) {
    if (!isObject(value))
        return undefined;
    const entries = Object.entries(value).slice(0, mostObjects);
    // An error like any other, that only stands there.
    if (entries.some(([name, one]) => places.includes(squeeze(name)) && typeof one === 'string')) {
        return undefined;
    }
    for (const [name, one] of entries) {
        const found = findText([...path, name], one, search);
        if (found !== undefined)
            return { ...found, text: `${name}: ${found.text}` };
    }
    return undefined;
}
/** Whether there is a field errors that says something: a text, an error of a field, or an object with words of its own. */
function hasDetails(fields, search) {
    return fields
        .filter(({ place }) => place === 'errors')
        .some(({ value }) => findText([], value, search) !== undefined ||
        findFieldError([], value, search) !== undefined ||
        listObjects([], value).some((object) => hasWords(object, search)));
}
function hasWords({ fields }, search) {
    return fields.some(({ place, value }) => places.includes(place) && findText([], value, search) !== undefined);
}
/** Whether a value is a text that may be shown. */
function isShown(value, search) {
    const { isSuccess, passesOverStatus = false } = search;
    if (!json_words_isText(value) || (isSuccess && mayBeToken(value)))
        return false;
    return !passesOverStatus || !statusPhrase.test(value);
}
/** The words of a status that refuses, which are shown with its number. */
const statusPhrase = /^\s*(\d{3}\W*)?(bad request|unauthorized|unauthorised|forbidden|not found|internal server error)\W*$/i;
/**
 * Whether a text of an answer with a success status could be the token itself: 20 or more characters without a space.
 *
 * @see RFC 6749 section 10.10: a token must not be guessed, so none is short
 */
function mayBeToken(value) {
    return value.trim().length >= 20 && !value.trim().includes(' ');
}
/** `error_description`, `errorDescription` and `Error-Description` are one name. */
function squeeze(name) {
    return name.toLowerCase().replace(/[_-]/g, '');
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/answer/fields.js


/** The most names that are listed. */
const mostNames = 30;
/** Longer ones could be anything. */
const longestName = 64;
/**
 * Lists the names of the fields of a failed answer, at the top and one object below, as paths of response-fields.
 *
 * @param value of JSON, or the fields of a form
 * @returns text from outside; empty where the body has no fields
 */
function listFields(value) {
    const names = listPlaces(value).map(({ path }) => path.join('.'));
    return names.filter((name) => name.length <= longestName).slice(0, mostNames);
}
/** The fields that are no objects, at the top and one object below. Of a list, the first item stands for all. */
function listPlaces(value) {
    return enter([], value).flatMap((field) => {
        const inner = enter(field.path, field.value);
        return inner.length === 0 ? [field] : inner;
    });
}
/** The fields of an object, or of the first object of a list. */
function enter(path, value) {
    if (isObject(value))
        return listEntries(path, value);
    const [first] = Array.isArray(value) ? value : [];
    return isObject(first) ? listEntries([...path, '0'], first) : [];
}
function listEntries(path, members) {
    return Object.entries(members).map(([name, one]) => ({ path: [...path, name], value: one }));
}
/** What servers call an access token, the best first; without case, `_` and `-`. */
const tokenNames = [
    'accessToken',
    'token',
    'bearerToken',
    'authToken',
    'authenticationToken',
    'authorizationToken',
    'apiToken',
    'accessTokenValue',
    'tokenValue',
    'jwt',
    'jwtToken',
    'accessJwt',
    'tenantAccessToken',
    'appAccessToken',
    'sessionToken',
    'securityToken',
    'idToken',
    'bearer',
    'sessionId',
    'ticket',
    'access',
    'sid',
].map(squeeze);
/**
 * Finds the field that is probably the access token, for the line of response-fields that reads it.
 *
 * @param value of JSON, or the fields of a form
 * @returns a path; undefined where no field is called like a token
 */
function suggestTokenPath(value) {
    const texts = listPlaces(value).filter((field) => isTokenText(field.value) && canBePath(field));
    for (const name of tokenNames) {
        const found = texts.find(({ path }) => isCalled(path, name));
        if (found !== undefined)
            return found.path.join('.');
    }
    return undefined;
}
/** By its own name, or as the value of what has it: `{"token": {"value": "..."}}`. */
function isCalled(path, tokenName) {
    const [name = '', parent = ''] = path.toReversed().map(squeeze);
    return name === tokenName || (name === 'value' && parent === tokenName);
}
function isTokenText(value) {
    return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value);
}
/** Whether a path leads back to the field: a name with a dot would be two steps, and white space at an end is dropped. */
function canBePath({ path }) {
    return path.every((step) => /^[^\s.`=\p{Cc}]+$/u.test(step) && step.length <= longestName);
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/answer/markup.js
/** How much of a page is looked at, characters: its title and its first sentence stand at its beginning. */
const looked = 64 * 1024;
/** The elements in which servers write what went wrong, the best first; any prefix of a namespace may stand before them. */
const markup_elements = [
    'title',
    'faultstring',
    'message',
    'error_description',
    'Text',
];
/**
 * Takes the line from HTML or XML that says what went wrong: the title of a page, the words of a SOAP fault or of an error of a cloud
 * service, else the text without tags.
 *
 * @see SOAP 1.1 section 4.4 (faultstring), SOAP 1.2 part 1 section 5.4 (Reason/Text)
 */
function takeMarkup(markup) {
    const head = dropUnread(markup.slice(0, looked));
    const labelled = readLabelled(head);
    if (labelled !== '')
        return labelled;
    for (const element of markup_elements) {
        const text = readElement(head, element);
        // Apache has the words in the first paragraph then.
        if (onlyStatus.test(text))
            return readElement(head, 'p') || text;
        if (text !== '')
            return text;
    }
    return markup_readText(head);
}
/** A title that only repeats the status. */
const onlyStatus = /^(?:error |http )?(?:\d{3}\W*)?(?:bad request|unauthorized|forbidden|not found|method not allowed)\W*$/i;
/** The text of a page or a document without tags, on one line. */
function readMarkup(markup) {
    return markup_readText(dropUnread(markup.slice(0, looked)));
}
/** The pages of Tomcat and Jetty have a status as their title, and the words after a label: `<b>Message</b> Unknown client</p>`. */
function readLabelled(markup) {
    const label = /<(b|th)>\s*message:?\s*<\/\1>(?:\s*<td>)?([^<>]{1,2000})/i.exec(markup);
    return label === null ? '' : markup_readText(label[2] ?? '');
}
/** What no reader sees: comments, scripts and styles. */
function dropUnread(markup) {
    const withoutComments = dropBetween(markup, /<!--/g, /-->/g);
    return dropBetween(withoutComments, /<(?:script|style|svg)\b/gi, /<\/(?:script|style|svg)\s*>/gi);
}
/** Drops everything between an opening and the next closing, in one go, because a server chooses the length. */
function dropBetween(text, opening, closing) {
    const parts = [];
    let from = 0;
    for (;;) {
        opening.lastIndex = from;
        const open = opening.exec(text);
        if (open === null)
            return parts.join(' ') + text.slice(from);
        parts.push(text.slice(from, open.index));
        closing.lastIndex = open.index;
        const close = closing.exec(text);
        // What is never closed has no end.
        if (close === null)
            return parts.join(' ');
        from = closing.lastIndex;
    }
}
function readElement(markup, name) {
    const open = new RegExp(`<(?:[A-Za-z][\\w.-]{0,40}:)?${name}(?:\\s[^<>]{0,400})?>`, 'i').exec(markup);
    if (open === null)
        return '';
    const from = open.index + open[0].length;
    const close = new RegExp(`</(?:[A-Za-z][\\w.-]{0,40}:)?${name}\\s*>`, 'gi');
    close.lastIndex = from;
    const end = close.exec(markup)?.index ?? markup.length;
    return markup_readText(markup.slice(from, end));
}
/** The text between tags, on one line. */
function markup_readText(markup) {
    // A tag, also one that the end cuts off; no text has so long a one.
    const withoutTags = markup
        .replace(/<!\[CDATA\[|\]\]>/g, ' ')
        .replace(/<[!/?A-Za-z][^<>]*(?:>|$)/g, ' ');
    return decodeEntities(withoutTags).replace(/\s+/g, ' ').trim();
}
const entities = {
    amp: '&',
    lt: '<',
    gt: '>',
    quot: '"',
    apos: "'",
    nbsp: ' ',
    middot: '\u00b7',
    mdash: '\u2014',
    ndash: '\u2013',
    hellip: '\u2026',
    copy: '\u00a9',
    laquo: '\u00ab',
    raquo: '\u00bb',
};
function decodeEntities(text) {
    return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,8}));/gi, (entity, decimal, hex, name = '') => {
        if (decimal !== undefined)
            return fromCodePoint(Number(decimal), entity);
        if (hex !== undefined)
            return fromCodePoint(Number.parseInt(hex, 16), entity);
        return Object.hasOwn(entities, String(name)) ? (entities[String(name)] ?? entity) : entity;
    });
}
function fromCodePoint(point, entity) {
    return point <= 0x10_ff_ff ? String.fromCodePoint(point) : entity;
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/answer/pages.js

/** How much of a page is looked at, characters. */
const pages_looked = 64 * 1024;
/** How much of its text is looked at after the title, characters: further down a page names many things. */
const firstWords = 400;
const blocked = /just a moment|attention required|checking your browser|(verify|verifying) (that )?you are (a )?human|human verification|are you (a )?(human|robot)|captcha|access (to .{0,40})?(is |was |has been )?(denied|blocked)|(request|requested url|page|connection|you) (is |was |has been |have been |were )?(blocked|rejected|denied)\b|blocked by|web application firewall|\bwaf\b|incapsula|imperva|pardon our interruption|sucuri|ddos|security (checkpoint|service|policy|check)|bot (protection|detection|manager)|unusual traffic|zscaler|fortiguard/i;
const maintenance = /maintenance|\bdown for\b|be (right back|back (soon|shortly|later|online))|(site|system|page|application|portal) (is )?(temporarily )?(down|offline|unavailable)|wartung|wartungsarbeiten|mantenimiento|out of service/i;
/** Not the name of a host, such as login.example.com. */
const login = /(?<![\w.-])(log ?-?in|sign ?-?in|log ?-?on|sign ?-?on|anmelden|anmeldung|connexion|iniciar sesi.n)(?![\w-]|\.\w)/i;
/** Headers of firewalls that ask for a proof or block; their value says so in most of them. */
const firewallHeaders = [
    ['cf-mitigated', /./],
    ['x-amzn-waf-action', /./],
    ['x-vercel-mitigated', /./],
    ['x-sucuri-block', /./],
    ['x-squid-error', /ACCESS_DENIED/],
];
/** How servers call themselves that answer for another only where they do not let a request through. */
const edges = /^(awselb|AkamaiGHost|CloudFront|DataDome|Microsoft-Azure-Application-Gateway)\b/i;
/** What the text or the JSON of a firewall has: Cloudflare's numbers from 1000 on (1015 is a rate limit), DataDome's address, and words of its own. */
const blockedText = /^\s*error code: 10(?!15)\d\d\s*$|"cloudflare_error"\s*:\s*true|captcha-delivery\.com|blocked by (our|the|a|an) (security|web application firewall|firewall|waf|bot)|incapsula incident/i;
/**
 * Says what answered in place of the token endpoint, if something did.
 *
 * @returns undefined for an answer that is not HTML and not that of a firewall
 */
function recognizePage(response, text) {
    const { status, headers } = response;
    const isHtml = isPage(text, headers['content-type'] ?? '');
    if (firewallHeaders.some(([name, value]) => value.test(headers[name] ?? '')))
        return 'firewall';
    if (!isHtml)
        return isBlockedText(response, text) ? 'firewall' : undefined;
    const head = text.slice(0, pages_looked);
    const title = takeMarkup(head);
    const words = `${title}\n${readMarkup(head).slice(0, title.length + firstWords)}`;
    // A server that wants credentials says how (RFC 9110 section 11.6.1).
    const isChallenge = status === 401 && headers['www-authenticate'] !== undefined;
    if (blocked.test(words) && !isChallenge && !isServerDown(response))
        return 'firewall';
    if (maintenance.test(words))
        return 'maintenance';
    if (status < 500 && (takesPassword(head) || login.test(title)))
        return 'login';
    const isRefusal = [403, 406, 429].includes(status) || (status === 401 && !isChallenge);
    return isRefusal ? 'firewall' : 'page';
}
/** Whether a body is HTML, by its content type or by how it begins. */
function isPage(text, contentType) {
    const start = text
        .slice(0, pages_looked)
        .replace(/^(\s|<\?xml[^>]{0,200}\?>|<!--.{0,2000}?-->)+/is, '');
    return (/^<(!doctype\s+html|html|head|body)\b/i.test(start) ||
        (/\bx?html\b/i.test(contentType) && start.startsWith('<')));
}
function isBlockedText({ status, headers }, text) {
    if (![403, 405, 406, 429].includes(status))
        return false;
    const isEdge = status === 403 && text.trim() === '' && edges.test(headers['server'] ?? '');
    return isEdge || blockedText.test(text.slice(0, pages_looked));
}
/** A gateway that does not reach the server says so with many words. */
function isServerDown({ status, headers }) {
    return status >= 500 && /cloudflare/i.test(headers['server'] ?? '');
}
/** A form for a person: for a password, or one that goes on to a login elsewhere (SAML). */
function takesPassword(page) {
    return /<input\b[^<>]{0,400}(\btype\s*=\s*["']?password\b|\bname\s*=\s*["']?SAMLRequest\b)/i.test(page);
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/answer/decode.js
/**
 * Decodes the body of a failed answer, which is read by people only: as its byte order mark, its content type or the document itself
 * says, else as UTF-8, UTF-16 or Windows-1252, whichever it can be. The byte order mark is dropped.
 *
 * @returns an empty text for what is no text: it is compressed, or a file
 * @see https://encoding.spec.whatwg.org/#bom-sniff
 */
function decodeBody(body, contentType) {
    const name = readMark(body) ?? readCharset(contentType) ?? readDeclared(body) ?? guess(body);
    const text = decodeAs(body, name) ?? decodeAs(body, guess(body)) ?? '';
    return decode_isText(text) ? text : '';
}
function readMark(body) {
    const start = body.subarray(0, 3).toString('hex');
    if (start === 'efbbbf')
        return 'utf-8';
    if (start.startsWith('fffe'))
        return 'utf-16le';
    return start.startsWith('feff') ? 'utf-16be' : undefined;
}
function readCharset(contentType) {
    return /charset\s*=\s*["']?([\w.:-]{1,40})/i.exec(contentType)?.[1];
}
/** How far a document is searched for the name of its character set, bytes (HTML section 4.2.5.4). */
const declarationLength = 1024;
/** What a page or an XML document says of itself. */
function readDeclared(body) {
    const head = body.subarray(0, declarationLength).toString('latin1');
    const declared = /^\s*<\?xml[^>]{0,200}\bencoding\s*=\s*["']([\w.:-]{1,40})/i.exec(head)?.[1];
    // A document in which that can be read as ASCII is not UTF-16, whatever it says.
    const name = declared ?? /<meta\b[^>]{0,200}\bcharset\s*=\s*["']?([\w.:-]{1,40})/i.exec(head)?.[1];
    return name === undefined || /^utf-?16/i.test(name) ? undefined : name;
}
/** How much of a text shows what it is written in, bytes. */
const sampleLength = 64;
/** Text of ASCII in UTF-16 has a zero in every second byte; other text that is no UTF-8 is usually of an older Western system. */
function guess(body) {
    const sample = body.subarray(0, sampleLength);
    const zeros = (first) => sample.filter((byte, index) => index % 2 === first && byte === 0).length;
    if (sample.length >= 4 && zeros(1) > sample.length / 4 && zeros(0) === 0)
        return 'utf-16le';
    if (sample.length >= 4 && zeros(0) > sample.length / 4 && zeros(1) === 0)
        return 'utf-16be';
    const foreign = sample.filter((byte) => byte >= 0x80).length;
    return isUtf8(body) || foreign > sample.length / 2 ? 'utf-8' : 'windows-1252';
}
function isUtf8(body) {
    return decodeAs(body, 'utf-8', { fatal: true }) !== undefined;
}
/** Undefined for a character set that is not known, and with `fatal` for what is not of it. */
function decodeAs(body, charset, options = {}) {
    try {
        return new TextDecoder(charset, options).decode(body);
    }
    catch {
        return undefined;
    }
}
/** What is no text has characters that cannot be shown. */
function decode_isText(text) {
    // eslint-disable-next-line no-control-regex -- these are what is looked for
    const controls = text.match(/[\0-\x08\x0e-\x1f\x7f-\x9f]/g)?.length ?? 0;
    const lost = text.match(/\ufffd/g)?.length ?? 0;
    return !text.includes('\0') && controls <= text.length / 20 && lost <= text.length / 4;
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/answer/words.js




/**
 * Finds the one line of a failed answer that says what went wrong, in whatever form it is: in the usual fields of JSON or of a form,
 * in a page or an XML document, as text, or in `WWW-Authenticate`. With a success status only a few fields are read, because the rest
 * could be the token.
 */
function findWords({ status, headers }, { text, value }) {
    const isSuccess = (0,transport_error/* isSuccessStatus */.ar)(status);
    const found = findJsonWords(value, { isSuccess });
    if (found !== undefined) {
        // The code is shown by itself.
        if (found.text === findErrorCode(value, { isSuccess }))
            return undefined;
        const form = isSuccess ? 'value-of-success' : 'value';
        return { place: found.place, outside: found.text, form };
    }
    if (isSuccess)
        return undefined;
    if (text.trim() !== '')
        return describeText(text, value);
    const challenge = headers['www-authenticate'] ?? '';
    if (challenge.trim() === '')
        return undefined;
    return { place: 'www-authenticate', outside: challenge, form: 'value' };
}
function describeText(text, value) {
    if (typeof value === 'string')
        return { place: 'text', outside: value, form: 'lines' };
    // The code is shown by itself.
    if (findErrorCode(value, { isSuccess: false }) !== undefined)
        return undefined;
    if (value !== undefined)
        return isEmpty(value) ? undefined : { place: 'text', outside: text, form: 'json' };
    const form = isMarkup(text) ? 'markup' : 'lines';
    return { place: 'text', outside: text, form };
}
/** Whether a value of JSON says nothing: null, or an object or a list without anything in it. */
function isEmpty(value) {
    return value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}
const jwt = /\beyJ[\w-]{8,}(?:\.[\w-]*)+/g;
/** A token behind its name, as JSON, a form or a log has it. */
const namedToken = /\b((?:access|refresh|id)_?token\\?["']?\s*[:=]\s*\\?["']?)[^\s"'&,;<>]{20,}/gi;
/**
 * Takes the line of {@link AnswerWords} from what the server wrote, in which secrets are hidden. A token that nobody has requested yet is
 * hidden too: what has the form of a JWT or stands behind the name of a token, and the long values of JSON in which no field is known to be words.
 */
function takeWords(form, redacted) {
    return takeForm(form, redacted).replace(namedToken, '$1***').replace(jwt, '***');
}
function takeForm(form, redacted) {
    switch (form) {
        case 'value':
        case 'lines':
            return takeLine(redacted);
        case 'value-of-success':
            return hideLongWords(takeLine(redacted));
        case 'json':
            return redacted
                .trim()
                .replace(/\s*[\r\n]+\s*/g, ' ')
                .replace(/"(?:[^"\\\s]|\\.){20,}"(?!\s*:)/g, '"***"');
        case 'markup':
            return takeLine(takeMarkup(redacted));
    }
}
/** What the server says, for comparison alone: secrets are not hidden in it. */
function readWords({ form, outside }) {
    return takeWords(form, outside);
}
/** The first line that is not empty, without full stops at its end: some servers write several, such as the id of a trace. */
function takeLine(text) {
    const [line = ''] = text.trim().split(/[\r\n\u2028\u2029]/, 1);
    let end = line.trimEnd().length;
    while (line[end - 1] === '.')
        end -= 1;
    return line.slice(0, end);
}
function hideLongWords(line) {
    return line
        .split(' ')
        .map((word) => (mayBeToken(word) ? '***' : word))
        .join(' ');
}
/** Whether a text is HTML or XML. */
function isMarkup(text) {
    return /^\s*</.test(text);
}
/** Reads the body of a failed answer. */
function readFailedBody({ body, headers, }) {
    const text = decodeBody(body, headers['content-type'] ?? '');
    const json = words_readJson(text);
    return { text, value: json === undefined ? words_readForm(text) : json };
}
function words_readJson(text) {
    try {
        return JSON.parse(text);
    }
    catch {
        return undefined;
    }
}
/** The fields of a form that says something about an error. */
function words_readForm(text) {
    if (!/^[^\s<>"{}]+=[^\s<>"{}]*$/.test(text.trim()))
        return undefined;
    const fields = Object.fromEntries(new URLSearchParams(text.trim()));
    const find = [findJsonWords, findErrorCode];
    return find.some((one) => one(fields, { isSuccess: false }) !== undefined) ? fields : undefined;
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/answer/answer-shape.js






/** Says what a failed answer was like. */
function shapeOf(response) {
    const { status, statusText, headers, body } = response;
    const read = readFailedBody(response);
    return {
        status,
        statusText,
        contentType: headers['content-type'],
        length: body.length,
        code: findErrorCode(read.value, { isSuccess: (0,transport_error/* isSuccessStatus */.ar)(status) }),
        words: findWords(response, read),
        page: recognizePage(response, read.text),
        fields: listFields(read.value),
        tokenPath: (0,transport_error/* isSuccessStatus */.ar)(status) ? findTokenPath(body, read.value) : undefined,
    };
}
/** A field that is called like a token, or the whole body where that is one line of text without white space, long enough for one. */
function findTokenPath(body, value) {
    const bare = readBody(body, { access_token: '.' });
    const isBare = typeof bare === 'string' && /^[\x21-\x7e]{8,}$/.test(bare);
    return isBare ? '.' : suggestTokenPath(value);
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/default-headers.js
/** The headers of every request of this action to an authorization server, by name in lower case. */
const defaultHeaders = [
    ['accept', 'application/json'],
    // An uncompressed answer needs no second limit for its size after decompression.
    ['accept-encoding', 'identity'],
    ['user-agent', 'oauth2-token'],
];

;// CONCATENATED MODULE: ./build/compiled/oauth2/errors.js

/**
 * The statuses by which a gateway says that it passed the request on and has no answer (RFC 9110 section 15, and the
 * statuses of Cloudflare and others: unknown error, connection lost, a timeout of the server).
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
    path;
    retryAfter;
    constructor(code, details) {
        super(code, { cause: details.cause });
        this.code = code;
        this.answer = details.answer;
        this.retryable = details.retryable;
        this.oauthError = details.oauthError;
        this.location = details.location;
        this.path = details.path;
        this.retryAfter = details.retryAfter;
    }
    /**
     * Whether the server may have issued a token although none arrived: the answer was damaged, or a gateway lost the
     * answer of the server behind it.
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
    /** Metadata can be requested again, because the answer has no token. */
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
 * @param spendsGrant whether the request carries a grant that the server accepts only once. If its answer may have been
 *   lost, it is not sent again, because the server could take it for theft and revoke all tokens (RFC 6749 section
 * 10.4)
 */
function judgeFailure(error, { retryOn, spendsGrant }) {
    if (!isFailedAttempt(error))
        return { retryable: false };
    if (spendsGrant && error.mayHaveArrived)
        return { retryable: false };
    return {
        retryable: error.retryable || retryOn === 'all',
        retryAfter: error.retryAfter,
    };
}
function isFailedAttempt(error) {
    return (error instanceof TokenError ||
        error instanceof DiscoveryError ||
        error instanceof transport_error/* TransportError */.wX);
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/client-authentication.js
/** The `client_assertion_type` of a JWT that authenticates the client (RFC 7523 section 2.2). */
const clientAssertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/**
 * client_secret_basic: id and secret in the Authorization header.
 *
 * @see RFC 6749 section 2.3.1
 */
function clientSecretBasic(clientId, clientSecret, encoding) {
    const credentials = encodeBasic(clientId, clientSecret, encoding);
    return {
        headers: ['authorization'],
        parameters: [],
        add: ({ headers }) => {
            headers.set('authorization', `Basic ${credentials}`);
        },
    };
}
/**
 * client_secret_post: id and secret as body parameters.
 *
 * @param clientId undefined if none is sent
 * @see RFC 6749 section 2.3.1
 */
function clientSecretPost(clientId, clientSecret) {
    return proveBy({ ...sendClientId(clientId), client_secret: () => clientSecret });
}
/**
 * client_secret_jwt, private_key_jwt, and an ID token instead of them: a signed JWT says who the client is.
 *
 * @param clientId undefined if only the JWT names the client
 * @see RFC 7523 section 2.2
 */
function clientAssertion(clientId, makeJwt) {
    return proveBy({
        ...sendClientId(clientId),
        client_assertion_type: () => clientAssertionType,
        client_assertion: makeJwt,
    });
}
/**
 * none, tls_client_auth and self_signed_tls_client_auth: the request only names the client and proves nothing.
 *
 * @param clientId undefined if only the grant names the client
 * @see RFC 6749 section 3.2.1, RFC 8705 section 2
 */
function namedClient(clientId) {
    return proveBy(sendClientId(clientId));
}
function sendClientId(clientId) {
    return clientId === undefined ? {} : { client_id: () => clientId };
}
/**
 * A JWT in the Authorization header, for servers whose token endpoint accepts one as an API does.
 *
 * @see RFC 6750 section 2.1
 */
function bearerHeader(makeJwt) {
    return {
        headers: ['authorization'],
        parameters: [],
        add: async ({ headers }) => {
            headers.set('authorization', `Bearer ${await makeJwt()}`);
        },
    };
}
/** A proof in the parameters of the body. */
function proveBy(values) {
    return {
        headers: [],
        parameters: Object.keys(values),
        add: async ({ parameters }) => {
            for (const [name, value] of Object.entries(values))
                parameters.push([name, await value()]);
        },
    };
}
/**
 * Makes the credentials of Basic: base64 of `id:secret` in UTF-8.
 *
 * @see RFC 7617 section 2
 */
function encodeBasic(clientId, clientSecret, encoding) {
    const encode = encoding === 'form' ? encodeForm : (text) => text;
    return Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString('base64');
}
/**
 * Encodes one value as application/x-www-form-urlencoded; letters, digits and `*-._` stay as they are, so that plain
 * ids work also with servers that do not decode.
 *
 * @see RFC 6749 appendix B
 */
function encodeForm(text) {
    return new URLSearchParams([['', text]]).toString().slice(1);
}
/**
 * Encodes one value as {@link encodeForm}, but with %20 for a space, because a plus sign means a space only in a form.
 */
function encodeQuery(text) {
    return encodeForm(text).replaceAll('+', '%20');
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/grant.js

/** The grant of a signed JWT (RFC 7523 section 2.1). */
const jwtBearerGrant = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
/** The grant of a token for a token (RFC 8693 section 2.1). */
const tokenExchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';
/** The default type of a subject token: a JWT (RFC 8693 section 3). */
const usualSubjectTokenType = 'urn:ietf:params:oauth:token-type:jwt';
/**
 * The parameters of a grant whose second use could be taken for theft, or for a wrong guess. They are in lower case
 * without marks, because servers that do not follow the RFCs spell them in their own way. JWTs are not among them: a
 * JWT that is used twice is refused, which does no harm.
 */
const guardedParameters = new Set([
    'refreshtoken',
    'code',
    'authcode',
    'authorizationcode',
    'devicecode',
    'otp',
    'totp',
    'otpcode',
    'mfacode',
    'onetimepassword',
    'onetimecode',
    'passcode',
]);
/** The parameters of a grant that works only once. The next request could not send the same value. */
const singleUseParameters = new Set([
    ...guardedParameters,
    'subjecttoken',
    'assertion',
    'samlassertion',
    'samlresponse',
]);
/** Whether a parameter, at any depth, is one whose second use could do harm (RFC 6749 section 10.4). */
function hasGuardedParameter(parameters) {
    return hasName(parameters, guardedParameters);
}
/** Whether a parameter, at any depth, belongs to a grant that works only once. */
function hasSingleUseParameter(parameters) {
    return hasName(parameters, singleUseParameters);
}
function hasName(parameters, names) {
    return parameters.some(([name, value]) => names.has(name.toLowerCase().replace(/[^a-z\d]/g, '')) ||
        (typeof value === 'object' && value !== null && hasName(Object.entries(value), names)));
}
/**
 * The jwt-bearer grant: a signed JWT says for whom the token is.
 *
 * @see RFC 7523 section 2.1
 */
function assertionGrant(makeJwt) {
    return proveBy({ assertion: makeJwt });
}
/**
 * The token-exchange grant. Its subject token is made for each attempt.
 *
 * @see RFC 8693 section 2.1
 */
function subjectTokenGrant(makeJwt) {
    return proveBy({ subject_token: makeJwt });
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/request-body.js


/** How the parameters of a token request are written. `query` is in the URL, without a body. */
const bodyFormats = ['form', 'json', 'query', 'multipart'];
/**
 * Writes parameters.
 *
 * @param makeUuid makes the boundary of a multipart body
 * @throws {TypeError} for null or an object if the format is not JSON
 */
function writeParameters(parameters, format, makeUuid) {
    switch (format) {
        case 'form':
            return {
                contentType: 'application/x-www-form-urlencoded',
                body: writeForm(parameters),
            };
        case 'json':
            return { contentType: 'application/json', body: writeJson(parameters) };
        case 'query':
            return { query: writeQuery(parameters) };
        case 'multipart':
            return writeMultipart(listTexts(parameters), makeUuid);
    }
}
/** Writes parameters as application/x-www-form-urlencoded. */
function writeForm(parameters) {
    return new URLSearchParams(listTexts(parameters)).toString();
}
function writeQuery(parameters) {
    const pairs = listTexts(parameters).map((pair) => pair.map(encodeQuery).join('='));
    return pairs.join('&');
}
/** A JSON object. The values of a repeated name become a list. */
function writeJson(parameters) {
    const values = new Map();
    for (const [name, value] of parameters)
        values.set(name, [...(values.get(name) ?? []), value]);
    const fields = [...values].map(([name, [first, ...more]]) => {
        return [name, more.length === 0 ? first : [first, ...more]];
    });
    return writeExactJson(Object.fromEntries(fields));
}
/** @see RFC 7578 section 4; https://html.spec.whatwg.org/#multipart-form-data for the names */
function writeMultipart(fields, makeUuid) {
    const parts = fields.map(([name, value]) => {
        return `Content-Disposition: form-data; name="${escapeName(name)}"\r\n\r\n${value}\r\n`;
    });
    const boundary = chooseBoundary(parts.join(''), makeUuid());
    const body = [...parts.map((part) => `--${boundary}\r\n${part}`), `--${boundary}--\r\n`].join('');
    return { contentType: `multipart/form-data; boundary=${boundary}`, body };
}
function escapeName(name) {
    return name.replace(/["\r\n]/g, (character) => encodeURIComponent(character));
}
/** A boundary that does not occur in the parts, whatever their values are (RFC 2046 section 5.1.1). */
function chooseBoundary(parts, uuid) {
    let boundary = uuid;
    for (let count = 1; parts.includes(boundary); count += 1)
        boundary = `${uuid}-${count}`;
    return boundary;
}
function listTexts(parameters) {
    return parameters.flatMap(([name, value]) => {
        const texts = toTexts(value);
        if (texts === undefined)
            throw new TypeError('A value that only JSON can have.');
        return texts.map((text) => [name, text]);
    });
}
/**
 * A value as texts, for formats other than JSON. A list gives one text for each item.
 *
 * @returns undefined for null, an object, and a list with such an item or a list
 */
function toTexts(value) {
    const texts = (Array.isArray(value) ? value : [value]).map(toText);
    return texts.every((text) => text !== undefined) ? texts : undefined;
}
function toText(value) {
    if (value instanceof ExactNumber)
        return value.source;
    return typeof value === 'object' ? undefined : String(value);
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/token-request.js




/** The HTTP methods by which a token is requested. */
const requestMethods = ['POST', 'GET', 'PUT'];
/** Whether sending the request again after an answer was lost could do harm (RFC 6749 section 10.4). */
function spendsItsGrant({ tokenUrl, parameters, }) {
    return hasGuardedParameter([...listQueryParameters(tokenUrl), ...parameters]);
}
/** The names of the parameters, each once, in order. */
function listParameterNames(request) {
    const own = request.proofs.flatMap(({ parameters }) => parameters);
    return [...new Set([...listParameters(request).map(([name]) => name), ...own])];
}
/** The names of the parameters that are sent together with the query of the URL, as {@link listParameterNames}. */
function listSentNames(request) {
    const { tokenUrl, proofs } = request;
    const inQuery = listQueryParameters(tokenUrl).map(([name]) => name);
    const own = proofs.flatMap(({ parameters }) => parameters);
    const sent = dropSent(listParameters(request), tokenUrl).map(([name]) => name);
    return [...new Set([...sent, ...own.filter((name) => !inQuery.includes(name))])];
}
/**
 * Writes a token request as the HTTP request of one attempt.
 *
 * @param makeUuid makes the boundary of a multipart body
 * @see RFC 6749 section 4.4.2
 */
async function buildTokenRequest(request, makeUuid = external_node_crypto_.randomUUID) {
    const { tokenUrl, requestMethod, proofs, bodyFormat } = request;
    const parts = {
        headers: joinHeaders([...defaultHeaders, ...request.headers]),
        parameters: listParameters(request),
    };
    for (const proof of proofs)
        await proof.add(parts);
    const parameters = dropSent(parts.parameters, tokenUrl);
    const { contentType, body, query } = writeParameters(parameters, bodyFormat, makeUuid);
    if (contentType !== undefined && !parts.headers.has('content-type')) {
        parts.headers.set('content-type', contentType);
    }
    return {
        method: requestMethod,
        url: extendQuery(tokenUrl, query),
        headers: Object.fromEntries(parts.headers),
        ...(body === undefined ? {} : { body }),
    };
}
/** The parameters of a request without those of its proofs. */
function listParameters({ grantType, scopes, audiences, resources, parameters, }) {
    const all = [
        ...(grantType === undefined ? [] : [['grant_type', grantType]]),
        ...(scopes.length === 0 ? [] : [['scope', scopes.join(' ')]]),
        ...audiences.map((audience) => ['audience', audience]),
        ...resources.map((resource) => ['resource', resource]),
        ...parameters,
    ];
    return all.map(([name, value]) => [name, value]);
}
/** The parameters that the query of a URL has. */
function listQueryParameters(url) {
    return URL.canParse(url) ? [...new URL(url).searchParams] : [];
}
/** A parameter that the query of the URL already has is not sent again. */
function dropSent(parameters, tokenUrl) {
    const sent = listQueryParameters(tokenUrl);
    return parameters.filter((parameter) => !isAmong(sent, parameter));
}
/**
 * Lists the names for which the query of a URL and the parameters of a request have different values.
 *
 * @param parameters of the request
 */
function listContradicted(tokenUrl, parameters) {
    const sent = listQueryParameters(tokenUrl);
    const names = parameters
        .filter(([name]) => sent.some(([one]) => one === name))
        .filter((parameter) => !isAmong(sent, parameter))
        .map(([name]) => name);
    return [...new Set(names)];
}
function isAmong(sent, [name, value]) {
    const values = sent.filter(([one]) => one === name).map(([, one]) => one);
    return values.length > 0 && (toTexts(value)?.every((text) => values.includes(text)) ?? false);
}
function extendQuery(url, query = '') {
    if (query === '')
        return url;
    if (!url.includes('?'))
        return `${url}?${query}`;
    return /[?&]$/.test(url) ? `${url}${query}` : `${url}&${query}`;
}
/** Headers by name in lower case. A later one replaces an earlier one. */
function joinHeaders(headers) {
    return new Map(headers.map(([name, value]) => [name.toLowerCase(), value]));
}

// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __nccwpck_require__(975);
;// CONCATENATED MODULE: ./build/compiled/oauth2/access-token.js


/**
 * An access token. It has the methods of the AccessToken of the Python library stanford.green.oauth2. It never prints
 * its token: not as a string, not as JSON, not by util.inspect.
 */
class AccessToken {
    #token;
    tokenType;
    expiresAt;
    /** @throws {RangeError} for an empty token, or an expiry that is not a time or is after the year 9999 */
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
     * @returns whole seconds until it expires, negative if it has expired; undefined if the expiry is not known
     */
    expiresIn(now = Date.now()) {
        if (this.expiresAt === undefined)
            return undefined;
        return Math.floor((this.expiresAt.getTime() - now) / 1000);
    }
    /** Whether it has expired. A token without a known expiry has not. */
    isExpired(now = Date.now()) {
        return this.expiresAt !== undefined && this.expiresAt.getTime() <= now;
    }
    /** The expiry as `2026-01-31T12:00:00Z`; undefined if it is not known. */
    zuluTimeString() {
        return this.expiresAt === undefined ? undefined : zulu_time_formatZuluTime(this.expiresAt);
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

;// CONCATENATED MODULE: ./build/compiled/oauth2/response/expiry.js



/**
 * Finds out when a token expires: by its lifetime, else by the time that the server names, else by the `exp` claim of a
 * token that is a JWT. A lifetime of zero and a time in the past do not count, because the token is new.
 *
 * @param sentAt when it was requested: epoch, milliseconds
 * @returns undefined if nothing states it, or only a time after the year 9999
 * @see RFC 6749 section 5.1, RFC 7519 section 4.1.4
 */
function readExpiry({ expiresIn, expiresInMs, expiresAt, token }, sentAt) {
    return (addLifetime(sentAt, Math.floor(expiry_readNumber(expiresIn) ?? 0)) ??
        addLifetime(sentAt, Math.floor((expiry_readNumber(expiresInMs) ?? 0) / 1000)) ??
        readLater(expiresAt, sentAt) ??
        readLater(readExpClaim(token), sentAt));
}
/**
 * @param start epoch, milliseconds
 * @param lifetime seconds
 * @returns undefined for an unknown lifetime or a lifetime of zero, and for one that ends after the year 9999
 */
function addLifetime(start, lifetime) {
    if (lifetime === undefined || lifetime <= 0)
        return undefined;
    const end = start + lifetime * 1000;
    return end > lastZuluTime ? undefined : new Date(end);
}
/** Reads a number, or a text with a number; undefined for anything else. */
function expiry_readNumber(value) {
    if (value instanceof ExactNumber)
        return value.value;
    if (typeof value === 'number')
        return value;
    const isNumeric = typeof value === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(value);
    return isNumeric ? Number(value) : undefined;
}
function readLater(value, sentAt) {
    const time = readTime(value);
    return time !== undefined && time.getTime() > sentAt ? time : undefined;
}
/** From this number on, a time is in milliseconds. In seconds it is the year 5138, in milliseconds March 1973. */
const firstMilliseconds = 1e11;
/**
 * Reads a time: RFC 3339, also with a space for the T or an offset without a colon (`+0800`, as Java writes it), or the
 * seconds or milliseconds since 1970, as number or text.
 *
 * @returns undefined if it is none of these, and for a time after the year 9999
 * @see RFC 3339 section 5.6
 */
function readTime(value) {
    const number = expiry_readNumber(value);
    if (number !== undefined) {
        const epoch = Math.floor(number < firstMilliseconds ? number * 1000 : number);
        return epoch < 0 || epoch > lastZuluTime ? undefined : new Date(epoch);
    }
    if (typeof value !== 'string')
        return undefined;
    const written = value.trim().replace(/^(\d{4}-\d\d-\d\d) /, '$1T');
    return parseRfc3339Time(written.replace(/(?<=:\d\d(?:\.\d+)?[+-]\d\d)(?=\d\d$)/, ':'));
}
/**
 * Reads `exp` of a JWT without verifying anything: it says only how long the token is worth keeping.
 *
 * @returns undefined if the token is no JWT or has no such claim
 * @see RFC 7519 section 7.2
 */
function readExpClaim(token) {
    const [header, payload, ...rest] = token.split('.', 4);
    if (rest.length !== 1)
        return undefined;
    if (decodePart(header)?.['alg'] === undefined)
        return undefined;
    const exp = decodePart(payload)?.['exp'];
    return typeof exp === 'number' ? exp : undefined;
}
function decodePart(part = '') {
    return /^[\w-]+$/.test(part)
        ? readJsonObject(Buffer.from(part, 'base64url').toString())
        : undefined;
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/scopes.js
/**
 * Reads scopes as servers write them: a text with white space, commas or semicolons between them, or a list of such
 * texts. A text without any scope says nothing, because RFC 6749 section 3.3 wants at least one.
 *
 * @param scope the `scope` of a response
 * @returns undefined if none is named, which means the requested scopes (RFC 6749 section 5.1)
 */
function readScopes(scope) {
    const texts = Array.isArray(scope) ? scope.flat(Infinity) : [scope];
    const scopes = texts.filter((text) => typeof text === 'string').flatMap(splitScopes);
    return scopes.length === 0 ? undefined : scopes;
}
function splitScopes(text) {
    return text.split(/[\s,;]+/).filter((scope) => scope !== '');
}
/**
 * The scopes that were requested and not granted; none if the server named none (RFC 6749 section 5.1).
 */
function listMissingScopes(granted, requested) {
    const { scopes } = granted;
    if (scopes === undefined)
        return [];
    return requested.scopes.flatMap(splitScopes).filter((scope) => !scopes.includes(scope));
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/token-response.js











/** The shortest token, in characters without white space at its ends. A shorter mask would hide ordinary words. */
const token_response_shortestToken = 8;
/** The errors that are only temporary (RFC 6749 section 4.1.2.1, RFC 8628 section 3.5). */
const transientErrors = new Set([
    'temporarily_unavailable',
    'server_error',
    'slow_down',
]);
/** The fields that are read here and have their own place in a {@link TokenResponse}. */
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
 * @throws {TokenError} if it brings no token
 * @see RFC 6749 sections 5.1 and 5.2
 */
function parseTokenResponse(response, context) {
    const { fields = {}, sentAt, now } = context;
    const body = refuseFailure(response, readBody(response.body, fields), now);
    return {
        accessToken: readAccessToken(response, body, fields, sentAt),
        ...readCompanions(response, body, fields),
        issuedAt: sentAt,
    };
}
/**
 * Throws if the answer is a failure: an `error` with any status, a status that is not a success, or a success that
 * cannot be read.
 *
 * @param body the body that was read; undefined if it cannot be read
 * @param now epoch, milliseconds
 * @returns the body of a success
 * @throws {TokenError}
 */
function refuseFailure(response, body, now) {
    const { status, headers } = response;
    const oauthError = isObject(body) ? readOAuthError(body) : undefined;
    const retryAfter = (0,retry_after/* readRetryAfter */.D)(response, now);
    if (status >= 300 && status < 400) {
        const location = headers['location'];
        throw failure('redirect', response, { retryable: false, oauthError, location });
    }
    // A server that says when to come back will give another answer then.
    const transient = (0,transport_error/* isTransientStatus */.Dm)(status) ||
        transientErrors.has(oauthError?.error ?? '') ||
        retryAfter !== undefined;
    if (oauthError !== undefined) {
        throw failure('oauth_error', response, { retryable: transient, oauthError, retryAfter });
    }
    if (!(0,transport_error/* isSuccessStatus */.ar)(status)) {
        throw failure('http_error', response, { retryable: transient, retryAfter });
    }
    if (body === undefined)
        throw failure('unparsable', response, { retryable: true });
    return body;
}
function readOAuthError(members) {
    const error = members['error'];
    const description = readText(members['error_description']);
    const uri = readText(members['error_uri']);
    if (isObject(error)) {
        // This is not in the RFC, but some servers nest it: {"error": {"code": ..., "message": ...}}.
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
 * @throws {TokenError} if there is no token, or a text that cannot be a token
 */
function readAccessToken(response, body, fields, sentAt) {
    const find = (name) => findField(body, fields, name)?.value;
    const token = readTokenString(response, body, fields);
    const expiresInMs = find('expires_in_ms');
    // If a place for milliseconds is named, the response has no seconds.
    const isReplaced = expiresInMs !== undefined && fields.expires_in === undefined;
    const expiresIn = isReplaced ? undefined : find('expires_in');
    const expiresAt = find('expires_at');
    return new AccessToken({
        token,
        tokenType: readText(find('token_type')) ?? 'Bearer',
        expiresAt: readExpiry({ expiresIn, expiresInMs, expiresAt, token }, sentAt),
    });
}
/**
 * Reads the access token.
 *
 * @throws {TokenError} if it is missing or malformed
 */
function readTokenString(response, body, fields = {}) {
    const token = readToken(response, findField(body, fields, 'access_token')?.value);
    if (token !== undefined)
        return token;
    throw failure('no_access_token', response, { retryable: false, path: fields.access_token });
}
/**
 * Refuses an access token that is too short to be masked in a log.
 *
 * @param read what was read from the response
 * @throws {TokenError}
 */
function refuseShortToken(read, response) {
    if (read.accessToken.token.trim().length >= token_response_shortestToken)
        return read;
    throw failure('short_token', response, { retryable: false });
}
/**
 * Reads a token of any kind.
 *
 * @throws {TokenError} if it has a character outside %x20-7E (RFC 6749 appendices A.12 and A.17). A line break in it
 * could   inject a command into a later step
 */
function readToken(response, value) {
    const token = readText(value);
    if (token === undefined || /^[\x20-\x7e]+$/.test(token))
        return token;
    throw failure('malformed_token', response, { retryable: false });
}
/**
 * Reads what comes with the token.
 *
 * @throws {TokenError} if a refresh token or an ID token is malformed
 */
function readCompanions(response, body, fields = {}) {
    const find = (name) => findField(body, fields, name)?.value;
    return {
        scopes: readScopes(find('scope')),
        refreshToken: readToken(response, find('refresh_token')),
        idToken: readToken(response, find('id_token')),
        others: listOthers(body, fields),
    };
}
function listOthers(body, fields) {
    if (typeof body === 'string')
        return {};
    if (!isObject(body)) {
        const shallow = body.map((item) => (isNestedWithin(item, token_response_deepest) ? item : null));
        return dropListedSecrets(shallow, fields);
    }
    const shallow = Object.entries(body).filter(([name, value]) => !understood.has(name) && isNestedWithin(value, token_response_deepest));
    return dropListedSecrets(Object.fromEntries(shallow), fields);
}
/**
 * How many levels deep another field may be nested. JSON.parse reads any depth, but a recursive call cannot go that
 * far.
 */
const token_response_deepest = 100;
/**
 * Reads where a Location points, without its query and user info, because these may hold secrets. Known secrets must be
 * hidden in it before, because a mask does not match a part of a secret.
 */
function readLocation(location) {
    // This is how URLs are read: without white space around them, without line breaks and tabs in them, a backslash as a
    // slash.
    const text = location.replace(/[\t\r\n]/g, '').trim();
    if (/^https?:/i.test(text) && URL.canParse(text)) {
        const { protocol, host, pathname } = new URL(text);
        return `${protocol}//${host}${pathname}`;
    }
    const [place = ''] = text.split(/[?#]/);
    // Only a text that begins with exactly one slash certainly has no host and no user info.
    if (/^\/(?![/\\])/.test(place))
        return place;
    return dropUserInfo(place);
}
/**
 * Drops everything before the last @ except a scheme and slashes. It reads the text once, because a server chooses its
 * length.
 */
function dropUserInfo(place) {
    const at = place.lastIndexOf('@');
    if (at < 0)
        return place;
    const [start = ''] = /^(?:[a-z][a-z\d+.-]*:(?=[/\\]))?[/\\]*/i.exec(place) ?? [];
    return start + place.slice(at + 1);
}
/** A {@link TokenError} that says what the answer was like. */
function failure(code, response, details) {
    return new TokenError(code, { ...details, answer: shapeOf(response) });
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/token-endpoint.js


/** How many bytes of an answer are read. A token response has a few KiB. */
const maxResponseBytes = 1024 * 1024;
/**
 * Sends one request to a token endpoint. The request is built again each time, because an assertion is accepted once
 * and soon expires.
 *
 * @throws {TransportError} if no complete response came back
 * @throws {TokenError} if the response brings no token
 */
async function askTokenEndpoint(request, { send, now, signal, tls, randomUUID }) {
    const httpRequest = await buildTokenRequest(request, randomUUID);
    const sentAt = now();
    const response = await send(httpRequest, { signal, tls, maxBytes: maxResponseBytes });
    const context = { sentAt, now: now(), fields: request.responseFields };
    return refuseShortToken(parseTokenResponse(response, context), response);
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/discovery.js








/**
 * Looks up an issuer's metadata once. It requests the URL of OpenID Connect Discovery first. After any answer that is
 * not this issuer's metadata, it requests the URL of RFC 8414. A client certificate is shown if the server requests
 * one, because a gateway may require it for every request.
 *
 * @param issuer an absolute URL without user info, query and fragment, which the caller has checked
 * @throws {TransportError} if no complete response came back
 * @throws {DiscoveryError} if there is no metadata, or none that can be used
 * @see OpenID Connect Discovery 1.0 section 4, RFC 8414 section 3
 */
async function discover(issuer, context) {
    const urls = buildMetadataUrls(issuer);
    const first = await ask(urls.openIdConnect, context).catch(keepUnusable);
    if (first instanceof transport_error/* TransportError */.wX)
        return discoverByOAuth(issuer, urls.oauth, first, context);
    if (isOf(issuer, first) && namesTokenEndpoint(first)) {
        return readMetadata(issuer, first, [first], context);
    }
    const second = await ask(urls.oauth, context);
    const asked = [first, second];
    const telling = isOf(issuer, second) ? second : chooseTelling(first, second);
    return readMetadata(issuer, telling, asked, context);
}
/** The failures that still are an answer, such as a page that is larger than any metadata. */
const unusableAnswers = new Set([
    'answer_unreadable',
    'encoding_unknown',
    'answer_too_large',
    'headers_too_large',
]);
function keepUnusable(error) {
    if (error instanceof transport_error/* TransportError */.wX && unusableAnswers.has(error.code))
        return error;
    throw error;
}
/** @param first the failure at the first URL; it says more than a second answer without metadata */
async function discoverByOAuth(issuer, url, first, context) {
    const reply = await ask(url, context);
    if (!isOf(issuer, reply))
        throw first;
    return readMetadata(issuer, reply, [reply], context);
}
/** Whether a reply is the metadata of this issuer (RFC 8414 section 3.3, OpenID Connect Discovery section 4.3). */
function isOf(issuer, { members }) {
    return readText(members?.['issuer']) === issuer;
}
/**
 * In OpenID Connect it may be missing if only the implicit flow is used. The metadata of RFC 8414 may still have it.
 */
function namesTokenEndpoint({ members }) {
    return readText(members?.['token_endpoint']) !== undefined;
}
/** Of two replies without the metadata, the one that says more. */
function chooseTelling(first, second) {
    return rank(second) < rank(first) ? second : first;
}
function rank(reply) {
    if (mayPass(reply))
        return 0;
    if (readText(reply.members?.['issuer']) !== undefined)
        return 1;
    if (reply.members !== undefined)
        return 2;
    return isNotFound(reply.response) ? 4 : 3;
}
/** Whether the same request may bring the metadata a little later. */
function mayPass({ response: { status, headers }, members, retryAfter }) {
    if ((0,transport_error/* isTransientStatus */.Dm)(status) || retryAfter !== undefined)
        return true;
    // An answer that says it is JSON but is not was damaged on its way. A web page would come again.
    const isJson = /\bjson\b/i.test(headers['content-type'] ?? '');
    return (0,transport_error/* isSuccessStatus */.ar)(status) && members === undefined && isJson;
}
/**
 * The URLs of an issuer's metadata. OpenID Connect appends the well-known path to the issuer. RFC 8414 inserts it
 * between host and path. Slashes at the issuer's end are left out.
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
    const limits = { signal, tls, maxBytes: maxResponseBytes };
    const response = await send({ method: 'GET', url, headers }, limits);
    return {
        url,
        response,
        members: (0,transport_error/* isSuccessStatus */.ar)(response.status) ? discovery_readBody(response) : undefined,
        retryAfter: (0,retry_after/* readRetryAfter */.D)(response, now()),
    };
}
/** TextDecoder drops a byte order mark. */
function discovery_readBody({ body }) {
    return readJsonObject(new TextDecoder().decode(body));
}
function isNotFound({ status }) {
    return status === 404 || status === 410;
}
/**
 * Reads the metadata in a reply.
 *
 * @param asked all replies of the search
 * @throws {DiscoveryError} if there is none, if it is another issuer's (RFC 8414 section 3.3, OpenID Connect Discovery
 *   section 4.3), or if it has no token endpoint that can be used
 */
function readMetadata(issuer, reply, asked, { allowHttp }) {
    const { members } = reply;
    if (members === undefined)
        throw missing(reply, asked);
    const actualIssuer = readText(members['issuer']);
    if (actualIssuer !== issuer)
        throw discoveryError('issuer_mismatch', reply, asked, { actualIssuer });
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
 * @returns undefined if there is none, or none that can be used
 * @see RFC 6749 section 3.2
 */
function readEndpoint(value, plainHttp) {
    const text = readText(value) ?? '';
    // The URL parser accepts white space, control characters, backslashes, and too many or too few slashes.
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
    return protocol === 'http:' && (0,loopback/* isLoopback */.U)(hostname);
}
/** The error for a reply without metadata. */
function missing(reply, asked) {
    const { response } = reply;
    const { status, headers } = response;
    const retryable = mayPass(reply);
    if ((0,transport_error/* isSuccessStatus */.ar)(status))
        return discoveryError('not_metadata', reply, asked, { retryable });
    if (status >= 300 && status <= 399) {
        return discoveryError('redirect', reply, asked, { location: headers['location'] });
    }
    const code = isNotFound(response) && !retryable ? 'not_found' : 'refused';
    return discoveryError(code, reply, asked, { retryable });
}
/** The error for metadata without a token endpoint that can be used. */
function tokenEndpointFailure(members, reply, asked) {
    const endpoint = readText(members['token_endpoint']);
    return endpoint === undefined
        ? discoveryError('no_token_endpoint', reply, asked)
        : discoveryError('unusable_endpoint', reply, asked, { endpoint });
}
/** A {@link DiscoveryError} that names the requested URLs and the form of the answer. */
function discoveryError(code, { response, retryAfter }, asked, details = {}) {
    return new DiscoveryError(code, {
        attempts: asked.map((one) => ({ url: one.url, status: one.response.status })),
        answer: shapeOf(response),
        retryable: false,
        retryAfter,
        ...details,
    });
}

// EXTERNAL MODULE: external "node:http"
var external_node_http_ = __nccwpck_require__(67);
;// CONCATENATED MODULE: ./build/compiled/wording/names.js



/** The host that an absolute URL names. */
function hostOf(url) {
    return new URL(url).host;
}
/** The server of the token request, as far as it is known: the token endpoint, else the issuer. */
function urlOf({ tokenUrl, issuer }) {
    return tokenUrl ?? issuer ?? '';
}
/** The input that says where the server is. */
function nameUrlInput({ issuer }) {
    return issuer === undefined ? 'token-url' : 'issuer';
}
/** `503 Service Unavailable`, in the words of the registry; the server's own are text from outside. */
function nameStatus(status) {
    const phrase = external_node_http_.STATUS_CODES[status];
    return phrase === undefined ? String(status) : `${status} ${phrase}`;
}
/** What an answer held: its content type, or how much of no named type. */
function nameContent({ contentType = '', length }) {
    if (length === 0)
        return text_text `an empty body`;
    return takeType(contentType) === ''
        ? text_text `${length} bytes without a content type`
        : text_text `${{ outside: contentType, take: takeType }}`;
}
/** The media type without its parameters. */
function takeType(contentType) {
    return contentType.split(';', 1)[0]?.trim() ?? '';
}
/** A redirect, and where it points if the answer says so. */
function nameRedirect(status, location) {
    const name = nameStatus(status);
    return location === undefined
        ? text_text `${name}, a redirect`
        : text_text `${name}, a redirect to ${placeOf(location)}`;
}
/** Where a URL of a server points: its origin and path. */
function placeOf(location) {
    return { outside: location, take: readLocation };
}
/** A URL without its query, which can hold a secret. */
function originAndPath(url) {
    const { origin, pathname } = new URL(url);
    return `${origin}${pathname}`;
}
/** What an error of Node's says. */
function messageOf(error) {
    return error instanceof Error ? error.message : String(error);
}
/** What is known of an error that nobody foresaw. */
function describeUnknown(error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
/** Gives a line for each detail that is known. */
function listDetails(details) {
    return details.flatMap(([name, value]) => (value === undefined ? [] : [text_text `${name}: ${value}`]));
}

;// CONCATENATED MODULE: ./build/compiled/wording/requests.js



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
    const { tokenUrl, clientId, headers, requestMethod } = inputs;
    const client = clientId === undefined ? text_text `no client id` : text_text `client ${showInput(clientId)}`;
    return [
        text_text `${requestMethod} ${originAndPath(tokenUrl)}`,
        text_text `${client}, ${nameAuthentication(inputs)}, ${nameParameters(inputs, parameterNames)}`,
        ...describeHeaders(headers),
    ];
}
function nameParameters({ bodyFormat }, names) {
    if (names.length === 0)
        return text_text `no parameters`;
    const places = { form: 'body', json: 'body', query: 'query', multipart: 'multipart body' };
    return text_text `${places[bodyFormat]}: ${names.join(', ')}`;
}
/** The shape of a request to a revocation endpoint, without anything secret. */
function describeRevocation(inputs, revocationUrl, parameterNames) {
    const request = { tokenUrl: revocationUrl, requestMethod: 'POST', bodyFormat: 'form' };
    return describeRequest({ ...inputs, ...request }, parameterNames);
}
/** How the client authenticates, and what the connection shows of it. */
function nameAuthentication(inputs) {
    const method = nameMethod(inputs);
    const isSaid = inputs.clientAuthMethod?.endsWith('tls_client_auth') === true;
    return showsCertificate(inputs) && !isSaid ? `${method}, client certificate` : method;
}
/** The client's authentication method, and what signs. */
function nameMethod(inputs) {
    const { clientAuthMethod, clientSecretEncoding, macAlgorithm, signingKey } = inputs;
    const key = signingKey === undefined ? '' : nameKey(signingKey);
    switch (clientAuthMethod) {
        case undefined:
            return 'OIDC token as client_assertion';
        case 'client_secret_basic':
            return `client_secret_basic (${clientSecretEncoding})`;
        case 'client_secret_jwt':
            return `client_secret_jwt (${macAlgorithm})`;
        case 'private_key_jwt':
            return `private_key_jwt (${key})`;
        case 'none':
            if (inputs.privateKeyAs === 'bearer')
                return `signed JWT as bearer (${key})`;
            if (inputs.idTokenAs === 'bearer')
                return 'OIDC token as bearer';
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
    return names === '' ? [] : [text_text `other headers: ${names}`];
}

;// CONCATENATED MODULE: ./build/compiled/retry/backoff.js
/**
 * Draws the wait after a failed attempt: exponential backoff with collision avoidance. After the n-th attempt it is a
 * random whole number of time slots, from 0 to 2^n - 1. The limit is applied after the draw. So a wait of the limit
 * becomes more likely with each attempt.
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

// EXTERNAL MODULE: ./build/compiled/clock.js
var compiled_clock = __nccwpck_require__(889);
;// CONCATENATED MODULE: ./build/compiled/retry/retry.js


/** No attempt succeeded. The cause is the error of the last one. */
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
 * Makes attempts until one succeeds, until none is left, or until another would be useless or too late.
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
            return await (0,compiled_clock/* limitTime */.DZ)((signal) => attempt(number, signal), limit, clock);
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
/** A timer can call back so many milliseconds too early. This rest is not enough time for an attempt. */
const earlyTimer = 1;
/** Decides after a failed attempt how long to wait, or why to give up. */
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
 * Writes a duration for people: `20 ms`, `0.2 s`, `15 s`, `42 min`, `1 h 30 min`, `60 days`.
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

;// CONCATENATED MODULE: ./build/compiled/id-token/id-token-error.js

/** The job cannot get GitHub's ID token. */
class IdTokenError extends Error {
    name = 'IdTokenError';
    code;
    status;
    answer;
    /** Whether the same request may succeed a little later. */
    retryable;
    retryAfter;
    constructor(code, details = {}) {
        super(code);
        this.code = code;
        this.status = details.status;
        this.answer = details.answer;
        this.retryable = details.retryable ?? false;
        this.retryAfter = details.retryAfter;
    }
}
/**
 * Decides whether a failed request for an ID token is made again. A second request does no harm, because each answer is
 * a new ID token.
 *
 * @param error what the attempt threw
 */
function judgeIdTokenFailure(error, retryOn) {
    const isAnswer = error instanceof IdTokenError && error.status !== undefined;
    // If nothing was requested, nothing can be requested again.
    if (!isAnswer && !(error instanceof transport_error/* TransportError */.wX))
        return { retryable: false };
    return { retryable: error.retryable || retryOn === 'all', retryAfter: error.retryAfter };
}

;// CONCATENATED MODULE: ./build/compiled/id-token/id-token.js







/** How many bytes of an answer are read. An ID token has 2 KiB. */
const maxIdTokenAnswerBytes = 64 * 1024;
/** Three parts of base64url (RFC 7515 section 7.1); GitHub signs, so no part is empty. */
const compactJwt = /^[\w-]+\.([\w-]+)\.[\w-]+$/;
/**
 * Finds where the job may request its ID token.
 *
 * @param env the step's environment
 * @returns undefined if the job lacks `permissions: { id-token: write }`
 * @see https://docs.github.com/actions/reference/security/oidc
 */
function findIdTokenEndpoint(env) {
    const url = env['ACTIONS_ID_TOKEN_REQUEST_URL'] ?? '';
    const requestToken = env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'] ?? '';
    return url === '' || requestToken === '' ? undefined : { url, requestToken };
}
/**
 * Requests the job's ID token once. Each answer is a new token with its own `jti`.
 *
 * @param audience the `aud` that it must have; GitHub's own choice where undefined
 * @throws {TransportError} if no complete response came back
 * @throws {IdTokenError} if the request cannot be made, or the response brings no ID token
 */
async function requestIdToken(endpoint, audience, { send, now, signal, hide }) {
    const url = addAudience(readEndpointUrl(endpoint.url), audience);
    const headers = {
        ...Object.fromEntries(defaultHeaders),
        authorization: `Bearer ${endpoint.requestToken}`,
    };
    const response = await send({ method: 'GET', url, headers }, { signal, maxBytes: maxIdTokenAnswerBytes });
    return readAnswer(response, { now: now(), hide });
}
/** The bearer token is sent only over https, or within this machine. */
function readEndpointUrl(text) {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && (0,loopback/* isLoopback */.U)(url.hostname));
    if (url === undefined || !isSafe)
        throw new IdTokenError('bad_endpoint');
    return url;
}
/** Leaves the existing query as it is. `searchParams` would write it in another form. */
function addAudience(url, audience) {
    if (audience === undefined)
        return url.href;
    const before = url.search === '' ? '' : `${url.search}&`;
    const complete = new URL(url);
    complete.search = `${before}audience=${encodeURIComponent(audience)}`;
    return complete.href;
}
function readAnswer(response, { now, hide }) {
    const { status, body } = response;
    const retryAfter = (0,retry_after/* readRetryAfter */.D)(response, now);
    const describe = () => ({ status, answer: shapeOf(response), retryAfter });
    if (!(0,transport_error/* isSuccessStatus */.ar)(status)) {
        if (saysPending(body))
            throw new IdTokenError('pending', { ...describe(), retryable: true });
        const retryable = (0,transport_error/* isTransientStatus */.Dm)(status) || retryAfter !== undefined;
        throw new IdTokenError('refused', { ...describe(), retryable });
    }
    const members = readJsonObject(new TextDecoder().decode(body));
    if (members === undefined)
        throw new IdTokenError('unparsable', { ...describe(), retryable: true });
    const token = members['value'];
    const payload = typeof token === 'string' ? compactJwt.exec(token)?.[1] : undefined;
    if (typeof token !== 'string' || payload === undefined) {
        // It is not masked: what is not a token may be a brace or a letter, and such a mask would blank the log.
        throw new IdTokenError('malformed', describe());
    }
    // The whole value is masked: a text is cut after the masks are applied, and a part of a token is of no use.
    hide(token);
    const claims = id_token_readClaims(payload);
    if (claims === undefined)
        throw new IdTokenError('malformed', describe());
    return { token, claims };
}
/** GitHub refuses a job that it does not yet know as running, and gives the token a moment later. */
function saysPending(body) {
    return /\bjob in '?(pending|queued|waiting)\b/i.test(new TextDecoder().decode(body));
}
function id_token_readClaims(payload) {
    try {
        // Fatal, because replacement characters would make different claims equal.
        const decoder = new TextDecoder('utf-8', { fatal: true });
        const claims = readJsonObject(decoder.decode(Buffer.from(payload, 'base64url')));
        // JSON is read at any depth, but JSON that is nested too deeply cannot be written again.
        JSON.stringify(claims);
        return claims;
    }
    catch {
        return undefined;
    }
}
/** The claims that differ from run to run, or from commit to commit, and do not say who makes the request. */
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
 * Whether a claim changes with every run. The commit of a reusable workflow does not: a provider can trust one audited
 * commit of it. In a job outside a reusable workflow, that commit is the commit of the run.
 */
function isPassing(name, claims) {
    if (name !== 'job_workflow_sha')
        return passing.has(name);
    return claims['job_workflow_ref'] === claims['workflow_ref'];
}
/**
 * The claims that say who makes the request. They are part of the identity of a cached token. The `sub` is not enough:
 * it can be the same for a whole repository, although servers test the environment or the ref.
 *
 * @returns sorted by name, the values as JSON
 */
function bindClaims(claims) {
    return Object.entries(claims)
        .filter(([name]) => !isPassing(name, claims))
        .toSorted(([one], [other]) => (one < other ? -1 : 1))
        .map(([name, value]) => [name, JSON.stringify(value)]);
}
/** The claims that must match the configuration at the provider, as the log shows them. */
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

;// CONCATENATED MODULE: ./build/compiled/wording/words.js



/** Status and code of a failed answer, and its own words: `401 invalid_client, "Client authentication failed"`. */
function quoteAnswer(answer) {
    return text_text `${nameCode(answer)}${quoteWords(answer)}`;
}
/** `401 invalid_client`; where the answer names no error, `401 Unauthorized`. */
function nameCode({ status, code }) {
    return code === undefined ? text_text `${nameStatus(status)}` : text_text `${status} ${code}`;
}
/** The words of an answer, to be put after what it was: `, "Client authentication failed"`; nothing where it has none of its own. */
function quoteWords(answer) {
    const { words } = answer;
    return words === undefined || readWords(words) === '' || repeatsStatus(answer, words)
        ? text_text ``
        : text_text `, "${excerptOf(words)}"`;
}
function excerptOf({ outside, form }) {
    return { outside, take: (redacted) => takeWords(form, redacted) };
}
/** Whether the words are those of the status or the code, which are said already. */
function repeatsStatus({ status, code }, words) {
    const said = words_squeeze(readWords(words));
    const [, phrase = ''] = nameStatus(status).split(/ (.*)/, 2);
    const name = code ?? phrase;
    return [name, `${status}${name}`].some((one) => words_squeeze(one) === said);
}
function words_squeeze(words) {
    return words.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}
/** The longest excerpt in the group, characters of the first line and of each that goes on from it. */
const lineLength = 300;
/** The most lines of one value. */
const mostLines = 4;
/** The shape of a failed answer, and what it says: status, content, the error, and the names of the other fields. */
function describeShape(answer, after) {
    return [
        text_text `${nameStatus(answer.status)}, ${nameContent(answer)}${nameLength(answer)}, ${after}`,
        ...describeWords(answer),
    ];
}
/** How long the body is; where it has no type, that is what it is called by. */
function nameLength({ length, contentType = '' }) {
    return length === 0 || contentType.trim() === '' ? '' : `, ${length} bytes`;
}
/** What a failed answer says, and the names of its other fields. */
function describeWords({ code, words, fields = [] }) {
    const isShown = (name) => name === 'error' || name === 'error_uri' || `${words?.place ?? ''}.`.startsWith(`${name}.`);
    const others = fields.filter((name) => !isShown(name));
    const label = code === undefined && words === undefined ? 'fields' : 'other fields';
    return [
        ...(code === undefined ? [] : [text_text `error: ${code}`]),
        ...(words === undefined ? [] : writeLines(words)),
        ...(others.length === 0 ? [] : [text_text `${label}: ${others.join(', ')}`]),
    ];
}
/** The whole value, on several lines if it is long; of a body that is no JSON only the line that says what went wrong. */
function writeLines(words) {
    const { place, outside, form } = words;
    if (form !== 'value')
        return [text_text `${place}: ${excerptOf(words)}`];
    const count = Math.min(mostLines, Math.ceil(Array.from(outside).length / lineLength));
    return Array.from({ length: Math.max(count, 1) }, (_, index) => {
        const take = (redacted) => cut(redacted, index, index === count - 1);
        const name = index === 0 ? text_text `${place}: ` : text_text `... `;
        return text_text `${name}${{ outside, take }}`;
    });
}
/** A line of a long value; what follows the last one is left out. */
function cut(value, index, isLast) {
    const characters = Array.from(value.replace(/[\r\n]/g, ' '));
    const start = index * lineLength;
    return characters.slice(start, isLast ? undefined : start + lineLength).join('');
}

;// CONCATENATED MODULE: ./build/compiled/wording/id-token.js




/** Says in a few words why there is no ID token. */
function describeIdTokenError({ code, status = 0, answer }) {
    const said = answer === undefined ? text_text `` : quoteWords(answer);
    switch (code) {
        case 'no_permission':
            return text_text `this job has no permission to request one`;
        case 'bad_endpoint':
            return text_text `the runner has no https URL for it`;
        case 'pending':
        case 'refused':
            return answer === undefined ? text_text `${nameStatus(status)}` : quoteAnswer(answer);
        case 'unparsable':
        case 'malformed':
            return text_text `${nameStatus(status)} without an OIDC token${said}`;
    }
}
/** The shape of an answer without an OIDC token, and what it says. */
function describeIdTokenAnswer({ status = 0, answer }, after) {
    return answer === undefined
        ? [text_text `${nameStatus(status)}, ${after}`]
        : describeShape(answer, after);
}
/** What the ID token of an attempt says; nothing where it had none. */
function describeIdToken(idToken) {
    return idToken === undefined ? [] : [text_text `OIDC token: ${writeClaims(idToken)}`];
}
/** What a server that trusts GitHub's ID tokens looks at. */
function writeClaims({ claims }) {
    const { iss = 'none', sub = 'none', aud = 'none' } = describeClaims(claims);
    return text_text `iss: ${iss}, sub: ${sub}, aud: ${aud}`;
}
/** Explains why there is no ID token, and says what to do. */
function explainIdTokenError(error) {
    const { code, status = 0 } = error;
    const title = 'no OIDC token';
    const answered = text_text `GitHub's OIDC token service answered ${describeIdTokenError(error)}.`;
    switch (code) {
        case 'no_permission':
            return {
                title,
                message: text_text `This job has no permission to request GitHub's OIDC token. Add \`permissions: { id-token: write }\` to the job. Runs for pull requests from forks never have it.`,
            };
        case 'bad_endpoint':
            return {
                title,
                message: text_text `GitHub's OIDC token cannot be requested: ACTIONS_ID_TOKEN_REQUEST_URL of this runner is not an https URL. The administrator of the runner must fix it.`,
            };
        case 'pending':
            return {
                title,
                message: text_text `${answered} GitHub has not yet registered that this job is running, which usually takes a few seconds. Run the job again. If every run fails like this, see githubstatus.com.`,
            };
        case 'refused':
            return {
                title,
                message: status >= 500
                    ? text_text `${answered} See githubstatus.com.`
                    : text_text `${answered} See githubstatus.com. The reason may also be an audience that GitHub does not accept (id-token-audience).`,
            };
        case 'unparsable':
        case 'malformed':
            return {
                title,
                message: text_text `${answered} See githubstatus.com.`,
            };
    }
}

;// CONCATENATED MODULE: ./build/compiled/wording/advice/pages.js




/** Whether an answer is a page that is no refusal of the token endpoint's. */
function isTelling(page) {
    return page !== undefined && page !== 'page';
}
/** What to do while a server is under maintenance. */
const laterAdvice = text_text `Run the job again later. The provider's status page may say when.`;
/** A page came in place of an answer: something in front of the server answered, or people are to read it. */
function explainPage(page, { host, answer, inputs }, wanted) {
    const words = quoteWords(answer);
    const answered = text_text `${host} answered ${nameStatus(answer.status)}`;
    const withPage = isHtml(answer) ? text_text ` with a page instead of ${wanted}` : text_text ``;
    switch (page) {
        case 'firewall':
            return {
                title: 'blocked by a firewall',
                message: text_text `${answered}${withPage}${words}. A firewall or bot protection between this runner and the server answered, so this says nothing about the credentials. Check ${nameUrlInput(inputs)}. If it is right, allow the address of this runner at the firewall (GitHub-hosted runners have many, a self-hosted or larger runner has a fixed one), or set another User-Agent with headers.`,
            };
        case 'login':
            return {
                title: 'a page, not a token',
                message: text_text `${answered} with a login page instead of ${wanted}${words}. Check that ${nameUrlInput(inputs)} is not the address of a web page. A gateway with its own login may be in front of the server.`,
            };
        case 'maintenance':
            return {
                title: 'maintenance',
                message: text_text `${answered} with a maintenance page instead of ${wanted}${words}. ${laterAdvice}`,
            };
    }
}
/** Some firewalls answer with text, with JSON or with nothing. */
function isHtml({ status, contentType = '', words, length }) {
    const isUnread = (0,transport_error/* isSuccessStatus */.ar)(status) && length > 0;
    return words?.form === 'markup' || isUnread || /html/i.test(contentType);
}

;// CONCATENATED MODULE: ./build/compiled/wording/proxy.js


/** A proxy did not let the request through. */
function explainProxyRefusal(proxyStatus, server) {
    const refused = text_text `The proxy refused to connect to ${server}: ${nameStatus(proxyStatus)}.`;
    return { title: 'proxy refused', message: text_text `${refused} ${adviseProxy(proxyStatus)}` };
}
function adviseProxy(proxyStatus) {
    if (proxyStatus === 407) {
        return text_text `Add the user and password to the proxy's address: https_proxy=http://USER:PASSWORD@HOST:PORT.`;
    }
    return proxyStatus >= 500
        ? text_text `Check that the proxy reaches the host, or name the host in no_proxy.`
        : text_text `Allow the host at the proxy, or name it in no_proxy.`;
}

;// CONCATENATED MODULE: ./build/compiled/wording/metadata.js





/** Says in a few words what an answer without usable metadata was. */
function describeDiscoveryError(error) {
    return text_text `${nameFault(error)}${quoteWords(error.answer)}`;
}
function nameFault({ code, answer, location, actualIssuer, endpoint = '' }) {
    const status = nameStatus(answer.status);
    switch (code) {
        case 'not_found':
        case 'refused':
            return nameCode(answer);
        case 'not_metadata':
            return text_text `${status} with ${nameContent(answer)} instead of metadata`;
        case 'issuer_mismatch':
            return actualIssuer === undefined
                ? text_text `metadata without an issuer`
                : text_text `metadata of ${actualIssuer}`;
        case 'no_token_endpoint':
            return text_text `metadata without a token endpoint`;
        case 'unusable_endpoint':
            return text_text `metadata with a token endpoint that cannot be used: ${placeOf(endpoint)}`;
        case 'redirect':
            return nameRedirect(answer.status, location);
    }
}
/** Each URL that was tried, and what the last answer held. */
function describeMetadataAnswer(error, after) {
    const { attempts, answer, actualIssuer, endpoint, location } = error;
    return [
        ...attempts.map(({ url, status }) => text_text `GET ${url}: ${nameStatus(status)}`),
        text_text `${nameContent(answer)}${nameLength(answer)}, ${after}`,
        ...describeWords(answer),
        ...listDetails([
            ['issuer', actualIssuer],
            ['token_endpoint', endpoint === undefined ? undefined : placeOf(endpoint)],
            ['location', location === undefined ? undefined : placeOf(location)],
        ]),
    ];
}
/** Explains why there is no usable metadata, and says what to check. */
function explainDiscoveryError(error, { inputs, server }) {
    const host = hostOf(server);
    const { issuer = '' } = inputs;
    const { answer, attempts, actualIssuer, endpoint = '' } = error;
    if (error.code !== 'not_found' && isTelling(answer.page)) {
        return explainPage(answer.page, { host, answer, inputs }, 'metadata');
    }
    const tried = attempts.map(({ url, status }) => text_text `${url} (${status})`);
    const instead = text_text `Check issuer against the provider's documentation, or set token-url instead.`;
    switch (error.code) {
        case 'not_found':
            return {
                title: 'no metadata there',
                message: text_text `${host} has no metadata for this issuer. Tried: ${joinTexts(tried, ', ')}${quoteWords(answer)}. ${instead}`,
            };
        case 'issuer_mismatch':
            return actualIssuer === undefined
                ? {
                    title: 'issuer not named',
                    message: text_text `${host} has metadata without an issuer. ${instead}`,
                }
                : {
                    title: 'another issuer',
                    message: text_text `The metadata of ${host} is for the issuer ${actualIssuer}, not ${issuer}. The two must be identical, including the last slash. Set issuer to the first if that is the server you mean, or set token-url instead.`,
                };
        case 'not_metadata':
            return {
                title: 'no metadata there',
                message: text_text `${host} answered ${nameStatus(answer.status)} with ${nameContent(answer)} instead of metadata${quoteWords(answer)}. ${instead}`,
            };
        case 'no_token_endpoint':
            return {
                title: 'no token endpoint in the metadata',
                message: text_text `The metadata of ${host} has no token endpoint. Set token-url instead of issuer.`,
            };
        case 'unusable_endpoint':
            return {
                title: 'token endpoint not usable',
                message: text_text `The metadata of ${host} has a token endpoint that cannot be used: ${placeOf(endpoint)}. It must begin with https:// and have no user, password or fragment. Set token-url instead of issuer.`,
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
        message: text_text `${answered}. Check the provider's status page. With token-url instead of issuer, no metadata is needed.`,
    };
}

;// CONCATENATED MODULE: ./build/compiled/wording/stages.js




const authorizationServer = {
    nameServer: hostOf,
    nameHost: (url) => text_text `the name ${new URL(url).hostname}`,
    maxBytes: maxResponseBytes,
    adviseAddress: (inputs, more) => text_text `Check ${nameUrlInput(inputs)}${more}.`,
    adviseTls: (inputs, what) => text_text `Check ${what} in ${nameUrlInput(inputs)}.`,
    adviseTrust: ({ caCertificate }) => caCertificate === undefined
        ? text_text `If a private CA issued it, set ca-certificate to the CA's certificate. If this machine trusts that CA, NODE_USE_SYSTEM_CA: 1 in the env of the step is enough.`
        : text_text `None of the certificates in ca-certificate issued it. Add the certificate of the CA that did. Servers often do not send the certificate of the issuing CA.`,
};
/** No input has a part in reaching it, and only the default roots are trusted there. */
const idTokenService = {
    nameServer: () => "GitHub's OIDC token service",
    nameHost: () => text_text `its name`,
    maxBytes: maxIdTokenAnswerBytes,
    adviseAddress: () => text_text `See githubstatus.com.`,
    adviseTls: () => text_text `A proxy in between may have answered.`,
    adviseTrust: () => text_text `A proxy that inspects TLS has a CA of its own. Set NODE_EXTRA_CA_CERTS in the env of the step to the file with its certificate, or NODE_USE_SYSTEM_CA: 1 if this machine trusts it.`,
};
const words = {
    metadata: {
        server: authorizationServer,
        purpose: text_text ` to read the issuer's metadata`,
        title: text_text `Metadata: request and answer`,
        success: text_text `metadata`,
        showsCertificate: true,
    },
    id_token: {
        server: idTokenService,
        purpose: text_text ` to get GitHub's OIDC token`,
        title: text_text `GitHub's OIDC token: request and answer`,
        success: text_text `an OIDC token`,
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
function wordsOf(stage) {
    return words[stage];
}
/** Gives what differs by the server that the stage talks to. */
function serverOf({ stage }) {
    return words[stage].server;
}
/** Names the server as people know it: its host, or what it does. */
function nameServer(view) {
    return serverOf(view).nameServer(view.server);
}

;// CONCATENATED MODULE: ./build/compiled/wording/advice/refusal.js





/** How much of the words is compared, characters; a server chooses their length. */
const longestWords = 1000;
/** Reads what an explanation goes by. */
function readRefusal(answer, { server, inputs, idToken }) {
    const words = answer.words === undefined ? '' : readWords(answer.words).slice(0, longestWords);
    return {
        host: hostOf(server),
        answer,
        said: quoteAnswer(answer),
        status: answer.status,
        code: (answer.code ?? findCode(words)).toLowerCase(),
        words,
        inputs,
        idToken,
    };
}
/**
 * A part of the server's words, taken after secrets are hidden in them: a mask matches no part of a secret.
 *
 * @param find gives the part, or undefined where it is not there; then nothing is shown
 */
function quotePart({ answer }, find) {
    const { outside = '', form = 'value' } = answer.words ?? {};
    const take = (redacted) => find(takeWords(form, redacted)) ?? '';
    return { outside, take };
}
/** The code of RFC 6749 section 5.2 in words that are not in its form: XML, a list, JSON that is cut off. */
function findCode(words) {
    const codes = /\b(invalid_(?:request|client|grant|scope|target)|unauthorized_client|unsupported_grant_type)\b/;
    return codes.exec(words)?.[0] ?? '';
}
/** Whether a JWT that this action signs is in the request: it authenticates the client, or it is the grant. */
function sendsSignedJwt(inputs) {
    const { clientAuthMethod, privateKeyAs, signingKey } = inputs;
    return (clientAuthMethod === 'client_secret_jwt' ||
        clientAuthMethod === 'private_key_jwt' ||
        (signingKey !== undefined && privateKeyAs !== 'client_assertion'));
}
/** Whether the signed JWT is the grant. */
function isKeyGrant({ privateKeyAs, signingKey }) {
    return signingKey !== undefined && privateKeyAs === 'assertion';
}
/** The grant type as people write it, or that there is none. */
function nameGrant({ grantType }) {
    if (grantType === undefined)
        return text_text `a request without grant_type`;
    return text_text `grant type ${showInput(grantType === jwtBearerGrant ? 'jwt-bearer' : grantType)}`;
}

;// CONCATENATED MODULE: ./build/compiled/wording/advice/assertions.js


/** The `aud` of the signed JWT; the query of a token endpoint's URL can hold a secret. */
function audienceOf({ assertionAudience, issuer, tokenUrl = '' }) {
    return assertionAudience ?? issuer ?? dropQuery(tokenUrl);
}
function dropQuery(url) {
    return url.replace(/\?.*$/s, '?...');
}
/**
 * The other value that servers expect as `aud`: the token endpoint where the issuer is the default, the issuer where the token endpoint
 * is. Undefined where the user has chosen one.
 */
function suggestAudience({ assertionAudience, issuer, tokenUrl }) {
    if (assertionAudience !== undefined || tokenUrl === undefined)
        return undefined;
    return issuer === undefined
        ? text_text `the server's issuer as assertion-audience (probably ${guessIssuer(tokenUrl)})`
        : text_text `assertion-audience: ${dropQuery(tokenUrl)}`;
}
/** What to try where the server says no more; nothing where the user has chosen an audience. */
function adviseOtherAudience(inputs) {
    const other = suggestAudience(inputs);
    return other === undefined ? text_text `` : text_text ` If that is right, try ${other}.`;
}
/** The usual ends of a token endpoint's path; what stands before them is usually the issuer. */
const endings = /\/(protocol\/openid-connect\/token|oauth2\/v2\.0\/token|v\d+(\.\d+)?\/token|(connect|oauth2?|api\/oauth2?|as)\/tokens?|tokens?(\.oauth2)?)\/?$/i;
function guessIssuer(tokenUrl) {
    const { origin, pathname } = new URL(tokenUrl);
    const path = pathname.replace(endings, '').replace(/\/oauth2$/, '');
    return path === pathname ? origin : `${origin}${path}`;
}
/** What a signed JWT must be like, where it is the grant. */
function adviseJwtGrant(inputs) {
    return text_text `Check the JWT: aud is ${audienceOf(inputs)} (assertion-audience). iss and sub come from client-id, a key file or assertion-claims. The provider must know the key${nameKeyId(inputs)}. The clocks must agree.${adviseOtherAudience(inputs)}`;
}
/** The key id, or how one is set. */
function nameKeyId({ signingKey }) {
    const keyId = signingKey?.keyId;
    return keyId === undefined ? text_text ` (no kid; private-key-id sets one)` : text_text ` (kid ${keyId})`;
}
/** The server names the audience of the JWT. */
function adviseAssertionAudience(refusal) {
    const { inputs } = refusal;
    const find = (words) => findUrl(words, audienceOf(inputs));
    if (find(refusal.words) !== undefined) {
        const named = quotePart(refusal, find);
        return text_text `The JWT has aud ${audienceOf(inputs)}. Set assertion-audience to the value that the server names: ${named}`;
    }
    const other = suggestAudience(inputs);
    const documented = text_text `the value that the provider's documentation names`;
    return other === undefined
        ? text_text `The JWT has aud ${audienceOf(inputs)}. Set assertion-audience to ${documented}.`
        : text_text `The JWT has aud ${audienceOf(inputs)}. Try ${other}, or ${documented}.`;
}
/** The one URL in the words of a server that is not the one that was sent; undefined where there is none, or more than one. */
function findUrl(words, sent) {
    const urls = words.match(/https?:\/\/[^\s"'`,;<>()[\]{}]+/g) ?? [];
    const others = new Set(urls.map((url) => url.replace(/[.:]+$/, '')));
    others.delete(sent);
    return others.size === 1 ? [...others][0] : undefined;
}
/** The server names the algorithm of the JWT. */
function adviseAlgorithm({ inputs, words }) {
    const used = algorithmOf(inputs);
    const signed = text_text `The JWT is signed with ${used}.`;
    const others = new Set(words.toUpperCase().match(/\b(?:RS|ES|PS|HS)(?:256|384|512)\b/g));
    others.delete(used);
    const [other] = others;
    if (other === undefined || others.size > 1) {
        return text_text `${signed} Set signing-algorithm to the algorithm that the provider expects from this client.`;
    }
    const isOfKey = familyOf(other) === familyOf(used);
    return isOfKey
        ? text_text `${signed} Set signing-algorithm: ${other}.`
        : text_text `${signed} The server names ${other}, which needs another kind of ${familyOf(other) === 'secret' ? text_text `client-auth-method (client_secret_jwt)` : text_text `private-key (${familyOf(other)})`}.`;
}
/** What an algorithm signs with. */
function familyOf(algorithm) {
    if (algorithm.startsWith('HS'))
        return 'secret';
    return algorithm.startsWith('ES') ? 'EC' : 'RSA';
}
/** With what the JWT is signed. */
function algorithmOf({ signingKey, macAlgorithm }) {
    return signingKey?.algorithm ?? macAlgorithm;
}
/** The server does not find the key, or the signature does not fit it. */
function adviseKey(inputs) {
    if (inputs.signingKey === undefined) {
        return text_text `${adviseMacLength(inputs)}Check that client-secret is the current secret of this client.`;
    }
    const owner = isKeyGrant(inputs) ? text_text `its owner` : text_text `this client-id`;
    return text_text `Check that the provider has the public key of private-key${nameKeyId(inputs)} for ${owner}.`;
}
/** The server names the length of the key or of the secret. */
function adviseKeyLength(inputs) {
    if (inputs.signingKey !== undefined) {
        return text_text `Use a longer private-key: RSA with 2048 bits or more, or one of the kind that the provider's documentation names.`;
    }
    return isSecretShort(inputs)
        ? text_text `${adviseMacLength(inputs)}The provider's documentation may name the length.`
        : text_text `Use a longer client-secret, or another client-auth-method. The provider's documentation may name the length.`;
}
/** The server has seen the JWT before, or its `jti`. */
function adviseReplay() {
    return text_text `Each JWT is sent once and has a jti of its own. A proxy or a gateway that sends requests again may be the reason.`;
}
/** The server names who issued the JWT, or for whom. */
function adviseIssuerAndSubject(inputs) {
    return isKeyGrant(inputs)
        ? text_text `iss and sub of the JWT come from client-id, a key file or assertion-claims. Set iss and sub in assertion-claims as the provider's documentation names them.`
        : text_text `iss and sub of the JWT are the client-id. Check client-id.`;
}
/** The server names a time of the JWT. */
function adviseClock() {
    return text_text `The JWT is valid for 60 seconds by the clock of this runner. Check that clock (NTP) and the server's.`;
}
/**
 * Whether the secret is shorter than the hash of the MAC; some servers refuse that.
 *
 * @see RFC 7518 section 3.2
 */
function isSecretShort({ clientAuthMethod, clientSecret, macAlgorithm }) {
    if (clientAuthMethod !== 'client_secret_jwt' || clientSecret === undefined)
        return false;
    return Buffer.byteLength(clientSecret) < hashBytesOf(macAlgorithm);
}
/** HS256 has a hash of 256 bits. */
function hashBytesOf(algorithm) {
    return Number(algorithm.slice('HS'.length)) / 8;
}
/** A hint where the secret is shorter than the hash; nothing elsewhere. */
function adviseMacLength(inputs) {
    const { macAlgorithm } = inputs;
    return isSecretShort(inputs)
        ? text_text `client-secret is shorter than the ${hashBytesOf(macAlgorithm)} bytes that ${macAlgorithm} requires (RFC 7518), and servers may refuse it. Use a longer secret, or another client-auth-method. `
        : text_text ``;
}

;// CONCATENATED MODULE: ./build/compiled/wording/advice/grants.js




/** What to check where a server refuses the grant. */
function adviseGrant({ inputs }) {
    if (isKeyGrant(inputs))
        return adviseJwtGrant(inputs);
    switch (inputs.grantType) {
        case 'refresh_token':
            return adviseRefreshToken();
        case jwtBearerGrant:
            return text_text `The assertion may have expired, been used before or be meant for another server.`;
        case 'client_credentials':
            return text_text `The provider may not allow client_credentials for this client, or requires a user or a role to be set for it.`;
        case 'password':
            return text_text `The user name or the password is wrong, or the user has a second factor, which this grant cannot send.`;
        case tokenExchangeGrant:
            return text_text `Check the tokens and their types in parameters: one may have expired, or be meant for another server.`;
        case 'authorization_code':
            return text_text `The code may have expired, been used before or belong to another client. redirect_uri and code_verifier in parameters must be the ones with which it was requested.`;
        default:
            return text_text `It may have expired, been used before or belong to another client.`;
    }
}
/** The server names the address to which people are sent back. */
function adviseRedirect({ inputs }) {
    return inputs.grantType === 'authorization_code'
        ? text_text `redirect_uri in parameters must be the one with which the code was requested.`
        : text_text `Set redirect_uri in parameters to the one that is registered for this client.`;
}
/** The client has no account at the provider in whose name it could act. */
function adviseServiceAccount({ inputs }) {
    return isKeyGrant(inputs)
        ? adviseIssuerAndSubject(inputs)
        : text_text `Set up the account in whose name this client acts at the provider: a service account, or a user (in Salesforce "Run As").`;
}
/** The client has no credentials at the provider. */
function advisePublicClient() {
    return text_text `A public client has no credentials. Make it a confidential client at the provider (in Keycloak "Client authentication").`;
}
/** The refresh token is not accepted. */
function adviseRefreshToken() {
    return text_text `The refresh token may have expired, been revoked, or been used before. A refresh token that is replaced at each use works only once. Get a new one and store it.`;
}
/** What the setting is called where people look for it, by grant type. */
const settings = {
    client_credentials: 'in Keycloak "Service accounts roles", in Auth0 the grant type "Client Credentials"',
    password: 'in Keycloak "Direct access grants"',
    [jwtBearerGrant]: 'in Keycloak "JWT Authorization Grant"',
    [tokenExchangeGrant]: 'in Keycloak "Standard token exchange"',
};
/** The client may not use the grant type. */
function adviseGrantNotAllowed({ inputs }) {
    const { grantType = '' } = inputs;
    const setting = Object.hasOwn(settings, grantType) ? settings[grantType] : undefined;
    const allow = text_text `Allow this grant type for the client at the provider`;
    return setting === undefined ? text_text `${allow}.` : text_text `${allow} (${setting}).`;
}

;// CONCATENATED MODULE: ./build/compiled/wording/advice/credentials.js






const belong = text_text `Check that client-id and client-secret belong together and are current`;
/**
 * What to check where a server refuses the client. It goes by the credential that was sent, and suggests another way to send it only
 * from the default on: who came to the other way by such advice is not sent back.
 */
function adviseCredentials(refusal) {
    const { inputs } = refusal;
    if (inputs.endpointType === 'acs_api')
        return text_text `${belong}.`;
    switch (inputs.clientAuthMethod) {
        case 'client_secret_basic':
        case 'client_secret_post':
        case 'client_secret_jwt':
            return findSecretFault(refusal) ?? adviseSecret(refusal);
        case 'private_key_jwt':
            return adviseKeyAuthentication(inputs);
        case 'tls_client_auth':
        case 'self_signed_tls_client_auth':
            return text_text `Check that the provider knows client-certificate for this client-id, and that ${nameUrlInput(inputs)} is the host for clients with certificates (often a separate host).`;
        case 'none':
        case undefined:
            return adviseWithoutCredential(refusal);
    }
}
/** What is wrong with the secret itself; undefined where nothing is known. */
function findSecretFault(refusal) {
    const { words, inputs } = refusal;
    const { clientSecret = '' } = inputs;
    if (/^(["']).*\1$/s.test(clientSecret)) {
        return text_text `client-secret has quotation marks around it, and they are sent. Remove them. If they are part of the secret, ${checkSecret}.`;
    }
    if (/secret.{0,40}\bexpired\b|\bexpired\b.{0,40}secret/i.test(words)) {
        return text_text `client-secret has expired. Create a new one at the provider.`;
    }
    if (isEntra(refusal) && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(clientSecret)) {
        return text_text `client-secret looks like the ID of a secret. Entra shows an ID and a value. Use the value.`;
    }
    return undefined;
}
const checkSecret = text_text `check that client-id and client-secret belong together and are current`;
/** Whether they belong together, and how else the secret can have been used wrongly. */
function adviseSecret(refusal) {
    const { inputs } = refusal;
    switch (inputs.clientAuthMethod) {
        case 'client_secret_jwt':
            return text_text `${adviseMacLength(inputs)}${belong}. If they are, check that the provider expects client_secret_jwt with ${algorithmOf(inputs)} (signing-algorithm) from this client, and aud ${audienceOf(inputs)} (assertion-audience).${adviseOtherAudience(inputs)}`;
        case 'client_secret_post':
            return text_text `${belong}${adviseOtherPost(refusal)}.`;
        default:
            return text_text `${belong}. If they are, try ${adviseOtherBasic(refusal)}.`;
    }
}
function isEntra({ host, words }) {
    return (/(^|\.)(login\.(microsoftonline|partner\.microsoftonline|chinacloudapi)\.(com|us|cn)|sts\.windows\.net)$/.test(host) || words.startsWith('AADSTS'));
}
/** Words by which a server tells that it could not decode what it got. */
const undecoded = /unexpected error|decode|decoding|malformed|illegal|unescape/i;
function adviseOtherBasic({ inputs, words }) {
    const { clientId = '', clientSecret = '', clientSecretEncoding } = inputs;
    const post = text_text `client-auth-method: client_secret_post`;
    // Only then do the two encodings differ.
    const isEncoded = [clientId, clientSecret].some((value) => encodeForm(value) !== value);
    if (!isEncoded)
        return post;
    const isUndecoded = undecoded.test(words);
    if (clientSecretEncoding === 'form') {
        return isUndecoded ? post : text_text `${post}, or client-secret-encoding: raw`;
    }
    return isUndecoded ? text_text `client-secret-encoding: form, or ${post}` : post;
}
/** Back to Basic only where the server itself names it. */
function adviseOtherPost({ answer, inputs }) {
    const { words } = answer;
    const namesBasic = words?.place === 'www-authenticate' && /^\s*basic\b/i.test(words.outside);
    if (namesBasic)
        return text_text `. If they are, try client-auth-method: client_secret_basic`;
    return inputs.isMethodWritten
        ? text_text `. If HTTP Basic, the default, was refused too, one of the two is wrong`
        : text_text ``;
}
function adviseKeyAuthentication(inputs) {
    const expected = text_text `Check that the provider knows the public key of private-key${nameKeyId(inputs)} for this client-id, and expects ${algorithmOf(inputs)} (signing-algorithm) and aud ${audienceOf(inputs)} (assertion-audience).${adviseOtherAudience(inputs)}`;
    return inputs.signingKey?.owner === undefined
        ? expected
        : text_text `private-key is a key file. Such a key usually signs the grant, so try private-key-as: assertion. Otherwise: ${expected}`;
}
/** Nothing of the client's own proves who it is. */
function adviseWithoutCredential(refusal) {
    const { inputs } = refusal;
    const { idTokenAs, isMethodWritten } = inputs;
    if (isKeyGrant(inputs))
        return adviseJwtGrant(inputs);
    if (idTokenAs === 'assertion' || idTokenAs === 'subject_token') {
        return text_text `The client did not authenticate, because GitHub's OIDC token is the grant here. If the provider requires it, set client-secret with client-auth-method: client_secret_basic.`;
    }
    if (idTokenAs !== undefined)
        return adviseGrant(refusal);
    return isMethodWritten
        ? text_text `The client did not authenticate (client-auth-method: none). If the provider requires it, remove client-auth-method and set client-secret or private-key.`
        : text_text `The client did not authenticate. If the provider requires it, set client-secret or private-key.`;
}

;// CONCATENATED MODULE: ./build/compiled/wording/advice/federation.js


/** Nearly always the trust at the provider names another `sub` or `aud`; what the ID token has is no secret. */
function adviseIdToken({ inputs, idToken }) {
    const isClientNamed = inputs.idTokenAs === 'client_assertion' && inputs.clientId !== undefined;
    const client = isClientNamed
        ? text_text ` client-id must name the client that trusts this token. Keycloak expects no client-id, so remove it there.`
        : text_text ``;
    const claims = idToken === undefined ? text_text `` : text_text `The token has ${writeClaims(idToken)}. `;
    return text_text `${claims}The trust at the provider must have exactly these values. id-token-audience sets aud; sub depends on what started the run.${client}`;
}
/** The codes that say nothing against an ID token. */
const aboutOthers = new Set([
    'invalid_scope',
    'invalid_target',
    'unsupported_grant_type',
    'invalid_dpop_proof',
    'use_dpop_nonce',
]);
/** Whether a refusal whose words say no more is probably about the ID token. */
function isAboutIdToken({ status, code, words, inputs, idToken }) {
    const { idTokenAs, clientAuthMethod, grantType } = inputs;
    const isRefusal = [400, 401, 403].includes(status);
    if (idToken === undefined || !isRefusal || aboutOthers.has(code))
        return false;
    const isClients = code === 'invalid_client' && idTokenAs !== 'client_assertion' && clientAuthMethod !== 'none';
    // Entra has the code for a trust that does not fit (AADSTS70021) and for a missing scope (AADSTS900144).
    const isRequests = code === 'invalid_request' && /\bparameter\b/i.test(words);
    // What the ID token authenticates the client for has a grant of its own.
    const isGrants = code === 'invalid_grant' &&
        idTokenAs === 'client_assertion' &&
        grantType !== 'client_credentials';
    return !isClients && !isRequests && !isGrants;
}

;// CONCATENATED MODULE: ./build/compiled/wording/advice/openings.js


/** What is refused. */
const openings = {
    client: { title: 'client refused', say: ({ host }) => text_text `${host} refused the client` },
    request: { title: 'refused', say: ({ host }) => text_text `${host} refused the request` },
    grant: { title: 'grant refused', say: ({ host }) => text_text `${host} refused the grant` },
    scope: {
        title: 'scope refused',
        say: ({ host, inputs }) => inputs.scopes.length === 0 ? text_text `${host} requires a scope` : text_text `${host} refused the scope`,
    },
    audience: { title: 'resource refused', say: ({ host }) => text_text `${host} refused the audience` },
    resource: {
        title: 'resource refused',
        say: ({ host }) => text_text `${host} refused the audience or resource`,
    },
    grantType: {
        title: 'grant not allowed',
        say: ({ host, inputs }) => text_text `${host} does not allow ${nameGrant(inputs)} for this client`,
    },
    unknownGrant: {
        title: 'grant type not supported',
        say: ({ host, inputs }) => text_text `${host} does not support ${nameGrant(inputs)}`,
    },
    idToken: {
        title: 'OIDC token refused',
        say: ({ host }) => text_text `${host} refused GitHub's OIDC token`,
    },
    scheme: {
        title: 'TLS expected',
        say: ({ host }) => text_text `${host} uses TLS on this port, but the URL begins with http://`,
    },
    format: {
        title: 'format refused',
        say: ({ host }) => text_text `${host} refused the format of the request`,
    },
    limit: {
        title: 'too many requests',
        say: ({ host }) => text_text `${host} refused the request for now`,
    },
    dpop: { title: 'DPoP required', say: ({ host }) => text_text `${host} requires a DPoP proof` },
};
/** The title of the one refusal that says everything already. */
const dpopTitle = openings.dpop.title;
/** Explains a refusal by what it is about. */
function explainTopic({ opening, advise }, refusal) {
    const { title, say } = opening(refusal);
    return { title, message: text_text `${say(refusal)}: ${refusal.said}. ${advise(refusal)}` };
}
/**
 * A topic that is named by a pattern.
 *
 * @param isPossible whether the request has what the topic is about
 */
function about(name, pattern, opening, advise, isPossible = () => true) {
    return {
        name,
        isNamed: (refusal) => pattern.test(textOf(refusal)) && isPossible(refusal),
        opening: typeof opening === 'function' ? opening : () => opening,
        advise,
    };
}
/** The codes that RFC 6749 registers: what they name is not what the server says. */
const registeredCodes = new Set([
    'invalid_request',
    'invalid_client',
    'invalid_grant',
    'unauthorized_client',
    'unsupported_grant_type',
    'invalid_scope',
    'invalid_target',
    'access_denied',
    'server_error',
    'temporarily_unavailable',
]);
/** What a server says: its words, and a code of its own, which is read as words. */
function textOf({ code, words }) {
    const own = registeredCodes.has(code) ? '' : code.replace(/[_.-]+/g, ' ');
    return `${own}\n${words}`;
}

;// CONCATENATED MODULE: ./build/compiled/wording/advice/patterns.js
/*
 * Words by which servers name what is wrong, whatever they call it. They are compared with the server's words alone, without case.
 */
/** One pattern of several parts. */
function anyOf(...parts) {
    return new RegExp(parts.map(({ source }) => source).join('|'), 'i');
}
/** What is said of something that is not as it must be. */
const wrong = String.raw `(invalid|incorrect|wrong|bad|unknown|failed|mismatch|not (found|valid|known|recogni[sz]ed|registered|correct|authenticated)|unrecogni[sz]ed|does not exist|could not be (found|verified|authenticated)|failure|error)`;
/** A client secret, the client's credentials or its authentication. */
const namesCredentials = anyOf(/secret\b/, 
// "invalid client", "unknown client id", "incorrect app credentials"
/(invalid|incorrect|wrong|bad|unknown|unrecogni[sz]ed|no such) (oauth ?2? )?(client|consumer|application|app|app ?id)\b(?! (scope|grant|redirect|assertion|metadata|version))/, /(invalid|incorrect|wrong|bad|unknown)( or (invalid|unknown|missing))? (client|consumer|application|app|integration)?[ _-]?(id|identifier|key|credentials?)\b/, 
// "the client was not found", "the client identifier provided is invalid", "client credentials were not valid"
new RegExp(String.raw `\b(client|consumer|application|app|integration)([ _-]?(id|identifier|credentials?|key|authentication))?( (provided|given|sent|supplied))?( (is|are|was|were|has|have))?( been)? ${wrong}`), /\bno (application|client|app) (with|for)\b/, /(authenticate|authenticating|authentication)( of)?( the)? client|client authentication|client credentials?\b(?! (flow|grant|type|user))/, /bad credentials|invalid (user )?credentials|authentication (credentials|failed|failure|(is )?required)|not authenticated|login (failed|failure)/, /authori[sz]ation header\b|\b(missing|no|invalid) basic auth/);
/** A user name and a password in place of the client's two, as servers say that read the grant like a login. */
const namesLogin = /(user ?name|user ?id|e-?mail|account)( (and|or|\/))? ?(the )?password/i;
const grantWords = String.raw `(grant[ _-]?types?|grants?|flow|direct access|service[ _-]?accounts?|token[ _-]exchange|exchange|m2m|machine[ -]to[ -]machine|(two|2)[ -]?legged( oauth)?|bearer[ -]only)`;
const refusedWords = String.raw `(not (been |yet )?(allowed|enabled|supported|authorized|permitted|configured|granted|activated|available)|un(supported|authorized)|disabled|disallowed|isn't (allowed|enabled|supported)|cannot (use|be used)|may not use)`;
/** A grant type, a flow or a service account, and that it is not for this client. */
const namesGrant = new RegExp(String.raw `\b${grantWords}\b.{0,80}\b${refusedWords}\b|\b${refusedWords}\b.{0,80}\b${grantWords}\b`, 'i');
/** The grant type by its name, which is the name of the credentials, too. */
const namesClientCredentials = new RegExp(String.raw `\b${refusedWords}\b.{0,30}\bclient[ _]credentials\b(?! (are|is|were) )|\bclient[ _]credentials\b.{0,20}\b${refusedWords}\b`, 'i');
/** A grant type that the server does not know. */
const namesGrantType = /\b(invalid|unknown|unrecogni[sz]ed|bad|wrong|unsupported) grant[ _-]?type|grant[ _-]?type\b.{0,40}\b(invalid|unknown|not (known|recogni[sz]ed|valid)|unrecogni[sz]ed)/i;
/** A client that has no credentials at the provider, so that it can have no grant of its own. */
const namesPublicClient = /\bpublic clients?\b|\b(client|application|app) (is )?public\b|\b(not|only|must be|requires?|needs?)( an?)? confidential\b|\bclient (is )?bearer[ -]only/i;
/** An account of the client's own, and that there is none. */
const namesServiceAccount = anyOf(/(service[ _-]?(account|user)|run[ -]?as user|technical user|machine user|client credentials user)\b.{0,40}\b(not (found|set|exist|exists|valid|configured)|missing|unknown|invalid|does not exist)/, /\b(no|invalid|unknown|missing)( valid)? (service[ _-]?(account|user)|run[ -]?as user|technical user|machine user|client credentials user)\b/);
/** Too many requests. */
const namesLimit = anyOf(/rate[ _-]?limit|too many (\w+ ){0,2}(requests|attempts|logins|calls|tokens|connections|sessions)|throttled|throttling|spike[ _]arrest|slow down/, /(quota|limit) (was |has been |is )?(exceeded|reached)|exceeded.{0,40}\b(quota|limit|maximum|number of)|over (capacity|quota|limit)/, /\b(request|token|daily|hourly|monthly|m2m|concurrency|concurrent) (limit|quota)\b/);
/** What servers answer to plain HTTP at a port of TLS: nginx, Go, Apache. */
const namesPlainHttp = /plain http request was sent to https port|http request to an https server|plain http to an ssl-enabled/i;
/** Proof of a key. */
const namesDpop = /\bdpop|proof[- ]of[- ]possession|sender[- ]constrained/i;
/** A client certificate. */
const namesCertificate = /client certificate|ssl certificate (error|was sent)|certificate.{0,30}\b(missing|required|not provided)|certificate[- ]bound|holder[- ]of[- ]key|mutual tls|\bmtls\b/i;
/** Another of the JWT's times than it has. */
const namesTimes = /\b(iat|exp|nbf)\b|not yet valid|expired|expiry|expiration|expires|lifetime|clock|too (old|far in the future|long)|timeframe|issued (at|in the future)/i;
/** The public key of the client, or the signature. */
const namesKey = /\bkid\b|\bkey[ _]?id\b|\bkeys?\b.{0,40}\b(not found|unknown|invalid|no match|not registered)|\bno (\w+ )?keys?\b|(unknown|invalid|unable to (find|load)|cannot find|could not (find|load)).{0,30}\bkey|\bjwks|signature|certificate with identifier|thumbprint|\bx5t\b/i;
/** How long a key or a secret is. */
const namesKeyLength = /\b(key|secret|modulus)\b.{0,40}\b(size|length|small|short|weak|too few)|\b(weak|small|short) (rsa )?key|too (small|short)|at least \d+ (bits|bytes)|hash length|\b\d+ bits/i;
/** The algorithm of a signature. */
const namesAlgorithm = /\b(alg|algorithm)s?\b|signing method|\b(RS|ES|PS|HS)(256|384|512)\b|\bEdDSA\b/i;
/** A JWT that was seen before. */
const namesReplay = /\bjti\b|replay|already (been )?used|used (before|already|more than once)|\bre-?use/i;
/** The API for which the token is requested, by other words than "audience". */
const namesApi = /client-grant|not authorized to access|service not found|\bapi\b.{0,60}\b(not (found|known|specified)|unknown|does not exist)|(unknown|find|no such) api\b|\bno api (specified|given)|api identifier|\btarget\b.{0,30}\b(not|invalid|unknown)|(invalid|unknown) target\b/i;
/** The scope, in any writing. */
const namesScope = /scope/i;
/** What the client may do. */
const namesPermission = /\bpermissions?\b|\bprivileges?\b|\broles?\b|insufficient rights|not authorized to perform/i;
/** The address to which people are sent back. */
const namesRedirect = /(redirect|callback|return|reply)[ _-]?(ur[il]|address)/i;
/** A code that people were given, and what belongs to it. */
const namesCode = /\bcode\b|\bpkce\b|verifier/i;
/** A refresh token, or what it stands for. */
const namesRefreshToken = /refresh[ _-]?token|\btokens?\b(?! (endpoint|type|url|exchange))|\bsession\b|\bre-?use/i;
/** The tokens of a token exchange. */
const namesSubjectToken = /\b(subject|actor|requested)[ _-]?token/i;
/** Where the runner is. */
const namesAddress = /\bip\b.{0,20}\b(address|restrict|range|not|block)|(address|network|location).{0,30}\b(not allowed|restricted|blocked|(white|allow)-?list)/i;
/** A header that the server expects; not that of the credentials. */
const namesHeader = /\bmissing (required )?header:? ?['"`]?(?!authori[sz]ation)([A-Za-z][\w-]{1,40})|\bheader ['"`]?(?!authori[sz]ation|is\b|was\b)([A-Za-z][\w-]{1,40})['"`]? (is |was )?(missing|required)/i;
/** AWS API Gateway answers like this if it does not know the path or the method. */
const namesGatewayRoute = /missing authentication token/i;
/** A proxy with a login of its own: Google's Identity-Aware Proxy and others. */
const namesIdentityProxy = /\biap\b|identity[- ]aware proxy|cloudflare access|oauth2[- ]proxy/i;
/** The client authentication method, and that it is not for this client. */
const namesMethod = new RegExp(String.raw `\bauth(entication)?[ _]?methods?\b.{0,40}\b${refusedWords}\b|\b${refusedWords}\b.{0,40}\bauth(entication)?[ _]?methods?\b|\b(client_secret_(basic|post|jwt)|private_key_jwt|(self_signed_)?tls_client_auth)\b.{0,20}\b${refusedWords}\b`, 'i');
/** The HTTP method. */
const namesRequestMethod = /(?<!auth(entication)? )\bmethod (is )?not (allowed|supported)|\b(use|only|must be|expects?) (http )?(post|get|put)\b/i;
/** The format of the body. */
const namesFormat = /content[- ]?type|media type|x-www-form-urlencoded|\bjson\b.{0,20}\b(body|required|expected|invalid|malformed|request|error)\b|\b(invalid|malformed|expected|parse|parsing|decode)\b.{0,20}\bjson\b/i;

;// CONCATENATED MODULE: ./build/compiled/wording/advice/provider.js


/** The client must prove that it has a key, to which the token is bound. */
function adviseDpop({ host }) {
    const bound = text_text `Later steps cannot use a token that is bound to a key.`;
    return /\.okta(preview|-emea)?\.com$/.test(host)
        ? text_text `${bound} In Okta: Applications, the app, General Settings, turn off "Require Demonstrating Proof of Possession (DPoP) header in token requests".`
        : text_text `${bound} Turn DPoP off for this client at the provider.`;
}
/** The client has requested too often. */
function adviseRateLimit() {
    return text_text `Request tokens less often (use-cache reuses them), or ask the provider for a higher limit.`;
}
/** The client or the tenant is not known where it was looked for. */
function adviseTenant({ inputs, words }) {
    const url = nameUrlInput(inputs);
    return /AADSTS700016\b/.test(words)
        ? text_text `Check client-id (the application ID), and the tenant in ${url}.`
        : text_text `Check the name of the tenant or realm in ${url}.`;
}
/** The request was sent without TLS to a port of TLS. */
function adviseScheme({ inputs }) {
    return text_text `Check the scheme in ${nameUrlInput(inputs)}.`;
}
/** AWS API Gateway has nothing at this path, or not for this method. */
function adviseGatewayRoute({ inputs }) {
    return text_text `AWS API Gateway answers like this if it does not know the path or the method. Check the path in ${nameUrlInput(inputs)}, and request-method.`;
}
/** A proxy in front of the server has a login of its own. */
function adviseIdentityProxy() {
    return text_text `A proxy with its own login is in front of the server. Its documentation names the header for programs. Set it in headers.`;
}
/** The server does not serve this address. */
function adviseAddress() {
    return text_text `Allow the address of this runner at the provider. GitHub-hosted runners have many addresses. A self-hosted or larger runner has a fixed one.`;
}
/** Somebody must approve of the client first, or a policy must let it. */
function adviseConsent() {
    return text_text `Grant consent for this client at the provider (as an administrator), or change the policy there.`;
}
/** The client may not do what it wants to do. */
function advisePermission() {
    return text_text `Grant the permission to this client at the provider (a role, a scope or a policy).`;
}
/** The client or an account is switched off. */
function adviseAccount() {
    return text_text `Enable it again at the provider.`;
}
const methods = [
    'client_secret_basic',
    'client_secret_post',
    'client_secret_jwt',
    'private_key_jwt',
    'tls_client_auth',
    'self_signed_tls_client_auth',
];
/**
 * The client authentication method that the server names in place of the one that was used; undefined where it names none, lists
 * several, or means the one that was used.
 */
function findOtherMethod({ words, inputs }) {
    const used = inputs.clientAuthMethod;
    if (used === undefined || inputs.endpointType === 'acs_api')
        return undefined;
    const others = methods.filter((method) => method !== used && new RegExp(`\\b${method}\\b`, 'i').test(words));
    return others.length === 1 ? others[0] : undefined;
}
/** The server does not accept the client authentication method, and names no other one. */
function adviseMethod({ inputs }) {
    const { clientAuthMethod } = inputs;
    const example = clientAuthMethod === 'client_secret_basic' ? text_text ` (often client_secret_post)` : text_text ``;
    return clientAuthMethod === undefined
        ? text_text `Check how the provider expects this client to authenticate.`
        : text_text `The provider does not accept client-auth-method: ${clientAuthMethod} from this client. Set the method that it expects${example}, or allow this one at the provider.`;
}
/** The server names the method that it expects. */
function adviseOtherMethod(refusal) {
    const expects = text_text `The provider expects`;
    switch (findOtherMethod(refusal)) {
        case 'private_key_jwt':
            return text_text `${expects} a JWT from this client, signed with private-key (private_key_jwt). Set private-key instead.`;
        case 'tls_client_auth':
        case 'self_signed_tls_client_auth':
            return text_text `${expects} a client certificate. Set client-certificate and client-key.`;
        case 'client_secret_jwt':
        case 'client_secret_post':
        case 'client_secret_basic':
        case 'none':
        case undefined:
            return text_text `${expects} client-auth-method: ${findOtherMethod(refusal) ?? 'none'} from this client.`;
    }
}

;// CONCATENATED MODULE: ./build/compiled/wording/advice/request.js




/** The server names the scope. */
function adviseScope({ inputs, words }) {
    const { scopes } = inputs;
    const entra = /\.default\b/.test(words) && !scopes.some((scope) => scope.endsWith('/.default'));
    const form = entra ? text_text ` Entra expects one scope, which ends in /.default.` : text_text ``;
    if (scopes.length > 0) {
        return text_text `Check scopes: ${scopes.join(' ')}. The provider must know each scope and allow it for this client.${form}`;
    }
    return isKeyGrant(inputs)
        ? text_text `Set scopes, or the scope claim in assertion-claims, as the provider requires.${form}`
        : text_text `Set scopes.${form}`;
}
/** The server names the audience: that of the signed JWT, or the one of the token. */
function adviseAudience(refusal) {
    const { inputs, words } = refusal;
    const { audiences, resources } = inputs;
    const isRequested = audiences.some((audience) => words.includes(audience));
    if (sendsSignedJwt(inputs) && !isRequested)
        return adviseAssertionAudience(refusal);
    if (audiences.length > 0) {
        return text_text `Check audience: ${audiences.join(' ')}. The provider must know it and allow it for this client.`;
    }
    if (resources.length > 0)
        return adviseResource(refusal);
    return text_text `Set audience to the API that the token is for.`;
}
/** The server names the resource. */
function adviseResource({ inputs }) {
    const given = [
        ...(inputs.resources.length === 0 ? [] : [text_text `resource`]),
        ...(inputs.audiences.length === 0 ? [] : [text_text `audience`]),
    ];
    if (given.length > 0)
        return text_text `Check ${joinTexts(given, ', ')}.`;
    return inputs.scopes.length > 0
        ? text_text `Check scopes. If the provider requires it, set resource or audience.`
        : text_text `Set resource or audience, as the provider's documentation names it.`;
}
/** The server speaks of an API key. */
function adviseApiKey({ inputs }) {
    const isKey = ([name]) => /api[-_]?key|^key$/i.test(name);
    const parameter = inputs.parameters.find(isKey)?.[0];
    if (parameter !== undefined) {
        return text_text `Check ${parameter} in parameters. It must be a current API key: the key itself, not its name or ID.`;
    }
    const header = inputs.headers.find(isKey)?.[0];
    if (header !== undefined)
        return text_text `Check ${header} in headers. It must be a current API key.`;
    return text_text `Set an API key in parameters or headers, not in client-secret. The provider's documentation has its name. For IBM Cloud IAM: parameters: apikey=..., grant-type: urn:ibm:params:oauth:grant-type:apikey, client-auth-method: none.`;
}
/** The grant type is not known to the server. */
function adviseUnknownGrant({ inputs }) {
    if (inputs.bodyFormat === 'json') {
        return text_text `The server probably reads only forms. Try body-format: form.`;
    }
    if (inputs.grantType === undefined)
        return text_text `Set grant-type.`;
    return inputs.grantType === 'client_credentials'
        ? text_text `Check that the provider supports client_credentials at this endpoint, or set grant-type.`
        : text_text `Check grant-type.`;
}
/** The server wants another format. */
function adviseFormat({ endpointType, bodyFormat }) {
    if (endpointType === 'acs_api')
        return text_text `Check token-url and endpoint-type.`;
    return bodyFormat === 'form'
        ? text_text `Try body-format: json.`
        : text_text `Most servers read a form: remove body-format. If a form is refused, too, check token-url and the formats in the provider's documentation.`;
}
/** The server names the format of the body. */
function adviseNamedFormat({ inputs, words }) {
    const namesForm = /x-www-form-urlencoded/i.test(words);
    const namesJson = /\bjson\b/i.test(words) && !namesForm;
    if (namesForm && inputs.bodyFormat !== 'form')
        return text_text `Set body-format: form.`;
    if (namesJson && inputs.bodyFormat === 'form')
        return text_text `Set body-format: json.`;
    return namesForm || namesJson
        ? text_text `Check body-format and headers against the provider's documentation.`
        : adviseFormat(inputs);
}
/** The HTTP method is not the one that the server expects. */
function adviseRequestMethod({ requestMethod }) {
    return text_text `The request was sent with ${requestMethod}. If the documentation shows another method, set request-method.`;
}
/** The server names a header that it misses. */
function adviseHeader(refusal) {
    const name = findHeader(refusal.words)?.toLowerCase() ?? '';
    const isSent = refusal.inputs.headers.some(([one]) => one.toLowerCase() === name);
    return isSent
        ? text_text `Check ${name} in headers.`
        : text_text `Set it in headers: ${quotePart(refusal, findHeader)}: ...`;
}
function findHeader(words) {
    const match = namesHeader.exec(words);
    return match?.[2] ?? match?.[3];
}
/** Names of parameters that servers speak of without quotation marks. */
const knownNames = String.raw `(?<name>grant_type|client_id|client_secret|client_assertion_type|client_assertion|subject_token_type|subject_token|actor_token|refresh_token|redirect_uri|code_verifier|username|password|assertion|scopes?|audience|resource)`;
/** Words by which a server says that something is not there. */
const absentWords = String.raw `(?:missing|required(?! (?:to|for)\b)|mandatory|absent|empty|blank|must be (?:present|provided|specified|set|sent|supplied)|not (?:present|provided|specified|set|sent|supplied|included|contained))`;
/** Up to four words between two. */
const near = String.raw `\W+(?:\w+\W+){0,4}?`;
const missingNames = [
    // "missing parameter: 'scope'", "parameter 'scope' is missing", "'scope' is required"
    new RegExp(String.raw `\b${absentWords}\b.{0,30}?['"\`]([A-Za-z][\w.-]{0,40})['"\`]`),
    new RegExp(String.raw `['"\`]([A-Za-z][\w.-]{0,40})['"\`].{0,30}?\b${absentWords}\b`),
    new RegExp(`\\b${absentWords}${near}${knownNames}\\b`),
    new RegExp(`\\b${knownNames}${near}${absentWords}\\b`),
    /(?:request|body|form|query)\b.{0,40}must (?:contain|include|have)\b.{0,40}?['"`]([A-Za-z][\w.-]{0,40})['"`]/,
    new RegExp(String.raw `(?:request|body|form|query)\b.{0,40}must (?:contain|include|have)\b.{0,40}?\b${knownNames}\b`),
    // "account_id is missing"
    new RegExp(String.raw `\b([A-Za-z]+(?:_[A-Za-z]+)+) (?:is |was |parameter )*${absentWords}\b`),
    // "The account_id field is required."
    /\bthe ([A-Za-z][\w.-]{0,40}) (?:field|parameter|property|param) (?:is|was) (?:required|missing|mandatory|empty)\b/,
    new RegExp(String.raw `\bno ${knownNames} (?:parameter|value|was|were|specified|given|provided|requested|supplied)\b`),
    /(?:missing or empty|missing(?: required)?(?: form)? (?:parameter|field|property)): ?([A-Za-z][\w.-]{0,40})/,
].map(({ source }) => new RegExp(source, 'i'));
/** The parameter that the server says is missing; undefined if it says no such thing. */
function findMissingParameter({ words, code, inputs }) {
    // It is a JWT that lacks something.
    if (/\bclaim\b/i.test(words))
        return undefined;
    const name = findName(words);
    if (name === undefined || !listSent(inputs).includes(name.toLowerCase()))
        return name;
    // What was sent is missing only where the server did not read it; it may also be wrong.
    const mayBeWrong = /\bor (unknown|invalid|malformed|incorrect|unsupported)\b/i.test(words);
    return mayBeWrong || aboutValues.has(code) ? undefined : name;
}
/** The codes of a parameter that was read, and whose value is refused. */
const aboutValues = new Set(['invalid_scope', 'invalid_target']);
function findName(words) {
    for (const pattern of missingNames) {
        const match = pattern.exec(words);
        const name = match?.groups?.['name'] ?? match?.[1];
        if (name !== undefined)
            return name;
    }
    return undefined;
}
/** The server says that a parameter is missing. */
function adviseMissing(refusal, name) {
    const { inputs } = refusal;
    const lower = name.toLowerCase();
    if (listSent(inputs).includes(lower))
        return adviseOtherFormat(inputs, name);
    if (!Object.hasOwn(inputsOfParameters, lower)) {
        return text_text `Set it in parameters: ${quotePart(refusal, findName)}=...`;
    }
    return inputsOfParameters[lower]?.(inputs) ?? text_text ``;
}
const inputsOfParameters = {
    client_id: ({ clientId }) => clientId === undefined
        ? text_text `Set client-id.`
        : text_text `The server reads it from the body. Try client-auth-method: client_secret_post.`,
    client_secret: ({ clientAuthMethod }) => clientAuthMethod === 'client_secret_basic'
        ? text_text `The server reads it from the body. Try client-auth-method: client_secret_post.`
        : text_text `The provider expects a secret from this client. Set client-secret, with client-auth-method: client_secret_post.`,
    client_assertion: adviseAssertion,
    client_assertion_type: adviseAssertion,
    scope: () => text_text `Set scopes.`,
    scopes: () => text_text `Set scopes.`,
    audience: () => text_text `Set audience to the API that the token is for.`,
    resource: () => text_text `Set resource.`,
    grant_type: () => text_text `Set grant-type.`,
    refresh_token: () => text_text `Set refresh-token.`,
    assertion: () => text_text `The grant is an assertion. Set private-key with private-key-as: assertion, or id-token-as: assertion.`,
    subject_token: () => text_text `The grant is a token exchange. Set id-token-as: subject_token, or subject_token in parameters.`,
};
function adviseAssertion({ clientAuthMethod }) {
    return clientAuthMethod === 'none'
        ? text_text `The client did not authenticate. Set client-secret or private-key.`
        : text_text `The provider expects a signed JWT from this client. Set private-key, or client-auth-method: client_secret_jwt.`;
}
/** The names of what is in the body or in the query, as far as the server can miss it. */
function listSent(inputs) {
    const { clientAuthMethod, scopes, audiences, resources, parameters, grantParameters } = inputs;
    const sendsId = inputs.clientId !== undefined && clientAuthMethod !== 'client_secret_basic';
    return [
        ...(inputs.grantType === undefined ? [] : ['grant_type']),
        ...(scopes.length === 0 ? [] : ['scope', 'scopes']),
        ...(audiences.length === 0 ? [] : ['audience']),
        ...(resources.length === 0 ? [] : ['resource']),
        ...(sendsId ? ['client_id'] : []),
        ...(clientAuthMethod === 'client_secret_post' ? ['client_secret'] : []),
        ...[...parameters, ...grantParameters].map(([name]) => name),
    ];
}
/** The documentation decides between the two, so that nobody is sent to and fro. */
function adviseOtherFormat({ bodyFormat }, name) {
    switch (bodyFormat) {
        case 'json':
            return text_text `${name} was sent as JSON. Most servers read a form. Unless the provider's documentation shows JSON, remove body-format.`;
        case 'query':
            return text_text `${name} was sent in the query. Check body-format against the provider's documentation.`;
        case 'form':
        case 'multipart':
            return text_text `${name} was sent in a form. If the provider's documentation shows JSON, set body-format: json.`;
    }
}
/** The settings of the request that can be wrong where the server says no more: those that are set, and those that servers often require. */
function adviseRequest({ inputs }) {
    const { grantType, scopes, audiences, resources, parameters, headers, bodyFormat } = inputs;
    const isSet = [
        [
            'grant-type',
            grantType !== 'client_credentials' &&
                inputs.idTokenAs === undefined &&
                inputs.signingKey === undefined &&
                inputs.refreshToken === undefined,
        ],
        ['scopes', scopes.length > 0],
        ['audience', audiences.length > 0],
        ['resource', resources.length > 0],
        ['parameters', parameters.length > 0],
        ['headers', headers.length > 0],
        ['body-format', bodyFormat !== 'form'],
    ];
    const given = isSet.filter(([, set]) => set).map(([name]) => text_text `${name}`);
    const compare = text_text `Compare ${joinTexts(given, ', ')} with the provider's documentation.`;
    return joinTexts([
        text_text `Something in the request is missing or wrong.`,
        ...(given.length === 0 ? [] : [compare]),
        ...adviseUnset(inputs),
        ...adviseOtherRequest(inputs),
    ], ' ');
}
/** What is not set and servers often require. */
function adviseUnset(inputs) {
    const { scopes, audiences, resources, endpointType } = inputs;
    if (endpointType === 'acs_api')
        return [];
    const hasTarget = audiences.length > 0 || resources.length > 0 || sendsSignedJwt(inputs);
    const unset = [
        ...(scopes.length === 0 ? [text_text `scopes`] : []),
        ...(hasTarget ? [] : [text_text `audience`]),
    ];
    return unset.length === 0
        ? []
        : [text_text `The provider may require ${joinTexts(unset, ' or ')} (not set here).`];
}
/** The usual request is not what every server expects. */
function adviseOtherRequest({ bodyFormat, grantType }) {
    return bodyFormat === 'form' && grantType === 'client_credentials'
        ? [text_text `It may also expect another grant-type, or JSON (body-format).`]
        : [];
}

;// CONCATENATED MODULE: ./build/compiled/wording/advice/topics.js












function signs({ inputs }) {
    return sendsSignedJwt(inputs);
}
/** What the signed JWT is in the request is what is refused with it. */
function openJwt({ inputs }) {
    return isKeyGrant(inputs) ? openings.grant : openings.client;
}
/** The ID token is the credential of the client. */
function isIdTokenClient({ inputs, idToken }) {
    return idToken !== undefined && inputs.idTokenAs === 'client_assertion';
}
function isOAuth({ inputs }) {
    return inputs.endpointType === 'oauth2';
}
/** Longer words list everything that can be wrong, characters. */
const longestSingleFault = 80;
/** A user logs in with the grant, and the words are not about the client. */
function isUserGrant({ inputs, words }) {
    const isOff = /\b(locked|disabled|suspended|inactive|deactivated)\b/i.test(words);
    return inputs.grantType === 'password' && !isOff && !/client|secret/i.test(words);
}
/**
 * What the words of a server are about; the first that fits counts. What can only be meant literally comes first, then the client's
 * credentials, which beat everything else that is named, then the parts of the request.
 */
const topics = [
    about('plain HTTP', namesPlainHttp, openings.scheme, adviseScheme),
    about('rate limit', namesLimit, openings.limit, adviseRateLimit),
    about('DPoP', namesDpop, openings.dpop, adviseDpop, ({ words }) => !namesCertificate.test(words)),
    about('route of a gateway', namesGatewayRoute, openings.request, adviseGatewayRoute),
    about('identity-aware proxy', namesIdentityProxy, openings.request, adviseIdentityProxy),
    about('client-id as well as an ID token', /client[_ ]?id\b.{0,60}\b(match|differ|equal|same)|\b(sub|subject)\b.{0,60}\b(match|differ|equal).{0,60}client[_ ]?id/i, openings.client, () => text_text `Remove client-id. GitHub's OIDC token already names the client (sub), and the two must be the same.`, (refusal) => isIdTokenClient(refusal) && refusal.inputs.clientId !== undefined),
    about('client certificate', namesCertificate, openings.client, (refusal) => showsCertificate(refusal.inputs)
        ? adviseCredentials(refusal)
        : text_text `The provider expects a client certificate. Set client-certificate and client-key.`, isOAuth),
    about('client authentication method', namesMethod, openings.client, adviseMethod, 
    // Hydra lists this, too, after every refusal of a client.
    (refusal) => isOAuth(refusal) &&
        findOtherMethod(refusal) === undefined &&
        !/unknown client/i.test(refusal.words)),
    {
        name: 'another client authentication method',
        isNamed: (refusal) => findOtherMethod(refusal) !== undefined,
        opening: () => openings.client,
        advise: adviseOtherMethod,
    },
    about('signed JWT', /client[ _]assertion|signed jwt|\bjwt\b.{0,20}(required|expected|missing)/i, openings.client, () => text_text `The provider expects a signed JWT from this client. Set private-key, or client-auth-method: client_secret_jwt.`, (refusal) => isOAuth(refusal) &&
        !signs(refusal) &&
        !isIdTokenClient(refusal) &&
        !/client[ _-]?secret/i.test(refusal.words)),
    about('missing header', namesHeader, openings.request, adviseHeader, ({ words }) => !/api[ _-]?key/i.test(words)),
    about('API key', /\bapi[ _-]?key|\bapikey\b/i, openings.request, adviseApiKey, isOAuth),
    about('tenant', /AADSTS(700016|90002|900023)\b|\b(tenant|realm)\b.{0,80}\b(not (found|exist|known|valid)|doesn't exist|unknown|invalid)|\b(unknown|invalid|no such) (tenant|realm)\b/i, openings.request, adviseTenant),
    {
        name: 'missing parameter',
        isNamed: (refusal) => isOAuth(refusal) && findMissingParameter(refusal) !== undefined,
        opening: () => openings.request,
        advise: (refusal) => adviseMissing(refusal, findMissingParameter(refusal) ?? ''),
    },
    about('format', namesFormat, openings.format, adviseNamedFormat, ({ inputs }) => inputs.endpointType === 'oauth2'),
    about('request method', namesRequestMethod, openings.request, ({ inputs }) => adviseRequestMethod(inputs)),
    about('key length', namesKeyLength, openJwt, ({ inputs }) => adviseKeyLength(inputs), signs),
    about('user', /\buser|password|second factor|multi-?factor|\bmfa\b/i, openings.grant, adviseGrant, isUserGrant),
    about('public client', namesPublicClient, openings.client, advisePublicClient, isOAuth),
    about('client credentials grant', namesClientCredentials, openings.grantType, adviseGrantNotAllowed, isOAuth),
    about('credentials', new RegExp(`${namesCredentials.source}|${namesLogin.source}`, 'i'), (refusal) => (isIdTokenClient(refusal) ? openings.idToken : openings.client), (refusal) => (isIdTokenClient(refusal) ? adviseIdToken(refusal) : adviseCredentials(refusal))),
    about('refresh token', namesRefreshToken, openings.grant, adviseRefreshToken, ({ inputs }) => inputs.grantType === 'refresh_token'),
    about('subject token', namesSubjectToken, openings.grant, adviseGrant, ({ inputs, idToken }) => inputs.grantType === tokenExchangeGrant && idToken === undefined),
    about('access to an API', namesApi, openings.audience, adviseAudience, isOAuth),
    about('service account', namesServiceAccount, openings.grant, adviseServiceAccount, isOAuth),
    about('grant type', namesGrantType, openings.unknownGrant, adviseUnknownGrant, isOAuth),
    about('grant', namesGrant, openings.grantType, adviseGrantNotAllowed, isOAuth),
    about('algorithm', namesAlgorithm, openJwt, adviseAlgorithm, signs),
    about('key', namesKey, openJwt, ({ inputs }) => adviseKey(inputs), signs),
    about('audience of the ID token', /\baudience\b|\baud\b/i, openings.idToken, adviseIdToken, ({ inputs, idToken, words }) => idToken !== undefined &&
        (inputs.audiences.length === 0 || /\b(assertion|issuer|subject|federated)\b/i.test(words))),
    about('audience', /\baudiences?\b|\baud\b/i, (refusal) => (signs(refusal) ? openJwt(refusal) : openings.audience), adviseAudience, isOAuth),
    about('scope', namesScope, openings.scope, adviseScope, isOAuth),
    about('permission', namesPermission, openings.request, advisePermission, ({ idToken }) => idToken === undefined),
    about('resource', /\bresources?\b.{0,40}\b(not|invalid|unknown)\b|\b(invalid|unknown) resource|AADSTS500011\b/i, openings.resource, adviseResource, isOAuth),
    about('JWT seen before', namesReplay, openJwt, adviseReplay, signs),
    about('times of the JWT', namesTimes, openJwt, adviseClock, signs),
    about('issuer and subject', /\b(iss|issuer|sub|subject)\b/i, openJwt, ({ inputs }) => adviseIssuerAndSubject(inputs), signs),
    about('redirect URI', namesRedirect, openings.grant, adviseRedirect, ({ inputs, words }) => inputs.grantType === 'authorization_code' || words.length < longestSingleFault),
    about('code', namesCode, openings.grant, adviseGrant, ({ inputs }) => inputs.grantType === 'authorization_code'),
    about('address', namesAddress, openings.request, adviseAddress),
    about('consent', /\bconsent\b|\bapproval\b|not (been |yet )?approved|\b(policy|policies)\b/i, openings.request, adviseConsent),
    about('account', /\b(client|(app|application)|account|user|(organization|organisation)|subscription|principal)\b.{0,60}\b(disabled|suspended|inactive|deactivated|locked|switched off|archived|not active|expired)\b/i, openings.request, adviseAccount),
];
/** The first topic that a server's words name; undefined if there is none. */
function findTopic(refusal) {
    if (textOf(refusal).trim() === '')
        return undefined;
    return topics.find(({ isNamed }) => isNamed(refusal));
}

;// CONCATENATED MODULE: ./build/compiled/wording/refusals.js













/**
 * Explains an answer that refuses, and says what to change. What a page is comes first, then what the server's words name, then the
 * status and the code.
 *
 * @param isPassing whether the same request may succeed a little later
 */
function explainRefusal(refusal, isPassing) {
    const { answer, status, code } = refusal;
    if (isTelling(answer.page))
        return explainPage(answer.page, refusal, 'a token');
    if (status === 407)
        return explainProxyRefusal(status, refusal.host);
    if (status === 429)
        return explainTopic(reasons.limit, refusal);
    if (passingCodes.has(code))
        return explainBusy(refusal);
    const topic = findTopic(refusal);
    if (topic !== undefined && isAboutRequest(refusal))
        return explainTopic(topic, refusal);
    if (isPassing && status < 500)
        return explainBusy(refusal);
    return explainCode(refusal) ?? explainStatus(refusal);
}
/** The codes that say nothing but that the server cannot answer now (RFC 6749 section 4.1.2.1, RFC 8628 section 3.5). */
const passingCodes = new Set(['temporarily_unavailable', 'slow_down']);
/** Whether the words are about the request, and not about the place or about the server itself. */
function isAboutRequest({ status, code, answer }) {
    // A fault of SOAP 1.1 has 500 whatever it is about.
    if (isSoapFault(answer))
        return true;
    if (status >= 500)
        return code !== '' && code !== 'server_error';
    return ![404, 405, 406, 410, 415].includes(status);
}
function isSoapFault({ words }) {
    return words?.form === 'markup' && /<(?:[A-Za-z][\w.-]{0,40}:)?Fault\b/.test(words.outside);
}
function explainBusy({ host, said }) {
    return {
        title: 'server busy',
        message: text_text `${host} cannot answer now: ${said}. Check the provider's status page.`,
    };
}
/** What a refusal is about where its words say no more. */
const reasons = {
    client: { opening: () => openings.client, advise: adviseCredentials },
    scope: { opening: () => openings.scope, advise: adviseScope },
    resource: { opening: () => openings.resource, advise: adviseResource },
    grant: { opening: () => openings.grant, advise: adviseGrant },
    grantType: { opening: () => openings.grantType, advise: adviseGrantNotAllowed },
    request: { opening: () => openings.request, advise: adviseRequestOrClient },
    dpop: { opening: () => openings.dpop, advise: adviseDpop },
    limit: { opening: () => openings.limit, advise: adviseRateLimit },
    idToken: { opening: () => openings.idToken, advise: adviseIdToken },
    unknownGrant: {
        opening: () => openings.unknownGrant,
        advise: adviseUnknownGrant,
    },
};
/** The codes of RFC 6749 section 5.2, RFC 8707 section 2 and RFC 9449 sections 5 and 8, and one of Entra's. */
const codes = {
    invalid_client: 'client',
    unauthorized_client: 'grantType',
    unsupported_grant_type: 'unknownGrant',
    invalid_request: 'request',
    invalid_scope: 'scope',
    invalid_target: 'resource',
    invalid_resource: 'resource',
    invalid_grant: 'grant',
    invalid_dpop_proof: 'dpop',
    use_dpop_nonce: 'dpop',
};
/** Some servers answer a wrong secret like a wrong request. */
function adviseRequestOrClient(refusal) {
    if (refusal.inputs.endpointType === 'acs_api')
        return adviseCredentials(refusal);
    return text_text `${adviseRequest(refusal)} Some servers also answer like this to a wrong secret. ${adviseCredentials(refusal)}`;
}
/** By the code of the error; undefined where the server gives none that is registered, or the status says more. */
function explainCode(refusal) {
    const { code, status } = refusal;
    if (code === '' || status >= 500)
        return undefined;
    if (isAboutIdToken(refusal))
        return explainTopic(reasons.idToken, refusal);
    // With 401 or 403 unauthorized_client usually means that the client is not known.
    const isUnknownClient = code === 'unauthorized_client' && status !== 400;
    const reason = isUnknownClient || !Object.hasOwn(codes, code) ? undefined : codes[code];
    return reason === undefined ? undefined : explainTopic(reasons[reason], refusal);
}
/** By the status, where neither words nor code say more. */
function explainStatus(refusal) {
    const { host, answer, said, status, code, inputs } = refusal;
    const answered = text_text `${host} answered ${said}`;
    switch (status) {
        case 400:
        case 401:
        case 403:
            return isAboutIdToken(refusal)
                ? explainTopic(reasons.idToken, refusal)
                : { title: 'refused', message: text_text `${answered}. ${adviseUnexplained(refusal)}` };
        case 404:
        case 405:
        case 410:
            return {
                title: 'no token endpoint there',
                message: text_text `${host} answered ${nameCode(answer)} for ${pathOf(inputs)}${quoteWords(answer)}. ${adviseUrl(inputs)}${refusals_adviseMethod(refusal)}`,
            };
        case 406:
            return {
                title: 'format refused',
                message: text_text `${answered}. Check ${nameUrlInput(inputs)}. If the provider's documentation names a value for Accept, set it in headers. Some firewalls also answer like this.`,
            };
        case 415:
            return { title: 'format refused', message: text_text `${answered}. ${adviseFormat(inputs)}` };
    }
    if (status >= 500 && /\bmaintenance\b|wartung/i.test(refusal.words)) {
        return { title: 'maintenance', message: text_text `${answered}. ${laterAdvice}` };
    }
    if (status >= 500) {
        return {
            title: 'server failed',
            message: text_text `${answered}. Check the provider's status page.`,
        };
    }
    const isOwnError = code !== '' || status < 300;
    return {
        title: 'refused',
        message: isOwnError
            ? text_text `${host} refused the request: ${said}. See the provider's documentation for this error.`
            : text_text `${answered}. Check ${nameUrlInput(inputs)}, and what the provider's documentation says about this answer.`,
    };
}
/** Another method than the server has at this path: it says so with 405, or in words ("Cannot POST /token"). */
function refusals_adviseMethod({ status, words, inputs }) {
    const isNamed = status === 405 || /\bcannot (post|get|put)\b|\bmethod\b/i.test(words);
    return isNamed ? text_text ` ${adviseRequestMethod(inputs)}` : text_text ``;
}
function pathOf({ tokenUrl = '', issuer = '' }) {
    return new URL(tokenUrl === '' ? issuer : tokenUrl).pathname;
}
function adviseUrl({ issuer }) {
    return issuer === undefined
        ? text_text `Check token-url against the provider's documentation.`
        : text_text `The issuer's metadata names this endpoint. If the provider's documentation names another, set token-url instead.`;
}
/** Nothing says why: what is refused most often, then what can be missing. */
function adviseUnexplained(refusal) {
    const { inputs } = refusal;
    const isRefresh = inputs.grantType === 'refresh_token';
    const grant = isRefresh ? [adviseGrant(refusal)] : [];
    // 401 is about who the client is.
    const unset = isRefresh || refusal.status === 401 ? [] : adviseUnset(inputs);
    const allow = refusal.code === 'unauthorized_client'
        ? [text_text `Otherwise allow ${nameGrant(inputs)} for this client at the provider.`]
        : [];
    return joinTexts([adviseCredentials(refusal), ...grant, ...allow, ...unset], ' ');
}

;// CONCATENATED MODULE: ./build/compiled/wording/token-answer.js









/** Says in a few words what an answer without a token was. */
function describeTokenError(error) {
    const { answer } = error;
    const isError = error.code === 'oauth_error' || error.code === 'http_error';
    return isError ? quoteAnswer(answer) : text_text `${token_answer_nameFault(error)}${quoteWords(answer)}`;
}
function token_answer_nameFault({ code, answer, location, path }) {
    const status = nameStatus(answer.status);
    switch (code) {
        case 'oauth_error':
        case 'http_error':
            return text_text `${status}`;
        case 'redirect':
            return nameRedirect(answer.status, location);
        case 'unparsable':
            return text_text `${status} with ${nameContent(answer)} instead of a token`;
        case 'no_access_token':
            return path === undefined
                ? text_text `${status} without an access_token`
                : text_text `${status} without a token at ${showInput(path)}`;
        case 'no_expires_at':
            return text_text `${status} without a Zulu time in expires_at`;
        case 'malformed_token':
            return text_text `${status} with a token that has characters that are not allowed`;
        case 'short_token':
            return text_text `${status} with a token of fewer than ${token_response_shortestToken} characters`;
    }
}
/** The shape of the answer, and what it says. */
function describeTokenAnswer(error, after) {
    const { answer, oauthError, location } = error;
    // With a success status an address could carry the token.
    const uri = (0,transport_error/* isSuccessStatus */.ar)(answer.status) ? undefined : oauthError?.uri;
    return [
        ...describeShape(answer, after),
        ...listDetails([
            ['error_uri', uri],
            ['location', location === undefined ? undefined : placeOf(location)],
        ]),
    ];
}
/** Explains why an answer brought no token, and says what to change. */
function explainTokenError(error, view) {
    const { inputs } = view;
    const refusal = readRefusal(error.answer, view);
    const answered = text_text `${refusal.host} answered ${describeTokenError(error)}`;
    switch (error.code) {
        case 'oauth_error':
        case 'http_error':
            return explainRefusal(refusal, error.retryable);
        case 'redirect':
            return {
                title: 'redirect',
                message: text_text `${answered}. Redirects are not followed, because they would send the secret to another address. ${token_answer_adviseRedirect(inputs, error.location)}`,
            };
        case 'unparsable':
            return explainUnparsable(error, refusal);
        case 'no_access_token':
            return explainMissingToken(error, refusal);
        case 'no_expires_at':
            return {
                title: 'no expires_at',
                message: text_text `${answered}, which an ACS endpoint sends as 2026-01-31T12:00:00Z. Check token-url and endpoint-type.`,
            };
        case 'malformed_token':
            return {
                title: 'malformed token',
                message: text_text `${answered}. It could inject commands into later steps, so it was discarded. The server's operator must fix it.`,
            };
        case 'short_token':
            return {
                title: 'malformed token',
                message: text_text `${answered}. So short a token cannot be hidden in the log. ${adviseEndpoint(inputs)}.`,
            };
    }
}
function adviseEndpoint({ issuer }) {
    return issuer === undefined
        ? text_text `Check that token-url is the token endpoint`
        : text_text `Check issuer, whose metadata names this token endpoint`;
}
/** The path of a login page, or the host of a gateway; many token endpoints have a host that is called so. */
const loginPlace = /^(?:https?:\/\/[^/]*)?\/[^?#]*(?:log-?[io]n|sign-?[io]n|\bsso\b|saml)|cloudflareaccess\.com\//i;
function token_answer_adviseRedirect({ issuer }, location = '') {
    const set = issuer === undefined
        ? text_text `Set token-url to the token endpoint itself.`
        : text_text `Set token-url to the token endpoint itself, instead of issuer.`;
    const isLogin = loginPlace.test(location);
    return isLogin
        ? text_text `${set} The redirect points to a login page. A gateway with its own login may be in front of the server.`
        : set;
}
/** The line that reads the token from where it probably is; it stands last, to be copied. */
function suggestFields({ answer, inputs }) {
    const { tokenPath } = answer;
    if (tokenPath === undefined || inputs.endpointType !== 'oauth2')
        return undefined;
    const line = text_text `\`response-fields: access_token=${tokenPath}\``;
    return tokenPath === '.'
        ? text_text `If the whole body is the token, add ${line}`
        : text_text `If ${tokenPath} is the token, add ${line}`;
}
function explainMissingToken(error, refusal) {
    const fix = suggestFields(refusal);
    const answered = text_text `${refusal.host} answered ${describeTokenError(error)}.`;
    const advice = error.path === undefined ? adviseMissingToken(refusal, fix) : [correctPath];
    return {
        title: 'no access_token',
        message: joinTexts([answered, ...token_answer_listFields(refusal.answer), ...advice], ' '),
        fix,
    };
}
/** An error that poses as a success says what is wrong; otherwise the place is wrong, or the token has another name. */
function adviseMissingToken(refusal, fix) {
    const { inputs, answer } = refusal;
    const topic = findTopic(refusal);
    if (topic !== undefined)
        return [topic.advise(refusal)];
    if (fix !== undefined)
        return [];
    const isOAuth = inputs.endpointType === 'oauth2';
    const check = text_text `${adviseEndpoint(inputs)}${isOAuth ? text_text `, and grant-type` : text_text `, and endpoint-type`}.`;
    const hasFields = (answer.fields ?? []).length > 0;
    return isOAuth && hasFields
        ? [check, text_text `If one of these fields is the token, set response-fields.`]
        : [check];
}
/** The path of response-fields is wrong. */
const correctPath = text_text `Check response-fields: a path is field names joined by dots, such as data.token.`;
/** The names of the fields, at the top and one object below. */
function token_answer_listFields({ fields = [] }) {
    return fields.length === 0 ? [] : [text_text `Its fields: ${fields.join(', ')}.`];
}
function explainUnparsable(error, refusal) {
    const { inputs, answer } = refusal;
    const answered = text_text `${refusal.host} answered ${describeTokenError(error)}`;
    const check = adviseEndpoint(inputs);
    if (answer.length === 0) {
        return { title: 'empty answer', message: text_text `${answered}. ${check}.` };
    }
    if (isTelling(answer.page))
        return explainPage(answer.page, refusal, 'a token');
    if (answer.page === 'page' || /html/i.test(answer.contentType ?? '')) {
        return {
            title: 'a page, not a token',
            message: text_text `${answered}, a web page. Check ${nameUrlInput(inputs)}. A proxy may have answered instead.`,
        };
    }
    const what = (answer.fields ?? []).length > 0 ? text_text `: a list` : text_text `: neither a JSON object nor a form`;
    return {
        title: 'not a token',
        message: joinTexts([text_text `${answered}${what}.`, ...token_answer_listFields(answer), text_text `${check}.`], ' '),
        fix: suggestFields(refusal),
    };
}

// EXTERNAL MODULE: ./build/compiled/http/limits.js
var limits = __nccwpck_require__(510);
;// CONCATENATED MODULE: ./build/compiled/wording/tls.js




/** Whether the client shows its certificate in this stage. */
function isCertificateShown({ stage, inputs }) {
    return wordsOf(stage).showsCertificate && showsCertificate(inputs);
}
/** What is missing where a certificate is good, and only its issuer is not known here. */
const unknownIssuers = new Set([
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'CERT_UNTRUSTED',
]);
/** The certificate of a server or a proxy that was not accepted. */
function explainDistrust(error, view) {
    const title = 'TLS not trusted';
    const { systemCode = '' } = error;
    const server = nameServer(view);
    const fault = nameTlsFault(error);
    const { adviseTls, adviseTrust } = serverOf(view);
    if (error.peer === 'proxy') {
        return {
            title,
            message: text_text `The TLS connection to the proxy failed: ${fault}. Check https_proxy. ${adviseTrust(view.inputs)}`,
        };
    }
    if (systemCode === 'CERT_HAS_EXPIRED') {
        return {
            title,
            message: text_text `The certificate of ${server} or of its CA has expired. The server's operator must renew it.`,
        };
    }
    if (systemCode === 'ERR_TLS_CERT_ALTNAME_INVALID') {
        return {
            title,
            message: text_text `The certificate of ${server} is for another name: ${fault}. ${adviseTls(view.inputs, text_text `the host`)}`,
        };
    }
    if (unknownIssuers.has(systemCode)) {
        return {
            title,
            message: text_text `The certificate of ${server} is not trusted: ${fault} (${systemCode})${nameIssuer(error)}. ${suspectProxy(error)}${adviseTrust(view.inputs)}`,
        };
    }
    return {
        title,
        message: text_text `The certificate of ${server} or of its CA is not accepted: ${fault} (${systemCode}). The server's operator must replace it. If a proxy inspects TLS, it is the proxy's certificate.`,
    };
}
/** Who issued the certificate: the name tells a private CA and a proxy that inspects TLS from a public one. */
function nameIssuer({ issuer }) {
    return issuer === undefined ? text_text `` : text_text `, issued by "${issuer}"`;
}
/** Such a proxy shows certificates of its own. */
function suspectProxy({ proxy }) {
    return proxy === undefined
        ? text_text ``
        : text_text `The connection goes through the proxy ${proxy}. If the proxy inspects TLS, the certificate is the proxy's. `;
}
/** The alert of a server that serves nobody without a certificate (RFC 8446 section 6.2). */
const certificateRequired = 116;
/** The alerts that do not name the client's certificate, and are sent for it, too: handshake_failure, decrypt_error. */
const handshakeFailure = 40;
const ambiguousAlerts = new Set([handshakeFailure, 51]);
/** A handshake that failed for another reason than the peer's certificate. */
function explainTlsFailure(error, view) {
    const { code, systemCode = '', alert } = error;
    const server = error.peer === 'proxy' ? text_text `The proxy` : text_text `${nameServer(view)}`;
    const fault = text_text `${nameTlsFault(error)} (${systemCode})`;
    const isRefused = code === 'client_certificate_refused' || ambiguousAlerts.has(alert);
    if (isCertificateShown(view) && isRefused) {
        return {
            title: 'client certificate refused',
            message: text_text `${server} rejected the client certificate: ${fault}. Check that client-certificate is registered there, is current and has its chain.`,
        };
    }
    if (alert === certificateRequired) {
        return {
            title: 'client certificate required',
            message: text_text `${server} requires a client certificate: ${fault}. Set client-certificate and client-key.`,
        };
    }
    const title = 'TLS failed';
    if (code === 'tls_missing') {
        return {
            title,
            message: text_text `${server} does not use TLS on this port: ${fault}. ${tls_adviseScheme(error, view)}`,
        };
    }
    if (code === 'tls_outdated') {
        return {
            title,
            message: text_text `${server} supports only outdated versions of TLS: ${fault}. The server's operator must allow TLS 1.2 or later.`,
        };
    }
    const mayWantCertificate = alert === handshakeFailure && wordsOf(view.stage).showsCertificate;
    const advice = mayWantCertificate && error.peer === 'server'
        ? text_text `It may require a client certificate (client-certificate), or have no cipher in common with this runner.`
        : tls_adviseScheme(error, view);
    return {
        title,
        message: text_text `${server} and this runner could not agree on TLS: ${fault}. ${advice}`,
    };
}
function tls_adviseScheme({ peer }, view) {
    return peer === 'proxy'
        ? text_text `Check https_proxy. The address of a proxy usually begins with http://.`
        : serverOf(view).adviseTls(view.inputs, text_text `the scheme and the port`);
}
/** What an error of TLS says, without Node's advice, which nobody can follow in a workflow. */
function nameTlsFault({ reason, cause }) {
    return reason ?? messageOf(cause).replace(/; if the root CA is installed locally.*$/s, '');
}

;// CONCATENATED MODULE: ./build/compiled/wording/transport.js







/**
 * Says in a few words why no complete answer came.
 *
 * @param allowed how long the attempt was allowed to take, milliseconds
 */
function describeTransportError(error, allowed, view) {
    const { systemCode = '', reason, encoding = '' } = error;
    switch (error.code) {
        case 'timeout':
            return describeTimeout(error, allowed, view);
        case 'name_not_found':
            return text_text `${serverOf(view).nameHost(view.server)} was not found (${systemCode})`;
        case 'name_unresolved':
            return text_text `${serverOf(view).nameHost(view.server)} was not resolved (${systemCode})`;
        case 'connection_failed':
            return describeBrokenConnection(error, view);
        case 'tls_untrusted':
        case 'client_certificate_refused':
        case 'tls_missing':
        case 'tls_outdated':
        case 'tls_failed':
            return text_text `TLS failed: ${nameTlsFault(error)} (${systemCode})`;
        case 'tls_expected':
            return text_text `the answer is TLS instead of HTTP`;
        case 'http2_only':
            return text_text `the server supports only HTTP/2`;
        case 'proxy_refused':
            return text_text `the proxy refused: ${nameStatus(error.proxyStatus ?? 0)}`;
        case 'proxy_invalid':
            return text_text `the proxy's address in the environment is not a valid URL`;
        case 'proxy_unsupported':
            return text_text `the environment names a ${error.scheme ?? ''}:// proxy`;
        case 'proxy_unreachable':
            return text_text `the proxy could not be reached: ${messageOf(error.cause)}`;
        case 'answer_cut':
            return text_text `the answer was cut off`;
        case 'answer_unreadable':
            return text_text `${encoding === '' ? text_text `the answer is not readable HTTP` : text_text `the answer is damaged (Content-Encoding: ${encoding})`}${reason === undefined ? '' : text_text `: ${reason}`}`;
        case 'encoding_unknown':
            return text_text `the answer has a Content-Encoding that is not supported: ${encoding}`;
        case 'answer_too_large':
            return text_text `the answer is larger than ${nameLimit(view)}`;
        case 'headers_too_large':
            return text_text `the headers of the answer are larger than ${limits/* maxHeaderBytes */.P / 1024} KiB`;
        case 'request_failed':
            return text_text `the request failed: ${describeUnknown(error.cause)}`;
    }
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
                message: text_text `${server} ${isExchanging(error) ? text_text `gave ${what}` : text_text `could not be reached: ${what}`}. Check that this runner can reach it. For a slow server, set a longer timeout or total-timeout.`,
            };
        case 'name_not_found':
            return {
                title: 'name not found',
                message: text_text `${server} could not be reached: ${what}. ${transport_adviseAddress(view, text_text `. A private name requires a runner inside its network`)}`,
            };
        case 'name_unresolved':
            return {
                title: 'name not resolved',
                message: text_text `${server} could not be reached: ${what}. The runner's DNS server gave no answer. If every run fails like this, check the DNS settings of the runner.`,
            };
        case 'connection_failed':
            return isReached(error)
                ? {
                    title: 'no answer',
                    message: text_text `${server} was reached, but ${what}. ${adviseClosed(view)}`,
                }
                : {
                    title: 'no connection',
                    message: text_text `${server} could not be reached: ${what}. ${adviseConnection(view)}`,
                };
        case 'tls_untrusted':
            return explainDistrust(error, view);
        case 'client_certificate_refused':
        case 'tls_missing':
        case 'tls_outdated':
        case 'tls_failed':
            return explainTlsFailure(error, view);
        case 'tls_expected':
            return {
                title: 'TLS expected',
                message: text_text `${server} uses TLS on this port, but the URL begins with http://. ${serverOf(view).adviseTls(view.inputs, text_text `the scheme`)}`,
            };
        case 'http2_only':
            return {
                title: 'HTTP/2 only',
                message: text_text `${server} supports only HTTP/2, and this action uses HTTP/1.1. Allow HTTP/1.1 at the server or at a proxy in front of it.`,
            };
        case 'proxy_refused':
            return explainProxyRefusal(error.proxyStatus ?? 0, server);
        case 'proxy_invalid':
            return {
                title: 'proxy not usable',
                message: text_text `No request to ${server}: ${what}. Check https_proxy and http_proxy. Write a % in a user name or password as %25.`,
            };
        case 'proxy_unsupported':
            return {
                title: 'proxy not usable',
                message: text_text `No request to ${server}: ${what}. Only HTTP proxies are supported. Set https_proxy to one that begins with http:// or https://, or name the host in no_proxy.`,
            };
        case 'proxy_unreachable':
            return {
                title: 'proxy not reached',
                message: text_text `The proxy could not be reached: ${messageOf(error.cause)}. Check https_proxy and http_proxy, or name ${server} in no_proxy.`,
            };
        case 'answer_too_large':
            return {
                title: 'answer too large',
                message: text_text `${server} sent more than ${nameLimit(view)}. The expected answer has a few KiB. ${transport_adviseAddress(view)}`,
            };
        case 'headers_too_large':
            return {
                title: 'answer too large',
                message: text_text `${server} sent more than ${limits/* maxHeaderBytes */.P / 1024} KiB of headers. The server's operator must make them smaller. The usual reason is cookies.`,
            };
        case 'answer_cut':
        case 'answer_unreadable':
            return {
                title: 'answer damaged',
                message: text_text `${server} answered, but ${what}. If every run fails like this, look at the server's log or at a proxy in between.`,
            };
        case 'encoding_unknown':
            return {
                title: 'encoding not known',
                message: text_text `${server} answered, but ${what}. No compression was requested. Only gzip, deflate and br are supported. Change that at the server or at a proxy in front of it.`,
            };
        case 'request_failed':
            return { title: 'request failed', message: text_text `No request to ${server}: ${what}.` };
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
    EACCES: 'this machine does not permit the connection',
    EPERM: 'this machine does not permit the connection',
};
/** A connection that was never made says why; one that was made says when it ended. */
function describeBrokenConnection(error, view) {
    const { systemCode = '', step } = error;
    const isClosed = closing.has(systemCode);
    if (isClosed && step === 'securing') {
        return text_text `the server closed the connection before TLS was set up (${systemCode})`;
    }
    if (isClosed && step === 'exchanging') {
        return text_text `the server closed the connection without an answer (${systemCode})`;
    }
    return text_text `${networkErrors[systemCode] ?? 'the connection failed'} (${systemCode})${nameAddresses(error, view)}`;
}
/** How a connection ends that the other side closes. */
const closing = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);
/** Whether there was a connection to the server. */
function isReached({ step }) {
    return step === 'securing' || step === 'exchanging';
}
function describeTimeout(error, allowed, view) {
    const within = text_text `within ${formatDuration(allowed)}`;
    const isProxy = error.peer === 'proxy';
    switch (error.step) {
        case 'resolving':
            return text_text `${isProxy ? text_text `the name of the proxy` : serverOf(view).nameHost(view.server)} was not resolved ${within}`;
        case 'connecting':
            return text_text `no connection${isProxy ? text_text ` to the proxy` : text_text ``} ${within}${nameAddresses(error, view)}`;
        case 'tunneling':
            return text_text `no answer from the proxy ${within}`;
        case 'securing':
            return text_text `no TLS${isProxy ? text_text ` with the proxy` : text_text ``} ${within}`;
        case 'preparing':
        case 'exchanging':
        case undefined:
            return text_text `no answer ${within}`;
    }
}
/** Whether the request was on its way to the server, or at it. */
function isExchanging({ step }) {
    return step === 'exchanging' || step === undefined;
}
/** What a name stood for; an address that the URL names is known already. */
function nameAddresses({ addresses }, { server }) {
    const host = new URL(server).hostname.replace(/^\[|\]$/g, '');
    return addresses.length === 0 || addresses.includes(host)
        ? text_text ``
        : text_text ` at ${joinTexts(addresses.map((address) => text_text `${address}`), ', ')}`;
}
/** The most that is read of an answer, as people write it. */
function nameLimit(view) {
    const kib = serverOf(view).maxBytes / 1024;
    return kib < 1024 ? `${kib} KiB` : `${kib / 1024} MiB`;
}
function transport_adviseAddress(view, more = text_text ``) {
    return serverOf(view).adviseAddress(view.inputs, more);
}
function adviseConnection(view) {
    return transport_adviseAddress(view, text_text `, and that the server allows this runner's address`);
}
/** A connection was there: the port may speak another protocol, or something on the way ends what it does not like. */
function adviseClosed(view) {
    const scheme = new URL(view.server).protocol === 'http:' ? text_text `http://` : text_text `https://`;
    const port = view.stage === 'id_token'
        ? transport_adviseAddress(view)
        : serverOf(view).adviseTls(view.inputs, text_text `the port and the scheme (${scheme})`);
    return isCertificateShown(view)
        ? text_text `${port} A server that does not accept client-certificate can also close the connection, and so can a firewall or a proxy.`
        : text_text `${port} A firewall or a proxy can also close the connection.`;
}

;// CONCATENATED MODULE: ./build/compiled/wording/attempts.js











/** A failed attempt that is followed by another one, or that followed one. */
function sayFailedAttempt(failure, view) {
    const { attempt, maxAttempts } = failure;
    const what = describeFailure(failure, view);
    const { purpose } = wordsOf(view.stage);
    return text_text `Attempt ${attempt} of ${maxAttempts}${purpose} failed: ${what}.${sayNext(failure)}`;
}
function sayNext({ wait, retryAfter }) {
    if (wait === undefined)
        return text_text ``;
    if (wait === retryAfter && wait > 0) {
        return text_text ` Retrying in ${formatSeconds(wait)}, as the server requested (Retry-After).`;
    }
    return wait === 0 ? text_text ` Retrying now.` : text_text ` Retrying in ${formatDuration(wait)}.`;
}
/** The title of what was sent and what came back. */
function sayExchangeTitle(stage) {
    return wordsOf(stage).title;
}
/** The answer to the attempt that succeeded. */
function describeSuccess(stage, attempt, took) {
    return text_text `${wordsOf(stage).success} at attempt ${attempt}, after ${formatDuration(took)}`;
}
/** The answer to an attempt that failed. */
function describeAnswer(failure, view) {
    const { error, took } = failure;
    const after = text_text `after ${formatDuration(took)}`;
    const idToken = view.stage === 'token' ? describeIdToken(view.idToken) : [];
    if (error instanceof TokenError)
        return [...idToken, ...describeTokenAnswer(error, after)];
    if (error instanceof DiscoveryError)
        return describeMetadataAnswer(error, after);
    if (error instanceof IdTokenError && error.status !== undefined) {
        return describeIdTokenAnswer(error, after);
    }
    if (error instanceof transport_error/* TransportError */.wX) {
        return [...idToken, describeTransportAnswer(error, failure, view)];
    }
    return [...idToken, text_text `failed ${after}: ${describeFailure(failure, view)}`];
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
/** The server asks for a longer wait than total-timeout leaves. */
function explainLongWait(failure, view) {
    const { error, retryAfter = 0 } = failure;
    const { totalTimeout } = view.inputs;
    const what = isAnswer(error) ? text_text ` answered ${describeFailure(failure, view)} and` : text_text ``;
    const asks = text_text `${nameServer(view)}${what} requires a wait of ${formatSeconds(retryAfter)} (Retry-After), longer than total-timeout (${totalTimeout} s) allows.`;
    // With any other status it is a server that is down for a while.
    const isQuota = error instanceof TokenError && error.answer.status === 429;
    return {
        title: 'wait too long',
        message: isQuota
            ? text_text `${asks} No setting can shorten that, because it is a quota of the provider. Reuse tokens (use-cache), or ask the provider for a higher limit.`
            : text_text `${asks} Run the job again later, or set a longer total-timeout.`,
    };
}
/** Why the last attempt was the last one. */
function sayWhyNotAgain({ code, failure }, { inputs: { totalTimeout, retryMaxAttempts } }) {
    const { error } = failure;
    if (code === 'total_timeout') {
        return text_text `Stopped after attempt ${failure.attempt} of ${retryMaxAttempts}: total-timeout (${totalTimeout} s) leaves no time for another.`;
    }
    if (code === 'attempts_used_up') {
        return failure.attempt === 1
            ? text_text `Not retried: retry-max-attempts is 1.`
            : text_text `Stopped after ${failure.attempt} attempts.`;
    }
    if ((error instanceof TokenError || error instanceof transport_error/* TransportError */.wX) && error.retryable) {
        return text_text `Not retried: this grant works only once, and may have been used already.`;
    }
    return isAnswer(error)
        ? text_text `Not retried: the answer would be the same.`
        : text_text `Not retried: it would fail in the same way.`;
}
function isAnswer(error) {
    if (error instanceof IdTokenError)
        return error.status !== undefined;
    return error instanceof TokenError || error instanceof DiscoveryError;
}

;// CONCATENATED MODULE: ./build/compiled/exchange/tls-identity.js

/** Which certificates to trust, and which to show, on connections to the authorization server. */
function makeTlsIdentity(inputs) {
    const { caCertificate, clientCertificate, clientKey } = inputs;
    const trust = caCertificate === undefined ? {} : { ca: caCertificate };
    if (clientCertificate === undefined || clientKey === undefined)
        return trust;
    return { ...trust, certificate: clientCertificate, key: writePem(clientKey) };
}

;// CONCATENATED MODULE: ./build/compiled/exchange/stage.js





/**
 * Makes the attempts of one stage, and writes a line for each that failed.
 *
 * @throws {StageError} if no attempt succeeded; the log has the details
 */
async function runStage(plan, { clock, random, send, log, deadline }) {
    const { stage, inputs, shape, idTokens, ask, judge } = plan;
    const tls = makeTlsIdentity(inputs);
    const view = () => ({ stage, inputs, server: plan.server, idToken: idTokens?.last });
    const report = (failure) => {
        if (isWorthALine(failure))
            log.say(sayFailedAttempt(failure, view()));
    };
    const prepare = async () => {
        await idTokens?.take();
    };
    try {
        return await retry(async (attempt, signal) => {
            const startedAt = clock.monotonic();
            const result = await ask({ send, now: clock.now, signal, tls });
            if (inputs.verbose) {
                const success = describeSuccess(stage, attempt, clock.monotonic() - startedAt);
                const idToken = stage === 'token' ? describeIdToken(idTokens?.last) : [];
                log.group(sayExchangeTitle(stage), [...shape, ...idToken, success]);
            }
            return { result, attempt };
        }, makePolicy(inputs, deadline), { clock, random, judge, report, prepare });
    }
    catch (error) {
        if (!(error instanceof GaveUp))
            throw error;
        log.group(sayExchangeTitle(stage), [...shape, ...describeAnswer(error.failure, view())]);
        throw new StageError(stage, error, view());
    }
}
function makePolicy(inputs, { at }) {
    return {
        maxAttempts: inputs.retryMaxAttempts,
        timeSlot: inputs.retryTimeSlot,
        maxWait: inputs.retryMaxWait,
        attemptTimeout: inputs.timeout,
        deadline: at,
    };
}
/** A first attempt that is also the last needs no line: the error describes it. */
function isWorthALine({ attempt, wait }) {
    return attempt > 1 || wait !== undefined;
}

;// CONCATENATED MODULE: ./build/compiled/exchange/endpoints.js






/**
 * Finds the token endpoint and the revocation endpoint: those of the inputs, or what the issuer's metadata names.
 *
 * @throws {StageError} if the issuer's metadata cannot be read
 * @throws {NoRevocationEndpointError} if the token must be revoked and the metadata does not say where
 */
async function findEndpoints(inputs, context) {
    const { tokenUrl, issuer = '', allowHttp, retryOn } = inputs;
    if (tokenUrl !== undefined)
        return { ...inputs, tokenUrl };
    const { result: metadata } = await runStage({
        stage: 'metadata',
        inputs,
        server: issuer,
        shape: describeDiscovery(issuer),
        ask: (attempt) => discover(issuer, { ...attempt, allowHttp }),
        judge: (error) => judgeFailure(error, { retryOn, spendsGrant: false }),
    }, context);
    return { ...inputs, ...chooseEndpoints(inputs, metadata) };
}
/** A client with a certificate uses the endpoints for certificates if the metadata names any (RFC 8705 section 5). */
function chooseEndpoints(inputs, metadata) {
    const { tokenEndpoint, mtlsTokenEndpoint, revocationEndpoint, mtlsRevocationEndpoint } = metadata;
    const usesTls = showsCertificate(inputs);
    const named = (usesTls ? mtlsRevocationEndpoint : undefined) ?? revocationEndpoint;
    const revocationUrl = inputs.revocationUrl ?? named;
    if (inputs.revoke && revocationUrl === undefined) {
        throw new errors/* NoRevocationEndpointError */.LY(inputs.issuer);
    }
    return { tokenUrl: (usesTls ? mtlsTokenEndpoint : undefined) ?? tokenEndpoint, revocationUrl };
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/keys/private-parts.js


/** The shortest mask, in characters. A shorter one would blank text that is not secret. */
const shortestPart = 8;
/** The length of a PEM's line (RFC 7468 section 2). */
const pemLine = 64;
/**
 * The fields that hold a secret: of a JWK (RFC 7517 section 9.2), in its `oth`, and of key files. Matched in the JSON
 * text.
 */
const privateMember = /["'](d|p|q|dp|dq|qi|k|r|t|key|private_?key)["']\s*:\s*(["'])((?:\\[\s\S]|(?!\2)[^\\])*)/gi;
/**
 * Lists the parts of an input that must be masked in the log, whatever the input is, damaged or not. Of a PEM: its
 * lines of base64, and these joined. Of a JWK: its private fields. Of a key file: its key as it is written there. Of
 * other JSON: what is long and looks like base64. Of other text: every line. A part has at least 8 characters. It is
 * never JSON as a whole, and never a BEGIN or END line.
 *
 * @param input the same input as of `readSigningKey`
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
/** Whether a text is only a BEGIN or END line. */
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
 * The text after each BEGIN line and before each END line, even if the other line is missing. Of all other text, the
 * lines of base64, because a key next to a certificate may have lost both lines.
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
        // Base64 has no quotes. In JSON, a quote shows where a PEM ends that has lost a line.
        const pieces = between.split(/["']/);
        return [...(isBegun ? pieces.slice(0, 1) : []), ...(isEnded ? pieces.slice(-1) : [])];
    });
}
const base64Line = /^[A-Za-z0-9+/=_-]{20,}$/;
/** The words in the headers of an encrypted PEM (RFC 1421 section 4.6). */
const pemHeader = /^(?:Proc-Type:|4,ENCRYPTED|DEK-Info:|[A-Z0-9-]+,[A-F0-9]+)$/;
/** Splits a PEM's body into its lines, without headers. Spaces may stand for line breaks. */
function splitBody(body) {
    return body.split(/[\s"']|-{2,}/).filter((line) => !pemHeader.test(line));
}
function wrap(text) {
    return text.match(new RegExp(`.{1,${pemLine}}`, 'g')) ?? [];
}
function isJsonLike(text) {
    return /^\s*[{[]|["']\w+["']\s*:/.test(text);
}
/** What may be a secret in JSON that is not a key. In such JSON, the names do not say what is secret. */
function listRunsOfOtherJson(text) {
    try {
        findKey(text.trim());
        return [];
    }
    catch {
        return text.match(/[A-Za-z0-9+/=_-]{20,}/g) ?? [];
    }
}
/** The lines of a text that is not PEM and not JSON. It may be base64 of these, or a secret in the wrong place. */
function listOtherLines(text) {
    if (new RegExp(pemMarker).test(text))
        return [];
    const lines = splitLines(breakLines(text));
    const joined = lines.join('').replace(/\s/g, '');
    const decoded = readBase64(joined).toString();
    const isText = new RegExp(pemMarker).test(decoded) || /^\s*\{/.test(decoded);
    return [...lines, joined, ...(isText ? listPrivateParts(decoded) : [])];
}

;// CONCATENATED MODULE: ./build/compiled/inputs/secret-names.js
/*
 * One list for parameters, headers, the query of a URL and the fields of a response: which names say that a value is
 * secret. It knows nothing of where a name comes from.
 */

/** The fewest characters of a value that only its name makes a secret; a shorter mask would hide ordinary words. */
const shortestGuess = 8;
/** Names that end so are secret, however they are written. Without the marks between words. */
const secretEndings = [
    'password',
    'passwd',
    'passphrase',
    'secret',
    'token',
    'apikey',
    'accesskey',
    'privatekey',
    'assertion',
    'credential',
    'cookie',
    'authorization',
    'signature',
    'secretid',
    'codeverifier',
];
/** Names whose last word is one of these are secret; as a mere ending they would take in `barcode` and `monkey`. */
const secretWords = new Set([
    'pass',
    'pwd',
    'key',
    'otp',
    'totp',
    'pin',
    'passcode',
    'sig',
    'code',
    'jwt',
    'auth',
    'session',
]);
/** Names that say nothing by themselves; below a secret name they hold the secret. */
const plainNames = new Set(['value', 'raw', 'data', 'text']);
/**
 * Whether a name says that its value is secret, in any writing: camelCase, snake_case, kebab-case or one word, plural or
 * with a number behind it.
 */
function isSecretName(name) {
    const words = splitWords(name);
    while (/^\d+$/.test(words.at(-1) ?? ''))
        words.pop();
    return [words, makeSingular(words)].some(isSecret);
}
/** The last words of secrets that some servers want although they are empty: only some users have a second factor. */
const emptyWords = new Set(['otp', 'totp', 'pin', 'code', 'passcode']);
/** Whether a name says that its value is secret and cannot be empty. */
function isRequiredSecret(name) {
    const words = makeSingular(splitWords(name).filter((word) => !/^\d+$/.test(word)));
    const isForSomeUsers = emptyWords.has(words.at(-1) ?? '') || words.includes('mfa');
    return isSecretName(name) && !isForSomeUsers;
}
function isSecret(words) {
    const joined = words.join('');
    return (secretWords.has(words.at(-1) ?? '') || secretEndings.some((ending) => joined.endsWith(ending)));
}
/** `clientSecret`, `CLIENT_SECRET`, `client-secret2` and `JWTs` as words in lower case. */
function splitWords(name) {
    const words = name
        .replace(/([A-Z]{2})s(?![a-z])/g, '$1')
        .match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g);
    return (words ?? []).map((word) => word.toLowerCase());
}
function makeSingular(words) {
    const last = words.at(-1) ?? '';
    return [...words.slice(0, -1), last.replace(/(?<=ss)es$|s$/, '')];
}
/**
 * Lists the secrets in a value of JSON, at any depth: what has a secret name, and below such a name what is called
 * value, raw, data or text, or is an item of a list. Numbers are given as text.
 *
 * @param name of the value itself; empty where it has none
 */
function listSecretValues(value, name = '') {
    return listBelow(value, secret_names_findPlace(name, { counts: false, below: false, holds: false }));
}
/** What is known of a field, from its name and from what is above it. */
function secret_names_findPlace(name, above) {
    const isNamed = isSecretName(name);
    const isPlain = above.below && plainNames.has(name.toLowerCase());
    return {
        counts: isNamed || isPlain || above.holds,
        below: isNamed || above.below,
        holds: /(secret|password)s$/i.test(name),
    };
}
function listBelow(value, place) {
    if (typeof value === 'string' || typeof value === 'number' || value instanceof ExactNumber) {
        const text = String(value);
        return place.counts && text.length >= shortestGuess ? [text] : [];
    }
    if (typeof value !== 'object' || value === null)
        return [];
    if (Array.isArray(value)) {
        const item = { ...place, counts: place.below };
        return value.flatMap((one) => listBelow(one, item));
    }
    return Object.entries(value).flatMap(([name, field]) => listBelow(field, secret_names_findPlace(name, place)));
}
/** A copy of a value of JSON without its fields of secret names and all that is below them, at any depth. */
function dropSecretFields(value) {
    if (typeof value !== 'object' || value === null || value instanceof ExactNumber)
        return value;
    if (Array.isArray(value))
        return value.map(dropSecretFields);
    const kept = Object.entries(value).filter(([name]) => !isSecretName(name));
    return Object.fromEntries(kept.map(([name, field]) => [name, dropSecretFields(field)]));
}

;// CONCATENATED MODULE: ./build/compiled/masks/inputs.js







/** How the secrets of an input are found. */
const listers = {
    text: (env, name) => listForms(reader_readInput(env, name)),
    client_secret: listClientSecrets,
    private_key: (env, name) => listPrivateParts(reader_readInput(env, name)),
    certificate: (env, name) => listBesideCertificates(reader_readInput(env, name)),
    parameters: (env, name) => listSecretParameters(reader_readInput(env, name, 'exact')),
    headers: (env, name) => listSecretHeaders(reader_readInput(env, name, 'exact')),
    query: (env, name) => listSecretQuery(reader_readInput(env, name)),
};
/**
 * Lists the secrets of all inputs, in every form in which they are sent.
 *
 * @param env the step's environment
 */
function listInputSecrets(env) {
    return secretInputs
        .filter(([name]) => reader_readInput(env, name) !== '')
        .flatMap(([name, kind]) => listers[kind](env, name));
}
/** A secret as it is, and as a form, a query and JSON write it. */
function listForms(secret) {
    return [secret, encodeForm(secret), encodeQuery(secret), JSON.stringify(secret).slice(1, -1)];
}
function listClientSecrets(env, name) {
    const secret = reader_readInput(env, name);
    const id = reader_readInput(env, 'client-id');
    // A secret that is too short to be masked needs no mask of its Basic value.
    if (secret.length < shortestSecret)
        return [];
    return [...listForms(secret), encodeBasic(id, secret, 'form'), encodeBasic(id, secret, 'raw')];
}
/** A certificate is not a secret. But next to it, or in its place, there may be a key. */
function listBesideCertificates(input) {
    return holdsOnlyCertificates(input) ? [] : listPrivateParts(input);
}
function listSecretParameters(input) {
    return parseParameters(input)
        .pairs.flatMap(([name, value]) => listSecretValues(value, name))
        .flatMap(listForms);
}
/** The values as they are written in the URL, and decoded. A value that is not a URL is reported later. */
function listSecretQuery(input) {
    // In the form that is written, and in the form that is sent.
    return [input, URL.parse(input)?.href ?? ''].flatMap(listQuerySecrets);
}
function listQuerySecrets(url) {
    const [, query = ''] = /\?([^#]*)/.exec(url) ?? [];
    return query.split('&').flatMap((written) => {
        const [[name = '', value = ''] = []] = new URLSearchParams(written);
        const secrets = listSecretValues(value, name);
        if (secrets.length === 0)
            return [];
        return [...secrets.flatMap(listForms), written.slice(written.indexOf('=') + 1)];
    });
}
function listSecretHeaders(input) {
    return parseHeaders(input).pairs.flatMap(([name, value]) => [
        ...listSecretValues(withoutScheme(name, value), name),
        ...listBasicPassword(name, value),
    ]);
}
/** The password in a complete Basic value. The mask of the whole value would not hide the password by itself. */
function listBasicPassword(name, value) {
    const credentials = /^basic\s+(\S+)$/i.exec(value)?.[1];
    if (credentials === undefined || !/authorization$/i.test(name))
        return [];
    const [, password = ''] = /^[^:]*:(.*)$/s.exec(Buffer.from(credentials, 'base64').toString()) ?? [];
    return password.length < shortestSecret ? [] : listForms(password);
}
/** The scheme is not a secret. A mask with the scheme would not match credentials without a scheme. */
function withoutScheme(name, value) {
    return /authorization$/i.test(name) ? value.replace(/^\S+\s+/, '') : value;
}

;// CONCATENATED MODULE: ./build/compiled/masks/proxy.js
const proxyVariables = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'];
/**
 * Lists the passwords of the proxies, as they are written and as they are sent.
 *
 * @param env the step's environment
 */
function listProxySecrets(env) {
    return proxyVariables.flatMap((name) => {
        const value = (env[name] ?? '').trim();
        const proxy = /^[a-z][a-z\d+.-]*:\/\//i.test(value) ? value : `http://${value}`;
        return URL.canParse(proxy) ? listUserInfoSecrets(new URL(proxy)) : [];
    });
}
function listUserInfoSecrets({ username, password }) {
    if (password === '')
        return [];
    const decoded = decodeOr(password);
    return [password, decoded, Buffer.from(`${decodeOr(username)}:${decoded}`).toString('base64')];
}
/** Decodes percent escapes; everything else stays as it is. */
function decodeOr(component) {
    try {
        return decodeURIComponent(component);
    }
    catch {
        return component;
    }
}

;// CONCATENATED MODULE: ./build/compiled/masks/secrets.js






/** Hides secrets that appear during the run: an ID token, a signed JWT, a token from the cache. */
function secrets_hideIn(log) {
    return (secret) => {
        log.mask(secret);
    };
}
/**
 * Hides a secret that a server chose, line by line because the runner masks each line by itself. A short line is not
 * hidden. Otherwise a server could hide words such as `true` in the log, and the runner would drop outputs with them.
 */
function hideFromServer(log) {
    return (secret) => {
        secret
            .split(/[\r\n]+/)
            .filter(isLongEnough)
            .forEach((line) => {
            log.mask(line);
        });
    };
}
/** Whether a mask of this line hides no ordinary word. The runner also masks what is between quotation marks. */
function isLongEnough(line) {
    const bare = line.replace(/^"(.*)"$/, '$1').trim();
    return Array.from(bare).length >= shortestGuess;
}
/**
 * Hides the secrets that a step starts with. Nothing may be printed before, not even an input error.
 *
 * @param env the step's environment; nothing in it is checked yet
 */
function secrets_hideStepSecrets(env, log) {
    listStepSecrets(env).forEach(secrets_hideIn(log));
}
/**
 * Lists the secrets of the inputs and the proxies, each once, and each line of a secret with several lines. Secrets
 * that are too short are left out, because their masks would blank the log.
 */
function listStepSecrets(env) {
    const secrets = [...listInputSecrets(env), ...listProxySecrets(env)].flatMap(withLines);
    const long = [...new Set(secrets)].filter((secret) => secret.length >= shortestSecret);
    return longestFirst(long);
}
/** GitHub's runner hides each line of a mask by itself. Not every engine does that. */
function withLines(secret) {
    const lines = secret.split(/[\r\n]+/);
    return lines.length === 1 ? lines : [secret, ...lines.map((line) => line.trim())];
}
/**
 * Not every engine applies the longest mask first. Then the rest of a secret that contains another one would stay
 * visible.
 */
function longestFirst(secrets) {
    return [...secrets].sort((one, other) => other.length - one.length);
}
/** Hides the client's key as TLS gets it. */
function secrets_hideTlsKey(inputs, log) {
    longestFirst(listTlsSecrets(inputs).flatMap(withLines)).forEach(secrets_hideIn(log));
}
/** The client's key as TLS gets it. It can have another form than the input, and Node has options that print it. */
function listTlsSecrets({ clientKey }) {
    return clientKey === undefined ? [] : listPrivateParts(writePem(clientKey));
}

;// CONCATENATED MODULE: ./build/compiled/exchange/id-tokens.js





/**
 * How long an ID token that was requested for its claims may wait until it is sent, in milliseconds. It is valid for
 * five minutes.
 */
const longestWait = 60_000;
/** The job's ID tokens. A server may accept each ID token only once, so every attempt gets a new one. */
class id_tokens_IdTokens {
    #endpoint;
    #inputs;
    #context;
    /** An ID token that no server has seen. */
    #unused;
    #last;
    constructor(endpoint, inputs, context) {
        this.#endpoint = endpoint;
        this.#inputs = inputs;
        this.#context = context;
    }
    /**
     * @param env the step's environment
     * @returns undefined if the inputs use no ID token
     * @throws {IdTokenError} `no_permission` if the job has no permission to request one
     */
    static open(inputs, env, context) {
        if (inputs.idTokenAs === undefined)
            return undefined;
        const endpoint = findIdTokenEndpoint(env);
        if (endpoint === undefined)
            throw new IdTokenError('no_permission');
        return new id_tokens_IdTokens(endpoint, inputs, context);
    }
    /** The one that was used last; undefined before the first. */
    get last() {
        return this.#last;
    }
    /**
     * Gives an ID token whose claims are needed. A later {@link take} gives the same one to be sent.
     *
     * @throws {StageError} if no ID token comes
     */
    async look() {
        const idToken = await this.#request();
        this.#unused = { idToken, gotAt: this.#context.clock.monotonic() };
        return idToken;
    }
    /**
     * Gives an ID token that is sent once.
     *
     * @throws {StageError} if no ID token comes
     */
    async take() {
        const unused = this.#unused;
        this.#unused = undefined;
        const isFresh = unused !== undefined && this.#context.clock.monotonic() - unused.gotAt < longestWait;
        this.#last = isFresh ? unused.idToken : await this.#request();
        return this.#last;
    }
    async #request() {
        const { url } = this.#endpoint;
        const { idTokenAudience, retryOn } = this.#inputs;
        const hide = hideFromServer(this.#context.log);
        const { result } = await runStage({
            stage: 'id_token',
            inputs: this.#inputs,
            server: url,
            shape: describeIdTokenRequest(url, this.#inputs),
            ask: (attempt) => requestIdToken(this.#endpoint, idTokenAudience, { ...attempt, hide }),
            judge: (error) => judgeIdTokenFailure(error, retryOn),
        }, this.#context);
        return result;
    }
}

;// CONCATENATED MODULE: ./build/compiled/exchange/proof-context.js

/** Makes the context of the proofs from what a stage has. */
function makeProofContext({ clock, log, randomUUID, idTokens }) {
    return {
        now: clock.now,
        randomUUID,
        hide: secrets_hideIn(log),
        readIdToken: () => idTokens?.last?.token ?? '',
    };
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/client-assertion.js



/** How long a JWT is valid, in seconds. It is used at once, and only once. */
const lifetime = 60;
/** Claims that are numbers (RFC 7519 section 2, NumericDate; OpenID Connect Core section 2 for auth_time). */
const numericClaims = ['iat', 'exp', 'nbf', 'auth_time'];
/**
 * Makes a signed JWT that is valid for 60 seconds, with a unique `jti`. Make a new one for each attempt.
 *
 * @returns its compact serialization (RFC 7515 section 3.1)
 * @see RFC 7523 section 3 for the claims; RFC 7518 section 3 and RFC 8037 section 3.1 for the signatures
 */
function signAssertion(assertion, signer, context) {
    const parts = [buildHeader(signer), buildClaims(assertion, context)];
    const data = parts.map((part) => encode(writeExactJson(part))).join('.');
    return `${data}.${encode(signData(Buffer.from(data), signer))}`;
}
function encode(data) {
    return Buffer.from(data).toString('base64url');
}
/** The JOSE header. Undefined fields are left out. */
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
function buildClaims({ issuer, subject, audience, age = 0, claims }, { now, randomUUID }) {
    const seconds = Math.floor(now() / 1000);
    const all = new Map([
        ['iss', issuer],
        ['sub', subject],
        ['aud', audience],
        ['iat', seconds - age],
        ['exp', seconds + lifetime],
        ['jti', randomUUID()],
    ]);
    for (const [name, value] of claims)
        all.set(name, readClaim(name, value));
    return Object.fromEntries(all);
}
function readClaim(name, value) {
    if (value === '')
        return undefined;
    const isNumeric = typeof value === 'string' && /^\d{1,15}$/.test(value);
    return isNumeric && numericClaims.includes(name) ? Number(value) : value;
}
/** Signs with the private key, or makes a MAC with the secret's UTF-8 bytes as the key (RFC 7518 section 3.2). */
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
 * @param certificatePem if it has several, the first one counts
 * @throws if it has none
 * @see RFC 7515 section 4.1.8
 */
function thumbprintOf(certificatePem) {
    const { raw } = new external_node_crypto_.X509Certificate(certificatePem);
    return (0,external_node_crypto_.createHash)('sha256').update(raw).digest('base64url');
}
/** Whether the first certificate of a PEM belongs to a private key. */
function isCertificateOf(certificatePem, key) {
    return new external_node_crypto_.X509Certificate(certificatePem).checkPrivateKey(key);
}

;// CONCATENATED MODULE: ./build/compiled/inputs/client/client-methods.js

/** The inputs that can hold the credential of a client. */
const credentialNames = ['client-secret', 'private-key', 'client-key'];
/** The client authentication methods, by the names registered for them (RFC 7591 section 4.2, RFC 8705). */
const client_methods_methods = {
    client_secret_basic: {
        credential: 'client-secret',
        signsWith: undefined,
        prove: ({ clientId = '', clientSecret = '', clientSecretEncoding }) => clientSecretBasic(clientId, clientSecret, clientSecretEncoding),
    },
    client_secret_post: {
        credential: 'client-secret',
        signsWith: undefined,
        prove: ({ clientId, clientSecret = '' }) => clientSecretPost(clientId, clientSecret),
    },
    client_secret_jwt: {
        credential: 'client-secret',
        signsWith: 'secret',
        prove: ({ clientId, makeJwt }) => clientAssertion(clientId, makeJwt),
    },
    private_key_jwt: {
        credential: 'private-key',
        signsWith: 'key',
        prove: ({ clientId, makeJwt }) => clientAssertion(clientId, makeJwt),
    },
    tls_client_auth: {
        credential: 'client-key',
        signsWith: undefined,
        prove: ({ clientId }) => namedClient(clientId),
    },
    self_signed_tls_client_auth: {
        credential: 'client-key',
        signsWith: undefined,
        prove: ({ clientId }) => namedClient(clientId),
    },
    none: {
        credential: undefined,
        signsWith: undefined,
        prove: ({ clientId }) => namedClient(clientId),
    },
};
const clientMethods = client_methods_methods;
const clientAuthMethods = Object.keys(client_methods_methods);
/** The method that a credential stands for where none is named. */
const impliedMethods = {
    'client-secret': 'client_secret_basic',
    'private-key': 'private_key_jwt',
    'client-key': 'tls_client_auth',
};
/** Whether the client signs a JWT with its secret. */
function signsWithSecret(method) {
    return method !== undefined && clientMethods[method].signsWith === 'secret';
}

;// CONCATENATED MODULE: ./build/compiled/inputs/client/proofs.js



const roles = {
    client_assertion: {
        authenticatesClient: true,
        grantType: undefined,
        prove: (makeJwt, { clientId }) => clientAssertion(clientId, makeJwt),
    },
    assertion: {
        authenticatesClient: false,
        grantType: jwtBearerGrant,
        prove: assertionGrant,
    },
    subject_token: {
        authenticatesClient: false,
        grantType: tokenExchangeGrant,
        prove: subjectTokenGrant,
    },
    bearer: {
        authenticatesClient: false,
        grantType: 'none',
        prove: bearerHeader,
    },
    parameter: {
        authenticatesClient: false,
        grantType: 'none',
        prove: (makeJwt, { parameter = '' }) => proveBy({ [parameter]: makeJwt }),
    },
};
const jwtRoles = roles;
/** What the JWT signed with `private-key` can be. */
const privateKeyRoles = [
    'client_assertion',
    'assertion',
    'bearer',
];
/** What GitHub's ID token can be. */
const idTokenRoles = [
    'client_assertion',
    'assertion',
    'subject_token',
    'bearer',
    'parameter',
];
/** Whether a JWT in this role authenticates the client; false where there is none. */
function authenticatesClient(role) {
    return role !== undefined && jwtRoles[role].authenticatesClient;
}
/** What proves who the client is; nothing where only the grant says it. */
function proveClient(inputs, make) {
    const { clientId, clientAuthMethod } = inputs;
    if (clientAuthMethod === undefined)
        return [clientAssertion(clientId, make.idToken)];
    if (isLoneKeyGrant(inputs))
        return [];
    return [clientMethods[clientAuthMethod].prove({ ...inputs, makeJwt: make.client })];
}
/**
 * Whether the JWT of the grant is all that names the client. Some servers refuse a client id together with it, so that is sent
 * only where the method is written, and never with a JWT in the header.
 */
function isLoneKeyGrant({ privateKeyAs, clientAuthMethod, isMethodWritten }) {
    if (authenticatesClient(privateKeyAs) || clientAuthMethod !== 'none')
        return false;
    return privateKeyAs === 'bearer' || !isMethodWritten;
}
/** The JWTs on which the grant rests; two of them contradict each other. */
function listJwtGrants({ privateKeyAs, idTokenAs, idTokenParameter }) {
    const grants = [];
    if (!authenticatesClient(privateKeyAs)) {
        const { grantType, prove } = jwtRoles[privateKeyAs];
        grants.push({
            source: 'private-key',
            written: `private-key-as: ${privateKeyAs}`,
            grantType,
            prove: (make) => prove(make.grant, {}),
        });
    }
    if (idTokenAs !== undefined && !authenticatesClient(idTokenAs)) {
        const { grantType, prove } = jwtRoles[idTokenAs];
        grants.push({
            source: 'id-token-as',
            written: `id-token-as: ${idTokenAs}`,
            grantType,
            prove: (make) => prove(make.idToken, { parameter: idTokenParameter }),
        });
    }
    return grants;
}

;// CONCATENATED MODULE: ./build/compiled/exchange/proofs.js


/** What the token request proves: who the client is, and that the grant is valid. */
function listProofs(inputs, context) {
    const make = makeJwts(inputs, context);
    return [...proveClient(inputs, make), ...listJwtGrants(inputs).map(({ prove }) => prove(make))];
}
/** What proves who the client is. */
function listClientProofs(inputs, context) {
    return proveClient(inputs, makeJwts(inputs, context));
}
function makeJwts(inputs, context) {
    const { clientId, signingKey } = inputs;
    const client = { issuer: clientId ?? '', subject: clientId ?? '' };
    return {
        client: makeJwt(inputs, context, client),
        grant: inputs.privateKeyAs === 'bearer'
            ? makeJwt(inputs, context, { ...nameBearer(clientId, signingKey), age: bearerAge })
            : makeJwt(inputs, context, nameOwner(clientId, signingKey)),
        idToken: context.readIdToken,
    };
}
/** The `iss` and `sub` of a signed grant: the client, or the owner that the key file names. */
function nameOwner(clientId, signingKey) {
    const owner = signingKey?.owner;
    const issuer = clientId ?? owner?.issuer;
    // Google's key files name no subject. At Google a subject would mean to act as a user.
    const subject = owner === undefined ? clientId : owner.subject && (clientId ?? owner.subject);
    return { issuer, subject };
}
/**
 * How many seconds before now the `iat` of a JWT in the header is. GitHub refuses a JWT from the future, and recommends
 * this because clocks differ.
 *
 * @see
 * https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
 */
const bearerAge = 60;
/** The `iss` of a JWT in the header. It has a `sub` only if a key file names one. */
function nameBearer(clientId, signingKey) {
    const owner = signingKey?.owner;
    return { issuer: clientId ?? owner?.issuer, subject: owner?.subject };
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
    return clientCertificate !== undefined && isCertificateOf(clientCertificate, signingKey.key)
        ? { kind: 'key', key: signingKey, certificateThumbprint: thumbprintOf(clientCertificate) }
        : { kind: 'key', key: signingKey };
}

;// CONCATENATED MODULE: ./build/compiled/masks/response.js



/** How many secrets among the further fields of a response are kept. Each is searched for in each line of the log. */
const mostSecretFields = 100;
/**
 * Masks all secrets of a response. This must come before any other use of the response.
 *
 * @returns the response without a refresh token or an ID token that is too short to be masked, and without its further
 *   secret fields if there are too many to mask
 */
function hideSecrets(response, log) {
    const refreshToken = dropShort(response.refreshToken);
    const idToken = dropShort(response.idToken);
    const fields = listSecretValues(response.others);
    const isTooMuch = fields.length > mostSecretFields;
    maskSecrets({ ...response, refreshToken, idToken }, isTooMuch ? [] : fields, log);
    const others = isTooMuch
        ? dropSecretFields(response.others)
        : response.others;
    return { ...response, refreshToken, idToken, others };
}
/** The access token is not checked here. It is checked where it is read, because no response is accepted without it. */
function dropShort(token) {
    return token !== undefined && token.trim().length >= token_response_shortestToken ? token : undefined;
}
function maskSecrets({ accessToken, refreshToken = '', idToken = '' }, fields, log) {
    // With step debug logging the runner prints outputs. It escapes more in JSON than the output `response` does.
    const escaped = fields.map((secret) => JSON.stringify(secret).slice(1, -1));
    const secrets = [accessToken.token, refreshToken, idToken, ...fields, ...escaped];
    longestFirst(secrets).forEach(hideFromServer(log));
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/acs-api.js








/** The headers that carry the credentials, in lower case. */
const acsHeaders = ['client-id', 'client-secret'];
/**
 * Sends one request to an ACS endpoint.
 *
 * @throws {TransportError} if no complete response came back
 * @throws {TokenError} if the response brings no token, or none with an expiry
 */
async function askAcsEndpoint(request, { send, now, signal, tls }) {
    const sentAt = now();
    const limits = { signal, tls, maxBytes: maxResponseBytes };
    const response = await send(buildAcsRequest(request), limits);
    return refuseShortToken(parseAcsResponse(response, { sentAt, now: now() }), response);
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
 * @throws {TokenError} if it brings no token, or a token without a Zulu time in `expires_at`
 */
function parseAcsResponse(response, context) {
    const members = refuseFailure(response, readObjectBody(response.body), context.now);
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
    // Some servers mean "never" by 9999-12-31T23:59:59.9999999Z, and its fraction is later than the last whole second.
    return new Date(Math.min(expiresAt.getTime(), lastZuluTime));
}
function withoutExpiry(members) {
    return Object.fromEntries(Object.entries(members).filter(([name]) => name !== 'expires_at'));
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
function sayRequesting(inputs, missed) {
    const { endpointType, grantType, scopes } = inputs;
    const grant = endpointType === 'acs_api'
        ? endpointType
        : (grantType?.replace('urn:ietf:params:oauth:grant-type:', '') ?? 'no grant type');
    const scope = scopes.length === 0 ? '' : `, scope: ${scopes.join(' ')}`;
    const before = missed ? 'No usable token in the cache. ' : '';
    return text_text `${before}Requesting a token from ${hostOf(urlOf(inputs))} (${showInput(grant)}${scope}).`;
}
/** A token came from the cache. */
function sayReusing(token, now, inputs) {
    const left = formatDuration((token.expiresIn(now) ?? 0) * 1000);
    const until = token.zuluTimeString() ?? '';
    return text_text `Reusing a token from the cache: ${token.tokenType}, valid for ${left}, until ${until}. No request to ${hostOf(urlOf(inputs))}.`;
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
        return text_text `${got}. ${hostOf(urlOf(inputs))} did not say when it expires.`;
    }
    if (lifetime <= 0)
        return text_text `${got}, which expired at ${until}.`;
    return text_text `${got}, valid for ${formatDuration(lifetime * 1000)}, until ${until}.`;
}
/** Less was granted than requested; a token with less is reused like any other. */
function sayGranted(granted, missing, { useCache }) {
    const said = text_text `Granted scopes: ${granted.join(' ')}. Not granted: ${missing.join(' ')}.`;
    return useCache === 'false'
        ? said
        : text_text `${said} Once the provider grants it, set use-cache: refresh for one run.`;
}
/** The server gave a new refresh token in place of the one that was sent. */
function sayRefreshTokenReplaced() {
    return text_text `Not cached: the refresh token was replaced. Store the output refresh-token before anything else.`;
}
/** A token that came with the access token is so short that the log cannot hide it. */
function sayDropped(name) {
    const [kind, output] = name === 'refreshToken' ? ['refresh token', 'refresh-token'] : ['ID token', 'id-token'];
    return text_text `The ${kind} of the answer has fewer than ${token_response_shortestToken} characters and cannot be hidden in the log. It was dropped, and the output ${output} is empty.`;
}
/** What later steps have now. */
function saySet(envVar) {
    return envVar === undefined
        ? text_text `Set: output token.`
        : text_text `Set: output token, environment variable ${envVar}.`;
}
/** An earlier step had set the variable. */
function sayReplaced(envVar) {
    return text_text `${envVar} was already set. Later steps now see this token.`;
}
/** The environment adds to the certificates that are trusted by themselves, or replaces them. */
function sayTrustChanged(variables) {
    return text_text `${variables.join(', ')} ${variables.length === 1 ? 'is' : 'are'} set and can change which certificates are trusted.`;
}
/** An earlier step tried to switch the verification of certificates off. */
function sayTlsStaysVerified() {
    return text_text `NODE_TLS_REJECT_UNAUTHORIZED is set and ignored: TLS is always verified. For a private CA, set ca-certificate.`;
}

;// CONCATENATED MODULE: ./build/compiled/exchange/request-token.js









/**
 * Requests a token until one attempt succeeds. Masks the secrets of the response before anything else uses it.
 *
 * @param proofs what the request proves: who the client is, and that the grant is valid
 * @throws {StageError} if no attempt brought a token
 */
async function requestToken(inputs, proofs, context) {
    const { retryOn, expiresAtOverride, defaultExpiresIn } = inputs;
    const { ask, shape, spendsGrant } = planRequest(inputs, proofs, context);
    const { result, attempt } = await runStage({
        stage: 'token',
        inputs,
        server: inputs.tokenUrl,
        shape,
        idTokens: context.idTokens,
        ask: async (attempt) => hideResponse(await ask(attempt), context.log),
        judge: (error) => judgeFailure(error, { retryOn, spendsGrant }),
    }, context);
    const { accessToken, issuedAt } = result;
    const statedExpiry = accessToken.expiresAt;
    // The user's own expiry comes before the server's. An assumed lifetime is used only if there is neither.
    const expiresAt = expiresAtOverride ?? statedExpiry ?? addLifetime(issuedAt, defaultExpiresIn);
    const response = { ...result, accessToken: accessToken.withExpiry(expiresAt) };
    return { response, statedExpiry, attempt };
}
/** Masks the secrets of a response, and logs which of its tokens were dropped because they cannot be masked. */
function hideResponse(response, log) {
    const hidden = hideSecrets(response, log);
    for (const name of ['refreshToken', 'idToken']) {
        if (response[name] !== undefined && hidden[name] === undefined)
            log.say(sayDropped(name));
    }
    return hidden;
}
function planRequest(inputs, proofs, { randomUUID }) {
    if (inputs.endpointType === 'acs_api') {
        const { tokenUrl, clientId = '', clientSecret = '', headers } = inputs;
        return {
            ask: (attempt) => askAcsEndpoint({ tokenUrl, clientId, clientSecret, headers }, attempt),
            shape: describeAcsRequest(inputs),
            spendsGrant: false,
        };
    }
    const parameters = [...inputs.grantParameters, ...inputs.parameters];
    const request = { ...inputs, parameters, proofs };
    return {
        ask: (attempt) => askTokenEndpoint(request, { ...attempt, randomUUID }),
        shape: describeRequest(inputs, listSentNames(request)),
        spendsGrant: spendsItsGrant(request),
    };
}

;// CONCATENATED MODULE: ./build/compiled/inputs/client/method-choice.js





/**
 * The method that is named, or that follows from what is given; undefined where GitHub's ID token authenticates the
 * client, and where no method can be chosen, which is then noted.
 */
function chooseMethod(reader, roles) {
    if (authenticatesClient(roles.idTokenAs)) {
        for (const name of ['client-auth-method', ...listOffered(reader, roles)]) {
            if (!reader.isGiven(name))
                continue;
            reader.complain(text_text `${name}: cannot be used with id-token-as: client_assertion, because GitHub's OIDC token authenticates the client`);
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
/** The credentials that are given, but for the certificate: it goes with every method. */
function listOffered(reader, { privateKeyAs }) {
    return credentialNames
        .filter((name) => name !== 'private-key' || authenticatesClient(privateKeyAs))
        .filter((name) => name !== 'client-key' && reader.isGiven(name));
}
/** By what is given. Nothing at all never turns into `none` by itself: an empty secret looks the same. */
function inferMethod(reader, roles) {
    const offered = listOffered(reader, roles);
    const [grant] = listJwtGrants(roles);
    const [first] = offered;
    if (first === undefined) {
        if (grant !== undefined)
            return 'none';
        if (offersClientKey(reader))
            return impliedMethods['client-key'];
        // With an ID token in mind, no secret is missing; what is wrong with these inputs is reported elsewhere.
        if (reader.isGiven('id-token-as') || reader.isGiven('id-token-audience'))
            return undefined;
        reader.missSecret(guessMissing(reader));
        return undefined;
    }
    if (offered.length > 1) {
        reader.complain(text_text `Both ${offered.join(' and ')} are set. Remove one, or choose with client-auth-method`);
    }
    else if (grant !== undefined) {
        reader.complain(text_text `Both ${grant.written} and ${first} are set. Choose with client-auth-method; none does not send ${first}`);
    }
    return impliedMethods[first];
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
    const { credential } = clientMethods[method];
    const offered = listOffered(reader, roles);
    const isOffered = credential === 'client-key'
        ? offersClientKey(reader)
        : credential === undefined || offered.includes(credential);
    if (credential !== undefined && !isOffered) {
        if (credential === 'private-key' && reader.isGiven('private-key')) {
            reader.complain(text_text `client-auth-method: ${method} requires private-key-as: client_assertion`);
        }
        else {
            reader.missSecret(credential);
        }
    }
    for (const name of offered.filter((one) => one !== credential)) {
        reader.complain(text_text `${name}: cannot be used with client-auth-method: ${method}`);
    }
    if (signsWithSecret(method) && !authenticatesClient(roles.privateKeyAs)) {
        reader.complain(text_text `client-auth-method: ${method} cannot be used with private-key-as: ${roles.privateKeyAs}, because assertion-audience and assertion-claims would apply to both JWTs`);
    }
}

;// CONCATENATED MODULE: ./build/compiled/inputs/client/client.js







/**
 * Reads the inputs of the group Who you are, and notes what is wrong with them.
 *
 * @param now epoch, milliseconds
 */
function readClientInputs(reader, now) {
    const privateKeyAs = reader.readChoice('private-key-as', privateKeyRoles);
    const idTokenAs = reader.readOptionalChoice('id-token-as', idTokenRoles);
    const idTokenParameter = readIdTokenParameter(reader, idTokenAs);
    const algorithm = reader.readOptionalChoice('signing-algorithm', [
        ...signingAlgorithms,
        ...macAlgorithms,
    ]);
    const signingKey = readKey(reader, algorithm);
    const client = {
        clientId: readClientId(reader),
        clientSecret: readClientSecret(reader),
        clientAuthMethod: chooseMethod(reader, { privateKeyAs, idTokenAs, idTokenParameter }),
        isMethodWritten: reader.isGiven('client-auth-method'),
        clientSecretEncoding: reader.readChoice('client-secret-encoding', ['form', 'raw']),
        signingKey,
        macAlgorithm: macAlgorithms.find((one) => one === algorithm) ?? 'HS256',
        privateKeyAs,
        assertionAudience: reader.read('assertion-audience'),
        assertionClaims: readClaims(reader),
        ...readTlsCredentials(reader, signingKey, now),
        idTokenAs,
        idTokenParameter,
        idTokenAudience: reader.read('id-token-audience'),
        refreshToken: readSecret(reader, 'refresh-token'),
    };
    checkClientId(reader, client);
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
function readIdTokenParameter(reader, idTokenAs) {
    const name = reader.read('id-token-parameter');
    if (idTokenAs === 'parameter') {
        if (name === undefined) {
            reader.complain(text_text `id-token-parameter: is required with id-token-as: parameter; it is the name of the parameter that has GitHub's OIDC token`);
        }
        return name;
    }
    if (name !== undefined && (idTokenAs !== undefined || !reader.isGiven('id-token-as'))) {
        reader.complain(text_text `id-token-parameter: can only be used with id-token-as: parameter`);
    }
    return undefined;
}
/** A JWT or an ID token can name the client. A secret or a certificate cannot, even where it is sent as well. */
function checkClientId(reader, client) {
    const { clientAuthMethod = 'none', privateKeyAs, idTokenAs } = client;
    const isGrant = !authenticatesClient(privateKeyAs);
    const isSaid = idTokenAs !== undefined || (isGrant && namesIssuer(client));
    if (isSaid && clientAuthMethod === 'none')
        return;
    // An empty variable is no reason to send none: who wants that writes it.
    if (client.isMethodWritten && clientAuthMethod === 'none' && !isGrant)
        return;
    // Nothing is known of the owner of a key that could not be read, which has a problem of its own.
    if (isGrant && reader.isGiven('private-key') && !client.signingKey)
        return;
    if (!reader.isGiven('client-id'))
        reader.miss(sayMissingId(client));
}
function sayMissingId({ privateKeyAs, signingKey }) {
    return authenticatesClient(privateKeyAs) && signingKey?.owner !== undefined
        ? text_text `client-id is required. With a key file from Google or Zitadel it usually is not: set private-key-as: assertion`
        : text_text `client-id is required (a variable or secret that does not exist is empty)`;
}
function namesIssuer({ signingKey, assertionClaims, }) {
    const isClaimed = assertionClaims.some(([name, value]) => name === 'iss' && value !== '');
    return isClaimed || signingKey?.owner !== undefined;
}
/** Notes what is given and would change nothing. */
function checkUse(reader, client) {
    const { clientAuthMethod, idTokenAs, privateKeyAs } = client;
    const hasKey = reader.isGiven('private-key');
    const signs = hasKey || signsWithSecret(clientAuthMethod);
    if (!authenticatesClient(privateKeyAs) && !hasKey)
        reader.missSecret('private-key');
    const byMac = clientAuthMethods.filter(signsWithSecret).join(' or ');
    for (const name of ['assertion-audience', 'assertion-claims', 'signing-algorithm']) {
        if (reader.isGiven(name) && !signs && !reader.missesSecret) {
            reader.complain(text_text `${name}: can only be used with a signed JWT (private-key, or client-auth-method: ${byMac})`);
        }
    }
    if (reader.isGiven('private-key-id') && !hasKey && !reader.missesSecret) {
        reader.complain(text_text `private-key-id: can only be used with private-key`);
    }
    if (!hasKey)
        checkCertificateUse(reader);
    if (reader.isGiven('id-token-audience') && idTokenAs === undefined) {
        reader.complain(text_text `id-token-audience: can only be used with id-token-as`);
    }
    if (signsWithSecret(clientAuthMethod))
        checkMacAlgorithm(reader, client);
}
/** Notes where a certificate has no key. */
function checkCertificateUse(reader) {
    if (!reader.isGiven('client-certificate') || offersClientKey(reader))
        return;
    if (!reader.missesSecret)
        reader.missSecret('client-key');
}
function checkMacAlgorithm(reader, { clientAuthMethod = 'none' }) {
    const algorithm = reader.read('signing-algorithm');
    if (algorithm === undefined || macAlgorithms.some((one) => one === algorithm))
        return;
    reader.complain(text_text `signing-algorithm: ${got(algorithm)}; must be ${macAlgorithms.join(', ')} with client-auth-method: ${clientAuthMethod}`);
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
/** Reads `token-url` or `issuer`. One of them is required. */
function readPlace(reader, allowHttp) {
    const tokenUrl = readTokenUrl(reader, allowHttp);
    const issuer = readIssuer(reader, allowHttp);
    if (reader.isGiven('token-url') && reader.isGiven('issuer')) {
        reader.complain(text_text `Set either issuer or token-url, not both`);
    }
    else if (!reader.isGiven('token-url') && !reader.isGiven('issuer')) {
        reader.miss(text_text `token-url or issuer is required`);
    }
    return { tokenUrl, issuer };
}
function readTokenUrl(reader, allowHttp) {
    const value = reader.read('token-url');
    if (value === undefined)
        return undefined;
    const fault = endpoint_findUrlFault(value, allowHttp, 'https://login.example.com/oauth2/token');
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
    const fault = endpoint_findUrlFault(value, allowHttp, 'https://login.example.com');
    if (fault !== undefined)
        return fault;
    if (value.includes('?'))
        return text_text `must be a URL without a query (?)`;
    if (!value.includes('/.well-known/'))
        return undefined;
    return text_text `must be the issuer itself, the part before /.well-known/`;
}
/** What is wrong with the URL of an endpoint (RFC 6749 section 3.2, RFC 3986 section 3.2.1). */
function endpoint_findUrlFault(value, allowHttp, example) {
    const echo = echoUrl(value);
    if (/\s/.test(value) || !/^[a-z]+:\/\//i.test(value) || !URL.canParse(value)) {
        return text_text `${echo}must be a URL such as ${example}`;
    }
    const url = new URL(value);
    if (url.username !== '' || url.password !== '') {
        return text_text `has a user or password before the host; use client-id and client-secret`;
    }
    if (value.includes('#'))
        return text_text `${echo}must be a URL without a fragment (#)`;
    if (url.protocol === 'https:')
        return undefined;
    if (url.protocol !== 'http:')
        return text_text `${echo}must begin with https://`;
    if (allowHttp || (0,loopback/* isLoopback */.U)(url.hostname))
        return undefined;
    return text_text `${echo}must begin with https:// (or set allow-http: true)`;
}
/** What stands before an @ or behind a ? may be a secret, and all of it where it is no URL, of which no part is shown. */
function echoUrl(value) {
    const isUrl = /^https?:\/\//i.test(value) && URL.canParse(value);
    if (value.includes('@') || (!isUrl && /[?#]/.test(value)))
        return text_text ``;
    return text_text `${got(value.replace(/([?#]).+/s, '$1...'))}; `;
}
function readCaCertificate(reader) {
    const value = reader.read('ca-certificate');
    if (value === undefined)
        return undefined;
    if (holdsPrivateKey(value)) {
        reader.complain(text_text `ca-certificate: has a private key; set it to the certificate of the server's CA only`);
        return undefined;
    }
    try {
        return writeCertificates(readCertificates(value));
    }
    catch (error) {
        if (!(error instanceof CertificateError))
            throw error;
        reader.complain(text_text `ca-certificate: ${explainCertificateFault(error)}`);
        return undefined;
    }
}

;// CONCATENATED MODULE: ./build/compiled/inputs/contradictions.js











/** Notes what only several inputs together can get wrong. */
function checkTogether(reader, inputs) {
    if (inputs.endpointType === 'acs_api') {
        checkAcs(reader, inputs);
        return;
    }
    checkParameterNames(reader, inputs);
    checkProofNames(reader, inputs);
    checkQuery(reader, inputs);
    const ownHeaders = contradictions_listProofs(inputs).flatMap(({ headers }) => headers);
    checkHeaderNames(reader, inputs.headers, ownHeaders);
    if (sendsRawBasic(inputs) && inputs.clientId?.includes(':') === true) {
        reader.complain(text_text `client-secret-encoding: raw cannot send a client-id with a colon; use form, or client-auth-method: client_secret_post`);
    }
    checkTls(reader, inputs);
}
/** Notes the inputs that mean nothing to an ACS endpoint, before anybody looks for a meaning in them. */
function refuseForAcs(reader) {
    for (const name of notForAcs) {
        if (!reader.isGiven(name))
            continue;
        reader.complain(text_text `${name}: cannot be used with endpoint-type: acs_api`);
        reader.ignore(name);
    }
}
function checkAcs(reader, inputs) {
    for (const name of ['client-id', 'client-secret']) {
        if (!isFieldValue(reader.read(name) ?? '')) {
            reader.complain(text_text `${name}: has a character that is not allowed in a header`);
        }
    }
    checkHeaderNames(reader, inputs.headers, acsHeaders);
}
function sendsRawBasic({ clientAuthMethod, clientSecretEncoding }) {
    return clientAuthMethod === 'client_secret_basic' && clientSecretEncoding === 'raw';
}
/**
 * A certificate can only be shown on a TLS connection. A server on this machine stands for one in tests or behind a proxy
 * of the job, and does without it where something else authenticates the client.
 */
function checkTls(reader, inputs) {
    if (!showsCertificate(inputs))
        return;
    const { credential } = clientMethods[inputs.clientAuthMethod ?? 'none'];
    const isCredential = credential === 'client-key' || (credential === undefined && !sendsSecret(inputs));
    const isNeeded = isCredential && inputs.idTokenAs === undefined;
    for (const name of ['token-url', 'issuer', 'revocation-url']) {
        const url = reader.read(name) ?? '';
        const isHere = URL.canParse(url) && (0,loopback/* isLoopback */.U)(new URL(url).hostname);
        if (/^http:/i.test(url) && (isNeeded || !isHere)) {
            reader.complain(text_text `${name}: must be https with client-certificate; a certificate cannot be sent over plain http`);
        }
    }
}
/** Whether the request itself has a credential: a signed JWT, an API key or a password. */
function sendsSecret({ signingKey, parameters, headers }) {
    const pairs = [...parameters, ...headers];
    return (signingKey !== undefined ||
        pairs.some(([name, value]) => listSecretValues(value, name).length > 0));
}
/** The names of what a proof adds do not depend on its JWT. */
const noTokens = { client: () => '', grant: () => '', idToken: () => '' };
/** What the request proves. */
function contradictions_listProofs(inputs) {
    const grants = listJwtGrants(inputs).map(({ prove }) => prove(noTokens));
    return [...proveClient(inputs, noTokens), ...grants];
}
/** The names of the parameters that the request has without the input `parameters`. */
function listOwnNames(inputs) {
    const { grantParameters: parameters } = inputs;
    return new Set(listParameterNames({ ...inputs, parameters, proofs: contradictions_listProofs(inputs) }));
}
/** Notes a parameter that the request has already. */
function checkParameterNames(reader, inputs) {
    const own = listOwnNames(inputs);
    for (const name of new Set(inputs.parameters.map(([name]) => name))) {
        if (own.has(name)) {
            reader.complain(text_text `parameters: ${name} is already sent; use the input ${nameInput(name, inputs)}`);
        }
    }
}
/** Notes two proofs in one place: a header that both need, or a parameter that the request has already. */
function checkProofNames(reader, inputs) {
    const inHeader = [
        ...proveClient(inputs, noTokens).map((proof) => ({
            proof,
            written: `client-auth-method: ${inputs.clientAuthMethod ?? ''}`,
        })),
        ...listJwtGrants(inputs).map(({ prove, written }) => ({ proof: prove(noTokens), written })),
    ].filter(({ proof }) => proof.headers.includes('authorization'));
    const [first, second] = inHeader;
    if (first !== undefined && second !== undefined) {
        reader.complain(text_text `${second.written} cannot be used with ${first.written}, because both need the Authorization header`);
    }
    const name = inputs.idTokenParameter;
    if (name === undefined)
        return;
    const others = listOwnNames({ ...inputs, idTokenAs: undefined });
    if (others.has(name)) {
        reader.complain(text_text `id-token-parameter: ${name} is already sent`);
    }
}
/** The input that a parameter of the request comes from; most have its name. */
function nameInput(parameter, inputs) {
    const ofGrant = listJwtGrants(inputs).find(({ prove }) => prove(noTokens).parameters.includes(parameter));
    if (ofGrant !== undefined)
        return ofGrant.source;
    switch (parameter) {
        case 'scope':
            return 'scopes';
        case 'client_assertion':
        case 'client_assertion_type':
            return 'private-key or id-token-as';
        default:
            return parameter.replaceAll('_', '-');
    }
}
/**
 * Notes what the query of token-url and the request say differently. What they both say is sent in the query alone; two
 * values of one name would be read differently by each server.
 */
function checkQuery(reader, inputs) {
    if (inputs.tokenUrl === undefined)
        return;
    const own = listOwnNames(inputs);
    const sent = listParameters({
        ...inputs,
        parameters: [...inputs.grantParameters, ...inputs.parameters, ...listProofParameters(inputs)],
    });
    for (const name of listContradicted(inputs.tokenUrl, sent)) {
        const input = own.has(name) ? nameInput(name, inputs) : 'parameters';
        reader.complain(text_text `token-url: its query has another value for ${name} than ${input}`);
    }
}
/** What the proofs send. A JWT is another one each time, so that no query can have it. */
function listProofParameters(inputs) {
    const known = {
        client_id: inputs.clientId,
        client_secret: inputs.clientSecret,
        client_assertion_type: clientAssertionType,
    };
    return contradictions_listProofs(inputs).flatMap(({ parameters }) => parameters.map((name) => [name, known[name] ?? null]));
}
/** Headers that belong to the connection, not to the request (RFC 9110 sections 7.6.1, 7.8, 10.1.1, 10.1.4 and 6.6.2). */
const connectionHeader = /^(host|content-length|transfer-encoding|connection|keep-alive|expect|upgrade|te|trailer|http2-settings|proxy-.*)$/i;
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
            reader.complain(text_text `headers: ${name} already has the client's credentials`);
        }
        else if (names.indexOf(name) !== names.lastIndexOf(name)) {
            reader.complain(text_text `headers: ${name} is set more than once`);
        }
    }
}

;// CONCATENATED MODULE: ./build/compiled/inputs/guarded-variables.js
/*
 * The names that env-var refuses: a token in one of them would change how the runner, a shell or a program of a later
 * step works. docs/using-the-token.md has the same list, and a test compares the two.
 */
/** Names by what reads them. `*` stands for any letters, digits and `_`. Case does not matter, as on Windows. */
const guardedVariables = {
    'The runner': ['GITHUB_*', 'RUNNER_*', 'ACTIONS_*', 'INPUT_*', 'STATE_*', 'CI'],
    'Programs of every kind': [
        'PATH',
        '*_OPTIONS',
        '*_OPTS',
        '*FLAGS',
        '*_EDITOR',
        '*_PAGER',
        '*_ASKPASS',
        'EDITOR',
        'VISUAL',
        'PAGER',
        'BROWSER',
    ],
    Loaders: [
        'LD_*',
        'DYLD_*',
        'LIBPATH',
        'SHLIB_PATH',
        'GLIBC_*',
        'MALLOC_*',
        'GCONV_PATH',
        'LOCPATH',
        'NLSPATH',
        'HOSTALIASES',
        'LOCALDOMAIN',
    ],
    Shells: [
        'BASH_*',
        'BASHOPTS',
        'SHELL',
        'SHELLOPTS',
        'ENV',
        'IFS',
        'PROMPT_COMMAND',
        'CDPATH',
        'FPATH',
        'MANPATH',
        'PS0',
        'PS1',
        'PS2',
        'PS3',
        'PS4',
        'ZDOTDIR',
        'HISTFILE',
        'GLOBIGNORE',
        'EXECIGNORE',
        'INPUTRC',
        'FCEDIT',
        'LESSOPEN',
        'LESSCLOSE',
    ],
    'The system': [
        'HOME',
        'PWD',
        'OLDPWD',
        'USER',
        'LOGNAME',
        'TERM',
        'TZ',
        'LANG',
        'LANGUAGE',
        'LC_*',
        'XDG_*',
        'TMPDIR',
        'TMP',
        'TEMP',
    ],
    Windows: [
        'COMSPEC',
        'PATHEXT',
        'SYSTEMROOT',
        'SYSTEMDRIVE',
        'WINDIR',
        'USERPROFILE',
        'USERNAME',
        'HOMEDRIVE',
        'HOMEPATH',
        'APPDATA',
        'LOCALAPPDATA',
        'PROGRAMDATA',
        'PROGRAMFILES',
        'PROGRAMW6432',
        'COMMONPROGRAMFILES',
        'ALLUSERSPROFILE',
        'PSMODULE*',
        '__COMPAT_LAYER',
    ],
    'TLS and proxies': [
        '*_PROXY',
        '*_CA_BUNDLE',
        '*_CA_CERTS',
        '*_CAINFO',
        'SSL_CERT_*',
        'OPENSSL_*',
        'SSLKEYLOGFILE',
    ],
    'Git and SSH': [
        'GIT_SSH',
        'GIT_SSH_COMMAND',
        'GIT_SSH_VARIANT',
        'GIT_SSL_*',
        'GIT_PROXY_COMMAND',
        'GIT_EXEC_PATH',
        'GIT_CONFIG',
        'GIT_CONFIG_*',
        'GIT_DIR',
        'GIT_COMMON_DIR',
        'GIT_WORK_TREE',
        'GIT_INDEX_FILE',
        'GIT_OBJECT_DIRECTORY',
        'GIT_ALTERNATE_OBJECT_DIRECTORIES',
        'GIT_TEMPLATE_DIR',
        'GIT_EXTERNAL_DIFF',
        'GIT_ALLOW_PROTOCOL',
        'GIT_TRACE*',
        'SSH_AUTH_SOCK',
    ],
    'Node.js and npm': ['NODE_*', 'NPM_CONFIG_*', 'YARN_RC_FILENAME', 'YARN_PLUGINS', 'ELECTRON_*'],
    Python: [
        'PYTHON*',
        'PIP_CONFIG_FILE',
        'PIP_INDEX_URL',
        'PIP_EXTRA_INDEX_URL',
        'PIP_TRUSTED_HOST',
        'PIP_FIND_LINKS',
        'PIP_CERT',
        'PIP_TARGET',
        'PIP_CONSTRAINT',
        'PIP_REQUIREMENT',
        'UV_INDEX',
        'UV_INDEX_URL',
        'UV_DEFAULT_INDEX',
        'UV_EXTRA_INDEX_URL',
        'VIRTUAL_ENV',
    ],
    Perl: ['PERL5*', 'PERLLIB', 'PERLIO', 'PERL_MM_OPT', 'PERL_MB_OPT'],
    Ruby: [
        'RUBYOPT',
        'RUBYLIB',
        'RUBYSHELL',
        'RUBYGEMS_*',
        'GEM_HOME',
        'GEM_PATH',
        'BUNDLE_GEMFILE',
        'BUNDLE_CONFIG',
        'BUNDLE_PATH',
    ],
    PHP: ['PHPRC', 'PHP_INI_SCAN_DIR'],
    'Java and .NET': [
        'JAVA_HOME',
        'CLASSPATH',
        'MAVEN_HOME',
        'M2_HOME',
        'MAVEN_ARGS',
        'MAVEN_CONFIG',
        'GRADLE_HOME',
        'GRADLE_USER_HOME',
        'DOTNET_*',
        'CORECLR_*',
        'COR_*',
        'COMPLUS_*',
        'MSBUILD*',
    ],
    Go: [
        'GOROOT',
        'GOPATH',
        'GOBIN',
        'GOENV',
        'GOPROXY',
        'GOSUMDB',
        'GONOSUMDB',
        'GONOSUMCHECK',
        'GONOPROXY',
        'GOPRIVATE',
        'GOINSECURE',
        'GOTOOLCHAIN',
        'GODEBUG',
        'GOAUTH',
        'GOVCS',
        'GOWORK',
    ],
    'Rust and C': [
        'RUSTC',
        'RUSTC_WRAPPER',
        'RUSTC_WORKSPACE_WRAPPER',
        'CARGO_HOME',
        'RUSTUP_HOME',
        'RUSTDOC',
        'RUSTUP_TOOLCHAIN',
        'RUSTUP_DIST_SERVER',
        'CARGO_BUILD_*',
        'CARGO_TARGET_*',
        'CC',
        'CXX',
        'CPP',
        'MAKE',
        'MAKEFILES',
        'GCC_EXEC_PREFIX',
        'COMPILER_PATH',
        'CPATH',
        '*_INCLUDE_PATH',
        'LIBRARY_PATH',
        'PKG_CONFIG_PATH',
        'CMAKE_TOOLCHAIN_FILE',
    ],
    'Other interpreters': [
        'LUA_INIT*',
        'LUA_CPATH*',
        'LUA_PATH*',
        'R_PROFILE*',
        'R_ENVIRON*',
        'R_LIBS*',
        'JULIA_PROJECT',
        'JULIA_LOAD_PATH',
        'AWKPATH',
        'TCLLIBPATH',
        'ERL_*',
        'GHCRTS',
    ],
    'Other programs': [
        'CURL_HOME',
        'WGETRC',
        'GNUPGHOME',
        'RSYNC_RSH',
        'SVN_SSH',
        'CVS_RSH',
        'HGRCPATH',
        'GZIP',
        'XZ_OPT',
        'XZ_DEFAULTS',
        'ZIPOPT',
        'LESS',
        'TERMINFO',
        'NIX_PATH',
        'ANSIBLE_CONFIG',
        'TF_CLI_CONFIG_FILE',
        'TF_CLI_ARGS*',
        'KUBECTL_EXTERNAL_DIFF',
    ],
    Containers: ['DOCKER_HOST', 'DOCKER_CONFIG', 'DOCKER_CONTEXT', 'KUBECONFIG', 'BUILDKIT_HOST'],
};
/** The one name that a pattern covers and that programs read as a token: npm, with what actions/setup-node writes. */
const registryToken = 'NODE_AUTH_TOKEN';
/** Whether a variable of this name changes how the runner, a shell or another program works. */
function isGuardedVariable(name) {
    if (name === registryToken)
        return false;
    const guarded = Object.values(guardedVariables).flat();
    return guarded.some((pattern) => matches(pattern.toUpperCase(), name.toUpperCase()));
}
/** By comparing texts: as many regular expressions as there are names took milliseconds of each step. */
function matches(pattern, name) {
    if (pattern.endsWith('*'))
        return name.startsWith(pattern.slice(0, -1));
    return pattern.startsWith('*') ? name.endsWith(pattern.slice(1)) : name === pattern;
}

;// CONCATENATED MODULE: ./build/compiled/inputs/grant.js




const grantTypeNames = {
    'jwt-bearer': jwtBearerGrant,
    'token-exchange': tokenExchangeGrant,
};
/**
 * Reads the grant type: as it is written, else as another input implies it, else as the query of the URL has it.
 *
 * @returns undefined where none is sent
 */
function readGrantType(reader, client, tokenUrl) {
    const value = reader.read('grant-type');
    if (value === 'none')
        return undefined;
    const written = value !== undefined && Object.hasOwn(grantTypeNames, value) ? grantTypeNames[value] : value;
    const implied = listImpliedGrants(client);
    const [first, second] = implied;
    if (written !== undefined && /\s/.test(written)) {
        reader.complain(text_text `grant-type: ${got(written)}; must be one grant type`);
    }
    if (first !== undefined && second !== undefined) {
        reader.complain(text_text `Both ${first.by} and ${second.by} set the grant. Remove one`);
    }
    else if (first !== undefined && written !== undefined && written !== first.grantType) {
        reader.complain(text_text `grant-type: ${got(written)}, but ${first.by} implies ${first.grantType}`);
    }
    const [, inQuery] = listQueryParameters(tokenUrl ?? '').find(([name]) => name === 'grant_type') ?? [];
    const isNone = listJwtGrants(client).some(({ grantType }) => grantType === 'none');
    return written ?? first?.grantType ?? inQuery ?? (isNone ? undefined : 'client_credentials');
}
/** The grants that other inputs imply. A JWT that implies none is no grant. */
function listImpliedGrants(client) {
    const byJwt = listJwtGrants(client).flatMap(({ written, grantType }) => grantType === undefined || grantType === 'none' ? [] : [{ by: written, grantType }]);
    if (client.refreshToken === undefined)
        return byJwt;
    return [{ by: 'refresh-token', grantType: 'refresh_token' }, ...byJwt];
}
/**
 * Notes where a grant lacks what it rests on.
 *
 * @param parameters that are sent, in the query of the URL, too
 */
function checkGrant(reader, grantType, parameters, client) {
    const [implied] = listImpliedGrants(client);
    const has = (name) => parameters.some(([one]) => one === name);
    if (implied !== undefined)
        return;
    if (grantType === 'refresh_token' && !has('refresh_token')) {
        reader.missSecret('refresh-token');
    }
    else if (grantType === jwtBearerGrant && !has('assertion')) {
        reader.complain(text_text `grant-type: jwt-bearer requires an assertion. Set private-key-as: assertion, id-token-as: assertion, or parameters: assertion=...`);
    }
    else if (grantType === tokenExchangeGrant && !has('subject_token')) {
        reader.complain(text_text `grant-type: token-exchange requires a subject token. Set id-token-as: subject_token, or parameters: subject_token=...`);
    }
}
/** Lists the parameters that a grant needs and that no input gives. */
function listGrantParameters({ refreshToken, idTokenAs }, parameters) {
    if (refreshToken !== undefined)
        return [['refresh_token', refreshToken]];
    const hasType = parameters.some(([name]) => name === 'subject_token_type');
    const hasSubject = idTokenAs === 'subject_token' || parameters.some(([name]) => name === 'subject_token');
    return hasSubject && !hasType ? [['subject_token_type', usualSubjectTokenType]] : [];
}

;// CONCATENATED MODULE: ./build/compiled/inputs/empty-pairs.js


/** Schemes that servers put before a secret in a header. One with nothing behind it is an empty secret. */
const bareScheme = /^(bearer|basic|token|api-?key|key|ssws|geniekey|jwt|dpop)$/i;
/** The parameters that are the grant itself (RFC 6749 section 4.1.3, RFC 8628 section 3.4): here a code cannot be empty. */
const grantCodes = new Map([
    ['authorization_code', 'code'],
    ['urn:ietf:params:oauth:grant-type:device_code', 'device_code'],
]);
/**
 * Finds a secret of the input `parameters` that is empty: a secret that does not exist reads as empty.
 *
 * @returns its name, with those above it in JSON; undefined if there is none
 */
function findEmptyParameter(parameters, grantType) {
    return parameters
        .flatMap(([name, value]) => value === '' && name === grantCodes.get(grantType) ? [name] : listEmptyNames(value, name))
        .at(0);
}
/** Finds a secret of the input `headers` that is empty, or is only the scheme of one. */
function findEmptyHeader(headers) {
    return headers.find(([name, value]) => isRequiredSecret(name) && (value === '' || bareScheme.test(value)))?.[0];
}
/** @param path the name, behind those above it */
function listEmptyNames(value, name, path = name) {
    if (value === '')
        return isRequiredSecret(name) ? [path] : [];
    if (typeof value !== 'object' || value === null || value instanceof ExactNumber)
        return [];
    const isList = Array.isArray(value);
    return Object.entries(value).flatMap(([key, field]) => isList ? listEmptyNames(field, name, path) : listEmptyNames(field, key, `${path}.${key}`));
}

;// CONCATENATED MODULE: ./build/compiled/inputs/request.js







/** Reads the inputs of the group Token request, and notes what is wrong with them. */
function readRequestInputs(reader, { tokenUrl }, client) {
    const requestMethod = reader.readChoice('request-method', requestMethods);
    const bodyFormat = readBodyFormat(reader, requestMethod);
    const grantType = readGrantType(reader, client, tokenUrl);
    const parameters = readParameters(reader, bodyFormat);
    const sent = [...listQueryParameters(tokenUrl ?? ''), ...parameters];
    checkGrant(reader, grantType, sent, client);
    return {
        scopes: request_readScopes(reader),
        grantType,
        audiences: readLines(reader, 'audience'),
        resources: readResources(reader),
        grantParameters: listGrantParameters(client, sent),
        parameters,
        headers: readHeaders(reader, bodyFormat),
        requestMethod,
        bodyFormat,
        responseFields: readResponseFields(reader),
    };
}
/** A GET has no body, so that its parameters are in the query. */
function readBodyFormat(reader, requestMethod) {
    const format = reader.readChoice('body-format', bodyFormats);
    if (requestMethod !== 'GET')
        return format;
    if (reader.isGiven('body-format') && format !== 'query') {
        reader.complain(text_text `body-format: ${got(format)}, but request-method: GET has no body; its parameters are in the query`);
    }
    return 'query';
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
        return text_text `must be separated by spaces, without quotes, brackets or dashes`;
    }
    const withComma = scopes.find((scope) => scope.endsWith(','));
    if (withComma === undefined)
        return undefined;
    return text_text `${got(withComma)} with a comma; must be separated by spaces (for a server that expects commas, use parameters: scope=a,b)`;
}
/** Several values, one per line. */
function readLines(reader, name) {
    const lines = reader.read(name)?.split(/\r?\n/) ?? [];
    return lines.map((line) => line.trim()).filter((line) => line !== '');
}
function readResources(reader) {
    const resources = reader.read('resource')?.split(/\s+/) ?? [];
    for (const resource of resources) {
        if (!URL.canParse(resource) || resource.includes('#')) {
            reader.complain(text_text `resource: ${got(resource)}; must be an absolute URI without a fragment (#)`);
        }
    }
    return resources;
}
/** Notes values that only JSON can have. */
function readParameters(reader, bodyFormat) {
    const parameters = readPairs(reader, 'parameters', parseParameters);
    const empty = findEmptyParameter(parameters, reader.read('grant-type'));
    if (empty !== undefined)
        reader.missSecret('parameters', empty);
    if (bodyFormat === 'json')
        return parameters;
    for (const [name, value] of parameters) {
        if (toTexts(value) !== undefined)
            continue;
        reader.complain(text_text `parameters: ${name} is null, an object or a list of lists, which only body-format: json can send`);
    }
    return parameters;
}
/** Notes a content type that the body does not have. */
function readHeaders(reader, bodyFormat) {
    const headers = readPairs(reader, 'headers', parseHeaders);
    const empty = findEmptyHeader(headers);
    if (empty !== undefined)
        reader.missSecret('headers', empty);
    const types = headers.filter(([name]) => name.toLowerCase() === 'content-type');
    if (bodyFormat === 'form' && types.some(([, value]) => /json/i.test(value))) {
        reader.complain(text_text `headers: Content-Type is JSON; set body-format: json instead`);
    }
    if (bodyFormat === 'multipart' && types.length > 0) {
        reader.complain(text_text `headers: remove Content-Type; body-format: multipart sets it`);
    }
    return headers;
}
function readPairs(reader, name, parse) {
    const { pairs, faults } = parse(reader.readExact(name));
    if (faults.length > 0)
        reader.complain(text_text `${name}: ${joinTexts(faults, ', ')}`);
    return pairs;
}
function readResponseFields(reader) {
    const { fields, faults } = parseResponseFields(reader.read('response-fields') ?? '');
    if (faults.length > 0) {
        reader.complain(text_text `response-fields: ${joinTexts(faults.map(explainFieldFault), ', ')}`);
    }
    return fields;
}
function explainFieldFault({ code, line, name }) {
    switch (code) {
        case 'no_path':
            return text_text `line ${line} is not name=path, such as access_token=data.token`;
        case 'unknown_name':
            return text_text `line ${line} begins with ${showInput(name)}; must be one of: ${fieldNames.join(', ')}`;
        case 'repeated_name':
            return text_text `line ${line} has ${name} again`;
    }
}

;// CONCATENATED MODULE: ./build/compiled/inputs/input-error.js
/** Inputs that cannot be worked with; each problem names its input. */
class input_error_InputError extends Error {
    name = 'InputError';
    code = 'bad_inputs';
    problems;
    /** The secret that is empty and needed, where one is; not among the problems. */
    emptySecret;
    /** Whether the problems are only that required inputs are empty, as they are where secrets are not given. */
    isOnlyMissing;
    constructor(problems, emptySecret, isOnlyMissing = false) {
        super('bad_inputs');
        this.isOnlyMissing = isOnlyMissing;
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
 * @throws {InputError} with everything that is wrong
 */
function inputs_readInputs(env, { debug, now = Date.now() }) {
    const reader = new InputReader(env);
    const inputs = readEach(reader, env, { debug, now });
    checkTogether(reader, inputs);
    refuseLineBreaks(reader);
    const emptySecret = reader.findEmptySecret();
    if (reader.problems.length > 0 || emptySecret !== undefined) {
        throw new input_error_InputError(reader.problems, emptySecret, reader.isOnlyMissing);
    }
    return inputs;
}
/** Notes a line break in an input of one line, if nothing else is wrong with it. */
function refuseLineBreaks(reader) {
    for (const name of singleLineInputs) {
        if (!/[\r\n]/.test(reader.read(name) ?? '') || reader.complainsOf(name))
            continue;
        reader.complain(text_text `${name}: has a line break; must be one line`);
    }
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
        ...readRequestInputs(reader, endpoint, client),
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
        expiresAtOverride: inputs_readExpiry(reader),
        ifNoCredentials: reader.readChoice('if-no-credentials', ['error', 'skip']),
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
        reader.complain(text_text `use-cache: ${got(value)}; must be true, false or refresh`);
    }
    if (revoke && choice !== 'false') {
        reader.complain(text_text `use-cache: cannot be ${value} with revoke: true, because the token is revoked at the end of the job`);
    }
    return choice ?? 'false';
}
/** Reads what the end of the job needs. The state that waits for it is encrypted with the job's own token. */
function readRevocation(reader, env, allowHttp) {
    const revoke = reader.readFlag('revoke');
    const revocationUrl = reader.read('revocation-url');
    if (revocationUrl !== undefined) {
        const fault = endpoint_findUrlFault(revocationUrl, allowHttp, 'https://login.example.com/revoke');
        if (fault !== undefined)
            reader.complain(text_text `revocation-url: ${fault}`);
        if (!revoke)
            reader.complain(text_text `revocation-url: can only be used with revoke: true`);
    }
    if (!revoke)
        return { revoke, revocationUrl };
    if (revocationUrl === undefined && !reader.isGiven('issuer')) {
        reader.complain(text_text `revoke: requires revocation-url, or issuer, whose metadata names the revocation endpoint`);
    }
    if ((env['ACTIONS_RUNTIME_TOKEN'] ?? '') === '') {
        reader.complain(text_text `revoke: requires ACTIONS_RUNTIME_TOKEN, which this runner does not set; the token is encrypted with it until the job ends`);
    }
    return { revoke, revocationUrl };
}
function readLongSeconds(reader, name) {
    return reader.readOptionalNumber(name, { min: 0, max: longest, unit: 'seconds' });
}
function inputs_readExpiry(reader) {
    const value = reader.read('expires-at-override');
    if (value === undefined)
        return undefined;
    const time = parseRfc3339Time(value);
    if (time === undefined) {
        reader.complain(text_text `expires-at-override: ${got(value)}; must be a time such as 2026-01-31T12:00:00Z`);
    }
    return time;
}
function readEnvVar(reader, env) {
    // Unlike other inputs, an empty string is not the same as left out: it exports none.
    const value = env['INPUT_ENV-VAR']?.trim() ?? inputDefaults['env-var'] ?? '';
    if (value === '' || value.toLowerCase() === 'false')
        return undefined;
    if (!/^[A-Za-z_]\w*$/.test(value)) {
        reader.complain(text_text `env-var: ${got(value)}; must be a name of letters, digits and _ that does not begin with a digit`);
    }
    else if (/^(true|yes|no|on|off)$/i.test(value)) {
        reader.complain(text_text `env-var: ${got(value)}; must be the name of a variable, or false`);
    }
    else if (isGuardedVariable(value)) {
        reader.complain(text_text `env-var: ${got(value)}; the runner, a shell or another program uses this variable itself`);
    }
    return value;
}

;// CONCATENATED MODULE: ./build/compiled/inputs/variable-size.js
/** The longest string of a process's environment on Linux, bytes: name, `=` and value (MAX_ARG_STRLEN, less a NUL). */
const longestString = 131_071;
/** The longest value of an environment variable of Windows, characters. */
const longestWindowsValue = 32_767;
/**
 * Whether an environment variable can hold a value. Where one cannot, no later process of the job starts.
 *
 * @see https://man7.org/linux/man-pages/man2/execve.2.html
 * @see https://learn.microsoft.com/windows/win32/procthread/environment-variables
 */
function fitsVariable(name, value, platform) {
    return platform === 'win32'
        ? value.length <= longestWindowsValue
        : Buffer.byteLength(`${name}=${value}`) <= longestString;
}

;// CONCATENATED MODULE: ./build/compiled/inputs/misspelling.js



/**
 * Finds inputs that nobody declared and that are near misses of one. Names that resemble none are left alone. It is never
 * known that a name was meant as an input: any `INPUT_` variable of a job or of a composite action looks like one.
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
        if (isOfUser(name) && reader_readInput(env, 'grant-type') === 'password') {
            return [text_text `${name}: unknown input, set it in parameters: ${name}=...`];
        }
        const meant = guessInput(name);
        return meant === undefined ? [] : [text_text `${name}: unknown input, did you mean ${meant}?`];
    });
}
/** What the grant of a user's password sends (RFC 6749 section 4.3.2). */
function isOfUser(name) {
    return name === 'username' || name === 'password';
}
/** Gives the input that an unknown name probably means: by another word for it, or a few letters apart. */
function guessInput(name) {
    const letters = misspelling_squeeze(name);
    const [, meant] = otherWords.find(([word]) => word === letters) ?? [];
    return meant ?? findNearest(name, inputNames);
}
/** Gives the candidate that a name differs from by few letters; undefined if there is none. */
function findNearest(name, candidates) {
    const letters = misspelling_squeeze(name);
    return candidates
        .map((candidate) => ({ candidate, distance: countEdits(letters, misspelling_squeeze(candidate)) }))
        .filter(({ candidate, distance }) => distance <= (candidate.length < 10 ? 1 : 2))
        .sort((a, b) => a.distance - b.distance)[0]?.candidate;
}
/** `client_id`, `clientId` and `client-id` are one word to a person. */
function misspelling_squeeze(name) {
    return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
/** How many letters must be inserted, removed, replaced or swapped with a neighbor (optimal string alignment). */
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

;// CONCATENATED MODULE: ./build/compiled/log/writings.js
/** The shortest spelling that is searched for, in characters. A shorter one is found in unrelated texts. */
const shortest = 4;
/**
 * Gives the ways to write a secret, each once, the secret itself first: percent-encoded, as a form writes it, in XML or
 * HTML, in JSON, in base64 (also as a part of more), in hex, and quoted for shells and expressions. The runner masks
 * most of them too, but only as a whole, so they are searched for before a text is cut.
 *
 * @see https://github.com/actions/runner/blob/main/src/Sdk/DTLogging/Logging/ValueEncoders.cs
 */
function listWritings(secret) {
    const bytes = Buffer.from(secret);
    const base64 = [0, 1, 2].map((before) => writeBase64Within(bytes, before));
    const hex = bytes.toString('hex');
    const others = [
        ...percentEncode(secret),
        ...escapeMarkup(secret),
        ...escapeJson(secret),
        ...base64,
        ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
        hex,
        hex.toUpperCase(),
        secret.replaceAll('"', '\\"'),
        secret.replaceAll("'", "''"),
        secret.replace(/^"(.+)"$/s, '$1'),
    ];
    return [...new Set([secret, ...others.filter((text) => text.length >= shortest)])];
}
/**
 * As in RFC 3986 section 2.1, and as in a form. Servers differ in which characters they encode, and in upper and lower
 * case.
 */
function percentEncode(secret) {
    const uri = encodeURIComponent(secret.toWellFormed());
    const strict = uri.replace(/[!'()*]/g, (character) => `%${toHex(character, 2).toUpperCase()}`);
    const form = new URLSearchParams([['', secret]]).toString().slice(1);
    return [uri, strict, form].flatMap((text) => [
        text,
        text.replace(/%[\dA-F]{2}/g, (escape) => escape.toLowerCase()),
    ]);
}
function escapeMarkup(secret) {
    const common = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    const quoted = common.replaceAll('"', '&quot;');
    return [
        common,
        quoted,
        ...['&apos;', '&#39;', '&#039;', '&#x27;'].map((quote) => quoted.replaceAll("'", quote)),
        common.replaceAll('"', '&#34;').replaceAll("'", '&#39;'),
    ];
}
/**
 * With the escapes that JSON requires, and those that it allows: all that is not ASCII, a slash, what HTML could
 * misread.
 */
function escapeJson(secret) {
    const needed = JSON.stringify(secret).slice(1, -1);
    const ascii = needed.replace(/[^\x20-\x7e]/g, escapeUnicode);
    const forHtml = needed.replace(/[<>&'+=\u2028\u2029]/g, escapeUnicode);
    return [
        needed,
        ascii,
        needed.replaceAll('/', '\\/'),
        ascii.replaceAll('/', '\\/'),
        forHtml,
        forHtml.replace(/\\u[\da-f]{4}/g, (escape) => `\\u${escape.slice(2).toUpperCase()}`),
        needed.replace(/[<>&]/g, escapeUnicode),
    ];
}
function escapeUnicode(character) {
    return `\\u${toHex(character, 4)}`;
}
function toHex(character, digits) {
    return character.charCodeAt(0).toString(16).padStart(digits, '0');
}
/**
 * The characters that these bytes certainly have in base64 of a longer text, if so many bytes (modulo 3) come before
 * them.
 */
function writeBase64Within(bytes, before) {
    const written = Buffer.concat([Buffer.alloc(before), bytes]);
    const first = Math.ceil((before * 8) / 6);
    const end = Math.floor((written.length * 8) / 6);
    return written.toString('base64').slice(first, end);
}

;// CONCATENATED MODULE: ./build/compiled/log/log.js


/** The log of the step. All that the action prints goes through it, and it hides what a reader must not see. */
class log_Log {
    #runner;
    #masked = new Set();
    /**
     * What is hidden, in every spelling. The longest comes first, so that a secret that contains another one is hidden as
     * a whole.
     */
    #hidden;
    constructor(runner) {
        this.#runner = runner;
    }
    /** Hides a secret from now on, in the runner's log and in texts from outside. Empty secrets are ignored. */
    mask(secret) {
        if (secret === '' || this.#masked.has(secret))
            return;
        this.#masked.add(secret);
        this.#hidden = undefined;
        this.#runner.setSecret(secret);
    }
    /** Prints a line. */
    say(line) {
        this.#runner.info(this.#render(line));
    }
    /** Prints lines in a folded group. */
    group(title, lines) {
        this.#runner.startGroup(this.#render(title));
        for (const line of lines)
            this.say(line);
        this.#runner.endGroup();
    }
    /** Prints a notice, which the run's summary shows too. It says that nothing is wrong. */
    note({ title, message }) {
        this.#runner.notice(this.#render(message), { title: `oauth2-token: ${title}` });
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
        this.#hidden ??= [...new Set([...this.#masked].flatMap(listWritings))].sort((a, b) => b.length - a.length);
        return this.#hidden.reduce((rest, writing) => rest.replaceAll(writing, '***'), text);
    }
}

;// CONCATENATED MODULE: ./build/compiled/retry/deadline.js
/** When all requests of a run to authorization servers must be over. */
class deadline_Deadline {
    #clock;
    #at;
    /** @param seconds from now */
    constructor(clock, seconds) {
        this.#clock = clock;
        this.#at = clock.monotonic() + seconds * 1000;
    }
    /** By the clock's monotonic(), in milliseconds. */
    get at() {
        return this.#at;
    }
    /** Does some work and moves the deadline by the time that the work took. */
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

;// CONCATENATED MODULE: ./build/compiled/cache/keys.js

/**
 * The secrets that an entry can be encrypted with: the byte that stands for each (never change one), and whether a
 * person may have chosen it.
 */
const keys_kinds = {
    'cache-encryption-key': { byte: 1, guessable: true },
    'client-secret': { byte: 2, guessable: true },
    'private-key': { byte: 3, guessable: false },
    'client-key': { byte: 4, guessable: false },
    // A secret in a parameter, a header or the query. There can be several.
    request: { byte: 5, guessable: true },
};
/** The shortest secret that may be used to encrypt, in bytes. */
const shortestCredential = 16;
/** Whether any of the secrets is long enough to encrypt with. */
function canSeal(credentials) {
    return credentials.some(({ bytes }) => bytes.length >= shortestCredential);
}
/** RFC 7914 section 2: 32 MiB and about 66 ms per guess, because anyone who sees a name can test guesses offline. */
const cost = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
const keyLength = 32;
/**
 * Derives the keys of one identity from all credentials together. So a rotated credential, or one that only another
 * environment has, finds nothing. If none of them is a private key, the derivation is slow (see {@link cost}) and runs
 * on the thread pool. A private key needs no slow derivation, because nobody can guess it.
 *
 * @param identity a text that is equal only if the requests are equal
 * @see RFC 7914, RFC 5869
 */
async function deriveKeys(credentials, identity) {
    const material = joinCredentials(credentials);
    const salt = (0,external_node_crypto_.createHash)('sha256').update(identity).digest();
    const guessable = credentials.every(({ label }) => keys_kinds[label].guessable);
    const root = guessable ? await stretch(material, salt) : expand(material, 'root', salt);
    return {
        naming: expand(root, 'name'),
        sealing: expand(root, 'seal'),
        lease: expand(root, 'lease'),
    };
}
/**
 * For each: a byte for its kind, its length, its bytes, in the order of the kinds. Different credentials never give the
 * same bytes.
 */
function joinCredentials(credentials) {
    const parts = credentials
        .toSorted((one, other) => keys_kinds[one.label].byte - keys_kinds[other.label].byte)
        .flatMap(({ label, bytes }) => [writeHeader(keys_kinds[label].byte, bytes.length), bytes]);
    return Buffer.concat(parts);
}
function writeHeader(kind, length) {
    const header = Buffer.alloc(5);
    header.writeUInt8(kind, 0);
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
/** HKDF (RFC 5869), extract and expand. */
function expand(material, purpose, salt = Buffer.alloc(0)) {
    const info = `oauth2-token v2 ${purpose}`;
    return Buffer.from((0,external_node_crypto_.hkdfSync)('sha256', material, salt, info, keyLength));
}
/**
 * Expiries within so many seconds share a name. So of the jobs that got a token in the same five minutes only one can
 * upload.
 */
const slotLength = 300;
/**
 * The part of a name that all entries of one identity share; it says nothing to anyone without the credentials.
 */
function makeNamePrefix({ naming }) {
    return writePrefix(digest(naming, 'id'));
}
/** How long a {@link makeFallbackPrefix} is the same, in milliseconds. */
const fallbackWindow = 300_000;
/**
 * The part that names share for five minutes. It is used if somebody has planted an entry whose name is exactly the
 * usual prefix. A search finds an exact match first, so that entry would hide all others forever.
 *
 * @param now epoch, milliseconds
 */
function makeFallbackPrefix({ naming }, now) {
    return writePrefix(digest(naming, `id|${Math.floor(now / fallbackWindow)}`));
}
function writePrefix(id) {
    return `oauth2-token-v2-${id.subarray(0, 16).toString('hex')}-`;
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
/** Another name for the same entry, used if the first name is taken by an entry that nobody can use. */
function makeNameUnique(name, random) {
    return `${name}-${random.subarray(0, 4).toString('hex')}`;
}
/** Whether a name that a search returned belongs to an entry with this prefix. */
function isEntryName(name, prefix) {
    return name.startsWith(prefix) && /^[0-9a-f]{16}(-[0-9a-f]{8})?$/.test(name.slice(prefix.length));
}
function digest(key, text) {
    return (0,external_node_crypto_.createHmac)('sha256', key).update(text).digest();
}

// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __nccwpck_require__(760);
;// CONCATENATED MODULE: ./build/compiled/cache/save-report.js
/** The words by which the child process reports how saving ended. */
const saveWords = [
    'saved',
    'taken',
    'denied',
    /** No tar was found. */
    'no_tar',
    /** The tar lacks an option that the toolkit needs. */
    'other_tar',
    'tar_failed',
    /** The temporary directory has no room, or cannot be written. */
    'no_room',
    'failed',
];
/**
 * Reads from what the toolkit and tar printed why nothing was saved. `saveCache` returns -1 for all reasons. With
 * version 1 of the service it returns the id of the reservation even if the upload failed.
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
    if (/ENOSPC|EDQUOT|EROFS|no space left/i.test(text))
        return 'no_room';
    if (/executable file: tar\b/.test(text))
        return 'no_tar';
    // The tar of busybox has no --posix, and says so in one of two ways.
    if (/unrecognized option:? '?(--)?posix/.test(text))
        return 'other_tar';
    if (/Failed to save: ".*tar(\.exe)?" failed with error/i.test(text))
        return 'tar_failed';
    return /\(409\)|already.exists/i.test(text) ? 'taken' : 'failed';
}
/**
 * Whether the connection broke while the name was reserved. The toolkit gives up then, although it retries after
 * every other temporary fault. A failure after the reservation cannot be retried under the same name.
 *
 * @param text all that was printed
 * @see https://github.com/actions/toolkit/blob/main/packages/cache/src/internal/shared/cacheTwirpClient.ts
 */
function lostConnection(text) {
    return text.includes('Failed to CreateCacheEntry: Unable to make request: ');
}

;// CONCATENATED MODULE: ./build/compiled/cache/saver.js



/**
 * The variables that the toolkit, tar and a proxy need. No input of the step, and nothing that can request an ID token.
 */
const passedOn = /^(PATH|PATHEXT|PROGRAMFILES|SYSTEMROOT|HOME|GITHUB_SERVER_URL|NODE_EXTRA_CA_CERTS|(https?|no)_proxy|RUNNER_.*|ACTIONS_(?!ID_TOKEN_).*)$/i;
/**
 * Starts the child process. It has its own process group and its own directory, and prints nothing: what the
 * toolkit prints stays in the child.
 */
function startSaver(context) {
    const folder = (0,external_node_fs_.mkdtempSync)((0,external_node_path_.join)(context.temp, 'oauth2-token-'));
    const child = loadSpawn()(process.execPath, [context.script], {
        cwd: folder,
        env: makeEnvironment(context.env, folder),
        stdio: ['pipe', 'pipe', 'ignore'],
        // A group can be killed as a whole, together with tar and zstd. Windows has no groups.
        detached: context.platform !== 'win32',
        windowsHide: true,
    });
    const answer = saver_readAnswer(child);
    const end = async () => {
        await killGroup(child, context, folder);
        // If this fails, the entry is still saved, and the runner empties its temporary directory.
        await external_node_fs_.promises
            .rm(folder, { recursive: true, force: true, maxRetries: 3 })
            .catch(() => undefined);
    };
    return {
        save: async (name, entry, timeout) => {
            child.stdin.end(Buffer.concat([Buffer.from(`${name}\n`), entry]));
            let stopTimer = () => undefined;
            const timedOut = new Promise((resolve) => {
                stopTimer = context.startTimer(timeout, () => {
                    resolve('timeout');
                });
            });
            try {
                return await Promise.race([answer, timedOut]);
            }
            finally {
                stopTimer();
                await end();
            }
        },
        cancel: end,
    };
}
/** Loaded only where a process starts: most steps start none. */
function loadSpawn() {
    return process.getBuiltinModule('node:child_process').spawn;
}
function makeEnvironment(env, folder) {
    const kept = Object.entries(env)
        .filter(([name]) => passedOn.test(name))
        .map(([name, value = '']) => [
        name,
        /^path$/i.test(name) ? keepAbsolute(value) : value,
    ]);
    return {
        ...Object.fromEntries(kept),
        // Windows would look for a bare name in the working directory before PATH.
        NoDefaultCurrentDirectoryInExePath: '1',
        // The toolkit leaves an empty directory behind in the first, and makes paths relative to the second.
        RUNNER_TEMP: folder,
        GITHUB_WORKSPACE: folder,
        // macOS's tar would add fields with extended attributes.
        COPYFILE_DISABLE: '1',
    };
}
/** The toolkit looks up tar and zstd in PATH; a relative folder in it could be one of a repository. */
function keepAbsolute(path) {
    return path
        .split(external_node_path_.delimiter)
        .filter((folder) => (0,external_node_path_.isAbsolute)(folder))
        .join(external_node_path_.delimiter);
}
/** Waits for the word that the child prints at its end. */
function saver_readAnswer(child) {
    return new Promise((resolve) => {
        let said = '';
        child.stdout.setEncoding('utf8').on('data', (text) => {
            said += text;
        });
        child.on('error', () => {
            resolve('failed');
        });
        // A child that has ended reads nothing more. The close event reports its end.
        child.stdin.on('error', () => undefined);
        child.on('close', () => {
            resolve(saveWords.find((word) => word === said.trim()) ?? 'failed');
        });
    });
}
/** Kills the child with all it started, and waits until it is gone. */
async function killGroup(child, { env, platform }, folder) {
    const { pid } = child;
    if (pid === undefined)
        return;
    const gone = child.exitCode !== null || child.signalCode !== null;
    const closed = gone ? undefined : new Promise((resolve) => child.once('close', resolve));
    if (platform !== 'win32')
        signalGroup(pid);
    // The id of a process that is gone may belong to another program by now.
    else if (!gone)
        await taskkill(pid, env, folder);
    // The child ends even without taskkill. A program that still holds the pipe is not waited for.
    child.kill('SIGKILL');
    child.stdout.destroy();
    await closed;
}
/** This also works if the child itself has ended, because what it started may still run. */
function signalGroup(pid) {
    try {
        process.kill(-pid, 'SIGKILL');
    }
    catch {
        // The group is empty.
    }
}
/**
 * Started by its absolute path: for a bare name Windows looks in the current directory first, which is the workspace.
 * It gets nothing of the step's environment, and no inputs.
 *
 * @see https://learn.microsoft.com/windows-server/administration/windows-commands/taskkill
 */
function taskkill(pid, env, folder) {
    const systemRoot = findSystemRoot(env);
    const program = String.raw `${systemRoot}\System32\taskkill.exe`;
    return new Promise((resolve) => {
        const killer = loadSpawn()(program, ['/PID', String(pid), '/T', '/F'], {
            cwd: folder,
            env: { SystemRoot: systemRoot },
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
/** The folder of Windows. */
function findSystemRoot(env) {
    const [, value = ''] = Object.entries(env).find(([name]) => /^systemroot$/i.test(name)) ?? [];
    return external_node_path_.win32.isAbsolute(value) ? value : String.raw `C:\Windows`;
}

;// CONCATENATED MODULE: ./build/compiled/cache/service.js




/** How an archive is compressed; part of the version of an entry. */
const compressions = ['zstd-without-long', 'gzip'];
/** The version of every lease, so that jobs on different runners compete for one name. */
const leaseCompression = 'gzip';
/** The one path that is saved. */
const entryFile = 'token.bin';
/** The service did not do what was requested; nothing of its answer is in here. */
class CacheServiceError extends Error {
    name = 'CacheServiceError';
    code = 'cache_service_failed';
    status;
    constructor(status) {
        super('cache_service_failed');
        this.status = status;
    }
}
/** The most that is read of an archive, in bytes; an entry has at most 192 KiB, and tar adds its blocks. */
const maxArchiveBytes = 256 * 1024;
/** The most that is read of any other answer, in bytes. */
const maxServiceAnswerBytes = 64 * 1024;
/** Whether this run may read and write the cache. An unknown mode permits both, as in the toolkit. */
function readCacheMode(env) {
    const mode = (env['ACTIONS_CACHE_MODE'] ?? '').trim().toLowerCase();
    const known = ['none', 'read', 'write', 'write-only'].includes(mode);
    return {
        readable: !known || mode === 'read' || mode === 'write',
        writable: !known || mode === 'write' || mode === 'write-only',
    };
}
/**
 * Chooses the cache service exactly as the toolkit does, because the toolkit saves.
 *
 * @param env the step's environment
 * @param send sends a request
 * @returns undefined if this runner offers none
 * @see https://github.com/actions/toolkit/blob/main/packages/cache/src/internal/config.ts
 */
function chooseCacheService(env, send) {
    const token = env['ACTIONS_RUNTIME_TOKEN'] ?? '';
    const isV2 = hasVersion2(env);
    const base = readServiceUrl(env);
    if (token === '' || !URL.canParse(base))
        return undefined;
    const wire = { base, token, send };
    return {
        find: (prefix, compression, signal) => isV2 ? findV2(wire, prefix, compression, signal) : findV1(wire, prefix, compression, signal),
        download: (entry, signal) => download(wire, entry, signal),
        reserve: (name, signal) => classify(isV2 ? reserveV2(wire, name, signal) : reserveV1(wire, name, signal)),
    };
}
/** The URL of the service that the toolkit chooses; empty if the runner names none. */
function readServiceUrl(env) {
    const resultsUrl = env['ACTIONS_RESULTS_URL'] ?? '';
    const cacheUrl = env['ACTIONS_CACHE_URL'] ?? '';
    return hasVersion2(env) || cacheUrl === '' ? resultsUrl : cacheUrl;
}
function hasVersion2(env) {
    return !isEnterpriseServer(env) && (env['ACTIONS_CACHE_SERVICE_V2'] ?? '') !== '';
}
/** GitHub Enterprise Server has only version 1 of the service. */
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
    const answer = service_readJson(response);
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
    const answer = service_readJson(await callV2(wire, 'CreateCacheEntry', signal, message));
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
    const answer = service_readJson(response);
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
    return typeof service_readJson(response)['cacheId'] === 'number';
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
    const response = await send(request, { signal, maxBytes: maxServiceAnswerBytes });
    if (!(0,transport_error/* isSuccessStatus */.ar)(response.status))
        throw new CacheServiceError(response.status);
    return response;
}
function service_readJson({ status, body }) {
    const members = readJsonObject(body.toString());
    if (members === undefined)
        throw new CacheServiceError(status);
    return members;
}
function readFound({ status }, name, url) {
    if (typeof name === 'string' && typeof url === 'string')
        return { name, url };
    throw new CacheServiceError(status);
}
/** The URL has its own permission in it, so the bearer token is not sent. Only a URL with a safe transport is used. */
async function download({ base, send }, { url }, signal) {
    if (!isSafe(url, base))
        throw new CacheServiceError(0);
    const response = await send({ method: 'GET', url, headers: { 'user-agent': 'oauth2-token' } }, { signal, maxBytes: maxArchiveBytes });
    if (response.status !== 200)
        throw new CacheServiceError(response.status);
    return response.body;
}
/** https, or this machine, or the origin that the runner named, which has the bearer token already (as with act). */
function isSafe(url, base) {
    if (!URL.canParse(url))
        return false;
    const { protocol, hostname, origin } = new URL(url);
    if (protocol === 'https:')
        return true;
    return protocol === 'http:' && ((0,loopback/* isLoopback */.U)(hostname) || origin === new URL(base).origin);
}

;// CONCATENATED MODULE: ./build/compiled/cache/archive.js


/** The compressions that this version of Node can undo: zstd came with Node 22.15 and 23.8. */
const readableCompressions = compressions.filter((compression) => compression === 'gzip' || process.versions['zstd'] !== undefined);
/** The largest size of a decompressed archive, in bytes. */
const maxOutputLength = 512 * 1024;
/** log2 of the largest window, the default of the zstd program; a larger one would only cost memory. */
const windowLog = 23;
/**
 * Decompresses an archive, to 512 KiB at most.
 *
 * @throws if it is damaged or would become larger
 */
async function decompressArchive(blob, compression) {
    // Loaded only here, because nothing is decompressed if no entry was found.
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
 * @param purpose the additional data: what was encrypted for one purpose cannot be decrypted for another
 * @returns nonce, tag, ciphertext
 */
function seal(plaintext, { key, nonce, purpose, }) {
    const cipher = (0,external_node_crypto_.createCipheriv)(algorithm, key, nonce).setAAD(Buffer.from(purpose));
    const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]);
}
/**
 * Decrypts what {@link seal} encrypted.
 *
 * @returns undefined if it was not encrypted with this key for this purpose, or was damaged since
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
        // The entry is damaged, planted, or somebody else's.
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
/** The largest size of an entry, in bytes. */
const maxEntryBytes = 192 * 1024;
/** A file in a tar archive begins at a multiple of this, in bytes. */
const tarBlock = 512;
/** How many places that look like an entry are tried; each costs a decryption. */
const maxCandidates = 4;
/**
 * Encrypts a token.
 *
 * @param key 32 bytes
 * @param name the full name of the entry
 * @param nonce 12 random bytes, never the same twice
 * @returns undefined if it is too large to be kept
 */
function sealEntry(token, { key, name, nonce }) {
    const body = seal(writeContents(token), { key, nonce, purpose: name });
    const length = Buffer.alloc(lengthBytes);
    length.writeUInt32BE(body.length);
    const entry = Buffer.concat([magic, length, body]);
    return entry.length > maxEntryBytes ? undefined : entry;
}
/**
 * Finds an entry in an archive and opens it. The archive is not trusted until a decryption succeeds. The tar
 * around the entry is not parsed, and no step of the search depends on its bytes.
 *
 * @param archive decompressed, of a bounded size
 * @param key 32 bytes
 * @param name the full name under which the archive was found
 * @returns undefined if there is no entry that this key and this name open
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
    return Buffer.from(writeExactJson(contents));
}
/**
 * Reads what was decrypted. Any job that has the secret can have written it, so it is checked as a response is.
 *
 * @returns undefined if it is not what {@link writeContents} writes of a response
 */
function readContents(bytes) {
    try {
        const contents = parseExactJson(bytes.toString());
        return isContents(contents) ? toCachedToken(contents) : undefined;
    }
    catch {
        // It is not JSON, it is nested too deeply, or its expiry is not a time.
        return undefined;
    }
}
function toCachedToken(contents) {
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
/** How deep the other fields may be nested, levels: as in a response, with the object that holds them. */
const entry_deepest = 101;
/** RFC 6749 appendix A.12 has the characters of a token. */
function isContents(value) {
    if (typeof value !== 'object' || value === null)
        return false;
    const { token, type, scopes, issuedAt, expiresAt, others } = value;
    return (typeof token === 'string' &&
        /^[\x20-\x7e]+$/.test(token) &&
        typeof type === 'string' &&
        (scopes === null ||
            (Array.isArray(scopes) && scopes.every((one) => typeof one === 'string'))) &&
        Number.isSafeInteger(issuedAt) &&
        Number.isSafeInteger(expiresAt) &&
        typeof others === 'object' &&
        others !== null &&
        !(others instanceof ExactNumber) &&
        isNestedWithin(others, entry_deepest));
}

;// CONCATENATED MODULE: ./build/compiled/cache/token-cache.js





/** The longest that finding may take. */
const findLimit = { milliseconds: 5000, over: 'The time for the cache is over.' };
/** The longest that saving may take, in milliseconds. */
const saveTimeout = 10_000;
/** How far ahead the clock of the job that saved may be, in milliseconds. */
const clockSkew = 300_000;
/** The encrypted tokens of one identity in the Actions cache. */
class TokenCache {
    #context;
    /** The prefix of the next entry's name. */
    #prefix;
    /** The names of entries that open but have expired. */
    #seen = new Set();
    /** Whether an entry that nobody can use is found where the next entry should be. */
    #spoiled = false;
    constructor(context) {
        this.#context = context;
        this.#prefix = makeNamePrefix(context.keys);
    }
    /**
     * Looks for a token. A bad entry never causes more than a miss.
     *
     * @param isUsable whether a token that opened lives long enough
     */
    async find(isUsable) {
        const results = await (0,compiled_clock/* limitTime */.DZ)((signal) => this.#lookBehindHidden(signal), findLimit, this.#context);
        return this.#choose(results, isUsable);
    }
    /** Looks a second time, with another prefix, where somebody has planted the usual one. */
    async #lookBehindHidden(signal) {
        const results = await this.#lookForAll(signal);
        if (!results.some(isHidden))
            return results;
        // The prefix changes for all compressions, because it is not known which one the next entry has.
        this.#prefix = makeFallbackPrefix(this.#context.keys, this.#context.now());
        return [...results, ...(await this.#lookForAll(signal))];
    }
    /** The next entry gets another name than the one that was found, because that one must be replaced. */
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
        return Promise.allSettled(readableCompressions.map((compression) => this.#look(compression, signal)));
    }
    /** @throws if the search failed; an entry that was found but cannot be downloaded is `unusable` instead */
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

;// CONCATENATED MODULE: ./build/compiled/reuse/identity.js








const local = { same: 'It says what this job does, and is not sent.' };
const patience = { same: 'It says how long and how often to try the same request.' };
/**
 * Which inputs make two requests the same, so that one may use the token of the other. The code does not compile if an
 * input is missing here. Decide how it changes the token before you add it.
 */
const decisions = {
    tokenUrl: 'another',
    issuer: 'another',
    endpointType: 'another',
    caCertificate: { same: 'It says whom to trust on the way, and is not sent.' },
    allowHttp: { same: 'It permits a URL; another URL is another request by itself.' },
    // Without a client id, a key file says whose token it is.
    clientId: { another: ({ clientId, signingKey }) => clientId ?? signingKey?.owner?.issuer },
    clientSecret: { key: 'client-secret', bytes: ({ clientSecret }) => toBytes(clientSecret) },
    clientAuthMethod: 'another',
    // With a written `none` the client id is also sent where the grant's JWT already names the client.
    isMethodWritten: {
        another: ({ clientAuthMethod, isMethodWritten }) => clientAuthMethod === 'none' && isMethodWritten ? true : undefined,
    },
    clientSecretEncoding: { same: 'It writes the same client id and secret in another way.' },
    signingKey: {
        key: 'private-key',
        bytes: ({ signingKey }) => signingKey && exportKeyMaterial(signingKey.key),
    },
    macAlgorithm: { same: 'It signs the same claims with the same secret.' },
    privateKeyAs: { another: ({ signingKey, privateKeyAs }) => signingKey && privateKeyAs },
    assertionAudience: 'another',
    assertionClaims: { another: ({ assertionClaims }) => sortByName(writeValues(assertionClaims)) },
    clientCertificate: {
        another: ({ clientCertificate }) => clientCertificate && thumbprintOf(clientCertificate),
    },
    clientKey: {
        key: 'client-key',
        bytes: ({ clientKey }) => clientKey && exportKeyMaterial(clientKey),
    },
    idTokenAs: 'another',
    idTokenParameter: 'another',
    idTokenAudience: { saidBy: ['idTokenClaims'] },
    refreshToken: 'once',
    // The order of scopes, audiences and resources means nothing, nor does that of parameters and headers with different
    // names.
    scopes: { another: ({ scopes }) => sortUnique(scopes) },
    grantType: 'another',
    audiences: { another: ({ audiences }) => sortUnique(audiences) },
    resources: { another: ({ resources }) => sortUnique(resources) },
    grantParameters: { saidBy: ['refreshToken', 'idTokenAs', 'parameters'] },
    parameters: { another: ({ parameters }) => sortByName(writeValues(parameters)) },
    headers: {
        another: ({ headers }) => sortByName(headers.map(([name, value]) => [name.toLowerCase(), value])),
    },
    requestMethod: 'another',
    bodyFormat: 'another',
    // It is not sent, but an entry has the token that was read with it.
    responseFields: { another: ({ responseFields }) => sortByName(Object.entries(responseFields)) },
    timeout: patience,
    totalTimeout: patience,
    retryMaxAttempts: patience,
    retryTimeSlot: patience,
    retryMaxWait: patience,
    retryOn: patience,
    useCache: local,
    minValidity: { same: 'It says which of the tokens that may be shared is used.' },
    cacheEncryptionKey: {
        key: 'cache-encryption-key',
        bytes: ({ cacheEncryptionKey }) => toBytes(cacheEncryptionKey),
    },
    cacheWait: local,
    // These two are not sent, but an entry has the expiry that was read with them.
    defaultExpiresIn: 'another',
    expiresAtOverride: { another: ({ expiresAtOverride }) => expiresAtOverride?.toISOString() },
    ifNoCredentials: local,
    envVar: local,
    revoke: { same: 'A token that ends with the job is never cached.' },
    revocationUrl: { same: 'A token that ends with the job is never cached.' },
    verbose: local,
};
const identity_rows = Object.entries(decisions);
/** Lists what two requests must have in common so that one may use the token of the other, each in one form. */
function identify(inputs, { repository, idToken }) {
    const fields = identity_rows.flatMap(([name, decision]) => {
        if (decision === 'another')
            return [[name, inputs[name]]];
        return typeof decision === 'object' && 'another' in decision
            ? [[name, decision.another(inputs)]]
            : [];
    });
    const idTokenClaims = idToken === undefined ? [] : bindClaims(idToken.claims);
    return { ...Object.fromEntries(fields), repository, idTokenClaims };
}
/** Raised if the meaning of an identity or the form of an entry changes. Old entries are not found from then on. */
const formatVersion = 2;
/** Writes an identity as canonical JSON: equal identities give equal text, and different ones different text. */
function writeIdentity(identity) {
    const fields = Object.entries({ ...identity, formatVersion });
    return JSON.stringify(Object.fromEntries(sortByName(fields)));
}
/** Every secret that is given. So a rotated secret, or one that only another environment has, is a miss. */
function listCredentials(inputs) {
    const own = identity_rows.flatMap(([, decision]) => {
        if (typeof decision !== 'object' || !('key' in decision))
            return [];
        const bytes = decision.bytes(inputs);
        return bytes === undefined ? [] : [{ label: decision.key, bytes }];
    });
    return [...own, ...listRequestSecrets(inputs)];
}
/**
 * The secrets that the request carries under other names: an API key among the parameters, in a header or in the query.
 * Short ones are left out. They are in the identity like every parameter, but they are not a key to encrypt with.
 */
function listRequestSecrets({ tokenUrl = '', parameters, headers }) {
    const inPairs = [...listQueryParameters(tokenUrl), ...parameters].flatMap(([name, value]) => listSecretValues(value, name));
    const inHeaders = headers.flatMap(([name, value]) => listSecretValues(value, name).length === 0 ? [] : [readCredentials(name, value)]);
    return [...new Set([...inPairs, ...inHeaders])]
        .sort()
        .map((secret) => ({ label: 'request', bytes: Buffer.from(secret) }))
        .filter((secret) => canSeal([secret]));
}
/** What is secret in a header: the part after the scheme, and in Basic only the password. */
function readCredentials(name, value) {
    if (!/authorization$/i.test(name))
        return value;
    const credentials = value.replace(/^\S+\s+/, '');
    if (!/^basic\s/i.test(value))
        return credentials;
    return Buffer.from(credentials, 'base64')
        .toString()
        .replace(/^[^:]*:?/s, '');
}
/** Whether the request carries a grant that works only once, so that the next request could not be the same. */
function worksOnce(inputs) {
    const isGiven = identity_rows.some(([name, decision]) => decision === 'once' && inputs[name] !== undefined);
    const inQuery = listQueryParameters(inputs.tokenUrl ?? '');
    const sent = [...inQuery, ...inputs.grantParameters, ...inputs.parameters];
    return isGiven || hasSingleUseParameter(sent);
}
function toBytes(secret) {
    return secret === undefined ? undefined : Buffer.from(secret);
}
/** Each value as JSON, with the digits of its numbers. */
function writeValues(parameters) {
    return parameters.map(([name, value]) => [name, writeExactJson(value)]);
}
function sortUnique(values) {
    return [...new Set(values)].sort();
}
/** The sort is stable, because the order of the values of one name is part of the request. */
function sortByName(pairs) {
    return pairs.toSorted(([one], [other]) => (one < other ? -1 : Number(one > other)));
}

;// CONCATENATED MODULE: ./build/compiled/cache/election.js

/** The longest that an election may take. */
const electionLimit = { milliseconds: 5000, over: 'The time for the election is over.' };
/**
 * Elects one of the jobs that start together. Each job reserves the names one after the other. A job that gets all
 * names leads, and a job that finds a name taken follows. One job always gets the last name, so there is always a
 * leader. If the leader dies, the others wait only as long as their inputs say.
 *
 * @param names as `listLeaseNames` gives them
 */
async function elect(names, { service, startTimer }) {
    const reserveAll = async (signal) => {
        for (const name of names) {
            const reservation = await service.reserve(name, signal);
            if (reservation === 'taken')
                return 'follows';
            if (reservation !== 'reserved')
                return reservation;
        }
        return 'leads';
    };
    return (0,compiled_clock/* limitTime */.DZ)(reserveAll, electionLimit, { startTimer });
}
/** The first wait in milliseconds: the shortest time in which a leader can request and save a token. */
const firstWait = 2000;
/** The factor by which each wait is longer than the one before. So even a long wait has few look-ups. */
const growth = 1.5;
/**
 * Looks again and again for the leader's token. The waits between grow and differ from job to job. The last look is
 * when the wait is over.
 *
 * @param look gives undefined if nothing is there yet, or where that is not known
 * @returns undefined if nothing came
 */
async function follow(look, { wait, monotonic, sleep, random }) {
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
/**
 * A random time from half to one and a half of the planned wait. If hardly any time would be left after it, all that is
 * left.
 */
function chooseWait(turn, left, draw) {
    const wait = firstWait * growth ** turn * (0.5 + draw);
    return left - wait < firstWait / 2 ? left : wait;
}

;// CONCATENATED MODULE: ./build/compiled/cache/lease.js

/** How long the name of a lease is the same, in milliseconds. */
const leaseWindow = 60_000;
/**
 * The names that a job must reserve, in this order, to lead: the name of the window before this one, then the name of
 * this one. So jobs before and after a boundary, or with clocks that differ by less than a window, have a name in
 * common. The service can keep an old reservation for a day, but it blocks jobs for two windows at most.
 *
 * They say nothing to anyone without the credentials, and no entry's name begins as they do.
 *
 * @param now epoch, milliseconds
 */
function listLeaseNames({ lease }, now) {
    const window = Math.floor(now / leaseWindow);
    return [window - 1, window].map((each) => {
        const id = (0,external_node_crypto_.createHmac)('sha256', lease).update(String(each)).digest();
        return `oauth2-lease-v2-${id.subarray(0, 16).toString('hex')}`;
    });
}

;// CONCATENATED MODULE: ./build/compiled/wording/cache.js



/** The cache is not used, in a line and without an annotation. */
function sayCacheNotUsed(obstacle) {
    switch (obstacle) {
        case 'short_secret':
            return text_text `Cache not used: client-secret is shorter than 16 bytes and too short to encrypt with. Optional: set cache-encryption-key (openssl rand -base64 32 makes one).`;
        case 'short_key':
            return text_text `Cache not used: client-secret and cache-encryption-key are both shorter than 16 bytes and too short to encrypt with. Set a longer cache-encryption-key (openssl rand -base64 32 makes one).`;
        case 'short_key_alone':
            return text_text `Cache not used: cache-encryption-key is shorter than 16 bytes and too short to encrypt with. Set a longer one (openssl rand -base64 32 makes one).`;
        case 'no_secret':
            return text_text `Cache not used: there is no secret to encrypt with. Optional: set cache-encryption-key (openssl rand -base64 32 makes one).`;
        case 'id_token_alone':
            return text_text `Not cached: a job that has only an OIDC token has no key to encrypt with. Optional: set cache-encryption-key.`;
        case 'no_key':
            return text_text `Cache not used: this machine could not derive the encryption key (scrypt failed).`;
        case 'no_service':
            return text_text `Cache not used: this runner has no cache service.`;
        case 'no_repository':
            return text_text `Cache not used: neither GITHUB_REPOSITORY_ID nor GITHUB_REPOSITORY is set, so the repository is not known.`;
        case 'mode':
            return text_text `Cache not used: ACTIONS_CACHE_MODE does not allow this job to read or write the cache.`;
        case 'single_use':
            return text_text `Cache not used: this grant works only once (refresh token, code, ...).`;
        case 'timeout':
            return text_text `Cache not used: the cache service did not answer within 5 s.`;
        case 'failed':
            return text_text `Cache not used: the cache service gave an unexpected answer.`;
    }
}
/** The token is not put into the cache, in a line and without an annotation. */
function sayNotCached(reason, inputs) {
    const { minValidity } = inputs;
    switch (reason) {
        case 'no_expiry':
            return text_text `Not cached: ${hostOf(urlOf(inputs))} did not say when the token expires. Set default-expires-in to cache it.`;
        case 'short_life':
            return minValidity === undefined
                ? text_text `Not cached: the token has expired, or is about to.`
                : text_text `Not cached: the token is not valid for longer than min-validity (${minValidity} s).`;
        case 'denied':
            return text_text `Not cached: this run can read the cache but not write to it.`;
        case 'taken':
            return text_text `Not cached: another job saved a token at the same time. Later jobs reuse that one.`;
        case 'no_tar':
            return text_text `Not cached: this machine has no tar, which is required to save. Install it before this step.`;
        case 'other_tar':
            return text_text `Not cached: the tar of this machine has no option --posix. In Alpine, install GNU tar: apk add tar.`;
        case 'tar_failed':
            return text_text `Not cached: tar could not create the archive.`;
        case 'no_room':
            return text_text `Not cached: no file could be written to RUNNER_TEMP. The directory must exist, be writable and have free space.`;
        case 'failed':
            return text_text `Not cached: the cache service rejected the upload.`;
        case 'timeout':
            return text_text `Not cached: the cache service did not accept the upload within 10 s.`;
        case 'too_large':
            return text_text `Not cached: the token is too large (over 192 KiB when encrypted).`;
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
function saySaved() {
    return text_text `Saved in the cache, encrypted, for other jobs and later runs.`;
}
/** What the election among the jobs that missed together gave. */
function describeElection(role, took) {
    return text_text `election: ${role}, after ${formatDuration(took)}`;
}
/** Another job asks, and this one waits for its token. */
function sayFollowing(cacheWait) {
    return text_text `Another job is requesting this token. Waiting up to ${formatDuration(cacheWait * 1000)} for it (cache-wait).`;
}
/** The wait had an end: the token is there. */
function sayTaken() {
    return text_text `Using the token that another job requested.`;
}
/** The wait is over, and no token came. */
function sayWaitedInVain(cacheWait) {
    return text_text `No token arrived within ${formatDuration(cacheWait * 1000)} (cache-wait).`;
}
/** The jobs could not agree on one of them, so this one asks. */
function sayNotFollowing(why) {
    return why === 'limited'
        ? text_text `Not waiting for another job (cache-wait): the cache service accepts no more reservations for now.`
        : text_text `Not waiting for another job (cache-wait): the cache service made no reservation.`;
}

;// CONCATENATED MODULE: ./build/compiled/reuse/wait.js



/**
 * After a miss, the jobs that found nothing at the same time elect one of them. Waits for its token unless it is this
 * job.
 *
 * @param look looks into the cache again; gives undefined if there is no token, or if the cache does not answer
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

;// CONCATENATED MODULE: ./build/compiled/reuse/reuse.js












/** For how many seconds a cached token must still be valid, unless min-validity says otherwise. */
const usualValidity = 300;
/** The cache as one run of the action uses it. It looks for a token, and saves a token that had to be requested. */
class Reuse {
    #inputs;
    #context;
    #cache;
    #lease;
    #saver;
    /** Whether the cache answered that it has nothing. False if it did not answer, and after a wait in vain. */
    #missed = false;
    /** Whether a temporary directory could be made. */
    #hasRoom = true;
    /** Whether a token that is requested now must be saved. */
    #keeps = false;
    constructor(inputs, context, cache, lease) {
        this.#inputs = inputs;
        this.#context = context;
        this.#cache = cache;
        this.#lease = lease;
    }
    /**
     * Prepares the cache.
     *
     * @returns undefined if it cannot be used, which the log explains, or must not be used
     * @throws {StageError} if the job's ID token is needed and does not come
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
        const identity = writeIdentity(identify(inputs, { repository, idToken }));
        const keys = await deriveKeys(credentials, identity).catch(() => undefined);
        if (keys === undefined) {
            log.say(sayCacheNotUsed('no_key'));
            return undefined;
        }
        const { now, startTimer } = clock;
        const cache = new TokenCache({
            keys,
            service,
            now,
            startTimer,
            randomBytes,
            hide: hideFromServer(log),
        });
        return new Reuse(inputs, context, cache, { keys, service });
    }
    get missed() {
        return this.#missed;
    }
    /** Looks for a token that is valid for long enough, and masks its secrets. */
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
    /** Waits only if this job may write, because otherwise it could not lead. */
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
        const finding = await this.#cache.find((token) => canBeHidden(token) && this.#fitsVariable(token) && this.#livesLongEnough(token));
        if (finding.code === 'hit')
            hideSecrets(toResponse(finding.token), log);
        if (this.#inputs.verbose) {
            log.group(sayCacheTitle(), [describeLookUp(finding.code, clock.monotonic() - startedAt)]);
        }
        return finding;
    }
    /** Starts the child process that saves. It loads while the token is requested. */
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
            // There is no directory. keep() reports it.
            this.#hasRoom = false;
        }
    }
    /** Saves a token for other jobs and logs whether that worked. A failure here does not fail the step. */
    async keep(response) {
        if (!this.#keeps)
            return;
        const reason = await this.#tryToKeep(response);
        const { log } = this.#context;
        log.say(reason === undefined ? saySaved() : sayNotCached(reason, this.#inputs));
    }
    /** Ends the child process if there is no token to save. */
    async cancel() {
        await this.#saver?.cancel();
        this.#saver = undefined;
    }
    async #tryToKeep(response) {
        const { accessToken, scopes, others, issuedAt } = response;
        const kept = dropSecretFields(others);
        const token = { accessToken, scopes, others: kept, issuedAt };
        const reason = this.#findReason(response, token);
        if (reason !== undefined || this.#saver === undefined) {
            await this.cancel();
            if (reason !== undefined)
                return reason;
            if (!readCacheMode(this.#context.env).writable)
                return 'denied';
            return this.#hasRoom ? 'failed' : 'no_room';
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
    /** Why a token is not useful to other jobs; undefined if it is. */
    #findReason(response, token) {
        if (response.accessToken.expiresAt === undefined)
            return 'no_expiry';
        return this.#livesLongEnough(token) ? undefined : 'short_life';
    }
    /** A token that another job saved may be too long for this job's variable. Later steps could then not start. */
    #fitsVariable({ accessToken }) {
        const { envVar } = this.#inputs;
        return envVar === undefined || fitsVariable(envVar, accessToken.token, this.#context.platform);
    }
    #livesLongEnough({ accessToken, issuedAt }) {
        const expiresAt = accessToken.expiresAt?.getTime() ?? 0;
        const half = (expiresAt - issuedAt) / 2000;
        const needed = this.#inputs.minValidity ?? Math.min(usualValidity, half);
        return expiresAt - this.#context.clock.now() > needed * 1000;
    }
}
/** Why nothing can be cached, other than a missing service; undefined if everything is there. */
function findObstacle(inputs, facts) {
    if (worksOnce(inputs))
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
    return inputs.idTokenAs === undefined ? 'no_secret' : 'id_token_alone';
}
/** The repository's id, because another repository can take the name later. The name if there is no id. */
function readRepository(env) {
    const names = [env['GITHUB_REPOSITORY_ID'], env['GITHUB_REPOSITORY']];
    return names.find((name) => name !== undefined && name !== '') ?? '';
}
/** A job that has the secret could have saved a token that it made up. */
function canBeHidden({ accessToken }) {
    return accessToken.token.trim().length >= token_response_shortestToken;
}
function toResponse(token) {
    return { ...token, refreshToken: undefined, idToken: undefined };
}

;// CONCATENATED MODULE: ./build/compiled/wording/inputs.js


/** Everything that is wrong with the inputs, in one annotation. */
function explainInputs({ problems, emptySecret }) {
    // The empty secret comes last, because what it says is a paragraph.
    const sorted = problems.toSorted((one, other) => (render(one) < render(other) ? -1 : 1));
    const all = emptySecret === undefined ? sorted : [...sorted, sayEmptySecret(emptySecret)];
    const list = joinTexts(all.map(endSentence), ' ');
    return {
        title: 'inputs',
        message: all.length === 1 ? list : text_text `${countInputs(all)}: ${list}`,
    };
}
function endSentence(problem) {
    return /[.?!]$/.test(render(problem)) ? problem : text_text `${problem}.`;
}
/**
 * Some inputs are not those of this action, and may have been meant as one.
 *
 * @param unknown what each may have meant, one or more
 */
function warnUnknownInputs(unknown) {
    return {
        title: 'unknown input',
        message: text_text `${joinTexts(unknown, '; ')} It was not used. If it is a variable of the job or of a composite action (INPUT_...), ignore this warning.`,
    };
}
/** Adds to an error which inputs are not those of this action: one of them may be the reason. */
function mentionUnknownInputs({ title, message }, unknown) {
    if (unknown.length === 0)
        return { title, message };
    return { title, message: text_text `${message} (${joinTexts(unknown, '; ')})` };
}
/** Several problems may be of one input. */
function countInputs(problems) {
    const names = new Set(problems.map((problem) => render(problem).split(/[: ]/)[0]));
    return names.size === 1
        ? text_text `1 input needs attention`
        : text_text `${names.size} inputs need attention`;
}
/** For comparison alone: nothing is hidden in it. A problem begins with the name of its input. */
function render(problem) {
    return renderText(problem, (all) => all);
}
function sayEmptySecret({ name, cause }) {
    switch (cause) {
        case 'fork':
            return text_text `${name} is empty. This run is for a pull request from a fork, and GitHub does not give secrets to such runs. Set if-no-credentials: skip, or add \`if: github.event_name != 'pull_request' || github.event.pull_request.head.repo.full_name == github.repository\` to the job.`;
        case 'dependabot':
            return text_text `${name} is empty. Dependabot started this run, and such runs get only Dependabot's own secrets. Add the secret there (Settings > Secrets and variables > Dependabot), set if-no-credentials: skip, or add \`if: github.actor != 'dependabot[bot]'\` to the job.`;
        case 'unset':
            return text_text `${name} is empty. A secret that does not exist is empty, so check its name. A secret of an environment requires \`environment:\` on the job, a reusable workflow requires \`secrets: inherit\`, and a secret of an organization must be shared with this repository.`;
    }
}
/** The job has no credentials, and the step was to end without a token then. */
function noteNoCredentials(error) {
    const why = error instanceof IdTokenError || error.emptySecret === undefined
        ? text_text `this job has no permission to request GitHub's OIDC token`
        : sayWhyEmpty(error.emptySecret);
    return {
        title: 'no credentials',
        message: text_text `No token: ${why}. The step ended without a token (if-no-credentials: skip). Its outputs are empty.`,
    };
}
function sayWhyEmpty({ name, cause }) {
    switch (cause) {
        case 'fork':
            return text_text `${name} is empty, because this run is for a pull request from a fork`;
        case 'dependabot':
            return text_text `${name} is empty, because Dependabot started this run and sees only its own secrets`;
        case 'unset':
            return text_text `${name} is empty (a secret that does not exist is empty)`;
    }
}

;// CONCATENATED MODULE: ./build/compiled/wording/outputs.js

/** There is nowhere to put a token. */
function explainNoRunner(variable) {
    return {
        title: 'not in a workflow',
        message: text_text `${variable} is not set. This action runs as a step of a GitHub Actions workflow. To try settings without a workflow, use npm run demo.`,
    };
}
/** The environment variable cannot hold the token. */
function explainTooLong({ envVar, platform }) {
    const limit = platform === 'win32' ? '32,767 characters on Windows' : '131,071 bytes with its name';
    return {
        title: 'token too long',
        message: text_text `The token is too long for the environment variable ${envVar} (limit: ${limit}). With it, no later step could start. Set env-var: false and use the output token.`,
    };
}
/** Why a file cannot be written, by the code of node:fs. */
const fileFaults = {
    ENOSPC: 'the disk is full',
    EDQUOT: 'the disk quota is used up',
    EACCES: 'this user is not allowed to write to it',
    EPERM: 'this user is not allowed to write to it',
    EROFS: 'the disk is read-only',
    ENOENT: 'the file does not exist',
    EISDIR: 'it is a directory',
    EIO: 'the disk failed',
};
/** A file of the runner cannot be written. */
function explainCommandFile({ variable, reason }) {
    const fault = fileFaults[reason];
    const why = fault === undefined ? reason : `${fault} (${reason})`;
    return {
        title: 'runner file not writable',
        message: text_text `The file in ${variable} could not be written: ${why}. Later steps got no token. If the server issued one, it stays valid until it expires or is revoked. A refresh token that it replaced is lost.`,
    };
}

;// CONCATENATED MODULE: ./build/compiled/wording/revocation.js






/** The token is void now. */
function revocation_sayRevoked(host) {
    return text_text `Revoked the token at ${host}.`;
}
/** There was nothing left to revoke. */
function revocation_sayExpiredAlready(expiresAt) {
    return text `Not revoked: the token expired at ${formatZuluTime(expiresAt)}.`;
}
/** The token outlives the job although it should not. */
function revocation_warnNotRevoked(error, host, expiresAt) {
    const until = expiresAt === undefined ? 'until it expires' : `until ${zulu_time_formatZuluTime(expiresAt)}`;
    return {
        title: 'token not revoked',
        message: text_text `${host} did not revoke the token (${describeReason(error)}). It stays valid ${until}.`,
    };
}
function describeReason(error) {
    if (error instanceof input_error_InputError)
        return joinTexts(error.problems, '; ');
    if (!(error instanceof StageError))
        return text_text `${describeUnknown(error)}`;
    const { stage, gaveUp, facts } = error;
    const what = describeFailure(gaveUp.failure, { stage, ...facts });
    return stage === 'id_token' ? text_text `no OIDC token from GitHub: ${what}` : what;
}
/** What the step left behind for the end of the job cannot be used. */
function revocation_warnStateUnreadable() {
    return {
        title: 'token not revoked',
        message: text `The token was not revoked, because the state that the step saved for the end of the job cannot be read. It stays valid until it expires.`,
    };
}
/** The end of the job cannot get what it needs to revoke the token. */
function explainStateTooLong() {
    return {
        title: 'token too long',
        message: text_text `revoke: true is not possible: the token and the data for its revocation are too long to be saved until the end of the job. The step ended without a token. Remove revoke, or request a shorter token.`,
    };
}
/** The token must be revoked, and nothing says where. */
function explainNoRevocation(issuer = '') {
    return {
        title: 'no revocation endpoint',
        message: text_text `revoke: true is not possible: the metadata of ${new URL(issuer).host} has no revocation endpoint. Set revocation-url, or remove revoke. No token was requested.`,
    };
}

;// CONCATENATED MODULE: ./build/compiled/wording/failures.js

















/** The one annotation of a step that failed. */
function explainFailure(error) {
    if (error instanceof StageError)
        return explainStage(error);
    if (error instanceof input_error_InputError)
        return explainInputs(error);
    if (error instanceof IdTokenError)
        return explainIdTokenError(error);
    if (error instanceof errors/* NoRevocationEndpointError */.LY)
        return explainNoRevocation(error.issuer);
    if (error instanceof errors/* NoRunnerError */.ed)
        return explainNoRunner(error.variable);
    if (error instanceof errors/* TokenTooLongError */.uY)
        return explainTooLong(error);
    if (error instanceof errors/* StateTooLongError */.ei)
        return explainStateTooLong();
    if (error instanceof errors/* CommandFileError */.m$)
        return explainCommandFile(error);
    return {
        title: 'unexpected error',
        message: text_text `${describeUnknown(error)}. This is a bug in oauth2-token. Report it in the issue tracker of oauth2-token.`,
    };
}
function explainStage({ stage, gaveUp, facts }) {
    const view = { stage, ...facts };
    const { failure, code } = gaveUp;
    if (code === 'retry_after_too_long')
        return explainLongWait(failure, view);
    const { title, message, fix } = explainLastAttempt(failure, view);
    // This one says everything already.
    if (title === dpopTitle)
        return { title, message };
    const ended = text_text `${message} ${sayWhyNotAgain(gaveUp, view)}`;
    return { title, message: fix === undefined ? ended : text_text `${ended} ${fix}` };
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

;// CONCATENATED MODULE: ./build/compiled/action/no-credentials.js




/**
 * Whether a step failed only because its job has no credentials, and `if-no-credentials: skip` says to end it green
 * then. Forks and Dependabot get neither secrets nor ID tokens, so that client-id and token-url may be empty too.
 *
 * @param env the step's environment
 */
function isSkipped(error, env) {
    if (reader_readInput(env, 'if-no-credentials') !== 'skip')
        return false;
    if (error instanceof IdTokenError)
        return error.code === 'no_permission';
    if (!(error instanceof input_error_InputError) || !error.isOnlyMissing)
        return false;
    const wantsIdToken = reader_readInput(env, 'id-token-as') !== '';
    return (error.emptySecret !== undefined || (wantsIdToken && findIdTokenEndpoint(env) === undefined));
}

// EXTERNAL MODULE: ./build/compiled/action/command-files.js
var command_files = __nccwpck_require__(325);
;// CONCATENATED MODULE: ./build/compiled/action/outputs.js





/** The outputs of action.yml, in its order. */
const outputNames = [
    'token',
    'token-type',
    'expires-at',
    'expires-in',
    'scope',
    'cache-hit',
    'refresh-token',
    'id-token',
    'response',
];
/**
 * Gives the token to later steps: the outputs, and the environment variable. All of them or none.
 *
 * @throws {TokenTooLongError} if the variable cannot hold it
 * @throws {CommandFileError} if a file of the runner cannot be written
 */
function handOver(handover, { runner, log, env, platform, files, envVar }) {
    const { token } = handover.response.accessToken;
    if (envVar !== undefined && !fitsVariable(envVar, token, platform)) {
        throw new errors/* TokenTooLongError */.uY(envVar, platform);
    }
    const outputs = Object.entries(listOutputs(handover));
    (0,command_files/* writeAll */.f)(['GITHUB_OUTPUT', 'GITHUB_ENV'], env, files, () => {
        for (const [name, value] of outputs)
            runner.setOutput(name, value);
        if (envVar !== undefined) {
            if ((env[envVar] ?? '') !== '' && env[envVar] !== token)
                log.say(sayReplaced(envVar));
            runner.exportVariable(envVar, token);
        }
    });
}
/** Lists all outputs; what is not known is an empty string. */
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
        response: writeExactJson(others),
    };
}
/**
 * A line break in a value from a server could inject a command into a later step that pastes the value into a script.
 */
function keepToOneLine(outside) {
    return outside.replace(/\p{Cc}+/gu, ' ');
}

;// CONCATENATED MODULE: ./build/compiled/action/revocation-state.js





/** The name under which the runner keeps the state between the step and the end of the job. */
const revocation_state_stateName = 'revocation';
const purpose = 'oauth2-token v2 state';
const saltBytes = 16;
const revocation_state_keyLength = 32;
/** The largest state that is read, in bytes. A state that does not come from a step could have any size. */
const longestState = (/* unused pure expression or super */ null && (4 * 1024 * 1024));
/** The inputs that are not needed to revoke a token. */
const notNeeded = new Set(['cache-encryption-key', 'env-var', 'use-cache']);
/** Lists the inputs of a step that its state keeps, as they are written. */
function listKeptInputs(env) {
    const given = inputNames
        .filter((name) => !notNeeded.has(name))
        .map((name) => [name, reader_readInput(env, name, 'exact')])
        .filter(([, value]) => value.trim() !== '');
    return Object.fromEntries(given);
}
/** The environment of a step with these inputs and no others. */
function revocation_state_writeInputVariables(inputs) {
    return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]));
}
/**
 * Encrypts the state, because the runner keeps it in a file that other steps can read.
 *
 * @param secret ACTIONS_RUNTIME_TOKEN, which the runner gives only to actions, the same in both processes
 * @returns base64 of salt and encrypted JSON
 */
function sealState(state, secret, randomBytes) {
    const salt = randomBytes(saltBytes);
    const { deflateRawSync } = loadZlib();
    const sealed = seal(deflateRawSync(JSON.stringify(state)), {
        key: deriveKey(secret, salt),
        nonce: randomBytes(nonceBytes),
        purpose,
    });
    return Buffer.concat([salt, sealed]).toString('base64');
}
/**
 * Decrypts what {@link sealState} made.
 *
 * @returns undefined if it was made with another secret, is damaged, or is not a state; an empty secret opens nothing,
 *   because everybody has it
 */
function revocation_state_openState(text, secret) {
    if (secret === '')
        return undefined;
    const bytes = Buffer.from(text, 'base64');
    const salt = bytes.subarray(0, saltBytes);
    const opened = unseal(bytes.subarray(saltBytes), { key: deriveKey(secret, salt), purpose });
    if (opened === undefined)
        return undefined;
    try {
        const { inflateRawSync } = loadZlib();
        const state = JSON.parse(inflateRawSync(opened, { maxOutputLength: longestState }).toString());
        return isState(state) ? state : undefined;
    }
    catch {
        return undefined;
    }
}
/** Every action of the job has the secret, so the contents are checked even if decryption succeeds. */
function isState(value) {
    if (typeof value !== 'object' || value === null)
        return false;
    const { token, revocationUrl, tokenUrl, expiresAt, inputs } = value;
    return (typeof token === 'string' &&
        /^[\x20-\x7e]+$/.test(token) &&
        token.trim().length >= shortestToken &&
        [revocationUrl, tokenUrl].every((url) => typeof url === 'string' && URL.canParse(url)) &&
        (expiresAt === undefined || isTime(expiresAt)) &&
        typeof inputs === 'object' &&
        inputs !== null &&
        Object.values(inputs).every((input) => typeof input === 'string'));
}
function isTime(value) {
    return typeof value === 'number' && !Number.isNaN(new Date(value).getTime());
}
/** RFC 5869. The secret is long and random, so that no slow derivation is needed. */
function deriveKey(secret, salt) {
    return Buffer.from((0,external_node_crypto_.hkdfSync)('sha256', secret, salt, purpose, revocation_state_keyLength));
}
/** Loaded only for `revoke`, because loading takes a millisecond. */
function loadZlib() {
    return process.getBuiltinModule('node:zlib');
}

;// CONCATENATED MODULE: ./build/compiled/oauth2/revocation.js







/**
 * Sends one request to a revocation endpoint to end an access token. Any success means that the token is void, or never
 * was a token of this server. By the RFC the body has no meaning, but some servers report errors with a 200.
 *
 * @throws {TransportError} if no complete response came back
 * @throws {TokenError} if the server refused
 * @see RFC 7009 section 2
 */
async function revoke(request, { send, now, signal, tls }) {
    const httpRequest = await buildRevocationRequest(request);
    const response = await send(httpRequest, { signal, tls, maxBytes: maxResponseBytes });
    const members = readObjectBody(response.body);
    if (!(0,transport_error/* isSuccessStatus */.ar)(response.status) || members?.['error'] !== undefined)
        refuseFailure(response, members, now());
}
/** Writes the request as HTTP: a form, even where the token was requested in JSON (RFC 7009 section 2.1). */
async function buildRevocationRequest(request) {
    const parts = {
        headers: joinHeaders([
            ...defaultHeaders,
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

;// CONCATENATED MODULE: ./build/compiled/action/trust.js

/** The variables that make Node trust other certificates than its own. */
const trustVariables = [
    'NODE_EXTRA_CA_CERTS',
    'NODE_USE_SYSTEM_CA',
    'SSL_CERT_FILE',
    'SSL_CERT_DIR',
];
/** The options of Node that do the same. Node takes `_` for `-` in them. */
const trustOption = /(^|\s|")--use[-_](system|openssl)[-_]ca\b/;
/**
 * Lists what an earlier step, or the runner, has set to change which certificates TLS trusts.
 *
 * @param env of this process: it is what Node goes by
 */
function trust_tellTrust(env, log) {
    if (env['NODE_TLS_REJECT_UNAUTHORIZED'] !== undefined)
        log.say(sayTlsStaysVerified());
    const changing = trustVariables.filter((name) => (env[name] ?? '') !== '');
    if (trustOption.test(env['NODE_OPTIONS'] ?? ''))
        changing.push('NODE_OPTIONS');
    if (changing.length > 0)
        log.say(sayTrustChanged(changing));
}

;// CONCATENATED MODULE: ./build/compiled/action/revoke-token.js


















/**
 * Revokes the token that a step of this job got. It uses only what that step has saved. A failure is only a warning,
 * because the job has done its work.
 */
async function revokeToken(surroundings) {
    const { runner, env } = surroundings;
    const log = new Log(runner);
    const state = openState(env[`STATE_${stateName}`] ?? '', env['ACTIONS_RUNTIME_TOKEN'] ?? '');
    const kept = state === undefined ? env : { ...withoutInputs(env), ...writeInputVariables(state.inputs) };
    hideStepSecrets(kept, log);
    if (state === undefined) {
        // The variable may come from something else than this step.
        if (readInput(env, 'revoke').toLowerCase() === 'true')
            log.warn(warnStateUnreadable());
        return;
    }
    hideIn(log)(state.token);
    tellTrust(env, log);
    await endToken(state, { ...surroundings, env: kept }, log);
}
/** The inputs at the end of the job can be those of another step, for example in a composite action. */
function withoutInputs(env) {
    return Object.fromEntries(Object.entries(env).filter(([name]) => !/^INPUT_/i.test(name)));
}
/** @param surroundings whose environment has the inputs that the step has kept, and no others */
async function endToken(state, surroundings, log) {
    const { runner, env, clock } = surroundings;
    const expiresAt = state.expiresAt === undefined ? undefined : new Date(state.expiresAt);
    const { host } = new URL(state.revocationUrl);
    if (expiresAt !== undefined && expiresAt.getTime() <= clock.now()) {
        log.say(sayExpiredAlready(expiresAt));
        return;
    }
    try {
        const inputs = readInputs(env, { debug: runner.isDebug(), now: clock.now() });
        checkUrls(state, inputs);
        hideTlsKey(inputs, log);
        const context = { ...surroundings, log, deadline: new Deadline(clock, inputs.totalTimeout) };
        const idTokens = openIdTokens(inputs, env, context);
        await requestRevocation(state, inputs, { ...context, idTokens });
        log.say(sayRevoked(host));
    }
    catch (error) {
        log.warn(warnNotRevoked(error, host, expiresAt));
    }
}
/**
 * A state is encrypted with a secret that every action of the job has, so its URLs are checked as inputs are.
 *
 * @throws {InputError}
 */
function checkUrls({ revocationUrl, tokenUrl }, { allowHttp }) {
    const faults = [revocationUrl, tokenUrl].map((url) => findUrlFault(url, allowHttp, 'https://login.example.com'));
    const problems = faults.flatMap((fault) => fault === undefined ? [] : [text `revocation-url: ${fault}`]);
    if (problems.length > 0)
        throw new InputError(problems, undefined);
}
/**
 * Revokes at once a token that cannot be kept until the end of the job, and says how that went.
 *
 * @param expiresAt epoch, milliseconds; undefined if the server did not say
 */
async function revokeAtOnce(state, inputs, context) {
    const { host } = new URL(state.revocationUrl);
    try {
        await requestRevocation(state, inputs, context);
        context.log.say(revocation_sayRevoked(host));
    }
    catch (error) {
        const expiresAt = state.expiresAt === undefined ? undefined : new Date(state.expiresAt);
        context.log.warn(revocation_warnNotRevoked(error, host, expiresAt));
    }
}
/** Where an ID token is the grant, it is not needed to revoke the token: it does not authenticate the client. */
function openIdTokens(inputs, env, context) {
    return inputs.idTokenAs === 'client_assertion' ? IdTokens.open(inputs, env, context) : undefined;
}
/** Uses the same client authentication, and the same limits on time and attempts, as the token request. */
async function requestRevocation({ token, revocationUrl, tokenUrl }, inputs, context) {
    const located = { ...inputs, tokenUrl };
    const proofs = listClientProofs(located, makeProofContext(context));
    const names = proofs.flatMap(({ parameters }) => parameters);
    const request = { revocationUrl, token, proofs, headers: inputs.headers };
    await runStage({
        stage: 'revocation',
        inputs: located,
        server: revocationUrl,
        shape: describeRevocation(located, revocationUrl, ['token', 'token_type_hint', ...names]),
        idTokens: context.idTokens,
        ask: (attempt) => revoke(request, attempt),
        judge: (error) => judgeFailure(error, { retryOn: inputs.retryOn, spendsGrant: false }),
    }, context);
}

;// CONCATENATED MODULE: ./build/compiled/action/run.js























/** Gets a token, from the cache or from its server, and hands it to later steps; if it cannot, one error says why. */
async function run(surroundings) {
    const { env, clock } = surroundings;
    const log = new log_Log(surroundings.runner);
    const step = { ...surroundings, log };
    let reuse;
    try {
        const inputs = readStep(step);
        const deadline = new deadline_Deadline(clock, inputs.totalTimeout);
        const idTokens = id_tokens_IdTokens.open(inputs, env, { ...step, deadline });
        const context = { ...step, deadline, idTokens };
        reuse = await Reuse.open(inputs, context);
        const cached = await deadline.exclude(async () => reuse?.find());
        if (cached !== undefined) {
            log.say(sayReusing(cached.accessToken, clock.now(), inputs));
            tellMissingScopes(cached, inputs, log);
            giveToLaterSteps(cached, inputs, step, { cacheHit: true });
        }
        else {
            log.say(sayRequesting(inputs, reuse?.missed ?? false));
            const located = await findEndpoints(inputs, context);
            const proofs = listProofs(located, makeProofContext(context));
            const obtained = await requestToken(located, proofs, context);
            tellToken(obtained, located, step);
            // This comes before anything has the token, so that it is revoked at the end of the job whatever happens next.
            if (inputs.revoke)
                await keepForRevocation(obtained, located, context);
            giveToLaterSteps(obtained.response, inputs, step, { cacheHit: false });
            await reuse?.keep(obtained.response);
        }
        log.say(saySet(inputs.envVar));
    }
    catch (error) {
        if (isSkipped(error, env)) {
            skip(error, step);
            return;
        }
        log.fail(mentionUnknownInputs(explainFailure(error), findMisspelledInputs(env)));
        await reuse?.cancel();
    }
}
/** Ends the step green and without a token; red if the empty outputs cannot be written. */
function skip(error, { runner, env, files, log, succeed }) {
    try {
        (0,command_files/* writeAll */.f)(['GITHUB_OUTPUT'], env, files, () => {
            for (const name of outputNames)
                runner.setOutput(name, '');
        });
    }
    catch (failure) {
        log.fail(explainFailure(failure));
        return;
    }
    // A misspelled input can be the reason that a credential is empty.
    log.note(mentionUnknownInputs(noteNoCredentials(error), findMisspelledInputs(env)));
    succeed();
}
/** Reads the inputs after all secrets in them are masked, because an error can show a part of an input. */
function readStep({ runner, env, files, clock, log }) {
    // This comes before the masks, because a mask would print the secret if there is no runner.
    requireRunner(env, files);
    secrets_hideStepSecrets(env, log);
    const unknown = findMisspelledInputs(env);
    if (unknown.length > 0)
        log.warn(warnUnknownInputs(unknown));
    trust_tellTrust(env, log);
    const inputs = inputs_readInputs(env, { debug: runner.isDebug(), now: clock.now() });
    secrets_hideTlsKey(inputs, log);
    return inputs;
}
/**
 * Without the runner's files, @actions/core would print the token as a command. They are checked first, because a token
 * that later steps cannot get must not be requested.
 *
 * @throws {NoRunnerError}
 * @throws {CommandFileError}
 */
function requireRunner(env, files) {
    const needed = ['GITHUB_OUTPUT', 'GITHUB_ENV'];
    const missing = needed.find((variable) => (env[variable] ?? '') === '');
    if (missing !== undefined)
        throw new errors/* NoRunnerError */.ed(missing);
    (0,command_files/* writeAll */.f)(needed, env, files, () => undefined);
}
/** Logs what the server gave, and warns about what the author of the workflow did not expect. */
function tellToken({ response, attempt }, inputs, { clock, log }) {
    const { accessToken, refreshToken } = response;
    log.say(sayGot(accessToken, attempt, accessToken.expiresIn(clock.now()), inputs));
    tellMissingScopes(response, inputs, log);
    const parameters = [...inputs.grantParameters, ...inputs.parameters];
    const [, sent] = parameters.find(([name]) => name === 'refresh_token') ?? [];
    const isReplaced = refreshToken !== undefined && refreshToken !== sent;
    if (sent !== undefined && isReplaced)
        log.say(sayRefreshTokenReplaced());
}
/**
 * Warns about scopes that were not granted. Later steps may need them, and the cache will give the same token again.
 */
function tellMissingScopes(response, inputs, log) {
    const missing = listMissingScopes(response, inputs);
    if (missing.length > 0)
        log.say(sayGranted(response.scopes ?? [], missing, inputs));
}
/**
 * Saves what the end of the job needs. An expiry that the user set or that is assumed does not end the token. A token
 * whose state cannot be saved is revoked at once.
 *
 * @throws {StateTooLongError} if the runner could not hand it on
 * @throws {CommandFileError} if it cannot be written
 */
async function keepForRevocation({ response, statedExpiry }, located, context) {
    const { runner, env, files, platform, randomBytes } = context;
    const { tokenUrl, revocationUrl = '' } = located;
    const expiresAt = statedExpiry?.getTime();
    const token = { token: response.accessToken.token, revocationUrl, tokenUrl, expiresAt };
    const state = { ...token, inputs: listKeptInputs(env) };
    const sealed = sealState(state, env['ACTIONS_RUNTIME_TOKEN'] ?? '', randomBytes);
    try {
        if (!fitsVariable(`STATE_${revocation_state_stateName}`, sealed, platform))
            throw new errors/* StateTooLongError */.ei();
        const variables = (env['GITHUB_STATE'] ?? '') === '' ? [] : ['GITHUB_STATE'];
        (0,command_files/* writeAll */.f)(variables, env, files, () => {
            runner.saveState(revocation_state_stateName, sealed);
        });
    }
    catch (error) {
        await revokeAtOnce(token, located, context);
        throw error;
    }
}
/** Sets the outputs. From here on the step is green. */
function giveToLaterSteps(response, { scopes, envVar }, step, { cacheHit }) {
    const now = step.clock.now();
    handOver({ response, scopes: response.scopes ?? scopes, cacheHit, now }, { ...step, envVar });
    step.succeed();
}


/***/ }),

/***/ 496:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  y: () => (/* binding */ realSurroundings)
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
function command_issueCommand(command, properties, message) {
    const cmd = new Command(command, properties, message);
    process.stdout.write(cmd.toString() + external_os_namespaceObject.EOL);
}
function command_issue(name, message = '') {
    command_issueCommand(name, {}, message);
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




function file_command_issueFileCommand(command, message) {
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
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/oidc-utils.js
var __awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};



class oidc_utils_OidcClient {
    static createHttpClient(allowRetry = true, maxRetry = 10) {
        const requestOptions = {
            allowRetries: allowRetry,
            maxRetries: maxRetry
        };
        return new HttpClient('actions/oidc-client', [new BearerCredentialHandler(oidc_utils_OidcClient.getRequestToken())], requestOptions);
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
        return __awaiter(this, void 0, void 0, function* () {
            var _a;
            const httpclient = oidc_utils_OidcClient.createHttpClient();
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
        return __awaiter(this, void 0, void 0, function* () {
            try {
                // New ID Token is requested from action service
                let id_token_url = oidc_utils_OidcClient.getIDTokenUrl();
                if (audience) {
                    const encodedAudience = encodeURIComponent(audience);
                    id_token_url = `${id_token_url}&audience=${encodedAudience}`;
                }
                debug(`ID token url is ${id_token_url}`);
                const id_token = yield oidc_utils_OidcClient.getCall(id_token_url);
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
const markdownSummary = (/* unused pure expression or super */ null && (_summary));
const summary = (/* unused pure expression or super */ null && (_summary));
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
    return pth.replace(/[/\\]/g, path.sep);
}
//# sourceMappingURL=path-utils.js.map
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
    const { stdout: version } = yield exec.getExecOutput('powershell -command "(Get-CimInstance -ClassName Win32_OperatingSystem).Version"', undefined, {
        silent: true
    });
    const { stdout: name } = yield exec.getExecOutput('powershell -command "(Get-CimInstance -ClassName Win32_OperatingSystem).Caption"', undefined, {
        silent: true
    });
    return {
        name: name.trim(),
        version: version.trim()
    };
});
const getMacOsInfo = () => platform_awaiter(void 0, void 0, void 0, function* () {
    var _a, _b, _c, _d;
    const { stdout } = yield exec.getExecOutput('sw_vers', undefined, {
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
    const { stdout } = yield exec.getExecOutput('lsb_release', ['-i', '-r', '-s'], {
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
        return file_command_issueFileCommand('ENV', prepareKeyValueMessage(name, val));
    }
    command_issueCommand('set-env', { name }, convertedVal);
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
function core_setSecret(secret) {
    command_issueCommand('add-mask', {}, secret);
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
    process.env['PATH'] = `${inputPath}${path.delimiter}${process.env['PATH']}`;
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
        return file_command_issueFileCommand('OUTPUT', prepareKeyValueMessage(name, value));
    }
    process.stdout.write(external_os_namespaceObject.EOL);
    command_issueCommand('set-output', { name }, toCommandValue(value));
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
function core_debug(message) {
    issueCommand('debug', {}, message);
}
/**
 * Adds an error issue
 * @param message error issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function error(message, properties = {}) {
    command_issueCommand('error', toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Adds a warning issue
 * @param message warning issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function warning(message, properties = {}) {
    command_issueCommand('warning', toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Adds a notice issue
 * @param message notice issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function notice(message, properties = {}) {
    command_issueCommand('notice', toCommandProperties(properties), message instanceof Error ? message.toString() : message);
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
    command_issue('group', name);
}
/**
 * End an output group.
 */
function endGroup() {
    command_issue('endgroup');
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
        return file_command_issueFileCommand('STATE', prepareKeyValueMessage(name, value));
    }
    command_issueCommand('save-state', { name }, toCommandValue(value));
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
// EXTERNAL MODULE: external "node:http"
var external_node_http_ = __nccwpck_require__(67);
;// CONCATENATED MODULE: external "node:net"
const external_node_net_namespaceObject = require("node:net");
// EXTERNAL MODULE: ./build/compiled/http/loopback.js
var loopback = __nccwpck_require__(523);
// EXTERNAL MODULE: ./build/compiled/http/transport-error.js
var transport_error = __nccwpck_require__(138);
;// CONCATENATED MODULE: ./build/compiled/http/connection/proxy.js



/**
 * Chooses the proxy for a URL by `https_proxy` or `http_proxy`, and by `no_proxy`, in lower or upper case.
 *
 * @returns undefined if the server is reached directly
 * @throws {TransportError} `proxy_invalid` or `proxy_unsupported`: a proxy that the environment names is never ignored
 */
function chooseProxy(url, env) {
    const name = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
    const address = readVariable(env, name);
    if (address === '' || (0,loopback/* isLoopback */.U)(url.hostname))
        return undefined;
    return isExcepted(url, readVariable(env, 'no_proxy')) ? undefined : readProxy(address);
}
function readVariable(env, name) {
    const [lower = '', upper = ''] = [env[name], env[name.toUpperCase()]].map((one) => one?.trim());
    return lower === '' ? upper : lower;
}
/** An address without a scheme is an http address, as in other programs. */
function addScheme(address) {
    const isComplete = address === '' || /^[a-z][a-z\d+.-]*:\/\//i.test(address);
    return isComplete ? address : `http://${address}`;
}
function readProxy(address) {
    const url = parseUrl(addScheme(address));
    const scheme = url?.protocol.slice(0, -1) ?? '';
    if (url === undefined)
        throw new transport_error/* TransportError */.wX('proxy_invalid', { peer: 'proxy', sent: false });
    if (scheme !== 'http' && scheme !== 'https') {
        throw new transport_error/* TransportError */.wX('proxy_unsupported', { peer: 'proxy', sent: false, scheme });
    }
    const isSecure = scheme === 'https';
    return {
        host: withoutBrackets(url.hostname),
        port: readPort(url),
        isSecure,
        credentials: readCredentials(url),
    };
}
function readCredentials({ username, password }) {
    if (username === '' && password === '')
        return undefined;
    try {
        return [username, password].map(decodeURIComponent).join(':');
    }
    catch (cause) {
        throw new transport_error/* TransportError */.wX('proxy_invalid', { peer: 'proxy', sent: false, cause });
    }
}
function parseUrl(text) {
    return URL.canParse(text) ? new URL(text) : undefined;
}
/** The port of an http or https URL; `URL.port` is empty if it is the scheme's default. */
function readPort({ protocol, port }) {
    if (port !== '')
        return Number(port);
    return protocol === 'https:' ? 443 : 80;
}
/** A host as the resolver and node:net take it: `URL.hostname` has an IPv6 address in brackets. */
function withoutBrackets(hostname) {
    return hostname.replace(/^\[(.*)\]$/, '$1');
}
/**
 * Whether `no_proxy` names the host of a URL. Entries are separated by commas or white space. An entry is `*`, a name
 * (which covers its subdomains too), `.name` or `*.name` (only the subdomains), an IP address, or a network such as
 * 10.0.0.0/8. Each can have a `:port`.
 */
function isExcepted(url, list) {
    return list.split(/[\s,]+/).some((entry) => entry !== '' && matches(entry, url));
}
function matches(entry, url) {
    if (entry === '*')
        return true;
    const host = normalize(url.hostname);
    const network = /^\[?([\da-f.:]+)\]?\/(\d+)$/i.exec(entry);
    if (network !== null)
        return isInNetwork(host, network[1] ?? '', Number(network[2]));
    const { domain, port, isForSubdomains } = readEntry(entry);
    if (domain === '' || (port !== undefined && port !== readPort(url)))
        return false;
    return (!isForSubdomains && host === domain) || host.endsWith(`.${domain}`);
}
function readEntry(entry) {
    const { name, port } = splitEntry(entry);
    const [, wildcard = '', domain = ''] = /^(\*?\.)?(.*)$/.exec(name) ?? [];
    return { domain: normalize(domain), port, isForSubdomains: wildcard !== '' };
}
/** An IPv6 address can have a port only if it is in brackets. */
function splitEntry(entry) {
    if ((0,external_node_net_namespaceObject.isIP)(entry) !== 0)
        return { name: entry, port: undefined };
    const [, name = entry, port] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
    return { name, port: port === undefined ? undefined : Number(port) };
}
/**
 * Writes the proxy variables so that @actions/http-client uses the proxy that {@link chooseProxy} gives. The library
 * itself understands no wildcard, no network and no white space in `no_proxy`. It also takes the name of a proxy
 * without a scheme for the scheme.
 *
 * @param url of the server that it must reach
 * @see https://github.com/actions/toolkit/blob/main/packages/http-client/src/proxy.ts
 */
function writeVariables(url, env) {
    const list = readVariable(env, 'no_proxy');
    // A network is written as the one address in it that is needed.
    const direct = isExcepted(url, list) ? [url.hostname] : [];
    return {
        http_proxy: addScheme(readVariable(env, 'http_proxy')),
        https_proxy: addScheme(readVariable(env, 'https_proxy')),
        no_proxy: [...direct, ...list.split(/[\s,]+/).flatMap(writeEntry)].join(),
    };
}
function writeEntry(entry) {
    const { domain, port, isForSubdomains } = readEntry(entry);
    if (domain === '' || entry.includes('/'))
        return [];
    const host = isIP(domain) === 6 ? `[${domain}]` : domain;
    return [`${isForSubdomains ? '.' : ''}${host}${port === undefined ? '' : `:${port}`}`];
}
/** Writes a host in the form that a URL gives it, without brackets and the final dot; empty if it is not a host. */
function normalize(host) {
    const url = parseUrl(`http://${(0,external_node_net_namespaceObject.isIP)(host) === 6 ? `[${host}]` : host}`);
    return withoutBrackets(url?.hostname ?? '').replace(/\.$/, '');
}
function isInNetwork(host, address, prefix) {
    const family = (0,external_node_net_namespaceObject.isIP)(address) === 6 ? 'ipv6' : 'ipv4';
    if ((0,external_node_net_namespaceObject.isIP)(host) === 0 || (0,external_node_net_namespaceObject.isIP)(address) === 0)
        return false;
    if (prefix > (family === 'ipv6' ? 128 : 32))
        return false;
    const network = new external_node_net_namespaceObject.BlockList();
    network.addSubnet(address, prefix, family);
    return network.check(host, (0,external_node_net_namespaceObject.isIP)(host) === 6 ? 'ipv6' : 'ipv4');
}

;// CONCATENATED MODULE: ./build/compiled/http/connection/reach.js

/** How long one address may not answer before the next one is tried as well, in milliseconds (RFC 8305 section 5). */
const patience = 250;
/**
 * Connects to the address of a host that answers first. A slow address is not given up: the next one is tried at the
 * same time.
 *
 * @throws the error of the look-up, or of the connection whose error says the most
 * @see RFC 8305 (Happy Eyeballs)
 */
async function reach({ host, port }, peer, context) {
    const { network, over, progress } = context;
    Object.assign(progress, { step: 'resolving', peer });
    const addresses = (0,external_node_net_namespaceObject.isIP)(host) === 0 ? interleave(await network.lookup(host)) : [host];
    over.throwIfAborted();
    if (addresses.length === 0)
        throw new Error('no address');
    progress.step = 'connecting';
    return connectToAny(addresses, port, context);
}
/** Alternates between the two families, beginning with the family of the first (RFC 8305 section 4). */
function interleave(addresses) {
    const family = (0,external_node_net_namespaceObject.isIP)(addresses[0] ?? '');
    const same = addresses.filter((address) => (0,external_node_net_namespaceObject.isIP)(address) === family);
    const other = addresses.filter((address) => (0,external_node_net_namespaceObject.isIP)(address) !== family);
    const longest = Math.max(same.length, other.length);
    return Array.from({ length: longest }, (_, index) => [same[index], other[index]])
        .flat()
        .filter((address) => address !== undefined);
}
function connectToAny(addresses, port, { network, over, progress }) {
    const waiting = [...addresses];
    const open = new Set();
    const failures = [];
    let stopTimer = () => undefined;
    return new Promise((resolve, reject) => {
        const end = () => {
            waiting.length = 0;
            stopTimer();
            over.removeEventListener('abort', end);
            for (const socket of open)
                socket.destroy();
        };
        const tryNext = () => {
            stopTimer();
            const address = waiting.shift();
            if (address === undefined) {
                if (open.size === 0)
                    reject(chooseFailure(failures));
                return;
            }
            progress.addresses.push(address);
            const socket = destroyWith(over, network.connect(address, port));
            open.add(socket);
            socket.once('connect', () => {
                open.delete(socket);
                end();
                progress.addresses = [address];
                resolve(socket);
            });
            socket.once('error', (error) => {
                failures.push(error);
            });
            socket.once('close', () => {
                if (open.delete(socket))
                    tryNext();
            });
            if (waiting.length > 0)
                stopTimer = network.startTimer(patience, tryNext);
        };
        over.addEventListener('abort', end, { once: true });
        tryNext();
    });
}
/** The codes of a machine that has no connection of this family, mostly IPv6. */
const noSuchFamily = new Set([
    'ENETUNREACH',
    'EADDRNOTAVAIL',
    'EAFNOSUPPORT',
]);
/** The first failure that is not about a family that this machine does not have. */
function chooseFailure(failures) {
    const telling = failures.find((failure) => !('code' in failure && noSuchFamily.has(failure.code)));
    return telling ?? failures[0] ?? new Error('closed');
}
/** Destroys a socket when the signal aborts. An error that comes too late does not end the process. */
function destroyWith(over, socket) {
    const destroy = () => {
        socket.destroy();
    };
    socket.on('error', () => undefined);
    socket.once('close', () => {
        over.removeEventListener('abort', destroy);
    });
    over.addEventListener('abort', destroy, { once: true });
    if (over.aborted)
        destroy();
    return socket;
}

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __nccwpck_require__(24);
// EXTERNAL MODULE: external "node:tls"
var external_node_tls_ = __nccwpck_require__(692);
;// CONCATENATED MODULE: ./build/compiled/http/connection/secure.js


// Imported as a namespace, because an import of a name that an older Node does not have would fail.



/**
 * Sets TLS up over a connection. The certificate is always verified, whatever NODE_TLS_REJECT_UNAUTHORIZED says. An
 * earlier step can export that variable together with https_proxy.
 *
 * @param host the name or address that the certificate must be for
 * @throws {TransportError} if the peer cannot be trusted, or TLS cannot be set up
 */
function secure_secure(socket, host, identity, { over, progress }) {
    progress.step = 'securing';
    return new Promise((resolve, reject) => {
        const secured = destroyWith(over, startTls(socket, host, identity));
        const readIssuer = keepIssuer(secured);
        const fail = (error) => {
            // It is set only if the certificate was read and not accepted.
            const isUntrusted = Boolean(secured.authorizationError);
            reject(isUntrusted ? distrust(error, progress, readIssuer()) : (0,transport_error/* toTransportError */.fh)(error, progress));
        };
        secured.once('secureConnect', () => {
            resolve(secured);
        });
        secured.once('error', fail);
        secured.once('close', () => {
            fail(new Error('closed'));
        });
    });
}
/**
 * Keeps the name of the issuer of the peer's certificate. Node ends the connection if it does not accept a certificate,
 * and the certificate is gone before the error arrives.
 */
function keepIssuer(secured) {
    let issuer;
    const destroy = secured.destroy.bind(secured);
    secured.destroy = (error) => {
        issuer ??= nameIssuer(secured);
        return destroy(error);
    };
    return () => issuer;
}
/** The common name of the issuer, else its organization. */
function nameIssuer(secured) {
    // Before the handshake there is no certificate, although the types say that there always is one.
    const certificate = secured.getPeerCertificate();
    const { CN, O } = certificate?.issuer ?? {};
    return [CN, O].flat().find((name) => typeof name === 'string' && name !== '');
}
function distrust(error, progress, issuer) {
    const { cause, systemCode } = (0,transport_error/* toTransportError */.fh)(error, progress);
    return new transport_error/* TransportError */.wX('tls_untrusted', { ...progress, cause, systemCode, issuer });
}
function startTls(socket, host, identity) {
    const name = host.replace(/\.$/, '');
    try {
        return external_node_tls_.connect({
            socket,
            // The name that the certificate must have. The handshake names it too, unless it is an address.
            host: name,
            ...((0,external_node_net_namespaceObject.isIP)(name) === 0 ? { servername: name } : {}),
            rejectUnauthorized: true,
            ALPNProtocols: ['http/1.1'],
            ...trust(identity),
            ...showCertificate(identity),
        });
    }
    catch (cause) {
        // The client's own key or certificate is bad, and nothing was sent.
        throw new transport_error/* TransportError */.wX('request_failed', { sent: false, cause });
    }
}
/** A given authority is trusted as it is. It need not be a root, and its root need not be known here. */
function trust({ ca }) {
    return ca === undefined ? {} : { ca: [...listDefaultRoots(), ca], allowPartialTrustChain: true };
}
function showCertificate({ certificate, key }) {
    return certificate === undefined || key === undefined ? {} : { cert: certificate, key };
}
/** The default roots. Node 20 and early 22 cannot list them, so this code does. */
function listDefaultRoots() {
    const { getCACertificates } = external_node_tls_;
    return getCACertificates?.('default') ?? [...external_node_tls_.rootCertificates, ...readExtraRoots()];
}
function readExtraRoots() {
    const file = process.env['NODE_EXTRA_CA_CERTS'] ?? '';
    try {
        return file === '' ? [] : [(0,external_node_fs_.readFileSync)(file, 'utf8')];
    }
    catch {
        // Node ignores such a file too, and warns itself.
        return [];
    }
}

// EXTERNAL MODULE: ./build/compiled/http/limits.js
var limits = __nccwpck_require__(510);
// EXTERNAL MODULE: ./build/compiled/http/retry-after.js
var retry_after = __nccwpck_require__(321);
;// CONCATENATED MODULE: ./build/compiled/http/connection/tunnel.js





/**
 * Has a proxy connect to a server. Afterwards the connection to the proxy is a connection to the server.
 *
 * @param socket a connection to the proxy
 * @param now epoch, milliseconds
 * @throws {TransportError} `proxy_refused` if the proxy does not connect. Other errors of the connection are thrown as
 * they are
 * @see RFC 9110 section 9.3.6 (CONNECT)
 */
function openTunnel(socket, { credentials }, { host, port }, now) {
    const authority = `${(0,external_node_net_namespaceObject.isIPv6)(host) ? `[${host}]` : host}:${port}`;
    return new Promise((resolve, reject) => {
        const request = (0,external_node_http_.request)({
            method: 'CONNECT',
            path: authority,
            headers: { host: authority, ...authorize(credentials) },
            createConnection: () => socket,
            maxHeaderSize: limits/* maxHeaderBytes */.P,
        });
        request.on('error', reject);
        request.once('connect', (response, _socket, head) => {
            const { statusCode: proxyStatus = 0 } = response;
            if ((0,transport_error/* isSuccessStatus */.ar)(proxyStatus)) {
                release(socket, head);
                resolve();
            }
            else {
                reject(refuse(response, proxyStatus, now()));
            }
        });
        request.end();
    });
}
function authorize(credentials) {
    if (credentials === undefined)
        return {};
    return { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` };
}
function refuse({ headers }, proxyStatus, now) {
    const retryAfter = (0,retry_after/* parseRetryAfter */.m)(headers['retry-after'], now);
    return new transport_error/* TransportError */.wX('proxy_refused', {
        step: 'tunneling',
        peer: 'proxy',
        sent: false,
        proxyStatus,
        retryAfter,
    });
}
/** Takes the connection back from node:http. Its listeners belong to the request that is over. */
function release(socket, head) {
    for (const event of ['close', 'free', 'agentRemove'])
        socket.removeAllListeners(event);
    if (head.length > 0)
        socket.unshift(head);
}

;// CONCATENATED MODULE: ./build/compiled/http/connection/connection.js




/**
 * Opens a connection to the server of a URL that a request can be written to: through the proxy of the environment if
 * there is one, and with TLS for https.
 *
 * @throws {TransportError} if TLS fails, or if a proxy refuses or cannot be used. Other errors of the connection are
 * thrown   as they are; the progress says where it failed
 */
async function openConnection(url, tls, context) {
    const place = { host: withoutBrackets(url.hostname), port: readPort(url) };
    const socket = await connect(url, place, tls, context);
    return url.protocol === 'https:' ? secure_secure(socket, place.host, tls, context) : socket;
}
async function connect(url, place, tls, context) {
    const { network, progress, now } = context;
    const proxy = chooseProxy(url, network.env);
    if (proxy === undefined)
        return reach(place, 'server', context);
    progress.proxy = proxy.host;
    const socket = await reach(proxy, 'proxy', context);
    // The client's certificate is for the server, and not for the proxy.
    const { ca } = tls;
    const trust = ca === undefined ? {} : { ca };
    const secured = proxy.isSecure ? await secure_secure(socket, proxy.host, trust, context) : socket;
    progress.step = 'tunneling';
    await openTunnel(secured, proxy, place, now);
    Object.assign(progress, { peer: 'server', addresses: [] });
    return secured;
}

;// CONCATENATED MODULE: external "node:dns"
const external_node_dns_namespaceObject = require("node:dns");
;// CONCATENATED MODULE: ./build/compiled/http/connection/network.js


/** The network of the machine. */
const machineNetwork = {
    lookup,
    connect: (host, port) => (0,external_node_net_namespaceObject.connect)({ host, port, noDelay: true }),
    startTimer: (milliseconds, callback) => {
        const timer = setTimeout(callback, milliseconds);
        return () => {
            clearTimeout(timer);
        };
    },
    env: process.env,
};
/** As node:net does it: only addresses of the families that this machine has, where the system can tell. */
function lookup(host) {
    const hints = process.platform === 'win32' ? 0 : external_node_dns_namespaceObject.ADDRCONFIG;
    return new Promise((resolve, reject) => {
        external_node_dns_namespaceObject.lookup(host, { all: true, hints }, (error, found) => {
            if (error === null)
                resolve(found.map(({ address }) => address));
            else
                reject(error);
        });
    });
}

;// CONCATENATED MODULE: ./build/compiled/http/connection/progress.js
/** The progress of a request that has not started. */
function startProgress() {
    return { step: 'preparing', peer: 'server', sent: false, addresses: [] };
}

// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __nccwpck_require__(975);
;// CONCATENATED MODULE: ./build/compiled/http/content-encoding.js


/** How many encodings are undone at most. Each takes time, and a header has room for thousands. */
const mostEncodings = 5;
/**
 * Undoes the Content-Encodings that a server used although none was requested (RFC 9110 section 8.4).
 *
 * @param encoding the header's value, a list in the order in which they were applied; `identity` does not count
 * @param maxBytes how many bytes may come out of each
 * @param accepted the request's Accept-Encoding: an unknown encoding that was accepted there is left as it is
 * @throws {TransportError} `encoding_unknown`, `answer_too_large`, or `answer_unreadable` for damaged data
 */
async function decodeContent(body, encoding, maxBytes, accepted = '') {
    const names = listEncodings(encoding ?? '').filter((name) => name !== 'identity');
    if (names.length === 0 || body.length === 0)
        return body;
    const decoders = await loadDecoders();
    const unknown = names.find((name) => !decoders.has(name));
    if (unknown !== undefined) {
        if (accepts(accepted, unknown))
            return body;
        throw new transport_error/* TransportError */.wX('encoding_unknown', { step: 'exchanging', encoding: unknown });
    }
    if (names.length > mostEncodings) {
        throw new transport_error/* TransportError */.wX('answer_unreadable', { step: 'exchanging', encoding: names[0] });
    }
    let decoded = body;
    for (const name of names.toReversed()) {
        decoded = await decode(decoded, name, decoders.get(name), maxBytes);
    }
    return decoded;
}
async function decode(body, encoding, undo, maxBytes) {
    try {
        return (await undo?.(body, { maxOutputLength: maxBytes })) ?? body;
    }
    catch (cause) {
        const code = cause instanceof RangeError ? 'answer_too_large' : 'answer_unreadable';
        const reason = cause instanceof Error ? cause.message : undefined;
        throw new transport_error/* TransportError */.wX(code, { step: 'exchanging', encoding, cause, reason });
    }
}
function listEncodings(list) {
    const names = list.split(',').map((name) => name.trim().toLowerCase());
    return names.filter((name) => name !== '');
}
/** Whether an Accept-Encoding names an encoding, or all (RFC 9110 section 12.5.3). */
function accepts(accepted, encoding) {
    return listEncodings(accepted).some((entry) => {
        const [name = '', ...parameters] = entry.split(';').map((part) => part.trim());
        const isRefused = parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
        return !isRefused && (name === encoding || name === '*');
    });
}
/** Loaded only if a server compresses although nobody requested it, because node:zlib takes milliseconds to load. */
async function loadDecoders() {
    const { brotliDecompress, gunzip, inflate, inflateRaw } = await Promise.resolve(/* import() */).then(__nccwpck_require__.t.bind(__nccwpck_require__, 522, 23));
    const decoders = [
        ['gzip', (0,external_node_util_.promisify)(gunzip)],
        ['x-gzip', (0,external_node_util_.promisify)(gunzip)],
        ['deflate', (body, options) => (0,external_node_util_.promisify)(isZlib(body) ? inflate : inflateRaw)(body, options)],
        ['br', (0,external_node_util_.promisify)(brotliDecompress)],
    ];
    return new Map(decoders);
}
/** Many servers leave out the envelope that RFC 9110 section 8.4.1.2 wants for `deflate` (RFC 1950 section 2.2). */
function isZlib(body) {
    const [method = 0, flags = 0] = body;
    return (method & 0x0f) === 8 && (method * 256 + flags) % 31 === 0;
}

;// CONCATENATED MODULE: ./build/compiled/http/request.js








/** Sends over the network of the machine. */
const sendRequest = makeSender({ network: machineNetwork, now: Date.now });
/**
 * Makes the function that sends one request over a connection of its own, through the proxy of the environment if there
 * is one, and reads the whole response. TLS is always verified; redirects are never followed. It throws a
 * {@link TransportError} when there is no complete response.
 */
function makeSender(context) {
    return async (request, limits) => {
        const progress = startProgress();
        const life = new AbortController();
        try {
            limits.signal.throwIfAborted();
            const work = exchange(request, limits, { ...context, progress, over: life.signal });
            return await untilAborted(work, limits.signal);
        }
        catch (error) {
            // Only the signal says that this was an abort. The error can be any that a destroyed socket throws.
            if (limits.signal.aborted) {
                throw new transport_error/* TransportError */.wX('timeout', { ...progress, cause: limits.signal.reason });
            }
            throw (0,transport_error/* toTransportError */.fh)(error, progress);
        }
        finally {
            life.abort();
        }
    };
}
async function exchange(request, { maxBytes, tls = {} }, context) {
    const { message, body } = await send(request, { maxBytes, tls }, context);
    const headers = readHeaders(message);
    const accepted = findHeader(request.headers, 'accept-encoding');
    return {
        status: message.statusCode ?? 0,
        statusText: message.statusMessage ?? '',
        headers,
        body: await decodeContent(await body, headers['content-encoding'], maxBytes, accepted),
    };
}
/** Sends a request. It is checked before a connection is made. Gives the response when its head has come. */
function send({ method, url: address, headers, body = '' }, { maxBytes, tls }, context) {
    const url = new URL(address);
    const { over, progress } = context;
    return new Promise((resolve, reject) => {
        const outgoing = (0,external_node_http_.request)({
            method,
            host: withoutBrackets(url.hostname),
            port: readPort(url),
            defaultPort: url.protocol === 'https:' ? 443 : 80,
            path: url.pathname + url.search,
            headers: { ...headers, ...measure(method, body) },
            maxHeaderSize: limits/* maxHeaderBytes */.P,
            signal: over,
            createConnection: (_, handOver) => {
                void openConnection(url, tls, context).then((socket) => {
                    Object.assign(progress, { step: 'exchanging', peer: 'server', sent: true });
                    handOver(null, socket);
                }, reject);
                return undefined;
            },
        });
        outgoing.on('error', reject);
        outgoing.on('response', (message) => {
            outgoing.off('error', reject);
            // Reading starts at once, because a fault of the body may come together with the head.
            resolve({ message, body: readBody({ outgoing, message }, maxBytes, progress) });
        });
        // Without a listener, Node closes the connection without an error.
        outgoing.on('upgrade', () => {
            reject(new transport_error/* TransportError */.wX('answer_unreadable', { ...progress, reason: '101 Switching Protocols' }));
        });
        outgoing.end(body);
    });
}
/** An empty body has a Content-Length if the method normally has a body (RFC 9110 section 8.6). */
function measure(method, body) {
    return method === 'GET' && body === '' ? {} : { 'Content-Length': Buffer.byteLength(body) };
}
/** Waits for the work, but rejects when the signal aborts, even if the work never ends. */
async function untilAborted(work, signal) {
    let abort = () => undefined;
    const aborted = new Promise((_, reject) => {
        abort = () => {
            reject(toReason(signal));
        };
    });
    signal.addEventListener('abort', abort, { once: true });
    try {
        return await Promise.race([work, aborted]);
    }
    finally {
        signal.removeEventListener('abort', abort);
    }
}
function toReason({ reason }) {
    return reason instanceof Error ? reason : new Error('aborted', { cause: reason });
}
/** Reads a body to its end. The parser reports its errors to the request. */
function readBody({ outgoing, message }, maxBytes, progress) {
    return new Promise((resolve, reject) => {
        const chunks = [];
        let size = 0;
        const cut = (cause) => {
            const sorted = (0,transport_error/* toTransportError */.fh)(cause, progress);
            const isCut = sorted.code === 'connection_failed';
            reject(isCut ? new transport_error/* TransportError */.wX('answer_cut', { ...progress, cause }) : sorted);
        };
        message.on('data', (chunk) => {
            size += chunk.length;
            chunks.push(chunk);
            if (size <= maxBytes)
                return;
            reject(new transport_error/* TransportError */.wX('answer_too_large', { ...progress }));
            message.destroy();
        });
        message.on('end', () => {
            resolve(Buffer.concat(chunks));
        });
        outgoing.on('error', cut);
        message.on('error', cut);
        message.on('close', cut);
    });
}
function readHeaders(message) {
    const entries = Object.entries(message.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]);
    return Object.fromEntries(entries);
}
/** @param name in lower case */
function findHeader(headers, name) {
    return Object.entries(headers).find(([each]) => each.toLowerCase() === name)?.[1];
}

// EXTERNAL MODULE: ./build/compiled/clock.js
var clock = __nccwpck_require__(889);
// EXTERNAL MODULE: ./build/compiled/action/command-files.js
var command_files = __nccwpck_require__(325);
;// CONCATENATED MODULE: ./build/compiled/action/surroundings.js







/** Imported by name, so that the bundle can leave out the rest of the package. */
const runner = {
    endGroup: endGroup,
    error: error,
    exportVariable: exportVariable,
    info: info,
    isDebug: isDebug,
    notice: notice,
    saveState: saveState,
    setOutput: setOutput,
    setSecret: core_setSecret,
    startGroup: startGroup,
    warning: warning,
};
/** The real surroundings of a step. */
function realSurroundings() {
    const script = process.argv[1] ?? '';
    const env = { ...process.env };
    const { RUNNER_TEMP: temp = '' } = env;
    // Node would warn that certificates are not verified, but they are.
    delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    return {
        runner,
        env,
        platform: process.platform,
        files: command_files/* commandFiles */.n,
        clock: clock/* systemClock */.ml,
        random: Math.random,
        randomBytes: external_node_crypto_.randomBytes,
        randomUUID: external_node_crypto_.randomUUID,
        send: sendRequest,
        // Made from the path of this process, because ncc rewrites a URL that is made from import.meta.url.
        saveScript: (0,external_node_path_.join)((0,external_node_path_.dirname)(script), '..', 'save', 'index.js'),
        temp: (0,external_node_path_.resolve)(temp === '' ? (0,external_node_os_namespaceObject.tmpdir)() : temp),
        succeed: () => {
            process.exitCode = 0;
        },
    };
}


/***/ }),

/***/ 889:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   DZ: () => (/* binding */ limitTime),
/* harmony export */   ml: () => (/* binding */ systemClock)
/* harmony export */ });
/* unused harmony export longestTimer */
/** setTimeout fires at once for a longer time than this, in milliseconds. */
const longestTimer = 2 ** 31 - 1;
/** The clock of the machine. */
const systemClock = {
    now: () => Date.now(),
    // The same as performance.now(), whose module takes a millisecond to load.
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


/***/ }),

/***/ 408:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   LY: () => (/* binding */ NoRevocationEndpointError),
/* harmony export */   ed: () => (/* binding */ NoRunnerError),
/* harmony export */   ei: () => (/* binding */ StateTooLongError),
/* harmony export */   m$: () => (/* binding */ CommandFileError),
/* harmony export */   uY: () => (/* binding */ TokenTooLongError)
/* harmony export */ });
/** The token must be revoked, but neither an input nor the metadata has a revocation endpoint. */
class NoRevocationEndpointError extends Error {
    name = 'NoRevocationEndpointError';
    code = 'no_revocation_endpoint';
    /** Undefined only where no endpoint was known. */
    issuer;
    constructor(issuer) {
        super('no_revocation_endpoint');
        this.issuer = issuer;
    }
}
/** The runner does not name the files into which the token is written. */
class NoRunnerError extends Error {
    name = 'NoRunnerError';
    code = 'no_runner';
    variable;
    constructor(variable) {
        super('no_runner');
        this.variable = variable;
    }
}
/** The token does not fit into the environment variable that must hold it. */
class TokenTooLongError extends Error {
    name = 'TokenTooLongError';
    code = 'token_too_long';
    envVar;
    platform;
    constructor(envVar, platform) {
        super('token_too_long');
        this.envVar = envVar;
        this.platform = platform;
    }
}
/** The state for revocation does not fit into the environment variable by which the runner passes it on. */
class StateTooLongError extends Error {
    name = 'StateTooLongError';
    code = 'state_too_long';
    constructor() {
        super('state_too_long');
    }
}
/** A file of the runner cannot be written. */
class CommandFileError extends Error {
    name = 'CommandFileError';
    code = 'command_file';
    /** The variable that names the file. */
    variable;
    /** The code of node:fs: `ENOSPC`, `EACCES`, ... */
    reason;
    constructor(variable, reason, cause) {
        super('command_file', { cause });
        this.variable = variable;
        this.reason = reason;
    }
}


/***/ }),

/***/ 510:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   P: () => (/* binding */ maxHeaderBytes)
/* harmony export */ });
/** How many bytes of the head of an answer are read. curl reads more, Node 16 KiB by default. */
const maxHeaderBytes = 64 * 1024;


/***/ }),

/***/ 523:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   U: () => (/* binding */ isLoopback)
/* harmony export */ });
/**
 * Whether connections to a host never leave the machine.
 *
 * @param hostname as `URL.hostname` gives it
 * @see RFC 6761 section 6.3, RFC 6890, RFC 4291 section 2.5.3
 */
function isLoopback(hostname) {
    return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}


/***/ }),

/***/ 321:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   D: () => (/* binding */ readRetryAfter),
/* harmony export */   m: () => (/* binding */ parseRetryAfter)
/* harmony export */ });
const months = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec';
const time = String.raw `(?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)`;
/** The three forms of an HTTP-date, the last two obsolete, that a recipient must accept. */
const httpDates = [
    new RegExp(String.raw `^[A-Z][a-z]{2}, (?<day>\d\d) (?<month>${months}) (?<year>\d{4}) ${time} GMT$`),
    new RegExp(String.raw `^[A-Z][a-z]+day, (?<day>\d\d)-(?<month>${months})-(?<year>\d\d) ${time} GMT$`),
    new RegExp(String.raw `^[A-Z][a-z]{2} (?<month>${months}) (?<day>[ \d]\d) ${time} (?<year>\d{4})$`),
];
/**
 * Reads a Retry-After header: how long the server wants the client to wait.
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
/**
 * Reads how long an answer wants the client to wait. The header counts only in a failure. In a redirect it is about
 * the place that the redirect points to, and in a success it has no meaning here.
 *
 * @param now epoch, milliseconds
 * @returns milliseconds; undefined if the answer does not name a wait
 * @see RFC 9110 section 10.2.3
 */
function readRetryAfter({ status, headers }, now) {
    return status >= 400 && status <= 599 ? parseRetryAfter(headers['retry-after'], now) : undefined;
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
    // Date.UTC turns a date or time that does not exist into one in the next month or day.
    const inCalendar = new Date(Date.UTC(year, month, day)).getUTCDate() === day;
    // 60 is a leap second.
    if (!inCalendar || hour > 23 || minute > 59 || second > 60)
        return undefined;
    return Date.UTC(year, month, day, hour, minute, second);
}
/** A year of two digits means the year that is at most 50 years ahead and less than 50 years past. */
function fullYear(digits, now) {
    if (digits.length === 4)
        return Number(digits);
    const first = new Date(now).getUTCFullYear() - 49;
    return first + ((Number(digits) + 100 - (first % 100)) % 100);
}


/***/ }),

/***/ 138:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Dm: () => (/* binding */ isTransientStatus),
/* harmony export */   ar: () => (/* binding */ isSuccessStatus),
/* harmony export */   fh: () => (/* binding */ toTransportError),
/* harmony export */   wX: () => (/* binding */ TransportError)
/* harmony export */ });
/** After these codes the same request would fail in the same way. */
const final = new Set([
    'tls_untrusted',
    'client_certificate_refused',
    'proxy_invalid',
    'proxy_unsupported',
    'answer_too_large',
    'headers_too_large',
    'request_failed',
]);
/** The statuses by which a proxy says that it will not connect. Any other status may change a little later. */
const finalProxyStatuses = new Set([403, 407]);
/** The statuses of a success (RFC 9110 section 15.3). */
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
    step;
    peer;
    addresses;
    proxyStatus;
    retryAfter;
    scheme;
    encoding;
    systemCode;
    reason;
    alert;
    issuer;
    proxy;
    /** Whether the server may have acted on the request although no answer arrived. */
    mayHaveArrived;
    constructor(code, details = {}) {
        super(code, { cause: details.cause });
        this.code = code;
        this.step = details.step;
        this.peer = details.peer ?? 'server';
        this.addresses = details.addresses ?? [];
        this.proxyStatus = details.proxyStatus;
        this.retryAfter = details.retryAfter;
        this.scheme = details.scheme;
        this.encoding = details.encoding;
        this.systemCode = details.systemCode;
        this.reason = details.reason;
        this.alert = details.alert;
        this.issuer = details.issuer;
        this.proxy = details.proxy;
        this.mayHaveArrived = details.sent ?? true;
    }
    /** Whether the same request may succeed a little later. */
    get retryable() {
        return !final.has(this.code) && !finalProxyStatuses.has(this.proxyStatus);
    }
}
/**
 * Turns an error of the resolver, node:net, node:tls or node:http into a {@link TransportError}. It goes by what the
 * request was doing, because every system has its own codes.
 *
 * @param error whatever was thrown or emitted
 * @see https://nodejs.org/api/errors.html#nodejs-error-codes
 */
function toTransportError(error, progress) {
    if (error instanceof TransportError)
        return error;
    const systemCode = readSystemCode(error);
    const alert = readAlert(error);
    const reason = readReason(error);
    const details = { ...progress, cause: error, systemCode, alert, reason };
    return new TransportError(chooseCode({ error, systemCode, alert, reason }, progress), details);
}
function chooseCode(fault, { step, peer }) {
    const unreachable = peer === 'proxy' ? 'proxy_unreachable' : 'connection_failed';
    switch (step) {
        case 'preparing':
            return 'request_failed';
        case 'resolving':
            if (peer === 'proxy')
                return 'proxy_unreachable';
            return fault.systemCode === 'ENOTFOUND' ? 'name_not_found' : 'name_unresolved';
        case 'connecting':
        case 'tunneling':
            return unreachable;
        case 'securing':
            return isTlsFault(fault) ? sortTlsFault(fault) : unreachable;
        case 'exchanging':
            return sortExchangeFault(fault);
    }
}
/** Whether TLS itself failed, and not the connection under it. */
function isTlsFault({ systemCode = '' }) {
    return systemCode === 'EPROTO' || /^ERR_(SSL|OSSL|TLS)_/.test(systemCode);
}
/** The alerts about the certificate of a client (RFC 8446 section 6.2, RFC 5246 section 7.2.2). */
const certificateAlerts = new Set([
    41, 42, 43, 44, 45, 46, 48, 49, 116,
]);
/** RFC 8446 section 6.2: protocol_version, and RFC 7301 section 3.2: no_application_protocol. */
const versionAlert = 70;
const protocolAlert = 120;
function sortTlsFault({ alert, reason = '' }) {
    if (certificateAlerts.has(alert))
        return 'client_certificate_refused';
    if (alert === protocolAlert)
        return 'http2_only';
    if (alert === versionAlert || /unsupported protocol|version too low/.test(reason)) {
        return 'tls_outdated';
    }
    // The first record has something else instead of the version, such as the T of HTTP.
    return /wrong version number|packet length too long/.test(reason) ? 'tls_missing' : 'tls_failed';
}
/** From TLS 1.3 on, the server can refuse the client's certificate after the request was sent. */
function sortExchangeFault(fault) {
    const { error, systemCode = '', alert } = fault;
    if (systemCode === 'HPE_HEADER_OVERFLOW')
        return 'headers_too_large';
    if (systemCode.startsWith('HPE_'))
        return sortUnreadable(readPacket(error));
    return certificateAlerts.has(alert) ? 'client_certificate_refused' : 'connection_failed';
}
/** What the peer sent instead of HTTP/1.1: a record of TLS (an alert or a handshake), or a frame of HTTP/2. */
function sortUnreadable(packet) {
    const [first, second, , type] = packet;
    if ((first === 0x15 || first === 0x16) && second === 3)
        return 'tls_expected';
    // SETTINGS or GOAWAY (RFC 9113 section 6), whose length has three bytes.
    return first === 0 && (type === 4 || type === 7) ? 'http2_only' : 'answer_unreadable';
}
function readSystemCode(error) {
    const code = readProperty(error, 'code');
    return typeof code === 'string' ? code : undefined;
}
/** The parser's or OpenSSL's own words. Nothing in them comes from the peer. */
function readReason(error) {
    const reason = readProperty(error, 'reason');
    const isOwn = /^(HPE_|ERR_SSL_|EPROTO)/.test(readSystemCode(error) ?? '');
    if (isOwn && typeof reason === 'string')
        return reason;
    return /SSL routines:[^:]*:([^:]+):/.exec(readMessage(error))?.[1];
}
function readAlert(error) {
    const number = /SSL alert number (\d+)/.exec(readMessage(error))?.[1];
    return number === undefined ? undefined : Number(number);
}
function readPacket(error) {
    const packet = readProperty(error, 'rawPacket');
    return packet instanceof Uint8Array ? packet : new Uint8Array();
}
function readMessage(error) {
    return error instanceof Error ? error.message : '';
}
function readProperty(error, name) {
    return error instanceof Error ? error[name] : undefined;
}


/***/ }),

/***/ 294:
/***/ ((module, __webpack_exports__, __nccwpck_require__) => {

__nccwpck_require__.a(module, async (__webpack_handle_async_dependencies__, __webpack_async_result__) => { try {
__nccwpck_require__.r(__webpack_exports__);
/* harmony import */ var _action_process_end_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(255);
/* harmony import */ var _action_run_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(150);
/* harmony import */ var _action_surroundings_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(496);



// The package tunnel uses a deprecated Buffer(), and a warning about it does not help the author of a workflow.
process.noDeprecation = true;
// The step is red until later steps have a token, because an early end of this process must not look like a success.
process.exitCode = 1;
await (0,_action_run_js__WEBPACK_IMPORTED_MODULE_1__/* .run */ .e)((0,_action_surroundings_js__WEBPACK_IMPORTED_MODULE_2__/* .realSurroundings */ .y)());
(0,_action_process_end_js__WEBPACK_IMPORTED_MODULE_0__/* .endProcess */ .J)();

__webpack_async_result__();
} catch(e) { __webpack_async_result__(e); } }, 1);

/***/ }),

/***/ 598:
/***/ ((module) => {

module.exports = require("node:crypto");

/***/ }),

/***/ 24:
/***/ ((module) => {

module.exports = require("node:fs");

/***/ }),

/***/ 67:
/***/ ((module) => {

module.exports = require("node:http");

/***/ }),

/***/ 760:
/***/ ((module) => {

module.exports = require("node:path");

/***/ }),

/***/ 692:
/***/ ((module) => {

module.exports = require("node:tls");

/***/ }),

/***/ 975:
/***/ ((module) => {

module.exports = require("node:util");

/***/ }),

/***/ 522:
/***/ ((module) => {

module.exports = require("node:zlib");

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
/******/ 	/* webpack/runtime/compat get default export */
/******/ 	(() => {
/******/ 		// getDefaultExport function for compatibility with non-harmony modules
/******/ 		__nccwpck_require__.n = (module) => {
/******/ 			var getter = module && module.__esModule ?
/******/ 				() => (module['default']) :
/******/ 				() => (module);
/******/ 			__nccwpck_require__.d(getter, { a: getter });
/******/ 			return getter;
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